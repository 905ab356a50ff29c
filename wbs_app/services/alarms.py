"""Tells administrators that something this installation works with is broken or runs out.

Beside the mail, the log names it, and the desk shows it to them for as long as it lasts.
"""

import logging
from datetime import timedelta

from sqlmodel import col, select

from wbs_app.model.access import Role
from wbs_app.model.tables import Staff
from wbs_app.services import health, notices
from wbs_app.services.counting import store
from wbs_app.services.database import writing

log = logging.getLogger("wbs.alarms")

AGAIN_AFTER = timedelta(days=1)


async def raise_alarms() -> int:
    """One round; how many troubles were told of. Each is told when it begins or changes, and daily while it lasts."""
    found = await health.troubles()
    for name in health.NAMES - found.keys():
        await store().drop(_told(name))
    new = {name: said for name, said in found.items() if await store().get(_told(name)) != said}
    if not new:
        return 0
    for name, said in new.items():
        log.error("%s: %s", name, said)
    if "database" not in found:  # else nobody can be told, and the next round tries again
        await _tell()
        for name, said in new.items():
            await store().drop(_told(name))
            await store().put(_told(name), said, AGAIN_AFTER.total_seconds())
    return len(new)


async def _tell() -> None:
    async with writing() as db:
        admins = await db.exec(select(Staff.id).where(Staff.role == Role.ADMIN, col(Staff.active)))
        await notices.tell_staff(db, [id for id in admins if id is not None], "trouble")


def _told(name: str) -> str:
    return f"told of {name}"
