"""Text, tables and pictures laid out on sheets of A4, in one plain typeface.

Lines are broken once, for a sheet 1000 units wide, so that a sheet says the same at every size it is drawn in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, ImageOps

from wbs_app.services.reading_docx import Block, Paragraph, Picture, Row
from wbs_app.services.refusal import Refused
from wbs_app.services.structure import UNREADABLE, opened_picture

WIDE, HIGH, MARGIN = 1000, 1414, 100
COLUMN = WIDE - 2 * MARGIN
SIZES = {0: 18, 1: 30, 2: 25, 3: 21}
"""Level of a heading -> size of its letters."""
SPACED = 1.45
_EMU_PER_UNIT = 914_400 * 8.27 / WIDE
_TYPEFACES = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf")
_INK, _RULE = "#111111", "#999999"


@dataclass(frozen=True)
class Text:
    """Some words at a place, measured from the left margin and the top of their strip."""

    left: float
    words: str
    size: int
    bold: bool


@dataclass(frozen=True)
class Strip:
    """A part of a sheet that is not divided: a line, or a picture. `rules`: x of upright lines, `ruled`: one above."""

    height: float
    texts: tuple[Text, ...] = ()
    picture: Image.Image | None = None
    wide: float = 0
    rules: tuple[float, ...] = ()
    ruled: bool = False


@dataclass(frozen=True)
class Sheet:
    """One page."""

    strips: tuple[Strip, ...]

    def picture(self, width: int) -> Image.Image:
        """The page `width` pixels wide."""
        scale = width / WIDE
        paper = Image.new("RGB", (width, round(HIGH * scale)), "white")
        pen, top = ImageDraw.Draw(paper), MARGIN * scale
        for strip in self.strips:
            _draw(paper, pen, strip, top, scale)
            top += strip.height * scale
        return paper


def lay_out(blocks: list[Block]) -> list[Sheet]:
    """The sheets that all of it fills; at least one.

    Raises:
        Refused: with `error.file_unreadable` for a picture that is none.
    """
    room = HIGH - 2 * MARGIN
    sheets: list[Sheet] = []
    filling: list[Strip] = []
    used = 0.0
    for block in blocks:
        for strip in _strips(block, room):
            if filling and used + strip.height > room:
                sheets.append(Sheet(tuple(filling)))
                filling, used = [], 0.0
            filling.append(strip)
            used += strip.height
    return [*sheets, Sheet(tuple(filling))]


def on_white(picture: Image.Image) -> Image.Image:
    """A picture upright, in plain colours, and without transparency, in which something could hide.

    Raises:
        UNREADABLE: when its pixels cannot be read.
    """
    picture = ImageOps.exif_transpose(picture)
    if picture.mode == "I;16":
        picture = picture.point(lambda value: value / 257).convert("L")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    seen = picture.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper


# --- strips -----------------------------------------------------------------------------------------------------------


def _strips(block: Block, room: float) -> Iterator[Strip]:
    if isinstance(block, Row):
        yield from _row(block)
    elif isinstance(block, Picture):
        yield _shown(block, room)
    else:
        size = SIZES[min(block.level, 3)]
        yield Strip(size * 0.25)
        for line in _lines(block, COLUMN):
            yield Strip(size * SPACED, line)
        yield Strip(size * 0.25)


def _row(row: Row) -> Iterator[Strip]:
    """Lines side by side, so that a long row goes on on the next sheet."""
    wide = COLUMN / max(1, len(row.cells))
    columns = [[line for said in cell for line in _lines(said, wide - 16)] for cell in row.cells]
    rules = tuple(wide * at for at in range(len(columns) + 1))
    height = max((len(column) for column in columns), default=0)
    for at in range(max(1, height)):
        found = [
            Text(text.left + wide * number + 8, text.words, SIZES[0], text.bold)
            for number, column in enumerate(columns)
            for text in (column[at] if at < len(column) else ())
        ]
        yield Strip(SIZES[0] * SPACED, tuple(found), rules=rules, ruled=at == 0)
    yield Strip(1, ruled=True)


def _shown(block: Picture, room: float) -> Strip:
    try:
        picture = on_white(opened_picture(block.data, "JPEG", "PNG"))
    except UNREADABLE as problem:
        raise Refused("error.file_unreadable") from problem
    wide = min(block.width / _EMU_PER_UNIT or picture.width, COLUMN, room * 0.95 * picture.width / picture.height)
    return Strip(wide * picture.height / picture.width + SIZES[0], picture=picture, wide=wide)


# --- lines ------------------------------------------------------------------------------------------------------------


def _lines(said: Paragraph, wide: float) -> Iterator[tuple[Text, ...]]:
    """A paragraph broken between its words; a word longer than a line within it."""
    size = SIZES[min(said.level, 3)]
    indent = 24 if said.listed else 0
    line: list[Text] = [Text(indent - 18, "•", size, False)] if said.listed else []
    left: float = indent
    for words, bold in said.pieces:
        for word in _words(words):
            if word == "\n" or (left + _wide(word.rstrip(), size, said.level > 0 or bold) > wide and left > indent):
                yield tuple(line)
                line, left = [], float(indent)
            for part in _parts(word, size, wide - indent):
                if left > indent and left + _wide(part.rstrip(), size, bold) > wide:
                    yield tuple(line)
                    line, left = [], float(indent)
                if part.strip():
                    line.append(Text(left, part.rstrip(), size, said.level > 0 or bold))
                left += _wide(part, size, bold)
    yield tuple(line)


def _words(said: str) -> Iterator[str]:
    """Words with the space after them, and line breaks by themselves."""
    for at, line in enumerate(said.split("\n")):
        if at:
            yield "\n"
        start = 0
        while start < len(line):
            end = line.find(" ", start) + 1 or len(line)
            yield line[start:end]
            start = end


def _parts(word: str, size: int, wide: float) -> Iterator[str]:
    """A word in parts that fit in a line: one, nearly always."""
    if word == "\n":
        return
    while len(word) > 1 and _wide(word.rstrip(), size, True) > wide:
        most = max(1, int(len(word) * wide / _wide(word, size, True)) - 1)
        yield word[:most]
        word = word[most:]
    yield word


@lru_cache(maxsize=1)
def _typeface() -> str:
    """The first of the usual typefaces that this machine has; "" for Pillow's own, which knows Latin letters only."""
    for name in _TYPEFACES:
        try:
            ImageFont.truetype(name, 10)
        except OSError:
            continue
        return name
    return ""


