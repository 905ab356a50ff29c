"""Pemberitahuan: the outbox of mails, as far as an administrator must look after it."""

from typing import Any

import reflex as rx

from wbs_app.components.desk import desk, nothing, outcome, records, waiting
from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.words import t
from wbs_app.model.access import Permission
from wbs_app.model.desk import NOTICES
from wbs_app.state.staff_desk import DeskState
from wbs_app.state.staff_notices import NoticesState

VIEW = NoticesState.view
_HEADS = ("notify.to", "notify.problem", "notify.next", "admin.user_actions")


def row(one: Any) -> rx.Component:
    cell = lambda *shown, **props: rx.el.td(*shown, role="cell", **props)  # noqa: E731
    small = lambda shown: rx.el.span(shown, class_name="small muted block")  # noqa: E731
    again = rx.el.button(
        t("notify.retry"),
        rx.el.span(" ", one["to"], ", ", one["what"], class_name="sr"),
        type="button",
        on_click=NoticesState.retry(one["id"].to(str)),  # type: ignore[call-arg,arg-type]
        class_name="btn btn-secondary",
    )
    sign = rx.cond(one["given_up"] == "yes", icon("circle-alert"), icon("clock"))
    state = rx.el.span(sign, rx.el.span(one["next"]), class_name="flex items-center gap-2")
    return rx.el.tr(
        cell(rx.el.b(one["to"], class_name="block break-words"), small(one["what"])),
        cell(one["problem"], small(one["tries"]), class_name="wide"),
        cell(state, class_name="wide"),
        cell(again),
        key=one["id"],
        role="row",
    )


def stuck() -> rx.Component:
    listed = records(t("notify.listed"), _HEADS, NoticesState.stuck, row)
    return rx.cond(NoticesState.stuck.length() > 0, listed, nothing("mail", t("notify.none")))


def content() -> rx.Component:
    missing = rx.el.p(
        icon("triangle-alert"),
        rx.el.span(t("notify.no_server")),
        class_name="note mt-4 mb-0",
        custom_attrs={"data-tone": "wait"},
    )
    shown = rx.fragment(
        rx.cond(VIEW["server"] == "no", missing),
        rx.el.p(VIEW["queued"], class_name="m-0 mt-4 num"),
        stuck(),
    )
    return desk(
        NOTICES,
        Permission.MANAGE_SETTINGS,
        rx.el.h1(t("admin.notices"), class_name="m-0"),
        rx.el.p(t("notify.intro"), class_name="m-0 mt-1 muted max-w-[70ch]"),
        outcome(NoticesState.said),
        rx.cond(VIEW["server"], shown, waiting()),
    )


PAGE = Page(NOTICES, "title.staff_notices", content, (DeskState.enter, NoticesState.load), staff=True)
