"""Pages of a file as pixels. It reads hostile bytes: workbench.py runs it, in a process for one file alone.

What comes out is raw: three bytes for each pixel, which the server packs itself. So a file that took its process over
could still show nothing but a picture.
"""

from collections.abc import Callable
from typing import Any

import pypdfium2
from PIL import Image

from wbs_app.model.files import DOCX, PAGE_PIXELS, PAGE_SIDE
from wbs_app.services.layout import lay_out, on_white
from wbs_app.services.reading_docx import read
from wbs_app.services.refusal import Refused
from wbs_app.services.structure import UNREADABLE, opened_picture

Drawn = tuple[int, Image.Image | None]
"""How many pages there are, and the one that was asked for."""


def draw(mime: str, data: bytes, number: int, width: int) -> tuple[dict[str, Any], bytes]:
    """How many pages a file has, and its page `number` (from 1) `width` pixels wide, at most, with the size it has.

    No pixels for the number 0, or one that there is no page of.

    Raises:
        Refused: for a file that cannot be read.
    """
    pages, picture = _DRAWERS[mime](data, number, width)
    if picture is None:
        return {"pages": pages, "size": [0, 0]}, b""
    return {"pages": pages, "size": list(picture.size)}, picture.convert("RGB").tobytes()


def fitting(size: tuple[float, float], width: int) -> float:
    """By how much a page of this size is scaled to be so wide, without having too many pixels."""
    across, down = max(size[0], 1.0), max(size[1], 1.0)
    return min(width / across, PAGE_SIDE / down, (PAGE_PIXELS / (across * down)) ** 0.5)


def _draw_pdf(data: bytes, number: int, width: int) -> Drawn:
    try:
        pdf = pypdfium2.PdfDocument(data)
        pages = len(pdf)
        if not 0 < number <= pages:
            return pages, None
        pdf.init_forms()  # what somebody filled in is drawn as well
        page = pdf[number - 1]
        scale: Any = fitting(page.get_size(), width)  # any number: its annotation says less than its documentation
        return pages, page.render(scale=scale).to_pil()
    except (pypdfium2.PdfiumError, *UNREADABLE) as problem:
        raise Refused("error.file_unreadable") from problem


def _draw_picture(data: bytes, number: int, width: int) -> Drawn:
    picture = opened_picture(data, "JPEG", "PNG")
    if number != 1:
        return 1, None
    try:
        scale = min(1.0, fitting(picture.size, width))  # seen larger it would not be seen better
        picture.draft(None, (round(picture.width * scale), round(picture.height * scale)))
        shown = on_white(picture)
    except UNREADABLE as problem:
        raise Refused("error.file_unreadable") from problem
    scale = min(1.0, fitting(shown.size, width))  # it may have been turned
    size = (max(1, round(shown.width * scale)), max(1, round(shown.height * scale)))
    return 1, shown if size == shown.size else shown.resize(size, Image.Resampling.LANCZOS)


def _draw_docx(data: bytes, number: int, width: int) -> Drawn:
    sheets = lay_out(read(data))
    return len(sheets), sheets[number - 1].picture(width) if 0 < number <= len(sheets) else None


_DRAWERS: dict[str, Callable[[bytes, int, int], Drawn]] = {
    "application/pdf": _draw_pdf,
    "image/jpeg": _draw_picture,
    "image/png": _draw_picture,
    DOCX: _draw_docx,
}
