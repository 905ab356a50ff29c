"""Sends the notices that are due: one mail for each recipient, one mail at a time.

A mail's notices are claimed before it is sent and settled afterwards, each in a short transaction of its own: nobody
waits for a mail server, no two workers send the same, and a crash in between repeats that one mail alone, once its
claim has run out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete
from sqlmodel import col, select

from wbs_app.config import settings
from wbs_app.model.columns import now
from wbs_app.model.desk import CONFIRM, HOME
from wbs_app.model.handling_tables import Contact, Notice
from wbs_app.model.tables import Staff
from wbs_app.services import mail, notices
from wbs_app.services.database import Db, writing
from wbs_app.services.locks import Lock, hold
from wbs_app.text import LANGUAGES, fill, text
from wbs_app.vault.sealing import Tampered

CLAIM_LASTS = timedelta(minutes=10)
OUTAGE_PAUSE = timedelta(minutes=5)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)
KEPT_FOR = timedelta(days=7)
"""So long a notice that was sent is remembered."""

_RULE = "\n\n-- \n"


@dataclass(frozen=True, repr=False)
class Letter:
    """A mail and the notices that it settles. `address` is "" when there is nobody to write to any more."""

    notices: list[int]
    address: str
    subject: str
    body: str


async def deliver() -> int:
    """Sends what is due, until nothing is or the server does not answer; how many mails went out.

    Without WBS_SMTP_URL everything waits.
    """
    to = mail.server()
    if to is None:
        return 0
    count = 0
    async with mail.Line(to) as line:
        while letter := await _claimed():
            try:
                if letter.address:
                    await line.send(letter.address, letter.subject, letter.body)
                    count += 1
            except mail.Undelivered as problem:
                await _failed(letter, problem)
                if problem.outage:
                    break
            else:
                await _settled(letter)
    await _forget_old()
    return count


async def _claimed() -> Letter | None:
    """The next mail to send. Its notices are this worker's for a while."""
    async with writing() as db:
        await hold(db, Lock.OUTBOX)  # of two notices to one person, two workers must not take one each
        moment = now()
        due = (
            col(Notice.sent).is_(False),
            col(Notice.send_after) <= moment,
            col(Notice.tries) < notices.MOST_TRIES,
        )
        order = (col(Notice.send_after), col(Notice.id))
        found = await db.exec(select(Notice).where(*due).order_by(*order).limit(1).with_for_update(skip_locked=True))
        first = found.first()
        if first is None:
            return None
        same = select(Notice).where(*due, _same_recipient(first)).order_by(col(Notice.id))
        batch = (await db.exec(same.with_for_update(skip_locked=True))).all()
        for notice in batch:
            notice.tries += 1
            notice.send_after = moment + CLAIM_LASTS
            db.add(notice)
        return await _letter(db, batch)


def _same_recipient(notice: Notice) -> ColumnElement[bool]:
    if notice.staff_id is not None:
        return col(Notice.staff_id) == notice.staff_id
    return col(Notice.report_id) == notice.report_id


async def _settled(letter: Letter) -> None:
    async with writing() as db:
        for notice in await _of(db, letter):
            notice.sent, notice.problem = True, ""
            db.add(notice)


async def _failed(letter: Letter, problem: mail.Undelivered) -> None:
    """The notices wait for their next try. An outage is not the mail's fault: it does not count."""
    async with writing() as db:
        for notice in await _of(db, letter):
            notice.problem = problem.kind
            if problem.outage:
                notice.tries -= 1
                notice.send_after = now() + OUTAGE_PAUSE
            else:
                notice.send_after = now() + pause_after(notice.tries)
            db.add(notice)


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many refusals: twice as long each time, up to a quarter of a day."""
    return min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)


async def _of(db: Db, letter: Letter) -> Sequence[Notice]:
    return (await db.exec(select(Notice).where(col(Notice.id).in_(letter.notices)))).all()


async def _forget_old(before: datetime | None = None) -> None:
    limit = before or now() - KEPT_FOR
    async with writing() as db:
        await db.exec(delete(Notice).where(col(Notice.sent), col(Notice.send_after) < limit))


# --- what a mail says -------------------------------------------------------------------------------------------------


async def _letter(db: Db, batch: Sequence[Notice]) -> Letter:
    """In both languages: which one a reporter used is nobody's business."""
    said = {notice.template for notice in batch}
    ids = [notice.id for notice in batch if notice.id is not None]
    if batch[0].staff_id is not None:
        staff = await db.get(Staff, batch[0].staff_id)
        address = staff.email if staff is not None and staff.active else ""
        return Letter(ids, address, text("mail.subject_staff"), _to_staff(said))
    contact = await db.get(Contact, batch[0].report_id)
    template = "update" if contact is not None and contact.confirmed else "confirm"
    if contact is None or template not in said:  # stopped, or confirmed meanwhile
        return Letter(ids, "", "", "")
    link = f"{settings().origin}{CONFIRM}?kode={notices.token_of(contact.report_id)}"
    try:
        address = notices.address_of(contact)
    except Tampered:  # sealed by a secret that was lost, or changed: not to be read again, and no reason to wait
        address = ""
    return Letter(ids, address, text(f"mail.subject_{template}"), _to_reporter(template, link))


def _to_staff(said: set[str]) -> str:
    parts = []
    for lang in LANGUAGES:
        lines = [text(f"mail.{template}", lang) for template in notices.STAFF_TEMPLATES if template in said]
        parts.append("\n".join([*lines, "", fill(text("mail.staff_where", lang), link=f"{settings().origin}{HOME}")]))
    return _whole(parts)


def _to_reporter(template: str, link: str) -> str:
    return _whole([fill(text(f"mail.body_{template}", lang), link=link) for lang in LANGUAGES])


def _whole(parts: list[str]) -> str:
    return "\n\n".join(parts) + _RULE + "\n".join(text("mail.footer", lang) for lang in LANGUAGES) + "\n"
