"""How a deadline reads: one way for the list, the case and the tracking page."""

from dataclasses import dataclass
from datetime import date

from wbs_app.model.deadlines import SOON_DAYS, Clock, WorkDays
from wbs_app.model.workflow import CLOSED, Status


@dataclass(frozen=True)
class Due:
    """`tone`: "" calm, "wait" near, "bad" late. `text`: a text key, filled with `days`. `until`: the target's day."""

    tone: str
    icon: str
    text: str
    days: int = 0
    until: date | None = None


def due(clock: Clock, status: str, today: date, days: WorkDays) -> Due:
    """What to say of the earliest target of a case."""
    if Status(status) in CLOSED:
        return Due("", "", "a11y.no_target")
    if clock.paused_on is not None:
        if clock.due_on is not None and today > clock.due_on:
            return Due("bad", "clock-alert", "case.sla_silent", until=clock.due_on)
        return Due("", "circle-pause", "case.sla_waiting")
    if clock.due_on is None:
        return Due("", "", "a11y.no_target")
    left = days.between(today, clock.due_on)
    if today > clock.due_on:
        return Due("bad", "clock-alert", "case.sla_over", max(-left, 1), clock.due_on)
    if left == 0:
        return Due("wait", "hourglass", "case.sla_today", 0, clock.due_on)
    if left <= SOON_DAYS:
        return Due("wait", "hourglass", "case.sla_left", left, clock.due_on)
    return Due("", "clock", "case.sla_left", left, clock.due_on)
