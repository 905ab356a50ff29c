"""Locks between all workers of one database. SQLite needs none: it has one writer at a time, and one worker."""

import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from enum import IntEnum

from sqlmodel import func, select

from wbs_app.model.columns import now
from wbs_app.model.tables import Setting
from wbs_app.services.database import Db, engine, reading, writing

_OURS, _JOBS = 0x574253, 0x574254  # other programs may use advisory locks in the same database


class Lock(IntEnum):
    """What is done by one worker at a time."""

    AUDIT = 1
    SCHEMA = 2
    START = 3
    OUTBOX = 4


async def hold(db: Db, lock: Lock) -> None:
    """Waits for `lock` and keeps it until the transaction of `db` ends."""
    if db.get_bind().dialect.name == "postgresql":
        await db.exec(select(func.pg_advisory_xact_lock(_OURS, int(lock))))


@asynccontextmanager
async def turn(job: str, every: timedelta) -> AsyncIterator[bool]:
    """Whether this worker is to do `job` now: nobody else is at it, and nobody began within `every`.

    Whoever began is written down before the work, so a job that ends its worker is not begun by the next one at once.
    """
    async with _alone(job) as free:
        yield free and await _begin(f"job:{job}", every)


@asynccontextmanager
async def _alone(job: str) -> AsyncIterator[bool]:
    """Whether nobody else is at this job; and keeps it so. The lock ends with its worker, however that ends."""
    if engine().dialect.name != "postgresql":
        yield True
        return
    async with engine().begin() as connection:  # the lock is this transaction's
        number = zlib.crc32(job.encode()) - 2**31
        yield bool((await connection.execute(select(func.pg_try_advisory_xact_lock(_JOBS, number)))).scalar_one())


async def _begin(name: str, every: timedelta) -> bool:
    async with reading() as db:
        if await _is_recent(db, name, every):
            return False
    async with writing() as db:
        if await _is_recent(db, name, every):
            return False
        await db.merge(Setting(name=name, value=now().isoformat()))
    return True


async def _is_recent(db: Db, name: str, every: timedelta) -> bool:
    """A beginning in the future is none: the clock has jumped."""
    began = await db.get(Setting, name)
    return began is not None and timedelta(0) <= now() - datetime.fromisoformat(began.value) < every
