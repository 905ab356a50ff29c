"""Tells officers when a case comes near its target, and when a reporter they wait for has let the time to answer pass:
whoever handles it, once at each level, and at the last one its supervisors. Where nobody does, the agency's
administrators."""

import asyncio
from datetime import date
from itertools import groupby
from typing import Any

import sqlalchemy
from sqlmodel import col, select

from wbs_app.config import settings
from wbs_app.model.access import Role
from wbs_app.model.deadlines import LEVELS, Clock, WorkDays, answer_by, level
from wbs_app.model.tables import Report
from wbs_app.model.workflow import Status
from wbs_app.services import conflicts, history, live, notices, reference
from wbs_app.services.calendar import work_days
from wbs_app.services.database import reading, writing

_DATES = ("agency", "received_on", "acknowledge_by", "acknowledged_on", "stage_on", "due_on", "alerted")
"""What the level hangs on: cases with the same dates are looked at together."""

Dates = dict[str, Any]


async def alert_deadlines(today: date | None = None) -> int:
    """One round; of how many cases somebody was told. `today`: in each agency's zone unless given."""
    count = 0
    for agency in settings().agencies:
        await _end_waiting(agency, today)
    for agency, dates in groupby(await _waiting(), key=lambda dates: dates["agency"]):
        async with reading() as db:
            zone, days = (await reference.profile(db, agency)).timezone, await work_days(db, agency)
        day = today or history.now_in(zone).date()
        for reached, same in await asyncio.to_thread(_reached, list(dates), day, days):
            count += await _tell(same, reached)
    return count


async def _end_waiting(agency: str, today: date | None) -> None:
    """Cases whose reporter has let the time to answer pass are due since that day: officers must decide. Without this
    they would wait for ever, in nobody's sight."""
    waits = (
        col(Report.agency) == agency,
        col(Report.status) == Status.CLARIFICATION,
        col(Report.paused_on).is_not(None),
        col(Report.due_on).is_(None),
    )
    async with reading() as db:
        since = (await db.exec(select(col(Report.paused_on)).where(*waits).distinct())).all()
        profile, days = await reference.profile(db, agency), await work_days(db, agency)
    day = today or history.now_in(profile.timezone).date()
    for paused_on in since:
        last = answer_by(Clock(paused_on=paused_on), profile.targets, days)
        if last is not None and last < day:
            async with writing() as db:
                over = sqlalchemy.update(Report).where(*waits, col(Report.paused_on) == paused_on)
                await db.exec(over.values(due_on=last, alerted=0))
                live.touch(db, live.list_topic(agency))


async def _waiting() -> list[Dates]:
    """The different dates of all cases with a target whose last level is still to come."""
    columns = [col(getattr(Report, name)) for name in _DATES]
    pending = (col(Report.due_on).is_not(None), col(Report.alerted) < max(LEVELS))
    chosen: Any = sqlalchemy.select(*columns).where(*pending).distinct().order_by(col(Report.agency))
    async with reading() as db:
        return [dict(zip(_DATES, row, strict=True)) for row in await db.exec(chosen)]


def _reached(waiting: list[Dates], today: date, days: WorkDays) -> list[tuple[int, Dates]]:
    """Those that have come to a new level, and to which."""
    found: list[tuple[int, Dates]] = []
    for dates in waiting:
        clock = Clock(**{name: value for name, value in dates.items() if name not in ("agency", "received_on")})
        reached = level(clock, dates["received_on"], today, days)
        if reached > dates["alerted"]:
            found.append((reached, dates))
    return found


async def _tell(dates: Dates, reached: int) -> int:
    """Tells who handles these cases; one that has moved on meanwhile has other dates."""
    same = [col(getattr(Report, name)).is_not_distinct_from(value) for name, value in dates.items()]
    async with writing() as db:
        reports = (await db.exec(select(Report).where(*same).with_for_update())).all()
        told: set[int] = set()
        lost: set[int] = set()
        for report in reports:
            officers = await notices.officers(db, report)
            told |= set(officers)
            if reached == max(LEVELS):  # the time has passed
                told |= set(await notices.officers(db, report, Role.SUPERVISOR))
            lost |= set() if officers else set(await conflicts.administrators(db, report.agency))
            report.alerted = reached
            db.add(report)
        await notices.tell_staff(db, told, "deadline")
        await notices.tell_staff(db, lost, "escalated")
    return len(reports)
