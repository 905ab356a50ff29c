"""Panduan: the manual as a page. Its names of fields are the form's own texts."""

from typing import Any

import reflex as rx

from wbs_app.components.content import long_page, numbered, page_head, report_button, road, ticks
from wbs_app.components.elements import link
from wbs_app.components.page import Page
from wbs_app.components.shell import shell
from wbs_app.components.words import t
from wbs_app.state.portal import PortalState

STEP_FIELDS = {
    1: (
        ("step1.name", "step1.name_hint"),
        ("step1.include_email", "step1.include_email_hint"),
        ("step1.phone", "step1.phone_hint"),
        ("step1.contact_consent", "step1.contact_consent_hint"),
    ),
    2: (
        ("step2.violation", "landing.what_intro"),
        ("step2.reported_name", "step2.reported_name_hint"),
        ("step2.reported_position", "step2.reported_position_hint"),
        ("step2.unit", "step2.unit_search_hint"),
        ("step2.description", "step2.description_hint"),
        ("step2.amount", "step2.amount_hint"),
    ),
    3: (
        ("step3.address", "step3.address_hint"),
        ("step3.regency", "step3.regency_first"),
        ("step3.time", "step3.time_hint"),
        ("step3.evidence", "step3.evidence_intro"),
        ("step3.link", "step3.link_hint"),
    ),
    4: (),
}
"""Step of the form -> its fields: the label, and what to write there."""

SERVICE_FIELDS = (
    ("service.kind", "guide.service_kind"),
    ("service.complaint", "service.complaint_hint"),
    ("service.link", "service.link_hint"),
    ("service.identity", "service.identity_hint"),
)


def content() -> rx.Component:
    chapters = (
        ("sebelum", t("guide.before_title"), ticks(numbered("guide.before"))),
        ("isi-laporan", t("guide.good_title"), pairs("guide.good")),
        ("melapor", t("guide.steps_title"), reporting()),
        ("bukti", t("guide.evidence_title"), ticks(numbered("guide.evidence"))),
        ("layanan", t("guide.service_title"), service()),
        ("tanda-terima", t("guide.receipt_title"), receipt()),
        ("melacak", t("guide.track_title"), tracking()),
        ("setelah", t("guide.after_title"), afterwards()),
        ("masalah", t("guide.trouble_title"), pairs("guide.trouble")),
    )
    return shell("/panduan", page_head(t("guide.title"), t("guide.intro")), long_page(chapters))


def pairs(prefix: str) -> rx.Component:
    """Sentences of the form "name: explanation", as a list of both."""
    rows = []
    for sentence in numbered(prefix):
        name, _, explanation = sentence.partition(": ")
        rows.append(rx.el.div(rx.el.dt(name), rx.el.dd(explanation[:1].upper() + explanation[1:])))
    return rx.el.dl(*rows, class_name="answers")


def fields(rows: tuple[tuple[str, str], ...]) -> list[rx.Component]:
    """What each field of a form is for; nothing for a step without fields."""
    if not rows:
        return []
    shown = [rx.el.div(rx.el.dt(t(label)), rx.el.dd(t(hint))) for label, hint in rows]
    return [rx.el.dl(*shown, class_name="answers fields small mt-3")]


def reporting() -> rx.Component:
    def step(number: int) -> tuple[Any, rx.Component]:
        title = rx.fragment(rx.el.span(t("a11y.step_next", n=number), ": ", class_name="sr"), t(f"wizard.step{number}"))
        words = rx.el.p(t(f"guide.step{number}_text"), class_name="m-0 mt-1 muted")
        return title, rx.el.div(words, *fields(STEP_FIELDS[number]))

    return rx.el.div(
        rx.el.p(t("guide.open_text"), class_name="m-0 mb-6"),
        road(map(step, STEP_FIELDS)),
        report_button(class_name="mt-8"),
    )


def service() -> rx.Component:
    return rx.el.div(rx.el.p(t("guide.service_text"), class_name="m-0"), *fields(SERVICE_FIELDS))


def receipt() -> rx.Component:
    kept = rx.el.p(t("success.private_note"), class_name="m-0 mt-3 font-semibold")
    return rx.el.div(rx.el.p(t("guide.receipt_text"), class_name="m-0"), kept)


def tracking() -> rx.Component:
    go = link(t("nav.track"), "/lacak", class_name="btn btn-secondary mt-5")
    return rx.el.div(rx.el.p(t("guide.track_text"), class_name="m-0"), go)


def afterwards() -> rx.Component:
    return rx.el.div(pairs("guide.after"), rx.el.p(t("guide.after_note"), class_name="m-0 mt-3 muted"))


PAGE = Page("/panduan", "title.guide", content, (PortalState.enter,))
