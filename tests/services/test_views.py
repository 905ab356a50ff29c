"""Filters that an officer keeps under a name."""

import pytest
from sqlmodel import select

from tests.services.conftest import Hire
from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.filters import CaseFilter, Column, Mark
from wbs_app.model.handling_tables import SavedView
from wbs_app.services import views
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused

LATE = CaseFilter(marks=(Mark.OVERDUE,), sort="deadline", columns=(Column.DUE,), after="n20241111-7")


async def _save(actor: Actor, name: str, wanted: CaseFilter = LATE) -> None:
    async with writing() as db:
        await views.save(db, actor, name, wanted)


async def _names(actor: Actor) -> list[str]:
    async with reading() as db:
        return [view.name for view in await views.views(db, actor)]


async def test_kept_replaced_and_forgotten(hire: Hire) -> None:
    officer = await hire("budi", Role.INTAKE)
    await _save(officer, "  Yang   terlambat ")
    await _save(officer, "Baru", CaseFilter(statuses=("received",)))
    async with reading() as db:
        first, second = await views.views(db, officer)
    assert (first.name, views.filter_of(first)) == ("Baru", CaseFilter(statuses=("received",)))
    assert (second.name, views.filter_of(second)) == ("Yang terlambat", LATE.changed())  # from the first page
    await _save(officer, "YANG TERLAMBAT", CaseFilter())
    assert await _names(officer) == ["Baru", "YANG TERLAMBAT"]
    assert first.id is not None
    async with writing() as db:
        await views.forget(db, officer, first.id)
        await views.forget(db, officer, 999_999)
    assert await _names(officer) == ["YANG TERLAMBAT"]


async def test_nobody_elses(hire: Hire) -> None:
    mine, other = await hire("budi", Role.INTAKE), await hire("adi", Role.INTAKE)
    await _save(mine, "Punyaku")
    assert await _names(other) == []
    async with writing() as db:
        (view,) = await views.views(db, mine)
        assert view.id is not None
        await views.forget(db, other, view.id)
    assert await _names(mine) == ["Punyaku"]


@pytest.mark.parametrize(("name", "key"), [("   ", "error.required"), ("x" * 61, "cases.view_too_long")])
async def test_names_that_are_refused(hire: Hire, name: str, key: str) -> None:
    officer = await hire("budi", Role.INTAKE)
    with pytest.raises(Refused) as refused:
        await _save(officer, name)
    assert refused.value.key == key


async def test_not_without_end(hire: Hire) -> None:
    officer = await hire("budi", Role.INTAKE)
    async with writing() as db:
        for number in range(views.MOST):
            await views.save(db, officer, str(number), CaseFilter())
    with pytest.raises(Refused) as refused:
        await _save(officer, "satu lagi")
    assert refused.value.key == "cases.view_too_many"
    await _save(officer, "0", LATE)  # one that is there may still be changed
    with pytest.raises(Refused):
        await _save(officer, "panjang", CaseFilter(units=tuple(f"unit-{'x' * 100}-{number}" for number in range(50))))


async def test_only_for_who_lists_cases(hire: Hire) -> None:
    auditor = await hire("catur", Role.AUDITOR)
    with pytest.raises(Forbidden):
        await _save(auditor, "x")
    async with reading() as db:
        with pytest.raises(Forbidden):
            await views.views(db, auditor)
        assert (await db.exec(select(SavedView))).all() == []
