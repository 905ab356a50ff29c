"""One engine for SQLite and PostgreSQL; sessions for reading and for writing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from wbs_app.config import settings
from wbs_app.services import live, redis
from wbs_app.services.sqlite import OneHop

Db = AsyncSession

WAIT_SECONDS = 30
"""How long SQLite's one writer may keep others waiting: a transaction takes milliseconds."""

_SNAPSHOT = {"sqlite": {"snapshot": True}, "postgresql": {"isolation_level": "REPEATABLE READ"}}


@lru_cache(maxsize=1)
def engine() -> AsyncEngine:
    """The engine of this process. Call `close` before it ends."""
    url = settings().database
    if not url.startswith("sqlite"):
        return create_async_engine(
            url,
            pool_size=10,
            max_overflow=10,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"client_encoding": "utf8"},  # whatever the database's own: it can be asked then
        )
    return _sqlite(url)


@lru_cache(maxsize=1)
def _writer() -> AsyncEngine:
    """Who writes to SQLite has a connection of its own: while all wait for it, it must not wait for those who read."""
    url = settings().database
    made = _sqlite(url, pool_size=1) if url.startswith("sqlite") else engine()
    return made.execution_options(write=True)


def _sqlite(url: str, **options: Any) -> AsyncEngine:
    made = create_async_engine(
        url, module=OneHop(), connect_args={"timeout": WAIT_SECONDS}, hide_parameters=True, **options
    )
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
        f"busy_timeout={WAIT_SECONDS * 1000}",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: an upgrade in the middle could not wait for it."""
    driver: Any = connection.connection.dbapi_connection
    options = connection.get_execution_options()
    driver.brief = False  # waiting for the lock would stop everybody
    if options.get("write"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif options.get("snapshot"):
        connection.exec_driver_sql("BEGIN")
    driver.brief = options.get("brief", False)


@lru_cache(maxsize=3)
def _sessions(write: bool, brief: bool = False) -> async_sessionmaker[AsyncSession]:
    chosen = _writer().execution_options(brief=brief) if write else _reader()
    return async_sessionmaker(chosen, class_=AsyncSession, expire_on_commit=False, autoflush=write)


def _reader() -> AsyncEngine:
    """Who only reads needs no transaction but for a snapshot; for SQLite, `_begin_sqlite` sees to it. On PostgreSQL
    each statement sees what is committed when it begins, in one or not; and with the rollback at its end, psycopg would
    forget which statements the server has planned already."""
    made = engine()
    return made if made.dialect.name == "sqlite" else made.execution_options(isolation_level="AUTOCOMMIT")


@lru_cache(maxsize=1)
def _pen() -> asyncio.Lock:
    return asyncio.Lock()


@asynccontextmanager
async def _turn() -> AsyncIterator[None]:
    """SQLite has one writer at a time. Others wait here, in their order: waiting in SQLite, each would keep a
    connection from those who read, and ask again and again.

    Raises:
        TimeoutError: when it is nobody's turn for a long time.
    """
    if engine().dialect.name != "sqlite":
        yield
        return
    async with asyncio.timeout(WAIT_SECONDS):
        await _pen().acquire()
    try:
        yield
    finally:
        _pen().release()


@asynccontextmanager
async def reading() -> AsyncIterator[Db]:
    """A session that only reads. Each statement sees what is committed when it begins; `snapshot` is for what takes
    several, or is read bit by bit."""
    db = _sessions(False)()
    try:
        yield db
    except BaseException:
        await asyncio.shield(asyncio.create_task(db.close()))  # a statement may be under way still
        raise
    await db.close()  # with nothing to roll back, nothing waits here: no task is needed to see it through


@asynccontextmanager
async def snapshot() -> AsyncIterator[Db]:
    """The same of one moment, however long it is looked at and whoever writes meanwhile."""
    async with _sessions(False)() as db:
        await db.connection(execution_options=_SNAPSHOT[db.get_bind().dialect.name])
        yield db


@asynccontextmanager
async def writing(brief: bool = False) -> AsyncIterator[Db]:
    """A transaction: committed when the block ends, rolled back when it raises. What it touched is told afterwards.

    `brief`: it reads and writes a few rows by their keys, in less time than handing them to a thread would take.
    """
    async with _turn(), _sessions(True, brief)() as db:
        async with db.begin():
            yield db
        topics = live.touched(db)
    await live.publish(topics)


@contextmanager
def in_place(connection: Connection) -> Iterator[None]:
    """SQLite answers here and now what is asked meanwhile: for a few rows by their keys, which are there before a
    thread had been asked for them."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    before, driver.brief = driver.brief, True
    try:
        yield
    finally:
        driver.brief = before


async def close() -> None:
    """Gives the connections back; the next use opens a new engine."""
    await redis.close()
    for made in (_writer, engine):
        if made.cache_info().currsize:
            await made().dispose()
        made.cache_clear()
    _pen.cache_clear()
    _sessions.cache_clear()
