"""`wbs demo`: fills an empty system with invented cases, to try it out and to measure it.

They are as real as any other: own keys, own seals, true histories. Only the first hundred can be tracked, because
deriving a key from a PIN is slow on purpose.
"""

import asyncio
import os
import secrets
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date, timedelta
from importlib.resources import files
from itertools import islice
from multiprocessing import get_context

from sqlalchemy import Table
from sqlmodel import SQLModel, col, select

from wbs_app.model.access import Role
from wbs_app.model.tables import Agency, Report, Staff
from wbs_app.services import bulk, reference, vouching
from wbs_app.services.calendar import work_days
from wbs_app.services.database import reading, writing
from wbs_app.services.demo_cases import MARK, Made, Row, make
from wbs_app.services.demo_life import Ground, Officer
from wbs_app.services.refusal import Refused

YEARS = 3
WITH_PIN = 100

_REPORT: Table = SQLModel.metadata.tables["report"]
_BATCH = 500
_ALONE = 200
"""So few cases are made in this process: starting others takes longer."""

Told = Callable[[int], None]
"""Is called with the number of cases stored so far."""


async def fill(count: int, agencies: Sequence[str], told: Told, force: bool = False) -> list[tuple[str, str]]:
    """Stores `count` invented cases, spread over `agencies` and the last years; ticket and PIN of the first hundred.

    Raises:
        Refused: for an unknown agency, or when there are real reports and `force` is not set.
    """
    grounds = [await _ground(agency) for agency in agencies]
    async with reading() as db:
        real = select(Report.id).where(~col(Report.once).startswith(MARK)).limit(1)
        if not force and (await db.exec(real)).first() is not None:
            raise Refused("admin.demo_refused")
    pins: list[tuple[str, str]] = []
    done = 0
    with _workers(count) as pool:
        while done < count:  # once; again for the few whose ticket was taken
            async for batch in _made(pool, grounds, count - done, 0 if done else WITH_PIN):
                stored = await _store(batch)
                pins += [(one.report["ticket"], one.pin) for one in stored if one.pin]
                done += len(stored)
                told(done)
    return pins


async def _ground(agency: str) -> Ground:
    async with reading() as db:
        try:
            offer = await reference.offer(db, agency)
        except KeyError:
            raise Refused("admin.agency_unknown") from None
        days = await work_days(db, agency)
        recovery = vouching.recovery_of(await db.get(Agency, agency))
        officers = tuple(_officer(one) for one in await vouching.able(db) if agency in one.agencies.split())
    around = (offer.today + timedelta(days=step) for step in range(-366 * YEARS, 3 * 366))
    province = offer.catalogue.profile.province_code
    return Ground(
        offer=offer,
        recovery=recovery,
        officers=officers,
        free=frozenset(day for day in around if not days.is_work(day)),
        regencies=tuple(code for code, (inside, _) in offer.regencies.items() if inside == province),
        texts=tomllib.loads((files("wbs_app") / "data" / "demo.toml").read_text("utf-8")),
    )


def _officer(staff: Staff) -> Officer:
    assert staff.id is not None and staff.public_key is not None
    return Officer(staff.id, staff.username, Role(staff.role), staff.unit, staff.public_key)


# --- making them, in all processes there are ------------------------------------------------------------------------


def _workers(count: int) -> Executor:
    if count <= _ALONE:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("forkserver"))


def _orders(grounds: Sequence[Ground], count: int, pins: int) -> Iterator[tuple[Ground, list[date], int, int]]:
    """What to make: those with a PIN spread over the years, then one after the other as they would have come."""
    first = min(count, pins)
    sizes = [first] + [_BATCH] * ((count - first) // _BATCH) + [(count - first) % _BATCH]
    start, made, run = grounds[0].offer.today - timedelta(days=365 * YEARS), 0, secrets.randbits(64)
    for number, size in enumerate(sizes):
        before, of = (0, first) if number == 0 else (made - first, count - first)
        days = [start + timedelta(days=365 * YEARS * (before + at) // of) for at in range(size)]
        for turn, ground in enumerate(grounds):
            if share := days[turn :: len(grounds)]:
                yield ground, share, size if number == 0 else 0, run + number * len(grounds) + turn
        made += size


async def _made(pool: Executor, grounds: Sequence[Ground], count: int, pins: int) -> AsyncIterator[list[Made]]:
    """The cases, batch by batch; a few are made ahead."""
    loop = asyncio.get_running_loop()
    orders = _orders(grounds, count, pins)
    waiting = [loop.run_in_executor(pool, make, *order) for order in islice(orders, 2 * (os.cpu_count() or 1))]
    try:
        while waiting:
            yield await waiting.pop(0)
            waiting += [loop.run_in_executor(pool, make, *order) for order in islice(orders, 1)]
    finally:  # where one failed, as without an evidence store, the others have too: it is said once
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


# --- storing them -----------------------------------------------------------------------------------------------------


async def _store(batch: list[Made]) -> list[Made]:
    """Those that were stored: all but the one in millions whose ticket is taken."""
    async with writing() as db:
        taken = set(
            await db.exec(select(Report.ticket).where(col(Report.ticket).in_([one.report["ticket"] for one in batch])))
        )
        fresh = {one.report["ticket"]: one for one in batch if one.report["ticket"] not in taken}
        rows: dict[str, list[Row]] = {_REPORT.name: []}
        for id, one in zip(await bulk.next_ids(db, _REPORT, len(fresh)), fresh.values(), strict=True):
            rows[_REPORT.name].append({"id": id} | one.report)
            for table, others in one.others.items():
                rows.setdefault(table, []).extend({"report_id": id} | row for row in others)
        for table, several in rows.items():
            await bulk.insert(db, SQLModel.metadata.tables[table], several)
    return list(fresh.values())
