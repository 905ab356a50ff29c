"""The one address that takes files: who may use it, for how much, and what is left of what was refused."""

import asyncio
import io
import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from PIL import Image
from reflex_base.registry import RegistrationContext

from tests.attack.conftest import MARK, PATIENCE, STATE, Open, Server, Tab, deltas, reach, state
from wbs_app import wbs_app
from wbs_app.edge import DEVICE_COOKIE
from wbs_app.vault.tabs import seal_for_tab

assert wbs_app.app  # all handlers are registered
EVIDENCE = state("evidence", "evidence_state")
UPLOAD = f"{EVIDENCE}.upload"
OTHERS = [name for name in RegistrationContext.get().event_handlers if name != UPLOAD]
HUNG_UP = 499


def _picture() -> bytes:
    """One that tells who made it."""
    held = io.BytesIO()
    Image.effect_noise((32, 32), 90).convert("RGB").save(held, "JPEG", comment=MARK.encode() * 50)
    return held.getvalue()


JPEG = _picture()


@dataclass
class Form:
    """A report being written in a tab, on the page where evidence is added."""

    server: Server
    tab: Tab
    passed: str

    def headers(self, **changes: str | None) -> dict[str, str]:
        given: dict[str, str | None] = {
            "Origin": self.server.origin,
            "Cookie": f"{DEVICE_COOKIE}={self.tab.device}",
            "Reflex-Client-Token": self.tab.token,
            "Reflex-Event-Handler": UPLOAD,
            "X-Upload-Pass": self.passed,
        }
        changed = given | {name.replace("_", "-"): value for name, value in changes.items()}
        return {name: value for name, value in changed.items() if value is not None}

    async def send(self, *files: tuple[str, bytes], arguments: Any = None, **changes: str | None) -> httpx.Response:
        told = json.dumps({"passed": self.passed} if arguments is None else arguments)
        parts: list[Any] = [("__reflex_event_args", (None, told)), *(("files", file) for file in files)]
        async with self.server.client(**self.headers(**changes)) as http:
            try:
                return await http.post("/_upload", files=parts)
            except httpx.ReadError:
                return httpx.Response(HUNG_UP)

    async def shown(self, name: str, count: int) -> list[dict[str, str]]:
        """The `files` or `refused` of the page, as soon as there are so many: a handler works on after its answer."""
        found = lambda: deltas(self.tab.frames)[EVIDENCE].get(f"{name}_rx_state_", [])  # noqa: E731
        await self.tab.until(lambda: len(found()) == count)
        return found()

    async def holds_nothing(self) -> None:
        """A good file that comes now is the only one."""
        assert (await self.send(("bukti.jpg", JPEG))).status_code == 202
        await self.shown("files", 1)
        await self.tab.fire(f"{EVIDENCE}.remove", {"id": "none"})
        await self.tab.settled()
        await self.shown("files", 1)


@pytest.fixture
async def form(server: Server, tab: Open) -> AsyncIterator[Form]:
    writer = await tab(path="/lapor/lokasi-waktu")
    await reach(writer, "lokasi-waktu")
    passed = deltas(writer.frames)[EVIDENCE]["upload_pass_rx_state_"]
    yield Form(server, writer, passed)
    stored = [file.read_bytes() for file in (server.folder / "data").rglob("*") if file.is_file()]
    assert not [content for content in stored if MARK.encode() in content]


def kept(server: Server) -> int:
    """Files in the evidence store."""
    return len(list((server.folder / "data" / "evidence").rglob("*.file")))


async def test_a_file_is_taken(form: Form, quiet: None) -> None:
    answer = await form.send((f"{MARK}.jpg", JPEG))
    assert answer.status_code == 202
    (file,) = await form.shown("files", 1)
    assert file["type"] == "JPG" and MARK not in json.dumps(file)


