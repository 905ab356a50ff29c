"""Over two workers: which of them serves whom, and what is done in a tab while they come and go."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import psutil

from tests.attack.conftest import (
    ANSWERS,
    PASSWORD,
    PATIENCE,
    START_PATIENCE,
    Server,
    Tab,
    answer,
    deltas,
    posted,
    proof,
    state,
)
from tests.attack.test_uploads import EVIDENCE, JPEG, Form
from wbs_app.edge import SESSION_COOKIE
from wbs_app.model import desk

REPORTS, DRAFTS, RECEIPTS, CASES, CASE, TALK, TRACK = (
    state(*names)
    for names in (
        ("report", "report_state"),
        ("draft", "draft_state"),
        ("receipt", "receipt_state"),
        ("staff_cases", "cases_state"),
        ("staff_case", "case_state"),
        ("staff_talk", "talk_state"),
        ("track", "track_state"),
    )
)
EVIDENCE_PAGE = "/lapor/lokasi-waktu"
At = Callable[..., Awaitable[Tab]]
"""at(worker, device=..., token=...) -> a tab that this worker serves."""

Half = tuple[asyncio.StreamReader, Callable[[], Awaitable[None]]]
"""What is answered to half a request, and a function that sends the rest of it."""


# --- who serves whom -------------------------------------------------------------------------------------------------


def workers(server: Server) -> list[int]:
    """The processes that take connections, once both do."""
    deadline = time.monotonic() + START_PATIENCE
    while time.monotonic() < deadline:
        found = [child.pid for child in psutil.Process(server.process.pid).children() if child.net_connections("tcp")]
        if len(found) == 2:
            return found
        time.sleep(0.1)
    raise AssertionError("there are no two workers")


def end(worker: int) -> None:
    """Kills it, and waits until it is gone: a process that is dying may still have taken a connection."""
    process = psutil.Process(worker)
    process.kill()
    process.wait(PATIENCE)


def worker_of(server: Server, tab: Tab) -> int:
    """The process at the other end of this tab's socket."""
    return holder(server, tab._socket.get_extra_info("sockname")[1])


def holder(server: Server, port: int) -> int:
    """The process at the other end of a connection from this port of ours, once it has been taken."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for pid in workers(server):
            if any(link.raddr and link.raddr.port == port for link in psutil.Process(pid).net_connections("tcp")):
                return pid
    raise AssertionError("nobody has taken this connection")


def kept(tab: Tab) -> dict[str, str]:
    """What the browser's own tab keeps for the server, sealed."""
    return {f"{DRAFTS}.draft_rx_state_": told(tab, DRAFTS, "draft")}


def told(tab: Tab, of: str, name: str) -> Any:
    return deltas(tab.frames).get(of, {}).get(f"{name}_rx_state_")


async def send(tab: Tab) -> dict[str, str]:
    """Presses "Kirim Laporan"; the receipt."""
    await tab.fire(f"{REPORTS}.send", {"form": posted({"truth": "on", "altcha": await proof(tab.server)})})
    await tab.settled()
    given = told(tab, RECEIPTS, "received")
    assert given, told(tab, REPORTS, "trouble")
    return given


async def tracked(tab: Tab, given: dict[str, str]) -> bool:
    """Whether ticket and PIN open the report."""
    codes = {"ticket": given["ticket"], "pin": given["pin"], "altcha": await proof(tab.server)}
    await tab.fire(f"{TRACK}.open", {"form": posted(codes)})
    await tab.settled()
    return bool(told(tab, TRACK, "held"))


async def adding(tab: Tab) -> Form:
    """At the page where evidence is added."""
    for slug in ("biodata", "kejadian"):
        await answer(tab, slug)
    await tab.fire(f"{REPORTS}.enter", {"slug": "lokasi-waktu"})
    await tab.settled()
    return Form(tab.server, tab, told(tab, EVIDENCE, "upload_pass"))


@asynccontextmanager
async def half_sent(
    form: Form, worker: int
) -> AsyncIterator[tuple[asyncio.StreamReader, Callable[[], Awaitable[None]]]]:
    """Half of a file has come to this worker: what it answers, and a function that sends the rest."""
    asked = httpx.Request(
        "POST",
        f"{form.server.origin}/_upload",
        headers=form.headers(),
        files=[("__reflex_event_args", (None, json.dumps({"passed": form.passed}))), ("files", ("bukti.jpg", JPEG))],
    )
    asked.headers["connection"] = "close"
    body = asked.read()
    head = "".join(f"{name}: {value}\r\n" for name, value in asked.headers.items())
    for _ in range(200):
        hearing, saying = await asyncio.open_connection("127.0.0.1", form.server.port)
        if holder(form.server, saying.get_extra_info("sockname")[1]) == worker:
            break
        saying.close()
        await saying.wait_closed()

    async def go_on() -> None:
        saying.write(body[len(body) // 2 :])
        await saying.drain()

    saying.write(f"POST /_upload HTTP/1.1\r\n{head}\r\n".encode() + body[: len(body) // 2])
    await saying.drain()
    yield hearing, go_on
    saying.close()
    with suppress(ConnectionError):
        await saying.wait_closed()


async def signed_in(server: Server, device: str) -> str:
    """The session of an officer on this device."""
    async with server.client(origin=server.origin, cookie=f"wbs_dev={device}") as http:
        signed = await http.post(desk.SIGN_IN, data={"username": "one-intake", "password": PASSWORD})
    return signed.cookies[SESSION_COOKIE]


async def written(at: At, worker: int, **values: Any) -> Tab:
    """A tab with three pages of the form answered."""
    tab = await at(worker, **values)
    for slug in ANSWERS:
        await answer(tab, slug)
    return tab
