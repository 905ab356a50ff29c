"""Who may move a case from where to where: the table a lawyer reads, and that the program means the same."""

import pytest

from wbs_app.model.access import Role
from wbs_app.model.workflow import CLOSED, MOVES, OBJECTABLE, WITHDRAWABLE, Status, move_to, moves_from

TABLE = """
from             to                I A V S L   note reason finding
received         verifying         x . . x x   .    .      .
verifying        clarification     x . . x x   x    .      .
verifying        assessing         x . . x x   .    .      .
verifying        referred          x . . x x   x    x      .
verifying        not_actionable    x . . x x   x    x      .
clarification    verifying         x . . x x   .    .      .
clarification    assessing         . x . x x   .    .      .
clarification    investigating     . . x x x   .    .      .
clarification    closed_no_reply   x x x x x   x    x      .
assessing        investigating     . x . x x   .    .      .
assessing        clarification     . x . x x   x    .      .
assessing        referred          . x . x x   x    x      .
assessing        not_actionable    . x . x x   x    x      .
investigating    followup          . . x x x   .    .      .
investigating    clarification     . . x x x   x    .      .
investigating    referred          . . x x x   x    x      .
investigating    closed_unproven   . . x x x   x    x      x
followup         closed_proven     . . x x x   x    x      x
referred         reopened          . . . x x   x    x      .
closed_proven    reopened          . . . x x   x    x      .
closed_unproven  reopened          . . . x x   x    x      .
not_actionable   reopened          . . . x x   x    x      .
closed_no_reply  reopened          . . . x x   x    x      .
reopened         assessing         . . . x x   .    .      .
reopened         investigating     . . . x x   .    .      .
"""
"""I intake, A assessor, V investigator, S supervisor, L service officer. Everything that is not here is illegal.
Custodians of identities, auditors and administrators move nothing."""

ROLES = (Role.INTAKE, Role.ASSESSOR, Role.INVESTIGATOR, Role.SUPERVISOR, Role.SERVICE)
ROWS = [line.split() for line in TABLE.strip().splitlines()[1:]]


def _written(row: list[str]) -> tuple[Status, Status, set[Role], list[bool]]:
    roles = {role for role, sign in zip(ROLES, row[2:7], strict=True) if sign == "x"}
    return Status(row[0]), Status(row[1]), roles, [sign == "x" for sign in row[7:]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_a_move_of_the_table(row: list[str]) -> None:
    origin, target, roles, needs = _written(row)
    for role in Role:
        move = move_to(origin, target, role)
        assert (move is not None) == (role in roles), role
        if move is not None:
            assert [move.note, move.reason, move.finding] == needs


def test_nothing_else_is_possible() -> None:
    written = {(Status(row[0]), Status(row[1])) for row in ROWS}
    assert {(move.origin, move.target) for move in MOVES} == written
    assert len(MOVES) == len(written)


def test_no_status_is_a_dead_end_but_a_withdrawal() -> None:
    for status in Status:
        assert bool(moves_from(status, Role.SUPERVISOR)) == (status is not Status.WITHDRAWN)


def test_every_status_can_be_reached() -> None:
    reached = {Status.RECEIVED} | {move.target for move in MOVES}
    assert set(Status) - reached == {Status.WITHDRAWN}  # the reporter's own


def test_what_the_reporter_may_do() -> None:
    assert {Status.RECEIVED} == WITHDRAWABLE
    assert OBJECTABLE < CLOSED
    assert Status.WITHDRAWN not in OBJECTABLE


def test_closing_tells_the_reporter_why() -> None:
    assert all(move.note and move.reason for move in MOVES if move.target in CLOSED)