# --- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
async def test_other_sites_upload_nothing(form: Form, origin: str | None) -> None:
    assert (await form.send(("a.jpg", JPEG), Origin=origin)).status_code == 403
    await form.holds_nothing()


async def test_only_the_tabs_own_device_uploads_into_it(form: Form, tab: Open) -> None:
    stranger = await tab()
    other = f"{DEVICE_COOKIE}={stranger.device}"
    for changes in (
        {"Cookie": None},
        {"Cookie": other},
        {"Reflex_Client_Token": None},
        {"Reflex_Client_Token": stranger.token},
        {"Reflex_Client_Token": "x"},
        {"Reflex_Client_Token": str(uuid.uuid1())},
        {"Cookie": other, "Reflex_Client_Token": form.tab.token},
    ):
        assert (await form.send(("a.jpg", JPEG), **changes)).status_code == 403
    await form.holds_nothing()


async def test_headers_that_decide_come_once(form: Form, tab: Open) -> None:
    """Checked is one, heeded the other: a way into somebody else's tab, were both let through."""
    thief = await tab()
    headers = [(name, value) for name, value in form.headers(Cookie=f"{DEVICE_COOKIE}={thief.device}").items()]
    for twice in ([*headers, ("Reflex-Client-Token", thief.token)], [("Reflex-Client-Token", thief.token), *headers]):
        async with form.server.client() as http:
            answer = await http.post("/_upload", headers=twice, files=[("files", ("a.jpg", JPEG))])
        assert answer.status_code == 400
    await form.holds_nothing()


async def test_forged_passes_open_nothing(form: Form, server: Server) -> None:
    limits = {"secret": "0" * 32, "most_bytes": 10**9, "most_files": 10**6}
    seal = lambda key, device, purpose, ttl: seal_for_tab(key, device, purpose, limits, ttl, time.time())  # noqa: E731
    forged = [
        "",
        "x",
        form.passed[:-4] + "AAAA",
        seal(b"x" * 32, "upload", "upload", 60),
        seal(server.secret, "upload", "upload", -1),
        seal(server.secret, "upload", "view", 60),
        seal(server.secret, str(form.tab.device), "upload", 60),
    ]
    before = kept(server)
    for passed in forged:
        assert (await form.send(("a.jpg", JPEG), X_Upload_Pass=passed)).status_code == 403
        assert (await form.send(("a.jpg", JPEG), arguments={"passed": passed})).status_code in (202, 400)
    assert (await form.send(("a.jpg", JPEG), X_Upload_Pass=None)).status_code == 403
    assert kept(server) == before
    await form.holds_nothing()


async def test_only_the_handler_for_files_takes_them(form: Form) -> None:
    """Not even with a good pass; and nothing is spooled to the disk for others."""
    for name in [*OTHERS, f"{STATE}.{MARK}", MARK, ""]:
        answer = await form.send(("a.jpg", JPEG), Reflex_Event_Handler=name)
        assert answer.status_code == 403, name
        assert MARK not in answer.text


@pytest.mark.parametrize(
    "arguments", [{}, {"passed": 5}, {"passed": [MARK]}, {"passed": "x", "chunks": MARK}, {"x": MARK}, [MARK], MARK, 5]
)
async def test_odd_arguments(form: Form, arguments: Any) -> None:
    answer = await form.send(("a.jpg", JPEG), arguments=arguments)
    assert answer.status_code in (202, 400, HUNG_UP)
    assert MARK not in answer.text
    await form.holds_nothing()


async def test_other_methods_find_nothing(form: Form) -> None:
    async with form.server.client(**form.headers()) as http:
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
            assert (await http.request(method, "/_upload")).status_code == 404
        for path in ("/_upload/", "/_upload/x.jpg", "/_upload/../wbs.db", "/_upload/%2e%2e/data/secret"):
            assert (await http.get(path)).status_code == 404


# --- how much --------------------------------------------------------------------------------------------------------


