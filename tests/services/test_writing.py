"""A short transaction runs where it is asked for; what it may have to wait for keeps nobody else waiting."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from sqlmodel import select

from wbs_app.config import settings
from wbs_app.model.tables import Setting
from wbs_app.services.database import reading, writing


@pytest.fixture
def any_database() -> str:
    return "sqlite"  # the other one answers over a socket, where nothing runs where it is asked for


async def _names() -> set[str]:
    async with reading() as db:
        return set(await db.exec(select(Setting.name)))


async def _keep(name: str) -> None:
    async with writing(brief=True) as db:
        db.add(Setting(name=name, value=""))


async def _begin(name: str) -> None:
    async with writing(brief=True) as db:
        db.add(Setting(name=name, value=""))
        await db.flush()
        raise ZeroDivisionError


async def test_all_of_it_or_nothing(database: str) -> None:
    await _keep("first")
    with pytest.raises(ZeroDivisionError):
        await _begin("second")
    await asyncio.gather(_keep("third"), _keep("fourth"))
    assert await _names() >= {"first", "third", "fourth"}
    assert "second" not in await _names()


async def test_waiting_for_another_process_stops_nobody(database: str) -> None:
    await _keep("before")
    with closing(sqlite3.connect(settings().data_dir / "wbs.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(_keep("after"))
        for _ in range(20):  # were the loop stopped, the lock would never be given back
            assert "before" in await _names()
        assert not waiting.done()
        other.execute("COMMIT")
    await asyncio.wait_for(waiting, 10)
    assert "after" in await _names()
