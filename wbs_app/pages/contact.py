"""Kontak: how to reach the agency, and which other bodies take complaints."""

from typing import Any

import reflex as rx

from wbs_app.components.content import (
    agency_switch,
    caution,
    emergency_line,
    outside_channels,
    page_head,
    report_button,
)
from wbs_app.components.elements import anchor
from wbs_app.components.frame import strip
from wbs_app.components.page import Page
from wbs_app.components.shell import shell
from wbs_app.components.words import agency, t
from wbs_app.state.portal import PortalState


def content() -> rx.Component:
    left = rx.el.div(lines(), warning(), class_name="min-w-0 grid gap-6 content-start")
    right = rx.el.div(channels(), emergency_line(), class_name="min-w-0 grid gap-8 content-start")
    return shell(
        "/kontak",
        page_head(t("contact.title"), t("contact.intro")),
        rx.el.div(agency_switch(), class_name="wrap mt-6 empty:hidden"),
        rx.el.div(left, right, class_name="wrap pt-8 grid lg:grid-cols-[1.25fr_1fr] gap-x-14 gap-y-12"),
    )


def lines() -> rx.Component:
    """What the agency has published; what it has not is not shown."""
    return rx.el.section(
        strip(),
        rx.el.div(
            rx.el.h2(agency("short"), class_name="m-0 mb-3"),
            rx.el.dl(
                line("contact.address", agency("address"), agency("address")),
                line("contact.hours", agency("hours"), agency("hours")),
                line("contact.phone", agency("phone"), _phone()),
                line("contact.email", agency("email"), anchor(agency("email"), "mailto:" + agency("email"))),
                line("contact.website", agency("website"), _website()),
                class_name="answers",
            ),
            class_name="p-6 sm:p-8",
        ),
        class_name="card overflow-hidden",
    )


def line(key: str, given: Any, shown: Any) -> rx.Component:
    return rx.cond(given != "", rx.el.div(rx.el.dt(t(key)), rx.el.dd(shown)))


def _phone() -> rx.Component:
    return anchor(agency("phone"), "tel:" + agency("phone").split(" ").join(""))


def _website() -> rx.Component:
    return anchor(agency("website").split("//")[1], agency("website"), rel="noreferrer")


def warning() -> rx.Component:
    return rx.el.div(
        caution(t("contact.warning")),
        rx.el.p(t("contact.report_instead"), class_name="mt-6 mb-4"),
        report_button(class_name="w-full sm:w-auto"),
    )


def channels() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("contact.channels"), class_name="m-0"),
        rx.el.p(t("contact.channels_text"), class_name="mt-2 mb-4 muted"),
        outside_channels(),
    )


PAGE = Page("/kontak", "title.contact", content, (PortalState.enter,))
