"""What needs somebody, in numbers; and the figures of the dashboard."""

import time
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import update

from tests.services.conftest import Hire, Receive
from wbs_app.model.access import Forbidden, Role
from wbs_app.model.filters import CaseFilter, Mark
from wbs_app.model.handling_tables import Assignment
from wbs_app.model.tables import Report
from wbs_app.services import cases, dashboard
from wbs_app.services.calendar import work_days
from wbs_app.services.counters import Counters, counters
from wbs_app.services.dashboard import Board, Month, Stage, board
from wbs_app.services.database import reading, writing
from wbs_app.services.history import now_in


@pytest.fixture
def today() -> date:
    """In Bali, as the test begins: all of them may run across midnight."""
    return now_in("Asia/Makassar").date()


@pytest.fixture(autouse=True)
def counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard, "_kept", {})


@pytest.fixture
async def some(receive: Receive, hire: Hire, today: date) -> None:
    """Cases of two agencies; "budi" of Bali works on two of them, one of which is closed."""
    late = today - timedelta(days=1)
    budi = await hire("budi", Role.INTAKE)
    await receive(due_on=late, unread=2)
    await receive(status="verifying", due_on=today, lead=budi.staff_id, unread=1)
    closed = await receive(status="closed_proven", lead=budi.staff_id, closed_on=today, day=today.isoformat())
    working = await receive(status="clarification", paused_on=today, lead=budi.staff_id)
    await receive(agency="ntt", due_on=late, unread=5)
    await receive(agency="ntt", kind="service")
    async with writing() as db:
        for case in (closed, working):
            db.add(Assignment(report_id=case.id, staff_id=budi.staff_id, given_on=today))


async def test_counted_within_reach(some: None, hire: Hire) -> None:
    async with reading() as db:
        sari = await cases.officers(db, await hire("sari", Role.SUPERVISOR, "bali ntt"))
        budi = next(staff_id for staff_id, name in sari.items() if name == "Budi")
    officer = (await hire("intan", Role.INTAKE)).__class__(int(budi), "budi", "Budi", Role.INTAKE, ("bali",))
    async with reading() as db:
        assert await counters(db, officer) == Counters(all=4, new=1, open=3, mine=1, unassigned=1, overdue=1, unread=2)


async def test_each_number_is_that_of_its_list(some: None, hire: Hire) -> None:
    supervisor = await hire("sari", Role.SUPERVISOR, "bali ntt")
    async with reading() as db:
        counted = await counters(db, supervisor)
        for name, number in vars(counted).items():
            marks = () if name in ("all", "new") else (Mark[name.upper()],)
            wanted = CaseFilter(marks=marks, statuses=("received",) if name == "new" else ())
            assert (await cases.listing(db, supervisor, wanted)).total == number, name
    assert (counted.all, counted.overdue, counted.unread, counted.mine) == (6, 2, 3, 0)


async def test_nothing_to_count(hire: Hire) -> None:
    officer = await hire("budi", Role.INTAKE)
    async with reading() as db:
        assert await counters(db, officer) == Counters(0, 0, 0, 0, 0, 0, 0)
        empty = await board(db, officer)
    assert (empty.waiting_days, empty.late_days, empty.messages) == (None, None, 0)
    assert (empty.stages, empty.year.types, empty.year.units) == ([], [], [])
    assert [(month.received, month.closed) for month in empty.year.months] == [(0, 0)] * 12


async def _board(hire: Hire, role: Role = Role.SUPERVISOR, agencies: str = "bali") -> Board:
    viewer = await hire("pengamat", role, agencies)
    async with reading() as db:
        return await board(db, viewer)


async def test_the_dashboard_counts_what_is_in_reach(some: None, hire: Hire, today: date) -> None:
    found = await _board(hire)
    assert (found.counters.all, found.messages) == (4, 3)
    async with reading() as db:
        days = await work_days(db, "bali")
    assert found.waiting_days == days.between(date(2024, 11, 11), today)
    assert found.late_days == days.between(today - timedelta(days=1), today)
    assert sorted(found.stages, key=lambda stage: stage.status) == [
        Stage("clarification", 1, 0, 0),
        Stage("received", 1, 1, 0),
        Stage("verifying", 1, 1, 1),
    ]
    assert len(found.year.months) == 12
    assert found.year.months[-1] == Month(f"{today:%Y-%m}", 1, 1)
    assert sum(month.received for month in found.year.months) == 1  # the others arrived in 2024


async def test_types_and_units_of_the_year(receive: Receive, hire: Hire, today: date) -> None:
    day = today.isoformat()
    for number in range(3):
        await receive(day=day, violation_type="korupsi", unit="biro-umum", status="received" if number else "withdrawn")
    await receive(day=day, violation_type="penipuan", unit="inspektorat")
    await receive(day="2024-11-11", violation_type="penipuan", unit="inspektorat")
    await receive(day=day, agency="ntt", violation_type="penipuan", unit="inspektorat")
    found = await _board(hire)
    assert found.year.types == [(("bali", "korupsi"), 3), (("bali", "penipuan"), 1)]
    assert found.year.units == [(("bali", "biro-umum"), 3, 1), (("bali", "inspektorat"), 1, 0)]


async def test_a_year_quickly_counted_is_counted_anew(
    receive: Receive, hire: Hire, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    sari = await hire("sari", Role.SUPERVISOR)
    for second in range(3):
        monkeypatch.setattr(time, "monotonic", lambda second=second: 1000.0 + second)
        async with reading() as db:
            found = await board(db, sari)
        assert found.counters.all == found.year.months[-1].received == second
        await receive(day=today.isoformat())


async def test_a_year_slowly_counted_is_kept_for_a_minute(
    receive: Receive, hire: Hire, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    sari, intan = await hire("sari", Role.SUPERVISOR), await hire("intan", Role.INTAKE)
    clock = [1000.0]
    flow = dashboard._flow

    async def slowly(*args: Any) -> list[Month]:
        clock[0] += 2
        return await flow(*args)

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(dashboard, "_flow", slowly)
    for later, expected in ((0.0, (0, 0)), (59.0, (1, 0)), (2.0, (2, 2))):
        clock[0] += later
        async with reading() as db:
            found = await board(db, sari)
        assert (found.counters.all, found.year.months[-1].received) == expected
        await receive(day=today.isoformat())
    async with reading() as db:  # nobody sees what was counted for another reach
        assert (await board(db, intan)).year.months[-1].received == 3


async def test_only_for_who_lists_cases(some: None, hire: Hire) -> None:
    administrator = await hire("admin", Role.ADMIN)
    async with writing() as db:
        await db.exec(update(Report).values(unread=0))
        with pytest.raises(Forbidden):
            await counters(db, administrator)
        with pytest.raises(Forbidden):
            await board(db, administrator)
