"""Brings the database's schema and shipped data up to date."""

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from wbs_app.config import Unusable, settings
from wbs_app.services import own_secret, reference
from wbs_app.services.database import engine, reading, writing
from wbs_app.services.locks import Lock, hold


async def ready(seed: bool = True, same_secret: bool = True) -> None:
    """Migrates to the newest revision and, unless told not to, seeds; all or nothing, one worker at a time.

    `same_secret`: only under the system's own secret, since migrations write marks that are made with it.

    Raises:
        Unusable: when the database cannot be reached, cannot hold every letter or was made by a newer version, or the
            secret is another one.
    """
    _make_folder()
    try:
        async with writing() as db:
            await hold(db, Lock.SCHEMA)
            connection = await db.connection()
            await _takes_every_letter(connection)
            if same_secret and await connection.run_sync(_revision_of) is not None:
                await own_secret.check(db)
            await connection.run_sync(_upgrade)
            if seed:
                await reference.seed(db)
    except DBAPIError as problem:
        raise Unusable(f"the database cannot be used ({type(problem.orig).__name__})") from problem
    except CommandError as problem:
        raise Unusable("the database was made by a newer version of this program") from problem


async def _takes_every_letter(connection: AsyncConnection) -> None:
    """PostgreSQL makes a database in the machine's encoding, which need not know what people write."""
    if connection.dialect.name != "postgresql":
        return
    encoding = (await connection.exec_driver_sql("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        made = "createdb --encoding=UTF8 --template=template0 NAME"
        raise Unusable(f"the database is encoded in {encoding}; it must be UTF8: {made}")


async def up_to_date() -> bool:
    """Whether the schema is of the newest revision. Changes nothing."""
    return await _revision() == newest()


async def is_made() -> bool:
    """Whether there is a database of ours. Changes nothing."""
    return _may_be_asked(engine().url) and await _revision() is not None


def _may_be_asked(where: URL) -> bool:
    """An embedded database that is not there would be made by it."""
    return where.get_backend_name() != "sqlite" or Path(where.database or "").is_file()


async def _revision() -> str | None:
    async with reading() as db:
        return await (await db.connection()).run_sync(_revision_of)


def _revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The schema's revision that this program brings."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""


def _make_folder() -> None:
    """The data folder, where the embedded database lies."""
    if settings().database_url:
        return
    try:
        settings().data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise Unusable(f"the data folder {settings().data_dir} cannot be made: {problem.strerror}") from problem


def alembic_config() -> Config:
    """Where the revisions are; a `connection` may be put into its attributes."""
    config = Config()
    config.set_main_option("script_location", str(files("wbs_app") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
