"""The landing page's totals: what counts, what is blurred, and that a minute's worth of visitors ask once."""

from datetime import date, timedelta

import pytest

from wbs_app.model.workflow import CLOSED, Status
from wbs_app.services import statistics
from wbs_app.services.database import reading
from wbs_app.services.statistics import Figures, shown

TODAY = date(2027, 1, 1)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    statistics._kept.clear()


async def test_every_report_of_the_agency_counts_once(receive) -> None:
    for status in Status:
        await receive(status=status)
    await receive(agency="ntt", kind="service", status="received")
    await receive(agency="ntt", kind="wbs", status="closed_proven")
    async with reading() as db:
        assert await statistics.count(db, "bali", TODAY) == Figures(13, 13 - len(CLOSED), len(CLOSED))
        assert await statistics.count(db, "ntt", TODAY) == Figures(2, 1, 1)
        assert await statistics.count(db, "nobody", TODAY) == Figures(0, 0, 0)


async def test_todays_reports_count_from_tomorrow(receive) -> None:
    """Whoever watches the page must not see the minute in which a report arrives."""
    await receive(day=TODAY.isoformat())
    async with reading() as db:
        assert await statistics.count(db, "bali", TODAY) == Figures(0, 0, 0)
        assert await statistics.count(db, "bali", TODAY + timedelta(days=1)) == Figures(1, 1, 0)


async def test_figures_are_kept_for_a_while(receive, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await statistics.figures("bali") == Figures(0, 0, 0)
    await receive()
    assert await statistics.figures("bali") == Figures(0, 0, 0)
    assert await statistics.figures("ntt") == Figures(0, 0, 0)
    monkeypatch.setattr(statistics, "KEPT_SECONDS", -1.0)
    assert await statistics.figures("bali") == Figures(1, 1, 0)


@pytest.mark.parametrize(
    ("figure", "indonesian", "english"),
    [
        (0, "< 5", "< 5"),
        (4, "< 5", "< 5"),
        (5, "5", "5"),
        (999, "999", "999"),
        (1234, "1.234", "1,234"),
        (1234567, "1.234.567", "1,234,567"),
    ],
)
def test_small_figures_are_blurred_and_large_ones_parted(figure: int, indonesian: str, english: str) -> None:
    assert (shown(figure, "id"), shown(figure, "en")) == (indonesian, english)
