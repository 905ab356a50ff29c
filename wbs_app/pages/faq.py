"""FAQ: short answers in three groups, folded by the browser itself."""

import reflex as rx

from wbs_app.components.content import page_head, said
from wbs_app.components.elements import icon, link
from wbs_app.components.page import Page
from wbs_app.components.shell import shell
from wbs_app.components.words import t
from wbs_app.state.portal import PortalState

GROUPS = {
    "reporting": ("who", "what", "elements", "no_evidence", "files", "false"),
    "secrecy": ("anon", "conf", "read", "retaliate", "delete"),
    "afterwards": ("time", "mail", "lost_pin", "wrong_place"),
}


def content() -> rx.Component:
    more = said(
        "faq.more",
        guide=link(t("nav.guide"), "/panduan"),
        privacy=link(t("nav.privacy"), "/privasi"),
        contact=link(t("nav.contact"), "/kontak"),
    )
    return shell(
        "/faq",
        page_head(t("faq.title"), t("title.faq_text")),
        *[group(name, questions) for name, questions in GROUPS.items()],
        rx.el.p(*more, class_name="wrap mt-12 mb-0 muted"),
    )


def group(name: str, questions: tuple[str, ...]) -> rx.Component:
    return rx.el.section(
        rx.el.h2(t(f"faq.group_{name}"), class_name="m-0"),
        rx.el.div(*[question(key) for key in questions], class_name="ruled"),
        class_name="wrap pt-12 lg:pt-16 grid lg:grid-cols-[1fr_2fr] gap-x-14 gap-y-5",
    )


def question(key: str) -> rx.Component:
    return rx.el.details(
        rx.el.summary(rx.el.h3(t(f"faq.q_{key}"), class_name="m-0"), icon("chevron-down")),
        rx.el.p(t(f"faq.a_{key}"), class_name="m-0 muted max-w-[64ch]"),
        class_name="qa",
    )


PAGE = Page("/faq", "title.faq", content, (PortalState.enter,))
