"""What the frames of public pages and of the desk share: the agency's mark, the menu of a phone, what is said of the
connection and without JavaScript."""

from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from wbs_app.components.browser import came_back, do
from wbs_app.components.elements import anchor, icon, link
from wbs_app.components.words import agency, here, lang, t
from wbs_app.state.portal import PortalState

REFUGE = "https://www.bmkg.go.id/"
"""Where Keluar Cepat leads: the national weather service, a page that anyone may have open."""

SHIELD = "M22 2 39 7v14c0 10.5-7.2 17.6-17 21C12.2 38.6 5 31.5 5 21V7z"


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


def wordmark(home: str = "/", size: int = 44, wider: str = "sm:text-[.8125rem]") -> rx.Component:
    """The mark with the agency's name, a link to `home`. `wider`: the name where there is room for more."""
    name = rx.el.span(
        rx.el.span("WBS", class_name="head block text-[1.125rem]", style={"letterSpacing": ".02em"}),
        rx.el.span(agency("short"), class_name=f"block text-[.75rem] font-semibold text-balance muted {wider}".strip()),
        class_name="leading-tight min-w-0",
    )
    return link(shield(size), home, name, class_name="flex items-center gap-2.5 no-underline min-w-0 plain")


def theme_switch(class_name: str = "") -> rx.Component:
    return rx.el.button(
        rx.color_mode_cond(icon("moon"), icon("sun")),
        type="button",
        on_click=rx.toggle_color_mode,
        aria_label=rx.color_mode_cond(t("common.theme_dark"), t("common.theme_light")),
        class_name=f"icon-btn small-btn {class_name}".strip(),
    )


def languages(indonesian: Any, english: Any) -> rx.Component:
    """Plain links to these addresses: the other language is another prerendered page with its own `lang`."""

    def to(code: str, words: str, href: Any) -> rx.Component:
        current = {"aria_current": "true"} if lang() == code else {}
        marks = {"lang": code}
        return anchor(code.upper(), href, custom_attrs=marks, aria_label=words, class_name="lang", **current)

    dot = rx.el.span("·", aria_hidden="true")
    return rx.fragment(to("id", "Bahasa Indonesia", indonesian), dot, to("en", "English", english))


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


# --- when something is missing ---------------------------------------------------------------------------------------


def connection_banner() -> rx.Component:
    """Says when the connection is lost, wherever one has scrolled to, and for a moment when it is back: presses
    meanwhile are sent then.

    The first icon is always in the page: it could not be fetched any more."""
    return rx.el.div(
        rx.el.div(
            icon("wifi-off"),
            rx.cond(has_connection_errors, t("net.offline"), ""),
            hidden=~has_connection_errors,
            class_name="banner-offline",
        ),
        rx.cond(came_back(), rx.el.div(icon("wifi"), t("net.back"), class_name="banner-offline banner-back")),
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
