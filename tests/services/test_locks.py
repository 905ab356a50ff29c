"""What comes round is done once, however many workers ask for it."""

import asyncio
from datetime import timedelta

import pytest

from wbs_app import jobs
from wbs_app.jobs import Job, attempt
from wbs_app.model.columns import now
from wbs_app.model.tables import Setting
from wbs_app.services import locks
from wbs_app.services.database import writing
from wbs_app.services.locks import turn

HOURLY = timedelta(hours=1)


async def _began(ago: timedelta) -> None:
    async with writing() as db:
        await db.merge(Setting(name="job:sweep", value=(now() - ago).isoformat()))


async def test_one_of_many_workers_has_the_turn(database: str) -> None:
    async def ask() -> bool:
        async with turn("sweep", HOURLY) as mine:
            return mine

    assert sorted(await asyncio.gather(*(ask() for _ in range(8)))) == [False] * 7 + [True]
    assert not await ask()


@pytest.mark.parametrize(
    ("ago", "mine"),
    [
        (timedelta(minutes=59), False),
        (timedelta(minutes=61), True),
        (timedelta(minutes=-5), True),  # the clock has jumped back
    ],
)
async def test_a_turn_comes_when_its_time_has(database: str, ago: timedelta, mine: bool) -> None:
    await _began(ago)
    async with turn("sweep", HOURLY) as got:
        assert got is mine


async def test_nobody_begins_what_is_still_under_way(database: str) -> None:
    async with turn("sweep", HOURLY) as mine:
        assert mine
        await _began(2 * HOURLY)  # it takes longer than the time until the next
        async with turn("sweep", HOURLY) as another:
            # One SQLite database has one worker, whose jobs of one name follow each other anyway.
            assert another is (database == "sqlite")
        async with turn("mail", HOURLY) as other_job:
            assert other_job


async def test_the_lock_ends_with_its_worker(database: str) -> None:
    with pytest.raises(ZeroDivisionError):
        async with turn("sweep", HOURLY):
            raise ZeroDivisionError
    await _began(2 * HOURLY)
    async with turn("sweep", HOURLY) as mine:
        assert mine


async def test_a_failed_job_is_logged_and_comes_again(database: str, caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("isi laporan")

    job = Job("sweep", HOURLY, fail)
    assert not await attempt(job)
    assert not await attempt(job)
    assert caplog.text.count("sweep failed") == 1
    assert "isi laporan" not in caplog.messages[0]
    await _began(2 * HOURLY)
    assert await attempt(Job("sweep", HOURLY, _nothing))


async def _nothing() -> int:
    return 3


async def test_the_real_jobs_run(database: str, caplog: pytest.LogCaptureFixture) -> None:
    for job in jobs.JOBS:
        assert len(f"job:{job.name}") <= 40
        assert await attempt(job), job.name
        assert not await attempt(job), job.name
    assert "failed" not in caplog.text


def test_jobs_have_locks_of_their_own() -> None:
    assert len({job.name for job in jobs.JOBS}) == len(jobs.JOBS)
    assert locks._JOBS != locks._OURS
