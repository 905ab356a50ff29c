"""A Word document built anew from the parts that its main part leads to: text, looks, pictures, and nothing else.

Parts get new names, relations new numbers, the package no properties. Tracked changes are taken as accepted, fields
stay as the text they last showed, links as their text, comments without their author.
"""

import io
import posixpath
import zipfile
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import XMLGenerator, quoteattr
from xml.sax.xmlreader import AttributesImpl

from wbs_app.services.cleaning_picture import clean_picture
from wbs_app.services.ooxml import CONTENT_TYPES, Package, Relation, parse
from wbs_app.services.refusal import Refused

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_DRAWING = "application/vnd.openxmlformats-officedocument.drawingml."
_TYPES = {
    "officeDocument": f"{_WORD}document.main+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
    "chart": f"{_DRAWING}chart+xml",
    "diagramData": f"{_DRAWING}diagramData+xml",
    "diagramLayout": f"{_DRAWING}diagramLayout+xml",
    "diagramQuickStyle": f"{_DRAWING}diagramStyle+xml",
    "diagramColors": f"{_DRAWING}diagramColors+xml",
} | {
    kind: f"{_WORD}{kind}+xml"
    for kind in (
        "styles",
        "settings",
        "fontTable",
        "numbering",
        "footnotes",
        "endnotes",
        "header",
        "footer",
        "comments",
    )
}
"""Kind of relation that is followed -> the type of the part it leads to. Pictures are followed besides."""

_FOLLOWED = {*_TYPES, "image"} - {"officeDocument"}
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF")
_GONE = {
    "core-properties": "properties",
    "extended-properties": "software",
    "custom-properties": "properties",
    "thumbnail": "thumbnail",
    "hyperlink": "links",
    "control": "script",
    "people": "author",
    "printerSettings": "properties",
    "customXml": "properties",
    "image": "attachment",
} | dict.fromkeys(("oleObject", "package", "aFChunk", "subDocument", "font", "video", "audio", "media"), "attachment")
"""Kind of relation that is not followed -> what it is called."""

_PROPERTIES = {
    "author": "creator lastModifiedBy Manager Company",
    "dates": "created modified lastPrinted",
    "properties": "title subject description keywords category contentStatus identifier HyperlinkBase",
}
_PROPERTY = {name: key for key, names in _PROPERTIES.items() for name in names.split()}

_UNWRAPPED = {"ins", "moveTo", "fldSimple", "smartTag", "customXml"}
_CHANGES = {
    "del", "moveFrom", "delText", "delInstrText", "cellIns", "cellDel", "cellMerge", "rPrChange", "pPrChange",
    "sectPrChange", "tblPrChange", "tblGridChange", "trPrChange", "tcPrChange", "tblPrExChange",
    "numberingChange", "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd",
    "customXmlInsRangeStart", "customXmlInsRangeEnd", "customXmlDelRangeStart", "customXmlDelRangeEnd",
    "customXmlMoveFromRangeStart", "customXmlMoveFromRangeEnd", "customXmlMoveToRangeStart",
    "customXmlMoveToRangeEnd", "rsids", "rsid", "rsidRoot",
}  # fmt: skip
_FIELDS = {"fldChar", "instrText"}
_DROPPED = {
    "nsid", "tmpl", "smartTagPr", "customXmlPr", "dataBinding", "permStart", "permEnd", "proofErr", "docVars",
    "docId", "mailMerge", "attachedTemplate", "documentProtection", "writeProtection", "activeWritingStyle",
    "attachedSchema", "schemaLibrary", "saveThroughXslt", "hlinkClick", "hlinkHover", "embedRegular",
    "embedBold", "embedItalic", "embedBoldItalic", "altChunk", "persistentDocumentId", "creationId", "uniqueId",
    "signatureline", "alias", "tag", "placeholder", "captions",
}  # fmt: skip
_LOST = {"date", "dateUtc", "textId", "paraId", "anchorId", "editId", "tooltip", "alt", "href", "title", "gfxdata"}
"""Attributes: when and in which sitting something was written, where it came from, a whole package beside a drawing."""
_NAMED_PICTURES = ("docPr", "cNvPr")


