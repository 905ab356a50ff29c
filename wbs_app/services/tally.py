"""How many: exact where the ledger knows, and otherwise counted no further than anybody wants to know.

The ledger (`CaseCount`) is written by triggers in the transaction that changes a report. It answers every choice of
agency, kind, violation type, unit, status and priority, however many reports there are. What it cannot know (a
regency, a day, an officer) is counted up to MOST rows; then it is said to be so many, and more.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, insert, literal_column, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import SelectBase
from sqlmodel import SQLModel

from wbs_app.model.access import Actor
from wbs_app.model.filters import CaseFilter
from wbs_app.model.handling_tables import CaseCount
from wbs_app.services import seeking
from wbs_app.services.database import Db

MOST = 10_000

_REPORT: Table = SQLModel.metadata.tables["report"]
_LEDGER: Table = SQLModel.metadata.tables[str(CaseCount.__tablename__)]
_KEYS = [column for column in _LEDGER.c if column.name not in ("id", "n")]
_SUM = func.coalesce(func.sum(_LEDGER.c.n), 0)

Condition = ColumnElement[bool]


class AtLeast(int):
    """A count that was stopped: so many there are, and more."""


async def total(db: Db, actor: Actor, conditions: Sequence[Condition], wanted: CaseFilter | None = None) -> int:
    """How many reports in the actor's reach meet all of `conditions`. `wanted`: see `seeking.branches`."""
    known = _on_ledger(conditions)
    if known is not None:
        return (await _run(db, select(_SUM).where(*known))).scalar_one()
    return await some(db, seeking.branches(actor, conditions, wanted=wanted))


async def some(db: Db, found: Sequence[Any]) -> int:
    """How many rows these selections have together, up to MOST."""
    rows = seeking.together(found, MOST + 1)
    count = (await _run(db, select(func.count()).select_from(rows))).scalar_one()
    return AtLeast(MOST) if count > MOST else count


async def by_code(
    db: Db, actor: Actor, column: Any, conditions: Sequence[Condition], wanted: CaseFilter | None = None
) -> dict[Any, int]:
    """Code of `column` -> how many reports have it; a mere part of them when there are more than MOST."""
    present = column.is_not(None)
    known = _on_ledger([*conditions, present])
    if known is not None:
        kept = _LEDGER.c[column.key]
        asked = select(kept, _SUM).where(*known).group_by(kept).having(_SUM > 0)
        return {row[0]: row[1] for row in await _run(db, asked)}
    return await by_value(db, seeking.branches(actor, [*conditions, present], column.label("code"), wanted=wanted))


async def by_value(db: Db, found: Sequence[Any]) -> dict[Any, int]:
    """The same for selections of a column named `code`."""
    rows = seeking.together(found, MOST + 1)
    code = literal_column("code")
    counted = (await _run(db, select(code, func.count()).select_from(rows).group_by(code))).all()
    more = sum(row[1] for row in counted) > MOST
    return {row[0]: AtLeast(row[1]) if more else row[1] for row in counted}


async def _run(db: Db, statement: Any) -> Any:
    return await (await db.connection()).execute(statement)


def _on_ledger(conditions: Sequence[Condition]) -> list[Condition] | None:
    """The same conditions asked of the ledger; None when it does not know all they ask for."""

    def moved(element: Any, **_: Any) -> Any:
        mine = getattr(element, "table", None) is _REPORT
        return _LEDGER.c[element.name] if mine else None

    for condition in conditions:
        for element in visitors.iterate(condition):
            if isinstance(element, SelectBase):
                return None
            if getattr(element, "table", None) is _REPORT and getattr(element, "name", "") not in _LEDGER.c:
                return None
    return [visitors.replacement_traverse(condition, {}, moved) for condition in conditions]


async def fold(db: Db) -> None:
    """Adds up what has gathered in the ledger, so that it stays short. `db` must write; readers see no difference."""
    if db.get_bind().dialect.name == "postgresql":
        # One statement: what others commit meanwhile is neither taken away nor added up.
        gone = delete(_LEDGER).returning(*_KEYS, _LEDGER.c.n).cte("gone")
        source, target = gone, insert(_LEDGER).add_cte(gone)
    else:
        source, target = _LEDGER, insert(_LEDGER)
        last = (await _run(db, select(func.max(_LEDGER.c.id)))).scalar() or 0
    keys, added = [source.c[key.name] for key in _KEYS], func.sum(source.c.n)
    summed = select(*keys, added).group_by(*keys).having(added != 0)
    await _run(db, target.from_select([*(key.name for key in _KEYS), "n"], summed))
    if source is _LEDGER:
        await _run(db, delete(_LEDGER).where(_LEDGER.c.id <= last))
