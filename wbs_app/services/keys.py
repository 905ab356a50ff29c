"""Who holds the keys of a report. The database gives nobody's key to anybody else: no key, no text."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert
from sqlmodel import col, select

from wbs_app.model.access import ARRIVAL_READERS, IDENTITY_READERS, KINDS, Actor, Role
from wbs_app.model.documents import Document
from wbs_app.model.tables import Report, ReportKey, Staff
from wbs_app.services import entitlement
from wbs_app.services.database import Db
from wbs_app.services.entitlement import Facts
from wbs_app.services.vouching import is_vouched
from wbs_app.vault.keypairs import open_sealed, seal_to
from wbs_app.vault.sealing import Place, unseal_json

RECOVERY = "recovery"
"""The holder of an agency's own row, which opens with its paper shares."""

DOCUMENTS = ("account", "identity")


# --- who may hold -----------------------------------------------------------------------------------------------------


def kinds_on_arrival(role: str, document: str) -> tuple[str, ...]:
    """Kinds of report whose `document` this role may open from the first day."""
    if document == "identity":
        return KINDS if role in IDENTITY_READERS else ()
    return tuple(kind for kind in KINDS if role in ARRIVAL_READERS[kind])


def may_hold(staff: Staff, document: str, facts: Facts) -> bool:
    """Whether somebody who is active may hold this key, when the facts are true: nobody of the unit reported."""
    served = staff.agencies.split()
    on_arrival = facts.kind in kinds_on_arrival(staff.role, document)
    by_hand = document == "account" and staff.id in facts.team
    stands_in = facts.oversight in served and staff.role == Role.SUPERVISOR
    return (
        (on_arrival or by_hand)
        and (facts.agency in served or by_hand or stands_in)
        and (facts.unit is None or staff.unit != facts.unit)
        and staff.id not in facts.barred
        and is_vouched(staff)
    )


async def active(db: Db) -> list[Staff]:
    """All active staff."""
    return list(await db.exec(select(Staff).where(col(Staff.active)).order_by(col(Staff.id))))


async def readers(db: Db, document: str, facts: Facts) -> list[Staff]:
    """Who receives the key of a new report's `document`."""
    return readers_among(await active(db), document, facts)


def readers_among(people: Iterable[Staff], document: str, facts: Facts) -> list[Staff]:
    """The same of active staff who are known already."""
    return [staff for staff in people if may_hold(staff, document, facts)]


# --- giving and using -------------------------------------------------------------------------------------------------


async def seal_key(
    db: Db, report_id: int, document: str, key: bytes, holders: list[Staff], recovery_key: bytes | None
) -> None:
    """Gives a new document's key to those `holders` for whom somebody has vouched, and to the agency's recovery key."""
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


async def hand_on(db: Db, report: Report, document: str, key: bytes, holders: list[Staff]) -> None:
    """Gives a key that somebody holds to others: only this document's own, and of a case whose facts are true.

    Raises:
        Refused: "case.facts_changed", see `entitlement.true_facts`.
        Tampered: when it is not this document's key.
    """
    await entitlement.true_facts(db, report)
    assert report.id is not None
    document_of(report.ticket, document, key, getattr(report, document))
    await seal_key(db, report.id, document, key, holders, None)


def document_of(ticket: str, document: str, key: bytes, box: bytes) -> Document:
    """What stands in a report's document. Rows of keys can be exchanged in the database: this tells whose key one is.

    Raises:
        Tampered: when it is not this document's key.
    """
    found: Document = unseal_json(key, box, Place("report", ticket, document))
    return found


async def key_of(db: Db, actor: Actor, report_id: int, document: str) -> bytes | None:
    """A document's key, opened by the actor; None when the actor holds none.

    Raises:
        Tampered: when the row was not sealed to this actor.
    """
    if not actor.private_key:
        return None
    row = await db.get(ReportKey, (report_id, document, str(actor.staff_id)))
    return open_sealed(actor.private_key, row.sealed_key) if row else None
