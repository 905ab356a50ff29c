"""Filing a report: four pages, or one for a service complaint; each checks its step, the last one sends."""

import logging
from collections.abc import Awaitable
from typing import Any, ClassVar

import reflex as rx
from pydantic import ValidationError
from reflex_base.utils.form import FormData

from wbs_app.config import settings
from wbs_app.logs import frames_of
from wbs_app.model.access import Permission
from wbs_app.model.answers import Offer
from wbs_app.model.documents import Section, account_document, identity_document, sections
from wbs_app.model.steps import FORMS, Biodata, Declaration, Incident, PlaceTime, ServiceComplaint, Step, problems
from wbs_app.model.telltale import tells
from wbs_app.services import admission, health, reports
from wbs_app.services.refusal import Refused
from wbs_app.state.door import PUBLIC, device_of, language_of, localised
from wbs_app.state.draft import Draft, DraftState
from wbs_app.state.evidence import EvidenceState
from wbs_app.state.portal import OfferState, PortalState, catalogue_of, offer_of
from wbs_app.state.receipt import ReceiptState
from wbs_app.text import LANGUAGES, fill, path_in, text

log = logging.getLogger("wbs.report")

LONGEST_PAGE = 200_000  # characters of one page's answers together

PAGES: dict[str, tuple[str, type[Step]]] = {step.slug: ("wbs", step) for step in FORMS["wbs"]} | {
    ServiceComplaint.slug: ("service", ServiceComplaint)
}
"""Address of a page -> the kind of report it belongs to, and its step."""


