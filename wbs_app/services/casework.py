"""A case in an officer's hands: found within reach, opened with the officer's key, held for writing."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.agency import Profile
from wbs_app.model.deadlines import Clock, WorkDays
from wbs_app.model.dossier import Dossier
from wbs_app.model.tables import Report
from wbs_app.services import history, live, reference
from wbs_app.services.audit import record
from wbs_app.services.calendar import work_days
from wbs_app.services.database import Db
from wbs_app.services.keys import key_of
from wbs_app.services.refusal import Refused
from wbs_app.vault.codes import parse_ticket
from wbs_app.vault.sealing import Place, unseal_json


class NotFound(Exception):
    """No such case, or out of the actor's reach: the two look the same."""


@dataclass(frozen=True, repr=False)
class Held:
    """A case whose row is locked until the transaction ends, with its account key and its agency's rules."""

    report: Report
    key: bytes
    profile: Profile
    days: WorkDays
    now: datetime  # in the agency's zone

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def clock(self) -> Clock:
        return clock_of(self.report)

    def set_clock(self, clock: Clock) -> None:
        for part in fields(Clock):
            setattr(self.report, part.name, getattr(clock, part.name))


def clock_of(report: Report) -> Clock:
    """The deadlines that stand in a report's columns."""
    return Clock(**{part.name: getattr(report, part.name) for part in fields(Clock)})


def dossier_of(report: Report, key: bytes) -> Dossier:
    """What officers have written down about a case so far."""
    if report.dossier is None:
        return Dossier()
    return Dossier.model_validate(unseal_json(key, report.dossier, Place("report", report.ticket, "dossier")))


def reach(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a report is in an officer's reach; a key is needed on top to read it."""
    agencies = or_(col(Report.agency).in_(actor.agencies), col(Report.oversight).in_(actor.agencies))
    return agencies, col(Report.kind).in_(actor.kinds)


async def in_reach(db: Db, actor: Actor, ticket: str, *, lock: bool = False) -> Report:
    """The report of this ticket.

    Raises:
        NotFound: when there is none in the actor's reach.
    """
    found = select(Report).where(Report.ticket == (parse_ticket(ticket) or ""), *reach(actor))
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    report = (await db.exec(found)).first()
    if report is None:
        raise NotFound
    return report


async def with_key(db: Db, actor: Actor, ticket: str, *, lock: bool = False) -> tuple[Report, bytes]:
    """The report of this ticket and the key to its account.

    Raises:
        NotFound: when the case is out of reach, or the actor holds no key to it.
        Tampered: when the key was not sealed to this actor.
    """
    report = await in_reach(db, actor, ticket, lock=lock)
    assert report.id is not None
    key = await key_of(db, actor, report.id, "account")
    if key is None:
        raise NotFound
    return report, key


async def hold(
    db: Db, actor: Actor, ticket: str, permission: Permission = Permission.WORK_CASE, version: int | None = None
) -> Held:
    """A case to work on. `db` must write. `version`: the one the officer saw; None when it does not matter.

    Raises:
        Forbidden: unless the actor has `permission`.
        NotFound: when the case is out of reach, or the actor holds no key to it.
        Refused: "case.changed_meanwhile", when somebody else was quicker.
    """
    actor.require(permission)
    report, key = await with_key(db, actor, ticket, lock=True)
    if version is not None and version != report.version:
        raise Refused("case.changed_meanwhile")
    return await held(db, report, key)


async def held(db: Db, report: Report, key: bytes) -> Held:
    """The same for a key that came another way, such as the reporter's. The row must be locked already."""
    profile = await reference.profile(db, report.agency)
    return Held(report, key, profile, await work_days(db, report.agency), history.now_in(profile.timezone))


async def done(db: Db, case: Held, who: str, action: str) -> None:
    """Ends a change: the version counts on, who watches is told, the trail knows. Call it last."""
    case.report.version += 1
    db.add(case.report)
    live.touch(db, live.case_topic(case.report.ticket))
    live.touch(db, live.list_topic(case.report.agency))
    await record(db, who, action, case.report.ticket)
