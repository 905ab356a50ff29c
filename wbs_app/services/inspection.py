"""What a file really is. The door every uploaded file passes before it is sealed."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from wbs_app.model.files import DOCX, TYPES
from wbs_app.services import ooxml
from wbs_app.services.refusal import Refused


def _libmagic() -> Any:
    """The distribution's, which is newer; on a machine without one, that of a wheel, which must come first."""
    try:
        return import_module("magic")
    except ImportError:
        import_module("pylibmagic")
        return import_module("magic")


_magic = _libmagic()


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
    mime = _magic.from_buffer(data, mime=True)
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
