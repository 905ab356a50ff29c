"""What a power cut must not take: a disk that has been asked has it, and not only the machine's memory."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def flush(places: Iterable[Path]) -> None:
    """Waits for the disk to have these files, and that they are in their folders."""
    files = list(places)
    for place in (*files, *{file.parent for file in files}):
        opened = os.open(place, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def keep(file: Path, text: str) -> None:
    """Writes a file that only we read: it has all of this or what it had."""
    with _written(file, text) as new:
        new.replace(file)
    flush([file])


def keep_first(file: Path, text: str) -> None:
    """The same where there is none yet; of several who do so at once, the first has written it."""
    with _written(file, text) as new, suppress(FileExistsError):
        os.link(new, file)
    flush([file])


@contextmanager
def _written(file: Path, text: str) -> Iterator[Path]:
    """The text on the disk, beside where it shall stand."""
    new = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    new.touch(mode=0o600)
    try:
        new.write_text(text)
        flush([new])
        yield new
    finally:
        new.unlink(missing_ok=True)
