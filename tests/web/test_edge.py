"""The outermost layer by itself: what gets through to the app, what is refused, and what goes with every answer."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import HTMLResponse

from wbs_app import edge
from wbs_app.config import Settings
from wbs_app.edge import Edge, policy_of
from wbs_app.services.tabs import Tabs
from wbs_app.vault.tabs import seal_for_tab

SettingsFor = Callable[..., Settings]
Headers = list[tuple[bytes, bytes]]

ORIGIN = b"https://wbs.example.go.id"
DEVICE = "ab" * 18
COOKIE = (b"cookie", f"__Host-wbs_dev={DEVICE}; __Host-wbs_sid=sesi; __Host-wbs_codes=kode; other=x".encode())
TOKEN = "0b7c2a52-6f0e-4b53-9d7e-5a1f6c3d8e90"


class Inner:
    """The app inside: remembers the scopes that reached it."""

    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        if scope["type"] == "http":
            await HTMLResponse("<p>", headers={"server": "inner", "last-modified": "x"})(scope, receive, send)


class Outside:
    """Sends requests through the edge."""

    def __init__(self, inner: Inner, layer: Edge) -> None:
        self.inner, self.layer = inner, layer

    async def __call__(self, method: str, path: str, *headers: tuple[bytes, bytes], query: bytes = b"") -> int:
        """The status; 101 for a socket that got through, 403 for one that was closed."""
        kind = "websocket" if method == "WS" else "http"
        self.inner.scopes.clear()
        self.sent: list[dict[str, Any]] = []
        scope = {
            "type": kind,
            "method": method,
            "path": path,
            "raw_path": path.encode("utf-8", "surrogateescape"),
            "query_string": query,
        }
        scope |= {"headers": [(b"host", b"wbs.example.go.id"), *headers], "client": ("203.0.113.9", 5)}

        async def receive() -> dict[str, Any]:
            return {"type": f"{kind}.connect" if kind == "websocket" else "http.request", "body": b""}

        async def send(message: dict[str, Any]) -> None:
            self.sent.append(message)

        await self.layer(scope, receive, send)  # type: ignore[arg-type]
        if kind == "websocket":
            return 101 if self.inner.scopes else 403
        return self.sent[0]["status"]

    @property
    def answered(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def reached(self) -> dict[str, Any]:
        (scope,) = self.inner.scopes
        return scope


@pytest.fixture
def outside(settings_for: SettingsFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outside:
    settings_for(public_url=ORIGIN.decode())
    monkeypatch.setattr(edge, "tabs", Tabs())
    pages = tmp_path / "client"
    for page in ("", "faq/", "petugas/masuk/"):
        (pages / page).mkdir(parents=True, exist_ok=True)
        (pages / page / "index.html").write_text(f"<script>page('{page}')</script><script src='/x.js'></script>")
    inner = Inner()
    return Outside(inner, Edge(inner, pages, uploads="state.upload"))


def upload_pass(most_bytes: int = 1000, most_files: int = 2, seconds: int = 60, purpose: str = "upload") -> bytes:
    limits = {"secret": "s", "most_bytes": most_bytes, "most_files": most_files}
    secret = edge.settings().secret_key()
    return seal_for_tab(secret, purpose, purpose, limits, seconds, time.time()).encode()


async def test_this_machine_by_any_of_its_names(
    settings_for: SettingsFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who types localhost instead of the address that `make run` prints finds live pages."""
    settings_for(port="3100")
    monkeypatch.setattr(edge, "tabs", Tabs())
    device = (b"cookie", f"wbs_dev={DEVICE}".encode())
    for host, status in (("localhost", 101), ("127.0.0.1", 101), ("[::1]", 101), ("localhost.contoh.id", 403)):
        inner = Inner()
        said = Outside(inner, Edge(inner, tmp_path))
        origin = (b"origin", f"http://{host}:3100".encode())
        assert await said("WS", "/_event/", device, origin, query=f"token={TOKEN}".encode()) == status


# --- what gets through -----------------------------------------------------------------------------------------------

