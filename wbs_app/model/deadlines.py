"""Targets in working days: when a case must be acknowledged, move on, and be heard of. Pure code.

- **Acknowledgement**: from arrival to the first step of an officer. Reached once; nothing moves it afterwards.
- **Stage**: the target of the present status.
- **Feedback**: the reporter hears something (a public note, a message) at least this often.

While the reporter is waited for, the officers' clocks stand still; afterwards they go on by the days waited. A reporter
who lets the time to answer pass is waited for still, but the case is due since that day (services/alerts.py): somebody
must decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from wbs_app.model.agency import Targets
from wbs_app.model.workflow import CLOSED, Status

LEVELS = (50, 75, 90, 100)
"""Per cent of the time to a target at which officers are told."""

SOON_DAYS = 2
"""A target this near or nearer is shown as pressing."""


@dataclass(frozen=True)
class WorkDays:
    """Which days are worked. `free`: a weekday that is a holiday; `worked`: a free day that is not."""

    free: Callable[[date], bool]
    worked: Callable[[date], bool] = lambda _day: False

    def is_work(self, day: date) -> bool:
        return self.worked(day) or (day.weekday() < 5 and not self.free(day))

    def after(self, day: date, count: int) -> date:
        """The working day that comes `count` working days after `day`; `day` itself does not count."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_work(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` comes first."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_work(start + timedelta(days=step)) for step in range(1, (end - start).days + 1))


@dataclass(frozen=True)
class Clock:
    """The dates of one report; the fields are columns of the same names."""

    acknowledge_by: date | None = None
    acknowledged_on: date | None = None
    feedback_by: date | None = None
    stage_on: date | None = None
    stage_by: date | None = None
    paused_on: date | None = None
    due_on: date | None = None
    closed_on: date | None = None
    alerted: int = 0


def started(received_on: date, targets: Targets, days: WorkDays) -> Clock:
    """The clock of a report that has just arrived."""
    return _timed(
        Clock(
            acknowledge_by=days.after(received_on, targets.acknowledge),
            feedback_by=days.after(received_on, targets.feedback),
            stage_on=received_on,
        )
    )


def moved(
    clock: Clock, target: Status, today: date, targets: Targets, days: WorkDays, *, interrupted: Status | None = None
) -> Clock:
    """The clock after a move to `target`. `interrupted`: the status that was left to wait for the reporter."""
    now = replace(clock, acknowledged_on=clock.acknowledged_on or today)
    if target in CLOSED:
        return _timed(replace(now, closed_on=today, paused_on=None, stage_by=None, feedback_by=None, stage_on=today))
    if target is Status.CLARIFICATION:
        return replace(now, paused_on=today, due_on=None, alerted=0)
    now = _resumed(now, today, days)
    if clock.closed_on is not None:
        now = replace(now, closed_on=None, feedback_by=days.after(today, targets.feedback))
    if target is not interrupted:
        now = replace(now, stage_on=today, stage_by=days.after(today, getattr(targets, target.value)))
    return _timed(now)


def heard(clock: Clock, today: date, targets: Targets, days: WorkDays) -> Clock:
    """The clock after the reporter was told something by an officer, which also acknowledges the report."""
    now = replace(clock, acknowledged_on=clock.acknowledged_on or today)
    if now.closed_on is None:
        now = replace(now, feedback_by=days.after(today, targets.feedback))
    return _timed(now)


def acknowledged(clock: Clock, today: date) -> Clock:
    """The clock after an officer confirmed the arrival; a second time changes nothing."""
    return _timed(replace(clock, acknowledged_on=clock.acknowledged_on or today))


def answer_by(clock: Clock, targets: Targets, days: WorkDays) -> date | None:
    """Until when the reporter may answer, while waited for."""
    return None if clock.paused_on is None else days.after(clock.paused_on, targets.clarification)


def level(clock: Clock, received_on: date, today: date, days: WorkDays) -> int:
    """The highest of LEVELS reached on the way to `due_on`; 0 before the first or when nothing is due."""
    if clock.due_on is None:
        return 0
    waiting_for_first_step = clock.acknowledged_on is None and clock.due_on == clock.acknowledge_by
    start = received_on if waiting_for_first_step else clock.stage_on or received_on
    whole = max(days.between(start, clock.due_on), 1)
    passed = 100 * days.between(start, today) / whole
    if today <= clock.due_on:
        passed = min(passed, 99)  # the day itself is still in time
    return max((step for step in LEVELS if passed >= step), default=0)


def _resumed(clock: Clock, today: date, days: WorkDays) -> Clock:
    if clock.paused_on is None:
        return clock
    waited = max(days.between(clock.paused_on, today), 0)
    later = lambda day: None if day is None else days.after(day, waited)  # noqa: E731
    return replace(clock, paused_on=None, stage_by=later(clock.stage_by), feedback_by=later(clock.feedback_by))


def _timed(clock: Clock) -> Clock:
    """With `due_on`, the earliest target that still counts. A new target has not been warned of."""
    if clock.paused_on is not None:
        return clock  # what is due then is no matter of these targets
    open_targets = [clock.stage_by, clock.feedback_by, None if clock.acknowledged_on else clock.acknowledge_by]
    due = min((day for day in open_targets if day), default=None) if clock.closed_on is None else None
    return replace(clock, due_on=due, alerted=clock.alerted if due == clock.due_on else 0)
