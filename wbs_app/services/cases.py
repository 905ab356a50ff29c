"""The case list: what an officer finds, page by page; and the files that an officer's key opens."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, and_, exists, true
from sqlmodel import col, select

from wbs_app.model.access import KINDS_IN_REACH, Actor, Permission
from wbs_app.model.filters import CaseFilter, Cursor, Mark, Sort
from wbs_app.model.handling_tables import Assignment
from wbs_app.model.tables import Evidence, Report, ReportKey, Staff
from wbs_app.model.workflow import Priority
from wbs_app.services import reference, seeking, tally, vouching
from wbs_app.services.audit import record
from wbs_app.services.calendar import work_days
from wbs_app.services.casework import NotFound, reach, with_key
from wbs_app.services.database import Db
from wbs_app.services.evidence import About
from wbs_app.services.history import now_in
from wbs_app.services.matching import COLUMNS, matching, today
from wbs_app.vault.codes import parse_ticket
from wbs_app.vault.sealing import Place, unseal_json

_MOST_EVIDENCE = 1000


@dataclass(frozen=True)
class Row:
    """A case in the list: plain columns only.

    `officer`: name of who leads. `waiting`: the reporter is waited for. `left`: working days until the target,
    negative when it has passed, None when nothing is due. `readable`: the actor holds the account's key.
    """

    ticket: str
    agency: str
    kind: str
    violation_type: str | None
    unit: str | None
    service: str | None
    regency: str | None
    incident_month: str | None
    status: str
    priority: int
    received_on: date
    evidence_count: int
    unread: int
    officer: str | None
    waiting: bool
    left: int | None
    readable: bool


@dataclass(frozen=True)
class Page:
    """Some rows of the list. `first` and `last` count from 1, and are 0 when it is empty or the page far down.

    `total` and these may be counted no further than services/tally.py says.

    `previous` and `next` are values of `CaseFilter.after`, "" where there is no such page.
    """

    rows: list[Row]
    total: int
    first: int
    last: int
    previous: str
    next: str


# --- the list -----------------------------------------------------------------------------------------------

_PLAIN = (
    "ticket",
    "agency",
    "kind",
    "violation_type",
    "unit",
    "service",
    "regency",
    "incident_month",
    "status",
    "priority",
    "received_on",
    "evidence_count",
    "unread",
)

_ORDERS: dict[Sort, tuple[Any, bool]] = {
    "newest": (Report.received_on, True),
    "oldest": (Report.received_on, False),
    "deadline": (Report.due_on, False),
    "priority": (Report.priority, True),
}
"""The column by which a list is sorted, and whether downwards; what has none comes last. Then by id."""


def _places(cursor: Cursor | None, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """Where the rows after the cursor's stand, or those before it when it leads backwards: each part in its order."""
    key, id_ = (col(part) for part in (_ORDERS[wanted.sort][0], Report.id))
    gaps = wanted.sort == "deadline"  # some have no such key; they come last
    if cursor is None:
        return [key.is_not(None), key.is_(None)] if gaps else [true()]
    down = _ORDERS[wanted.sort][1] is not cursor.backwards
    if cursor.key is None:
        here = and_(key.is_(None), id_ < cursor.id if down else id_ > cursor.id)
        return [here, key.is_not(None)] if cursor.backwards else [here]
    beside = and_(key == cursor.key, id_ < cursor.id if down else id_ > cursor.id)
    further = key < cursor.key if down else key > cursor.key
    return [beside, further, key.is_(None)] if gaps and not cursor.backwards else [beside, further]


async def listing(db: Db, actor: Actor, wanted: CaseFilter, size: int = 25) -> Page:
    """One page of the cases in the actor's reach that match. Found by key, so a page far down costs no more.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    conditions = matching(wanted, actor, await today(db, actor))
    cursor, rows, more = await _rows(db, actor, conditions, wanted, size)
    if not rows:
        return Page([], 0, 0, 0, "", "")
    start, end = (Cursor(back, row.key, row.id) for back, row in ((True, rows[0]), (False, rows[-1])))
    total = await tally.total(db, actor, conditions, wanted)
    before = 0
    if cursor is not None:
        ahead = [
            branch
            for place in _places(start, wanted)
            for branch in seeking.branches(actor, [*conditions, place], wanted=wanted)
        ]
        before = await tally.some(db, ahead)
    far = isinstance(before, tally.AtLeast)
    return Page(
        rows=await _finished(db, rows),
        total=total,
        first=0 if far else before + 1,
        last=0 if far else before + len(rows),
        previous=start.text if before else "",
        next=end.text if more or (cursor and cursor.backwards) else "",
    )


async def again(db: Db, actor: Actor, tickets: Collection[str]) -> dict[str, Row]:
    """Those of these cases that are in the actor's reach, by ticket, as they are now.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    asked = _selected(actor, CaseFilter()).where(*reach(actor), col(Report.ticket).in_(tickets))
    return {row.ticket: row for row in await _finished(db, (await db.exec(asked)).all())}


def _selected(actor: Actor, wanted: CaseFilter) -> Any:
    """What is read of each report; `key` is that by which the list is sorted."""
    return sqlalchemy.select(
        col(Report.id),
        col(_ORDERS[wanted.sort][0]).label("key"),
        *(col(getattr(Report, name)) for name in _PLAIN),
        col(Staff.name).label("officer"),
        col(Report.paused_on),
        col(Report.due_on),
        _readable(actor).label("readable"),
    ).outerjoin(Staff, col(Staff.id) == Report.lead)


