"""Evidence of filed reports: which key opens what, what is added later, what is swept, and what is not handed out."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import obstore
import pytest
from sqlmodel import col, delete, select, update

from tests.services.samples import jpeg, png
from tests.services.test_scanning import HARMFUL
from wbs_app.config import settings
from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.steps import FORMS
from wbs_app.model.tables import AuditEvent, Evidence, Report, Setting
from wbs_app.services import conversation, custody, evidence, evidence_access, health, history, reference, reports
from wbs_app.services.casework import NotFound
from wbs_app.services.database import reading, writing
from wbs_app.services.evidence import About, Staging, stored_bytes
from wbs_app.services.refusal import Refused
from wbs_app.services.reports import Pass, Receipt
from wbs_app.services.sweeping import ORPHAN_SECONDS, sweep_orphans, sweep_staged
from wbs_app.services.workshop import Prepared
from wbs_app.vault.sealing import Tampered

if TYPE_CHECKING:
    from tests.clamd import Clamd
    from tests.services.conftest import Hire

SECRET = "c0ffee" * 5 + "00"
SENT = jpeg("Penanda")
TOLD = {
    "violation": "korupsi",
    "reported_0_name": "Tensu",
    "unit": "Dinas Komunikasi, Informatika, dan Statistik",
    "description": "pengadaan server",
    "address": "Kantor",
    "province": "51",
    "precision": "date",
    "date": "2024-11-11",
    "truth": "on",
}

Filed = Callable[..., Awaitable[Pass]]


@pytest.fixture(autouse=True)
def store(database: str) -> Iterator[None]:
    evidence.store.cache_clear()
    yield
    evidence.store.cache_clear()


async def submit(secret: str = SECRET, believed: list[str] | None = None) -> Receipt:
    """Files a report with what waits under `secret`."""
    async with reading() as db:
        offer = await reference.offer(db, "bali")
    steps = {step.slug: step.check(TOLD, offer) for step in FORMS["wbs"]}
    return await reports.submit("bali", "wbs", steps, offer, secret, believed or [])


async def send(secret: str = SECRET, believed: list[str] | None = None) -> Pass:
    """The same, and what its PIN opens."""
    receipt = await submit(secret, believed)
    held = await reports.unlock(receipt.ticket, receipt.pin)
    assert held is not None
    return held


async def filed(*files: bytes) -> Pass:
    """A report with these pictures."""
    for data in files:
        await Staging(SECRET).add("foto.jpg", data, 5)
    return await send()


async def rows(held: Pass) -> list[Evidence]:
    async with reading() as db:
        id = (await db.exec(select(Report.id).where(Report.ticket == held.ticket))).one()
        chosen = select(Evidence).where(Evidence.report_id == id).order_by(col(Evidence.position))
        return list(await db.exec(chosen))


async def files_of(held: Pass) -> list[About]:
    return [custody.opened(row, account_key(held)) for row in await rows(held)]


async def content(about: About) -> bytes:
    return b"".join([piece async for piece in stored_bytes(about)])


async def trail(action: str) -> list[tuple[str, str]]:
    async with reading() as db:
        found = await db.exec(select(AuditEvent).where(AuditEvent.action == action).order_by(col(AuditEvent.id)))
        return [(event.actor, event.subject) for event in found]


async def stored() -> set[str]:
    """Names of what is kept for good."""
    found = await obstore.list(evidence.store(), "files").collect_async()
    return {entry["path"].removeprefix("files/") for entry in found}


def account_key(held: Pass) -> bytes:
    return base64.b64decode(held.account_key)


def identity_key(held: Pass) -> bytes:
    return base64.b64decode(held.identity_key)


# --- which key opens what ---------------------------------------------------------------------------------------------


async def test_the_copy_opens_with_the_account_and_the_original_with_the_identity() -> None:
    held = await filed(SENT)
    (row,) = await rows(held)
    about, original = custody.opened(row, account_key(held)), custody.original_of(row, identity_key(held))
    assert original is not None
    assert "cleaned.gps" in about.removed and b"Penanda" not in await content(about)
    assert await content(original) == SENT and original.sha256 == hashlib.sha256(SENT).hexdigest()
    assert about.sha256 == hashlib.sha256(await content(about)).hexdigest() != original.sha256
    assert original.key not in (await files_of(held))[0].__dict__.values()
    with pytest.raises(Tampered):
        custody.original_of(row, account_key(held))
    with pytest.raises(Tampered):
        custody.opened(row, identity_key(held))


async def test_an_original_that_is_not_wanted_is_nowhere() -> None:
    about = await Staging(SECRET).add("foto.jpg", SENT, 5)
    await Staging(SECRET).keep_original(about.id, False)
    held = await send()
    (row,) = await rows(held)
    assert row.original is None and custody.original_of(row, identity_key(held)) is None
    assert await stored() == {about.id}


# --- what waited too long ---------------------------------------------------------------------------------------------


async def test_a_file_that_waited_too_long_is_missed() -> None:
    lost = await Staging(SECRET).add("foto.jpg", SENT, 5)
    there = await Staging(SECRET).add("foto.png", png(), 5)
    await Staging(SECRET).remove(lost.id)
    with pytest.raises(Refused, match="file_expired"):
        await send(believed=[lost.id, there.id])
    async with reading() as db:
        assert (await db.exec(select(Report.id))).all() == []
    held = await send(believed=[there.id])
    assert [about.id for about in await files_of(held)] == [there.id]


async def test_a_second_press_finds_the_report_though_its_files_wait_no_longer() -> None:
    about = await Staging(SECRET).add("foto.jpg", SENT, 5)
    first, second = await send(believed=[about.id]), await send(believed=[about.id])
    assert first == second


async def test_eight_presses_at_once_that_miss_nothing() -> None:
    about = await Staging(SECRET).add("foto.jpg", SENT, 5)
    found = await asyncio.gather(*(submit(believed=[about.id]) for _ in range(8)))
    assert len({receipt.ticket for receipt in found}) == 1
    async with reading() as db:
        assert len((await db.exec(select(Evidence))).all()) == 1


# --- later ------------------------------------------------------------------------------------------------------------


async def later(held: Pass, *files: bytes) -> str:
    """The secret under which these wait."""
    secret = evidence_access.secret_of_reporter(held)
    for data in files:
        await Staging(secret).add("foto.jpg", data, 20)
    return secret


async def add_later(held: Pass, secret: str, once: str = SECRET) -> list[str]:
    """What "Kirim Pesan" does with files alone; the ids of those that are new."""
    known = {row.id for row in await rows(held)}
    staging = Staging(secret)
    files = await staging.ready()
    async with writing() as db:
        await conversation.send_by_reporter(db, held, "", once, files)
    await staging.clear()
    return [row.id for row in await rows(held) if row.id not in known]


async def test_evidence_is_added_later_with_the_same_care() -> None:
    held = await filed(SENT)
    secret = await later(held, jpeg("Penanda lain"), jpeg())
    ids = await add_later(held, secret)
    assert len(ids) == 2 and await Staging(secret).files() == []
    assert await add_later(held, secret) == [], "a second press"
    kept = await rows(held)
    assert [row.position for row in kept] == [1, 2, 3] and [row.id for row in kept[1:]] == ids
    assert all(custody.original_of(row, identity_key(held)) for row in kept)
    for about in await files_of(held):
        assert b"Penanda" not in await content(about)
    async with reading() as db:
        report = (await db.exec(select(Report).where(Report.ticket == held.ticket))).one()
        steps = await history.steps(db, report, account_key(held))
    assert report.evidence_count == 3
    assert [(step.kind, step.who, step.more) for step in steps[1:]] == [("evidence", "reporter", {"count": 2})]
    assert await trail("add_evidence") == [("reporter", held.ticket)]


async def test_two_presses_at_once_add_once() -> None:
    held = await filed(SENT)
    secret = await later(held, jpeg(), jpeg("x"))

    async def press(once: str) -> None:
        with suppress(FileNotFoundError, Refused):  # another one has taken the files away
            await add_later(held, secret, once)

    others = ("another tab", "a third one")
    await asyncio.gather(*(press(once) for once in (SECRET, SECRET, SECRET, SECRET, *others)))
    assert [row.position for row in await rows(held)] == [1, 2, 3]
    async with reading() as db:
        said = await conversation.thread_for_reporter(db, held)
    assert [len(each.files) for each in said] == [2]


async def test_so_many_and_no_more() -> None:
    held = await filed(SENT)
    async with writing() as db:
        report = (await db.exec(select(Report).where(Report.ticket == held.ticket))).one()
        report.evidence_count = 18
        db.add(report)
    assert await evidence_access.room_for(held) == 2
    secret = await later(held, jpeg(), jpeg(), jpeg())
    with pytest.raises(Refused, match="file_count") as refusal:
        await add_later(held, secret)
    assert refusal.value.values == {"max": 20}
    assert len(await rows(held)) == 1 and len(await Staging(secret).files()) == 3, "nothing added, nothing lost"
    await Staging(secret).remove((await Staging(secret).files())[0].id)
    await add_later(held, secret)
    assert await evidence_access.room_for(held) == 0


async def test_only_the_pass_tells_where_later_files_wait() -> None:
    one = await filed()
    assert evidence_access.secret_of_reporter(one) == evidence_access.secret_of_reporter(one)
    other = replace(one, account_key=base64.b64encode(bytes(32)).decode())
    assert evidence_access.secret_of_reporter(one) != evidence_access.secret_of_reporter(other)


async def attach(actor: Actor, held: Pass, secret: str) -> None:
    files = await Staging(secret).ready()
    async with writing() as db:
        await conversation.send_by_staff(db, actor, held.ticket, "Mohon dibaca.", "once", files)


async def test_an_officer_attaches_files_to_a_message(hire: Hire) -> None:
    budi = await hire("budi", Role.INTAKE)
    held = await filed(SENT)
    secret = evidence_access.secret_of_staff(budi, held.ticket)
    await Staging(secret).add("surat.jpg", jpeg("Penanda"), 5)
    await attach(budi, held, secret)
    await attach(budi, held, secret)
    _, row = await rows(held)
    about = custody.opened(row, account_key(held))
    assert (row.original, about.by) == (None, "budi")
    assert b"Penanda" not in await content(about)
    async with reading() as db:
        report = (await db.exec(select(Report).where(Report.ticket == held.ticket))).one()
    assert report.evidence_count == 1, "the reporter's own"
    assert await trail("send_message") == [("budi", held.ticket)], "the second press sends nothing"


async def test_who_has_no_key_attaches_nothing(hire: Hire) -> None:
    held = await filed(SENT)
    late = await hire("late", Role.INTAKE)
    for actor, problem in ((late, NotFound), (await hire("rai", Role.AUDITOR), Forbidden)):
        secret = evidence_access.secret_of_staff(actor, held.ticket)
        await Staging(secret).add("surat.jpg", jpeg(), 5)
        with pytest.raises(problem):
            await attach(actor, held, secret)
    assert len(await rows(held)) == 1


# --- sweeping ---------------------------------------------------------------------------------------------------------


async def test_what_no_report_names_is_swept_after_a_day() -> None:
    about = await Staging(SECRET).add("foto.jpg", SENT, 5)
    await Staging(SECRET).adopt()  # and then the power fails
    held = await filed(jpeg())  # the same form, sent again
    unwanted = await Staging("other").add("foto.jpg", SENT, 5)
    await Staging("other").adopt()
    kept, old = {row.id for row in await rows(held)}, time.time() + ORPHAN_SECONDS
    assert about.id in kept and unwanted.id not in kept
    assert await sweep_orphans() == await sweep_orphans(old - 60) == 0
    assert await sweep_orphans(old + 60) == 2
    assert await stored() == kept | {f"{id}.original" for id in kept}
    for file in await files_of(held):
        await content(file)
    assert await sweep_orphans(old + 60) == 0


async def test_an_original_that_a_later_press_left_out_is_swept() -> None:
    about = await Staging(SECRET).add("foto.jpg", SENT, 5)
    await Staging(SECRET).adopt()
    await Staging(SECRET).keep_original(about.id, False)
    await send()
    assert await sweep_orphans(time.time() + ORPHAN_SECONDS + 60) == 1
    assert await stored() == {about.id}


async def test_another_installations_store_is_not_swept() -> None:
    """As when a test system's settings name the store of the real one: its reports are in another database."""
    await sweep_orphans()
    held = await filed(SENT)
    kept = await stored()
    async with writing() as db:
        await db.exec(delete(Evidence))
        await db.exec(update(Setting).where(col(Setting.name) == "system_id").values(value="test system"))
    assert await sweep_orphans(time.time() + 10**9) == 0
    assert await stored() == kept
    found = {finding.name: finding.problem async for finding in health.examine()}
    assert "another installation's" in (found["owner of the evidence store"] or ""), held.ticket


