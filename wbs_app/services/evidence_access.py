"""Evidence of filed reports, for those who hold the keys: looked at, downloaded, added to."""

import base64
import hashlib
from collections.abc import Iterable

from sqlmodel import select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.tables import Report
from wbs_app.services import cases, casework, custody, identity, reference, scanning
from wbs_app.services.audit import record
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.evidence import About, Waiting, bytes_to_scan
from wbs_app.services.keys import key_of
from wbs_app.services.refusal import Refused
from wbs_app.services.reports import Pass
from wbs_app.vault.codes import parse_ticket
from wbs_app.vault.sealing import Tampered

# --- looking ----------------------------------------------------------------------------------------------------------


async def examined(actor: Actor, ticket: str, position: int) -> About:
    """A file that this officer may look at: whole, and nothing found in it. It may still be unscanned.

    Raises:
        Forbidden: unless the actor may read cases.
        NotFound: when the case is out of reach, the actor holds no key to it, or there is no such piece.
        Tampered: when stored bytes were changed; it is recorded.
        FileNotFoundError: when the store has lost it; it is recorded.
        Refused: when the scanner found something.
    """
    try:
        about = await _found(actor, ticket, position)
        if scanning.configured() and about.scanned is None:
            await look_again_as(actor, ticket)
            about = await _found(actor, ticket, position)
    except Tampered:
        await custody.broken(actor.username, parse_ticket(ticket) or "")
        raise
    if about.scanned == "infected":
        raise Refused("error.file_infected")
    await custody.verify(about, actor.username, parse_ticket(ticket) or "")
    return about


async def _found(actor: Actor, ticket: str, position: int) -> About:
    async with reading() as db:
        return await cases.find_evidence(db, actor, ticket, position)


async def take(actor: Actor, ticket: str, position: int) -> About:
    """The same, for a download: recorded, and not before the scanner, where there is one, has seen it.

    Raises:
        Refused: "case.evidence_waits" as well, while the scanner does not answer.
    """
    about = await examined(actor, ticket, position)
    if scanning.configured() and about.scanned is None:
        raise Refused("case.evidence_waits")
    async with writing() as db:
        return await cases.take_evidence(db, actor, ticket, position)


async def take_original(actor: Actor, ticket: str, position: int) -> About:
    """A file as it was sent, with whatever it tells of its sender: while the identity is open to this officer.

    Raises:
        Forbidden, NotFound, Tampered, FileNotFoundError, Refused: as `take`, and "identity.closed" without an approved
            request; NotFound as well when the reporter did not want the original kept.
    """
    async with writing() as db:
        case, key = await identity.opened(db, actor, ticket)
        row = await custody.piece(db, case.report.id, position)
    original = custody.original_of(row, key) if row else None
    if original is None:
        raise casework.NotFound
    said = original.scanned
    if said is None and scanning.configured():
        said = await scanning.scan(bytes_to_scan(original))
        if said is None:
            raise Refused("case.evidence_waits")
    if said == "infected":
        raise Refused("error.file_infected")
    await custody.verify(original, actor.username, case.report.ticket)
    async with writing() as db:
        await record(db, actor.username, "download_original", case.report.ticket)
    return original


async def look_again_as(actor: Actor, ticket: str) -> None:
    """Has an officer's case scanned for what could not be scanned before; nothing where the actor holds no key.

    Raises:
        Forbidden: unless the actor may read cases.
        NotFound: when the case is out of reach.
    """
    actor.require(Permission.READ_CASE)
    if not scanning.configured():
        return
    async with reading() as db:
        report = await casework.in_reach(db, actor, ticket)
        assert report.id is not None
        key = await key_of(db, actor, report.id, "account")
    if key is not None:
        await custody.scan_again(report.id, report.ticket, key, actor.username)


async def look_again(held: Pass) -> None:
    """The same, for the reporter."""
    if not scanning.configured():
        return
    async with reading() as db:
        id = (await db.exec(select(Report.id).where(Report.ticket == held.ticket))).first()
    if id is not None:
        await custody.scan_again(id, held.ticket, base64.b64decode(held.account_key), "reporter")


# --- adding -----------------------------------------------------------------------------------------------------------


def secret_of_reporter(held: Pass) -> str:
    """Under which a reporter's later files wait: only who holds the pass can tell it."""
    return _secret(base64.b64decode(held.account_key), held.ticket)


def secret_of_staff(actor: Actor, ticket: str) -> str:
    """Under which an officer's files for this case wait."""
    return _secret(actor.private_key, ticket)


def _secret(key: bytes, ticket: str) -> str:
    return hashlib.blake2b(ticket.encode(), key=key, digest_size=16, person=b"later files").hexdigest()


async def room_for(held: Pass) -> int:
    """How many more files the reporter may add: at most so many at a time as a form takes."""
    async with reading() as db:
        report = (await db.exec(select(Report).where(Report.ticket == held.ticket))).one()
        profile = await reference.profile(db, report.agency)
    return max(0, min(profile.max_files, profile.max_files_total - report.evidence_count))


async def put_in(
    db: Db, report: Report, files: Iterable[Waiting], account_key: bytes, identity_key: bytes | None
) -> list[str]:
    """The reporter's `files`, in their place already, become part of a report; the ids of those that are new.

    `report` must be locked for writing.

    Raises:
        Refused: when the report would have too many.
    """
    assert report.id is not None
    ids = await custody.insert(db, report.id, files, account_key, identity_key, "reporter")
    most = (await reference.profile(db, report.agency)).max_files_total
    if ids and report.evidence_count + len(ids) > most:
        raise Refused("error.file_count", max=most)
    report.evidence_count += len(ids)
    db.add(report)
    await db.flush()
    return ids
