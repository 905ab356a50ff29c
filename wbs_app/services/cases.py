"""The case list: what an officer finds, page by page; and the files that an officer's key opens."""

from collections import namedtuple
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, exists, literal_column
from sqlmodel import col, select

from wbs_app.model.access import KINDS_IN_REACH, Actor, Permission
from wbs_app.model.filters import CaseFilter, Cursor, Mark
from wbs_app.model.tables import Report, ReportKey, Staff
from wbs_app.model.workflow import Priority
from wbs_app.services import custody, seeking, tally, vouching
from wbs_app.services.asking import ask, send, slot
from wbs_app.services.audit import record
from wbs_app.services.casework import NotFound, reach, with_key
from wbs_app.services.database import Db
from wbs_app.services.evidence import About
from wbs_app.services.matching import COLUMNS, Asked, asked, matching, today
from wbs_app.services.rules import Rules, rules_of
from wbs_app.services.tally import AtLeast, said
from wbs_app.vault.codes import parse_ticket


class Row(NamedTuple):
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
"""The first fields of `Row`."""

_Read = namedtuple("_Read", (*_PLAIN, "officer", "paused_on", "due_on", "readable"))
"""What is read of a report; in a statement's row it stands last."""


async def listing(db: Db, actor: Actor, wanted: CaseFilter, size: int = 25) -> Page:
    """One page of the cases in the actor's reach that match. Found by key, so a page far down costs no more.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    rules = await rules_of(db, actor.agencies)
    own = asked(wanted, actor, rules[actor.agencies[0]].today)
    cursor = wanted.cursor
    rows = await _read(db, _page, own, cursor, size + 1)
    if cursor is not None and len(rows) < (size if cursor.backwards else 1):  # too near the beginning, or too far
        cursor, rows = None, await _read(db, _page, own, None, size + 1)
    if not rows:
        return Page([], 0, 0, 0, "", "")
    more, rows = len(rows) > size, rows[:size]
    before = said(rows[0].ahead)
    if cursor is not None and cursor.backwards:
        rows = rows[::-1]
        before = before if isinstance(before, AtLeast) else before - len(rows)
    start, end = (Cursor(back, row.key, row.id) for back, row in ((True, rows[0]), (False, rows[-1])))
    far = isinstance(before, AtLeast)
    return Page(
        rows=await _finished(db, rows, rules),
        total=said(rows[0].total),
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
    now = sqlalchemy.select(*_shown()).outerjoin(Staff, col(Staff.id) == Report.lead)
    now = now.where(*reach(actor), col(Report.ticket).in_(tickets))
    rows = (await send(db, now, {"holder": str(actor.staff_id)})).all()
    return {row.ticket: row for row in await _finished(db, rows, await rules_of(db, actor.agencies))}


async def neighbours(db: Db, actor: Actor, wanted: CaseFilter, ticket: str) -> tuple[str, str]:
    """The tickets before and after this one in the order of a list, "" where there is none. It need not be in the list
    itself: a case that has just been closed has left the list of open ones.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    key = seeking.ORDERS[wanted.sort][0]
    place = (await db.exec(select(Report.id, key).where(*reach(actor), Report.ticket == ticket))).first()
    if place is None:
        return "", ""
    own = asked(wanted, actor, await today(db, actor))
    id_, at = place
    assert id_ is not None
    before, after = [await rows_from(db, own, Cursor(back, at, id_), 1) for back in (True, False)]
    return before[0].ticket if before else "", after[0].ticket if after else ""


async def rows_from(db: Db, own: Asked, cursor: Cursor | None, size: int) -> Sequence[Any]:
    """So many rows after the cursor, in the order away from it, without the counts."""
    return await _read(db, _plain_page, own, cursor, size)


def _plain_page(who: Actor, shape: CaseFilter, turn: str, most: int) -> Any:
    return _chosen(seeking.page(who, shape, matching(who, shape), turn, most), who, shape, turn)


def _shown() -> list[Any]:
    """The columns of `_Read`."""
    return [
        *(col(getattr(Report, name)) for name in _PLAIN),
        col(Staff.name).label("officer"),
        col(Report.paused_on),
        col(Report.due_on),
        _readable().label("readable"),
    ]


