"""The case page: the account to whom its key opens it, the plain columns to everybody else in reach."""

import logging
import secrets
from typing import Any, ClassVar

import reflex as rx

from wbs_app.logs import frames_of
from wbs_app.model.access import Permission
from wbs_app.model.desk import EVIDENCE
from wbs_app.model.documents import Section, day_in_words, moment_in_words, sections
from wbs_app.model.workflow import LOOKS, Status
from wbs_app.services import cases, reference
from wbs_app.services.cases import Case
from wbs_app.services.database import reading, writing
from wbs_app.services.evidence import About
from wbs_app.services.labels import Labels, labels
from wbs_app.state.door import language_of, localised, staff
from wbs_app.state.evidence import megabytes
from wbs_app.state.portal import Entry, catalogue_of
from wbs_app.text import fill, text
from wbs_app.vault.sealing import Tampered

log = logging.getLogger("wbs.case")

_LINKS = ("summary.link", "service.link")
_NOBODY = ("system", "reporter")


class CaseState(rx.State):
    """One case. `case["phase"]` says which of its faces the page shows: open, locked, missing or broken."""

    requires: ClassVar[Permission | None] = Permission.READ_CASE

    case: Entry = {}
    sections: list[Section] = []
    files: list[Entry] = []
    links: list[str] = []
    steps: list[Entry] = []

    @rx.event
    async def load(self):
        """Opens the case that the address names; opening an account is recorded."""
        self._forget()
        actor, lang = staff(), language_of(self)
        ticket = self.router.url.path.rpartition("/")[2]
        try:
            async with writing() as db:
                case = await cases.open_case(db, actor, ticket)
        except cases.NotFound:
            self.case = {"phase": "missing"}
            return
        except Tampered as problem:
            reference_code = secrets.token_hex(4)
            log.error("a case that does not open (%s)\n%s", reference_code, frames_of(problem))
            self.case = {"phase": "broken", "reference": reference_code}
            return
        async with reading() as db:
            names = await labels(db, (case.report.agency,), lang)
        self._show(case, names, lang, (await catalogue_of(case.report.agency)).profile.timezone_label)

    def _forget(self) -> None:
        self.case, self.sections, self.files, self.links, self.steps = {}, [], [], [], []

    def _show(self, case: Case, names: Labels, lang: str, zone: str) -> None:
        report = case.report
        look = LOOKS[Status(report.status)]
        self.case = {
            "phase": "open" if case.account else "locked",
            "ticket": report.ticket,
            "status": text(f"status.{report.status}", lang),
            "tone": look.tone,
            "icon": look.icon,
            "received": day_in_words(report.received_on.isoformat(), lang),
        }
        if case.account:
            laid_out = sections(case.account, None, lang, report.agency)
            self.sections, self.links = _without_links(laid_out, lang, report.agency)
        else:
            self.sections = [_plain_section(case, names, lang)]
        self.steps = [_step(step, at == 0, lang, zone) for at, step in enumerate(reversed(case.history))]
        link = localised(self, f"{EVIDENCE}/{report.ticket}")
        self.files = [_file(proof, f"{link}/{proof.position}", lang) for proof in case.evidence]


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


def _step(step: cases.Step, newest: bool, lang: str, zone: str) -> Entry:
    return {
        "state": "now" if newest else "past",
        "label": text(f"status.{step.status}", lang),
        "icon": LOOKS[Status(step.status)].icon,
        "time": f"{moment_in_words(step.at, lang)} {zone}" if step.at else "",
        "note": step.note or "",
        "who": step.who if step.who and step.who not in _NOBODY else "",
    }


def _file(proof: cases.Proof, href: str, lang: str) -> Entry:
    """A row of the evidence. The key that opens the file stays on the server."""
    name = fill(text("summary.evidence_item", lang), n=proof.position)
    shown: dict[str, Any] = {"name": name, "position": str(proof.position), "href": "", "kind": "", "image": ""}
    if proof.about is None:
        return shown
    about = About(**proof.about)
    return shown | {
        "href": href,
        "kind": f"{about.extension.upper()} · {megabytes(about.size, lang)}",
        "image": "yes" if about.mime.startswith("image/") else "",
        "download": fill(text("case.evidence_download", lang), name=name),
    }
