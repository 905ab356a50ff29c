"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite. For demonstrations and restores."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import sql
from sqlalchemy import Table, func, select
from sqlalchemy import insert as inserted

from wbs_app.services.database import Db

Row = Mapping[str, Any]


async def insert(db: Db, table: Table, rows: Sequence[Row]) -> None:
    """Adds `rows`, which all name the same columns; the others get what the database itself puts there."""
    if not rows:
        return
    if db.get_bind().dialect.name == "postgresql":
        await _copy(db, table, rows)
    else:
        await (await db.connection()).execute(inserted(table), [dict(row) for row in rows])


async def _copy(db: Db, table: Table, rows: Iterable[Row]) -> None:
    raw = (await (await db.connection()).get_raw_connection()).driver_connection
    assert raw is not None
    rows = iter(rows)
    first = next(rows)
    names = list(first)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
    async with raw.cursor() as cursor, cursor.copy(statement) as copy:
        await copy.write_row([first[name] for name in names])
        for row in rows:
            await copy.write_row([row[name] for name in names])


async def next_ids(db: Db, table: Table, count: int) -> Sequence[int]:
    """Ids that nobody else will get, for so many rows of `table`. The transaction must write."""
    if db.get_bind().dialect.name == "postgresql":
        numbers = func.generate_series(1, count).table_valued("number")
        taken = select(func.nextval(func.pg_get_serial_sequence(table.name, "id"))).select_from(numbers)
        return list((await (await db.connection()).execute(taken)).scalars())
    last = (await (await db.connection()).execute(select(func.max(table.c.id)))).scalar() or 0
    return range(last + 1, last + 1 + count)


async def count_on(db: Db, table: Table) -> None:
    """Lets PostgreSQL count on behind the highest id, after rows came with ids of their own; SQLite does so anyway."""
    if db.get_bind().dialect.name != "postgresql" or "id" not in table.c:
        return
    sequence = (await (await db.connection()).execute(select(func.pg_get_serial_sequence(table.name, "id")))).scalar()
    last = (await (await db.connection()).execute(select(func.max(table.c.id)))).scalar()
    if sequence and last:
        await (await db.connection()).execute(select(func.setval(sequence, last)))
