"""Messages and internal notes on the case page, live."""

import secrets
from typing import ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.model.access import Actor, Forbidden, Permission
from wbs_app.model.documents import moment_in_words
from wbs_app.services import casework, conversation, evidence_access, live, reference
from wbs_app.services.casework import NotFound
from wbs_app.services.conversation import Said, Written
from wbs_app.services.database import reading, writing
from wbs_app.services.evidence import Staging
from wbs_app.services.refusal import Refused
from wbs_app.services.staff import names_of
from wbs_app.state.again import came_back
from wbs_app.state.door import language_of, scope_of, staff
from wbs_app.state.evidence import EvidenceState
from wbs_app.state.live import watch
from wbs_app.state.staff_case import CaseState
from wbs_app.state.staff_case_identity import CaseIdentityState
from wbs_app.state.tab import Entry
from wbs_app.text import fill, text


class TalkState(rx.State):
    """The thread of the case that CaseState shows. `once`, `note_once`: each form's own secret, renewed after each of
    its successes, and so what is half written in the other stays."""

    requires: ClassVar[Permission | None] = Permission.WORK_CASE
    stays: ClassVar[bool] = True

    thread: list[Entry] = []
    notes: list[Entry] = []
    once: str = ""
    note_once: str = ""
    wrong: str = ""
    note_wrong: str = ""
    said: str = ""

    @rx.event
    async def begin(self):
        """Before CaseState opens the case, so that its forms are built once: whoever sees them may be typing."""
        self.thread, self.notes = [], []
        self.wrong, self.note_wrong, self.said = "", "", ""
        if not came_back(scope_of(self)):  # else the page has its secrets, with which something may be half written
            self.once, self.note_once = secrets.token_hex(16), secrets.token_hex(16)

    @rx.event
    async def load(self):
        """After CaseState has opened the case."""
        await self._show()
        await (await self.get_state(CaseIdentityState))._load()
        case = await self.get_state(CaseState)
        if ticket := case.case.get("ticket"):
            if case.case.get("may_write"):
                await self._take_files(staff(), ticket)
            await watch(self, [live.case_topic(ticket)], TalkState.refresh)

    @rx.event
    async def refresh(self):
        """Something of the case has changed: it is shown as it is now, and nothing that is being typed is touched."""
        case = await self.get_state(CaseState)
        await case._look_again()
        await self._show()
        await (await self.get_state(CaseIdentityState))._show()

    async def _show_case(self) -> None:
        """After an act of one's own: the next one is made upon the case as it is now."""
        await (await self.get_state(CaseState))._read(record=False)
        await self._show()

    async def _show(self) -> None:
        case = await self.get_state(CaseState)
        ticket = case.case.get("ticket", "")
        if case.case.get("phase") != "open" or not ticket:
            self.thread, self.notes = [], []
            return
        actor, lang = staff(), language_of(self)
        async with reading() as db:
            said = await conversation.thread_for_staff(db, actor, ticket)
            written = await conversation.notes(db, actor, ticket)
            names = await names_of(db, {each.who for each in said} | {each.who for each in written})
        if any(not each.seen and each.who == "reporter" for each in said):
            async with writing() as db:
                await conversation.seen_by_staff(db, actor, ticket)
        zone = case.case["zone"]
        thread = [_message(each, names, lang, zone) for each in said]
        notes = [_note(number, each, actor, names, lang, zone) for number, each in enumerate(written)]
        if thread != self.thread:
            self.thread = thread
        if notes != self.notes:
            self.notes = notes

    @rx.event
    async def send(self, form: FormData):
        """Kirim Pesan: to the reporter."""
        ticket, words, once = _posted(form)
        actor = staff()
        staging = Staging(evidence_access.secret_of_staff(actor, ticket))
        try:
            files = await staging.ready()
            async with writing() as db:
                await conversation.send_by_staff(db, actor, ticket, words, once, files)
        except (Refused, NotFound, Forbidden) as problem:
            self.wrong = self._why(problem)
            return rx.set_focus("pesan-error")
        await staging.clear()
        self.once, self.wrong = secrets.token_hex(16), ""
        await self._take_files(actor, ticket)
        self.said = text("case.message_sent", language_of(self))
        await self._show_case()
        return rx.set_focus("pesan-error")

    @rx.event
    async def write(self, form: FormData):
        """Simpan Catatan: for the team, or for oneself."""
        ticket, words, once = _posted(form)
        private = form.get("private") is not None
        try:
            async with writing() as db:
                await conversation.write_note(db, staff(), ticket, words, private, once)
        except (Refused, NotFound, Forbidden) as problem:
            self.note_wrong = self._why(problem)
            return rx.set_focus("catatan-error")
        self.note_once, self.note_wrong = secrets.token_hex(16), ""
        self.said = text("case.note_saved", language_of(self))
        await self._show_case()
        return rx.set_focus("catatan-error")

    async def _take_files(self, actor: Actor, ticket: str) -> None:
        """The zone for files that go with the next message."""
        files = await self.get_state(EvidenceState)
        async with reading() as db:
            report = await casework.in_reach(db, actor, ticket)
            profile = await reference.profile(db, report.agency)
        await files._admit(evidence_access.secret_of_staff(actor, ticket), profile, profile.max_files)

    def _why(self, problem: Exception) -> str:
        lang = language_of(self)
        return (
            fill(text(problem.key, lang), **problem.values)
            if isinstance(problem, Refused)
            else text("forbidden.case", lang)
        )


def _posted(form: FormData) -> tuple[str, str, str]:
    """Ticket, text, and the form's secret: a new one for a page that lost its connection before it was given one."""
    ticket, words, once = (str(form.get(name, "")) for name in ("ticket", "text", "once"))
    return ticket, words, once or secrets.token_hex(16)


def _message(said: Said, names: dict[str, str], lang: str, zone: str) -> Entry:
    ours = said.who != "reporter"
    return {
        "key": f"m{said.position}",
        "kind": "message",
        "mine": "yes" if ours else "",
        "who": names.get(said.who, said.who) if ours else text("case.reporter", lang),
        "time": f"{moment_in_words(said.at, lang)} {zone}",
        "text": said.text,
        "ask": "yes" if said.ask else "",
        "seen": text("chat.read", lang) if ours and said.seen else "",
        "files": fill(text("case.evidence_count", lang), n=len(said.files)) if said.files else "",
        "href": "#bukti" if said.files else "",
        "fresh": "yes" if not ours and not said.seen else "",
        "tag": text("chat.facts", lang) if said.facts else "",
    }


def _note(number: int, note: Written, actor: Actor, names: dict[str, str], lang: str, zone: str) -> Entry:
    return {
        "key": f"n{number}",
        "kind": "note",
        "mine": "yes" if note.who == actor.username else "",
        "who": names.get(note.who, note.who),
        "time": f"{moment_in_words(note.at, lang)} {zone}",
        "text": note.text,
        "ask": "",
        "seen": "",
        "files": "",
        "href": "",
        "fresh": "",
        "tag": text("case.note_own", lang) if note.private else "",
    }
