"""Messages and notes: who reads them, what they set going, and what a second press does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select, update

from tests.services.samples import jpeg
from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.handling_tables import Message, Note, Notice
from wbs_app.model.tables import AuditEvent, Evidence, Report, ReportKey, Staff
from wbs_app.model.workflow import CLOSED, Status
from wbs_app.services import conversation, evidence, evidence_access, handling, history, keys, live
from wbs_app.services.casework import NotFound
from wbs_app.services.conversation import LONGEST, Said
from wbs_app.services.database import reading, writing
from wbs_app.services.evidence import Staging
from wbs_app.services.refusal import Refused
from wbs_app.services.reports import Pass
from wbs_app.vault.sealing import Tampered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.services.conftest import Hire, Receive, Received

SECRET = "5ec2e7" * 5 + "00"


@pytest.fixture
async def officer(hire: Hire) -> Actor:
    return await hire("budi", Role.INTAKE)


@pytest.fixture
async def report(officer: Actor, receive: Receive) -> Received:
    return await receive(status="verifying")


async def _write(report: Received, text: str, once: str = SECRET) -> None:
    async with writing() as db:
        await conversation.send_by_reporter(db, report.held, text, once)


async def _answer(officer: Actor, report: Received, text: str, once: str = SECRET) -> None:
    async with writing() as db:
        await conversation.send_by_staff(db, officer, report.ticket, text, once)


async def _threads(officer: Actor, report: Received) -> tuple[list[Said], list[Said]]:
    async with reading() as db:
        return (
            await conversation.thread_for_staff(db, officer, report.ticket),
            await conversation.thread_for_reporter(db, report.held),
        )


async def _row(report: Received) -> Report:
    async with reading() as db:
        return (await db.exec(select(Report).where(Report.id == report.id))).one()


async def _trail() -> list[tuple[str, str]]:
    async with reading() as db:
        return [(event.actor, event.action) for event in await db.exec(select(AuditEvent).order_by("id"))]


# --- messages ---------------------------------------------------------------------------------------------------------


async def test_both_sides_read_both_and_the_reporter_learns_no_name(officer: Actor, report: Received) -> None:
    await _write(report, "  Uangnya dibawa pulang.\n\nSetiap Jumat. ")
    await _answer(officer, report, "Terima kasih, kami dalami.")
    desk, reporter = await _threads(officer, report)
    assert [(said.position, said.who, said.text, said.mine) for said in desk] == [
        (1, "reporter", "Uangnya dibawa pulang.\n\nSetiap Jumat.", False),
        (2, "budi", "Terima kasih, kami dalami.", True),
    ]
    assert [(said.who, said.mine) for said in reporter] == [("reporter", True), ("staff", False)]
    assert "budi" not in repr(reporter)
    assert await _trail() == [("reporter", "send_message"), ("budi", "send_message")]


async def test_nothing_of_a_message_stands_in_the_open(officer: Actor, report: Received) -> None:
    await _write(report, "Namanya Penanda Rahasia")
    async with reading() as db:
        (row,) = (await db.exec(select(Message))).all()
    assert b"Penanda" not in row.body
    assert (row.from_reporter, row.seen, len(row.once)) == (True, False, 64)
    assert len(row.body) == 1 + 24 + 256 + 16, "padded: a short message is as long as another"


async def test_a_message_of_another_place_does_not_open(officer: Actor, report: Received) -> None:
    await _write(report, "satu", "a")
    await _write(report, "dua", "b")
    async with writing() as db:
        one, two = (await db.exec(select(Message).order_by("position"))).all()
        one.body = two.body
        db.add(one)
    with pytest.raises(Tampered):
        await _threads(officer, report)


async def test_a_second_press_sends_no_second_message(officer: Actor, report: Received) -> None:
    for _ in range(2):
        await _write(report, "sekali")
        await _answer(officer, report, "sekali saja")
    desk, _ = await _threads(officer, report)
    assert [said.text for said in desk] == ["sekali", "sekali saja"]
    assert (await _row(report)).unread == 1
    with pytest.raises(Refused):
        await _write(report, "tanpa rahasia", "")


async def test_one_cases_secret_does_not_stand_in_anothers_way(
    officer: Actor, report: Received, receive: Receive
) -> None:
    other = await receive(status="verifying")
    for each in (report, other):
        await _write(each, "sama", SECRET)
        assert [said.text for said in (await _threads(officer, each))[0]] == ["sama"]


@pytest.mark.parametrize("text", ["", " \n\t ", "x" * (LONGEST + 1)])
async def test_an_empty_or_endless_message_is_refused(officer: Actor, report: Received, text: str) -> None:
    with pytest.raises(Refused):
        await _write(report, text)
    with pytest.raises(Refused):
        await _answer(officer, report, text)
    assert await _threads(officer, report) == ([], [])


@pytest.mark.parametrize("status", sorted(CLOSED))
async def test_a_closed_case_takes_no_message(
    officer: Actor, receive: Receive, status: Status, any_database: str
) -> None:
    closed = await receive(status=status.value)
    for sending in (_write(closed, "masih ada?"), _answer(officer, closed, "sudah selesai")):
        with pytest.raises(Refused, match="closed"):
            await sending


async def test_only_who_holds_the_key_reads_and_writes(
    officer: Actor, report: Received, hire: Hire, receive: Receive
) -> None:
    await _write(report, "hanya untuk pemegang kunci")
    keyless, auditor = await hire("citra", Role.INVESTIGATOR), await hire("dewi", Role.AUDITOR)
    foreign = await hire("eka", Role.INTAKE, "ntt")
    async with writing() as db:
        for stranger in (keyless, foreign):
            for act in (conversation.thread_for_staff, conversation.notes, conversation.seen_by_staff):
                with pytest.raises(NotFound):
                    await act(db, stranger, report.ticket)
            with pytest.raises(NotFound):
                await conversation.send_by_staff(db, stranger, report.ticket, "halo", SECRET)
            with pytest.raises(NotFound):
                await conversation.write_note(db, stranger, report.ticket, "halo", False, SECRET)
        for act in (conversation.thread_for_staff, conversation.notes, conversation.seen_by_staff):
            with pytest.raises(Forbidden):
                await act(db, auditor, report.ticket)
    other = await receive()
    swapped = Pass(report.ticket, other.held.account_key, other.held.identity_key)
    gone = Pass("BALI-0000-0000", report.held.account_key, report.held.identity_key)
    for wrong, problem in ((swapped, Tampered), (gone, NotFound)):
        async with writing() as db:
            with pytest.raises(problem):
                await conversation.thread_for_reporter(db, wrong)
            with pytest.raises(problem):
                await conversation.send_by_reporter(db, wrong, "halo", SECRET)
            with pytest.raises(problem):
                await conversation.seen_by_reporter(db, wrong)


async def test_read_marks_of_both_sides(officer: Actor, report: Received) -> None:
    await _write(report, "satu", "a")
    await _write(report, "dua", "b")
    await _answer(officer, report, "tiga")
    before = await _row(report)
    assert before.unread == 2
    async with writing() as db:
        await conversation.seen_by_staff(db, officer, report.ticket)
    assert [said.seen for said in (await _threads(officer, report))[0]] == [True, True, False]
    async with writing() as db:
        await conversation.seen_by_reporter(db, report.held)
    assert all(said.seen for said in (await _threads(officer, report))[1])
    after = await _row(report)
    assert (after.unread, after.version) == (0, before.version), "reading makes nobody's work out of date"
    async with writing() as db:
        await conversation.seen_by_staff(db, officer, report.ticket)
    assert (await _trail()).count(("budi", "read_messages")) == 1


async def test_open_pages_hear_of_each_message_and_mark(officer: Actor, report: Received) -> None:
    heard: list[frozenset[str] | None] = []
    case, cases = live.case_topic(report.ticket), live.list_topic("bali")
    with live.heard_by(heard.append):
        await _write(report, "halo")
        await _answer(officer, report, "ya")
        for _ in range(2):  # the second time nothing is new, and a page that marks must not wake itself for ever
            async with writing() as db:
                await conversation.seen_by_reporter(db, report.held)
    assert heard == [frozenset({case, cases}), frozenset({case, cases}), frozenset({case})]


async def test_a_message_of_an_officer_is_news_for_the_reporter(officer: Actor, receive: Receive) -> None:
    long_ago = date(2024, 1, 2)
    waiting = await receive(status="verifying", acknowledge_by=long_ago, feedback_by=long_ago, due_on=long_ago)
    await _answer(officer, waiting, "kabar")
    row = await _row(waiting)
    assert row.acknowledged_on is not None and row.feedback_by is not None and row.due_on is not None
    assert row.acknowledge_by == long_ago
    assert row.feedback_by > row.acknowledged_on + timedelta(days=30)
    assert row.due_on == row.feedback_by


# --- clarification ----------------------------------------------------------------------------------------------------


async def test_an_answer_sends_the_case_back_to_where_it_was(officer: Actor, receive: Receive) -> None:
    report = await receive()
    for target in (Status.VERIFYING, Status.CLARIFICATION):
        async with writing() as db:
            await handling.change_status(
                db, officer, report.ticket, target, version=None, note="Tahun berapa?", once="q"
            )
    (asked,), _ = await _threads(officer, report)
    assert (asked.text, asked.ask) == ("Tahun berapa?", True)
    assert (await _row(report)).paused_on is not None
    await _write(report, "Tahun 2023.")
    row = await _row(report)
    assert (row.status, row.paused_on, row.unread) == ("verifying", None, 1)
    async with reading() as db:
        past = await history.steps(db, row, report.keys["account"])
    assert [(step.status, step.who) for step in past[-2:]] == [("clarification", "budi"), ("verifying", "reporter")]


async def test_a_message_while_nobody_asks_moves_nothing(officer: Actor, report: Received) -> None:
    await _write(report, "tambahan")
    assert (await _row(report)).status == "verifying"


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(database: str) -> Iterator[None]:
    """This test's own evidence store."""
    evidence.store.cache_clear()
    yield
    evidence.store.cache_clear()


