"""What Reflex keeps in Redis, sealed: the tabs' states, which worker holds whose socket, updates between workers.

A state opens only with the server's secret and the device cookie of its tab, which Redis never sees: whoever reads
Redis, even with the server's secret, reads no state. All of it travels as pickles, so nothing is unpickled that was
not sealed by a worker of ours, for this very key: whoever writes to Redis runs no code here.
"""

import asyncio
import logging
import pickle
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import reflex as rx
from redis import RedisError
from redis.asyncio import Redis
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken, StateToken
from reflex.state import BaseState, State
from reflex.utils.token_manager import RedisTokenManager
from reflex_base.config import get_config

from wbs_app.services import redis
from wbs_app.services.tabs import tabs
from wbs_app.state.door import running_app

log = logging.getLogger("wbs.store")

GONE_SECONDS = 10.0
TOKEN_LENGTH = 36
"""Of a UUID, with which the name of every stored state begins."""


# --- states ----------------------------------------------------------------------------------------------------------


def _device(token: str) -> str:
    """The device of a tab: told by its own socket; after that has closed, and for uploads, by who used it here last.

    Raises:
        LookupError: when it has never been here, so that a state is neither read nor written for it.
    """
    app = running_app()
    namespace, sio = app.event_namespace, app.sio
    record = namespace._token_manager.token_to_socket.get(token) if namespace else None
    environ = sio.get_environ(record.sid, namespace.namespace) if record and namespace and sio else None
    device = environ["asgi.scope"]["wbs_device"] if environ else tabs.device_of(token)
    if not device:
        raise LookupError("the tab's device is not known to this worker")
    return device


class _Opening(Redis):
    """Opens states as they are read. Reflex keeps its locks through the same client; they stay as they are."""

    async def mget(self, keys: Any, *args: Any) -> Any:
        device = _device(keys[0][:TOKEN_LENGTH])
        found = await super().mget(keys, *args)
        return [redis.unwrap(name, sealed, device) for name, sealed in zip(keys, found, strict=True)]


class SealedStates(StateManagerRedis):
    """Reflex's state manager for Redis, which never gives it a state in plain, and keeps the lock of a tab for as long
    as the tab's event takes: what a handler did would be lost with the lock, and the tab's whole state with it."""

    @asynccontextmanager
    async def _lock(self, token: StateToken[Any], event_name: str | None = None) -> AsyncIterator[bytes]:
        async with super()._lock(token, event_name) as lock_id:
            keeping = asyncio.create_task(self._keep(self._lock_key(token), lock_id))
            try:
                yield lock_id
            finally:
                keeping.cancel()

    async def _keep(self, lock_key: bytes, lock_id: bytes) -> None:
        """Extends a lock of ours again and again; a killed worker's ends by itself."""
        while True:
            await asyncio.sleep(self.lock_expiration / 2000)
            try:
                if await self.redis.get(lock_key) != lock_id:
                    return
                await self._try_extend_lock(lock_key)
            except (RedisError, OSError) as problem:
                log.error("the lock of a tab could not be extended (%s)", type(problem).__name__)

    def _collect_state_writes(self, token: BaseStateToken, base_state: BaseState) -> list[tuple[str, bytes]]:
        writes = super()._collect_state_writes(token, base_state)
        device = _device(token.ident) if writes else ""
        return [(name, redis.wrap(name, plain, device)) for name, plain in writes]


class BriefStates(StateManagerMemory):
    """Reflex's state manager for one worker, which forgets a tab ten seconds after it was closed, not an hour."""

    def leave(self, ident: str) -> None:
        """The tab's socket has closed. One that only lost its line comes back sooner, or brings what it needs."""
        token, last = BaseStateToken(ident=ident, cls=State), self._token_expires_at.get(ident)
        asyncio.get_running_loop().call_later(GONE_SECONDS, self._forget, token, last)

    def _forget(self, token: BaseStateToken, last: object) -> None:
        lock = self._states_locks.get(token.lock_key)
        if self._token_expires_at.get(token.cache_key) is last and not (lock and lock.locked()):
            self._purge_token(token)


# --- sockets ---------------------------------------------------------------------------------------------------------


class _Sealing(Redis):
    """Seals what is set or published and opens what is got, each bound to its key or channel."""

    async def set(self, name: Any, value: Any, *args: Any, **options: Any) -> Any:
        return await super().set(name, redis.wrap(name, value), *args, **options)

    async def get(self, name: Any) -> Any:
        return redis.unwrap(name, await super().get(name))

    async def publish(self, channel: Any, message: Any, **options: Any) -> Any:
        return await super().publish(channel, redis.wrap(channel, message), **options)


class SealedSockets(RedisTokenManager):
    """Reflex's register of which worker holds whose socket."""

    async def link_token_to_sid(self, token: str, sid: str) -> str | None:
        """A worker that was killed could not let go of its tabs. They come to another one, and are not taken for
        duplicates of themselves: they keep their token, and so their state and the upload that is under way."""
        owner = await self._get_token_owner(token, refresh=True)
        if owner not in (None, self.instance_id) and not await self._lives(owner):
            await self.redis.delete(self._get_redis_key(token))
            gone = self.token_to_socket.pop(token, None)
            self.sid_to_token.pop(gone.sid if gone else "", None)
        return await super().link_token_to_sid(token, sid)

    async def _lives(self, worker: str) -> bool:
        """Whether it listens for updates, as each does that holds a socket."""
        listening = await self.redis.pubsub_numsub(f"channel:{self._get_lost_and_found_key(worker)}")
        return any(number for _, number in listening)

    async def _subscribe_lost_and_found_updates(self, emit_update: Callable[[Any, str], Awaitable[None]]) -> None:
        """Updates for sockets of ours that other workers have made."""
        channel = f"channel:{self._get_lost_and_found_key(self.instance_id)}"
        async with self.redis.pubsub() as heard:
            await heard.subscribe(channel)
            async for message in heard.listen():
                plain = redis.unwrap(channel, message["data"]) if message["type"] == "message" else None
                if plain is not None:
                    record = pickle.loads(plain)  # noqa: S301  sealed by a worker of ours
                    await emit_update(record.update, record.token)


def keep(app: rx.App) -> None:
    """Puts these managers in the place of Reflex's own, before anybody connects."""
    if redis.configured() and app.event_namespace is not None:
        config = get_config()
        app._state_manager = SealedStates(
            redis=redis.connect(_Opening),
            token_expiration=config.redis_token_expiration,
            lock_expiration=config.redis_lock_expiration,
            lock_warning_threshold=config.redis_lock_warning_threshold,
        )
        app.event_namespace._token_manager = SealedSockets(redis.connect(_Sealing))
    else:
        app._state_manager = BriefStates()


def left(app: rx.App, token: str) -> None:
    """A tab's socket has closed."""
    if isinstance(app.state_manager, BriefStates):
        app.state_manager.leave(token)
