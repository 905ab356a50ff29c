"""What a cleaned copy no longer tells, and what it still shows."""

import io
import re
import zipfile
from collections.abc import Iterator

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Name, StreamDecodeLevel
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

from tests.services.samples import (
    animated_png,
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
    zipped,
)
from wbs_app.model.files import DOCX
from wbs_app.services import cleaning_docx, cleaning_pdf, cleaning_picture
from wbs_app.services.cleaning import clean
from wbs_app.services.cleaning_codestream import bare_jpeg
from wbs_app.services.structure import examine
from wbs_app.text import keys

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
SLOWLY = settings(max_examples=25, deadline=None)
MARKS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=20).map("Zq{}Xj".format)
WORDS = st.text("abcdefghijklmnopqrstuvwxyz ", min_size=1, max_size=30).map(str.strip).filter(bool)


def everything_in(mime: str, data: bytes) -> Iterator[bytes]:
    """The bytes, and whatever they hold when unpacked."""
    yield data
    if mime == PDF:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            for thing in pdf.objects:
                yield repr(thing).encode()
                if isinstance(thing, pikepdf.Stream):
                    yield thing.read_raw_bytes()
                    if thing.get("/Filter") != Name.JPXDecode:
                        yield thing.read_bytes(StreamDecodeLevel.all)
    elif mime == DOCX:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for name in package.namelist():
                yield name.encode()
                yield package.read(name)


def assert_gone(mark: str, mime: str, data: bytes) -> None:
    forms = {mark.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be")}
    for part in everything_in(mime, data):
        assert not any(form in part for form in forms)
        assert b"Exif\0" not in part


def named(removed: str) -> set[str]:
    return {f"cleaned.{name}" for name in removed.split()}


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture))


def differs(one: Image.Image, other: Image.Image) -> float:
    """By how much the pixels differ on average, of 255."""
    assert one.size == other.size
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


def drawn(data: bytes, page: int = 0) -> Image.Image:
    with pypdfium2.PdfDocument(data) as pdf:
        pdf.init_forms()
        return pdf[page].render(may_draw_forms=True).to_pil()


def paragraphs(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return " ".join(re.findall(r"<w:t>([^<]*)</w:t>", package.read("word/document.xml").decode()))


# --- pictures ---------------------------------------------------------------------------------------------------------


@SLOWLY
@given(MARKS, st.integers(24, 80), st.integers(24, 80), st.integers(0, 255))
def test_pictures_keep_their_pixels_alone(mark: str, width: int, height: int, seed: int) -> None:
    picture = pixels(width, height, seed=seed)
    for mime, make in ((JPEG, jpeg), (PNG, png)):
        sent = make(mark, picture)
        cleaned = clean(mime, sent)
        assert_gone(mark, mime, cleaned.data)
        assert named("gps author device software dates properties") <= {*cleaned.removed}
        assert differs(opened(sent), opened(cleaned.data)) < (4 if mime == JPEG else 0.001)
        examine(mime, cleaned.data)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation: int) -> None:
    held = jpeg("Penanda", orientation=orientation)
    upright = ImageOps.exif_transpose(opened(held))
    cleaned = opened(clean(JPEG, held).data)
    assert differs(upright, cleaned) < 4
    assert not cleaned.getexif()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_modes_of_png(mode: str) -> None:
    picture = Image.new(mode, (9, 7), 513) if mode == "I;16" else pixels(9, 7, mode)
    cleaned = opened(clean(PNG, png("Penanda", picture)).data)
    assert (
        cleaned.convert("RGBA" if mode != "I;16" else "I").tobytes()
        == picture.convert("RGBA" if mode != "I;16" else "I").tobytes()
    )


def test_transparency_stays() -> None:
    seen = pixels(9, 7, "P")
    cleaned = opened(clean(PNG, png(picture=seen, transparency=3)).data)
    assert cleaned.mode == "RGBA"


