"""Redis or Valkey, where `WBS_REDIS_URL` names one: what workers share. Nothing that must last is kept there."""

import hashlib
import logging
from functools import lru_cache
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from wbs_app.config import settings
from wbs_app.vault.sealing import KEY_BYTES, Place, Tampered, seal, unseal

log = logging.getLogger("wbs.redis")

ANSWER_SECONDS = 5.0

Kind = TypeVar("Kind", bound=Redis)


def configured() -> bool:
    """Whether several workers share states, bindings and live events."""
    return bool(settings().redis_url)


def connect(kind: type[Kind], answer_seconds: float | None = None) -> Kind:
    """A new client of this kind. One that listens may wait for long: its `answer_seconds` are None."""
    made: Any = kind.from_url(
        settings().redis_url,
        socket_timeout=answer_seconds,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 1),  # a line that went dead meanwhile is made anew, once: people are waiting
    )
    return made


@lru_cache(maxsize=1)
def client() -> Redis:
    """The client of this process. Call `close` before its event loop ends.

    Raises (when used): redis.RedisError or OSError, when the server cannot be reached or does not answer.
    """
    return connect(Redis, ANSWER_SECONDS)


async def close() -> None:
    """Gives the connections back; the next use opens new ones."""
    if client.cache_info().currsize:
        await client().aclose()
        client.cache_clear()


# --- sealed values ---------------------------------------------------------------------------------------------------


def wrap(name: str, plain: bytes, device: str = "") -> bytes:
    """`plain` sealed for the key or channel `name`, under the server's secret and the tab's device cookie, if any."""
    return seal(_key(device), plain, _place(name))


def unwrap(name: str, sealed: bytes | None, device: str = "") -> bytes | None:
    """What was wrapped for this name and device; None, as if it were not there, for anything else."""
    try:
        return None if sealed is None else unseal(_key(device), sealed, _place(name))
    except Tampered:
        log.warning("something in Redis that does not open was left aside")
        return None


def _key(device: str) -> bytes:
    secret = settings().secret_key()
    return hashlib.blake2b(device.encode(), digest_size=KEY_BYTES, key=secret, person=b"redis").digest()


def _place(name: str) -> Place:
    return Place("redis", name, "value")
