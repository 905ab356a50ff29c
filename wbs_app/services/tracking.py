"""A report as its reporter sees it: how far it is, until when, what became of it. Officers have no names here."""

import base64
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlmodel import col, select

from wbs_app.model.agency import Profile
from wbs_app.model.deadlines import Clock, answer_by
from wbs_app.model.documents import Document
from wbs_app.model.tables import Evidence, Report
from wbs_app.services import custody, history, reference
from wbs_app.services.calendar import work_days
from wbs_app.services.conversation import REPORTER, Said, thread_for_reporter
from wbs_app.services.database import Db
from wbs_app.services.evidence import About
from wbs_app.services.followup import open_acts
from wbs_app.services.history import Step
from wbs_app.services.reports import Pass
from wbs_app.vault.codes import parse_pin, parse_ticket
from wbs_app.vault.sealing import Place, unseal_json


@dataclass(frozen=True)
class Piece:
    """A file; everybody calls it by its position in the report."""

    position: int
    about: About


@dataclass(frozen=True)
class Tracked:
    """A report as its reporter sees it."""

    ticket: str
    agency: str
    kind: str
    status: str
    received_at: datetime
    steps: list[Step]  # public ones, oldest first
    clock: Clock
    answer_by: date | None  # until when the reporter may answer, while waited for
    today: date  # in the agency's zone
    rating: int | None
    acts: frozenset[str]  # what the reporter may do now, see `followup.open_acts`
    account: Document
    identity: Document
    messages: list[Said]  # oldest first
    files: list[Piece]  # the reporter's own, and what officers sent along with a message
    profile: Profile

    @property
    def target(self) -> date | None:
        """Until when the present stage should be over; before the first, until when the arrival is confirmed."""
        return self.clock.stage_by or (None if self.clock.acknowledged_on else self.clock.acknowledge_by)


def misspelt(ticket: str, pin: str) -> str:
    """The first of them that is no ticket or no PIN at all: "ticket", "pin" or "". It needs no report to be told."""
    if parse_ticket(ticket) is None:
        return "ticket"
    return "" if parse_pin(pin) else "pin"


async def track(db: Db, held: Pass) -> Tracked | None:
    """What the pass opens; None when the report is no longer there.

    Raises:
        Tampered: when stored bytes were changed.
    """
    report = (await db.exec(select(Report).where(Report.ticket == held.ticket))).first()
    if report is None:
        return None
    account_key, identity_key = base64.b64decode(held.account_key), base64.b64decode(held.identity_key)
    account = unseal_json(account_key, report.account, Place("report", report.ticket, "account"))
    profile = await reference.profile(db, report.agency)
    clock = Clock(**{part.name: getattr(report, part.name) for part in fields(Clock)})
    past = await history.steps(db, report, account_key)
    messages = await thread_for_reporter(db, held)
    return Tracked(
        ticket=report.ticket,
        agency=report.agency,
        kind=report.kind,
        status=report.status,
        received_at=datetime.fromisoformat(account["received_at"]),
        steps=[step for step in past if step.kind in history.PUBLIC],
        clock=clock,
        answer_by=answer_by(clock, profile.targets, await work_days(db, report.agency)),
        today=history.now_in(profile.timezone).date(),
        rating=report.rating,
        acts=open_acts(report.status, report.rating),
        account=account,
        identity=unseal_json(identity_key, report.identity, Place("report", report.ticket, "identity")),
        messages=messages,
        files=await _files(db, report, account_key, {id for said in messages for id in said.files}),
        profile=profile,
    )


async def _files(db: Db, report: Report, key: bytes, sent: Collection[str]) -> list[Piece]:
    """Of officers' files only those that came with a message are the reporter's to see. `sent`: their ids."""
    rows = select(Evidence).where(Evidence.report_id == report.id).order_by(col(Evidence.position))
    pieces = [Piece(row.position, custody.opened(row, key)) for row in await db.exec(rows)]
    return [piece for piece in pieces if piece.about.by == REPORTER or piece.about.id in sent]
