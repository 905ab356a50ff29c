"""What a filter of the case list asks for, as conditions on the table of reports."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from wbs_app.model.access import Actor
from wbs_app.model.filters import PRIORITIES, CaseFilter, Mark
from wbs_app.model.handling_tables import Assignment
from wbs_app.model.tables import Report
from wbs_app.model.workflow import CLOSED, Status
from wbs_app.services import reference
from wbs_app.services.casework import reach
from wbs_app.services.database import Db
from wbs_app.services.history import now_in
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


async def today(db: Db, actor: Actor) -> date:
    """The date where the actor works."""
    return now_in((await reference.profile(db, actor.agencies[0])).timezone).date()


def matching(wanted: CaseFilter, actor: Actor, day: date, but: str = "") -> list[Condition]:
    """The conditions of a filter, the actor's reach included. `day`: today. `but`: a field that is left out."""
    chosen = {field: getattr(wanted, field) for field in (*COLUMNS, "officers", "marks") if field != but}
    found = [*reach(actor)]
    for field, column in COLUMNS.items():
        if codes := chosen.get(field):
            found.append(col(column).in_([PRIORITIES[code] for code in codes] if field == "priorities" else codes))
    if officers := chosen.get("officers"):
        found.append(given_to(*map(int, officers)))
    found += [mark_condition(mark, actor, day) for mark in chosen.get("marks", ())]
    if wanted.date_from:
        found.append(col(Report.received_on) >= wanted.date_from)
    if wanted.date_to:
        found.append(col(Report.received_on) <= wanted.date_to)
    if wanted.ticket:
        found.append(_ticket_like(wanted.ticket))
    return found


def mark_condition(mark: Mark, actor: Actor, day: date) -> Condition:
    """Whether a case has this mark today."""
    conditions: dict[Mark, Callable[[], Condition]] = {
        Mark.OPEN: lambda: OPEN,
        Mark.MINE: lambda: and_(OPEN, given_to(actor.staff_id)),
        Mark.UNASSIGNED: lambda: and_(OPEN, col(Report.lead).is_(None)),
        Mark.OVERDUE: lambda: col(Report.due_on) < day,  # nothing is due of what is closed or waits for the reporter
        Mark.UNREAD: lambda: col(Report.unread) > 0,
        Mark.EVIDENCE: lambda: col(Report.evidence_count) > 0,
    }
    return conditions[mark]()


def given_to(*officers: int) -> Condition:
    """Whether one of these officers works on the case."""
    return col(Report.id).in_(select(Assignment.report_id).where(col(Assignment.staff_id).in_(officers)))


def _ticket_like(typed: str) -> Condition:
    """The ticket itself however it was typed, or every ticket that has these characters in a row."""
    if whole := parse_ticket(typed):
        return col(Report.ticket) == whole
    part = re.sub(r"[^A-Z0-9]", "", typed.upper())
    if not part:
        return false()
    other = aliased(Report)  # looked for among the tickets alone, which are far less to read than whole rows
    return col(Report.id).in_(select(other.id).where(func.replace(col(other.ticket), "-", "").contains(part)))
