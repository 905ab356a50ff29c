"""Who holds the keys of a report. The database gives nobody's key to anybody else: no key, no text."""

import asyncio
from collections.abc import Container, Iterable
from typing import Any

from sqlalchemy import and_, exists, insert, literal, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from wbs_app.model.access import ARRIVAL_READERS, IDENTITY_READERS, KINDS, Actor
from wbs_app.model.handling_tables import Assignment, Exclusion
from wbs_app.model.tables import Agency, Report, ReportKey, Staff
from wbs_app.services.audit import record
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.services.vouching import able, is_vouched, keep_recovery
from wbs_app.vault.keypairs import open_sealed, seal_to
from wbs_app.vault.sealing import Tampered, new_key

RECOVERY = "recovery"
"""The holder of an agency's own row, which opens with its paper shares."""

DOCUMENTS = ("account", "identity")
_BATCH = 200


def _kinds_on_arrival(role: str, document: str) -> tuple[str, ...]:
    """Kinds of report whose `document` this role may open from the first day."""
    if document == "identity":
        return KINDS if role in IDENTITY_READERS else ()
    return tuple(kind for kind in KINDS if role in ARRIVAL_READERS[kind])


async def active(db: Db) -> list[Staff]:
    """All active staff."""
    return list(await db.exec(select(Staff).where(col(Staff.active)).order_by(col(Staff.id))))


async def readers(db: Db, agency: str, kind: str, document: str, unit: str | None) -> list[Staff]:
    """Who receives the key of a new report's `document`: nobody of `unit`, the unit reported."""
    return readers_among(await active(db), agency, kind, document, unit)


def readers_among(
    people: Iterable[Staff],
    agency: str,
    kind: str,
    document: str,
    unit: str | None,
    barred: Container[int | None] = (),
) -> list[Staff]:
    """The same of active staff who are known already, without those who are `barred`."""
    return [
        staff
        for staff in people
        if kind in _kinds_on_arrival(staff.role, document)
        and agency in staff.agencies.split()
        and (unit is None or staff.unit != unit)
        and staff.id not in barred
        and is_vouched(staff)
    ]


async def seal_key(
    db: Db, report_id: int, document: str, key: bytes, holders: list[Staff], recovery_key: bytes | None
) -> None:
    """Gives a document's key to those `holders` for whom somebody has vouched, and to the agency's recovery key."""
    await give(db, sealed(report_id, document, key, holders, recovery_key))


def sealed(
    report_id: int, document: str, key: bytes, holders: list[Staff], recovery_key: bytes | None
) -> list[dict[str, Any]]:
    """The same, to be given with others: rows for `give`."""
    public = {str(holder.id): holder.public_key for holder in holders if is_vouched(holder)} | {RECOVERY: recovery_key}
    return [
        {"report_id": report_id, "document": document, "holder": holder, "sealed_key": seal_to(half, key)}
        for holder, half in public.items()
        if half is not None
    ]


async def give(db: Db, rows: list[dict[str, Any]]) -> None:
    """Stores what `sealed` made."""
    if rows:
        await db.exec(insert(ReportKey), params=rows)


async def key_of(db: Db, actor: Actor, report_id: int, document: str) -> bytes | None:
    """A document's key, opened by the actor; None when the actor holds none.

    Raises:
        Tampered: when the row was not sealed to this actor.
    """
    if not actor.private_key:
        return None
    row = await db.get(ReportKey, (report_id, document, str(actor.staff_id)))
    return open_sealed(actor.private_key, row.sealed_key) if row else None


# --- keys of earlier reports --------------------------------------------------------------------------------


async def catch_up(actor: Actor, limit: int = 2000) -> int:
    """Gives colleagues the keys they may hold on arrival and lack, of reports whose keys the actor holds.

    Newest reports first, at most `limit` keys, in small transactions of its own. Returns how many were given.
    """
    if not actor.private_key:
        return 0
    async with reading() as db:
        colleagues = [staff for staff in await able(db) if staff.id != actor.staff_id]
    given = 0
    for colleague in colleagues:
        for document in DOCUMENTS:
            while count := await _pass_on(actor, colleague, document, min(_BATCH, limit - given)):
                given += count
    return given


