"""Open tabs: events a second, how long one takes while reports come in, and what an open tab costs in memory.

`events_per_s`: fifty of the tabs send eighty events, one after the other; with more of them the server would take them
for a flood. `p50_ms` and `p95_ms`: every tab sends one about every ten seconds, as people do, while `reports_per_s`
complete reports come in through sockets of their own. Two workers share a PostgreSQL and a Valkey. The client runs on
the same machine, in one process: `client_cores` and `server_cores` say what it took from the server's share meanwhile,
and what the server used. `tabs_mb` is what the server keeps once the tabs are open, `rss_mb` after the reports, whose
tabs it still remembers for a while. `unanswered` counts presses of "Kirim Laporan" that were neither taken nor refused:
there must be none.
"""

import asyncio
import random
import time
from typing import Any

import aiohttp
from serving import ANSWERS, PUBLIC, RECEIPT, REPORT, Server, Tab, browser, posted, served
from table import Row, arguments, percentile, show

BUSY_TABS, BUSY_EVENTS, PACED_SECONDS, PAUSE_SECONDS = 50, 80, 20.0, 10.0
REFUSED, UNANSWERED = "refused", "unanswered"


async def report(server: Server, http: aiohttp.ClientSession) -> str:
    """A visitor comes, answers three pages and sends: the ticket, REFUSED when told to try again, or UNANSWERED."""
    tab = await Tab(server, http).open()
    for slug, answers in ANSWERS.items():
        await tab.fire(f"{REPORT}.answer", {"slug": slug, "form": posted(answers)})
        await tab.settle()
    await tab.fire(f"{REPORT}.send", {"form": posted({"truth": "on"})})
    await tab.settle()
    await tab.close()
    received = tab.var(RECEIPT, "received")
    if received:
        return received["ticket"]
    return REFUSED if tab.var(REPORT, "trouble") else UNANSWERED


async def _busy(tabs: list[Tab]) -> float:
    """Events a second when a few tabs never rest."""
    started = time.perf_counter()

    async def one(tab: Tab) -> None:
        for _ in range(BUSY_EVENTS):
            await tab.settle()

    await asyncio.gather(*map(one, tabs))
    return len(tabs) * BUSY_EVENTS / (time.perf_counter() - started)


async def _paced(tabs: list[Tab]) -> list[float]:
    """How long the events of all tabs took, each sending one about every ten seconds."""
    end = time.perf_counter() + PACED_SECONDS
    took: list[float] = []

    async def one(tab: Tab) -> None:
        await asyncio.sleep(random.uniform(0, PAUSE_SECONDS))
        while time.perf_counter() < end:
            took.append(await tab.settle())
            await asyncio.sleep(random.uniform(0.5, 1.5) * PAUSE_SECONDS)

    await asyncio.gather(*map(one, tabs))
    return took


async def _reporting(
    server: Server, http: aiohttp.ClientSession, rate: float, took: asyncio.Task[Any]
) -> dict[str, float]:
    """Starts `rate` reports a second until `took` is done: how many a second were received, how many were not."""
    begun, under_way = time.perf_counter(), set[asyncio.Task[str]]()
    while rate and not took.done():
        under_way.add(asyncio.create_task(report(server, http)))
        await asyncio.sleep(max(0.0, begun + len(under_way) / rate - time.perf_counter()))
    answers = await asyncio.gather(*under_way)
    tickets = set(answers) - {REFUSED, UNANSWERED}
    lost = {"refused": answers.count(REFUSED), "unanswered": answers.count(UNANSWERED)}
    return {"reports_per_s": len(tickets) / (time.perf_counter() - begun), **lost}


async def measure(server: Server, number: int, workers: int, rate: float) -> Row:
    """One row, on a fresh server."""
    async with browser() as http:
        await (await Tab(server, http).open()).close()  # what is made once is not a tab's
        before = server.memory()
        tabs: list[Tab] = []
        for start in range(0, number, 20):
            batch = (Tab(server, http).open() for _ in range(start, min(start + 20, number)))
            tabs += await asyncio.gather(*batch)
        full = server.memory()
        spent = server.cpu()
        restless = tabs[:BUSY_TABS]
        busy = await _busy(restless)
        spent = server.cpu() - spent
        begun, used, own = time.perf_counter(), server.cpu(), time.process_time()
        paced = asyncio.create_task(_paced(tabs))
        reports = await _reporting(server, http, rate, paced)
        took, seconds = await paced, time.perf_counter() - begun
        row = {
            "tabs": number,
            "workers": workers,
            **reports,
            "events_per_s": busy,
            "cpu_ms_per_event": spent * 1000 / (BUSY_EVENTS * len(restless)),
            "p50_ms": percentile(took, 0.5),
            "p95_ms": percentile(took, 0.95),
            "kb_per_tab": (full - before) * 1024 / number,
            "tabs_mb": full,
            "rss_mb": server.memory(),
            "client_cores": (time.process_time() - own) / seconds,
            "server_cores": (server.cpu() - used) / seconds,
        }
        await asyncio.gather(*(tab.close() for tab in tabs))
        return row


def main(chosen: Any) -> list[Row]:
    rows: list[Row] = []
    for workers in [chosen.workers] if chosen.workers else [1, 2]:
        for tabs in [chosen.tabs] if chosen.tabs else [50, 500, 1000]:
            with served(workers, WBS_PUBLIC_URL=PUBLIC) as server:
                rows.append(asyncio.run(measure(server, tabs, workers, chosen.reports_per_s)))
    return rows


if __name__ == "__main__":
    parser = arguments(str(__doc__).splitlines()[0])
    parser.add_argument("--tabs", type=int, metavar="N", help="open tabs (default: 50, 500 and 1000)")
    parser.add_argument("--workers", type=int, metavar="W", help="processes (default: 1 and 2)")
    parser.add_argument("--reports-per-s", type=float, default=20, metavar="R", help="reports coming in (default 20)")
    asked = parser.parse_args()
    show("events", main(asked), asked)
