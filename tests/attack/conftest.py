"""A real server, and strangers who speak to it as no browser would."""

import asyncio
import json
import os
import re
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp
import httpx
import pytest
import pytest_asyncio
from altcha import Challenge, Payload, solve_challenge
from pyotp.totp import TOTP
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY

from tests.ports import free_port
from wbs_app.edge import DEVICE_COOKIE, SESSION_COOKIE
from wbs_app.model import desk
from wbs_app.model.access import Role

ROOT = Path(__file__).resolve().parents[2]
STATE = "reflex___state____state"
PASSWORD = "kuda besi melompat tinggi sekali"
LONE_HALVES = re.compile("[\ud800-\udfff]")  # JSON can say them, UTF-8 cannot
UNUSED_TLS = ssl.create_default_context()
"""Made once: each client would make its own, which takes longer than all it is asked."""
HYDRATED = '"is_hydrated_rx_state_":true'
PATIENCE = 60.0  # seconds; only a failing test takes as long, or one on a very busy machine
START_PATIENCE = 300.0  # the pages may have to be built first

MARK = "penanda9f3c"
"""Part of all that these tests send where a person would write; so it may stand in no log and in no other tab."""

Frame = tuple[str, Any]
"""Name and data of a socket message."""


def state(module: str, name: str) -> str:
    """The full name of one of our states, as it travels: state("draft", "draft_state")."""
    return f"{STATE}.wbs_app___state___{module}____{name}"


