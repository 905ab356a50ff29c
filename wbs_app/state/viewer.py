"""Looking at evidence page by page: an officer's page, and the reporter's own look.

The browser is told where the picture of a page is, and never gets the file. The files' keys stay in no state.
"""

import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any, ClassVar
from urllib.parse import unquote, urlencode

import reflex as rx

from wbs_app.model.access import Permission
from wbs_app.model.desk import CASES, EVIDENCE
from wbs_app.services import cases, tracking, viewing
from wbs_app.services.database import reading
from wbs_app.services.evidence import About, Staging
from wbs_app.services.refusal import Refused
from wbs_app.services.viewing import WIDTHS
from wbs_app.state.door import PUBLIC, language_of, localised, staff
from wbs_app.state.evidence import EvidenceState, megabytes
from wbs_app.state.numbers import number_of
from wbs_app.state.tab import Entry, opened, seal
from wbs_app.state.track import TrackState
from wbs_app.text import fill, text
from wbs_app.vault.sealing import Tampered

_SPARE_SECONDS = 60
"""Before its end a pass is renewed: the page that it is for has yet to be fetched."""

Found = tuple[int, About, AsyncIterator[bytes] | None]
"""Number of a reporter's file, what is known of it, and its bytes where it waits."""


class DeskLookState(rx.State):
    """A file of a case, opened by an officer: once for the trail, however many pages are turned.

    `look["phase"]`: "open", "undrawable" (whole, but nobody can draw it), "bad" (not what was received) or "missing".
    """

    requires: ClassVar[Permission | None] = Permission.READ_CASE

    look: Entry = {}
    _until: float = 0.0
    _pass: str = ""

    @rx.event
    async def load(self):
        """The page that the address names, of the file that it names."""
        asked = self.router.url
        parts = asked.path.rstrip("/").split("/")
        ticket, position = parts[-3], number_of(parts[-1])
        if self.look.get("id") != f"{ticket}/{position}" or time.time() > self._until:
            await self._open(ticket, position)
        query = asked.query_parameters
        if self.look["phase"] == "open":
            self._turn(number_of(query.get("halaman", "1")), number_of(query.get("lebar", "")))

    async def _open(self, ticket: str, position: int) -> None:
        actor, lang = staff(), language_of(self)
        self.look = {}
        known = {"id": f"{ticket}/{position}", "ticket": ticket}
        try:
            about = await viewing.open_as(actor, ticket, position)
        except (cases.NotFound, *_TROUBLE) as problem:
            self.look = known | _trouble(problem, lang)
            return
        self.look = known | await _first_look(about, position, None, lang)
        self._until = time.time() + viewing.PASS_SECONDS - _SPARE_SECONDS
        mark = viewing.opening(actor.staff_id, ticket, position)
        self._pass = seal(self, viewing.DESK_PURPOSE, mark, viewing.PASS_SECONDS)

    def _turn(self, number: int, width: int) -> None:
        ticket, _, position = self.look["id"].partition("/")
        self.look = self.look | _turned(self.look, number, width, f"{EVIDENCE}/{ticket}/{position}", self._pass, self)

    @rx.event
    async def step(self, by: int):
        """An arrow key: on to the next page, or back, while the whole width of the page is seen."""
        number = self.look.get("next" if by > 0 else "previous", "")
        if not number or self.look["width"] != str(WIDTHS[0]):
            return None
        page = localised(self, f"{CASES}/{self.look['ticket']}/bukti/{self.look['id'].partition('/')[2]}")
        return rx.redirect(f"{page}?halaman={number}")

    @rx.event
    async def arrived(self):
        """The picture is there."""
        self.look = self.look | {"arrived": "yes"}

    @rx.event
    async def failed(self):
        """The picture did not come: the next look opens the file anew, and finds out why."""
        self._until = 0.0
        self.look = self.look | {"failed": "yes"}


