"""Floods, idle crowds and bodies that never end, at the outer layer: they give way, others do not."""

import asyncio
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wbs_app import edge, shedding
from wbs_app.config import Settings
from wbs_app.edge import Edge
from wbs_app.services import counting
from wbs_app.shedding import Sockets

ORIGIN = b"https://wbs.example.go.id"
ONE, OTHER = "ab" * 18, "cd" * 18

App = Callable[[Any, Any, Any], Any]


@pytest.fixture
def layer(settings_for: Callable[..., Settings], tmp_path: Path) -> Callable[[App], Edge]:
    settings_for(public_url=ORIGIN.decode())
    counting.forget()
    return lambda app: Edge(app, tmp_path)  # type: ignore[arg-type]


class Line:
    """A connection to the layer: what is said on it, and what comes back."""

    def __init__(self, layer: Edge, kind: str, path: str, device: str = ONE, **headers: str) -> None:
        self.told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.heard: list[dict[str, Any]] = []
        cookie = f"__Host-wbs_dev={device}".encode()
        given = [(b"origin", ORIGIN), (b"cookie", cookie), *((k.encode(), v.encode()) for k, v in headers.items())]
        scope = {
            "type": kind,
            "method": "POST",
            "path": path,
            "headers": given,
            "query_string": f"token={uuid.uuid4()}".encode(),
            "client": ("192.0.2.7", 5),
        }
        self.running = asyncio.create_task(layer(scope, self.told.get, self._send))  # type: ignore[arg-type]

    async def _send(self, message: dict[str, Any]) -> None:
        self.heard.append(message)
        if message["type"] == "websocket.close":
            self.told.put_nowait({"type": "websocket.disconnect"})

    def say(self, text: str) -> None:
        self.told.put_nowait({"type": "websocket.receive", "text": text})

    def send(self, body: bytes, more: bool) -> None:
        self.told.put_nowait({"type": "http.request", "body": body, "more_body": more})

    @property
    def status(self) -> int:
        return next(message["status"] for message in self.heard if message["type"] == "http.response.start")


class Listening:
    """The app inside: counts what each of its sockets hears."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        me = len(self.heard)
        self.heard.append(0)
        while (await receive())["type"] != "websocket.disconnect":
            self.heard[me] += 1


async def breathe() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


def sockets(layer: Edge, number: int, device: str = ONE) -> list[Line]:
    return [Line(layer, "websocket", "/_event/", device) for _ in range(number)]


async def test_a_flood_ends_its_own_socket_only(layer: Callable[[App], Edge]) -> None:
    app = Listening()
    house = layer(app)
    flood, quiet = sockets(house, 2)
    for _ in range(2000):
        flood.say('42/_event,["event",{}]')
    for _ in range(50):
        quiet.say('42/_event,["event",{}]')
    await asyncio.wait_for(flood.running, 10)
    await breathe()
    assert 100 < app.heard[0] < 400 and app.heard[1] == 50
    assert not quiet.running.done()
    quiet.running.cancel()


async def test_one_device_has_only_so_many_sockets(
    layer: Callable[[App], Edge], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sockets, "MOST_OF_ONE", 5)
    house = layer(Listening())
    lines = sockets(house, 8)
    others = sockets(house, 1, OTHER)
    for line in lines[5:]:
        line.say("")  # the first thing heard of a connection that is refused
    await breathe()
    assert [line.running.done() for line in lines] == [False] * 5 + [True] * 3
    assert not others[0].running.done()
    lines[0].told.put_nowait({"type": "websocket.disconnect"})
    await breathe()
    late = sockets(house, 1)
    await breathe()
    assert not late[0].running.done(), "a place is given back"
    for line in (*lines[1:5], *others, *late):
        line.running.cancel()


async def test_a_crowd_that_says_nothing_gives_way(
    layer: Callable[[App], Edge], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sockets, "MOST", 10)
    house = layer(Listening())
    used = sockets(house, 1, OTHER)[0]
    await breathe()
    crowd = []
    for _ in range(30):
        crowd += sockets(house, 1)
        used.say("42 something")
        await breathe()
    assert not used.running.done()
    assert [line.running.done() for line in crowd] == [True] * 21 + [False] * 9
    for line in (used, *crowd[21:]):
        line.running.cancel()


async def test_keeping_alive_is_not_using(layer: Callable[[App], Edge], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sockets, "MOST", 1)
    house = layer(Listening())
    idle, used = sockets(house, 1)[0], None
    await breathe()
    idle.say(shedding.PONG)
    await breathe()
    used = sockets(house, 1, OTHER)[0]
    await breathe()
    assert idle.running.done() and not used.running.done()
    used.running.cancel()


# --- bodies ----------------------------------------------------------------------------------------------------------


class Reading:
    """The app inside: reads a body and answers."""

    def __init__(self) -> None:
        self.size: int | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            size += len(message["body"])
            more = message["more_body"]
        self.size = size
        await send({"type": "http.response.start", "status": 200, "headers": []})


async def test_a_small_body_that_stops_is_given_up(
    layer: Callable[[App], Edge], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shedding, "SILENCE_SECONDS", 0.02)
    app = Reading()
    line = Line(layer(app), "http", "/petugas/masuk", **{"content-length": "100"})
    line.send(b"username=", True)
    await asyncio.wait_for(line.running, 5)
    assert line.status == 408 and app.size is None


async def test_a_body_that_trickles_is_given_up(layer: Callable[[App], Edge], monkeypatch: pytest.MonkeyPatch) -> None:
    """Never silent, and never done."""
    monkeypatch.setattr(shedding, "FIRST_SECONDS", 0.05)
    line = Line(layer(Reading()), "http", "/petugas/masuk", **{"content-length": "60000"})

    async def trickle() -> None:
        while not line.running.done():
            line.send(b"x", True)
            await asyncio.sleep(0.001)

    await asyncio.wait_for(asyncio.gather(line.running, trickle()), 5)
    assert line.status == 408


async def test_a_refusal_is_not_waited_for(layer: Callable[[App], Edge], monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that is refused anyway is heard out, but not for ever."""
    monkeypatch.setattr(shedding, "SILENCE_SECONDS", 0.02)
    line = Line(layer(Reading()), "http", "/petugas/masuk", **{"content-length": "70000"})
    line.send(b"x", True)
    await asyncio.wait_for(line.running, 5)
    assert line.status == 413


async def test_a_body_in_pieces_arrives_whole(layer: Callable[[App], Edge]) -> None:
    app = Reading()
    line = Line(layer(app), "http", "/petugas/masuk", **{"content-length": "30000"})
    for more in (True, True, False):
        line.send(b"x" * 10_000, more)
    await asyncio.wait_for(line.running, 5)
    assert (line.status, app.size) == (200, 30_000)


async def test_one_device_uploads_only_so_much_at_once(
    layer: Callable[[App], Edge], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def in_order(*_: Any) -> None:
        return None

    monkeypatch.setattr(Edge, "_upload_refusal", in_order)
    house = layer(Reading())
    lines = [Line(house, "http", "/_upload", **{"content-length": "9"}) for _ in range(edge.MOST_UPLOADS_OF_ONE + 1)]
    other = Line(house, "http", "/_upload", OTHER, **{"content-length": "9"})
    await breathe()
    lines[-1].send(b"x" * 9, False)
    other.send(b"x" * 9, False)
    await asyncio.wait_for(asyncio.gather(lines[-1].running, other.running), 5)
    assert (lines[-1].status, other.status) == (429, 200)
    for line in lines:
        line.running.cancel()
