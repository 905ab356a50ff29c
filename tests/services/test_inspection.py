"""Files that are not what they seem, or are too much: each is refused with one message."""

import time
from collections.abc import Callable

import pikepdf
import pytest

from tests.services.samples import (
    Parts,
    jpeg,
    marked_pdf,
    marked_word,
    plain_parts,
    plain_pdf,
    png,
    png_of_size,
    relations,
    saved,
    types,
    word,
    zipped,
)
from wbs_app.model.files import DOCX
from wbs_app.services import ooxml, structure
from wbs_app.services.inspection import extension_of, inspect
from wbs_app.services.refusal import Refused
from wbs_app.services.structure import examine
from wbs_app.text import has

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"


def refusal(work: Callable[[], object]) -> str:
    """What is said when it is refused, without "error.file_"."""
    with pytest.raises(Refused) as refused:
        work()
    assert has(refused.value.key)
    return refused.value.key.removeprefix("error.file_")


def locked(said: str, **passwords: str) -> bytes:
    return saved(plain_pdf(said), encryption=pikepdf.Encryption(**passwords))  # pyright: ignore[reportArgumentType]


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("../../etc/passwd.png", "png"),
        ("..\\a.PDF", "pdf"),
        ("foto\0.jpg", "jpg"),
        ("foto.jpg\0.exe", "exe"),
        ("\u202egnp.exe", "exe"),
        ("gambar\u202egpj.png", "png"),
        ("照片.jpeg", "jpeg"),
        ("x" * 300 + ".docx", "docx"),
        ("a." + "x" * 300, "x" * 300),
    ],
)
def test_only_the_extension_of_a_name_is_used(name: str, extension: str) -> None:
    assert extension_of(name) == extension


def test_a_locked_word_document_says_so() -> None:
    held = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(900)
    assert refusal(lambda: inspect("a.docx", held)) == "password"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", marked_pdf("x")),
        ("a.pdf", zipped(a=b"a") + saved(plain_pdf())),
        ("a.pdf", b"<html><body>" + saved(plain_pdf())),
        ("a.docx", jpeg() + word(plain_parts())),
        ("a.png", word(plain_parts())),
    ],
)
def test_two_kinds_in_one_file_are_not_the_other_kind(name: str, data: bytes) -> None:
    assert refusal(lambda: inspect(name, data)) == "mismatch"


# --- pictures and PDF -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mime", "data"),
    [
        (JPEG, jpeg()), (JPEG, jpeg("x")), (JPEG, jpeg() + zipped(a=b"a")), (PNG, png()), (PNG, png("x")),
        (PDF, saved(plain_pdf())), (PDF, marked_pdf("x")), (PDF, locked("a", owner="x")),
        (DOCX, word(plain_parts())), (DOCX, marked_word("x")),
    ],
)  # fmt: skip
def test_files_that_are_whole(mime: str, data: bytes) -> None:
    examine(mime, data)


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (12_001, 1), (1, 12_001), (8_000, 7_000)])
def test_large_pictures_are_refused_by_their_header(width: int, height: int) -> None:
    started = time.process_time()
    assert refusal(lambda: examine(PNG, png_of_size(width, height))) == "pixels"
    assert time.process_time() - started < 0.2


@pytest.mark.parametrize(("mime", "data"), [(JPEG, jpeg()), (PNG, png()), (DOCX, word(plain_parts()))])
@pytest.mark.parametrize("part", [0.05, 0.5, 0.9])
def test_files_cut_short(mime: str, data: bytes, part: float) -> None:
    assert refusal(lambda: examine(mime, data[: int(len(data) * part)])) == "unreadable"


def test_pdfs_beyond_repair() -> None:
    for data in (b"%PDF-1.7\n", saved(plain_pdf())[:120], saved(pikepdf.new()), b"%PDF-1.7\n" + bytes(500)):
        assert refusal(lambda data=data: examine(PDF, data)) == "unreadable"


def test_pdfs_with_a_password() -> None:
    assert refusal(lambda: examine(PDF, locked("a", owner="x", user="y"))) == "password"


def test_pdfs_of_many_pages() -> None:
    pdf = plain_pdf()
    pdf.Root.Pages.Kids = pikepdf.Array([pdf.pages[0].obj] * 10_000)
    pdf.Root.Pages.Count = 10_000
    assert refusal(lambda: examine(PDF, saved(pdf))) == "pages"
    examine(PDF, saved(plain_pdf(pages=structure.MOST_PAGES)))


# --- Word -------------------------------------------------------------------------------------------------------------


def with_parts(**changes: bytes | str) -> Parts:
    """A plain document with other parts: `document=...` for word/document.xml."""
    return plain_parts() | {f"word/{name}.xml": data for name, data in changes.items()}


