"""The page before another body's site: only channels of the agency lead out, whatever the address says."""

from typing import ClassVar
from urllib.parse import urlsplit

import reflex as rx

from wbs_app.model.access import Permission
from wbs_app.state.door import PUBLIC, language_of, localised
from wbs_app.state.portal import PortalState, catalogue_of


class LeaveState(rx.State):
    """Where the visitor is about to go; empty until the channel is known."""

    requires: ClassVar[Permission | None] = PUBLIC

    host: str = ""
    url: str = ""
    channel: str = ""

    @rx.event
    async def enter(self):
        """Finds the channel that `?ke=` names among the agency's; any other leads to their list in Kontak."""
        self.host = self.url = self.channel = ""
        portal = await self.get_state(PortalState)
        lang = language_of(self)
        asked = self.router.url.query_parameters.get("ke", "")
        for card in (await catalogue_of(portal.agency)).cards:
            if card.kind == "external" and card.code == asked:
                self.host = urlsplit(card.url).hostname or ""
                self.url = card.url
                self.channel = card.title_en if lang == "en" else card.title_id
                return None
        return rx.redirect(localised(self, "/kontak"))
