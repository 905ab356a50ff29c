"""Who reported: asked for with a reason, decided by somebody else, open for a while, and never silently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import col, delete, select, update

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.columns import now
from wbs_app.model.handling_tables import Exclusion, IdentityRequest, Notice
from wbs_app.model.tables import AuditEvent, Report, ReportKey, Staff
from wbs_app.services import assignment, history, identity, staff
from wbs_app.services.casework import NotFound
from wbs_app.services.catching_up import catch_up
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.vault.sealing import Tampered

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive, Received

REASON = "Pelapor perlu dihubungi untuk dimintai keterangan saksi."
ANSWER = "Sampaikan pertanyaan melalui kotak komunikasi dahulu."


@dataclass
class People:
    """An intake officer who holds the case, its investigator, two custodians, one of whom is of another agency."""

    intake: Actor
    investigator: Actor
    custodian: Actor
    foreigner: Actor


@pytest.fixture
async def people(hire: Hire) -> People:
    return People(
        intake=await hire("budi", Role.INTAKE, email="budi@contoh.go.id"),
        investigator=await hire("citra", Role.INVESTIGATOR, email="citra@contoh.go.id"),
        custodian=await hire("wayan", Role.IDENTITY, email="wayan@contoh.go.id"),
        foreigner=await hire("eka", Role.IDENTITY, "ntt", email="eka@contoh.go.id"),
    )


@pytest.fixture
async def report(people: People, receive: Receive) -> Received:
    """Given to the investigator."""
    filed = await receive(status="investigating")
    async with writing() as db:
        await assignment.assign(db, people.intake, filed.ticket, people.investigator.staff_id)
    return filed


async def _ask(actor: Actor, report: Received, reason: str = REASON) -> None:
    async with writing() as db:
        await identity.ask(db, actor, report.ticket, reason)


async def _decide(actor: Actor, approve: bool, answer: str = ANSWER, hours: int = 24) -> None:
    """About the newest request, whosever it is."""
    async with writing() as db:
        newest = (await db.exec(select(IdentityRequest.id).order_by(col(IdentityRequest.id).desc()))).first()
        await identity.decide(db, actor, newest or 1, approve, answer, hours)


async def _end_early(actor: Actor) -> None:
    async with writing() as db:
        newest = (await db.exec(select(IdentityRequest.id).order_by(col(IdentityRequest.id).desc()))).first()
        await identity.end(db, actor, newest or 1)


async def _open(actor: Actor, report: Received) -> dict[str, Any]:
    async with writing() as db:
        return await identity.open_identity(db, actor, report.ticket)


async def _end() -> int:
    async with writing() as db:
        return await identity.end_expired(db)


async def _time_passes() -> None:
    async with writing() as db:
        approved = col(IdentityRequest.state) == "approved"
        await db.exec(update(IdentityRequest).where(approved).values(expires_at=now() - timedelta(seconds=1)))


async def _holders() -> set[str]:
    """Who holds an identity key."""
    async with reading() as db:
        chosen = select(ReportKey.holder).where(ReportKey.document == "identity")
        names = {str(staff.id): staff.username for staff in await db.exec(select(Staff))}
        return {names[holder] for holder in await db.exec(chosen)}


async def _trail() -> list[tuple[str, str]]:
    async with reading() as db:
        return [(event.actor, event.action) for event in await db.exec(select(AuditEvent).order_by("id"))]


async def _told() -> set[tuple[str, str]]:
    async with reading() as db:
        chosen = select(Staff.username, Notice.template).join(Notice, col(Notice.staff_id) == Staff.id)
        return set(await db.exec(chosen))


# --- the way it goes --------------------------------------------------------------------------------------------------


async def test_declined_then_approved_then_over(people: People, report: Received) -> None:
    with pytest.raises(Refused, match="closed"):
        await _open(people.investigator, report)
    await _ask(people.investigator, report)
    await _decide(people.custodian, False)
    with pytest.raises(Refused, match="closed"):
        await _open(people.investigator, report)
    assert await _holders() == {"wayan"}
    await _ask(people.investigator, report)
    await _decide(people.custodian, True, "", hours=2)
    assert await _holders() == {"wayan", "citra"}
    assert await _open(people.investigator, report) == {"name": None}
    await _time_passes()
    with pytest.raises(Refused, match="closed"):
        await _open(people.investigator, report)
    assert (await _end(), await _end()) == (1, 0)
    assert await _holders() == {"wayan"}
    assert await _trail() == [
        ("budi", "assign"),
        ("citra", "ask_identity"),
        ("wayan", "decline_identity"),
        ("citra", "ask_identity"),
        ("wayan", "approve_identity"),
        ("citra", "open_identity"),
        ("system", "end_identity"),
    ]
    assert await _told() == {("citra", "assigned"), ("wayan", "identity_asked"), ("citra", "identity_decided")}


async def test_every_step_stands_in_the_timeline(people: People, report: Received) -> None:
    await _ask(people.investigator, report)
    await _decide(people.custodian, False)
    await _ask(people.investigator, report)
    await _decide(people.custodian, True, "", hours=2)
    await _open(people.investigator, report)
    await _time_passes()
    await _end()
    async with reading() as db:
        row = (await db.exec(select(Report))).one()
        asker = await identity.timeline(db, people.investigator, row)
        colleague = await identity.timeline(db, people.intake, row)
        own = await history.steps(db, row, report.keys["account"])
    assert sorted((step.kind, step.who) for step in asker) == [
        ("identity_approve", "wayan"),
        ("identity_ask", "citra"),
        ("identity_ask", "citra"),
        ("identity_decline", "wayan"),
        ("identity_end", "system"),
    ]
    assert [step.at for step in asker] == sorted(step.at or "" for step in asker)
    said = {step.kind: step.more for step in asker}
    assert said["identity_ask"] == {"reason": REASON}
    assert said["identity_decline"] == {"answer": ANSWER}
    assert set(said["identity_approve"]) == {"until"}
    assert [step.kind for step in colleague] == [step.kind for step in asker]
    assert not any("reason" in step.more or "answer" in step.more for step in colleague)
    assert own[-1].kind == "identity_open" and own[-1].kind not in history.PUBLIC


async def test_what_each_screen_shows(people: People, report: Received) -> None:
    await _ask(people.investigator, report)
    async with reading() as db:
        (request,) = await identity.waiting(db, people.custodian)
        assert await identity.decided(db, people.custodian) == []
        assert await identity.waiting(db, people.foreigner) == []
        mine = await identity.latest(db, people.investigator, report.ticket)
        assert await identity.latest(db, people.intake, report.ticket) is None
    assert (request.ticket, request.agency, request.asker.username) == (report.ticket, "bali", "citra")
    assert (request.reason, request.state, request.open) == (REASON, "waiting", False)
    assert mine is not None and mine.reason == REASON
    await _decide(people.custodian, True)
    async with reading() as db:
        assert await identity.waiting(db, people.custodian) == []
        (past,) = await identity.decided(db, people.custodian)
        assert await identity.decided(db, people.foreigner) == []
    assert past.decider is not None and past.decider.username == "wayan"
    assert (past.answer, past.open) == (ANSWER, True)
    assert past.expires_at is not None and past.decided_at is not None
    assert timedelta(hours=23) < past.expires_at - past.decided_at < timedelta(hours=25)


async def test_reason_and_answer_are_sealed(people: People, report: Received) -> None:
    await _ask(people.investigator, report)
    await _decide(people.custodian, False)
    async with writing() as db:
        row = (await db.exec(select(IdentityRequest))).one()
        assert b"saksi" not in row.reason and row.answer is not None and b"kotak" not in row.answer
        row.answer = row.reason
        db.add(row)
    async with reading() as db:
        with pytest.raises(Tampered):
            await identity.latest(db, people.investigator, report.ticket)


# --- who may what -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", " ", "x" * 19 + "  ", "x" * (identity.LONGEST_REASON + 1)])
async def test_a_reason_is_given(people: People, report: Received, reason: str) -> None:
    with pytest.raises(Refused):
        await _ask(people.investigator, report, reason)


async def test_only_officers_on_the_case_ask(people: People, report: Received, hire: Hire) -> None:
    outsider = await hire("dewi", Role.INVESTIGATOR)
    foreign = await hire("fajar", Role.INTAKE, "ntt")
    for actor in (outsider, foreign):
        with pytest.raises(NotFound):
            await _ask(actor, report)
        with pytest.raises(NotFound):
            await _open(actor, report)
    for role in (Role.IDENTITY, Role.ADMIN, Role.AUDITOR):
        other = await hire(role.value, role)
        with pytest.raises(Forbidden):
            await _ask(other, report)
        with pytest.raises(Forbidden):
            await _open(other, report)


async def test_only_custodians_of_the_case_decide(people: People, report: Received, hire: Hire) -> None:
    late = await hire("gede", Role.IDENTITY)  # holds no key of this case
    await _ask(people.investigator, report)
    for actor in (people.investigator, people.intake):
        with pytest.raises(Forbidden):
            await _decide(actor, True)
        async with reading() as db:
            for screen in (identity.waiting, identity.decided):
                with pytest.raises(Forbidden):
                    await screen(db, actor)
    for actor in (people.foreigner, late):
        with pytest.raises(NotFound):
            await _decide(actor, True)
        async with reading() as db:
            assert await identity.waiting(db, actor) == await identity.decided(db, actor) == []
    assert await _holders() == {"wayan"}


async def test_nobody_decides_about_an_own_request(people: People, report: Received) -> None:
    """Should somebody's role have changed in between: the same person is not two."""
    await _ask(people.investigator, report)
    both = Actor(people.investigator.staff_id, "citra", "Citra", Role.IDENTITY, ("bali",), None,
                 people.investigator.private_key)  # fmt: skip
    with pytest.raises(NotFound):
        await _decide(both, True)
    async with reading() as db:
        assert await identity.waiting(db, both) == []


