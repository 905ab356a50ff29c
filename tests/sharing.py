"""Which tests stay together, and in what order they begin, when several processes of pytest-xdist share them."""

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

HERE = Path(__file__).parent
ATTACK = "tests/attack"
OWN_SERVERS = {f"{ATTACK}/test_workers.py", f"{ATTACK}/test_faults.py"}
TOGETHER = {"tests/e2e/test_two_workers.py": "tests/e2e/test_journeys.py"}
"""Both need the server with two workers."""

FIRST = (
    "attack",
    "test_accessibility.py",
    "test_journeys.py",
    "test_two_workers.py",
    "test_tracking.py",
    "test_viewing.py",
    "test_bad_input.py",
    "test_cases.py",
)
"""Folders and files that take longest: what begins last should be short, or one process waits for the other."""


class ByServer(LoadFileScheduling):
    """A file's tests go to one process, as with `--dist loadfile`; so do files that share a server, since to start
    one and to sign its staff in takes longer than most tests."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if file.startswith(ATTACK) and file not in OWN_SERVERS:
            return ATTACK
        return TOGETHER.get(file, file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServer:
    config.option.loadscopereorder = False  # by the number of tests, which says little of the time they take
    return ByServer(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; but browser tests after all others: while Playwright runs, this thread has an event loop,
    and async tests want their own."""

    def place(item: pytest.Item) -> tuple[bool, int]:
        parts = item.path.relative_to(HERE).parts
        return parts[0] == "e2e", min((FIRST.index(part) for part in parts if part in FIRST), default=len(FIRST))

    items.sort(key=place)
