"""The reporter's identity on the case page: hidden; asked for with a reason; shown while a custodian allows it."""

from typing import ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.model.access import Forbidden, Permission
from wbs_app.model.documents import Section, moment_in_words, sections
from wbs_app.services import identity, reference
from wbs_app.services.casework import NotFound
from wbs_app.services.database import reading, writing
from wbs_app.services.history import in_zone
from wbs_app.services.refusal import Refused
from wbs_app.state.door import language_of, staff
from wbs_app.state.staff_case import CaseState
from wbs_app.state.tab import Entry
from wbs_app.text import fill, text


class CaseIdentityState(rx.State):
    """`request["state"]`: "", waiting, open, declined or ended. `shown` is filled for as long as the page is open."""

    requires: ClassVar[Permission | None] = Permission.ASK_IDENTITY
    stays: ClassVar[bool] = True

    request: Entry = {}
    shown: list[Section] = []
    wrong: str = ""

    async def _load(self) -> None:
        """Nothing is open when the page opens, or comes back."""
        self.request, self.shown, self.wrong = {}, [], ""
        await self._show()

    async def _show(self) -> None:
        """What became of this officer's own request."""
        case = await self.get_state(CaseState)
        lang = language_of(self)
        made: Entry = {"state": "", "until": "", "reason": "", "answer": ""}
        if case.case.get("phase") == "open":
            async with reading() as db:
                found = await identity.latest(db, staff(), case.case["ticket"])
                if found is not None:
                    zone = (await reference.profile(db, found.agency)).timezone
                    made |= {"state": _state(found), "reason": found.reason or "", "answer": found.answer or ""}
                    if found.expires_at is not None:
                        words = moment_in_words(in_zone(found.expires_at, zone), lang)
                        made["until"] = fill(text("identity.open_until", lang), date=words)
        if made["state"] != "open" and self.shown:
            self.shown = []
        if made != self.request:
            self.request = made

    @rx.event
    async def ask(self, form: FormData):
        """Ajukan Pembukaan Identitas."""
        ticket, reason = str(form.get("ticket", "")), str(form.get("reason", ""))
        try:
            async with writing() as db:
                await identity.ask(db, staff(), ticket, reason)
        except (Refused, NotFound, Forbidden) as problem:
            return self._refuse(problem, "identity-error")
        self.wrong = ""
        await self._show()

    @rx.event
    async def open(self, form: FormData):
        """Buka Identitas: each time is recorded."""
        ticket, lang = str(form.get("ticket", "")), language_of(self)
        try:
            async with writing() as db:
                document = await identity.open_identity(db, staff(), ticket)
        except (Refused, NotFound, Forbidden) as problem:
            await self._show()
            return self._refuse(problem, "identity-open-error")
        self.wrong, self.shown = "", sections({}, document, lang, ticket.partition("-")[0].lower())

    @rx.event
    async def hide(self):
        """Away from the screen again."""
        self.shown = []

    def _refuse(self, problem: Exception, place: str) -> rx.event.EventSpec:
        lang = language_of(self)
        known = isinstance(problem, Refused)
        self.wrong = fill(text(problem.key, lang), **problem.values) if known else text("forbidden.case", lang)
        return rx.set_focus(place)


def _state(found: identity.Request) -> str:
    """Approved and over is ended, whether or not the job has been there, or a custodian before it."""
    if found.open:
        return "open"
    return identity.ENDED if found.state in (identity.APPROVED, identity.RECALLED) else found.state
