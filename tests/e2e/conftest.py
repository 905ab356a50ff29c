"""A browser, real servers and visitors. All synchronous: Playwright's sync API refuses to run in an event loop."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.officers import READERS, ROLES, hire
from tests.e2e.serving import Server
from tests.e2e.visiting import Visit, Visitor, visiting

HERE = Path(__file__).parent
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: while Playwright runs, this thread has an event loop, and async tests want their own."""
    items.sort(key=lambda item: item.path.is_relative_to(HERE))


def chromium() -> str | None:
    """The browser to use: named by WBS_CHROMIUM, the system's, or None for Playwright's own."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return os.environ.get("WBS_CHROMIUM") or next(filter(None, found), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that most tests share, with SQLite and officers. Its first start builds the pages."""
    server = Server(tmp_path_factory.mktemp("site"))
    server.start()
    hire(server, *ROLES)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def pg_site(tmp_path_factory: pytest.TempPathFactory, pg_url: str) -> Iterator[Server]:
    """The same with a database of a real PostgreSQL."""
    with psycopg.connect(pg_url, autocommit=True) as db:
        db.execute("CREATE DATABASE wbs_e2e")
    server = Server(tmp_path_factory.mktemp("pg-site"), pg_url.replace("/postgres?", "/wbs_e2e?"))
    server.start()
    hire(server, *READERS)
    yield server
    server.stop()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """visit(server, lang="en", width=1280, ...) -> a Visitor of this test."""
    with ExitStack() as visits:

        def enter(server: Server, **options: Any) -> Visitor:
            return visits.enter_context(visiting(browser, server, **options))

        yield enter