async def test_a_report_never_loses_a_file_to_the_sweep() -> None:
    held = await filed(SENT, jpeg())
    await sweep_staged(time.time() + 10**9)
    await sweep_orphans(time.time() + 10**9)
    for about in await files_of(held):
        await content(about)


# --- handing out ------------------------------------------------------------------------------------------------------


async def test_a_download_is_recorded_and_a_look_is_not(hire: Hire) -> None:
    budi = await hire("budi", Role.INTAKE)
    held = await filed(SENT)
    (about,) = await files_of(held)
    assert await evidence_access.examined(budi, held.ticket, 1) == about
    assert await trail("download_evidence") == []
    assert await evidence_access.take(budi, held.ticket, 1) == about
    assert await trail("download_evidence") == [("budi", held.ticket)]
    for position in (0, 2):
        with pytest.raises(NotFound):
            await evidence_access.take(budi, held.ticket, position)


async def test_what_is_not_whole_is_not_handed_out_and_stands_in_the_trail(hire: Hire) -> None:
    budi = await hire("budi", Role.INTAKE)
    held = await filed(SENT)
    (about,) = await files_of(held)
    await evidence._put(f"files/{about.id}", about, b"another file, by who holds its key")
    with pytest.raises(Tampered):
        await evidence_access.take(budi, held.ticket, 1)
    await evidence.delete([f"files/{about.id}"])
    with pytest.raises(FileNotFoundError):
        await evidence_access.examined(budi, held.ticket, 1)
    async with writing() as db:
        await db.exec(update(Evidence).values(about=b"changed"))
    with pytest.raises(Tampered):
        await evidence_access.take(budi, held.ticket.lower(), 1)
    assert await trail("evidence_broken") == [("budi", held.ticket)] * 3
    assert await trail("download_evidence") == []


