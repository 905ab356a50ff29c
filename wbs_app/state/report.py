"""Filing a report: four pages (or one, for a service complaint), one draft, one receipt.

Nothing is kept on the server before "Kirim Laporan". The answers go back to the reporter's tab sealed, in `draft`; the
form is keyed by it, so a lost connection or a restart loses nothing typed, and a reload nothing already given.
"""

import logging
import secrets
import time
from dataclasses import asdict
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

import reflex as rx
from pydantic import ValidationError
from reflex_base.utils.form import FormData

from wbs_app.config import settings
from wbs_app.logs import frames_of
from wbs_app.model.access import Permission
from wbs_app.model.documents import Section, account_document, identity_document, moment_in_words, sections
from wbs_app.model.steps import (
    FORMS,
    MAX_PEOPLE,
    Biodata,
    Offer,
    PlaceTime,
    ServiceComplaint,
    Step,
    problems,
)
from wbs_app.services import reference, reports
from wbs_app.services.database import reading
from wbs_app.services.evidence import About, Staging, files_in
from wbs_app.services.refusal import Refused
from wbs_app.state.door import PUBLIC, device_of, language_of
from wbs_app.state.portal import Entry, PortalState
from wbs_app.text import fill, text
from wbs_app.vault.tabs import open_from_tab, seal_for_tab

log = logging.getLogger("wbs.report")

DRAFT_SECONDS = int(timedelta(hours=12).total_seconds())
RECEIPT_SECONDS = int(timedelta(hours=24).total_seconds())
UPLOAD_SECONDS = int(timedelta(hours=1).total_seconds())
LONGEST_ANSWER = 200_000  # of all answers of one page together; a longer frame would break the connection

BY_SLUG: dict[str, tuple[str, type[Step]]] = {step.slug: ("wbs", step) for step in FORMS["wbs"]} | {
    ServiceComplaint.slug: ("service", ServiceComplaint)
}


class Draft(dict[str, Any]):
    """Opened draft: `agency`, `kind`, `secret` (of this form) and `answers` (posted name -> text)."""

    @classmethod
    def new(cls, agency: str, kind: str, answers: dict[str, str]) -> "Draft":
        return cls(agency=agency, kind=kind, secret=secrets.token_hex(16), answers=answers)

    @property
    def answers(self) -> dict[str, str]:
        return self["answers"]


def address(slug: str, lang: str) -> str:
    """The page of a step."""
    return f"{'/en' if lang == 'en' else ''}/lapor/{slug}"


