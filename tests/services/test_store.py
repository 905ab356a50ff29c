"""The evidence store on S3, spoken to over HTTP: the same life of a file as in a folder, in flat memory."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from urllib.error import URLError
from urllib.request import Request, urlopen

import obstore
import psutil
import pytest

from tests.conftest import SettingsFor
from tests.services.samples import jpeg
from wbs_app.services import evidence
from wbs_app.services.cleaning import clean
from wbs_app.services.evidence import UNREADABLE, Staging, stored_bytes
from wbs_app.services.sweeping import sweep_staged
from wbs_app.vault.streams import seal_chunks

SECRET = "53" * 16
BUCKET = "bukti"
PATIENCE = 60


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3-compatible server of our own, with one bucket."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(Request(f"{address}/{BUCKET}", method="PUT"), timeout=5).close()  # noqa: S310  our own address
            break
        except (URLError, OSError):
            assert server.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
    yield address
    server.terminate()
    server.wait(PATIENCE)


@pytest.fixture(autouse=True)
def _on_s3(s3: str, settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    own = {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "REGION": "us-east-1", "ENDPOINT_URL": s3}
    for name, value in (own | {"ALLOW_HTTP": "true"}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    settings_for(evidence_url=f"s3://{BUCKET}/{secrets.token_hex(4)}")
    evidence.store.cache_clear()
    yield
    evidence.store.cache_clear()


async def kept() -> list[str]:
    found = await obstore.list(evidence.store()).collect_async()
    return sorted(entry["path"].partition("/")[0] for entry in found)


async def test_the_life_of_a_file() -> None:
    sent = jpeg("Penanda")
    staging = Staging(SECRET)
    about = await staging.add("foto.jpg", sent, 5)
    unwanted = await staging.add("foto.jpg", jpeg(), 5)
    await staging.keep_original(unwanted.id, False)
    assert await staging.files() == [about, unwanted]
    first, second = await staging.adopt()
    assert await kept() == ["files"] * 3 + ["staged"] * 6
    assert b"".join([piece async for piece in stored_bytes(first.original)]) == sent
    assert b"".join([piece async for piece in stored_bytes(first.about)]) == clean("image/jpeg", sent).data
    await staging.remove(about.id)
    assert await staging.files() == [second.about]
    assert await sweep_staged() == 0
    assert await sweep_staged(time.time() + evidence.STAGED_SECONDS + 60) == 3
    assert await kept() == ["files"] * 3
    await evidence.delete([f"files/{about.id}", "files/unknown"])
    with pytest.raises(FileNotFoundError):
        [piece async for piece in stored_bytes(about)]


async def test_large_files_go_through_in_flat_memory() -> None:
    """Many times what is held at once."""
    about = await Staging(SECRET).add("foto.jpg", jpeg(), 5)
    size = 96 * 2**20

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(size // 2**20):
            yield os.urandom(2**20)

    key = bytes(32)
    sealed = seal_chunks(key, endless())
    await obstore.put_async(evidence.store(), f"files/{about.id}", sealed, max_concurrency=2)
    before, most, came = psutil.Process().memory_info().rss, 0, 0
    try:
        async for piece in stored_bytes(replace(about, key="A" * 43 + "=", size=size)):
            came += len(piece)
            most = max(most, psutil.Process().memory_info().rss)
    except evidence.Tampered:  # its digest is another's
        pass
    assert came == size
    assert most - before < 40 * 2**20


async def test_a_store_that_is_away_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    about = await Staging(SECRET).add("foto.jpg", jpeg(), 5)
    with socket.socket() as probe:  # bound, and nobody listens
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{probe.getsockname()[1]}")
        evidence.store.cache_clear()
        with pytest.raises(UNREADABLE):
            [piece async for piece in stored_bytes(about)]
