"""One case as its officer sees it: what was reported, what happened since, and who works on it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import col, select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.agency import Profile
from wbs_app.model.deadlines import Clock, WorkDays
from wbs_app.model.dossier import Dossier
from wbs_app.model.handling_tables import LegalHold
from wbs_app.model.tables import Evidence, Report, Staff
from wbs_app.services import assignment, identity, reference
from wbs_app.services.audit import record
from wbs_app.services.calendar import work_days
from wbs_app.services.casework import clock_of, dossier_of, in_reach
from wbs_app.services.database import Db
from wbs_app.services.history import Step, now_in, steps
from wbs_app.services.keys import key_of
from wbs_app.vault.sealing import Place, unseal_json

Document = dict[str, Any]


@dataclass(frozen=True)
class Proof:
    """A piece of evidence. `about` is None without the key. `has_original`: it was kept as it was sent, too."""

    id: str
    position: int
    about: Document | None
    has_original: bool


@dataclass(frozen=True)
class Case:
    """A case without the identity. `account` is None, and the dossier empty, when no key is held."""

    report: Report
    account: Document | None
    history: list[Step]
    evidence: list[Proof]
    dossier: Dossier
    team: list[Staff]
    profile: Profile
    days: WorkDays
    today: date
    kept: bool = False  # held from destruction

    @property
    def clock(self) -> Clock:
        return clock_of(self.report)


async def open_case(db: Db, actor: Actor, ticket: str) -> Case:
    """The case of this ticket, with what the actor's key opens. Opening is recorded, so `db` must write.

    Raises:
        Forbidden: unless the actor may read cases.
        NotFound: when there is none in the actor's reach.
        Tampered: when stored bytes were changed.
    """
    case = await read_again(db, actor, ticket)
    if case.account is not None:
        await record(db, actor.username, "open_account", case.report.ticket)
    return case


async def read_again(db: Db, actor: Actor, ticket: str) -> Case:
    """The same for a page that has opened it already and shows it anew: nothing is recorded."""
    actor.require(Permission.READ_CASE)
    report = await in_reach(db, actor, ticket)
    assert report.id is not None
    key = await key_of(db, actor, report.id, "account")
    profile = await reference.profile(db, report.agency)
    return Case(
        report=report,
        account=None if key is None else unseal_json(key, report.account, Place("report", report.ticket, "account")),
        history=await _history(db, actor, report, key),
        evidence=await _evidence(db, report, key),
        dossier=Dossier() if key is None else dossier_of(report, key),
        team=await assignment.team(db, report),
        profile=profile,
        days=await work_days(db, report.agency),
        today=now_in(profile.timezone).date(),
        kept=await db.get(LegalHold, report.id) is not None,
    )


async def _history(db: Db, actor: Actor, report: Report, key: bytes | None) -> list[Step]:
    """All that happened, with what was asked and decided about the identity, oldest first."""
    past = await steps(db, report, key)
    if key is None:
        return past
    return sorted([*past, *await identity.timeline(db, actor, report)], key=lambda step: step.at or "")


async def _evidence(db: Db, report: Report, key: bytes | None) -> list[Proof]:
    rows = select(Evidence).where(Evidence.report_id == report.id).order_by(col(Evidence.position))
    return [
        Proof(
            row.id,
            row.position,
            None if key is None else unseal_json(key, row.about, Place("evidence", row.id, "about")),
            row.original is not None,
        )
        for row in await db.exec(rows)
    ]
