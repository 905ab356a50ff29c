"""Figures for Prometheus: how many and how long, never who or what."""

import os
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from sqlmodel import col, func, select

from wbs_app.model.handling_tables import Message, Notice
from wbs_app.model.tables import Evidence, Report
from wbs_app.services import slow
from wbs_app.services.database import reading

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Set where several workers are started (serve.py), before this is imported: each then answers for all of them."""

_registry = CollectorRegistry()
_refusals = Counter("wbs_refusals", "What was not taken, by what and why.", ["what", "why"], registry=_registry)
_events = Counter("wbs_events", "Events of open pages.", registry=_registry)
_done = Counter("wbs_job_done", "What periodic work has dealt with.", ["job"], registry=_registry)
_rounds = Counter("wbs_job_rounds", "Rounds of periodic work, by how they ended.", ["job", "ended"], registry=_registry)
_sockets = Gauge("wbs_sockets", "Open pages.", registry=_registry, multiprocess_mode="livesum")
_queue = Gauge("wbs_slow_queue", "Key derivations under way.", ["of"], registry=_registry, multiprocess_mode="livesum")

_COUNTED: tuple[tuple[str, str, Any], ...] = (
    ("wbs_reports", "Reports kept.", select(func.count()).select_from(Report)),
    ("wbs_messages", "Messages kept.", select(func.count()).select_from(Message)),
    ("wbs_files", "Files kept.", select(func.count()).select_from(Evidence)),
    (
        "wbs_notices_waiting",
        "Notices that wait to be sent.",
        select(func.count()).where(col(Notice.sent).is_(False)),
    ),
)


def refused(what: str, why: str) -> None:
    """`why`: a text key."""
    _refusals.labels(what, why.rpartition(".")[2]).inc()


def event() -> None:
    _events.inc()


def sockets(number: int) -> None:
    _sockets.set(number)


def worked(job: str, number: int | None) -> None:
    """A round of periodic work has dealt with so many things; None when it failed."""
    _rounds.labels(job, "well" if number is not None else "badly").inc()
    _done.labels(job).inc(number or 0)


async def rendered() -> bytes:
    """All figures, in Prometheus' text format."""
    for name, queue in (("filing", slow.filing), ("opening", slow.opening), ("staff", slow.slowly)):
        _queue.labels(name).set(queue.length)
    return generate_latest(_gathered()) + generate_latest(await _kept())


def _gathered() -> Collector:
    if SHARED not in os.environ:
        return _registry
    together = CollectorRegistry()
    for file in Path(os.environ[SHARED]).glob("gauge_live*_*.db"):
        worker = int(file.stem.rpartition("_")[2])
        if not _lives(worker):  # killed, it could not take its sockets off the count
            mark_process_dead(worker)
    MultiProcessCollector(together)
    return together


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


async def _kept() -> CollectorRegistry:
    """What stands in the database, the same for every worker."""
    found = CollectorRegistry()
    async with reading() as db:
        for name, about, asked in _COUNTED:
            Gauge(name, about, registry=found).set((await db.exec(asked)).one())
    return found
