"""Locks between all workers of one database. SQLite needs none: it has one writer at a time."""

from enum import IntEnum

from sqlmodel import func, select

from wbs_app.services.database import Db

_OURS = 0x574253  # other programs may use advisory locks in the same database


class Lock(IntEnum):
    """What is done by one worker at a time."""

    AUDIT = 1
    SCHEMA = 2


async def hold(db: Db, lock: Lock) -> None:
    """Waits for `lock` and keeps it until the transaction of `db` ends."""
    if db.get_bind().dialect.name == "postgresql":
        await db.exec(select(func.pg_advisory_xact_lock(_OURS, int(lock))))
