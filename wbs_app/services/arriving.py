"""An upload on its way in: pieces become files, and none is held beyond its limit."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol


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
    name: str | None = None
    held, size = bytearray(), 0
    async for piece in pieces:
        if piece.offset == 0:
            if name is not None:
                yield name, _whole(held) if size <= most else None
            name, size = piece.filename, 0
        size += len(piece.data)
        if size <= most:
            held += piece.data
        else:
            held.clear()
    if name is not None:
        yield name, _whole(held) if size <= most else None


def _whole(held: bytearray) -> bytes:
    """What was held, and is then no longer: a file that waits its turn is in memory once."""
    data = bytes(held)
    held.clear()
    return data
