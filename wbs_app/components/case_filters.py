"""The row of filters over the case list: a button that opens its choices each, and a chip for each that is on.

A choice only changes the address (wbs_app/state/staff_cases.py). The buttons are built anew whenever the list is, so
that after a choice they are closed; what there is to choose from is counted when one is opened.
"""

from typing import Any

import reflex as rx

from wbs_app.components.desk import goto
from wbs_app.components.elements import icon
from wbs_app.components.words import here, t
from wbs_app.model.desk import CASES
from wbs_app.model.filters import SORTS, Column
from wbs_app.state.case_list import FACETS, LONG_FACETS
from wbs_app.state.staff_cases import CasesState

VIEW = CasesState.view

_SHOWN_WHEN = {
    "violations": "violations",
    "units": "violations",
    "kinds": "several_kinds",
    "agencies": "several_agencies",
}
"""Filter -> the entry of the view without which it makes no sense; the others always do."""


_FIRST = ("violations", "units", "statuses")
"""The filters that a phone shows at once; the others open there with one more press."""


def filters(*more: rx.Component) -> rx.Component:
    """All of them, in one row; at its end what changes how the list is shown, `more` included."""
    found = [_shown(facet, _facet(facet, t(key))) for facet, key in FACETS.items()]
    others = rx.el.details(
        rx.el.summary(t("cases.filter_more"), icon("chevron-down")), class_name="filter more-filters"
    )
    buttons = rx.el.div(
        *found[: len(_FIRST)],
        others,
        *found[len(_FIRST) :],
        _dates(),
        rx.el.span(*more, _columns(), _sort(), class_name="flex flex-wrap gap-1.5 sm:ml-auto"),
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
            class_name="relative flex-1 sm:w-56",
        ),
        rx.el.button(t("common.search"), type="submit", class_name="btn btn-secondary"),
        role="search",
        method="get",
        action=here(CASES),
        reset_on_submit=False,
        on_submit=CasesState.search,
        class_name="flex gap-2 flex-1 sm:flex-none",
    )


def dropdown(label: Any, panel: rx.Component, *, on: Any = False, class_name: str = "", **summary: Any) -> rx.Component:
    """One button and what it opens. Those with the same `name` close each other."""
    return rx.el.details(
        rx.el.summary(label, icon("chevron-down"), **summary),
        panel,
        custom_attrs={"name": "saringan", "data-on": rx.cond(on, "true", None)},
        class_name=f"filter {class_name}".strip(),
    )


def _shown(facet: str, button: rx.Component) -> rx.Component:
    if facet not in _SHOWN_WHEN:
        return button
    return rx.cond(VIEW[_SHOWN_WHEN[facet]] == "yes", button)


# --- choices of codes ------------------------------------------------------------------------------------------------


def _facet(facet: str, label: Any) -> rx.Component:
    on = VIEW["on_" + facet]  # undefined until the page is alive
    counted = rx.cond(on, t("cases.filter_count", name=label, n=on), label)
    waiting = rx.el.p(t("common.loading"), role="status", class_name="m-0 small muted waiting")
    panel = rx.el.div(rx.cond(CasesState.facet == facet, _choices(facet, label), waiting))
    opening = CasesState.open_filter(facet)  # type: ignore[call-arg]
    return dropdown(counted, panel, on=on, class_name="" if facet in _FIRST else "other-filter", on_click=opening)


def _choices(facet: str, label: Any) -> rx.Component:
    long = facet in LONG_FACETS
    return choice_form(
        facet,
        label,
        *([_find()] if long else []),
        rx.el.div(
            rx.foreach(CasesState.options, lambda entry: _option(entry, long)),
            role="group",
            aria_label=label,
            class_name="options",
            tab_index=0,
        ),
    )


def choice_form(facet: str, label: Any, *content: rx.Component, words: Any = None) -> rx.Component:
    """Checkboxes named `code` that choose for `facet`. `words`: what the button says instead of "Saring"."""
    press = rx.el.button(
        words or t("common.filter"),
        type="submit",
        class_name="btn btn-primary",
        **({} if words else {"aria_label": t("cases.filter_apply_of", name=label)}),
    )
    return rx.el.form(
        rx.el.input(type="hidden", name="facet", default_value=facet),
        *content,
        rx.el.div(press, class_name="flex justify-end mt-2 pt-2 hairline-top"),
        method="get",
        action=here(CASES),
        reset_on_submit=False,
        on_submit=CasesState.choose,
    )


def _option(entry: Any, long: bool) -> rx.Component:
    count = "n-" + entry["code"]  # a Var
    hidden = {"hidden": ~entry["find"].contains(CasesState.find)} if long else {}
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
        on_change=CasesState.find_option.debounce(200),  # type: ignore[attr-defined]
        aria_label=t("cases.filter_find"),
        placeholder=t("cases.filter_find"),
        class_name="input mb-2",
        custom_attrs={"autoComplete": "off", "spellCheck": "false"},
    )


# --- days, columns, order --------------------------------------------------------------------------------------------


def _dates() -> rx.Component:
    """The period of receipt, both days included."""

    def day(name: str, key: str, shown: Any) -> rx.Component:
        return rx.el.label(
            rx.el.span(t(key), class_name="block font-semibold small mb-1"),
            rx.el.input(type="date", name=name, default_value=shown.to(str), class_name="input"),
            class_name="block mb-3",
        )

    label = t("cases.filter_date")
    press = rx.el.button(
        t("common.filter"),
        type="submit",
        aria_label=t("cases.filter_apply_of", name=label),
        class_name="btn btn-primary",
    )
    panel = rx.el.form(
        day("dari", "cases.filter_from", VIEW["date_from"]),
        day("sampai", "cases.filter_to", VIEW["date_to"]),
        rx.el.div(press, class_name="flex justify-end mt-2 pt-2 hairline-top"),
        method="get",
        action=here(CASES),
        reset_on_submit=False,
        on_submit=CasesState.choose_dates,
    )
    return dropdown(label, rx.el.div(panel), on=VIEW["dates_on"] == "yes", class_name="other-filter")


def _columns() -> rx.Component:
    """Which columns the table has; the choice stands in the address with the rest."""

    def one(column: Column) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="checkbox",
                name="code",
                value=column.value,
                default_checked=VIEW[f"column_{column.name.lower()}"] == "yes",
            ),
            rx.el.span(t(f"cases.col_{column.name.lower()}")),
            class_name="check option",
        )

    boxes = rx.el.div(*[one(column) for column in Column], role="group", aria_label=t("cases.columns"))
    panel = choice_form("columns", "", boxes, words=t("cases.columns_apply"))
    return dropdown(t("cases.columns"), rx.el.div(panel, class_name="to-right wider"), class_name="only-wide")


def _sort() -> rx.Component:
    """In which order: a link each."""

    def way(name: str) -> rx.Component:
        current = rx.cond(VIEW["sort"] == name, "true", None)
        mark = rx.cond(VIEW["sort"] == name, icon("check"), rx.el.span(class_name="w-[1.25em]"))
        said = t(f"cases.sort_{name}")
        return goto(mark, VIEW[f"sort_{name}"], said, class_name="way", custom_attrs={"aria-current": current})

    name = VIEW["sort_name"]
    summary = rx.el.summary(icon("arrow-down-up"), name, aria_label=t("cases.sort_by", name=name))
    return rx.el.details(
        summary,
        rx.el.div(*[way(name) for name in SORTS], class_name="to-right"),
        custom_attrs={"name": "saringan"},
        class_name="filter",
    )


# --- chips -----------------------------------------------------------------------------------------------------------


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
