"""Messages between a reporter and the officers of a case, and the officers' own notes.

A message is sealed under the case's account key. To the reporter every officer is "staff": names never leave the desk.
A form's own secret goes with each message and note, so that a second press adds nothing.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update
from sqlmodel import col, func, select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.deadlines import heard, moved
from wbs_app.model.handling_tables import Message, Note
from wbs_app.model.tables import Report, Staff
from wbs_app.model.workflow import CLOSED, Status
from wbs_app.services import casework, custody, evidence_access, history, live, notices, vouching
from wbs_app.services.audit import record
from wbs_app.services.casework import Held, NotFound, done, hold
from wbs_app.services.database import Db
from wbs_app.services.evidence import Waiting
from wbs_app.services.refusal import Refused
from wbs_app.services.reports import Pass
from wbs_app.services.wording import fit
from wbs_app.vault.keypairs import open_sealed, seal_to
from wbs_app.vault.sealing import KEY_BYTES, Place, new_key, seal_json, unseal, unseal_json

LONGEST = 10_000
"""Characters of a message or a note."""

REPORTER = "reporter"

_SEALED_KEY_BYTES = KEY_BYTES + 48


@dataclass(frozen=True)
class Said:
    """A message. `who`: "reporter", a username, or "staff" where the reporter looks. `seen`: by the other side."""

    position: int
    at: str  # ISO, to the minute, in the agency's zone
    who: str
    text: str
    files: list[str] = field(default_factory=list)  # ids of evidence
    ask: bool = False  # asks a clarification
    facts: bool = False  # adds to the account
    seen: bool = False
    mine: bool = False  # written by the side that looks


# --- sending ----------------------------------------------------------------------------------------------------------


async def add(
    db: Db,
    case: Held,
    who: str,
    text: str,
    *,
    ask: bool = False,
    facts: bool = False,
    once: str = "",
    files: Sequence[str] = (),
) -> None:
    """Puts a message into the thread, without telling anybody. `who`: a username, or "reporter".

    `once`: the form's own secret; without one, the caller sees to it that a second press does not come here.
    """
    newest = (await db.exec(select(func.max(Message.position)).where(Message.report_id == case.report.id))).one()
    position = (newest or 0) + 1
    assert case.report.id is not None
    body = {"at": _minute(case), "who": who, "text": text, "files": list(files), "ask": ask, "facts": facts}
    db.add(
        Message(
            report_id=case.report.id,
            position=position,
            from_reporter=who == REPORTER,
            once=_once(case, who, once or str(position)),
            body=seal_json(case.key, body, _place(case.report.ticket, position)),
        )
    )
    await db.flush()


async def send_by_staff(db: Db, actor: Actor, ticket: str, text: str, once: str, files: Sequence[Waiting] = ()) -> None:
    """Sends the reporter a message. `files`: `Staging(...).ready()` of the officer's; clear it after the commit.

    Raises:
        Forbidden, NotFound: see `casework.hold`.
        Refused: for an empty or too long text, and once the case is closed.
    """
    case = await hold(db, actor, ticket)
    if await _is_there(db, case, actor.username, once):
        return
    _check_open(case)
    said = _checked(text, needed=not files)
    assert case.report.id is not None
    ids = await custody.insert(db, case.report.id, files, case.key, None, actor.username)
    await add(db, case, actor.username, said, once=once, files=ids)
    case.set_clock(heard(case.clock, case.today, case.profile.targets, case.days))
    await notices.tell_reporter(db, case.report)
    await done(db, case, actor.username, "send_message")


async def send_by_reporter(
    db: Db, held: Pass, text: str, once: str, files: Sequence[Waiting] = (), *, facts: bool = False
) -> None:
    """The reporter writes, or sends files alone. An answer to a clarification sends the case back to where it was.

    `files`: `Staging(...).ready()` of the reporter's; clear it after the commit. `facts`: it adds to the account.

    Raises:
        NotFound: when the report is no longer there.
        Refused: as `send_by_staff` does, and for too many files.
    """
    case = await own(db, held)
    if await _is_there(db, case, REPORTER, once):
        return
    _check_open(case)
    said = _checked(text, needed=not files)
    identity_key = base64.b64decode(held.identity_key)
    ids = await evidence_access.put_in(db, case.report, files, case.key, identity_key)
    if not said:
        if not ids:
            return  # another press, of another tab, has brought them
        await history.append(db, case.report, case.key, "evidence", REPORTER, case.now, count=len(ids))
    await add(db, case, REPORTER, said, facts=facts, once=once, files=ids)
    case.report.unread += 1
    if case.report.status == Status.CLARIFICATION:
        await _answered(db, case)
    await notices.tell_staff(db, await notices.officers(db, case.report), "new_message")
    await done(db, case, REPORTER, "send_message" if said else "add_evidence")


async def own(db: Db, held: Pass) -> Held:
    """The reporter's case, to act on: its row is locked, and its account opens with the reporter's key.

    Raises:
        NotFound: when it is no longer there.
        Tampered: when the key is not this case's.
    """
    chosen = select(Report).where(Report.ticket == held.ticket).with_for_update()
    report = (await db.exec(chosen.execution_options(populate_existing=True))).first()
    if report is None:
        raise NotFound
    return await casework.held(db, report, _proven(report, held))


def _proven(report: Report, held: Pass) -> bytes:
    """The account's key, which has just opened it."""
    key = base64.b64decode(held.account_key)
    unseal(key, report.account, Place("report", report.ticket, "account"))
    return key


