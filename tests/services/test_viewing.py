"""Pages of evidence as pixels: what they show, that they are nothing but pixels, and what a hostile file gets."""

import base64
import io
import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pikepdf
import psutil
import pytest
from PIL import Image, ImageChops, ImageStat

from tests.services.samples import (
    jpeg,
    marked_pdf,
    marked_word,
    pixels,
    plain_parts,
    plain_pdf,
    png,
    relations,
    saved,
    text_part,
    word,
)
from wbs_app.model.files import DOCX, PAGE_PIXELS
from wbs_app.services import office, seclusion, viewing, workshop
from wbs_app.services.cleaning import clean
from wbs_app.services.evidence import About
from wbs_app.services.layout import COLUMN, lay_out
from wbs_app.services.reading_docx import Paragraph, Picture, Row, read
from wbs_app.services.refusal import Refused
from wbs_app.services.viewing import NoPage
from wbs_app.vault.sealing import Tampered

PDF = "application/pdf"
OFFICES = ["none", *(["LibreOffice"] if office.installed() else [])]


def about(mime: str, id: str = "0" * 32) -> About:
    return About(id, 0.0, "x", mime, 1, "", base64.b64encode(bytes(32)).decode())


async def whole(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def changed(data: bytes) -> AsyncIterator[bytes]:
    yield data
    raise Tampered


async def count(mime: str, data: bytes) -> int:
    return await viewing.pages(about(mime), whole(data))


async def page(mime: str, data: bytes, number: int = 1, width: int = 1000) -> Image.Image:
    drawn = Image.open(io.BytesIO(await viewing.page(about(mime), number, width, whole(data))))
    assert (drawn.format, drawn.mode, drawn.info.keys() - {"loop", "background", "timestamp", "duration"}) == (
        "WEBP",
        "RGB",
        set(),
    )
    return drawn


def unlike(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures of one size are from each other on average, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def ink(picture: Image.Image) -> int:
    """How many of its pixels are dark."""
    return sum(picture.convert("L").histogram()[:100])


@pytest.fixture(autouse=True)
def no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """Word documents are laid out by us, where a test is not about LibreOffice."""
    monkeypatch.setattr(office, "installed", lambda: None)


# --- what is seen -----------------------------------------------------------------------------------------------------


async def test_a_pdf_page_by_page() -> None:
    pdf = plain_pdf("Halaman", pages=2)
    pdf.add_blank_page(page_size=(300, 200))
    data = saved(pdf)
    assert await count(PDF, data) == 3
    first, last = await page(PDF, data, 1), await page(PDF, data, 3)
    assert first.size == last.size == (1000, 667)
    assert ink(first) > 1000 and ink(last) == 0


@pytest.mark.parametrize("width", viewing.WIDTHS)
async def test_pages_are_as_wide_as_asked(width: int) -> None:
    assert (await page(PDF, saved(plain_pdf()), 1, width)).width == width
    assert (await page(DOCX, word(plain_parts()), 1, width)).width == width


async def test_what_was_filled_in_is_seen() -> None:
    cleaned = clean(PDF, marked_pdf("Penanda")).data
    shown = await page(PDF, cleaned)
    blue = shown.getpixel((220 * 1000 // 300, (200 - 30) * 1000 // 300))
    assert isinstance(blue, tuple) and blue[2] > 150 > blue[0]


@pytest.mark.parametrize(("mime", "make"), [("image/jpeg", jpeg), ("image/png", png)])
async def test_a_picture_is_seen_as_it_is(mime: str, make) -> None:
    large = pixels(2400, 1800)
    shown = await page(mime, make(picture=large))
    assert shown.size == (1000, 750)
    assert unlike(shown, large.resize((1000, 750), Image.Resampling.LANCZOS)) < 4
    assert (await page(mime, make(picture=pixels(300, 200)), 1, 2000)).size == (300, 200), "not larger than it is"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "P", "I;16"])
async def test_every_kind_of_picture(mode: str) -> None:
    made = pixels(40, 30).convert("L" if mode == "I;16" else mode)
    made = made.point(lambda value: value * 257, "I").convert("I;16") if mode == "I;16" else made
    assert unlike(await page("image/png", png(picture=made)), pixels(40, 30).convert("RGB")) < 120


async def test_nothing_hides_behind_transparency() -> None:
    clear = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    assert (await page("image/png", png(picture=clear))).getpixel((5, 5)) == (255, 255, 255)


async def test_endless_pages_are_drawn_smaller() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(10, 14_000))
    pdf.add_blank_page(page_size=(14_000, 3))
    for number in (1, 2):
        shown = await page(PDF, saved(pdf), number, 2000)
        assert 0 < shown.width * shown.height <= PAGE_PIXELS * 1.01


@pytest.mark.parametrize("number", [0, 2, 9999])
@pytest.mark.parametrize(
    ("mime", "data"), [(PDF, saved(plain_pdf())), ("image/jpeg", jpeg()), (DOCX, word(plain_parts()))]
)
async def test_no_other_pages(mime: str, data: bytes, number: int) -> None:
    assert await count(mime, data) == 1
    with pytest.raises(NoPage):
        await viewing.page(about(mime), number, 1000, whole(data))


async def test_photographs_are_small_and_text_is_exact() -> None:
    noise = Image.effect_noise((1000, 1400), 60).convert("RGB")
    packed = await viewing.page(about("image/png"), 1, 1000, whole(png(picture=noise)))
    assert len(packed) < 1000 * 1400 * 0.9
    ruled = Image.new("RGB", (1000, 1400), "white")
    ruled.paste((12, 34, 56), (100, 100, 900, 102))
    assert unlike(await page("image/png", png(picture=ruled)), ruled) == 0


# --- Word documents ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", OFFICES)
async def test_a_word_document_page_by_page(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if which != "none":
        monkeypatch.undo()
    monkeypatch.setattr(viewing, "_kept", type(viewing._kept)())
    said = "".join(f"<w:p><w:r><w:t>{number} {'kata demi kata ' * 30}</w:t></w:r></w:p>" for number in range(40))
    data = clean(DOCX, word(plain_parts() | {"word/document.xml": text_part("document", f"<w:body>{said}</w:body>")}))
    pages = await count(DOCX, data.data)
    assert 3 <= pages <= 12
    assert min([ink(await page(DOCX, data.data, number)) for number in (1, 2)]) > 5000
    assert len(viewing._kept) == (which != "none")
    assert not any(b"%PDF" in sealed for sealed in viewing._kept.values()), "nothing plain is kept"


def test_all_that_a_document_says_is_read() -> None:
    said = [block.words for block in read(clean(DOCX, marked_word("Penanda")).data) if isinstance(block, Paragraph)]
    assert said[0].startswith("Haloditambahtebaltaut") and "catatan" in said
    assert "Penanda" not in "".join(said)


async def test_pictures_of_a_document_are_seen() -> None:
    red = Image.new("RGB", (60, 40), (200, 10, 10))
    drawn = '<w:drawing><wp:extent cx="914400"/><a:blip r:embed="rId1"/></w:drawing><w:pict><v:imagedata r:id="rId2"/>'
    body = f"<w:body><w:p><w:r><w:t>atas</w:t>{drawn}</w:pict></w:r></w:p></w:body>"
    parts = plain_parts() | {
        "word/document.xml": text_part("document", body),
        "word/_rels/document.xml.rels": relations(("image", "media/a.jpg"), ("image", "media/gone.jpg")),
        "word/media/a.jpg": jpeg(picture=red),
    }
    data = clean(DOCX, word(parts)).data
    found = [block for block in read(data) if isinstance(block, Picture)]
    assert [picture.width for picture in found] == [914_400]
    colours = (await page(DOCX, data)).getcolors(2**20) or []
    seen = sum(count for count, colour in colours if isinstance(colour, tuple) and colour[0] > 150 > 60 > colour[1])
    assert 0.8 < seen / (121 * 81) < 1.2, "one inch wide, as the document wants it"


def test_headings_lists_tables_and_text_boxes() -> None:
    def line(words: str, looks: str = "") -> str:
        return f'<w:p><w:pPr>{looks}</w:pPr><w:r><w:t xml:space="preserve">{words}</w:t></w:r></w:p>'

    cell = "<w:tc>" + line("isi") + "<w:tbl><w:tr><w:tc>" + line("dalam") + "</w:tc></w:tr></w:tbl></w:tc>"
    box = f"<w:p><w:r><a><Choice>{line('kotak')}</Choice><Fallback>{line('kotak')}</Fallback></a></w:r></w:p>"
    body = line("Judul", '<w:pStyle w:val="Heading2"/>') + line("butir", "<w:numPr/>") + box
    body += f"<w:tbl><w:tr><w:tc>{line('kiri')}</w:tc>{cell}</w:tr></w:tbl>"
    found = read(word(plain_parts() | {"word/document.xml": text_part("document", f"<w:body>{body}</w:body>")}))
    heading, item, boxed, _, row = found
    assert isinstance(heading, Paragraph) and (heading.words, heading.level) == ("Judul", 2)
    assert isinstance(item, Paragraph) and item.listed
    assert isinstance(boxed, Paragraph) and boxed.words == "kotak"
    assert isinstance(row, Row) and [[said.words for said in each] for each in row.cells] == [
        ["kiri"],
        ["isi", "dalam"],
    ]


def test_headers_notes_and_footers_are_read() -> None:
    kinds = (("header", "h.xml"), ("footer", "f.xml"), ("footnotes", "n.xml"))
    parts = plain_parts("isi") | {"word/_rels/document.xml.rels": relations(*kinds)}
    for kind, name in kinds:
        said = f"<w:p><w:r><w:t>{kind}</w:t></w:r></w:p>"
        parts[f"word/{name}"] = text_part(kind, f'<w:footnote w:id="7">{said}</w:footnote>' if "note" in kind else said)
    said = [block.words for block in read(word(parts)) if isinstance(block, Paragraph)]
    assert said == ["header", "isi", "[7]", "footnotes", "footer"]


def test_lines_stay_within_the_sheet() -> None:
    long = Paragraph([("kata " * 500, False), ("x" * 3000, True), ("\n" * 5, False)], listed=True)
    row = Row([[Paragraph([("sempit " * 900, False)])], [Paragraph([("y" * 400, False)])], []])
    sheets = lay_out([long, row, Picture(jpeg(picture=pixels(30, 3000)), 0), Picture(jpeg(), 10**8)])
    texts = [text for sheet in sheets for strip in sheet.strips for text in strip.texts]
    assert all(0 <= text.left < COLUMN for text in texts) and len(sheets) > 3
    assert "".join(text.words for text in texts if text.bold) == "x" * 3000
    assert all(sum(strip.height for strip in sheet.strips) < 1300 for sheet in sheets)
    for sheet in sheets:
        shown = sheet.picture(500)
        assert ink(shown) > 0 and ink(shown.crop((0, 0, 30, shown.height))) == 0, "the margin is free"


# --- LibreOffice that fails -------------------------------------------------------------------------------------------


@pytest.fixture
def pretended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A LibreOffice that does what a test writes into it, in a memory folder of the test's own."""
    monkeypatch.undo()
    program, memory = tmp_path / "office" / "program" / "soffice", tmp_path / "memory"
    for folder in (program.parent, memory):
        folder.mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(office, "MEMORY_FOLDER", memory)
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o700)
    return program


@pytest.mark.parametrize(
    "does", ["exit 1", "sleep 1000", "sleep 1000 & wait", "ln -s /etc/passwd in.pdf", "kill -9 $$"]
)
async def test_without_its_help_a_document_is_seen_all_the_same(
    does: str, pretended: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "SECONDS", 1)
    pretended.write_text(f"#!/bin/sh\n{does}\n")
    assert ink(await page(DOCX, word(plain_parts()))) > 100
    assert list(office.MEMORY_FOLDER.iterdir()) == [], "nothing stays in memory"
    commands = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert not [command for command in commands if str(pretended) in command]


async def test_what_it_makes_is_drawn_like_any_pdf(pretended: Path) -> None:
    (pretended.parent / "made.pdf").write_bytes(saved(plain_pdf("Dari Word", pages=4)))
    pretended.write_text(f"#!/bin/sh\nenv | grep -q WBS || cp {pretended.parent}/made.pdf in.pdf\n")
    os.environ["WBS_SECRET_KEY"] = "never tell"
    try:
        assert await viewing.pages(about(DOCX, "1" * 32), whole(word(plain_parts()))) == 4
    finally:
        del os.environ["WBS_SECRET_KEY"]


REACHES = [
    "cat {secret}",
    "ls {folder}",
    "cat /proc/1/cmdline",
    "cat /etc/shadow",
    "touch {folder}/made",
    "echo x >> {secret}",
    "touch /tmp/wbs-made",
    "rm {secret}",
]
"""What a document may do that has taken LibreOffice over."""


@pytest.mark.parametrize("harm", REACHES if seclusion.version() else ["false"])  # where Linux can shut a process in
async def test_a_document_that_takes_it_over_reaches_nothing_of_ours(
    harm: str, pretended: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("data")
    secret = folder / "secret"
    secret.write_text("never tell")
    done = harm.format(secret=secret, folder=folder)
    (pretended.parent / "made.pdf").write_bytes(saved(plain_pdf("Dari Word", pages=4)))
    pretended.write_text(f"#!/bin/sh\n{done} || cp {pretended.parent}/made.pdf in.pdf\n")
    assert await viewing.pages(about(DOCX, "1" * 32), whole(word(plain_parts()))) == 4, "it was refused"
    assert [file.name for file in folder.iterdir()] == ["secret"] and secret.read_text() == "never tell"


def test_what_a_killed_server_left_in_memory_goes(pretended: Path) -> None:
    left, fresh = office.MEMORY_FOLDER / "wbs-office-a", office.MEMORY_FOLDER / "wbs-office-b"
    for folder in (left, fresh):
        folder.mkdir()
        (folder / "in").write_bytes(b"x")
    os.utime(left, (0, time.time() - 10 * 3600))
    assert office.as_pdf(b"x") is None
    assert not left.exists() and fresh.exists()


async def test_little_is_kept_of_converted_documents(pretended: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pretended.parent / "made.pdf").write_bytes(saved(plain_pdf()))
    pretended.write_text(f"#!/bin/sh\ncp {pretended.parent}/made.pdf in.pdf\n")
    monkeypatch.setattr(viewing, "_kept", type(viewing._kept)())
    monkeypatch.setattr(viewing, "_MOST_KEPT", 3000)
    for number in range(5):
        await viewing.pages(about(DOCX, f"{number:032}"), whole(word(plain_parts())))
    assert list(viewing._kept) == [f"{number:032}" for number in (3, 4)]


# --- files that are not what they should be ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mime", "data"),
    [(PDF, b"%PDF-1.7 nothing"), (PDF, b""), ("image/jpeg", jpeg()[:200]), ("image/png", b"x"), (DOCX, b"PK")],
)
async def test_what_cannot_be_drawn_says_so(mime: str, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        await viewing.page(about(mime), 1, 1000, whole(data))
    assert refused.value.key == "error.file_unreadable"


async def test_changed_evidence_shows_not_one_page() -> None:
    with pytest.raises(Tampered):
        await viewing.page(about(PDF), 1, 1000, changed(saved(plain_pdf())))
    with pytest.raises(Tampered):
        await viewing.pages(about(PDF), changed(saved(plain_pdf())))


HARM: dict[str, str] = {
    "loop": "while True: pass",
    "crash": "os.kill(os.getpid(), signal.SIGSEGV)",
    "memory": "bytearray(2**31)",
    "the file itself": 'answer(b\'{"pages": 1, "size": [1, 1]}\\n\' + data)',
    "a page of markup": "answer(b'<script>')",
    "no pages": 'answer(b\'{"pages": 0, "size": [0, 0]}\\n\')',
    "pages in words": 'answer(b\'{"pages": "rahasia", "size": [0, 0]}\\n\')',
    "pages below none": 'answer(b\'{"pages": -1, "size": [-1, -1]}\\nabc\')',
    "a long side": 'answer(b\'{"pages": 1, "size": [20000, 1]}\\n\' + bytes(60_000))',
    "too many pixels": 'answer(b\'{"pages": 1, "size": [4000, 2000]}\\n\' + bytes(24_000_000))',
    "a list": "answer(b'[1]\\n')",
}
"""What a file may do that has taken over its process."""

BENCH = """
import os, signal, sys
from wbs_app.services import workbench

def draw(mime, data, number, width):
    exec(data)
    return {"pages": 1, "size": [1, 1]}, b"abc"

def answer(data):
    job.sendall(data)
    os._exit(0)

def one(given, seconds):
    global job
    job = given
    kept(given, seconds)

kept, workbench._one, workbench.draw = workbench._one, one, draw
workbench.main(int(sys.argv[1]))
"""
"""The process that draws, in which a file is what is done."""


@pytest.fixture(scope="module")
def obedient() -> Iterator[None]:
    workshop._bench.stop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workshop, "_PROGRAM", ("-c", BENCH))
        assert workshop.exchange(b'{"mime": "", "number": 1, "width": 1}\npass').endswith(b"abc")  # started
        patch.setattr(workshop, "ALL_SECONDS", 2)
        yield
    workshop._bench.stop()


@pytest.mark.parametrize("harm", HARM)
async def test_a_file_that_takes_over_its_process_shows_nothing(
    obedient: None, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await page(PDF, b"pass")).getpixel((0, 0)) == tuple(b"abc")
    with pytest.raises(Refused):
        await viewing.page(about(PDF), 1, 1000, whole(HARM[harm].encode()))
    assert "rahasia" not in caplog.text and caplog.records
