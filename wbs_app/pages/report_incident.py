"""Step 2: Detail Kejadian."""

from typing import Any

import reflex as rx

from wbs_app.components.elements import icon
from wbs_app.components.fields import attributes, choose, error, given, group, line, question, story, tick, wrong
from wbs_app.components.form import step_page
from wbs_app.components.page import Page
from wbs_app.components.words import lang, t
from wbs_app.model.steps import MAX_PEOPLE, Incident
from wbs_app.state.draft import DraftState
from wbs_app.state.portal import OfferState, PortalState
from wbs_app.state.report import ReportState


def violation() -> rx.Component:
    """Bali chooses from a list, NTT's guide has one radio for each act; never preselected."""
    name = f"name_{lang()}"
    option = lambda entry: rx.el.option(  # noqa: E731
        entry[name], value=entry["code"], key=entry["code"], custom_attrs={"data-other": entry["other"]}
    )
    as_list = choose(
        "violation",
        t("step2.violation"),
        t("step2.violation_ph"),
        rx.foreach(OfferState.violations, option),
        required=True,
    )
    as_radios = group(
        "violation",
        t("step2.violation"),
        rx.el.div(rx.foreach(OfferState.violations, _act), class_name="grid gap-3 mt-2"),
        required=True,
    )
    other = rx.el.div(
        line("violation_other", t("step2.violation_other"), hint=t("step2.violation_other_hint"), required=True),
        class_name="opened",
    )
    return rx.el.div(rx.cond(PortalState.agency == "ntt", as_radios, as_list), other, class_name="opens")


def _act(entry: rx.Var) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="violation",
            value=entry["code"],
            default_checked=given("violation") == entry["code"],
            custom_attrs={"data-other": entry["other"]},
        ),
        rx.el.span(
            rx.el.span(entry[f"name_{lang()}"], class_name="block font-semibold"),
            rx.el.span(entry[f"description_{lang()}"], class_name="block muted small", aria_hidden="true"),
        ),
        key=entry["code"],
        class_name="choice",
    )


def people() -> rx.Component:
    """One row for each reported person. Which rows are shown is kept by the tab, so a restart takes none away."""
    add = rx.el.button(
        icon("plus"),
        t("step2.reported_add"),
        type="button",
        on_click=DraftState.add_person,
        class_name="btn btn-quiet -ml-3",
    )
    full = rx.el.p(t("step2.reported_max", max=MAX_PEOPLE), class_name="small faint m-0")
    shown = DraftState.rows.split(",")
    return group(
        "reported",
        t("step2.reported"),
        rx.foreach(shown, _person),
        rx.cond(shown.length() < MAX_PEOPLE, add, full),
        rx.el.div(tick("reported_unknown", t("step2.reported_unknown"), class_name="opener"), class_name="mt-3 -mb-7"),
        hint=t("step2.reported_name_hint"),
        required=True,
    )


def _person(row: Any, at: Any) -> rx.Component:
    def cell(part: str) -> rx.Component:
        name = "reported_" + row + "_" + part  # a Var
        label = rx.cond(at == 0, t(f"step2.reported_{part}"), t(f"step2.reported_{part}_n", n=at + 1))
        return rx.el.div(
            rx.el.label(label, html_for=name, class_name="q-label small"),
            error(name),
            rx.el.input(
                type="text",
                default_value=given(name),
                placeholder=t(f"step2.reported_{part}_ph"),
                class_name="input",
                **(attributes(name, False, False) | {"aria_describedby": name + "-error"}),
            ),
            custom_attrs={"data-error": rx.cond(wrong(name), "true", None)},
        )

    remove = rx.el.button(
        icon("trash-2"),
        type="button",
        aria_label=t("step2.reported_remove", n=at + 1),
        on_click=DraftState.remove_person(row),
        class_name="icon-btn self-end",
    )
    lone = DraftState.rows.contains(",")
    return rx.el.div(cell("name"), cell("position"), rx.cond(lone, remove), key=row, class_name="person")


def unit() -> rx.Component:
    """Type to find: a native list of the agency's units; another unit is named freely."""
    options = rx.el.datalist(
        rx.foreach(OfferState.units, lambda entry: rx.el.option(value=entry["name"], key=entry["code"])),
        custom_attrs={"id": "units"},
    )
    known = line(
        "unit",
        t("step2.unit"),
        hint=t("step2.unit_search_hint"),
        placeholder=t("step2.unit_ph"),
        required=True,
        more=options,
        list="units",
    )
    elsewhere = tick("unit_elsewhere", t("step2.unit_other"), class_name="opener")
    named = rx.el.div(line("unit_other", t("step2.unit_other_name"), required=True), class_name="opened")
    return rx.el.div(known, elsewhere, named, class_name="opens")


def exclude() -> rx.Component:
    """Whom the reporter fears: they get no key (services/conflicts.py)."""
    control = rx.el.textarea(
        default_value=given("exclude"),
        class_name="input min-h-[5rem] max-h-[16rem]",
        rows="2",
        **attributes("exclude", False, True),
    )
    return question("exclude", t("step2.exclude"), control, hint=t("step2.exclude_hint"))


def content() -> rx.Component:
    amount = line(
        "amount",
        t("step2.amount"),
        hint=t("step2.amount_hint"),
        placeholder=t("step2.amount_ph"),
        inputMode="numeric",
        **{"data-thousands": ""},
    )
    description = story(
        "description",
        t("step2.description"),
        hint=t("step2.description_hint"),
        placeholder=t("step2.description_ph"),
        most=20_000,
    )
    asked = (violation(), people(), unit(), description, amount, exclude())
    return step_page(Incident, t("step2.title"), *asked, intro=t("step2.info"))


PAGE = Page("/lapor/kejadian", "title.step2", content, (PortalState.enter, ReportState.enter(Incident.slug)))
