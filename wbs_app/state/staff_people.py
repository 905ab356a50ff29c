"""Administration of staff: the list, a new invitation, the end of somebody's access."""

from collections.abc import Iterable
from typing import ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.config import settings
from wbs_app.model.access import Actor, Permission
from wbs_app.model.desk import INVITATION, SAID
from wbs_app.model.tables import Staff
from wbs_app.services import people, vouching
from wbs_app.services import staff as members
from wbs_app.services.database import reading, writing
from wbs_app.services.labels import Labels, labels
from wbs_app.services.refusal import Refused
from wbs_app.state.door import language_of, localised, staff
from wbs_app.state.numbers import number_of
from wbs_app.state.portal import Entry, catalogue_of
from wbs_app.state.staff_desk import agency_names
from wbs_app.text import fill, text

_STATES = {
    "active": "admin.user_active",
    "waiting": "admin.user_waiting_state",
    "inactive": "admin.user_inactive",
    "invited": "admin.user_invited_state",
}


class PeopleState(rx.State):
    """Who serves the administrator's agencies. An invitation's link is shown once and kept nowhere."""

    requires: ClassVar[Permission | None] = Permission.MANAGE_STAFF
    stays: ClassVar[bool] = True

    people: list[Entry] = []
    agencies: list[Entry] = []
    units: list[Entry] = []
    said: Entry = {}
    wrong: Entry = {}  # person -> why the address in that person's dialog was refused
    mailed: int = 0  # each success builds the dialogs anew, and so closes the one that was open

    @rx.event
    async def load(self):
        """Shows the list anew, and nothing of what was said before."""
        self.said, self.wrong, self.mailed = {}, {}, 0
        await self._list()

    async def _list(self) -> None:
        actor, lang = staff(), language_of(self)
        async with reading() as db:
            everybody = await members.listed(db, actor)
            named = await labels(db, actor.agencies, lang)
        names, known = await agency_names(actor.agencies, lang), await agency_names(settings().agencies, lang)
        kinds = {code: {card.kind for card in (await catalogue_of(code)).cards} for code in names}
        alone = people.irreplaceable(everybody, kinds)
        self.people = [
            _row(person, actor, named, known, lang)
            | {"alone": _left_without(alone.get(person.id or 0, ()), names, lang)}
            for person in everybody
        ]
        self.agencies = [{"code": code, "name": name} for code, name in names.items()]
        self.units = [
            {"code": code, "name": f"{name} ({names[agency]})" if len(names) > 1 else name}
            for (agency, code), name in named.units.items()
            if agency in names
        ]

    @rx.event
    async def hire(self, form: FormData):
        """A new staff member, who gets a link for the first password."""
        username, name, role, unit = (str(form.get(field, "")) for field in ("username", "name", "role", "unit"))
        chosen = tuple(str(code) for code in form.getlist("agency"))
        try:
            async with writing() as db:
                person, token = await people.hire(db, staff(), username, name, role, chosen, unit or None)
                await people.set_email(db, staff(), person.id or 0, str(form.get("email", "")))
        except Refused as problem:
            return self._refuse(problem)
        await self._list()
        return self._invited(person, token)

    @rx.event
    async def invite_again(self, staff_id: str):
        """Another link for somebody who has not used the first."""
        try:
            async with writing() as db:
                person, token = await people.invite_again(db, staff(), number_of(staff_id))
        except Refused as problem:
            return self._refuse(problem)
        return self._invited(person, token)

    @rx.event
    async def dismiss(self, staff_id: str):
        """Ends somebody's access."""
        try:
            async with writing() as db:
                person = await people.dismiss(db, staff(), number_of(staff_id))
        except Refused as problem:
            return self._refuse(problem)
        await self._list()
        words = fill(text("admin.user_deactivated", language_of(self)), name=person.name)
        return self._say({"tone": "done", "text": words})

    @rx.event
    async def begin_anew(self, staff_id: str):
        """Another link for somebody who has lost the password or the second factor, or who comes back."""
        try:
            async with writing() as db:
                person, token = await people.reset(db, staff(), number_of(staff_id))
        except Refused as problem:
            return self._refuse(problem)
        await self._list()
        return self._invited(person, token, "admin.user_reset_done")

    @rx.event
    async def set_email(self, form: FormData):
        """Where somebody's notices go."""
        chosen, typed = str(form.get("person", "")), str(form.get("email", ""))
        try:
            async with writing() as db:
                person = await people.set_email(db, staff(), number_of(chosen), typed)
        except Refused as problem:
            if problem.key == "error.email":  # beside what was typed, in the dialog
                self.wrong = {chosen: text(problem.key, language_of(self))}
                return None
            self.mailed += 1
            return self._refuse(problem)
        self.wrong, self.mailed = {}, self.mailed + 1
        await self._list()
        words = fill(text("admin.user_email_saved", language_of(self)), name=person.name)
        return self._say({"tone": "done", "text": words})

    def _invited(self, person: Staff, token: str, key: str = "admin.user_invited") -> rx.event.EventSpec:
        words = fill(text(key, language_of(self)), name=person.name)
        link = f"{settings().origin}{localised(self, INVITATION)}?kode={token}"
        return self._say({"tone": "done", "text": words, "link": link})

    def _refuse(self, problem: Refused) -> rx.event.EventSpec:
        return self._say({"tone": "bad", "text": fill(text(problem.key, language_of(self)), **problem.values)})

    def _say(self, said: Entry) -> rx.event.EventSpec:
        self.said = said
        return rx.set_focus(SAID)


def served(person: Staff, named: Labels, names: dict[str, str]) -> tuple[str, str]:
    """Names of the agencies that a person serves, and of the person's unit, "" for none."""
    codes = person.agencies.split()
    units = [name for (agency, code), name in named.units.items() if agency in codes and code == person.unit]
    return ", ".join(names.get(code, code) for code in codes), units[0] if units else ""


def _left_without(alone: Iterable[tuple[str, str]], names: dict[str, str], lang: str) -> str:
    """What nobody could read any more, "" where somebody still can."""
    return " ".join(fill(text(f"admin.user_only_{what}", lang), agency=names[agency]) for agency, what in alone)


def _state_of(person: Staff) -> str:
    if not person.active:
        return "inactive"
    if person.salt is None:
        return "invited"
    return "waiting" if vouching.is_waiting(person) else "active"


def _row(person: Staff, actor: Actor, named: Labels, names: dict[str, str], lang: str) -> Entry:
    state, codes = _state_of(person), person.agencies.split()
    agencies, unit = served(person, named, names)
    in_reach = person.id != actor.staff_id and set(codes) <= set(actor.agencies)
    manageable = in_reach and person.active
    return {
        "id": str(person.id),
        "username": person.username,
        "name": person.name,
        "email": person.email,
        "role": text(f"admin.role_{person.role}", lang),
        "agencies": agencies,
        "unit": unit,
        "state": state,
        "state_text": text(_STATES[state], lang),
        "may_end": "yes" if manageable else "",
        "may_invite": "yes" if manageable and state == "invited" else "",
        "may_reset": "yes" if manageable and person.salt else "",
        "may_return": "yes" if in_reach and not person.active else "",
    }
