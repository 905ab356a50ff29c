"""SQLite in one hop a statement: each runs whole in the connection's thread, from the first row to the last.

SQLAlchemy's adapter goes there and back four times for it (cursor, execute, fetch, close), which costs more than the
statements themselves. One hop still costs ten times what a row by its key does: in a transaction that is `brief`, only
its begin and its end, which may wait for others and for the disk, go there.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import await_only


class _Done(NamedTuple):
    """A statement that has run: what a cursor knows of it afterwards."""

    rows: deque[Any]
    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1


def _ran(connection: sqlite3.Connection, act: Callable[..., Any], *asked: Any) -> _Done:
    cursor = connection.cursor()
    try:
        act(cursor, *asked)
        rows = deque(cursor.fetchall()) if cursor.description else deque[Any]()
        return _Done(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
    finally:
        cursor.close()


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()

    def _make_new_cursor(self, connection: Any) -> Any:
        del connection
        return _Done(deque())

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        self._run(sqlite3.Cursor.execute, operation, parameters or ())

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        self._run(sqlite3.Cursor.executemany, operation, seq_of_parameters)

    def _run(self, act: Callable[..., Any], *asked: Any) -> None:
        driver: Any = self._connection
        adapted: Any = self._adapt_connection
        done: Any
        try:
            if adapted.brief:
                done = _ran(driver._conn, act, *asked)
            else:
                done = await_only(driver._execute(_ran, driver._conn, act, *asked))
        except Exception as error:  # noqa: BLE001  told as SQLAlchemy tells it
            self._adapt_connection._handle_exception(error)
        self._cursor, self._rows = done, done.rows

    async def _async_soft_close(self) -> None:
        """Closed already."""

    def close(self) -> None:
        self._rows.clear()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ("brief",)

    _cursor_cls = _Cursor

    def __init__(self, *made: Any) -> None:
        super().__init__(*made)
        self.brief = False
        """Whether statements run where they are asked."""

    def rollback(self) -> None:
        driver: Any = self._connection
        if driver._connection and driver._connection.in_transaction:  # the pool asks for it after each commit
            super().rollback()


class OneHop(AsyncAdapt_aiosqlite_dbapi):
    """For `create_async_engine(..., module=OneHop())`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> AsyncAdapt_aiosqlite_connection:
        return _Connection(self, super().connect(*arg, **kw)._connection)
