"""Whether a file is whole, and small enough to be worked on. It reads hostile bytes: call it by workshop.py.

Nothing here is decoded, inflated or followed before the file's own headers said that it is small enough.
"""

import io
from collections.abc import Callable

import pikepdf
from PIL import Image

from wbs_app.model.files import DOCX
from wbs_app.services import ooxml
from wbs_app.services.refusal import Refused

MOST_SIDE = 12_000
MOST_PIXELS = 50_000_000
MOST_PAGES = 500

UNREADABLE = (OSError, SyntaxError, ValueError, EOFError)
"""What Pillow raises for a picture that is not one."""

Image.MAX_IMAGE_PIXELS = None  # the limit is ours, in `opened_picture`: Pillow would warn first and allow the double


def examine(mime: str, data: bytes) -> None:
    """Whether a file of this type is whole and within the limits. Blocks.

    Raises:
        Refused: with `error.file_unreadable`, `error.file_password`, `error.file_macro`, `error.file_unsafe`,
            `error.file_pages` or `error.file_pixels`.
    """
    _EXAMINERS[mime](data)


# --- pictures ---------------------------------------------------------------------------------------------------------


def opened_picture(data: bytes, *formats: str) -> Image.Image:
    """A picture whose header is read and whose pixels are not, yet; at its first frame.

    Raises:
        Refused: with `error.file_unreadable` or `error.file_pixels`.
    """
    try:
        picture = Image.open(io.BytesIO(data), formats=formats)
    except UNREADABLE as problem:
        raise Refused("error.file_unreadable") from problem
    width, height = picture.size
    if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
        raise Refused("error.file_pixels", max=MOST_PIXELS // 1_000_000)
    return picture


def check_picture(data: bytes, form: str) -> None:
    """All of `examine` but the decoding, which whoever cleans a picture does anyway.

    Raises:
        Refused: with `error.file_unreadable` or `error.file_pixels`.
    """
    _tried(opened_picture(data, form).verify)


def _examine_picture(data: bytes, form: str) -> None:
    check_picture(data, form)
    _tried(opened_picture(data, form).load)


def _tried(read: Callable[[], object]) -> None:
    try:
        read()
    except UNREADABLE as problem:  # cut short, for one
        raise Refused("error.file_unreadable") from problem


# --- PDF --------------------------------------------------------------------------------------------------------------


def opened_pdf(data: bytes) -> pikepdf.Pdf:
    """A PDF with its pages counted. One that only forbids printing and the like opens as well.

    Raises:
        Refused: with `error.file_password`, `error.file_pages` or `error.file_unreadable`.
    """
    try:
        pdf = pikepdf.open(io.BytesIO(data), suppress_warnings=True)
        pages = len(pdf.pages)
    except pikepdf.PasswordError as problem:
        raise Refused("error.file_password") from problem
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError) as problem:
        raise Refused("error.file_unreadable") from problem
    if pages > MOST_PAGES:
        raise Refused("error.file_pages", max=MOST_PAGES)
    if pages == 0:
        raise Refused("error.file_unreadable")
    return pdf


def _examine_pdf(data: bytes) -> None:
    opened_pdf(data).close()


_EXAMINERS: dict[str, Callable[[bytes], None]] = {
    DOCX: ooxml.examine,
    "image/jpeg": lambda data: _examine_picture(data, "JPEG"),
    "image/png": lambda data: _examine_picture(data, "PNG"),
    "application/pdf": _examine_pdf,
}
