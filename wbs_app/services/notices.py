"""Mails that say that there is something to read, and nothing more: no ticket, no PIN, no kind, no content.

A notice is written in the transaction that caused it, so none is lost. Mails go out at fixed hours alone and several
notices become one mail, so that their time tells nothing; services/delivery.py sends them.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete
from sqlmodel import col, or_, select

from wbs_app.config import settings
from wbs_app.model.access import ARRIVAL_READERS, Actor, Permission, Role
from wbs_app.model.columns import now
from wbs_app.model.handling_tables import Assignment, Contact, Notice
from wbs_app.model.steps import Biodata, Step
from wbs_app.model.tables import Report, ReportKey, Staff
from wbs_app.services import reference
from wbs_app.services.audit import record
from wbs_app.services.database import Db
from wbs_app.services.refusal import Refused
from wbs_app.vault.sealing import Place, seal, unseal

STAFF_TEMPLATES = (
    "new_report",
    "new_message",
    "assigned",
    "deadline",
    "escalated",
    "identity_asked",
    "identity_decided",
    "trouble",
    "vouch",
    "destruction",
)
"""What staff are told; a reporter is told "update", and at first asked to "confirm"."""

REPORTER_HOURS = (7, 12, 17)
"""Of the agency's zone, when mails to reporters go out. Those to staff go out at every full hour, but for alarms."""

MOST_TRIES = 8
"""So often a server may refuse a mail; then an administrator must look."""

TOLD_FOR = timedelta(days=7)
"""So long administrators are told that a mail was given up."""


# --- putting into the outbox ------------------------------------------------------------------------------------------


async def tell_staff(db: Db, staff_ids: Iterable[int], template: str) -> None:
    """Puts a notice to each of these officers who has an address into the outbox. `db` must write."""
    if template not in STAFF_TEMPLATES:
        raise ValueError("no such template")
    asked = set(staff_ids)
    if not asked:
        return
    reachable = select(Staff.id).where(col(Staff.id).in_(asked), col(Staff.active), col(Staff.email) != "")
    told = (await db.exec(_waiting(template, col(Notice.staff_id).in_(asked), col(Notice.staff_id)))).all()
    due = now() if template == "trouble" else _next_hour(now())  # of no report, and it cannot wait
    for staff_id in (await db.exec(reachable.order_by(col(Staff.id)))).all():
        if staff_id not in told:
            db.add(Notice(staff_id=staff_id, template=template, send_after=due))
    await db.flush()


async def tell_reporter(db: Db, report: Report) -> None:
    """Puts a notice to the reporter into the outbox, where an address was given and confirmed."""
    contact = await db.get(Contact, report.id)
    if contact is not None and contact.confirmed:
        await _put(db, Notice(report_id=report.id, template="update", send_after=await _reporters_hour(db, report)))


async def _put(db: Db, notice: Notice) -> None:
    """To a reporter."""
    to = col(Notice.report_id) == notice.report_id
    if (await db.exec(_waiting(notice.template, to, col(Notice.id)))).first() is None:
        db.add(notice)
        await db.flush()


def _waiting(template: str, to: ColumnElement[bool], column: Any) -> Any:
    """Notices that wait untouched: one says the same as two. They are locked, so that none is sent before this
    commit."""
    untouched = (col(Notice.sent).is_(False), Notice.tries == 0)
    chosen = select(column).where(to, Notice.template == template, *untouched)
    return chosen.with_for_update(skip_locked=True)


async def officers(db: Db, report: Report, role: Role | None = None) -> list[int]:
    """Ids of whoever handles a case: those it is given to, else those who read such reports on arrival. Who has left,
    or lost the access and not come back yet, handles nothing.

    With `role`: the holders of its key who have that role.
    """
    if role is None:
        given = select(Staff.id).join(Assignment, col(Assignment.staff_id) == Staff.id)
        here = given.where(Assignment.report_id == report.id, col(Staff.active), col(Staff.salt).is_not(None))
        if assigned := [id for id in await db.exec(here) if id is not None]:
            return assigned
    held = select(ReportKey.holder).where(ReportKey.report_id == report.id, ReportKey.document == "account")
    ids = {int(holder) for holder in await db.exec(held) if holder.isdigit()}
    roles = {role} if role else ARRIVAL_READERS[report.kind]
    able = select(Staff.id).where(col(Staff.id).in_(ids), col(Staff.active), col(Staff.role).in_(roles))
    return [id for id in await db.exec(able) if id is not None]


def _next_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


async def _reporters_hour(db: Db, report: Report) -> datetime:
    zone = ZoneInfo((await reference.profile(db, report.agency)).timezone)
    return next_fixed_hour(now(), zone)


def next_fixed_hour(moment: datetime, zone: ZoneInfo) -> datetime:
    """The next of REPORTER_HOURS after `moment` (aware), in UTC."""
    here = moment.astimezone(zone)
    days = (here.date() + timedelta(days=ahead) for ahead in (0, 1))
    slots = (datetime.combine(day, time(hour), zone) for day in days for hour in REPORTER_HOURS)
    return next(slot for slot in slots if slot > moment).astimezone(UTC)


# --- a reporter's address ---------------------------------------------------------------------------------------------


