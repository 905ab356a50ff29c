"""Search in sealed text: what the keys open, within the filter, recorded without the words."""

from typing import Any

import pytest
from sqlmodel import col, select, update

from tests.services.conftest import Hire, Receive, Received
from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.filters import CaseFilter
from wbs_app.model.handling_tables import Message
from wbs_app.model.tables import AuditEvent, Report
from wbs_app.services import search
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.services.search import Hit, Progress
from wbs_app.vault.sealing import Place, seal_json


async def _told(report: Received, *messages: str, **incident: Any) -> None:
    """Writes an account and what was said since."""
    key = report.keys["account"]
    account = {"received_at": "2024-11-11T12:00", "incident": incident}
    sealed = seal_json(key, account, Place("report", report.ticket, "account"))
    async with writing() as db:
        await db.exec(update(Report).where(col(Report.id) == report.id).values(account=sealed))
        for at, words in enumerate(messages, start=1):
            body = {"at": "2024-11-12T08:00", "who": "reporter", "text": words, "files": []}
            place = Place("message", f"{report.ticket}:{at}", "body")
            db.add(
                Message(
                    report_id=report.id,
                    position=at,
                    from_reporter=True,
                    once=f"{report.ticket}-{at}",
                    body=seal_json(key, body, place),
                )
            )


async def _steps(actor: Actor, typed: str, wanted: CaseFilter = CaseFilter()) -> list[Progress]:  # noqa: B008
    return [step async for step in search.search(actor, wanted, search.words_of(typed))]


async def _found(actor: Actor, typed: str, wanted: CaseFilter = CaseFilter()) -> list[Hit]:  # noqa: B008
    return [hit for step in await _steps(actor, typed, wanted) for hit in step.hits]


async def test_found_in_accounts_and_messages(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    first, second, third = [await receive(day=f"2024-11-1{number}") for number in range(3)]
    await _told(first, description="Obat puskesmas\n  dijual di luar.", reported=[{"name": "Wayan Contoh"}])
    await _told(second, "Saya melihat OBAT itu sendiri.", description="Pengadaan server.")
    await _told(third, description="Perjalanan dinas.", violation="obat-terlarang")
    assert await _found(officer, "obat") == [
        Hit(second.ticket, True, "Saya melihat ", "OBAT", " itu sendiri."),
        Hit(first.ticket, False, "", "Obat", " puskesmas dijual di luar."),
    ]
    assert [hit.ticket for hit in await _found(officer, "wayan  puskesmas")] == [first.ticket]
    assert [hit.ticket for hit in await _found(officer, "obat server")] == [second.ticket]
    assert await _found(officer, "obat tidakada") == []
    assert await _found(officer, "...") == []  # characters, not a pattern
    assert [hit.ticket for hit in await _found(officer, "obat", CaseFilter(ticket=first.ticket))] == [first.ticket]


async def test_long_texts_are_cut_between_words(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    report = await receive()
    await _told(report, description="awal " * 40 + "jarum" + " akhir" * 40)
    (hit,) = await _found(officer, "jarum")
    assert (hit.before, hit.match, hit.after) == ("…" + "awal " * 11, "jarum", " akhir" * 9 + "…")


async def test_only_what_the_keys_open(hire: Hire, receive: Receive) -> None:
    officer, assessor = await hire("budi", Role.INTAKE), await hire("adi", Role.ASSESSOR)
    report = await receive()
    late = await hire("baru", Role.INTAKE)
    other = await hire("lain", Role.INTAKE, "ntt")
    assert len(await _found(officer, "server")) == 1
    for nobody in (assessor, late, other):
        assert await _steps(nobody, "server") == [Progress(0, 0, [], 0)]
    auditor = await hire("catur", Role.AUDITOR)
    with pytest.raises(Forbidden):
        await _found(auditor, "server")
    assert report.ticket not in repr(search._Sealed(1, report.ticket, None, b"", b"", []))  # type: ignore[arg-type]


async def test_recorded_once_without_the_words(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    await receive()
    await _found(officer, "server")
    async with reading() as db:
        (event,) = await db.exec(select(AuditEvent))
    assert (event.actor, event.action, event.subject) == ("budi", "search", "bali")


async def test_in_steps_newest_first(hire: Hire, receive: Receive, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = await hire("budi", Role.INTAKE)
    async with writing() as db:
        reports = [await receive(db, day=f"2024-11-1{number % 3}") for number in range(7)]
    newest = [reports[number].ticket for number in (5, 2, 4, 1, 6, 3, 0)]
    monkeypatch.setattr(search, "_AT_ONCE", 3)
    steps = await _steps(officer, "server")
    assert [(step.done, step.total) for step in steps] == [(0, 7), (3, 7), (6, 7), (7, 7)]
    assert [hit.ticket for step in steps for hit in step.hits] == newest
    monkeypatch.setattr(search, "MOST_HITS", 4)
    steps = await _steps(officer, "server")
    assert [hit.ticket for step in steps for hit in step.hits] == newest[:4]
    assert steps[-1].done == 6


async def test_a_changed_case_hides_no_other(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    broken, whole = await receive(), await receive()
    async with writing() as db:
        await db.exec(update(Report).where(col(Report.id) == broken.id).values(account=b"\1" + bytes(300)))
    last = (await _steps(officer, "server"))[-1]
    assert (last.done, last.broken, [hit.ticket for hit in last.hits]) == (2, 1, [whole.ticket])


@pytest.mark.parametrize("typed", ["", "  ab ", "x" * 101])
def test_too_little_and_too_much(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        search.words_of(typed)
    assert refused.value.key == "cases.deep_length"
