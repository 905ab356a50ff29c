"""One's own address for notices."""

from typing import ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.model.access import Permission
from wbs_app.services import people
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.services.staff import email_of
from wbs_app.state.door import language_of, staff
from wbs_app.text import text


class AccountState(rx.State):
    """Where the signed-in person's notices go."""

    requires: ClassVar[Permission | None] = Permission.SIGNED_IN
    stays: ClassVar[bool] = True

    email: str = ""
    wrong: str = ""
    said: str = ""

    @rx.event
    async def load(self):
        """Shows the address as it is."""
        self.wrong, self.said = "", ""
        async with reading() as db:
            self.email = await email_of(db, staff())

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
        self.wrong, self.said = (
            "",
            text("account.email_saved" if self.email else "account.email_none", language_of(self)),
        )
