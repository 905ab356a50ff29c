"""What is slow on purpose: Argon2 takes 19 MiB and a core each time. In queues, each with a process of its own.

In a thread it would stop all others each time: while the kernel finds memory for it, none of the same process gets any.
Who files a report never waits behind those who guess PINs or passwords. Never inside a write transaction, where
everybody else would wait for it.
"""

import asyncio
import atexit
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

from wbs_app.services.refusal import Refused

P = ParamSpec("P")
T = TypeVar("T")

_PROGRAM = "wbs_app.services.deriving"
_GONE = (OSError, EOFError, pickle.UnpicklingError)
"""The process was killed, by the system short of memory for one, or is not there yet."""


class Queue:
    """Work of one kind, one after the other in its order."""

    def __init__(self, name: str, most: int | None = None, niceness: int = 10) -> None:
        """`most`: how many may be in it; with more, the last would wait for too long. `niceness`: how far it stands
        back when others need the core."""
        self._thread = ThreadPoolExecutor(1, f"slow-{name}")
        self._process = _Process(niceness)
        self._most = most
        self.length = 0

    async def __call__(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work(*args, **kwargs)`, after those who came before: a function of a module that is quick to load.

        Raises:
            Refused: `error.rate_limit`, when too many wait already.
        """
        if self._most is not None and self.length >= self._most:
            raise Refused("error.rate_limit")
        self.length += 1
        try:
            return await asyncio.wrap_future(self._thread.submit(self._process.do, work, args, kwargs))
        finally:
            self.length -= 1


class _Process:
    """Does one thing after the other: started when first needed, and again when it is gone."""

    def __init__(self, niceness: int) -> None:
        self._niceness = niceness
        self._running: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)

    def do(self, *asked: Any) -> Any:
        """What the work gives back; what it raises is raised here."""
        try:
            done = self._answer(asked)
        except _GONE:
            self._start()
            done = self._answer(asked)
        if isinstance(done, Exception):
            raise done
        return done

    def _answer(self, asked: Any) -> Any:
        if self._running is None or self._running.stdin is None or self._running.stdout is None:
            raise BrokenPipeError
        pickle.dump(asked, self._running.stdin)
        self._running.stdin.flush()
        return pickle.load(self._running.stdout)  # noqa: S301  our own process

    def _start(self) -> None:
        self.stop()
        self._running = subprocess.Popen(
            [sys.executable, "-I", "-m", _PROGRAM, str(self._niceness)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
            env={},
            start_new_session=True,
        )

    def stop(self) -> None:
        """Ends it; the next work starts another."""
        if self._running is not None:
            with suppress(OSError), self._running as running:  # what was half sent cannot be
                running.kill()
            self._running = None


filing = Queue("filing", niceness=5)
"""Reports being sent: none is turned away. A worker has one core; a second of these would file no more in all, and keep
those who click waiting."""
opening = Queue("opening", most=100)
"""PINs typed."""
slowly = Queue("staff", most=100)
"""Passwords and recovery codes."""
