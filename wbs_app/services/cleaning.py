"""The copy of a file that officers get: what it shows, without what it tells of who made it, and without what it does.

It removes what mat2 removes, but keeps text as text. Call it by workshop.py: it reads hostile bytes.
"""

from dataclasses import dataclass

from wbs_app.model.files import DOCX
from wbs_app.services.cleaning_docx import clean_docx
from wbs_app.services.cleaning_pdf import clean_pdf
from wbs_app.services.cleaning_picture import clean_picture
from wbs_app.services.refusal import Refused
from wbs_app.services.structure import check_picture, examine


@dataclass(frozen=True)
class Cleaned:
    """`removed`: text keys under `cleaned.*` of what was found and is gone, in order."""

    data: bytes
    removed: tuple[str, ...]


def clean(mime: str, data: bytes) -> Cleaned:
    """A file of this type, once it was examined, cleaned. The same bytes give the same copy.

    Raises:
        Refused: with one of those of `structure.examine`.
    """
    if mime == DOCX:
        examine(mime, data)
        made, removed = clean_docx(data)
    elif mime == "application/pdf":
        examine(mime, data)
        made, removed = clean_pdf(data)
    else:
        kind = mime.removeprefix("image/").upper()
        check_picture(data, kind)
        made, form, removed = clean_picture(data, kind)
        if f"image/{form.lower()}" != mime:
            raise Refused("error.file_mismatch")
    return Cleaned(made, tuple(sorted(removed)))
