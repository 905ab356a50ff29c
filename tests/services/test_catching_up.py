"""Who came later gets the keys of earlier reports."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, delete, select

from wbs_app.model.access import Role
from wbs_app.model.tables import Agency, AuditEvent, Report, ReportKey, Staff
from wbs_app.services import assignment, catching_up, conflicts, identity, keys, reference_edit, vouching
from wbs_app.services.catching_up import catch_up, recover
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.vault.keypairs import KeyPair, open_sealed
from wbs_app.vault.recovery import new_recovery, restore
from wbs_app.vault.sealing import Place, seal_json

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive


async def _holders(report_id: int, document: str) -> set[str]:
    async with reading() as db:
        chosen = select(ReportKey.holder).where(ReportKey.report_id == report_id, ReportKey.document == document)
        return set(await db.exec(chosen))


async def test_a_new_colleague_gets_earlier_keys(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    supervisor = await hire("sari", Role.SUPERVISOR)
    wbs, service, theirs = await receive(), await receive(kind="service"), await receive(unit="biro-hukum")
    elsewhere = await receive(agency="ntt")
    new = await hire("adi", Role.INTAKE, unit="biro-hukum")
    lead = await hire("dewi", Role.SUPERVISOR)
    await hire("eka", Role.INVESTIGATOR)
    await hire("fajar", Role.INTAKE, active=False)
    assert await catch_up(officer) == 3  # adi: wbs; dewi: wbs, theirs
    assert await catch_up(supervisor) == 1  # dewi: service
    assert await catch_up(supervisor) == await catch_up(lead) == await catch_up(new) == 0
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
    assert await catch_up(custodian) == 2
    async with reading() as db:
        for report in reports:
            assert await keys.key_of(db, new, report.id, "identity") == report.keys["identity"]
            assert await keys.key_of(db, new, report.id, "account") is None


async def test_catching_up_in_parts_newest_first(hire: Hire, receive: Receive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "_BATCH", 4)
    officer = await hire("budi", Role.INTAKE)
    async with writing() as db:
        reports = [await receive(db) for _ in range(15)]
    new = await hire("adi", Role.INTAKE)
    assert await catch_up(officer, limit=3) == 3
    async with reading() as db:
        has = [await keys.key_of(db, new, report.id, "account") is not None for report in reports[-5:]]
    assert has == [False, False, True, True, True]
    assert await catch_up(officer) == 12
    assert await catch_up(officer) == 0


async def test_two_catch_up_at_once(hire: Hire, receive: Receive) -> None:
    first, second = await hire("budi", Role.INTAKE), await hire("sari", Role.INTAKE)
    async with writing() as db:
        reports = [await receive(db) for _ in range(20)]
    new = await hire("adi", Role.INTAKE)
    await asyncio.gather(catch_up(first), catch_up(second))
    async with reading() as db:
        for report in reports:
            assert await keys.key_of(db, new, report.id, "account") == report.keys["account"]


async def test_a_locked_actor_passes_nothing_on(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    await receive()
    await hire("adi", Role.INTAKE)
    assert await catch_up(type(officer)(**{**vars(officer), "private_key": b"", "half": True})) == 0


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
    assert await recover(private, "bali") == 4
    assert await recover(private, "bali") == 0
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
            await recover(KeyPair.new().private, agency)


@pytest.mark.parametrize("name", ["I Ketut Rai", "Nyoman Suci"])
async def test_who_came_later_and_is_named_is_shut_out(hire: Hire, receive: Receive, name: str) -> None:
    """As reported, or as not to be involved: the same as if they had been there on the day."""
    chief, custodian = await hire("sari", Role.SUPERVISOR), await hire("citra", Role.IDENTITY)
    report = await receive()
    named = await hire(name, Role.INTAKE)
    also = await hire(f"{name} ", Role.INVESTIGATOR)
    keeper = await hire(f" {name}", Role.IDENTITY)
    assert await catch_up(chief) == 0
    assert await _holders(report.id, "account") == {str(chief.staff_id)}
    async with reading() as db:
        row = (await db.exec(select(Report).where(Report.id == report.id))).one()
        assert await conflicts.excluded(db, report.id) == {named.staff_id}
        assert await assignment.candidates(db, chief, row) == [await db.get_one(Staff, chief.staff_id)]
    with pytest.raises(Refused, match=r"case\.not_assignable"):
        async with writing() as db:
            await assignment.assign(db, chief, report.ticket, also.staff_id)
    assert await catch_up(custodian) == 1
    async with writing() as db:
        await identity.ask(db, chief, report.ticket, "perlu dihubungi untuk keterangan")
    async with reading() as db:
        assert len(await identity.waiting(db, custodian)) == 1
        assert await identity.waiting(db, keeper) == []


async def test_who_came_later_to_an_unwanted_unit_is_shut_out(hire: Hire, receive: Receive) -> None:
    """Of "Jangan libatkan", also where something else is the unit reported."""
    chief, custodian = await hire("sari", Role.SUPERVISOR), await hire("citra", Role.IDENTITY)
    report = await receive(unit="dinas-kesehatan")
    incident = {"description": "x", "reported": [], "exclude": "siapa pun dari  BIRO HUKUM"}
    async with writing() as db:
        row = (await db.exec(select(Report).where(Report.id == report.id))).one()
        row.account = seal_json(report.keys["account"], {"incident": incident}, Place("report", row.ticket, "account"))
        db.add(row)
    theirs = await hire("budi", Role.INTAKE, unit="biro-hukum")
    far = await hire("eka", Role.INTAKE, agencies="ntt", unit="biro-hukum")
    others = await hire("putu", Role.INVESTIGATOR, unit="biro-umum"), await hire("adi", Role.INTAKE)
    keeper = await hire("dewi", Role.IDENTITY, unit="biro-hukum")
    assert await catch_up(chief) == 1
    assert await _holders(report.id, "account") == {str(chief.staff_id), str(others[1].staff_id)}
    async with reading() as db:
        assert await conflicts.excluded(db, report.id) == {theirs.staff_id}
        row = (await db.exec(select(Report).where(Report.id == report.id))).one()
        fit = {staff.username for staff in await assignment.candidates(db, chief, row)}
    assert fit == {"sari", "putu", "adi"}
    assert far.username not in fit
    await catch_up(custodian)
    async with writing() as db:
        await identity.ask(db, chief, report.ticket, "perlu dihubungi untuk keterangan")
    async with reading() as db:
        assert len(await identity.waiting(db, custodian)) == 1
        assert await identity.waiting(db, keeper) == []


async def test_stand_ins_get_their_keys_back(hire: Hire, receive: Receive) -> None:
    """The oversight agency's supervisors, to whom a case went because nobody else was left."""
    chief, stand_in = await hire("sari", Role.SUPERVISOR), await hire("dewi", Role.SUPERVISOR, "ntt")
    also = await hire("gita", Role.SUPERVISOR, "ntt")
    async with writing() as db:
        await reference_edit.set_oversight(db, "bali", "ntt")
    report = await receive()
    async with writing() as db:
        await assignment.recuse(db, chief, report.ticket, "kenal dengan terlapor")
    assert await _holders(report.id, "account") == {str(stand_in.staff_id), str(also.staff_id)}
    async with writing() as db:
        await db.exec(delete(ReportKey).where(col(ReportKey.holder) == str(also.staff_id)))
    assert await catch_up(stand_in) == 1
    assert await _holders(report.id, "account") == {str(stand_in.staff_id), str(also.staff_id)}
