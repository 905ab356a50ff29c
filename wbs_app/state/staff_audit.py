"""Jejak Audit: the events, a page at a time, and whether the chain is whole."""

from typing import Any, ClassVar

import reflex as rx

from wbs_app.model.access import Permission
from wbs_app.model.agency import Profile
from wbs_app.model.desk import TRAIL
from wbs_app.model.documents import day_in_words
from wbs_app.model.tables import AuditEvent
from wbs_app.services import audit
from wbs_app.services.database import reading, snapshot
from wbs_app.services.history import in_zone, said_at
from wbs_app.state.door import language_of, localised, staff
from wbs_app.state.numbers import number, number_of
from wbs_app.state.portal import Entry, catalogue_of
from wbs_app.state.staff_desk import home_agency
from wbs_app.text import fill, has, text

_NOBODY = {"system": "chat.system", "reporter": "summary.reporter"}
"""What the trail calls nobody in particular -> the text key of the word for it."""


class AuditState(rx.State):
    """A page of the trail; which one stands in the address."""

    requires: ClassVar[Permission | None] = Permission.READ_AUDIT
    stays: ClassVar[bool] = True

    events: list[Entry] = []
    view: Entry = {}

    @rx.event
    async def load(self):
        """Shows the events before the id in the address, or the newest ones."""
        actor, lang = staff(), language_of(self)
        asked = self.router.url.query_parameters.get("sebelum", "")
        async with reading() as db:
            page = await audit.page(db, actor, number_of(asked))
        profile = (await catalogue_of(home_agency(actor))).profile
        self.events = [_row(event, profile, lang) for event in page.events]
        self.view = {
            "said": _counted(page, lang),
            "older": localised(self, f"{TRAIL}?sebelum={page.older}") if page.older else "",
            "newer": localised(self, f"{TRAIL}?sebelum={page.newer}") if page.newer else "",
            "result": "",
            "tone": "",
        }

    @rx.event
    async def verify(self):
        """Goes through the whole chain."""
        lang = language_of(self)
        async with snapshot() as db:
            broken = await audit.verify(db)
        said = text("admin.audit_ok", lang) if broken is None else fill(text("admin.audit_broken", lang), n=broken)
        self.view = self.view | {"result": said, "tone": "done" if broken is None else "bad"}


def _counted(page: audit.Page, lang: str) -> str:
    if not page.events:
        return text("common.no_data", lang)
    figures: dict[str, Any] = {"first": page.events[-1].id, "last": page.events[0].id, "total": page.total}
    return fill(text("admin.audit_count", lang), **{name: number(value, lang) for name, value in figures.items()})


def _moment(event: AuditEvent, profile: Profile, lang: str) -> str:
    """Of what a reporter did only the day is known."""
    if event.actor == audit.REPORTER:
        return day_in_words(in_zone(event.at, profile.timezone), lang)
    return said_at(event.at, profile, lang)


def _row(event: AuditEvent, profile: Profile, lang: str) -> Entry:
    key = f"audit.{event.action}"
    return {
        "id": str(event.id),
        "at": _moment(event, profile, lang),
        "who": text(_NOBODY[event.actor], lang) if event.actor in _NOBODY else event.actor,
        "action": text(key, lang) if has(key) else event.action,
        "subject": event.subject,
    }
