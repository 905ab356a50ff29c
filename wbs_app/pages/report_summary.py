"""Step 4: Ringkasan Laporan, ending in the receipt."""

from typing import Any

import reflex as rx

from wbs_app.components.browser import do, listening
from wbs_app.components.content import caution
from wbs_app.components.elements import icon, link
from wbs_app.components.evidence import expired
from wbs_app.components.fields import error_summary, tick
from wbs_app.components.form import confirm_dialog, sealed_form, stepper, trouble
from wbs_app.components.page import Page
from wbs_app.components.proof import proof_of_work
from wbs_app.components.receipt import receipt_or
from wbs_app.components.shell import shell
from wbs_app.components.summary import report_sections, skeleton
from wbs_app.components.viewer import look_button, look_dialog
from wbs_app.components.words import agency, here, lang, t
from wbs_app.model.steps import Declaration, Incident, PlaceTime
from wbs_app.state.evidence import EvidenceState
from wbs_app.state.portal import PortalState
from wbs_app.state.report import ReportState


def edit(section: Any) -> rx.Component:
    """ "Ubah bagian ini" of a section of the report."""
    return _edit(section["title"].to(str), section["slug"].to(str))


def _edit(title: Any, slug: Any) -> rx.Component:
    """Its section named for those who hear the link alone."""
    return rx.el.a(
        rx.el.span(t("summary.edit_section"), aria_hidden="true"),
        rx.el.span(t("summary.edit_section_of", section=title), class_name="sr"),
        to=here("/lapor/") + slug,
        class_name="small whitespace-nowrap",
    )


def evidence() -> rx.Component:
    def file(entry: Any) -> rx.Component:
        return rx.el.li(
            rx.el.span(entry["number"], ". ", t("summary.evidence_item", n=entry["number"])),
            rx.el.span(entry["type"], " · ", entry[f"size_{lang()}"], class_name="small faint"),
            look_button(entry["id"], entry["number"]),
            key=entry["id"],
            class_name="flex flex-wrap items-center gap-x-4 gap-y-1 py-2",
        )

    listed = rx.el.ol(rx.foreach(EvidenceState.files, file), class_name="list-none p-0 m-0 mt-2")
    none = caution(t("step3.evidence_none"), " ", link(t("step3.evidence"), "/lapor/lokasi-waktu"))
    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("summary.evidence"), class_name="m-0"),
            _edit(t("summary.evidence"), PlaceTime.slug),
            class_name="flex items-baseline justify-between gap-4 section-head",
        ),
        expired(" ", link(t("step3.evidence"), "/lapor/lokasi-waktu")),
        rx.cond(EvidenceState.files.length() > 0, listed, rx.el.div(none, class_name="mt-4")),
        class_name="mt-8",
    )


def telling() -> rx.Component:
    """The story seems to say who tells it: the last moment to notice."""
    field = t("step2.description")
    words = (t("step2.identity_warning", field=field), " ", _edit(field, Incident.slug))
    return rx.cond(ReportState.telling, rx.el.div(caution(*words), class_name="mt-4"))


def send_buttons() -> rx.Component:
    reset = rx.el.button(
        t("common.reset"),
        type="button",
        on_click=do("openDialog", "reset"),
        class_name="btn btn-quiet sm:ml-auto",
    )
    send = rx.el.button(
        icon("send"), t("summary.submit"), type="submit", class_name="btn btn-primary min-h-[52px] px-8"
    )
    return rx.el.div(reset, send, class_name="flex flex-col-reverse sm:flex-row gap-3 pt-2")


def reset_dialog() -> rx.Component:
    return confirm_dialog(
        "reset",
        t("wizard.reset_confirm"),
        t("wizard.reset_text"),
        t("wizard.reset_do"),
        do("forgetTyped"),
        ReportState.reset_form,
    )


def form() -> rx.Component:
    head = rx.el.div(
        rx.el.p(t("wizard.title"), class_name="head m-0 text-[1.125rem]"),
        rx.el.p(t("wizard.step_of", n=4, total=4), class_name="m-0 small muted"),
        class_name="flex items-baseline justify-between gap-4 mb-5",
    )
    there = ReportState.summary.length() > 0  # until then, what comes would push a tick away from under the finger
    send = sealed_form(
        rx.el.div(tick("truth", t("summary.truth"), required=True), class_name="mt-8"),
        send_buttons(),
        proof_of_work("summary.submitting"),
        on_submit=ReportState.send,
    )
    to = rx.el.p(t("wizard.to_agency", agency=agency("short")), class_name="muted mt-1 mb-0")
    card = rx.el.div(
        error_summary(),
        trouble(),
        rx.el.h1(t("summary.title"), class_name="m-0"),
        rx.el.p(t("summary.intro"), class_name="muted mt-3 mb-0"),
        to,
        rx.cond(there, report_sections(ReportState.summary, edit), skeleton(8)),
        telling(),
        rx.el.div(evidence(), send, hidden=~there),
        class_name="card mt-7 p-5 sm:p-9",
    )
    return rx.el.div(head, stepper(4), card, reset_dialog())


def content() -> rx.Component:
    inner = rx.el.div(listening(), receipt_or(form()), look_dialog(), class_name="wrap-form pt-8 lg:pt-10")
    return shell("/lapor/ringkasan", inner, task=True)


PAGE = Page("/lapor/ringkasan", "title.step4", content, (PortalState.enter, ReportState.enter(Declaration.slug)))
