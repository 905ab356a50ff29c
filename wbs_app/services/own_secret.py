"""Whether the server's secret is the one this system was started with.

A lost or exchanged secret breaks every open form and every mark made with it, and what is written under another one,
an event of the trail or somebody's vouch, is never whole again: nobody starts, or runs a command, with it unawares.
"""

import hashlib

from sqlmodel import select

from wbs_app.config import Unusable, settings
from wbs_app.model.tables import Setting
from wbs_app.services import audit, entitlement
from wbs_app.services.database import Db

_NAME = "secret_fingerprint"


def _mark() -> str:
    return hashlib.blake2b(b"", key=settings().secret_key(), person=b"fingerprint", digest_size=16).hexdigest()


async def check(db: Db) -> None:
    """Nothing for a system that was never started. Reads what every revision of the schema has.

    Raises:
        Unusable: when the secret is another one.
    """
    known = (await db.exec(select(Setting.value).where(Setting.name == _NAME))).first()
    if known is not None and known != _mark():
        raise Unusable(
            "the secret is not the one this system was started with: restore data/secret from your backup "
            "(or set WBS_SECRET); if it is lost for good: wbs init --new-secret (docs/operations.md, Backup)"
        )


async def begin(db: Db, new: bool) -> None:
    """Before a start; the first one is remembered. `new`: the one this system was started with is lost.

    Raises:
        Unusable: when the secret is another one without that being said.
    """
    if not new:
        await check(db)
    known = await db.get(Setting, _NAME)
    if known is None:
        db.add(Setting(name=_NAME, value=_mark()))
    elif known.value != _mark():
        known.value = _mark()
        db.add(known)
        await audit.mark_anew(db)
        await (await db.connection()).run_sync(entitlement.mark_all)
