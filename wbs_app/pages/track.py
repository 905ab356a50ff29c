"""Lacak Laporan: ticket and PIN, then the history."""

import reflex as rx

from wbs_app.components.browser import listening
from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.posting import posting_form
from wbs_app.components.proof import proof_of_work
from wbs_app.components.shell import shell
from wbs_app.components.words import t
from wbs_app.state.portal import PortalState
from wbs_app.state.track import TrackState


def field(name: str, label: str, hint: str) -> rx.Component:
    control = rx.el.input(
        type="text",
        name=name,
        class_name="input ticket-input",
        aria_describedby=f"{name}-hint galat",
        aria_invalid=rx.cond(TrackState.wrong != "", "true", "false"),
        custom_attrs={"id": name, "autoComplete": "off", "autoCapitalize": "characters", "spellCheck": "false"},
    )
    return rx.el.div(
        rx.el.label(t(label), html_for=name, class_name="q-label"),
        rx.el.p(t(hint), class_name="q-hint", custom_attrs={"id": f"{name}-hint"}),
        control,
        class_name="q",
    )


def problem() -> rx.Component:
    """Always there, so that it can take the focus."""
    said = rx.el.p(
        icon("circle-alert"),
        TrackState.wrong,
        class_name="note mb-6 font-semibold",
        custom_attrs={"data-tone": "bad"},
    )
    shown = rx.cond(TrackState.wrong != "", said)
    return rx.el.div(shown, id="galat", role="alert", tab_index=-1, class_name="outline-none")


def notice() -> rx.Component:
    """How the report was closed."""
    said = rx.el.p(icon("info"), rx.el.span(TrackState.notice), class_name="note mb-6")
    return rx.el.div(rx.cond(TrackState.notice != "", said), role="status")


def content() -> rx.Component:
    submit = rx.el.button(
        t("track.submit"),
        icon("arrow-right"),
        type="submit",
        class_name="btn btn-primary w-full sm:w-auto min-h-[52px] px-7",
    )
    form = posting_form(
        field("ticket", "track.ticket", "track.ticket_hint"),
        field("pin", "track.pin", "track.pin_hint"),
        submit,
        proof_of_work("track.opening"),
        on_submit=TrackState.open,
    )
    inner = rx.el.div(
        listening(),
        rx.el.h1(t("track.title"), class_name="m-0"),
        rx.el.p(t("track.intro"), class_name="lead mt-2 mb-7"),
        rx.el.div(notice(), problem(), form, class_name="card p-5 sm:p-9"),
        rx.el.p(icon("info"), rx.el.span(t("track.forgot")), class_name="mt-5 mb-0 small muted flex gap-2"),
        class_name="wrap-form pt-10 lg:pt-14",
    )
    return shell("/lacak", inner)


PAGE = Page("/lacak", "title.track", content, (PortalState.enter, TrackState.arrive))
