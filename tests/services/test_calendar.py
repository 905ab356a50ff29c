"""Working days: the national calendar, and what an administrator makes of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import holidays
import pytest
from sqlmodel import select

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.tables import AuditEvent
from wbs_app.services import calendar
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused

if TYPE_CHECKING:
    from tests.services.conftest import Hire

WEDNESDAY, SUNDAY = date(2026, 7, 15), date(2026, 7, 19)
INDEPENDENCE = date(2026, 8, 17)  # a Monday


@pytest.fixture
async def admin(hire: Hire) -> Actor:
    return await hire("admin", Role.ADMIN)


async def _set(actor: Actor, day: date, working: bool, agency: str = "bali", name: str = "Hari khusus") -> None:
    async with writing() as db:
        await calendar.set_day(db, actor, agency, day, name, working)


async def _is_work(*days: date, agency: str = "bali") -> list[bool]:
    async with reading() as db:
        working = await calendar.work_days(db, agency)
    return [working.is_work(day) for day in days]


async def test_the_national_calendar_counts_until_it_is_changed(admin: Actor) -> None:
    assert await _is_work(WEDNESDAY, SUNDAY, INDEPENDENCE) == [True, False, False]
    await _set(admin, WEDNESDAY, working=False)
    await _set(admin, SUNDAY, working=True)
    await _set(admin, INDEPENDENCE, working=True)
    assert await _is_work(WEDNESDAY, SUNDAY, INDEPENDENCE) == [False, True, True]
    assert await _is_work(WEDNESDAY, SUNDAY, INDEPENDENCE, agency="ntt") == [True, False, False]
    async with writing() as db:
        for day in (WEDNESDAY, SUNDAY, INDEPENDENCE, date(2026, 1, 2)):
            await calendar.forget_day(db, admin, "bali", day)
        trail = [(event.actor, event.action, event.subject) for event in await db.exec(select(AuditEvent))]
    assert await _is_work(WEDNESDAY, SUNDAY, INDEPENDENCE) == [True, False, False]
    assert trail == [("admin", "set_calendar", "bali")] * 6, "forgetting what was not set is no event"


async def test_it_is_what_the_library_says_of_indonesia(admin: Actor) -> None:
    """Read from the library's file for Indonesia alone: whoever updates the library learns here if that changes."""
    for number in (2024, 2025, 2026, 2027):
        said = holidays.country_holidays("ID", years=number, categories=("public", "government"), language="id")
        async with reading() as db:
            found = await calendar.year(db, admin, "bali", number)
        assert {day.day: day.name for day in found} == dict(said.items()) and len(found) > 10


async def test_a_year_shows_both_and_whose_they_are(admin: Actor) -> None:
    await _set(admin, WEDNESDAY, working=False, name="  Libur daerah ")
    await _set(admin, INDEPENDENCE, working=True, name="Upacara")
    async with reading() as db:
        year = {day.day: day for day in await calendar.year(db, admin, "bali", 2026)}
        others = {day.day: day for day in await calendar.year(db, admin, "bali", 2027)}
    assert list(year) == sorted(year) and len(year) > 15
    assert year[WEDNESDAY] == calendar.Special(WEDNESDAY, "Libur daerah", working=False, own=True)
    assert year[INDEPENDENCE] == calendar.Special(INDEPENDENCE, "Upacara", working=True, own=True)
    assert not any(day.own for day in year.values() if day.day not in (WEDNESDAY, INDEPENDENCE))
    assert others and not any(day.own for day in others.values())


async def test_only_an_administrator_of_the_agency_changes_it(admin: Actor, hire: Hire) -> None:
    for role in set(Role) - {Role.ADMIN}:
        with pytest.raises(Forbidden):
            await _set(await hire(role.value, role), WEDNESDAY, working=False)
    with pytest.raises(Refused, match="not_yours"):
        await _set(admin, WEDNESDAY, working=False, agency="ntt")
    with pytest.raises(Refused, match="required"):
        await _set(admin, WEDNESDAY, working=False, name=" ")
    async with reading() as db:
        with pytest.raises(Refused, match="not_yours"):
            await calendar.year(db, admin, "ntt", 2026)
    assert await _is_work(WEDNESDAY) == [True]
