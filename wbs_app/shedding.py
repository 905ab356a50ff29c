"""Keeps one guest from taking the place of many: how many sockets and uploads are open, how fast a body comes."""

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wbs_app.services import limits, metrics

PONG = "3"
FIRST_SECONDS = 20.0  # before a body must have shown a pace
LEAST_PACE = 2 * 1024  # bytes a second in the long run: slower than the slowest phone network
SILENCE_SECONDS = 20.0


class Places:
    """So many guests at once, and so many of one device."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._taken: Counter[str] = Counter()
        self.length = 0

    def free(self, device: str) -> bool:
        """Whether there is a place for one more of this device."""
        return self.length < self._most and self._taken[device] < self._most_of_one

    @contextmanager
    def taken(self, device: str) -> Iterator[None]:
        """One place more is taken meanwhile."""
        self._taken[device] += 1
        self.length += 1
        try:
            yield
        finally:
            self.length -= 1
            self._taken[device] -= 1
            if not self._taken[device]:
                del self._taken[device]


class Sockets:
    """The open sockets of this process. When it is full, the one that has been silent for longest gives way: a page
    that somebody uses stays, and one that was left open connects again when it is used."""

    MOST = 3000
    MOST_OF_ONE = 40

    def __init__(self) -> None:
        self._places = Places(2 * self.MOST, self.MOST_OF_ONE)
        self._open: OrderedDict[int, Send] = OrderedDict()  # silent for longest first
        self._last = 0

    def admits(self, device: str) -> bool:
        """Whether this device may open one more now."""
        return self._places.free(device) and limits.admits_now(limits.SOCKETS, device)

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket, from its beginning to its end."""
        self._last += 1
        number = self._last
        with self._places.taken(scope["wbs_device"]):
            self._open[number] = send
            metrics.sockets(len(self._open))
            try:
                await self._make_room()
                await app(scope, self._heard(number, receive), send)
            finally:
                self._open.pop(number, None)
                metrics.sockets(len(self._open))

    async def _make_room(self) -> None:
        while len(self._open) > self.MOST:
            _, send = self._open.popitem(last=False)
            metrics.refused("socket", "silent")
            await send({"type": "websocket.close", "code": 1013})

    def _heard(self, number: int, receive: Receive) -> Receive:
        """A socket that says more than any page does is closed; the page, if it is one, comes back by itself."""
        me = str(number)

        async def heard() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and message.get("text") != PONG:
                if number in self._open:
                    self._open.move_to_end(number)
                if not limits.admits_now(limits.EVENTS, me):
                    metrics.refused("socket", "flood")
                    return {"type": "websocket.disconnect", "code": 1008}
            return message

        return heard


def paced(receive: Receive) -> Receive:
    """A body must keep coming, however slowly; one that does not counts as broken off."""
    began, size, more = time.monotonic(), 0, True

    async def heard() -> Message:
        nonlocal size, more
        if not more:
            return await receive()
        left = began + FIRST_SECONDS + size / LEAST_PACE - time.monotonic()
        try:
            async with asyncio.timeout(min(left, SILENCE_SECONDS)):
                message = await receive()
        except TimeoutError:
            metrics.refused("body", "slow")
            return {"type": "http.disconnect"}
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
        return message

    return heard


async def whole(receive: Receive) -> Receive | None:
    """A small body, once it is there; None when it broke off."""
    pieces: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    body: list[Message] = [{"type": "http.request", "body": b"".join(pieces), "more_body": False}]

    async def again() -> Message:
        return body.pop() if body else await receive()

    return again