def test_print_colours_become_screen_colours() -> None:
    cleaned = clean(JPEG, jpeg(picture=pixels(mode="CMYK")))
    picture = opened(cleaned.data)
    assert picture.mode == "RGB" and differs(picture, pixels()) < 6


def test_colour_profiles_are_used_and_go() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for broken in (profile, b"Penanda" * 30):
        cleaned = clean(JPEG, jpeg(icc_profile=broken))
        picture = opened(cleaned.data)
        assert "icc_profile" not in picture.info and differs(picture, pixels()) < 4


def test_only_the_first_frame_is_kept() -> None:
    cleaned = clean(PNG, animated_png("Penanda"))
    picture = opened(cleaned.data)
    assert "cleaned.frames" in cleaned.removed
    assert not getattr(picture, "is_animated", False)
    assert differs(picture, pixels()) == 0
    assert b"acTL" not in cleaned.data and b"fdAT" not in cleaned.data


def test_an_archive_behind_a_picture_goes() -> None:
    for mime, make in ((JPEG, jpeg), (PNG, png)):
        cleaned = clean(mime, make() + zipped(Penanda=b"Penanda" * 9))
        assert cleaned.removed == ("cleaned.attachment",)
        assert b"Penanda" not in cleaned.data and b"PK\3\4" not in cleaned.data


# --- PDF --------------------------------------------------------------------------------------------------------------


@SLOWLY
@given(MARKS, WORDS)
def test_pdfs_keep_their_pages_alone(mark: str, said: str) -> None:
    given_file = marked_pdf(mark, said)
    cleaned = clean(PDF, given_file)
    assert_gone(mark, PDF, cleaned.data)
    assert differs(drawn(given_file), drawn(cleaned.data)) < 0.2
    with pypdfium2.PdfDocument(cleaned.data) as pdf:
        assert pdf[0].get_textpage().get_text_bounded().strip() == " ".join(said.split())
    assert {
        f"cleaned.{name}"
        for name in ["author", "software", "dates", "script", "actions", "attachment", "form", "links"]
    } <= {*cleaned.removed}


def test_nothing_active_is_left_in_a_pdf() -> None:
    cleaned = clean(PDF, marked_pdf("Penanda")).data
    for part in everything_in(PDF, cleaned):
        for word_ in (b"/JavaScript", b"/JS", b"/Launch", b"/AA", b"/OpenAction", b"/XFA", b"/EmbeddedFile", b"/Annot"):
            assert word_ not in part


def test_what_pages_inherit_stays() -> None:
    pdf = plain_pdf("Halo")
    page = pdf.pages[0].obj
    for key in ("/Resources", "/MediaBox"):
        pdf.Root.Pages[key] = page[key]
        del page[key]
    pdf.Root.Pages.Rotate = 90
    held = saved(pdf)
    cleaned = clean(PDF, held).data
    assert drawn(cleaned).size == (200, 300)
    assert differs(drawn(held), drawn(cleaned)) == 0


def test_pictures_in_pictures_of_a_pdf() -> None:
    """JPEG 2000, JPEG in another wrapping and in several scans, and a picture in the line."""
    pdf = plain_pdf()
    page = pdf.pages[0].obj
    out = io.BytesIO()
    pixels().save(out, "JPEG2000", comment="Penanda", irreversible=False)
    held = out.getvalue()
    boxed = held + (15).to_bytes(4) + b"xml Penanda"
    images = {
        "A": (boxed, Name.JPXDecode),
        "B": (jpeg("Penanda").hex().encode() + b">", Array([Name.ASCIIHexDecode, Name.DCTDecode])),
    }
    page.Resources.XObject = pikepdf.Dictionary()
    for name, (data, filters) in images.items():
        image = pikepdf.Stream(pdf, data, Type=Name.XObject, Subtype=Name.Image, Width=32, Height=24)
        image.BitsPerComponent, image.ColorSpace, image.Filter = 8, Name.DeviceRGB, filters
        page.Resources.XObject[f"/{name}"] = pdf.make_indirect(image)
    line = b"BI /W 32 /H 24 /BPC 8 /CS /RGB /F /DCT ID " + jpeg("Penanda") + b"\nEI"
    page.Contents = pdf.make_stream(
        b"q 90 0 0 60 9 9 cm /A Do Q q 90 0 0 60 120 9 cm /B Do Q q 90 0 0 60 9 90 cm /C Do Q " + line
    )
    given_file = saved(pdf)
    cleaned = clean(PDF, given_file).data
    assert_gone("Penanda", PDF, cleaned)
    assert differs(drawn(given_file), drawn(cleaned)) < 0.5


