"""The case file on paper: complete, locked, and silent about who reported."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pikepdf
import pypdfium2
import pytest
from sqlmodel import select

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.dossier import Finding, Verdict
from wbs_app.model.tables import AuditEvent, Evidence, Report
from wbs_app.services import conversation, handling
from wbs_app.services.case_print import case_pdf
from wbs_app.services.casework import NotFound
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.vault.sealing import Place, seal_json

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive, Received

PASSWORD = "kertas-rahasia"
ACCOUNT = {
    "received_at": "2024-11-11T12:00+08:00",
    "complaint": {
        "kind": "simpeg",
        "service_name": {"id": "SIMPEG", "en": "SIMPEG"},
        "complaint": "Pangkat <b>keliru</b> & jabatan 誤. " + "Kata demi kata. " * 400,
        "link": None,
    },
}


async def _told(report: Received) -> None:
    async with writing() as db:
        found = (await db.exec(select(Report).where(Report.id == report.id))).one()
        found.account = seal_json(report.keys["account"], ACCOUNT, Place("report", report.ticket, "account"))
        about = {"extension": "pdf", "size": 12, "sha256": "ab" * 32}
        evidence = found.ticket
        row = await db.get(Evidence, evidence)
        assert row is not None
        row.about = seal_json(report.keys["account"], about, Place("evidence", evidence, "about"))
        db.add_all((found, row))


async def _print(actor: Actor, ticket: str, password: str = PASSWORD) -> bytes:
    async with writing() as db:
        return await case_pdf(db, actor, ticket, "id", password)


async def test_the_file_holds_the_case_and_opens_with_its_password_alone(hire: Hire, receive: Receive) -> None:
    sari = await hire("sari", Role.SUPERVISOR)
    report = await receive(status="investigating")
    await _told(report)
    finding = Finding(verdict=Verdict.PROVEN, summary="Nilai dinaikkan.", loss=5_000_000)
    async with writing() as db:
        await handling.record_finding(db, sari, report.ticket, finding)
    async with writing() as db:
        await conversation.send_by_staff(db, sari, report.ticket, "Mohon tanggalnya.", "a" * 32)
    async with writing() as db:
        case = await conversation.own(db, report.held)
        await conversation.add(db, case, "reporter", "", facts=True, files=[report.ticket])
    made = await _print(sari, report.ticket)
    for wrong in ("", "salah-kata-sandi"):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(io.BytesIO(made), password=wrong)
    read = pypdfium2.PdfDocument(made, password=PASSWORD)
    words = "".join(page.get_textpage().get_text_bounded() for page in read)
    read.close()
    for part in (
        report.ticket,
        "Pangkat <b>keliru</b> & jabatan [U+8AA4]",
        "Nilai dinaikkan",
        "Rp5.000.000",
        "ab" * 32,
    ):
        assert part in words.replace("\r\n", "")
    assert "Mohon tanggalnya." in words
    lines = [line.strip() for line in words.splitlines()]
    assert lines[lines.index("Keterangan tambahan") + 1] == "Berkas laporan 1", "a message may be a file alone"
    assert "".join(words.split()).count("Katademikata.") >= 398  # a page may part one
    async with reading() as db:
        assert [row.action for row in await db.exec(select(AuditEvent))][-1] == "print_case"


async def test_who_may_not_print(hire: Hire, receive: Receive) -> None:
    report = await receive()
    late, dewi = await hire("adi", Role.SUPERVISOR), await hire("dewi", Role.IDENTITY)
    with pytest.raises(NotFound):
        await _print(late, report.ticket)
    with pytest.raises(Forbidden):
        await _print(dewi, report.ticket)


async def test_a_password_worth_its_name(hire: Hire, receive: Receive) -> None:
    sari = await hire("sari", Role.SUPERVISOR)
    report = await receive()
    for password in ("", "pendek", "x" * 101):
        with pytest.raises(Refused):
            await _print(sari, report.ticket, password)
