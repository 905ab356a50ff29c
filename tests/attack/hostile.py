"""One hostile client at full speed, in a process of its own: `python -m tests.attack.hostile ORIGIN SECONDS`.

It has no mercy and new devices without an end: sockets that flood or sit idle, huge messages, uploads, reports with
and without a proof of work, PINs, passwords, bodies that never end, and whatever address costs the server something.
Prints, as JSON, how many of each it got done.
"""

import asyncio
import io
import json
import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import aiohttp
import httpx
from PIL import Image

from tests.attack.conftest import MARK, Refused, Server, Tab, deltas, posted, proof, reach, state
from wbs_app.edge import DEVICE_COOKIE
from wbs_app.model import desk
from wbs_app.vault.codes import new_ticket, pin_from

REPORTS, TRACK, EVIDENCE = (
    state("report", "report_state"),
    state("track", "track_state"),
    state("evidence", "evidence_state"),
)
IDLE_TABS = 300
GONE = (Refused, OSError, TimeoutError, AssertionError, aiohttp.ClientError, httpx.HTTPError, KeyError, ValueError)
"""What it meets when it is turned away; it begins anew."""

done: Counter[str] = Counter()


def big_picture() -> bytes:
    held = io.BytesIO()
    Image.effect_noise((1200, 1200), 90).save(held, "JPEG", quality=95)
    return held.getvalue()


async def new_tab(server: Server) -> Tab:
    return await Tab(server, await server.device()).open()


async def floods(server: Server) -> None:
    """Events as fast as the line takes them."""
    tab = await new_tab(server)
    try:
        while not tab.closed:
            await tab.fire(f"{REPORTS}.enter", {"slug": "biodata"})
            done["events"] += 1
    finally:
        await tab.close()


async def shouts(server: Server) -> None:
    """Messages just below and just above what is taken."""
    tab = await new_tab(server)
    try:
        for size in (900_000, 1_100_000):
            await tab.fire(f"{REPORTS}.enter", {"slug": "x" * size})
            done["huge messages"] += 1
        await asyncio.sleep(0.05)
    finally:
        await tab.close()


idle: list[Tab] = []


async def sits(server: Server) -> None:
    """Tabs that are opened and left."""
    if len(idle) < IDLE_TABS:
        idle.append(await new_tab(server))
        done["idle tabs"] += 1
    await asyncio.sleep(0)


async def reports(server: Server) -> None:
    """Complete reports, every second one without its proof of work."""
    tab = await new_tab(server)
    try:
        await reach(tab, "ringkasan")
        for solved in ("", await proof(server)):
            await tab.fire(f"{REPORTS}.send", {"form": posted({"truth": "on", "altcha": solved})})
            await tab.settled()
        received = deltas(tab.frames).get(state("receipt", "receipt_state"), {}).get("received_rx_state_")
        done["reports" if received else "reports refused"] += 1
    finally:
        await tab.close()


async def guesses(server: Server) -> None:
    """PINs of one ticket."""
    tab = await new_tab(server)
    try:
        for _ in range(20):
            pin = pin_from(secrets.token_bytes(64))
            form = {"ticket": TICKET, "pin": pin, "altcha": await proof(server)}
            await tab.fire(f"{TRACK}.open", {"form": posted(form)})
            await tab.settled()
            done["PINs"] += 1
    finally:
        await tab.close()


TICKET = new_ticket("BALI")
PICTURE = big_picture()


async def uploads(server: Server) -> None:
    """Large files, into ever new forms."""
    tab = await new_tab(server)
    try:
        await reach(tab, "lokasi-waktu")
        headers = {
            "Origin": server.origin,
            "Cookie": f"{DEVICE_COOKIE}={tab.device}",
            "Reflex-Client-Token": tab.token,
            "Reflex-Event-Handler": f"{EVIDENCE}.upload",
            "X-Upload-Pass": deltas(tab.frames)[EVIDENCE]["upload_pass_rx_state_"],
        }
        told = json.dumps({"passed": headers["X-Upload-Pass"]})
        parts = [("__reflex_event_args", (None, told)), *[("files", ("a.jpg", PICTURE))] * 5]
        async with server.client(**headers) as http:
            for _ in range(5):
                done[f"uploads {(await http.post('/_upload', files=parts)).status_code}"] += 1
    finally:
        await tab.close()


async def passwords(server: Server) -> None:
    """One account, from ever new devices."""
    async with server.client(origin=server.origin, cookie=f"{DEVICE_COOKIE}={await server.device()}") as http:
        for _ in range(20):
            await http.post(desk.SIGN_IN, data={"username": "admin", "password": secrets.token_hex(8)})
            done["passwords"] += 1


async def trickles(server: Server) -> None:
    """Bodies that are announced and hardly come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"POST {desk.SIGN_IN} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {server.origin}\r\nContent-Length: 9000\r\n\r\n"
    try:
        writer.write(head.encode())
        done["slow bodies"] += 1
        while not reader.at_eof():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(1)
    finally:
        writer.close()


async def asks(server: Server) -> None:
    """Addresses that cost the server something."""
    async with server.client() as http:
        for path in ("/altcha", "/healthz", "/lapor", f"/{MARK}"):
            await http.get(path)
            done["requests"] += 1


WAYS: tuple[tuple[Callable[[Server], Awaitable[None]], int], ...] = (
    (floods, 5),
    (shouts, 2),
    (sits, 2),
    (reports, 6),
    (guesses, 4),
    (uploads, 3),
    (passwords, 4),
    (trickles, 20),
    (asks, 3),
)
"""What it does, and how often at once."""


async def again_and_again(way: Callable[[Server], Awaitable[None]], server: Server, end: float) -> None:
    while time.monotonic() < end:
        try:
            async with asyncio.timeout(max(end - time.monotonic(), 0.01)):
                await way(server)
        except GONE:
            done["turned away"] += 1
            await asyncio.sleep(0.01)


async def main(origin: str, seconds: float) -> None:
    os.nice(5)  # elsewhere it would not take the server's cores: it is on this machine only because the server is
    server = Server(int(origin.rpartition(":")[2]), Path(), None)  # type: ignore[arg-type]
    end = time.monotonic() + seconds
    await asyncio.gather(*(again_and_again(way, server, end) for way, number in WAYS for _ in range(number)))
    for tab in idle:
        with suppress(*GONE):
            await tab.close()
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
