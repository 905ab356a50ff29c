"""Lacak Laporan: ticket and PIN open the report; what they open stays sealed in the tab."""

from dataclasses import asdict
from typing import Any, ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.model.access import Permission
from wbs_app.model.documents import Section, day_in_words, moment_in_words, sections
from wbs_app.model.workflow import CLOSED, LOOKS, ROAD, Status
from wbs_app.services import reference, reports
from wbs_app.services.database import reading
from wbs_app.state.door import PUBLIC, language_of, localised
from wbs_app.state.evidence import file_row
from wbs_app.state.portal import PortalState
from wbs_app.state.tab import Entry, opened, seal
from wbs_app.text import fill, text

PASS_SECONDS = 30 * 60


class TrackState(rx.State):
    """The reporter's way back to a report."""

    requires: ClassVar[Permission | None] = PUBLIC

    held: str = rx.SessionStorage("", name="wbs_pass")
    wrong: str = ""
    ticket: str = ""
    status: Entry = {}
    history: list[Entry] = []
    sections: list[Section] = []
    files: list[Entry] = []

    @rx.event
    async def open(self, form: FormData):
        """Ticket and PIN are given. An unknown ticket and a wrong PIN look the same."""
        ticket, pin = (str(form.get(name, ""))[:200] for name in ("ticket", "pin"))
        lang = language_of(self)
        if not await self._unlock(ticket, pin):
            self.wrong = text("track.wrong", lang)
            return rx.set_focus("galat")
        self.wrong = ""
        return rx.redirect(localised(self, "/lacak/riwayat"))

    async def _unlock(self, ticket: str, pin: str) -> bool:
        found = await reports.unlock(ticket, pin)
        if found is None:
            return False
        self._hold(found)
        return True

    def _hold(self, found: reports.Pass) -> None:
        self.held = seal(self, "pass", asdict(found), PASS_SECONDS)

    @rx.event
    async def arrive(self):
        """The sign-in page of the tracking: nothing of an earlier report is shown."""
        self.wrong = ""

    @rx.event
    async def load(self):
        """The history page: shows the report, or asks for ticket and PIN again."""
        lang = language_of(self)
        kept = opened(self, "pass", self.held)
        passed = reports.Pass(**kept) if isinstance(kept, dict) else None
        tracked = None
        if passed is not None:
            async with reading() as db:
                tracked = await reports.track(db, passed)
        if passed is None or tracked is None:
            self._forget()
            return rx.redirect(localised(self, "/lacak"))
        self._hold(passed)  # half an hour more
        portal = await self.get_state(PortalState)
        if portal.agency != tracked.agency:
            await portal._switch(tracked.agency)
        async with reading() as db:
            zone = (await reference.catalogue(db, tracked.agency)).profile.timezone_label
        self._show(tracked, lang, zone)

    def _show(self, tracked: reports.Tracked, lang: str, zone: str) -> None:
        self.ticket = tracked.ticket
        look = LOOKS[Status(tracked.status)]
        self.status = {
            "status": text(f"status.{tracked.status}", lang),
            "text": text(f"status_text.{tracked.status}", lang),
            "tone": look.tone,
            "icon": look.icon,
            "received": fill(text("track.received_at", lang), date=day_in_words(tracked.received_at.isoformat(), lang)),
        }
        past = [
            self._past(event, at == len(tracked.history) - 1, lang, zone) for at, event in enumerate(tracked.history)
        ]
        self.history = past + self._ahead(Status(tracked.status), lang)
        self.sections = sections(tracked.account, tracked.identity, lang, tracked.agency)
        self.files = [file_row(number, about) for number, about in enumerate(tracked.files, start=1)]

    @staticmethod
    def _past(event: dict[str, Any], now: bool, lang: str, zone: str) -> Entry:
        return {
            "state": "now" if now else "past",
            "label": text(f"status.{event['status']}", lang),
            "icon": LOOKS[Status(event["status"])].icon if now else "check",
            "time": f"{moment_in_words(event['at'], lang)} {zone}",
            "note": event["note"] or "",
        }

    @staticmethod
    def _ahead(status: Status, lang: str) -> list[Entry]:
        """The usual stages still to come, so that nobody wonders what happens next."""
        if status in CLOSED:
            return []
        at = ROAD.index(status) if status in ROAD else 0
        return [
            {"state": "next", "label": text(f"status.{later}", lang), "icon": "", "time": "", "note": ""}
            for later in ROAD[at + 1 :]
        ]

    def _forget(self) -> None:
        self.held, self.ticket, self.wrong = "", "", ""
        self.status, self.history, self.sections, self.files = {}, [], [], []

    @rx.event
    async def leave(self):
        """Keluar dari Laporan."""
        self._forget()
        return rx.redirect(localised(self, "/lacak"))
