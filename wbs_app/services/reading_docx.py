"""What a Word document says, in its order: paragraphs, rows of tables, pictures. Looks are left out, words are not.

For the machine without LibreOffice. It reads hostile bytes: call it by workbench.py.
"""

import re
from dataclasses import dataclass, field
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from wbs_app.services.ooxml import Package, Relation, parse
from wbs_app.services.refusal import Refused

_HEADING = re.compile(r"(?:heading|judul|title)\s*([1-9]?)", re.I)
_OFF = ("0", "false", "none", "off")
_SIGNS = {"tab": "    ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_NOTES = ("footnote", "endnote", "comment")
_BEFORE, _AFTER = ("header",), (*(f"{note}s" for note in _NOTES), "footer")
"""Kinds of part shown before the text and after it."""


@dataclass
class Paragraph:
    """Pieces of text, each bold or not. `level`: of a heading, from 1; 0 is ordinary text."""

    pieces: list[tuple[str, bool]] = field(default_factory=list)
    level: int = 0
    listed: bool = False

    @property
    def words(self) -> str:
        return "".join(said for said, _ in self.pieces)


@dataclass
class Row:
    """A row of a table: the paragraphs of each cell."""

    cells: list[list[Paragraph]] = field(default_factory=list)


@dataclass(frozen=True)
class Picture:
    """`width`: in EMU (914,400 an inch) as the document wants it, 0 when it does not say."""

    data: bytes
    width: int


Block = Paragraph | Row | Picture


class _Reader(ContentHandler):
    """Hears one part. Names are compared without their prefix: each producer chooses its own."""

    def __init__(self, pictures: dict[str, bytes]) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._pictures = pictures
        self._open: list[Paragraph] = []  # a text box stands in a paragraph and has its own
        self._rows: list[Row] = []  # a table may stand in a cell
        self._bold = self._hears = False
        self._twice = 0  # inside what stands there for programs that know no text boxes
        self._width = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        local = name.rpartition(":")[2]
        given = {key.rpartition(":")[2]: value for key, value in attrs.items()}
        if local == "Fallback" or self._twice:
            self._twice += 1
        elif (begin := getattr(self, f"_begin_{local}", None)) is not None:
            begin(given)
        elif local in _SIGNS:
            self._say(_SIGNS[local])
        elif local.removesuffix("Reference") in _NOTES and "id" in given:
            self._say(f"[{given['id']}]")

    def endElement(self, name: str) -> None:
        if self._twice:
            self._twice -= 1
        elif (end := getattr(self, f"_end_{name.rpartition(':')[2]}", None)) is not None:
            end()

    def characters(self, content: str) -> None:
        if self._hears and not self._twice:
            self._say(content)

    def _say(self, words: str) -> None:
        if self._open:
            self._open[-1].pieces.append((words, self._bold))

    # --- paragraphs -------------------------------------------------------------------------------------------------

    def _begin_p(self, _: dict[str, str]) -> None:
        self._open.append(Paragraph())

    def _end_p(self) -> None:
        done = self._open.pop()
        if self._rows and self._rows[-1].cells:
            self._rows[-1].cells[-1].append(done)
        else:
            self.blocks.append(done)

    def _begin_pStyle(self, given: dict[str, str]) -> None:
        if self._open and (found := _HEADING.match(given.get("val", ""))):
            self._open[-1].level = int(found[1] or 1)

    def _begin_numPr(self, _: dict[str, str]) -> None:
        if self._open:
            self._open[-1].listed = True

    def _begin_r(self, _: dict[str, str]) -> None:
        self._bold = False

    def _begin_b(self, given: dict[str, str]) -> None:
        self._bold = given.get("val", "") not in _OFF

    def _begin_t(self, _: dict[str, str]) -> None:
        self._hears = True

    def _end_t(self) -> None:
        self._hears = False

    def _note(self, given: dict[str, str]) -> None:
        """A note begins: its number stands where the text names it, too."""
        if "type" not in given and "id" in given:  # those with a type are lines between text and notes
            self.blocks.append(Paragraph([(f"[{given['id']}]", True)]))

    _begin_footnote = _begin_endnote = _begin_comment = _note

    # --- tables and pictures ----------------------------------------------------------------------------------------

    def _begin_tr(self, _: dict[str, str]) -> None:
        self._rows.append(Row())

    def _begin_tc(self, _: dict[str, str]) -> None:
        if self._rows:
            self._rows[-1].cells.append([])

    def _end_tr(self) -> None:
        done = self._rows.pop()
        if self._rows and self._rows[-1].cells:
            self._rows[-1].cells[-1] += [paragraph for cell in done.cells for paragraph in cell]
        else:
            self.blocks.append(done)

    def _begin_extent(self, given: dict[str, str]) -> None:
        wide = given.get("cx", "")
        self._width = int(wide) if wide.isascii() and wide.isdigit() and len(wide) < 10 else 0

    def _begin_blip(self, given: dict[str, str]) -> None:
        if (data := self._pictures.get(given.get("embed", ""))) is not None:
            self.blocks.append(Picture(data, self._width))
        self._width = 0

    def _begin_imagedata(self, given: dict[str, str]) -> None:
        if (data := self._pictures.get(given.get("id", ""))) is not None:
            self.blocks.append(Picture(data, 0))


def read(data: bytes) -> list[Block]:
    """All that a document says: what stands above its pages, the text, notes and comments, what stands below.

    Raises:
        Refused: with `error.file_unreadable`, or another of those of `ooxml.Package`.
    """
    package = Package(data)
    main = next((line.target for line in package.relations("") if line.kind == "officeDocument"), "")
    if main not in package:
        raise Refused("error.file_unreadable")
    lines = package.relations(main)
    return [
        *_parts(package, lines, _BEFORE),
        *_part(package, main),
        *_parts(package, lines, _AFTER),
    ]


def _parts(package: Package, lines: list[Relation], kinds: tuple[str, ...]) -> list[Block]:
    targets = [line.target for kind in kinds for line in lines if line.kind == kind and not line.external]
    return [block for target in dict.fromkeys(targets) if target in package for block in _part(package, target)]


def _part(package: Package, name: str) -> list[Block]:
    pictures = {
        line.id: package.read(line.target)
        for line in package.relations(name)
        if line.kind == "image" and not line.external and line.target in package
    }
    reader = _Reader(pictures)
    parse(package.read(name), reader)
    return reader.blocks
