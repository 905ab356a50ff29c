"""Working days: the national holidays of Indonesia, and what an agency's administrator has changed about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import holidays
from sqlmodel import col, select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.deadlines import WorkDays
from wbs_app.model.tables import Holiday
from wbs_app.services import live
from wbs_app.services.audit import record
from wbs_app.services.database import Db
from wbs_app.services.refusal import Refused

LONGEST_NAME = 120


@lru_cache(maxsize=1)
def _indonesia() -> Any:
    """The library's class for Indonesia. Asked for a country by its code, the library first reads those of all others:
    8 MB, and the better part of a second in which nobody is served."""
    spec = spec_from_file_location("wbs_indonesia", Path(holidays.__file__).parent / "countries" / "indonesia.py")
    assert spec is not None and spec.loader is not None
    found = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found.Indonesia


@lru_cache(maxsize=1)
def _national() -> holidays.HolidayBase:
    """Public holidays and collective leave of a government office; each year is worked out when first asked for."""
    return _indonesia()(categories=("public", "government"), language="id")


async def work_days(db: Db, agency: str) -> WorkDays:
    """The agency's working days."""
    rows = (await db.exec(select(Holiday).where(Holiday.agency == agency))).all()
    return working({(row.day, row.working) for row in rows})


def working(special: Iterable[tuple[date, bool]]) -> WorkDays:
    """The national working days but for an agency's own; with each of these whether it is worked."""
    kept = dict(special)
    worked = frozenset(day for day, is_worked in kept.items() if is_worked)
    free = frozenset(kept) - worked
    national = _national()
    return WorkDays(free=lambda day: day in free or day in national, worked=worked.__contains__)


@dataclass(frozen=True)
class Special:
    """A day that is not as its weekday. `own`: the agency's administrator made it so."""

    day: date
    name: str
    working: bool
    own: bool


async def year(db: Db, actor: Actor, agency: str, number: int) -> list[Special]:
    """What differs in one year from working on weekdays: national holidays, then overridden by the agency's own days.

    Raises:
        Forbidden: unless the actor may manage settings.
        Refused: when the agency is not the actor's.
    """
    _may(actor, agency)
    own = select(Holiday).where(
        Holiday.agency == agency, col(Holiday.day) >= date(number, 1, 1), col(Holiday.day) <= date(number, 12, 31)
    )
    days = {day: Special(day, name, working=False, own=False) for day, name in _of(number).items()}
    days |= {row.day: Special(row.day, row.name, row.working, own=True) for row in await db.exec(own)}
    return [days[day] for day in sorted(days)]


async def set_day(db: Db, actor: Actor, agency: str, day: date, name: str, working: bool) -> None:
    """Makes a day free, or worked. Deadlines that are set already stay as they are.

    Raises:
        Forbidden: unless the actor may manage settings of this agency.
        Refused: without a name.
    """
    _may(actor, agency)
    if not name.strip():
        raise Refused("error.required")
    await db.merge(Holiday(agency=agency, day=day, name=name.strip()[:LONGEST_NAME], working=working))
    await _tell(db, actor, agency)


async def forget_day(db: Db, actor: Actor, agency: str, day: date) -> None:
    """The day is again what the national calendar says."""
    _may(actor, agency)
    if row := await db.get(Holiday, (agency, day)):
        await db.delete(row)
        await _tell(db, actor, agency)


async def _tell(db: Db, actor: Actor, agency: str) -> None:
    await record(db, actor.username, "set_calendar", agency)
    live.touch(db, live.list_topic(agency))


def _of(number: int) -> dict[date, str]:
    made = _indonesia()(years=number, categories=("public", "government"), language="id")
    return dict(made.items())


def _may(actor: Actor, agency: str) -> None:
    actor.require(Permission.MANAGE_SETTINGS)
    if agency not in actor.agencies:
        raise Refused("admin.not_yours")
