"""The case list's filter, as kept in the page's address. Knows neither the database nor the actor's reach."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from wbs_app.model.access import KINDS
from wbs_app.model.workflow import Priority, Status

LONGEST_VIEW = 60
"""Characters of the name under which a filter is kept."""

SHORTEST_SEARCH, LONGEST_SEARCH = 3, 100
"""Characters of what is sought in the contents of cases."""

_MOST_CODES = 100
_LONGEST_TICKET = 40
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,119}")
_NUMBER = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_CURSOR = re.compile(r"([np])(\d{8}|-?\d|x)-(\d{1,18})", re.ASCII)

Sort = Literal["newest", "oldest", "deadline", "priority"]
SORTS: dict[Sort, str] = {"newest": "terbaru", "oldest": "terlama", "deadline": "target", "priority": "prioritas"}
"""How the list may be sorted -> the word for it in the address."""

PRIORITIES = {priority.name.lower(): priority for priority in sorted(Priority, reverse=True)}
"""Code -> priority, the most urgent first."""


class Mark(StrEnum):
    """What a case has or has not, written so in the address; its words are `cases.filter_<name>`."""

    OPEN = "terbuka"
    MINE = "tugas-saya"  # open, and given to the officer who looks
    UNASSIGNED = "belum-ditugaskan"  # open, and nobody leads it
    OVERDUE = "melewati-target"
    UNREAD = "belum-dibaca"
    EVIDENCE = "dengan-bukti"


class Column(StrEnum):
    """What the list may show beside the ticket, likewise; its words are `cases.col_<name>`."""

    TYPE_UNIT = "jenis"
    STATUS = "status"
    DUE = "target"
    ASSIGNEE = "petugas"
    REGENCY = "wilayah"
    MONTH = "waktu"
    EVIDENCE = "bukti"
    AGENCY = "instansi"


USUAL_COLUMNS = (Column.TYPE_UNIT, Column.STATUS, Column.DUE, Column.ASSIGNEE)

Key = date | int | None
"""By what a list is sorted: a day, a day that is not set, or a priority."""


@dataclass(frozen=True)
class Cursor:
    """A row beside which a page of the list begins: the page after it, or `backwards` the page before it."""

    backwards: bool
    key: Key
    id: int

    @property
    def text(self) -> str:
        if isinstance(self.key, date):
            key = self.key.isoformat().replace("-", "")
        else:
            key = "x" if self.key is None else str(self.key)
        return f"{'p' if self.backwards else 'n'}{key}-{self.id}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """The cursor of this text; None when it is none."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            return None
        way, key, number = found[1] == "p", found[2], int(found[3])
        if len(key) < 8:
            return cls(way, None if key == "x" else int(key), number)
        day = _day(key)
        return cls(way, day, number) if day else None


# --- garbage becomes nothing --------------------------------------------------------------------------------


def _codes(raw: object) -> tuple[str, ...]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(parts, (list, tuple)):
        return ()
    return tuple(sorted({part for part in parts if isinstance(part, str) and _CODE.fullmatch(part)})[:_MOST_CODES])


def _among(*known: str) -> BeforeValidator:
    """Those of the known codes, in their own order."""
    return BeforeValidator(lambda raw: tuple(code for code in known if code in _codes(raw)))


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
    return next((sort for sort, word in SORTS.items() if raw in (sort, word)), "newest")


def _after(raw: object) -> str:
    return raw if isinstance(raw, str) and Cursor.read(raw) else ""


def _columns(raw: object) -> tuple[Column, ...]:
    asked = _codes(raw)
    return tuple(column for column in Column if column in asked) or USUAL_COLUMNS


def _numbers(raw: object) -> tuple[str, ...]:
    return tuple(code for code in _codes(raw) if _NUMBER.fullmatch(code))


Codes = Annotated[tuple[str, ...], BeforeValidator(_codes)]
Numbers = Annotated[tuple[str, ...], BeforeValidator(_numbers)]
Day = Annotated[date | None, BeforeValidator(_day)]

_PARAMETERS = {
    "agencies": "instansi",
    "kinds": "jenis_laporan",
    "violations": "jenis",
    "units": "unit",
    "statuses": "status",
    "priorities": "prioritas",
    "officers": "petugas",
    "regencies": "wilayah",
    "marks": "hanya",
    "date_from": "dari",
    "date_to": "sampai",
    "ticket": "tiket",
    "sort": "urut",
    "columns": "kolom",
    "after": "hal",
}
"""Field -> its name in the address, in the order in which they stand there."""


class CaseFilter(BaseModel):
    """Which cases to list, and how. Of several codes any may hold, of several marks all must; none means no wish.

    `officers` are ids of staff to whom the case is given. Dates are of receipt, inclusive.
    """

    model_config = ConfigDict(frozen=True)

    agencies: Codes = ()
    kinds: Annotated[tuple[str, ...], _among(*KINDS)] = ()
    violations: Codes = ()
    units: Codes = ()
    statuses: Annotated[tuple[str, ...], _among(*Status)] = ()
    priorities: Annotated[tuple[str, ...], _among(*PRIORITIES)] = ()
    officers: Numbers = ()
    regencies: Codes = ()
    marks: Annotated[tuple[Mark, ...], _among(*Mark)] = ()
    date_from: Day = None
    date_to: Day = None
    ticket: Annotated[str, BeforeValidator(_ticket)] = ""  # as typed, whole or in part
    sort: Annotated[Sort, BeforeValidator(_sort)] = "newest"
    columns: Annotated[tuple[Column, ...], BeforeValidator(_columns)] = USUAL_COLUMNS
    after: Annotated[str, BeforeValidator(_after)] = ""  # a Cursor's text; "" for the first page

    @model_validator(mode="before")
    @classmethod
    def _earlier_first(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """Two days make a period, whichever of them is given first."""
        first, last = _day(raw.get("date_from")), _day(raw.get("date_to"))
        return {**raw, "date_from": last, "date_to": first} if first and last and first > last else raw

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> "CaseFilter":
        """The filter of an address's query parameters; what makes no sense there is left out."""
        return cls.model_validate({field: query.get(name) for field, name in _PARAMETERS.items()})

    def to_query(self) -> str:
        """The shortest query string of this filter, always written alike; "" when it asks for nothing."""
        asked = self.model_dump(exclude_defaults=True)
        if "sort" in asked:
            asked["sort"] = SORTS[self.sort]
        named = [(name, asked[field]) for field, name in _PARAMETERS.items() if field in asked]
        return urlencode([(name, _spelled(value)) for name, value in named], safe=",")

    def changed(self, **values: Any) -> "CaseFilter":
        """The same with some fields changed, from its first page."""
        return self.model_validate({**self.model_dump(), "after": "", **values})

    @property
    def bare(self) -> "CaseFilter":
        """All cases, sorted and shown in the same way."""
        return CaseFilter(sort=self.sort, columns=self.columns)

    @property
    def cursor(self) -> Cursor | None:
        """Where the page begins; None for the first one, and for a row of a list sorted otherwise."""
        found = Cursor.read(self.after)
        kinds = {"deadline": date | None, "priority": int}
        return found if found and isinstance(found.key, kinds.get(self.sort, date)) else None


def _spelled(value: tuple[str, ...] | date | str) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return value.isoformat() if isinstance(value, date) else value
