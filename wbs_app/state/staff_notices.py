"""Pemberitahuan: mails that a server has not taken, for an administrator to look after."""

from typing import ClassVar

import reflex as rx

from wbs_app.config import settings
from wbs_app.model.access import Permission
from wbs_app.model.agency import Profile
from wbs_app.model.desk import SAID
from wbs_app.services import notices
from wbs_app.services.database import reading, writing
from wbs_app.services.history import said_at
from wbs_app.services.notices import Stuck
from wbs_app.services.refusal import Refused
from wbs_app.state.door import language_of, staff
from wbs_app.state.numbers import number, number_of
from wbs_app.state.portal import Entry, catalogue_of
from wbs_app.state.staff_desk import home_agency
from wbs_app.text import fill, text


class NoticesState(rx.State):
    """What waits, and what is stuck; never whom a reporter's notice would reach."""

    requires: ClassVar[Permission | None] = Permission.MANAGE_SETTINGS

    stuck: list[Entry] = []
    view: Entry = {}
    said: Entry = {}

    @rx.event
    async def load(self):
        """Shows the outbox."""
        self.said = {}
        await self._show()

    async def _show(self) -> None:
        actor, lang = staff(), language_of(self)
        async with reading() as db:
            stuck, queued = await notices.failed(db, actor), await notices.queued(db, actor)
        profile = (await catalogue_of(home_agency(actor))).profile
        self.stuck = [_row(one, profile, lang) for one in stuck]
        self.view = {
            "server": "yes" if settings().smtp_url else "no",
            "queued": fill(text("notify.queued", lang), n=number(queued, lang)),
        }

    @rx.event
    async def retry(self, notice: str):
        """Coba Lagi: with the next round."""
        lang = language_of(self)
        chosen = number_of(notice)
        try:
            async with writing() as db:
                await notices.try_again(db, staff(), chosen)
        except Refused as problem:
            self.said = {"tone": "bad", "text": text(problem.key, lang)}
        else:
            self.said = {"tone": "done", "text": text("notify.retried", lang)}
        await self._show()
        return rx.set_focus(SAID)


def _row(one: Stuck, profile: Profile, lang: str) -> Entry:
    next_try = said_at(one.next_try, profile, lang) if one.next_try else ""
    return {
        "id": str(one.id),
        "to": one.to or text("summary.reporter", lang),
        "what": text(f"notify.what_{one.template}", lang),
        "problem": text(f"notify.problem_{one.problem}", lang),
        "tries": fill(text("notify.tries", lang), n=one.tries, most=notices.MOST_TRIES),
        "next": fill(text("notify.next_try", lang), time=next_try) if next_try else text("notify.given_up", lang),
        "given_up": "" if next_try else "yes",
    }
