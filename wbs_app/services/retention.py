"""The end of a case: proposed when its time of keeping has passed, approved by two people, then destroyed for good.

Times are the agency's (Profile.retention), by outcome; without one a case is kept. Nothing is destroyed that was ever
reopened, that a supervisor holds, or that only one person has approved. Of the two one must be a supervisor, who may
know the case; the other is a second supervisor or an administrator, who may not.

What goes: every row of the report, with it all keys, then the files. What stays: the certificate in the audit trail,
which names the ticket, who approved and when it was done.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Table, delete, exists, text
from sqlmodel import SQLModel, col, func, select

from wbs_app.model.access import POLICY, Actor, Permission, Role
from wbs_app.model.agency import Retention
from wbs_app.model.handling_tables import Destruction, LegalHold
from wbs_app.model.tables import Agency, Evidence, Report, Staff
from wbs_app.model.workflow import CLOSED
from wbs_app.services import evidence, live, notices, reference
from wbs_app.services.audit import record
from wbs_app.services.casework import in_reach
from wbs_app.services.database import Db, engine, reading, writing
from wbs_app.services.history import now_in
from wbs_app.services.refusal import Refused
from wbs_app.vault.codes import parse_ticket

_REPORT: Table = SQLModel.metadata.tables["report"]

_APPROVERS = [role for role in Role if Permission.APPROVE_DESTRUCTION in POLICY[role]]


@dataclass(frozen=True)
class Listed:
    """A case on the destruction list. `approved_by`: usernames."""

    ticket: str
    agency: str
    status: str
    closed_on: date
    proposed_on: date
    approved_by: tuple[str, ...]


def _years_before(day: date, years: int) -> date:
    """The same day so many years ago; 28 February for a leap day."""
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if leap_day else day.day)


def _is_due(agency: str, times: Retention, today: date) -> ColumnElement[bool] | None:
    """Whether a report may be destroyed as far as its age and fate go; None where nothing ever may."""
    passed = [
        (col(Report.status) == status) & (col(Report.closed_on) <= _years_before(today, years))
        for status in sorted(CLOSED)
        if (years := getattr(times, status.value)) is not None
    ]
    if not passed:
        return None
    either = passed[0]
    for another in passed[1:]:
        either |= another
    held = exists().where(col(LegalHold.report_id) == Report.id)
    return (col(Report.agency) == agency) & either & ~col(Report.reopened) & ~held


async def _due_now(db: Db, agency: str) -> ColumnElement[bool] | None:
    profile = await reference.profile(db, agency)
    return _is_due(agency, profile.retention, now_in(profile.timezone).date())


# --- the list -------------------------------------------------------------------------------------------------------


async def propose(db: Db) -> int:
    """Brings the list up to date; how many cases are new on it, of which those who may approve are told, once. What may
    no longer be destroyed leaves it."""
    new = 0
    for agency in (await db.exec(select(Agency.code))).all():
        due = await _due_now(db, agency)
        theirs = select(Report.id).where(Report.agency == agency)
        allowed = theirs.where(due) if due is not None else theirs.where(col(Report.id) < 0)
        gone = col(Destruction.report_id).in_(theirs) & col(Destruction.report_id).not_in(allowed)
        await db.exec(delete(Destruction).where(gone))
        listed = exists().where(col(Destruction.report_id) == Report.id)
        today = now_in((await reference.profile(db, agency)).timezone).date()
        found = (await db.exec(allowed.where(~listed))).all()
        db.add_all(Destruction(report_id=id, proposed_on=today) for id in found if id is not None)
        if found:
            await _tell(db, agency, _APPROVERS)
        new += len(found)
    await db.flush()
    if new:
        await record(db, "system", "propose_destruction", str(new))
    return new


async def _tell(db: Db, agency: str, roles: Iterable[Role]) -> None:
    people = await db.exec(select(Staff).where(col(Staff.active), col(Staff.role).in_(roles)))
    ids = [one.id for one in people if one.id is not None and agency in one.agencies.split()]
    await notices.tell_staff(db, ids, "destruction")


async def awaiting(db: Db, actor: Actor) -> int:
    """How many cases on the list wait for the actor: for an approval that the actor may give; or, for an administrator,
    for `wbs purge`.

    Raises:
        Forbidden: unless the actor may approve destructions.
    """
    actor.require(Permission.APPROVE_DESTRUCTION)
    first, second = col(Destruction.first_by), col(Destruction.second_by)
    by_supervisor = first.in_(select(Staff.id).where(Staff.role == Role.SUPERVISOR))
    fits = by_supervisor if actor.role is Role.ADMIN else first.is_not(None)
    mine = second.is_(None) & (first.is_(None) | (fits & (first != actor.staff_id)))
    if actor.role is Role.ADMIN:
        mine |= second.is_not(None)
    chosen = select(func.count()).select_from(Destruction).join(Report, col(Report.id) == Destruction.report_id)
    return (await db.exec(chosen.where(col(Report.agency).in_(actor.agencies), mine))).one()


async def listing(db: Db, actor: Actor) -> list[Listed]:
    """The destruction list of the actor's agencies, the oldest cases first.

    Raises:
        Forbidden: unless the actor may approve destructions.
    """
    actor.require(Permission.APPROVE_DESTRUCTION)
    names = {staff.id: staff.username for staff in await db.exec(select(Staff))}
    chosen = select(Report, Destruction).join(Destruction, col(Destruction.report_id) == Report.id)
    rows = await db.exec(chosen.where(col(Report.agency).in_(actor.agencies)).order_by(col(Report.closed_on)))
    return [
        Listed(
            ticket=report.ticket,
            agency=report.agency,
            status=report.status,
            closed_on=report.closed_on or report.received_on,
            proposed_on=entry.proposed_on,
            approved_by=tuple(names[id] for id in (entry.first_by, entry.second_by) if id is not None),
        )
        for report, entry in rows
    ]


async def approve(db: Db, actor: Actor, tickets: Sequence[str]) -> None:
    """The actor's approval for each of these cases; all or none.

    Raises:
        Forbidden: unless the actor may approve destructions.
        Refused: for a case that is not on the list, a second approval by the same person, or two without a supervisor.
    """
    actor.require(Permission.APPROVE_DESTRUCTION)
    decided: set[str] = set()
    for ticket in sorted(set(tickets)):
        chosen = select(Destruction, Report.agency).join(Report, col(Report.id) == Destruction.report_id)
        mine = chosen.where(Report.ticket == (parse_ticket(ticket) or ""), col(Report.agency).in_(actor.agencies))
        found = (await db.exec(mine.with_for_update().execution_options(populate_existing=True))).first()
        entry, agency = found or (None, "")
        if entry is None or entry.second_by is not None:
            raise Refused("admin.destruction_unknown")
        if entry.first_by is None:
            entry.first_by = actor.staff_id
        else:
            await _second(db, entry, actor)
            decided.add(agency)
        db.add(entry)
        await db.flush()
        await record(db, actor.username, "approve_destruction", parse_ticket(ticket) or "")
    for agency in sorted(decided):
        await _tell(db, agency, [Role.ADMIN])  # who has `wbs purge` run


async def _second(db: Db, entry: Destruction, actor: Actor) -> None:
    if entry.first_by == actor.staff_id:
        raise Refused("admin.destruction_twice")
    first = await db.get(Staff, entry.first_by)
    if Role.SUPERVISOR not in (actor.role, first.role if first else None):
        raise Refused("admin.destruction_supervisor")
    entry.second_by = actor.staff_id


# --- holding --------------------------------------------------------------------------------------------------------


async def hold(db: Db, actor: Actor, ticket: str) -> None:
    """Keeps a case from being destroyed until the hold is lifted; approvals given so far are void.

    Raises:
        Forbidden: unless the actor may hold cases.
        NotFound: when there is none in the actor's reach.
    """
    actor.require(Permission.HOLD_CASE)
    report = await in_reach(db, actor, ticket, lock=True)
    assert report.id is not None
    if await db.get(LegalHold, report.id) is None:
        today = now_in((await reference.profile(db, report.agency)).timezone).date()
        db.add(LegalHold(report_id=report.id, placed_by=actor.staff_id, placed_on=today))
    await db.exec(delete(Destruction).where(col(Destruction.report_id) == report.id))
    await record(db, actor.username, "hold_case", report.ticket)


async def lift(db: Db, actor: Actor, ticket: str) -> None:
    """Ends a hold; the case may be proposed again."""
    actor.require(Permission.HOLD_CASE)
    report = await in_reach(db, actor, ticket)
    await db.exec(delete(LegalHold).where(col(LegalHold.report_id) == report.id))
    await record(db, actor.username, "lift_hold", report.ticket)


# --- destroying -----------------------------------------------------------------------------------------------------


async def approved(db: Db) -> list[str]:
    """Tickets that two people have approved."""
    chosen = select(Report.ticket).join(Destruction, col(Destruction.report_id) == Report.id)
    return list(await db.exec(chosen.where(col(Destruction.second_by).is_not(None)).order_by(Report.ticket)))


async def purge(ticket: str) -> bool:
    """Destroys an approved case for good; False when it may no longer be destroyed, and then nothing is.

    The keys go with the rows, in one transaction that also writes the certificate. Files that a crash leaves behind
    after it are ciphertext whose keys are gone; the daily sweep removes them.
    """
    async with writing() as db:
        due = select(Report).join(Destruction, col(Destruction.report_id) == Report.id)
        mine = due.where(Report.ticket == ticket, col(Destruction.second_by).is_not(None))
        report = (await db.exec(mine.with_for_update(of=Report).execution_options(populate_existing=True))).first()
        if report is None:
            return False
        may = await _due_now(db, report.agency)
        if may is None or (await db.exec(select(Report.id).where(Report.id == report.id, may))).first() is None:
            return False
        ids = (await db.exec(select(Evidence.id).where(Evidence.report_id == report.id))).all()
        live.touch(db, live.list_topic(report.agency))
        await _erase(db, report)
        await record(db, "system", "destroy", ticket)
    await evidence.delete([path for id in ids for path in (f"files/{id}", f"files/{id}.original")])
    return True


async def _erase(db: Db, report: Report) -> None:
    """Every row of every table that belongs to the report, its own last."""
    for table in reversed(SQLModel.metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.column is _REPORT.c.id:
                await db.exec(delete(table).where(key.parent == report.id))
    await db.exec(delete(_REPORT).where(_REPORT.c.id == report.id))
    db.expunge(report)


async def wipe() -> None:
    """Makes the database let go of what was destroyed: SQLite has overwritten it and empties its log, PostgreSQL frees
    the space for others to write over."""
    async with engine().connect() as connection:
        if connection.dialect.name == "sqlite":
            await connection.commit()
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM"))


async def waiting() -> int:
    """How many cases wait for an approval."""
    async with reading() as db:
        asked = select(func.count()).select_from(Destruction).where(col(Destruction.second_by).is_(None))
        return (await db.exec(asked)).one()