async def _rows(
    db: Db, actor: Actor, conditions: list[ColumnElement[bool]], wanted: CaseFilter, size: int
) -> tuple[Cursor | None, Sequence[Any], bool]:
    """The cursor, the rows after it, and whether more follow on that side.

    Of the first page when there are none after the cursor, or too few before it.
    """
    cursor = wanted.cursor
    backwards = cursor is not None and cursor.backwards
    column, downwards = _ORDERS[wanted.sort]
    down = downwards is not backwards
    places = _places(cursor, wanted)
    key, id_ = (part.desc() if down else part.asc() for part in (col(column), col(Report.id)))
    found = seeking.page(actor, wanted, conditions, places, (key, id_), size + 1)
    key = key.nulls_first() if backwards else key.nulls_last()
    chosen = _selected(actor, wanted).join(found, found.c.id == Report.id).order_by(key, id_).limit(size + 1)
    rows = (await db.exec(chosen)).all()
    if cursor is not None and len(rows) < (size if backwards else 1):
        return await _rows(db, actor, conditions, wanted.changed(), size)
    more, rows = len(rows) > size, rows[:size]
    return cursor, rows[::-1] if backwards else rows, more


async def _finished(db: Db, rows: Sequence[Any]) -> list[Row]:
    """With the working days left, by each agency's calendar."""
    clocks = {code: await _clock(db, code) for code in {row.agency for row in rows if row.due_on}}
    return [
        Row(
            **{name: getattr(row, name) for name in _PLAIN},
            officer=row.officer,
            waiting=row.paused_on is not None,
            left=clocks[row.agency](row.due_on) if row.due_on else None,
            readable=row.readable,
        )
        for row in rows
    ]


async def _clock(db: Db, agency: str) -> Callable[[date], int]:
    """How many working days there are until a day, at least 1 in either direction unless it is today."""
    days, now = await work_days(db, agency), now_in((await reference.profile(db, agency)).timezone).date()
    return cache(lambda day: days.between(now, day) or (day > now) - (day < now))


def _readable(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor holds the key of the row's account."""
    return exists().where(
        col(ReportKey.holder) == str(actor.staff_id),
        col(ReportKey.document) == "account",
        col(ReportKey.report_id) == Report.id,
    )


# --- what there is to choose from ---------------------------------------------------------------------------

FACETS = (*COLUMNS, "officers", "marks")
"""Fields of the filter that choose by code."""


async def facets(
    db: Db, actor: Actor, wanted: CaseFilter, names: Collection[str] = FACETS
) -> dict[str, dict[str, int]]:
    """Filter name -> code -> cases there would be; each filter counted as if it were not set itself.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    day = await today(db, actor)
    return {name: await _facet(db, actor, wanted, name, day) for name in names}


async def _facet(db: Db, actor: Actor, wanted: CaseFilter, name: str, day: date) -> dict[str, int]:
    if name == "marks":
        return await _marks(db, actor, wanted, day)
    others = matching(wanted, actor, day, but=name)
    if name == "officers":
        return await _given(db, actor, others)
    found = await tally.by_code(db, actor, col(COLUMNS[name]), others, wanted.changed(**{name: ()}))
    return {_code(name, value): count for value, count in found.items()}


def _code(name: str, value: Any) -> str:
    return Priority(value).name.lower() if name == "priorities" else str(value)


async def _given(db: Db, actor: Actor, conditions: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """Of each officer, the cases that are given to him."""
    given = [
        branch.join(Assignment, col(Assignment.report_id) == Report.id)
        for branch in seeking.branches(actor, conditions, col(Assignment.staff_id).label("code"))
    ]
    return {str(id): count for id, count in (await tally.by_value(db, given)).items()}


async def _marks(db: Db, actor: Actor, wanted: CaseFilter, day: date) -> dict[str, int]:
    """Of each mark, the cases that have it beside those asked for already."""
    found: dict[str, int] = {}
    for mark in Mark:
        further = wanted.changed(marks=(*wanted.marks, mark))
        found[mark.value] = await tally.total(db, actor, matching(further, actor, day), further)
    return found


async def officers(db: Db, actor: Actor, *, able: bool = False) -> dict[str, str]:
    """Id -> name of all who handle or have handled cases in the actor's agencies, by name.

    `able`: only those to whom a case can be given today.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    working = col(Staff.role).in_(KINDS_IN_REACH)
    if able:
        people = await vouching.able(db, working)
    else:
        people = list(await db.exec(select(Staff).where(working).order_by(col(Staff.name))))
    known = [staff for staff in people if set(staff.agencies.split()) & set(actor.agencies)]
    return {str(staff.id): staff.name for staff in known}


# --- one case -----------------------------------------------------------------------------------------------


async def find_evidence(db: Db, actor: Actor, ticket: str, position: int) -> About:
    """All that is known of a file, its key included: for who sends the file, never for the screen.

    Raises:
        Forbidden: unless the actor may read cases.
        NotFound: when the case is out of reach, the actor holds no key to it, or there is no such piece.
        Tampered: when stored bytes were changed.
    """
    actor.require(Permission.READ_CASE)
    report, key = await with_key(db, actor, ticket)
    chosen = select(Evidence).where(Evidence.report_id == report.id, Evidence.position == position)
    row = (await db.exec(chosen)).first() if 0 < position <= _MOST_EVIDENCE else None
    if row is None:
        raise NotFound
    return About(**unseal_json(key, row.about, Place("evidence", row.id, "about")))


async def take_evidence(db: Db, actor: Actor, ticket: str, position: int) -> About:
    """The same, for a download: it is recorded, so `db` must write."""
    about = await find_evidence(db, actor, ticket, position)
    await record(db, actor.username, "download_evidence", parse_ticket(ticket) or "")
    return about
