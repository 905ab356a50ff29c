"""The virus scanner: what it finds, what it cannot look at, and what becomes of files while it is away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.clamd import EICAR, Clamd
from tests.conftest import SettingsFor
from tests.services.samples import jpeg, marked_word, plain_parts, png, word
from wbs_app.config import Unusable
from wbs_app.services import evidence, scanning
from wbs_app.services.evidence import Staging, once
from wbs_app.services.refusal import Refused
from wbs_app.services.scanning import scan

SECRET = "c1a3" * 8
HARMFUL = jpeg(comment=EICAR)
"""An honest picture whose comment a scanner knows; cleaning takes it out."""


@pytest.fixture(autouse=True)
def store() -> Iterator[None]:
    evidence.store.cache_clear()
    yield
    evidence.store.cache_clear()


@pytest.fixture
def scanned(clamd: Clamd, settings_for: SettingsFor) -> Clamd:
    """The scanner, configured."""
    settings_for(clamd_url=clamd.url)
    return clamd


# --- what it says -----------------------------------------------------------------------------------------------------


async def test_what_it_finds(scanned: Clamd) -> None:
    for harmful in (EICAR, HARMFUL, bytes(200_000) + EICAR, word(plain_parts() | {"word/a.txt": EICAR})):
        assert await scan(once(harmful)) == "infected"
    for honest in (jpeg("Penanda"), marked_word("Penanda"), b"", bytes(3 * 2**20)):
        assert await scan(once(honest)) == "clean"


async def test_many_at_once(scanned: Clamd) -> None:
    files = [HARMFUL, png()] * 20
    assert await asyncio.gather(*(scan(once(file)) for file in files)) == ["infected", "clean"] * 20


async def test_without_a_scanner_nothing_is_said(settings_for: SettingsFor) -> None:
    settings_for()
    assert not scanning.configured()
    assert await scan(once(EICAR)) is None


async def test_what_is_too_large_for_it_is_not_clean(scanned: Clamd) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(130):
            yield bytes(2**20)

    assert await scan(endless()) is None


@pytest.mark.parametrize("answer", [b"", b"stream: OK", b"stream: ERROR\0", b"what?\0", b"x" * 9000, b"OK\0"])
async def test_an_odd_answer_is_not_clean(settings_for: SettingsFor, answer: bytes) -> None:
    """From something at its address that is no scanner."""

    async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(odd, "127.0.0.1")
    async with server:
        settings_for(clamd_url=f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        assert await scan(once(bytes(2**20))) is None


async def test_a_scanner_that_hangs_is_not_waited_for(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "SCAN_SECONDS", 0.05)
    done = asyncio.Event()

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1")
    settings_for(clamd_url=f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert await scan(once(b"x")) is None
    done.set()
    server.close()


@pytest.mark.parametrize(
    "url", ["localhost:3310", "tcp://localhost", "unix://", "http://x:1", "/run/clamd", "tcp://:1"]
)
def test_addresses_that_are_refused(settings_for: SettingsFor, url: str) -> None:
    with pytest.raises(Unusable, match="WBS_CLAMD_URL"):
        settings_for(clamd_url=url)


# --- files that wait --------------------------------------------------------------------------------------------------


async def test_an_infected_file_is_refused_though_its_copy_would_be_clean(
    scanned: Clamd, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Refused, match="file_infected"):
        await Staging(SECRET).add("foto.jpg", HARMFUL, 5)
    assert await Staging(SECRET).files() == []
    assert "Eicar" not in caplog.text and "found something" in caplog.text


async def test_a_clean_file_is_marked_so(scanned: Clamd) -> None:
    await Staging(SECRET).add("foto.jpg", jpeg(), 5)
    (file,) = await Staging(SECRET).waiting()
    assert (file.about.scanned, file.original.scanned) == ("clean", "clean")


async def test_files_that_came_while_it_was_away_are_scanned_when_it_is_back(scanned: Clamd, tmp_path: Path) -> None:
    staging = Staging(SECRET)
    scanned.stop()
    for data in (HARMFUL, jpeg()):
        assert (await staging.add("foto.jpg", data, 5)).scanned is None
    assert await staging.scan_again() == []
    assert [about.scanned for about in await staging.files()] == [None, None]
    infected, honest = await staging.files()
    assert len(await staging.ready()) == 2, "no scanner: they go along, unscanned"
    scanned.start()
    assert await staging.scan_again() == [infected]
    assert [(about.id, about.scanned) for about in await staging.files()] == [(honest.id, "clean")]
    assert [file.about.id for file in await staging.ready()] == [honest.id]


async def test_sending_scans_once_more(scanned: Clamd) -> None:
    staging = Staging(SECRET)
    scanned.stop()
    await staging.add("foto.jpg", HARMFUL, 5)
    scanned.start()
    with pytest.raises(Refused, match="file_infected"):
        await staging.ready()
    assert await staging.ready() == []
