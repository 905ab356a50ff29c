"""The case page: the account to whom its key opens it, the plain columns to everybody else in reach."""

import logging
import secrets
from typing import Any, ClassVar

import reflex as rx

from wbs_app.logs import frames_of
from wbs_app.model.access import Actor, Permission
from wbs_app.model.desk import CASES, EVIDENCE, ORIGINAL, PROBLEMS
from wbs_app.model.documents import Section, day_in_words, sections
from wbs_app.model.filters import CaseFilter
from wbs_app.services import assignment, case_words, casefile, cases, evidence_access, reference
from wbs_app.services.casefile import Case
from wbs_app.services.casework import NotFound
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.evidence import About
from wbs_app.services.labels import Labels, labels
from wbs_app.services.staff import names_of
from wbs_app.state import case_list
from wbs_app.state.door import language_of, localised, staff
from wbs_app.state.evidence import megabytes, scan_mark
from wbs_app.state.tab import Entry, show
from wbs_app.text import fill, text
from wbs_app.vault.sealing import Tampered

log = logging.getLogger("wbs.case")

HISTORY_ICONS = tuple(dict.fromkeys(case_words.ICONS.values()))
"""Of the steps that are no change of status, for the page to draw."""

_LINKS = ("summary.link", "service.link")


class CaseState(rx.State):
    """One case. `case["phase"]` says which of its faces the page shows: open, locked, missing or broken."""

    requires: ClassVar[Permission | None] = Permission.READ_CASE
    stays: ClassVar[bool] = True

    case: Entry = {}
    sections: list[Section] = []
    files: list[Entry] = []
    originals: list[Entry] = []
    links: list[str] = []
    steps: list[Entry] = []
    moves: list[Entry] = []
    officers: list[Entry] = []
    choices: list[Entry] = []
    found: Entry = {}
    around: Entry = {}
    linked: list[Entry] = []
    news: str = ""
    problem: str = ""  # what an ordinary form of this page was refused for

    @rx.event
    async def load(self):
        """Opens the case that the address names; opening an account is recorded."""
        self._forget()
        told = PROBLEMS.get(self.router.url.query_parameters.get("galat", ""))
        self.problem = text(told, language_of(self)) if told else ""
        await self._read(record=True)
        show(self, around=await self._around())

    async def _around(self) -> Entry:
        """Addresses of the list that the case was chosen from, and of the cases beside it there."""
        actor, lang = staff(), language_of(self)
        wanted = CaseFilter.from_query(self.router.url.query_parameters).changed()
        found = {"list": case_list.address(wanted, lang), "previous": "", "next": ""}
        if actor.can(Permission.LIST_CASES):
            async with reading() as db:
                beside = await cases.neighbours(db, actor, wanted, self._ticket())
            for name, ticket in zip(("previous", "next"), beside, strict=True):
                found[name] = case_list.address(wanted, lang, f"{CASES}/{ticket}") if ticket else ""
        return found

    async def _look_again(self) -> None:
        """Somebody changed the case that this page has opened."""
        if self.case.get("ticket") == self._ticket():
            before = self.case.get("version")
            await self._read(record=False)
            if self.case.get("version") != before:
                self.news = text("case.refreshed", language_of(self))

    def _ticket(self) -> str:
        return self.router.url.path.rpartition("/")[2].upper()

    async def _read(self, *, record: bool) -> None:
        actor, lang, ticket = staff(), language_of(self), self._ticket()
        try:
            if record:
                await evidence_access.look_again_as(actor, ticket)
            async with writing() if record else reading() as db:
                case = await (casefile.open_case if record else casefile.read_again)(db, actor, ticket)
        except NotFound:
            self._forget()
            self.case = {"phase": "missing"}
        except Tampered as problem:
            reference_code = secrets.token_hex(4)
            log.error("a case that does not open (%s)\n%s", reference_code, frames_of(problem))
            self._forget()
            self.case = {"phase": "broken", "reference": reference_code}
        else:
            async with reading() as db:
                await self._show(db, case, actor, lang)

    def _forget(self) -> None:
        self.case, self.found, self.news = {}, {}, ""
        self.sections, self.files, self.links, self.steps = [], [], [], []
        self.moves, self.officers, self.choices, self.linked = [], [], [], []

    async def _show(self, db: Db, case: Case, actor: Actor, lang: str) -> None:
        report = case.report
        names = await names_of(db, {step.who for step in case.history} | _mentioned(case))
        may = case_words.abilities(case, actor)
        show(self, case=case_words.head(case, lang) | may)
        if case.account:
            laid_out, links = _without_links(sections(case.account, None, lang, report.agency), lang, report.agency)
        else:
            laid_out, links = [_plain_section(case, await labels(db, (report.agency,), lang), lang)], []
        show(self, sections=laid_out)
        show(self, links=links)
        show(self, steps=case_words.timeline(case.history, names, lang, case.profile.timezone_label))
        show(self, moves=case_words.moves(case, actor, lang))
        show(self, officers=case_words.officers(case, lang))
        fit = await assignment.candidates(db, actor, report) if may["may_assign"] else []
        show(self, choices=case_words.choices(fit, lang))
        show(self, found=case_words.found(case.dossier, lang))
        show(self, linked=case_words.linked(case.dossier, lang))
        link = localised(self, f"{EVIDENCE}/{report.ticket}")
        show(self, files=[_file(proof, f"{link}/{proof.position}", lang) for proof in case.evidence])
        show(self, originals=_originals(case.evidence, link, lang))


