"""The frame of every public page: official line, header, phone menu, footer, banner."""

from functools import cache
from pathlib import Path
from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors
from reflex_components_core.el.elements.inline import A
from reflex_components_core.react_router.dom import ReactRouterLink

from wbs_app.components.browser import do
from wbs_app.components.words import agency, here, lang, t
from wbs_app.state.portal import PortalState
from wbs_app.text import path_in

REFUGE = "https://www.bmkg.go.id/"
"""Where Keluar Cepat leads: the national weather service, a page that anyone may have open."""

MENU = (("nav.home", "/"), ("nav.track", "/lacak"), ("nav.faq", "/faq"), ("nav.contact", "/kontak"))
ASSETS = Path(__file__).resolve().parents[2] / "assets"
SHIELD = "M22 2 39 7v14c0 10.5-7.2 17.6-17 21C12.2 38.6 5 31.5 5 21V7z"


@cache
def _sprite_of(name: str) -> str:
    """The file that holds this icon: a first visit pays for the icons it shows, and for no others."""
    for file in ("icons.svg", "icons-form.svg", "icons-status.svg", "icons-desk.svg"):
        if f'id="{name}"' in (ASSETS / file).read_text("utf-8"):
            return file
    raise KeyError(name)


def icon(name: Any, **props: Any) -> rx.Component:
    """A lucide icon; never alone in saying something. A Var names a status's icon (or `check`).

    Raises:
        KeyError: when no sprite has it.
    """
    extra = props.pop("class_name", "")
    file = "icons-status.svg" if isinstance(name, rx.Var) else _sprite_of(name)
    use = rx.el.svg.use(custom_attrs={"href": f"/{file}#" + name})
    return rx.el.svg(use, class_name=f"i {extra}".strip(), aria_hidden="true", **props)


def stylesheet(name: str) -> rx.Component:
    """Looks that only some pages need; React moves the link to the head."""
    return rx.el.link(rel="stylesheet", href=f"/{name}.css", custom_attrs={"precedence": "default"})


def link(label: Any, path: str, *more: Any, **props: Any) -> rx.Component:
    """A link inside the site, in the page's language, without a full reload."""
    return ReactRouterLink.create(label, *more, to=here(path), **props)


def anchor(label: Any, href: Any, *more: Any, **props: Any) -> rx.Component:
    """A plain link that the browser follows itself: other languages, other sites, downloads, places on the page."""
    return A.create(label, *more, href=href, **props)


def shield(size: int = 44) -> rx.Component:
    """The product's mark with the agency's sign; never a coat of arms."""
    bali = rx.fragment(
        rx.el.svg.path(d="M22 13h-7v7h7zM29 20h-7v7h7z", fill="#fff"),
        rx.el.svg.path(d="M29 13h-7v7h7zM22 20h-7v7h7z", fill="#fff", opacity=".38"),
    )
    ntt = rx.fragment(
        rx.el.svg.path(d="M22 10.5 30.5 20 22 29.5 13.5 20z", fill="none", stroke="#fff", stroke_width="2.4"),
        rx.el.svg.path(d="M22 16.2 25.4 20 22 23.8 18.6 20z", fill="#fff"),
    )
    return rx.el.svg(
        rx.el.svg.path(d=SHIELD, fill="var(--accent-fill)"),
        rx.cond(PortalState.agency == "ntt", ntt, bali),
        width=str(size),
        height=str(size),
        view_box="0 0 44 44",
        aria_hidden="true",
        style={"flex": "none"},
    )


def strip() -> rx.Component:
    """The woven strip: poleng or ikat, drawn by CSS from the agency's threads."""
    return rx.el.div(class_name="strip woven", aria_hidden="true")


def wordmark() -> rx.Component:
    name = rx.el.span(
        rx.el.span("WBS", class_name="head block text-[1.125rem]", style={"letterSpacing": ".02em"}),
        rx.el.span(
            agency("short"),
            class_name="block text-[.75rem] sm:text-[.8125rem] font-semibold text-balance muted",
        ),
        class_name="leading-tight min-w-0",
    )
    return link(shield(), "/", name, class_name="flex items-center gap-2.5 no-underline min-w-0 plain")


def official_line(path: str) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.span(
                icon("shield-check", class_name="accent"),
                rx.el.span(agency("official")),
                class_name="flex items-center gap-2",
            ),
            rx.el.span(
                language_switch(path),
                theme_switch("hidden md:inline-grid"),
                class_name="flex items-center gap-1",
            ),
            class_name="wrap flex items-center justify-between min-h-9 text-[.8125rem] muted",
        ),
        aria_label=t("a11y.official"),
        class_name="no-print sunken",
    )


