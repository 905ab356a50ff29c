"""Files on their way in and in their place: ciphertext only, in a local folder or an S3-compatible store.

A file waits under `staged/<folder of the form>/` sealed with a key that needs a secret of the form in the reporter's
browser: the cleaned copy and, unless the reporter does not want it, the original, each under a key of its own. When the
report is sent both are copied to `files/<id>` and `files/<id>.original`; the key to the copy is then sealed with the
account, that to the original with the identity.

What is stored is as long as the next power of two: the exact length of a document could be looked up where it was
taken from.
"""

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
import obstore.exceptions
from obstore.store import LocalStore, ObjectStore, from_url

from wbs_app.config import settings
from wbs_app.disk import flush
from wbs_app.services import metrics, scanning
from wbs_app.services.refusal import Refused
from wbs_app.services.workshop import Prepared, prepare
from wbs_app.vault.sealing import Place, Tampered, new_key, seal_json, unseal_json
from wbs_app.vault.streams import open_chunks, seal_chunks

if TYPE_CHECKING:  # these exist for checkers alone
    from obstore.store import RetryConfig

STAGED_SECONDS = 3600
PARTS = ("about", "file", "original")
"""What a waiting file consists of; the first makes it exist."""
RETRIES: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
"""A reporter waits: better to say soon that a file could not be stored."""
SMALLEST_CLASS = 2**16  # bytes
WHOLE_BYTES = 2**20
"""Up to this size a file is sealed at once, in a few milliseconds, and not while it is being stored."""
UNREADABLE = (OSError, obstore.exceptions.BaseError, Tampered)
"""What reading a stored file may raise: the store has lost it or is away, or it is not what was sealed."""


@dataclass(frozen=True)
class About:
    """All we know of a stored file, sealed wherever it is kept. `key` opens its bytes, `size` and `sha256` are of the
    plain ones. `removed`: text keys under `cleaned.*`. `scanned`: what the virus scanner said; None: nothing yet."""

    id: str
    at: float
    extension: str
    mime: str
    size: int
    sha256: str
    key: str
    removed: list[str] = field(default_factory=list)
    scanned: scanning.Verdict | None = None
    by: str = "reporter"  # or a username


@dataclass(frozen=True)
class Waiting:
    """A file of a form: its cleaned copy, and the original; `keep` says whether that goes along."""

    about: About
    original: About
    keep: bool = True

    @classmethod
    def read(cls, known: dict[str, Any]) -> "Waiting":
        return cls(About(**known["about"]), About(**known["original"]), known["keep"])


# --- the store --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def store() -> ObjectStore:
    """The evidence store named by the settings."""
    folder = settings().evidence_dir
    if folder is None:
        return from_url(settings().evidence, retry_config=RETRIES)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(folder)


async def delete(paths: list[str]) -> None:
    """All at once; one by one when the local store has stopped at one that somebody else has deleted."""
    try:
        await obstore.delete_async(store(), paths)
    except FileNotFoundError:
        for path in paths:
            with suppress(FileNotFoundError):
                await obstore.delete_async(store(), path)


async def _put(path: str, about: About, data: bytes) -> None:
    padded = data.ljust(max(SMALLEST_CLASS, 1 << (len(data) - 1).bit_length()), b"\0")
    boxes = seal_chunks(base64.b64decode(about.key), once(padded))
    small = len(padded) <= WHOLE_BYTES
    await obstore.put_async(store(), path, b"".join([box async for box in boxes]) if small else boxes)


async def settle(paths: Sequence[str]) -> None:
    """Waits until a power cut no longer takes these files: what names them may be committed then. A store elsewhere has
    seen to it before it answered."""
    if paths and (folder := own_folder()):
        await asyncio.to_thread(flush, [folder / path for path in paths])


def own_folder() -> Path | None:
    """Of the store, where it is one of this machine's."""
    place = store()
    return Path(place.prefix) if isinstance(place, LocalStore) and place.prefix is not None else None


async def once(data: bytes) -> AsyncIterator[bytes]:
    """Bytes that are all there, as a stream."""
    yield data


