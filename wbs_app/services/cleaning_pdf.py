"""A PDF reduced to its pages: into a new file go the pages alone, of them only what is needed to draw them.

So nothing that was hidden elsewhere in the old file survives: not earlier versions, not what no page uses.
"""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, StreamDecodeLevel

from wbs_app.services.cleaning_codestream import bare_jpeg, bare_jpeg2000, bare_profile
from wbs_app.services.refusal import Refused
from wbs_app.services.structure import opened_pdf

_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_DEEPEST = 100
_UNREADABLE = (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, RuntimeError, TypeError, KeyError)

# What drawing needs of a page, of its resources, and of streams: pictures, drawings, fonts, functions, profiles.
_PAGE = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"}
_RESOURCES = {"/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/ProcSet"}
_STREAM = {
    "/Type", "/Subtype", "/Length", "/Length1", "/Length2", "/Length3", "/Filter", "/DecodeParms", "/Decode",
    "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Intent", "/ImageMask", "/Mask", "/Interpolate",
    "/SMask", "/SMaskInData", "/Matte", "/FormType", "/BBox", "/Matrix", "/Resources", "/Group", "/PatternType",
    "/PaintType", "/TilingType", "/XStep", "/YStep", "/ShadingType", "/Background", "/AntiAlias",
    "/BitsPerCoordinate", "/BitsPerFlag", "/VerticesPerRow", "/Function", "/FunctionType", "/Domain", "/Range",
    "/Size", "/BitsPerSample", "/Order", "/Encode", "/N", "/Alternate", "/CMapName", "/CIDSystemInfo", "/WMode",
    "/UseCMap",
}  # fmt: skip
_TELLING = ("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/OPI", "/Ref", "/Alternates", "/Measure", "/PtData")
"""What fonts, layers and the like may carry besides."""

_MARKS = {"BMC", "BDC", "EMC", "MP", "DP"}
"""Operators that draw nothing and carry words."""

_INFO = {"/Author": "author", "/Creator": "software", "/Producer": "software"} | dict.fromkeys(
    ("/CreationDate", "/ModDate"), "dates"
)
_ACTIVE = {
    "script": "/JavaScript",
    "actions": "/Launch /SubmitForm /ImportData /GoToR /GoToE /ResetForm /Hide /Rendition",
    "links": "/URI",
    "attachment": "/FileAttachment /Filespec /EmbeddedFile /RichMedia /Movie /Sound /3D",
    "form": "/Widget",
    "annotations": "/Text /Popup",
}
_NAMED = {kind: name for name, kinds in _ACTIVE.items() for kind in kinds.split()}
_HELD = {
    "/JS": "script",
    "/AA": "actions",
    "/OpenAction": "actions",
    "/EmbeddedFiles": "attachment",
    "/XFA": "form",
    "/Metadata": "properties",
    "/PieceInfo": "properties",
    "/Thumb": "thumbnail",
}
"""Type, or key, of what is not kept -> what it is called."""


def clean_pdf(data: bytes) -> tuple[bytes, set[str]]:
    """(the pages in a new file, what was removed). What annotations and form fields show is drawn into the page.

    Raises:
        Refused: with `error.file_unreadable`, `error.file_password` or `error.file_pages`.
    """
    out = io.BytesIO()
    with opened_pdf(data) as old, pikepdf.new() as new:
        try:
            removed = _told(old)
            _copy_pages(old, new)
            for thing in list(new.objects):
                _clean(new, thing)
            new.save(
                out,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                stream_decode_level=StreamDecodeLevel.generalized,
                recompress_flate=True,
            )
        except _UNREADABLE as problem:
            raise Refused("error.file_unreadable") from problem
    return out.getvalue(), removed


def _copy_pages(old: pikepdf.Pdf, new: pikepdf.Pdf) -> None:
    if "/AcroForm" in old.Root:
        old.generate_appearance_streams()
    old.flatten_annotations("screen")
    for page in old.pages:
        for key in _INHERITED:
            if (value := _inherited(page.obj, key)) is not None:
                page.obj[key] = value
        _keep(page.obj, _PAGE)
    new.pages.extend(old.pages)


def _inherited(page: Any, key: str) -> Object | None:
    """The value a page has for a key, its own or that of the branch it hangs on."""
    for _ in range(_DEEPEST):
        if not isinstance(page, Dictionary) or key in page:
            break
        page = page.get("/Parent")
    return page.get(key) if isinstance(page, Dictionary) else None


