"""The page a mail's link leads to: notices are wanted there, or no longer. The link itself is the permission.

Opening the page changes nothing: programs that look at mails open links too.
"""

from typing import ClassVar

import reflex as rx

from wbs_app.model.access import Permission
from wbs_app.services import notices
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.state.door import PUBLIC

_LONGEST = 100


class ConfirmState(rx.State):
    """`phase`: "" until looked up, then asked, confirmed, stopped or unknown."""

    requires: ClassVar[Permission | None] = PUBLIC

    phase: str = ""

    def _token(self) -> str:
        return self.router.url.query_parameters.get("kode", "")[:_LONGEST]

    @rx.event
    async def load(self):
        """Shows what the link is for."""
        async with reading() as db:
            is_confirmed = await notices.confirmed(db, self._token())
        self.phase = {None: "unknown", False: "asked", True: "confirmed"}[is_confirmed]

    @rx.event
    async def allow(self):
        """Izinkan Pemberitahuan."""
        try:
            async with writing() as db:
                await notices.confirm(db, self._token())
        except Refused:
            self.phase = "unknown"
        else:
            self.phase = "confirmed"
        return rx.set_focus("kabar")

    @rx.event
    async def stop(self):
        """Hentikan Pemberitahuan: the address is forgotten."""
        async with writing() as db:
            await notices.stop(db, self._token())
        self.phase = "stopped"
        return rx.set_focus("kabar")
