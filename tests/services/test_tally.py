"""The ledger's sums are the counts, whatever happens to reports and whenever it is folded."""

import asyncio
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st
from sqlmodel import col, delete, select, update

from wbs_app.model.access import Actor, Role
from wbs_app.model.filters import CaseFilter, Mark
from wbs_app.model.handling_tables import Assignment, CaseCount, CaseTotal
from wbs_app.model.tables import Report
from wbs_app.services import cases, tally
from wbs_app.services.database import Db, reading, writing

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive

CHIEF = Actor(999_999, "sari", "Sari", Role.SUPERVISOR, ("bali", "ntt"))
NAMES = ("agency", "oversight", "kind", "violation_type", "unit", "status", "priority")

_step = st.one_of(
    st.tuples(
        st.just("come"), st.sampled_from(["bali", "ntt"]), st.sampled_from([None, "biro-hukum"]), st.integers(-1, 2)
    ),
    st.tuples(st.just("move"), st.integers(0, 9), st.sampled_from(["received", "verifying", "closed_proven"])),
    st.tuples(st.just("hand"), st.integers(0, 9), st.sampled_from([None, "ntt"])),
    st.tuples(st.just("touch"), st.integers(0, 9)),
    st.tuples(st.just("go"), st.integers(0, 9)),
    st.tuples(st.just("fold")),
    st.tuples(st.just("regret")),
)


class _Regretted(Exception):
    """A transaction that is taken back."""


async def _counted() -> tuple[Counter[Any], Counter[Any]]:
    """By the ledger, and by looking."""
    async with reading() as db:
        told: Counter[Any] = Counter()
        for row in await db.exec(select(CaseCount)):
            told[tuple(getattr(row, name) for name in NAMES)] += row.n
        seen = Counter(tuple(getattr(row, name) for name in NAMES) for row in await db.exec(select(Report)))
    return Counter({key: n for key, n in told.items() if n}), seen


async def _do(db: Db, receive: "Receive", step: tuple[Any, ...]) -> None:
    ids = list(await db.exec(select(Report.id).order_by(col(Report.id))))
    here = col(Report.id) == (ids[step[1] % len(ids)] if ids and len(step) > 1 and isinstance(step[1], int) else -1)
    match step:
        case ("come", agency, unit, priority):
            await receive(db, agency=agency, unit=unit, priority=priority)
        case ("move", _, status):
            await db.exec(update(Report).where(here).values(status=status))
        case ("hand", _, agency):
            await db.exec(update(Report).where(here).values(oversight=agency))
        case ("touch", _):
            await db.exec(update(Report).where(here).values(version=Report.version + 1))
        case ("go", _):
            found = (await db.exec(select(Report.id).where(here))).first()
            if found is not None:
                from wbs_app.services.retention import _erase

                await _erase(db, (await db.exec(select(Report).where(here))).one())
        case ("fold",):
            await tally.fold(db)
        case _:
            await db.exec(delete(CaseCount).where(col(CaseCount.id) < 0))
            raise _Regretted


@trials(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.lists(_step, min_size=1, max_size=4), max_size=6))
async def test_sums_are_counts(steps: list[list[tuple[Any, ...]]], receive: "Receive", database: str) -> None:
    for together in steps:
        try:
            async with writing() as db:
                for step in together:
                    await _do(db, receive, step)
        except _Regretted:
            pass
        told, seen = await _counted()
        assert told == seen


async def test_many_writers_and_folds_at_once(receive: "Receive", database: str) -> None:
    async def come(number: int) -> None:
        await receive(status="received" if number % 2 else "verifying")

    async def fold() -> None:
        async with writing() as db:
            await tally.fold(db)

    await asyncio.gather(*(come(number) if number % 4 else fold() for number in range(40)))
    told, seen = await _counted()
    assert told == seen and sum(seen.values()) == 30
    await fold()
    async with reading() as db:
        assert len(list(await db.exec(select(CaseCount)))) == len(seen)
    assert (await _counted())[0] == seen


