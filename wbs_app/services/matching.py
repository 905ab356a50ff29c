"""What a filter of the case list asks for, as conditions on the table of reports.

They name the values that people choose from long lists instead of holding them (services/asking.py): `asked` takes a
filter apart into its shape, from which statements are made, and those values.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, false, or_
from sqlmodel import SQLModel, col, func, select

from wbs_app.config import settings
from wbs_app.model.access import Actor
from wbs_app.model.filters import PRIORITIES, CaseFilter, Mark
from wbs_app.model.handling_tables import Assignment
from wbs_app.model.tables import Report
from wbs_app.model.workflow import CLOSED, Status
from wbs_app.services.asking import slot
from wbs_app.services.casework import reach
from wbs_app.services.database import Db
from wbs_app.services.rules import rules_of
from wbs_app.vault.codes import Span, parse_ticket, squeeze, tail_span, ticket_span

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
_WHOLE, _FEW, _NOTHING = "whole", "few", "nothing"
MANY = "many"
"""What a shape says of the ticket when it is only looked at in passing, row by row."""

BY_TICKET = (_WHOLE, _FEW)
"""What a shape says of the ticket when an index leads to few cases."""

_SHORT = 2
"""Characters of a code that few cases have in common."""

_SPANS = ("ticket", "code", "tail")
_NONE: Span = ("Z", "0")
_ANY_DAY = date.min


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
        for known, found in zip((shape, values), _by_ticket(wanted, actor), strict=True):
            known.update(found)
    who = replace(actor, staff_id=0, username="", name="", unit=None, private_key=b"")
    return Asked(who, wanted.model_copy(update=shape), values)


def _by_ticket(wanted: CaseFilter, actor: Actor) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a ticket, or a part of one, however it was typed, adds to a shape and to its values.

    A part is where the ticket begins, or its code, or its last four characters. Letters of an agency mean all its
    cases, and with one character more nothing else either: an agency's cases are too many to look beyond them.
    """
    part = squeeze(wanted.ticket)
    known = {code: code.upper() for code in {*settings().agencies, *actor.agencies}}
    if part and (named := [code for code in known if known[code].startswith(part)]):
        return _of_agencies("", named, wanted), {}
    own = max((code for code in known if part.startswith(known[code])), key=len, default="")
    first = ticket_span(part, own) if own else None
    whole = parse_ticket(part)  # of no agency we know, it may be so by chance: one in 32 beginnings is
    if whole and first in (None, (whole, whole)):
        return {"ticket": _WHOLE}, {"ticket": whole}
    if first and len(part) - len(own) < _SHORT:
        return _of_agencies(MANY, [own], wanted), _between(first)
    spans = first, ticket_span(part), tail_span(part)
    if not any(spans):
        return {"ticket": _NOTHING}, {}
    return {"ticket": MANY if len(part) < _SHORT else _FEW}, _between(*spans)


def _of_agencies(how: str, codes: list[str], wanted: CaseFilter) -> dict[str, Any]:
    """The shape of what only these agencies have, of those that are asked for."""
    both = tuple(sorted(code for code in codes if code in (wanted.agencies or codes)))
    return {"ticket": how, "agencies": both} if both else {"ticket": _NOTHING}


def _between(*spans: Span | None) -> dict[str, str]:
    found = dict(zip(_SPANS, spans, strict=False))
    ends = {name: found.get(name) or _NONE for name in _SPANS}
    return {
        f"{name}_{end}": code for name, span in ends.items() for end, code in zip(("low", "high"), span, strict=True)
    }


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
    """The ticket itself, or every ticket that has the part where one may be typed; each has an index."""
    if how == _NOTHING:
        return false()
    ticket = col(Report.ticket)
    if how == _WHOLE:
        return ticket == slot("ticket")
    if how == MANY:
        ticket = ticket + ""  # no index of it is meant
    size = func.length(ticket)  # where a language's order passes over dashes, "BALI2-0..." is between "BALI-..."
    begins = and_(_within(ticket, "ticket"), size == func.length(slot("ticket_low")))
    return or_(begins, _within(func.substr(ticket, size - 8), "code"), _within(func.substr(ticket, size - 3), "tail"))


def _within(text: Any, span: str) -> Condition:
    return text.between(slot(f"{span}_low"), slot(f"{span}_high"))
