"""What leaves as paper or file: for whom it is, and nobody else."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pikepdf
import pytest
from sqlmodel import select

from tests.web.conftest import sign_in
from wbs_app.config import settings
from wbs_app.model.access import Role
from wbs_app.model.tables import AuditEvent
from wbs_app.services.audit import record
from wbs_app.services.database import reading, writing

if TYPE_CHECKING:
    from tests.web.conftest import Browser, Employ, File

pytestmark = pytest.mark.usefixtures("relaxed")
PASSWORD = "kertas-berkunci"


async def _actions() -> list[str]:
    async with reading() as db:
        return [row.action for row in await db.exec(select(AuditEvent))]


async def test_an_officer_with_the_key_gets_the_locked_file(browser: Browser, employ: Employ, filed: File) -> None:
    await employ("budi", Role.INTAKE)
    ticket, officer = await filed(), browser()
    await sign_in(officer, "budi")
    answer = await officer.post(f"/petugas/berkas/{ticket}", data={"password": PASSWORD})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="Berkas-{ticket}.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(answer.content))
    pikepdf.open(io.BytesIO(answer.content), password=PASSWORD).close()
    assert (await _actions())[-1] == "print_case"


async def test_a_short_password_leads_back(browser: Browser, employ: Employ, filed: File) -> None:
    await employ("budi", Role.INTAKE)
    ticket, officer = await filed(), browser()
    await sign_in(officer, "budi")
    answer = await officer.post(f"/en/petugas/berkas/{ticket}", data={"password": "pendek"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/en/petugas/laporan/{ticket}?galat=sandi-berkas")
    assert "print_case" not in await _actions()


async def test_to_all_others_there_is_no_such_file(browser: Browser, employ: Employ, filed: File) -> None:
    ticket = await filed()
    for name, role in (("adi", Role.INTAKE), ("dewi", Role.IDENTITY), ("kelola", Role.ADMIN), ("tono", Role.AUDITOR)):
        await employ(name, role)
    for name in ("", "adi", "dewi", "kelola", "tono"):
        visitor = browser()
        if name:
            await sign_in(visitor, name)
        answer = await visitor.post(f"/petugas/berkas/{ticket}", data={"password": PASSWORD})
        assert (answer.status_code, answer.content) == (404, b"")
    assert (await browser().get(f"/petugas/berkas/{ticket}")).status_code == 405


async def test_the_list_as_a_table(browser: Browser, employ: Employ, filed: File) -> None:
    await employ("budi", Role.INTAKE)
    tickets, officer = [await filed() for _ in range(3)], browser()
    await sign_in(officer, "budi")
    answer = await officer.get("/petugas/laporan/ekspor?urut=terlama&kolom=bukti&hal=n20241111-1")
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    saved = re.fullmatch(r'attachment; filename="(.*)"', answer.headers["content-disposition"])
    assert saved and re.fullmatch(r"Daftar-laporan-\d{4}-\d\d-\d\d\.csv", saved[1])
    assert answer.content.startswith(b"\xef\xbb\xbfNomor Tiket;Diterima;")
    assert [line.partition(";")[0] for line in answer.text.splitlines()[1:]] == tickets
    assert (await _actions())[-1] == "export_cases"
    answer = await officer.get(f"/en/petugas/laporan/ekspor?tiket={tickets[1]}&status=%ff%00&hanya=x")
    head, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (head[0], [row[0] for row in rows]) == ("Ticket", [tickets[1]])
    assert "Case-list-" in answer.headers["content-disposition"]


async def test_a_look_at_the_headers_is_no_export(browser: Browser, employ: Employ) -> None:
    await employ("budi", Role.INTAKE)
    officer = browser()
    await sign_in(officer, "budi")
    answer = await officer.head("/petugas/laporan/ekspor")
    assert (answer.status_code, answer.content) == (200, b"")
    assert "export_cases" not in await _actions()


async def test_the_list_is_for_those_who_see_it(browser: Browser, employ: Employ, filed: File) -> None:
    await filed()
    for name, role in (("dewi", Role.IDENTITY), ("kelola", Role.ADMIN), ("tono", Role.AUDITOR)):
        await employ(name, role)
    await employ("ntt", Role.INTAKE, ("ntt",))
    for name in ("", "dewi", "kelola", "tono"):
        visitor = browser()
        if name:
            await sign_in(visitor, name)
        for method in ("GET", "HEAD"):
            answer = await visitor.request(method, "/petugas/laporan/ekspor")
            assert (answer.status_code, answer.content) == (404, b"")
        assert (await visitor.post("/petugas/laporan/ekspor")).status_code == 405
    assert "export_cases" not in await _actions()
    other = browser()
    await sign_in(other, "ntt")
    assert len((await other.get("/petugas/laporan/ekspor")).text.splitlines()) == 1


async def test_half_signed_in_is_not_enough(browser: Browser, employ: Employ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WBS_RELAXED_2FA")
    settings.cache_clear()
    await employ("budi", Role.INTAKE)
    officer = browser()
    await sign_in(officer, "budi")
    assert (await officer.get("/petugas/laporan/ekspor")).status_code == 404
    assert "export_cases" not in await _actions()


async def test_the_trail_as_a_table(browser: Browser, employ: Employ) -> None:
    await employ("tono", Role.AUDITOR)
    async with writing() as db:
        await record(db, "=HYPERLINK()", "sign_in", "tono")
    auditor = browser()
    await sign_in(auditor, "tono")
    answer = await auditor.post("/petugas/audit/ekspor")
    head, *rows = csv.reader(io.StringIO(answer.text))
    assert head == ["id", "at", "actor", "action", "subject", "digest"]
    async with reading() as db:
        events = (await db.exec(select(AuditEvent))).all()
    assert [int(row[0]) for row in rows] == [event.id for event in events]
    assert rows[-1][3] == "export_audit"
    assert [row[5] for row in rows] == [event.digest for event in events]
    assert not any(cell.startswith("=") for row in rows for cell in row)


async def test_the_trail_is_for_auditors_alone(browser: Browser, employ: Employ) -> None:
    for name, role in (("kelola", Role.ADMIN), ("sari", Role.SUPERVISOR)):
        await employ(name, role)
    for name in ("", "kelola", "sari"):
        visitor = browser()
        if name:
            await sign_in(visitor, name)
        assert (await visitor.post("/petugas/audit/ekspor")).status_code == 404
