"""The totals that everybody may see. Small ones are blurred, since few reports could point at somebody."""

import time
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, func, select

from wbs_app.model.tables import Report
from wbs_app.model.workflow import CLOSED
from wbs_app.services import reference
from wbs_app.services.database import Db, reading
from wbs_app.text import text

SMALLEST = 5
"""The smallest figure that is told exactly."""

KEPT_SECONDS = 60.0


@dataclass(frozen=True)
class Figures:
    """Reports of an agency, over all kinds. `received` is the sum of the other two."""

    received: int
    in_progress: int
    closed: int


_kept: dict[str, tuple[float, Figures]] = {}


async def count(db: Db, agency: str, today: date) -> Figures:
    """The agency's figures up to yesterday, by one statement; zeros for an agency nobody knows.

    Today's reports count from tomorrow: whoever watches the page must not see the minute in which one arrives.
    """
    closed = func.count().filter(col(Report.status).in_(CLOSED))
    counted = select(func.count(), closed).where(Report.agency == agency, Report.received_on < today)
    received, done = (await db.exec(counted)).one()
    return Figures(received, received - done, done)


async def figures(agency: str) -> Figures:
    """The agency's figures, at most a minute old. While one visitor renews them, others get the old ones."""
    counted_at, known = _kept.get(agency, (0.0, None))
    if known is None or time.monotonic() - counted_at > KEPT_SECONDS:
        if known is not None:
            _kept[agency] = (time.monotonic(), known)
        async with reading() as db:
            known = await count(db, agency, (await reference.offer(db, agency)).today)
        _kept[agency] = (time.monotonic(), known)
    return known


def shown(figure: int, lang: str) -> str:
    """A figure as the public reads it: "1.234" in Indonesian, "< 5" for the small ones."""
    return f"< {SMALLEST}" if figure < SMALLEST else f"{figure:,}".replace(",", text("format.thousand", lang))
