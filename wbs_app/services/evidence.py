"""Files on their way in and in their place: ciphertext only, in a local folder or an S3-compatible store.

A file waits under `staged/<folder of the form>/` sealed with a key that needs a secret of the form in the reporter's
browser; when the report is sent it is copied to `files/<id>`, and the key to it is sealed with the account.
"""

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from wbs_app.config import settings
from wbs_app.services.inspection import inspect
from wbs_app.services.refusal import Refused
from wbs_app.vault.sealing import Place, new_key, seal_json, unseal_json
from wbs_app.vault.streams import open_chunks, seal_chunks

STAGED_SECONDS = 3600


@dataclass(frozen=True)
class About:
    """All we know of a file, sealed wherever it is kept. `key` opens the stored bytes, `sha256` is of the plain."""

    id: str
    at: float
    extension: str
    mime: str
    size: int
    sha256: str
    key: str


@lru_cache(maxsize=1)
def store() -> ObjectStore:
    """The evidence store named by the settings."""
    url = settings().evidence
    if not url.startswith("file:"):
        return from_url(url)
    folder = Path(unquote(urlsplit(url).path))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(folder)


class Staging:
    """The files of one form that has not been sent. `secret` is the form's own, kept sealed in its tab."""

    def __init__(self, secret: str) -> None:
        digest = hashlib.blake2b(secret.encode(), key=settings().secret_key(), person=b"staging").digest()
        self._folder = f"staged/{digest[:16].hex()}"
        self._key = digest[32:]

    def _place(self, id: str) -> Place:
        return Place("staged", f"{self._folder}/{id}", "about")

    async def files(self) -> list[About]:
        """What waits, in the order it came; what another press takes away meanwhile does not."""
        found: list[About] = []
        async for batch in obstore.list(store(), self._folder):
            for entry in batch:
                if entry["path"].endswith(".about") and (sealed := await _found(entry["path"])) is not None:
                    id = entry["path"].rpartition("/")[2].removesuffix(".about")
                    found.append(About(**unseal_json(self._key, sealed, self._place(id))))
        return sorted(found, key=lambda about: about.at)

    async def add(self, name: str, data: bytes, most_files: int) -> About:
        """Checks and seals one file. Only its extension is used of `name`.

        Raises:
            Refused: with a text key under `error.file_*`; nothing is kept then.
        """
        if len(await self.files()) >= most_files:
            raise Refused("error.file_count", max=most_files)
        file = await asyncio.to_thread(inspect, name, data)
        key = new_key()
        about = About(
            id=secrets.token_hex(16),
            at=time.time(),
            extension=file.extension,
            mime=file.mime,
            size=len(file.data),
            sha256=hashlib.sha256(file.data).hexdigest(),
            key=base64.b64encode(key).decode(),
        )
        sealed = seal_json(self._key, asdict(about), self._place(about.id))
        await obstore.put_async(store(), f"{self._folder}/{about.id}.file", seal_chunks(key, _once(file.data)))
        await obstore.put_async(store(), f"{self._folder}/{about.id}.about", sealed)  # last: it makes the file exist
        return about

    async def opened(self, id: str) -> tuple[About, AsyncIterator[bytes]] | None:
        """One waiting file and its plain bytes, for the reporter's own look."""
        for about in await self.files():
            if about.id == id:
                return about, _plain(f"{self._folder}/{id}.file", about)
        return None

    async def remove(self, id: str) -> None:
        """Forgets one file; unknown ids are none of ours."""
        if id in {about.id for about in await self.files()}:
            await self._delete(id)

    async def clear(self) -> None:
        """Forgets all files of this form."""
        for about in await self.files():
            await self._delete(about.id)

    async def _delete(self, id: str) -> None:
        await _delete([f"{self._folder}/{id}.about", f"{self._folder}/{id}.file"])

    async def adopt(self) -> list[About]:
        """Copies the files to their place for good, before the report that names them is committed."""
        found = await self.files()
        for about in found:
            await obstore.copy_async(store(), f"{self._folder}/{about.id}.file", f"files/{about.id}")
        return found


async def _found(path: str) -> bytes | None:
    try:
        return bytes(await (await obstore.get_async(store(), path)).bytes_async())
    except FileNotFoundError:
        return None


async def _delete(paths: list[str]) -> None:
    """One by one: the local store stops at the first that somebody else has deleted."""
    for path in paths:
        with suppress(FileNotFoundError):
            await obstore.delete_async(store(), path)


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


def stored_bytes(about: About) -> AsyncIterator[bytes]:
    """The plain bytes of a kept file, streamed.

    Raises:
        Tampered: in the middle, when the stored bytes are not those that were sealed.
    """
    return _plain(f"files/{about.id}", about)


async def _plain(path: str, about: About) -> AsyncIterator[bytes]:
    result = await obstore.get_async(store(), path)

    async def boxes() -> AsyncIterator[bytes]:
        async for piece in result.stream(min_chunk_size=256 * 1024):
            yield bytes(piece)

    async for chunk in open_chunks(base64.b64decode(about.key), boxes()):
        yield chunk


class Incoming(Protocol):
    """A piece of an upload: Reflex's UploadChunk."""

    @property
    def filename(self) -> str: ...

    @property
    def offset(self) -> int: ...

    @property
    def data(self) -> bytes: ...


async def files_in(pieces: AsyncIterable[Incoming], most: int) -> AsyncIterator[tuple[str, bytes | None]]:
    """The files of an upload, each with its bytes, or None as soon as it had more than `most`.

    The rest of a file that is too large is read away unkept, so that the answer can be heard.
    """
    name, data, size = None, bytearray(), 0
    async for piece in pieces:
        if piece.offset == 0:
            if name is not None:
                yield name, bytes(data) if size <= most else None
            name, data, size = piece.filename, bytearray(), 0
        size += len(piece.data)
        if size <= most:
            data += piece.data
        else:
            data.clear()
    if name is not None:
        yield name, bytes(data) if size <= most else None


async def sweep(now: float | None = None) -> int:
    """Removes what waited longer than an hour; returns how many objects went."""
    limit = (now or time.time()) - STAGED_SECONDS
    old: list[str] = []
    async for batch in obstore.list(store(), "staged"):
        old += [entry["path"] for entry in batch if entry["last_modified"].timestamp() < limit]
    await _delete(old)
    return len(old)
