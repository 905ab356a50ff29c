"""The way in: setting up the second factor, its recovery codes, and the invitation of somebody new.

What is typed there goes by ordinary forms to wbs_app/staff_routes.py; these states only show.
"""

from datetime import timedelta
from typing import ClassVar

import reflex as rx

from wbs_app.model.access import Permission
from wbs_app.model.desk import HOME, SIGN_IN
from wbs_app.services import once, sessions
from wbs_app.services import staff as people
from wbs_app.services.credentials import MAX_PASSWORD, MIN_PASSWORD
from wbs_app.services.database import reading
from wbs_app.state.door import PUBLIC, language_of, localised, scope_of
from wbs_app.state.portal import Entry
from wbs_app.state.staff_desk import agency_names
from wbs_app.text import text

FIGURES = {"minutes": sessions.TRIES_WINDOW // timedelta(minutes=1), "min": MIN_PASSWORD, "max": MAX_PASSWORD}
"""What the texts of the way in are filled with."""


class EnrolState(rx.State):
    """What the authenticator app needs."""

    requires: ClassVar[Permission | None] = Permission.ENROL

    qr: str = ""
    secret: str = ""

    @rx.event
    async def load(self):
        """Shows the secret, the same one until it is confirmed; somebody enrolled belongs elsewhere."""
        begun = await sessions.begin_enrolment(scope_of(self).get("wbs_session") or "")
        if begun is None:
            return rx.redirect(localised(self, SIGN_IN), replace=True)
        self.qr, self.secret = begun.qr, begun.secret


class CodesState(rx.State):
    """The recovery codes, shown to the browser that has just enrolled."""

    requires: ClassVar[Permission | None] = Permission.SIGNED_IN

    codes: list[str] = []

    @rx.event
    async def load(self):
        """Shows the codes, for as long as their cookie opens (services/once.py)."""
        scope = scope_of(self)
        self.codes = once.unwrap(scope.get("wbs_session") or "", scope.get("wbs_codes") or "")
        if not self.codes:
            return rx.redirect(localised(self, HOME), replace=True)


class InvitedState(rx.State):
    """Whom an invitation is for. Its token is the permission."""

    requires: ClassVar[Permission | None] = PUBLIC

    invited: Entry = {}

    @rx.event
    async def load(self):
        """Shows whom the token in the address invites, or that it invites nobody any more."""
        lang = language_of(self)
        async with reading() as db:
            person = await people.peek(db, self.router.url.query_parameters.get("kode", ""))
        if person is None:
            self.invited = {"phase": "invalid"}
            return
        self.invited = {
            "phase": "open",
            "username": person.username,
            "role": text(f"admin.role_{person.role}", lang),
            "agency": ", ".join((await agency_names(tuple(person.agencies.split()), lang)).values()),
        }
