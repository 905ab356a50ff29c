"""The row of filters over the case list: a button that opens its choices each, and a chip for each that is on.

A choice only changes the address (wbs_app/state/staff_cases.py). The buttons are built anew whenever the list is, so
that after a choice they are closed and tick what is on.
"""

from typing import Any

import reflex as rx

from wbs_app.components.desk import goto
from wbs_app.components.shell import icon
from wbs_app.components.words import here, t
from wbs_app.model.desk import CASES
from wbs_app.state.case_list import FACETS
from wbs_app.state.staff_cases import CasesState

VIEW = CasesState.view

_SHOWN_WHEN = {
    "violations": "violations",
    "units": "violations",
    "kinds": "several_kinds",
    "agencies": "several_agencies",
}
"""Filter -> the entry of the view without which it makes no sense; the others always do."""


def filters() -> rx.Component:
    """All of them, in one row."""
    found = [_shown(facet, _facet(facet, t(key))) for facet, key in FACETS.items()]
    buttons = rx.el.div(
        *found,
        _dates(),
        _sort(),
        key=VIEW["turn"].to(str),
        class_name="filter-row mt-4 flex flex-wrap gap-1.5 items-center",
    )
    return rx.el.section(buttons, _chips(), aria_label=t("cases.filters"))


def search() -> rx.Component:
    """Part of a ticket. Before the page is alive the browser itself puts it into the address."""
    return rx.el.form(
        rx.el.label(
            rx.el.span(t("cases.search_ticket"), class_name="sr"),
            icon("search", class_name="search-sign"),
            rx.el.input(
                type="search",
                name="tiket",
                default_value=VIEW["ticket"].to(str),
                key=VIEW["ticket"].to(str),
                placeholder=t("cases.search_ticket"),
                class_name="input search-input",
                custom_attrs={"autoComplete": "off", "spellCheck": "false", "maxLength": 40},
            ),
            class_name="relative flex-1 sm:w-64",
        ),
        rx.el.button(t("common.search"), type="submit", class_name="btn btn-secondary"),
        role="search",
        method="get",
        action=here(CASES),
        reset_on_submit=False,
        on_submit=CasesState.search,
        class_name="sm:ml-auto flex gap-2 w-full sm:w-auto",
    )


def _shown(facet: str, button: rx.Component) -> rx.Component:
    if facet not in _SHOWN_WHEN:
        return button
    return rx.cond(VIEW[_SHOWN_WHEN[facet]] == "yes", button)


def _dropdown(label: Any, on: Any, panel: rx.Component, class_name: str = "") -> rx.Component:
    """One button and what it opens. Those with the same `name` close each other."""
    return rx.el.details(
        rx.el.summary(label, icon("chevron-down")),
        panel,
        custom_attrs={"name": "saringan", "data-on": rx.cond(on, "true", None)},
        class_name=f"filter {class_name}".strip(),
    )


def _facet(facet: str, label: Any) -> rx.Component:
    options = CasesState.options[facet]
    on = VIEW["on_" + facet]
    row = lambda entry: _option(facet, entry)  # noqa: E731
    panel = rx.el.form(
        rx.el.input(type="hidden", name="facet", default_value=facet),
        *([_find()] if facet == "units" else []),
        rx.el.div(rx.foreach(options, row), role="group", aria_label=label, class_name="options", tab_index=0),
        _apply(label),
        method="get",
        action=here(CASES),
        reset_on_submit=False,
        on_submit=CasesState.choose,
    )
    counted = rx.cond(on != "", t("cases.filter_count", name=label, n=on), label)
    return _dropdown(counted, on != "", rx.el.div(panel))


def _option(facet: str, entry: Any) -> rx.Component:
    count = f"n-{facet}-" + entry["code"]  # a Var
    hidden = {"hidden": ~entry["find"].contains(CasesState.unit)} if facet == "units" else {}
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name="code",
            value=entry["code"],
            default_checked=entry["on"] == "yes",
            aria_label=entry["name"],
            aria_describedby=count,
        ),
        rx.el.span(entry["name"], class_name="flex-1"),
        rx.el.span(entry["count"], class_name="num faint", custom_attrs={"id": count}),
        key=entry["code"],
        class_name="check option",
        **hidden,
    )


def _find() -> rx.Component:
    """Narrows the list below; it has no name, so it is not sent with the choice."""
    return rx.el.input(
        type="search",
        on_change=CasesState.find_unit.debounce(200),  # type: ignore[attr-defined]
        aria_label=t("cases.filter_unit_search"),
        placeholder=t("cases.filter_unit_search"),
        class_name="input mb-2",
        custom_attrs={"autoComplete": "off", "spellCheck": "false"},
    )


def _apply(label: Any) -> rx.Component:
    press = rx.el.button(
        t("common.filter"),
        type="submit",
        aria_label=t("cases.filter_apply_of", name=label),
        class_name="btn btn-primary",
    )
    return rx.el.div(press, class_name="flex justify-end mt-2 pt-2 hairline-top")


def _dates() -> rx.Component:
    """The period of receipt, both days included."""

    def day(name: str, key: str, shown: Any) -> rx.Component:
        return rx.el.label(
            rx.el.span(t(key), class_name="block font-semibold small mb-1"),
            rx.el.input(type="date", name=name, default_value=shown.to(str), class_name="input"),
            class_name="block mb-3",
        )

    panel = rx.el.form(
        day("dari", "cases.filter_from", VIEW["date_from"]),
        day("sampai", "cases.filter_to", VIEW["date_to"]),
        _apply(t("cases.filter_date")),
        method="get",
        action=here(CASES),
        reset_on_submit=False,
        on_submit=CasesState.choose_dates,
    )
    return _dropdown(t("cases.filter_date"), VIEW["dates_on"] == "yes", rx.el.div(panel, class_name="to-right wider"))


def _sort() -> rx.Component:
    """Newest or oldest first: two links."""

    def way(name: str) -> rx.Component:
        current = rx.cond(VIEW["sort"] == name, "true", None)
        mark = rx.cond(VIEW["sort"] == name, icon("check"), rx.el.span(class_name="w-[1.25em]"))
        return goto(mark, VIEW[name], t(f"cases.sort_{name}"), class_name="way", custom_attrs={"aria-current": current})

    name = rx.cond(VIEW["sort"] == "oldest", t("cases.sort_oldest"), t("cases.sort_newest"))
    summary = rx.el.summary(icon("arrow-down-up"), name, aria_label=t("cases.sort_by", name=name))
    return rx.el.details(
        summary,
        rx.el.div(way("newest"), way("oldest"), class_name="to-right"),
        custom_attrs={"name": "saringan"},
        class_name="filter sm:ml-auto",
    )


def _chips() -> rx.Component:
    def chip(entry: Any) -> rx.Component:
        remove = goto(icon("x"), entry["href"], aria_label=entry["remove"], class_name="chip-x")
        return rx.el.li(rx.el.span(entry["name"], remove, class_name="chip"), key=entry["name"])

    # Where nothing is found, the same button stands in the middle of the page.
    clear = rx.cond(
        VIEW["phase"] == "rows", rx.el.li(goto(t("common.reset_filter"), VIEW["all"], class_name="btn btn-quiet"))
    )
    listed = rx.el.ul(
        rx.foreach(CasesState.chips, chip),
        clear,
        aria_label=t("cases.chips"),
        class_name="list-none m-0 mt-3 p-0 flex flex-wrap gap-2 items-center",
    )
    return rx.cond(CasesState.chips.length() > 0, listed)
