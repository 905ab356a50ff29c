"""A public page: official line, header, phone menu, footer."""

from typing import Any

import reflex as rx

from wbs_app.components.elements import anchor, icon, link, stylesheet
from wbs_app.components.frame import (
    connection_banner,
    languages,
    menu_closer,
    menu_opener,
    no_script,
    phone_menu,
    quick_exit,
    strip,
    theme_switch,
    wordmark,
)
from wbs_app.components.words import agency, here, lang, t
from wbs_app.state.portal import PortalState
from wbs_app.text import path_in

MENU = (("nav.home", "/"), ("nav.track", "/lacak"), ("nav.faq", "/faq"), ("nav.contact", "/kontak"))


def official_line(path: str) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.span(
                icon("shield-check", class_name="accent"),
                rx.el.span(agency("official")),
                class_name="flex items-center gap-2",
            ),
            rx.el.span(
                languages(path, path_in("en", path)),
                theme_switch("hidden md:inline-grid"),
                class_name="flex items-center gap-1",
            ),
            class_name="wrap flex items-center justify-between gap-3 min-h-9 py-1 text-[.8125rem] leading-snug muted",
        ),
        aria_label=t("a11y.official"),
        class_name="no-print sunken",
    )


def _menu_link(key: str, to: str, path: str) -> rx.Component:
    here_or_below = path == to or (to != "/" and path.startswith(f"{to}/"))
    current = {"aria_current": "page" if path == to else "true"} if here_or_below else {}
    return link(t(key), to, class_name="nav-link", **current)


def header(path: str, task: bool) -> rx.Component:
    """The site's header. In a task (form, receipt) the menu goes and Keluar Cepat stays."""
    if task:
        return _bar(wordmark(), rx.el.span(class_name="ml-auto"), quick_exit())
    report = link(t("nav.report_now"), "/lapor", icon("arrow-right"), class_name="btn btn-primary ml-3 min-h-[44px]")
    wide = rx.el.nav(
        *[_menu_link(key, to, path) for key, to in MENU],
        report,
        aria_label=t("a11y.nav_main"),
        class_name="hidden lg:flex items-center gap-1 ml-auto",
    )
    return rx.fragment(
        _bar(wordmark(), wide, rx.el.span(class_name="ml-auto lg:hidden"), quick_exit(), menu_opener("lg:hidden")),
        _menu(path),
    )


def _bar(*children: rx.Component) -> rx.Component:
    return rx.el.header(
        rx.el.div(*children, class_name="wrap flex items-center gap-2 lg:gap-3 min-h-[4.5rem]"),
        connection_banner(),
        class_name="no-print sticky top-0 z-30 bar-head",
    )


def _menu(path: str) -> rx.Component:
    rows = (*MENU, ("nav.guide", "/panduan"), ("nav.privacy", "/privasi"))
    items = [rx.el.li(link(t(key), to, icon("chevron-right"), class_name="menu-row")) for key, to in rows]
    return phone_menu(
        t("nav.menu"),
        rx.el.div(
            rx.el.div(quick_exit(), menu_closer(), class_name="flex items-center justify-end gap-2 mb-2"),
            rx.el.ul(*items, class_name="list-none m-0 p-0"),
            link(t("nav.report_now"), "/lapor", icon("arrow-right"), class_name="btn btn-primary w-full mt-6"),
            rx.el.div(languages(path, path_in("en", path)), theme_switch(), class_name="flex items-center gap-2 mt-4"),
            class_name="wrap py-4",
        ),
    )


def announcement() -> rx.Component:
    """What the agency says to all before anything else; who left no address is told of a breach here alone."""
    words = agency("announcement")
    said = rx.el.p(icon("info"), rx.el.span(words, class_name="min-w-0 break-words"), class_name="note m-0")
    label = t("reference.section_pengumuman")
    return rx.cond(words != "", rx.el.section(said, aria_label=label, class_name="no-print wrap py-4"))


def footer() -> rx.Component:
    def column(*items: rx.Component) -> rx.Component:
        return rx.el.ul(*[rx.el.li(item) for item in items], class_name="list-none p-0 m-0 grid gap-1 content-start")

    def row(key: str, to: str) -> rx.Component:
        return link(t(key), to, class_name="inline-block py-1.5")

    about = rx.el.div(
        wordmark(),
        rx.el.p(t("landing.footer_text", system=agency("system_name")), class_name="mt-4 muted max-w-[34ch]"),
    )
    zone = rx.el.span(t("common.timezone_note", zone=agency("timezone_label")), class_name="faint py-1.5 inline-block")
    return rx.el.footer(
        strip(),
        rx.el.div(
            about,
            column(row("nav.guide", "/panduan"), row("nav.privacy", "/privasi"), row("nav.faq", "/faq")),
            column(
                row("nav.contact", "/kontak"),
                anchor(t("nav.officer_login"), here("/petugas/masuk"), class_name="inline-block py-1.5"),
                zone,
            ),
            class_name="wrap py-10 grid gap-8 md:grid-cols-[1.4fr_1fr_1fr] text-[.9375rem]",
        ),
        class_name="no-print mt-20 surface",
    )


def slim_footer() -> rx.Component:
    def row(key: str, to: str) -> rx.Component:
        return anchor(t(key), here(to), target="_blank", class_name="py-2")

    return rx.el.footer(
        rx.el.div(
            row("nav.guide", "/panduan"),
            row("nav.privacy", "/privasi"),
            row("nav.contact", "/kontak"),
            rx.el.span(t("common.timezone_note", zone=agency("timezone_label")), class_name="py-2 faint sm:ml-auto"),
            class_name="wrap-form pt-5 flex flex-wrap gap-x-6 gap-y-1 small hairline-top",
        ),
        class_name="no-print mt-16 pb-10",
    )


def shell(path: str, *content: Any, task: bool = False, first: bool = False) -> rx.Component:
    """A public page. `task`: a form or receipt, without the menu. `first`: where people arrive; it carries no looks of
    later pages, so that it is there soon on 3G."""
    return rx.el.div(
        *([] if first else [stylesheet("more")]),
        anchor(t("common.skip_to_content"), "#isi", class_name="skip"),
        official_line(path),
        header(path, task),
        no_script(),
        *([] if task else [announcement()]),
        rx.el.main(*content, custom_attrs={"id": "isi"}),
        slim_footer() if task else footer(),
        custom_attrs={"data-agency": PortalState.agency, "lang": lang()},
        class_name="page",
    )
