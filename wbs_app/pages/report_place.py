"""Step 3: Lokasi & Waktu Kejadian, and the evidence."""

import reflex as rx

from wbs_app.components.evidence import evidence_question
from wbs_app.components.fields import choose, given, group, line, tick
from wbs_app.components.form import step_page
from wbs_app.components.page import Page
from wbs_app.components.viewer import look_dialog
from wbs_app.components.words import agency, lang, t
from wbs_app.model.steps import PlaceTime
from wbs_app.services.reference import provinces, regencies
from wbs_app.state.draft import DraftState
from wbs_app.state.portal import PortalState
from wbs_app.state.report import ReportState
from wbs_app.text import text

PRECISIONS = ("exact", "date", "month", "range")

PLACES: dict[str, list[list[str]]] = {
    code: [[regency, name] for regency, (province, name) in regencies().items() if province == code]
    for code in provinces()
}
"""Province code -> [code, name] of its regencies: part of the page, so that the second list needs no server."""


def place() -> tuple[rx.Component, ...]:
    offered = rx.Var.create(PLACES).to(dict[str, list[list[str]]])
    provinces_ = [rx.el.option(name, value=code) for code, name in provinces().items()]
    regency = lambda entry: rx.el.option(entry[1], value=entry[0], key=entry[0])  # noqa: E731
    return (
        line("address", t("step3.address"), placeholder=t("step3.address_ph")),
        rx.el.div(
            choose(
                "province",
                t("step3.province"),
                t("step3.province_ph"),
                *provinces_,
                required=True,
                on_change=DraftState.pick_province,
            ),
            choose(
                "regency",
                t("step3.regency"),
                t("step3.regency_ph"),
                rx.foreach(offered.get(DraftState.province, []).to(list[list[str]]), regency),
            ),
            class_name="grid sm:grid-cols-2 sm:gap-5",
        ),
    )


def precisions() -> rx.Component:
    pills = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name="precision",
                value=value,
                default_checked=given("precision") == value,
                class_name="sr",
            ),
            t(f"step3.precision_{value}"),
        )
        for value in PRECISIONS
    ]
    return rx.el.div(*pills, class_name="seg mb-4")


def moments() -> tuple[tuple[str, rx.Component], ...]:
    """What each precision asks for."""
    zone = agency("timezone_label")
    months = [rx.el.option(text(f"month.{number}", lang()), value=str(number)) for number in range(1, 13)]
    year = {"placeholder": t("step3.year_ph"), "inputMode": "numeric", "maxLength": "4"}
    return (
        ("exact date", line("date", t("step3.date"), kind="date", required=True)),
        ("exact", line("clock", t("step3.clock", zone=zone), kind="time", required=True)),
        ("month", choose("month", t("step3.month"), t("step3.month_ph"), *months, required=True)),
        ("month", line("year", t("step3.year"), required=True, **year)),
        ("range", line("date_from", t("step3.date_from"), kind="date", required=True)),
        ("range", line("date_to", t("step3.date_to"), kind="date", required=True)),
    )


def when() -> rx.Component:
    """As exactly as the reporter knows; CSS shows what the chosen precision asks for."""
    asked = [rx.el.div(field, custom_attrs={"data-when": by}) for by, field in moments()]
    ongoing = rx.el.div(tick("ongoing", t("step3.ongoing")), custom_attrs={"data-when": "range"})
    fields = rx.el.div(*asked, class_name="grid sm:grid-cols-2 gap-x-4 sm:max-w-[28rem] when-fields")
    question = group(
        "precision", t("step3.time"), precisions(), fields, ongoing, hint=t("step3.time_hint"), required=True
    )
    return rx.el.div(question, class_name="when")


def link_question() -> rx.Component:
    warning = rx.el.p(t("step3.link_warning"), " ", t("step3.link_public"), class_name="small muted mt-2 mb-0")
    return line(
        "link",
        t("step3.link"),
        kind="url",
        hint=t("step3.link_hint"),
        placeholder=t("step3.link_ph"),
        more=warning,
    )


def content() -> rx.Component:
    return step_page(PlaceTime, t("step3.title"), *place(), when(), evidence_question(), link_question(), look_dialog())


PAGE = Page("/lapor/lokasi-waktu", "title.step3", content, (PortalState.enter, ReportState.enter(PlaceTime.slug)))
