"""Files made by code: honest ones with marks planted where programs leave names, and hostile ones."""

import io
import zipfile
import zlib
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import ExifTags, Image, PngImagePlugin

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CORE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


# --- pictures ---------------------------------------------------------------------------------------------------------


def pixels(width: int = 32, height: int = 24, mode: str = "RGB", seed: int = 0) -> Image.Image:
    """Soft colours that JPEG keeps well, different in each corner."""
    picture = Image.linear_gradient("L").resize((width, height))
    turned = picture.transpose(Image.Transpose.ROTATE_90).resize((width, height))
    other = picture.point([(value * 3 + seed) // 5 for value in range(256)])
    return Image.merge("RGB", (picture, turned, other)).convert(mode)


def exif(mark: str) -> Image.Exif:
    """Camera, author, date, place, and a comment, all of which say `mark`."""
    found = Image.Exif()
    found[ExifTags.Base.Artist] = found[ExifTags.Base.Make] = found[ExifTags.Base.Software] = mark
    found[ExifTags.Base.ImageDescription] = mark
    found[ExifTags.Base.DateTime] = f"2024:11:11 {mark}"
    found.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\0\0\0" + mark.encode()
    gps = found.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef] = (8.0, 39.0, 3.14), "S"
    gps[ExifTags.GPS.GPSAreaInformation] = mark.encode()
    return found


def jpeg(mark: str = "", picture: Image.Image | None = None, orientation: int = 1, **options: Any) -> bytes:
    out = io.BytesIO()
    if mark:
        told = exif(mark)
        told[ExifTags.Base.Orientation] = orientation
        options = {"exif": told, "comment": mark.encode(), "xmp": mark.encode()} | options
    (picture or pixels()).save(out, "JPEG", quality=95, **options)
    return out.getvalue()


def png(mark: str = "", picture: Image.Image | None = None, **options: Any) -> bytes:
    out = io.BytesIO()
    if mark:
        words = PngImagePlugin.PngInfo()
        words.add_text("Author", mark)
        words.add_itxt("XML:com.adobe.xmp", mark, zip=True)
        words.add_text("Comment", mark, zip=True)
        options = {"exif": exif(mark), "pnginfo": words} | options
    (picture or pixels()).save(out, "PNG", **options)
    return out.getvalue()


def animated_png(mark: str) -> bytes:
    return png(mark, save_all=True, append_images=[pixels(seed=99), pixels(seed=50)])


def png_of_size(width: int, height: int) -> bytes:
    """A header that promises so much, before pixels that are not there."""
    made = bytearray(png())
    made[16:24] = width.to_bytes(4) + height.to_bytes(4)
    made[29:33] = zlib.crc32(made[12:29]).to_bytes(4)
    return bytes(made)


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return out.getvalue()


# --- PDF --------------------------------------------------------------------------------------------------------------


def saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def plain_pdf(said: str = "Halo", pages: int = 1) -> pikepdf.Pdf:
    """Pages of one line each, with a picture."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for _ in range(pages):
        page = pdf.add_blank_page(page_size=(300, 200)).obj
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = pdf.make_stream(b"BT /F1 18 Tf 20 150 Td (" + said.encode("ascii") + b") Tj ET")
    return pdf


def marked_pdf(mark: str, said: str = "Halo") -> bytes:
    """With `mark` in every place where programs leave words, and earlier versions behind."""
    pdf = plain_pdf(said)
    page, told = pdf.pages[0].obj, String(mark)
    with pdf.open_metadata(set_pikepdf_as_editor=False) as words:
        words["dc:creator"] = [mark]
    for key in ("/Author", "/Title", "/Creator", "/CreationDate"):
        pdf.docinfo[key] = mark
    pdf.attachments[f"{mark}.txt"] = mark.encode()
    script = Dictionary(S=Name.JavaScript, JS=told)
    pdf.Root.OpenAction = script
    pdf.Root.AA = Dictionary(WC=script)
    pdf.Root.Names.JavaScript = Dictionary(Names=Array([told, script]))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([]), D=Dictionary(Name=told))
    page.AA = Dictionary(O=Dictionary(S=Name.Launch, F=told))
    page.PieceInfo = Dictionary(App=Dictionary(Private=told))
    page.Annots = pdf.make_indirect(Array([_note(pdf, told), _link(pdf, mark), _field(pdf, mark)]))
    page.Thumb = pdf.make_stream(mark.encode())
    page.Resources.XObject = Dictionary(Im0=_picture(pdf, mark), Fm0=_drawing(pdf, mark))
    page.Resources.Properties = Dictionary(MC0=Dictionary(Words=told))
    page.Resources.Font.F1.Metadata = pdf.make_stream(mark.encode())
    pdf.Root.AcroForm = Dictionary(Fields=Array([page.Annots[2]]), XFA=pdf.make_stream(mark.encode()))
    drawn = f"% {mark}\nq 60 0 0 45 20 40 cm /Im0 Do Q /Fm0 Do /Span <</ActualText ({mark})>> BDC\n".encode()
    page.Contents = Array([pdf.make_stream(drawn), pdf.make_stream(page.Contents.read_bytes() + b"\nEMC")])
    return saved(pdf, compress_streams=True) + f"\n% {mark}\n<html><script>{mark}</script>".encode()


def _note(pdf: pikepdf.Pdf, told: String) -> Any:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9], T=told, Contents=told, F=2)
    return pdf.make_indirect(note)


def _link(pdf: pikepdf.Pdf, mark: str) -> Any:
    action = Dictionary(S=Name.URI, URI=String(f"https://{mark}.invalid"))
    return pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action))


def _field(pdf: pikepdf.Pdf, mark: str) -> Any:
    """A filled field: its looks stay, all that it knows goes."""
    looks = Stream(pdf, b"0.2 0.4 0.8 rg 0 0 40 20 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 40, 20])
    looks.Marked = String(mark)
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String(mark), V=String(mark), F=4)
    field.Rect = [200, 20, 240, 40]
    field.AP = Dictionary(N=pdf.make_indirect(looks))
    field.A = Dictionary(S=Name.SubmitForm, F=String(mark))
    return pdf.make_indirect(field)


def _picture(pdf: pikepdf.Pdf, mark: str) -> Any:
    image = Stream(pdf, jpeg(mark) + mark.encode(), Type=Name.XObject, Subtype=Name.Image, Width=32, Height=24)
    image.BitsPerComponent, image.ColorSpace, image.Filter = 8, Name.DeviceRGB, Name.DCTDecode
    image.Metadata = pdf.make_stream(mark.encode())
    return pdf.make_indirect(image)


def _drawing(pdf: pikepdf.Pdf, mark: str) -> Any:
    drawn = Stream(pdf, f"% {mark}\n0.9 0.1 0.1 rg 150 60 30 30 re f".encode(), Type=Name.XObject, Subtype=Name.Form)
    drawn.BBox, drawn.LastModified = [0, 0, 300, 200], String(mark)
    drawn.PieceInfo = Dictionary(App=String(mark))
    return pdf.make_indirect(drawn)


# --- Word -------------------------------------------------------------------------------------------------------------

Parts = dict[str, bytes | str]


def types(main: str = f"{_WORD}.document.main+xml", more: str = "") -> str:
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="jpg" ContentType="image/jpeg"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/>{more}</Types>'
    )


def relations(*lines: tuple[str, str], mode: str = "") -> str:
    """(kind, target) each; numbered rId1, rId2, ..."""
    body = "".join(
        f'<Relationship Id="rId{number}" Type="{_CORE if kind in ("core-properties", "thumbnail") else _OFFICE}/{kind}"'
        f' Target="{target}"{mode}/>'
        for number, (kind, target) in enumerate(lines, start=1)
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{_RELATIONS}">{body}</Relationships>'


def text_part(root: str, body: str) -> str:
    return f'<?xml version="1.0"?><w:{root} xmlns:w="{_W}" xmlns:r="{_OFFICE}">{body}</w:{root}>'


def plain_parts(said: str = "Halo") -> Parts:
    body = f"<w:body><w:p><w:r><w:t>{said}</w:t></w:r></w:p></w:body>"
    return {
        "[Content_Types].xml": types(),
        "_rels/.rels": relations(("officeDocument", "word/document.xml")),
        "word/document.xml": text_part("document", body),
    }


def word(parts: Parts) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return out.getvalue()


def marked_word(mark: str, said: str = "Halo") -> bytes:
    """With `mark` in every place where Word and others leave names."""
    who = f'w:author="{mark}" w:date="2024-11-11T00:00:00Z" w:id="1"'
    body = f"""<w:body><!-- {mark} --><?{mark} x?>
      <w:p w:rsidR="{mark}"><w:r w:rsidRPr="{mark}"><w:t>{said}</w:t></w:r>
        <w:ins {who}><w:r><w:t>ditambah</w:t></w:r></w:ins>
        <w:del {who}><w:r><w:delText>{mark}</w:delText></w:r></w:del>
        <w:r><w:rPr><w:b/><w:rPrChange {who}><w:rPr/></w:rPrChange></w:rPr><w:t>tebal</w:t></w:r>
        <w:hyperlink r:id="rId4"><w:r><w:t>taut</w:t></w:r></w:hyperlink>
        <w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DDEAUTO {mark} </w:instrText></w:r>
        <w:commentRangeStart w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p>
      <w:p><w:r><w:pict r:id="rId1"/></w:r><w:r><w:object r:id="rId5"/></w:r></w:p></w:body>"""
    comment = f'<w:comment {who} w:initials="{mark}"><w:p><w:r><w:t>catatan</w:t></w:r></w:p></w:comment>'
    core = f"<c xmlns:d='x'><d:creator>{mark}</d:creator><d:created>2024 {mark}</d:created></c>"
    lines = relations(("image", f"media/{mark}.jpg"), ("comments", "comments.xml"), ("settings", "settings.xml"))
    link = f'<Relationship Id="rId4" Type="{_OFFICE}/hyperlink" Target="https://{mark}.invalid" TargetMode="External"/>'
    ole = f'<Relationship Id="rId5" Type="{_OFFICE}/oleObject" Target="embeddings/a.bin"/>'
    root = relations(
        ("officeDocument", "word/document.xml"), ("core-properties", "docProps/core.xml"),
        ("extended-properties", "docProps/app.xml"), ("thumbnail", "docProps/thumbnail.jpeg"),
    )  # fmt: skip
    return word(
        plain_parts()
        | {
            "_rels/.rels": root,
            "word/document.xml": text_part("document", body),
            "word/_rels/document.xml.rels": lines.replace("</Relationships>", f"{link}{ole}</Relationships>"),
            "word/comments.xml": text_part("comments", comment),
            "word/settings.xml": text_part("settings", f'<w:rsids><w:rsid w:val="{mark}"/></w:rsids><w:zoom/>'),
            f"word/media/{mark}.jpg": jpeg(mark),
            "word/embeddings/a.bin": mark,
            "word/orphan.xml": f"<a>{mark}</a>",
            "docProps/core.xml": core,
            "docProps/app.xml": f"<p><Company>{mark}</Company><Application>{mark}</Application></p>",
            "docProps/thumbnail.jpeg": jpeg(mark),
            "customXml/item1.xml": f"<a>{mark}</a>",
        }
    )
