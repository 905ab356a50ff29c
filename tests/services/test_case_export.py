"""The case list as a file: the same cases in the same order as on the screen, in words, and none that is not theirs."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, select, update

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.filters import SORTS, CaseFilter, Mark
from wbs_app.model.handling_tables import Assignment, Exclusion
from wbs_app.model.tables import AuditEvent, Report, Staff, Unit
from wbs_app.services import case_export, cases, database
from wbs_app.services.database import reading, writing
from wbs_app.services.spreadsheet import BOM, lines

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive

SEPARATORS = {"id": ";", "en": ","}


async def _table(actor: Actor, wanted: CaseFilter | None = None, lang: str = "id") -> list[dict[str, str]]:
    """The file's rows by the heads of its columns."""
    made = await case_export.export(actor, wanted or CaseFilter(), lang)
    said = "".join([part async for part in made.parts])
    assert said.startswith(BOM)
    return list(csv.DictReader(io.StringIO(said.removeprefix(BOM)), delimiter=SEPARATORS[lang]))


async def _tickets(actor: Actor, wanted: CaseFilter | None = None) -> list[str]:
    return [row["Nomor Tiket"] for row in await _table(actor, wanted)]


async def _listed(actor: Actor, wanted: CaseFilter) -> list[str]:
    """What the screen shows, page after page."""
    async with reading() as db:
        page = await cases.listing(db, actor, wanted, 5)
        found = [row.ticket for row in page.rows]
        while page.next:
            page = await cases.listing(db, actor, wanted.changed(after=page.next), 5)
            found += [row.ticket for row in page.rows]
    return found


async def _recorded() -> list[tuple[str, str]]:
    async with reading() as db:
        chosen = select(AuditEvent).where(AuditEvent.action == "export_cases").order_by(col(AuditEvent.id))
        return [(event.actor, event.subject) for event in await db.exec(chosen)]


