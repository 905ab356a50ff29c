"""PostgreSQL databases for tests."""

from itertools import count

import psycopg
from psycopg import sql

_numbers = count(1)


def new_database(pg_url: str, encoding: str = "") -> str:
    """The address of a new, empty database on the server with this maintenance database; `encoding`: another one than
    the server's."""
    name = f"wbs_{next(_numbers)}"
    made = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if encoding:
        made += sql.SQL(" ENCODING {} LOCALE 'C' TEMPLATE template0").format(sql.Literal(encoding))
    with psycopg.connect(pg_url, autocommit=True) as connection:
        connection.execute(made)
    return pg_url.replace("/postgres?", f"/{name}?")
