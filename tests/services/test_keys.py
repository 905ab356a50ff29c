"""Who gets the keys of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from wbs_app.model.access import Role
from wbs_app.model.tables import ReportKey, Staff
from wbs_app.services import keys
from wbs_app.services.database import reading, writing
from wbs_app.services.entitlement import Facts
from wbs_app.vault.keypairs import KeyPair
from wbs_app.vault.sealing import Tampered

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive


async def _holders(report_id: int, document: str) -> set[str]:
    async with reading() as db:
        chosen = select(ReportKey.holder).where(ReportKey.report_id == report_id, ReportKey.document == document)
        return set(await db.exec(chosen))


async def test_who_reads_what_on_arrival(hire: Hire) -> None:
    for number, role in enumerate(Role):
        await hire(f"{role}-both", role, "bali ntt", unit="biro-hukum" if number % 2 else None)
        await hire(f"{role}-ntt", role, "ntt")
        await hire(f"{role}-gone", role, "bali", active=False)
    async with writing() as db:
        db.add(Staff(username="invited", name="Invited", role=Role.SUPERVISOR, agencies="bali"))

    async def names(agency: str, kind: str, document: str, unit: str | None = None) -> set[str]:
        async with reading() as db:
            return {staff.username for staff in await keys.readers(db, document, Facts("", agency, kind, unit))}

    assert await names("bali", "wbs", "account") == {"intake-both", "supervisor-both"}
    assert await names("bali", "service", "account") == {"service-both", "supervisor-both"}
    assert await names("bali", "wbs", "identity") == {"identity-both"}
    assert await names("ntt", "service", "identity") == {"identity-both", "identity-ntt"}
    assert await names("ntt", "wbs", "account") == {
        "intake-both",
        "intake-ntt",
        "supervisor-both",
        "supervisor-ntt",
    }
    assert await names("papua", "wbs", "account") == set()


async def test_nobody_of_the_unit_reported_reads(hire: Hire, receive: Receive) -> None:
    stranger = await hire("sari", Role.INTAKE, unit="biro-organisasi")
    free = await hire("adi", Role.INTAKE)
    involved = await hire("budi", Role.SUPERVISOR, unit="biro-hukum")
    custodian = await hire("citra", Role.IDENTITY, unit="biro-hukum")
    report = await receive(unit="biro-hukum")
    assert await _holders(report.id, "account") == {str(stranger.staff_id), str(free.staff_id)}
    assert await _holders(report.id, "identity") == set()
    other = await receive(unit=None)
    assert str(involved.staff_id) in await _holders(other.id, "account")
    assert await _holders(other.id, "identity") == {str(custodian.staff_id)}


async def test_a_key_opens_for_its_holder_only(hire: Hire, receive: Receive) -> None:
    officer, custodian = await hire("budi", Role.INTAKE), await hire("citra", Role.IDENTITY)
    report = await receive()
    async with reading() as db:
        assert await keys.key_of(db, officer, report.id, "account") == report.keys["account"]
        assert await keys.key_of(db, officer, report.id, "identity") is None
        assert await keys.key_of(db, custodian, report.id, "identity") == report.keys["identity"]
        assert await keys.key_of(db, custodian, report.id, "account") is None
        locked = type(officer)(**{**vars(officer), "private_key": b""})
        assert await keys.key_of(db, locked, report.id, "account") is None
        impostor = type(officer)(**{**vars(officer), "private_key": KeyPair.new().private})
        with pytest.raises(Tampered):
            await keys.key_of(db, impostor, report.id, "account")
