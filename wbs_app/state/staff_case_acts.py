"""What an officer does on the case page: each press is one act; what was typed stays when the act is refused."""

import secrets
from collections.abc import Awaitable, Callable
from typing import ClassVar

import reflex as rx
from pydantic import ValidationError
from reflex_base.utils.form import FormData

from wbs_app.model.access import Actor, Forbidden, Permission
from wbs_app.model.desk import SAID
from wbs_app.model.dossier import Finding, Relation
from wbs_app.model.steps import problems
from wbs_app.model.workflow import Priority, Status
from wbs_app.services import assignment, handling, retention
from wbs_app.services.casework import NotFound
from wbs_app.services.database import Db, writing
from wbs_app.services.refusal import Refused
from wbs_app.state.door import language_of, staff
from wbs_app.state.numbers import number_of
from wbs_app.state.staff_case import CaseState
from wbs_app.text import fill, text

_FIELDS = {
    "case.note_required": "note",
    "case.reason_required": "reason",
    "case.referral_required": "referred_to",
    "case.finding_summary": "summary",
    "case.link_unknown": "other",
    "case.link_itself": "other",
    "case.link_twice": "other",
    "case.not_assignable": "officer",
    "case.dossier_full": "tags",
}
"""Which control a refusal belongs to; all others stand above their form."""

Act = Callable[[Db, Actor, str], Awaitable[None]]


class CaseActsState(rx.State):
    """The forms of the panel. `wrong`: "<form>.<control>" -> what to say beside it."""

    requires: ClassVar[Permission | None] = Permission.WORK_CASE
    stays: ClassVar[bool] = True

    wrong: dict[str, str] = {}
    said: str = ""
    done: dict[str, str] = {}  # form -> its last success: it is built anew, and thereby empty, after each

    @rx.event
    async def arrive(self):
        """The page was opened."""
        self.wrong, self.said = {}, ""

    @rx.event
    async def move(self, form: FormData):
        """Ubah Status."""
        chosen = _of(form, "target")
        if chosen not in set(Status):
            return self._refuse("move", "target", "case.move_choose")
        version = number_of(_of(form, "version"), otherwise=-1)

        async def act(db: Db, actor: Actor, ticket: str) -> None:
            await handling.change_status(
                db,
                actor,
                ticket,
                Status(chosen),
                version=version,
                note=_of(form, "note"),
                reason=_of(form, "reason"),
                referred_to=_of(form, "referred_to"),
            )

        return await self._do("move", form, act, "case.moved")

    @rx.event
    async def acknowledge(self, form: FormData):
        """Konfirmasi Penerimaan."""
        return await self._do("acknowledge", form, handling.acknowledge, "case.saved")

    @rx.event
    async def assign(self, form: FormData):
        """Tugaskan."""
        officer = number_of(_of(form, "officer"))
        if not officer:
            return self._refuse("assign", "officer", "case.choose_officer")
        lead = _of(form, "lead") != ""

        async def act(db: Db, actor: Actor, ticket: str) -> None:
            await assignment.assign(db, actor, ticket, officer, lead=lead)

        return await self._do("assign", form, act, "case.saved")

    @rx.event
    async def release(self, form: FormData):
        """Lepas Tugas."""
        officer = number_of(_of(form, "officer"))

        async def act(db: Db, actor: Actor, ticket: str) -> None:
            await assignment.unassign(db, actor, ticket, officer)

        return await self._do("assign", form, act, "case.saved")

    @rx.event
    async def prioritise(self, form: FormData):
        """Prioritas."""
        chosen = {str(priority.value): priority for priority in Priority}.get(_of(form, "priority"), Priority.MEDIUM)

        async def act(db: Db, actor: Actor, ticket: str) -> None:
            await handling.set_priority(db, actor, ticket, chosen)

        return await self._do("priority", form, act, "case.saved")

    @rx.event
    async def tag(self, form: FormData):
        """Label."""

        async def act(db: Db, actor: Actor, ticket: str) -> None:
            await handling.set_tags(db, actor, ticket, _of(form, "tags"))

        return await self._do("tags", form, act, "case.saved")

    @rx.event
    async def link(self, form: FormData):
        """Tautkan Laporan."""
        relation = _of(form, "relation")
        why = Relation(relation) if relation in set(Relation) else Relation.RELATED

        async def act(db: Db, actor: Actor, ticket: str) -> None:
            await handling.link_case(db, actor, ticket, _of(form, "other"), why)

        return await self._do("link", form, act, "case.saved")

    @rx.event
    async def unlink(self, form: FormData):
        """Lepas tautan."""

        async def act(db: Db, actor: Actor, ticket: str) -> None:
            await handling.unlink_case(db, actor, ticket, _of(form, "other"))

        return await self._do("link", form, act, "case.saved")

    @rx.event
    async def find(self, form: FormData):
        """Simpulan."""
        try:
            finding = Finding.model_validate({name: _of(form, name) for name in Finding.model_fields})
        except ValidationError as error:
            control, (key, values) = next(iter(problems(error).items()))
            key = {"verdict": "error.choose_one", "loss": key}.get(control, "case.dossier_full")
            return self._say_wrong("finding", control, fill(text(key, language_of(self)), **values))

        async def act(db: Db, actor: Actor, ticket: str) -> None:
            await handling.record_finding(db, actor, ticket, finding)

        return await self._do("finding", form, act, "case.saved")

    @rx.event
    async def recuse(self, form: FormData):
        """Saya memiliki benturan kepentingan."""

        async def act(db: Db, actor: Actor, ticket: str) -> None:
            await assignment.recuse(db, actor, ticket, _of(form, "reason"))

        return await self._do("recuse", form, act, "case.recused")

    @rx.event
    async def keep(self, form: FormData):
        """Tahan Pemusnahan, or the end of it."""
        act = retention.lift if _of(form, "kept") else retention.hold
        return await self._do("hold", form, act, "case.saved")

    async def _do(self, name: str, form: FormData, act: Act, said: str) -> rx.event.EventSpec:
        """One act in one transaction; then the page as it is now."""
        try:
            async with writing() as db:
                await act(db, staff(), _of(form, "ticket"))
        except Refused as problem:
            words = fill(text(problem.key, language_of(self)), **problem.values)
            return self._say_wrong(name, _FIELDS.get(problem.key, "form"), words)
        except (NotFound, Forbidden):
            return self._refuse(name, "form", "forbidden.case")
        self.wrong, self.said = {}, text(said, language_of(self))
        self.done = self.done | {name: secrets.token_hex(4)}
        case = await self.get_state(CaseState)
        await case._read(record=False)
        return rx.set_focus(SAID)

    def _refuse(self, name: str, control: str, key: str) -> rx.event.EventSpec:
        return self._say_wrong(name, control, text(key, language_of(self)))

    def _say_wrong(self, name: str, control: str, words: str) -> rx.event.EventSpec:
        self.wrong, self.said = {f"{name}.{control}": words}, ""
        return rx.set_focus(f"{name}-{control}-error")


def _of(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()