async def register(db: Db, report: Report, biodata: Step | None) -> None:
    """Keeps the address of a reporter who gave one and wishes to be told, and asks there whether it is right."""
    if not isinstance(biodata, Biodata) or not biodata.email or not biodata.contact_consent:
        return
    assert report.id is not None
    sealed = seal(_address_key(), biodata.email.encode(), _place(report.id))
    db.add(Contact(report_id=report.id, address=sealed, token=_hash(token_of(report.id))))
    await _put(db, Notice(report_id=report.id, template="confirm", send_after=await _reporters_hour(db, report)))


def address_of(contact: Contact) -> str:
    """The address, which this server's secret opens."""
    return unseal(_address_key(), contact.address, _place(contact.report_id)).decode()


def token_of(report_id: int) -> str:
    """What a mail's link holds to confirm or to stop; nobody without this server's secret can tell it."""
    digest = hashlib.blake2b(str(report_id).encode(), key=settings().secret_key(), digest_size=24, person=b"wbs link")
    return base64.urlsafe_b64encode(digest.digest()).decode()


async def confirmed(db: Db, token: str) -> bool | None:
    """Whether the address of this link is confirmed; None for a link that is none."""
    contact = await _contact(db, token)
    return None if contact is None else contact.confirmed


async def confirm(db: Db, token: str) -> None:
    """The address is right: notices go there from now on.

    Raises:
        Refused: for a link that is none.
    """
    contact = await _contact(db, token)
    if contact is None:
        raise Refused("notify.unknown")
    contact.confirmed = True
    db.add(contact)


async def stop(db: Db, token: str) -> None:
    """Nothing is sent there any more, and the address is forgotten; of a link that is none, nothing."""
    contact = await _contact(db, token)
    if contact is not None:
        await db.exec(delete(Notice).where(col(Notice.report_id) == contact.report_id))
        await db.delete(contact)


async def _contact(db: Db, token: str) -> Contact | None:
    return (await db.exec(select(Contact).where(Contact.token == _hash(token)))).first()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _address_key() -> bytes:
    return hashlib.blake2b(b"", key=settings().secret_key(), digest_size=32, person=b"wbs contact").digest()


def _place(report_id: int) -> Place:
    return Place("contact", str(report_id), "address")


# --- what an administrator sees ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stuck:
    """A notice that could not be sent. `to`: a staff member's name; "" for a reporter, who is not named.

    `next_try` is None once the tries are used up, and an administrator must send it on.
    """

    id: int
    to: str
    template: str
    tries: int
    problem: str
    next_try: datetime | None


async def failed(db: Db, actor: Actor) -> list[Stuck]:
    """Notices of the actor's agencies that a server has not taken, the oldest first.

    Raises:
        Forbidden: unless the actor manages settings.
    """
    actor.require(Permission.MANAGE_SETTINGS)
    chosen = select(Notice, Staff.name).where(col(Notice.problem) != "", *_open_of(actor))
    rows = await db.exec(_joined(chosen).order_by(col(Notice.id)))
    return [
        Stuck(
            id=notice.id or 0,
            to=name or "",
            template=notice.template,
            tries=notice.tries,
            problem=notice.problem,
            next_try=None if notice.tries >= MOST_TRIES else notice.send_after,
        )
        for notice, name in rows
    ]


async def queued(db: Db, actor: Actor) -> int:
    """How many notices of the actor's agencies wait for their hour or for a server.

    Raises:
        Forbidden: unless the actor manages settings.
    """
    actor.require(Permission.MANAGE_SETTINGS)
    return len((await db.exec(_joined(select(Notice.id).where(*_open_of(actor))))).all())


async def given_up(db: Db, actor: Actor | None = None) -> bool:
    """Whether mails were given up of late, of the actor's agencies or, without one, of any.

    Not of reporters who gave an address that is none: nobody here can mend it. And not news of troubles, this one's
    among them: it would never end.
    """
    theirs = col(Notice.staff_id).is_not(None) | col(Notice.problem).not_in(("recipient", "address"))
    lately = (col(Notice.tries) >= MOST_TRIES, col(Notice.send_after) > now() - TOLD_FOR)
    mine = _open_of(actor) if actor else (col(Notice.sent).is_(False),)
    chosen = select(Notice.id).where(*lately, *mine, theirs, Notice.template != "trouble")
    return (await db.exec(_joined(chosen).limit(1))).first() is not None


async def try_again(db: Db, actor: Actor, notice_id: int) -> None:
    """Sends a notice with the next round.

    Raises:
        Forbidden: unless the actor manages settings.
        Refused: when it is not one of the actor's agencies, or was sent meanwhile.
    """
    actor.require(Permission.MANAGE_SETTINGS)
    chosen = select(Notice).where(Notice.id == notice_id, *_open_of(actor))
    notice = (await db.exec(_joined(chosen))).first() if 0 < notice_id < 2**31 else None
    if notice is None:
        raise Refused("notify.gone")
    notice.tries, notice.send_after = 0, now()
    db.add(notice)
    await record(db, actor.username, "retry_notice", actor.username)


def _joined(chosen: Any) -> Any:
    report, staff = col(Notice.report_id), col(Notice.staff_id)
    return chosen.outerjoin(Report, col(Report.id) == report).outerjoin(Staff, col(Staff.id) == staff)


def _open_of(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Unsent, and to somebody of the actor's agencies."""
    spaced = " " + col(Staff.agencies) + " "
    served = [spaced.contains(f" {code} ") for code in actor.agencies]
    return col(Notice.sent).is_(False), or_(col(Report.agency).in_(actor.agencies), *served)
