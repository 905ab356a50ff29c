"""Is this installation fit to take reports? What `wbs doctor`, /healthz and the doors of uploads and intake ask.

Changes nothing. Answers name what is broken and how, never an address, a password or a word of a report.
"""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError as StoreError
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from wbs_app.config import Unusable, settings
from wbs_app.model.access import KINDS
from wbs_app.model.agency import Profile
from wbs_app.model.tables import Agency
from wbs_app.services import keys, mail, notices, own_secret, redis, reference, store_owner, vouching
from wbs_app.services.database import Db, engine, reading
from wbs_app.services.entitlement import Facts
from wbs_app.services.evidence import store
from wbs_app.services.refusal import Refused

MB = 2**20
LEAST_WITHOUT_ALARM = 2048 * MB
LEAST_FOR_FILES = 512 * MB
LEAST_FOR_REPORTS = 128 * MB
LOOKED_AT_EVERY = 5.0  # seconds: however often anybody asks
PATIENCE = 3.0  # seconds for each component
GLANCE = 0.2  # seconds
LARGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")
"""What Linux says of them, with what it does in brackets."""

OK, OFF = "ok", "off"


# --- room ------------------------------------------------------------------------------------------------------------


class Room(Enum):
    """What the disk has room for."""

    ENOUGH = "enough"
    LITTLE = "little more"
    REPORTS = "reports only"
    NONE = "nothing"


def room() -> Room:
    """An alarm comes first; then uploads stop, then intake: a report without its files is worth more than none."""
    free = min(shutil.disk_usage(folder).free for folder in _folders())
    if free < LEAST_FOR_REPORTS:
        return Room.NONE
    if free < LEAST_FOR_FILES:
        return Room.REPORTS
    return Room.LITTLE if free < LEAST_WITHOUT_ALARM else Room.ENOUGH


def _folders() -> set[Path]:
    """Where we write on disks of this machine; those of a database server or S3 look after themselves."""
    found = {settings().data_dir, settings().evidence_dir}
    return {folder for folder in found if folder is not None and folder.is_dir()} or {Path.cwd()}


# --- components ------------------------------------------------------------------------------------------------------


async def _reaches_database() -> None:
    async with reading() as db:
        await db.exec(text("SELECT 1"))  # type: ignore[call-overload]


async def _reaches_evidence() -> None:
    try:
        await obstore.head_async(store(), "nothing")
    except FileNotFoundError:
        return


async def _reaches_redis() -> None:
    await redis.client().execute_command("PING")


async def _reaches_clamd() -> None:
    parts = urlsplit(settings().clamd_url)
    opening = (
        asyncio.open_unix_connection(parts.path)
        if parts.scheme == "unix"
        else asyncio.open_connection(parts.hostname, parts.port)
    )
    reader, writer = await opening
    with closing(writer):
        writer.write(b"zPING\0")
        if await reader.readuntil(b"\0") != b"PONG\0":
            raise OSError


async def _reaches_smtp() -> None:
    to = mail.server()
    assert to is not None
    reader, writer = await asyncio.open_connection(to.host, to.port)
    with closing(writer):
        if not to.tls and not (await reader.readline()).startswith(b"220"):
            raise OSError


async def _has_room() -> None:
    if (left := room()) is not Room.ENOUGH:
        raise _Low(f"room for {left.value}")


class _Low(Exception):
    """A component works, but not for all."""


_COMPONENTS: tuple[tuple[str, Callable[[], bool], Callable[[], Awaitable[None]]], ...] = (
    ("database", lambda: True, _reaches_database),
    ("evidence", lambda: True, _reaches_evidence),
    ("redis", redis.configured, _reaches_redis),
    ("clamd", lambda: bool(settings().clamd_url), _reaches_clamd),
    ("smtp", lambda: bool(settings().smtp_url), _reaches_smtp),
    ("disk", lambda: True, _has_room),
)
"""Name, whether it is in use, and what fails when it cannot be."""

MAIL = "mail"
"""A trouble that is no component: the server answers, and some mail was refused once too often."""

NAMES = frozenset(name for name, _, _ in _COMPONENTS) | {MAIL}

NEEDED = frozenset({"database", "redis"})
"""Without these no page works; without the others, something waits or is refused in plain words."""


async def components() -> dict[str, str]:
    """Component -> "ok", "off" when it is not in use, or what is wrong in a few fixed words."""
    used = [(name, reaches) for name, is_used, reaches in _COMPONENTS if is_used()]
    said = await asyncio.gather(*(_said(reaches) for _, reaches in used))
    return {name: OFF for name, _, _ in _COMPONENTS} | {name: word for (name, _), word in zip(used, said, strict=True)}


async def _said(reaches: Callable[[], Awaitable[None]]) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await reaches()
    except _Low as low:
        return str(low)
    except TimeoutError:
        return "does not answer"
    except (OSError, SQLAlchemyError, RedisError, StoreError, EOFError) as problem:
        return f"cannot be used ({type(problem).__name__})"
    return OK


_last: tuple[float, dict[str, str]] = (float("-inf"), {})
_looking = asyncio.Lock()


async def condition() -> dict[str, str]:
    """`components`, at most a few seconds old."""
    global _last
    async with _looking:
        if time.monotonic() - _last[0] > LOOKED_AT_EVERY:
            _last = (time.monotonic(), await components())
    return _last[1]


