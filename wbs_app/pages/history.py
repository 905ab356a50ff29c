"""Riwayat Laporan: what is asked, how far it is, messages, the outcome, and what was sent."""

import reflex as rx

from wbs_app.components.browser import listening
from wbs_app.components.composer import messages_card
from wbs_app.components.elements import icon, stylesheet
from wbs_app.components.evidence import file_size
from wbs_app.components.page import Page
from wbs_app.components.shell import shell
from wbs_app.components.summary import report_sections, skeleton
from wbs_app.components.tracking import (
    outcome_card,
    problem,
    status_card,
    told,
    waiting_banner,
    withdraw_dialog,
)
from wbs_app.components.viewer import look_button, look_dialog
from wbs_app.components.words import t
from wbs_app.state.portal import PortalState
from wbs_app.state.track import TrackState
from wbs_app.state.track_talk import OBJECTION, WITHDRAWAL, TalkState
from wbs_app.state.track_words import FILES


def sent_card() -> rx.Component:
    file = lambda entry: rx.el.li(  # noqa: E731
        rx.cond(entry["image"] == "yes", icon("file-image"), icon("file-text")),
        rx.el.span(t("summary.evidence_item", n=entry["number"])),
        file_size(entry),
        rx.cond(entry["by"] != "", rx.el.span(entry["by"], class_name="small faint")),
        look_button(entry["id"], entry["number"]),
        key=entry["id"],
        class_name="flex flex-wrap items-center gap-3 py-1.5",
    )
    files = rx.el.ul(rx.foreach(TrackState.files, file), class_name="list-none p-0 m-0 mt-3")
    evidence = rx.el.section(
        rx.el.div(rx.el.h2(t("summary.evidence"), class_name="m-0"), class_name="section-head"),
        rx.cond(TrackState.files.length() > 0, files, rx.el.p(t("summary.no_evidence"), class_name="muted mt-3 mb-0")),
        custom_attrs={"id": FILES},
        class_name="mt-8",
    )
    return rx.el.section(
        rx.el.h2(t("track.sent_title"), class_name="m-0 text-[1.375rem]"),
        report_sections(TrackState.sections),
        evidence,
        class_name="card p-5 sm:p-9 sent mt-6",
    )


def head() -> rx.Component:
    leave = rx.el.button(
        icon("log-out"),
        t("track.logout"),
        type="button",
        on_click=TalkState.leave,
        class_name="btn btn-secondary",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.h1(t("track.history"), class_name="eyebrow m-0"),
            rx.el.p(TrackState.ticket, class_name="ticket-no ticket-head m-0 mt-1"),
            rx.el.p(TrackState.status["received"], class_name="m-0 mt-1 muted"),
        ),
        leave,
        class_name="flex flex-wrap items-start justify-between gap-4",
    )


def broken() -> rx.Component:
    said = rx.el.p(
        icon("circle-alert"), TrackState.broken, class_name="note mt-6 mb-0", custom_attrs={"data-tone": "bad"}
    )
    return rx.el.div(rx.cond(TrackState.broken != "", said), role="alert")


def content() -> rx.Component:
    beside = rx.el.div(outcome_card(), messages_card(), class_name="grid gap-6 min-w-0")
    body = rx.fragment(
        waiting_banner(),
        problem(WITHDRAWAL),
        told(WITHDRAWAL),
        told(OBJECTION),
        rx.el.div(status_card(), beside, class_name="grid lg:grid-cols-[22rem_minmax(0,1fr)] gap-6 mt-6 items-start"),
        rx.cond(TrackState.ticket != "", sent_card()),
        withdraw_dialog(),
    )
    inner = rx.el.div(
        stylesheet("desk"),
        listening("staying"),
        head(),
        broken(),
        rx.cond(TrackState.held != "", body, rx.el.div(skeleton(), class_name="card p-7 mt-6")),
        look_dialog(),
        class_name="wrap pt-10 lg:pt-14",
    )
    return shell("/lacak/riwayat", inner)


PAGE = Page("/lacak/riwayat", "title.history", content, (PortalState.enter, TalkState.load, TrackState.load))
