"""Where short-lived counts stand: in this process, or in Redis, where all workers share them.

Keys that would tell of somebody are hashed with the server's secret before they get here; every entry ends by itself.
Time is this process's monotonic clock or Redis's own, so a jump of the wall clock changes nothing. While Redis is down
each worker counts for itself: who asks for help must not be turned away because a counter is.
"""

import logging
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from redis import RedisError

from wbs_app.services import redis

log = logging.getLogger("wbs.limits")

PREFIX = "wbs:limit:"
_PAUSE_SECONDS = 5.0
_ROUNDING_SECONDS = 1e-5
"""What is lost in adding to a time of day: else a full bucket would now and then not give all that it holds."""


@dataclass(frozen=True)
class Measure:
    """`per_second` in the long run, and `burst` at once."""

    per_second: float
    burst: float


class Store(Protocol):
    """What a limit needs to remember."""

    async def take(self, key: str, measure: Measure, amount: float) -> bool:
        """Takes `amount` out of the bucket; False, and nothing taken, when that is more than it holds."""
        ...

    async def add(self, key: str, seconds: float) -> int:
        """One more; the number there is now. Forgotten `seconds` after the last."""
        ...

    async def put(self, key: str, value: str, seconds: float) -> str:
        """Keeps `value` for `seconds` unless there is one; the one that is kept."""
        ...

    async def left(self, key: str) -> float:
        """For how many seconds the key is kept still; 0 when it is not there."""
        ...

    async def get(self, key: str) -> str | None:
        """What is kept, which is never an empty text."""
        ...

    async def drop(self, *keys: str) -> int:
        """Forgets; how many of them there were."""
        ...


class Local:
    """In this process. Bounded: of too many, those used longest ago are forgotten."""

    MOST = 200_000

    def __init__(self) -> None:
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when each bucket is full again
        self._kept: OrderedDict[str, tuple[str, float]] = OrderedDict()  # value, end

    def take_now(self, key: str, measure: Measure, amount: float = 1.0) -> bool:
        """The same as `take`, for what is asked at every event."""
        now, room = time.monotonic(), measure.burst / measure.per_second
        waits = min(max(self._full_at.pop(key, now) - now, 0.0), room)
        after = waits + amount / measure.per_second
        fits = after <= room + _ROUNDING_SECONDS
        self._full_at[key] = now + (after if fits else waits)
        while self._full_at and (len(self._full_at) > self.MOST or next(iter(self._full_at.values())) <= now):
            self._full_at.popitem(last=False)
        return fits

    async def take(self, key: str, measure: Measure, amount: float) -> bool:
        return self.take_now(key, measure, amount)

    async def add(self, key: str, seconds: float) -> int:
        number = int(self._found(key) or "0") + 1
        self._keep(key, str(number), seconds)
        return number

    async def put(self, key: str, value: str, seconds: float) -> str:
        if (found := self._found(key)) is not None:
            return found
        self._keep(key, value, seconds)
        return value

    async def left(self, key: str) -> float:
        return self._kept[key][1] - time.monotonic() if self._found(key) is not None else 0.0

    async def get(self, key: str) -> str | None:
        return self._found(key)

    async def drop(self, *keys: str) -> int:
        there = sum(self._found(key) is not None for key in keys)
        for key in keys:
            self._kept.pop(key, None)
        return there

    def _found(self, key: str) -> str | None:
        value, end = self._kept.get(key, ("", 0.0))
        return value if end > time.monotonic() else None

    def _keep(self, key: str, value: str, seconds: float) -> None:
        now = time.monotonic()
        self._kept.pop(key, None)
        self._kept[key] = (value, now + seconds)
        while self._kept and (len(self._kept) > self.MOST or next(iter(self._kept.values()))[1] <= now):
            self._kept.popitem(last=False)


_TAKE = f"""
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local rate, room, amount = tonumber(ARGV[1]), tonumber(ARGV[2]) / tonumber(ARGV[1]), tonumber(ARGV[3])
local waits = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or '0') - now, 0), room)
local after = waits + amount / rate
if after > room + {_ROUNDING_SECONDS} then return 0 end
redis.call('SET', KEYS[1], string.format('%.6f', now + after), 'PX', math.ceil(after * 1000) + 1)
return 1
"""
_ADD = "local n = redis.call('INCR', KEYS[1]) redis.call('PEXPIRE', KEYS[1], ARGV[1]) return n"


class Shared:
    """In Redis; in `alone` while that does not answer."""

    def __init__(self, alone: Local) -> None:
        self._alone = alone
        self._down_until = 0.0

    async def take(self, key: str, measure: Measure, amount: float) -> bool:
        told = await self._ask("eval", _TAKE, 1, PREFIX + key, measure.per_second, measure.burst, amount)
        return bool(told) if told is not None else self._alone.take_now(key, measure, amount)

    async def add(self, key: str, seconds: float) -> int:
        told = await self._ask("eval", _ADD, 1, PREFIX + key, _milliseconds(seconds))
        return int(told) if told is not None else await self._alone.add(key, seconds)

    async def put(self, key: str, value: str, seconds: float) -> str:
        told = await self._ask("set", PREFIX + key, value, nx=True, px=_milliseconds(seconds), get=True, none=b"")
        if told is None:
            return await self._alone.put(key, value, seconds)
        return told.decode() or value

    async def left(self, key: str) -> float:
        told = await self._ask("pttl", PREFIX + key)
        return max(0.0, told / 1000) if told is not None else await self._alone.left(key)

    async def get(self, key: str) -> str | None:
        told = await self._ask("get", PREFIX + key, none=b"")
        return (told.decode() or None) if told is not None else await self._alone.get(key)

    async def drop(self, *keys: str) -> int:
        told = await self._ask("delete", *(PREFIX + key for key in keys))
        return int(told) if told is not None else await self._alone.drop(*keys)

    async def _ask(self, command: str, *arguments: Any, none: Any = None, **options: Any) -> Any:
        """What Redis says (`none` for its own "nothing"); None when it says nothing at all."""
        if time.monotonic() < self._down_until:
            return None
        try:
            told = await getattr(redis.client(), command)(*arguments, **options)
        except (RedisError, OSError) as problem:
            self._down_until = time.monotonic() + _PAUSE_SECONDS
            log.error("limits are counted by this worker alone (%s)", type(problem).__name__)
            return None
        return none if told is None else told


def _milliseconds(seconds: float) -> int:
    return max(1, math.ceil(seconds * 1000))


@lru_cache(maxsize=1)
def local() -> Local:
    """The counts of this process alone."""
    return Local()


@lru_cache(maxsize=1)
def store() -> Store:
    """The counts that all workers share, where there are several."""
    return Shared(local()) if redis.configured() else local()


def forget() -> None:
    """As at the start; for tests."""
    local.cache_clear()
    store.cache_clear()
