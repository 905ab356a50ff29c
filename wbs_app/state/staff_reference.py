"""Data Rujukan: an agency's units, violation types, services and profile. Which of them, stands in the address."""

import json
from typing import Any, ClassVar
from urllib.parse import urlencode

import reflex as rx
from pydantic import ValidationError
from reflex_base.utils.form import FormData

from wbs_app.model.access import Permission
from wbs_app.model.desk import REFERENCE, SAID
from wbs_app.model.reference import ENTRIES, SECTIONS, Form, Part
from wbs_app.model.steps import problems
from wbs_app.services import reference_edit
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.reference_edit import Troubled
from wbs_app.services.refusal import Refused
from wbs_app.state import reference_words
from wbs_app.state.door import language_of, localised, staff
from wbs_app.state.portal import Entry, renew_catalogue
from wbs_app.state.reference_words import Section
from wbs_app.state.staff_desk import agency_names, home_agency
from wbs_app.text import fill, text

NEW = "*"
"""In the place of a code, which it cannot be: an entry that is not there yet."""

HEAD, WRONG, FOUND = "rujukan-judul", "rujukan-galat", "rujukan-jumlah"
"""Ids of what takes the focus: a form's head, the place that says what is wrong with it, the size of a list."""

_LONGEST_SEARCH = 100
_Wrong = dict[str, tuple[str, dict[str, Any]]]


