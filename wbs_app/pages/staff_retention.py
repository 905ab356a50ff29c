"""Retensi Data: which cases may be destroyed, who has agreed, and one's own agreement."""

from typing import Any

import reflex as rx

from wbs_app.components.desk import desk, nothing, waiting
from wbs_app.components.page import Page
from wbs_app.components.posting import posting_form
from wbs_app.components.shell import icon
from wbs_app.components.words import t
from wbs_app.model.access import Permission
from wbs_app.model.desk import RETENTION
from wbs_app.state.staff_desk import DeskState
from wbs_app.state.staff_retention import SAID, RetentionState

_HEADS = ("admin.destruction_case", "admin.destruction_since", "admin.destruction_state")


def outcome() -> rx.Component:
    said = RetentionState.said
    note = rx.el.div(
        rx.cond(said["tone"] == "done", icon("circle-check"), icon("circle-alert")),
        rx.el.p(said["text"], class_name="m-0 font-semibold"),
        class_name="note mt-4",
        custom_attrs={"data-tone": said["tone"]},
    )
    return rx.el.div(rx.cond(said["text"], note), id=SAID, role="status", tab_index=-1, class_name="outline-none")


def row(one: Any) -> rx.Component:
    cell = lambda *shown, **props: rx.el.td(*shown, role="cell", **props)  # noqa: E731
    small = lambda shown: rx.el.span(shown, class_name="small muted block")  # noqa: E731
    box = rx.el.label(
        rx.el.input(
            type="checkbox",
            name="ticket",
            value=one["ticket"].to(str),
            disabled=one["may"] == "",
            aria_label=one["ticket"],
        ),
        rx.el.b(one["ticket"], class_name="num"),
        class_name="check",
    )
    return rx.el.tr(
        cell(box, small(one["agency"])),
        cell(one["status"], small(one["closed"]), class_name="wide"),
        cell(one["state"], small(one["by"]), class_name="wide"),
        key=one["ticket"],
        role="row",
    )


def listed() -> rx.Component:
    heads = [rx.el.th(t(key), role="columnheader", scope="col") for key in _HEADS]
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*heads, role="row"), role="rowgroup"),
        rx.el.tbody(rx.foreach(RetentionState.rows, row), role="rowgroup"),
        role="table",
        aria_label=t("admin.retention"),
        class_name="table table-cards cols",
    )
    form = posting_form(
        rx.el.div(table, class_name="card mt-4 overflow-x-auto relative"),
        rx.el.button(icon("check"), t("admin.destruction_approve"), type="submit", class_name="btn btn-danger mt-4"),
        on_submit=RetentionState.approve,
    )
    empty = nothing("inbox", t("admin.destruction_none"))
    return rx.cond(RetentionState.rows.length() > 0, form, empty)


def content() -> rx.Component:
    return desk(
        RETENTION,
        Permission.APPROVE_DESTRUCTION,
        rx.el.h1(t("admin.retention"), class_name="m-0"),
        rx.el.p(t("admin.destruction_intro"), class_name="m-0 mt-1 muted max-w-[70ch]"),
        outcome(),
        rx.cond(RetentionState.ready, listed(), waiting()),
    )


PAGE = Page(RETENTION, "title.staff_retention", content, (DeskState.enter, RetentionState.load), staff=True)
