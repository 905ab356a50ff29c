"""A report is filed, sealed and found again by its ticket and PIN."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from wbs_app.config import settings
from wbs_app.model.answers import Offer
from wbs_app.model.deadlines import started
from wbs_app.model.documents import account_document, identity_document
from wbs_app.model.steps import Biodata, Incident, PlaceTime, ServiceComplaint, Step
from wbs_app.model.tables import Agency, Report, Staff
from wbs_app.model.workflow import Status
from wbs_app.services import assignment, casework, conflicts, custody, history, keys, live, notices, vouching
from wbs_app.services.calendar import work_days
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.entitlement import Facts
from wbs_app.services.evidence import Staging, Waiting
from wbs_app.services.limits import Guessing
from wbs_app.services.refusal import Refused
from wbs_app.services.slow import filing, opening
from wbs_app.vault.codes import new_ticket, parse_pin, parse_ticket, pin_from
from wbs_app.vault.passwords import derive, new_salt
from wbs_app.vault.sealing import KEY_BYTES, Place, Tampered, new_key, seal, seal_json, unseal


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
    """What was sent. `secret` is the form's own (128 bits), `believed` the ids of the files its tab shows."""

    agency: str
    kind: str
    steps: Mapping[str, Step]
    offer: Offer
    secret: str
    believed: frozenset[str]

    @property
    def once(self) -> str:
        """By this a second press finds the first's report."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    @cached_property
    def staging(self) -> Staging:
        return Staging(self.secret)

    @cached_property
    def pin(self) -> str:
        """From the form's secret and the server's: the same press always shows the same PIN though none is stored."""
        seed = hashlib.blake2b(self.secret.encode(), key=settings().secret_key(), person=b"pin")
        return pin_from(seed.digest())


async def submit(
    agency: str, kind: str, steps: Mapping[str, Step], offer: Offer, secret: str, believed: Iterable[str] = ()
) -> Receipt:
    """Files a report and seals it to those who may read it; however often this form is sent, it is one report.

    Raises:
        Refused: with `error.file_expired` when a file that is `believed` to wait no longer does, with
            `error.file_infected` when the scanner found something in one; nothing is filed then.
    """
    form = _Form(agency, kind, steps, offer, secret, frozenset(believed))
    try:
        report = await _file(form)
    except (IntegrityError, FileNotFoundError, Refused):  # another press was first, and took the form's files
        report = await _already(form)
        if report is None:
            raise
    await form.staging.clear()
    return Receipt(report.ticket, form.pin, f"{offer.now:%Y-%m-%dT%H:%M}")


async def _already(form: _Form) -> Report | None:
    async with reading() as db:
        return (await db.exec(select(Report).where(Report.once == form.once))).first()


async def _file(form: _Form) -> Report:
    """The files are in their place before the report that names them is committed."""
    files = await form.staging.ready()
    if form.believed - {file.about.id for file in files}:
        raise Refused("error.file_expired")
    salt = new_salt()
    wrap = await filing(derive, parse_pin(form.pin) or "", salt)
    async with writing(brief=True) as db:
        return await _insert(db, form, salt, wrap, files)


async def _insert(db: Db, form: _Form, salt: bytes, wrap: bytes, files: list[Waiting]) -> Report:
    """Asks first and writes then: what is written waits to be sent to the database in few statements."""
    ticket = await _free_ticket(db, form.offer.catalogue.profile.ticket_prefix)
    targets = started(form.offer.today, form.offer.catalogue.profile.targets, await work_days(db, form.agency))
    people = await keys.active(db)
    barred = await conflicts.on_arrival(db, form.agency, form.steps, people)
    recovery = vouching.recovery_of(await db.get(Agency, form.agency))
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
        **vars(targets),
    )
    report.readers_mark = Facts.of(report, barred).mark()
    db.add(report)
    await db.flush()
    assert report.id is not None
    history.begin(db, report, account_key, form.offer.now)
    custody.begin(db, report.id, files, account_key, identity_key, "reporter")
    await _hand_out(db, report, {"account": account_key, "identity": identity_key}, recovery, people, barred)
    await notices.register(db, report, form.steps.get(Biodata.slug))
    return report


async def _hand_out(
    db: Db,
    report: Report,
    held: Mapping[str, bytes],
    recovery: bytes | None,
    people: list[Staff],
    barred: Mapping[int, str],
) -> None:
    """Seals the key of each document to its readers and to the agency's recovery key, and tells who may read."""
    assert report.id is not None
    conflicts.exclude(db, report.id, barred)
    facts = Facts.of(report, barred)
    readers = {document: keys.readers_among(people, document, facts) for document in held}
    given = (keys.sealed(report.id, name, key, readers[name], recovery) for name, key in held.items())
    await keys.give(db, [row for rows in given for row in rows])
    told = [reader.id for reader in readers["account"] if reader.id and reader.email]
    await notices.tell_staff(db, told, "new_report")
    if not readers["account"] and barred:
        await assignment.escalate(db, await casework.held(db, report, held["account"]))
    elif not readers["account"]:  # there are no officers: it waits for somebody with the recovery shares
        await notices.tell_staff(db, await conflicts.administrators(db, report.agency), "escalated")
    live.touch(db, live.list_topic(report.agency))


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


async def unlock(ticket: str, pin: str, device: str = "") -> Pass | None:
    """The pass that this ticket and PIN open; None for an unknown ticket and a wrong PIN alike, after the same work.

    Raises:
        Refused: `track.locked` after many wrong PINs, for unknown tickets too; `error.rate_limit` in a rush.
    """
    known, typed = parse_ticket(ticket), parse_pin(pin)
    guessing = Guessing("pin", known or "", device, "track.locked")
    if known is not None:  # what cannot be a ticket is no guess at one
        await guessing.begin()
    async with reading() as db:
        report = (await db.exec(select(Report).where(Report.ticket == (known or "")))).first()
    wrap = await opening(derive, typed or "", report.pin_salt if report else bytes(16))
    if report is None or typed is None:
        return None
    try:
        both = unseal(wrap, report.pin_keys, Place("report", report.ticket, "pin_keys"))
    except Tampered:
        return None
    await guessing.succeeded()
    account_key, identity_key = both[:KEY_BYTES], both[KEY_BYTES:]
    return Pass(report.ticket, base64.b64encode(account_key).decode(), base64.b64encode(identity_key).decode())