class ReferenceState(rx.State):
    """One part of one agency: its list, or one form. A form is a page of its own, so that a connection that breaks,
    or a server that starts again, takes nothing of what stands in it."""

    requires: ClassVar[Permission | None] = Permission.MANAGE_SETTINGS
    stays: ClassVar[bool] = True

    agencies: list[Entry] = []
    parts: list[Entry] = []
    view: Entry = {}
    entries: list[Entry] = []
    sections: list[Section] = []
    fields: list[Entry] = []
    places: list[Entry] = []  # where an entry may stand: after which
    errors: Entry = {}  # by field
    labelled: list[list[str]] = []  # [id of the control, "Label: message"]
    said: Entry = {}

    _news: Entry = {}  # what the next page says first

    # --- showing --------------------------------------------------------------------------------------------------

    @rx.event
    async def load(self):
        """Shows what the address names; for what is not there, the list of units."""
        actor, lang, query = staff(), language_of(self), self.router.url.query_parameters
        names = await agency_names(actor.agencies, lang)
        asked, part, before = query.get("instansi", ""), query.get("bagian", ""), self.view
        agency = asked if asked in names else home_agency(actor)
        self.said, self._news = self._news, {}
        self.errors, self.labelled = {}, []
        self.agencies = [
            {"code": code, "name": name, "href": self._address(code, Part.UNIT)} for code, name in names.items()
        ]
        await self._show(
            agency, Part(part) if part in set(Part) else Part.UNIT, query.get("ubah", ""), query.get("cari", "")
        )
        return rx.set_focus(SAID) if self.said else self._focus(before)

    def _focus(self, before: Entry) -> rx.event.EventSpec | None:
        """What was pressed may be gone: on to what came of it. A page that only came back is left alone."""
        if not before or all(before[name] == self.view[name] for name in ("part", "key", "sought")):
            return None
        if self.view["key"]:
            return rx.set_focus(HEAD)
        moved = before["part"] != self.view["part"]
        return None if moved or self.view["part"] == Part.PROFILE else rx.set_focus(FOUND)

    async def _show(self, agency: str, part: Part, edit: str, sought: str) -> None:
        lang = language_of(self)
        self.parts = [
            {"code": one.value, "name": text(f"reference.part_{one}", lang), "href": self._address(agency, one)}
            for one in Part
        ]
        self.entries, self.sections, self.fields, self.places = [], [], [], []
        async with reading() as db:
            if part is Part.PROFILE:
                shown = await self._show_profile(db, agency, edit)
            else:
                shown = await self._show_list(db, agency, part, edit, sought)
        edit = edit if self.fields else ""
        self.view = {
            "agency": agency,
            "part": part.value,
            "edit": edit,
            "key": "",
            "shown": "",
            "count": "",
            "title": text(f"reference.part_{part}", lang),
            "note": "",
            "sought": "",
            "back": self._address(agency, part),
            "again": self._address(agency, part, ubah=edit),
            "new": self._address(agency, part, ubah=NEW),
        } | shown

    async def _show_list(self, db: Db, agency: str, part: Part, edit: str, sought: str) -> Entry:
        """The list, or the form of an entry."""
        lang, form = language_of(self), ENTRIES[part]
        rows = await reference_edit.entries(db, staff(), agency, part)
        at = next((at for at, row in enumerate(rows) if row.code == edit), None)
        if edit == NEW or at is not None:
            others = rows if at is None else [*rows[:at], *rows[at + 1 :]]
            before = rows[at - 1].code if at else rows[-1].code if rows and at is None else ""
            words = {} if at is None else form.of(rows[at])
            self.places = [{"code": row.code, "name": reference_words.name_of(row, lang)} for row in others]
            title = "reference.add_title" if at is None else "reference.edit_title"
            return self._form(form, words | {"after": before}, agency, part, edit) | {
                "title": fill(text(f"{title}_{part}", lang), name="" if at is None else self._name(rows[at]))
            }
        sought = sought.encode("utf-8", "replace").decode()[:_LONGEST_SEARCH].strip()
        found = reference_words.matching(rows, sought)
        self.entries = [
            reference_words.line(row, lang) | {"href": self._address(agency, part, ubah=row.code)} for row in found
        ]
        figures = {"n": len(rows), "active": sum(row.active for row in rows), "found": len(found)}
        useless = part is Part.SERVICE and not await reference_edit.takes_services(db, agency)
        return {
            "sought": sought,
            "count": fill(text("reference.found" if sought else "reference.count", lang), **figures),
            "note": text("reference.no_services", lang) if useless else "",
        }

    async def _show_profile(self, db: Db, agency: str, edit: str) -> Entry:
        """The profile, or the form of one of its sections."""
        lang = language_of(self)
        profile = await reference_edit.profile(db, staff(), agency)
        if edit not in SECTIONS:
            self.sections = reference_words.profile_sections(profile, lang)
            return {}
        shown = self._form(SECTIONS[edit], SECTIONS[edit].now(profile), agency, Part.PROFILE, edit)
        note = text(f"reference.note_{edit}", lang)
        return shown | {"title": text(f"reference.section_{edit}", lang), "note": note}

    def _form(self, form: type[Form], words: dict[str, str], agency: str, part: Part, edit: str) -> Entry:
        """Fills the controls; the page keeps what they began with, beside them."""
        self.fields = reference_words.fields(form, words, language_of(self))
        key = _key({"agency": agency, "part": part, "edit": edit})
        return {"key": key, "shown": json.dumps(words | {"": key})}

    def _name(self, row: reference_edit.Row) -> str:
        return reference_words.name_of(row, language_of(self))

    def _address(self, agency: str, part: Part, **more: str) -> str:
        asked = {"instansi": agency, "bagian": str(part)} | more
        return localised(self, f"{REFERENCE}?{urlencode(asked, safe=NEW, errors='replace')}")

    # --- changing -------------------------------------------------------------------------------------------------

    @rx.event
    async def seek(self, form: FormData):
        """Cari: the list keeps to names with this in them."""
        if not self.view:
            return None
        sought = str(form.get("cari", "")).strip()[:_LONGEST_SEARCH]
        more = {"cari": sought} if sought else {}
        return rx.redirect(self._address(self.view["agency"], Part(self.view["part"]), **more), replace=True)

    @rx.event
    async def save(self, form: FormData):
        """Simpan, of whichever form is shown. What cannot be saved stays in the form, with the reason beside it."""
        try:
            news = await self._write(form)
        except ValidationError as error:
            return self._refuse(problems(error))
        except Troubled as problem:
            return self._refuse(problem.fields)
        except Refused as problem:
            return self._refuse({"": (problem.key, problem.values)})
        view, self._news = self.view, news
        renew_catalogue(view["agency"])
        return rx.redirect(view["back"], replace=True)

    async def _write(self, form: FormData) -> Entry:
        """Writes what was posted; what the next page says of it."""
        view, lang = self.view, language_of(self)
        shown = _texts(str(form.get("shown", "")))
        if not view.get("edit") or shown.pop("", None) != _key(view):
            raise Refused("error.expired")
        agency, part, edit = view["agency"], Part(view["part"]), view["edit"]
        posted = {name: value for name in form if isinstance(value := form[name], str)}
        if part is Part.PROFILE:
            section = SECTIONS[edit].check(posted)
            async with writing() as db:
                await reference_edit.set_profile(db, staff(), agency, edit, section, shown)
            return _done(fill(text("reference.saved", lang), name=text(f"reference.section_{edit}", lang)))
        entry = ENTRIES[part].check(posted)
        async with writing() as db:
            if edit == NEW:
                await reference_edit.add(db, staff(), agency, part, entry)
            else:
                await reference_edit.change(db, staff(), agency, part, edit, entry, shown)
        name = entry.words.get("name") or entry.words[f"name_{lang}"]
        return _done(fill(text("reference.added" if edit == NEW else "reference.saved", lang), name=name))

    def _refuse(self, wrong: _Wrong) -> rx.event.EventSpec:
        lang = language_of(self)
        labels = {field["name"]: field["label"] for field in self.fields}
        said = {name: fill(text(key, lang), **values) for name, (key, values) in wrong.items()}
        self.errors = said
        self.labelled = [
            [f"isi-{name}", f"{labels[name]}: {words}" if name in labels else words] for name, words in said.items()
        ]
        return rx.set_focus(WRONG)

    @rx.event
    async def use(self, code: str, active: bool):
        """Aktifkan or Nonaktifkan. The focus stays where it was pressed, and the row says what it is now."""
        view, lang = self.view, language_of(self)
        part = view.get("part", Part.PROFILE)
        try:
            if part == Part.PROFILE:
                raise Refused("reference.gone")
            async with writing() as db:
                await reference_edit.use(db, staff(), view["agency"], Part(part), code, active)
        except Refused as problem:
            self.said = {"tone": "bad", "text": fill(text(problem.key, lang), **problem.values)}
            return rx.set_focus(SAID)
        renew_catalogue(view["agency"])
        await self._show(view["agency"], Part(part), "", view["sought"])
        name = next((row["name"] for row in self.entries if row["code"] == code), code)
        self.said = _done(fill(text("reference.used" if active else "reference.unused", lang), name=name))
        return None


def _done(words: str) -> Entry:
    return {"tone": "done", "text": words}


def _key(view: Entry) -> str:
    """Which form it is; posted with it."""
    return f"{view['agency']}/{view['part']}/{view['edit']}"


def _texts(posted: str) -> dict[str, str]:
    """What a form began with, as the page kept it.

    Raises:
        Refused: for anything but a small table of texts.
    """
    try:
        found = json.loads(posted)
    except (ValueError, RecursionError):
        raise Refused("error.expired") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Refused("error.expired")
    return found
