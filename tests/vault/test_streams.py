"""Sealed files: whatever the pieces, the same file comes back, or none at all."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbs_app.vault.sealing import Tampered, new_key
from wbs_app.vault.streams import (
    BOX_BYTES,
    CHUNK_BYTES,
    HEADER_BYTES,
    Opener,
    Sealer,
    open_chunks,
    seal_chunks,
)

LENGTHS = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]


async def arriving(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def in_pieces(whole: bytes, size: int) -> list[bytes]:
    return [whole[at : at + size] for at in range(0, len(whole), size)]


async def gather(chunks: AsyncIterator[bytes]) -> list[bytes]:
    return [chunk async for chunk in chunks]


def sealed(key: bytes, *pieces: bytes) -> bytes:
    return b"".join(asyncio.run(gather(seal_chunks(key, arriving(pieces)))))


def opened(key: bytes, *pieces: bytes) -> bytes:
    return b"".join(asyncio.run(gather(open_chunks(key, arriving(pieces)))))


def boxes_of(stored: bytes) -> tuple[bytes, list[bytes]]:
    return stored[:HEADER_BYTES], in_pieces(stored[HEADER_BYTES:], BOX_BYTES)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("size", [1000, CHUNK_BYTES, BOX_BYTES, 10 * CHUNK_BYTES])
def test_a_file_comes_back_whatever_the_pieces(length: int, size: int) -> None:
    key, plain = new_key(), secrets.token_bytes(length)
    stored = sealed(key, *in_pieces(plain, size))
    boxes = max(1, -(-length // CHUNK_BYTES))
    assert len(stored) == HEADER_BYTES + length + boxes * (BOX_BYTES - CHUNK_BYTES)
    assert opened(key, *in_pieces(stored, size)) == plain


def test_single_bytes_and_empty_pieces_are_pieces_too() -> None:
    key = new_key()
    stored = sealed(key, b"", b"a", b"", b"b", b"")
    assert opened(key, b"", *in_pieces(stored, 1), b"") == b"ab"


@given(st.lists(st.integers(0, CHUNK_BYTES + 2), max_size=5))
@settings(max_examples=15, deadline=None)
def test_the_stored_form_depends_on_the_bytes_alone(sizes: list[int]) -> None:
    key = new_key()
    pieces = [bytes([number]) * size for number, size in enumerate(sizes)]
    stored = sealed(key, *pieces)
    assert len(stored) == len(sealed(key, b"".join(pieces)))
    assert opened(key, stored) == b"".join(pieces)


@pytest.mark.parametrize("length", LENGTHS)
def test_a_file_cut_anywhere_is_refused(length: int) -> None:
    key = new_key()
    stored = sealed(key, bytes(length))
    at_boxes = range(HEADER_BYTES, len(stored), BOX_BYTES)
    for end in {0, 1, HEADER_BYTES - 1, len(stored) - 1, *at_boxes, *(at + 17 for at in at_boxes)}:
        if end < len(stored):
            with pytest.raises(Tampered):
                opened(key, stored[:end])


@pytest.mark.parametrize("length", LENGTHS)
def test_a_file_with_anything_added_is_refused(length: int) -> None:
    key = new_key()
    stored = sealed(key, bytes(length))
    _, boxes = boxes_of(stored)
    for extra in (b"\0", bytes(BOX_BYTES), boxes[-1], boxes[0], stored):
        with pytest.raises(Tampered):
            opened(key, stored + extra)


def test_boxes_out_of_order_missing_or_repeated_are_refused() -> None:
    key = new_key()
    header, (first, second, third, last) = boxes_of(sealed(key, secrets.token_bytes(3 * CHUNK_BYTES + 7)))
    for wrong in (
        [second, first, third, last],
        [first, third, second, last],
        [first, second, last],
        [second, third, last],
        [first, second, second, third, last],
        [last],
    ):
        with pytest.raises(Tampered):
            opened(key, header, *wrong)


def test_boxes_of_another_file_under_the_same_key_are_refused() -> None:
    key = new_key()
    (header, mine), (_, theirs) = (boxes_of(sealed(key, bytes(2 * CHUNK_BYTES))) for _ in range(2))
    with pytest.raises(Tampered):
        opened(key, header, mine[0], theirs[1])
    with pytest.raises(Tampered):
        opened(key, header, *theirs)


def test_every_changed_byte_is_noticed() -> None:
    key = new_key()
    stored = sealed(key, b"secret")
    for at in range(len(stored)):
        changed = bytearray(stored)
        changed[at] ^= 0x80
        with pytest.raises(Tampered):
            opened(key, bytes(changed))


@pytest.mark.parametrize("key", [bytes(32), b"", bytes(31)])
def test_another_key_does_not_open(key: bytes) -> None:
    with pytest.raises(Tampered):
        opened(key, sealed(new_key(), b"secret"))


def test_the_file_never_shows() -> None:
    plain = b"korupsi pengadaan server " * 100
    assert plain[:25] not in sealed(new_key(), plain)


def test_memory_stays_flat() -> None:
    """A chunk leaves before the next but one is asked for, so no more than two are ever held."""
    asked = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield bytes(CHUNK_BYTES)

    async def check() -> None:
        key = new_key()
        stream = open_chunks(key, seal_chunks(key, endless()))
        for taken in range(1, 20):
            await anext(stream)
            assert asked <= taken + 2
        await stream.aclose()

    asyncio.run(check())


def test_a_failing_upload_fails_the_sealing() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half a file"
        raise ConnectionError("the line went dead")

    with pytest.raises(ConnectionError):
        asyncio.run(gather(seal_chunks(new_key(), broken())))


def test_box_by_box_says_which_is_the_last() -> None:
    key = new_key()
    sealer = Sealer(key)
    boxes = [sealer.push(bytes(CHUNK_BYTES)), sealer.push(b"end", last=True)]
    opener = Opener(key, sealer.header)
    assert [opener.pull(box) for box in boxes] == [(bytes(CHUNK_BYTES), False), (b"end", True)]
    with pytest.raises(Tampered):
        opener.pull(boxes[1])


def test_a_sealer_makes_no_stream_that_could_not_be_opened() -> None:
    sealer = Sealer(new_key())
    for chunk, last in ((b"short", False), (b"", False), (bytes(CHUNK_BYTES + 1), True)):
        with pytest.raises(ValueError, match="64 KiB"):
            sealer.push(chunk, last)
    sealer.push(b"", last=True)
    with pytest.raises(ValueError, match="finished"):
        sealer.push(b"", last=True)
    with pytest.raises(ValueError, match="key"):
        Sealer(bytes(31))


@pytest.mark.parametrize("box", [b"", bytes(16), bytes(17), bytes(BOX_BYTES)])
def test_garbage_is_no_box(box: bytes) -> None:
    key = new_key()
    with pytest.raises(Tampered):
        Opener(key, Sealer(key).header).pull(box)
