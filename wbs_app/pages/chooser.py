"""Lapor: agency first, when there is more than one, then the kind of complaint."""

from typing import Any

import reflex as rx

from wbs_app.components.browser import do
from wbs_app.components.elements import icon, link
from wbs_app.components.fields import error_summary
from wbs_app.components.page import Page
from wbs_app.components.posting import posting_form
from wbs_app.components.shell import shell
from wbs_app.components.words import lang, t
from wbs_app.config import settings
from wbs_app.state.draft import DraftState
from wbs_app.state.portal import OfferState, PortalState
from wbs_app.state.receipt import ReceiptState
from wbs_app.state.report import ReportState


def agencies() -> rx.Component:
    def one(code: str) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="radio",
                name="agency",
                value=code,
                default_checked=PortalState.arrived == code,
                on_change=lambda _: PortalState.choose(code),
            ),
            rx.el.span(
                PortalState.agencies[code][f"short_{lang()}"],
                class_name="font-semibold leading-snug self-center",
            ),
            class_name="choice",
        )

    return rx.el.fieldset(
        rx.el.legend(t("type.agency"), class_name="q-label mb-2"),
        rx.el.div(*[one(code) for code in settings().agencies], class_name="grid sm:grid-cols-2 gap-3"),
        key=PortalState.arrived,
        class_name="q",
    )


def card(entry: Any) -> rx.Component:
    outside = rx.el.span(icon("external-link"), t("type.external_tag"), class_name="tag")
    return rx.el.label(
        rx.el.input(type="radio", name="card", value=entry["code"], class_name="mt-0.5"),
        rx.el.span(
            rx.el.span(
                entry[f"title_{lang()}"],
                rx.cond(entry["kind"] == "external", outside),
                class_name="flex flex-wrap items-center gap-x-2 gap-y-1 font-semibold leading-snug",
            ),
            rx.el.span(entry[f"text_{lang()}"], class_name="block mt-1 muted text-[.9375rem] leading-normal"),
        ),
        key=entry["code"],
        class_name="choice p-[1.125rem]",
    )


def left_behind() -> rx.Component:
    """What this tab still holds: a receipt not yet saved, a draft not yet sent."""

    def note(sign: str, said: str, action: str, **props: Any) -> rx.Component:
        words = rx.el.span(t(said), " ", link(t(action), "/lapor/ringkasan"))
        return rx.el.div(icon(sign), words, class_name="note mb-6", **props)

    unsaved = note("triangle-alert", "success.unsaved", "success.unsaved_open", custom_attrs={"data-tone": "wait"})
    return rx.fragment(
        rx.cond(ReceiptState.receipt != "", unsaved),
        rx.cond(DraftState.draft != "", note("file-text", "type.draft_open", "type.draft_resume")),
    )


def form() -> rx.Component:
    kinds = rx.el.fieldset(
        rx.el.legend(t("type.kind"), class_name="q-label mb-2"),
        rx.el.div(rx.foreach(OfferState.cards, card), class_name="grid gap-3"),
        custom_attrs={"id": "card", "tabIndex": "-1"},
        class_name="q",
    )
    submit = rx.el.button(
        t("type.submit"),
        icon("arrow-right"),
        type="submit",
        class_name="btn btn-primary w-full sm:w-auto min-h-[54px] px-7",
    )
    several = [agencies()] if len(settings().agencies) > 1 else []
    return posting_form(*several, kinds, submit, on_submit=[do("forgetTyped"), ReportState.choose])


def content() -> rx.Component:
    inner = rx.el.div(
        link(icon("chevron-left"), "/", t("nav.home"), class_name="inline-flex items-center gap-1 py-2 -ml-1.5"),
        rx.el.h1(t("type.title"), class_name="mt-3 mb-2"),
        rx.el.p(t("type.subtitle"), class_name="lead m-0 mb-8"),
        error_summary(),
        left_behind(),
        form(),
        class_name="wrap-form pt-8 lg:pt-10",
    )
    return shell("/lapor", inner, task=True, first=True)


PAGE = Page("/lapor", "title.choose", content, (PortalState.enter,))
