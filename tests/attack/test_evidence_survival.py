"""Power cuts around evidence: no file is lost that a report names, and none stays that nothing names."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from sqlmodel import select

from tests.attack.conftest import (
    MARK,
    PATIENCE,
    ROOT,
    Server,
    Tab,
    _environment,
    _listening,
    deltas,
    posted,
    proof,
    reach,
    state,
)
from tests.attack.test_uploads import EVIDENCE, JPEG, Form
from tests.conftest import SettingsFor
from tests.ports import free_port
from wbs_app.model.tables import Evidence, Report
from wbs_app.services import custody, evidence, reports
from wbs_app.services.database import close, reading
from wbs_app.services.evidence import STAGED_SECONDS, stored_bytes
from wbs_app.services.sweeping import ORPHAN_SECONDS, sweep_orphans, sweep_staged

DRAFT, REPORTS, RECEIPTS = (
    state("draft", "draft_state"),
    state("report", "report_state"),
    state("receipt", "receipt_state"),
)


class Mortal(Server):
    """A server of this test alone, which dies and comes back on the same data."""

    def live(self) -> None:
        command = [sys.executable, "-c", "import sys; from wbs_app.cli import main; sys.exit(main())", "serve"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=_environment(self.folder, self.port),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that die() reaches its workers, and nobody else
            )
        _listening(self)

    def die(self) -> None:
        """As in a power cut."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest_asyncio.fixture
async def mortal(tmp_path: Path, settings_for: SettingsFor) -> AsyncIterator[Mortal]:
    made = Mortal(free_port(), tmp_path, None)  # pyright: ignore[reportArgumentType]  # it does not live yet
    made.live()
    settings_for()  # the test looks at the same data
    evidence.store.cache_clear()
    yield made
    if made.process.poll() is None:
        made.die()
    await close()
    evidence.store.cache_clear()


async def written(server: Mortal) -> Tab:
    """A tab on the last page, with one file."""
    tab = await Tab(server, await server.device(), path="/lapor/lokasi-waktu").open()
    await reach(tab, "lokasi-waktu")
    form = Form(server, tab, deltas(tab.frames)[EVIDENCE]["upload_pass_rx_state_"])
    assert (await form.send(("foto.jpg", JPEG))).status_code == 202
    await form.shown("files", 1)
    await reach(tab, "ringkasan")
    return tab


async def opened_again(server: Mortal, tab: Tab) -> Tab:
    """The same tab after the cut, with what its browser kept for us."""
    told = deltas(tab.frames)
    kept = {
        f"{name}.{var}_rx_state_": told[name][f"{var}_rx_state_"]
        for name, var in ((DRAFT, "draft"), (EVIDENCE, "believed"))
    }
    await tab.close()
    again = await Tab(server, tab.device, token=tab.token, path="/lapor/ringkasan").open(stored=kept)
    await again.fire(f"{REPORTS}.enter", {"slug": "ringkasan"})
    await again.settled()
    return again


async def press(tab: Tab) -> None:
    """ "Kirim Laporan"."""
    await tab.fire(f"{REPORTS}.send", {"form": posted({"truth": "on", "altcha": await proof(tab.server)})})


async def receipt(tab: Tab) -> dict[str, str]:
    await tab.settled()
    return deltas(tab.frames).get(RECEIPTS, {}).get("received_rx_state_", {})


def kept(server: Mortal, folder: str) -> int:
    """How many objects the evidence store has there."""
    return len([file for file in (server.folder / "data" / "evidence" / folder).rglob("*") if file.is_file()])


async def readable(ticket: str, pin: str) -> list[bytes]:
    """What the reporter's PIN opens of the report's evidence."""
    held = await reports.unlock(ticket, pin)
    assert held is not None
    async with reading() as db:
        rows = (await db.exec(select(Evidence).join(Report).where(Report.ticket == held.ticket))).all()
    abouts = [custody.opened(row, b64decode(held.account_key)) for row in rows]
    return [b"".join([piece async for piece in stored_bytes(about)]) for about in abouts]


async def sweep_a_day_later() -> None:
    await sweep_staged(time.time() + STAGED_SECONDS + 60)
    await sweep_orphans(time.time() + ORPHAN_SECONDS + 60)


def reports_in(server: Mortal) -> int:
    with closing(sqlite3.connect(server.folder / "data" / "wbs.db")) as db:
        return int(db.execute("SELECT count(*) FROM report").fetchone()[0])


async def test_between_upload_and_submit(mortal: Mortal) -> None:
    tab = await written(mortal)
    mortal.die()
    mortal.live()
    again = await opened_again(mortal, tab)
    assert len(deltas(again.frames)[EVIDENCE]["files_rx_state_"]) == 1
    await press(again)
    given = await receipt(again)
    await again.close()
    await sweep_a_day_later()
    (content,) = await readable(given["ticket"], given["pin"])
    assert content.startswith(b"\xff\xd8") and MARK.encode() not in content
    assert (kept(mortal, "staged"), kept(mortal, "files"), reports_in(mortal)) == (0, 2, 1)


async def test_between_upload_and_nothing(mortal: Mortal) -> None:
    tab = await written(mortal)
    mortal.die()
    await tab.close()
    assert kept(mortal, "staged") == 3
    await sweep_staged(time.time() + STAGED_SECONDS - 60)
    assert kept(mortal, "staged") == 3
    await sweep_staged(time.time() + STAGED_SECONDS + 60)
    assert (kept(mortal, "staged"), kept(mortal, "files")) == (0, 0)


@pytest.mark.parametrize("sent_again", [True, False])
async def test_between_submit_and_commit(mortal: Mortal, sent_again: bool) -> None:
    """Somebody else's write holds the report up, its files already in their place: then the power fails."""
    tab = await written(mortal)
    with closing(sqlite3.connect(mortal.folder / "data" / "wbs.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await press(tab)
        async with asyncio.timeout(PATIENCE):
            while kept(mortal, "files") < 2:
                await asyncio.sleep(0.01)
        mortal.die()
        other.execute("ROLLBACK")
    assert (reports_in(mortal), kept(mortal, "files"), kept(mortal, "staged")) == (0, 2, 3)
    if sent_again:
        mortal.live()
        again = await opened_again(mortal, tab)
        await press(again)
        given = await receipt(again)
        await again.close()
        await sweep_a_day_later()
        assert len(await readable(given["ticket"], given["pin"])) == 1
        assert (reports_in(mortal), kept(mortal, "files"), kept(mortal, "staged")) == (1, 2, 0)
    else:
        await tab.close()
        await sweep_a_day_later()
        assert (reports_in(mortal), kept(mortal, "files"), kept(mortal, "staged")) == (0, 0, 0)


async def test_a_file_that_was_swept_meanwhile_is_missed_before_it_is_sent(mortal: Mortal) -> None:
    tab = await written(mortal)
    mortal.die()
    await sweep_staged(time.time() + STAGED_SECONDS + 60)
    mortal.live()
    again = await opened_again(mortal, tab)
    assert deltas(again.frames)[EVIDENCE]["expired_rx_state_"] is True
    await press(again)
    assert not await receipt(again) and reports_in(mortal) == 0
    assert "terlalu lama" in deltas(again.frames)[REPORTS]["trouble_rx_state_"]
    await press(again)
    assert (await receipt(again))["ticket"] and reports_in(mortal) == 1, "now that it is told"
    await again.close()
