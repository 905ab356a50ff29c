"""Kalender Hari Kerja: which days are not as their weekday, and how an administrator changes that."""

from typing import Any

import reflex as rx

from wbs_app.components.desk import agency_links, desk, goto, nothing, outcome, records, waiting
from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.posting import posting_form
from wbs_app.components.words import t
from wbs_app.model.access import Permission
from wbs_app.model.desk import CALENDAR
from wbs_app.state.staff_calendar import LONGEST, CalendarState
from wbs_app.state.staff_desk import DeskState

VIEW = CalendarState.view
_HEADS = ("calendar.day", "calendar.name", "calendar.kind", "calendar.actions")


def choosing() -> rx.Component:
    """The year, and for an administrator of several agencies which one."""

    def neighbour(href: Any, sign: str, key: str) -> rx.Component:
        return rx.cond(href != "", goto(icon(sign), href, aria_label=t(key), class_name="icon-btn"))

    years = rx.el.div(
        neighbour(VIEW["before"], "chevron-left", "calendar.before"),
        rx.el.b(VIEW["year"], class_name="num text-[1.125rem]"),
        neighbour(VIEW["after"], "chevron-right", "calendar.after"),
        class_name="flex items-center gap-1 -ml-2",
    )
    return rx.el.div(
        years,
        agency_links(CalendarState.agencies, VIEW["agency"]),
        class_name="flex flex-wrap items-center gap-x-6 gap-y-2 mt-4 min-h-12",
    )


def row(day: Any) -> rx.Component:
    cell = lambda *shown, **props: rx.el.td(*shown, role="cell", **props)  # noqa: E731
    tone = rx.match(day["kind"], ("own", "info"), ("working", "work"), "closed")
    kind = rx.el.span(day["kind_text"], class_name="pill", custom_attrs={"data-tone": tone})
    undo = rx.el.button(
        t("calendar.forget"),
        rx.el.span(" ", day["words"], class_name="sr"),
        type="button",
        on_click=CalendarState.forget(day["day"].to(str)),  # type: ignore[call-arg,arg-type]
        class_name="btn btn-quiet",
    )
    return rx.el.tr(
        cell(rx.el.span(day["words"], class_name="num")),
        cell(rx.el.span(day["name"], class_name="break-words"), class_name="wide"),
        cell(kind),
        cell(rx.cond(day["own"] == "yes", undo)),
        key=day["day"],
        role="row",
    )


def days() -> rx.Component:
    label = t("calendar.listed", year=VIEW["year"], agency=VIEW["name"])
    listed = records(label, _HEADS, CalendarState.days, row, look="day-list", gap="mt-4")
    return rx.cond(CalendarState.days.length() > 0, listed, nothing("inbox", t("calendar.none")))


def change() -> rx.Component:
    """Built anew, and thereby empty, after a day was saved."""
    wrong = rx.el.div(
        rx.cond(
            CalendarState.wrong != "", rx.el.p(icon("circle-alert"), CalendarState.wrong, class_name="q-err !mb-0")
        ),
        id="hari-galat",
        tab_index=-1,
        class_name="outline-none",
    )
    day = _labelled("day", "calendar.day", rx.el.input(type="date", name="day", required=True, **_control("day")))
    name = _labelled(
        "name",
        "calendar.name",
        rx.el.input(type="text", name="name", required=True, max_length=LONGEST, **_control("name")),
    )
    button = rx.el.button(t("calendar.save"), type="submit", class_name="btn btn-primary sm:justify-self-start")
    form = posting_form(
        rx.el.div(wrong, day, name, _kind(), button, class_name="grid gap-4"),
        on_submit=CalendarState.set_day,
        key="hari-" + CalendarState.said["text"].to(str) + VIEW["year"].to(str),
        custom_attrs={"autoComplete": "off"},
    )
    return rx.el.section(
        rx.el.h2(t("calendar.add"), class_name="m-0 mb-3"), form, class_name="card p-5 mt-4 max-w-[44rem]"
    )


def _control(name: str) -> dict[str, Any]:
    return {"class_name": "input", "aria_describedby": "hari-galat", "custom_attrs": {"id": name}}


def _labelled(name: str, label: str, made: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.label(t(label), html_for=name, class_name="block font-semibold mb-1"), made)


def _kind() -> rx.Component:
    def one(value: str, chosen: bool) -> rx.Component:
        control = rx.el.input(type="radio", name="kind", value=value, default_checked=chosen)
        return rx.el.label(control, rx.el.span(t(f"calendar.{value}")), class_name="choice !py-2")

    return rx.el.fieldset(
        rx.el.legend(t("calendar.kind"), class_name="font-semibold mb-1 p-0"),
        rx.el.div(one("own", True), one("working", False), class_name="grid sm:grid-cols-2 gap-2"),
        class_name="border-0 p-0 m-0 min-w-0",
    )


def content() -> rx.Component:
    return desk(
        CALENDAR,
        Permission.MANAGE_SETTINGS,
        rx.el.h1(t("admin.calendar"), class_name="m-0"),
        rx.el.p(t("calendar.intro"), class_name="m-0 mt-1 muted max-w-[70ch]"),
        outcome(CalendarState.said),
        rx.cond(VIEW["year"], rx.fragment(choosing(), change(), days()), waiting(8)),
    )


PAGE = Page(CALENDAR, "title.staff_calendar", content, (DeskState.enter, CalendarState.load), staff=True)