def stored_bytes(about: About) -> AsyncIterator[bytes]:
    """The plain bytes of a kept file, streamed.

    Raises:
        Refused: for a file in which the virus scanner found something.
        Tampered: in the middle or at the end, when they are not those that were sealed.
        FileNotFoundError: when the store has lost it.
    """
    return _plain(f"files/{about.id}", about, served=True)


def bytes_to_scan(about: About) -> AsyncIterator[bytes]:
    """The same, whatever the scanner has said: for the scanner itself."""
    return _plain(f"files/{about.id}", about, served=False)


async def _plain(path: str, about: About, served: bool) -> AsyncIterator[bytes]:
    if served and about.scanned == "infected":
        raise Refused("error.file_infected")
    result = await obstore.get_async(store(), path)
    digest = hashlib.sha256()

    async def boxes() -> AsyncIterator[bytes]:
        async for piece in result.stream(min_chunk_size=256 * 1024):
            yield bytes(piece)

    left = about.size  # what follows is padding
    async for chunk in open_chunks(base64.b64decode(about.key), boxes()):
        if part := chunk[:left]:
            left -= len(part)
            digest.update(part)
            yield part
    if digest.hexdigest() != about.sha256:
        raise Tampered


# --- waiting ----------------------------------------------------------------------------------------------------------


class Staging:
    """The files of one form that has not been sent. `secret` is the form's own, kept sealed in its tab."""

    def __init__(self, secret: str) -> None:
        digest = hashlib.blake2b(secret.encode(), key=settings().secret_key(), person=b"staging").digest()
        self.name = digest[:16].hex()
        self._folder = f"staged/{self.name}"
        self._key = digest[32:]

    async def waiting(self) -> list[Waiting]:
        """What waits, in the order it came: for an hour, and unless another press takes it away meanwhile."""
        sealed = {stem: await _found(f"{stem}.about") for stem in _whole(await self._listed())}
        found = [
            Waiting.read(unseal_json(self._key, note, self._place(stem.rpartition("/")[2])))
            for stem, note in sealed.items()
            if note is not None
        ]
        since = time.time() - STAGED_SECONDS
        return sorted((file for file in found if file.about.at > since), key=lambda file: file.about.at)

    async def _listed(self) -> list[str]:
        return [entry["path"] for entry in await obstore.list(store(), self._folder).collect_async()]

    async def _has_room(self, most: int, id: str = "") -> bool:
        """Whether the file `id`, or else one more, is among the first `most`."""
        listed = len(_whole(await self._listed()))
        if listed < most or (id and listed == most):
            return True  # whoever these are: nothing needs to be opened
        kept = [about.id for about in await self.files()][:most]
        return id in kept if id else len(kept) < most

    async def files(self) -> list[About]:
        """The cleaned copies of what waits."""
        return [file.about for file in await self.waiting()]

    async def add(self, name: str, data: bytes, most_files: int) -> About:
        """Checks, cleans, scans and seals one file. Only its extension is used of `name`.

        Raises:
            Refused: with a text key under `error.file_*`, counted; nothing is kept then.
        """
        try:
            return await self._add(name, data, most_files)
        except Refused as refusal:
            metrics.refused("upload", refusal.key)
            raise

    async def _add(self, name: str, data: bytes, most_files: int) -> About:
        if not await self._has_room(most_files):
            raise Refused("error.file_count", max=most_files)
        made = await prepare(name, data)
        verdict = await _scanned(made)
        file = _described(made, verdict)
        await _put(f"{self._folder}/{file.about.id}.original", file.original, made.original)
        await _put(f"{self._folder}/{file.about.id}.file", file.about, made.cleaned)
        await self._note(file)  # last: it makes the file exist
        if not await self._has_room(most_files, file.about.id):  # several came at once
            await self._delete(file.about.id)
            raise Refused("error.file_count", max=most_files)
        return file.about

    async def _note(self, file: Waiting) -> None:
        known = {"about": vars(file.about), "original": vars(file.original), "keep": file.keep}
        sealed = seal_json(self._key, known, self._place(file.about.id))
        await obstore.put_async(store(), f"{self._folder}/{file.about.id}.about", sealed)

    def _place(self, id: str) -> Place:
        return Place("staged", f"{self._folder}/{id}", "about")

    async def keep_original(self, id: str, keep: bool) -> None:
        """Whether the original of a file goes along; unknown ids are none of ours."""
        for file in await self.waiting():
            if file.about.id == id and file.keep is not keep:
                await self._note(replace(file, keep=keep))

    async def scan_again(self) -> list[About]:
        """Asks the scanner about what it has not seen; the files it found something in, which are forgotten."""
        infected: list[About] = []
        for file in await self.waiting() if scanning.configured() else []:
            if file.about.scanned is not None:
                continue
            verdict = await self._scan(file)
            if verdict is None:
                break
            if verdict == "infected":
                infected.append(file.about)
                await self._delete(file.about.id)
            else:
                await self._note(_with(file, verdict))
        return infected

    async def _scan(self, file: Waiting) -> scanning.Verdict | None:
        """Both of them: each may be opened by somebody."""
        path, verdict = f"{self._folder}/{file.about.id}", None
        for about, kind in ((file.original, "original"), (file.about, "file")):
            verdict = await scanning.scan(_plain(f"{path}.{kind}", about, served=False))
            if verdict != "clean":
                return verdict
        return verdict

    async def opened(self, id: str) -> tuple[About, AsyncIterator[bytes]] | None:
        """One waiting file, cleaned, and its plain bytes: for the reporter's own look."""
        for about in await self.files():
            if about.id == id:
                return about, _plain(f"{self._folder}/{id}.file", about, served=True)
        return None

    async def remove(self, id: str) -> None:
        """Forgets one file; unknown ids are none of ours."""
        if id in {about.id for about in await self.files()}:
            await self._delete(id)

    async def clear(self) -> None:
        """Forgets all files of this form."""
        await delete(sorted(await self._listed()))  # first what makes a file exist

    async def _delete(self, id: str) -> None:
        await delete([f"{self._folder}/{id}.{kind}" for kind in PARTS])

    async def adopt(self) -> list[Waiting]:
        """Copies the files to their place for good, before the report that names them is committed."""
        found = await self.waiting()
        kept: list[str] = []
        for file in found:
            parts = {"file": file.about, "original": file.original} if file.keep else {"file": file.about}
            for part, about in parts.items():
                path = f"files/{about.id}"
                await obstore.copy_async(store(), f"{self._folder}/{file.about.id}.{part}", path)
                kept.append(path)
        await settle(kept)
        return found

    async def ready(self) -> list[Waiting]:
        """The same, once the scanner has had another look.

        Raises:
            Refused: when it found something; that file is forgotten, all others wait on.
        """
        if await self.scan_again():
            raise Refused("error.file_infected")
        return await self.adopt()


