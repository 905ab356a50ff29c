"""A look at evidence, page by page. Nobody gets a byte of the file: only pixels.

The pages are drawn by a process that knows no secret of ours (workshop.py); it hands back bare pixels, which are packed
here. Whatever a file does there, it can show a picture and nothing else.
"""

import base64
import hashlib
import io
import json
import logging
from asyncio import wrap_future
from collections import OrderedDict
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PIL import Image

from wbs_app.model.access import Actor
from wbs_app.model.files import DOCX, PAGE_PIXELS, PAGE_SIDE
from wbs_app.services import cases, evidence_access, office
from wbs_app.services.audit import record
from wbs_app.services.database import reading, writing
from wbs_app.services.evidence import About, stored_bytes
from wbs_app.services.refusal import Refused
from wbs_app.services.workshop import exchange
from wbs_app.vault.codes import parse_ticket
from wbs_app.vault.sealing import Place, seal, unseal

log = logging.getLogger("wbs.viewing")

WIDTHS = (1000, 1500, 2000)
"""Pixels that a page may be wide: as it fits, half as large again, twice as large."""

MEDIA_TYPE = "image/webp"

PURPOSE, DESK_PURPOSE = "view", "view desk"
"""Of what a tab keeps to fetch pages with: a reporter's, an officer's."""
PASS_SECONDS = 30 * 60
_LARGE, _SMALL = 0.25, 100_000
"""Bytes for each pixel that a page of text never needs without loss, so that what needs more is a photograph; and bytes
that are too few to save on."""
_QUALITY = 88
_MOST_KEPT = 32 * 2**20

_hands = ThreadPoolExecutor(max_workers=2, thread_name_prefix="viewing")


class NoPage(Exception):
    """The file has no page of that number."""


# --- officers ---------------------------------------------------------------------------------------------------------


async def open_as(actor: Actor, ticket: str, position: int) -> About:
    """A file that an officer begins to look at: whole, nothing found in it, and recorded.

    Raises:
        Forbidden, NotFound, Tampered, FileNotFoundError, Refused: as `evidence_access.examined`.
    """
    about = await evidence_access.examined(actor, ticket, position)
    async with writing() as db:
        await record(db, actor.username, "view_evidence", parse_ticket(ticket) or "")
    return about


def opening(staff_id: int, ticket: str, position: int) -> dict[str, Any]:
    """What an officer's tab keeps, sealed, of a look that was recorded: its pages are not recorded one by one."""
    return {"staff": staff_id, "ticket": parse_ticket(ticket) or "", "position": position}


async def reopen_as(actor: Actor, ticket: str, position: int) -> About:
    """The same file once more, within a look that was recorded. Every page asks for the key again.

    Raises:
        Forbidden, NotFound, Tampered: as `cases.find_evidence`.
    """
    async with reading() as db:
        return await cases.find_evidence(db, actor, ticket, position)


# --- pages ------------------------------------------------------------------------------------------------------------


async def pages(about: About, plain: AsyncIterator[bytes] | None = None) -> int:
    """How many pages a file has. `plain`: its bytes, where they do not lie in the place of kept files.

    Raises:
        Tampered, FileNotFoundError: when its bytes are not those that came.
        Refused: when nobody can draw it, or the scanner found something in it.
    """
    count, _ = await _drawn(about, plain, 0, WIDTHS[0])
    return count


async def page(about: About, number: int, width: int, plain: AsyncIterator[bytes] | None = None) -> bytes:
    """A page (from 1) as a picture of MEDIA_TYPE, at most so many pixels wide.

    Raises:
        NoPage: when there is none of this number.
        Tampered, FileNotFoundError, Refused: as `pages`.
    """
    _, picture = await _drawn(about, plain, number, width)
    if not picture:
        raise NoPage
    return picture


async def _drawn(about: About, plain: AsyncIterator[bytes] | None, number: int, width: int) -> tuple[int, bytes]:
    """The whole file is read before the first pixel: a change at its end must show, too."""
    data = b"".join([chunk async for chunk in plain or stored_bytes(about)])
    return await wrap_future(_hands.submit(_draw, about, data, number, width))


def _draw(about: About, data: bytes, number: int, width: int) -> tuple[int, bytes]:
    mime = about.mime
    if mime == DOCX and (converted := _by_office(about, data)) is not None:
        mime, data = "application/pdf", converted
    asked = {"mime": mime, "number": number, "width": width}
    try:
        line, _, pixels = exchange(json.dumps(asked).encode() + b"\n" + data).partition(b"\n")
        count, size = _checked(json.loads(line), pixels)
    except (OSError, ValueError) as problem:  # no answer, or none that makes sense
        log.warning("a page was given up (%s)", type(problem).__name__)
        raise Refused("error.file_unreadable") from None
    return count, _packed(size, pixels) if pixels else b""


def _checked(answer: Any, pixels: bytes) -> tuple[int, tuple[int, int]]:
    """Number of pages and size of the page; they come from a process that a file may have taken over.

    Raises:
        ValueError: for what is no answer, a refusal among others: a file that came in can be drawn.
    """
    match answer:
        case {"pages": int(count), "size": [int(wide), int(high)]} if count > 0:
            fits = 0 <= wide <= PAGE_SIDE + 1 and 0 <= high <= PAGE_SIDE + 1 and wide * high <= PAGE_PIXELS * 1.01
            if fits and wide * high * 3 == len(pixels):
                return count, (wide, high)
    raise ValueError("no page")


def _packed(size: tuple[int, int], pixels: bytes) -> bytes:
    """Text without loss, photographs small."""
    picture, out = Image.frombytes("RGB", size, pixels), io.BytesIO()
    picture.save(out, "WEBP", lossless=True, quality=10, method=0)
    if out.tell() > max(_SMALL, size[0] * size[1] * _LARGE):
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=_QUALITY, method=0)
    return out.getvalue()


# --- Word documents, where there is LibreOffice -----------------------------------------------------------------------

_kept: OrderedDict[str, bytes] = OrderedDict()
"""The PDFs of the documents looked at last, each sealed under its file's own key: turning a page converts nothing."""


def _by_office(about: About, data: bytes) -> bytes | None:
    if office.installed() is None:
        return None
    key = hashlib.blake2b(base64.b64decode(about.key), digest_size=32, person=b"view").digest()
    place = Place("view", about.id, "pdf")
    if (sealed := _kept.get(about.id)) is not None:
        return unseal(key, sealed, place)
    made = office.as_pdf(data)
    if made is not None:
        _kept[about.id] = seal(key, made, place)
        while sum(map(len, _kept.values())) > _MOST_KEPT:
            _kept.popitem(last=False)
    return made
