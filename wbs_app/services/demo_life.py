"""An invented case lives: it goes through the workflow's own moves, with their clocks, up to today."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from random import Random
from typing import Any

from wbs_app.model.access import ARRIVAL_READERS, IDENTITY_READERS, KINDS_IN_REACH, Role
from wbs_app.model.agency import Targets
from wbs_app.model.answers import Offer
from wbs_app.model.deadlines import Clock, WorkDays, moved, started
from wbs_app.model.workflow import CLOSED, EVERY_MOVE, MOVES, Move, Status

Texts = dict[str, Any]

_NEXT = {status: tuple(move for move in MOVES if move.origin is status) for status in Status}
_USUAL = {
    (Status.VERIFYING, Status.ASSESSING): 6,
    (Status.VERIFYING, Status.NOT_ACTIONABLE): 2,
    (Status.ASSESSING, Status.INVESTIGATING): 5,
    (Status.INVESTIGATING, Status.FOLLOWUP): 4,
    (Status.INVESTIGATING, Status.CLOSED_UNPROVEN): 3,
}
"""How often a move is taken, where not once."""

_WITHDRAWN, _REOPENED = 0.02, 0.03
_PATIENCE = 0.6
"""Mean part of a target's working days that a step takes; some take longer than the target allows."""


@dataclass(frozen=True)
class Officer:
    """A staff member who may hold keys."""

    id: int
    username: str
    role: Role
    unit: str | None
    public_key: bytes


@dataclass(frozen=True)
class Ground:
    """What the cases of an agency are made of; travels to other processes. `free`: days that are not worked."""

    offer: Offer
    recovery: bytes | None
    officers: tuple[Officer, ...]
    free: frozenset[date]
    regencies: tuple[str, ...]
    texts: Texts

    @property
    def agency(self) -> str:
        return self.offer.catalogue.profile.code

    @property
    def targets(self) -> Targets:
        return self.offer.catalogue.profile.targets

    def readers(self, kind: str, document: str, unit: str | None) -> list[Officer]:
        """Who gets a new report's key: nobody of the unit reported. As `services/keys.readers` says."""
        roles = IDENTITY_READERS if document == "identity" else ARRIVAL_READERS[kind]
        return [one for one in self.officers if one.role in roles and (unit is None or one.unit != unit)]

    def able(self, move: Move, kind: str, unit: str | None) -> list[Officer]:
        """Who may take this move in such a case; those whose task it is, if there are any."""
        near = [
            one
            for one in self.officers
            if one.role in move.roles | EVERY_MOVE
            and kind in KINDS_IN_REACH.get(one.role, ())
            and (unit is None or one.unit != unit)
        ]
        return [one for one in near if one.role in move.roles] or near


class _Days(WorkDays):
    """Working days that remember what was asked: a million cases ask for the same few thousand."""

    def __hash__(self) -> int:
        return id(self)

    @lru_cache(maxsize=100_000)  # noqa: B019  one calendar lives as long as its process
    def after(self, day: date, count: int) -> date:
        return super().after(day, count)


@lru_cache(maxsize=8)
def calendar(free: frozenset[date]) -> WorkDays:
    return _Days(free=free.__contains__, worked=lambda day: day not in free)


@dataclass
class Life:
    """Where a case stands. `steps`: status and body of each event, oldest first."""

    status: Status
    clock: Clock
    steps: list[tuple[Status, dict[str, Any]]]
    assigned: dict[Officer, date] = field(default_factory=dict)  # the first one leads
    reopened: bool = False
    before: Status | None = None  # the status before the present one


def live(dice: Random, ground: Ground, kind: str, unit: str | None, received: datetime) -> Life:
    """The life of a case that arrived then."""
    days, today = calendar(ground.free), ground.offer.today
    first = {"kind": "status", "at": _minute(received), "who": "system", "note": None}
    life = Life(Status.RECEIVED, started(received.date(), ground.targets, days), [(Status.RECEIVED, first)])
    day = received.date()
    while move := _next(dice, life.status):
        day = days.after(day, _waits(dice, life.status, ground.targets))
        if day > today:
            break
        _take(dice, ground, life, move, kind, unit, datetime.combine(day, _office_hour(dice)))
    return life


def _next(dice: Random, status: Status) -> Move | None:
    if status is Status.RECEIVED and dice.random() < _WITHDRAWN:
        return Move(status, Status.WITHDRAWN, frozenset())
    if not _NEXT[status] or (status in CLOSED and dice.random() > _REOPENED):
        return None
    weights = [_USUAL.get((move.origin, move.target), 1) for move in _NEXT[status]]
    return dice.choices(_NEXT[status], weights)[0]


def _waits(dice: Random, status: Status, targets: Targets) -> int:
    """Working days until the next step."""
    target = 30 if status in CLOSED else targets.acknowledge
    mean = getattr(targets, status.value, target) * _PATIENCE
    return 1 + int(dice.expovariate(1 / mean))


def _take(dice: Random, ground: Ground, life: Life, move: Move, kind: str, unit: str | None, at: datetime) -> None:
    interrupted = life.before if life.status is Status.CLARIFICATION else None
    days = calendar(ground.free)
    officer = _officer(dice, ground, life, move, kind, unit)
    if officer and officer not in life.assigned and officer.role not in ARRIVAL_READERS[kind]:
        _give(ground, life, officer, kind, unit, at)
    life.clock = moved(life.clock, move.target, at.date(), ground.targets, days, interrupted=interrupted)
    life.reopened |= move.target is Status.REOPENED
    body: dict[str, Any] = {"kind": "status", "at": _minute(at), "who": officer.username if officer else "system"}
    if move.target is Status.WITHDRAWN:
        body |= {"kind": "withdraw", "who": "reporter"}
    body["note"] = dice.choice(ground.texts["notes"][move.target.value]) if move.note else None
    if move.reason:
        body["reason"] = dice.choice(ground.texts["notes"]["reasons"])
    life.before, life.status = life.status, move.target
    life.steps.append((move.target, body))


def _officer(dice: Random, ground: Ground, life: Life, move: Move, kind: str, unit: str | None) -> Officer | None:
    """Who takes the move; None where there is nobody."""
    able = ground.able(move, kind, unit)
    return dice.choice([one for one in able if one in life.assigned] or able) if able else None


def _give(ground: Ground, life: Life, officer: Officer, kind: str, unit: str | None, at: datetime) -> None:
    """Assigns the case, which an officer who reads it from the first day does; the first one leads."""
    givers = ground.readers(kind, "account", unit)
    told = {"at": _minute(at), "who": givers[0].username if givers else "system", "note": None}
    for what in ("assign",) if life.assigned else ("assign", "lead"):
        life.steps.append((life.status, {"kind": what, **told, "officer": officer.username}))
    life.assigned[officer] = at.date()


def _office_hour(dice: Random) -> time:
    return time(dice.randrange(8, 16), dice.randrange(60))


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


def pick(dice: Random, texts: Sequence[str], **values: Any) -> str:
    """One of the texts, filled in."""
    return dice.choice(texts).format(**values)
