"""What officers do with a case, on real databases: who may, what it needs, what it leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import col, select

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.dossier import Finding, Relation, Verdict
from wbs_app.model.handling_tables import Message, Notice
from wbs_app.model.tables import AuditEvent, Report
from wbs_app.model.workflow import Priority, Status
from wbs_app.services import casefile, conversation, handling, history
from wbs_app.services.casework import NotFound
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive

FINDING = Finding(verdict=Verdict.PARTLY, summary="Harga dinaikkan.", recommendation="Pembinaan.", loss=125_000_000)


async def now(ticket: str) -> Report:
    async with reading() as db:
        return (await db.exec(select(Report).where(Report.ticket == ticket))).one()


async def do(act: Any, actor: Actor, ticket: str, *args: Any, **kwargs: Any) -> None:
    async with writing() as db:
        await act(db, actor, ticket, *args, **kwargs)


async def move(actor: Actor, ticket: str, target: Status, **said: Any) -> None:
    await do(handling.change_status, actor, ticket, target, **({"version": None} | said))


async def past(actor: Actor, ticket: str) -> list[history.Step]:
    async with reading() as db:
        return (await casefile.read_again(db, actor, ticket)).history


async def trail() -> list[tuple[str, str, str]]:
    async with reading() as db:
        rows = await db.exec(select(AuditEvent).order_by(col(AuditEvent.id)))
        return [(row.actor, row.action, row.subject) for row in rows]


# --- status -----------------------------------------------------------------------------------------------------------


async def test_a_move_leaves_a_step_a_clock_and_an_event(hire: Hire, receive: Receive) -> None:
    budi = await hire("budi", Role.INTAKE)
    report = await receive()
    await move(budi, report.ticket, Status.VERIFYING, note="Sedang kami periksa.", reason="lengkap")
    found = await now(report.ticket)
    assert (found.status, found.version) == ("verifying", 1)
    assert found.acknowledged_on is not None and found.stage_by is not None and found.due_on is not None
    last = (await past(budi, report.ticket))[-1]
    assert (last.status, last.kind, last.who, last.note) == ("verifying", "status", "budi", "Sedang kami periksa.")
    assert last.more == {"reason": "lengkap"}
    assert await trail() == [("budi", "change_status", report.ticket)]


async def test_a_move_of_another_role_is_refused(hire: Hire, receive: Receive) -> None:
    budi = await hire("budi", Role.INTAKE)
    report = await receive()
    for target in (Status.INVESTIGATING, Status.CLOSED_PROVEN, Status.RECEIVED, Status.WITHDRAWN):
        with pytest.raises(Refused, match=r"case\.move_illegal"):
            await move(budi, report.ticket, target)
    assert (await now(report.ticket)).status == "received"


@pytest.mark.parametrize("role", [Role.IDENTITY, Role.AUDITOR, Role.ADMIN])
async def test_roles_without_casework(hire: Hire, receive: Receive, role: Role) -> None:
    outsider = await hire("dewi", role)
    report = await receive()
    with pytest.raises(Forbidden):
        await move(outsider, report.ticket, Status.VERIFYING)


async def test_without_the_key_there_is_no_case(hire: Hire, receive: Receive) -> None:
    report = await receive()
    late = await hire("adi", Role.SUPERVISOR)
    elsewhere = await hire("eka", Role.SUPERVISOR, agencies="ntt")
    for actor in (late, elsewhere):
        with pytest.raises(NotFound):
            await move(actor, report.ticket, Status.VERIFYING)


async def test_the_second_of_two_officers_is_told(hire: Hire, receive: Receive) -> None:
    budi, sari = await hire("budi", Role.INTAKE), await hire("sari", Role.SUPERVISOR)
    report = await receive()
    await move(budi, report.ticket, Status.VERIFYING, version=0)
    with pytest.raises(Refused, match=r"case\.changed_meanwhile"):
        await move(sari, report.ticket, Status.VERIFYING, version=0)
    assert (await now(report.ticket)).version == 1


async def test_what_a_move_needs(hire: Hire, receive: Receive) -> None:
    sari = await hire("sari", Role.SUPERVISOR)
    report = await receive(status="verifying")
    said: dict[str, str] = {}
    for key, more in (
        ("note_required", {"note": "n"}),
        ("reason_required", {"reason": "r"}),
        ("referral_required", {}),
    ):
        with pytest.raises(Refused, match=rf"case\.{key}"):
            await move(sari, report.ticket, Status.REFERRED, **said)
        said |= more
    await move(sari, report.ticket, Status.REFERRED, **said, referred_to="Ombudsman")
    found = await now(report.ticket)
    assert (found.status, found.due_on, found.closed_on is None) == ("referred", None, False)
    assert (await past(sari, report.ticket))[-1].more["to"] == "Ombudsman"


async def test_a_question_reaches_the_thread_and_stops_the_clock(hire: Hire, receive: Receive) -> None:
    sari = await hire("sari", Role.SUPERVISOR)
    report = await receive(status="assessing")
    with pytest.raises(Refused, match=r"case\.note_required"):
        await move(sari, report.ticket, Status.CLARIFICATION, note="  ")
    await move(sari, report.ticket, Status.CLARIFICATION, note="Bulan apa kejadiannya?")
    found = await now(report.ticket)
    assert (found.due_on, found.paused_on is None) == (None, False)
    async with reading() as db:
        (said,) = await conversation.thread_for_reporter(db, report.held)
    assert (said.text, said.ask, said.who) == ("Bulan apa kejadiannya?", True, "staff")


async def test_no_closing_for_silence_before_the_time_is_over(hire: Hire, receive: Receive) -> None:
    sari = await hire("sari", Role.SUPERVISOR)
    report = await receive(status="assessing")
    await move(sari, report.ticket, Status.CLARIFICATION, note="Bulan apa?")
    close = {"note": "Tidak ada jawaban.", "reason": "batas waktu"}
    with pytest.raises(Refused, match=r"case\.reporter_has_time"):
        await move(sari, report.ticket, Status.CLOSED_NO_REPLY, **close)
    async with writing() as db:
        found = (await db.exec(select(Report).where(Report.ticket == report.ticket))).one()
        assert found.paused_on is not None
        found.paused_on -= timedelta(days=60)
        db.add(found)
    await move(sari, report.ticket, Status.CLOSED_NO_REPLY, **close)
    assert (await now(report.ticket)).status == "closed_no_reply"


async def test_a_case_closes_with_a_finding_and_reopens_for_a_reason(hire: Hire, receive: Receive) -> None:
    putu, sari = await hire("putu", Role.SUPERVISOR), await hire("sari", Role.SUPERVISOR)
    report = await receive(status="followup")
    close = {"note": "Terbukti sebagian.", "reason": "berita acara"}
    with pytest.raises(Refused, match=r"case\.finding_required"):
        await move(putu, report.ticket, Status.CLOSED_PROVEN, **close)
    await do(handling.record_finding, putu, report.ticket, FINDING)
    await move(putu, report.ticket, Status.CLOSED_PROVEN, **close)
    with pytest.raises(Refused, match=r"case\.closed_already"):
        await do(handling.record_finding, sari, report.ticket, FINDING)
    await move(sari, report.ticket, Status.REOPENED, note="Dibuka lagi.", reason="bukti baru")
    found = await now(report.ticket)
    assert found.reopened and found.closed_on is None and found.due_on is not None
    async with reading() as db:
        assert (await casefile.read_again(db, sari, report.ticket)).dossier.finding == FINDING


# --- the rest ---------------------------------------------------------------------------------------------------------


async def test_acknowledging_twice_is_once(hire: Hire, receive: Receive) -> None:
    budi = await hire("budi", Role.INTAKE)
    report = await receive()
    for _ in range(2):
        await do(handling.acknowledge, budi, report.ticket)
    assert [step.kind for step in await past(budi, report.ticket)] == ["status", "acknowledge"]
    assert len(await trail()) == 1


async def test_priority_and_tags(hire: Hire, receive: Receive) -> None:
    budi = await hire("budi", Role.INTAKE)
    report = await receive()
    for _ in range(2):
        await do(handling.set_priority, budi, report.ticket, Priority.URGENT)
        await do(handling.set_tags, budi, report.ticket, " pengadaan, server,pengadaan ,")
    assert (await now(report.ticket)).priority == Priority.URGENT
    steps = await past(budi, report.ticket)
    assert [(step.kind, step.more) for step in steps[1:]] == [
        ("priority", {"priority": "urgent"}),
        ("tags", {"tags": ["pengadaan", "server"]}),
    ]
    with pytest.raises(Refused, match=r"case\.dossier_full"):
        await do(handling.set_tags, budi, report.ticket, "x" * 41)


async def test_linked_cases_know_of_each_other(hire: Hire, receive: Receive) -> None:
    budi = await hire("budi", Role.INTAKE)
    one, two = await receive(), await receive()
    await do(handling.link_case, budi, one.ticket, two.ticket.lower(), Relation.DUPLICATE)
    for ticket, other in ((one.ticket, two.ticket), (two.ticket, one.ticket)):
        async with reading() as db:
            links = (await casefile.read_again(db, budi, ticket)).dossier.links
        assert [(link.ticket, link.relation) for link in links] == [(other, Relation.DUPLICATE)]
    for other, key in ((two.ticket, "link_twice"), (one.ticket, "link_itself"), ("BALI-0000-0000", "link_unknown")):
        with pytest.raises(Refused, match=rf"case\.{key}"):
            await do(handling.link_case, budi, one.ticket, other, Relation.RELATED)
    await do(handling.unlink_case, budi, one.ticket, two.ticket)
    async with reading() as db:
        assert (await casefile.read_again(db, budi, two.ticket)).dossier.links == ()


async def test_a_case_whose_key_one_lacks_cannot_be_linked(hire: Hire, receive: Receive) -> None:
    locked = await receive()
    budi = await hire("budi", Role.INTAKE)
    own = await receive()
    with pytest.raises(Refused, match=r"case\.link_unknown"):
        await do(handling.link_case, budi, own.ticket, locked.ticket, Relation.RELATED)


async def test_what_officers_write_is_sealed(hire: Hire, receive: Receive) -> None:
    sari = await hire("sari", Role.SUPERVISOR)
    report = await receive(status="investigating")
    await do(handling.record_finding, sari, report.ticket, FINDING)
    await move(sari, report.ticket, Status.CLARIFICATION, note="Siapa saksinya?", reason="kurang bukti")
    found = await now(report.ticket)
    async with reading() as db:
        stored = repr([row.model_dump() for row in await db.exec(select(Message))]) + repr(found.model_dump())
        notices = (await db.exec(select(Notice))).all()
    for words in ("dinaikkan", "saksinya", "kurang bukti"):
        assert words not in stored
    assert notices == []  # this reporter left no address
