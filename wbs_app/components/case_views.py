"""Over the case list: its views as tabs with their counts, the officer's own ones, the file, search in sealed text."""

from typing import Any

import reflex as rx

from wbs_app.components.case_filters import VIEW, dropdown
from wbs_app.components.desk import goto
from wbs_app.components.elements import anchor, icon
from wbs_app.components.status import status_pill
from wbs_app.components.words import t
from wbs_app.model.filters import LONGEST_SEARCH, LONGEST_VIEW
from wbs_app.state.staff_cases import CasesState
from wbs_app.state.staff_search import SearchState

_SEARCH = SearchState.view


def tabs() -> rx.Component:
    """One link a view; the present one is underlined."""

    def tab(entry: Any) -> rx.Component:
        count = rx.el.span(entry["count"], class_name="count", custom_attrs={"data-tone": entry["tone"]})
        current = rx.cond(entry["current"] == "yes", "page", None)
        return goto(
            entry["name"],
            entry["href"],
            rx.cond(entry["count"] != "", count),
            key=entry["name"],
            class_name="view",
            custom_attrs={"aria-current": current},
        )

    return rx.el.nav(rx.foreach(CasesState.tabs, tab), aria_label=t("cases.views"), class_name="views mt-3")


def own_views() -> rx.Component:
    """Keeps the present filter under a name, and removes what was kept."""

    def kept(entry: Any) -> rx.Component:
        words = t("cases.view_delete", name=entry["name"])
        forget = CasesState.forget_view(entry["id"])  # type: ignore[call-arg]
        remove = rx.el.button(icon("trash-2"), type="button", aria_label=words, on_click=forget, class_name="icon-btn")
        line = rx.el.li(rx.el.span(entry["name"], class_name="clip"), remove, class_name="own-view")
        return rx.cond(entry["id"] != "", line)

    name = rx.el.label(
        rx.el.span(t("cases.view_name"), class_name="block font-semibold small mb-1"),
        rx.el.input(
            name="nama",
            class_name="input",
            custom_attrs={"autoComplete": "off", "maxLength": LONGEST_VIEW},
        ),
        class_name="block",
    )
    form = rx.el.form(
        name,
        rx.el.p(t("cases.view_hint"), class_name="m-0 mt-2 small muted"),
        rx.el.div(
            rx.el.button(t("cases.view_save"), type="submit", class_name="btn btn-primary"),
            class_name="flex justify-end mt-3",
        ),
        method="post",
        reset_on_submit=True,
        on_submit=CasesState.save_view,
    )
    listed = rx.el.ul(rx.foreach(CasesState.tabs, kept), class_name="own-list list-none m-0 mb-3 p-0")
    panel = rx.el.div(listed, form, class_name="to-right wider")
    return dropdown(t("cases.views_own"), panel)


def export() -> rx.Component:
    """The list as a file, and beside it what the file holds. `download`: a page that is left closes its socket."""
    take = anchor(icon("download"), VIEW["export"], t("cases.export_do"), download=True, class_name="btn btn-secondary")
    panel = rx.el.div(
        rx.el.p(VIEW["export_what"], class_name="m-0 small"),
        rx.el.p(t("cases.export_note"), class_name="m-0 mt-2 small muted"),
        rx.el.div(take, class_name="flex justify-end mt-3"),
        class_name="to-right wider",
    )
    return dropdown(t("cases.export"), panel)


# --- search in sealed text -------------------------------------------------------------------------------------------


def deep_search() -> rx.Component:
    """Opens below the filters, which it keeps to; what is found stays until another list is shown."""
    form = rx.el.form(
        rx.el.label(
            rx.el.span(t("cases.deep_field"), class_name="block font-semibold mb-1"),
            rx.el.input(
                name="kata",
                class_name="input",
                custom_attrs={"autoComplete": "off", "spellCheck": "false", "maxLength": LONGEST_SEARCH},
            ),
            class_name="block flex-1 min-w-[min(12rem,100%)]",
        ),
        rx.cond(
            _SEARCH["phase"] == "running",
            rx.el.button(t("cases.deep_stop"), type="button", on_click=SearchState.stop, class_name="btn btn-danger"),
            rx.el.button(t("cases.deep_run"), type="submit", class_name="btn btn-primary"),
        ),
        method="post",
        reset_on_submit=False,
        on_submit=SearchState.begin,
        class_name="flex flex-wrap gap-2 items-end",
    )
    return rx.el.details(
        rx.el.summary(icon("search"), t("cases.deep_title"), class_name="btn btn-quiet"),
        rx.el.section(
            rx.el.p(t("cases.deep_hint"), class_name="m-0 mb-3 muted small max-w-[75ch]"),
            form,
            _progress(),
            _hits(),
            aria_label=t("cases.deep_title"),
            class_name="card p-4 mt-1",
        ),
        class_name="deep",
    )


def _progress() -> rx.Component:
    tone = rx.cond(_SEARCH["phase"] == "refused", "m-0 mt-3 small font-semibold bad", "m-0 mt-3 small num")
    bar = rx.el.progress(
        value=_SEARCH["done"].to(str),
        max=_SEARCH["total"].to(str),
        aria_label=t("cases.deep_title"),
        class_name="w-full mt-2 block",
    )
    return rx.fragment(
        rx.el.p(rx.cond(_SEARCH["said"], _SEARCH["said"], ""), role="status", class_name=tone),
        rx.cond(_SEARCH["broken"], rx.el.p(_SEARCH["broken"], class_name="m-0 mt-1 small bad")),
        rx.cond(_SEARCH["phase"] == "running", bar),
    )


def _hits() -> rx.Component:
    def hit(entry: Any) -> rx.Component:
        head = rx.el.span(
            goto(entry["ticket"], entry["href"], class_name="code-link"),
            rx.el.span(entry["received"], class_name="num small muted"),
            status_pill(entry),
            rx.cond(entry["place"] != "", rx.el.span(entry["place"], class_name="tag")),
            class_name="flex flex-wrap items-center gap-x-3 gap-y-1",
        )
        words = rx.el.p(entry["before"], rx.el.mark(entry["match"]), entry["after"], class_name="m-0 mt-1 max-w-[80ch]")
        return rx.el.li(head, words, key=entry["ticket"], class_name="py-3 hairline-top")

    listed = rx.el.ul(
        rx.foreach(SearchState.hits, hit), aria_label=t("cases.deep_found"), class_name="list-none m-0 mt-3 p-0"
    )
    return rx.cond(SearchState.hits.length() > 0, listed)
