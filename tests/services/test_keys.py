"""Who gets the keys of a report, at once and later."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select

from wbs_app.model.access import Role
from wbs_app.model.tables import Agency, AuditEvent, ReportKey, Staff
from wbs_app.services import keys, vouching
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.vault.keypairs import KeyPair, open_sealed
from wbs_app.vault.recovery import new_recovery, restore
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
            return {staff.username for staff in await keys.readers(db, agency, kind, document, unit)}

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


async def test_a_new_colleague_gets_earlier_keys(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    supervisor = await hire("sari", Role.SUPERVISOR)
    wbs, service, theirs = await receive(), await receive(kind="service"), await receive(unit="biro-hukum")
    elsewhere = await receive(agency="ntt")
    new = await hire("adi", Role.INTAKE, unit="biro-hukum")
    lead = await hire("dewi", Role.SUPERVISOR)
    await hire("eka", Role.INVESTIGATOR)
    await hire("fajar", Role.INTAKE, active=False)
    assert await keys.catch_up(officer) == 3  # adi: wbs; dewi: wbs, theirs
    assert await keys.catch_up(supervisor) == 1  # dewi: service
    assert await keys.catch_up(supervisor) == await keys.catch_up(lead) == await keys.catch_up(new) == 0
    async with reading() as db:
        assert await keys.key_of(db, new, wbs.id, "account") == wbs.keys["account"]
        assert await keys.key_of(db, new, service.id, "account") is None
        assert await keys.key_of(db, new, theirs.id, "account") is None
        for report in (wbs, service, theirs):
            assert await keys.key_of(db, lead, report.id, "account") == report.keys["account"]
        assert await keys.key_of(db, lead, elsewhere.id, "account") is None
        assert await keys.key_of(db, lead, wbs.id, "identity") is None
        told = [(one.actor, one.action, one.subject) for one in await db.exec(select(AuditEvent))]
    assert sorted(told) == [
        ("budi", "give_keys", "adi"),
        ("budi", "give_keys", "dewi"),
        ("sari", "give_keys", "dewi"),
    ]


async def test_custodians_pass_identities_on(hire: Hire, receive: Receive) -> None:
    custodian = await hire("citra", Role.IDENTITY)
    reports = [await receive(), await receive(kind="service")]
    new = await hire("gita", Role.IDENTITY)
    assert await keys.catch_up(custodian) == 2
    async with reading() as db:
        for report in reports:
            assert await keys.key_of(db, new, report.id, "identity") == report.keys["identity"]
            assert await keys.key_of(db, new, report.id, "account") is None


async def test_catching_up_in_parts_newest_first(hire: Hire, receive: Receive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_BATCH", 4)
    officer = await hire("budi", Role.INTAKE)
    async with writing() as db:
        reports = [await receive(db) for _ in range(15)]
    new = await hire("adi", Role.INTAKE)
    assert await keys.catch_up(officer, limit=3) == 3
    async with reading() as db:
        has = [await keys.key_of(db, new, report.id, "account") is not None for report in reports[-5:]]
    assert has == [False, False, True, True, True]
    assert await keys.catch_up(officer) == 12
    assert await keys.catch_up(officer) == 0


async def test_two_catch_up_at_once(hire: Hire, receive: Receive) -> None:
    first, second = await hire("budi", Role.INTAKE), await hire("sari", Role.INTAKE)
    async with writing() as db:
        reports = [await receive(db) for _ in range(20)]
    new = await hire("adi", Role.INTAKE)
    await asyncio.gather(keys.catch_up(first), keys.catch_up(second))
    async with reading() as db:
        for report in reports:
            assert await keys.key_of(db, new, report.id, "account") == report.keys["account"]


async def test_a_locked_actor_passes_nothing_on(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    await receive()
    await hire("adi", Role.INTAKE)
    assert await keys.catch_up(type(officer)(**{**vars(officer), "private_key": b"", "half": True})) == 0


async def test_paper_shares_recover_an_agency(hire: Hire, receive: Receive) -> None:
    public, shares = new_recovery()
    async with writing() as db:
        vouching.keep_recovery(await db.get_one(Agency, "bali"), public)
    mine = [await receive(recovery=public), await receive(recovery=public, kind="service")]
    other = await receive(agency="ntt", recovery=KeyPair.new().public)
    assert await _holders(mine[0].id, "account") == await _holders(mine[0].id, "identity") == {"recovery"}
    officer = await hire("budi", Role.SUPERVISOR, "bali ntt")
    custodian = await hire("citra", Role.IDENTITY)
    private = restore(shares[1:])
    async with writing() as db:
        assert await keys.recover(db, private, "bali") == 4
    async with writing() as db:
        assert await keys.recover(db, private, "bali") == 0
    async with reading() as db:
        for report in mine:
            assert await keys.key_of(db, officer, report.id, "account") == report.keys["account"]
            assert await keys.key_of(db, custodian, report.id, "identity") == report.keys["identity"]
        assert await keys.key_of(db, officer, other.id, "account") is None
        row = await db.get(ReportKey, (mine[0].id, "account", "recovery"))
        assert row is not None
        assert open_sealed(private, row.sealed_key) == mine[0].keys["account"]


async def test_recovery_that_does_not_fit(database: str) -> None:
    async with writing() as db:
        vouching.keep_recovery(await db.get_one(Agency, "bali"), KeyPair.new().public)
    for agency, key in (
        ("bali", "recovery_mismatch"),
        ("ntt", "recovery_missing"),
        ("papua", "recovery_missing"),
    ):
        with pytest.raises(Refused, match=key):
            async with writing() as db:
                await keys.recover(db, KeyPair.new().private, agency)
