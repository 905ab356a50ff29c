"""What every public page needs to know: which agency, and what it offers."""

import time
from typing import Any, ClassVar

import reflex as rx

from wbs_app.config import settings
from wbs_app.model.access import Permission
from wbs_app.model.agency import Catalogue
from wbs_app.model.answers import Offer
from wbs_app.services import reference
from wbs_app.services.database import reading
from wbs_app.state.door import PUBLIC
from wbs_app.state.tab import Entry, show

_SHOWN_SECONDS, _CHECKED_SECONDS = 10.0, 1.0
"""How old lists may be that are shown, and those that answers are checked against."""
_kept: dict[str, tuple[float, Catalogue]] = {}


async def catalogue_of(agency: str, seconds: float = _SHOWN_SECONDS) -> Catalogue:
    """The live catalogue, at most so old: every page load and every step of a report asks.

    Raises:
        KeyError: for an agency that this installation does not serve.
    """
    read_at, kept = _kept.get(agency, (0.0, None))
    if kept is None or time.monotonic() - read_at > seconds:
        if kept is not None:  # who comes while it is read takes the one before
            _kept[agency] = (time.monotonic(), kept)
        async with reading() as db:
            kept = await reference.catalogue(db, agency)
        _kept[agency] = (time.monotonic(), kept)
    return kept


def renew_catalogue(agency: str) -> None:
    """Whoever asks next gets what was just changed. Other workers follow within `_SHOWN_SECONDS`."""
    _kept.pop(agency, None)


async def offer_of(agency: str) -> Offer:
    """What an answer may choose from, now."""
    return reference.offered(await catalogue_of(agency, _CHECKED_SECONDS))


def agency_view(catalogue: Catalogue) -> Entry:
    """The words of an agency's header, footer and contact page, in both languages. An announcement in one language is
    better than none in the other."""
    profile = catalogue.profile
    told = {
        "announcement_id": profile.announcement_id or profile.announcement_en,
        "announcement_en": profile.announcement_en or profile.announcement_id,
    }
    view = {name: str(value) for name, value in profile.model_dump(exclude={"contact", "link_hosts"}).items()}
    offers = {"offers_service": "yes" if any(card.kind == "service" for card in catalogue.cards) else ""}
    return view | told | profile.contact.model_dump() | offers


def entries(options: Any) -> list[Entry]:
    """Options or cards as small rows for the browser."""
    return [
        {name: value for name, value in option.model_dump(mode="json").items() if isinstance(value, str)}
        | ({"other": "yes" if option.other else ""} if hasattr(option, "other") else {})
        for option in options
    ]


def names(options: Any) -> list[Entry]:
    """Code and name alone, for long lists whose names are the same in every language."""
    return [{"code": option.code, "name": option.name_id} for option in options]


_FIRST = settings().agencies[0]
_shipped = {code: reference.shipped_catalogue(code) for code in settings().agencies}


class PortalState(rx.State):
    """The agency that the visitor means. Kept by the tab, so that a reload or a restart does not forget it."""

    requires: ClassVar[Permission | None] = PUBLIC

    agency: str = rx.SessionStorage(_FIRST, name="wbs_agency")
    arrived: str = _FIRST  # the agency at the last page load; unlike `agency` it does not follow a choice made since
    agencies: dict[str, Entry] = {code: agency_view(shipped) for code, shipped in _shipped.items()}

    @rx.event
    async def enter(self):
        """Every page's first event: takes `?instansi=` and refreshes what an administrator may have edited."""
        asked = self.router.url.query_parameters.get("instansi", "")
        if asked in settings().agencies:
            self.agency = asked
        elif self.agency not in settings().agencies:
            self.agency = _FIRST
        if self.arrived != self.agency:
            self.arrived = self.agency
        await self._renew()
        offer = await self.get_state(OfferState)
        await offer._show(self.agency)

    async def _renew(self) -> None:
        """The agencies' words as they are now."""
        show(self, agencies={code: agency_view(await catalogue_of(code)) for code in settings().agencies})

    @rx.event
    async def choose(self, agency: str):
        """The visitor chooses an agency."""
        if agency in settings().agencies:
            await self._switch(agency)

    async def _switch(self, agency: str) -> None:
        self.agency = agency
        offer = await self.get_state(OfferState)
        await offer._show(agency)


class OfferState(rx.State):
    """What the chosen agency's forms offer. The long lists come only to the pages that ask for them."""

    requires: ClassVar[Permission | None] = PUBLIC

    violations: list[Entry] = entries(_shipped[_FIRST].violations)
    cards: list[Entry] = entries(_shipped[_FIRST].cards)
    units: list[Entry] = []
    services: list[Entry] = []

    async def _show(self, agency: str) -> None:
        live = await catalogue_of(agency)
        show(self, violations=entries(live.violations), cards=entries(live.cards))

    async def _show_lists(self, agency: str) -> None:
        live = await catalogue_of(agency)
        show(self, units=names(live.units), services=names(live.services))
