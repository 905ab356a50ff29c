"""Retensi: the destruction list, and the approvals that it waits for."""

from typing import ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.model.access import Permission
from wbs_app.model.desk import SAID
from wbs_app.model.documents import day_in_words
from wbs_app.services import retention
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.services.retention import Listed
from wbs_app.services.staff import names_of
from wbs_app.state.door import language_of, staff
from wbs_app.state.portal import Entry
from wbs_app.state.staff_desk import DeskState, agency_names
from wbs_app.text import fill, text


class RetentionState(rx.State):
    """Cases whose time of keeping has passed. Approving destroys nothing yet: `wbs purge` does, and needs two."""

    requires: ClassVar[Permission | None] = Permission.APPROVE_DESTRUCTION
    stays: ClassVar[bool] = True

    rows: list[Entry] = []
    ready: bool = False
    said: Entry = {}

    @rx.event
    async def load(self):
        """Brings the list up to date and shows it."""
        self.said = {}
        async with writing() as db:
            await retention.propose(db)
        await self._show()

    async def _show(self) -> None:
        actor, lang = staff(), language_of(self)
        async with reading() as db:
            listed = await retention.listing(db, actor)
            names = await names_of(db, {name for one in listed for name in one.approved_by})
        agencies = await agency_names(actor.agencies, lang)
        self.rows = [_row(one, names, agencies, actor.username, lang) for one in listed]
        self.ready = True

    @rx.event
    async def approve(self, form: FormData):
        """Setujui Pemusnahan: of the cases that are ticked."""
        lang, chosen = language_of(self), [str(ticket) for ticket in form.getlist("ticket")]
        try:
            if not chosen:
                raise Refused("admin.destruction_choose")
            async with writing() as db:
                await retention.approve(db, staff(), chosen)
        except Refused as problem:
            self.said = {"tone": "bad", "text": fill(text(problem.key, lang), **problem.values)}
        else:
            self.said = {"tone": "done", "text": fill(text("admin.destruction_approved", lang), n=len(chosen))}
            await self._show()
            await (await self.get_state(DeskState))._count_destructions()
        return rx.set_focus(SAID)


def _row(one: Listed, names: dict[str, str], agencies: dict[str, str], me: str, lang: str) -> Entry:
    by = ", ".join(names.get(name, name) for name in one.approved_by)
    waits = text("admin.destruction_second" if one.approved_by else "admin.destruction_first", lang)
    return {
        "ticket": one.ticket,
        "agency": agencies.get(one.agency, one.agency),
        "status": text(f"status.{one.status}", lang),
        "closed": day_in_words(one.closed_on.isoformat(), lang),
        "proposed": day_in_words(one.proposed_on.isoformat(), lang),
        "by": by,
        "state": text("admin.destruction_ready", lang) if len(one.approved_by) > 1 else waits,
        "may": "yes" if len(one.approved_by) < 2 and me not in one.approved_by else "",
    }