def _whole(listed: list[str]) -> list[str]:
    """The files of which all parts are listed: their paths without an ending."""
    there = set(listed)
    stems = [path.removesuffix(f".{PARTS[0]}") for path in listed if path.endswith(f".{PARTS[0]}")]
    return [stem for stem in stems if all(f"{stem}.{part}" in there for part in PARTS)]


async def _found(path: str) -> bytes | None:
    try:
        return bytes(await (await obstore.get_async(store(), path)).bytes_async())
    except FileNotFoundError:
        return None


async def _scanned(made: Prepared) -> scanning.Verdict | None:
    """Raises Refused when the scanner finds something."""
    verdict = None
    for data in (made.original, made.cleaned):
        verdict = await scanning.scan(once(data))
        if verdict == "infected":
            raise Refused("error.file_infected")
        if verdict is None:
            break
    return verdict


def _described(made: Prepared, verdict: scanning.Verdict | None) -> Waiting:
    id = secrets.token_hex(16)

    def about(id: str, data: bytes, removed: list[str]) -> About:
        return About(
            id=id,
            at=time.time(),
            extension=made.extension,
            mime=made.mime,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            key=base64.b64encode(new_key()).decode(),
            removed=removed,
            scanned=verdict,
        )

    return Waiting(about(id, made.cleaned, list(made.removed)), about(f"{id}.original", made.original, []))


def _with(file: Waiting, verdict: scanning.Verdict) -> Waiting:
    return replace(file, about=replace(file.about, scanned=verdict), original=replace(file.original, scanned=verdict))
