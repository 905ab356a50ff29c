"""The figures of the dashboard: what needs somebody, how much comes and goes, and what it is about."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy
from sqlalchemy import Date
from sqlmodel import col, func

from wbs_app.model.access import Actor, Permission
from wbs_app.model.filters import CaseFilter, Mark
from wbs_app.model.tables import Report
from wbs_app.model.workflow import CLOSED
from wbs_app.services import seeking
from wbs_app.services.asking import ask, slot
from wbs_app.services.calendar import work_days
from wbs_app.services.counters import Counters, counters
from wbs_app.services.database import Db
from wbs_app.services.matching import Asked, asked, matching, today

MONTHS = 12
KEPT_SECONDS = 60.0
KEPT_TIMES = 50
"""The figures of the year are kept this many times as long as counting them took, and KEPT_SECONDS at most."""
_MOST = 10

Code = tuple[str, str]
"""Agency and code of a violation type or a unit."""


@dataclass(frozen=True)
class Month:
    """`month`: "2026-11"."""

    month: str
    received: int
    closed: int


@dataclass(frozen=True)
class Stage:
    """Open cases of one status. `due`: of how many something is due; `in_time`: of these, those not late."""

    status: str
    count: int
    due: int
    in_time: int


@dataclass(frozen=True)
class Year:
    """The last twelve months. Types and units are of what was received in them, the most first."""

    months: list[Month]
    types: list[tuple[Code, int]]
    units: list[tuple[Code, int, int]]  # received, closed


@dataclass(frozen=True)
class Board:
    """Figures within an officer's reach.

    `waiting_days`, `late_days`: working days since the oldest unassigned case arrived, and since the oldest target
    passed; None when there is none. `messages`: unread ones.
    """

    counters: Counters
    waiting_days: int | None
    late_days: int | None
    messages: int
    stages: list[Stage]
    year: Year


_kept: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[float, Year]] = {}
"""By what was in reach: until when they are good, and the figures."""


async def board(db: Db, actor: Actor) -> Board:
    """The figures as of now.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    day = await today(db, actor)
    waiting_days, late_days, messages = await _action(db, actor, day)
    return Board(
        counters=await counters(db, actor),
        waiting_days=waiting_days,
        late_days=late_days,
        messages=messages,
        stages=await _stages(db, actor, day),
        year=await _year(db, actor, day),
    )


async def _year(db: Db, actor: Actor, day: date) -> Year:
    """Goes through all cases of the year, and every change refreshes open dashboards: of few cases it is a fraction of
    a second old at most, of many a minute."""
    months, reached = _months(day), (actor.agencies, actor.kinds)
    until, known = _kept.get(reached, (0.0, None))
    began = time.monotonic()
    if known is None or began > until or known.months[-1].month != months[-1]:
        own = asked(CaseFilter(date_from=date.fromisoformat(f"{months[0]}-01")), actor, day)
        known = Year(await _flow(db, own, months), await _types(db, own), await _units(db, own))
        ended = time.monotonic()
        _kept[reached] = (ended + min(KEPT_SECONDS, KEPT_TIMES * (ended - began)), known)
    return known


def _months(day: date) -> list[str]:
    """The month of `day` and those before it, the oldest first."""
    last = day.year * 12 + day.month - 1
    return [f"{at // 12}-{at % 12 + 1:02}" for at in range(last - MONTHS + 1, last + 1)]


async def _action(db: Db, actor: Actor, day: date) -> tuple[int | None, int | None, int]:
    own = asked(CaseFilter(), actor, day)
    oldest, latest, messages = (await ask(db, _pressing, own.values, own.who)).one()
    days = await work_days(db, actor.agencies[0])
    waiting, late = (days.between(since, day) if since else None for since in (oldest, latest))
    return waiting, late, messages