async def test_files_go_with_a_message_once(officer: Actor, report: Received, store: None) -> None:
    await _row(report)
    ours, theirs = (
        Staging(evidence_access.secret_of_reporter(report.held)),
        Staging(evidence_access.secret_of_staff(officer, report.ticket)),
    )
    for staging in (ours, theirs):
        await staging.add("foto.jpg", jpeg(), 5)
    for _ in range(2):
        files = await ours.ready()
        async with writing() as db:
            await conversation.send_by_reporter(db, report.held, "", "a", files)
        files = await theirs.ready()
        async with writing() as db:
            await conversation.send_by_staff(db, officer, report.ticket, "", "b", files)
    desk, reporter = await _threads(officer, report)
    assert [len(said.files) for said in desk] == [1, 1]
    assert [said.files for said in desk] == [said.files for said in reporter]
    async with reading() as db:
        rows = {row.id: row for row in await db.exec(select(Evidence))}
    assert {file for said in desk for file in said.files} < rows.keys()
    assert rows[desk[0].files[0]].original is not None, "of the reporter's, the original is kept for the custodian"
    assert rows[desk[1].files[0]].original is None
    assert (await _row(report)).evidence_count == 2, "the officers' files are not the reporter's evidence"


# --- notes ------------------------------------------------------------------------------------------------------------


