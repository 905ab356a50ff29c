"""Beranda: the promise, the protection, what to report, how, and what became of reports."""

from typing import Any

import reflex as rx

from wbs_app.components.content import agency_switch, emergency_line, numbered, own, report_button, ticks
from wbs_app.components.elements import icon, link
from wbs_app.components.frame import strip
from wbs_app.components.page import Page
from wbs_app.components.shell import shell
from wbs_app.components.words import agency, t
from wbs_app.state.home import HomeState
from wbs_app.state.portal import OfferState, PortalState

EXAMPLE = "-7K3M-9QXT"
HIDDEN_PIN = "•••• •••• •••• ••••"
SHIELDS = ("venetian-mask", "key-round", "footprints", "scale")
FIGURES = ("landing.stats_received", "landing.stats_in_progress", "landing.stats_closed")


def content() -> rx.Component:
    return shell("/", hero(), protection(), reportable(), steps(), care(), emergency(), first=True)


def hero() -> rx.Component:
    report = link(t("landing.cta_report"), "/lapor", icon("arrow-right"), class_name="btn btn-hero")
    track = link(t("landing.cta_track"), "/lacak", class_name="btn btn-hero-line")
    promise = rx.el.div(
        agency_switch(HomeState.count, class_name="mb-6 sm:mb-8"),
        rx.el.p(agency("system_name"), class_name="hero-quiet m-0 font-semibold text-[.9375rem]"),
        rx.el.h1(t("landing.hero_title"), class_name="mt-3 mb-0"),
        rx.el.p(t("landing.hero_text"), class_name="hero-quiet mt-5 mb-0 text-[1.125rem] max-w-[46ch]"),
        rx.el.div(report, track, class_name="mt-8 flex flex-col sm:flex-row gap-3"),
        rx.el.p(
            icon("clock"),
            t("wizard.time_estimate"),
            class_name="hero-quiet mt-5 mb-0 flex items-center gap-2 text-[.9375rem]",
        ),
        class_name="min-w-0",
    )
    return rx.el.section(
        rx.el.div(
            promise,
            rx.el.div(ticket(), class_name="hidden lg:block max-w-[25rem] w-full justify-self-end"),
            class_name="wrap grid lg:grid-cols-[1.25fr_1fr] gap-12 lg:gap-20 items-center pt-6 pb-10 sm:py-12 lg:py-20",
        ),
        rx.el.div(strip(), class_name="lg:hidden"),
        class_name="hero",
    )


def ticket() -> rx.Component:
    """The receipt as it will be handed over, with an example's number."""
    top = rx.el.div(
        rx.el.div(
            rx.el.span(t("landing.ticket_title"), class_name="eyebrow"),
            rx.el.span(t("landing.ticket_example"), class_name="tag"),
            class_name="flex items-center justify-between gap-4",
        ),
        rx.el.p(t("success.ticket"), class_name="mt-5 mb-1 small faint"),
        rx.el.p(agency("ticket_prefix") + EXAMPLE, class_name="code m-0"),
        class_name="p-6 pb-5",
    )
    bottom = rx.el.div(
        rx.el.p(t("success.pin"), class_name="m-0 mb-1 small faint"),
        rx.el.p(
            rx.el.span(HIDDEN_PIN, aria_hidden="true"),
            rx.el.span(t("a11y.pin_hidden"), class_name="sr"),
            class_name="code faint m-0",
        ),
        rx.el.p(
            icon("eye-off"),
            rx.el.span(t("landing.ticket_note")),
            class_name="m-0 mt-4 small muted flex gap-2",
        ),
        class_name="p-6 pt-5",
    )
    return rx.el.div(strip(), top, rx.el.div(class_name="perf"), bottom, class_name="ticket")


def protection() -> rx.Component:
    def promise(sign: str, key: str) -> rx.Component:
        words = rx.el.div(
            rx.el.h3(t(f"{key}_title"), class_name="m-0"),
            rx.el.p(t(key), class_name="m-0 mt-1 muted small"),
        )
        return rx.el.li(rx.el.span(icon(sign), class_name="thumb thumb-accent"), words, class_name="flex gap-4")

    items = [promise(sign, f"landing.protect_{at}") for at, sign in enumerate(SHIELDS, start=1)]
    return rx.el.section(
        rx.el.h2(t("landing.protect_title"), class_name="m-0"),
        rx.el.ul(*items, class_name="list-none p-0 mt-8 mb-0 grid gap-8 md:grid-cols-2 md:gap-x-14"),
        class_name="wrap pt-14 lg:pt-20",
    )


def reportable() -> rx.Component:
    def kind(violation: Any) -> rx.Component:
        return rx.el.div(
            rx.el.dt(violation[own("name")], class_name="font-semibold"),
            rx.el.dd(violation[own("description")], class_name="m-0 mt-0.5 muted small"),
            class_name="py-4 hairline-top",
        )

    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("landing.what_title"), class_name="m-0"),
            rx.el.p(t("landing.what_intro"), class_name="mt-3 mb-0 muted"),
        ),
        rx.el.dl(
            rx.foreach(OfferState.violations, kind),
            class_name="m-0 grid content-start sm:grid-cols-2 gap-x-10 hairline-bottom",
        ),
        class_name="wrap pt-16 lg:pt-24 grid lg:grid-cols-[1fr_2fr] gap-x-14 gap-y-6",
    )


def steps() -> rx.Component:
    items = [
        rx.el.li(
            rx.el.span(str(at), class_name="dot", aria_hidden="true"),
            rx.el.span(words, class_name="font-semibold leading-snug"),
            class_name="how",
        )
        for at, words in enumerate(numbered("landing.how"), start=1)
    ]
    more = link(t("landing.how_more"), "/panduan", class_name="py-2")
    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("landing.how_title"), class_name="m-0"),
            rx.el.ol(*items, class_name="howto"),
            rx.el.div(
                report_button(class_name="w-full sm:w-auto"),
                more,
                class_name="mt-9 flex flex-wrap items-center gap-x-6 gap-y-3",
            ),
            class_name="card p-6 sm:p-10",
        ),
        class_name="wrap pt-16 lg:pt-24",
    )


def care() -> rx.Component:
    tips = rx.el.div(
        rx.el.h2(t("landing.tips_title"), class_name="m-0 mb-5"),
        ticks(numbered("landing.tip")),
    )
    figures = [
        rx.el.div(
            rx.el.dt(t(key), class_name="muted small"),
            rx.el.dd(HomeState.figures[at], class_name="figure head m-0"),
            class_name="flex flex-col-reverse justify-end gap-2",
        )
        for at, key in enumerate(FIGURES)
    ]
    statistics = rx.el.div(
        rx.el.h2(t("landing.stats_title"), class_name="m-0"),
        rx.el.dl(*figures, class_name="m-0 mt-6 grid grid-cols-[repeat(auto-fit,minmax(5rem,1fr))] gap-4"),
        rx.el.p(t("landing.stats_note"), class_name="mt-5 mb-0 small faint"),
    )
    return rx.el.section(tips, statistics, class_name="wrap pt-16 lg:pt-24 grid md:grid-cols-2 gap-12 md:gap-14")


def emergency() -> rx.Component:
    return rx.el.div(emergency_line(), class_name="wrap pt-14")


PAGE = Page("/", "title.home", content, (PortalState.enter, HomeState.count))
