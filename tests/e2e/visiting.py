"""A person at a browser. Controls are found by role and accessible name only; whatever goes wrong is noticed."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    TimeoutError,
    WebError,
    WebSocket,
    expect,
)

from tests.e2e.serving import Server
from wbs_app.pages import PAGES
from wbs_app.text import fill, text

PATIENCE = 30_000  # milliseconds; the machine may be busy
CONNECTION_LOST = re.compile(r"WebSocket connection to|net::ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED)")
"""What the browser itself writes to the console while the server is away; for tests that take it away."""

expect.set_options(timeout=PATIENCE)


def title_of(path: str) -> str:
    """The text key of a page's title."""
    return next(page.title for page in PAGES if re.fullmatch(re.sub(r"\[\w+\]", "[^/]+", page.route), path))


class Visitor:
    """One tab of one browser profile, on one server, in one language, looking at one agency."""

    def __init__(self, context: BrowserContext, server: Server, lang: str = "id", agency: str = "bali") -> None:
        self.context = context
        self.server = server
        self.lang = lang
        self.agency = agency
        self.typed: set[str] = set()
        self.problems: list[str] = []
        self.allowed: list[re.Pattern[str]] = []
        self.hosts = [f"{server.origin}/", "data:", "blob:"]
        context.set_default_timeout(PATIENCE)
        context.on("console", self._heard)
        context.on("weberror", self._broke)
        context.on("request", lambda request: self._reached(request.url))
        context.on("page", lambda page: page.on("websocket", self._connected))
        self.page = context.new_page()

    # --- what goes wrong ---------------------------------------------------------------------------------------------

    def allow(self, pattern: re.Pattern[str]) -> None:
        """Something this test brings about on purpose."""
        self.allowed.append(pattern)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _broke(self, error: WebError) -> None:
        self.problems.append(f"error in the page: {error.error}")

    def _connected(self, socket: WebSocket) -> None:
        self._reached(socket.url.replace("ws", "http", 1))

    def _reached(self, url: str) -> None:
        if not url.startswith(tuple(self.hosts)):
            self.problems.append(f"another host: {url}")

    def check(self) -> None:
        """Nothing went wrong so far, and nothing typed stands in the server's log."""
        unexpected = [said for said in self.problems if not any(known.search(said) for known in self.allowed)]
        assert not unexpected, "\n".join(unexpected)
        log = self.server.said()
        # Times of day and other short numbers may stand in a log by chance.
        telling = {words for words in self.typed if len(words) >= 8 or (len(words) >= 4 and words.isalpha())}
        leaked = [words for words in telling if words in log]
        assert not leaked, f"in the server's log: {leaked}"

    # --- words and places --------------------------------------------------------------------------------------------

    def say(self, key: str, **values: Any) -> str:
        """A text of the site as this visitor sees it."""
        return fill(text(key, self.lang, self.agency), **values)

    def url(self, path: str) -> str:
        prefix = "/en" if self.lang == "en" else ""
        return f"{self.server.origin}{prefix}{path}" if path != "/" or not prefix else f"{self.server.origin}/en"

    def go(self, path: str) -> None:
        """Types an address, and waits until the page is alive."""
        self.page.goto(self.url(path))
        self.alive()

    def alive(self) -> None:
        """A page that is not alive yet keeps its controls disabled."""
        self.page.locator("fieldset:disabled").first.wait_for(state="detached")

    def arrive(self, path: str) -> None:
        """Waits for a page that something led to."""
        there = re.compile(re.escape(self.url(path)) + r"/?(\?.*)?$")
        with suppress(TimeoutError):  # hears of it at once, but cannot say where one is instead
            self.page.wait_for_url(there, wait_until="commit")
        expect(self.page).to_have_url(there, timeout=1_000)  # the page may be on its way right now
        expect(self.page).to_have_title(text(title_of(path), self.lang))  # the address changes before what is shown
        self.alive()

    # --- controls ----------------------------------------------------------------------------------------------------

    def field(self, name: str) -> Locator:
        """A place to write; with suggestions it is a combobox."""
        either = self.page.get_by_role("textbox", name=name, exact=True)
        return either.or_(self.page.get_by_role("combobox", name=name, exact=True))

    def write(self, name: str, words: str) -> None:
        self.typed.add(words)
        self.field(name).fill(words)

    def type(self, name: str, words: str) -> None:
        """Key by key, after what stands there."""
        self.typed.add(words)
        self.field(name).press_sequentially(words)

    def put(self, name: str, value: str) -> None:
        """What no keyboard can type, as a script or a broken clipboard would."""
        self.typed.add(value)
        self.field(name).evaluate(
            """(control, value) => {
                Object.getOwnPropertyDescriptor(Object.getPrototypeOf(control), "value").set.call(control, value);
                control.dispatchEvent(new Event("input", {bubbles: true}));
            }""",
            value,
        )

    def choose(self, name: str, option: str) -> None:
        self.page.get_by_role("combobox", name=name, exact=True).select_option(label=option)

    def tick(self, name: str, role: Any = "checkbox") -> None:
        self.page.get_by_role(role, name=name).check()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        self.button(name).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True)

    def see(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for()

    def said(self, label: str) -> Locator:
        """The value beside a label, where a report is laid out for reading."""
        term = self.page.get_by_role("term").filter(has_text=re.compile(f"^{re.escape(label)}$"))
        return self.page.locator("dl > div").filter(has=term).get_by_role("definition")


Visit = Callable[..., Visitor]
"""visit(server, lang="en", width=1280, ...) -> a Visitor of this test."""


@contextmanager
def visiting(
    browser: Browser,
    server: Server,
    *,
    lang: str = "id",
    agency: str = "bali",
    width: int = 390,
    height: int = 844,
    **options: Any,
) -> Iterator[Visitor]:
    """A visitor with a fresh browser profile; leaving checks that nothing went wrong."""
    server.start()  # whatever an earlier test did to it
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    visitor = Visitor(context, server, lang, agency)
    try:
        yield visitor
        visitor.check()
    finally:
        context.close()