@pytest.fixture
def scanned(clamd: Clamd, database: str, monkeypatch: pytest.MonkeyPatch) -> Clamd:
    monkeypatch.setenv("WBS_CLAMD_URL", clamd.url)
    settings.cache_clear()
    return clamd


async def test_an_unscanned_file_waits_for_the_scanner(scanned: Clamd, hire: Hire) -> None:
    budi = await hire("budi", Role.INTAKE)
    scanned.stop()
    held = await filed(SENT)
    assert (await evidence_access.examined(budi, held.ticket, 1)).scanned is None, "its pixels may be seen"
    with pytest.raises(Refused, match="evidence_waits"):
        await evidence_access.take(budi, held.ticket, 1)
    scanned.start()
    assert (await evidence_access.take(budi, held.ticket, 1)).scanned == "clean"
    assert [about.scanned for about in await files_of(held)] == ["clean"]


def _harmful_to_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose cleaned copy the scanner knows as well."""

    async def prepared(_: str, data: bytes) -> Prepared:
        return Prepared("jpg", "image/jpeg", data, data, ())

    monkeypatch.setattr(evidence, "prepare", prepared)


async def test_what_turns_out_to_be_infected_is_marked_and_not_served(
    scanned: Clamd, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    budi = await hire("budi", Role.INTAKE)
    _harmful_to_both(monkeypatch)
    scanned.stop()
    held = await filed(HARMFUL, SENT)
    scanned.start()
    for look in (evidence_access.examined, evidence_access.take):
        with pytest.raises(Refused, match="file_infected"):
            await look(budi, held.ticket, 1)
    infected, honest = await files_of(held)
    assert (infected.scanned, honest.scanned) == ("infected", "clean")
    with pytest.raises(Refused, match="file_infected"):
        await content(infected)
    await evidence_access.take(budi, held.ticket, 2)
    assert await trail("evidence_infected") == [("budi", held.ticket)], "once"


async def test_the_reporters_own_look_scans_too(scanned: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
    _harmful_to_both(monkeypatch)
    scanned.stop()
    held = await filed(HARMFUL)
    await evidence_access.look_again(held)
    assert [about.scanned for about in await files_of(held)] == [None]
    scanned.start()
    await evidence_access.look_again(held)
    assert [about.scanned for about in await files_of(held)] == ["infected"]
    assert await trail("evidence_infected") == [("reporter", held.ticket)]


async def test_an_infected_file_stops_the_report_and_only_it(scanned: Clamd) -> None:
    scanned.stop()
    for data in (HARMFUL, SENT):
        await Staging(SECRET).add("foto.jpg", data, 5)
    scanned.start()
    with pytest.raises(Refused, match="file_infected"):
        await send()
    held = await send()
    assert [about.scanned for about in await files_of(held)] == ["clean"]


async def test_without_a_key_nothing_is_scanned(scanned: Clamd, hire: Hire) -> None:
    scanned.stop()
    held = await filed(SENT)
    scanned.start()
    late = await hire("late", Role.INTAKE)
    await evidence_access.look_again_as(late, held.ticket)
    assert [about.scanned for about in await files_of(held)] == [None]
    with pytest.raises(Forbidden):
        await evidence_access.look_again_as(await hire("rai", Role.ADMIN), held.ticket)
