"""Pengaduan Layanan: one page asks all, and ends in the receipt."""

import reflex as rx

from wbs_app.components.browser import listening
from wbs_app.components.elements import icon, link
from wbs_app.components.fields import choose, error_summary, line, story
from wbs_app.components.form import required_note, sealed_form, trouble
from wbs_app.components.page import Page
from wbs_app.components.proof import proof_of_work
from wbs_app.components.receipt import receipt_or
from wbs_app.components.shell import shell
from wbs_app.components.words import agency, t
from wbs_app.model.steps import ServiceComplaint
from wbs_app.pages.report_biodata import identity_questions
from wbs_app.pages.report_summary import reset_dialog, send_buttons
from wbs_app.state.portal import OfferState, PortalState
from wbs_app.state.report import ReportState


def questions() -> tuple[rx.Component, ...]:
    option = lambda entry: rx.el.option(entry["name"], value=entry["code"], key=entry["code"])  # noqa: E731
    offered = rx.foreach(OfferState.services, option)
    warning = rx.el.p(t("service.link_warning"), class_name="small muted mt-2 mb-0")
    about_story = {"hint": t("service.complaint_hint"), "placeholder": t("service.complaint_ph")}
    about_link = {"hint": t("service.link_hint"), "placeholder": t("step3.link_ph"), "more": warning}
    return (
        rx.el.h2(t("service.section"), class_name="m-0 mb-5"),
        choose("kind", t("service.kind"), t("service.kind_ph"), offered, required=True),
        story("complaint", t("service.complaint"), most=20_000, **about_story),
        line("link", t("service.link"), kind="url", **about_link),
        rx.el.h2(t("service.identity"), class_name="m-0 mt-10 mb-1"),
        rx.el.p(t("service.identity_hint"), class_name="q-hint mb-5"),
        *identity_questions(),
        send_buttons(),
        proof_of_work("summary.submitting"),
    )


def form() -> rx.Component:
    card = rx.el.div(
        error_summary(),
        trouble(),
        rx.el.h1(t("service.title"), class_name="m-0 mb-1"),
        rx.el.p(t("service.intro"), class_name="muted mt-2 mb-2"),
        required_note(),
        sealed_form(*questions(), on_submit=ReportState.send_service),
        class_name="card p-5 sm:p-9",
    )
    offered = ~rx.State.is_hydrated | (agency("offers_service") == "yes")  # until it is known, the form
    return rx.cond(offered, rx.el.div(card, reset_dialog()), not_offered())


def not_offered() -> rx.Component:
    return rx.el.div(
        icon("search-x"),
        rx.el.h1(t("service.title"), class_name="m-0"),
        rx.el.p(t("service.not_offered", agency=agency("short")), class_name="m-0"),
        link(t("wizard.change_agency"), "/lapor", class_name="btn btn-primary"),
        class_name="empty card",
    )


def content() -> rx.Component:
    inner = rx.el.div(listening(), receipt_or(form()), class_name="wrap-form pt-8 lg:pt-10")
    return shell("/lapor/layanan", inner, task=True)


PAGE = Page("/lapor/layanan", "title.service", content, (PortalState.enter, ReportState.enter(ServiceComplaint.slug)))
