"""Evidence of filed reports: how its rows are written, read and marked. Whoever calls holds the report's keys."""

import logging
from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import col, select

from wbs_app.model.tables import Evidence
from wbs_app.services import scanning
from wbs_app.services.audit import record
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.evidence import About, Waiting, bytes_to_scan
from wbs_app.vault.sealing import Place, Tampered, seal_json, unseal_json

log = logging.getLogger("wbs.custody")

_MOST = 1000
"""More pieces than any report has; a number beyond is not worth asking a database for."""


def opened(row: Evidence, account_key: bytes) -> About:
    """What is known of the cleaned copy.

    Raises:
        Tampered: when the row was changed.
    """
    return About(**unseal_json(account_key, row.about, Place("evidence", row.id, "about")))


def original_of(row: Evidence, identity_key: bytes) -> About | None:
    """What is known of the file as it was sent; None when the reporter did not want it kept.

    Raises:
        Tampered: when the row was changed.
    """
    if row.original is None:
        return None
    return About(**unseal_json(identity_key, row.original, Place("evidence", row.id, "original")))


async def piece(db: Db, report_id: int | None, position: int) -> Evidence | None:
    """The row of a report's evidence at this position, whatever somebody has asked for."""
    if not 0 < position <= _MOST:
        return None
    chosen = select(Evidence).where(Evidence.report_id == report_id, Evidence.position == position)
    return (await db.exec(chosen)).first()


async def insert(
    db: Db, report_id: int, files: Iterable[Waiting], account_key: bytes, identity_key: bytes | None, by: str
) -> list[str]:
    """Names files in their place as this report's, after those it has; the ids of those it did not have yet.

    Without `identity_key` no original is kept.
    """
    chosen = select(Evidence.id, Evidence.position).where(Evidence.report_id == report_id)
    known = dict((await db.exec(chosen)).all())
    new = [file for file in files if file.about.id not in known]
    begin(db, report_id, new, account_key, identity_key, by, max(known.values(), default=0))
    await db.flush()
    return [file.about.id for file in new]


def begin(
    db: Db,
    report_id: int,
    files: Iterable[Waiting],
    account_key: bytes,
    identity_key: bytes | None,
    by: str,
    last: int = 0,
) -> None:
    """The same for files that the report is known not to have. `last`: the position of those it has."""
    for position, file in enumerate(files, start=last + 1):
        row = Evidence(id=file.about.id, report_id=report_id, position=position, about=b"")
        row.about = _sealed_about(row, replace(file.about, by=by), account_key)
        if file.keep and identity_key is not None:
            place = Place("evidence", row.id, "original")
            row.original = seal_json(identity_key, vars(replace(file.original, by=by)), place)
        db.add(row)


def _sealed_about(row: Evidence, about: About, account_key: bytes) -> bytes:
    return seal_json(account_key, vars(about), Place("evidence", row.id, "about"))


# --- integrity --------------------------------------------------------------------------------------------------------


async def verify(about: About, who: str, ticket: str) -> None:
    """Reads a kept file to its end, so that a mismatch shows before the first byte goes out; one is recorded.

    Raises:
        Tampered: when its bytes are not those that were sealed.
        FileNotFoundError: when the store has lost it.
    """
    try:
        async for _ in bytes_to_scan(about):
            pass
    except (Tampered, FileNotFoundError) as problem:
        log.error("evidence that is not whole (%s)", type(problem).__name__)
        await broken(who, ticket)
        raise


async def broken(who: str, ticket: str) -> None:
    """Records that somebody met evidence that is changed or gone."""
    async with writing() as db:
        await record(db, who, "evidence_broken", ticket)


# --- scanning ---------------------------------------------------------------------------------------------------------


async def scan_again(report_id: int, ticket: str, account_key: bytes, who: str) -> None:
    """Asks the scanner about files that it could not look at when they came. Nothing without a scanner.

    What is broken is left as it is: whoever opens it is told.
    """
    if not scanning.configured():
        return
    async with reading() as db:
        rows = (await db.exec(select(Evidence).where(Evidence.report_id == report_id))).all()
    for row in sorted(rows, key=lambda row: row.position):
        try:
            about = opened(row, account_key)
            verdict = None if about.scanned else await scanning.scan(bytes_to_scan(about))
        except (Tampered, FileNotFoundError):
            continue
        if about.scanned is None and verdict is None:
            return  # it does not answer: no need to ask again
        if about.scanned is None:
            await _mark(row.id, ticket, account_key, verdict, who)


async def _mark(id: str, ticket: str, account_key: bytes, verdict: scanning.Verdict | None, who: str) -> None:
    async with writing() as db:
        row = (await db.exec(select(Evidence).where(col(Evidence.id) == id).with_for_update())).one_or_none()
        if row is None:  # destroyed meanwhile
            return
        row.about = _sealed_about(row, replace(opened(row, account_key), scanned=verdict), account_key)
        db.add(row)
        await db.flush()
        if verdict == "infected":
            await record(db, who, "evidence_infected", ticket)
