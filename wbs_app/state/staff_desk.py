"""What every staff page needs to know: who is signed in, and what this person may open."""

from typing import ClassVar

import reflex as rx

from wbs_app.config import settings
from wbs_app.model.access import Actor, Permission
from wbs_app.model.desk import first_page
from wbs_app.model.tables import Staff
from wbs_app.services import health, notices, retention, vouching
from wbs_app.services.database import reading
from wbs_app.services.labels import labels
from wbs_app.state.door import language_of, localised, staff
from wbs_app.state.numbers import number
from wbs_app.state.portal import Entry, PortalState, agency_view, catalogue_of
from wbs_app.text import text


async def agency_names(codes: tuple[str, ...], lang: str) -> dict[str, str]:
    """Code -> short name of those of these agencies that we serve, in their order."""
    served = [code for code in codes if code in settings().agencies]
    return {code: agency_view(await catalogue_of(code))[f"short_{lang}"] for code in served}


def home_agency(actor: Actor) -> str:
    """The first of the actor's agencies that we serve."""
    return next((code for code in actor.agencies if code in settings().agencies), settings().agencies[0])


async def _unit_name(actor: Actor) -> str:
    if actor.unit is None:
        return ""
    async with reading() as db:
        names = (await labels(db, actor.agencies, "id")).units
    return next((names[agency, actor.unit] for agency in actor.agencies if (agency, actor.unit) in names), actor.unit)


async def _standing(actor: Actor) -> Entry:
    """The code of one's own key, and whether a supervisor has yet to vouch for it."""
    if actor.role not in vouching.READING_ROLES:
        return {"code": "", "waits": ""}
    async with reading() as db:
        me = await db.get_one(Staff, actor.staff_id)
    return {"code": vouching.own_code(actor), "waits": "yes" if vouching.is_waiting(me) else ""}


async def _is_concerned(actor: Actor) -> bool:
    """Whether mails were given up that this administrator can see."""
    async with reading() as db:
        return await notices.given_up(db, actor)


def _words_for(trouble: str) -> str:
    """The key of what to say of a component: of the disk, how full it is."""
    return f"trouble.disk_{health.room().name.lower()}" if trouble == "disk" else f"trouble.{trouble}"


class DeskState(rx.State):
    """The frame's own state: the first to load on every page, so that a wrong role is told why it sees nothing."""

    requires: ClassVar[Permission | None] = Permission.SIGNED_IN
    stays: ClassVar[bool] = True

    me: Entry = {}
    may: list[str] = []
    troubles: list[str] = []  # of the installation, told to who looks after it
    destructions: str = ""  # how many cases on the destruction list wait for this person

    @rx.event
    async def enter(self):
        """Every staff page's first event."""
        actor, lang = staff(), language_of(self)
        names = await agency_names(actor.agencies, lang)
        self.me = {
            "username": actor.username,
            "name": actor.name,
            "role": text(f"admin.role_{actor.role}", lang),
            "role_text": text(f"admin.role_{actor.role}_text", lang),
            "agencies": ", ".join(names.values()),
            "unit": await _unit_name(actor),
            **await _standing(actor),
        }
        self.may = [permission.value for permission in Permission if actor.can(permission)]
        if actor.can(Permission.MANAGE_SETTINGS):
            found = await health.troubles_at_a_glance()
            if health.MAIL in found and not await _is_concerned(actor):
                del found[health.MAIL]
            self.troubles = [text(_words_for(name), lang) for name in sorted(found)]
        await self._count_destructions()
        portal = await self.get_state(PortalState)
        await portal._renew()
        if portal.agency not in names:
            await portal._switch(home_agency(actor))

    async def _count_destructions(self) -> None:
        actor = staff()
        if actor.can(Permission.APPROVE_DESTRUCTION):
            async with reading() as db:
                count = await retention.awaiting(db, actor)
            self.destructions = number(count, language_of(self)) if count else ""

    @rx.event
    async def go_home(self):
        """On to the first page that this person may open."""
        return rx.redirect(localised(self, first_page(staff())), replace=True)
