"""The outermost layer: what a browser sends is stripped of what identifies, checked, and answered with safe headers."""

import base64
import hashlib
import logging
import re
import secrets
import time
from pathlib import Path
from urllib.parse import parse_qs

from redis import RedisError
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wbs_app.config import LOOPBACK, settings
from wbs_app.services.tabs import tabs
from wbs_app.shedding import Places, Sockets, paced, whole
from wbs_app.vault.tabs import open_from_tab

log = logging.getLogger("wbs.edge")

DEVICE_COOKIE = "wbs_dev"
SESSION_COOKIE = "wbs_sid"
CODES_COOKIE = "wbs_codes"
UPLOAD_PURPOSE = "upload"
UPLOAD_OVERHEAD = 64 * 1024  # multipart frames and arguments around the files
SOCKET = ("/_event", "/_event/")
LONGEST_HEARD_OUT = 16 * 2**20
MOST_UPLOADS, MOST_UPLOADS_OF_ONE = 100, 4
"""Under way at once."""
PASSED_ON = frozenset({b"forwarded", b"via", b"x-real-ip"})
"""Said by a proxy that asks for somebody else."""
LARGEST_POST = 64 * 1024  # our own forms: sign-in and the like

ADMITTED = frozenset(
    b"host origin connection upgrade accept accept-encoding content-type content-length if-none-match "
    b"if-modified-since reflex-client-token reflex-event-handler sec-websocket-key sec-websocket-version "
    b"sec-websocket-extensions sec-websocket-protocol".split()
)
"""Headers that the app needs. What tells who somebody is has too many names to list, so all others stay outside."""
DECISIVE = frozenset(b"origin content-length reflex-client-token reflex-event-handler x-upload-pass".split())
"""Headers that may come only once: the app inside might heed the one that was not checked."""
SPARE = frozenset({b"server", b"last-modified", b"accept-ranges", b"vary"})
"""Headers of the layers below that say nothing to a browser of ours; a page comes with a dozen files, on 3G."""
STATIC = (".js", ".css", ".woff2", ".svg")
ASKED_AGAIN = b"no-cache"
"""And answered 304. Not so pages: that answer brings no device cookie, without which a page stays dead; and what may
not be kept is not shown again by Back, as it stood, after Keluar Cepat or signing out."""
DOCUMENT_HEADERS = (
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), browsing-topics=()"),
)

_TOKEN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S)


