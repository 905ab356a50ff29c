"""One engine for SQLite and PostgreSQL; sessions for reading and for writing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from wbs_app.config import settings

Db = AsyncSession


@lru_cache(maxsize=1)
def engine() -> AsyncEngine:
    """The engine of this process. Call `close` before it ends."""
    url = settings().database
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True)
    made = create_async_engine(url, connect_args={"timeout": 15}, hide_parameters=True)
    event.listen(made.sync_engine, "connect", _prepare_sqlite)
    event.listen(made.sync_engine, "begin", _begin_sqlite)
    return made


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would open transactions too late; `_begin_sqlite` does it
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: an upgrade in the middle could not wait for it."""
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@lru_cache(maxsize=2)
def _sessions(write: bool) -> async_sessionmaker[AsyncSession]:
    bound = engine().execution_options(write=True) if write else engine()
    return async_sessionmaker(bound, class_=AsyncSession, expire_on_commit=False)


@asynccontextmanager
async def reading() -> AsyncIterator[Db]:
    """A session that only reads."""
    async with _sessions(False)() as db:
        yield db


@asynccontextmanager
async def writing() -> AsyncIterator[Db]:
    """A transaction: committed when the block ends, rolled back when it raises."""
    async with _sessions(True)() as db, db.begin():
        yield db


async def close() -> None:
    """Gives the connections back; the next use opens a new engine."""
    await engine().dispose()
    engine.cache_clear()
    _sessions.cache_clear()
