"""How many cases there are in an officer's reach of each kind that needs somebody."""

from dataclasses import dataclass

from sqlmodel import col

from wbs_app.model.access import Actor, Permission
from wbs_app.model.filters import Mark
from wbs_app.model.tables import Report
from wbs_app.model.workflow import Status
from wbs_app.services import tally
from wbs_app.services.casework import reach
from wbs_app.services.database import Db
from wbs_app.services.matching import mark_condition, today


@dataclass(frozen=True)
class Counters:
    """Numbers of cases; a case may count in several. `new`: nobody has begun to verify it."""

    all: int
    new: int
    open: int
    mine: int
    unassigned: int
    overdue: int
    unread: int


async def counters(db: Db, actor: Actor) -> Counters:
    """The numbers as of now; large ones as services/tally.py says.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    day = await today(db, actor)
    marks = (Mark.OPEN, Mark.MINE, Mark.UNASSIGNED, Mark.OVERDUE, Mark.UNREAD)
    asked = ([], [col(Report.status) == Status.RECEIVED], *([mark_condition(mark, actor, day)] for mark in marks))
    return Counters(*[await tally.total(db, actor, [*reach(actor), *conditions]) for conditions in asked])
