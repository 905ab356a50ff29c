"""Riwayat Laporan: status, timeline, and what was sent."""

from typing import Any

import reflex as rx

from wbs_app.components.page import Page
from wbs_app.components.shell import icon, shell, stylesheet
from wbs_app.components.status import status_pill
from wbs_app.components.summary import report_sections
from wbs_app.components.words import lang, t
from wbs_app.state.portal import PortalState
from wbs_app.state.track import TrackState


def moment(entry: Any) -> rx.Component:
    mark = rx.el.span(
        rx.cond(
            entry["icon"] != "",
            icon(entry["icon"]),
        ),
        class_name="mark",
    )
    said = rx.match(entry["state"], ("past", t("a11y.reached")), ("now", t("a11y.now")), t("a11y.ahead"))
    return rx.el.li(
        mark,
        rx.el.span(said, ": ", class_name="sr"),
        rx.el.b(entry["label"]),
        rx.cond(entry["time"] != "", rx.el.time(entry["time"])),
        rx.cond(entry["note"] != "", rx.el.p(entry["note"], class_name="m-0 mt-1 whitespace-pre-wrap")),
        key=entry["label"] + entry["time"],
        custom_attrs={"data-state": entry["state"]},
    )


def status_card() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("track.status_now"), class_name="m-0"),
        rx.el.div(status_pill(TrackState.status), class_name="mt-3"),
        rx.el.p(TrackState.status["text"], class_name="mt-3 mb-6 muted"),
        rx.el.ol(rx.foreach(TrackState.history, moment), class_name="timeline"),
        class_name="card p-5 sm:p-7 self-start",
    )


def sent_card() -> rx.Component:
    file = lambda entry: rx.el.li(  # noqa: E731
        icon("file-text"),
        rx.el.span(t("summary.evidence_item", n=entry["number"])),
        rx.el.span(entry["type"], " · ", entry[f"size_{lang()}"], class_name="small faint"),
        key=entry["id"],
        class_name="flex items-center gap-3 py-1.5",
    )
    files = rx.el.ul(rx.foreach(TrackState.files, file), class_name="list-none p-0 m-0 mt-3")
    return rx.el.section(
        rx.el.h2(t("track.sent_title"), class_name="m-0"),
        report_sections(TrackState.sections),
        rx.el.section(
            rx.el.div(rx.el.h2(t("summary.evidence"), class_name="m-0"), class_name="section-head"),
            rx.cond(
                TrackState.files.length() > 0,
                files,
                rx.el.p(t("summary.no_evidence"), class_name="muted mt-3 mb-0"),
            ),
            class_name="mt-8",
        ),
        class_name="card p-5 sm:p-9 sent",
    )


def content() -> rx.Component:
    leave = rx.el.button(
        icon("log-out"),
        t("track.logout"),
        type="button",
        on_click=TrackState.leave,
        class_name="btn btn-secondary",
    )
    head = rx.el.div(
        rx.el.div(
            rx.el.h1(t("track.history"), class_name="m-0"),
            rx.el.p(rx.el.span(TrackState.ticket, class_name="ticket-no"), class_name="m-0 mt-2"),
            rx.el.p(TrackState.status["received"], class_name="m-0 mt-1 muted"),
        ),
        leave,
        class_name="flex flex-wrap items-start justify-between gap-4",
    )
    waiting = rx.el.div(
        *[rx.el.span(class_name="skel mb-4") for _ in range(4)],
        rx.el.span(t("common.loading"), class_name="sr"),
        class_name="card p-7 mt-8",
        role="status",
    )
    body = rx.el.div(status_card(), sent_card(), class_name="grid lg:grid-cols-[22rem_1fr] gap-6 mt-8")
    inner = rx.el.div(
        stylesheet("desk"), head, rx.cond(TrackState.ticket != "", body, waiting), class_name="wrap pt-10 lg:pt-14"
    )
    return shell("/lacak/riwayat", inner)


PAGE = Page("/lacak/riwayat", "title.history", content, (PortalState.enter, TrackState.load))
