"""Pengesahan Petugas: new colleagues whom a supervisor says to know, and all who receive keys."""

from typing import ClassVar

import reflex as rx

from wbs_app.config import settings
from wbs_app.model.access import Permission
from wbs_app.model.desk import SAID
from wbs_app.model.tables import Staff
from wbs_app.services import catching_up, vouching
from wbs_app.services.database import reading, writing
from wbs_app.services.labels import Labels, labels
from wbs_app.services.refusal import Refused
from wbs_app.services.staff import names_of
from wbs_app.state.door import language_of, staff
from wbs_app.state.numbers import number_of
from wbs_app.state.portal import Entry
from wbs_app.state.staff_desk import agency_names
from wbs_app.state.staff_people import served
from wbs_app.state.tab import show
from wbs_app.text import fill, text


class VouchingState(rx.State):
    """An administrator invites; only a supervisor who knows the person makes a reader."""

    requires: ClassVar[Permission | None] = Permission.VOUCH
    stays: ClassVar[bool] = True

    waiting: list[Entry] = []
    known: list[Entry] = []
    ready: bool = False
    said: Entry = {}

    @rx.event
    async def load(self):
        """Shows the lists anew, and nothing of what was said before."""
        self.waiting, self.known, self.ready, self.said = [], [], False, {}
        await self._list()

    async def _list(self) -> None:
        actor, lang = staff(), language_of(self)
        async with reading() as db:
            waiting, known = await vouching.waiting(db, actor), await vouching.known(db, actor)
            by = await names_of(db, {person.vouched_by for person in known})
            units = await labels(db, actor.agencies, lang)
        names = await agency_names(settings().agencies, lang)  # colleagues may serve others too
        show(
            self,
            waiting=[_row(person, units, names, lang) for person in waiting],
            known=[
                _row(person, units, names, lang)
                | {"by": by.get(person.vouched_by, text("vouching.by_system", lang)), "id": f"k{person.id}"}
                for person in known
            ],
            ready=True,
        )

    @rx.event
    async def vouch(self, staff_id: str):
        """Sahkan: the keys follow at once, as far as the actor holds them."""
        lang = language_of(self)
        compared = next((row["code"] for row in self.waiting if row["id"] == staff_id), "")
        try:
            async with writing() as db:
                person = await vouching.vouch(db, staff(), number_of(staff_id), compared)
        except Refused as problem:
            self.said = {"tone": "bad", "text": text(problem.key, lang)}
        else:
            await catching_up.catch_up(staff())
            self.said = {"tone": "done", "text": fill(text("vouching.done", lang), name=person.name)}
        await self._list()
        return rx.set_focus(SAID)


def _row(person: Staff, units: Labels, names: dict[str, str], lang: str) -> Entry:
    agencies, unit = served(person, units, names)
    return {
        "id": str(person.id),
        "name": person.name,
        "username": person.username,
        "role": text(f"admin.role_{person.role}", lang),
        "place": f"{agencies} · {unit}" if unit else agencies,
        "code": vouching.code_of(person.public_key),
    }
