"""What may be destroyed, by whom, and what is left of it."""

from datetime import date
from typing import TYPE_CHECKING, Any

import obstore
import pytest
from sqlmodel import SQLModel, col, delete, select, update

from wbs_app.model.access import Forbidden, Role
from wbs_app.model.agency import Profile, Retention
from wbs_app.model.handling_tables import LegalHold, Notice
from wbs_app.model.tables import Agency, AuditEvent, Evidence, Report, Staff
from wbs_app.services import audit, demo, evidence, retention
from wbs_app.services.casework import NotFound
from wbs_app.services.database import reading, snapshot, writing
from wbs_app.services.refusal import Refused

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive

OLD, YOUNG = date(2015, 5, 5), date(2026, 1, 1)


@pytest.fixture(autouse=True)
async def times(database: str) -> None:
    """Five years for unproven cases of Bali; all others are kept."""
    evidence.store.cache_clear()
    async with writing() as db:
        agency = await db.get(Agency, "bali")
        assert agency is not None
        profile = Profile.model_validate_json(agency.profile)
        kept = profile.model_copy(update={"retention": Retention(closed_unproven=5)})
        agency.profile = kept.model_dump_json()
        db.add(agency)


async def _proposed() -> int:
    async with writing() as db:
        return await retention.propose(db)


async def _listed(actor: Any) -> list[str]:
    async with reading() as db:
        return [one.ticket for one in await retention.listing(db, actor)]


async def _approve(actor: Any, *tickets: str) -> None:
    async with writing() as db:
        await retention.approve(db, actor, tickets)


async def _actions(ticket: str) -> list[tuple[str, str]]:
    async with reading() as db:
        chosen = select(AuditEvent).where(AuditEvent.subject == ticket).order_by(col(AuditEvent.id))
        return [(event.actor, event.action) for event in await db.exec(chosen)]


async def test_what_is_proposed(hire: "Hire", receive: "Receive") -> None:
    chief = await hire("sari", Role.SUPERVISOR)
    due = await receive(status="closed_unproven", closed_on=OLD)
    for others in (
        {"status": "closed_unproven", "closed_on": YOUNG},
        {"status": "closed_proven", "closed_on": OLD},
        {"status": "closed_unproven", "closed_on": OLD, "reopened": True},
        {"status": "closed_unproven", "closed_on": OLD, "agency": "ntt"},
        {"status": "investigating"},
    ):
        await receive(**others)
    held = await receive(status="closed_unproven", closed_on=OLD)
    async with writing() as db:
        await retention.hold(db, chief, held.ticket)
    assert await _proposed() == 1
    assert await _proposed() == 0
    assert await _listed(chief) == [due.ticket]
    async with writing() as db:
        await retention.lift(db, chief, held.ticket)
    assert await _proposed() == 1
    async with writing() as db:
        await db.exec(update(Report).where(col(Report.id) == due.id).values(reopened=True))
    assert await _proposed() == 0
    assert await _listed(chief) == [held.ticket]
    assert await _actions(held.ticket) == [("sari", "hold_case"), ("sari", "lift_hold")]


async def test_two_different_people_approve_and_one_is_a_supervisor(hire: "Hire", receive: "Receive") -> None:
    chief, other = await hire("sari", Role.SUPERVISOR), await hire("dewi", Role.SUPERVISOR)
    admin, second_admin = await hire("made", Role.ADMIN), await hire("ketut", Role.ADMIN)
    stranger = await hire("umbu", Role.SUPERVISOR, agencies="ntt")
    first, second, third = [(await receive(status="closed_unproven", closed_on=OLD)).ticket for _ in range(3)]
    with pytest.raises(Refused, match="destruction_unknown"):
        await _approve(chief, first)
    await _proposed()
    for role in set(Role) - {Role.SUPERVISOR, Role.ADMIN}:
        with pytest.raises(Forbidden):
            await _approve(await hire(f"x-{role}", role), first)
    with pytest.raises(Refused, match="destruction_unknown"):
        await _approve(stranger, first)
    await _approve(chief, first, second)
    with pytest.raises(Refused, match="destruction_twice"):
        await _approve(chief, first)
    async with reading() as db:
        assert await retention.approved(db) == []
    assert not await retention.purge(first)
    await _approve(admin, first, third)
    await _approve(other, second)
    with pytest.raises(Refused, match="destruction_supervisor"):
        await _approve(second_admin, third)
    async with reading() as db:
        assert await retention.approved(db) == sorted((first, second))
    assert await _actions(first) == [("sari", "approve_destruction"), ("made", "approve_destruction")]