def language_switch(path: str) -> rx.Component:
    """Plain links: the other language is another prerendered page with its own `lang`."""
    current = {"aria_current": "true"}
    return rx.fragment(
        anchor(
            "ID",
            path,
            custom_attrs={"lang": "id"},
            aria_label="Bahasa Indonesia",
            class_name="lang",
            **(current if lang() == "id" else {}),
        ),
        rx.el.span("·", aria_hidden="true"),
        anchor(
            "EN",
            path_in("en", path),
            custom_attrs={"lang": "en"},
            aria_label="English",
            class_name="lang",
            **(current if lang() == "en" else {}),
        ),
    )


def theme_switch(class_name: str = "") -> rx.Component:
    return rx.el.button(
        rx.color_mode_cond(icon("moon"), icon("sun")),
        type="button",
        on_click=rx.toggle_color_mode,
        aria_label=rx.color_mode_cond(t("common.theme_dark"), t("common.theme_light")),
        class_name=f"icon-btn small-btn {class_name}".strip(),
    )


def quick_exit() -> rx.Component:
    """Works as a plain link before (or without) JavaScript; with it, nothing of the tab stays behind."""
    return anchor(
        icon("log-out"),
        REFUGE,
        t("common.quick_exit"),
        role="button",
        rel="noreferrer",
        title=t("common.quick_exit_hint"),
        on_click=do("leaveNow", REFUGE).prevent_default,
        class_name="btn btn-exit",
    )


def _menu_link(key: str, to: str, path: str) -> rx.Component:
    current = {"aria_current": "page"} if to == path else {}
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
        rx.el.div(*children, class_name="wrap flex items-center gap-2 min-h-[4.5rem]"),
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
            rx.el.div(language_switch(path), theme_switch(), class_name="flex items-center gap-2 mt-4"),
            class_name="wrap py-4",
        ),
    )


# --- the menu where there is no room beside the page -----------------------------------------------------------------


def phone_menu(label: Any, *content: rx.Component, class_name: str = "") -> rx.Component:
    """A native popover: Escape closes it and the focus returns, without a script. Browsers from before 2023 know no
    popover: there the same menu opens by its address. One a page."""
    return rx.el.nav(
        *content,
        aria_label=label,
        custom_attrs={"id": "menu", "popover": "auto"},
        class_name=f"phone-menu {class_name}".strip(),
    )


def menu_opener(class_name: str = "") -> rx.Component:
    return _either("menu", t("a11y.open_menu"), "#menu", {"popovertarget": "menu"}, class_name)


def menu_closer() -> rx.Component:
    hide = {"popovertarget": "menu", "popovertargetaction": "hide"}
    return _either("x", t("a11y.close_menu"), "#", hide)


def _either(sign: str, label: Any, at: str, popover: dict[str, str], class_name: str = "") -> rx.Component:
    """A button, and the link that stands in for it: one of them is shown (assets/wbs.css)."""
    looks = f"icon-btn {class_name}".strip()
    button = rx.el.button(
        icon(sign), type="button", aria_label=label, custom_attrs=popover, class_name=f"{looks} by-popover"
    )
    return rx.fragment(button, anchor(icon(sign), at, aria_label=label, class_name=f"{looks} by-address"))


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


def connection_banner() -> rx.Component:
    """Says when the connection is lost, wherever one has scrolled to; presses meanwhile are sent when it is back.

    The icon is always in the page: it could not be fetched any more."""
    return rx.el.div(
        rx.el.div(
            icon("wifi-off"),
            rx.cond(has_connection_errors, t("net.offline"), ""),
            hidden=~has_connection_errors,
            class_name="banner-offline",
        ),
        role="status",
        class_name="no-print sticky top-0 z-30",
    )


def no_script() -> rx.Component:
    """Without JavaScript the site can be read, and says how else to report."""
    return rx.el.noscript(
        rx.el.div(
            rx.el.p(t("noscript.title"), class_name="font-semibold m-0"),
            rx.el.p(t("noscript.text"), class_name="m-0"),
            anchor(t("noscript.how_title"), here("/tanpa-javascript")),
            class_name="note wrap my-4 flex-col gap-1",
            custom_attrs={"data-tone": "wait"},
        )
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
        rx.el.main(*content, custom_attrs={"id": "isi"}),
        slim_footer() if task else footer(),
        custom_attrs={"data-agency": PortalState.agency, "lang": lang()},
        class_name="page",
    )