class Edge:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, pages: Path, uploads: str = "") -> None:
        """`pages`: the folder of the built ones. `uploads`: name of the only handler that takes files, if any does."""
        self.app = app
        self.uploads = uploads.encode()
        self.pages = pages
        self.sockets = Sockets()
        self.uploading = Places(MOST_UPLOADS, MOST_UPLOADS_OF_ONE)
        self.secret = settings().secret_key()
        self.origins = {origin.encode() for origin in settings().origins}
        self.strictest = policy_of(pages / "no such page").encode()
        self.policies = {page: policy_of(page).encode() for page in pages.rglob("*.html")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        given = scope["headers"]
        headers = dict(given)
        headers[b"cookie"] = b"; ".join(value for name, value in given if name == b"cookie")
        cookies = _cookies(headers)
        device = cookies.get(cookie_name(DEVICE_COOKIE), "")
        known = device if re.fullmatch("[0-9a-f]{36}", device) else ""
        scope = {
            **scope,
            "client": ("0.0.0.0", 0),  # noqa: S104  nobody's address
            "wbs_local": _is_local(scope, headers),
            "wbs_device": known,
            "wbs_session": cookies.get(cookie_name(SESSION_COOKIE)),
            "wbs_codes": cookies.get(cookie_name(CODES_COOKIE)),
            "headers": [(name, value) for name, value in given if name in ADMITTED],
        }
        once = [name for name, _ in given if name in DECISIVE]
        status = 400 if len(set(once)) < len(once) else await self._refusal(scope, headers, known)
        if scope["type"] == "http":
            self._to_folder(scope)
            send = self._with_headers(scope, send, new_device=not known)
            receive = paced(receive) if scope["method"] not in ("GET", "HEAD") else receive
        else:
            receive, send = _texts_only(receive), _whole_characters(send)
        if status is None:
            status = await self._served(scope, receive, send)
        elif scope["type"] == "http":
            await _read_away(receive, headers)
        if status is not None:
            await _refuse(scope, receive, send, status)

    async def _served(self, scope: Scope, receive: Receive, send: Send) -> int | None:
        """Passes on what is in order; the status to refuse with when the house is full, or a body breaks off."""
        device = scope["wbs_device"]
        if scope["type"] == "websocket":
            if not self.sockets.admits(device):
                return 429
            await self.sockets.serve(self.app, scope, receive, send)
        elif scope["path"].startswith("/_upload"):
            if not self.uploading.free(device):
                return 429
            with self.uploading.taken(device):
                await self.app(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            body = await whole(receive)
            if body is None:
                return 408
            await self.app(scope, body, send)
        else:
            await self.app(scope, receive, send)
        return None

    async def _refusal(self, scope: Scope, headers: dict[bytes, bytes], device: str) -> int | None:
        """The status to refuse with, or None."""
        path = scope["path"]
        changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if changes and headers.get(b"origin") not in self.origins:
            return 403
        if scope["type"] == "websocket":
            return await self._socket_refusal(scope, device) if path in SOCKET else 403
        if path.startswith("/_upload"):
            return await self._upload_refusal(scope, headers, device)
        if path.startswith(("/_event", "/_all_routes", "/ping", "/_health")):
            return 404  # sockets only: long polling is not offered, Reflex's own probes are not needed
        if changes and _length(headers) > LARGEST_POST:
            return 413
        return None

    async def _socket_refusal(self, scope: Scope, device: str) -> int | None:
        """A tab that has outlived its device cookie is another device's, and would be until it is closed: it is let in
        without its token, as a new one (see `state/socket`)."""
        token = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        status = await self._not_owned(token, device)
        if status == 403 and device and _TOKEN.fullmatch(token):
            scope["wbs_anew"], status = True, None
        return status

    @staticmethod
    async def _not_owned(token: str, device: str) -> int | None:
        """The status to refuse with unless this device may use this tab."""
        if not (device and _TOKEN.fullmatch(token)):
            return 403
        try:
            return None if await tabs.owns(token, device) else 403
        except (RedisError, OSError) as problem:
            log.error("nobody can say whose tab this is (%s)", type(problem).__name__)
            return 503

    async def _upload_refusal(self, scope: Scope, headers: dict[bytes, bytes], device: str) -> int | None:
        if scope["method"] != "POST":
            return 404
        token = headers.get(b"reflex-client-token", b"").decode("latin-1")
        if status := await self._not_owned(token, device):
            return status
        if (headers.get(b"reflex-event-handler") or None) != self.uploads:
            return 403
        ticket = headers.get(b"x-upload-pass", b"").decode("latin-1")
        opened = open_from_tab(self.secret, UPLOAD_PURPOSE, UPLOAD_PURPOSE, ticket, time.time())
        if not isinstance(opened, dict):
            return 403
        most = int(opened["most_bytes"]) * int(opened["most_files"]) + UPLOAD_OVERHEAD
        return 413 if _length(headers) > most else None

    def _to_folder(self, scope: Scope) -> None:
        """`/faq` is the page in `faq/`: answered at once, without a detour that would name the inner scheme."""
        path = scope["path"]
        if scope["method"] in ("GET", "HEAD") and not path.endswith("/") and self._page(path) in self.policies:
            scope["path"] = path + "/"
            scope["raw_path"] = scope["path"].encode()

    def _safety(self, path: str, headers: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        """Headers that keep a browser from more than is meant; static files, of which each page has a dozen, get only
        those that mean something for them."""
        found = [(b"x-content-type-options", b"nosniff")]
        if path.endswith(STATIC) and not headers.get(b"content-type", b"").startswith(b"text/html"):
            return found
        if b"content-security-policy" not in headers:
            found.append((b"content-security-policy", self._policy(path)))
        if settings().secure_cookies:
            found.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
        return [*found, *DOCUMENT_HEADERS]

    def _page(self, path: str) -> Path:
        return self.pages / path.strip("/") / "index.html"

    def _policy(self, path: str) -> bytes:
        """Of the page this path shows; pages made for any address share the fallback's."""
        page = self._page(path)
        return self.policies.get(page) or self.policies.get(self.pages / "__spa-fallback.html") or self.strictest

    def _with_headers(self, scope: Scope, send: Send, new_device: bool) -> Send:
        path = scope["path"]

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower(): value for name, value in message["headers"]}
                caching = said.get(b"cache-control", _caching(path, message["status"]))
                spare = SPARE if caching == ASKED_AGAIN else SPARE | {b"etag"}
                headers = [(name, value) for name, value in message["headers"] if name.lower() not in spare]
                headers.append((b"vary", b"accept-encoding"))
                if b"cache-control" not in said:
                    headers.append((b"cache-control", caching))
                headers += self._safety(path, said)
                if new_device and said.get(b"content-type", b"").startswith(b"text/html"):
                    headers.append((b"set-cookie", cookie(DEVICE_COOKIE, secrets.token_hex(18)).encode()))
                message = {**message, "headers": headers}
            await send(message)

        return answer


def cookie_name(name: str) -> str:
    """Under https a prefix keeps neighbouring sites of the same domain from setting a cookie of ours."""
    return f"__Host-{name}" if settings().secure_cookies else name


def cookie(name: str, value: str, seconds: int | None = None) -> str:
    """A Set-Cookie line that scripts cannot read and other sites cannot send."""
    age = "" if seconds is None else f"; Max-Age={seconds}"
    secure = "; Secure" if settings().secure_cookies else ""
    return f"{cookie_name(name)}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}"


def policy_of(page: Path) -> str:
    """The Content-Security-Policy of a built page: nothing from elsewhere, inline scripts only its own, by hash."""
    found = set(_INLINE.findall(page.read_text("utf-8"))) if page.is_file() else set()
    hashes = sorted(base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in found)
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in hashes)])
    socket = settings().origin.replace("http", "ws", 1)  # older Safari does not count it as 'self'
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        f"font-src 'self'; connect-src 'self' {socket}; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; object-src 'none'"
    )