async def test_those_who_must_act_are_told_once_and_see_how_many(hire: "Hire", receive: "Receive") -> None:
    people = {
        name: await hire(name, role, agencies, email=f"{name}@contoh.go.id")
        for name, role, agencies in (
            ("sari", Role.SUPERVISOR, "bali ntt"),
            ("dewi", Role.SUPERVISOR, "bali"),
            ("made", Role.ADMIN, "bali"),
            ("ketut", Role.ADMIN, "bali"),
            ("umbu", Role.SUPERVISOR, "ntt"),
            ("rai", Role.INTAKE, "bali"),
        )
    }

    async def told() -> set[str]:
        async with writing() as db:
            chosen = select(Staff.username).join(Notice, col(Notice.staff_id) == Staff.id)
            names = set(await db.exec(chosen.where(Notice.template == "destruction")))
            await db.exec(delete(Notice))
        return names

    async def waits() -> list[int]:
        async with reading() as db:
            return [await retention.awaiting(db, people[name]) for name in ("sari", "dewi", "made", "ketut", "umbu")]

    ticket = (await receive(status="closed_unproven", closed_on=OLD)).ticket
    await _proposed()
    assert (await told(), await waits()) == ({"sari", "dewi", "made", "ketut"}, [1, 1, 1, 1, 0])
    await _proposed()
    assert await told() == set(), "once for each case"
    await _approve(people["made"], ticket)
    assert (await told(), await waits()) == (set(), [1, 1, 0, 0, 0]), "two administrators are not enough"
    await _approve(people["sari"], ticket)
    assert (await told(), await waits()) == ({"made", "ketut"}, [0, 0, 1, 1, 0]), "for wbs purge"
    with pytest.raises(Forbidden):
        async with reading() as db:
            await retention.awaiting(db, people["rai"])


async def test_destroyed_for_good(hire: "Hire", database: str) -> None:
    chief, admin = await hire("sari", Role.SUPERVISOR), await hire("made", Role.ADMIN)
    await demo.fill(40, ("bali",), lambda _done: None)
    async with writing() as db:
        report = (await db.exec(select(Report).where(Report.evidence_count > 0))).first()
        assert report is not None
        id, ticket, account = report.id, report.ticket, report.account
        report.status, report.closed_on, report.reopened = "closed_unproven", OLD, False
        db.add(report)
        files = list(await db.exec(select(Evidence.id).where(Evidence.report_id == id)))
    await _proposed()
    await _approve(chief, ticket)
    await _approve(admin, ticket)
    assert await retention.purge(ticket)
    assert not await retention.purge(ticket)
    await retention.wipe()
    async with snapshot() as db:
        connection = await db.connection()
        for table in SQLModel.metadata.sorted_tables:
            for key in table.foreign_keys:
                if key.column.table.name == "report":
                    assert not (await connection.execute(select(table).where(key.parent == id))).all(), table.name  # type: ignore[call-overload]
        assert (await db.exec(select(Report).where(Report.ticket == ticket))).first() is None
        assert (await db.exec(select(Report.id))).first() is not None
        assert await audit.verify(db) is None
    for name in files:
        with pytest.raises(FileNotFoundError):
            await obstore.get_async(evidence.store(), f"files/{name}")
    assert await _actions(ticket) == [
        ("sari", "approve_destruction"),
        ("made", "approve_destruction"),
        ("system", "destroy"),
    ]
    if database == "sqlite":
        from wbs_app.config import settings

        for file in settings().data_dir.glob("wbs.db*"):
            assert account[:64] not in file.read_bytes(), file.name


@pytest.mark.parametrize("change", [{"reopened": True}, {"status": "investigating"}, {"closed_on": YOUNG}, "hold"])
async def test_what_changed_after_the_approvals_is_not_destroyed(
    change: dict[str, Any] | str, hire: "Hire", receive: "Receive"
) -> None:
    chief, admin = await hire("sari", Role.SUPERVISOR), await hire("made", Role.ADMIN)
    report = await receive(status="closed_unproven", closed_on=OLD)
    await _proposed()
    await _approve(chief, report.ticket)
    await _approve(admin, report.ticket)
    async with writing() as db:
        if isinstance(change, str):
            db.add(LegalHold(report_id=report.id, placed_by=chief.staff_id, placed_on=YOUNG))
        else:
            await db.exec(update(Report).where(col(Report.id) == report.id).values(**change))
    assert not await retention.purge(report.ticket)
    async with reading() as db:
        assert await db.get(Report, report.id) is not None


async def test_who_may_hold(hire: "Hire", receive: "Receive") -> None:
    report = await receive()
    for role in set(Role) - {Role.SUPERVISOR}:
        actor = await hire(f"x-{role}", role)
        with pytest.raises(Forbidden):
            async with writing() as db:
                await retention.hold(db, actor, report.ticket)
    stranger = await hire("umbu", Role.SUPERVISOR, agencies="ntt")
    with pytest.raises(NotFound):
        async with writing() as db:
            await retention.hold(db, stranger, report.ticket)
