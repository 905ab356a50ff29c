"""Is this installation fit to take reports? What `wbs doctor` asks; changes nothing."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from wbs_app.config import Unusable, settings
from wbs_app.model.access import KINDS
from wbs_app.model.tables import Agency
from wbs_app.services import keys, migrate, reference
from wbs_app.services.database import Db, engine, reading
from wbs_app.services.refusal import Refused


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `problem` is one line for the operator; None when all is well."""

    name: str
    problem: str | None


async def examine() -> AsyncIterator[Finding]:
    """Looks at one thing after the other; stops where the rest would make no sense."""
    try:
        settings()
    except Unusable as problem:
        yield Finding("settings", str(problem))
        return
    yield Finding("settings", None)
    yield Finding("data folder", _data_folder())
    yield Finding("secret", _secret())
    yield Finding("libmagic", _libmagic())
    problem = await _database()
    yield Finding("database", problem)
    if problem is None:
        async with reading() as db:
            for agency in settings().agencies:
                yield Finding(f"{agency}: recovery key", await _recovery(db, agency))
                for name, problem in await _readers(db, agency):
                    yield Finding(f"{agency}: {name}", problem)


def _data_folder() -> str | None:
    folder = settings().data_dir
    if not folder.is_dir():
        return f"{folder} does not exist yet: run `wbs init`"
    return None if os.access(folder, os.W_OK | os.X_OK) else f"{folder} cannot be written"


def _secret() -> str | None:
    if not settings().secret and not (settings().data_dir / "secret").exists():
        return "not made yet: run `wbs init`"
    try:
        settings().secret_key()
    except Unusable as problem:
        return str(problem)
    return None


def _libmagic() -> str | None:
    try:
        from wbs_app.services.inspection import inspect  # the library is looked for when this is imported

        inspect("a.pdf", b"%PDF-1.7\n")
    except ImportError:
        return "cannot be loaded"
    except Refused:
        return "does not know a PDF"
    return None


def _is_made() -> bool:
    """Whether an embedded database exists; merely asking it something would make an empty one."""
    return engine().dialect.name != "sqlite" or Path(engine().url.database or "").is_file()


async def _database() -> str | None:
    if not _is_made():
        return "not made yet: run `wbs init`"
    try:
        return None if await migrate.up_to_date() else "its schema is not up to date"
    except DBAPIError as problem:
        return f"cannot be used ({type(problem.orig).__name__})"


async def _recovery(db: Db, agency: str) -> str | None:
    found = await db.get(Agency, agency)
    return None if found and found.recovery_key else "none yet: run `wbs init`"


async def _readers(db: Db, agency: str) -> list[tuple[str, str | None]]:
    """Whether somebody can read each kind of report that the agency takes, and its reporters' identities."""
    try:
        offered = {card.kind for card in (await reference.catalogue(db, agency)).cards}
    except KeyError:
        return [("reference data", "missing")]
    found: list[tuple[str, str | None]] = []
    for kind in (kind for kind in KINDS if kind in offered):
        able = await keys.readers(db, agency, kind, "account", None)
        found.append((f"officer for {kind} reports", None if able else "nobody can read them"))
    able = await keys.readers(db, agency, KINDS[0], "identity", None)
    found.append(("identity custodian", None if able else "nobody can open an identity"))
    return found
