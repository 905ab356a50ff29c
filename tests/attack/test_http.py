"""Plain HTTP: every route answers a stranger as the table says, every answer is safe, and no odd request breaks it."""

import asyncio
import base64
import hashlib
import re

import httpx
import pytest

from tests.attack.conftest import MARK, PASSWORD, PATIENCE, Server, Signed
from wbs_app import wbs_app
from wbs_app.edge import CODES_COOKIE, DEVICE_COOKIE, SESSION_COOKIE
from wbs_app.model import desk
from wbs_app.model.access import Role
from wbs_app.pages import PAGES
from wbs_app.routes import routes
from wbs_app.serve import PAGES as BUILT

SIGN_IN_FIRST = (303, f"{desk.SIGN_IN}?galat=sesi")
EXPECTED: dict[tuple[str, str], tuple[int, str]] = {
    ("GET", "/healthz"): (200, ""),
    ("GET", "/metrics"): (200, ""),
    ("GET", "/altcha"): (200, ""),
    ("POST", "/tanpa-javascript"): (303, "/tanpa-javascript"),
    ("GET", "/lapor/bukti/{id}/halaman/{number:int}"): (404, ""),
    ("POST", desk.SIGN_IN): (303, f"{desk.SIGN_IN}?galat=1"),
    ("POST", desk.VERIFY): SIGN_IN_FIRST,
    ("POST", desk.ENROL): SIGN_IN_FIRST,
    ("POST", desk.CODES): (303, desk.HOME),
    ("POST", desk.SIGN_OUT): (303, f"{desk.SIGN_IN}?kabar=keluar"),
    ("POST", desk.SIGN_OUT_ALL): SIGN_IN_FIRST,
    ("POST", desk.INVITATION): (303, f"{desk.INVITATION}?kode=&galat=undangan"),
    ("POST", desk.ACCOUNT): SIGN_IN_FIRST,
    ("POST", desk.NEW_CODES): SIGN_IN_FIRST,
    ("GET", desk.EVIDENCE + "/{ticket}/{position:int}"): (404, ""),
    ("GET", desk.EVIDENCE + "/{ticket}/{position:int}/halaman/{number:int}"): (404, ""),
    ("POST", desk.PAPER + "/{ticket}"): (404, ""),
    ("GET", desk.CASES_EXPORT): (404, ""),
    ("POST", desk.TRAIL_EXPORT): (404, ""),
    ("GET", "/ping"): (404, ""),
    ("GET", "/_health"): (404, ""),
    ("GET", "/_event"): (404, ""),
}
"""Method and path of each route -> what a stranger gets: status and where to. Under /en the same, in English."""


def known_routes() -> set[tuple[str, str]]:
    """Ours, and Reflex's own."""
    api = wbs_app.app._api
    assert api is not None
    found: set[tuple[str, str]] = set()
    for route in [*routes.routes, *api.routes]:
        path = getattr(route, "path", "")
        methods = getattr(route, "methods", None) or {"GET"}
        found |= {(method, path.removeprefix("/en")) for method in methods - {"HEAD"} if path}
    return found


def test_the_table_knows_every_route() -> None:
    assert known_routes() == EXPECTED.keys()


OF_ONE_LANGUAGE = ("/healthz", "/metrics", "/altcha")


def filled(path: str) -> str:
    return (
        path.replace("{id}", "0" * 32)
        .replace("{ticket}", "BALI-0000-0000")
        .replace("{position:int}", "1")
        .replace("{number:int}", "1")
    )


@pytest.mark.parametrize(("method", "path"), EXPECTED, ids=str)
@pytest.mark.parametrize("prefix", ["", "/en"])
async def test_a_stranger_gets_what_the_table_says(prefix: str, method: str, path: str, server: Server) -> None:
    if prefix and (path in OF_ONE_LANGUAGE or path.startswith(("/lapor", "/ping", "/_"))):
        path, prefix = filled(path), ""
    status, place = EXPECTED.get((method, path), (404, ""))
    async with server.client(origin=server.origin) as http:
        answer = await http.request(method, prefix + filled(path))
    assert answer.status_code == status
    assert answer.headers.get("location", "") == (prefix + place if place else "")
    assert SESSION_COOKIE not in answer.cookies


@pytest.mark.parametrize(("method", "path"), [each for each in EXPECTED if each[0] == "POST"], ids=str)
@pytest.mark.parametrize("origin", ["", "null", "https://evil.example"])
async def test_other_sites_post_nothing(origin: str, method: str, path: str, server: Server) -> None:
    async with server.client(**({"origin": origin} if origin else {})) as http:
        answer = await http.request(method, filled(path), data={"username": MARK})
    assert answer.status_code == 403 and "location" not in answer.headers