class ReportState(rx.State):
    """The report being written in this tab."""

    requires: ClassVar[Permission | None] = PUBLIC

    draft: str = rx.SessionStorage("", name="wbs_draft")
    rows: str = rx.SessionStorage("0", name="wbs_rows")  # shown rows of reported persons, by their number
    province: str = rx.SessionStorage("", name="wbs_province")
    receipt: str = rx.SessionStorage("", name="wbs_receipt")
    errors: dict[str, str] = {}  # posted name -> message
    labelled: list[list[str]] = []  # [posted name, "Label: message"], in the order of the questions
    files: list[Entry] = []
    refused: list[Entry] = []
    upload_pass: str = ""
    view_pass: str = ""
    summary: list[Section] = []
    saved: bool = False
    trouble: str = ""

    # --- what the tab keeps -------------------------------------------------------------------------------------

    @rx.var(deps=["draft"], auto_deps=False)
    def given(self) -> dict[str, str]:
        """The answers in the draft, sent with it in one message, so that no input mounts without its own."""
        opened = self._opened()
        return opened.answers if opened else {}

    @rx.var(deps=["receipt"], auto_deps=False)
    def received(self) -> Entry:
        """The receipt in plain words, empty when there is none."""
        kept = self._kept("receipt", self.receipt)
        return kept if isinstance(kept, dict) else {}

    def _kept(self, purpose: str, sealed: str) -> Any:
        device = device_of(self) if sealed else ""
        return open_from_tab(settings().secret_key(), device, purpose, sealed, time.time()) if device else None

    def _opened(self) -> Draft | None:
        kept = self._kept("draft", self.draft)
        return Draft(kept) if isinstance(kept, dict) else None

    def _seal(self, purpose: str, value: object, seconds: int) -> str:
        return seal_for_tab(settings().secret_key(), device_of(self), purpose, value, seconds, time.time())

    def _keep(self, draft: Draft) -> None:
        self.draft = self._seal("draft", draft, DRAFT_SECONDS)
        shown = {
            str(row)
            for row in range(MAX_PEOPLE)
            if draft.answers.get(f"reported_{row}_name") or draft.answers.get(f"reported_{row}_position")
        }
        rows = ",".join(sorted(shown, key=int)) or "0"
        if self.rows != rows:
            self.rows = rows
        if self.province != draft.answers.get("province", ""):
            self.province = draft.answers.get("province", "")

    async def _begin(self, agency: str, kind: str, answers: dict[str, str] | None = None) -> Draft:
        async with reading() as db:
            profile = (await reference.catalogue(db, agency)).profile
        draft = Draft.new(agency, kind, {"province": profile.province_code, "precision": "exact"} | (answers or {}))
        self._keep(draft)
        return draft

    # --- entering a page ----------------------------------------------------------------------------------------

    @rx.event
    async def choose(self, form: FormData):
        """The chooser's button: begins a report, or leaves for another body's site."""
        portal = await self.get_state(PortalState)
        lang = language_of(self)
        agency = form.get("agency", portal.agency)
        async with reading() as db:
            if agency not in settings().agencies:
                return
            cards = {card.code: card for card in (await reference.catalogue(db, agency)).cards}
        card = cards.get(form.get("card", ""))
        if card is None:
            self._show_errors({"card": text("type.choose_first", lang)}, None, agency)
            return rx.set_focus("galat")
        if agency != portal.agency:
            portal.agency = agency
        self._show_errors({}, None, agency)
        if card.kind == "external":
            return rx.redirect(f"{'/en' if lang == 'en' else ''}/keluar?ke={card.code}")
        await self._forget_files()
        await self._begin(agency, card.kind)
        return rx.redirect(address(FORMS[card.kind][0].slug, lang))

    @rx.event
    async def enter(self, slug: str):
        """A step's page opens: with its own draft, or leads to the first step that is still open."""
        if slug not in BY_SLUG:
            return
        self._show_errors({}, None, "")
        self.trouble = ""
        kind, step = BY_SLUG[slug]
        portal = await self.get_state(PortalState)
        if self.received and not self.draft:
            if slug != self.received["slug"]:
                return rx.redirect(address(self.received["slug"], language_of(self)))
            return
        draft = self._opened()
        if draft is None or draft["agency"] not in settings().agencies:
            draft = await self._begin(portal.agency, kind)
        elif draft["kind"] != kind:
            own = {name: draft.answers[name] for name in Biodata.names() if name in draft.answers}
            draft = await self._begin(draft["agency"], kind, own)
        if portal.agency != draft["agency"]:
            await portal._switch(draft["agency"])
        offer = await self._offer(draft)
        if (first := self._first_open(draft, step, offer)) is not None:
            return rx.redirect(address(first.slug, language_of(self)))
        await self._fill_page(draft, step, offer)

    async def _offer(self, draft: Draft) -> Offer:
        async with reading() as db:
            return await reference.offer(db, draft["agency"])

    @staticmethod
    def _first_open(draft: Draft, step: type[Step], offer: Offer) -> type[Step] | None:
        """The first predecessor of a step that does not hold yet."""
        for before in FORMS[draft["kind"]]:
            if before is step or draft["kind"] == "service":
                return None
            try:
                before.check(draft.answers, offer)
            except ValidationError:
                return before
        return None

    async def _fill_page(self, draft: Draft, step: type[Step], offer: Offer) -> None:
        if step.slug in (PlaceTime.slug, "ringkasan"):
            await self._list_files(Staging(draft["secret"]))
            profile = offer.catalogue.profile
            ticket = {
                "secret": draft["secret"],
                "most_bytes": profile.max_file_mb * 2**20,
                "most_files": profile.max_files,
            }
            self.upload_pass = seal_for_tab(
                settings().secret_key(), "upload", "upload", ticket, UPLOAD_SECONDS, time.time()
            )
            self.view_pass = quote(self._seal("view", {"secret": draft["secret"]}, UPLOAD_SECONDS))
        if step.slug == "ringkasan":
            steps = {part.slug: part.check(draft.answers, offer) for part in FORMS["wbs"][:-1]}
            account = account_document(steps, offer, offer.now)
            self.summary = sections(account, identity_document(steps), language_of(self), draft["agency"])

    # --- answering ----------------------------------------------------------------------------------------------

    @rx.event
    async def answer(self, slug: str, form: FormData):
        """A step is sent: its answers are checked, kept in the tab, and the next page opens."""
        if slug not in BY_SLUG or slug in ("ringkasan", ServiceComplaint.slug):
            return
        kind, step = BY_SLUG[slug]
        portal = await self.get_state(PortalState)
        draft = self._opened() or await self._begin(portal.agency, kind)
        answers = _posted(form, step)
        if answers is None:
            self._show_errors({"form": text("error.refused", language_of(self))}, step, draft["agency"])
            return rx.set_focus("galat")
        draft["answers"] = {**{n: v for n, v in draft.answers.items() if n not in step.names()}, **answers}
        order = list(FORMS["wbs"])
        at = order.index(step)
        if form.get("go") == "back" and at > 0:
            self._keep(draft)
            return rx.redirect(address(order[at - 1].slug, language_of(self)))
        offer = await self._offer(draft)
        if self._leads_to_service(draft, offer):
            own = {name: draft.answers[name] for name in Biodata.names() if name in draft.answers}
            await self._begin(draft["agency"], "service", own)
            return rx.redirect(address(ServiceComplaint.slug, language_of(self)))
        if not self._checked(step, draft, offer):
            return rx.set_focus("galat")
        self._keep(draft)
        return rx.redirect(address(order[at + 1].slug, language_of(self)))

    @staticmethod
    def _leads_to_service(draft: Draft, offer: Offer) -> bool:
        """NTT's guide lists the service complaint among the acts; it has a form of its own."""
        chosen = draft.answers.get("violation")
        return any(option.code == chosen and option.form == "service" for option in offer.catalogue.violations)

    def _checked(self, step: type[Step], draft: Draft, offer: Offer) -> bool:
        """Shows what is wrong with a step; True when nothing is."""
        lang = language_of(self)
        try:
            step.check(draft.answers, offer)
        except ValidationError as error:
            said = {
                name: fill(text(key, lang, draft["agency"]), **values)
                for name, (key, values) in problems(error).items()
            }
            self._show_errors(said, step, draft["agency"])
            return False
        self._show_errors({}, step, draft["agency"])
        return True

    def _show_errors(self, errors: dict[str, str], step: type[Step] | None, agency: str) -> None:
        lang = language_of(self)
        if errors or self.errors:
            self.errors = errors
            self.labelled = [
                [name, f"{text(step.label(name), lang, agency)}: {said}" if step and name != "form" else said]
                for name, said in errors.items()
            ]

    @rx.event
    async def add_person(self):
        """One more row for a reported person."""
        shown = [int(row) for row in self.rows.split(",") if row.isdigit()]
        free = next((row for row in range(MAX_PEOPLE) if row not in shown and row > max(shown, default=-1)), None)
        free = free if free is not None else next((row for row in range(MAX_PEOPLE) if row not in shown), None)
        if free is not None:
            self.rows = ",".join(str(row) for row in [*shown, free])

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

    # --- evidence -----------------------------------------------------------------------------------------------

    @rx.event(background=True)
    async def upload(self, chunks: rx.UploadChunkIterator, passed: str):
        """Files arrive in pieces; each is checked and sealed before it touches the disk."""
        opened = open_from_tab(settings().secret_key(), "upload", "upload", passed, time.time())
        if not isinstance(opened, dict):
            async for _ in chunks:  # read away, or the sender would wait
                pass
            return
        staging = Staging(opened["secret"])
        lang = language_of(self)
        async for name, data in files_in(chunks, opened["most_bytes"]):
            try:
                if data is None:
                    raise Refused("error.file_size", max=opened["most_bytes"] // 2**20)
                await staging.add(name, data, opened["most_files"])
            except Refused as refusal:
                said = fill(text(refusal.key, lang), **refusal.values)
                async with self:
                    self.refused = [*self.refused, _refused_row(name, len(data or b""), said)]
        async with self:
            await self._list_files(staging)

    @rx.event
    async def refuse(self, files: list[str]):
        """What the browser itself refused: "extension|size|reason" each; the file stays on the device."""
        draft = self._opened()
        if draft is None:
            return
        profile = (await self._offer(draft)).catalogue.profile
        lang = language_of(self)
        said = {
            "file-too-large": fill(text("error.file_size", lang), max=profile.max_file_mb),
            "file-invalid-type": text("error.file_type", lang),
            "too-many-files": fill(text("error.file_count", lang), max=profile.max_files),
        }
        for file in files[:20]:
            extension, _, rest = file.partition("|")
            size, _, reason = rest.partition("|")
            row = _refused_row(
                f"x.{extension}",
                int(size) if size.isdigit() else 0,
                said.get(reason, said["file-invalid-type"]),
            )
            self.refused = [*self.refused, row]

    @rx.event
    async def dismiss(self, id: str):
        """A refused file is taken off the list."""
        self.refused = [row for row in self.refused if row["id"] != id]

    @rx.event
    async def remove_file(self, id: str):
        """A waiting file is forgotten."""
        if (draft := self._opened()) is not None:
            staging = Staging(draft["secret"])
            await staging.remove(id)
            await self._list_files(staging)

    async def _list_files(self, staging: Staging) -> None:
        self.files = [file_row(number, about) for number, about in enumerate(await staging.files(), start=1)]

    async def _forget_files(self) -> None:
        if (draft := self._opened()) is not None:
            await Staging(draft["secret"]).clear()
        self.files, self.refused = [], []

    # --- sending ------------------------------------------------------------------------------------------------

    @rx.event
    async def send(self, form: FormData):
        """ "Kirim Laporan" of the four steps: everything is checked once more, then sealed."""
        draft = self._opened()
        if draft is None or draft["kind"] != "wbs":
            return self._start_over()
        draft["answers"] = {**draft.answers, **(_posted(form, FORMS["wbs"][-1]) or {})}
        offer = await self._offer(draft)
        for step in FORMS["wbs"]:
            if not self._checked(step, draft, offer):
                if step is not FORMS["wbs"][-1]:
                    return rx.redirect(address(step.slug, language_of(self)))
                return rx.set_focus("galat")
        return await self._submit(draft, offer, "ringkasan")

    @rx.event
    async def send_service(self, form: FormData):
        """ "Kirim Laporan" of the service complaint: one page asks all."""
        draft = self._opened()
        if draft is None or draft["kind"] != "service":
            return self._start_over()
        answers: dict[str, str] = {}
        for step in FORMS["service"]:
            answers |= _posted(form, step) or {}
        draft["answers"] = {
            **draft.answers,
            **{name: "" for step in FORMS["service"] for name in step.names()},
            **answers,
        }
        offer = await self._offer(draft)
        wrong: dict[str, str] = {}
        labelled: list[list[str]] = []
        for step in FORMS["service"]:
            if not self._checked(step, draft, offer):
                wrong |= self.errors
                labelled += self.labelled
        self.errors, self.labelled = wrong, labelled
        if wrong:
            return rx.set_focus("galat")
        return await self._submit(draft, offer, ServiceComplaint.slug)

    def _start_over(self) -> Any:
        """No draft: a second press after the first was received, or a tab whose draft cannot be opened."""
        return None if self.received else rx.redirect(address(Biodata.slug, language_of(self)))

    async def _submit(self, draft: Draft, offer: Offer, slug: str) -> Any:
        steps = {step.slug: step.check(draft.answers, offer) for step in FORMS[draft["kind"]]}
        lang = language_of(self)
        try:
            receipt = await reports.submit(draft["agency"], draft["kind"], steps, offer, draft["secret"])
        except Exception as error:  # noqa: BLE001  whatever it was, everything is kept and may be sent again
            log.error("a report could not be stored\n%s", frames_of(error))
            self.trouble = text("error.not_sent", lang)
            return rx.set_focus("galat")
        profile = offer.catalogue.profile
        words = asdict(receipt) | {
            "at": moment_in_words(receipt.received_at, lang) + f" {profile.timezone_label}",
            "slug": slug,
        }
        self.receipt = self._seal("receipt", words | self._take_away(words, lang, draft["agency"]), RECEIPT_SECONDS)
        self.draft = ""
        self.rows = "0"
        self.saved = False
        self.files, self.refused, self.summary, self.upload_pass, self.view_pass, self.trouble = (
            [],
            [],
            [],
            "",
            "",
            "",
        )
        return rx.set_focus("berhasil")

    @staticmethod
    def _take_away(words: Entry, lang: str, agency: str) -> Entry:
        """The receipt as text for the clipboard and as a file."""
        url = f"{settings().origin}{'/en' if lang == 'en' else ''}/lacak"
        name = text("common.app_name", lang, agency)
        file = fill(
            text("success.file_text", lang),
            agency=name,
            ticket=words["ticket"],
            pin=words["pin"],
            time=words["at"],
            url=url,
        )
        clip = fill(text("success.clipboard", lang), ticket=words["ticket"], pin=words["pin"])
        return {"clipboard": clip, "file": "data:text/plain;charset=utf-8," + quote(file)}

    @rx.event
    async def confirm(self, ticked: bool):
        """ "Saya sudah menyimpan": leaving no longer warns."""
        self.saved = ticked

    @rx.event
    async def to_history(self):
        """From the receipt straight to the report's history; the receipt leaves the tab once it is saved."""
        from wbs_app.state.track import TrackState

        kept = self.received
        if not kept:
            return
        track = await self.get_state(TrackState)
        if await track._unlock(kept["ticket"], kept["pin"]):
            if self.saved:
                self.receipt = ""
            return rx.redirect(f"{'/en' if language_of(self) == 'en' else ''}/lacak/riwayat")

    @rx.event
    async def finish(self):
        """The saved receipt leaves the tab."""
        if self.saved:
            self.receipt = ""
            return rx.redirect("/en" if language_of(self) == "en" else "/")

    @rx.event
    async def reset_form(self):
        """Reset, after its confirmation: everything given is forgotten."""
        draft = self._opened()
        portal = await self.get_state(PortalState)
        await self._forget_files()
        kind = draft["kind"] if draft else "wbs"
        self._show_errors({}, None, "")
        self.summary, self.trouble = [], ""
        await self._begin(draft["agency"] if draft else portal.agency, kind)
        return rx.redirect(address(FORMS[kind][0].slug, language_of(self)))


def _posted(form: FormData, step: type[Step]) -> dict[str, str] | None:
    """A step's answers as texts; None when they are not texts or far too long for any question."""
    answers: dict[str, str] = {}
    for name in step.names():
        value = form.get(name)
        if value is None:
            continue
        if value is True:
            value = "on"
        if not isinstance(value, str):
            continue
        answers[name] = value
    return answers if sum(map(len, answers.values())) <= LONGEST_ANSWER else None


def megabytes(size: int, lang: str) -> str:
    """ "0,8 MB" (Indonesian) or "0.8 MB"; small files in KB."""
    shown = f"{size / 2**20:.1f} MB" if size >= 100_000 else f"{max(1, size // 1024)} KB"
    return shown.replace(".", ",") if lang == "id" else shown


def file_row(number: int, about: About) -> Entry:
    """A waiting or kept file as a list shows it: a neutral name, never the reporter's."""
    return {
        "id": about.id,
        "number": str(number),
        "type": about.extension.upper(),
        "size_id": megabytes(about.size, "id"),
        "size_en": megabytes(about.size, "en"),
        "image": "yes" if about.mime.startswith("image/") else "",
    }


def _refused_row(name: str, size: int, said: str) -> Entry:
    extension = name.rpartition(".")[2][:8].upper()
    kind = extension if extension.isalnum() else "?"
    return {
        "id": secrets.token_hex(4),
        "type": kind,
        "size_id": megabytes(size, "id"),
        "size_en": megabytes(size, "en"),
        "said": said,
    }
