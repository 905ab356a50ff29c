"""What nobody needs any more leaves the evidence store: files of forms that were not sent, after an hour, and files
that no report names, after a day."""

import asyncio
import logging
import time

import obstore
from sqlmodel import col, select

from wbs_app.model.tables import Evidence
from wbs_app.services import store_owner
from wbs_app.services.database import reading
from wbs_app.services.evidence import STAGED_SECONDS, delete, own_folder, store

log = logging.getLogger("wbs.sweeping")

ORPHAN_SECONDS = 24 * 3600


async def sweep_staged(now: float | None = None) -> int:
    """How many objects of forms that were not sent went; a file has up to three. `now`: seconds since 1970."""
    limit = (now or time.time()) - STAGED_SECONDS
    await asyncio.to_thread(_sweep_halves, limit)
    listed: dict[str, list[str]] = {}
    old: set[str] = set()
    async for batch in obstore.list(store(), "staged"):
        for entry in batch:
            stem = entry["path"].rpartition(".")[0]
            listed.setdefault(stem, []).append(entry["path"])
            if entry["last_modified"].timestamp() < limit:
                old.add(stem)  # all of a file goes once a part of it is old, and first what makes it exist
    swept = [path for stem in sorted(old) for path in sorted(listed[stem])]
    await delete(swept)
    return len(swept)


async def sweep_orphans(now: float | None = None) -> int:
    """How many objects that no report names went. It goes through the whole store: not for every few minutes.

    None of a store that is another installation's: there, other reports name them.
    """
    if not await store_owner.claim():
        log.error("the evidence store is another installation's: nothing is swept")
        return 0
    limit = (now or time.time()) - ORPHAN_SECONDS
    swept = 0
    async for batch in obstore.list(store(), "files"):
        old = [entry["path"] for entry in batch if entry["last_modified"].timestamp() < limit]
        known = await _named([path.rpartition("/")[2].partition(".")[0] for path in old])
        orphans = [path for path in old if path not in known]
        await delete(orphans)
        swept += len(orphans)
    return swept


async def _named(ids: list[str]) -> set[str]:
    """Of these files, the objects that reports name."""
    if not ids:
        return set()
    chosen = select(Evidence.id, col(Evidence.original).is_not(None)).where(col(Evidence.id).in_(ids))
    async with reading() as db:
        rows = (await db.exec(chosen)).all()
    return {f"files/{id}" for id, _ in rows} | {f"files/{id}.original" for id, original in rows if original}


def _sweep_halves(limit: float) -> None:
    """What was being written when the server was killed: a local folder holds it under a name that is not listed."""
    folder = own_folder()
    for half in folder.rglob("*#*") if folder else ():
        if half.stat().st_mtime < limit:
            half.unlink(missing_ok=True)