@pytest.mark.parametrize("path", ["/lapor/bukti/{id}/halaman/{number:int}", desk.EVIDENCE + "/{ticket}/{position:int}"])
async def test_a_file_that_is_not_there_looks_like_one_that_is_not_theirs(
    path: str, server: Server, staff: dict[Role, Signed]
) -> None:
    async with server.client() as http:
        for session in [cookie for signed in staff.values() for cookie in (signed.full, signed.half)]:
            answer = await http.get(filled(path), headers={"cookie": f"{SESSION_COOKIE}={session}"})
            assert (answer.status_code, answer.text) == (404, "")


# --- every answer is safe --------------------------------------------------------------------------------------------


def policy_of(answer: httpx.Response) -> dict[str, str]:
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


def check_headers(answer: httpx.Response) -> None:
    """Of anything but a static file."""
    said = answer.headers
    assert said["x-content-type-options"] == "nosniff"
    assert said["x-frame-options"] == "DENY"
    assert said["referrer-policy"] == "same-origin"
    assert said["cross-origin-opener-policy"] == said["cross-origin-resource-policy"] == "same-origin"
    assert said["server"] == "granian" and "x-powered-by" not in said, "no version"
    policy = policy_of(answer)
    assert policy["default-src"].startswith("'none'")
    assert "unsafe" not in policy.get("script-src", "") and "http" not in policy.get("script-src", "")
    if "sandbox" not in policy:
        assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
        assert policy["form-action"] == "'self'"
    origins = re.findall(r"[a-z]+://[^\s;]+", answer.headers["content-security-policy"])
    assert origins in ([], [f"ws://127.0.0.1:{answer.url.port}"])


ADDRESSES = [prefix + page.route for page in PAGES for prefix in ("", "/en") if "[" not in page.route]
ADDRESSES = sorted({address.rstrip("/") or "/" for address in ADDRESSES if "404" not in address})


@pytest.mark.parametrize("path", [*ADDRESSES, f"{desk.CASES}/BALI-0000-0000", f"/en{desk.CASES}/x"])
async def test_pages_are_safe_and_whole(path: str, server: Server) -> None:
    async with server.client() as http:
        answer = await http.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    check_headers(answer)
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", answer.text, re.S)
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy_of(answer)["script-src"]
    assert not re.search(r"<[^>]+\son[a-z]+=", answer.text), "an inline handler would not run"
    loaded = re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=\"([^\"]*)\"", answer.text)
    assert loaded and not [address for address in loaded if re.match(r"(?:[a-z]+:)?//", address)]
    cookies = answer.headers.get_list("set-cookie")
    assert [line.partition("=")[0] for line in cookies] == [DEVICE_COOKIE]
    assert all("HttpOnly" in line and "SameSite=Strict" in line and "Path=/" in line for line in cookies)
    assert answer.headers["cache-control"] == "no-store" and "etag" not in answer.headers  # a 304 brings no cookie


@pytest.mark.parametrize(
    "path",
    [
        *("/none", "/en/none", "/none.js", "/petugas/laporan/x.js", "/petugas/x.svg", "/assets/none.js", "/assets/"),
        *("/.env", "/wbs.db", "/secret", "/data/secret", "/.web/env.json", "/_event/", "/_upload/x"),
    ],
)
async def test_what_is_not_there_is_answered_safely(path: str, server: Server) -> None:
    async with server.client() as http:
        answer = await http.get(path)
    assert answer.status_code in (404, 200 if path.startswith("/petugas/laporan/") else 404)
    if answer.headers.get("content-type", "").startswith("text/html"):
        check_headers(answer)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in answer.text and "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/"), ("PUT", "/_upload"), ("GET", "/_event"), ("DELETE", "/faq")]
)
async def test_refusals_are_safe(method: str, path: str, server: Server) -> None:
    async with server.client() as http:
        answer = await http.request(method, path)
    assert answer.status_code in (403, 404) and answer.text == ""
    check_headers(answer)


async def test_static_files(server: Server) -> None:
    some = [
        f"/{file.relative_to(BUILT)}"
        for file in sorted(BUILT.rglob("*"))
        if file.suffix in (".js", ".css", ".svg", ".woff2")
    ]
    async with server.client() as http:
        for path in some[:5] + some[-5:]:
            answer = await http.get(path)
            assert answer.status_code == 200 and answer.headers["x-content-type-options"] == "nosniff"
            assert "set-cookie" not in answer.headers
            assert ("immutable" in answer.headers["cache-control"]) == path.startswith("/assets/")


# --- signing in ------------------------------------------------------------------------------------------------------


