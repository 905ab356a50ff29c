"""Numbers, as they come from forms, events and addresses, and as pages show them."""

from wbs_app.services.tally import AtLeast
from wbs_app.text import text

MOST_FIGURES = 9
"""Any such number fits into a column of the database."""


def number_of(typed: str, otherwise: int = 0) -> int:
    """The whole number that was given; `otherwise` for anything else. No row has the id 0."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST_FIGURES else otherwise


def number(count: int, lang: str) -> str:
    """5000 as "5.000" in Indonesian and "5,000" in English; "10.000+" where counting stopped."""
    said = f"{count:,}".replace(",", text("format.thousand", lang))
    return f"{said}+" if isinstance(count, AtLeast) else said
