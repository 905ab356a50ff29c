"""Keys of earlier reports: a colleague who came later is handed those that arrival would have brought.

By a colleague who holds them, after signing in, or from an agency's recovery rows and its paper shares.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, exists, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import col

from wbs_app.model.access import Actor
from wbs_app.model.handling_tables import Assignment, Exclusion
from wbs_app.model.tables import Agency, Report, ReportKey, Staff
from wbs_app.services import conflicts, entitlement
from wbs_app.services.audit import record
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.entitlement import Facts
from wbs_app.services.keys import DOCUMENTS, RECOVERY, document_of, kinds_on_arrival, may_hold
from wbs_app.services.refusal import Refused
from wbs_app.services.vouching import able, keep_recovery
from wbs_app.vault.keypairs import open_sealed, seal_to
from wbs_app.vault.sealing import Tampered, new_key

_BATCH = 200


@dataclass(frozen=True, repr=False)
class _Giver:
    """Whose keys are handed on: an officer's, or the recovery rows of an agency."""

    holder: str
    private_key: bytes
    name: str
    agency: str | None = None


@dataclass(frozen=True)
class _Settled:
    """What is to be done about a batch of reports: rows of keys, and ids of reports that name the colleague."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    naming: list[int] = field(default_factory=list)


async def catch_up(actor: Actor, limit: int = 2000) -> int:
    """Gives colleagues the keys they may hold on arrival and lack, of reports whose keys the actor holds.

    Newest reports first, at most `limit` of them, in small transactions of its own. Returns how many keys were given.
    """
    if not actor.private_key:
        return 0
    return await _hand_on(_Giver(str(actor.staff_id), actor.private_key, actor.username), limit)


async def recover(private_key: bytes, agency: str) -> int:
    """Gives the keys of all the agency's reports to those who may hold them today, from the recovery rows.

    In transactions of its own. Returns how many were given.

    Raises:
        Refused: for an unknown agency, one without a recovery key, and a private key that does not fit it.
    """
    async with writing() as db:
        found = await db.get(Agency, agency)
        if found is None or found.recovery_key is None:
            raise Refused("admin.recovery_missing")
        try:
            open_sealed(private_key, seal_to(found.recovery_key, new_key()))
        except Tampered:
            raise Refused("admin.recovery_mismatch") from None
        keep_recovery(found, found.recovery_key)  # two shares prove that it is theirs, also under a new secret
        await record(db, "system", "recover_keys", agency)
    return await _hand_on(_Giver(RECOVERY, private_key, "system", agency))


async def _hand_on(giver: _Giver, limit: int = sys.maxsize) -> int:
    async with reading() as db:
        colleagues = [staff for staff in await able(db) if str(staff.id) != giver.holder]
    given = 0
    for colleague in colleagues:
        for document in DOCUMENTS:
            async for owed in _owed(giver, document, colleague, limit):
                limit -= len(owed)
                given += await _settle(giver, document, colleague, owed)
    return given


async def _owed(giver: _Giver, document: str, colleague: Staff, limit: int) -> AsyncIterator[list[tuple[Any, Facts]]]:
    """Reports whose `document` the colleague seems to be owed: rows and what the database says of them, in batches."""
    chosen = _seem_owed(giver, document, colleague)
    while limit > 0:
        async with reading() as db:
            rows = (await (await db.connection()).execute(chosen.limit(min(_BATCH, limit)))).all()
            facts = await entitlement.several(db, rows)
        if not rows:
            return
        yield list(zip(rows, facts, strict=True))
        limit -= len(rows)
        chosen = chosen.where(col(Report.id) < rows[-1].id)


def _seem_owed(giver: _Giver, document: str, colleague: Staff) -> Select[Any]:
    """The statement that finds them, each with the giver's sealed key; newest first. It decides nothing."""
    held, lacking = aliased(ReportKey), aliased(ReportKey)
    agencies = [code for code in colleague.agencies.split() if giver.agency in (None, code)]
    has_one = exists().where(
        col(lacking.report_id) == held.report_id,
        col(lacking.document) == document,
        col(lacking.holder) == str(colleague.id),
    )
    barred = exists().where(col(Exclusion.report_id) == held.report_id, col(Exclusion.staff_id) == colleague.id)
    by_hand = exists().where(col(Assignment.report_id) == held.report_id, col(Assignment.staff_id) == colleague.id)
    fitting = or_(
        col(Report.kind).in_(kinds_on_arrival(colleague.role, document)),
        and_(literal(document == "account"), by_hand),  # lost when the access was set anew
    )
    box = col(getattr(Report, document)).label("box")
    return (
        select(col(Report.id), *entitlement.COLUMNS, box, col(held.sealed_key))
        .join(held, col(Report.id) == held.report_id)
        .where(held.holder == giver.holder, held.document == document, ~has_one, ~barred)
        .where(or_(col(Report.agency).in_(agencies), col(Report.oversight).in_(agencies)), fitting)
        .where(or_(col(Report.unit).is_(None), col(Report.unit) != (colleague.unit or "")))
        .order_by(col(held.report_id).desc())
    )


async def _settle(giver: _Giver, document: str, colleague: Staff, owed: list[tuple[Any, Facts]]) -> int:
    """Gives the colleague what is truly owed; how many keys that were."""
    async with reading() as db:
        called = await conflicts.units(db)
    found = await asyncio.to_thread(_decide, giver, document, colleague, owed, called)
    async with writing() as db:
        for report_id in found.naming:
            await conflicts.shut_out(db, report_id, colleague)
        if found.rows:
            await _insert(db, found.rows)
            await record(db, giver.name, "give_keys", colleague.username)
    return len(found.rows)


def _decide(
    giver: _Giver, document: str, colleague: Staff, owed: Iterable[tuple[Any, Facts]], called: conflicts.Units
) -> _Settled:
    """By facts that are true and by what the report says. Some tens of microseconds each: call it in a thread."""
    public, found = colleague.public_key, _Settled()
    assert public is not None
    for row, facts in owed:
        if not facts.fits(row.readers_mark) or not may_hold(colleague, document, facts):
            continue  # changed by somebody else: `wbs audit verify` names it
        try:
            key = open_sealed(giver.private_key, row.sealed_key)
            content = document_of(row.ticket, document, key, row.box)
        except Tampered:
            continue  # likewise; whoever opens the case is told
        if conflicts.is_named_in(content, facts.agency, colleague, called):
            found.naming.append(row.id)
            continue
        holder, given = str(colleague.id), seal_to(public, key)
        found.rows.append({"report_id": row.id, "document": document, "holder": holder, "sealed_key": given})
    return found


async def _insert(db: Db, rows: list[dict[str, Any]]) -> None:
    """Adds the rows that somebody else has not added meanwhile."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    await db.exec(insert(ReportKey).on_conflict_do_nothing(), params=rows)