class _Rewriter(XMLGenerator):
    """Writes a part again. Names are compared without their prefix: each producer chooses its own."""

    def __init__(self, out: io.BytesIO, ids: dict[str, str], removed: set[str]) -> None:
        super().__init__(out, "utf-8", short_empty_elements=True)  # pyright: ignore[reportArgumentType]
        self._ids = ids
        self._removed = removed
        self._prefixes: set[str] = set()
        self._written: list[bool] = []
        self._dropped = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        local = _local(name)
        given = dict(attrs.items())
        bound = {key.removeprefix("xmlns:"): uri for key, uri in given.items() if key.startswith("xmlns:")}
        self._prefixes |= {prefix for prefix, uri in bound.items() if uri in (_OFFICE, _STRICT)}
        dead = any(self._is_relation(key) and value and value not in self._ids for key, value in given.items())
        unwrapped = local in _UNWRAPPED or (dead and local == "hyperlink")
        if self._dropped or (dead and not unwrapped) or self._unwanted(local):
            self._dropped += 1
        self._written.append(not unwrapped)
        self._note(local, given)
        if not self._dropped and not unwrapped:
            super().startElement(name, AttributesImpl(self._kept(local, given)))

    def endElement(self, name: str) -> None:
        written = self._written.pop()
        if self._dropped:
            self._dropped -= 1
        elif written:
            super().endElement(name)

    def characters(self, content: str) -> None:
        if not self._dropped:
            super().characters(content)

    def ignorableWhitespace(self, content: str) -> None:
        self.characters(content)

    def processingInstruction(self, target: str, data: str) -> None:
        """Words to a program, not to a reader."""

    def _is_relation(self, key: str) -> bool:
        prefix, colon, _ = key.partition(":")
        return bool(colon) and prefix in self._prefixes

    @staticmethod
    def _unwanted(local: str) -> bool:
        return local in _CHANGES or local in _FIELDS or local in _DROPPED

    def _kept(self, local: str, given: dict[str, str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        for key, value in given.items():
            own = _local(key)
            if own in ("author", "initials") or (local in _NAMED_PICTURES and key in ("name", "descr")):
                kept[key] = ""  # not left out: Word wants some of them
            elif not own.startswith("rsid") and own not in _LOST:
                kept[key] = self._ids[value] if self._is_relation(key) and value else value
        return kept

    def _note(self, local: str, given: dict[str, str]) -> None:
        if local == "comment":
            self._removed.add("comments_author")
        elif local in _CHANGES or local in ("ins", "moveTo") or any("rsid" in key for key in given):
            self._removed.add("revisions")
        elif local == "fldSimple" or local == "instrText":
            self._removed.add("actions")
        elif local == "altChunk":
            self._removed.add("attachment")
        elif local == "docVars":
            self._removed.add("properties")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Builder:
    """The new package, and what was left out of it."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._names: dict[str, str] = {}
        self.removed: set[str] = set()
        self.parts: dict[str, bytes] = {}
        self.types: dict[str, str] = {}

    def add(self, name: str, kind: str) -> str | None:
        """The new name of a part, added with all that it leads to; None for a picture nobody here can draw."""
        if name in self._names:
            return self._names[name]
        if kind == "image":
            return self._add_picture(name)
        number = len(self.types) + 1
        new = "word/document.xml" if kind == "officeDocument" else f"word/{kind}{number}.xml"
        self._names[name], self.types[new] = new, _TYPES[kind]  # first: parts may lead to each other
        lines, ids = self._follow(name)
        out = io.BytesIO()
        parse(self._package.read(name), _Rewriter(out, ids, self.removed))
        self.parts[new] = out.getvalue()
        if lines:
            self.parts[posixpath.join("word/_rels", f"{new.rpartition('/')[2]}.rels")] = _relations(lines)
        return new

    def _follow(self, name: str) -> tuple[list[tuple[str, str, str]], dict[str, str]]:
        """(the new lines of a part: id, type, target; new ids by old)."""
        lines: list[tuple[str, str, str]] = []
        ids: dict[str, str] = {}
        for line in self._package.relations(name):
            new = self.add(line.target, line.kind) if self._followed(line) else None
            if new is None:
                self.removed |= {_GONE[line.kind]} if line.kind in _GONE else set()
            else:
                ids[line.id] = f"rId{len(ids) + 1}"
                lines.append((ids[line.id], line.type, new.removeprefix("word/")))
        return lines, ids

    def _followed(self, line: Relation) -> bool:
        known = line.type.rpartition("/")[0] in (_OFFICE, _STRICT) and line.kind in _FOLLOWED
        return known and not line.external and line.target in self._package

    def _add_picture(self, name: str) -> str | None:
        try:
            data, form, removed = clean_picture(self._package.read(name), *_FORMATS)
        except Refused:  # a drawing of Windows, for one: it is counted as an attachment, which is gone
            return None
        self.removed |= {key.removeprefix("cleaned.") for key in removed}
        new = f"word/media/image{len(self.types) + 1}.{form.lower()}"
        self._names[name], self.types[new], self.parts[new] = new, f"image/{form.lower()}", data
        return new


def clean_docx(data: bytes) -> tuple[bytes, set[str]]:
    """(the document in a new package, what was removed).

    Raises:
        Refused: with `error.file_unreadable`, or another of those of `ooxml.Package`.
    """
    package = Package(data)
    builder = _Builder(package)
    main: Relation | None = None
    for line in package.relations(""):
        if line.kind == "officeDocument" and line.target in package:
            main = line
        elif line.kind in _GONE:
            builder.removed |= _properties(package, line)
    if main is None:
        raise Refused("error.file_unreadable")
    new = builder.add(main.target, main.kind)
    assert new is not None  # that is for pictures
    builder.parts["_rels/.rels"] = _relations([("rId1", main.type, new)])
    return _packed(builder), {f"cleaned.{name}" for name in builder.removed}


def _properties(package: Package, line: Relation) -> set[str]:
    """What a part of properties says: named by its elements, when it has any that we know."""
    if line.target not in package or not line.kind.endswith("-properties"):
        return {_GONE[line.kind]}
    found: set[str] = set()

    class Reader(ContentHandler):
        name = ""

        def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: ARG002  as SAX calls it
            self.name = _local(name)

        def characters(self, content: str) -> None:
            if content.strip() and self.name in _PROPERTY:
                found.add(_PROPERTY[self.name])

    parse(package.read(line.target), Reader())
    return found if line.kind == "core-properties" else found | {_GONE[line.kind]}


def _relations(lines: list[tuple[str, str, str]]) -> bytes:
    body = "".join(
        f"<Relationship Id={quoteattr(id)} Type={quoteattr(type)} Target={quoteattr(target)}/>"
        for id, type, target in lines
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{body}</Relationships>'.encode()


def _packed(builder: _Builder) -> bytes:
    """The ZIP: parts in a fixed order, without times or anything else of where it was made."""
    body = "".join(f'<Override PartName="/{name}" ContentType="{type}"/>' for name, type in builder.types.items())
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    listing = f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{rels}{body}</Types>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in {CONTENT_TYPES: listing.encode(), **dict(sorted(builder.parts.items()))}.items():
            part = zipfile.ZipInfo(name)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.create_system = 0
            package.writestr(part, data)
    return out.getvalue()