async def raw(server: Server, head: list[str], body: AsyncIterator[bytes] | None = None) -> tuple[int, int]:
    """The status of an answer, and how many bytes of the body the server let come before it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    sent = 0
    try:
        writer.write("\r\n".join([*head, "", ""]).encode())
        answer = asyncio.create_task(reader.readline())
        if body is not None:
            async for piece in body:
                if answer.done():
                    break
                writer.write(piece)
                await writer.drain()
                sent += len(piece)
        line = await asyncio.wait_for(answer, PATIENCE)
        return int(line.split()[1]), sent
    except ConnectionError:
        return 0, sent  # hung up
    finally:
        writer.close()


async def endless(size: int, chunked: bool) -> AsyncIterator[bytes]:
    """A file that does not end before 200 MB."""
    for _ in range(200 * 2**20 // size):
        yield f"{size:x}\r\n".encode() + bytes(size) + b"\r\n" if chunked else bytes(size)


@pytest.mark.parametrize(
    "length",
    [
        ["Content-Length: 209715200"],
        ["Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 100"],
        ["Content-Length: 100", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 209715200"],
        ["Content-Length: 99999999999999999999999999"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("path", ["/_upload", "/petugas/masuk", "/tanpa-javascript"])
async def test_endless_bodies_are_refused_early(form: Form, path: str, length: list[str]) -> None:
    """Before more than a few buffers of 200 MB have come."""
    given = [f"{name}: {value}" for name, value in form.headers().items()]
    multipart = "Content-Type: multipart/form-data; boundary=x"
    head = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{form.server.port}", *given, multipart, *length]
    status, sent = await raw(form.server, head, endless(2**16, chunked="chunked" in " ".join(length)))
    assert status in (0, 400, 413), status
    assert sent < 16 * 2**20


async def test_what_is_too_large_is_refused_and_gone(form: Form, quiet: None) -> None:
    before = kept(form.server)
    assert (await form.send(("besar.jpg", JPEG + bytes(3 * 2**20)))).status_code == 202
    (refused,) = await form.shown("refused", 1)
    assert "2 MB" in refused["said"] and kept(form.server) == before


async def test_a_flood_of_small_files(form: Form, quiet: None) -> None:
    """Five stay, and the list of those that were refused does not grow without an end."""
    flood = [(f"{number}.jpg", JPEG) for number in range(300)]
    assert (await form.send(*flood)).status_code == 202
    await form.shown("files", 5)
    await form.shown("refused", 20)


@pytest.mark.parametrize(
    "name", ["../../../x.jpg", "x\\..\\y.jpg", "C:\\x.jpg", "x" * 3000 + ".jpg", "\u202egpj.exe.jpg", "\ud83d.jpg"]
)
async def test_odd_names(form: Form, name: str, quiet: None) -> None:
    before = kept(form.server)
    answer = await form.send((name.encode("utf-8", "replace").decode(), JPEG))
    assert answer.status_code == 202
    (file,) = await form.shown("files", 1)
    assert file["type"] == "JPG" and kept(form.server) == before + 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", MARK),
        ("multipart/form-data; boundary=x", MARK),
        ("multipart/form-data; boundary=x", f"--x\r\nContent-Disposition: {MARK}\r\n\r\n{MARK}"),
        ("multipart/form-data; boundary=x", f"--x\r\n{MARK * 900}: x\r\n\r\n"),
        (
            "multipart/form-data; boundary=x; charset=" + MARK,
            '--x\r\nContent-Disposition: form-data; name="f"\r\n\r\nx',
        ),
        ("text/plain", MARK),
        ("application/json", f'{{"{MARK}":'),
        ("", MARK),
    ],
)
async def test_what_is_no_upload(form: Form, kind: str, body: str) -> None:
    async with form.server.client(**form.headers(), **{"Content-Type": kind}) as http:
        answer = await http.post("/_upload", content=body.encode())
    assert answer.status_code in (202, 400)
    assert MARK not in answer.text
    await form.holds_nothing()