def _keep(thing: Any, known: set[str]) -> None:
    for key in set(thing.keys()) - known:
        del thing[key]


# --- what is in the old file ------------------------------------------------------------------------------------------


def _told(pdf: pikepdf.Pdf) -> set[str]:
    """What will be gone."""
    info = pdf.trailer.get("/Info")
    found = {_INFO.get(key, "properties") for key in _keys(info)} if isinstance(info, Dictionary) else set()
    for thing in pdf.objects:
        for part in _dictionaries(thing):
            kinds = {str(part.get(key)) for key in ("/Type", "/Subtype", "/S")}
            found |= {name for kind, name in _NAMED.items() if kind in kinds}
            found |= {_HELD[key] for key in _keys(part) & set(_HELD)}
    return {f"cleaned.{name}" for name in found}


def _keys(thing: Any) -> set[str]:
    return set(thing.keys())


def _dictionaries(thing: Any) -> Iterator[Any]:
    """All dictionaries that stand in an object itself; those of other objects not."""
    waiting = [thing]
    while waiting:
        here = waiting.pop()
        inside: list[Any] = []
        if isinstance(here, Array):
            inside = list(here)
        elif isinstance(here, (Dictionary, Stream)):
            yield here
            inside = [here.get(key) for key in _keys(here)]
        waiting += [part for part in inside if isinstance(part, Object) and not part.is_indirect]


# --- what is kept in the new one --------------------------------------------------------------------------------------


def _clean(pdf: pikepdf.Pdf, thing: Any) -> None:
    """One object of the new file, and all that stands in it."""
    for part in list(_dictionaries(thing)):
        for key in _keys(part) & set(_TELLING):
            del part[key]
        if isinstance(resources := part.get("/Resources"), Dictionary):
            _keep(resources, _RESOURCES)
        if part.get("/Type") == Name.Page and "/Contents" in part:
            part.Contents = pdf.make_stream(_instructions(part))
        for glyph in _glyphs(part):
            glyph.write(_instructions(glyph))
    if isinstance(thing, Stream):
        _clean_stream(thing)


def _glyphs(font: Any) -> list[Stream]:
    """The drawings of a font that has such."""
    procedures = font.get("/CharProcs")
    if not isinstance(procedures, Dictionary):
        return []
    return [glyph for key in _keys(procedures) if isinstance(glyph := procedures.get(key), Stream)]


def _clean_stream(stream: Any) -> None:
    kind = stream.get("/Subtype")
    _keep(stream, _STREAM)
    if kind == Name.Image:
        _clean_image(stream)
    elif kind is None and "/N" in stream:
        _clean_profile(stream)
    elif kind == Name.Form or stream.get("/PatternType") == 1:
        stream.write(_instructions(stream))
    elif kind == Name.PS:  # a program, for printers of long ago
        stream.write(b"")


def _clean_profile(stream: Any) -> None:
    """A colour profile; programs name their screens and scanners in it. A broken one is as good as none."""
    try:
        stream.write(bare_profile(stream.read_bytes(StreamDecodeLevel.all)))
    except ValueError:
        stream.write(b"")


def _instructions(drawn: Any) -> bytes:
    """What a page or a drawing does, without comments, marks and pictures that could hide more in the line."""
    kept = [
        step
        for step in pikepdf.parse_content_stream(drawn)
        if str(step.operator) not in _MARKS and not (str(step.operator) == "INLINE IMAGE" and _encoded(step))
    ]
    return pikepdf.unparse_content_stream(kept)


def _encoded(step: Any) -> bool:
    """Whether a picture in the line is a file of its own kind."""
    return bool({"/DCTDecode", "/DCT", "/JPXDecode"} & set(step.iimage.filters))


_BARE: dict[str, Callable[[bytes], bytes]] = {"/DCTDecode": bare_jpeg, "/JPXDecode": bare_jpeg2000}


def _clean_image(image: Any) -> None:
    """A picture is a file inside the file, with words of its own."""
    filters = image.get("/Filter")
    names = [str(name) for name in filters] if isinstance(filters, Array) else [str(filters)]
    if not set(names) & set(_BARE):
        return
    if len(names) == 1:
        parameters = image.get("/DecodeParms")
        image.write(_BARE[names[0]](image.read_raw_bytes()), filter=Name(names[0]), decode_parms=parameters)
    else:  # wrapped once more: its pixels
        image.write(image.read_bytes(StreamDecodeLevel.all))