def _mentioned(case: Case) -> set[str | None]:
    return {step.more.get("officer") for step in case.history}


def _without_links(laid_out: list[Section], lang: str, agency: str) -> tuple[list[Section], list[str]]:
    """The sections, and the links given as evidence, which stand with the evidence under their warning."""
    labelled = {text(key, lang, agency) for key in _LINKS}
    found: list[str] = []
    for section in laid_out:
        found += [
            row["value"] for row in section["rows"] if row["label"] in labelled and row["value"].startswith("https://")
        ]
        section["rows"] = [row for row in section["rows"] if row["label"] not in labelled]
    return laid_out, found


def _plain_section(case: Case, names: Labels, lang: str) -> Section:
    """What stands in the open, for an officer without the key."""
    report = case.report
    agency = report.agency
    region = reference.regencies().get(report.regency or "", ("", ""))[1]
    year, _, month = (report.incident_month or "").partition("-")
    when = fill(text("format.month", lang), month=text(f"month.{int(month)}", lang), year=year) if month else ""
    rows = [
        ("cases.filter_kind", text(f"kind.{report.kind}", lang)),
        ("summary.violation", names.violations.get((agency, report.violation_type or ""), report.violation_type)),
        ("service.kind", names.services.get((agency, report.service or ""), report.service)),
        ("summary.unit", names.units.get((agency, report.unit or ""), report.unit)),
        ("step3.regency", region),
        ("step3.month", when),
        ("cases.filter_date", day_in_words(report.received_on.isoformat(), lang)),
        ("cases.col_evidence", fill(text("case.evidence_count", lang), n=report.evidence_count)),
    ]
    shown = [{"label": text(key, lang, agency), "value": value} for key, value in rows if value]
    return {"slug": "plain", "title": text("case.plain_title", lang), "lead": [], "rows": shown, "people": []}


def _originals(pieces: list[casefile.Proof], link: str, lang: str) -> list[Entry]:
    """Pieces that were kept as they were sent. The address gives one only while the identity is open."""
    return [
        {
            "position": str(piece.position),
            "href": f"{link}/{piece.position}?{ORIGINAL}",
            "text": fill(text("case.original_download", lang), n=piece.position),
        }
        for piece in pieces
        if piece.has_original
    ]


def _file(proof: casefile.Proof, href: str, lang: str) -> Entry:
    """A row of the evidence. The key that opens the file stays on the server."""
    name = fill(text("summary.evidence_item", lang), n=proof.position)
    shown: dict[str, Any] = {
        "name": name,
        "position": str(proof.position),
        "href": "",
        "kind": "",
        "image": "",
        "scan": "",
    }
    if proof.about is None:
        return shown
    about = About(**proof.about)
    return shown | {
        "href": "" if about.scanned == "infected" else href,
        "kind": f"{about.extension.upper()} · {megabytes(about.size, lang)}",
        "image": "yes" if about.mime.startswith("image/") else "",
        "download": fill(text("case.evidence_download", lang), name=name),
        "scan": scan_mark(about),
    }
