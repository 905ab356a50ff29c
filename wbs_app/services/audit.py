"""The audit trail: who did what to which ticket or person, never content. Append-only and hash-chained.

Each row's digest covers the row and the digest before it; the last id and digest are also kept as a setting,
so that a changed, missing, added or cut-off row shows.
"""

import hashlib
import json
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import col, func, select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.columns import now
from wbs_app.model.tables import AuditEvent, Setting
from wbs_app.services.database import Db
from wbs_app.services.locks import Lock, hold

_HEAD = "audit_head"
_BATCH = 500


async def record(db: Db, who: str, action: str, subject: str) -> None:
    """Appends an event, in the caller's transaction. Call it last: others wait until it is committed.

    `who`: a staff username, "system" or "reporter". `action`: at most 40 characters. `subject`: a ticket, a
    username, an agency or what was changed of it, at most 64 characters.
    """
    await hold(db, Lock.AUDIT)
    head = await db.get(Setting, _HEAD, populate_existing=True)
    if head is None:
        # The first event; or the head was removed, and then this row, chained to nothing, shows it for ever.
        last, before = (await db.exec(select(func.max(AuditEvent.id)))).one() or 0, ""
        head = Setting(name=_HEAD, value="")
    else:
        last, before = _read(head.value)
    event = AuditEvent(id=last + 1, at=now(), actor=who, action=action, subject=subject, digest="")
    event.digest = _digest(before, event.id, event.at, who, action, subject)
    head.value = f"{event.id} {event.digest}"
    db.add_all((event, head))
    await db.flush()


@dataclass(frozen=True)
class Page:
    """Some events, newest first. `older`, `newer`: ids to ask for `before`, 0 where there is no such page."""

    events: list[AuditEvent]
    older: int
    newer: int
    total: int


async def page(db: Db, actor: Actor, before: int = 0, size: int = 50) -> Page:
    """The events before that id, or the newest ones when it is 0. Ids have no gaps, which finds the page.

    Raises:
        Forbidden: unless the actor may read the trail.
    """
    actor.require(Permission.READ_AUDIT)
    last, _ = await _head(db)
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
    value = (await db.exec(select(Setting.value).where(Setting.name == _HEAD))).first()
    return _read(value) if value else (0, "")


def _read(value: str) -> tuple[int, str]:
    last, _, digest = value.partition(" ")
    return int(last), digest


def _digest(before: str, number: int, at: datetime, who: str, action: str, subject: str) -> str:
    """64 hexadecimal digits over the digest before and the row, written in one way only."""
    row = json.dumps([number, at.astimezone(UTC).isoformat(), who, action, subject])
    return hashlib.blake2b(f"{before}{row}".encode(), digest_size=32, person=b"wbs audit").hexdigest()
