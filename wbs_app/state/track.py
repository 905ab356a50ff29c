"""Lacak Laporan: ticket and PIN open the report; what they open stays sealed in the tab, and moves by itself."""

import logging
import secrets
from dataclasses import asdict
from typing import Any, ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.logs import frames_of
from wbs_app.model.access import Permission
from wbs_app.model.documents import Section, sections
from wbs_app.services import admission, conversation, evidence_access, reports
from wbs_app.services.database import reading, writing
from wbs_app.services.live import case_topic
from wbs_app.services.refusal import Refused
from wbs_app.services.tracking import Tracked, misspelt, track
from wbs_app.state import live
from wbs_app.state.door import PUBLIC, device_of, language_of, localised
from wbs_app.state.evidence import EvidenceState
from wbs_app.state.portal import PortalState
from wbs_app.state.tab import Entry, opened, seal, show
from wbs_app.state.track_words import Stage, Words
from wbs_app.text import fill, text
from wbs_app.vault.sealing import Tampered

log = logging.getLogger("wbs.track")

PASS_SECONDS = 30 * 60
EXAMPLE = "\N{NON-BREAKING HYPHEN}7K3M\N{NON-BREAKING HYPHEN}9QXT"
NOTICES = {
    "waktu": "track.ended",
    "tulisan": "track.ended_typed",
    "keluar": "track.logged_out",
    "kunci": "track.sign_in_first",
}
"""What `/lacak?tutup=` says of how one came there."""


class TrackState(rx.State):
    """The reporter's way back to a report, and the report as it is now."""

    requires: ClassVar[Permission | None] = PUBLIC

    held: str = rx.SessionStorage("", name="wbs_pass")
    wrong: str = ""
    notice: str = ""
    ticket: str = ""
    broken: str = ""
    status: Entry = {}
    asked: Entry = {}
    stages: list[Stage] = []
    outcome: Entry = {}
    acts: list[str] = []
    messages: list[Entry] = []
    news: str = ""  # for those who do not see the page move
    sections: list[Section] = []
    files: list[Entry] = []
    _fresh: list[int] = []
    _ended: bool = False  # on the way out: a page that loads meanwhile must not lead elsewhere

    # --- ticket and PIN ----------------------------------------------------------------------------------------------

    @rx.event
    async def open(self, form: FormData):
        """Ticket and PIN are given. An unknown ticket and a wrong PIN look the same; what is misspelt is no guess."""
        ticket, pin = (str(form.get(name, ""))[:200] for name in ("ticket", "pin"))
        lang = language_of(self)
        self.notice = ""
        if what := misspelt(ticket, pin):
            example = f"{(await self.get_state(PortalState)).agency.upper()}{EXAMPLE}"
            self.wrong = fill(text(f"error.{what}", lang), example=example)
            return rx.set_focus("galat")
        try:
            await admission.guess(str(form.get("altcha", "")), f"{ticket} {pin}")
            self.wrong = "" if await self._unlock(ticket, pin) else text("track.wrong", lang)
        except Refused as refusal:
            self.wrong = fill(text(refusal.key, lang), **refusal.values)
        if self.wrong:
            return rx.set_focus("galat")
        return rx.redirect(localised(self, "/lacak/riwayat"))

    async def _unlock(self, ticket: str, pin: str) -> bool:
        """Raises Refused after many wrong ones."""
        found = await reports.unlock(ticket, pin, device_of(self))
        if found is None:
            return False
        self._hold(found)
        return True

    def _hold(self, found: reports.Pass) -> None:
        """For half an hour more."""
        self.held, self._ended = seal(self, "pass", asdict(found), PASS_SECONDS), False

    def _pass(self) -> reports.Pass | None:
        """What the tab holds; None when it is nothing, or no longer."""
        kept = opened(self, "pass", self.held)
        return reports.Pass(**kept) if isinstance(kept, dict) else None

    @rx.event
    async def arrive(self):
        """The sign-in page of the tracking: nothing of an earlier report is shown, but how it was closed."""
        self.wrong, self._ended = "", False
        how = NOTICES.get(self.router.url.query_parameters.get("tutup", ""))
        self.notice = text(how, language_of(self)) if how else ""

    # --- the report --------------------------------------------------------------------------------------------------

    @rx.event
    async def load(self):
        """The history page: shows the report, or asks for ticket and PIN again."""
        held = self._pass()
        if held is None:
            return None if self._ended else self._end("waktu" if self.held else "kunci")
        self._fresh, self.news = [], ""
        await evidence_access.look_again(held)
        tracked = await self._tracked(held)
        if tracked is None:
            return None if self.broken else self._end("kunci")
        self._hold(held)
        portal = await self.get_state(PortalState)
        if portal.agency != tracked.agency:
            await portal._switch(tracked.agency)
        await self._admit_files(held, tracked)
        await live.watch(self, [case_topic(held.ticket)], TrackState.refresh)
        await self._show(held, tracked)
        return None

    @rx.event
    async def refresh(self):
        """Something has happened to the report. It does not keep the report open any longer."""
        held = self._pass()
        if held is None:
            return None if self._ended else self._end("waktu")
        before = len(self.messages)
        await self._renew(held)
        if before and any(row["mine"] == "" for row in self.messages[before:]):
            self.news = f"{text('a11y.new_message', language_of(self))} ({self.messages[-1]['time']})"
        return None

    async def _renew(self, held: reports.Pass) -> None:
        if (tracked := await self._tracked(held)) is not None:
            await self._show(held, tracked)

    async def _tracked(self, held: reports.Pass) -> Tracked | None:
        """The report; None when it is gone, or does not open, which is said."""
        try:
            async with reading() as db:
                return await track(db, held)
        except Tampered as problem:
            code = secrets.token_hex(4)
            log.error("a report that does not open (%s)\n%s", code, frames_of(problem))
            self.broken = fill(text("error.server", language_of(self)), ref=code)
            return None

    async def _admit_files(self, held: reports.Pass, tracked: Tracked) -> None:
        """Files may be added to an open report."""
        files = await self.get_state(EvidenceState)
        secret = evidence_access.secret_of_reporter(held)
        most = await evidence_access.room_for(held) if "message" in tracked.acts else 0
        await files._admit(secret, tracked.profile, most)

    async def _show(self, held: reports.Pass, tracked: Tracked) -> None:
        """Sets what has changed; what is set travels. What is shown counts as read."""
        unread = [said.position for said in tracked.messages if not said.mine and not said.seen]
        self._fresh = sorted({*self._fresh, *unread})
        lang = language_of(self)
        words = Words(tracked, lang)
        show(
            self,
            broken="",
            ticket=tracked.ticket,
            status=words.now(),
            asked=words.asked(),
            stages=words.stages(),
            outcome=words.outcome(),
            acts=sorted(tracked.acts),
            messages=words.thread(self._fresh),
            sections=sections(tracked.account, tracked.identity, lang, tracked.agency),
            files=words.files(),
        )
        if unread:
            async with writing() as db:
                await conversation.seen_by_reporter(db, held)

    # --- going -------------------------------------------------------------------------------------------------------

    def _end(self, how: str) -> Any:
        """The report leaves the page and the tab; `how` as in NOTICES."""
        self.held, self.wrong, self.news, self._fresh, self._ended = "", "", "", [], True
        show(self, ticket="", broken="", status={}, asked={}, stages=[], outcome={}, acts=[])
        show(self, messages=[], sections=[], files=[])
        return rx.redirect(localised(self, f"/lacak?tutup={how}"), replace=True)
