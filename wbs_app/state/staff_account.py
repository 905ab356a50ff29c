"""One's own account: the address for notices, the open sessions, the recovery codes that are left."""

from typing import ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.model.access import Permission
from wbs_app.model.agency import Profile
from wbs_app.services import people, security
from wbs_app.services.boxes import id_of
from wbs_app.services.database import reading, writing
from wbs_app.services.history import said_at
from wbs_app.services.refusal import Refused
from wbs_app.services.staff import email_of
from wbs_app.state.again import came_back
from wbs_app.state.door import language_of, scope_of, staff
from wbs_app.state.portal import Entry, catalogue_of
from wbs_app.state.staff_desk import home_agency
from wbs_app.text import fill, text

REAUTH, CODES_SAID = "reauth", "kode-baru"
"""Ids: the field for the password before new recovery codes are made, and what is said when they are."""


class AccountState(rx.State):
    """Where the signed-in person's notices go, and how safe the account is."""

    requires: ClassVar[Permission | None] = Permission.SIGNED_IN
    stays: ClassVar[bool] = True

    email: str = ""
    wrong: str = ""
    said: str = ""
    sessions: list[Entry] = []
    standing: Entry = {}

    @rx.event
    async def load(self):
        """Shows the address, the sessions and the number of codes as they are."""
        actor, lang = staff(), language_of(self)
        self.wrong, self.said = "", ""
        async with reading() as db:
            self.email = await email_of(db, actor)
            found = await security.overview(db, actor, id_of(scope_of(self).get("wbs_session") or ""))
        profile = (await catalogue_of(home_agency(actor))).profile
        self.sessions = [_session(each, profile, lang) for each in found.sessions]
        self.standing = {
            "open": fill(text("account.sessions_open", lang), n=len(found.sessions)),
            "several": "yes" if len(found.sessions) > 1 else "",
            "codes": _codes_left(found.codes, lang),
            "few": "yes" if found.codes is not None and found.codes <= security.FEW_CODES else "",
        }
        return self._answered()

    def _answered(self) -> rx.event.EventSpec | None:
        """Leads to what came of the form for new codes, far down the page; not again when only the connection broke."""
        query = self.router.url.query_parameters
        if came_back(scope_of(self)) or not self.standing["codes"]:
            return None
        if "galat_kode" in query:
            return rx.set_focus(f"{REAUTH}-error")
        return rx.set_focus(CODES_SAID) if query.get("kabar") == "kode" else None

    @rx.event
    async def save(self, form: FormData):
        """Simpan: an empty field means no mails."""
        typed = str(form.get("email", ""))
        try:
            async with writing() as db:
                self.email = await people.set_own_email(db, staff(), typed)
        except Refused as problem:
            self.wrong, self.said = text(problem.key, language_of(self)), ""
            return rx.set_focus("email-error")
        said = "account.email_saved" if self.email else "account.email_none"
        self.wrong, self.said = "", text(said, language_of(self))


def _session(session: security.OpenSession, profile: Profile, lang: str) -> Entry:
    when = said_at(session.began_at, profile, lang)
    return {"since": fill(text("account.session_since", lang), when=when), "mine": "yes" if session.mine else ""}


def _codes_left(codes: int | None, lang: str) -> str:
    """ "" where there is no second factor."""
    return "" if codes is None else fill(text("twofa.recovery_left", lang), n=codes)
