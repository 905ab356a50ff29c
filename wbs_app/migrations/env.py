"""Alembic's way in.

`services/migrate.py` hands over its connection; `alembic` itself,
run by a developer for a new revision, opens one.
"""

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, TypeDecorator
from sqlmodel import SQLModel

from wbs_app.model import handling_tables as handling_tables  # both fill the metadata
from wbs_app.model import tables as tables
from wbs_app.services.database import close, engine


def plainly(kind: str, thing: Any, _context: object) -> str | Literal[False]:
    """How a new revision spells a column's type: what it is in the database, free of our own code."""
    return f"sa.{thing.impl!r}" if kind == "type" and isinstance(thing, TypeDecorator) else False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        render_item=plainly,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


async def on_our_own() -> None:
    async with engine().execution_options(write=True).begin() as connection:
        await connection.run_sync(migrate)
    await close()


if (given := context.config.attributes.get("connection")) is not None:
    migrate(given)
else:
    asyncio.run(on_our_own())
