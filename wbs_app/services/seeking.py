"""How the case list is found in its indexes.

Every index of the list begins with one agency, or one officer, and ends with an order (model/tables.py), so a page is
put together from a branch for each: each is walked in its order and left after a page's worth of rows. Kinds, and a
few units, statuses, regencies or types, have indexes of their own and make more branches. What else is asked for is
looked at in passing, without a row being read.
"""

from collections.abc import Container, Sequence
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, or_, select, true, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import visitors
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import SQLModel, col

from wbs_app.model.access import KINDS, Actor
from wbs_app.model.filters import CaseFilter, Cursor, Mark, Sort
from wbs_app.model.handling_tables import Assignment
from wbs_app.model.tables import Report
from wbs_app.model.workflow import CLOSED, Status
from wbs_app.services.asking import slot
from wbs_app.services.casework import reach
from wbs_app.services.matching import BY_TICKET, given_to

Condition = ColumnElement[bool]
Start = tuple[Condition, ...]

_REPORT: Table = SQLModel.metadata.tables["report"]
_GIVEN: Table = SQLModel.metadata.tables[str(Assignment.__tablename__)]

_FEW = 12
"""More values of one column than these are not worth a branch each."""

_OPEN = frozenset({Mark.OPEN, Mark.MINE, Mark.UNASSIGNED, Mark.OVERDUE})
"""Marks that only an open case can have."""

_BY_DAY = ("newest", "oldest")
_WELCOME = ("unread",)
"""A column whose own index is never a mistake; nor is that of `received_on`, when days are the order."""

ORDERS: dict[Sort, tuple[Any, bool]] = {
    "newest": (Report.received_on, True),
    "oldest": (Report.received_on, False),
    "deadline": (Report.due_on, False),
    "priority": (Report.priority, True),
}
"""The column by which a list is sorted, and whether downwards; what has none comes last. Then by id."""


class _Passing(FunctionElement[Any]):
    """A column that is only looked at. SQLite's planner, which cannot know better, would go through its index."""

    inherit_cache = True
    name = "passing"


