"""The case list as the screen shows it: rows, options with their counts, chips and addresses.

Pure: no Reflex, no database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wbs_app.model.deadlines import SOON_DAYS
from wbs_app.model.desk import CASES, CASES_EXPORT
from wbs_app.model.documents import day_in_words
from wbs_app.model.filters import PRIORITIES, SORTS, CaseFilter, Column, Mark
from wbs_app.model.workflow import LOOKS, Priority, Status
from wbs_app.services.cases import Page, Row
from wbs_app.services.labels import Labels, Names
from wbs_app.state.numbers import number
from wbs_app.text import fill, path_in, text

Entry = dict[str, str]

FACETS = {
    "violations": "cases.filter_type",
    "units": "cases.filter_unit",
    "statuses": "cases.filter_status",
    "priorities": "cases.filter_priority",
    "officers": "cases.filter_assignee",
    "regencies": "cases.filter_regency",
    "marks": "cases.filter_marks",
    "kinds": "cases.filter_kind",
    "agencies": "cases.filter_agency",
}
"""Field of CaseFilter -> the text key of its label, in the order in which the buttons stand."""

LONG_FACETS = ("units", "officers", "regencies")
"""Those with so many options that one looks for them by a part of their name."""


@dataclass(frozen=True)
class Words:
    """What the codes of a list are called in one language. `year`: the present one."""

    lang: str
    labels: Labels
    agencies: Mapping[str, str]
    regencies: Mapping[str, str] = field(default_factory=dict)
    officers: Mapping[str, str] = field(default_factory=dict)
    year: int = 0

    def options(self, facet: str, kinds: tuple[str, ...]) -> dict[str, str]:
        """Code -> name of all that may be chosen, in the lists' own order. `kinds`: those in the officer's reach."""
        match facet:
            case "violations":
                return _merged(self.labels.violations)
            case "units":
                return _merged(self.labels.units)
            case "statuses":
                return {status.value: text(f"status.{status}", self.lang) for status in Status}
            case "priorities":
                return {code: text(f"case.priority_{code}", self.lang) for code in PRIORITIES}
            case "marks":
                return {mark.value: text(f"cases.filter_{mark.name.lower()}", self.lang) for mark in Mark}
            case "kinds":
                return {kind: text(f"kind.{kind}", self.lang) for kind in kinds}
            case _:
                return dict(getattr(self, facet))


def _merged(names: Names) -> dict[str, str]:
    """Code -> name over several agencies; where two call the same code differently, both names."""
    found: dict[str, list[str]] = {}
    for (_, code), name in names.items():
        if name not in found.setdefault(code, []):
            found[code].append(name)
    return {code: " / ".join(spelled) for code, spelled in found.items()}


def address(wanted: CaseFilter, lang: str, page: str = CASES) -> str:
    """The list's address with this filter. `page`: another one that takes it."""
    return path_in(lang, page) + carried(wanted)


def carried(wanted: CaseFilter) -> str:
    """What an address says of a list; that of a case, of the list it was chosen from."""
    query = wanted.to_query()
    return f"?{query}" if query else ""


# --- rows ----------------------------------------------------------------------------------------------------------


def row(case: Row, words: Words, query: str = "") -> Entry:
    """A row of the table. `query`: as `carried`."""
    what, where = what_where(case, words)
    look = LOOKS[Status(case.status)]
    priority = Priority(case.priority).name.lower()
    return {
        "ticket": case.ticket,
        "href": path_in(words.lang, f"{CASES}/{case.ticket}") + query,
        "received": fill(text("cases.received_on", words.lang), date=_day(case, words)),
        "priority": priority,
        "priority_name": fill(
            text("cases.priority_of", words.lang), name=text(f"case.priority_{priority}", words.lang)
        ),
        "unread": number(case.unread, words.lang) if case.unread else "",
        "what": what,
        "where": where,
        "status": text(f"status.{case.status}", words.lang),
        "tone": look.tone,
        "icon": look.icon,
        "officer": case.officer or "",
        "evidence": str(case.evidence_count) if case.evidence_count else "",
        "regency": words.regencies.get(case.regency or "", ""),
        "month": _month(case.incident_month, words.lang),
        "agency": words.agencies.get(case.agency, case.agency),
        "locked": "" if case.readable else "yes",
    } | due(case, words.lang)


