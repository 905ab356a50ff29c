"""Whose evidence store this is. A test system whose settings name another one's store would else sweep all of that
one's files away: none of its own reports names them."""

import secrets

import obstore

from wbs_app.model.tables import Setting
from wbs_app.services.database import reading, writing
from wbs_app.services.evidence import store

MARK = "system"
"""The object that names the installation."""

_NAME = "system_id"


async def is_anothers() -> bool:
    """Whether another installation has made the store its own. Changes nothing."""
    async with reading() as db:
        ours = await db.get(Setting, _NAME)
    marked = await _marked()
    return marked is not None and (ours is None or ours.value != marked)


async def claim() -> bool:
    """Makes a store that is nobody's this installation's; whether it is this one's now."""
    async with writing() as db:
        ours = await db.get(Setting, _NAME)
        if ours is None:  # a backup holds it too: a system that was restored goes on with its store
            ours = Setting(name=_NAME, value=secrets.token_hex(16))
            db.add(ours)
    marked = await _marked()
    if marked is None:
        await obstore.put_async(store(), MARK, ours.value.encode())
    return marked in (None, ours.value)


async def _marked() -> str | None:
    try:
        found = await obstore.get_async(store(), MARK)
    except FileNotFoundError:
        return None
    return bytes(await found.bytes_async()).decode("utf-8", "replace")
