"""Statements that are put together once and sent many times.

To put the statement of a page together takes longer than to run it. So its values stay apart, each behind a name, and
all pages that ask for the same things of the same reach share one text.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Dialect, Result, bindparam, column, literal_column, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from wbs_app.services.database import Db, in_place

Values = Mapping[str, Any]
"""Name of a slot -> what stands there; more than a statement needs may be given."""

_SLOT = re.compile(r"(?<![:\w]):(\w+)")
_KEPT = 200


def slot(name: str, kind: TypeEngine[Any] | None = None) -> Any:
    """The place of a value in a statement that is sent by `send` or `ask`. `name` is never anything typed."""
    return literal_column(f":{name}", kind)


async def send(db: Db, statement: Any, values: Values) -> Result[*tuple[Any, ...]]:
    """The rows of a statement with slots. Everything else in it is written out."""
    return await db.run_sync(_sent, _written(statement, db.get_bind().dialect, _days(values)), values)


async def ask(
    db: Db, make: Callable[..., Any], values: Values, *shape: Any, brief: bool = False
) -> Result[*tuple[Any, ...]]:
    """The rows of `make(*shape)`, which is called once for each shape. `brief`: a few, found by their keys."""
    return await db.run_sync(_sent, _kept(make, db.get_bind().dialect, _days(values), *shape), values, brief)


def _sent(db: Session, statement: Any, values: Values, brief: bool = False) -> Result[*tuple[Any, ...]]:
    connection = db.connection()
    with in_place(connection) if brief else nullcontext():
        return connection.execute(statement, values)


@lru_cache(maxsize=_KEPT)
def _kept(make: Callable[..., Any], dialect: Dialect, days: frozenset[str], *shape: Any) -> Any:
    return _written(make(*shape), dialect, days)


def _written(statement: Any, dialect: Dialect, days: frozenset[str]) -> Any:
    """The statement as text. Its columns keep their types, and days are handed to each database as it likes them."""
    sql = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}).string
    dated = [bindparam(name, type_=Date()) for name in days & set(_SLOT.findall(sql))]
    typed = [column(one.name, one.type) for one in statement.selected_columns]
    return text(sql).bindparams(*dated).columns(*typed)


def _days(values: Values) -> frozenset[str]:
    return frozenset(name for name, value in values.items() if isinstance(value, date))
