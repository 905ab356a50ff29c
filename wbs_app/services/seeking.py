"""How the case list is found in its indexes.

Every index of the list begins with one agency and ends with an order (model/tables.py), so a page is put together from
a branch for each agency: each is walked in its order and left after a page's worth of rows. Kinds, and a few units,
statuses, regencies or types, have indexes of their own and make more branches. What else is asked for is looked at in
passing, without a row being read.
"""

from collections.abc import Container, Sequence
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, and_, literal_column, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import visitors
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import SQLModel, col

from wbs_app.model.access import KINDS, Actor
from wbs_app.model.filters import CaseFilter, Mark
from wbs_app.model.tables import Report
from wbs_app.model.workflow import CLOSED, Status
from wbs_app.services.casework import reach

Condition = ColumnElement[bool]

_REPORT = SQLModel.metadata.tables["report"]

_FEW = 12
"""More values of one column than these are not worth a branch each."""

_OPEN = frozenset({Mark.OPEN, Mark.MINE, Mark.UNASSIGNED, Mark.OVERDUE})
"""Marks that only an open case can have."""

_BY_DAY = ("newest", "oldest")
_WELCOME = ("unread", "ticket")
"""Columns whose own index is never a mistake; nor is that of `received_on`, when days are the order."""


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


def _in_passing(condition: Condition, but: Container[str] = ()) -> Condition:
    """The same, so that no index is chosen for its sake. `but`: columns whose index may be."""

    def marked(element: Any, **_: Any) -> Any:
        if getattr(element, "table", None) is not _REPORT or element.name in but:
            return None
        passing = _Passing(element)
        passing.type = element.type
        return passing

    return visitors.replacement_traverse(condition, {}, marked)


def _homes(actor: Actor) -> list[Condition]:
    """One for each agency, and last one for the few cases that others handed over: together the actor's reach."""
    mine = [col(Report.agency) == agency for agency in actor.agencies]
    others = col(Report.oversight).in_(actor.agencies)
    return [*mine, and_(others, _in_passing(col(Report.agency).not_in(actor.agencies)))]


def _beside_reach(actor: Actor, conditions: Sequence[Condition]) -> list[Condition]:
    """The conditions without those that a home and the actor's role meet anyway."""
    agencies, kinds = reach(actor)
    met = (agencies, kinds) if set(actor.kinds) == set(KINDS) else (agencies,)
    return [one for one in conditions if not any(one.compare(known) for known in met)]


def branches(actor: Actor, conditions: Sequence[Condition], *what: Any, wanted: CaseFilter | None = None) -> list[Any]:
    """Selections that have together every report that meets `conditions`, in no order; for counting.

    `wanted`: the filter these conditions come from, where one is known: then it is looked for as its pages are.
    """
    shown = what or (literal_column("1").label("one"),)
    rest = _beside_reach(actor, conditions)
    if wanted is not None:
        starts, passing = _starts(actor, wanted), [_in_passing(one, (*_WELCOME, "received_on")) for one in rest]
        return [select(*shown).select_from(Report).where(*start, *passing) for start in starts]
    *own, others = _homes(actor)
    parts = [(home, rest) for home in own] + [(others, [_in_passing(one) for one in rest])]
    return [select(*shown).select_from(Report).where(home, *further) for home, further in parts]


def together(found: Sequence[Any], most: int) -> Any:
    """At most so many rows of several selections, each of one column, as a subquery of that column."""
    rows, column = _all([part.limit(most) for part in found])
    return select(column).select_from(rows).limit(most).subquery()


def _all(parts: Sequence[Any]) -> tuple[Any, Any]:
    """The parts as one subquery, and their only column. SQLite takes no limit inside a union but in a selection."""
    column = literal_column(parts[0].exported_columns.keys()[0])
    if len(parts) == 1:
        return parts[0].subquery(), column
    return union_all(*(select(column).select_from(part.subquery()) for part in parts)).subquery(), column


def page(
    actor: Actor,
    wanted: CaseFilter,
    conditions: Sequence[Condition],
    places: Sequence[Condition],
    order: Sequence[Any],
    most: int,
) -> Any:
    """Ids of reports, as a subquery: the first ones of every branch, so the first of all among them.

    `places`: where to look, in parts that each follow the index. `order`: what the list is sorted by.
    """
    by_day = wanted.sort in _BY_DAY
    welcome = (*_WELCOME, "received_on") if by_day else _WELCOME
    rest = [_in_passing(one, welcome) for one in _beside_reach(actor, conditions)]
    starts = _starts(actor, wanted) if by_day else [(home,) for home in _homes(actor)]
    parts = [
        select(col(Report.id).label("id")).where(*start, place, *rest).order_by(*order).limit(most)
        for start, place in product(starts, places)
    ]
    rows, column = _all(parts)
    return select(column.label("id")).select_from(rows).subquery()


def _starts(actor: Actor, wanted: CaseFilter) -> list[tuple[Condition, ...]]:
    return list(product(_homes(actor), _values(actor, wanted)))


def _values(actor: Actor, wanted: CaseFilter) -> list[Condition]:
    """What each branch asks for beside its agency: a value of a column whose index keeps the days' order."""
    statuses: tuple[str, ...] = wanted.statuses
    if _OPEN & set(wanted.marks):
        statuses = tuple(status for status in Status if status not in CLOSED and status in (statuses or Status))
    for column, codes in (
        (Report.unit, wanted.units),
        (Report.status, statuses),
        (Report.regency, wanted.regencies),
        (Report.violation_type, wanted.violations),
    ):
        if 0 < len(codes) <= _FEW:
            return [col(column) == code for code in codes]
    return [col(Report.kind) == kind for kind in wanted.kinds or actor.kinds]
