"""Work that comes round, once however many workers there are."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from wbs_app.logs import frames_of
from wbs_app.services import alarms, alerts, delivery, identity, metrics, retention, sessions, sweeping, tally
from wbs_app.services.database import writing
from wbs_app.services.locks import turn

log = logging.getLogger("wbs.jobs")


@dataclass(frozen=True)
class Job:
    """Something to do again and again. One that was cut off in the middle must be safe to begin anew.

    `work` may say how many things it has dealt with.
    """

    name: str
    every: timedelta
    work: Callable[[], Awaitable[int | None]]


async def _sweep_sessions() -> None:
    async with writing() as db:
        await sessions.sweep(db)


async def _end_identity_access() -> int:
    async with writing() as db:
        return await identity.end_expired(db)


async def _fold_counts() -> None:
    async with writing() as db:
        await tally.fold(db)


async def _propose_destruction() -> int:
    async with writing() as db:
        return await retention.propose(db)


JOBS: tuple[Job, ...] = (
    Job("sweep-staged-files", timedelta(minutes=10), sweeping.sweep_staged),
    Job("sweep-orphaned-files", timedelta(days=1), sweeping.sweep_orphans),
    Job("sweep-sessions", timedelta(minutes=10), _sweep_sessions),
    Job("end-identity-access", timedelta(minutes=1), _end_identity_access),
    Job("raise-alarms", timedelta(minutes=5), alarms.raise_alarms),
    Job("alert-deadlines", timedelta(hours=1), alerts.alert_deadlines),
    Job("fold-counts", timedelta(minutes=10), _fold_counts),
    Job("propose-destruction", timedelta(days=1), _propose_destruction),
    Job("deliver-notices", timedelta(minutes=1), delivery.deliver),
)


async def do_jobs() -> None:
    """All of them for as long as the server runs, side by side."""
    async with asyncio.TaskGroup() as group:
        for job in JOBS:
            group.create_task(_again_and_again(job))


async def _again_and_again(job: Job) -> None:
    """Asks for a turn more often than there is one: the worker that had the last one may be gone."""
    while True:
        await attempt(job)
        await asyncio.sleep(job.every.total_seconds() / 4)


async def attempt(job: Job) -> bool:
    """Does the job if it is this worker's turn; whether it was. A failure is logged and the next turn comes anyway."""
    try:
        async with turn(job.name, job.every) as mine:
            if mine:
                done = await job.work() or 0
                metrics.worked(job.name, done)
                if done:
                    log.info("%s: %d", job.name, done)
            return mine
    except Exception as error:  # noqa: BLE001  whatever it was, the next turn comes
        metrics.worked(job.name, None)
        log.error("%s failed\n%s", job.name, frames_of(error))
        return False
