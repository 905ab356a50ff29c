"""Kalender Hari Kerja: national holidays, and the days an agency has made its own."""

from datetime import date
from typing import ClassVar

import reflex as rx
from reflex_base.utils.form import FormData

from wbs_app.model.access import Permission
from wbs_app.model.desk import CALENDAR, SAID
from wbs_app.model.documents import day_in_words
from wbs_app.services import calendar
from wbs_app.services.calendar import Special
from wbs_app.services.database import reading, writing
from wbs_app.services.history import now_in
from wbs_app.services.refusal import Refused
from wbs_app.state.door import language_of, localised, staff
from wbs_app.state.numbers import number_of
from wbs_app.state.portal import Entry, catalogue_of
from wbs_app.state.staff_desk import agency_names, home_agency
from wbs_app.text import fill, text

LONGEST = calendar.LONGEST_NAME
YEARS = range(2020, 2100)


class CalendarState(rx.State):
    """One year of one agency; which ones stands in the address."""

    requires: ClassVar[Permission | None] = Permission.MANAGE_SETTINGS
    stays: ClassVar[bool] = True

    days: list[Entry] = []
    agencies: list[Entry] = []
    view: Entry = {}
    said: Entry = {}
    wrong: str = ""

    @rx.event
    async def load(self):
        """Shows the year and agency of the address, or the present ones."""
        actor, query = staff(), self.router.url.query_parameters
        agency, asked = query.get("instansi", ""), query.get("tahun", "")
        agency = agency if agency in actor.agencies else home_agency(actor)
        this_year = now_in((await catalogue_of(agency)).profile.timezone).year
        year = number_of(asked)
        self.said, self.wrong = {}, ""
        await self._show(agency, year if year in YEARS else this_year)

    async def _show(self, agency: str, year: int) -> None:
        actor, lang = staff(), language_of(self)
        async with reading() as db:
            days = await calendar.year(db, actor, agency, year)
        names = await agency_names(actor.agencies, lang)
        link = lambda code, number: localised(self, f"{CALENDAR}?instansi={code}&tahun={number}")  # noqa: E731
        self.agencies = [{"code": code, "name": name, "href": link(code, year)} for code, name in names.items()]
        self.days = [_row(day, lang) for day in days]
        self.view = {
            "agency": agency,
            "name": names[agency],
            "year": str(year),
            "before": link(agency, year - 1) if year - 1 in YEARS else "",
            "after": link(agency, year + 1) if year + 1 in YEARS else "",
        }

    @rx.event
    async def set_day(self, form: FormData):
        """Simpan Hari."""
        chosen, name, kind = (str(form.get(field, "")) for field in ("day", "name", "kind"))
        try:
            day = _day(chosen)
            async with writing() as db:
                await calendar.set_day(db, staff(), self.view.get("agency", ""), day, name, kind == "working")
        except Refused as problem:
            self.wrong = fill(text(problem.key, language_of(self)), **problem.values)
            return rx.set_focus("hari-galat")
        return await self._settled("calendar.saved", day)

    @rx.event
    async def forget(self, chosen: str):
        """The day is again what the national calendar says."""
        try:
            day = _day(chosen)
            async with writing() as db:
                await calendar.forget_day(db, staff(), self.view.get("agency", ""), day)
        except Refused as problem:
            self.said = {"tone": "bad", "text": fill(text(problem.key, language_of(self)), **problem.values)}
            return rx.set_focus(SAID)
        return await self._settled("calendar.forgotten", day)

    async def _settled(self, key: str, day: date) -> rx.event.EventSpec:
        lang = language_of(self)
        await self._show(self.view["agency"], day.year)
        self.wrong = ""
        self.said = {"tone": "done", "text": fill(text(key, lang), day=day_in_words(day.isoformat(), lang))}
        return rx.set_focus(SAID)


def _day(typed: str) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise Refused("error.date") from None
    if day.year not in YEARS:
        raise Refused("error.date")
    return day


def _row(day: Special, lang: str) -> Entry:
    kind = "working" if day.working else "own" if day.own else "national"
    weekday = text(f"weekday.{day.day.isoweekday()}", lang)
    return {
        "day": day.day.isoformat(),
        "words": f"{weekday}, {day_in_words(day.day.isoformat(), lang)}",
        "name": day.name,
        "kind": kind,
        "kind_text": text(f"calendar.{kind}", lang),
        "own": "yes" if day.own else "",
    }
