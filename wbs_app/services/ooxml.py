"""A Word document as a package of parts: a ZIP whose names are only ever looked up, never paths.

All limits are read from the central directory before anything is inflated, and no part gives more than it said there.
Packages inside the package are never opened.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

import defusedxml.sax
from defusedxml import DefusedXmlException

from wbs_app.services.refusal import Refused

CONTENT_TYPES = "[Content_Types].xml"
MOST_PARTS = 2_000
MOST_PART_BYTES = 32 * 2**20
MOST_BYTES = 64 * 2**20
MOST_RATIO = 200
"""Inflated size by stored size, for parts of more than 1 MB: text reaches 30, a bomb 1000."""

_MACROS = ("vbaproject", "vbadata")


class Relation(NamedTuple):
    """A line from one part to another. `kind` is the last word of its type, `target` a part or an address outside."""

    id: str
    type: str
    kind: str
    target: str
    external: bool


class Package:
    """The parts of a Word document.

    Raises:
        Refused: when it is broken, locked, too large, or names its parts as no Word processor does.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
            raise Refused("error.file_unreadable") from problem
        listed = self._zip.infolist()
        if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > MOST_BYTES:
            raise Refused("error.file_unsafe")
        for part in listed:
            _check(part)
        self._parts = {part.filename: part for part in listed if not part.is_dir()}
        if len({part.filename.lower() for part in listed}) < len(listed):
            raise Refused("error.file_unsafe")  # two parts of one name: each reader would see another document

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def read(self, name: str) -> bytes:
        """The bytes of a part, never more than the directory said."""
        try:
            return self._zip.read(self._parts[name])
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as problem:
            raise Refused("error.file_unreadable") from problem

    def relations(self, name: str) -> list[Relation]:
        """Where a part leads; "" is the package itself."""
        folder, _, own = name.rpartition("/")
        path = posixpath.join(folder, "_rels", f"{own}.rels")
        found: list[Relation] = []

        def line(element: str, attrs: AttributesImpl) -> None:
            if element.rpartition(":")[2] == "Relationship":
                target, type = attrs.get("Target", ""), attrs.get("Type", "")
                external = attrs.get("TargetMode", "").lower() == "external" or "://" in target
                if not external:
                    target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                found.append(Relation(attrs.get("Id", ""), type, type.rpartition("/")[2], target, external))

        if path in self:
            parse(self.read(path), Listener(line))
        return found


def _check(part: zipfile.ZipInfo) -> None:
    """One entry of the directory."""
    name = part.orig_filename
    if part.flag_bits & 1:
        raise Refused("error.file_password")
    if name.startswith("/") or ".." in name.split("/") or set(name) & set("\\\0:") or len(name) > 255:
        raise Refused("error.file_unsafe")
    ratio = part.file_size / max(1, part.compress_size)
    if part.file_size > MOST_PART_BYTES or (part.file_size > 2**20 and ratio > MOST_RATIO):
        raise Refused("error.file_unsafe")
    if any(macro in name.lower() for macro in _MACROS):
        raise Refused("error.file_macro")


def names(data: bytes) -> set[str]:
    """The names in any ZIP, nothing for what is none. Nothing is inflated."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return set(package.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return set()


class Listener(ContentHandler):
    """Tells each element to a function."""

    def __init__(self, hear: Callable[[str, AttributesImpl], None]) -> None:
        super().__init__()
        self._hear = hear

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        self._hear(name, attrs)


def parse(data: bytes, handler: ContentHandler) -> None:
    """Reads XML without document type, entities or anything from elsewhere.

    Raises:
        Refused: with `error.file_unsafe` for XML that has these, `error.file_unreadable` for what is no XML.
    """
    try:
        defusedxml.sax.parseString(data, handler, forbid_dtd=True)
    except DefusedXmlException as problem:
        raise Refused("error.file_unsafe") from problem
    except (SAXException, ValueError, LookupError) as problem:  # the latter: an encoding nobody knows
        raise Refused("error.file_unreadable") from problem


def is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def examine(data: bytes) -> None:
    """Whether a package is a Word document without macros, document types and parts that lie elsewhere.

    Raises:
        Refused: with `error.file_unreadable`, `error.file_password`, `error.file_macro` or `error.file_unsafe`.
    """
    package = Package(data)
    if CONTENT_TYPES not in package:
        raise Refused("error.file_unreadable")

    def type_of_part(_: str, attrs: AttributesImpl) -> None:
        kind = attrs.get("ContentType", "").lower()
        if "macroenabled" in kind or "vba" in kind:
            raise Refused("error.file_macro")

    parse(package.read(CONTENT_TYPES), Listener(type_of_part))
    for name in package.names:
        if name.lower().endswith(".rels"):
            folder, _, own = name.rpartition("/")
            _check_relations(package.relations(posixpath.join(posixpath.dirname(folder), own[: -len(".rels")])))
        if is_xml(name):
            parse(package.read(name), ContentHandler())
    if [line.kind for line in package.relations("")].count("officeDocument") != 1:
        raise Refused("error.file_unreadable")


def _check_relations(lines: list[Relation]) -> None:
    """A link waits for a click, and the cleaning takes it out; all else from elsewhere is fetched unasked."""
    if any(line.external and line.kind != "hyperlink" for line in lines):
        raise Refused("error.file_unsafe")