async def test_a_custodian_ends_an_access_before_its_time(people: People, report: Received, hire: Hire) -> None:
    await _ask(people.investigator, report)
    await _decide(people.custodian, True, hours=168)
    assert await _open(people.investigator, report)
    before = await _holders()
    later = await hire("lain", Role.IDENTITY, email="lain@contoh.go.id")  # holds no key of this case
    for other in (people.foreigner, later):
        with pytest.raises(NotFound):
            await _end_early(other)
    with pytest.raises(Forbidden):
        await _end_early(people.investigator)
    assert await _holders() == before
    await _end_early(people.custodian)
    assert await _holders() == before - {"citra"}
    with pytest.raises(Refused, match="closed"):
        await _open(people.investigator, report)
    with pytest.raises(Refused, match="over"):
        await _end_early(people.custodian)
    assert ("wayan", "end_identity") in await _trail()
    assert ("citra", "identity_decided") in await _told()
    async with reading() as db:
        row = (await db.exec(select(Report))).one()
        steps = await identity.timeline(db, people.investigator, row)
    assert (steps[-1].kind, steps[-1].who) == ("identity_recall", "system"), "not as if its time had passed"
    await _ask(people.investigator, report)


async def test_a_request_is_decided_once(people: People, report: Received) -> None:
    await _ask(people.investigator, report)
    await _decide(people.custodian, True)
    for approve in (True, False):
        with pytest.raises(Refused, match="decided"):
            await _decide(people.custodian, approve)
    for number in (0, -1, 2**40, 12345):
        async with writing() as db:
            with pytest.raises(NotFound):
                await identity.decide(db, people.custodian, number, True, ANSWER)