def wrong(found: dict[str, str]) -> dict[str, str]:
    """Of what `condition` found, the components that are neither well nor out of use."""
    return {name: said for name, said in found.items() if said not in (OK, OFF)}


async def troubles() -> dict[str, str]:
    """What an administrator must be told: component, or MAIL -> what is wrong."""
    found = wrong(await condition())
    if "database" not in found and await _gave_up():
        found[MAIL] = "some was refused for good"
    return found


async def _gave_up() -> bool:
    async with reading() as db:
        return await notices.given_up(db)


async def troubles_at_a_glance() -> dict[str, str]:
    """The same, as far as it is known in a moment: no page waits for a server that hangs."""
    with suppress(TimeoutError):
        return await asyncio.wait_for(asyncio.shield(troubles()), GLANCE)
    return wrong(_last[1])


# --- wbs doctor ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `problem` is one line for the operator; None when all is well. `advice`: it works so too."""

    name: str
    problem: str | None
    advice: bool = False


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
    yield Finding("large pages", _large_pages(LARGE_PAGES), advice=True)
    async for finding in _surroundings():
        yield finding
    problem = await _database()
    yield Finding("database", problem)
    if problem is None:
        async with reading() as db:
            yield Finding("secret of this database", await _fits(db))
            yield Finding("owner of the evidence store", await _anothers())
            refused = "some was refused for good: an administrator's page Pemberitahuan names it"
            yield Finding(MAIL, refused if await _gave_up() else None, advice=True)
            for agency in settings().agencies:
                yield Finding(f"{agency}: recovery key", await _recovery(db, agency))
                yield Finding(f"{agency}: oversight", await _oversight(db, agency))
                for name, problem in await _readers(db, agency):
                    yield Finding(f"{agency}: {name}", problem)


async def _surroundings() -> AsyncIterator[Finding]:
    """What a report passes through beside the database, as far as it is in use and there is a place for it yet."""
    for name, is_used, reaches in _COMPONENTS:
        if name != "database" and is_used() and (name != "evidence" or settings().data_dir.is_dir()):
            said = await _said(reaches)
            yield Finding(name, None if said == OK else said)


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


async def _fits(db: Db) -> str | None:
    try:
        await own_secret.check(db)
    except Unusable as problem:
        return str(problem)
    return None


async def _anothers() -> str | None:
    try:
        if not await store_owner.is_anothers():
            return None
    except (OSError, StoreError):
        return None  # that it is away has been said
    return (
        "another installation's, so nothing is swept from it: name a store of its own in WBS_EVIDENCE_URL; "
        f"if it is this one's, of which an old backup was restored, delete its object `{store_owner.MARK}`"
    )


def _libmagic() -> str | None:
    try:
        from wbs_app.services.inspection import inspect  # the library is looked for when this is imported

        inspect("a.pdf", b"%PDF-1.7\n")
    except ImportError:
        return "cannot be loaded"
    except Refused:
        return "does not know a PDF"
    return None


def _large_pages(setting: Path) -> str | None:
    """Argon2 takes 19 MiB anew for each PIN: page by page, while all others of this process wait for theirs."""
    with suppress(OSError):  # another system, which does as it likes
        if "[always]" not in setting.read_text():
            return "PINs take twice the time they need: docs/operations.md, Sizing"
    return None


def _is_made() -> bool:
    """Whether an embedded database exists; merely asking it something would make an empty one."""
    return engine().dialect.name != "sqlite" or Path(engine().url.database or "").is_file()


async def _database() -> str | None:
    if not _is_made():
        return "not made yet: run `wbs init`"
    try:
        from wbs_app.services import migrate  # its tools take 7 MB, and only `wbs doctor` asks this

        return None if await migrate.up_to_date() else "its schema is not up to date"
    except DBAPIError as problem:
        return f"cannot be used ({type(problem.orig).__name__})"


async def _recovery(db: Db, agency: str) -> str | None:
    found = await db.get(Agency, agency)
    if found is None or found.recovery_key is None:
        return "none yet: run `wbs init`"
    return None if vouching.recovery_of(found) else "not the one that was made here: no key is sealed to it"


async def _oversight(db: Db, agency: str) -> str | None:
    found = await db.get(Agency, agency)
    if found is None or vouching.oversight_of(found) == Profile.model_validate_json(found.profile).oversight:
        return None
    return "not set by `wbs oversight`: nobody takes over"


async def _readers(db: Db, agency: str) -> list[tuple[str, str | None]]:
    """Whether somebody can read each kind of report that the agency takes, and its reporters' identities."""
    try:
        offered = {card.kind for card in (await reference.catalogue(db, agency)).cards}
    except KeyError:
        return [("reference data", "missing")]
    found: list[tuple[str, str | None]] = []
    for kind in (kind for kind in KINDS if kind in offered):
        able = await keys.readers(db, "account", Facts("", agency, kind, None))
        found.append((f"officer for {kind} reports", None if able else "nobody can read them"))
    able = await keys.readers(db, "identity", Facts("", agency, KINDS[0], None))
    found.append(("identity custodian", None if able else "nobody can open an identity"))
    return found
