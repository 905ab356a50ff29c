"""What a reporter does with a report after it was sent: take it back, object to its outcome, rate, add to it."""

import hashlib

from wbs_app.model.access import Role
from wbs_app.model.deadlines import moved
from wbs_app.model.workflow import CLOSED, OBJECTABLE, WITHDRAWABLE, Status
from wbs_app.services import history, notices
from wbs_app.services.casework import Held, done
from wbs_app.services.conversation import REPORTER, own
from wbs_app.services.database import Db
from wbs_app.services.refusal import Refused
from wbs_app.services.reports import Pass
from wbs_app.services.wording import fit

SHORTEST_OBJECTION = 20
LONGEST_REASON = 5000
STARS = range(1, 6)

RATEABLE = CLOSED - {Status.WITHDRAWN}


def open_acts(status: str, rating: int | None) -> frozenset[str]:
    """What the reporter may do now: some of "message", "withdraw", "object", "rate"."""
    now = Status(status)
    open_now = {
        "message": now not in CLOSED,
        "withdraw": now in WITHDRAWABLE,
        "object": now in OBJECTABLE,
        "rate": now in RATEABLE and rating is None,
    }
    return frozenset(act for act, is_open in open_now.items() if is_open)


async def withdraw(db: Db, held: Pass, reason: str, once: str) -> None:
    """Takes the report back. `reason` may be empty. `once`: the form's own secret.

    Raises:
        NotFound: when the report is no longer there.
        Refused: once an officer has begun to verify it.
    """
    case = await own(db, held)
    if await _came_before(db, case, once):
        return
    if case.report.status not in WITHDRAWABLE:
        raise Refused("track.withdraw_late")
    await _move(db, case, Status.WITHDRAWN, "withdraw", _checked(reason, 0), once)
    await notices.tell_staff(db, await notices.officers(db, case.report), "new_message")
    await done(db, case, REPORTER, "withdraw")


async def object_to(db: Db, held: Pass, reason: str, once: str) -> None:
    """Objects to the outcome: the case is open again, and its supervisors are told.

    Raises:
        NotFound: when the report is no longer there.
        Refused: without reasons, and when there is no outcome to object to.
    """
    case = await own(db, held)
    if await _came_before(db, case, once):
        return
    if case.report.status not in OBJECTABLE:
        raise Refused("track.object_closed")
    await _move(db, case, Status.REOPENED, "object", _checked(reason, SHORTEST_OBJECTION), once)
    case.report.reopened = True
    told = await notices.officers(db, case.report, Role.SUPERVISOR) or await notices.officers(db, case.report)
    await notices.tell_staff(db, told, "escalated")
    await done(db, case, REPORTER, "object")


async def rate(db: Db, held: Pass, stars: int) -> None:
    """Rates how the report was handled, once, from 1 to 5. The same again changes nothing.

    Raises:
        NotFound: when the report is no longer there.
        Refused: for another number, while the case is open, and when another rating was given before.
    """
    case = await own(db, held)
    if case.report.rating is not None and case.report.rating == stars:
        return
    if stars not in STARS:
        raise Refused("error.unknown_choice")
    if "rate" not in open_acts(case.report.status, case.report.rating):
        raise Refused("track.rate_closed")
    case.report.rating = stars
    await history.append(db, case.report, case.key, "rate", REPORTER, case.now, stars=stars)
    await done(db, case, REPORTER, "rate")


async def _move(db: Db, case: Held, target: Status, kind: str, reason: str, once: str) -> None:
    case.set_clock(moved(case.clock, target, case.today, case.profile.targets, case.days))
    case.report.status = target
    await history.append(db, case.report, case.key, kind, REPORTER, case.now, reason, once=_mark(once))


async def _came_before(db: Db, case: Held, once: str) -> bool:
    """Whether this press of the form came before: a hash of its secret stands in the step that it made."""
    if not once:
        raise Refused("error.expired")
    return any(step.more.get("once") == _mark(once) for step in await history.steps(db, case.report, case.key))


def _mark(once: str) -> str:
    return hashlib.sha256(once.encode("utf-8", "surrogatepass")).hexdigest()


def _checked(reason: str, least: int) -> str:
    said = fit(reason)
    if len(said) < least:
        raise Refused("error.min_length", min=least)
    if len(said) > LONGEST_REASON:
        raise Refused("error.max_length", max=LONGEST_REASON)
    return said