async def test_a_decision_is_whole(people: People, report: Received) -> None:
    await _ask(people.investigator, report)
    for approve, answer, hours in ((False, " ", 24), (False, "x" * 3000, 24), (True, "", 0), (True, "", 200)):
        with pytest.raises(Refused):
            await _decide(people.custodian, approve, answer, hours)
    async with reading() as db:
        assert len(await identity.waiting(db, people.custodian)) == 1
    assert await _holders() == {"wayan"}


async def test_one_request_at_a_time(people: People, report: Received) -> None:
    await _ask(people.investigator, report)
    await _ask(people.investigator, report)  # a second press
    with pytest.raises(Refused, match="already_asked"):
        await _ask(people.investigator, report, REASON + " Segera.")
    await _ask(people.intake, report)  # somebody else's is another
    async with reading() as db:
        assert len(await identity.waiting(db, people.custodian)) == 2
    await _decide(people.custodian, True)
    with pytest.raises(Refused, match="already_open"):
        await _ask(people.intake, report)


async def test_there_must_be_somebody_to_decide(people: People, report: Received) -> None:
    async with writing() as db:
        db.add(Exclusion(report_id=report.id, staff_id=people.custodian.staff_id, reason="named"))
    with pytest.raises(Refused, match="nobody"):
        await _ask(people.investigator, report)


