"""The case list as the screen shows it: rows, options with their counts, chips and addresses.

Pure: no Reflex, no database.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wbs_app.model.desk import CASES
from wbs_app.model.documents import day_in_words
from wbs_app.model.filters import CaseFilter
from wbs_app.model.workflow import LOOKS, Status
from wbs_app.services.cases import Page, Row
from wbs_app.services.labels import Labels, Names
from wbs_app.text import fill, text

Entry = dict[str, str]

FACETS = {
    "violations": "cases.filter_type",
    "units": "cases.filter_unit",
    "statuses": "cases.filter_status",
    "kinds": "cases.filter_kind",
    "agencies": "cases.filter_agency",
}
"""Field of CaseFilter -> the text key of its label, in the order in which the buttons stand."""


@dataclass(frozen=True)
class Words:
    """What the codes of a list are called in one language."""

    lang: str
    labels: Labels
    agencies: Mapping[str, str]

    def options(self, facet: str, kinds: tuple[str, ...]) -> dict[str, str]:
        """Code -> name of all that may be chosen, in the lists' own order. `kinds`: those in the officer's reach."""
        match facet:
            case "violations":
                return _merged(self.labels.violations)
            case "units":
                return _merged(self.labels.units)
            case "statuses":
                return {status.value: text(f"status.{status}", self.lang) for status in Status}
            case "kinds":
                return {kind: text(f"kind.{kind}", self.lang) for kind in kinds}
            case _:
                return dict(self.agencies)


def _merged(names: Names) -> dict[str, str]:
    """Code -> name over several agencies; where two call the same code differently, both names."""
    found: dict[str, list[str]] = {}
    for (_, code), name in names.items():
        if name not in found.setdefault(code, []):
            found[code].append(name)
    return {code: " / ".join(spelled) for code, spelled in found.items()}


def number(count: int, lang: str) -> str:
    """5000 as "5.000" in Indonesian and "5,000" in English."""
    return f"{count:,}".replace(",", text("format.thousand", lang))


def address(wanted: CaseFilter, lang: str) -> str:
    """The list's address with this filter."""
    path = f"/en{CASES}" if lang == "en" else CASES
    query = wanted.to_query()
    return f"{path}?{query}" if query else path


# --- rows ----------------------------------------------------------------------------------------------------------


def row(case: Row, words: Words) -> Entry:
    """A row of the table."""
    what, where = _what_where(case, words)
    look = LOOKS[Status(case.status)]
    return {
        "ticket": case.ticket,
        "href": f"{'/en' if words.lang == 'en' else ''}{CASES}/{case.ticket}",
        "received": day_in_words(case.received_on.isoformat(), words.lang),
        "evidence": str(case.evidence_count) if case.evidence_count else "",
        "what": what,
        "where": where,
        "status": text(f"status.{case.status}", words.lang),
        "tone": look.tone,
        "icon": look.icon,
        "locked": "" if case.readable else "yes",
    }


def _what_where(case: Row, words: Words) -> tuple[str, str]:
    """Type over unit; of a service complaint, its service over what it is."""
    if case.kind == "service":
        kind = text("kind.service", words.lang)
        return words.labels.services.get((case.agency, case.service or ""), case.service or kind), kind
    what = words.labels.violations.get((case.agency, case.violation_type or ""), case.violation_type or "")
    where = words.labels.units.get((case.agency, case.unit or ""), case.unit or text("cases.no_unit", words.lang))
    return what, where


# --- filters -------------------------------------------------------------------------------------------------------


def options(
    counts: Mapping[str, Mapping[str, int]], wanted: CaseFilter, words: Words, kinds: tuple[str, ...]
) -> dict[str, list[Entry]]:
    """Filter -> its options, each with its count and whether it is on; what is chosen or has cases comes first."""
    return {facet: _options(facet, counts[facet], wanted, words, kinds) for facet in FACETS}


def _options(
    facet: str, counts: Mapping[str, int], wanted: CaseFilter, words: Words, kinds: tuple[str, ...]
) -> list[Entry]:
    chosen = getattr(wanted, facet)
    names = words.options(facet, kinds)
    names |= {code: code for code in (*counts, *chosen) if code not in names}
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
    if facet != "units":
        return entries
    return sorted(entries, key=lambda entry: entry["count"] == "0" and not entry["on"])


def chips(wanted: CaseFilter, words: Words, kinds: tuple[str, ...]) -> list[Entry]:
    """One chip per value that the filter names: its words, and the address without it."""
    found: list[Entry] = []
    for facet, key in FACETS.items():
        names = words.options(facet, kinds)
        chosen: tuple[str, ...] = getattr(wanted, facet)
        for code in chosen:
            rest = wanted.changed(**{facet: tuple(other for other in chosen if other != code)})
            found.append(_chip(key, names.get(code, code), rest, words.lang))
    for field, key in (("date_from", "cases.filter_from"), ("date_to", "cases.filter_to")):
        if day := getattr(wanted, field):
            said = day_in_words(day.isoformat(), words.lang)
            found.append(_chip(key, said, wanted.changed(**{field: None}), words.lang))
    if wanted.ticket:
        found.append(_chip("cases.col_ticket", wanted.ticket, wanted.changed(ticket=""), words.lang))
    return found


def _chip(key: str, value: str, rest: CaseFilter, lang: str) -> Entry:
    name = f"{text(key, lang)}: {value}"
    return {"name": name, "remove": fill(text("cases.chip_remove", lang), name=name), "href": address(rest, lang)}


# --- the list as a whole -------------------------------------------------------------------------------------------


def summary(page: Page, wanted: CaseFilter, lang: str) -> Entry:
    """The line under the table, the addresses of its neighbours, and what the controls show."""
    counted = {name: number(getattr(page, name), lang) for name in ("first", "last", "total")}
    bare = CaseFilter(sort=wanted.sort)
    return {
        "phase": "rows" if page.rows else "none" if wanted.changed() != bare else "empty",
        "said": fill(text("common.rows_count", lang), **counted) if page.rows else fill(text("cases.count", lang), n=0),
        "previous": address(wanted.changed(after=page.previous), lang) if page.previous else "",
        "next": address(wanted.changed(after=page.next), lang) if page.next else "",
        "all": address(bare, lang),
        "newest": address(wanted.changed(sort="newest"), lang),
        "oldest": address(wanted.changed(sort="oldest"), lang),
        "sort": wanted.sort,
        "query": wanted.to_query(),
        "ticket": wanted.ticket,
        "date_from": wanted.date_from.isoformat() if wanted.date_from else "",
        "date_to": wanted.date_to.isoformat() if wanted.date_to else "",
        "dates_on": "yes" if wanted.date_from or wanted.date_to else "",
    } | {f"on_{facet}": str(len(getattr(wanted, facet)) or "") for facet in FACETS}
