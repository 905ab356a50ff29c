"""A backup's file: a tar of named parts, whose last ones are a manifest with every part's digest and its signature.

The signature is Ed25519 with a key derived from the server's secret. It can be checked without the secret, by the
public key's fingerprint, which every backup prints: after a fire the secret may be the one thing that is lost.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from wbs_app.config import settings
from wbs_app.disk import flush
from wbs_app.services.refusal import Refused

FORMAT = 1

_MANIFEST, _SIGNATURE = "manifest.json", "manifest.sig"

Manifest = dict[str, Any]


def signing_key() -> SigningKey:
    """This system's own."""
    return SigningKey(hashlib.blake2b(b"", key=settings().secret_key(), person=b"wbs backup", digest_size=32).digest())


def fingerprint(public: bytes) -> str:
    """What people compare: "3f2a-…", 32 hexadecimal digits in groups of four."""
    digits = hashlib.blake2b(public, digest_size=16, person=b"wbs backup key").hexdigest()
    return "-".join(digits[at : at + 4] for at in range(0, len(digits), 4))


class Writer:
    """Writes beside the target and takes its name only when all is there and on the disk."""

    def __init__(self, target: Path) -> None:
        self._target, self._part = target, target.with_name(target.name + ".part")
        self._digests: dict[str, str] = {}
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._tar = tarfile.open(fileobj=self._file, mode="w")  # noqa: SIM115  closed by `finish` or `give_up`

    def add(self, name: str, data: bytes) -> None:
        self._digests[name] = hashlib.sha256(data).hexdigest()
        self._put(name, data)

    def _put(self, name: str, data: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o600
        with _named(self._target):
            self._tar.addfile(entry, io.BytesIO(data))

    def finish(self, told: Manifest) -> str:
        """Signs and keeps; the fingerprint of the key it is signed with."""
        key = signing_key()
        manifest = told | {"format": FORMAT, "public_key": bytes(key.verify_key).hex(), "digests": self._digests}
        data = json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode()
        self._put(_MANIFEST, data)
        self._put(_SIGNATURE, key.sign(data).signature)
        with _named(self._target):
            self._tar.close()
            self._file.close()
            flush([self._part])
            self._part.rename(self._target)
            flush([self._target])
        return fingerprint(bytes(key.verify_key))

    def give_up(self) -> None:
        with suppress(OSError):  # on a full disk what is still held cannot be written even now
            self._file.close()
        self._part.unlink(missing_ok=True)


@contextmanager
def _named(target: Path) -> Iterator[None]:
    """An error of writing does not say by itself which file, or disk, it is about."""
    try:
        yield
    except OSError as problem:
        problem.filename = problem.filename or str(target)
        raise


@contextmanager
def writing_to(target: Path) -> Iterator[Writer]:
    """A writer that leaves nothing behind when the block raises.

    Raises:
        Refused: when the target exists, cannot be written, or is being written.
    """
    if target.exists():
        raise Refused("admin.backup_exists")
    try:
        writer = Writer(target)
    except FileExistsError as problem:
        raise Refused("admin.backup_part", file=problem.filename) from None
    except OSError:
        raise Refused("admin.backup_unwritable") from None
    try:
        yield writer
    except BaseException:
        writer.give_up()
        raise


class Reader:
    """A backup that is whole and signed by whom it should be; nothing else of it is believed.

    `trusted`: the fingerprint of the key, as the backup printed it; "" for this system's own key.
    """

    def __init__(self, source: Path, trusted: str = "") -> None:
        try:
            self._tar = tarfile.open(source, mode="r:")  # noqa: SIM115  closed by `__exit__`
        except (OSError, tarfile.TarError):
            raise Refused("admin.backup_broken") from None
        try:
            self._entries = self._listed()
            self.manifest = self._signed(trusted)
        except BaseException:
            self._tar.close()
            raise

    def _listed(self) -> dict[str, tarfile.TarInfo]:
        try:
            return {entry.name: entry for entry in self._tar.getmembers()}
        except (OSError, tarfile.TarError):
            raise Refused("admin.backup_broken") from None

    def _signed(self, trusted: str) -> Manifest:
        try:
            data, signature = self._bytes(_MANIFEST), self._bytes(_SIGNATURE)
            manifest: Manifest = json.loads(data)
            public = bytes.fromhex(manifest["public_key"])
            VerifyKey(public).verify(data, signature)
        except (OSError, tarfile.TarError, KeyError, ValueError, BadSignatureError):
            raise Refused("admin.backup_broken") from None
        if fingerprint(public) != (trusted.strip().lower() or fingerprint(bytes(signing_key().verify_key))):
            raise Refused("admin.backup_stranger")
        return manifest

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def _bytes(self, name: str) -> bytes:
        file = self._tar.extractfile(self._entries[name])
        if file is None:
            raise KeyError(name)
        return file.read()

    @property
    def digests(self) -> dict[str, str]:
        """Name of each part -> SHA-256 of its bytes, in the order in which they were written."""
        names = [name for name in self._entries if name not in (_MANIFEST, _SIGNATURE)]
        known: dict[str, str] = self.manifest["digests"]
        if set(names) != set(known):
            raise Refused("admin.backup_broken")
        return {name: known[name] for name in names}

    def read(self, name: str) -> bytes:
        """A part's bytes.

        Raises:
            Refused: when they are not those that were signed.
        """
        data = self._bytes(name)
        if hashlib.sha256(data).hexdigest() != self.manifest["digests"][name]:
            raise Refused("admin.backup_broken")
        return data
