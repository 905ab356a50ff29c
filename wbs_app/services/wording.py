"""Texts that people write into a case, before they are sealed."""

from pydantic_core import PydanticCustomError

from wbs_app.model.answers import clean
from wbs_app.services.refusal import Refused


def fit(text: str) -> str:
    """Trimmed text. Half characters and the like are refused: no page could show them, and the case would not open."""
    try:
        return str(clean(text) or "")
    except PydanticCustomError:
        raise Refused("error.characters") from None
