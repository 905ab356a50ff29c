"""The audit trail shows whatever is done to it."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, delete, select, update

from wbs_app.model.tables import AuditEvent, Setting
from wbs_app.services import audit
from wbs_app.services.audit import record, verify
from wbs_app.services.database import Db, snapshot, writing


async def _fill(db: Db, events: int = 5) -> None:
    for number in range(events):
        await record(db, "budi", "open_account", f"BALI-{number}")


async def test_an_empty_trail_is_whole(db: Db) -> None:
    assert await verify(db) is None


async def test_events_are_numbered_and_whole(db: Db) -> None:
    await _fill(db)
    events = (await db.exec(select(AuditEvent).order_by(col(AuditEvent.id)))).all()
    assert [event.id for event in events] == [1, 2, 3, 4, 5]
    assert [event.subject for event in events] == [f"BALI-{number}" for number in range(5)]
    assert len({event.digest for event in events}) == 5
    assert await verify(db) is None


async def test_a_changed_event_shows(db: Db) -> None:
    await _fill(db)
    third = (await db.exec(select(AuditEvent).where(AuditEvent.id == 3))).one()
    changes = {"actor": "sari", "action": "none", "subject": "BALI-9", "digest": "0" * 64}
    for name, value in [*changes.items(), ("at", third.at + timedelta(microseconds=1))]:
        before = getattr(third, name)
        setattr(third, name, value)
        await db.flush()
        assert await verify(db) == 3, name
        setattr(third, name, before)
        await db.flush()
        assert await verify(db) is None, name


async def test_a_removed_event_shows(db: Db) -> None:
    await _fill(db)
    for gone in (5, 3, 1):
        await db.exec(delete(AuditEvent).where(col(AuditEvent.id) == gone))
        assert await verify(db) == gone


async def test_a_trail_cut_short_shows_and_goes_on_showing(db: Db) -> None:
    await _fill(db)
    await db.exec(delete(AuditEvent).where(col(AuditEvent.id) > 2))
    assert await verify(db) == 3
    await _fill(db, 1)
    assert await verify(db) == 3


async def test_exchanged_events_show(db: Db) -> None:
    await _fill(db)
    for old, new in ((2, 99), (3, 2), (99, 3)):
        await db.exec(update(AuditEvent).where(col(AuditEvent.id) == old).values(id=new))
    assert await verify(db) == 2


@pytest.mark.parametrize(("forged", "shown"), [(0, 1), (6, 6)])
async def test_an_added_event_shows(db: Db, forged: int, shown: int) -> None:
    await _fill(db)
    db.add(AuditEvent(id=forged, actor="budi", action="open_account", subject="BALI-1", digest="0" * 64))
    await db.flush()
    assert await verify(db) == shown


async def test_a_removed_head_shows_and_goes_on_showing(db: Db) -> None:
    await _fill(db)
    await db.exec(delete(Setting).where(col(Setting.name) == "audit_head"))
    assert await verify(db) is not None
    await _fill(db, 1)
    assert await verify(db) == 6


async def test_all_events_removed_shows(db: Db) -> None:
    await _fill(db)
    await db.exec(delete(AuditEvent))
    assert await verify(db) == 1


async def test_a_failed_transaction_leaves_no_gap(database: str) -> None:
    async with writing() as db:
        await _fill(db)

    async def fail() -> None:
        async with writing() as db:
            await _fill(db)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with writing() as db:
        await _fill(db)
    async with snapshot() as db:
        assert await verify(db) is None
        assert len((await db.exec(select(AuditEvent.id))).all()) == 10


async def test_many_write_at_once(database: str) -> None:
    async def one(number: int) -> None:
        async with writing() as db:
            await record(db, "system", "seal", f"BALI-{number}")

    await asyncio.gather(*(one(number) for number in range(20)))
    async with snapshot() as db:
        assert await verify(db) is None
        assert len((await db.exec(select(AuditEvent.id))).all()) == 20


async def test_a_long_trail_is_read_in_batches(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_BATCH", 4)
    await _fill(db, 10)
    assert await verify(db) is None
    await db.exec(update(AuditEvent).where(col(AuditEvent.id) == 9).values(subject="BALI-0"))
    assert await verify(db) == 9
