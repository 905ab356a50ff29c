"""Who works on a case. Giving it seals its key to another officer; taking it away deletes that officer's key."""

from collections.abc import Sequence

from sqlmodel import col, select

from wbs_app.model.access import ARRIVAL_READERS, KINDS_IN_REACH, Actor, Permission, Role
from wbs_app.model.handling_tables import Assignment
from wbs_app.model.tables import Agency, Report, ReportKey, Staff
from wbs_app.services import conflicts, entitlement, history, keys, notices, vouching
from wbs_app.services.casework import Held, NotFound, done, hold
from wbs_app.services.database import Db
from wbs_app.services.refusal import Refused
from wbs_app.services.wording import fit
from wbs_app.vault.sealing import Tampered

LONGEST_REASON = 2000


async def candidates(db: Db, actor: Actor, report: Report) -> list[Staff]:
    """Officers to whom the case may be given: of its agency and kind, neither of the reported unit nor shut out or
    named. Nobody, where the actor holds no key to it.

    Raises:
        Forbidden: unless the actor may give cases.
        Tampered: when the stored report was changed.
    """
    actor.require(Permission.ASSIGN_CASE)
    assert report.id is not None
    key = await keys.key_of(db, actor, report.id, "account")
    return [] if key is None else await _fit(db, report, key)


async def _fit(db: Db, report: Report, key: bytes) -> list[Staff]:
    assert report.id is not None
    account = keys.document_of(report.ticket, "account", key, report.account)
    barred = await conflicts.excluded(db, report.id)
    served = {report.agency, report.oversight} - {None}
    called = await conflicts.units(db)
    return [
        staff
        for staff in await vouching.able(db)
        if report.kind in KINDS_IN_REACH.get(Role(staff.role), ())
        and served & set(staff.agencies.split())
        and staff.id not in barred
        and (report.unit is None or staff.unit != report.unit)
        and not conflicts.is_named_in(account, report.agency, staff, called)
    ]


async def team(db: Db, report: Report) -> list[Staff]:
    """Officers to whom the case is given, by name."""
    chosen = select(Staff).join(Assignment, col(Assignment.staff_id) == Staff.id)
    rows = await db.exec(chosen.where(Assignment.report_id == report.id).order_by(col(Staff.name)))
    return list(rows)


async def assign(db: Db, actor: Actor, ticket: str, staff_id: int, *, lead: bool = False) -> None:
    """Gives the case to an officer, as the one who leads it if so wished; to one who has it already, only the lead.

    Raises:
        Forbidden, NotFound: see `casework.hold`.
        Refused: "case.not_assignable", for somebody who may not have it.
    """
    case = await hold(db, actor, ticket, Permission.ASSIGN_CASE)
    await _give(db, actor, case, staff_id, lead=lead)


async def assign_many(db: Db, actor: Actor, tickets: Sequence[str], staff_id: int) -> int:
    """Gives several cases to one officer; those the actor cannot open or the officer may not have are left out.

    Returns how many were given.
    """
    given = 0
    for ticket in sorted(set(tickets)):
        try:
            case = await hold(db, actor, ticket, Permission.ASSIGN_CASE)
            await _give(db, actor, case, staff_id, lead=case.report.lead is None)
        except (NotFound, Refused, Tampered):
            continue
        given += 1
    return given


async def _give(db: Db, actor: Actor, case: Held, staff_id: int, *, lead: bool) -> None:
    report = case.report
    officer = next((staff for staff in await _fit(db, report, case.key) if staff.id == staff_id), None)
    if officer is None or report.id is None:
        raise Refused("case.not_assignable")
    new = await db.get(Assignment, (report.id, staff_id)) is None
    if new:
        if await db.get(ReportKey, (report.id, "account", str(staff_id))) is None:
            await keys.hand_on(db, report, "account", case.key, [officer])
        async with entitlement.changing(db, report):
            db.add(Assignment(report_id=report.id, staff_id=staff_id, given_on=case.today))
        await history.append(db, report, case.key, "assign", actor.username, case.now, officer=officer.username)
        await notices.tell_staff(db, [staff_id], "assigned")
    if lead and report.lead != staff_id:
        report.lead = staff_id
        await history.append(db, report, case.key, "lead", actor.username, case.now, officer=officer.username)
    elif not new:
        return
    await done(db, case, actor.username, "assign")


async def unassign(db: Db, actor: Actor, ticket: str, staff_id: int) -> None:
    """Takes the case from an officer, and the key with it unless the role holds keys from the first day."""
    case = await hold(db, actor, ticket, Permission.ASSIGN_CASE)
    officer = await db.get(Staff, staff_id)
    if officer is None or not await _take(db, case, officer):
        return
    keeps_account = Role(officer.role) in ARRIVAL_READERS[case.report.kind]
    await _forget_keys(db, case.report, staff_id, keep="account" if keeps_account else "")
    await history.append(db, case.report, case.key, "unassign", actor.username, case.now, officer=officer.username)
    await done(db, case, actor.username, "unassign")


async def recuse(db: Db, actor: Actor, ticket: str, reason: str) -> None:
    """The actor steps back for good: no key, no assignment. If that leaves nobody, the oversight takes over.

    Raises:
        Refused: without a reason.
    """
    case = await hold(db, actor, ticket)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise Refused("case.reason_required")
    report, me = case.report, await db.get(Staff, actor.staff_id)
    assert report.id is not None and me is not None
    await history.append(db, report, case.key, "recuse", actor.username, case.now, reason=fit(reason.strip()))
    await _take(db, case, me)
    await _forget_keys(db, report, actor.staff_id)
    async with entitlement.changing(db, report):
        conflicts.exclude(db, report.id, {actor.staff_id: conflicts.RECUSED})
    if await conflicts.is_orphaned(db, report):
        await escalate(db, case)
    await done(db, case, actor.username, "recuse")


async def escalate(db: Db, case: Held) -> None:
    """Nobody is left: supervisors of the oversight agency get the key, administrators learn that it happened."""
    report = case.report
    assert report.id is not None
    barred = await conflicts.excluded(db, report.id)
    overseer = vouching.oversight_of(await db.get_one(Agency, report.agency))
    helpers = await conflicts.stand_ins(db, overseer, barred)
    lacking = [one for one in helpers if await db.get(ReportKey, (report.id, "account", str(one.id))) is None]
    if helpers:
        await keys.hand_on(db, report, "account", case.key, lacking)
        async with entitlement.changing(db, report):
            report.oversight = overseer
    to = overseer if helpers else ""
    await history.append(db, report, case.key, "escalate", "system", case.now, to=to)
    told = [*await conflicts.administrators(db, report.agency), *(one.id for one in helpers if one.id)]
    await notices.tell_staff(db, told, "escalated")


async def _take(db: Db, case: Held, officer: Staff) -> bool:
    """Ends an assignment; whether there was one."""
    held = await db.get(Assignment, (case.report.id, officer.id))
    if case.report.lead == officer.id:
        case.report.lead = None
    if held is None:
        return False
    async with entitlement.changing(db, case.report):
        await db.delete(held)
    return True


async def _forget_keys(db: Db, report: Report, staff_id: int, keep: str = "") -> None:
    """Deletes an officer's keys of this report, to the identity too; `keep`: the document of one that stays."""
    held = select(ReportKey).where(ReportKey.report_id == report.id, ReportKey.holder == str(staff_id))
    for row in await db.exec(held.where(ReportKey.document != keep)):
        await db.delete(row)
    await db.flush()