@compiles(_Passing)
def _plain(element: Any, compiler: Any, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_Passing, "sqlite")
def _signed(element: Any, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


def in_passing(condition: Condition, but: Container[str] = ()) -> Condition:
    """The same, so that no index is chosen for its sake. `but`: columns whose index may be."""

    def marked(element: Any, **_: Any) -> Any:
        if getattr(element, "table", None) not in (_REPORT, _GIVEN) or element.name in but:
            return None
        passing = _Passing(element)
        passing.type = element.type
        return passing

    return visitors.replacement_traverse(condition, {}, marked)


# --- where to begin ---------------------------------------------------------------------------------------------------


def _homes(who: Actor, shape: CaseFilter) -> list[Condition]:
    """One for each agency that is asked for, and last one for the few cases that others handed over."""
    mine = [code for code in who.agencies if code in (shape.agencies or who.agencies)]
    others = col(Report.oversight).in_(who.agencies)
    away = and_(others, in_passing(col(Report.agency).not_in(who.agencies)))
    return [*(col(Report.agency) == agency for agency in mine), away]


def _values(who: Actor, shape: CaseFilter) -> list[Condition]:
    """What each branch asks for beside its agency: a value of a column whose index keeps the days' order.

    Of several columns the one that leads to the fewest: open cases are few, those of a closed status pile up.
    """
    statuses = _statuses(shape)
    for column, codes in (
        (Report.unit, [slot(name) for name in shape.units]),
        (Report.status, [] if CLOSED.intersection(statuses) else statuses),
        (Report.regency, [slot(name) for name in shape.regencies]),
        (Report.violation_type, [slot(name) for name in shape.violations]),
        (Report.status, statuses),
    ):
        if 0 < len(codes) <= _FEW:
            return [col(column) == code for code in codes]
    return [col(Report.kind) == kind for kind in shape.kinds or who.kinds]


def _statuses(shape: CaseFilter) -> Sequence[str]:
    """Those that a case may have; none when it may have any."""
    if _OPEN & set(shape.marks):
        return [status.value for status in Status if status not in CLOSED and status in (shape.statuses or Status)]
    return shape.statuses


def _officers(shape: CaseFilter) -> tuple[str, ...]:
    """The slots of the officers whose cases alone are asked for; none where a ticket says more."""
    if shape.ticket:
        return ()
    return ("me",) if Mark.MINE in shape.marks else shape.officers


def _officer_starts(shape: CaseFilter) -> list[Start]:
    statuses = [_GIVEN.c.status == status for status in _statuses(shape) or list(Status)]
    return [(_GIVEN.c.staff_id == slot(name), status) for name, status in product(_officers(shape), statuses)]


# --- what else must hold ----------------------------------------------------------------------------------------------


def _beside_reach(who: Actor, conditions: Sequence[Condition]) -> list[Condition]:
    """The conditions without those that a home and the actor's role meet anyway."""
    agencies, kinds = reach(who)
    met = (agencies, kinds) if set(who.kinds) == set(KINDS) else (agencies,)
    return [one for one in conditions if not any(one.compare(known) for known in met)]


def beside_assignment(asked: Any) -> Any:
    """The same, asked of what stands beside an assignment instead of the report's columns."""

    def moved(element: Any, **_: Any) -> Any:
        mine = getattr(element, "table", None) is _REPORT
        return _GIVEN.c["report_id" if element.name == "id" else element.name] if mine else None

    return visitors.replacement_traverse(asked, {}, moved)


def _plan(
    who: Actor, shape: CaseFilter, conditions: Sequence[Condition], by_day: bool = True
) -> tuple[Table, list[Start], list[Condition]]:
    """The table to look at, where to begin in it, and what else must hold."""
    if shape.ticket in BY_TICKET:
        return _REPORT, [()], [in_passing(one, ("ticket",)) for one in conditions]
    if names := _officers(shape):
        met = given_to(*names)
        others = [one for one in conditions if not one.compare(met)]
        rest = [in_passing(beside_assignment(one), ("received_on",)) for one in others]
        return _GIVEN, _officer_starts(shape), rest
    welcome = (*_WELCOME, "received_on") if by_day else _WELCOME
    rest = [in_passing(one, welcome) for one in _beside_reach(who, conditions)]
    values = _values(who, shape) if by_day else [true()]
    return _REPORT, list(product(_homes(who, shape), values)), rest


# --- a page -----------------------------------------------------------------------------------------------------------


def turn_of(cursor: Cursor | None) -> str:
    """Where a page begins, but for the row itself: "" at the beginning of the list, else "n" or "p" for the way, and
    "x" for a row without the key."""
    if cursor is None:
        return ""
    return ("p" if cursor.backwards else "n") + ("x" if cursor.key is None else "")


def _places(shape: CaseFilter, turn: str, key: Any, id_: Any) -> list[Condition]:
    """Where the rows after the cursor's stand, or those before it when it leads backwards: parts of the order."""
    gaps = shape.sort == "deadline"  # some have no such key; they come last
    last = [key.is_(None)] if gaps and Mark.OVERDUE not in shape.marks else []
    if not turn:
        return [key.is_not(None), *last] if gaps else [true()]
    backwards = turn[0] == "p"
    down = ORDERS[shape.sort][1] is not backwards
    if turn[1:]:
        here = and_(key.is_(None), id_ < slot("id") if down else id_ > slot("id"))
        return [here, key.is_not(None)] if backwards else [here]
    beside = and_(key == slot("key"), id_ < slot("id") if down else id_ > slot("id"))
    further = key < slot("key") if down else key > slot("key")
    return [beside, further] if backwards else [beside, further, *last]


def _ahead(shape: CaseFilter, turn: str, key: Any, id_: Any) -> list[Condition]:
    """Where the rows before the cursor's stand, with that row itself when it leads on."""
    if turn[0] == "p":
        return _places(shape, turn, key, id_)
    if turn[1:]:
        return [key.is_not(None), and_(key.is_(None), id_ <= slot("id"))]
    down = ORDERS[shape.sort][1]
    beside = and_(key == slot("key"), id_ >= slot("id") if down else id_ <= slot("id"))
    return [beside, key > slot("key") if down else key < slot("key")]


def _keys(table: Table, sort: Sort) -> tuple[Any, Any]:
    """The columns of a list's order."""
    return table.c[ORDERS[sort][0].key], table.c["report_id" if table is _GIVEN else "id"]


def _sought(shape: CaseFilter, places: list[Condition]) -> list[Condition]:
    """The places that are gone to one by one; of few rows all at once, for they have no index of the order."""
    return [in_passing(or_(*places))] if shape.ticket in BY_TICKET else places


def page(who: Actor, shape: CaseFilter, conditions: Sequence[Condition], turn: str, most: int) -> Any:
    """A page's reports, as a subquery of `id` and `key`: the first ones of every branch, so the first of all."""
    table, starts, rest = _plan(who, shape, conditions, shape.sort in _BY_DAY)
    key, id_ = _keys(table, shape.sort)
    order = ordered(shape.sort, turn, key, id_, gaps=shape.ticket in BY_TICKET)
    parts = [
        select(id_.label("id"), key.label("key")).where(*start, place, *rest).order_by(*order).limit(most)
        for start, place in product(starts, _sought(shape, _places(shape, turn, key, id_)))
    ]
    rows = _all(parts)
    found = select(rows.c.id, rows.c.key)
    if several(shape):
        found = found.distinct()
    return found.order_by(*ordered(shape.sort, turn, rows.c.key, rows.c.id)).limit(most).subquery()


def ordered(sort: Sort, turn: str, key: Any, id_: Any, gaps: bool = True) -> tuple[Any, Any]:
    """The order of a page, from the cursor on. `gaps`: there are rows without a key among them."""
    backwards = turn.startswith("p")
    first, second = (part.desc() if ORDERS[sort][1] is not backwards else part.asc() for part in (key, id_))
    if gaps:
        first = first.nulls_first() if backwards else first.nulls_last()
    return first, second


# --- for counting -----------------------------------------------------------------------------------------------------


def ahead(who: Actor, shape: CaseFilter, conditions: Sequence[Condition], turn: str) -> list[Any]:
    """Selections of the ids of all reports before a page; the page's own too when it leads backwards."""
    table, starts, rest = _plan(who, shape, conditions, shape.sort in _BY_DAY)
    key, id_ = _keys(table, shape.sort)
    places = _sought(shape, _ahead(shape, turn, key, id_))
    return [select(id_.label("id")).where(*start, place, *rest) for start, place in product(starts, places)]


def branches(who: Actor, shape: CaseFilter, conditions: Sequence[Condition], *what: Any) -> list[Any]:
    """Selections that have together every report that meets `conditions`, in no order: its id, or other columns.

    One that is given to several officers may come several times.
    """
    table, starts, rest = _plan(who, shape, conditions)
    shown = what or (col(Report.id).label("id"),)
    if table is _GIVEN:
        shown = [beside_assignment(one) for one in shown]
    return [select(*shown).select_from(table).where(*start, *rest) for start in starts]


def at_home(who: Actor, column: Any, *conditions: Condition) -> Any:
    """A column of all reports in reach that meet `conditions`, as a subquery: for what has an index by agency of its
    own, in which that column stands."""
    kinds = in_passing(col(Report.kind).in_(who.kinds))
    return union_all(*(select(column).where(home, kinds, *conditions) for home in _homes(who, CaseFilter()))).subquery()


def several(shape: CaseFilter) -> bool:
    """Whether a report may be found more than once."""
    return len(_officers(shape)) > 1


def together(found: Sequence[Any], most: int, distinct: bool = False) -> Any:
    """At most so many rows of several selections, as a subquery."""
    rows = _all(found if distinct else [part.limit(most) for part in found])
    chosen = select(*rows.c)
    return (chosen.distinct() if distinct else chosen).limit(most).subquery()


def _all(parts: Sequence[Any]) -> Any:
    """The parts as one subquery. SQLite takes no limit inside a union but in a selection."""
    if len(parts) == 1:
        return parts[0].subquery()
    return union_all(*(select(*part.subquery().c) for part in parts)).subquery()
