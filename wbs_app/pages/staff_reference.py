"""Data Rujukan: what an agency's forms offer and what its profile says, for its administrators to change."""

from typing import Any

import reflex as rx

from wbs_app.components.desk import agency_links, desk, goto, nothing, outcome, records, waiting
from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.posting import posting_form
from wbs_app.components.reference_form import VIEW, editor
from wbs_app.components.summary import report_sections
from wbs_app.components.words import t
from wbs_app.model.access import Permission
from wbs_app.model.desk import REFERENCE
from wbs_app.model.reference import Part
from wbs_app.state.staff_desk import DeskState
from wbs_app.state.staff_reference import FOUND, ReferenceState

_HEADS = ("reference.entry", "reference.state", "reference.actions")


def choosing() -> rx.Component:
    """For an administrator of several agencies which one; then which part of it."""

    def tab(entry: Any) -> rx.Component:
        current = rx.cond(entry["code"] == VIEW["part"], "page", None)
        return goto(
            entry["name"],
            entry["href"],
            key=entry["code"],
            class_name="view",
            custom_attrs={"aria-current": current},
        )

    agencies = agency_links(ReferenceState.agencies, VIEW["agency"])
    parts = rx.el.nav(
        rx.foreach(ReferenceState.parts, tab),
        aria_label=t("reference.parts"),
        class_name="views flex-wrap gap-y-0 mt-3",
    )
    return rx.fragment(rx.el.div(agencies, class_name="mt-4 empty:hidden"), parts)


# --- lists -----------------------------------------------------------------------------------------------------------


def row(entry: Any) -> rx.Component:
    cell = lambda *shown, **props: rx.el.td(*shown, role="cell", **props)  # noqa: E731
    small = lambda name: rx.cond(  # noqa: E731
        entry[name] != "", rx.el.span(entry[name], class_name="small muted block break-words max-w-[80ch]")
    )
    active = entry["active"] == "yes"
    sign = rx.cond(active, icon("circle-check"), icon("ban"))
    state = rx.el.span(
        sign, entry["state"], class_name="pill", custom_attrs={"data-tone": rx.cond(active, "done", "closed")}
    )
    named = lambda words: rx.fragment(words, rx.el.span(" ", entry["name"], class_name="sr"))  # noqa: E731
    edit = goto(named(t("common.edit")), entry["href"], class_name="btn btn-secondary")
    switch = rx.el.button(
        named(rx.cond(active, t("reference.retire"), t("reference.restore"))),
        type="button",
        on_click=ReferenceState.use(entry["code"].to(str), ~active),  # type: ignore[call-arg,arg-type]
        class_name="btn btn-quiet",
    )
    return rx.el.tr(
        cell(rx.el.b(entry["name"], class_name="block break-words"), small("also"), small("about"), small("mark")),
        cell(state),
        cell(rx.el.div(edit, switch, class_name="flex flex-wrap gap-2 lg:justify-end"), class_name="wide"),
        key=entry["code"],
        role="row",
    )


def finding() -> rx.Component:
    """A part of a name; and the way to a new entry."""
    form = posting_form(
        rx.el.div(
            rx.el.label(t("reference.seek"), html_for="cari", class_name="sr"),
            rx.el.div(
                icon("search", class_name="search-sign"),
                rx.el.input(
                    type="search",
                    name="cari",
                    default_value=VIEW["sought"],
                    placeholder=t("reference.seek"),
                    custom_attrs={"id": "cari", "autoComplete": "off", "maxLength": 100},
                    class_name="input search-input",
                ),
                class_name="relative flex-1 min-w-0",
            ),
            rx.el.button(t("common.search"), type="submit", class_name="btn btn-secondary"),
            class_name="flex gap-2",
        ),
        on_submit=ReferenceState.seek,
        key="cari-" + VIEW["agency"] + VIEW["part"] + VIEW["sought"],
        custom_attrs={"role": "search"},
        class_name="flex-1 basis-64 max-w-[28rem]",
    )
    new = goto(icon("plus"), VIEW["new"], t("reference.add"), class_name="btn btn-primary")
    return rx.el.div(form, new, class_name="flex flex-wrap items-center justify-between gap-3 mt-4")


def listed() -> rx.Component:
    note = rx.el.div(icon("info"), rx.el.p(VIEW["note"], class_name="m-0"), class_name="note mt-4")
    label = t("reference.listed", part=VIEW["title"])
    rows = rx.cond(
        ReferenceState.entries.length() > 0,
        records(label, _HEADS, ReferenceState.entries, row, look="reference-list", gap="mt-2"),
        rx.cond(
            VIEW["sought"] != "",
            nothing(
                "search-x",
                t("reference.none_found"),
                goto(t("common.see_all"), VIEW["back"], class_name="btn btn-secondary"),
            ),
            nothing("inbox", t("reference.none")),
        ),
    )
    return rx.fragment(
        rx.cond(VIEW["note"], note),
        finding(),
        rx.el.p(VIEW["count"], id=FOUND, role="status", tab_index=-1, class_name="m-0 mt-3 small muted outline-none"),
        rows,
    )


# --- the profile -----------------------------------------------------------------------------------------------------


def profile() -> rx.Component:
    """For reading, each section with its way to change it; the last one has none, and says why."""

    def head(section: Any) -> rx.Component:
        to = ReferenceState.view["back"] + "&ubah=" + section["slug"].to(str)
        words = rx.fragment(t("common.edit"), rx.el.span(" ", section["title"].to(str), class_name="sr"))
        return rx.cond(section["slug"].to(str) != "", goto(words, to, class_name="btn btn-secondary"))

    return rx.el.div(report_sections(ReferenceState.sections, head), class_name="card p-5 pt-0 mt-4 max-w-[60rem]")


def content() -> rx.Component:
    shown = rx.cond(VIEW["part"] == Part.PROFILE.value, profile(), listed())
    return desk(
        REFERENCE,
        Permission.MANAGE_SETTINGS,
        rx.el.h1(t("admin.reference"), class_name="m-0"),
        rx.el.p(t("reference.intro"), class_name="m-0 mt-1 muted max-w-[70ch]"),
        outcome(ReferenceState.said),
        rx.cond(
            VIEW["agency"],
            rx.fragment(choosing(), rx.cond(VIEW["edit"] != "", editor(), shown)),
            waiting(8),
        ),
    )


PAGE = Page(REFERENCE, "title.staff_reference", content, (DeskState.enter, ReferenceState.load), staff=True)
