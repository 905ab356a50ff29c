"""Step 1: Biodata Pelapor."""

import reflex as rx

from wbs_app.components.content import said
from wbs_app.components.elements import icon, link
from wbs_app.components.fields import line, switch, tick
from wbs_app.components.form import step_page
from wbs_app.components.page import Page
from wbs_app.components.words import t
from wbs_app.model.steps import Biodata
from wbs_app.state.portal import PortalState
from wbs_app.state.report import ReportState


def identity_questions() -> tuple[rx.Component, ...]:
    """Who reports; the service complaint asks the same."""
    return (
        line("name", t("step1.name"), hint=t("step1.name_hint"), placeholder=t("step1.name_ph")),
        rx.el.div(
            switch("include_email", t("step1.include_email"), t("step1.include_email_hint")),
            rx.el.div(
                line(
                    "email",
                    t("step1.email"),
                    kind="email",
                    hint=t("step1.email_help"),
                    placeholder=t("step1.email_ph"),
                    required=True,
                ),
                class_name="opened",
            ),
            class_name="opens mb-7",
        ),
        line("phone", t("step1.phone"), kind="tel", hint=t("step1.phone_hint"), placeholder=t("step1.phone_ph")),
        tick("contact_consent", t("step1.contact_consent"), hint=t("step1.contact_consent_hint")),
        rx.el.p(*said("step1.privacy_note", privacy=link(t("nav.privacy"), "/privasi")), class_name="small muted mb-6"),
    )


def content() -> rx.Component:
    sealed = rx.el.p(icon("key-round"), rx.el.span(t("step1.sealed_note")), class_name="note mb-7")
    nobody = rx.el.p(t("step1.anonymous_note"), class_name="q-hint m-0 mt-2")  # nothing here has to be answered
    return step_page(Biodata, t("step1.title"), sealed, *identity_questions(), intro=t("step1.intro"), note=nobody)


PAGE = Page("/lapor/biodata", "title.step1", content, (PortalState.enter, ReportState.enter(Biodata.slug)))