async def _answered(db: Db, case: Held) -> None:
    """The case goes on where it was when the reporter was asked."""
    past = await history.steps(db, case.report, case.key)
    before = Status(history.interrupted(past) or Status.VERIFYING)
    targets, days = case.profile.targets, case.days
    case.set_clock(moved(case.clock, before, case.today, targets, days, interrupted=before))
    case.report.status = before
    await history.append(db, case.report, case.key, "status", REPORTER, case.now)


def _check_open(case: Held) -> None:
    if case.report.status in CLOSED:
        raise Refused("chat.closed")


def _checked(text: str, *, needed: bool = True) -> str:
    said = fit(text)
    if needed and not said:
        raise Refused("error.required")
    if len(said) > LONGEST:
        raise Refused("error.max_length", max=LONGEST)
    return said


def _minute(case: Held) -> str:
    return f"{case.now:%Y-%m-%dT%H:%M}"


def _once(case: Held, who: str, secret: str) -> str:
    """Of one case and one writer, so that nobody's secret can stand in another's way."""
    return hashlib.sha256(f"{case.report.ticket}:{who}:{secret}".encode("utf-8", "surrogatepass")).hexdigest()


async def _is_there(db: Db, case: Held, who: str, once: str) -> bool:
    """Whether this press came before."""
    if not once:
        raise Refused("error.expired")
    return (await db.exec(select(Message.id).where(Message.once == _once(case, who, once)))).first() is not None


def _place(ticket: str, position: int) -> Place:
    return Place("message", f"{ticket}:{position}", "body")


# --- reading ----------------------------------------------------------------------------------------------------------


async def thread_for_staff(db: Db, actor: Actor, ticket: str) -> list[Said]:
    """The messages, oldest first, as officers see them.

    Raises:
        Forbidden, NotFound: unless the actor may read the case and holds its key.
        Tampered: when a stored message was changed.
    """
    actor.require(Permission.READ_CASE)
    report, key = await casework.with_key(db, actor, ticket)
    return [_said(row, report.ticket, key, by_reporter=False) for row in await _rows(db, report)]


async def thread_for_reporter(db: Db, held: Pass) -> list[Said]:
    """The messages, oldest first, as the reporter sees them: without an officer's name.

    Raises:
        NotFound: when the report is no longer there.
        Tampered: when a stored message was changed, or the key is not this case's.
    """
    report = (await db.exec(select(Report).where(Report.ticket == held.ticket))).first()
    if report is None:
        raise NotFound
    key = _proven(report, held)
    return [_said(row, report.ticket, key, by_reporter=True) for row in await _rows(db, report)]


async def _rows(db: Db, report: Report) -> list[Message]:
    """All messages in their order; Tampered when one is missing in between."""
    chosen = select(Message).where(Message.report_id == report.id).order_by(col(Message.position))
    return history.unbroken(list(await db.exec(chosen)), first=1)


def _said(row: Message, ticket: str, key: bytes, *, by_reporter: bool) -> Said:
    """By what is sealed: whose a message is must not hang on a column, which somebody may change."""
    body = unseal_json(key, row.body, _place(ticket, row.position))
    theirs = body["who"] == REPORTER
    return Said(
        position=row.position,
        at=body["at"],
        who="staff" if by_reporter and not theirs else body["who"],
        text=body["text"],
        files=body["files"],
        ask=body["ask"],
        facts=body.get("facts", False),
        seen=row.seen,
        mine=theirs is by_reporter,
    )


