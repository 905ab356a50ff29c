"""The landing page's three figures."""

from typing import ClassVar

import reflex as rx

from wbs_app.model.access import Permission
from wbs_app.services import statistics
from wbs_app.state.door import PUBLIC, language_of
from wbs_app.state.portal import PortalState


class HomeState(rx.State):
    """Totals of the chosen agency, as words: received, in progress, closed."""

    requires: ClassVar[Permission | None] = PUBLIC

    figures: list[str] = ["–", "–", "–"]

    @rx.event
    async def count(self):
        """Fills the figures in; runs after the agency is known."""
        portal = await self.get_state(PortalState)
        known = await statistics.figures(portal.agency)
        lang = language_of(self)
        self.figures = [statistics.shown(n, lang) for n in (known.received, known.in_progress, known.closed)]