def _day(case: Row, words: Words) -> str:
    """The day of receipt; of this year's, the year goes without saying."""
    said = day_in_words(case.received_on.isoformat(), words.lang)
    return said.rpartition(" ")[0] if case.received_on.year == words.year else said


def _month(month: str | None, lang: str) -> str:
    year, _, number_ = (month or "").partition("-")
    return f"{text(f'month_short.{int(number_)}', lang)} {year}" if number_ else ""


def due(case: Row, lang: str) -> Entry:
    """The deadline: `due_kind` is late, soon, set, waiting, silent (waited for too long), or "" when nothing is due.
    Days are working days."""
    if case.waiting:
        if case.left is not None and case.left < 0:
            return {"due_kind": "silent", "due": text("case.sla_silent", lang)}
        return {"due_kind": "waiting", "due": text("case.sla_waiting", lang)}
    if case.left is None:
        return {"due_kind": "", "due": ""}
    if case.left == 0:
        return {"due_kind": "soon", "due": text("cases.due_today", lang)}
    if case.left < 0:
        return {"due_kind": "late", "due": fill(text("cases.due_over", lang), n=number(-case.left, lang))}
    kind = "soon" if case.left <= SOON_DAYS else "set"
    return {"due_kind": kind, "due": fill(text("cases.due_left", lang), n=number(case.left, lang))}


def what_where(case: Row, words: Words) -> tuple[str, str]:
    """Type over unit; of a service complaint, its service over what it is."""
    if case.kind == "service":
        kind = text("kind.service", words.lang)
        return words.labels.services.get((case.agency, case.service or ""), case.service or kind), kind
    what = words.labels.violations.get((case.agency, case.violation_type or ""), case.violation_type or "")
    where = words.labels.units.get((case.agency, case.unit or ""), case.unit or text("cases.no_unit", words.lang))
    return what, where


# --- filters -------------------------------------------------------------------------------------------------------


def options(
    facet: str, counts: Mapping[str, int], wanted: CaseFilter, words: Words, kinds: tuple[str, ...]
) -> list[Entry]:
    """The options of a filter, each with its count and whether it is on. Of the long lists, what is chosen or has
    cases comes first; regencies without cases are left out."""
    chosen = getattr(wanted, facet)
    names = words.options(facet, kinds)
    names |= {code: code for code in (*counts, *chosen) if code not in names}
    if facet == "regencies":
        names = {code: name for code, name in names.items() if code in counts or code in chosen}
    entries = [
        {
            "code": code,
            "name": name,
            "find": name.casefold(),
            "count": number(counts.get(code, 0), words.lang),
            "on": "yes" if code in chosen else "",
        }
        for code, name in names.items()
    ]
    if facet not in LONG_FACETS:
        return entries
    return sorted(entries, key=lambda entry: entry["count"] == "0" and not entry["on"])


def chips(wanted: CaseFilter, words: Words, kinds: tuple[str, ...]) -> list[Entry]:
    """One chip per value that the filter names, but for those that the present view says: words, and the address
    without it."""
    found: list[Entry] = []
    said_by_view = VIEWS.get(view_of(wanted), {})
    for facet, key in FACETS.items():
        chosen: tuple[str, ...] = getattr(wanted, facet)
        names = words.options(facet, kinds) if chosen else {}
        for code in chosen:
            if code not in said_by_view.get(facet, ()):
                rest = wanted.changed(**{facet: tuple(other for other in chosen if other != code)})
                found.append(_chip(key, names.get(code, code), rest, words.lang))
    for name, key in (("date_from", "cases.filter_from"), ("date_to", "cases.filter_to")):
        if day := getattr(wanted, name):
            said = day_in_words(day.isoformat(), words.lang)
            found.append(_chip(key, said, wanted.changed(**{name: None}), words.lang))
    if wanted.ticket:
        found.append(_chip("cases.col_ticket", wanted.ticket, wanted.changed(ticket=""), words.lang))
    return found


def _chip(key: str, value: str, rest: CaseFilter, lang: str) -> Entry:
    name = f"{text(key, lang)}: {value}"
    return {"name": name, "remove": fill(text("cases.chip_remove", lang), name=name), "href": address(rest, lang)}


