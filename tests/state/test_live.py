"""Which tabs are refreshed when a topic is touched, and how often."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from reflex.event import Event

from wbs_app.services import live
from wbs_app.state import live as state
from wbs_app.state.live import Watchers

PATIENCE = 20.0  # seconds; only a failing test takes as long
AT = {"asPath": "/petugas/laporan?status=received#isi", "sid": "s1"}


class Tabs:
    """Watching tabs, and what they were told. `hold` keeps a refresh from ending."""

    def __init__(self) -> None:
        self.watchers = Watchers()
        self.told: asyncio.Queue[tuple[str, Event]] = asyncio.Queue()
        self.hold: asyncio.Event | None = None

    async def refresh(self, token: str, event: Event) -> None:
        self.told.put_nowait((token, event))
        if token == "broken":
            raise ZeroDivisionError("isi laporan")
        if self.hold:
            await self.hold.wait()

    async def next(self) -> tuple[str, Event]:
        return await asyncio.wait_for(self.told.get(), PATIENCE)

    async def touch(self, *topics: str) -> None:
        await live.publish(frozenset(topics))

    def watch(self, token: str, *topics: str, router: dict[str, Any] | None = None) -> None:
        self.watchers.add(token, topics, "page.refresh", AT if router is None else router)


@pytest_asyncio.fixture
async def tabs(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tabs]:
    monkeypatch.setattr(state, "PAUSE_SECONDS", 0.0)
    made = Tabs()
    running = asyncio.create_task(made.watchers.keep_refreshing(made.refresh))
    await asyncio.sleep(0)
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_who_watches_a_topic_is_refreshed(tabs: Tabs) -> None:
    tabs.watch("a", "case:1", "cases:bali")
    tabs.watch("b", "case:2")
    await tabs.touch("case:1")
    token, event = await tabs.next()
    assert (token, event.name, event.payload, event.router_data) == ("a", "page.refresh", {}, AT)
    await tabs.touch("case:9")
    await tabs.touch("case:2")
    assert (await tabs.next())[0] == "b"
    assert tabs.told.empty()


async def test_one_transaction_refreshes_a_tab_once(tabs: Tabs) -> None:
    tabs.watch("a", "case:1", "cases:bali")
    await tabs.touch("case:1", "cases:bali")
    await tabs.touch("cases:bali")  # nor does the next, as long as the first refresh has not begun
    await tabs.next()
    tabs.watch("b", "case:2")
    await tabs.touch("case:2")
    assert (await tabs.next())[0] == "b"
    assert tabs.told.empty()


async def test_what_is_touched_during_a_refresh_is_read_again(tabs: Tabs) -> None:
    tabs.watch("a", "case:1")
    tabs.hold = asyncio.Event()
    await tabs.touch("case:1")
    await tabs.next()
    await tabs.touch("case:1")
    tabs.hold.set()
    assert (await tabs.next())[0] == "a"


async def test_a_busy_topic_refreshes_at_a_steady_pace(tabs: Tabs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "PAUSE_SECONDS", 0.05)
    tabs.watch("a", "cases:bali")
    loop = asyncio.get_running_loop()
    started, refreshed = loop.time(), 0
    while loop.time() - started < 0.3:
        await tabs.touch("cases:bali")
        await asyncio.sleep(0)
        while not tabs.told.empty():
            tabs.told.get_nowait()
            refreshed += 1
    assert 2 <= refreshed <= 7


async def test_a_page_watches_in_place_of_the_one_before(tabs: Tabs) -> None:
    tabs.watch("a", "case:1")
    tabs.watch("a", "case:2")
    assert len(tabs.watchers) == 1
    await tabs.touch("case:1")
    await tabs.touch("case:2")
    await tabs.next()
    assert tabs.told.empty()


async def test_who_leaves_the_page_is_forgotten(tabs: Tabs) -> None:
    tabs.watch("a", "case:1")
    tabs.watchers.moved("a", "/petugas/laporan?status=received")
    assert len(tabs.watchers) == 1  # a jump within the page is no leaving
    tabs.watchers.moved("a", "/petugas/laporan?status=closed")
    assert len(tabs.watchers) == 0
    tabs.watchers.moved("a", "/petugas/laporan")
    assert tabs.watchers.__dict__["_by_topic"] == {}


async def test_who_is_gone_is_forgotten_and_costs_nothing(tabs: Tabs) -> None:
    for number in range(100):
        tabs.watch(f"tab {number}", f"case:{number}", "cases:bali")
        tabs.watchers.forget(f"tab {number}")
    tabs.watchers.forget("nobody")
    assert tabs.watchers.__dict__["_tabs"] == tabs.watchers.__dict__["_by_topic"] == {}
    tabs.watch("a", "case:1")
    await tabs.touch("case:1")
    tabs.watchers.forget("a")  # between the touch and the refresh
    tabs.watch("b", "case:1")
    await tabs.touch("case:1")
    assert (await tabs.next())[0] == "b"


async def test_after_an_outage_everybody_looks_again(tabs: Tabs) -> None:
    tabs.watch("a", "case:1")
    tabs.watch("b", "case:2")
    tabs.watchers.hear(live.ANYTHING)
    assert {(await tabs.next())[0], (await tabs.next())[0]} == {"a", "b"}


async def test_one_broken_page_does_not_stop_the_others(tabs: Tabs, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "wbs.live"):
        for _ in range(10):
            tabs.watch("broken", "case:1")
            await tabs.touch("case:1")
            await tabs.next()
    tabs.watch("a", "case:2")
    await tabs.touch("case:2")
    assert (await tabs.next())[0] == "a"
    assert "ZeroDivisionError" in caplog.text
    assert "isi laporan" not in caplog.messages[0]
