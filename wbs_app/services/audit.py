"""The audit trail: who did what to which ticket or person, never content. Append-only and hash-chained.

Each row's digest covers the row and the digest before it; the last id and digest are also kept as a setting, marked
with the server's secret: a changed, missing, added or cut-off row shows, also when whoever writes to the database works
out all digests anew. Only an earlier state, put back whole, would not: hence `wbs audit verify` tells the number.
"""

import hashlib
import hmac
import json
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from wbs_app.config import settings
from wbs_app.model.access import Actor, Permission
from wbs_app.model.columns import now
from wbs_app.model.tables import AuditEvent, Setting
from wbs_app.services.database import Db
from wbs_app.services.locks import Lock, hold

_HEAD = "audit_head"
_BATCH = 500

REPORTER = "reporter"
_DAYS_OF = ZoneInfo("Asia/Jakarta")


async def record(db: Db, who: str, action: str, subject: str) -> None:
    """Appends an event, in the caller's transaction. Call it last: others wait until it is committed.

    `who`: a staff username, "system" or "reporter". `action`: at most 40 characters. `subject`: a ticket, a
    username, an agency or what was changed of it, at most 64 characters.

    Of what a reporter does only the day is kept: the time of day may tell who it is.
    """
    await hold(db, Lock.AUDIT)
    head = await db.get(Setting, _HEAD, populate_existing=True) or Setting(name=_HEAD, value="")
    last, before = _read(head.value)
    if not before:
        # The first event; or the head was removed or forged, and then this row, chained to nothing, shows it for ever.
        last = await newest(db)
    at = _day() if who == REPORTER else now()
    event = AuditEvent(id=last + 1, at=at, actor=who, action=action, subject=subject, digest="")
    event.digest = _digest(before, event.id, event.at, who, action, subject)
    head.value = _head_of(event)
    db.add_all((event, head))
    await db.flush()


@dataclass(frozen=True)
class Page:
    """Some events, newest first. `older`, `newer`: ids to ask for `before`, 0 where there is no such page."""

    events: list[AuditEvent]
    older: int
    newer: int
    total: int


async def mark_anew(db: Db) -> None:
    """The secret is another one now: the trail is taken as it stands, and says so itself."""
    await hold(db, Lock.AUDIT)
    events = select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(1)
    for last in await db.exec(events):
        await db.merge(Setting(name=_HEAD, value=_head_of(last)))
    await record(db, "system", "new_secret", "wbs")


async def page(db: Db, actor: Actor, before: int = 0, size: int = 50) -> Page:
    """The events before that id, or the newest ones when it is 0. Ids have no gaps, which finds the page.

    Raises:
        Forbidden: unless the actor may read the trail.
    """
    actor.require(Permission.READ_AUDIT)
    last = await newest(db)
    end = before if 0 < before <= last else last + 1
    chosen = select(AuditEvent).where(col(AuditEvent.id) < end, col(AuditEvent.id) >= end - size)
    events = list(await db.exec(chosen.order_by(col(AuditEvent.id).desc())))
    newer = 0 if end > last else min(end + size, last + 1)
    older = end - size if end - size > 1 else 0
    return Page(events, older, newer, last)


async def export(db: Db, actor: Actor) -> AsyncIterator[AuditEvent]:
    """All events, oldest first, in batches: a long trail takes time but no memory.

    Raises:
        Forbidden: unless the actor may read the trail.
    """
    actor.require(Permission.READ_AUDIT)
    rows = select(AuditEvent).order_by(col(AuditEvent.id)).execution_options(yield_per=_BATCH)
    stream = await db.stream_scalars(rows)
    try:
        async for event in stream:
            yield event
    finally:
        await stream.close()


async def newest(db: Db) -> int:
    """The id of the last event, and how many there are: ids have no gaps. 0 before the first."""
    return (await db.exec(select(func.max(AuditEvent.id)))).one() or 0


async def verify(db: Db) -> int | None:
    """The id of the first event that is changed, missing or out of order; None when the trail is whole.

    Reads in batches, so a long trail takes time but no memory.
    """
    head = await _head(db)
    rows = select(AuditEvent).order_by(col(AuditEvent.id)).execution_options(yield_per=_BATCH)
    stream = await db.stream_scalars(rows)
    try:
        last, broken = await _walk(stream, head)
    finally:
        await stream.close()
    if broken or last < head[0]:
        return last + 1
    head = await _head(db)  # events may have been appended meanwhile; only `record` moves the head with them
    return head[0] + 1 if last > head[0] else None


async def _walk(events: AsyncIterable[AuditEvent], head: tuple[int, str]) -> tuple[int, bool]:
    """The id of the last event that is as it was written, and whether one comes after it that is not."""
    last, digest = 0, ""
    async for event in events:
        digest = _digest(digest, event.id, event.at, event.actor, event.action, event.subject)
        if event.id != last + 1 or event.digest != digest or (event.id == head[0] and digest != head[1]):
            return last, True
        last = event.id
    return last, False


async def _head(db: Db) -> tuple[int, str]:
    return _read((await db.exec(select(Setting.value).where(Setting.name == _HEAD))).first() or "")


def _read(value: str) -> tuple[int, str]:
    """Id and digest of the last event; (0, "") for what this server has not written."""
    last, digest, mark = (*value.split(" "), "", "", "")[:3]
    ours = last.isdecimal() and hmac.compare_digest(mark.encode(), _mark(int(last), digest).encode())
    return (int(last), digest) if ours else (0, "")


def _head_of(event: AuditEvent) -> str:
    return f"{event.id} {event.digest} {_mark(event.id, event.digest)}"


def _mark(last: int, digest: str) -> str:
    made = hashlib.blake2b(
        f"{last} {digest}".encode(), digest_size=32, key=settings().secret_key(), person=b"wbs audit"
    )
    return made.hexdigest()


def _day() -> datetime:
    """When today began."""
    return now().astimezone(_DAYS_OF).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _digest(before: str, number: int, at: datetime, who: str, action: str, subject: str) -> str:
    """64 hexadecimal digits over the digest before and the row, written in one way only."""
    row = json.dumps([number, at.astimezone(UTC).isoformat(), who, action, subject])
    return hashlib.blake2b(f"{before}{row}".encode(), digest_size=32, person=b"wbs audit").hexdigest()
