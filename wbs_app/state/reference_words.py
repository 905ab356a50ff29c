"""What the page of an agency's lists and profile shows, as small rows of texts."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from wbs_app.model.agency import Profile
from wbs_app.model.reference import SECTIONS, Form
from wbs_app.model.steps import problems
from wbs_app.model.tables import ViolationType
from wbs_app.services import reference
from wbs_app.services.reference_edit import Row
from wbs_app.state.portal import Entry
from wbs_app.text import fill, has, text

Section = dict[str, Any]

_CONTROLS = {"description_id": "area", "description_en": "area", "after": "place", "phone": "tel"}
_CONTROLS |= {"email": "email", "website": "url", "announcement_id": "area", "announcement_en": "area"}


def name_of(row: Row, lang: str) -> str:
    """Violation types have a name in each language."""
    return getattr(row, f"name_{lang}") if isinstance(row, ViolationType) else row.name


def line(row: Row, lang: str) -> Entry:
    """An entry of a list."""
    name, other, about, marks = name_of(row, lang), "", "", []
    if isinstance(row, ViolationType):
        other = row.name_en if lang == "id" else row.name_id
        about = row.description_en if lang == "en" else row.description_id
        marks = [text("reference.mark_other", lang)] if row.other else []
        marks += [text("reference.mark_service", lang)] if row.form == "service" else []
    return {
        "code": row.code,
        "name": name,
        "also": other if other != name else "",
        "about": about,
        "mark": " · ".join(marks),
        "active": "yes" if row.active else "",
        "state": text("reference.active" if row.active else "reference.inactive", lang),
    }


def matching(rows: Iterable[Row], sought: str) -> list[Row]:
    """Those in whose names this stands, however it is written."""
    wanted = sought.casefold()
    return [row for row in rows if any(wanted in name_of(row, lang).casefold() for lang in ("id", "en"))]


def label(name: str, lang: str) -> str:
    """What a field is called; targets and times of keeping by the status they belong to."""
    key = f"reference.{name}"
    return text(key, lang) if has(key) else text(f"status.{name}", lang)


def _asked(form: type[Form], name: str, lang: str) -> str:
    """The same beside a control, which takes figures alone."""
    words = label(name, lang)
    return words if form.kind == "text" else fill(text(f"reference.in_{form.kind}", lang), what=words)


def fields(form: type[Form], words: dict[str, str], lang: str) -> list[Entry]:
    """The form's controls, with what stands in them."""
    needed = _needed(form)
    return [
        {
            "name": name,
            "label": _asked(form, name, lang),
            "hint": text(f"reference.hint_{name}", lang) if has(f"reference.hint_{name}") else "",
            "kind": _CONTROLS.get(name, "text") if form.kind == "text" else "number",
            "value": words.get(name, ""),
            "required": "yes" if name in needed else "no" if name != "after" else "",  # a place always is one
        }
        for name in sorted(form.model_fields, key="after".__eq__)  # a name comes before its place
    ]


def _needed(form: type[Form]) -> set[str]:
    """The fields that an empty form is asked for."""
    try:
        form.check({})
    except ValidationError as error:
        return set(problems(error))
    return set()


def profile_sections(profile: Profile, lang: str) -> list[Section]:
    """The profile for reading: what may be changed, each section with its slug, and then what may not, without one."""
    shown = [
        _section(slug, f"reference.section_{slug}", _said(form, form.now(profile), lang), lang)
        for slug, form in SECTIONS.items()
    ]
    fixed = _section("", "reference.section_fixed", _fixed(profile, lang), lang)
    return [
        *shown,
        fixed | {"lead": [{"label": text("reference.why", lang), "value": text("reference.fixed_why", lang)}]},
    ]


def _section(slug: str, title: str, values: dict[str, str], lang: str) -> Section:
    empty = text("common.not_filled", lang)
    rows = [{"label": label(name, lang), "value": value or empty} for name, value in values.items()]
    return {"slug": slug, "title": text(title, lang), "lead": [], "people": [], "rows": rows}


def _said(form: type[Form], words: dict[str, str], lang: str) -> dict[str, str]:
    if form.kind == "text":
        return words
    empty = text("reference.for_ever", lang)
    return {
        name: fill(text(f"reference.n_{form.kind}", lang), n=word) if word else empty for name, word in words.items()
    }


def _fixed(profile: Profile, lang: str) -> dict[str, str]:
    limits = {"mb": profile.max_file_mb, "n": profile.max_files, "total": profile.max_files_total}
    return {
        "ticket_prefix": profile.ticket_prefix,
        "province": reference.provinces().get(profile.province_code, profile.province_code),
        "timezone": profile.timezone_label,
        "files": fill(text("reference.n_files", lang), **limits),
        "link_hosts": ", ".join(profile.link_hosts),
        "oversight": profile.oversight.upper(),
    }
