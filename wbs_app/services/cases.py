"""The case list and the case page: what an officer finds, and what an officer's keys open."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, exists, false, tuple_
from sqlmodel import col, func, select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.filters import CaseFilter, Cursor
from wbs_app.model.tables import Evidence, Report, ReportEvent, ReportKey
from wbs_app.services.audit import record
from wbs_app.services.database import Db
from wbs_app.services.evidence import About
from wbs_app.services.keys import key_of
from wbs_app.vault.codes import parse_ticket
from wbs_app.vault.sealing import Place, unseal_json

Document = dict[str, Any]

_MOST_EVIDENCE = 1000


class NotFound(Exception):
    """No such case, or out of the actor's reach: the two look the same."""


@dataclass(frozen=True)
class Row:
    """A case in the list: plain columns only. `readable`: the actor holds the account's key."""

    ticket: str
    agency: str
    kind: str
    violation_type: str | None
    unit: str | None
    service: str | None
    status: str
    priority: int
    received_on: date
    evidence_count: int
    readable: bool


@dataclass(frozen=True)
class Page:
    """Some rows of the list. `first` and `last` count from 1, and are 0 when it is empty.

    `previous` and `next` are values of `CaseFilter.after`, "" where there is no such page.
    """

    rows: list[Row]
    total: int
    first: int
    last: int
    previous: str
    next: str


@dataclass(frozen=True)
class Step:
    """A step of the history. `at` (ISO), `note` and `who` are None without the key."""

    status: str
    at: str | None
    note: str | None
    who: str | None


@dataclass(frozen=True)
class Proof:
    """A piece of evidence. `about` is None without the key."""

    id: str
    position: int
    about: Document | None


@dataclass(frozen=True)
class Case:
    """A case as its officer sees it, without the identity. `account` is None when no key is held."""

    report: Report
    account: Document | None
    history: list[Step]
    evidence: list[Proof]


# --- the list -----------------------------------------------------------------------------------------------

_PLAIN = tuple(name for name in Row.__dataclass_fields__ if name != "readable")

_FACETS: dict[str, Any] = {
    "violations": Report.violation_type,
    "units": Report.unit,
    "statuses": Report.status,
    "kinds": Report.kind,
    "agencies": Report.agency,
}
"""Name of the filter -> the column it chooses by."""


def _reach(actor: Actor) -> list[ColumnElement[bool]]:
    return [col(Report.agency).in_(actor.agencies), col(Report.kind).in_(actor.kinds)]


