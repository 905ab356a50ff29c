"""Behind a proxy with TLS, as every real installation is: cookies and sockets are other ones there."""

import asyncio
import ssl
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
import trustme
from playwright.sync_api import expect

from tests.e2e.conftest import Install
from tests.e2e.filing import JPEG_NAME, attach, fill_place, jpeg, next_step, send, to_step, track
from tests.e2e.officers import hire, sign_in
from tests.e2e.serving import Server
from tests.e2e.visiting import Visit
from tests.ports import free_port


@contextmanager
def tls(front: int, back: int) -> Iterator[None]:
    """Takes the port `front` with TLS and hands all on to `back`, until the body is done."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    started, stopped = Future[asyncio.AbstractEventLoop](), asyncio.Event()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside, outside = await asyncio.open_connection("127.0.0.1", back)
        await asyncio.gather(_hand_on(reader, outside), _hand_on(inside, writer))

    async def serve() -> None:
        async with await asyncio.start_server(meet, "127.0.0.1", front, ssl=context):
            started.set_result(asyncio.get_running_loop())
            await stopped.wait()

    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, serve())
        try:
            yield
        finally:
            started.result().call_soon_threadsafe(stopped.set)


async def _hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@pytest.fixture(scope="module")
def secured(install: Install) -> Iterator[Server]:
    front = free_port()
    server = install("secured", public_url=f"https://localhost:{front}")
    with tls(front, server.port):
        server.start()
        hire(server, "pengawas")
        yield server
        server.stop()


def test_a_report_and_its_officer(secured: Server, visit: Visit) -> None:
    reporter = visit(secured)
    to_step(reporter, 3)
    fill_place(reporter)
    attach(reporter, (JPEG_NAME, jpeg()))
    reporter.see("Berkas berhasil diunggah.")
    next_step(reporter, 4)
    reporter.tick("Saya menyatakan laporan ini dibuat dengan iktikad baik")
    filed = send(reporter)
    again = visit(secured)
    track(again, filed.ticket, filed.pin)
    again.arrive("/lacak/riwayat")
    officer = visit(secured, width=1280)
    sign_in(officer, "pengawas")
    expect(officer.page.get_by_role("link", name=filed.ticket)).to_be_visible()
    for visitor in (reporter, again, officer):
        kept = visitor.context.cookies()
        assert kept and all(cookie.get("secure") and cookie.get("name", "").startswith("__Host-") for cookie in kept)
