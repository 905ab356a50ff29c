"""Keluar: says that another body's site follows, before it is opened."""

import reflex as rx

from wbs_app.components.content import caution, outside_channels
from wbs_app.components.elements import anchor, icon, link
from wbs_app.components.page import Page
from wbs_app.components.shell import shell
from wbs_app.components.words import t
from wbs_app.state.leave import LeaveState
from wbs_app.state.portal import PortalState

KNOWN = LeaveState.is_hydrated & (LeaveState.url != "")
"""Only then: before, the server may still hold where an earlier visit led."""


def content() -> rx.Component:
    return shell(
        "/keluar",
        rx.el.div(
            rx.el.h1(t("leave.title"), class_name="m-0"),
            rx.el.div(
                rx.cond(KNOWN, destination(), waiting()),
                rx.el.noscript(outside_channels(direct=True)),
                caution(t("leave.note")),
                buttons(),
                class_name="card mt-6 p-6 sm:p-8 grid gap-6",
            ),
            class_name="wrap-form pt-10 lg:pt-16",
        ),
    )


def destination() -> rx.Component:
    return rx.el.div(
        rx.el.p(LeaveState.channel, class_name="head text-[1.125rem] m-0"),
        rx.el.p(t("leave.text", host=LeaveState.host), class_name="m-0 mt-2"),
        class_name="leaving",
    )


def waiting() -> rx.Component:
    """Holds the place until the server has said where the channel leads."""
    return rx.el.div(
        rx.el.span(class_name="skel"), class_name="leaving scripted", role="status", aria_label=t("common.loading")
    )


def buttons() -> rx.Component:
    go = anchor(
        t("leave.go", host=LeaveState.host),
        LeaveState.url,
        icon("external-link"),
        rel="noreferrer",
        class_name="btn btn-primary",
    )
    later = rx.el.span(t("common.loading"), class_name="btn btn-secondary scripted", aria_disabled="true")
    stay = link(t("leave.stay"), "/lapor", class_name="btn btn-secondary")
    return rx.el.div(
        stay,
        rx.cond(KNOWN, go, later),
        class_name="flex flex-col-reverse sm:flex-row gap-3",
    )


PAGE = Page("/keluar", "title.leave", content, (PortalState.enter, LeaveState.enter))
