"""`wbs backup` and `wbs restore`: everything but sessions and open invitations, still sealed, as one signed file.

A backup is one read transaction: SQLite's WAL and PostgreSQL's snapshots both show the moment it began, while others
go on writing. Files are in the evidence store before the rows that name them are committed, and are never changed, so
those of the snapshot's rows are there. Rows travel as JSON in a fixed order and spelling: a backup of SQLite restores
on PostgreSQL, and a restored system that is read again gives the very same bytes. That is how a restore is checked.
"""

import base64
import hashlib
import json
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import obstore
from sqlalchemy import Date, DateTime, LargeBinary, String, Table, TypeDecorator, delete, func, select
from sqlmodel import SQLModel, col

from wbs_app.config import settings
from wbs_app.disk import keep
from wbs_app.model.handling_tables import CaseCount, CaseTotal
from wbs_app.model.tables import Invitation, Report, Staff, StaffSession
from wbs_app.services import bulk, migrate, tally
from wbs_app.services.archive import FORMAT, Reader, Writer, writing_to
from wbs_app.services.database import Db, snapshot, writing
from wbs_app.services.evidence import delete as delete_objects
from wbs_app.services.evidence import settle, store
from wbs_app.services.refusal import Refused

Told = Callable[[str, int, int], None]
"""Is called with what is done ("rows", "files", "check"), how many of them are, and how many there will be."""

_LEFT_OUT = {str(table.__tablename__) for table in (CaseCount, CaseTotal, StaffSession, Invitation)}
"""Counted anew; and what would let somebody in who has left since."""

_ROWS = 1000
_SECRET = "secret"  # noqa: S105  the name of a part
_OBJECT = re.compile(r"files/[\w.-]{1,80}", re.ASCII)


@dataclass
class Done:
    """What a backup holds, or a restore has brought back."""

    reports: int
    rows: int
    files: int
    missing: list[str] = field(default_factory=list)  # objects that the store had lost already
    key: str = ""  # fingerprint


def _tables() -> list[Table]:
    """Those that are kept, in an order in which they can be filled."""
    return [table for table in SQLModel.metadata.sorted_tables if table.name not in _LEFT_OUT]


# --- rows as text -----------------------------------------------------------------------------------------------------


def _kind(column: Any) -> type:
    spelled = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return next((kind for kind in (LargeBinary, DateTime, Date) if isinstance(spelled, kind)), object)


def _told(value: Any, kind: type) -> Any:
    if value is None or kind is object:
        return value
    if kind is LargeBinary:
        return base64.b64encode(value).decode()
    return value.astimezone(UTC).isoformat() if kind is DateTime else value.isoformat()


def _read(value: Any, kind: type) -> Any:
    if value is None or kind is object:
        return value
    if kind is LargeBinary:
        return base64.b64decode(value)
    return datetime.fromisoformat(value) if kind is DateTime else date.fromisoformat(value)


