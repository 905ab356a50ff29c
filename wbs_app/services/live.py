"""Tells open pages that something changed: which case or list, never what.

A writing session collects topics; `database.writing()` publishes them once its transaction is committed, in this
process or, with `WBS_REDIS_URL`, to every worker. Whoever hears one reads again through its own permissions. A lost
message costs freshness, never data: after an outage all pages are told to look again.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis import RedisError
from sqlmodel.ext.asyncio.session import AsyncSession

from wbs_app.services import redis

log = logging.getLogger("wbs.live")

CHANNEL = "wbs:live"
ANYTHING: None = None
"""Heard in place of topics when messages may have been missed."""

Hear = Callable[[frozenset[str] | None], None]
"""Is called, in the event loop, with the topics of one transaction or with ANYTHING; must not block."""

_TOUCHED = "wbs_touched"
_QUIET_SECONDS = 15.0
_PAUSE_SECONDS = 1.0
_hearing: list[Hear] = []


def case_topic(ticket: str) -> str:
    """What moves when anything of this case does."""
    return f"case:{ticket}"


def list_topic(agency: str) -> str:
    """What moves when a row or a count of this agency's case list does, and what days are left in its rows."""
    return f"cases:{agency}"


def touch(db: AsyncSession, topic: str) -> None:
    """Publishes `topic` once the transaction of this writing session is committed; never if it is not."""
    db.info.setdefault(_TOUCHED, set()).add(topic)


def touched(db: AsyncSession) -> frozenset[str]:
    """The topics this session has collected; it forgets them."""
    return frozenset(db.info.pop(_TOUCHED, ()))


async def publish(topics: frozenset[str]) -> None:
    """Tells all workers. When Redis is down, this one alone; the others look again once it is back."""
    if topics and redis.configured():
        try:
            await redis.client().publish(CHANNEL, "\n".join(sorted(topics)))
            return
        except (RedisError, OSError) as problem:
            log.error("live updates reach this worker only (%s)", type(problem).__name__)
    if topics:
        _tell(topics)


def _tell(topics: frozenset[str] | None) -> None:
    for hear in tuple(_hearing):
        hear(topics)


@contextmanager
def heard_by(hear: Hear) -> Iterator[None]:
    """Calls `hear` for all that is published meanwhile."""
    _hearing.append(hear)
    try:
        yield
    finally:
        _hearing.remove(hear)


def always_heard_by(hear: Hear) -> None:
    """Calls `hear` for all that is published, for as long as the process lives."""
    _hearing.append(hear)


async def relay() -> None:
    """Passes on what other workers publish, for as long as the server runs; without Redis there is nothing to do."""
    while redis.configured():
        try:
            await _relay()
        except (RedisError, OSError) as problem:
            log.error("no live updates from other workers (%s)", type(problem).__name__)
        await asyncio.sleep(_PAUSE_SECONDS)


async def _relay() -> None:
    async with redis.client().pubsub() as channel:
        await channel.subscribe(CHANNEL)
        while True:
            message = await channel.get_message(timeout=_QUIET_SECONDS)  # coming back, it also looks after the line
            if message is None:
                await channel.ping()
            elif message["type"] == "subscribe":
                _tell(ANYTHING)
            elif message["type"] == "message":
                _tell(frozenset(message["data"].decode("utf-8", "replace").split("\n")))
