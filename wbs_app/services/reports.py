"""A report is filed, sealed and found again by its ticket and PIN."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from wbs_app.config import settings
from wbs_app.model.answers import Offer
from wbs_app.model.documents import Document, account_document, identity_document
from wbs_app.model.steps import Incident, PlaceTime, ServiceComplaint, Step
from wbs_app.model.tables import Agency, Evidence, Report, ReportEvent
from wbs_app.model.workflow import Status
from wbs_app.services import keys
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.evidence import About, Staging
from wbs_app.services.slow import slowly
from wbs_app.vault.codes import new_ticket, parse_pin, parse_ticket, pin_from
from wbs_app.vault.passwords import derive, new_salt
from wbs_app.vault.sealing import KEY_BYTES, Place, Tampered, new_key, seal, seal_json, unseal, unseal_json


@dataclass(frozen=True)
class Receipt:
    """Shown once. The PIN is stored nowhere."""

    ticket: str
    pin: str
    received_at: str  # ISO, in the agency's zone, to the minute


@dataclass(frozen=True)
class Pass:
    """What ticket and PIN open: kept sealed in the reporter's tab, never on the server."""

    ticket: str
    account_key: str
    identity_key: str


@dataclass(frozen=True, repr=False)
class _Form:
    """What was sent. `secret` is the form's own (128 bits)."""

    agency: str
    kind: str
    steps: Mapping[str, Step]
    offer: Offer
    secret: str

    @property
    def once(self) -> str:
        """By this a second press finds the first's report."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    @property
    def pin(self) -> str:
        """From the form's secret and the server's: the same press always shows the same PIN though none is stored."""
        seed = hashlib.blake2b(self.secret.encode(), key=settings().secret_key(), person=b"pin")
        return pin_from(seed.digest())


async def submit(agency: str, kind: str, steps: Mapping[str, Step], offer: Offer, secret: str) -> Receipt:
    """Files a report and seals it to those who may read it; however often this form is sent, it is one report."""
    form = _Form(agency, kind, steps, offer, secret)
    try:
        report = await _already(form) or await _file(form)
    except (IntegrityError, FileNotFoundError):  # another press of the same form was quicker, and took its files
        report = await _already(form)
        if report is None:
            raise
    await Staging(secret).clear()
    return Receipt(report.ticket, form.pin, f"{offer.now:%Y-%m-%dT%H:%M}")


async def _already(form: _Form) -> Report | None:
    async with reading() as db:
        return (await db.exec(select(Report).where(Report.once == form.once))).first()


async def _file(form: _Form) -> Report:
    """The files are in their place before the report that names them is committed."""
    files = await Staging(form.secret).adopt()
    salt = new_salt()
    wrap = await slowly(derive, parse_pin(form.pin) or "", salt)
    async with writing() as db:
        return await _insert(db, form, salt, wrap, files)


async def _insert(db: Db, form: _Form, salt: bytes, wrap: bytes, files: list[About]) -> Report:
    ticket = await _free_ticket(db, form.offer.catalogue.profile.ticket_prefix)
    account_key, identity_key = new_key(), new_key()
    account = account_document(form.steps, form.offer, form.offer.now)
    report = Report(
        ticket=ticket,
        agency=form.agency,
        kind=form.kind,
        status=Status.RECEIVED,
        received_on=form.offer.today,
        evidence_count=len(files),
        once=form.once,
        pin_salt=salt,
        pin_keys=seal(wrap, account_key + identity_key, Place("report", ticket, "pin_keys")),
        account=seal_json(account_key, account, Place("report", ticket, "account")),
        identity=seal_json(identity_key, identity_document(form.steps), Place("report", ticket, "identity")),
        **_open_columns(form.steps),
    )
    db.add(report)
    await db.flush()
    assert report.id is not None
    first = {"at": account["received_at"], "note": None, "who": "system"}
    body = seal_json(account_key, first, Place("report_event", f"{ticket}:0", "body"))
    db.add(ReportEvent(report_id=report.id, position=0, status=report.status, body=body))
    for position, about in enumerate(files, start=1):
        sealed = seal_json(account_key, asdict(about), Place("evidence", about.id, "about"))
        db.add(Evidence(id=about.id, report_id=report.id, position=position, about=sealed))
    await _hand_out(db, report, {"account": account_key, "identity": identity_key})
    return report


async def _hand_out(db: Db, report: Report, held: Mapping[str, bytes]) -> None:
    """Seals the key of each document to its readers and to the agency's recovery key."""
    assert report.id is not None
    recovery = (await db.exec(select(Agency.recovery_key).where(Agency.code == report.agency))).one()
    for document, key in held.items():
        holders = await keys.readers(db, report.agency, report.kind, document, report.unit)
        await keys.seal_key(db, report.id, document, key, holders, recovery)


async def _free_ticket(db: Db, prefix: str) -> str:
    while True:
        ticket = new_ticket(prefix)
        if (await db.exec(select(Report.id).where(Report.ticket == ticket))).first() is None:
            return ticket


def _open_columns(steps: Mapping[str, Step]) -> dict[str, Any]:
    """The few facts that stand in the open, for filters and counts (docs/threat-model.md)."""
    values: dict[str, Any] = {}
    for step in steps.values():
        if isinstance(step, Incident):
            values |= {"violation_type": step.violation, "unit": step.unit}
        elif isinstance(step, PlaceTime):
            values |= {"regency": step.regency, "incident_month": step.incident_month}
        elif isinstance(step, ServiceComplaint):
            values["service"] = step.kind
    return values


# --- the reporter comes back ------------------------------------------------------------------------------------------


async def unlock(ticket: str, pin: str) -> Pass | None:
    """The pass that this ticket and PIN open; None for an unknown ticket and a wrong PIN alike, after the same work."""
    known, typed = parse_ticket(ticket), parse_pin(pin)
    async with reading() as db:
        report = (await db.exec(select(Report).where(Report.ticket == (known or "")))).first()
    wrap = await slowly(derive, typed or "", report.pin_salt if report else bytes(16))
    if report is None or typed is None:
        return None
    try:
        both = unseal(wrap, report.pin_keys, Place("report", report.ticket, "pin_keys"))
    except Tampered:
        return None
    account_key, identity_key = both[:KEY_BYTES], both[KEY_BYTES:]
    return Pass(report.ticket, base64.b64encode(account_key).decode(), base64.b64encode(identity_key).decode())


@dataclass(frozen=True)
class Tracked:
    """A report as its reporter sees it."""

    ticket: str
    agency: str
    kind: str
    status: str
    received_at: datetime
    history: list[dict[str, Any]]  # status, at (ISO), note; oldest first
    account: Document
    identity: Document
    files: list[About]


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
    events = select(ReportEvent).where(ReportEvent.report_id == report.id).order_by(col(ReportEvent.position))
    history = []
    for event in await db.exec(events):
        place = Place("report_event", f"{report.ticket}:{event.position}", "body")
        body = unseal_json(account_key, event.body, place)
        history.append({"status": event.status, "at": body["at"], "note": body["note"]})
    rows = select(Evidence).where(Evidence.report_id == report.id).order_by(col(Evidence.position))
    files = [
        About(**unseal_json(account_key, row.about, Place("evidence", row.id, "about"))) for row in await db.exec(rows)
    ]
    return Tracked(
        ticket=report.ticket,
        agency=report.agency,
        kind=report.kind,
        status=report.status,
        received_at=datetime.fromisoformat(account["received_at"]),
        history=history,
        account=account,
        identity=unseal_json(identity_key, report.identity, Place("report", report.ticket, "identity")),
        files=files,
    )