def _packed(table: Table, rows: Sequence[Sequence[Any]]) -> bytes:
    """Always the same bytes for the same rows: a line of names, then one line for each row."""
    kinds = [_kind(column) for column in table.columns]
    lines = [[column.name for column in table.columns]]
    lines += [[_told(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in rows]
    text = "\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
    return text.encode("utf-8", "surrogatepass")


def _unpacked(table: Table, data: bytes) -> list[dict[str, Any]]:
    names, *rows = map(json.loads, data.decode("utf-8", "surrogatepass").split("\n"))
    kinds = [_kind(table.columns[name]) for name in names]
    return [{name: _read(value, kind) for name, value, kind in zip(names, row, kinds, strict=True)} for row in rows]


async def _parts(db: Db, table: Table) -> AsyncGenerator[tuple[str, bytes, int], None]:
    """The table's rows by their keys, some at a time: name of the part, its bytes, how many they are."""
    connection = await db.connection()
    binary = connection.dialect.name == "postgresql"  # as SQLite sorts anyway: the same order everywhere
    keys = [key.collate("C") if binary and isinstance(key.type, String) else key for key in table.primary_key.columns]
    asked = select(*table.columns).order_by(*keys).execution_options(yield_per=_ROWS)
    number = 0
    async with connection.stream(asked) as rows:
        async for some in rows.partitions(_ROWS):
            yield f"tables/{table.name}/{number:07}", _packed(table, some), len(some)
            number += 1


async def _count(db: Db, table: Table) -> int:
    return (await (await db.connection()).execute(select(func.count()).select_from(table))).scalar_one()


# --- backup -----------------------------------------------------------------------------------------------------------


async def backup(target: Path, told: Told, with_secret: bool = False) -> Done:
    """Writes the backup. `with_secret`: the server's own secret goes along; then guard the file as you guard that.

    Raises:
        Refused: when the target exists or cannot be written.
    """
    with writing_to(target) as writer:
        async with snapshot() as db:
            done = await _rows_to(writer, db, told)
            objects = await _objects(db)
        for number, path in enumerate(objects, start=1):
            try:
                writer.add(path, bytes(await (await obstore.get_async(store(), path)).bytes_async()))
            except FileNotFoundError:
                done.missing.append(path)
            told("files", number, len(objects))
        if with_secret:
            writer.add(_SECRET, settings().secret_key())
        done.files = len(objects) - len(done.missing)
        done.key = writer.finish(
            {
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "revision": migrate.newest(),
                "reports": done.reports,
                "rows": done.rows,
                "missing": done.missing,
            }
        )
    return done


async def _rows_to(writer: Writer, db: Db, told: Told) -> Done:
    counts = {table.name: await _count(db, table) for table in _tables()}
    done = Done(reports=counts[str(Report.__tablename__)], rows=0, files=0)
    for table in _tables():
        async with aclosing(_parts(db, table)) as parts:
            async for name, data, count in parts:
                writer.add(name, data)
                done.rows += count
                told("rows", done.rows, sum(counts.values()))
    return done


async def _objects(db: Db) -> list[str]:
    """Paths of what the rows name in the evidence store."""
    evidence = SQLModel.metadata.tables["evidence"]
    asked = select(evidence.c.id, evidence.c.original.is_not(None)).order_by(evidence.c.id)
    found: list[str] = []
    for id, original in await (await db.connection()).execute(asked):
        found += [f"files/{id}", f"files/{id}.original"] if original else [f"files/{id}"]
    return found


# --- restore ----------------------------------------------------------------------------------------------------------


async def restore(source: Path, told: Told, trusted: str = "") -> Done:
    """Brings a backup back into an empty system, all or nothing, and reads all of it again before it counts.

    `trusted`: fingerprint of the key that signed it, where this system does not have the same secret.

    Raises:
        Refused: when the system is not empty, or the backup is broken, a stranger's, or of another version.
    """
    with Reader(source, trusted) as reader:
        if reader.manifest.get("format") != FORMAT or reader.manifest["revision"] != migrate.newest():
            raise Refused("admin.backup_version")
        parts = list(reader.digests)
        paths = [name for name in parts if _OBJECT.fullmatch(name)]
        async with writing() as db:
            await _must_be_empty(db)
        new: list[str] = []
        try:
            await _put_objects(reader, paths, told, new)
            async with writing() as db:
                await _must_be_empty(db)
                rows = await _fill(db, reader, told)
                await _check(db, reader, rows, told)
                await tally.fold(db)
        except BaseException:
            await delete_objects(new)
            raise
        if _SECRET in parts:
            _keep_secret(reader.read(_SECRET))
        return Done(reader.manifest["reports"], rows, len(paths), reader.manifest["missing"])


async def _must_be_empty(db: Db) -> None:
    """No report, and nobody who can sign in."""
    for asked in (select(col(Report.id)), select(col(Staff.id)).where(col(Staff.salt).is_not(None))):
        if (await (await db.connection()).execute(asked.limit(1))).first() is not None:
            raise Refused("admin.restore_not_empty")


async def _put_objects(reader: Reader, paths: Sequence[str], told: Told, new: list[str]) -> None:
    """Tells in `new` which ones it has brought: a store that outlived its database must not lose its own to a restore
    that fails."""
    for number, path in enumerate(paths, start=1):
        if not await _is_there(path):
            new.append(path)
        await obstore.put_async(store(), path, reader.read(path))
        told("files", number, len(paths))
    await settle(paths)


async def _is_there(path: str) -> bool:
    try:
        await obstore.head_async(store(), path)
    except FileNotFoundError:
        return False
    return True


def _of(reader: Reader, table: Table) -> Iterator[str]:
    return (name for name in reader.digests if name.startswith(f"tables/{table.name}/"))


async def _fill(db: Db, reader: Reader, told: Told) -> int:
    """Puts every row in the place of what a fresh system was seeded with; how many they are."""
    connection = await db.connection()
    for table in reversed(_tables()):
        await connection.execute(delete(table))
    done = 0
    for table in _tables():
        for name in _of(reader, table):
            rows = _unpacked(table, reader.read(name))
            await bulk.insert(db, table, rows)
            done += len(rows)
            told("rows", done, reader.manifest["rows"])
        await bulk.count_on(db, table)
    return done


async def _check(db: Db, reader: Reader, rows: int, told: Told) -> None:
    """Reads the restored system as a backup would, row by row and file by file.

    Raises:
        Refused: naming the first part that is not as it was, or what is lacking.
    """
    known, done, seen = reader.digests, 0, set[str]()
    differing: list[str] = []
    for table in _tables():
        async with aclosing(_parts(db, table)) as parts:
            async for name, data, count in parts:
                if known.get(name) != hashlib.sha256(data).hexdigest():
                    differing.append(name)
                seen.add(name)
                done += count
                told("check", done, rows)
    for path in await _objects(db):
        if path in reader.manifest["missing"]:
            continue
        data = bytes(await (await obstore.get_async(store(), path)).bytes_async())
        if known.get(path) != hashlib.sha256(data).hexdigest():
            differing.append(path)
        seen.add(path)
    differing += sorted(set(known) - seen - {_SECRET})
    if differing:
        raise Refused("admin.restore_differs", what=differing[0])


def _keep_secret(secret: bytes) -> None:
    """Only where none is set by the environment."""
    if settings().secret:
        return
    keep(settings().data_dir / "secret", secret.hex())
    settings.cache_clear()  # they know the old one
