"""Retensi Data: which cases may be destroyed, who has agreed, and one's own agreement."""

from typing import Any

import reflex as rx

from wbs_app.components.desk import desk, nothing, outcome, records, waiting
from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.posting import posting_form
from wbs_app.components.words import t
from wbs_app.model.access import Permission
from wbs_app.model.desk import RETENTION
from wbs_app.state.staff_desk import DeskState
from wbs_app.state.staff_retention import RetentionState

_HEADS = ("admin.destruction_case", "admin.destruction_since", "admin.destruction_state")


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
    form = posting_form(
        records(t("admin.retention"), _HEADS, RetentionState.rows, row),
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
        outcome(RetentionState.said),
        rx.cond(RetentionState.ready, listed(), waiting()),
    )


PAGE = Page(RETENTION, "title.staff_retention", content, (DeskState.enter, RetentionState.load), staff=True)
