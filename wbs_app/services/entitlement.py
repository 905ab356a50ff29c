"""Which facts of a case decide who may be given its keys, and the mark that tells whether they are true.

A colleague is handed keys because the case is of an agency and of a kind, because it was given to them, and because
they are neither of its unit nor shut out. All of that stands in plain columns, which whoever writes to the database
can change. So each case carries a mark over all of it, made with the server's secret; where it does not fit, nobody is
given a key any more (`wbs audit verify` names such cases). An earlier state put back whole is not noticed.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from wbs_app.model.handling_tables import Assignment, Exclusion
from wbs_app.model.tables import Report
from wbs_app.services import marks
from wbs_app.services.audit import record
from wbs_app.services.database import Db
from wbs_app.services.refusal import Refused
from wbs_app.vault.codes import parse_ticket

COLUMNS = [col(getattr(Report, name)) for name in ("ticket", "agency", "kind", "unit", "oversight", "readers_mark")]

_BATCH = 1000


@dataclass(frozen=True)
class Facts:
    """What decides about one case. `barred`, `team`: ids of staff who are shut out, and to whom it is given."""

    ticket: str
    agency: str
    kind: str
    unit: str | None
    oversight: str | None = None
    barred: frozenset[int] = frozenset()
    team: frozenset[int] = frozenset()

    @classmethod
    def of(cls, row: Any, barred: Iterable[int] = (), team: Iterable[int] = ()) -> "Facts":
        """Of a report, or a row with the same columns."""
        return cls(row.ticket, row.agency, row.kind, row.unit, row.oversight, frozenset(barred), frozenset(team))

    def mark(self) -> bytes:
        """The mark of a case of which this is true."""
        return marks.mark(*self._parts())

    def fits(self, mark: bytes | None) -> bool:
        """Whether it was true of the case when this server wrote `mark`."""
        return marks.fits(mark, *self._parts())

    def _parts(self) -> tuple[str, ...]:
        people = (",".join(str(id) for id in sorted(ids)) for ids in (self.barred, self.team))
        return "report", self.ticket, self.agency, self.kind, self.unit or "", self.oversight or "", *people


async def facts(db: Db, report: Report) -> Facts:
    """What the database says about a case, true or not."""
    await db.flush()
    assert report.id is not None
    connection = await db.connection()
    return await connection.run_sync(lambda connection: next(_of(connection, [report])))


async def true_facts(db: Db, report: Report) -> Facts:
    """What decides about a case whose keys somebody is about to be given.

    Raises:
        Refused: "case.facts_changed", when it is not what this server wrote.
    """
    found = await facts(db, report)
    if not found.fits(report.readers_mark):
        raise Refused("case.facts_changed")
    return found


@asynccontextmanager
async def changing(db: Db, report: Report) -> AsyncIterator[None]:
    """What the block changes is true. The report's row must be locked. What was not true before does not become so."""
    before = await facts(db, report)
    yield
    if before.fits(report.readers_mark):
        report.readers_mark = (await facts(db, report)).mark()
        db.add(report)


async def accept(db: Db, ticket: str) -> Facts:
    """Takes what stands in the database about one case as true: an operator, who holds the secret, has looked at it.

    Raises:
        Refused: "admin.ticket_unknown".
    """
    chosen = select(Report).where(Report.ticket == (parse_ticket(ticket) or "")).with_for_update()
    report = (await db.exec(chosen)).one_or_none()
    if report is None:
        raise Refused("admin.ticket_unknown")
    found = await facts(db, report)
    report.readers_mark = found.mark()
    db.add(report)
    await record(db, "system", "accept_facts", report.ticket)
    return found


# --- all cases --------------------------------------------------------------------------------------------------------


def mark_all(connection: sa.Connection) -> None:
    """Takes all that stands in the database as true: before the first mark, and under a new secret."""
    change = sa.update(Report).where(col(Report.id) == sa.bindparam("of")).values(readers_mark=sa.bindparam("mark"))
    for batch in _all(connection):
        connection.execute(change, [{"of": id, "mark": found.mark()} for id, (found, _) in batch.items()])


def untrue(connection: sa.Connection) -> list[str]:
    """Tickets of all cases of which something was changed by somebody else."""
    cases = (case for batch in _all(connection) for case in batch.values())
    return [found.ticket for found, mark in cases if not found.fits(mark)]


async def several(db: Db, rows: Sequence[Any]) -> list[Facts]:
    """The same as `facts` for rows that have an `id` and COLUMNS."""
    return await (await db.connection()).run_sync(lambda connection: list(_of(connection, rows)))


def _all(connection: sa.Connection) -> Iterator[dict[int, tuple[Facts, bytes | None]]]:
    """Report id -> what the database says of it and its mark, in batches."""
    last = 0
    while True:
        chosen = sa.select(col(Report.id), *COLUMNS).where(col(Report.id) > last).order_by(col(Report.id)).limit(_BATCH)
        rows = connection.execute(chosen).all()
        if not rows:
            return
        found = zip(rows, _of(connection, rows), strict=True)
        yield {row.id: (of, row.readers_mark) for row, of in found}
        last = rows[-1].id


def _of(connection: sa.Connection, rows: Sequence[Any]) -> Iterator[Facts]:
    ids = [row.id for row in rows]
    barred = _people(connection, Exclusion.report_id, Exclusion.staff_id, ids)
    team = _people(connection, Assignment.report_id, Assignment.staff_id, ids)
    return (Facts.of(row, barred.get(row.id, ()), team.get(row.id, ())) for row in rows)


def _people(connection: sa.Connection, report: Any, staff: Any, ids: list[int]) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = {}
    for id, person in connection.execute(sa.select(report, staff).where(report.in_(ids))):
        found.setdefault(id, set()).add(person)
    return found
