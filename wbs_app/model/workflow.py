"""The statuses a report passes through. Proposal from a survey of ten Indonesian portals (docs/decisions.md)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
