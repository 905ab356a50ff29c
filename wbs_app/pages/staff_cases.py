"""Daftar Laporan: the case list."""

from typing import Any

import reflex as rx

from wbs_app.components.case_filters import VIEW, filters, search
from wbs_app.components.desk import desk, goto, nothing, pager
from wbs_app.components.page import Page
from wbs_app.components.shell import icon
from wbs_app.components.status import status_pill
from wbs_app.components.words import t
from wbs_app.model.access import Permission
from wbs_app.model.desk import CASES
from wbs_app.state.staff_cases import FOUND, CasesState
from wbs_app.state.staff_desk import DeskState

_HEADS = ("cases.col_ticket", "cases.col_type_unit", "cases.col_status")


def row(entry: Any) -> rx.Component:
    """Two lines a row: ticket and marks over the day, type over unit, status."""
    evidence = rx.el.span(
        icon("paperclip"),
        entry["evidence"],
        rx.el.span(" ", t("cases.col_evidence"), class_name="sr"),
        class_name="due",
    )
    ticket = rx.el.span(
        goto(entry["ticket"], entry["href"], class_name="code t"),
        rx.cond(entry["evidence"] != "", evidence),
        class_name="flex items-center gap-2.5",
    )
    day = rx.el.span(t("cases.received_on", date=entry["received"]), class_name="num small muted block")
    unit = rx.el.span(entry["where"], class_name="clip muted small", title=entry["where"])
    locked = rx.el.span(icon("lock-keyhole"), t("cases.key_missing"), class_name="tag")
    what = rx.el.span(entry["what"], class_name="clip font-semibold")
    return rx.el.tr(
        rx.el.td(ticket, day, role="cell"),
        rx.el.td(what, unit, role="cell", class_name="wide"),
        rx.el.td(
            rx.el.span(
                status_pill(entry),
                rx.cond(entry["locked"] == "yes", locked),
                class_name="flex flex-wrap items-center gap-2",
            ),
            role="cell",
            class_name="wide",
        ),
        key=entry["ticket"],
        role="row",
    )


def table(*rows: Any, busy: bool = False) -> rx.Component:
    """The same table becomes cards on a phone; its roles are written out because CSS takes them away."""
    heads = [rx.el.th(t(key), role="columnheader", scope="col") for key in _HEADS]
    return rx.el.table(
        rx.el.thead(rx.el.tr(*heads, role="row"), role="rowgroup"),
        rx.el.tbody(*rows, role="rowgroup"),
        role="table",
        aria_label=t("cases.title"),
        aria_busy="true" if busy else "false",
        class_name="table table-cards cols case-table",
    )


def _pending() -> rx.Component:
    line = rx.el.tr(
        *[
            rx.el.td(rx.el.span(class_name="skel mb-2 w-2/3"), rx.el.span(class_name="skel w-1/3"), role="cell")
            for _ in _HEADS
        ],
        role="row",
    )
    return rx.el.div(
        rx.el.span(t("common.loading"), class_name="sr", role="status"),
        table(*[line for _ in range(8)], busy=True),
        class_name="card mt-3 overflow-x-auto relative waiting",
    )


def content() -> rx.Component:
    head = rx.el.div(
        rx.el.h1(t("cases.title"), class_name="m-0"), search(), class_name="flex flex-wrap items-center gap-x-4 gap-y-3"
    )
    listed = rx.el.div(
        table(rx.foreach(CasesState.rows, row)),
        pager(VIEW["previous"], VIEW["next"], ""),
        class_name="card mt-3 overflow-x-auto relative",
    )
    none = nothing(
        "search-x",
        t("cases.empty"),
        goto(t("common.reset_filter"), VIEW["all"], class_name="btn btn-secondary mt-1"),
    )
    empty = nothing(
        "inbox", t("cases.empty_all"), rx.el.p(t("cases.empty_reach", role=DeskState.me["role"]), class_name="m-0")
    )
    shown = rx.match(VIEW["phase"], ("rows", listed), ("none", none), ("empty", empty), _pending())
    # Always in the page: it takes the focus after a choice, and is read aloud when it changes.
    found = rx.el.p(VIEW["said"], id=FOUND, tab_index=-1, role="status", class_name="m-0 mt-3 small muted num min-h-5")
    return desk(CASES, Permission.LIST_CASES, head, filters(), found, shown)


PAGE = Page(CASES, "title.staff_cases", content, (DeskState.enter, CasesState.load), staff=True)
