"""The case list. Its filter lives in the address alone: Back restores it, and a shared address shows the same."""

from typing import Any, ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.model.access import Actor, Permission
from wbs_app.model.filters import CaseFilter
from wbs_app.services import assignment, cases, live, matching, reference, views
from wbs_app.services.counters import counters
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.labels import labels
from wbs_app.services.refusal import Refused
from wbs_app.state import case_list
from wbs_app.state.door import language_of, staff
from wbs_app.state.live import watch
from wbs_app.state.numbers import number, number_of
from wbs_app.state.portal import Entry
from wbs_app.state.staff_desk import agency_names
from wbs_app.state.tab import show
from wbs_app.text import fill, text

FOUND = "hasil"
"""Id of the line that says how many were found; it takes the focus when the list has changed."""

_LONGEST_SEARCH = 60


async def words_for(db: Db, actor: Actor, lang: str) -> case_list.Words:
    """What the codes of the actor's cases are called."""
    return case_list.Words(
        lang,
        await labels(db, actor.agencies, lang),
        await agency_names(actor.agencies, lang),
        {code: name for code, (_, name) in reference.regencies().items()},
        await cases.officers(db, actor),
        (await matching.today(db, actor)).year,
    )


class CasesState(rx.State):
    """One page of the list, the choices beside it, and what is chosen.

    `facet`: the filter that was opened last; `options` are its. `news`: what the list does not show yet.
    `answer`: what became of the last thing done, `tone` done or bad.
    """

    requires: ClassVar[Permission | None] = Permission.LIST_CASES

    rows: list[Entry] = []
    tabs: list[Entry] = []
    facet: str = ""
    options: list[Entry] = []
    chips: list[Entry] = []
    officers: list[Entry] = []
    view: Entry = {}
    find: str = ""
    news: str = ""
    answer: Entry = {}

    _chose: bool = False

    @rx.event
    async def load(self):
        """Shows what the address asks for, and watches for what happens to it."""
        actor, lang, wanted, chose = staff(), language_of(self), self._wanted(), self._chose
        async with reading() as db:
            page = await cases.listing(db, actor, wanted)
            words = await words_for(db, actor, lang)
            show(self, tabs=await self._tabs(db, actor, wanted, lang), officers=await self._assignable(db, actor))
        query = case_list.carried(wanted.changed())
        self.rows = [case_list.row(row, words, query) for row in page.rows]
        show(self, chips=case_list.chips(wanted, words, actor.kinds))
        self.facet, self.options, self.find, self.news, self._chose = "", [], "", "", False
        before = self.view
        turn = int(before.get("turn", "0")) + 1
        self.view = case_list.summary(page, wanted, lang) | self._reach(actor) | {"turn": str(turn)}
        await watch(self, [live.list_topic(agency) for agency in actor.agencies], CasesState.refresh)
        moved = before.get("query", wanted.to_query()) != wanted.to_query()
        if moved:
            self.answer = {}
        if chose or moved:
            return rx.set_focus(FOUND)

    @rx.event
    async def refresh(self):
        """Something happened. Rows change in place but never move: for others that is offered."""
        actor, lang, wanted = staff(), language_of(self), self._wanted()
        shown = [row["ticket"] for row in self.rows]
        async with reading() as db:
            page = await cases.listing(db, actor, wanted)
            now = await cases.again(db, actor, shown)
            words = await words_for(db, actor, lang)
            show(self, tabs=await self._tabs(db, actor, wanted, lang))
        query = case_list.carried(wanted.changed())
        known = {ticket: case_list.row(row, words, query) for ticket, row in now.items()}
        rows = [known.get(row["ticket"], row) for row in self.rows]
        found = [row.ticket for row in page.rows]
        new = "cases.new_arrived" if set(found) - set(shown) else "cases.list_changed"
        show(self, rows=rows, news=text(new, lang) if found != shown else "")

    @rx.event
    async def show_new(self):
        """The list as it is now."""
        self._chose = True
        return CasesState.load

    def _wanted(self) -> CaseFilter:
        return CaseFilter.from_query(self.router.url.query_parameters)

    @staticmethod
    async def _tabs(db: Db, actor: Actor, wanted: CaseFilter, lang: str) -> list[Entry]:
        own = {str(view.id): (view.name, views.filter_of(view)) for view in await views.views(db, actor)}
        return case_list.tabs(vars(await counters(db, actor)), own, wanted, lang)

    @staticmethod
    async def _assignable(db: Db, actor: Actor) -> list[Entry]:
        """To whom cases may be given in one go; none where that is not this officer's to do."""
        if not actor.can(Permission.ASSIGN_CASE):
            return []
        return [{"id": key, "name": name} for key, name in (await cases.officers(db, actor, able=True)).items()]

    @staticmethod
    def _reach(actor: Actor) -> Entry:
        """Which filters make sense: none with a single choice."""
        several = {"several_agencies": len(actor.agencies), "several_kinds": len(actor.kinds)}
        return {name: "yes" if count > 1 else "" for name, count in several.items()} | {
            "violations": "yes" if "wbs" in actor.kinds else ""
        }

    # --- filters --------------------------------------------------------------------------------------------------

    @rx.event
    async def open_filter(self, facet: str):
        """Counts what there is to choose from, once for each list that is shown."""
        if facet not in case_list.FACETS or facet == self.facet:
            return
        actor, lang, wanted = staff(), language_of(self), self._wanted()
        async with reading() as db:
            counts = await cases.facets(db, actor, wanted, [facet])
            words = await words_for(db, actor, lang)
        self.options = case_list.options(facet, counts[facet], wanted, words, actor.kinds)
        self.facet, self.find = facet, ""

    @rx.event
    async def choose(self, form: FormData):
        """One filter, or the columns, set to what the form has ticked; codes are checked as those of any address."""
        facet = str(form.get("facet", ""))
        if facet in case_list.FACETS or facet == "columns":
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
    async def find_option(self, typed: str):
        """Narrows the options to choose from."""
        self.find = typed[:_LONGEST_SEARCH].strip().casefold()

    # --- views of one's own ---------------------------------------------------------------------------------------

    @rx.event
    async def save_view(self, form: FormData):
        """Keeps the present filter under the name that was typed."""
        name = str(form.get("nama", ""))
        try:
            async with writing() as db:
                await views.save(db, staff(), name, self._wanted())
        except Refused as refused:
            self._say("bad", refused.key, **refused.values)
            return
        self._say("done", "cases.view_saved", name=" ".join(name.split()))
        return CasesState.load

    @rx.event
    async def forget_view(self, view_id: str):
        """Removes one of the officer's own views."""
        async with writing() as db:
            await views.forget(db, staff(), number_of(view_id))
        return CasesState.load

    def _say(self, tone: str, key: str, **values: Any) -> None:
        lang = language_of(self)
        told = {name: number(value, lang) if isinstance(value, int) else value for name, value in values.items()}
        self.answer = {"tone": tone, "said": fill(text(key, lang), **told)}


class BulkState(rx.State):
    """What is done with several cases at once."""

    requires: ClassVar[Permission | None] = Permission.ASSIGN_CASE

    @rx.event
    async def assign(self, form: FormData):
        """Gives the ticked cases to one officer."""
        actor, shown = staff(), await self.get_state(CasesState)
        tickets = {str(ticket) for ticket in form.getlist("ticket")} & {row["ticket"] for row in shown.rows}
        officer = next((one for one in shown.officers if one["id"] == form.get("petugas")), None)
        if officer is None or not tickets:
            shown._say("bad", "cases.bulk_choose")
            return
        async with writing() as db:
            given = await assignment.assign_many(db, actor, sorted(tickets), number_of(officer["id"]))
        key = "cases.bulk_done" if given == len(tickets) else "cases.bulk_some"
        shown._say("done" if given == len(tickets) else "wait", key, n=given, total=len(tickets), name=officer["name"])
        return CasesState.load