async def _read(db: Db, make: Callable[..., Any], own: Asked, cursor: Cursor | None, size: int) -> Sequence[Any]:
    """So many rows after the cursor, in the order away from it, by the statement that `make` writes."""
    values = own.values if cursor is None else {**own.values, "key": cursor.key, "id": cursor.id}
    return (await ask(db, make, values, own.who, own.shape, seeking.turn_of(cursor), size)).all()


def _page(who: Actor, shape: CaseFilter, turn: str, most: int) -> Any:
    """A page by one statement: its rows, and in each how many there are in all (`total`) and before it (`ahead`)."""
    conditions = matching(who, shape)
    found = seeking.page(who, shape, conditions, turn, most)
    ahead = tally.some(seeking.ahead(who, shape, conditions, turn), shape) if turn else None
    return _chosen(
        found,
        who,
        shape,
        turn,
        tally.counting(who, shape, conditions).scalar_subquery().label("total"),
        (literal_column("0") if ahead is None else ahead.scalar_subquery()).label("ahead"),
    )


def _chosen(found: Any, who: Actor, shape: CaseFilter, turn: str, *more: Any) -> Any:
    """The rows of a page that `seeking.page` found, in its order: its `id` and `key`, `more`, and what is shown."""
    return (
        sqlalchemy.select(found.c.id, found.c.key, *more, *_shown())
        .select_from(found)
        .join(Report, col(Report.id) == found.c.id)
        .outerjoin(Staff, col(Staff.id) == Report.lead)
        .where(*(seeking.in_passing(one) for one in reach(who)))
        .order_by(*seeking.ordered(shape.sort, turn, found.c.key, found.c.id))
    )


async def _finished(db: Db, rows: Sequence[Any], rules: dict[str, Rules]) -> list[Row]:
    """With the working days left, by each agency's calendar."""
    found = [_Read._make(row[-len(_Read._fields) :]) for row in rows]
    if others := {one.agency for one in found if one.due_on} - rules.keys():
        rules = rules | await rules_of(db, sorted(others))
    return [
        Row(
            *one[: len(_PLAIN)],
            officer=one.officer,
            waiting=one.paused_on is not None,
            left=rules[one.agency].left(one.due_on) if one.due_on else None,
            readable=one.readable,
        )
        for one in found
    ]


def _readable() -> ColumnElement[bool]:
    """Whether the actor holds the key of the row's account."""
    return exists().where(
        col(ReportKey.holder) == slot("holder"),
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
        return await _marks(db, asked(wanted, actor, day))
    others = asked(wanted.changed(**{name: ()}), actor, day)
    if name == "officers":
        return {str(id): count for id, count in (await tally.by_officer(db, others)).items()}
    found = await tally.by_code(db, others, COLUMNS[name].key)
    return {_code(name, value): count for value, count in found.items()}


def _code(name: str, value: Any) -> str:
    return Priority(value).name.lower() if name == "priorities" else str(value)


async def _marks(db: Db, own: Asked) -> dict[str, int]:
    """Of each mark, the cases that have it beside those asked for already."""
    row = (await ask(db, _marked, own.values, own.who, own.shape)).one()
    return {mark.value: said(number) for mark, number in zip(Mark, row, strict=True)}


def _marked(who: Actor, shape: CaseFilter) -> Any:
    shapes = {mark: shape.model_copy(update={"marks": tuple({*shape.marks, mark})}) for mark in Mark}
    numbers = {mark: tally.counting(who, each, matching(who, each)) for mark, each in shapes.items()}
    return sqlalchemy.select(*(number.scalar_subquery().label(mark.name) for mark, number in numbers.items()))


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
    row = await custody.piece(db, report.id, position)
    if row is None:
        raise NotFound
    return custody.opened(row, key)


async def take_evidence(db: Db, actor: Actor, ticket: str, position: int) -> About:
    """The same, for a download: it is recorded, so `db` must write."""
    about = await find_evidence(db, actor, ticket, position)
    await record(db, actor.username, "download_evidence", parse_ticket(ticket) or "")
    return about