@dataclass
class Server:
    """The server process, and what it has said."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def secret(self) -> bytes:
        """What only the server knows; for tests of what even its own seals do not allow."""
        return bytes.fromhex((self.folder / "data" / "secret").read_text())

    def log(self, start: int = 0) -> str:
        return (self.folder / "log").read_bytes()[start:].decode("utf-8", "replace")

    def log_size(self) -> int:
        return (self.folder / "log").stat().st_size

    def client(self, **headers: str) -> httpx.AsyncClient:
        """Plain HTTP, following nothing."""
        return httpx.AsyncClient(base_url=self.origin, headers=headers, timeout=PATIENCE, verify=UNUSED_TLS)

    async def device(self) -> str:
        """The cookie of a new device."""
        async with self.client() as http:
            return (await http.get("/")).cookies[DEVICE_COOKIE]


def _environment(folder: Path, port: int) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("WBS_")}
    (folder / "tmp").mkdir(exist_ok=True)
    own = {"TMPDIR": str(folder / "tmp")}
    return plain | own | {"WBS_DATA_DIR": str(folder / "data"), "WBS_PORT": str(port), "PYTHONPATH": str(ROOT)}


def _listening(server: Server) -> None:
    deadline = time.monotonic() + START_PATIENCE
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.log()[-3000:]
        try:
            httpx.get(f"{server.origin}/healthz", timeout=5, verify=UNUSED_TLS)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"no answer in {START_PATIENCE} s:\n{server.log()[-3000:]}")


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server with a data folder of its own."""
    port = free_port()
    command = [sys.executable, "-c", "import sys; from wbs_app.cli import main; sys.exit(main())", "serve"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(folder, port), stdout=log, stderr=subprocess.STDOUT
        )
        found = Server(port, folder, process)
        try:
            _listening(found)
            yield found
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The one that tests share."""
    with serving(tmp_path_factory.mktemp("attack")) as found:
        yield found


async def proof(server: Server) -> str:
    """What a page's script calculates before it sends a form."""
    async with server.client() as http:
        challenge = Challenge.from_dict((await http.get("/altcha")).json())
    solution = await asyncio.to_thread(solve_challenge, challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


# --- a tab -----------------------------------------------------------------------------------------------------------


class Refused(Exception):
    """The server did not let the socket in."""


@dataclass
class Tab:
    """A socket of our own making. `frames` keeps every message the server ever sent to it, as raw text. A page that
    connects for the first time names `hashes` of what it was built with; one that comes back does not."""

    server: Server
    device: str | None
    session: str | None = None
    token: str = field(default_factory=lambda: str(uuid.uuid4()))
    path: str = "/"
    hashes: list[str] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    address: str = "/_event/"
    frames: list[str] = field(default_factory=list)

    async def open(self, query: str | None = None, stored: dict[str, Any] | None = None, first: Any = None) -> Self:
        """Connects and hydrates, as Reflex's own page does. `first`: says this instead, and waits for no answer."""
        cookies = {DEVICE_COOKIE: self.device, SESSION_COOKIE: self.session}
        said = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
        headers = {"Origin": self.server.origin, "Cookie": said} | self.headers
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        address = f"{self.server.origin}{self.address}?{query or f'token={self.token}'}&EIO=4&transport=websocket"
        sent = {name: value for name, value in headers.items() if value}
        try:
            self._socket = await self._http.ws_connect(address, headers=sent, max_msg_size=0)
            await self._expect("0")
            await self.say("40/_event," + json.dumps(first or {"event": self._boot(stored)}))
            if first is None:
                await self._expect("40/_event")
            self._changed, self._over = asyncio.Condition(), False
            self._reader = asyncio.create_task(self._read())
            if first is None:
                await self.until(lambda: HYDRATED in "".join(self.frames))
        except aiohttp.ClientError:
            await self.close()
            raise Refused from None
        except BaseException:
            await self.close()
            raise
        return self

    def _boot(self, stored: dict[str, Any] | None) -> dict[str, Any]:
        payload: dict[str, Any] = {"vars": stored} if stored else {}
        if self.hashes is not None:
            payload["hashes"] = self.hashes
        return {"name": f"{STATE}.hydrate_and_load", "payload": payload, "router_data": self.router()}

    def router(self) -> dict[str, Any]:
        return {"pathname": self.path, "asPath": self.path, "query": {}}

    async def _expect(self, start: str) -> None:
        """Waits for a message that starts like this; before it may come a new token for the tab."""
        while True:
            message = await asyncio.wait_for(self._socket.receive(), PATIENCE)
            if message.type is not aiohttp.WSMsgType.TEXT or message.data.startswith("44"):
                raise Refused
            if message.data.startswith(start):
                return
            self.frames.append(message.data)

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT and message.data == "2":
                await self._socket.send_str("3")
            elif message.type is aiohttp.WSMsgType.TEXT:
                self.frames.append(message.data)
            await self._tell()
        self._over = True
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, met: Callable[[], bool]) -> None:
        """Waits for something that a message brings."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(met), PATIENCE)

    async def say(self, frame: str) -> None:
        """Any text at all."""
        await self._socket.send_str(frame)

    async def fire(self, name: str, payload: Any = None, router: Any = None) -> None:
        event = {"name": name, "payload": {} if payload is None else payload}
        said = json.dumps(["event", event | {"router_data": router or self.router()}], ensure_ascii=False)
        await self.say("42/_event," + LONE_HALVES.sub(lambda half: f"\\u{ord(half[0]):x}", said))

    async def settled(self) -> list[str]:
        """All frames since the last time, once the server has dealt with everything sent so far.

        A tab's events are taken one after the other, so the answer to a harmless one ends the wait.
        """
        done = getattr(self, "_done", 0)
        number = getattr(self, "_fences", 0)
        self._fences, province = number + 1, ("31", "32")[number % 2]
        seen = len(self.frames)
        await self.fire(f"{state('draft', 'draft_state')}.pick_province", {"code": province})
        answer = re.compile(rf'"province_rx_state_":\s*"{province}"')
        await self.until(lambda: any(answer.search(frame) for frame in self.frames[seen:]))
        self._done = len(self.frames)
        return self.frames[done:]

    async def say_bytes(self, data: bytes) -> None:
        await self._socket.send_bytes(data)

    @property
    def closed(self) -> bool:
        return self._over

    async def answered_or_gone(self) -> None:
        """Waits until the server has dealt with what was said, or has ended the connection over it."""
        seen = len(self.frames)
        with suppress(ConnectionError):
            await self.say('42/_event,["ping"]')
        await self.until(lambda: self._over or any('"pong"' in frame for frame in self.frames[seen:]))

    async def close(self) -> None:
        async with self._http:  # closed in any case
            if hasattr(self, "_socket"):
                await self._socket.close()
            if hasattr(self, "_reader"):
                await self._reader


def deltas(frames: list[str]) -> dict[str, dict[str, Any]]:
    """State -> its vars, as the server has sent them, the newest last."""
    found: dict[str, dict[str, Any]] = {}
    for name, data in events(frames):
        if name == "event":
            for full_name, values in (data.get("delta") or {}).items():
                found.setdefault(full_name, {}).update(values)
    return found


def orders(frames: list[str]) -> list[tuple[str, Any]]:
    """What the server told the browser to do: name and payload."""
    told = [order for name, data in events(frames) if name == "event" for order in data.get("events") or []]
    return [(order["name"], order["payload"]) for order in told]


def events(frames: list[str]) -> Iterator[Frame]:
    for frame in frames:
        if frame.startswith("42/_event,"):
            name, *data = json.loads(frame.removeprefix("42/_event,"))
            yield name, data[0] if data else None


# --- writing a report ------------------------------------------------------------------------------------------------

ANSWERS: dict[str, dict[str, str]] = {
    "biodata": {"name": f"{MARK} Robert"},
    "kejadian": {
        "violation": "korupsi",
        "reported_0_name": f"{MARK} Tensu",
        "unit": "Dinas Komunikasi, Informatika, dan Statistik",
        "description": f"{MARK} korupsi pengadaan server senilai 1M",
    },
    "lokasi-waktu": {"province": "51", "precision": "date", "date": "2024-11-11", "address": f"{MARK} Kantor"},
}
"""Step -> good answers."""


def posted(answers: dict[str, str]) -> dict[str, list[list[str]]]:
    """A form as it travels."""
    return {FORM_DATA_ENTRIES_KEY: [[name, value] for name, value in answers.items()]}


async def answer(tab: Tab, slug: str, answers: dict[str, str] | None = None) -> list[str]:
    """Sends one page of the form; the frames that answer it."""
    given = ANSWERS[slug] if answers is None else answers
    await tab.fire(f"{state('report', 'report_state')}.answer", {"slug": slug, "form": posted(given)})
    return await tab.settled()


async def reach(tab: Tab, slug: str) -> list[str]:
    """Answers all pages before this one, and opens it."""
    for before in list(ANSWERS)[: [*ANSWERS, "ringkasan"].index(slug)]:
        await answer(tab, before)
    await tab.fire(f"{state('report', 'report_state')}.enter", {"slug": slug})
    return await tab.settled()


Open = Callable[..., Awaitable[Tab]]


@pytest_asyncio.fixture
async def tab(server: Server) -> AsyncIterator[Open]:
    """tab(device=..., session=..., ...) -> an open tab, of a new device when none is given."""
    opened: list[Tab] = []

    async def one(
        query: str | None = None, stored: dict[str, Any] | None = None, first: Any = None, **values: Any
    ) -> Tab:
        if "device" not in values:
            values["device"] = await server.device()
        made = await Tab(server, **values).open(query, stored, first)
        opened.append(made)
        return made

    yield one
    for each in opened:
        await each.close()


@pytest.fixture(autouse=True)
def discreet(server: Server) -> Iterator[None]:
    """Whatever a test does: the server lives on, and its log repeats nothing of it."""
    start = server.log_size()
    yield
    said = server.log(start)
    assert MARK not in said.lower()
    assert "Traceback" not in said
    assert httpx.get(f"{server.origin}/healthz", timeout=PATIENCE, verify=UNUSED_TLS).json()["status"] == "ok"
    assert server.process.poll() is None


@pytest.fixture
def quiet(server: Server) -> Iterator[None]:
    """Nothing that this test did was an error in the server."""
    start = server.log_size()
    yield
    said = server.log(start)
    assert " ERROR " not in said, said


# --- staff -----------------------------------------------------------------------------------------------------------

HIRE = """
import io, sys
from wbs_app.cli import main
for role in {roles}:
    sys.stdin = io.StringIO({password!r})
    assert main(["staff", "add", f"one-{{role}}", "--role", role, "--agency", "bali", "--password-stdin"]) == 0
