"""Sealed streams for files of any size: libsodium secretstream in chunks of 64 KiB.

On disk: the header (24 bytes), then boxes of 64 KiB + 17 bytes each, the last one of at most that size
and marked as the last. An empty file is a header and one empty box. Memory stays at one chunk and the
piece just received.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from nacl import bindings
from nacl.exceptions import CryptoError

from wbs_app.vault.sealing import KEY_BYTES, Tampered

CHUNK_BYTES = 65536
HEADER_BYTES = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
BOX_BYTES = CHUNK_BYTES + bindings.crypto_secretstream_xchacha20poly1305_ABYTES

_MESSAGE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


class Sealer:
    """Seals one stream under a key of 32 bytes (else ValueError). `header` comes first on the disk."""

    header: bytes

    def __init__(self, key: bytes) -> None:
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        self.header = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        self._finished = False

    def push(self, chunk: bytes, last: bool = False) -> bytes:
        """The next box. Every chunk is 64 KiB except the last, which may be shorter or empty.

        A chunk of another size, or one after the last, is a ValueError.
        """
        if self._finished:
            raise ValueError("the stream is finished")
        if len(chunk) > CHUNK_BYTES or (len(chunk) < CHUNK_BYTES and not last):
            raise ValueError("every chunk but the last is 64 KiB")
        self._finished = last
        tag = _FINAL if last else _MESSAGE
        return bindings.crypto_secretstream_xchacha20poly1305_push(self._state, chunk, tag=tag)


class Opener:
    """Opens one stream, box by box in order. Tampered when the header cannot be one.

    Whoever stops before a box said it was the last has a truncated stream.
    """

    def __init__(self, key: bytes, header: bytes) -> None:
        if len(key) != KEY_BYTES or len(header) != HEADER_BYTES:
            raise Tampered
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, header, key)
        self._finished = False

    def pull(self, box: bytes) -> tuple[bytes, bool]:
        """The next chunk and whether it is the last; Tampered when `box` is not the next one as sealed."""
        if self._finished:
            raise Tampered
        try:
            chunk, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(self._state, box)
        except CryptoError:
            raise Tampered from None
        self._finished = tag == _FINAL
        return chunk, self._finished


async def seal_chunks(key: bytes, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The on-disk form of a file that arrives in pieces of any size."""
    sealer = Sealer(key)
    yield sealer.header
    async with aclosing(_cut(chunks, CHUNK_BYTES, CHUNK_BYTES)) as cuts:
        async for chunk, last in cuts:
            yield sealer.push(chunk, last)


async def open_chunks(key: bytes, boxes: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The file whose on-disk form arrives in pieces of any size.

    Each chunk is genuine when it is yielded, but only the end of the iteration proves that the file is
    whole: Tampered may still come after the first chunks.
    """
    opener: Opener | None = None
    finished = False
    async with aclosing(_cut(boxes, HEADER_BYTES, BOX_BYTES)) as cuts:
        async for cut, _ in cuts:
            if opener is None:
                opener = Opener(key, cut)
                continue
            chunk, finished = opener.pull(cut)
            yield chunk
    if not finished:
        raise Tampered


async def _cut(pieces: AsyncIterator[bytes], first: int, size: int) -> AsyncGenerator[tuple[bytes, bool], None]:
    """The same bytes cut into `first`, then `size` bytes each; the last cut (marked True) may be shorter.

    A full cut is held back until more arrives, since only then is it known not to be the last.
    """
    held = bytearray()
    want = first
    async for piece in pieces:
        held += piece
        while len(held) > want:
            yield bytes(held[:want]), False
            del held[:want]
            want = size
    yield bytes(held), True
