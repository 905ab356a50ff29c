"""Search in sealed text, from the case list: in the background, with its progress, until it ends or is stopped."""

import time
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.model.access import Actor, Permission
from wbs_app.model.filters import CaseFilter
from wbs_app.services import cases, search, sessions
from wbs_app.services.database import reading
from wbs_app.services.refusal import Refused
from wbs_app.services.search import Hit, Progress
from wbs_app.state.case_list import row
from wbs_app.state.door import language_of, scope_of, staff
from wbs_app.state.numbers import number
from wbs_app.state.portal import Entry
from wbs_app.state.staff_cases import words_for
from wbs_app.text import fill, text

_TELL_SECONDS = 0.3


@dataclass
class _Found:
    """What was found since the screen was last told."""

    step: Progress = field(default_factory=lambda: Progress(0, 0, [], 0))
    new: list[Hit] = field(default_factory=list)
    number: int = 0
    told_at: float = 0.0

    def add(self, step: Progress) -> None:
        self.step, self.number = step, self.number + len(step.hits)
        self.new += step.hits


class SearchState(rx.State):
    """The search that runs or ran last. `view["phase"]`: "", running, done, stopped or refused."""

    requires: ClassVar[Permission | None] = Permission.READ_CASE

    hits: list[Entry] = []
    view: Entry = {}

    _run: int = 0

    @rx.event
    async def clear(self):
        """Another list is shown: what was found in the last one goes, and a search that still runs ends."""
        self._run += 1
        self._forget()

    @rx.event
    async def stop(self):
        """Ends the search; what it has found stays."""
        self._run += 1
        if self.view.get("phase") == "running":
            self.view = self.view | {"phase": "stopped"}

    @rx.event(background=True)
    async def begin(self, form: FormData):
        """Looks for the words that were typed, within the filter of the address. The words are kept nowhere."""
        actor, typed = staff(), str(form.get("kata", ""))
        async with self:
            self._run += 1
            run, lang = self._run, language_of(self)
            wanted = CaseFilter.from_query(self.router.url.query_parameters)
            self._forget()
            try:
                words = search.words_of(typed)
            except Refused as refused:
                self.view = {"phase": "refused", "said": fill(text(refused.key, lang), **refused.values)}
                return
        found = _Found()
        async with aclosing(search.search(actor, wanted, words)) as steps:
            async for step in steps:
                found.add(step)
                if time.monotonic() - found.told_at >= _TELL_SECONDS and not await self._tell(found, run, lang, actor):
                    return
        await self._tell(found, run, lang, actor, done=True)

    async def _tell(self, found: _Found, run: int, lang: str, actor: Actor, *, done: bool = False) -> bool:
        """Shows how far it is; False when nobody waits for it any more."""
        async with reading() as db:
            known = await cases.again(db, actor, [hit.ticket for hit in found.new])
            words = await words_for(db, actor, lang)
        shown = [row(known[hit.ticket], words) | _entry(hit, lang) for hit in found.new if hit.ticket in known]
        async with self:
            if self._run != run or await sessions.resolve(scope_of(self).get("wbs_session"), by_hand=False) is None:
                return False
            if shown:
                self.hits = self.hits + shown
            self.view = _view(found, "done" if done else "running", lang)
        found.new, found.told_at = [], time.monotonic()
        return True

    def _forget(self) -> None:
        self.hits, self.view = [], {}


def _entry(hit: Hit, lang: str) -> Entry:
    place = text("cases.deep_in_message", lang) if hit.message else ""
    return {"before": hit.before, "match": hit.match, "after": hit.after, "place": place}


def _view(found: _Found, phase: str, lang: str) -> Entry:
    figures = {"done": found.step.done, "total": found.step.total, "found": found.number}
    told = {name: number(value, lang) for name, value in figures.items()}
    most = found.number >= search.MOST_HITS and found.step.done < found.step.total
    said = {"running": "cases.deep_progress", "done": "cases.deep_stopped" if most else "cases.deep_done"}[phase]
    broken = fill(text("cases.deep_broken", lang), n=found.step.broken) if found.step.broken else ""
    return {
        "phase": phase,
        "said": fill(text(said, lang), **told),
        "broken": broken,
        "done": str(found.step.done),
        "total": str(max(found.step.total, 1)),
    }