async def test_cookies_of_staff_are_closed_to_scripts_and_other_sites(server: Server, half: Signed) -> None:
    """`half` has just signed in; wrong passwords set nothing."""
    assert half.half
    async with server.client(origin=server.origin) as http:
        answer = await http.post(desk.SIGN_IN, data={"username": f"one-{Role.ADMIN}", "password": PASSWORD})
        lines = answer.headers.get_list("set-cookie")
        assert [line.partition("=")[0] for line in lines] == [SESSION_COOKIE]
        assert all(part in lines[0] for part in ("HttpOnly", "SameSite=Strict", "Path=/"))
        assert answer.headers["cache-control"] == "no-store"
        for username, password in (
            (f"one-{Role.ADMIN}", MARK),
            (MARK, PASSWORD),
            ("\0", "\ud800".encode("utf-8", "replace")),
        ):
            answer = await http.post(desk.SIGN_IN, data={"username": username, "password": password})
            assert answer.headers["location"] == f"{desk.SIGN_IN}?galat=1"
            assert not {SESSION_COOKIE, CODES_COOKIE} & answer.cookies.keys()


# --- odd requests ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "/%00",
        "/%ff%fe",
        "/%ed%a0%80",
        "/faq%00.html",
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/data/secret",
        "/assets/..%5c..%5csecret",
        "//evil.example/",
        "/\\evil.example",
        "/" + "a" * 300,
        "/" + "a/" * 2000,
        "/" + "%61" * 2000,
        "/?" + "a=1&" * 3000,
        "/?instansi=%ff%00%ed%a0%80",
        "/lapor/bukti/x?kunci=%ff%00",
        "/lapor/bukti/%2e%2e%2fx?kunci=" + "A" * 5000,
        "/petugas/bukti/%00/1",
        "/petugas/bukti/BALI-0000-0000/" + "9" * 400,
        "/petugas/bukti/BALI-0000-0000/-1",
        f"/petugas/undangan?kode={MARK}",
        "*",
        "http://evil.example/",
    ],
)
async def test_odd_addresses_break_nothing(target: str, server: Server) -> None:
    head, body = await spoken(server, f"GET {target} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Connection: close")
    status = int(head.split()[1])
    assert status in (200, 301, 303, 307, 400, 404, 414, 431), head
    assert "root:" not in body and "Traceback" not in body


async def spoken(server: Server, *lines: str) -> tuple[str, str]:
    """Head and body of the answer to a request of our own spelling."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    answer = (await asyncio.wait_for(reader.read(), PATIENCE)).decode("latin-1")
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return head, body


@pytest.mark.parametrize(
    "path", ["/healthz/", "/petugas/masuk/", "/lapor/bukti/x/", "/faq", "/en", "/assets", "/tanpa-javascript/"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_no_answer_leads_to_another_host(method: str, path: str, server: Server) -> None:
    """Whatever host was asked for: a cache in between could keep it for others."""
    lines = [f"{method} {path} HTTP/1.1", "Host: evil.example", "X-Forwarded-Host: evil.example", "Connection: close"]
    head, body = await spoken(server, *lines, f"Origin: {server.origin}", "Content-Length: 0")
    assert "evil.example" not in head + body, head


@pytest.mark.parametrize(
    "lines",
    [
        ["GET / HTTP/1.1"],
        ["GET / HTTP/9.9", "Host: x"],
        ["GET /"],
        [MARK],
        ["GET / HTTP/1.1", "Host: x", f"{MARK}"],
        ["GET / HTTP/1.1", "Host: x", "Cookie: " + "a=1; " * 1500],
        ["GET / HTTP/1.1", "Host: x", "Cookie: \xff\xfe=\0"],
        ["GET / HTTP/1.1", "Host: x", "If-None-Match: " + MARK, "Range: bytes=0-1,2-3,99999-"],
        ["GET / HTTP/1.1", "Host: x", "Accept-Encoding: " + MARK],
        [f"{MARK.upper()} / HTTP/1.1", "Host: x"],
        ["POST /petugas/masuk HTTP/1.1", "Host: x", "Origin: {origin}", "Content-Length: 5", "Content-Length: 6"],
        ["POST /petugas/masuk HTTP/1.1", "Host: x", "Origin: {origin}", "Content-Length: -5"],
        ["GET /_event/?EIO=4&transport=websocket HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade"],
    ],
    ids=range(13),
)
async def test_odd_requests_break_nothing(lines: list[str], server: Server) -> None:
    head, _ = await spoken(server, *(line.format(origin=server.origin) for line in lines), "Connection: close")
    assert not head or int(head.split()[1]) in (200, 303, 400, 403, 404, 405, 431, 505), head
