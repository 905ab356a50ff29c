"""What a reporter does afterwards: take back, object, rate; and what each act leaves behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import col, select, update

from wbs_app.model.access import Actor, Role
from wbs_app.model.handling_tables import Notice
from wbs_app.model.tables import AuditEvent, Report, Staff
from wbs_app.model.workflow import CLOSED, OBJECTABLE, Status
from wbs_app.services import conversation, followup, history
from wbs_app.services.casework import NotFound
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.services.reports import Pass
from wbs_app.vault.sealing import Tampered

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive, Received

REASON = "Pemeriksaan tidak menyentuh dokumen yang saya kirim."

Act = Callable[..., Awaitable[None]]


@pytest.fixture
async def desk(hire: Hire) -> tuple[Actor, Actor]:
    """An intake officer and a supervisor, both with an address."""
    return (
        await hire("budi", Role.INTAKE, email="budi@contoh.go.id"),
        await hire("sari", Role.SUPERVISOR, email="sari@contoh.go.id"),
    )


async def _do(act: Act, report: Received, *values: Any) -> None:
    async with writing() as db:
        await act(db, report.held, *values)


async def _row(report: Received) -> Report:
    async with reading() as db:
        return (await db.exec(select(Report).where(Report.id == report.id))).one()


async def _newest(report: Received) -> history.Step:
    async with reading() as db:
        return (await history.steps(db, await _row(report), report.keys["account"]))[-1]


async def _told() -> set[tuple[str, str]]:
    """Who waits for which notice."""
    async with reading() as db:
        chosen = select(Staff.username, Notice.template).join(Notice, col(Notice.staff_id) == Staff.id)
        return set(await db.exec(chosen))


async def _trail() -> list[tuple[str, str]]:
    async with reading() as db:
        return [(event.actor, event.action) for event in await db.exec(select(AuditEvent).order_by("id"))]


@pytest.mark.parametrize(
    ("status", "rating", "acts"),
    [
        ("received", None, {"message", "withdraw"}),
        ("verifying", None, {"message"}),
        ("clarification", None, {"message"}),
        ("reopened", 3, {"message"}),
        ("closed_proven", None, {"object", "rate"}),
        ("closed_unproven", 4, {"object"}),
        ("referred", None, {"object", "rate"}),
        ("closed_no_reply", None, {"rate"}),
        ("withdrawn", None, set()),
    ],
)
def test_what_is_open_when(status: str, rating: int | None, acts: set[str]) -> None:
    assert followup.open_acts(status, rating) == acts


async def test_a_report_is_taken_back_before_anybody_began(desk: tuple[Actor, Actor], receive: Receive) -> None:
    report = await receive()
    for _ in range(2):  # a second press
        await _do(followup.withdraw, report, " Saya keliru. ", "a")
    row, step = await _row(report), await _newest(report)
    assert (row.status, row.due_on, row.version) == ("withdrawn", None, 1)
    assert row.closed_on is not None
    assert (step.kind, step.status, step.who, step.note) == ("withdraw", "withdrawn", "reporter", "Saya keliru.")
    assert await _told() == {("budi", "new_message"), ("sari", "new_message")}
    assert await _trail() == [("reporter", "withdraw")]


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.RECEIVED}))
async def test_it_is_not_taken_back_later(receive: Receive, status: Status) -> None:
    report = await receive(status=status.value)
    with pytest.raises(Refused, match="withdraw_late"):
        await _do(followup.withdraw, report, "", "a")
    assert (await _row(report)).status == status


@pytest.mark.parametrize("status", sorted(OBJECTABLE))
async def test_an_objection_reopens_to_the_supervisor(
    desk: tuple[Actor, Actor], receive: Receive, status: Status
) -> None:
    report = await receive(status=status.value, closed_on=None)
    for _ in range(2):
        await _do(followup.object_to, report, REASON, "a")
    row, step = await _row(report), await _newest(report)
    assert (row.status, row.reopened, row.version, row.closed_on) == ("reopened", True, 1, None)
    assert row.due_on is not None
    assert (step.kind, step.note) == ("object", REASON)
    assert await _told() == {("sari", "escalated")}
    await _do(conversation.send_by_reporter, report, "Sekarang dapat menulis lagi.", "b")


async def test_without_a_supervisor_those_on_the_case_are_told(receive: Receive, hire: Hire) -> None:
    await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    report = await receive(status="closed_proven")
    await _do(followup.object_to, report, REASON, "a")
    assert await _told() == {("budi", "escalated")}


@pytest.mark.parametrize("status", sorted(set(Status) - OBJECTABLE))
async def test_there_must_be_an_outcome_to_object_to(receive: Receive, status: Status) -> None:
    report = await receive(status=status.value)
    with pytest.raises(Refused, match="object_closed"):
        await _do(followup.object_to, report, REASON, "a")


@pytest.mark.parametrize("reason", ["", " " * 50, "terlalu singkat", "x" * (followup.LONGEST_REASON + 1)])
async def test_an_objection_has_reasons(receive: Receive, reason: str) -> None:
    report = await receive(status="closed_proven")
    with pytest.raises(Refused):
        await _do(followup.object_to, report, reason, "a")


async def test_a_rating_is_given_once(desk: tuple[Actor, Actor], receive: Receive) -> None:
    report = await receive(status="closed_proven")
    for stars in (0, 6, -1):
        with pytest.raises(Refused, match="unknown_choice"):
            await _do(followup.rate, report, stars)
    for _ in range(2):
        await _do(followup.rate, report, 4)
    with pytest.raises(Refused, match="rate_closed"):
        await _do(followup.rate, report, 5)
    row, step = await _row(report), await _newest(report)
    assert (row.rating, row.version, step.kind, step.more) == (4, 1, "rate", {"stars": 4})


@pytest.mark.parametrize("status", sorted(set(Status) - CLOSED | {Status.WITHDRAWN}))
async def test_what_is_not_finished_is_not_rated(receive: Receive, status: Status) -> None:
    report = await receive(status=status.value)
    with pytest.raises(Refused, match="rate_closed"):
        await _do(followup.rate, report, 5)


async def test_facts_are_a_message_that_says_so(desk: tuple[Actor, Actor], receive: Receive) -> None:
    report = await receive(status="verifying")
    await _do(partial(conversation.send_by_reporter, facts=True), report, "Ada saksi kedua.", "a")
    async with reading() as db:
        (said,) = await conversation.thread_for_staff(db, desk[0], report.ticket)
    assert (said.text, said.facts, said.ask) == ("Ada saksi kedua.", True, False)


async def test_nothing_is_done_with_a_key_of_another_case(receive: Receive) -> None:
    report, other = await receive(status="closed_proven"), await receive()
    acts: list[tuple[Act, tuple[Any, ...]]] = [
        (followup.withdraw, ("", "a")),
        (followup.object_to, (REASON, "a")),
        (followup.rate, (5,)),
        (conversation.send_by_reporter, ("halo", "a")),
    ]
    swapped = Pass(report.ticket, other.held.account_key, other.held.identity_key)
    gone = Pass("BALI-0000-0000", report.held.account_key, report.held.identity_key)
    for wrong, problem in ((swapped, Tampered), (gone, NotFound)):
        for act, values in acts:
            async with writing() as db:
                with pytest.raises(problem):
                    await act(db, wrong, *values)
    for act, values in acts[:2]:
        with pytest.raises(Refused):
            await _do(act, report, values[0], "")


async def test_a_press_is_not_mistaken_for_another(receive: Receive) -> None:
    """Objecting again, after the case was closed anew, is another form with a secret of its own."""
    report = await receive(status="closed_proven")
    await _do(followup.object_to, report, REASON, "a")
    async with writing() as db:
        await db.exec(update(Report).values(status="closed_unproven"))
    await _do(followup.object_to, report, REASON, "a")
    assert (await _row(report)).status == "closed_unproven"
    await _do(followup.object_to, report, REASON, "b")
    assert (await _row(report)).status == "reopened"
