"""What the reporter does on the tracking page: writes, adds, takes back, objects, rates.

Nothing typed is lost: neither to a lost connection, nor to an error, nor when the report closes by itself.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.logs import frames_of
from wbs_app.model.access import Permission
from wbs_app.model.telltale import tells
from wbs_app.services import admission, conversation, evidence_access, followup
from wbs_app.services.database import Db, writing
from wbs_app.services.evidence import Staging
from wbs_app.services.refusal import Refused
from wbs_app.services.reports import Pass
from wbs_app.state.door import PUBLIC, device_of, language_of
from wbs_app.state.evidence import EvidenceState
from wbs_app.state.portal import PortalState, catalogue_of
from wbs_app.state.tab import Entry, opened, seal
from wbs_app.state.track import TrackState
from wbs_app.text import fill, text

log = logging.getLogger("wbs.talk")

TURN_SECONDS = int(timedelta(hours=12).total_seconds())

SHORTEST_OBJECTION, STARS = followup.SHORTEST_OBJECTION, tuple(followup.STARS)
MESSAGE, WITHDRAWAL, OBJECTION, RATING = "pesan", "tarik", "keberatan", "nilai"
"""The page's forms."""


Act = Callable[[Db, Pass], Awaitable[None]]


class TalkState(rx.State):
    """The forms of the tracking page. `turn` and `once` decide when a form is built anew and empty: so the tab itself
    keeps them, and neither a lost connection nor a restart takes away what is typed."""

    requires: ClassVar[Permission | None] = PUBLIC

    turn: str = rx.SessionStorage("", name="wbs_turn")  # sealed: ticket, secret and text of the message to write
    once: str = rx.SessionStorage("", name="wbs_once")  # secret of the other forms
    problems: dict[str, str] = {}  # form -> what is wrong
    done: dict[str, str] = {}  # form -> what was done
    _warned: str = ""  # secret of the message whose writer was told that it tells too much

    @rx.var(deps=["turn"], auto_deps=False)
    def given(self) -> Entry:
        """The secret of the message to write, and what was typed before the report was closed."""
        return {"once": "", "text": ""} | self._turn()

    def _turn(self) -> Entry:
        kept = opened(self, "turn", self.turn)
        return kept if isinstance(kept, dict) else {}

    def _next_turn(self, ticket: str, typed: str = "") -> None:
        turn = {"ticket": ticket, "once": secrets.token_hex(16), "text": typed}
        self.turn = seal(self, "turn", turn, TURN_SECONDS)

    @rx.event
    async def load(self):
        """The page's forms, before the report itself is there: who sees it may be typing. Those of this report are left
        as they are."""
        held = (await self.get_state(TrackState))._pass()
        if held is None:
            return
        self.problems, self.done = {}, {}
        if self._turn().get("ticket") != held.ticket:
            self._next_turn(held.ticket)
            self.once = secrets.token_hex(16)

    # --- writing -----------------------------------------------------------------------------------------------------

    @rx.event
    async def send(self, form: FormData):
        """Kirim Pesan. The form also says by `go` that somebody is still there ("stay") or nobody ("end")."""
        track = await self.get_state(TrackState)
        typed, go = _posted(form, "text"), _posted(form, "go")
        held = track._pass()
        if held is None or go == "end":
            if typed.strip():
                self._next_turn(self._turn().get("ticket") or track.ticket, typed)
            return track._end("tulisan" if typed.strip() else "waktu")
        track._hold(held)
        if go == "stay":
            return None
        once, facts = _posted(form, "once"), _posted(form, "kind") == "facts"
        if once != self._turn().get("once", once):
            return None  # a press that came twice: the first has been answered
        if tells(typed) and self._warned != once:
            self._warned = once
            self.problems, self.done = {MESSAGE: text("chat.telling", language_of(self))}, {}
            return rx.set_focus(f"galat-{MESSAGE}")
        if not await self._did(MESSAGE, lambda: self._deliver(held, typed, once, facts)):
            return rx.set_focus(f"galat-{MESSAGE}")
        self._next_turn(held.ticket)
        await self._new_files(held)
        await track._renew(held)
        return None

    async def _deliver(self, held: Pass, typed: str, once: str, facts: bool) -> str:
        """A message with its files, or files alone; the text key of what was done."""
        await admission.message(device_of(self))
        staging = Staging(evidence_access.secret_of_reporter(held))
        files = await staging.ready()
        async with writing() as db:
            await conversation.send_by_reporter(db, held, typed, once, files, facts=facts)
        await staging.clear()
        if not typed.strip():
            return "track.evidence_sent"
        return "track.facts_sent" if facts else "chat.sent"

    async def _new_files(self, held: Pass) -> None:
        """The zone is empty, and takes what there is still room for."""
        portal = await self.get_state(PortalState)
        files = await self.get_state(EvidenceState)
        profile = (await catalogue_of(portal.agency)).profile
        await files._admit(evidence_access.secret_of_reporter(held), profile, await evidence_access.room_for(held))

    @rx.event
    async def leave(self):
        """Keluar dari Laporan: nothing stays in the tab."""
        self.turn, self.once, self.problems, self.done = "", "", {}, {}
        (await self.get_state(EvidenceState))._forget()
        return (await self.get_state(TrackState))._end("keluar")

    # --- the other forms ---------------------------------------------------------------------------------------------

    @rx.event
    async def withdraw(self, form: FormData):
        """Tarik Laporan, after its confirmation."""
        reason, once = _posted(form, "reason"), _posted(form, "once")

        async def act(db: Db, held: Pass) -> None:
            await followup.withdraw(db, held, reason, once)

        return await self._act(WITHDRAWAL, form, act, "track.withdrawn")

    @rx.event
    async def object_to(self, form: FormData):
        """Ajukan Keberatan."""
        reason, once = _posted(form, "reason"), _posted(form, "once")

        async def act(db: Db, held: Pass) -> None:
            await followup.object_to(db, held, reason, once)

        return await self._act(OBJECTION, form, act, "track.objected")

    @rx.event
    async def rate(self, form: FormData):
        """Kirim Penilaian."""
        chosen = _posted(form, "stars")

        async def act(db: Db, held: Pass) -> None:
            if chosen not in map(str, STARS):
                raise Refused("error.choose_one")
            await followup.rate(db, held, int(chosen))

        return await self._act(RATING, form, act, "track.rating_sent")

    async def _act(self, name: str, form: FormData, act: Act, done: str) -> Any:
        if _posted(form, "once") != self.once:
            return None  # as above
        track = await self.get_state(TrackState)
        held = track._pass()
        if held is None:
            return track._end("waktu")
        track._hold(held)

        async def work() -> str:
            await admission.message(device_of(self))
            async with writing() as db:
                await act(db, held)
            return done

        if not await self._did(name, work):
            return rx.set_focus(f"galat-{name}")
        self.once = secrets.token_hex(16)
        await track._renew(held)
        return None

    async def _did(self, name: str, work: Callable[[], Awaitable[str]]) -> bool:
        """Whether it was done; the page says so, or what was wrong. What was typed stays until it was."""
        lang = language_of(self)
        try:
            said = text(await work(), lang)
        except Refused as refusal:
            self.problems, self.done = {name: fill(text(refusal.key, lang), **refusal.values)}, {}
            return False
        except Exception as error:  # noqa: BLE001  whatever it was, all is kept and may be sent again
            log.error("what a reporter sent could not be stored\n%s", frames_of(error))
            self.problems, self.done = {name: text("chat.not_sent", lang)}, {}
            return False
        self.problems, self.done = {}, {name: said}
        return True


def _posted(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
