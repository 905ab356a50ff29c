"""The statuses a report passes through, and who may move it from one to which: data and pure code.

Proposal from a survey of ten Indonesian portals (docs/decisions.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from wbs_app.model.access import Role


class Status(StrEnum):
    """Codes stored in the database; words stand in `text/*.toml` under `status.<code>`."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    CLARIFICATION = "clarification"
    ASSESSING = "assessing"
    INVESTIGATING = "investigating"
    FOLLOWUP = "followup"
    REFERRED = "referred"
    CLOSED_PROVEN = "closed_proven"
    CLOSED_UNPROVEN = "closed_unproven"
    NOT_ACTIONABLE = "not_actionable"
    CLOSED_NO_REPLY = "closed_no_reply"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


@dataclass(frozen=True)
class Look:
    """How a status appears: `tone` follows the phase, so a new status inherits a look. Icon: lucide name."""

    phase: str
    tone: str
    icon: str


LOOKS: dict[Status, Look] = {
    Status.RECEIVED: Look("intake", "neutral", "inbox"),
    Status.VERIFYING: Look("intake", "neutral", "list-checks"),
    Status.CLARIFICATION: Look("intake", "wait", "message-circle-question-mark"),
    Status.REOPENED: Look("intake", "wait", "rotate-ccw"),
    Status.ASSESSING: Look("assessment", "info", "file-search"),
    Status.INVESTIGATING: Look("investigation", "work", "scan-search"),
    Status.FOLLOWUP: Look("follow_up", "act", "gavel"),
    Status.CLOSED_PROVEN: Look("closed", "done", "circle-check-big"),
    Status.CLOSED_UNPROVEN: Look("closed", "closed", "circle-minus"),
    Status.NOT_ACTIONABLE: Look("closed", "closed", "ban"),
    Status.REFERRED: Look("closed", "closed", "forward"),
    Status.CLOSED_NO_REPLY: Look("closed", "closed", "message-circle-off"),
    Status.WITHDRAWN: Look("closed", "closed", "undo-2"),
}

CLOSED = frozenset(status for status, look in LOOKS.items() if look.phase == "closed")

ROAD: tuple[Status, ...] = (
    Status.RECEIVED,
    Status.VERIFYING,
    Status.ASSESSING,
    Status.INVESTIGATING,
    Status.FOLLOWUP,
)
"""The usual way, shown to the reporter as what is still to come."""


class Priority(IntEnum):
    """How urgent officers hold a case to be; words under `case.priority_<name>`."""

    LOW = -1
    MEDIUM = 0
    HIGH = 1
    URGENT = 2


@dataclass(frozen=True)
class Move:
    """A step that officers may take. `roles`: whose; those of EVERY_MOVE may take every one.

    `note`: the reporter must be told why. `reason`: the file must say why. `finding`: a finding must stand in the
    dossier. `late`: only after the reporter's time to answer has run out.
    """

    origin: Status
    target: Status
    roles: frozenset[Role]
    note: bool = False
    reason: bool = False
    finding: bool = False
    late: bool = False


EVERY_MOVE = frozenset({Role.SUPERVISOR, Role.SERVICE})
"""A supervisor stands in for any officer; a service officer handles a service complaint from end to end."""

_INTAKE = frozenset({Role.INTAKE})
_ASSESSOR = frozenset({Role.ASSESSOR})
_INVESTIGATOR = frozenset({Role.INVESTIGATOR})
_ANY = frozenset({Role.INTAKE, Role.ASSESSOR, Role.INVESTIGATOR})
_NONE: frozenset[Role] = frozenset()

MOVES: tuple[Move, ...] = (
    Move(Status.RECEIVED, Status.VERIFYING, _INTAKE),
    Move(Status.VERIFYING, Status.CLARIFICATION, _INTAKE, note=True),
    Move(Status.VERIFYING, Status.ASSESSING, _INTAKE),
    Move(Status.VERIFYING, Status.REFERRED, _INTAKE, note=True, reason=True),
    Move(Status.VERIFYING, Status.NOT_ACTIONABLE, _INTAKE, note=True, reason=True),
    Move(Status.CLARIFICATION, Status.VERIFYING, _INTAKE),
    Move(Status.CLARIFICATION, Status.ASSESSING, _ASSESSOR),
    Move(Status.CLARIFICATION, Status.INVESTIGATING, _INVESTIGATOR),
    Move(Status.CLARIFICATION, Status.CLOSED_NO_REPLY, _ANY, note=True, reason=True, late=True),
    Move(Status.ASSESSING, Status.INVESTIGATING, _ASSESSOR),
    Move(Status.ASSESSING, Status.CLARIFICATION, _ASSESSOR, note=True),
    Move(Status.ASSESSING, Status.REFERRED, _ASSESSOR, note=True, reason=True),
    Move(Status.ASSESSING, Status.NOT_ACTIONABLE, _ASSESSOR, note=True, reason=True),
    Move(Status.INVESTIGATING, Status.FOLLOWUP, _INVESTIGATOR),
    Move(Status.INVESTIGATING, Status.CLARIFICATION, _INVESTIGATOR, note=True),
    Move(Status.INVESTIGATING, Status.REFERRED, _INVESTIGATOR, note=True, reason=True),
    Move(Status.INVESTIGATING, Status.CLOSED_UNPROVEN, _INVESTIGATOR, note=True, reason=True, finding=True),
    Move(Status.FOLLOWUP, Status.CLOSED_PROVEN, _INVESTIGATOR, note=True, reason=True, finding=True),
    *(Move(closed, Status.REOPENED, _NONE, note=True, reason=True) for closed in sorted(CLOSED - {Status.WITHDRAWN})),
    Move(Status.REOPENED, Status.ASSESSING, _NONE),
    Move(Status.REOPENED, Status.INVESTIGATING, _NONE),
)
"""From the `next` column of the survey's statuses, with who may take each step."""

WITHDRAWABLE = frozenset({Status.RECEIVED})
"""A reporter may take a report back before anybody has begun to verify it."""

OBJECTABLE = CLOSED - {Status.WITHDRAWN, Status.CLOSED_NO_REPLY}
"""Outcomes that a reporter may object to, which reopens the case to the supervisor."""


def moves_from(status: Status, role: Role) -> tuple[Move, ...]:
    """What an officer of this role may do next."""
    return tuple(move for move in MOVES if move.origin is status and role in move.roles | EVERY_MOVE)


def move_to(status: Status, target: Status, role: Role) -> Move | None:
    """The move itself; None when there is none, or it is not this role's."""
    return next((move for move in moves_from(status, role) if move.target is target), None)