@pytest.fixture
async def officer(hire: Hire, receive: Receive, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Who sees 18 of 19 reports of all sorts, in parts of four."""
    monkeypatch.setattr(case_export, "PART", 4)
    sari, budi = await hire("sari", Role.SUPERVISOR), await hire("budi", Role.INTAKE)
    async with writing() as db:
        for number in range(19):
            service = number % 5 == 4
            report = await receive(
                db,
                day=(date(2024, 11, 1) + timedelta(days=number // 3)).isoformat(),
                agency="bali" if number else "ntt",
                kind="service" if service else "wbs",
                violation_type=None if service else ("korupsi", "kode-etik")[number % 2],
                unit=None if service else ("biro-hukum", "biro-organisasi")[number // 2 % 2],
                status=("received", "verifying", "closed_proven")[number % 3],
                priority=(0, 2, -1, 1)[number % 5 % 4],
                unread=number % 5 // 4,
                due_on=None if number % 3 == 2 else date(2024, 12, 1) + timedelta(days=number % 4),
            )
            people = (sari.staff_id,) * (number % 2 == 0) + (budi.staff_id,) * (number % 3 == 0)
            db.add_all(
                Assignment(report_id=report.id, staff_id=id, given_on=date(2024, 11, 11)) for id in people if number
            )
    return sari


@pytest.mark.parametrize("sort", SORTS)
async def test_the_same_cases_in_the_same_order_as_the_list(officer: Actor, sort: str) -> None:
    people = [str(officer.staff_id), str(officer.staff_id + 1)]
    found: list[int] = []
    for chosen in (
        {},
        {"units": ("biro-hukum",)},
        {"kinds": ("service",)},
        {"statuses": ("received", "verifying"), "violations": ("korupsi",)},
        {"officers": people},
        {"marks": (Mark.MINE,)},
        {"marks": (Mark.OVERDUE, Mark.UNASSIGNED)},
        {"priorities": ("urgent", "high")},
        {"date_from": "2024-11-02", "date_to": "2024-11-04"},
        {"ticket": "bali"},
    ):
        wanted = CaseFilter(sort=sort, **chosen)  # type: ignore[arg-type]
        expected = await _listed(officer, wanted)
        assert await _tickets(officer, wanted) == expected
        found.append(len(expected))
    assert found[0] == found[-1] == 18 and all(0 < number < 18 for number in found[1:-1]), found


async def test_all_pages_wherever_the_address_stands(officer: Actor) -> None:
    async with reading() as db:
        second = (await cases.listing(db, officer, CaseFilter(), 5)).next
    assert len(await _tickets(officer, CaseFilter(after=second))) == 18


async def test_a_part_that_is_the_last_one(officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (9, 18, 19):
        monkeypatch.setattr(case_export, "PART", size)
        assert len(await _tickets(officer)) == 18


async def test_one_of_a_ticket_and_none(officer: Actor) -> None:
    ticket = (await _tickets(officer))[7]
    assert await _tickets(officer, CaseFilter(ticket=ticket)) == [ticket]
    assert await _tickets(officer, CaseFilter(ticket="ZZZZ-ZZZZ-ZZZZ")) == []


async def test_a_row_in_words(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    colleague = await hire("ayu", Role.ASSESSOR)
    report = await receive(
        violation_type="korupsi", unit="biro-hukum", priority=2, unread=3, lead=officer.staff_id, regency="51.71",
        incident_month="2024-10", status="verifying", due_on=date(2024, 11, 14),
    )  # fmt: skip
    async with writing() as db:
        for staff_id in (officer.staff_id, colleague.staff_id):
            db.add(Assignment(report_id=report.id, staff_id=staff_id, given_on=date(2024, 11, 11)))
    (row,) = await _table(officer)
    assert row == {
        "Nomor Tiket": report.ticket,
        "Diterima": "2024-11-11",
        "Instansi": "Pemerintah Provinsi Bali",
        "Jenis pengaduan": "Pelanggaran pegawai (WBS)",
        "Jenis Pelanggaran": "Korupsi",
        "Jenis Layanan": "",
        "Unit Kejadian": "Biro Hukum",
        "Status": "Diverifikasi",
        "Prioritas": "Mendesak",
        "Target": "2024-11-14",
        "Ketua": "Budi",
        "Petugas": "Ayu; Budi",
        "Kabupaten/Kota": "Kota Denpasar",
        "Waktu kejadian": "2024-10",
        "Bukti": "1",
        "Pesan belum dibaca": "3",
    }
    (row,) = await _table(officer, lang="en")
    assert (row["Status"], row["Priority"], row["Unit"]) == ("Under verification", "Urgent", "Biro Hukum")
    async with writing() as db:  # while the reporter is waited for, nothing is due; a code without a name stays
        changed = {
            "paused_on": date(2024, 11, 12),
            "due_on": None,
            "violation_type": "gone",
            "unit": None,
            "regency": "99.99",
        }
        await db.exec(update(Report).values(**changed))
    (row,) = await _table(officer)
    assert (row["Target"], row["Jenis Pelanggaran"], row["Unit Kejadian"]) == ("", "gone", "")
    assert row["Kabupaten/Kota"] == "99.99"
    async with writing() as db:
        await db.exec(update(Report).values(due_on=date(2024, 11, 22)))
    (row,) = await _table(officer)
    assert row["Target"] == "2024-11-22", "the reporter let the time to answer pass: the list says so, too"


async def test_reach_is_that_of_the_list(hire: Hire, receive: Receive) -> None:
    bali, wbs = await hire("sari", Role.SUPERVISOR), await hire("budi", Role.INTAKE)
    ntt, both = await hire("tono", Role.SUPERVISOR, "ntt"), await hire("dewi", Role.SUPERVISOR, "bali ntt")
    own, service = await receive(), await receive(kind="service", service="simpeg")
    handed = await receive(agency="ntt", oversight="bali", violation_type="kode-etik")
    other = await receive(agency="ntt")
    async with writing() as db:  # shut out of a case: it stays in the list, and without a key
        db.add(Exclusion(report_id=own.id, staff_id=wbs.staff_id, reason="unit"))
    for actor, expected in (
        (bali, [own, service, handed]),
        (wbs, [own, handed]),
        (ntt, [handed, other]),
        (both, [own, service, handed, other]),
    ):
        found = await _tickets(actor)
        assert set(found) == {report.ticket for report in expected}
        assert found == await _listed(actor, CaseFilter())
    named = {row["Nomor Tiket"]: row for row in await _table(bali)}
    assert named[handed.ticket]["Instansi"] == "BKD Provinsi NTT"
    assert named[handed.ticket]["Jenis Pelanggaran"] == "Pelanggaran Kode Etik"
    assert await _tickets(bali, CaseFilter(agencies=("ntt",))) == await _listed(bali, CaseFilter(agencies=("ntt",)))


async def test_the_trail_knows_before_a_row_leaves(hire: Hire, receive: Receive) -> None:
    officer = await hire("dewi", Role.SUPERVISOR, "bali ntt")
    for _ in range(3):
        await receive()
    made = await case_export.export(officer, CaseFilter(), "id")
    assert await _recorded() == [("dewi", "bali ntt: 3")]
    assert [len(part.splitlines()) async for part in made.parts] == [1, 3]
    await case_export.export(officer, CaseFilter(agencies=("ntt",)), "en")
    assert (await _recorded())[1:] == [("dewi", "ntt: 0")]


async def test_the_name_says_what_and_when(hire: Hire) -> None:
    officer = await hire("budi", Role.INTAKE)
    for lang, name in (("id", "Daftar-laporan-"), ("en", "Case-list-")):
        made = await case_export.export(officer, CaseFilter(), lang)
        assert made.name.startswith(name) and made.name.endswith(".csv")
        assert date.fromisoformat(made.name.removeprefix(name).removesuffix(".csv"))


@pytest.mark.parametrize("role", [Role.IDENTITY, Role.AUDITOR, Role.ADMIN])
async def test_who_may_not_list_gets_nothing(hire: Hire, receive: Receive, role: Role) -> None:
    await receive()
    with pytest.raises(Forbidden):
        await case_export.export(await hire("dewi", role), CaseFilter(), "id")
    assert await _recorded() == []


async def test_nobody_waits_while_a_part_is_on_its_way(officer: Actor) -> None:
    made = await case_export.export(officer, CaseFilter(), "id")
    for _ in range(3):
        await anext(made.parts)
        assert database.engine().pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_names_are_no_formulas(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    await receive(unit="biro-hukum", lead=officer.staff_id)
    async with writing() as db:
        await db.exec(update(Unit).where(col(Unit.code) == "biro-hukum").values(name='=HYPERLINK("http://x")'))
        await db.exec(update(Staff).values(name="Budi, S.H.;@SUM(A1)"))
    (row,) = await _table(officer)
    assert row["Unit Kejadian"] == '\'=HYPERLINK("http://x")'
    assert row["Ketua"] == "Budi, S.H.;'@SUM(A1)"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+62", "'+62"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\t=1", "\t'=1"),
        (" \"'=1", " \"''=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a;=1", "a;'=1"),
        ("a, -b", "a, '-b"),
        ("a\n=1", "a\n'=1"),
        ("2024-10", "2024-10"),
        ("BALI-7K3M-9QXT", "BALI-7K3M-9QXT"),
        ("a+b = c; d@e", "a+b = c; d@e"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_run(cell: str, expected: str) -> None:
    for separator in SEPARATORS.values():
        ((found, beside),) = csv.reader(io.StringIO(lines([[cell, "x"]], separator)), delimiter=separator)
        assert (found, beside) == (expected, "x")