def _matching(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """The conditions of a filter."""
    chosen = ((column, getattr(wanted, facet)) for facet, column in _FACETS.items())
    return [*(col(column).in_(codes) for column, codes in chosen if codes), *_matching_rest(wanted)]


def _matching_rest(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """The conditions that are not a choice of codes."""
    found: list[ColumnElement[bool]] = []
    if wanted.date_from:
        found.append(col(Report.received_on) >= wanted.date_from)
    if wanted.date_to:
        found.append(col(Report.received_on) <= wanted.date_to)
    if wanted.ticket:
        found.append(_ticket_like(wanted.ticket))
    return found


def _ticket_like(typed: str) -> ColumnElement[bool]:
    """The ticket itself however it was typed, or every ticket that has these characters in a row."""
    if whole := parse_ticket(typed):
        return col(Report.ticket) == whole
    part = re.sub(r"[^A-Z0-9]", "", typed.upper())
    return func.replace(col(Report.ticket), "-", "").contains(part) if part else false()


def _beyond(cursor: Cursor, downwards: bool) -> ColumnElement[bool]:
    """Whether a row stands beyond the cursor's, in a list whose dates go down or up."""
    place, here = tuple_(col(Report.received_on), col(Report.id)), tuple_(cursor.received_on, cursor.id)
    return place < here if downwards else place > here


async def listing(db: Db, actor: Actor, wanted: CaseFilter, size: int = 25) -> Page:
    """One page of the cases in the actor's reach that match. Found by key, so a page far down costs no more.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    matching = [*_reach(actor), *_matching(wanted)]
    rows = await _rows(db, actor, matching, wanted, size)
    if not rows:
        return Page([], 0, 0, 0, "", "")
    start, end = (Cursor(back, row.received_on, row.id) for back, row in ((True, rows[0]), (False, rows[-1])))
    ahead = func.count().filter(_beyond(start, downwards=wanted.sort != "newest"))
    total, before = (await db.exec(select(func.count(), ahead).select_from(Report).where(*matching))).one()
    return Page(
        rows=[Row(*row[1:]) for row in rows],
        total=total,
        first=before + 1,
        last=before + len(rows),
        previous=start.text if before else "",
        next=end.text if before + len(rows) < total else "",
    )


async def _rows(
    db: Db, actor: Actor, matching: list[ColumnElement[bool]], wanted: CaseFilter, size: int
) -> Sequence[Any]:
    """The rows of the page asked for; of the first page when there are none, or too few before the cursor."""
    cursor = Cursor.read(wanted.after)
    backwards = cursor is not None and cursor.backwards
    downwards = (wanted.sort == "newest") is not backwards
    order = (col(Report.received_on), col(Report.id))
    chosen: Any = (
        sqlalchemy.select(col(Report.id), *(getattr(Report, name) for name in _PLAIN), _readable(actor))
        .where(*matching)
        .order_by(*(part.desc() if downwards else part.asc() for part in order))
        .limit(size)
    )
    if cursor is not None:
        chosen = chosen.where(_beyond(cursor, downwards))
    rows = (await db.exec(chosen)).all()
    if cursor is not None and len(rows) < (size if backwards else 1):
        return await _rows(db, actor, matching, wanted.changed(), size)
    return rows[::-1] if backwards else rows


def _readable(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor holds the key of the row's account."""
    return exists().where(
        col(ReportKey.holder) == str(actor.staff_id),
        col(ReportKey.document) == "account",
        col(ReportKey.report_id) == Report.id,
    )


async def facets(db: Db, actor: Actor, wanted: CaseFilter) -> dict[str, dict[str, int]]:
    """Filter name -> code -> cases there would be; each filter counted as if it were not set itself.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    counts: Any = (
        sqlalchemy.select(*_FACETS.values(), func.count())
        .where(*_reach(actor), *_matching_rest(wanted))
        .group_by(*_FACETS.values())
    )
    found: dict[str, Counter[str]] = {facet: Counter() for facet in _FACETS}
    for *codes, count in await db.exec(counts):
        group = dict(zip(_FACETS, codes, strict=True))
        misfits = [facet for facet, code in group.items() if (chosen := getattr(wanted, facet)) and code not in chosen]
        for facet in misfits if len(misfits) == 1 else () if misfits else group:
            if group[facet] is not None:
                found[facet][group[facet]] += count
    return {facet: dict(counted) for facet, counted in found.items()}


# --- one case -----------------------------------------------------------------------------------------------


async def open_case(db: Db, actor: Actor, ticket: str) -> Case:
    """The case of this ticket, with what the actor's key opens. Opening is recorded, so `db` must write.

    Raises:
        Forbidden: unless the actor may read cases.
        NotFound: when there is none in the actor's reach.
        Tampered: when stored bytes were changed.
    """
    report = await _in_reach(db, actor, ticket)
    assert report.id is not None
    key = await key_of(db, actor, report.id, "account")
    case = Case(
        report=report,
        account=_opened(key, report.account, Place("report", report.ticket, "account")),
        history=await _history(db, report, key),
        evidence=await _evidence(db, report, key),
    )
    if key is not None:
        await record(db, actor.username, "open_account", report.ticket)
    return case


async def _in_reach(db: Db, actor: Actor, ticket: str) -> Report:
    actor.require(Permission.READ_CASE)
    found = select(Report).where(Report.ticket == (parse_ticket(ticket) or ""), *_reach(actor))
    report = (await db.exec(found)).first()
    if report is None:
        raise NotFound
    return report


async def find_evidence(db: Db, actor: Actor, ticket: str, position: int) -> About:
    """All that is known of a file, its key included: for who sends the file, never for the screen.

    Raises:
        Forbidden: unless the actor may read cases.
        NotFound: when the case is out of reach, the actor holds no key to it, or there is no such piece.
        Tampered: when stored bytes were changed.
    """
    report = await _in_reach(db, actor, ticket)
    assert report.id is not None
    key = await key_of(db, actor, report.id, "account")
    chosen = select(Evidence).where(Evidence.report_id == report.id, Evidence.position == position)
    row = (await db.exec(chosen)).first() if 0 < position <= _MOST_EVIDENCE else None
    if key is None or row is None:
        raise NotFound
    return About(**unseal_json(key, row.about, Place("evidence", row.id, "about")))


async def take_evidence(db: Db, actor: Actor, ticket: str, position: int) -> About:
    """The same, for a download: it is recorded, so `db` must write."""
    about = await find_evidence(db, actor, ticket, position)
    await record(db, actor.username, "download_evidence", parse_ticket(ticket) or "")
    return about


def _opened(key: bytes | None, sealed: bytes, place: Place) -> Document | None:
    return None if key is None else unseal_json(key, sealed, place)


async def _history(db: Db, report: Report, key: bytes | None) -> list[Step]:
    events = select(ReportEvent).where(ReportEvent.report_id == report.id).order_by(col(ReportEvent.position))
    steps = []
    for event in await db.exec(events):
        place = Place("report_event", f"{report.ticket}:{event.position}", "body")
        body = _opened(key, event.body, place) or {}
        steps.append(Step(event.status, body.get("at"), body.get("note"), body.get("who")))
    return steps


async def _evidence(db: Db, report: Report, key: bytes | None) -> list[Proof]:
    rows = select(Evidence).where(Evidence.report_id == report.id).order_by(col(Evidence.position))
    return [
        Proof(row.id, row.position, _opened(key, row.about, Place("evidence", row.id, "about")))
        for row in await db.exec(rows)
    ]