def _caching(path: str, status: int) -> bytes:
    if path.startswith("/assets/") and status == 200:
        return b"public, max-age=31536000, immutable"  # named by their content
    return ASKED_AGAIN if path.endswith(STATIC) else b"no-store"


def _cookies(headers: dict[bytes, bytes]) -> dict[str, str]:
    """Python's own parser would give up on all cookies because of one odd one, and a neighbouring site of the same
    domain may set any. Of two with one name the older counts, which browsers send first."""
    jar: dict[str, str] = {}
    for part in headers[b"cookie"].decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        jar.setdefault(name, value)
    return jar


def _length(headers: dict[bytes, bytes]) -> float:
    """Content-Length; endless when it is missing or absurd, so that nobody streams without an end."""
    raw = headers.get(b"content-length", b"")
    return int(raw) if raw.isdigit() and len(raw) < 16 else float("inf")


def _is_local(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether somebody on this machine asks, and no proxy for somebody else."""
    host = headers.get(b"host", b"").decode("latin-1").rpartition(":")[0].strip("[]")
    passed_on = any(name in PASSED_ON or name.startswith(b"x-forwarded") for name in headers)
    return (scope.get("client") or ("",))[0] in LOOPBACK and host in LOOPBACK and not passed_on


async def _read_away(receive: Receive, headers: dict[bytes, bytes]) -> None:
    """Who is still sending does not hear a refusal: a body of a usual size is heard out, a longer one is cut off."""
    if b"content-length" in headers and _length(headers) <= LONGEST_HEARD_OUT:
        while (await receive()).get("more_body"):
            pass


def _texts_only(receive: Receive) -> Receive:
    """Our pages send no bytes. Whoever announces some could make the server collect them without an end."""

    async def heard() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive" and (message.get("text") or "45").startswith(("45", "46")):
            return {"type": "websocket.disconnect", "code": 1003}
        return message

    return heard


def _whole_characters(send: Send) -> Send:
    """Half a character (a lone surrogate, which no browser's form sends) could not be sent back and would end the
    socket's writer in silence: a question mark takes its place."""

    async def say(message: Message) -> None:
        if text := message.get("text"):
            message = {**message, "text": text.encode("utf-8", "replace").decode()}
        await send(message)

    return say


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await PlainTextResponse("", status)(scope, receive, send)
