"""How many: exact where a ledger knows, and otherwise counted no further than anybody wants to know.

The ledgers are written by triggers in the transaction that changes a report. `CaseCount` answers every choice of
agency, kind, violation type, unit, status and priority, however many reports there are; `CaseTotal` knows less, in
fewer rows, and what is unassigned or unread. What they cannot know (a regency, a day, an officer) is counted up to
MOST rows, and a page's own numbers to PASSING where each row must be read; then it is said to be so many, and more.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, case, delete, func, insert, literal_column, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import SelectBase
from sqlmodel import SQLModel, col

from wbs_app.model.access import Actor
from wbs_app.model.filters import CaseFilter
from wbs_app.model.handling_tables import Assignment, CaseCount, CaseTotal
from wbs_app.model.tables import Report
from wbs_app.services import seeking
from wbs_app.services.asking import ask
from wbs_app.services.casework import reach
from wbs_app.services.database import Db
from wbs_app.services.matching import MANY, Asked, matching

MOST = 10_000
PASSING = 200

_REPORT: Table = SQLModel.metadata.tables["report"]
_LEDGERS: list[Table] = [SQLModel.metadata.tables[str(table.__tablename__)] for table in (CaseTotal, CaseCount)]
"""The shortest first."""

Condition = ColumnElement[bool]


class AtLeast(int):
    """A count that was stopped: so many there are, and more."""


def counting(who: Actor, shape: CaseFilter, conditions: Sequence[Condition]) -> Any:
    """A selection of one number, for `said`: how many reports in reach meet all of `conditions`."""
    for ledger in _LEDGERS:
        known = _on_ledger(ledger, conditions)
        if known is not None:
            return select(_sum(ledger).label("n")).where(*known)
    return some(seeking.branches(who, shape, conditions), shape)


def some(found: Sequence[Any], shape: CaseFilter) -> Any:
    """The same of the rows that these selections, made for a shape, have together."""
    number, most = func.count(), PASSING if shape.ticket == MANY else MOST
    rows = seeking.together(found, most + 1, seeking.several(shape))
    return select(case((number > most, -most), else_=number).label("n")).select_from(rows)


def said(number: int) -> int:
    """What was counted."""
    return AtLeast(-number) if number < 0 else number


async def by_code(db: Db, asked: Asked, column: str) -> dict[Any, int]:
    """Code of the reports' `column` -> how many of those asked for have it; a mere part of them when there are more
    than MOST."""
    return _grouped(await ask(db, _by_code, asked.values, asked.who, asked.shape, column))


async def by_officer(db: Db, asked: Asked) -> dict[int, int]:
    """The same for the officers to whom cases are given."""
    return _grouped(await ask(db, _by_officer, asked.values, asked.who, asked.shape))


def _by_code(who: Actor, shape: CaseFilter, name: str) -> Any:
    column = col(getattr(Report, name))
    conditions = [*matching(who, shape), column.is_not(None)]
    for ledger in _LEDGERS:
        known = _on_ledger(ledger, conditions)
        if known is not None and name in ledger.c:
            kept, added = ledger.c[name], _sum(ledger)
            chosen = select(kept.label("code"), added.label("n"), literal_column("1").label("exact")).where(*known)
            return chosen.group_by(kept).having(added > 0)
    found = seeking.branches(who, shape, conditions, col(Report.id).label("id"), column.label("code"))
    return _counted(found, seeking.several(shape))


def _by_officer(who: Actor, shape: CaseFilter) -> Any:
    given = select(col(Assignment.staff_id).label("code"))
    conditions = matching(who, shape)
    if len(conditions) == len(reach(who)):  # of all cases, which may be many more than are given to anybody
        return _counted([given.where(*(seeking.beside_assignment(one) for one in conditions))], False)
    found = [part.subquery() for part in seeking.branches(who, shape, conditions)]
    return _counted([given.join(part, part.c.id == Assignment.report_id) for part in found], False)


def _counted(found: Sequence[Any], distinct: bool) -> Any:
    rows = seeking.together(found, MOST + 1, distinct)
    number = func.count().label("n")
    return select(rows.c.code, number, literal_column("0").label("exact")).group_by(rows.c.code)


def _grouped(result: Any) -> dict[Any, int]:
    rows = result.all()
    more = sum(row.n for row in rows if not row.exact) > MOST
    return {row.code: AtLeast(row.n) if more else row.n for row in rows}


def _sum(ledger: Table) -> Any:
    return func.coalesce(func.sum(ledger.c.n), 0)


def _on_ledger(ledger: Table, conditions: Sequence[Condition]) -> list[Condition] | None:
    """The same conditions asked of a ledger; None when it does not know all they ask for."""

    def moved(element: Any, **_: Any) -> Any:
        mine = getattr(element, "table", None) is _REPORT
        return ledger.c[element.name] if mine else None

    for condition in conditions:
        for element in visitors.iterate(condition):
            if isinstance(element, SelectBase):
                return None
            if getattr(element, "table", None) is _REPORT and getattr(element, "name", "") not in ledger.c:
                return None
    return [visitors.replacement_traverse(condition, {}, moved) for condition in conditions]


async def fold(db: Db) -> None:
    """Adds up what has gathered in the ledgers, so that they stay short. `db` must write; readers see no difference."""
    for ledger in _LEDGERS:
        await _fold(db, ledger)


async def _fold(db: Db, ledger: Table) -> None:
    names = [column.name for column in ledger.c if column.name not in ("id", "n")]
    last = 0
    if db.get_bind().dialect.name == "postgresql":
        # One statement: what others commit meanwhile is neither taken away nor added up.
        gone = delete(ledger).returning(*(ledger.c[name] for name in names), ledger.c.n).cte("gone")
        source, target = gone, insert(ledger).add_cte(gone)
    else:
        source, target = ledger, insert(ledger)
        last = (await _run(db, select(func.max(ledger.c.id)))).scalar() or 0
    keys, added = [source.c[name] for name in names], func.sum(source.c.n)
    summed = select(*keys, added).group_by(*keys).having(added != 0)
    await _run(db, target.from_select([*names, "n"], summed))
    if last:
        await _run(db, delete(ledger).where(ledger.c.id <= last))


async def _run(db: Db, statement: Any) -> Any:
    return await (await db.connection()).execute(statement)