async def test_files_alone_are_an_answer(hire: Hire, receive: Receive, store: None) -> None:
    """Who is asked for a photograph and sends it has answered: the case goes on, and whoever handles it is told."""
    officer = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    report = await receive()
    for target in (Status.VERIFYING, Status.CLARIFICATION):
        async with writing() as db:
            await handling.change_status(db, officer, report.ticket, target, version=None, note="Ada foto?", once="q")
    ours = Staging(evidence_access.secret_of_reporter(report.held))
    await ours.add("foto.jpg", jpeg(), 5)
    files = await ours.ready()
    async with writing() as db:
        await conversation.send_by_reporter(db, report.held, "", "a", files)
    row = await _row(report)
    assert (row.status, row.paused_on, row.unread) == ("verifying", None, 1)
    async with reading() as db:
        told = (await db.exec(select(Notice.staff_id, Notice.template))).all()
        past = await history.steps(db, row, report.keys["account"])
    assert (officer.staff_id, "new_message") in told
    assert [(step.kind, step.status, step.who) for step in past[-2:]] == [
        ("evidence", "clarification", "reporter"),
        ("status", "verifying", "reporter"),
    ]


async def test_a_closed_case_takes_no_files(officer: Actor, receive: Receive, store: None) -> None:
    report = await receive(status="closed_proven", closed_on=date(2024, 11, 12))
    ours = Staging(evidence_access.secret_of_reporter(report.held))
    await ours.add("foto.jpg", jpeg(), 5)
    files = await ours.ready()
    with pytest.raises(Refused, match=r"chat\.closed"):
        async with writing() as db:
            await conversation.send_by_reporter(db, report.held, "", "a", files)