"""


@dataclass(frozen=True)
class Signed:
    """Somebody's cookies: after the password alone (until the code is given), and after the second factor."""

    device: str
    half: str
    full: str


async def _sign_in(server: Server, role: str) -> Signed:
    """As a person does it for the first time: password, app, code."""
    device = await server.device()
    async with server.client(origin=server.origin) as http:
        http.cookies.set(DEVICE_COOKIE, device)
        answer = await http.post(desk.SIGN_IN, data={"username": f"one-{role}", "password": PASSWORD})
        assert answer.headers["location"] == desk.ENROL
        half = answer.cookies[SESSION_COOKIE]
        enrolling = await Tab(server, device, half, path=desk.ENROL).open()
        await enrolling.fire(f"{state('staff_entry', 'enrol_state')}.load")
        shown = deltas(await enrolling.settled())[state("staff_entry", "enrol_state")]
        await enrolling.close()
        code = TOTP(shown["secret_rx_state_"].replace(" ", "")).now()
        answer = await http.post(desk.ENROL, data={"code": code})
        assert answer.headers["location"] == desk.CODES
        return Signed(device, half, answer.cookies[SESSION_COOKIE])


@pytest.fixture(scope="session")
def staff(server: Server) -> dict[Role, Signed]:
    """One person of each role, signed in."""
    roles = [role.value for role in Role]
    hiring = [sys.executable, "-c", HIRE.format(roles=roles, password=PASSWORD)]
    subprocess.run(hiring, cwd=ROOT, env=_environment(server.folder, server.port), check=True, capture_output=True)

    async def everybody() -> dict[Role, Signed]:
        """One after the other: ten recovery codes each are hashed slowly, and who asks last would wait for them all."""
        return {role: await _sign_in(server, role.value) for role in Role}

    return asyncio.run(everybody())


@pytest_asyncio.fixture
async def half(server: Server, staff: dict[Role, Signed]) -> Signed:
    """An administrator who has given the password, and not yet the code."""
    person = staff[Role.ADMIN]
    async with server.client(origin=server.origin) as http:
        answer = await http.post(desk.SIGN_IN, data={"username": f"one-{Role.ADMIN}", "password": PASSWORD})
    assert answer.headers["location"] == desk.VERIFY
    return Signed(person.device, answer.cookies[SESSION_COOKIE], "")
