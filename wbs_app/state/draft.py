"""The report being written: nothing of it is kept on the server.

The answers go back to the reporter's tab sealed, in `draft`. The form is keyed by it, so a lost connection or a restart
loses nothing typed, and a reload nothing already given.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

import reflex as rx

from wbs_app.model.access import Permission
from wbs_app.model.answers import Offer
from wbs_app.model.steps import MAX_PEOPLE, Biodata, Incident, PlaceTime, Step
from wbs_app.services import reference
from wbs_app.services.evidence import Staging
from wbs_app.state.door import PUBLIC
from wbs_app.state.portal import catalogue_of
from wbs_app.state.tab import opened, seal

LONGEST_DRAFT = 380 * 1024
"""Bytes of all answers together. Sealed, half as much again goes back and forth in one message with other things, and
the server ends a connection over a message of a million characters."""
DRAFT_SECONDS = int(timedelta(hours=12).total_seconds())
ROWS = frozenset(map(str, range(MAX_PEOPLE)))


class Draft(dict[str, Any]):
    """Opened draft: `agency`, `kind`, `secret` (of this form) and `answers` (posted name -> text).

    It lives for one event: the next opens it anew.
    """

    def __init__(self, kept: Mapping[str, Any]) -> None:
        super().__init__(kept)
        self._steps: dict[type[Step], Step] = {}

    @classmethod
    def new(cls, agency: str, kind: str, answers: dict[str, str]) -> "Draft":
        return cls({"agency": agency, "kind": kind, "secret": secrets.token_hex(16), "answers": answers})

    @property
    def answers(self) -> dict[str, str]:
        return self["answers"]

    def take(self, names: list[str], answers: dict[str, str]) -> bool:
        """Puts `answers` in the place of earlier ones to the questions `names`; False, and nothing taken, when all
        together become too long."""
        taken = {name: value for name, value in self.answers.items() if name not in names} | answers
        if len(json.dumps(taken, ensure_ascii=False).encode("utf-8", "surrogatepass")) > LONGEST_DRAFT:
            return False
        self["answers"] = taken
        self._steps.clear()
        return True

    def step(self, asked: type[Step], offer: Offer) -> Step:
        """The step that the answers make, checked once however often this is asked.

        Raises:
            ValidationError: see `problems`.
        """
        if asked not in self._steps:
            self._steps[asked] = asked.check(self.answers, offer)
        return self._steps[asked]

    def of_reporter(self) -> dict[str, str]:
        """The answers about the reporter: they go along when the kind of report changes."""
        return {name: self.answers[name] for name in Biodata.names() if name in self.answers}


class DraftState(rx.State):
    """What decides which inputs are on the page comes from the tab's own storage: so a restart takes none away."""

    requires: ClassVar[Permission | None] = PUBLIC

    draft: str = rx.SessionStorage("", name="wbs_draft")
    rows: str = rx.SessionStorage("0", name="wbs_rows")  # shown rows of reported persons, by their number
    province: str = rx.SessionStorage("", name="wbs_province")

    @rx.var(deps=["draft"], auto_deps=False)
    def given(self) -> dict[str, str]:
        """The answers in the draft, sent with it in one message, so that no input mounts without its own."""
        found = self._opened()
        return found.answers if found else {}

    def _opened(self) -> Draft | None:
        kept = opened(self, "draft", self.draft)
        return Draft(kept) if isinstance(kept, dict) else None

    def _keep(self, draft: Draft, answered: type[Step] | None = None) -> None:
        """`answered`: the only step whose answers have changed; what stands unsent on others is left alone."""
        self.draft = seal(self, "draft", draft, DRAFT_SECONDS)
        rows, province = self.rows, self.province
        if answered in (None, Incident):
            parts = ("name", "position")
            filled = [
                row for row in range(MAX_PEOPLE) if any(draft.answers.get(f"reported_{row}_{part}") for part in parts)
            ]
            rows = ",".join(map(str, filled)) or "0"
        if answered in (None, PlaceTime):
            province = draft.answers.get("province", "")
        self._show(rows, province)

    def _show(self, rows: str, province: str) -> None:
        if self.rows != rows:
            self.rows = rows
        if self.province != province:
            self.province = province

    async def _begin(self, agency: str, kind: str, answers: dict[str, str] | None = None) -> Draft:
        """A new form with a secret of its own; files waiting in the one before are forgotten."""
        if (before := self._opened()) is not None:
            await Staging(before["secret"]).clear()
        profile = (await catalogue_of(agency)).profile
        draft = Draft.new(agency, kind, {"province": profile.province_code, "precision": "exact"} | (answers or {}))
        self._keep(draft)
        return draft

    def _end(self) -> None:
        self.draft = ""
        self._show("0", "")

    @rx.event
    async def add_person(self):
        """One more row for a reported person, below the others."""
        shown = [int(row) for row in self.rows.split(",") if row in ROWS]
        free = [row for row in range(MAX_PEOPLE) if row not in shown]
        after = [row for row in free if row > max(shown, default=-1)]
        if free:
            self.rows = ",".join(map(str, [*shown, (after or free)[0]]))

    @rx.event
    async def remove_person(self, row: str):
        """The row goes, and what was typed in it."""
        shown = [other for other in self.rows.split(",") if other != row]
        self.rows = ",".join(shown) or "0"

    @rx.event
    async def pick_province(self, code: str):
        """The regencies on offer follow the province."""
        if code in reference.provinces() or code == "":
            self.province = code
