"""Work that comes round: forgotten uploads and ended sessions are swept away."""

import asyncio
import logging

from wbs_app.logs import frames_of
from wbs_app.services import evidence, sessions
from wbs_app.services.database import writing

log = logging.getLogger("wbs.jobs")

EVERY_SECONDS = 600


async def sweep_now() -> None:
    """One round."""
    if swept := await evidence.sweep():
        log.info("swept %d objects of forms that were not sent", swept)
    async with writing() as db:
        await sessions.sweep(db)


async def keep_sweeping() -> None:
    """Rounds for as long as the server runs; a failed one is logged and the next comes all the same."""
    while True:
        try:
            await sweep_now()
        except Exception as error:  # noqa: BLE001  whatever it was, the next round comes
            log.error("a sweep failed\n%s", frames_of(error))
        await asyncio.sleep(EVERY_SECONDS)
