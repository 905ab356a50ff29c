"""The page of every address that is none: one for the whole site, speaking the language of the address."""

import reflex as rx

from wbs_app.components.elements import link
from wbs_app.components.page import Page
from wbs_app.components.shell import shell
from wbs_app.components.words import speaking, t
from wbs_app.state.portal import PortalState

ENGLISH = rx.Var(r"/^\/en(\/|$)/.test(globalThis.location?.pathname)", _var_type=bool)


def content() -> rx.Component:
    with speaking("en"):
        english = one_language()
    return rx.cond(ENGLISH, english, one_language())


def one_language() -> rx.Component:
    home = link(t("not_found.home"), "/", class_name="btn btn-primary")
    track = link(t("nav.track"), "/lacak", class_name="btn btn-secondary")
    return shell(
        "/404",
        rx.el.div(
            rx.el.p("404", class_name="eyebrow m-0"),
            rx.el.h1(t("not_found.title"), class_name="mt-2 mb-0"),
            rx.el.p(t("not_found.text"), class_name="lead mt-3 mb-0"),
            rx.el.div(home, track, class_name="mt-8 flex flex-col sm:flex-row gap-3"),
            class_name="wrap py-16 lg:py-24",
        ),
    )


PAGE = Page("404", "title.not_found", content, (PortalState.enter,))
