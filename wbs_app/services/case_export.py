"""The case list as a file for a spreadsheet: as it is filtered and sorted, from its first page to its last.

It holds the plain columns that the list shows, nothing sealed. The list may be of any length and so may the file, for
one that ended sooner would look like the whole: each part is read in a transaction of its own, found by key like a page
of the list, and sent before the next is looked for. A case that moves in the order meanwhile may so be missing or come
twice; sorted by the day of receipt, which never changes, none does.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import col, select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.agency import Profile
from wbs_app.model.filters import CaseFilter, Cursor
from wbs_app.model.handling_tables import Assignment
from wbs_app.model.tables import Agency, Staff
from wbs_app.model.workflow import Priority
from wbs_app.services import cases, reference
from wbs_app.services.audit import record
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.labels import Labels, labels
from wbs_app.services.matching import Asked, asked, today
from wbs_app.services.spreadsheet import BOM, lines
from wbs_app.services.tally import AtLeast
from wbs_app.text import fill, text

PART = 250
"""Rows read at once: 20 milliseconds of work, then it is the others' turn."""

_LONGEST_NAMES = 48
"""Characters of agencies in the trail's subject, which also has the number."""

_HEADS = (
    "cases.col_ticket",
    "cases.col_received",
    "cases.col_agency",
    "cases.filter_kind",
    "cases.filter_type",
    "cases.filter_service",
    "cases.filter_unit",
    "cases.col_status",
    "cases.filter_priority",
    "cases.col_due",
    "case.lead",
    "cases.col_assignee",
    "cases.col_regency",
    "cases.col_month",
    "cases.col_evidence",
    "cases.filter_unread",
)
"""Text keys of the columns' heads, in the order of `_cells`."""


@dataclass(frozen=True)
class Export:
    """A file on its way: `parts` of its text, which are made as they are asked for."""

    name: str
    parts: AsyncIterator[str]


async def export(actor: Actor, wanted: CaseFilter, lang: str) -> Export:
    """All cases in the actor's reach that match, in words of `lang`. The trail knows before the first one is read.

    Opens sessions of its own; who no longer iterates ends it.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    async with reading() as db:
        found = (await cases.listing(db, actor, wanted.changed(), 1)).total
        day = await today(db, actor)
        words = await _words(db, lang)
    asked_of = " ".join(code for code in actor.agencies if code in (wanted.agencies or actor.agencies))
    number = f"{found}+" if isinstance(found, AtLeast) else str(found)
    async with writing() as db:
        await record(db, actor.username, "export_cases", f"{asked_of[:_LONGEST_NAMES]}: {number}")
    name = fill(text("cases.export_file", lang), day=day.isoformat())
    return Export(name, _parts(asked(wanted, actor, day), words))


async def _parts(own: Asked, words: "_Words") -> AsyncIterator[str]:
    separator = text("format.separator", words.lang)
    yield BOM + lines([[text(key, words.lang) for key in _HEADS]], separator)
    cursor, more = None, True
    while more:
        async with reading() as db:
            rows = await cases.rows_from(db, own, cursor, PART)
            teams = await _teams(db, [row.id for row in rows])
        if rows:
            cursor = Cursor(False, rows[-1].key, rows[-1].id)
            yield lines((_cells(row, teams[row.id], words) for row in rows), separator)
        more = len(rows) == PART


async def _teams(db: Db, ids: Collection[int]) -> Mapping[int, list[str]]:
    """Report id -> names of those to whom the case is given."""
    given = select(Assignment.report_id, Staff.name).join(Staff, col(Staff.id) == Assignment.staff_id)
    teams: defaultdict[int, list[str]] = defaultdict(list)
    for report_id, name in await db.exec(given.where(col(Assignment.report_id).in_(ids)).order_by(Staff.name)):
        teams[report_id].append(name)
    return teams


# --- in words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Words:
    """What codes are called in one language, where the agencies say so."""

    lang: str
    labels: Labels
    agencies: Mapping[str, str]


async def _words(db: Db, lang: str) -> _Words:
    """Of all agencies: a case that another one handed over has that one's."""
    profiles = {
        code: Profile.model_validate_json(said) for code, said in await db.exec(select(Agency.code, Agency.profile))
    }
    names = {code: getattr(profile, f"short_{lang}") for code, profile in profiles.items()}
    return _Words(lang, await labels(db, tuple(profiles), lang), names)


def _cells(row: Any, team: list[str], words: _Words) -> list[str]:
    def named(names: Mapping[tuple[str, str], str], code: str | None) -> str:
        return names.get((row.agency, code), code) if code else ""

    _, regency = reference.regencies().get(row.regency, ("", row.regency or ""))
    return [
        row.ticket,
        row.received_on.isoformat(),
        words.agencies.get(row.agency, row.agency),
        text(f"kind.{row.kind}", words.lang),
        named(words.labels.violations, row.violation_type),
        named(words.labels.services, row.service),
        named(words.labels.units, row.unit),
        text(f"status.{row.status}", words.lang),
        text(f"case.priority_{Priority(row.priority).name.lower()}", words.lang),
        _day(row.due_on),  # while the reporter is waited for, none; then the last day to answer, once that has passed
        row.officer or "",
        "; ".join(team),
        regency,
        row.incident_month or "",
        str(row.evidence_count),
        str(row.unread),
    ]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