TRACES = [
    (b"user-agent", b"Jejak/1.0"),
    (b"accept-language", b"ban-jejak"),
    (b"referer", b"https://jejak.example/"),
    *((name, b"198.51.100.77") for name in (b"x-forwarded-for", b"x-real-ip", b"cf-connecting-ip", b"true-client-ip")),
    *((name, b"198.51.100.77") for name in (b"x-client-ip", b"x-cluster-client-ip", b"fastly-client-ip", b"client-ip")),
    (b"forwarded", b"for=198.51.100.77"),
    (b"via", b"1.1 jejak"),
    (b"from", b"jejak@example.com"),
    (b"authorization", b"Basic jejak"),
    (b"sec-ch-ua", b'"Jejak"'),
    (b"sec-ch-ua-arch", b"jejak"),
    (b"sec-ch-ua-platform-version", b"jejak"),
    (b"sec-ch-device-memory", b"jejak"),
    (b"device-memory", b"jejak"),
    (b"x-requested-with", b"com.jejak.app"),
    (b"x-wap-profile", b"jejak"),
    (b"traceparent", b"jejak"),
    (b"x-anything-at-all", b"jejak"),
    (b"origin", ORIGIN),
    (b"content-length", b"3"),
]


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/petugas/masuk"), ("WS", "/_event/")])
async def test_nothing_that_identifies_gets_through(outside: Outside, method: str, path: str) -> None:
    assert await outside(method, path, COOKIE, *TRACES, query=f"token={TOKEN}".encode()) in (200, 101)
    scope = outside.reached
    for trace in ("jejak", "198.51.100.77", "203.0.113.9", DEVICE, "sesi", "kode"):
        assert trace not in repr(scope["headers"]).lower() + repr(scope["client"])
    assert (scope["wbs_device"], scope["wbs_session"], scope["wbs_codes"]) == (DEVICE, "sesi", "kode")
    assert (b"origin", ORIGIN) in scope["headers"] and (b"host", b"wbs.example.go.id") in scope["headers"]


@pytest.mark.parametrize(
    "raw", [b"", b"__Host-wbs_dev=x", b"__Host-wbs_dev=" + b"G" * 36, b"\xff\xfe=;;=", b'a="b', b"__Host-wbs_dev"]
)
async def test_odd_cookies_are_nobodys(outside: Outside, raw: bytes) -> None:
    assert await outside("GET", "/", (b"cookie", raw)) == 200
    assert outside.reached["wbs_device"] == ""
    assert (
        await outside("WS", "/_event/", (b"cookie", raw), (b"origin", ORIGIN), query=f"token={TOKEN}".encode()) == 403
    )


@pytest.mark.parametrize(
    "odd", [b'{"a": 1}', b'x={"a": "b c"}', b"\xff", b"=", b"a[1]=(2)", b'q="', b"__Host-wbs_dev=" + b"cd" * 18]
)
async def test_a_neighbours_cookies_do_not_matter(outside: Outside, odd: bytes) -> None:
    """Another site of the same domain may set any, ours among them: then the older one counts."""
    await outside("GET", "/", (b"cookie", COOKIE[1] + b"; " + odd))
    assert (outside.reached["wbs_device"], outside.reached["wbs_session"]) == (DEVICE, "sesi")
    if not odd.startswith(b"__Host-wbs_dev"):
        await outside("GET", "/", (b"cookie", odd + b"; " + COOKIE[1]))
        assert (outside.reached["wbs_device"], outside.reached["wbs_session"]) == (DEVICE, "sesi")


async def test_under_https_only_cookies_with_the_prefix_count(outside: Outside) -> None:
    await outside("GET", "/", (b"cookie", COOKIE[1].replace(b"__Host-", b"")))
    assert (outside.reached["wbs_device"], outside.reached["wbs_session"]) == ("", None)


async def test_cookies_may_come_in_crumbs(outside: Outside) -> None:
    """As HTTP/2 allows."""
    crumbs = [(b"cookie", part) for part in COOKIE[1].split(b"; ")]
    await outside("GET", "/", *crumbs)
    assert (outside.reached["wbs_device"], outside.reached["wbs_session"]) == (DEVICE, "sesi")


