"""How much may be asked for: by a tab or a device, of a ticket or an account, and by all together. No address is kept.

Never by agency, and never so that one who asks much uses up what others need: while all together stay within a
measure, each may have plenty; beyond it, each still has enough for a report.
"""

import hashlib
import math
import secrets
import time
from dataclasses import dataclass

from wbs_app.config import settings
from wbs_app.services.counting import Measure, local, store
from wbs_app.services.refusal import Refused


@dataclass(frozen=True)
class Fair:
    """Each has `ample` while all together stay within `everyone`, else `modest`."""

    name: str
    everyone: Measure
    ample: Measure
    modest: Measure


MB = 2**20
HOUR = 3600

SUBMISSIONS = Fair("submit", Measure(50, 600), Measure(1, 120), Measure(1 / 60, 10))
"""Reports and messages sent, by device. All together: what one machine takes in."""
UPLOADED = Fair("upload", Measure(4 * MB, 2048 * MB), Measure(MB / 36, 200 * MB), Measure(MB / 120, 30 * MB))
"""Bytes of files, by device: 100 MB an hour, or 30."""
SIGN_INS = Fair("sign_in", Measure(2, 40), Measure(0.2, 40), Measure(0.05, 5))
"""Passwords tried, by device."""
EVENTS = Fair("event", Measure(1500, 5000), Measure(40, 150), Measure(3, 60))
"""Events, by socket, in this process, which deals with about 1500 a second."""
SOCKETS = Fair("socket", Measure(20, 400), Measure(2, 80), Measure(0.2, 20))
"""New sockets, by device, in this process."""

FREE_TRIES = 5
FIRST_DELAY, LONGEST_DELAY = 10, 300  # seconds
TRIES_REMEMBERED = HOUR

_WINDOW = 10  # seconds


def _key(*parts: str) -> str:
    """So that who reads the counts learns neither a ticket nor a device."""
    said = "\0".join(parts).encode("utf-8", "replace")
    return hashlib.blake2b(said, key=settings().secret_key(), person=b"limit", digest_size=16).hexdigest()


async def admits(fair: Fair, who: str, amount: float = 1.0) -> bool:
    """Whether `who` (a device; "" stands for all who have none) may have `amount` more; counted when so."""
    if not await store().take(_key(fair.name, "ample", who), fair.ample, amount):
        return False
    if await store().take(_key(fair.name, "everyone"), fair.everyone, amount):
        return True
    return await store().take(_key(fair.name, "modest", who), fair.modest, amount)


def admits_now(fair: Fair, who: str) -> bool:
    """The same within this process."""
    here = local()
    if not here.take_now(f"{fair.name}+{who}", fair.ample):
        return False
    return here.take_now(fair.name, fair.everyone) or here.take_now(f"{fair.name}-{who}", fair.modest)


async def count(name: str) -> float:
    """One more of these; how many a second there were of late."""
    at, part = divmod(time.time(), _WINDOW)
    now = await store().add(_key("rate", name, str(at)), 3 * _WINDOW)
    before = int(await store().get(_key("rate", name, str(at - 1))) or "0")
    return (now + before * (1 - part / _WINDOW)) / _WINDOW


async def first(name: str, thing: str, by: str, seconds: float) -> bool:
    """Whether nobody but `by` has used `thing` before; it is theirs from now on, for `seconds`."""
    mine = _key("by", by)
    return await store().put(_key("first", name, thing), mine, seconds) == mine


class Guessing:
    """Tries of a secret that belongs to `target`, whether or not there is such a target.

    The first few are free; after each further one comes a pause, which grows. Whoever asks during a pause is told how
    long it is, and may try once after that time even if others have tried again and again meanwhile: a stranger can
    make the owner wait, never keep them out.
    """

    def __init__(self, name: str, target: str, device: str, said: str) -> None:
        """`said`: text key of the refusal, with {minutes}."""
        self._said = said
        self._device = device
        self._tries, self._pause = _key(name, "tries", target), _key(name, "pause", target)
        self._turn, self._wait = _key(name, "turn", target, device), _key(name, "wait", target, device)

    async def begin(self) -> None:
        """Counts a try before it is made, so that tries side by side are counted too.

        Raises:
            Refused: with the minutes to wait.
        """
        made = int(await store().get(self._tries) or "0")
        if made < FREE_TRIES:
            made = await store().add(self._tries, TRIES_REMEMBERED)
            if made <= FREE_TRIES:
                return
        seconds = min(FIRST_DELAY * 2.0 ** min(made - FREE_TRIES, 20), LONGEST_DELAY)
        if await self._pause_is_over(seconds) or await self._has_waited():
            await store().add(self._tries, TRIES_REMEMBERED)
            return
        left = await self._told()
        raise Refused(self._said, minutes=max(1, math.ceil(left / 60)))

    async def _pause_is_over(self, seconds: float) -> bool:
        mark = secrets.token_hex(8)
        return await store().put(self._pause, mark, seconds) == mark

    async def _has_waited(self) -> bool:
        waiting = await store().left(self._wait) > 0
        return not waiting and await store().drop(self._turn) == 1

    async def _told(self) -> float:
        """A device that asks for the first time gets its turn at the end of this pause."""
        left = await store().left(self._pause)
        if not self._device:
            return left
        if await store().get(self._turn) is None:
            await store().put(self._wait, "1", left)
            await store().put(self._turn, "1", left + TRIES_REMEMBERED)
        return await store().left(self._wait)

    async def succeeded(self) -> None:
        """The right one: what strangers tried is forgotten."""
        await store().drop(self._tries, self._pause, self._turn, self._wait)