DTD = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document xmlns:w="w">&e;</w:document>'
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'
OUTSIDE = ' TargetMode="External"'
MACROS = types("application/vnd.ms-word.document.macroEnabled.main+xml")
TEMPLATE = ("attachedTemplate", "https://x.invalid/t.dotm")


def with_relations(*lines: tuple[str, str], part: str = "document", mode: str = OUTSIDE) -> Parts:
    return plain_parts() | {f"word/_rels/{part}.xml.rels": relations(*lines, mode=mode)}


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (with_parts(document=DTD), "unsafe"),
        (with_parts(document=DTD.encode("utf-16")), "unsafe"),
        (with_parts(styles=LAUGHS), "unsafe"),
        (with_parts(document="<a><b></a>"), "unreadable"),
        (with_parts(document='<?xml version="1.0" encoding="nobody-knows"?><a/>'), "unreadable"),
        (plain_parts() | {"word/vbaProject.bin": b"x"}, "macro"),
        (plain_parts() | {"word/VBAData.xml": "<a/>"}, "macro"),
        (plain_parts() | {"[Content_Types].xml": MACROS}, "macro"),
        (with_relations(TEMPLATE, part="settings"), "unsafe"),
        (with_relations(TEMPLATE, part="settings", mode=""), "unsafe"),
        (with_relations(("image", "file://x/y.png")), "unsafe"),
        (with_relations(("oleObject", "\\\\x\\y")), "unsafe"),
        (plain_parts() | {"../../etc/cron.d/x": "x"}, "unsafe"),
        (plain_parts() | {"/etc/x": "x"}, "unsafe"),
        (plain_parts() | {"a\\..\\x": "x"}, "unsafe"),
        (plain_parts() | {"C:x": "x"}, "unsafe"),
        (plain_parts() | {"WORD/document.xml": "<a/>"}, "unsafe"),
        (plain_parts() | {f"word/{number}.txt": "" for number in range(ooxml.MOST_PARTS)}, "unsafe"),
        (plain_parts() | {"word/media/zeros.bin": bytes(2 * 2**20)}, "unsafe"),
        (plain_parts() | {"_rels/.rels": relations()}, "unreadable"),
        (plain_parts() | {"_rels/.rels": relations(*[("officeDocument", "word/document.xml")] * 2)}, "unreadable"),
        ({"word/document.xml": "<a/>"}, "unreadable"),
    ],
)  # fmt: skip
def test_word_documents_that_are_refused(parts: Parts, key: str) -> None:
    assert refusal(lambda: examine(DOCX, word(parts))) == key


def test_a_link_to_click_is_allowed() -> None:
    examine(
        DOCX,
        word(plain_parts() | {"word/_rels/document.xml.rels": relations(("hyperlink", "https://x"), mode=OUTSIDE)}),
    )


def changed_directory(data: bytes, name: bytes, at: int, value: bytes) -> bytes:
    """One field of an entry, changed in the central directory: byte `at` from its signature."""
    made = bytearray(data)
    entry = data.rindex(name) - 46
    assert data[entry : entry + 4] == b"PK\1\2"
    made[entry + at : entry + at + len(value)] = value
    return bytes(made)


def test_sizes_in_the_directory_are_believed_and_held_to() -> None:
    """A gigabyte is refused by the number alone; a part that lies about it gives no more than it said."""
    plain, name = word(plain_parts()), b"word/document.xml"
    assert refusal(lambda: examine(DOCX, changed_directory(plain, name, 24, (2**30).to_bytes(4, "little")))) == "unsafe"
    bomb = word(plain_parts() | {"word/a.xml": b"<a>" + b" " * 30_000_000 + b"</a>"})
    lying = changed_directory(bomb, b"word/a.xml", 24, (500).to_bytes(4, "little"))
    started = time.process_time()
    assert refusal(lambda: examine(DOCX, lying)) == "unreadable"
    assert time.process_time() - started < 0.2


def test_a_hundred_thousand_entries() -> None:
    entry = b"PK\1\2" + bytes(24) + (6).to_bytes(2, "little") + bytes(16)
    listing = b"".join(entry + f"{number:06}".encode() for number in range(100_000))
    end = b"PK\5\6" + bytes(8) + len(listing).to_bytes(4, "little") + bytes(6)
    assert refusal(lambda: examine(DOCX, listing + end)) == "unsafe"


def test_locked_parts() -> None:
    held = changed_directory(word(plain_parts()), b"word/document.xml", 8, b"\1\0")
    assert refusal(lambda: examine(DOCX, held)) == "password"
