"""The schema as migrations build it, and as the tables say it."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlmodel import SQLModel, select, update

from tests.databases import new_database
from wbs_app.config import Settings, Unusable, settings
from wbs_app.model.tables import Agency, Report, Unit
from wbs_app.services import entitlement, migrate, own_secret, reference_edit, vouching
from wbs_app.services.database import close, reading, writing

if TYPE_CHECKING:
    from tests.services.conftest import Receive


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # on SQLite; tests/services/test_cases.py sees them used
async def test_tables_and_migrations_agree(database: str) -> None:
    async with reading() as db:
        assert await (await db.connection()).run_sync(_differences) == []


async def test_cases_of_an_older_system_are_taken_as_they_stand(receive: "Receive") -> None:
    tickets = [(await receive(unit=unit)).ticket for unit in ("biro-hukum", None)]
    async with writing() as db:
        await reference_edit.set_oversight(db, "bali", "ntt")
        await db.flush()
        await (await db.connection()).run_sync(_back_to_0006)
    await migrate.ready()
    async with writing() as db:
        assert vouching.oversight_of(await db.get_one(Agency, "bali")) == "ntt"
        connection = await db.connection()
        assert await connection.run_sync(entitlement.untrue) == []
        await db.exec(update(Report).values(unit="biro-umum"))
        assert await connection.run_sync(entitlement.untrue) == tickets


async def test_nothing_is_migrated_under_another_secret(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Revision 0007 would mark all cases under it."""
    async with writing() as db:
        await own_secret.begin(db, new=False)
        await (await db.connection()).run_sync(_back_to_0006)
    monkeypatch.setenv("WBS_SECRET", "66" * 32)
    settings.cache_clear()
    with pytest.raises(Unusable, match="the secret is not the one"):
        await migrate.ready()
    assert not await migrate.up_to_date()
    await migrate.ready(same_secret=False)  # as `wbs init --new-secret` does
    assert await migrate.up_to_date()


def _back_to_0006(connection: Connection) -> None:
    config = migrate.alembic_config()
    config.attributes["connection"] = connection
    command.downgrade(config, "0006")


async def test_several_workers_start_on_an_empty_database(empty_database: str) -> None:
    await asyncio.gather(*(migrate.ready() for _ in range(3)))
    async with reading() as db:
        assert [agency.code for agency in await db.exec(select(Agency).order_by(Agency.code))] == [
            "bali",
            "ntt",
        ]
        assert (await db.exec(select(Unit).where(Unit.agency == "bali"))).first()
    assert await migrate.up_to_date()


async def test_what_was_edited_survives_the_next_start(database: str) -> None:
    async with writing() as db:
        unit = (await db.exec(select(Unit).where(Unit.agency == "bali"))).first()
        assert unit is not None
        unit.name = "Biro yang Berganti Nama"
        db.add(unit)
    await migrate.ready()
    async with reading() as db:
        assert (await db.get(Unit, ("bali", unit.code))).name == "Biro yang Berganti Nama"  # type: ignore[union-attr]


async def test_seeding_can_wait(empty_database: str) -> None:
    await migrate.ready(seed=False)
    async with reading() as db:
        assert (await db.exec(select(Agency))).first() is None


async def test_a_database_of_a_newer_version_is_left_alone(database: str) -> None:
    async with writing() as db:
        await (await db.connection()).execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not await migrate.up_to_date()
    with pytest.raises(Unusable, match="newer version"):
        await migrate.ready()


async def test_a_database_that_is_not_there(settings_for: Callable[..., Settings]) -> None:
    settings_for(database_url="postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unusable, match="cannot be used"):
        await migrate.ready()
    await close()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
async def test_a_database_that_cannot_hold_every_letter(
    settings_for: Callable[..., Settings], pg_url: str, encoding: str
) -> None:
    settings_for(database_url=new_database(pg_url, encoding))
    with pytest.raises(Unusable, match=f"encoded in {encoding}; it must be UTF8: createdb"):
        await migrate.ready()
    await close()


async def test_a_folder_that_cannot_be_made(settings_for: Callable[..., Settings]) -> None:
    settings_for(data_dir="/proc/none/data")
    with pytest.raises(Unusable, match="cannot be made"):
        await migrate.ready()
