"""Who may do what to a case in which state: the table a lawyer reads, tried cell by cell.

Changes of status have a table of their own, tests/model/test_workflow.py. Every officer here holds the case's key; what
happens to those who do not is in test_handling.py.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete
from sqlmodel import col

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.dossier import Finding, Verdict
from wbs_app.model.tables import Evidence, Report, Staff
from wbs_app.model.workflow import CLOSED, OBJECTABLE, WITHDRAWABLE, Priority, Status
from wbs_app.services import (
    assignment,
    case_print,
    casefile,
    conversation,
    followup,
    handling,
    identity,
    keys,
    retention,
)
from wbs_app.services.casework import NotFound
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.vault.sealing import Place, seal_json

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive

STAFF_TABLE = """
act               I A V S L C U M   in
open              x x x x x . . .   every
print             x x x x x . . .   every
write note        x x x x x . . .   every
write message     x x x x x . . .   open
acknowledge       x x x x x . . .   every
set priority      x x x x x . . .   every
set tags          x x x x x . . .   every
record finding    . . x x x . . .   open
assign            x . . x x . . .   every
step back         x x x x x . . .   every
ask for identity  x x x x x . . .   every
hold              . . . x . . . .   every
"""
"""I intake, A assessor, V investigator, S supervisor, L service officer (of a service complaint), C custodian of
identities, U auditor, M administrator. Open: any status that is not a closed one."""

REPORTER_TABLE = """
act               in
open              every
write message     open
withdraw          received
object            objectable
rate              outcome
"""

STATES: dict[str, frozenset[Status]] = {
    "every": frozenset(Status),
    "open": frozenset(Status) - CLOSED,
    "outcome": CLOSED - {Status.WITHDRAWN},
    "received": WITHDRAWABLE,
    "objectable": OBJECTABLE,
}
ROLES = (
    Role.INTAKE,
    Role.ASSESSOR,
    Role.INVESTIGATOR,
    Role.SUPERVISOR,
    Role.SERVICE,
    Role.IDENTITY,
    Role.AUDITOR,
    Role.ADMIN,
)
WORDS = "Keterangan yang cukup panjang untuk semua isian."


Act = Callable[..., Awaitable[Any]]


async def _open(db: Db, actor: Actor, ticket: str) -> None:
    if (await casefile.open_case(db, actor, ticket)).account is None:
        raise NotFound


def _once() -> str:
    return secrets.token_hex(8)


FINDING = Finding(verdict=Verdict.PROVEN, summary=WORDS)
STAFF_ACTS: dict[str, Act] = {
    "open": lambda db, me, ticket, _: _open(db, me, ticket),
    "print": lambda db, me, ticket, _: case_print.case_pdf(db, me, ticket, "id", "kertas-berkunci"),
    "write note": lambda db, me, ticket, _: conversation.write_note(db, me, ticket, WORDS, False, _once()),
    "write message": lambda db, me, ticket, _: conversation.send_by_staff(db, me, ticket, WORDS, _once()),
    "acknowledge": lambda db, me, ticket, _: handling.acknowledge(db, me, ticket),
    "set priority": lambda db, me, ticket, _: handling.set_priority(db, me, ticket, Priority.HIGH),
    "set tags": lambda db, me, ticket, _: handling.set_tags(db, me, ticket, "pengadaan"),
    "record finding": lambda db, me, ticket, _: handling.record_finding(db, me, ticket, FINDING),
    "assign": assignment.assign,
    "step back": lambda db, me, ticket, _: assignment.recuse(db, me, ticket, WORDS),
    "ask for identity": lambda db, me, ticket, _: identity.ask(db, me, ticket, WORDS),
    "hold": lambda db, me, ticket, _: retention.hold(db, me, ticket),
}
REPORTER_ACTS: dict[str, Act] = {
    "open": conversation.thread_for_reporter,
    "write message": lambda db, held: conversation.send_by_reporter(db, held, WORDS, _once()),
    "withdraw": lambda db, held: followup.withdraw(db, held, WORDS, _once()),
    "object": lambda db, held: followup.object_to(db, held, WORDS, _once()),
    "rate": lambda db, held: followup.rate(db, held, 4),
}


class _Undone(Exception):
    """What was tried is taken back, so that every cell begins with the same case."""


async def _allowed(act: Act, *args: Any) -> bool:
    try:
        async with writing() as db:
            await act(db, *args)
            raise _Undone
    except _Undone:
        return True
    except (Forbidden, NotFound, Refused):
        return False


def _rows(table: str) -> list[list[str]]:
    return [[line[:18].strip(), *line[18:].split()] for line in table.strip().splitlines()[1:]]


@pytest.fixture
def any_database() -> str:
    """Rules know no database; the services' own tests run on both."""
    return "sqlite"


@pytest.mark.parametrize("status", list(Status))
async def test_what_staff_may_do(status: Status, hire: Hire, receive: Receive) -> None:
    people = {role: await hire(role.value, role) for role in ROLES}
    cases = {kind: await receive(kind=kind, status=status.value) for kind in ("wbs", "service")}
    async with writing() as db:
        for kind, case in cases.items():
            report = await db.get(Report, case.id)
            assert report is not None and report.kind == kind
            report.account = seal_json(case.keys["account"], {}, Place("report", case.ticket, "account"))
            db.add(report)
            await db.exec(delete(Evidence).where(col(Evidence.report_id) == case.id))  # the fixture's says too little
        for role in (Role.ASSESSOR, Role.INVESTIGATOR):
            officer = await db.get(Staff, people[role].staff_id)
            assert officer is not None
            await keys.seal_key(db, cases["wbs"].id, "account", cases["wbs"].keys["account"], [officer], None)
    wrong = []
    for act, *signs, where in _rows(STAFF_TABLE):
        for role, sign in zip(ROLES, signs, strict=True):
            ours = role is Role.SERVICE
            colleague = people[Role.SERVICE if ours else Role.INVESTIGATOR].staff_id
            ticket = cases["service" if ours else "wbs"].ticket
            expected = sign == "x" and status in STATES[where]
            if await _allowed(STAFF_ACTS[act], people[role], ticket, colleague) != expected:
                wrong.append((act, role.value, "may not" if expected else "may"))
    assert wrong == []


@pytest.mark.parametrize("status", list(Status))
async def test_what_the_reporter_may_do(status: Status, receive: Receive) -> None:
    report = await receive(status=status.value)
    for act, where in _rows(REPORTER_TABLE):
        assert await _allowed(REPORTER_ACTS[act], report.held) == (status in STATES[where]), act
    async with reading() as db:
        assert await db.get(Staff, 1) is None  # nobody had to be there for it
