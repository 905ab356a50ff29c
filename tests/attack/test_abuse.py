"""One hostile client at full speed: others go on. benchmarks/abuse.py does it for longer."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.attack.conftest import (
    ANSWERS,
    MARK,
    PATIENCE,
    ROOT,
    Open,
    Server,
    Tab,
    answer,
    deltas,
    orders,
    posted,
    proof,
    reach,
    serving,
    state,
)
from tests.attack.test_uploads import JPEG, Form
from wbs_app.vault.codes import new_ticket

REPORTS, TRACK, RECEIPTS, EVIDENCE = (
    state(*names)
    for names in (
        ("report", "report_state"),
        ("track", "track_state"),
        ("receipt", "receipt_state"),
        ("evidence", "evidence_state"),
    )
)
DRAFTS = state("draft", "draft_state")
DRAFT = f"{DRAFTS}.draft_rx_state_"
SECONDS = 8
PATIENT = 10.0


@contextlib.asynccontextmanager
async def under_attack(server: Server, seconds: float) -> AsyncIterator[dict[str, int]]:
    """The hostile client runs meanwhile; afterwards the figures say what it got done."""
    command = (sys.executable, "-m", "tests.attack.hostile", server.origin, str(seconds))
    hostile = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    figures: dict[str, int] = {}
    try:
        yield figures
        said, _ = await asyncio.wait_for(hostile.communicate(), seconds + 4 * PATIENCE)
    finally:
        if hostile.returncode is None:
            hostile.kill()
            await hostile.communicate()
    assert hostile.returncode == 0
    figures |= json.loads(said)


async def files_a_report(server: Server) -> tuple[str, float]:
    """A whole report with a file, by somebody who knows nothing of all this: its ticket, and how long it took."""
    began = time.monotonic()
    writer = await Tab(server, await server.device()).open()
    try:
        await reach(writer, "lokasi-waktu")
        form = Form(server, writer, deltas(writer.frames)[EVIDENCE]["upload_pass_rx_state_"])
        assert (await form.send(("bukti.jpg", JPEG))).status_code == 202
        await form.shown("files", 1)
        await answer(writer, "lokasi-waktu")
        await writer.fire(f"{REPORTS}.send", {"form": posted({"truth": "on", "altcha": await proof(server)})})
        await writer.settled()
        given = deltas(writer.frames)[RECEIPTS]["received_rx_state_"]
        codes = {"ticket": given["ticket"], "pin": given["pin"], "altcha": await proof(server)}
        await writer.fire(f"{TRACK}.open", {"form": posted(codes)})
        led = [told["path"] for name, told in orders(await writer.settled()) if name == "_redirect"]
        assert led == ["/lacak/riwayat"]
        return given["ticket"], time.monotonic() - began
    finally:
        await writer.close()


async def test_an_honest_reporter_files_in_the_meantime(tmp_path: Path) -> None:
    with serving(tmp_path) as server:  # what a flood leaves behind is no other test's affair
        async with under_attack(server, SECONDS) as figures:
            await asyncio.sleep(2)  # until it is at full speed
            ticket, took = await files_a_report(server)
        assert ticket.startswith("BALI-") and took < PATIENT, (took, figures)
        assert figures["events"] > 500 and figures["requests"] > 5, figures
        async with server.client() as http:
            found = (await http.get("/healthz")).json()
        assert found["status"] == "ok"
        said = server.log().lower()
        assert MARK not in said and "traceback" not in said


# --- what each is told -----------------------------------------------------------------------------------------------


async def test_without_its_proof_nothing_is_sent_and_all_is_kept(tab: Open, quiet: None) -> None:
    writer = await tab()
    await reach(writer, "ringkasan")
    for forged in ("", "x", "e30="):
        await writer.fire(f"{REPORTS}.send", {"form": posted({"truth": "on", "altcha": forged})})
        await writer.settled()
        assert "kirim sekali lagi" in deltas(writer.frames)[REPORTS]["trouble_rx_state_"]
    solved = await proof(writer.server)
    await writer.fire(f"{REPORTS}.send", {"form": posted({"truth": "on", "altcha": solved})})
    await writer.settled()
    assert deltas(writer.frames)[RECEIPTS]["received_rx_state_"]["ticket"].startswith("BALI-")
    other = await tab()
    await reach(other, "ringkasan")
    await other.fire(f"{REPORTS}.send", {"form": posted({"truth": "on", "altcha": solved})})
    assert "kirim sekali lagi" in deltas(await other.settled())[REPORTS]["trouble_rx_state_"], "it serves once"


async def test_guessing_is_slowed_in_words(tab: Open, quiet: None) -> None:
    stranger = await tab()
    said, ticket = [], new_ticket("BALI")
    for _ in range(8):
        form = {"ticket": ticket, "pin": "0000 0000 0000 0000", "altcha": await proof(stranger.server)}
        await stranger.fire(f"{TRACK}.open", {"form": posted(form)})
        await stranger.settled()
        said.append(deltas(stranger.frames)[TRACK]["wrong_rx_state_"])
    assert said[0] == "Nomor tiket atau PIN tidak sesuai."
    assert said[-1] == "Terlalu banyak percobaan. Coba lagi dalam 1 menit."


async def test_too_much_for_one_message_is_told_before_the_line_breaks(tab: Open, quiet: None) -> None:
    """Kembali keeps pages unchecked, so many could become too long together."""
    writer = await tab()
    long = "\u4e00" * 100_000
    told = []
    for slug, name in (("kejadian", "description"), ("lokasi-waktu", "address")):
        frames = await answer(writer, slug, ANSWERS[slug] | {name: long, "go": "back"})
        told.append(deltas(frames).get(REPORTS, {}).get("errors_rx_state_", {}).get("form", ""))
    assert told[0] == "" and "terlalu panjang" in told[1]
    again = await tab(device=writer.device, stored={DRAFT: deltas(writer.frames)[DRAFTS]["draft_rx_state_"]})
    assert long in deltas(again.frames)[DRAFTS]["given_rx_state_"].values()


async def test_a_flood_of_events_ends_its_own_socket(tab: Open) -> None:
    flooding, other = await tab(), await tab()
    with contextlib.suppress(ConnectionError):
        for _ in range(3000):
            await flooding.fire(f"{DRAFTS}.pick_province", {"code": "51"})
    await flooding.until(lambda: flooding.closed)
    await other.settled()
    back = await tab(device=flooding.device, token=flooding.token)
    await back.settled()


@pytest.mark.parametrize("lang", ["", "/en"])
async def test_sign_in_is_slowed_in_words(lang: str, server: Server) -> None:
    places = []
    async with server.client(origin=server.origin) as http:
        for _ in range(8):
            answer = await http.post(f"{lang}/petugas/masuk", data={"username": f"nobody{lang}", "password": "x" * 20})
            places.append(answer.headers["location"])
    # After a flood of sign-ins the common limit may speak before the account's own.
    assert places[0].endswith("?galat=1") and places[-1].endswith(("?galat=tunggu", "?galat=ramai"))