# --- views ---------------------------------------------------------------------------------------------------------

VIEWS: dict[str, dict[str, tuple[str, ...]]] = {
    "all": {},
    "new": {"statuses": (Status.RECEIVED.value,)},
    **{mark.name.lower(): {"marks": (mark.value,)} for mark in Mark if mark is not Mark.EVIDENCE},
}
"""View -> the filter that it is. Its name is that of its counter, and `cases.filter_<name>` its words."""


def view_of(wanted: CaseFilter) -> str:
    """The view whose filter this is, whatever else narrows it."""
    return next(
        name
        for name, chosen in reversed(VIEWS.items())
        if all(set(codes) == set(getattr(wanted, facet)) for facet, codes in chosen.items())
    )


def view_address(name: str, wanted: CaseFilter, lang: str) -> str:
    """The address of a view; the order and the columns stay."""
    return address(wanted.bare.changed(**VIEWS[name]), lang)


def tabs(
    counts: Mapping[str, int], own: Mapping[str, tuple[str, CaseFilter]], wanted: CaseFilter, lang: str
) -> list[Entry]:
    """The views with their counts, then the officer's own. `own`: id -> name and filter."""
    here = next((key for key, (_, kept) in own.items() if kept == wanted.changed()), "") or view_of(wanted)
    found = [
        {
            "id": "",
            "name": text(f"cases.filter_{name}", lang),
            "count": number(counts[name], lang),
            "tone": "bad" if name == "overdue" and counts[name] else "",
            "href": view_address(name, wanted, lang),
            "current": "yes" if name == here else "",
        }
        for name in VIEWS
    ]
    return found + [
        {
            "id": key,
            "name": name,
            "count": "",
            "tone": "",
            "href": address(kept, lang),
            "current": "yes" if key == here else "",
        }
        for key, (name, kept) in own.items()
    ]


_TICKET_WIDTH, _USUAL_WIDTH = 12.25, 8.0
_WIDTHS = {Column.TYPE_UNIT: 12.0, Column.STATUS: 15.0, Column.DUE: 10.25, Column.MONTH: 6.5, Column.EVIDENCE: 4.5}
"""Of the columns, in rem, as in assets/desk.css; that of type and unit is the least it needs."""

_FITTING = 58.0
"""Up to here the table fits beside the side bar; a wider one is moved sideways."""


# --- the list as a whole -------------------------------------------------------------------------------------------


def summary(page: Page, wanted: CaseFilter, lang: str) -> Entry:
    """The line under the table, the addresses of its neighbours, and what the controls show."""
    counted = {name: number(getattr(page, name), lang) for name in ("first", "last", "total")}
    width = _TICKET_WIDTH + sum(_WIDTHS.get(column, _USUAL_WIDTH) for column in wanted.columns)
    return (
        {
            "phase": "rows" if page.rows else "none" if wanted.changed() != wanted.bare else "empty",
            "said": fill(text("common.rows_count", lang), **counted)
            if page.rows and page.first
            else fill(text("cases.count", lang), n=counted["total"]),
            "previous": address(wanted.changed(after=page.previous), lang) if page.previous else "",
            "next": address(wanted.changed(after=page.next), lang) if page.next else "",
            "all": address(wanted.bare, lang),
            "export": address(wanted.changed(columns=()), lang, CASES_EXPORT),
            "export_what": fill(text("cases.export_what", lang), n=counted["total"]),
            "sort": wanted.sort,
            "sort_name": text(f"cases.sort_{wanted.sort}", lang),
            "query": wanted.to_query(),
            "wide": f"{width}rem" if width > _FITTING else "",
            "ticket": wanted.ticket,
            "date_from": wanted.date_from.isoformat() if wanted.date_from else "",
            "date_to": wanted.date_to.isoformat() if wanted.date_to else "",
            "dates_on": "yes" if wanted.date_from or wanted.date_to else "",
        }
        | {f"sort_{sort}": address(wanted.changed(sort=sort), lang) for sort in SORTS}
        | {f"on_{facet}": str(len(getattr(wanted, facet)) or "") for facet in FACETS}
        | {f"column_{column.name.lower()}": "yes" if column in wanted.columns else "" for column in Column}
    )
