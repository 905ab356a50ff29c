"""The case list. Its filter lives in the address alone: Back restores it, and a shared address shows the same."""

from typing import ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.model.access import Actor, Permission
from wbs_app.model.filters import CaseFilter
from wbs_app.services import cases
from wbs_app.services.database import reading
from wbs_app.services.labels import labels
from wbs_app.state import case_list
from wbs_app.state.door import language_of, staff
from wbs_app.state.portal import Entry
from wbs_app.state.staff_desk import agency_names

FOUND = "hasil"
"""Id of the line that says how many were found; it takes the focus when the list has changed."""

_LONGEST_SEARCH = 60


class CasesState(rx.State):
    """One page of the list, the choices beside it, and what is chosen."""

    requires: ClassVar[Permission | None] = Permission.LIST_CASES

    rows: list[Entry] = []
    options: dict[str, list[Entry]] = {}
    chips: list[Entry] = []
    view: Entry = {}
    unit: str = ""

    _chose: bool = False

    @rx.event
    async def load(self):
        """Shows what the address asks for."""
        actor, lang, wanted, chose = staff(), language_of(self), self._wanted(), self._chose
        async with reading() as db:
            page = await cases.listing(db, actor, wanted)
            counts = await cases.facets(db, actor, wanted)
            named = await labels(db, actor.agencies, lang)
        words = case_list.Words(lang, named, await agency_names(actor.agencies, lang))
        self.rows = [case_list.row(row, words) for row in page.rows]
        self._set("options", case_list.options(counts, wanted, words, actor.kinds))
        self._set("chips", case_list.chips(wanted, words, actor.kinds))
        before, self.unit, self._chose = self.view, "", False
        turn = int(before.get("turn", "0")) + 1
        self.view = case_list.summary(page, wanted, lang) | self._reach(actor) | {"turn": str(turn)}
        if chose or before.get("query", wanted.to_query()) != wanted.to_query():
            return rx.set_focus(FOUND)

    def _wanted(self) -> CaseFilter:
        return CaseFilter.from_query(self.router.url.query_parameters)

    def _set(self, name: str, value: object) -> None:
        """A var travels whole when it is set: not when nothing of it changed."""
        if getattr(self, name) != value:
            setattr(self, name, value)

    @staticmethod
    def _reach(actor: Actor) -> Entry:
        """Which filters make sense: none with a single choice."""
        several = {"several_agencies": len(actor.agencies), "several_kinds": len(actor.kinds)}
        return {name: "yes" if count > 1 else "" for name, count in several.items()} | {
            "violations": "yes" if "wbs" in actor.kinds else ""
        }

    @rx.event
    async def choose(self, form: FormData):
        """One filter is set to what its form has ticked; its codes are checked as those of any address."""
        facet = str(form.get("facet", ""))
        if facet in case_list.FACETS:
            return self._go(**{facet: tuple(str(code) for code in form.getlist("code"))})

    @rx.event
    async def choose_dates(self, form: FormData):
        """The period of receipt, as typed."""
        return self._go(date_from=str(form.get("dari", "")), date_to=str(form.get("sampai", "")))

    @rx.event
    async def search(self, form: FormData):
        """Part of a ticket."""
        return self._go(ticket=str(form.get("tiket", "")))

    def _go(self, **values: object) -> rx.event.EventSpec:
        self._chose = True
        return rx.redirect(case_list.address(self._wanted().changed(**values), language_of(self)))

    @rx.event
    async def find_unit(self, typed: str):
        """Narrows the list of units to choose from."""
        self.unit = typed[:_LONGEST_SEARCH].strip().casefold()
