"""The reporter's side: opening a report by ticket and PIN, and how soon a message is on the other's screen.

`open`: the PIN's key derived, the report found, unsealed and laid out. `message to screen`: from the officer's press to
the moment at which the reporter's page, told by the live update, has read the thread again; without the network.
"""

import asyncio
import os
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from list import served
from table import Row, arguments, percentile, show


async def prepare(cases: int) -> tuple[Any, list[tuple[str, str]]]:
    """A system with officers and cases; an officer who reads them, and tickets with their PINs."""
    from wbs_app.model.access import Actor, Role
    from wbs_app.model.tables import Staff
    from wbs_app.services import demo, migrate, vouching
    from wbs_app.services.database import writing
    from wbs_app.vault.keypairs import KeyPair

    await migrate.ready()
    pair = KeyPair.new()
    async with writing() as db:
        chief = Staff(username="sari", name="Sari", role=Role.SUPERVISOR, agencies="bali", public_key=pair.public)
        db.add(chief)
        await db.flush()
        chief.vouch = vouching.mark(chief)
    assert chief.id is not None
    pins = await demo.fill(cases, ("bali",), lambda _done: None)
    return Actor(chief.id, "sari", "Sari", Role.SUPERVISOR, ("bali",), private_key=pair.private), pins


async def opened(pins: list[tuple[str, str]], concurrency: int, count: int) -> list[float]:
    """Milliseconds of each opening, so many at once."""
    from wbs_app.services import reports, tracking
    from wbs_app.services.database import reading

    took: list[float] = []
    gate = asyncio.Semaphore(concurrency)

    async def one(ticket: str, pin: str) -> None:
        async with gate:
            started = time.perf_counter()
            held = await reports.unlock(ticket, pin)
            assert held is not None
            async with reading() as db:
                assert await tracking.track(db, held) is not None
            took.append((time.perf_counter() - started) * 1000)

    await asyncio.gather(*(one(*pins[at % len(pins)]) for at in range(count)))
    return took


async def told(actor: Any, pins: list[tuple[str, str]], count: int) -> list[float]:
    """Milliseconds from each message's press to the other screen's having read it."""
    from sqlmodel import col, select

    from wbs_app.model.tables import Report
    from wbs_app.model.workflow import CLOSED, Status
    from wbs_app.services import conversation, live, reports
    from wbs_app.services.database import reading, writing

    async with reading() as db:
        still = select(Report.ticket).where(col(Report.status).in_(sorted(set(Status) - CLOSED)))
        going = set(await db.exec(still))
    ticket, pin = next(pair for pair in pins if pair[0] in going)
    held = await reports.unlock(ticket, pin)
    assert held is not None
    heard = asyncio.Event()

    def hear(topics: frozenset[str] | None) -> None:
        if topics and live.case_topic(ticket) in topics:
            heard.set()

    took: list[float] = []
    with live.heard_by(hear):
        for number in range(count):
            heard.clear()
            started = time.perf_counter()
            async with writing() as db:
                await conversation.send_by_staff(db, actor, ticket, f"pesan {number}", secrets.token_hex(16))
            await heard.wait()
            async with reading() as db:
                thread = await conversation.thread_for_reporter(db, held)
            assert thread[-1].text == f"pesan {number}"
            took.append((time.perf_counter() - started) * 1000)
    return took


async def main(kind: str, runs: int) -> list[Row]:
    from wbs_app import collector
    from wbs_app.services import database

    actor, pins = await prepare(100)
    collector.spare()  # as a server does
    rows: list[Row] = []
    for name, took in (
        ("open, 1 at once", await opened(pins, 1, runs)),
        ("open, 8 at once", await opened(pins, 8, runs * 2)),
        ("message to screen", await told(actor, pins, runs)),
    ):
        rows.append({"database": kind, "case": name, "p50_ms": percentile(took, 0.5), "p95_ms": percentile(took, 0.95)})
    await database.close()
    return rows


if __name__ == "__main__":
    parser = arguments(str(__doc__).splitlines()[0])
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="one of them (default: both)")
    parser.add_argument("--runs", type=int, default=40)
    asked = parser.parse_args()
    results: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="wbs-b-") as folder:
        for kind in (asked.database,) if asked.database else ("sqlite", "postgresql"):
            os.environ.pop("WBS_REDIS_URL", None)
            with served(kind, Path(folder)):
                results += asyncio.run(main(kind, asked.runs))
    show("tracking", results, asked)
