"""Conflicts of interest: who may never hold a key of a case, and who takes over when that leaves nobody.

An officer of the reported unit, one whom the reporter names (as reported, or as not to be involved), and one who
recuses. PermenPANRB 17/2024 has handlers declare a conflict; here the key itself is withheld.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import col, select

from wbs_app.model.access import ARRIVAL_READERS, Role
from wbs_app.model.documents import Document
from wbs_app.model.handling_tables import Exclusion
from wbs_app.model.steps import Incident
from wbs_app.model.tables import Report, ReportKey, Staff, Unit
from wbs_app.services import entitlement, vouching
from wbs_app.services.database import Db

UNIT, NAMED, RECUSED = "unit", "named", "recused"

_SHORTEST_WORD = 3
_ENOUGH_WORDS = 2


def _words(written: str) -> set[str]:
    """The words of a text that can tell one name from another: no initials, no titles such as "S.H."."""
    plain = re.sub(r"\b(?:\w{1,4}\.)+\w{0,4}\b\.?", " ", written.casefold())
    return {word for word in re.findall(r"\w+", plain) if len(word) >= _SHORTEST_WORD}


def is_named(name: str, written: str) -> bool:
    """Whether a text names this person: by two words of the name, or by its only one. Rather once too often."""
    own = _words(name) or set(re.findall(r"\w+", name.casefold()))
    return len(own & set(re.findall(r"\w+", written.casefold()))) >= min(_ENOUGH_WORDS, max(len(own), 1))


def _names_unit(unit: str, written: str) -> bool:
    return " ".join(unit.casefold().split()) in " ".join(written.casefold().split())


async def on_arrival(db: Db, agency: str, steps: Mapping[str, Any], people: Iterable[Staff]) -> dict[int, str]:
    """Staff id -> reason, for all of `people` whom the report itself shuts out."""
    incident = next((step for step in steps.values() if isinstance(step, Incident)), None)
    if incident is None:
        return {}
    unwanted = incident.exclude or ""
    named = [*(person.name or "" for person in incident.reported.values()), unwanted]
    units = {incident.unit} if incident.unit else set()
    if unwanted:
        known = (await db.exec(select(Unit).where(Unit.agency == agency))).all()
        units |= {unit.code for unit in known if _names_unit(unit.name, unwanted)}
    found: dict[int, str] = {}
    for staff in people:
        assert staff.id is not None
        if any(is_named(staff.name, part) for part in named):
            found[staff.id] = NAMED
        elif staff.unit in units:
            found[staff.id] = UNIT
    return found


Units = dict[tuple[str, str], str]
"""(agency, code) -> name."""


async def units(db: Db) -> Units:
    """What all units are called today."""
    rows = await db.exec(select(Unit.agency, Unit.code, Unit.name))
    return {(agency, code): name for agency, code, name in rows}


def is_named_in(account: Document, agency: str, staff: Staff, called: Units) -> bool:
    """Whether the report names this person, as reported or as not to be involved, or the unit as not to be involved:
    also one who came later. `agency`: the report's. `called`: `units`."""
    incident = account.get("incident")
    if incident is None:
        return False
    unwanted = incident.get("exclude") or ""
    unit = called.get((agency, staff.unit or ""))
    if unit and _names_unit(unit, unwanted):
        return True
    written = (*(person["name"] for person in incident["reported"]), unwanted)
    return any(is_named(staff.name, part) for part in written if part)


async def excluded(db: Db, report_id: int) -> frozenset[int]:
    """Staff ids that are shut out of this case."""
    return frozenset(await db.exec(select(Exclusion.staff_id).where(Exclusion.report_id == report_id)))


def exclude(db: Db, report_id: int, people: Mapping[int, str]) -> None:
    """Notes who is shut out, and why."""
    db.add_all(Exclusion(report_id=report_id, staff_id=id, reason=reason) for id, reason in people.items())


async def shut_out(db: Db, report_id: int, staff: Staff) -> None:
    """Shuts somebody out who came later and is named in the report."""
    chosen = select(Report).where(Report.id == report_id).with_for_update()
    report = (await db.exec(chosen)).one_or_none()
    if report is None or staff.id is None or staff.id in await excluded(db, report_id):
        return
    async with entitlement.changing(db, report):
        exclude(db, report_id, {staff.id: NAMED})


async def stand_ins(db: Db, oversight: str, shut_out: Iterable[int]) -> list[Staff]:
    """Supervisors of the oversight agency who may take a case over."""
    if not oversight:
        return []
    barred = set(shut_out)
    supervisors = await vouching.able(db, Staff.role == Role.SUPERVISOR)
    return [staff for staff in supervisors if oversight in staff.agencies.split() and staff.id not in barred]


async def is_orphaned(db: Db, report: Report) -> bool:
    """Whether no active officer who could lead the case on holds its key."""
    roles = ARRIVAL_READERS[report.kind]
    holders = select(ReportKey.holder).where(ReportKey.report_id == report.id, ReportKey.document == "account")
    ids = {int(holder) for holder in await db.exec(holders) if holder.isdigit()}
    able = select(Staff.id).where(col(Staff.id).in_(ids), col(Staff.active), col(Staff.role).in_(roles))
    return (await db.exec(able)).first() is None


async def administrators(db: Db, agency: str) -> list[int]:
    """Ids of the agency's active administrators, who learn that it happened and nothing more."""
    chosen = select(Staff).where(col(Staff.active), Staff.role == Role.ADMIN)
    return [staff.id for staff in await db.exec(chosen) if staff.id and agency in staff.agencies.split()]