@lru_cache(maxsize=64)
def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_typeface(), size) if _typeface() else ImageFont.load_default(size)  # pyright: ignore[reportReturnType]


@lru_cache(maxsize=20_000)
def _wide(words: str, size: int, bold: bool) -> float:
    return _font(size).getlength(words) + (size / 18 if bold else 0)


# --- drawing ----------------------------------------------------------------------------------------------------------


def _draw(paper: Image.Image, pen: ImageDraw.ImageDraw, strip: Strip, top: float, scale: float) -> None:
    start, end = MARGIN * scale, (MARGIN + COLUMN) * scale
    if strip.ruled:
        pen.line((start, top, end, top), _RULE)
    for rule in strip.rules:
        pen.line((start + rule * scale, top, start + rule * scale, top + strip.height * scale), _RULE)
    for text in strip.texts:
        place = (start + text.left * scale, top + text.size * 0.15 * scale)
        thick = text.size * scale / 40 if text.bold else 0
        pen.text(place, text.words, _INK, _font(text.size * scale), stroke_width=thick)
    if strip.picture is not None:
        wide = max(1, round(strip.wide * scale))
        size = (wide, max(1, round(wide * strip.picture.height / strip.picture.width)))
        paper.paste(strip.picture.resize(size, Image.Resampling.LANCZOS), (round(start), round(top)))
