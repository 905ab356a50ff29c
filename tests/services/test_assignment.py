"""Who works on a case, who may not, and what becomes of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import select

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.filters import CaseFilter, Mark
from wbs_app.model.handling_tables import Assignment, Exclusion, Notice
from wbs_app.model.tables import Agency, Report, ReportKey
from wbs_app.services import assignment, casefile, cases, conflicts, counters, health, history, reference_edit, staff
from wbs_app.services.case_words import what_happened
from wbs_app.services.casework import NotFound
from wbs_app.services.catching_up import catch_up
from wbs_app.services.conflicts import is_named
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.text import text

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive


async def do(act: Any, actor: Actor, ticket: str, *args: Any, **kwargs: Any) -> Any:
    async with writing() as db:
        return await act(db, actor, ticket, *args, **kwargs)


async def reads(actor: Actor, ticket: str) -> bool:
    async with reading() as db:
        return (await casefile.read_again(db, actor, ticket)).account is not None


async def row(ticket: str) -> Report:
    async with reading() as db:
        return (await db.exec(select(Report).where(Report.ticket == ticket))).one()


async def test_giving_a_case_gives_its_key(hire: Hire, receive: Receive) -> None:
    sari, putu = await hire("sari", Role.SUPERVISOR), await hire("putu", Role.INVESTIGATOR, email="putu@contoh.id")
    report = await receive()
    assert not await reads(putu, report.ticket)
    for _ in range(2):
        await do(assignment.assign, sari, report.ticket, putu.staff_id, lead=True)
    assert await reads(putu, report.ticket)
    found = await row(report.ticket)
    assert (found.lead, found.version) == (putu.staff_id, 1)
    async with reading() as db:
        case = await casefile.read_again(db, sari, report.ticket)
        (notice,) = await db.exec(select(Notice).where(Notice.template == "assigned"))
    assert [step.kind for step in case.history] == ["status", "assign", "lead"]
    assert [staff.username for staff in case.team] == ["putu"]
    assert notice.staff_id == putu.staff_id


async def test_taking_a_case_takes_the_key_unless_the_role_has_it_anyway(hire: Hire, receive: Receive) -> None:
    sari, putu = await hire("sari", Role.SUPERVISOR), await hire("putu", Role.INVESTIGATOR)
    budi = await hire("budi", Role.INTAKE)
    report = await receive()
    for officer in (putu, budi):
        await do(assignment.assign, sari, report.ticket, officer.staff_id, lead=True)
        await do(assignment.unassign, sari, report.ticket, officer.staff_id)
    assert not await reads(putu, report.ticket)
    assert await reads(budi, report.ticket)
    assert (await row(report.ticket)).lead is None


async def test_only_some_give_cases(hire: Hire, receive: Receive) -> None:
    sari, putu = await hire("sari", Role.SUPERVISOR), await hire("putu", Role.INVESTIGATOR)
    adi = await hire("adi", Role.ASSESSOR)
    report = await receive()
    await do(assignment.assign, sari, report.ticket, putu.staff_id)
    with pytest.raises(Forbidden):
        await do(assignment.assign, putu, report.ticket, adi.staff_id)


async def test_who_cannot_be_given_a_case(hire: Hire, receive: Receive) -> None:
    sari = await hire("sari", Role.SUPERVISOR)
    unfit = [
        await hire("unit", Role.INVESTIGATOR, unit="biro-hukum"),
        await hire("lain", Role.INVESTIGATOR, agencies="ntt"),
        await hire("layan", Role.SERVICE),
        await hire("tamat", Role.INVESTIGATOR, active=False),
        await hire("dewi", Role.IDENTITY),
        await hire("kelola", Role.ADMIN),
    ]
    report = await receive(unit="biro-hukum")
    async with reading() as db:
        fit = await assignment.candidates(db, sari, await row(report.ticket))
    assert [staff.username for staff in fit] == ["sari"]
    for officer in unfit:
        with pytest.raises(Refused, match=r"case\.not_assignable"):
            await do(assignment.assign, sari, report.ticket, officer.staff_id)
        async with reading() as db:
            assert await db.get(ReportKey, (report.id, "account", str(officer.staff_id))) is None


async def test_a_case_whose_lead_has_left_is_found_by_who_gives_cases_out(hire: Hire, receive: Receive) -> None:
    sari, putu = await hire("sari", Role.SUPERVISOR), await hire("putu", Role.INVESTIGATOR)
    report, unassigned = await receive(), CaseFilter(marks=(Mark.UNASSIGNED,))
    async with writing() as db:
        await assignment.assign(db, sari, report.ticket, putu.staff_id, lead=True)
    async with reading() as db:
        assert not (await cases.listing(db, sari, unassigned)).rows
    async with writing() as db:
        await staff.deactivate(db, putu.staff_id)
    async with reading() as db:
        (row,) = (await cases.listing(db, sari, unassigned)).rows
        assert (row.ticket, row.officer) == (report.ticket, None)
        assert (await counters.counters(db, sari)).unassigned == 1


async def test_several_at_once_leave_out_what_is_not_ours(hire: Hire, receive: Receive) -> None:
    locked = await receive()
    sari, putu = await hire("sari", Role.SUPERVISOR), await hire("putu", Role.INVESTIGATOR)
    mine = [await receive() for _ in range(3)]
    tickets = [locked.ticket, "BALI-0000-0000", *(each.ticket for each in mine)]
    async with writing() as db:
        assert await assignment.assign_many(db, sari, tickets, putu.staff_id) == 3
    assert all([await reads(putu, each.ticket) for each in mine])
    assert not await reads(putu, locked.ticket)


async def test_stepping_back_is_for_good(hire: Hire, receive: Receive) -> None:
    budi, sari = await hire("budi", Role.INTAKE), await hire("sari", Role.SUPERVISOR)
    report = await receive()
    with pytest.raises(Refused, match=r"case\.reason_required"):
        await do(assignment.recuse, budi, report.ticket, "  ")
    await do(assignment.assign, sari, report.ticket, budi.staff_id, lead=True)
    await do(assignment.recuse, budi, report.ticket, "Terlapor adalah kakak saya.")
    assert not await reads(budi, report.ticket)
    assert (await row(report.ticket)).lead is None
    assert await catch_up(sari) == 0  # the key does not come back by the way newcomers get theirs
    with pytest.raises(Refused, match=r"case\.not_assignable"):
        await do(assignment.assign, sari, report.ticket, budi.staff_id)
    assert not await reads(budi, report.ticket)
    async with reading() as db:
        assert (await db.exec(select(Assignment))).all() == []
        last = (await casefile.read_again(db, sari, report.ticket)).history[-1]
    assert (last.kind, last.who, last.more["reason"]) == ("recuse", "budi", "Terlapor adalah kakak saya.")


async def test_the_last_one_to_step_back_leaves_it_to_the_oversight(hire: Hire, receive: Receive) -> None:
    only, kelola = await hire("budi", Role.SUPERVISOR), await hire("kelola", Role.ADMIN, email="kelola@contoh.id")
    far = await hire("eka", Role.SUPERVISOR, agencies="ntt", email="eka@contoh.id")
    async with writing() as db:
        await reference_edit.set_oversight(db, "bali", "ntt")
    report = await receive()
    with pytest.raises(NotFound):
        await reads(far, report.ticket)
    await do(assignment.recuse, only, report.ticket, "Keluarga saya terlapor.")
    assert await reads(far, report.ticket)
    async with reading() as db:
        told = {notice.staff_id for notice in await db.exec(select(Notice).where(Notice.template == "escalated"))}
    assert told == {kelola.staff_id, far.staff_id}
    assert not await reads(only, report.ticket)


async def test_an_oversight_written_into_the_database_gets_nothing(hire: Hire, receive: Receive) -> None:
    only, friend = await hire("budi", Role.SUPERVISOR), await hire("eka", Role.SUPERVISOR, agencies="ntt")
    async with writing() as db:
        agency = (await db.exec(select(Agency).where(Agency.code == "bali"))).one()
        agency.profile = agency.profile.replace('"oversight":""', '"oversight":"ntt"')
        db.add(agency)
    async with reading() as db:
        assert "nobody takes over" in str(await health._oversight(db, "bali"))
    report = await receive()
    await do(assignment.recuse, only, report.ticket, "Keluarga saya terlapor.")
    with pytest.raises(NotFound):
        await reads(friend, report.ticket)
    async with writing() as db:
        await reference_edit.set_oversight(db, "bali", "ntt")
    async with reading() as db:
        assert await health._oversight(db, "bali") is None


async def test_nobody_is_said_to_have_it_where_there_is_no_oversight(hire: Hire, receive: Receive) -> None:
    """As both agencies are shipped."""
    only, kelola = await hire("budi", Role.SUPERVISOR), await hire("kelola", Role.ADMIN, email="kelola@contoh.id")
    report = await receive()
    await do(assignment.recuse, only, report.ticket, "Keluarga saya terlapor.")
    async with reading() as db:
        assert [notice.staff_id for notice in await db.exec(select(Notice))] == [kelola.staff_id]
        stored = await db.get_one(Report, report.id)
        last = (await history.steps(db, stored, report.keys["account"]))[-1]
    assert what_happened(last, {}, "id") == text("event.escalate_nobody", "id")


async def test_an_excluded_officer_gets_no_key_by_any_way(hire: Hire, receive: Receive) -> None:
    budi, sari = await hire("budi", Role.INTAKE), await hire("sari", Role.SUPERVISOR)
    report = await receive()
    async with writing() as db:
        held = await db.get(ReportKey, (report.id, "account", str(budi.staff_id)))
        await db.delete(held)
        db.add(Exclusion(report_id=report.id, staff_id=budi.staff_id, reason=conflicts.NAMED))
    assert await catch_up(sari) == 0
    assert not await reads(budi, report.ticket)


@pytest.mark.parametrize(
    ("name", "written", "named"),
    [
        ("I Made Contoh Wijaya", "jangan libatkan Contoh Wijaya dari inspektorat", True),
        ("I Made Contoh Wijaya, S.H., M.Si.", "CONTOH  WIJAYA", True),
        ("I Made Contoh Wijaya", "made", False),
        ("Suharto", "Bapak Suharto", True),
        ("Suharto", "Suhartono", False),
        ("Ni Luh Contoh", "seorang pegawai", False),
        ("Bo", "Pak Bo", True),
    ],
)
def test_who_is_named(name: str, written: str, named: bool) -> None:
    assert is_named(name, written) is named
