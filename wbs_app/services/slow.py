"""What is slow on purpose. Argon2 takes 19 MiB and a core each time: off the event loop, and in queues.

Who files a report never waits behind those who guess PINs or passwords. Never inside a write transaction, where
everybody else would wait for it.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from wbs_app.services.refusal import Refused

P = ParamSpec("P")
T = TypeVar("T")


class Queue:
    """Work of one kind, in its order; so many `at_once`."""

    def __init__(self, name: str, at_once: int, most: int | None = None, niceness: int = 10) -> None:
        """`most`: how many may be in it; with more, the last would wait for too long. `niceness`: how far it stands
        back when others need the core."""
        self._threads = ThreadPoolExecutor(at_once, f"slow-{name}", _stand_back, (niceness,))
        self._most = most
        self.length = 0

    async def __call__(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work(*args, **kwargs)` in a thread, after those who came before.

        Raises:
            Refused: `error.rate_limit`, when too many wait already.
        """
        if self._most is not None and self.length >= self._most:
            raise Refused("error.rate_limit")
        self.length += 1
        try:
            return await asyncio.wrap_future(self._threads.submit(work, *args, **kwargs))
        finally:
            self.length -= 1


def _stand_back(niceness: int) -> None:
    """Where threads have a rank of their own (Linux): pages are answered first, and guessers get what nobody needs."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


filing = Queue("filing", 1, niceness=5)
"""Reports being sent: none is turned away. A worker has one core; a second of these would file no more in all, and keep
those who click waiting."""
opening = Queue("opening", 1, most=100)
"""PINs typed."""
slowly = Queue("staff", 1, most=100)
"""Passwords and recovery codes."""
