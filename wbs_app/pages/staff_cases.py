"""Daftar Laporan: the case list."""

import reflex as rx

from wbs_app.components.case_filters import VIEW, filters, search
from wbs_app.components.case_table import listed, pending
from wbs_app.components.case_views import deep_search, export, own_views, tabs
from wbs_app.components.desk import desk, goto, nothing
from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.shortcuts import shortcuts
from wbs_app.components.words import t
from wbs_app.model.access import Permission
from wbs_app.model.desk import CASES
from wbs_app.state.staff_cases import FOUND, CasesState
from wbs_app.state.staff_desk import DeskState
from wbs_app.state.staff_search import SearchState


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.h1(t("cases.title"), class_name="m-0"),
        live_sign(),
        rx.el.div(search(), shortcuts(), class_name="sm:ml-auto flex gap-1 w-full sm:w-auto"),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-3",
    )


def live_sign() -> rx.Component:
    """Says that the page moves by itself; while the connection is lost, the banner says so."""
    return rx.el.span(t("net.live"), class_name="live")


def _news() -> rx.Component:
    """What came in meanwhile is offered; rows under a finger never move."""
    banner = rx.el.div(
        icon("refresh-cw"),
        rx.el.span(CasesState.news, class_name="flex-1"),
        rx.el.button(t("cases.show_new"), type="button", on_click=CasesState.show_new, class_name="btn btn-secondary"),
        class_name="note news mt-3 items-center",
    )
    return rx.el.div(rx.cond(CasesState.news != "", banner), role="status")


def _answer() -> rx.Component:
    answer = CasesState.answer
    sign = rx.cond(answer["tone"] == "done", icon("circle-check"), icon("circle-alert"))
    said = rx.el.div(
        sign, rx.el.span(answer["said"]), class_name="note mt-3", custom_attrs={"data-tone": answer["tone"].to(str)}
    )
    return rx.el.div(rx.cond(answer["said"], said), role="status")


def content() -> rx.Component:
    none = nothing(
        "search-x",
        t("cases.empty"),
        goto(t("common.reset_filter"), VIEW["all"], class_name="btn btn-secondary mt-1"),
    )
    empty = nothing(
        "inbox", t("cases.empty_all"), rx.el.p(t("cases.empty_reach", role=DeskState.me["role"]), class_name="m-0")
    )
    shown = rx.match(VIEW["phase"], ("rows", listed()), ("none", none), ("empty", empty), pending())
    # Always in the page: it takes the focus after a choice, and is read aloud when it changes.
    found = rx.el.p(VIEW["said"], id=FOUND, tab_index=-1, role="status", class_name="m-0 small muted num min-h-5")
    below = rx.el.div(found, deep_search(), class_name="found mt-3")
    return desk(
        CASES, Permission.LIST_CASES, _head(), tabs(), filters(own_views(), export()), _news(), _answer(), below, shown
    )


PAGE = Page(CASES, "title.staff_cases", content, (DeskState.enter, CasesState.load, SearchState.clear), staff=True)