class ReportState(rx.State):
    """What the pages of the form show beside the answers."""

    requires: ClassVar[Permission | None] = PUBLIC

    errors: dict[str, str] = {}  # posted name -> message
    labelled: list[list[str]] = []  # [posted name, "Label: message"], in the order of the questions
    summary: list[Section] = []
    telling: bool = False  # the story seems to say who tells it
    trouble: str = ""
    _lost: bool = False  # what the tab had kept does not open any more, which the next page says
    _led_back: str = ""  # the page of a step that held once: it opens with what is wrong

    def _to(self, step: type[Step]) -> Any:
        return rx.redirect(localised(self, f"/lapor/{step.slug}"))

    # --- entering a page ----------------------------------------------------------------------------------------

    @rx.event
    async def choose(self, form: FormData):
        """The chooser's button: begins a report, or leaves for another body's site."""
        portal = await self.get_state(PortalState)
        agency = form.get("agency", portal.agency)
        if agency not in settings().agencies:
            return None
        cards = {card.code: card for card in (await catalogue_of(agency)).cards}
        card = cards.get(form.get("card", ""))
        if card is None:
            self._show_errors({"card": text("type.choose_first", language_of(self))}, {})
            return rx.set_focus("galat")
        self._show_errors({}, {})
        if card.kind == "external":
            return rx.redirect(localised(self, f"/keluar?ke={card.code}"))
        await portal._switch(agency)
        drafts = await self.get_state(DraftState)
        await drafts._begin(agency, card.kind)
        return self._to(FORMS[card.kind][0])

    @rx.event
    async def enter(self, slug: str):
        """A step's page opens: with its own draft, or leads to the first step that is still open."""
        if slug not in PAGES:
            return None
        self._show_errors({}, {})
        closed = health.room() is health.Room.NONE  # said before anybody types in vain
        self.trouble = text("error.intake_closed", language_of(self)) if closed else ""
        receipts = await self.get_state(ReceiptState)
        drafts = await self.get_state(DraftState)
        self._lost |= receipts._drop_dead()
        if receipts.received and not drafts.draft:
            shown_at = receipts.received["slug"]
            return None if slug == shown_at else rx.redirect(localised(self, f"/lapor/{shown_at}"))
        kind, step = PAGES[slug]
        draft = await self._draft_for(kind)
        if self._lost and step not in (Biodata, ServiceComplaint):
            return self._to(Biodata)
        offer = await offer_of(draft["agency"])
        if (first := _first_open(draft, step, offer)) is not None:
            return self._back_to(first, draft)
        await self._fill_page(draft, step, offer)
        led_back, self._led_back = self._led_back == slug, ""
        if self._lost:
            self._lost, self.trouble = False, self.trouble or text("error.draft_lost", language_of(self))
            return rx.set_focus("galat")
        return None if not led_back or self._checked((step,), draft, offer) else rx.set_focus("galat")

    def _back_to(self, step: type[Step], draft: Draft) -> Any:
        """To a step that is still open, or no longer holds: a list of the agency's may have changed since."""
        self._led_back = step.slug if any(map(draft.answers.get, step.names())) else ""
        return self._to(step)

    async def _draft_for(self, kind: str) -> Draft:
        """The tab's draft, or a new one; of another kind, the answers about the reporter go along."""
        portal = await self.get_state(PortalState)
        drafts = await self.get_state(DraftState)
        draft = drafts._opened()
        if draft is None or draft["agency"] not in settings().agencies:
            self._lost |= bool(drafts.draft)
            draft = await drafts._begin(portal.agency, kind)
        elif draft["kind"] != kind:
            draft = await drafts._begin(draft["agency"], kind, draft.of_reporter())
        if portal.agency != draft["agency"]:
            await portal._switch(draft["agency"])
        return draft

    async def _fill_page(self, draft: Draft, step: type[Step], offer: Offer) -> None:
        if step in (Incident, ServiceComplaint):
            lists = await self.get_state(OfferState)
            await lists._show_lists(draft["agency"])
        if step in (PlaceTime, Declaration):
            evidence = await self.get_state(EvidenceState)
            await evidence._admit(draft["secret"], offer.catalogue.profile)
        if step is Declaration:
            steps = {part.slug: draft.step(part, offer) for part in FORMS["wbs"][:-1]}
            account = account_document(steps, offer, offer.now)
            self.summary = sections(account, identity_document(steps), language_of(self), draft["agency"])
            self.telling = tells(account["incident"]["description"])

    # --- answering ----------------------------------------------------------------------------------------------

    @rx.event
    async def answer(self, slug: str, form: FormData):
        """A step is sent: its answers are checked, kept in the tab, and the next page opens."""
        return await self._answered(self._answer(slug, form))

    async def _answer(self, slug: str, form: FormData) -> Any:
        kind, step = PAGES.get(slug, ("", Step))
        if kind != "wbs" or step is Declaration:
            return None
        drafts = await self.get_state(DraftState)
        draft = await self._draft_for(kind)
        if not self._take(form, draft, step):
            return rx.set_focus("galat")
        if elsewhere := self._in_language(form, slug):
            drafts._keep(draft, step)
            return elsewhere
        at = FORMS["wbs"].index(step)
        if form.get("go") == "back" and at > 0:
            drafts._keep(draft, step)
            return self._to(FORMS["wbs"][at - 1])
        offer = await offer_of(draft["agency"])
        if _leads_to_service(draft, offer):
            await drafts._begin(draft["agency"], "service", draft.of_reporter())
            return self._to(ServiceComplaint)
        if not self._checked((step,), draft, offer):
            return rx.set_focus("galat")
        drafts._keep(draft, step)
        return self._to(FORMS["wbs"][at + 1])

    def _in_language(self, form: FormData, slug: str) -> Any:
        """To the same page in the language that was asked for, if one was: what is half typed goes along, unchecked."""
        go = form.get("go")
        return rx.redirect(path_in(str(go), f"/lapor/{slug}")) if go in LANGUAGES else None

    def _take(self, form: FormData, draft: Draft, *steps: type[Step]) -> bool:
        """Puts the posted answers of these steps in the place of earlier ones; False when they are absurdly long."""
        names = [name for step in steps for name in step.names()]
        posted = {name: "on" if form[name] is True else form[name] for name in names if name in form}
        texts = {name: value for name, value in posted.items() if isinstance(value, str)}
        if sum(map(len, texts.values())) > LONGEST_PAGE or not draft.take(names, texts):
            self._show_errors({"form": text("error.too_long", language_of(self))}, {})
            return False
        return True

    def _checked(self, steps: tuple[type[Step], ...], draft: Draft, offer: Offer) -> bool:
        """Shows what is wrong with these steps; True when nothing is."""
        lang, agency = language_of(self), draft["agency"]
        zone = offer.catalogue.profile.timezone_label
        errors: dict[str, str] = {}
        labels: dict[str, str] = {}
        for step in steps:
            try:
                draft.step(step, offer)
            except ValidationError as error:
                for name, (key, values) in problems(error).items():
                    errors[name] = fill(text(key, lang, agency), **_written(values, lang))
                    labels[name] = fill(text(step.label(name), lang, agency), zone=zone).rstrip(".")
        self._show_errors(errors, labels)
        return not errors

    def _show_errors(self, errors: dict[str, str], labels: dict[str, str]) -> None:
        """Errors beside their controls, and in the summary with the label of each before it."""
        if errors or self.errors:
            self.errors = errors
            self.labelled = [[name, ": ".join(filter(None, (labels.get(name), said)))] for name, said in errors.items()]

    # --- sending ------------------------------------------------------------------------------------------------

    @rx.event
    async def send(self, form: FormData):
        """ "Kirim Laporan" of the four steps: everything is checked once more, then sealed."""
        return await self._answered(self._send("wbs", form, Declaration))

    @rx.event
    async def send_service(self, form: FormData):
        """ "Kirim Laporan" of the service complaint: one page asks all."""
        return await self._answered(self._send("service", form, *FORMS["service"]))

    async def _answered(self, work: Awaitable[Any]) -> Any:
        """No press stays without an answer: whatever goes wrong, everything is kept and may be sent again."""
        said = text("error.not_sent", language_of(self))
        if self.trouble == said:
            self.trouble = ""
        try:
            return await work
        except Exception as error:  # noqa: BLE001  logged by its place, told to who waits for it
            log.error("a step of a report could not be taken\n%s", frames_of(error))
            self.trouble = said
            return rx.set_focus("galat")

    async def _send(self, kind: str, form: FormData, *asked: type[Step]) -> Any:
        """`asked`: the steps of the page that was sent."""
        drafts = await self.get_state(DraftState)
        draft = drafts._opened()
        if draft is None or draft["kind"] != kind:
            # A second press after the first was received, or a tab whose draft cannot be opened
            if (await self.get_state(ReceiptState)).received:
                return None
            if draft is not None or kind == "wbs":
                return self._to(Biodata)
            draft, self._lost = await self._draft_for(kind), False  # the one page has brought all answers again
        if not self._take(form, draft, *asked):
            return rx.set_focus("galat")
        if elsewhere := self._in_language(form, asked[0].slug):
            drafts._keep(draft)
            return elsewhere
        offer = await offer_of(draft["agency"])
        if (first := _first_open(draft, asked[-1], offer)) is not None and first not in asked:
            return self._back_to(first, draft)
        if not self._checked(asked, draft, offer):
            return rx.set_focus("galat")
        if not await self._admitted(form, draft["secret"]):
            return rx.set_focus("galat")
        return await self._submit(draft, offer, asked[0])

    async def _admitted(self, form: FormData, secret: str) -> bool:
        """Whether this may be sent now; if not, the page says why and keeps what was typed."""
        try:
            await admission.send(str(form.get("altcha", "")), secret, device_of(self))
        except Refused as refusal:
            self.trouble = text(refusal.key, language_of(self))
            return False
        self.trouble = ""
        return True

    async def _submit(self, draft: Draft, offer: Offer, page: type[Step]) -> Any:
        steps = {step.slug: draft.step(step, offer) for step in FORMS[draft["kind"]]}
        evidence = await self.get_state(EvidenceState)
        believed = evidence._believed(draft["secret"])
        try:
            receipt = await reports.submit(draft["agency"], draft["kind"], steps, offer, draft["secret"], believed)
        except Refused as refusal:  # a file waited too long or turned out harmful; the next press sends the others
            await evidence._miss(draft["secret"], refusal.key)
            self.trouble = text(refusal.key, language_of(self))
            return rx.set_focus("galat")
        receipts = await self.get_state(ReceiptState)
        receipts._give(receipt, offer.catalogue.profile, page.slug)
        await self._forget()
        return rx.set_focus("berhasil")

    async def _forget(self) -> None:
        """Nothing of a sent or reset form stays in this state."""
        (await self.get_state(DraftState))._end()
        (await self.get_state(EvidenceState))._forget()
        self._show_errors({}, {})
        self.summary, self.telling, self.trouble = [], False, ""

    @rx.event
    async def reset_form(self):
        """Reset, after its confirmation: everything given is forgotten."""
        portal = await self.get_state(PortalState)
        drafts = await self.get_state(DraftState)
        draft = drafts._opened()
        agency, kind = (draft["agency"], draft["kind"]) if draft else (portal.agency, "wbs")
        await drafts._begin(agency, kind)  # while the old draft still says which files to forget
        fresh = drafts._opened()
        await self._forget()
        if fresh is not None:
            drafts._keep(fresh)
        return self._to(FORMS[kind][0])


def _written(values: dict[str, Any], lang: str) -> dict[str, Any]:
    """Limits as people write them, such as 20.000."""
    if not isinstance(most := values.get("max"), int):
        return values
    return values | {"max": f"{most:,}".replace(",", text("format.thousand", lang))}


def _first_open(draft: Draft, step: type[Step], offer: Offer) -> type[Step] | None:
    """The first step before this one that does not hold yet. A service complaint has one page, so none is before it."""
    if draft["kind"] == "service":
        return None
    for before in FORMS["wbs"]:
        if before is step:
            return None
        try:
            draft.step(before, offer)
        except ValidationError:
            return before
    return None


def _leads_to_service(draft: Draft, offer: Offer) -> bool:
    """NTT's guide lists the service complaint among the acts; it has a form of its own."""
    chosen = draft.answers.get("violation")
    return any(option.code == chosen and option.form == "service" for option in offer.catalogue.violations)
