"""Which device a tab's token belongs to: the first that used it, on any worker. Forgotten a day after its last use.

What Redis is told of a device is a keyed hash: whoever reads there cannot speak for the tab.
"""

import hashlib
import time
from collections import OrderedDict

from wbs_app.config import settings
from wbs_app.services import redis

KEPT_SECONDS = 24 * 3600
MOST = 100_000
PREFIX = "wbs:tab:"


class Tabs:
    """The tabs of this worker. With Redis, the binding itself stands there, and here only what this worker saw."""

    def __init__(self) -> None:
        self._devices: OrderedDict[str, tuple[str, float]] = OrderedDict()

    async def owns(self, token: str, device: str) -> bool:
        """Whether `device` may use `token`; binds it when nobody does.

        Raises:
            redis.RedisError, OSError: when Redis is needed and does not answer; then nobody can tell.
        """
        self._sweep()
        if redis.configured():
            owned = await self._bound(token, device)
        else:
            owned = self._devices.get(token, (device, 0.0))[0] == device
        if owned:
            self._devices[token] = (device, time.monotonic() + KEPT_SECONDS)
            self._devices.move_to_end(token)
        return owned

    def device_of(self, token: str) -> str | None:
        """The device that has used this tab on this worker."""
        return self._devices.get(token, (None, 0.0))[0]

    def _sweep(self) -> None:
        now = time.monotonic()
        while self._devices and (len(self._devices) > MOST or next(iter(self._devices.values()))[1] < now):
            self._devices.popitem(last=False)

    @staticmethod
    async def _bound(token: str, device: str) -> bool:
        key, mine = PREFIX + token, _mark(device)
        found = await redis.client().set(key, mine, nx=True, get=True, ex=KEPT_SECONDS)
        if found == mine:
            await redis.client().expire(key, KEPT_SECONDS)
        return found is None or found == mine


def _mark(device: str) -> bytes:
    key = settings().secret_key()
    return hashlib.blake2b(device.encode(), digest_size=16, key=key, person=b"tab").hexdigest().encode()


tabs = Tabs()
"""Those of this process."""
