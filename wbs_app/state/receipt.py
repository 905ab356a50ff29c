"""The receipt: kept sealed in the tab until the reporter has confirmed saving it, so no reload can swallow it."""

from dataclasses import asdict
from datetime import timedelta
from typing import ClassVar
from urllib.parse import quote

import reflex as rx

from wbs_app.config import settings
from wbs_app.model.access import Permission
from wbs_app.model.agency import Profile
from wbs_app.model.documents import moment_in_words
from wbs_app.services.reports import Receipt
from wbs_app.state.door import PUBLIC, language_of, localised
from wbs_app.state.tab import Entry, opened, seal
from wbs_app.state.track import TrackState
from wbs_app.text import fill, text

RECEIPT_SECONDS = int(timedelta(hours=24).total_seconds())


class ReceiptState(rx.State):
    """Ticket and PIN of the report just sent."""

    requires: ClassVar[Permission | None] = PUBLIC

    receipt: str = rx.SessionStorage("", name="wbs_receipt")
    saved: bool = False

    @rx.var(deps=["receipt"], auto_deps=False)
    def received(self) -> Entry:
        """The receipt in plain words, empty when there is none."""
        kept = opened(self, "receipt", self.receipt)
        return kept if isinstance(kept, dict) else {}

    def _give(self, receipt: Receipt, profile: Profile, slug: str) -> None:
        """`slug`: the page that shows it."""
        lang = language_of(self)
        at = f"{moment_in_words(receipt.received_at, lang)} {profile.timezone_label}"
        words = asdict(receipt) | {"at": at, "slug": slug}
        name = profile.name_en if lang == "en" else profile.name_id
        self.receipt = seal(self, "receipt", words | _take_away(words, lang, name), RECEIPT_SECONDS)
        self.saved = False

    def _drop_dead(self) -> bool:
        """Forgets a receipt that does not open any more; whether there was one."""
        dead = bool(self.receipt) and not self.received
        if dead:
            self.receipt = ""
        return dead

    @rx.event
    async def confirm(self, ticked: bool):
        """ "Saya sudah menyimpan": leaving no longer warns."""
        self.saved = ticked

    @rx.event
    async def to_history(self):
        """From the receipt straight to the report's history; the receipt leaves the tab once it is saved."""
        kept = self.received
        track = await self.get_state(TrackState)
        if kept and await track._unlock(kept["ticket"], kept["pin"]):
            if self.saved:
                self.receipt = ""
            return rx.redirect(localised(self, "/lacak/riwayat"))

    @rx.event
    async def finish(self):
        """The saved receipt leaves the tab."""
        if self.saved:
            self.receipt = ""
            return rx.redirect(localised(self, "/"))


def _take_away(words: Entry, lang: str, agency: str) -> Entry:
    """The receipt as text for the clipboard and as a file, and the address it is good for."""
    codes = {"ticket": words["ticket"], "pin": words["pin"]}
    where = f"{settings().origin}{'/en' if lang == 'en' else ''}/lacak"
    file = fill(text("success.file_text", lang), agency=agency, time=words["at"], url=where, **codes)
    clip = fill(text("success.clipboard", lang), **codes)
    return {"where": where, "clipboard": clip, "file": "data:text/plain;charset=utf-8," + quote(file)}
