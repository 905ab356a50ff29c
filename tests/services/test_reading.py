"""What somebody reads while others write."""

from sqlmodel import select

from wbs_app.model.tables import Setting
from wbs_app.services.database import Db, reading, snapshot, writing


async def _names(db: Db) -> set[str]:
    return set(await db.exec(select(Setting.name)))


async def test_a_snapshot_stays_as_it_was(database: str) -> None:
    async with snapshot() as then, reading() as as_it_goes:
        first = await _names(then)
        assert await _names(as_it_goes) == first
        async with writing() as db:
            db.add(Setting(name="new", value=""))
        assert await _names(then) == first
        assert await _names(as_it_goes) == first | {"new"}
