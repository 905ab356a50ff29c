"""Pages that move by themselves: a page says what it watches, and is refreshed when that has changed.

Only the worker that holds a tab's socket knows what it watches, and forgets it when the tab leaves the page or its
socket closes. A refresh is an ordinary event of that tab: `Gate` asks who is signed in there, and the handler reads
again with that person's permissions.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

from reflex.state import BaseState
from reflex_base.constants import RouteVar
from reflex_base.event import Event
from reflex_base.utils.format import format_event_handler

from wbs_app.logs import frames_of
from wbs_app.services import live
from wbs_app.state.door import running_app

log = logging.getLogger("wbs.live")

PAUSE_SECONDS = 0.5
"""A page is refreshed at most this often: whatever happens in between comes together."""

_AT_ONCE = 4
_PATIENCE_SECONDS = 10.0

Refresh = Callable[[str, Event], Awaitable[None]]
"""Runs an event of the tab with this token and returns when it is done."""


@dataclass
class _Watch:
    """What one tab watches, and the event that refreshes it there."""

    topics: frozenset[str]
    name: str
    router_data: dict[str, Any]
    due: bool = False
    rested_at: float = 0.0


class Watchers:
    """The watching tabs of this worker."""

    def __init__(self) -> None:
        self._tabs: dict[str, _Watch] = {}
        self._by_topic: dict[str, set[str]] = {}
        self._due: asyncio.Queue[str] | None = None

    def __len__(self) -> int:
        return len(self._tabs)

    def add(self, token: str, topics: Collection[str], name: str, router_data: dict[str, Any]) -> None:
        """Watches for a tab, in place of what it watched before."""
        before = self._tabs.get(token)
        self.forget(token)
        found = _Watch(frozenset(topics), name, dict(router_data))
        if before is not None:
            found.due, found.rested_at = before.due, before.rested_at
        self._tabs[token] = found
        for topic in found.topics:
            self._by_topic.setdefault(topic, set()).add(token)

    def forget(self, token: str) -> None:
        """The tab watches nothing any more."""
        gone = self._tabs.pop(token, None)
        for topic in gone.topics if gone else ():
            others = self._by_topic[topic]
            others.discard(token)
            if not others:
                del self._by_topic[topic]

    def moved(self, token: str, address: str) -> None:
        """The tab shows this address now; what it watched on another is forgotten."""
        found = self._tabs.get(token)
        if found is not None and _page(found.router_data.get(RouteVar.ORIGIN, "")) != _page(address):
            self.forget(token)

    def hear(self, topics: frozenset[str] | None) -> None:
        """Makes a refresh due for all who watch one of these topics, or for all."""
        if topics is None:  # anything may have changed
            tokens = set(self._tabs)
        else:
            tokens = {token for topic in topics for token in self._by_topic.get(topic, ())}
        for token in tokens:
            self._make_due(token)

    def _make_due(self, token: str) -> None:
        found = self._tabs[token]
        if self._due is None or found.due:
            return
        found.due = True
        pause = max(0.0, found.rested_at - time.monotonic())
        asyncio.get_running_loop().call_later(pause, self._due.put_nowait, token)

    async def keep_refreshing(self, refresh: Refresh) -> None:
        """Refreshes what becomes due, a few tabs at a time, so that other events keep their turn."""
        self._due = asyncio.Queue()
        with live.heard_by(self.hear):
            async with asyncio.TaskGroup() as group:
                for _ in range(_AT_ONCE):
                    group.create_task(self._refresh_each(self._due, refresh))

    async def _refresh_each(self, due: asyncio.Queue[str], refresh: Refresh) -> None:
        while True:
            token = await due.get()
            found = self._tabs.get(token)
            if found is None:
                continue
            found.due, found.rested_at = False, time.monotonic() + PAUSE_SECONDS
            try:
                await refresh(token, Event(name=found.name, payload={}, router_data=dict(found.router_data)))
            except Exception as error:  # noqa: BLE001  one page's trouble is not that of all the others
                log.error("a page could not be refreshed\n%s", frames_of(error))


async def _run(token: str, event: Event) -> None:
    """Runs an event of a tab, after those it is busy with."""
    under_way = await running_app().event_processor.enqueue(token, event)
    await asyncio.wait([under_way], timeout=_PATIENCE_SECONDS)


def _page(address: str) -> str:
    return address.partition("#")[0]


watchers = Watchers()


async def watch(state: BaseState, topics: Collection[str], refresh: Any) -> None:
    """Registers this tab's page: `refresh`, a handler without arguments, runs whenever one of `topics` is touched.

    Called in a page's load handler; replaces what the tab watched before. `refresh` is an event like any other, of a
    state with a `requires` of its own; it should set only vars that have changed. Name it "refresh": then it does
    not count as a sign of life of a signed-in person.
    """
    session = state.router.session
    namespace = running_app().event_namespace
    if namespace is not None and namespace.sid_to_token.get(session.session_id) == session.client_token:
        watchers.add(session.client_token, topics, format_event_handler(refresh), state._get_root_state().router_data)


async def keep_live() -> None:
    """The worker's part in live updates, for as long as it runs."""
    async with asyncio.TaskGroup() as group:
        group.create_task(watchers.keep_refreshing(_run))
        group.create_task(live.relay())