class LookState(rx.State):
    """The reporter's own files: those that wait in a form, and those of the report that ticket and PIN opened."""

    requires: ClassVar[Permission | None] = PUBLIC

    look: Entry = {}
    _until: float = 0.0
    _pass: str = ""

    @rx.event
    async def show(self, id: str, number: str, width: str):
        """A page of a file; nothing for the number "", beyond the last page."""
        if not number:
            return
        if self.look.get("id") != id or time.time() > self._until:
            self.look = {}
            yield  # what was looked at before is gone at once
            await self._open(id)
        if self.look["phase"] == "open":
            place = f"/lapor/bukti/{id}"
            self.look = self.look | _turned(self.look, number_of(number), number_of(width), place, self._pass, self)

    async def _open(self, id: str) -> None:
        lang = language_of(self)
        try:
            found = await self._find(id)
            if found is None:
                raise cases.NotFound
            number, about, plain = found
            self.look = {"id": id} | await _first_look(about, number, plain, lang)
        except (cases.NotFound, *_TROUBLE) as problem:
            self.look = {"id": id} | _trouble(problem, lang)

    async def _find(self, id: str) -> Found | None:
        self._until = time.time() + viewing.PASS_SECONDS - _SPARE_SECONDS
        return await self._waiting(id) or await self._sent(id)

    async def _waiting(self, id: str) -> Found | None:
        evidence = await self.get_state(EvidenceState)
        kept = opened(self, viewing.PURPOSE, unquote(evidence.view_pass))
        if not isinstance(kept, dict):
            return None
        staging = Staging(kept["secret"])
        found = await staging.opened(id)
        if found is None:
            return None
        self._pass = unquote(evidence.view_pass)
        number = next((at for at, file in enumerate(await staging.files(), start=1) if file.id == id), 1)
        return number, *found

    async def _sent(self, id: str) -> Found | None:
        track = await self.get_state(TrackState)
        held = track._pass()
        if held is None:
            return None
        async with reading() as db:
            tracked = await tracking.track(db, held)
        for piece in tracked.files if tracked else []:
            if piece.about.id == id:
                self._pass = seal(self, viewing.PURPOSE, {"about": asdict(piece.about)}, viewing.PASS_SECONDS)
                return piece.position, piece.about, None
        return None

    @rx.event
    async def step(self, by: int):
        """An arrow key."""
        number = self.look.get("next" if by > 0 else "previous", "")
        if number and self.look["width"] == str(WIDTHS[0]):
            return LookState.show(self.look["id"], number, self.look["width"])
        return None

    @rx.event
    async def arrived(self):
        """The picture is there."""
        self.look = self.look | {"arrived": "yes"}

    @rx.event
    async def failed(self):
        """The picture did not come."""
        self._until = 0.0
        self.look = self.look | {"failed": "yes"}

    @rx.event
    async def close(self):
        """Nothing of a file that was looked at stays."""
        self.look, self._pass = {}, ""


# --- what is shown ----------------------------------------------------------------------------------------------------

_TROUBLE = (Tampered, OSError, Refused)


def _trouble(problem: Exception, lang: str) -> Entry:
    """Why there is nothing to look at."""
    if isinstance(problem, Refused):
        return {"phase": "missing", "said": text(problem.key, lang)}
    if isinstance(problem, Tampered):
        return {"phase": "bad", "said": text("case.hash_bad", lang)}
    lost = isinstance(problem, OSError)
    return {"phase": "missing", "said": text("case.evidence_missing" if lost else "viewer.not_found", lang)}


async def _first_look(about: About, number: int, plain: AsyncIterator[bytes] | None, lang: str) -> Entry:
    """What stands above the pages. Counting them reads the whole file, so its integrity is known then.

    Raises:
        Tampered, OSError: when it is not what was received.
    """
    known = {
        "position": str(number),
        "name": fill(text("summary.evidence_item", lang), n=number),
        "kind": f"{about.extension.upper()} · {megabytes(about.size, lang)}",
        "sha": about.sha256,
        "pages": "0",
        "phase": "open",
    }
    try:
        return known | {"pages": str(await viewing.pages(about, plain))}
    except Refused as refusal:
        infected = refusal.key == "error.file_infected"
        return known | {"phase": "undrawable", "said": text(refusal.key if infected else "viewer.undrawable", lang)}


def _turned(look: Entry, number: int, width: int, place: str, sealed: str, state: rx.State) -> Entry:
    """A page of what is looked at; the first or the last one when there is none of this number."""
    lang, pages = language_of(state), int(look["pages"])
    number = min(max(1, number), pages)
    width = width if width in WIDTHS else WIDTHS[0]
    values: dict[str, Any] = {"n": number, "total": pages, "position": look["position"]}
    return {
        "number": str(number),
        "width": str(width),
        "said": fill(text("viewer.page_of", lang), **values),
        "alt": fill(text("viewer.alt", lang), **values),
        "previous": str(number - 1) if number > 1 else "",
        "next": str(number + 1) if number < pages else "",
        "src": f"{place}/halaman/{number}?{urlencode({'lebar': width, 'kunci': sealed})}",
        "arrived": "",
        "failed": "",
    }
