"""A case under any sequence of acts by any mix of people: it never reaches an illegal status, never loses a deadline,
never moves an acknowledgement, and never lets an excluded officer read."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import select

from tests.services.conftest import Hire, Receive, Received
from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.dossier import Finding, Verdict
from wbs_app.model.handling_tables import Exclusion
from wbs_app.model.tables import Report, ReportKey
from wbs_app.model.workflow import CLOSED, MOVES, OBJECTABLE, Status, moves_from
from wbs_app.services import assignment, casefile, conversation, followup, handling
from wbs_app.services.casework import NotFound, clock_of
from wbs_app.services.catching_up import catch_up
from wbs_app.services.database import close, reading, writing
from wbs_app.services.refusal import Refused

STAFF = {
    "ayu": Role.INTAKE,
    "made": Role.ASSESSOR,
    "putu": Role.INVESTIGATOR,
    "sari": Role.SUPERVISOR,
    "gede": Role.SUPERVISOR,
    "dewi": Role.IDENTITY,
    "adi": Role.AUDITOR,
    "kelola": Role.ADMIN,
}
FORTH = {(move.origin, move.target) for move in MOVES}
BY_REPORTER = {(Status.RECEIVED, Status.WITHDRAWN)} | {(status, Status.REOPENED) for status in OBJECTABLE}
BACK = {(Status.CLARIFICATION, move.origin) for move in MOVES if move.target is Status.CLARIFICATION}

who = st.sampled_from(sorted(STAFF))
words = st.sampled_from(["", "Karena demikian adanya menurut berkas."])
LONG = "Karena demikian adanya menurut berkas."


class Life(RuleBasedStateMachine):
    """`run` runs a coroutine; `people` and `case` are of this example."""

    run: Any
    hire: Hire
    receive: Receive

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        mark = secrets.token_hex(3)
        self.people: dict[str, Actor] = {name: await self.hire(f"{name}-{mark}", role) for name, role in STAFF.items()}
        self.case: Received = await self.receive()
        self.status = Status.RECEIVED
        self.acknowledged: date | None = None
        self.excluded: set[int] = set()

    def act(self, step: Any, *args: Any, **kwargs: Any) -> None:
        """One act, refused or not, and what must hold whichever it was."""
        self.run(self._act(step, *args, **kwargs))

    async def _act(self, step: Any, *args: Any, **kwargs: Any) -> None:
        try:
            async with writing() as db:
                await step(db, *args, **kwargs)
        except (Refused, Forbidden, NotFound):
            return

    @rule(name=who, status=st.sampled_from(list(Status)), note=words, reason=words)
    def move(self, name: str, status: Status, note: str, reason: str) -> None:
        said: dict[str, Any] = {"version": None, "note": note, "reason": reason, "referred_to": "Ombudsman"}
        self.act(handling.change_status, self.people[name], self.case.ticket, status, **said)

    @rule(name=who, choice=st.integers(0, 5))
    def move_on(self, name: str, choice: int) -> None:
        """A move that this role may make, so that cases get far."""
        ways = moves_from(self.status, self.people[name].role)
        if ways:
            said: dict[str, Any] = {"version": None, "note": LONG, "reason": LONG, "referred_to": "Ombudsman"}
            status = ways[choice % len(ways)].target
            self.act(handling.change_status, self.people[name], self.case.ticket, status, **said)

    @rule(name=who)
    def acknowledge(self, name: str) -> None:
        self.act(handling.acknowledge, self.people[name], self.case.ticket)

    @rule(name=who)
    def find(self, name: str) -> None:
        finding = Finding(verdict=Verdict.PROVEN, summary=LONG)
        self.act(handling.record_finding, self.people[name], self.case.ticket, finding)

    @rule(name=who, other=who, lead=st.booleans())
    def assign(self, name: str, other: str, lead: bool) -> None:
        officer = self.people[other].staff_id
        self.act(assignment.assign, self.people[name], self.case.ticket, officer, lead=lead)

    @rule(name=who, other=who)
    def unassign(self, name: str, other: str) -> None:
        self.act(assignment.unassign, self.people[name], self.case.ticket, self.people[other].staff_id)

    @rule(name=who)
    def recuse(self, name: str) -> None:
        self.act(assignment.recuse, self.people[name], self.case.ticket, LONG)

    @rule(name=who)
    def share_keys(self, name: str) -> None:
        self.run(catch_up(self.people[name]))

    @rule(name=who)
    def write(self, name: str) -> None:
        self.act(conversation.send_by_staff, self.people[name], self.case.ticket, LONG, secrets.token_hex(8))

    @rule()
    def answer(self) -> None:
        self.act(conversation.send_by_reporter, self.case.held, LONG, secrets.token_hex(8))

    @rule()
    def withdraw(self) -> None:
        self.act(followup.withdraw, self.case.held, LONG, secrets.token_hex(8))

    @rule()
    def object_to(self) -> None:
        self.act(followup.object_to, self.case.held, LONG, secrets.token_hex(8))

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.run(self._shift(timedelta(days=days)))

    async def _shift(self, by: timedelta) -> None:
        """All dates of the case go back, which is the same as that days pass."""
        async with writing() as db:
            report = (await db.exec(select(Report).where(Report.id == self.case.id))).one()
            for name, value in asdict(clock_of(report)).items():
                if isinstance(value, date):
                    setattr(report, name, value - by)
            report.received_on -= by
            db.add(report)
        self.acknowledged = None if self.acknowledged is None else self.acknowledged - by

    @invariant()
    def all_is_well(self) -> None:
        self.run(self._look())

    async def _look(self) -> None:
        async with reading() as db:
            report = (await db.exec(select(Report).where(Report.id == self.case.id))).one()
            excluded = set(await db.exec(select(Exclusion.staff_id).where(Exclusion.report_id == self.case.id)))
            holders = set(
                await db.exec(
                    select(ReportKey.holder).where(ReportKey.report_id == self.case.id, ReportKey.document == "account")
                )
            )
            reader = next((actor for actor in self.people.values() if str(actor.staff_id) in holders), None)
            steps = [] if reader is None else (await casefile.read_again(db, reader, report.ticket)).history
        status = Status(report.status)
        assert status is self.status or (self.status, status) in FORTH | BY_REPORTER | BACK
        self.status = status
        if self.acknowledged is not None:
            assert report.acknowledged_on == self.acknowledged
        self.acknowledged = report.acknowledged_on
        waiting = status is Status.CLARIFICATION
        assert (report.due_on is None) == (status in CLOSED or waiting)
        assert (report.paused_on is not None) == waiting
        assert (report.closed_on is not None) == (status in CLOSED)
        assert self.excluded <= excluded
        self.excluded = excluded
        assert not {str(id) for id in excluded} & holders
        assert report.lead not in excluded
        assert not steps or steps[-1].status == status


@pytest.fixture
def machine_loop() -> Iterator[asyncio.Runner]:
    """Hypothesis calls its rules from plain functions: an event loop that waits between them."""
    with asyncio.Runner() as runner:
        yield runner
        runner.run(close())


@pytest.mark.parametrize("any_database", ["sqlite"])
def test_no_sequence_of_acts_breaks_a_case(hire: Hire, receive: Receive, machine_loop: asyncio.Runner) -> None:
    class Here(Life):
        run = staticmethod(machine_loop.run)

    async def received() -> Received:
        return await receive(
            acknowledge_by=date(2024, 11, 14), due_on=date(2024, 11, 14), feedback_by=date(2024, 12, 20)
        )

    Here.hire, Here.receive = staticmethod(hire), staticmethod(received)  # type: ignore[assignment]
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=8,
            phases=(Phase.explicit, Phase.generate),  # shrinking would take minutes: a database works in each example
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=(HealthCheck.too_slow, HealthCheck.function_scoped_fixture),
        ),
    )
