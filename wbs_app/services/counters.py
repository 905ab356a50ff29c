"""How many cases there are in an officer's reach of each kind that needs somebody."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.filters import CaseFilter, Mark
from wbs_app.model.workflow import Status
from wbs_app.services.asking import ask
from wbs_app.services.database import Db
from wbs_app.services.matching import asked, matching, today
from wbs_app.services.tally import counting, said


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
    own = asked(CaseFilter(), actor, await today(db, actor))
    row = (await ask(db, _numbers, own.values, own.who)).one()
    return Counters(*map(said, row))


def _numbers(who: Actor) -> Any:
    """All of them by one statement."""
    new = CaseFilter(statuses=(Status.RECEIVED,))
    marks = (Mark.OPEN, Mark.MINE, Mark.UNASSIGNED, Mark.OVERDUE, Mark.UNREAD)
    shapes = CaseFilter(), new, *(CaseFilter(marks=(mark,)) for mark in marks)
    numbers = [counting(who, shape, matching(who, shape)).scalar_subquery() for shape in shapes]
    return select(*(number.label(part.name) for number, part in zip(numbers, fields(Counters), strict=True)))