# --- what happens in between ------------------------------------------------------------------------------------------


async def test_who_has_left_the_case_is_given_nothing(people: People, report: Received) -> None:
    await _ask(people.investigator, report)
    async with writing() as db:
        await assignment.recuse(db, people.investigator, report.ticket, "Saya kenal terlapor.")
    with pytest.raises(Refused, match="asker_gone"):
        await _decide(people.custodian, True)
    assert await _holders() == {"wayan"}
    async with reading() as db:
        assert [request.state for request in await identity.waiting(db, people.custodian)] == ["waiting"]


async def test_who_leaves_the_case_reads_no_identity(people: People, report: Received) -> None:
    await _ask(people.investigator, report)
    await _decide(people.custodian, True)
    async with writing() as db:
        await assignment.unassign(db, people.intake, report.ticket, people.investigator.staff_id)
    with pytest.raises(NotFound):
        await _open(people.investigator, report)
    assert await _holders() == {"wayan"}


async def test_the_end_of_one_access_ends_no_other(people: People, report: Received) -> None:
    await _ask(people.investigator, report)
    await _decide(people.custodian, True)
    await _time_passes()
    await _ask(people.intake, report)
    await _decide(people.custodian, True)
    assert await _end() == 1
    assert await _holders() == {"wayan", "budi"}
    assert await _open(people.intake, report) == {"name": None}


async def test_a_stolen_key_of_another_opens_nothing(people: People, report: Received) -> None:
    await _ask(people.investigator, report)
    await _decide(people.custodian, True)
    async with writing() as db:
        key = await db.get(ReportKey, (report.id, "identity", str(people.custodian.staff_id)))
        assert key is not None
        mine = await db.get(ReportKey, (report.id, "identity", str(people.investigator.staff_id)))
        assert mine is not None
        mine.sealed_key = key.sealed_key
        db.add(mine)
    with pytest.raises(Tampered):
        await _open(people.investigator, report)


async def test_a_request_that_nobody_is_left_to_decide_can_be_made_again(
    people: People, report: Received, hire: Hire
) -> None:
    await _ask(people.investigator, report)
    assert await _end() == 0
    later = await hire("dewi", Role.IDENTITY)
    await catch_up(people.custodian)
    async with writing() as db:
        await staff.deactivate(db, people.custodian.staff_id)
        await db.exec(delete(Notice))
    with pytest.raises(Refused, match="already_asked"):
        await _ask(people.investigator, report, REASON + " Sekali lagi.")
    assert await _end() == 1 and await _end() == 0
    async with reading() as db:
        assert [notice.staff_id for notice in await db.exec(select(Notice))] == [people.investigator.staff_id]
        assert [request.state for request in await identity.decided(db, later)] == ["ended"]
    await _ask(people.investigator, report)
    await _decide(later, True)
    assert await _open(people.investigator, report)