async def seen_by_staff(db: Db, actor: Actor, ticket: str) -> None:
    """An officer has the reporter's messages on the screen. Call it only when one was not `seen`: `db` must write.

    The version does not count on: nobody's half-made change is out of date because somebody has read.

    Raises:
        Forbidden, NotFound: see `casework.hold`.
    """
    case = await hold(db, actor, ticket)
    if await _see(db, case.report, from_reporter=True):
        case.report.unread = 0
        db.add(case.report)
        live.touch(db, live.list_topic(case.report.agency))
        await record(db, actor.username, "read_messages", case.report.ticket)


async def seen_by_reporter(db: Db, held: Pass) -> None:
    """The reporter has the officers' messages on the screen. Call it only when one was not `seen`."""
    case = await own(db, held)
    await _see(db, case.report, from_reporter=False)


async def _see(db: Db, report: Report, *, from_reporter: bool) -> bool:
    """Marks one side's messages; whether there were any to mark."""
    unseen = (
        col(Message.report_id) == report.id,
        col(Message.from_reporter) == from_reporter,
        col(Message.seen).is_(False),
    )
    marked = await db.exec(update(Message).where(*unseen).values(seen=True))
    if marked.rowcount:
        live.touch(db, live.case_topic(report.ticket))
    return bool(marked.rowcount)


# --- notes ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """An internal note. `who`: its author's username. `private`: nobody else can open it."""

    at: str
    who: str
    text: str
    private: bool


async def write_note(db: Db, actor: Actor, ticket: str, text: str, private: bool, once: str) -> None:
    """Writes a note for all who hold the case's key, or for oneself alone.

    Raises:
        Forbidden, NotFound: see `casework.hold`.
        Refused: for an empty or too long text.
    """
    case = await hold(db, actor, ticket)
    said, report = _checked(text), case.report
    if not once:
        raise Refused("error.expired")
    mark = _once(case, f"note:{actor.username}", once)
    if (await db.exec(select(Note.id).where(Note.once == mark))).first() is not None:
        return
    body = {"at": _minute(case), "who": actor.username, "text": said}
    place = Place("note", f"{report.ticket}:{mark}", "body")
    sealed = await _sealed_to_author(db, actor, body, place) if private else seal_json(case.key, body, place)
    assert report.id is not None
    db.add(Note(report_id=report.id, author=actor.staff_id, private=private, once=mark, body=sealed))
    await db.flush()
    if private:
        await record(db, actor.username, "write_note", report.ticket)
    else:
        await done(db, case, actor.username, "write_note")


async def _sealed_to_author(db: Db, actor: Actor, body: dict[str, Any], place: Place) -> bytes:
    """Under a key of its own in a sealed box to the author: the box alone would tell the note's length."""
    author = await db.get(Staff, actor.staff_id)
    if author is None or author.public_key is None or not vouching.is_vouched(author):
        raise NotFound
    key = new_key()
    return seal_to(author.public_key, key) + seal_json(key, body, place)


async def notes(db: Db, actor: Actor, ticket: str) -> list[Written]:
    """The team's notes and the actor's own, oldest first.

    Raises:
        Forbidden, NotFound: unless the actor may read the case and holds its key.
        Tampered: when a stored note was changed.
    """
    actor.require(Permission.READ_CASE)
    report, key = await casework.with_key(db, actor, ticket)
    shown = col(Note.private).is_(False) | (col(Note.author) == actor.staff_id)
    rows = await db.exec(select(Note).where(Note.report_id == report.id, shown).order_by(col(Note.id)))
    return [_written(row, report.ticket, key, actor) for row in rows]


def _written(row: Note, ticket: str, key: bytes, actor: Actor) -> Written:
    place, sealed = Place("note", f"{ticket}:{row.once}", "body"), row.body
    if row.private:
        key = open_sealed(actor.private_key, sealed[:_SEALED_KEY_BYTES])
        sealed = sealed[_SEALED_KEY_BYTES:]
    body = unseal_json(key, sealed, place)
    return Written(body["at"], body["who"], body["text"], row.private)
