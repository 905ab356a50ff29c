"""The history of a case: what happened, when and by whom, sealed step by step under the account key.

A step's body: `kind`, `at` (ISO, to the minute, in the agency's zone), `who` (a username, "reporter" or "system"),
`note` (what the reporter may read), and what belongs to the kind. The reporter's page shows PUBLIC kinds alone.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from wbs_app.model.agency import Profile
from wbs_app.model.documents import moment_in_words
from wbs_app.model.handling_tables import Message
from wbs_app.model.tables import Report, ReportEvent
from wbs_app.services.database import Db
from wbs_app.vault.sealing import Place, Tampered, seal_json, unseal_json

Row = TypeVar("Row", ReportEvent, Message)

PUBLIC = frozenset({"status", "evidence", "object", "rate", "withdraw", "acknowledge"})

_OWN = ("kind", "at", "who", "note")


@dataclass(frozen=True)
class Step:
    """A step of the history. Without the key only `status` is known; `more` holds what belongs to its kind."""

    status: str
    kind: str = "status"
    at: str | None = None
    who: str | None = None
    note: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


def now_in(zone: str) -> datetime:
    """The present time in an agency's zone."""
    return datetime.now(ZoneInfo(zone))


def in_zone(moment: datetime, zone: str) -> str:
    """A stored moment as ISO, to the minute, in an agency's zone."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def said_at(moment: datetime, profile: Profile, lang: str) -> str:
    """A stored moment in words and in the agency's zone: "11 Nov 2024, 12.00 WITA"."""
    return f"{moment_in_words(in_zone(moment, profile.timezone), lang)} {profile.timezone_label}"


async def append(
    db: Db, report: Report, key: bytes, kind: str, who: str, at: datetime, note: str | None = None, **more: Any
) -> None:
    """Adds a step to the history, with the report's present status. `report` must be held for writing."""
    last = select(func.max(ReportEvent.position)).where(ReportEvent.report_id == report.id)
    newest = (await db.exec(last)).one()
    _add(db, report, key, 0 if newest is None else newest + 1, kind, who, at, note, **more)
    await db.flush()


def begin(db: Db, report: Report, key: bytes, at: datetime) -> None:
    """The first step of a report that has just been stored."""
    _add(db, report, key, 0, "status", "system", at, None)


def _add(
    db: Db,
    report: Report,
    key: bytes,
    position: int,
    kind: str,
    who: str,
    at: datetime,
    note: str | None,
    **more: Any,
) -> None:
    body = {"kind": kind, "at": f"{at:%Y-%m-%dT%H:%M}", "who": who, "note": note or None, **more}
    assert report.id is not None
    sealed = seal_json(key, body, _place(report.ticket, position))
    db.add(ReportEvent(report_id=report.id, position=position, status=report.status, body=sealed))


async def steps(db: Db, report: Report, key: bytes | None) -> list[Step]:
    """All steps, oldest first.

    Raises:
        Tampered: when a stored step was changed, or one is missing in between.
    """
    chosen = select(ReportEvent).where(ReportEvent.report_id == report.id).order_by(col(ReportEvent.position))
    return [_step(event, report.ticket, key) for event in unbroken(list(await db.exec(chosen)))]


def unbroken(rows: list[Row], first: int = 0) -> list[Row]:
    """Rows in the order of their positions, which count from `first`; Tampered when one is missing in between."""
    if [row.position for row in rows] != list(range(first, first + len(rows))):
        raise Tampered
    return rows


def interrupted(past: list[Step]) -> str | None:
    """The status that was left to wait for the reporter, while the reporter is waited for."""
    for before, after in zip(reversed(past[:-1]), reversed(past[1:]), strict=True):
        if after.status == "clarification" and before.status != "clarification":
            return before.status
    return None


def _step(event: ReportEvent, ticket: str, key: bytes | None) -> Step:
    if key is None:
        return Step(event.status)
    body = unseal_json(key, event.body, _place(ticket, event.position))
    more = {name: value for name, value in body.items() if name not in _OWN}
    return Step(event.status, body.get("kind", "status"), body["at"], body["who"], body["note"], more)


def _place(ticket: str, position: int) -> Place:
    return Place("report_event", f"{ticket}:{position}", "body")