async def _pass_on(actor: Actor, colleague: Staff, document: str, most: int) -> int:
    """Gives the colleague at most so many keys; how many were given."""
    async with reading() as db:
        owed = await _owed(db, str(actor.staff_id), document, colleague, most)
    if owed:
        rows = await asyncio.to_thread(_resealed, actor.private_key, document, colleague, owed)
        async with writing() as db:
            await _insert(db, rows)
            await record(db, actor.username, "give_keys", colleague.username)
    return len(owed)


async def recover(db: Db, private_key: bytes, agency: str) -> int:
    """Gives the keys of all the agency's reports to those who may hold them today, from the recovery rows.

    Returns how many were given.

    Raises:
        Refused: for an unknown agency, one without a recovery key, and a private key that does not fit it.
    """
    found = await db.get(Agency, agency)
    if found is None or found.recovery_key is None:
        raise Refused("admin.recovery_missing")
    try:
        open_sealed(private_key, seal_to(found.recovery_key, new_key()))
    except Tampered:
        raise Refused("admin.recovery_mismatch") from None
    keep_recovery(found, found.recovery_key)  # whoever has two shares knows that it is theirs, also under a new secret
    given = 0
    for colleague in await able(db):
        for document in DOCUMENTS:
            while owed := await _owed(db, RECOVERY, document, colleague, _BATCH, agency):
                rows = await asyncio.to_thread(_resealed, private_key, document, colleague, owed)
                await _insert(db, rows)
                given += len(rows)
    await record(db, "system", "recover_keys", agency)
    return given


async def _owed(
    db: Db, holder: str, document: str, colleague: Staff, most: int, agency: str | None = None
) -> list[tuple[int, bytes]]:
    """Reports whose `document` the colleague may open and has no key of; each with `holder`'s sealed key."""
    held, lacking = aliased(ReportKey), aliased(ReportKey)
    agencies = [code for code in colleague.agencies.split() if agency in (None, code)]
    has_one = exists().where(
        col(lacking.report_id) == held.report_id,
        col(lacking.document) == document,
        col(lacking.holder) == str(colleague.id),
    )
    barred = exists().where(col(Exclusion.report_id) == held.report_id, col(Exclusion.staff_id) == colleague.id)
    mine = (col(Assignment.report_id) == held.report_id, col(Assignment.staff_id) == colleague.id)
    fitting = or_(
        col(Report.kind).in_(_kinds_on_arrival(colleague.role, document)),
        and_(
            literal(document == "account"), exists().where(*mine)
        ),  # given by hand, and lost when the access was set anew
    )
    chosen = (
        select(held.report_id, held.sealed_key)
        .join(Report, col(Report.id) == held.report_id)
        .where(held.holder == holder, held.document == document, ~has_one, ~barred)
        .where(col(Report.agency).in_(agencies), fitting)
        .where(or_(col(Report.unit).is_(None), col(Report.unit) != (colleague.unit or "")))
        .order_by(col(held.report_id).desc())
        .limit(most)
    )
    return [(report_id, sealed) for report_id, sealed in await db.exec(chosen)]


def _resealed(private_key: bytes, document: str, colleague: Staff, owed: list[tuple[int, bytes]]) -> list[ReportKey]:
    """The colleague's rows. Some tens of microseconds each: call it in a thread."""
    public = colleague.public_key
    assert public is not None
    return [
        ReportKey(
            report_id=report_id,
            document=document,
            holder=str(colleague.id),
            sealed_key=seal_to(public, open_sealed(private_key, sealed)),
        )
        for report_id, sealed in owed
    ]


async def _insert(db: Db, rows: list[ReportKey]) -> None:
    """Adds the rows that somebody else has not added meanwhile."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    await db.exec(insert(ReportKey).on_conflict_do_nothing(), params=[row.model_dump() for row in rows])