async def test_pages_are_answered_at_once(outside: Outside) -> None:
    for asked, page in (
        ("/faq", "/faq/"),
        ("/faq/", "/faq/"),
        ("/none", "/none"),
        ("/", "/"),
        ("/faq/x.js", "/faq/x.js"),
    ):
        await outside("GET", asked)
        assert outside.reached["path"] == page
    for odd in ("/../faq", "/faq\0", "/" + "x" * 5000, "/\udcff", "/faq/.."):
        await outside("GET", odd)
        assert outside.reached["path"] == odd


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", [None, b"null", b"", b"http://wbs.example.go.id", ORIGIN + b".evil.id", ORIGIN + b":444"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "WS"])
async def test_changes_come_from_our_own_pages(outside: Outside, method: str, origin: bytes | None) -> None:
    headers = [COOKIE, (b"content-length", b"0"), *([(b"origin", origin)] if origin is not None else [])]
    for path in ("/petugas/masuk", "/_upload", "/_event/"):
        assert await outside(method, path, *headers, query=f"token={TOKEN}".encode()) == 403
        assert not outside.inner.scopes


@pytest.mark.parametrize(
    "name", [b"origin", b"reflex-client-token", b"reflex-event-handler", b"x-upload-pass", b"content-length"]
)
async def test_what_decides_comes_once(outside: Outside, name: bytes) -> None:
    """The app inside might read the other one."""
    once = {b"origin": ORIGIN, b"content-length": b"10", b"reflex-client-token": TOKEN.encode()}
    once |= {b"x-upload-pass": upload_pass(), b"reflex-event-handler": b"state.upload"}
    assert await outside("POST", "/_upload", COOKIE, *once.items()) == 200
    for twice in ([(name, once[name]), (name, b"other")], [(name, b"other"), (name, once[name])]):
        others = [(other, value) for other, value in once.items() if other != name]
        assert await outside("POST", "/_upload", COOKIE, *others, *twice) == 400


@pytest.mark.parametrize(
    "query",
    [
        "",
        "token=",
        "token=1",
        "token=%00",
        "token=2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d",  # made of time and address, not of chance
        f"token={TOKEN.upper()}",
        f"token={TOKEN}x",
        f"Token={TOKEN}",
        f"x=1;token={TOKEN}",
        f"token=x&token={TOKEN}",
    ],
)
async def test_sockets_need_a_token(outside: Outside, query: str) -> None:
    assert await outside("WS", "/_event/", COOKIE, (b"origin", ORIGIN), query=query.encode()) == 403


async def test_sockets_are_at_one_address(outside: Outside) -> None:
    for path, status in (("/_event", 101), ("/_event/", 101), ("/", 403), ("/_event/x", 403), ("/faq", 403)):
        assert await outside("WS", path, COOKIE, (b"origin", ORIGIN), query=f"token={TOKEN}".encode()) == status


async def test_a_tab_belongs_to_its_device(outside: Outside) -> None:
    other = (b"cookie", b"__Host-wbs_dev=" + b"cd" * 18)
    query, origin = f"token={TOKEN}".encode(), (b"origin", ORIGIN)
    assert await outside("WS", "/_event/", COOKIE, origin, query=query) == 101
    assert "wbs_anew" not in outside.reached
    assert await outside("WS", "/_event/", other, origin, query=query) == 101
    assert outside.reached["wbs_anew"], "let in, but not as this tab"
    assert await outside("WS", "/_event/", origin, query=query) == 403
    assert await outside("WS", "/_event/", COOKIE, origin, query=query) == 101
    assert "wbs_anew" not in outside.reached


