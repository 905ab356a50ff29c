"""A picture reduced to its pixels."""

import io

from PIL import ExifTags, Image, ImageCms, ImageOps, JpegImagePlugin

from wbs_app.services.refusal import Refused
from wbs_app.services.structure import UNREADABLE, opened_picture

JPEG_QUALITY = 92
"""Small print in a photographed letter stays legible."""

_TAG, _IFD = ExifTags.Base, ExifTags.IFD
_TELLS = {
    "cleaned.author": {_TAG.Artist, _TAG.Copyright, _TAG.XPAuthor, _TAG.CameraOwnerName},
    "cleaned.device": {_TAG.Make, _TAG.Model, _TAG.BodySerialNumber, _TAG.LensSerialNumber, _TAG.MakerNote},
    "cleaned.software": {_TAG.Software, _TAG.ProcessingSoftware, _TAG.HostComputer},
    "cleaned.dates": {_TAG.DateTime, _TAG.DateTimeOriginal, _TAG.DateTimeDigitized, _TAG.PreviewDateTime},
    "cleaned.properties": {_TAG.ImageDescription, _TAG.UserComment, _TAG.XPTitle, _TAG.XPComment, _TAG.XPKeywords},
}
"""What is said to have been removed -> the EXIF tags that say it. All others go as well."""
_ORDINARY = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "adobe", "adobe_transform", "dpi", "gamma", "srgb",
             "transparency", "progressive", "progression", "interlace", "chromaticity", "background", "loop",
             "version", "extension", "compression", "aspect", "duration", "default_image", "exif", "blend",
             "disposal", "bbox", "icc_profile", "mp", "mpoffset"}  # fmt: skip
"""Of Pillow's notes on a picture, those that are not somebody's words."""


def clean_picture(data: bytes, *formats: str) -> tuple[bytes, str, set[str]]:
    """(the picture again, "JPEG" or "PNG", what was removed); a JPEG stays one, all others become PNG.

    Raises:
        Refused: with `error.file_unreadable` or `error.file_pixels`.
    """
    picture = opened_picture(data, *formats)
    form = "JPEG" if picture.format in ("JPEG", "MPO") else "PNG"
    fineness = JpegImagePlugin.get_sampling(picture)  # of colours: red print on white needs what it had
    try:
        removed = _told(picture) | _behind(form, data)
        clean = _upright(picture)
        clean.info.clear()
        out = io.BytesIO()
        if form == "JPEG":
            clean.save(out, form, quality=JPEG_QUALITY, subsampling=fineness)
        else:
            clean.save(out, form)
    except UNREADABLE as problem:
        raise Refused("error.file_unreadable") from problem
    return out.getvalue(), form, removed


def _upright(picture: Image.Image) -> Image.Image:
    """The pixels of the first frame as they are meant to be seen: turned, in sRGB, in a mode that both kinds store."""
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    colours = picture.info.get("icc_profile")
    if picture.mode in ("P", "PA"):
        picture = picture.convert("RGBA" if "transparency" in picture.info or picture.mode == "PA" else "RGB")
    elif "transparency" in picture.info and picture.mode in ("L", "RGB"):
        picture = picture.convert("RGBA")
    if colours and picture.mode in ("RGB", "RGBA", "CMYK"):
        picture = _in_srgb(picture, colours)
    if picture.mode not in ("1", "L", "LA", "RGB", "RGBA", "I;16"):
        picture = picture.convert("RGB")
    return picture


def _in_srgb(picture: Image.Image, colours: bytes) -> Image.Image:
    """The same colours without the profile, whose description may be a screen's or a person's name."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(colours))
        turned = ImageCms.profileToProfile(picture, profile, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, *UNREADABLE):  # a broken profile: viewers ignore it, and so do we
        return picture
    assert turned is not None  # None is for changes in place
    return turned


def _told(picture: Image.Image) -> set[str]:
    """What the picture said of where it comes from."""
    exif = picture.getexif()
    tags = set(exif) | set(exif.get_ifd(_IFD.Exif))
    removed = {key for key, telling in _TELLS.items() if tags & telling}
    if exif.get_ifd(_IFD.GPSInfo):
        removed.add("cleaned.gps")
    if exif.get_ifd(_IFD.IFD1):
        removed.add("cleaned.thumbnail")
    if {str(name).lower() for name in picture.info} - _ORDINARY:
        removed.add("cleaned.properties")
    if getattr(picture, "n_frames", 1) > 1:
        removed.add("cleaned.frames")
    return removed


def _behind(form: str, data: bytes) -> set[str]:
    """Whether something follows the end of the picture: an archive, for one."""
    end = b"\xff\xd9" if form == "JPEG" else b"IEND\xaeB`\x82"
    return set() if data.rstrip(b"\0\r\n").endswith(end) else {"cleaned.attachment"}
