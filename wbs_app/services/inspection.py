"""What a file really is: by its first bytes, then by its structure. The door every uploaded file passes.

Nothing here is decoded, inflated or followed before the file's own headers said that it is small enough.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf
from PIL import Image

try:
    import magic
except ImportError:  # no libmagic on this machine: the wheel brings one, older than a distribution's
    import magic
    import pylibmagic  # noqa: F401

from wbs_app.services import ooxml
from wbs_app.services.refusal import Refused

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES = {
    "docx": DOCX,
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
}
"""Extension -> the type its content must have."""

MOST_SIDE = 12_000
MOST_PIXELS = 50_000_000
MOST_PAGES = 500

UNREADABLE = (OSError, SyntaxError, ValueError, EOFError)
"""What Pillow raises for a picture that is not one."""

Image.MAX_IMAGE_PIXELS = None  # the limit is ours, in `opened_picture`: Pillow would warn first and allow the double


@dataclass(frozen=True)
class Inspected:
    """A file fit to be kept: `data` is what officers get."""

    extension: str
    mime: str
    data: bytes


def extension_of(name: str) -> str:
    """The extension in lower case, "" when there is none. Never anything else of a stranger's file name."""
    stem, dot, extension = name.rpartition(".")
    return extension.strip().lower() if dot and stem else ""


def inspect(name: str, data: bytes) -> Inspected:
    """The file, once its content agrees with its extension. Blocks: call it in a thread.

    Raises:
        Refused: with `error.file_empty`, `error.file_type`, `error.file_mismatch` or `error.file_password`.
    """
    extension = extension_of(name)
    if extension not in TYPES:
        raise Refused("error.file_type")
    if not data:
        raise Refused("error.file_empty")
    mime = magic.from_buffer(data, mime=True)
    if TYPES[extension] == DOCX:
        mime = _word_type(mime, data)
    if mime != TYPES[extension]:
        raise Refused("error.file_mismatch")
    return Inspected(extension, mime, data)


def _word_type(mime: str, data: bytes) -> str:
    """libmagic knows a Word document only when its parts come in Word's own order."""
    if data.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("error.file_password")
    zipped = mime in ("application/zip", "application/octet-stream")
    return DOCX if zipped and {ooxml.CONTENT_TYPES, "word/document.xml"} <= ooxml.names(data) else mime


def examine(mime: str, data: bytes) -> None:
    """Whether a file of this type is whole and within the limits. Blocks, and reads hostile bytes: see workshop.py.

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


def _examine_picture(data: bytes, form: str) -> None:
    picture = opened_picture(data, form)
    try:
        picture.load()
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