async def test_uploads_need_a_pass_and_end(outside: Outside) -> None:
    origin, token = (b"origin", ORIGIN), (b"reflex-client-token", TOKEN.encode())

    async def upload(passed: bytes, *length: bytes, method: str = "POST", handler: bytes = b"state.upload") -> int:
        lengths = [(b"content-length", value) for value in length]
        given = [COOKIE, origin, token, (b"x-upload-pass", passed), (b"reflex-event-handler", handler), *lengths]
        return await outside(method, "/_upload", *given)

    most = str(2000 + edge.UPLOAD_OVERHEAD).encode()
    assert await upload(upload_pass(), most) == 200
    assert await upload(upload_pass(), str(int(most) + 1).encode()) == 413
    assert await upload(upload_pass()) == 413, "no length, no end"
    for absurd in (b"-1", b"1e3", b"", b" 5", b"9" * 5000):
        assert await upload(upload_pass(), absurd) == 413
    for wrong in (b"", b"x", upload_pass(seconds=-1), upload_pass(purpose="view"), upload_pass()[:-2] + b"AA"):
        assert await upload(wrong, b"10") == 403
    for handler in (b"", b"state.other", b"STATE.upload"):
        assert await upload(upload_pass(), b"10", handler=handler) == 403
    for method in ("GET", "HEAD"):
        assert await upload(upload_pass(), b"10", method=method) == 404
    assert await upload(upload_pass(), b"10", method="PUT") == 404
    assert await outside("POST", "/_upload", origin, token, (b"x-upload-pass", upload_pass())) == 403, "no device"


async def test_our_own_forms_are_small(outside: Outside) -> None:
    for length, status in (("65536", 200), ("65537", 413), ("", 413)):
        answer = await outside("POST", "/petugas/masuk", (b"origin", ORIGIN), (b"content-length", length.encode()))
        assert answer == status


@pytest.mark.parametrize(
    "path", ["/_event", "/_event/", "/_event/?transport=polling", "/_all_routes", "/ping", "/_health"]
)
async def test_what_reflex_offers_besides_is_not_there(outside: Outside, path: str) -> None:
    assert await outside("GET", path) == 404
    assert not outside.inner.scopes


# --- what goes with every answer -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/faq"), ("GET", "/petugas/laporan/x.js"), ("GET", "/_upload/x"), ("POST", "/")],
)
async def test_answers_are_safe(outside: Outside, method: str, path: str) -> None:
    """Pages, unknown addresses whatever they end in, and refusals."""
    await outside(method, path)
    said = outside.answered
    assert said["x-content-type-options"] == "nosniff"
    assert said["x-frame-options"] == "DENY"
    assert said["referrer-policy"] == "same-origin", "an empty referrer would come with an Origin of null"
    assert said["cross-origin-opener-policy"] == said["cross-origin-resource-policy"] == "same-origin"
    assert "max-age" in said["strict-transport-security"]
    assert "camera=()" in said["permissions-policy"]
    policy = dict(part.split(" ", 1) for part in said["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert policy["form-action"] == "'self'"
    assert not {"server", "last-modified"} & said.keys()


async def test_each_page_allows_its_own_scripts_only(outside: Outside) -> None:
    policies = []
    for path in ("/", "/faq", "/petugas/masuk"):
        await outside("GET", path)
        policies.append(outside.answered["content-security-policy"])
    assert len(set(policies)) == 3
    assert all(policy.count("sha256-") == 1 for policy in policies)
    assert "sha256" not in policy_of(Path("no such page"))


async def test_new_visitors_get_a_device(outside: Outside) -> None:
    await outside("GET", "/")
    name, _, rest = outside.answered["set-cookie"].partition("=")
    value, *flags = rest.split("; ")
    assert (name, len(value), flags) == ("__Host-wbs_dev", 36, ["Path=/", "HttpOnly", "SameSite=Strict", "Secure"])
    await outside("GET", "/", COOKIE)
    assert "set-cookie" not in outside.answered
    await outside("POST", "/")
    assert "set-cookie" not in outside.answered


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "no-store"),
        ("/petugas/laporan", "no-store"),
        ("/en/petugas/masuk", "no-store"),
        ("/wbs.css", "no-cache"),
        ("/assets/x-1.js", "public, max-age=31536000, immutable"),
    ],
)
async def test_caching(outside: Outside, path: str, kept: str) -> None:
    await outside("GET", path)
    assert outside.answered["cache-control"] == kept


async def test_what_is_neither_http_nor_socket_goes_through(outside: Outside) -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0)
        seen.append(scope["type"])

    outside.layer.app = app
    await outside.layer({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert seen == ["lifespan"]