def _filled_in(profile: bytes) -> bytes:
    """A page filled with a colour of this profile."""
    pdf = plain_pdf()
    page = pdf.pages[0].obj
    colours = Array([Name.ICCBased, pdf.make_stream(profile, N=3, Alternate=Name.DeviceRGB)])
    page.Resources.ColorSpace = pikepdf.Dictionary(C=colours)
    page.Contents = pdf.make_stream(b"/C cs .2 .5 .9 sc 0 0 300 200 re f")
    return saved(pdf)


def test_a_colour_profile_in_a_pdf_is_its_colours_alone() -> None:
    """Screens are named after people, scanners have numbers. Red and green are exchanged, to see that it is used."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    odd = made.replace(b"rXYZ", b"xxxx").replace(b"gXYZ", b"rXYZ").replace(b"xxxx", b"gXYZ")
    named_ = odd.replace("sRGB built-in".encode("utf-16-be"), "Layar Penanda".encode("utf-16-be"))
    numbered = named_[:48] + b"Penanda!" + named_[56:]
    assert named_ != odd
    cleaned = clean(PDF, _filled_in(numbered)).data
    assert_gone("Penanda", PDF, cleaned)
    assert differs(drawn(_filled_in(numbered)), drawn(cleaned)) == 0
    assert differs(drawn(_filled_in(made)), drawn(cleaned)) > 10
    for broken in (b"Penanda" * 30, numbered[:140]):
        assert_gone("Penanda", PDF, clean(PDF, _filled_in(broken)).data)


def test_segments_of_a_jpeg_that_no_decoder_needs_go() -> None:
    held = jpeg()
    for marker in (0x02, 0xBF, 0xE5, 0xF7, 0xFE):
        marked = held[:2] + bytes((0xFF, marker, 0, 9)) + b"Penanda" + held[2:]
        assert bare_jpeg(marked) == bare_jpeg(held)
    assert differs(opened(held), opened(bare_jpeg(held))) == 0


def test_an_earlier_version_of_a_pdf_goes() -> None:
    first = saved(plain_pdf("Penanda"), object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    with pikepdf.open(io.BytesIO(first)) as pdf:
        number = pdf.pages[0].Contents.objgen[0]
    update = f"{number} 0 obj\n<</Length 36>>stream\nBT /F1 18 Tf 20 150 Td (Baru) Tj ET \nendstream\nendobj\n"
    held = first + update.encode()
    xref = f"xref\n{number} 1\n{len(first):010} 00000 n \ntrailer\n<</Size 99/Root 1 0 R/Prev "
    start = first.rsplit(b"startxref", 1)[1].split()[0].decode()
    held += f"{xref}{start}>>\nstartxref\n{len(held)}\n%%EOF\n".encode()
    assert b"Penanda" in held
    cleaned = clean(PDF, held).data
    assert_gone("Penanda", PDF, cleaned)
    with pypdfium2.PdfDocument(cleaned) as pdf:
        assert pdf[0].get_textpage().get_text_bounded() == "Baru"


# --- Word -------------------------------------------------------------------------------------------------------------


@SLOWLY
@given(MARKS, WORDS)
def test_word_documents_keep_their_words_alone(mark: str, said: str) -> None:
    cleaned = clean(DOCX, marked_word(mark, said))
    assert_gone(mark, DOCX, cleaned.data)
    assert paragraphs(cleaned.data) == f"{said} ditambah tebal taut"
    gone = "gps author dates software thumbnail attachment links comments_author revisions actions"
    assert named(gone) <= {*cleaned.removed}
    examine(DOCX, cleaned.data)


@pytest.mark.parametrize(
    "held",
    [
        '<v:shape o:gfxdata="Penanda" alt="C:/Users/Penanda/foto.jpg" href="https://Penanda" title="Penanda"/>',
        '<v:shape><o:signatureline o:suggestedsigner="Penanda" o:suggestedsigneremail="Penanda"/></v:shape>',
        '<w:drawing wp14:anchorId="Penanda" wp14:editId="Penanda"><a16:creationId val="{Penanda}"/></w:drawing>',
        '<w:sdt><w:sdtPr><w:alias w:val="Penanda"/><w:tag w:val="Penanda"/></w:sdtPr><w:sdtContent/></w:sdt>',
    ],
    ids=["shape", "signature line", "numbers of a sitting", "content control"],
)
def test_words_beside_what_is_seen_go(held: str) -> None:
    """As Word itself writes them: beside a shape even a second package with all that it knows of it."""
    prefixes = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("v", "o", "wp14", "a16"))
    main = text_part("document", f"<w:body {prefixes}><w:p><w:r>{held}<w:t>Halo</w:t></w:r></w:p></w:body>")
    cleaned = clean(DOCX, word(plain_parts() | {"word/document.xml": main})).data
    assert_gone("Penanda", DOCX, cleaned)
    assert paragraphs(cleaned) == "Halo"


def test_the_parts_of_a_cleaned_document() -> None:
    with zipfile.ZipFile(io.BytesIO(clean(DOCX, marked_word("Penanda")).data)) as package:
        names = package.namelist()
        assert {part.date_time for part in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        document = package.read("word/document.xml").decode()
        lines = package.read("word/_rels/document.xml.rels").decode()
        picture = next(name for name in names if "media" in name)
        comments = next(name for name in names if "comments" in name)
        assert differs(opened(package.read(picture)), pixels()) < 4
        assert "catatan" in package.read(comments).decode()
    assert names[0] == "[Content_Types].xml"
    assert len(names) == 7
    told = re.search(r'<w:pict r:id="(rId\d)"', document)
    assert told and f'Id="{told[1]}"' in lines and picture.removeprefix("word/") in lines
    for gone in ("rsid", "w:del", "w:ins", "hyperlink", "instrText", "w:object", "rPrChange"):
        assert gone not in document


def test_a_picture_that_is_none_leaves_its_place_empty() -> None:
    parts = plain_parts() | {
        "word/_rels/document.xml.rels": relations(("image", "media/a.emf")),
        "word/media/a.emf": b"\1\0\0\0 not for us",
    }
    cleaned = clean(DOCX, word(parts))
    assert cleaned.removed == ("cleaned.attachment",)
    assert not [part for part in everything_in(DOCX, cleaned.data) if b"not for us" in part]


# --- all --------------------------------------------------------------------------------------------------------------


def test_all_that_is_removed_has_a_name() -> None:
    for mime, data in ((DOCX, marked_word("x" * 9)), (PDF, marked_pdf("x" * 9)), (JPEG, jpeg("x")), (PNG, png("x"))):
        cleaned = clean(mime, data)
        assert cleaned.removed and {*cleaned.removed} <= keys("id")
        assert cleaned == clean(mime, data), "the same each time"
    named_elsewhere = {*cleaning_pdf._HELD.values(), *cleaning_pdf._ACTIVE, *cleaning_pdf._INFO.values()}
    named_elsewhere |= {*cleaning_docx._GONE.values(), *cleaning_docx._PROPERTIES}
    assert {f"cleaned.{name}" for name in named_elsewhere} | {*cleaning_picture._TELLS} <= keys("id")


def test_what_is_clean_has_nothing_to_tell() -> None:
    for mime, data in ((DOCX, word(plain_parts())), (PDF, saved(plain_pdf())), (JPEG, jpeg()), (PNG, png())):
        cleaned = clean(mime, data)
        assert cleaned.removed == clean(mime, cleaned.data).removed == ()
