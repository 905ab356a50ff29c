"""Jejak Audit: who did what to which ticket or person, never content."""

from typing import Any

import reflex as rx

from wbs_app.components.desk import desk, nothing, pager, records, waiting
from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.words import here, t
from wbs_app.model.access import Permission
from wbs_app.model.desk import TRAIL, TRAIL_EXPORT
from wbs_app.state.staff_audit import AuditState
from wbs_app.state.staff_desk import DeskState

VIEW = AuditState.view
_HEADS = ("admin.audit_at", "admin.audit_who", "admin.audit_action", "admin.audit_subject")


def row(entry: Any) -> rx.Component:
    cell = lambda *shown, **props: rx.el.td(*shown, role="cell", **props)  # noqa: E731
    return rx.el.tr(
        cell(rx.el.span(entry["at"], class_name="num small")),
        cell(rx.el.span(entry["who"], class_name="break-words")),
        cell(rx.el.span(entry["action"], class_name="font-semibold"), class_name="wide"),
        cell(rx.el.span(entry["subject"], class_name="num break-words muted"), class_name="wide"),
        key=entry["id"],
        role="row",
    )


def verdict() -> rx.Component:
    """What the examination of the chain found."""
    note = rx.el.div(
        rx.cond(VIEW["tone"] == "done", icon("circle-check"), icon("circle-alert")),
        rx.el.span(VIEW["result"], class_name="font-semibold"),
        class_name="note mt-4",
        custom_attrs={"data-tone": VIEW["tone"]},
    )
    return rx.el.div(rx.cond(VIEW["result"], note), role="status")


def events() -> rx.Component:
    foot = pager(VIEW["newer"], VIEW["older"], VIEW["said"])
    listed = records(t("admin.audit"), _HEADS, AuditState.events, row, foot, look="trail")
    return rx.cond(AuditState.events.length() > 0, listed, nothing("inbox", t("common.no_data")))


def content() -> rx.Component:
    press = rx.el.button(
        icon("shield-check"),
        t("admin.audit_verify"),
        type="button",
        on_click=AuditState.verify,
        class_name="btn btn-secondary sm:ml-auto",
    )
    take = rx.el.form(
        rx.el.button(icon("download"), t("admin.audit_export"), type="submit", class_name="btn btn-secondary"),
        method="post",
        action=here(TRAIL_EXPORT),
        on_submit=None,
    )
    head = rx.el.div(
        rx.el.h1(t("admin.audit"), class_name="m-0"),
        press,
        take,
        class_name="flex flex-wrap items-center gap-x-4 gap-y-3",
    )
    intro = rx.el.p(t("admin.audit_text"), class_name="m-0 mt-2 muted max-w-[70ch]")
    shown = rx.cond(VIEW["said"], events(), waiting(8))
    return desk(TRAIL, Permission.READ_AUDIT, head, intro, verdict(), shown)


PAGE = Page(TRAIL, "title.staff_audit", content, (DeskState.enter, AuditState.load), staff=True)
