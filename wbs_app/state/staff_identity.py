"""The custodian's screen: who asks to see a reporter's identity, and why; what was decided before."""

from typing import ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.model.access import Permission
from wbs_app.model.desk import SAID
from wbs_app.services import identity, live
from wbs_app.services.casework import NotFound
from wbs_app.services.database import reading, writing
from wbs_app.services.history import said_at
from wbs_app.services.identity import Request
from wbs_app.services.refusal import Refused
from wbs_app.state.door import language_of, staff
from wbs_app.state.live import watch
from wbs_app.state.numbers import number_of
from wbs_app.state.portal import Entry, catalogue_of
from wbs_app.state.tab import show
from wbs_app.text import fill, text

LONGEST = identity.LONGEST_REASON
HOURS = (1, 4, 24, 72, 168)
"""What a custodian may choose from."""

_DECISIONS = {"approve": True, "decline": False}


class CustodianState(rx.State):
    """`wrong`: id of a request -> what is wrong with the decision about it. `view["ready"]`: it was looked up."""

    requires: ClassVar[Permission | None] = Permission.DECIDE_IDENTITY
    stays: ClassVar[bool] = True

    waiting: list[Entry] = []
    past: list[Entry] = []
    view: Entry = {}
    said: Entry = {}
    wrong: dict[str, str] = {}

    @rx.event
    async def load(self):
        """Shows what waits, and follows it."""
        self.waiting, self.past, self.view = [], [], {}
        self.said, self.wrong = {}, {}
        await self._show()
        await watch(self, [live.list_topic(agency) for agency in staff().agencies], CustodianState.refresh)

    @rx.event
    async def refresh(self):
        """Something has changed; what is being typed stays."""
        await self._show()

    async def _show(self) -> None:
        actor, lang = staff(), language_of(self)
        async with reading() as db:
            waiting, past = await identity.waiting(db, actor), await identity.decided(db, actor)
        show(
            self,
            waiting=[await _row(request, lang) for request in waiting],
            past=[await _row(request, lang) for request in past],
            view={"ready": "yes"},
        )

    @rx.event
    async def decide(self, form: FormData):
        """Simpan Keputusan."""
        request, decision, hours, answer = (
            str(form.get(name, "")) for name in ("request", "decision", "hours", "answer")
        )
        lasts = int(hours) if hours in {str(choice) for choice in HOURS} else 0
        try:
            if decision not in _DECISIONS:
                raise Refused("identity.choose")
            async with writing() as db:
                await identity.decide(db, staff(), number_of(request), _DECISIONS[decision], answer, lasts)
        except NotFound:
            return await self._settled("bad", "identity.gone")
        except Refused as problem:
            self.wrong = {request: fill(text(problem.key, language_of(self)), **problem.values)}
            return None
        return await self._settled("done", f"identity.{decision}d")

    @rx.event
    async def end(self, request: str):
        """Akhiri Akses: before its time."""
        try:
            async with writing() as db:
                await identity.end(db, staff(), number_of(request))
        except NotFound:
            return await self._settled("bad", "identity.gone")
        except Refused as problem:
            return await self._settled("bad", problem.key)
        return await self._settled("done", "identity.ended")

    async def _settled(self, tone: str, key: str) -> rx.event.EventSpec:
        self.wrong, self.said = {}, {"tone": tone, "text": text(key, language_of(self))}
        await self._show()
        return rx.set_focus(SAID)


async def _row(request: Request, lang: str) -> Entry:
    profile = (await catalogue_of(request.agency)).profile
    state = "over" if request.state == identity.APPROVED and not request.open else request.state
    words = lambda moment: said_at(moment, profile, lang) if moment else ""  # noqa: E731
    return {
        "id": str(request.id),
        "ticket": request.ticket,
        "agency": getattr(profile, f"short_{lang}"),
        "asker": request.asker.name,
        "role": text(f"admin.role_{request.asker.role}", lang),
        "asked": words(request.asked_at),
        "reason": request.reason or "",
        "state": state,
        "state_text": text(f"identity.now_{'ended' if state == 'over' else state}", lang),
        "decider": request.decider.name if request.decider else text("chat.system", lang),
        "decided": words(request.decided_at),
        "until": words(request.expires_at),
        "answer": request.answer or "",
    }
