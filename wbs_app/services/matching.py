"""What a filter of the case list asks for, as conditions on the table of reports.

They name the values that people choose from long lists instead of holding them (services/asking.py): `asked` takes a
filter apart into its shape, from which statements are made, and those values.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, false
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, func, select

from wbs_app.model.access import Actor
from wbs_app.model.filters import PRIORITIES, CaseFilter, Mark
from wbs_app.model.handling_tables import Assignment
from wbs_app.model.tables import Report
from wbs_app.model.workflow import CLOSED, Status
from wbs_app.services.asking import slot
from wbs_app.services.casework import reach
from wbs_app.services.database import Db
from wbs_app.services.rules import rules_of
from wbs_app.vault.codes import parse_ticket

Condition = ColumnElement[bool]

COLUMNS: dict[str, Any] = {
    "violations": Report.violation_type,
    "units": Report.unit,
    "statuses": Report.status,
    "kinds": Report.kind,
    "agencies": Report.agency,
    "regencies": Report.regency,
    "priorities": Report.priority,
}
"""Field of the filter -> the column it chooses by."""

OPEN = col(Report.status).in_(sorted(set(Status) - CLOSED))

_NAMED = ("violations", "units", "regencies", "officers")
"""Fields of the filter whose codes are named in its shape; there are few of the others."""

_GIVEN = SQLModel.metadata.tables[str(Assignment.__tablename__)].alias("given")
_WHOLE, _FEW, _MANY, _NOTHING = "whole", "few", "many", "nothing"
BY_TICKET = (_WHOLE, _FEW)
"""What a shape says of the ticket when its index leads to few cases."""

_SHORT = 3
_ANY_DAY = date.min

_other = aliased(Report)
_ALIKE = (
    select(col(_other.ticket).label("ticket"))
    .where(func.replace(col(_other.ticket), "-", "").like(slot("ticket")))
    .cte("alike")
)
"""Looked for among the tickets alone, which are far less to read than whole rows, and once for page and number."""


@dataclass(frozen=True)
class Asked:
    """A filter in an officer's hands. `who`: the reach alone, nothing else of the officer. `shape`: the filter with
    names for values; filters that differ by these values only have the same one. `values`: what the names stand for."""

    who: Actor
    shape: CaseFilter
    values: dict[str, Any]


def asked(wanted: CaseFilter, actor: Actor, day: date) -> Asked:
    """The filter, taken apart. `day`: today."""
    values: dict[str, Any] = {"day": day, "me": actor.staff_id, "holder": str(actor.staff_id)}
    shape: dict[str, Any] = {"after": "", "columns": ()}
    for field in _NAMED:
        codes = getattr(wanted, field)
        shape[field] = tuple(f"{field}_{at}" for at in range(len(codes)))
        values |= zip(shape[field], map(int, codes) if field == "officers" else codes, strict=True)
    for field in ("date_from", "date_to"):
        if chosen := getattr(wanted, field):
            shape[field], values[field] = _ANY_DAY, chosen
    if wanted.ticket:
        shape["ticket"], values["ticket"] = _ticket(wanted.ticket, actor)
    who = replace(actor, staff_id=0, username="", name="", unit=None, private_key=b"")
    return Asked(who, wanted.model_copy(update=shape), values)


def _ticket(typed: str, actor: Actor) -> tuple[str, str]:
    """A ticket however it was typed, or what its characters are searched by, and whether few or many may have them."""
    if whole := parse_ticket(typed):
        return _WHOLE, whole
    part = re.sub(r"[^A-Z0-9]", "", typed.upper())
    common = len(part) < _SHORT or any(part in agency.upper() for agency in actor.agencies)
    return (_MANY if common else _FEW, f"%{part}%") if part else (_NOTHING, "")


async def today(db: Db, actor: Actor) -> date:
    """The date where the actor works."""
    first = actor.agencies[0]
    return (await rules_of(db, (first,)))[first].today


def matching(who: Actor, shape: CaseFilter, but: str = "") -> list[Condition]:
    """The conditions of a filter, the reach included. `but`: a field that is left out."""
    chosen = {field: getattr(shape, field) for field in (*COLUMNS, "officers", "marks") if field != but}
    found = [*reach(who)]
    for field, column in COLUMNS.items():
        if codes := chosen.get(field):
            found.append(col(column).in_(_told(field, codes)))
    if officers := chosen.get("officers"):
        found.append(given_to(*officers))
    found += [condition for mark in chosen.get("marks", ()) for condition in mark_conditions(mark)]
    if shape.date_from:
        found.append(col(Report.received_on) >= slot("date_from", Date()))
    if shape.date_to:
        found.append(col(Report.received_on) <= slot("date_to", Date()))
    if shape.ticket:
        found.append(_ticket_like(shape.ticket))
    return found


def _told(field: str, codes: tuple[str, ...]) -> list[Any]:
    if field in _NAMED:
        return [slot(code) for code in codes]
    return [int(PRIORITIES[code]) for code in codes] if field == "priorities" else list(codes)


def mark_conditions(mark: Mark) -> list[Condition]:
    """What all holds of a case that has this mark today."""
    conditions: dict[Mark, list[Condition]] = {
        Mark.OPEN: [OPEN],
        Mark.MINE: [OPEN, given_to("me")],
        Mark.UNASSIGNED: [OPEN, col(Report.lead).is_(None)],
        # nothing is due of what is closed or waits for the reporter
        Mark.OVERDUE: [col(Report.due_on) < slot("day", Date())],
        Mark.UNREAD: [col(Report.unread) > 0],
        Mark.EVIDENCE: [col(Report.evidence_count) > 0],
    }
    return conditions[mark]


def given_to(*names: str) -> Condition:
    """Whether one of these officers works on the case."""
    officers = [slot(name) for name in names]
    return col(Report.id).in_(select(_GIVEN.c.report_id).where(_GIVEN.c.staff_id.in_(officers)))


def _ticket_like(how: str) -> Condition:
    """The ticket itself, or every ticket that has the characters in a row."""
    if how == _NOTHING:
        return false()
    if how == _WHOLE:
        return col(Report.ticket) == slot("ticket")
    if how == _FEW:
        return col(Report.ticket).in_(select(_ALIKE.c.ticket))
    return func.replace(col(Report.ticket), "-", "").like(slot("ticket"))