async def test_what_the_ledger_does_not_know_is_counted_only_so_far(
    receive: "Receive", database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "MOST", 5)
    async with writing() as db:
        for number in range(12):
            await receive(db, regency="51.01" if number < 4 else "51.02", day=f"2024-11-{number + 1:02}")
    async with reading() as db:
        page = await cases.listing(db, CHIEF, CaseFilter(), size=4)
        assert page.total == 12 and not isinstance(page.total, tally.AtLeast)
        few = await cases.listing(db, CHIEF, CaseFilter(regencies=("51.01",)), size=4)
        assert few.total == 4 and not isinstance(few.total, tally.AtLeast)
        many = await cases.listing(db, CHIEF, CaseFilter(regencies=("51.02",)), size=4)
        assert many.total == 5 and isinstance(many.total, tally.AtLeast)
        assert many.next
        third = await cases.listing(db, CHIEF, CaseFilter(after=page.next), size=4)
        assert (third.first, third.last) == (5, 8)
        last = await cases.listing(db, CHIEF, CaseFilter(after=third.next), size=4)
        assert (last.first, last.last, last.next, bool(last.previous)) == (0, 0, "", True)
        marks = (await cases.facets(db, CHIEF, CaseFilter(), ["marks"]))["marks"]
        assert marks[Mark.OPEN.value] == 12 and marks[Mark.EVIDENCE.value] == 5


MIRRORED = ("agency", "oversight", "kind", "violation_type", "unit", "status", "priority", "regency", "lead",
            "evidence_count", "unread", "received_on", "due_on")  # fmt: skip


async def test_what_stands_beside_an_assignment_is_the_reports(receive: "Receive", hire: "Hire", database: str) -> None:
    """Every column of `Assignment` that the list filters by, from its first moment and after every change."""
    assert set(Assignment.model_fields) - {"report_id", "staff_id", "given_on"} == set(MIRRORED)
    budi, adi = await hire("budi", Role.INTAKE), await hire("adi", Role.INTAKE)
    report = await receive(unit="biro-hukum", regency="51.71", due_on=date(2026, 1, 2), unread=1)
    async with writing() as db:
        for officer in (budi, adi):
            db.add(Assignment(report_id=report.id, staff_id=officer.staff_id, given_on=date(2026, 1, 1)))
    changes: list[dict[str, Any]] = [
        {},
        {"status": "verifying", "lead": budi.staff_id},
        {"agency": "ntt", "oversight": "bali", "kind": "service", "violation_type": "korupsi", "priority": 2},
        {"unit": None, "regency": None, "due_on": None, "unread": 0, "evidence_count": 7},
        {"received_on": date(2025, 5, 5)},
    ]
    for change in changes:
        async with writing() as db:
            if change:
                await db.exec(update(Report).where(col(Report.id) == report.id).values(**change))
        async with reading() as db:
            truth = (await db.exec(select(Report))).one()
            given = (await db.exec(select(Assignment))).all()
        assert len(given) == 2
        for row in given:
            assert {name: getattr(row, name) for name in MIRRORED} == {
                name: getattr(truth, name) for name in MIRRORED
            }, change


async def test_the_short_ledger_counts_the_same(receive: "Receive", hire: "Hire", database: str) -> None:
    async def told() -> tuple[Counter[Any], Counter[Any]]:
        names = ("agency", "oversight", "kind", "status", "lead", "unread")
        async with reading() as db:
            kept: Counter[Any] = Counter()
            for row in await db.exec(select(CaseTotal)):
                kept[tuple(getattr(row, name) for name in names)] += row.n
            seen = Counter(
                (row.agency, row.oversight, row.kind, row.status, None if row.lead is None else 0, int(row.unread > 0))
                for row in await db.exec(select(Report))
            )
        return Counter({key: n for key, n in kept.items() if n}), seen

    budi = await hire("budi", Role.INTAKE)
    reports = [await receive(unread=number % 2) for number in range(6)]
    changes: list[dict[str, Any]] = [{"lead": budi.staff_id}, {"unread": 5}, {"status": "verifying"}, {"lead": None}]
    for report, change in zip(reports, changes, strict=False):
        async with writing() as db:
            await db.exec(update(Report).where(col(Report.id) == report.id).values(**change))
        kept, seen = await told()
        assert kept == seen
    async with writing() as db:
        await tally.fold(db)
    kept, seen = await told()
    assert kept == seen
    async with reading() as db:
        assert len(list(await db.exec(select(CaseTotal)))) == len(seen)