def _pressing(who: Actor) -> Any:
    """When the oldest unassigned case arrived, the oldest target that has passed, and how many messages are unread."""

    def first(shape: CaseFilter) -> Any:
        found = seeking.page(who, shape, matching(who, shape), "", 1)
        return sqlalchemy.select(found.c.key).scalar_subquery()

    unread = col(Report.unread)
    rows = seeking.at_home(who, unread, unread > 0)
    return sqlalchemy.select(
        first(CaseFilter(marks=(Mark.UNASSIGNED,), sort="oldest")).label("oldest"),
        first(CaseFilter(marks=(Mark.OVERDUE,), sort="deadline")).label("latest"),
        sqlalchemy.select(func.coalesce(func.sum(rows.c.unread), 0)).scalar_subquery().label("messages"),
    )


async def _flow(db: Db, own: Asked, months: list[str]) -> list[Month]:
    async def by_month(days: Callable[[Actor, CaseFilter], Any]) -> Counter[str]:
        found: Counter[str] = Counter()
        for day, count in await ask(db, days, own.values, own.who, own.shape):
            found[day.isoformat()[:7]] += count
        return found

    received, closed = await by_month(_received_by_day), await by_month(_closed_by_day)
    return [Month(month, received[month], closed[month]) for month in months]


def _received_by_day(who: Actor, shape: CaseFilter) -> Any:
    rows = _received(who, shape, col(Report.received_on))
    return sqlalchemy.select(rows.c.received_on, func.count().label("n")).group_by(rows.c.received_on)


def _received(who: Actor, shape: CaseFilter, *columns: Any) -> Any:
    """These columns of what was received in the year, found in the list's own index."""
    return sqlalchemy.union_all(*seeking.branches(who, shape, matching(who, shape), *columns)).subquery()


def _closed_by_day(who: Actor, _: CaseFilter) -> Any:
    closed = col(Report.closed_on)
    rows = seeking.at_home(who, closed, closed >= slot("date_from", Date()))
    return sqlalchemy.select(rows.c.closed_on, func.count().label("n")).group_by(rows.c.closed_on)


async def _stages(db: Db, actor: Actor, day: date) -> list[Stage]:
    own = asked(CaseFilter(), actor, day)
    return [Stage(*row) for row in await ask(db, _by_stage, own.values, own.who)]


def _by_stage(who: Actor) -> Any:
    shape = CaseFilter(marks=(Mark.OPEN,))
    columns = col(Report.status), col(Report.due_on)
    rows = sqlalchemy.union_all(*seeking.branches(who, shape, matching(who, shape), *columns)).subquery()
    in_time = func.count().filter(rows.c.due_on >= slot("day", Date()))
    return sqlalchemy.select(
        rows.c.status,
        func.count().label("count"),
        func.count(rows.c.due_on).label("due"),
        in_time.label("in_time"),
    ).group_by(rows.c.status)


async def _types(db: Db, own: Asked) -> list[tuple[Code, int]]:
    found = await ask(db, _by_type, own.values, own.who, own.shape)
    return [((agency, code), count) for agency, code, count in found]


def _by_type(who: Actor, shape: CaseFilter) -> Any:
    rows = _received(who, shape, col(Report.agency), col(Report.violation_type).label("code"))
    return _most(rows, func.count().label("n"))


async def _units(db: Db, own: Asked) -> list[tuple[Code, int, int]]:
    found = await ask(db, _by_unit, own.values, own.who, own.shape)
    return [((agency, code), count, done) for agency, code, count, done in found]


def _by_unit(who: Actor, shape: CaseFilter) -> Any:
    rows = _received(who, shape, col(Report.agency), col(Report.unit).label("code"), col(Report.status))
    return _most(rows, func.count().label("n"), func.count().filter(rows.c.status.in_(sorted(CLOSED))).label("closed"))


def _most(rows: Any, *numbers: Any) -> Any:
    """The codes with the most rows, and these numbers of each."""
    found = sqlalchemy.select(rows.c.agency, rows.c.code, *numbers).where(rows.c.code.is_not(None))
    return found.group_by(rows.c.agency, rows.c.code).order_by(numbers[0].desc(), rows.c.code).limit(_MOST)