async def test_team_notes_and_ones_own(officer: Actor, report: Received, hire: Hire) -> None:
    colleague = await hire("sari", Role.SUPERVISOR)
    async with writing() as db:
        key = report.keys["account"]
        staff = await db.get(Staff, colleague.staff_id)
        assert staff is not None
        await keys.seal_key(db, report.id, "account", key, [staff], None)
    for private, text in ((False, "untuk tim"), (True, "untuk saya")):
        for _ in range(2):
            async with writing() as db:
                await conversation.write_note(db, officer, report.ticket, text, private, text)
    async with reading() as db:
        mine = await conversation.notes(db, officer, report.ticket)
        shared = await conversation.notes(db, colleague, report.ticket)
        rows = (await db.exec(select(Note))).all()
    assert [(note.who, note.text, note.private) for note in mine] == [
        ("budi", "untuk tim", False),
        ("budi", "untuk saya", True),
    ]
    assert [note.text for note in shared] == ["untuk tim"]
    assert not any(b"untuk" in row.body for row in rows)
    assert (await _trail()).count(("budi", "write_note")) == 2


async def test_nobody_else_opens_a_private_note_even_when_shown_it(
    officer: Actor, report: Received, hire: Hire
) -> None:
    other = await hire("sari", Role.SUPERVISOR)
    async with writing() as db:
        await conversation.write_note(db, officer, report.ticket, "untuk saya", True, SECRET)
        await db.exec(update(Note).values(author=other.staff_id))
        held = (await db.exec(select(ReportKey).where(ReportKey.document == "account"))).one()
        stolen = ReportKey(
            report_id=held.report_id,
            document="account",
            holder=str(other.staff_id),
            sealed_key=held.sealed_key,
        )
        db.add(stolen)
    as_other = Actor(other.staff_id, "sari", "Sari", Role.SUPERVISOR, ("bali",), None, officer.private_key)
    mixed = Actor(other.staff_id, "sari", "Sari", Role.SUPERVISOR, ("bali",), None, other.private_key)
    async with reading() as db:
        assert [note.text for note in await conversation.notes(db, as_other, report.ticket)] == ["untuk saya"]
        with pytest.raises(Tampered):
            await conversation.notes(db, mixed, report.ticket)


@pytest.mark.parametrize("text", ["", "x" * (LONGEST + 1)])
async def test_an_empty_or_endless_note_is_refused(officer: Actor, report: Received, text: str) -> None:
    async with writing() as db:
        with pytest.raises(Refused):
            await conversation.write_note(db, officer, report.ticket, text, False, SECRET)
        with pytest.raises(Refused):
            await conversation.write_note(db, officer, report.ticket, "x", False, "")
