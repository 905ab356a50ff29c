"""The virus scanner, when one is configured: clamd by `WBS_CLAMD_URL`, told the bytes by its INSTREAM command.

What it cannot look at now is not clean: it stays unscanned, and is asked about again.
"""

import asyncio
import logging
import struct
from collections.abc import AsyncIterable
from contextlib import suppress
from typing import Literal
from urllib.parse import unquote, urlsplit

from wbs_app.config import settings

log = logging.getLogger("wbs.scanning")

Verdict = Literal["clean", "infected"]

CONNECT_SECONDS = 3
SCAN_SECONDS = 30
_PIECE = 64 * 1024
_LONGEST_ANSWER = 4096
_LENGTH = struct.Struct(">I")


def configured() -> bool:
    """Whether files are scanned here; otherwise nothing is said about it anywhere."""
    return bool(settings().clamd_url)


async def scan(content: AsyncIterable[bytes]) -> Verdict | None:
    """What the scanner says of a file; None when it does not answer, or there is none.

    Whatever reading `content` raises comes through.
    """
    if not configured():
        return None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await _connect()
    except OSError as problem:  # a timeout is one
        log.warning("the virus scanner cannot be reached (%s)", type(problem).__name__)
        return None
    try:
        async with asyncio.timeout(SCAN_SECONDS):
            await _tell(writer, content)
            answer = await _heard(reader)
    except TimeoutError:
        log.warning("the virus scanner did not answer in time")
        return None
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    return _verdict(answer)


async def _connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    url = urlsplit(settings().clamd_url)
    if url.scheme == "unix":
        return await asyncio.open_unix_connection(unquote(url.path), limit=_LONGEST_ANSWER)
    return await asyncio.open_connection(url.hostname, url.port, limit=_LONGEST_ANSWER)


async def _tell(writer: asyncio.StreamWriter, content: AsyncIterable[bytes]) -> None:
    """A scanner that has heard enough hangs up: what it said is read all the same."""
    writer.write(b"zINSTREAM\0")
    async for chunk in content:
        for at in range(0, len(chunk), _PIECE):
            piece = chunk[at : at + _PIECE]
            writer.write(_LENGTH.pack(len(piece)) + piece)
            try:
                await writer.drain()
            except ConnectionError:
                return
    writer.write(_LENGTH.pack(0))
    with suppress(ConnectionError):
        await writer.drain()


async def _heard(reader: asyncio.StreamReader) -> bytes:
    """The answer; nothing when it hung up without one."""
    try:
        return await reader.readuntil(b"\0")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        return b""


def _verdict(answer: bytes) -> Verdict | None:
    """The name of what was found stays unsaid: it could be the sender's own words."""
    said = answer.rstrip(b"\0").strip()
    if said == b"stream: OK":
        return "clean"
    if said.startswith(b"stream: ") and said.endswith(b" FOUND"):
        log.warning("the virus scanner found something in a file")
        return "infected"
    log.error("the virus scanner could not look at a file")  # too large for it, for one
    return None
