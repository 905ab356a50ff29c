"""The case list's filter, as kept in the page's address. Knows neither the database nor the actor's reach."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict

from wbs_app.model.access import KINDS
from wbs_app.model.workflow import Status

_MOST_CODES = 100
_LONGEST_TICKET = 40
_OLDEST = "terlama"
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,119}")
_CURSOR = re.compile(r"([np])(\d{8})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class Cursor:
    """A row beside which a page of the list begins: the page after it, or `backwards` the page before it."""

    backwards: bool
    received_on: date
    id: int

    @property
    def text(self) -> str:
        return f"{'p' if self.backwards else 'n'}{self.received_on.isoformat().replace('-', '')}-{self.id}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """The cursor of this text; None when it is none."""
        found = _CURSOR.fullmatch(text)
        day = _day(found[2]) if found else None
        return cls(found[1] == "p", day, int(found[3])) if found and day else None


# --- garbage becomes nothing --------------------------------------------------------------------------------


def _codes(raw: object) -> tuple[str, ...]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(parts, (list, tuple)):
        return ()
    return tuple(sorted({part for part in parts if isinstance(part, str) and _CODE.fullmatch(part)})[:_MOST_CODES])


def _among(known: tuple[str, ...]) -> BeforeValidator:
    return BeforeValidator(lambda raw: tuple(code for code in _codes(raw) if code in known))


def _day(raw: object) -> date | None:
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None


def _ticket(raw: object) -> str:
    return "".join(filter(str.isprintable, raw)).strip()[:_LONGEST_TICKET].strip() if isinstance(raw, str) else ""


def _sort(raw: object) -> str:
    return "oldest" if raw in ("oldest", _OLDEST) else "newest"


def _after(raw: object) -> str:
    return raw if isinstance(raw, str) and Cursor.read(raw) else ""


Codes = Annotated[tuple[str, ...], BeforeValidator(_codes)]
Kinds = Annotated[tuple[str, ...], _among(KINDS)]
Statuses = Annotated[tuple[str, ...], _among(tuple(Status))]
Day = Annotated[date | None, BeforeValidator(_day)]

_PARAMETERS = {
    "agencies": "instansi",
    "kinds": "jenis_laporan",
    "violations": "jenis",
    "units": "unit",
    "statuses": "status",
    "date_from": "dari",
    "date_to": "sampai",
    "ticket": "tiket",
    "sort": "urut",
    "after": "hal",
}
"""Field -> its name in the address, in the order in which they stand there."""


class CaseFilter(BaseModel):
    """Which cases to list. Codes are sorted; none means all. Dates are of receipt, inclusive."""

    model_config = ConfigDict(frozen=True)

    agencies: Codes = ()
    kinds: Kinds = ()
    violations: Codes = ()
    units: Codes = ()
    statuses: Statuses = ()
    date_from: Day = None
    date_to: Day = None
    ticket: Annotated[str, BeforeValidator(_ticket)] = ""  # as typed, whole or in part
    sort: Annotated[Literal["newest", "oldest"], BeforeValidator(_sort)] = "newest"
    after: Annotated[str, BeforeValidator(_after)] = ""  # a Cursor's text; "" for the first page

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> "CaseFilter":
        """The filter of an address's query parameters; what makes no sense there is left out."""
        return cls.model_validate({field: query.get(name) for field, name in _PARAMETERS.items()})

    def to_query(self) -> str:
        """The shortest query string of this filter, always written alike; "" when it asks for nothing."""
        asked = self.model_dump(exclude_defaults=True)
        if self.sort == "oldest":
            asked["sort"] = _OLDEST
        named = [(name, asked[field]) for field, name in _PARAMETERS.items() if field in asked]
        return urlencode([(name, _spelled(value)) for name, value in named], safe=",")

    def changed(self, **values: Any) -> "CaseFilter":
        """The same with some fields changed, from its first page."""
        return self.model_validate({**self.model_dump(), "after": "", **values})


def _spelled(value: tuple[str, ...] | date | str) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return value.isoformat() if isinstance(value, date) else value
