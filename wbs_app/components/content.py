"""Parts that the reading pages share: heads, lists, contents, the agency's switch, the emergency line."""

import re
from collections.abc import Iterable
from typing import Any

import reflex as rx

from wbs_app.components.elements import anchor, icon, link
from wbs_app.components.words import here, lang, t
from wbs_app.config import settings
from wbs_app.state.portal import OfferState, PortalState
from wbs_app.text import has, text

EMERGENCY, POLICE = "112", "110"


def said(key: str, **parts: rx.Component) -> list[Any]:
    """A text as children, with a component in the place of each {placeholder}."""
    pieces = re.split(r"\{(\w+)\}", text(key, lang()))
    return [parts[piece] if at % 2 else piece for at, piece in enumerate(pieces) if piece]


def numbered(prefix: str) -> list[Any]:
    """The texts prefix_1, prefix_2 ... as far as they go."""
    found: list[Any] = []
    while has(key := f"{prefix}_{len(found) + 1}"):
        found.append(t(key))
    return found


def own(field: str) -> str:
    """The name of a list entry's field in the language being built: own("name") is "name_id"."""
    return f"{field}_{lang()}"


def page_head(title: Any, intro: Any) -> rx.Component:
    """The top of a reading page."""
    return rx.el.div(
        rx.el.h1(title, class_name="m-0"),
        rx.el.p(intro, class_name="lead mt-3 mb-0 max-w-[60ch]"),
        class_name="wrap pt-10 lg:pt-16",
    )


def ticks(items: Iterable[Any], sign: str = "check") -> rx.Component:
    """A list of short sentences, each with a sign."""
    rows = [
        rx.el.li(icon(sign, class_name="accent mt-[.2em]"), rx.el.span(item), class_name="flex gap-3") for item in items
    ]
    return rx.el.ul(*rows, class_name="list-none p-0 m-0 grid gap-3")


def titled(name: str, title: Any, *content: Any) -> rx.Component:
    """A section of a long page, which the contents beside it point at."""
    return rx.el.section(
        rx.el.h2(title, class_name="m-0 mb-4", custom_attrs={"id": f"{name}-judul"}),
        *content,
        custom_attrs={"id": name, "aria-labelledby": f"{name}-judul"},
        class_name="chapter",
    )


def long_page(chapters: Iterable[tuple[str, Any, rx.Component]]) -> rx.Component:
    """A long text with its contents beside it. `chapters`: (id, title, content)."""
    chapters = list(chapters)
    rows = [rx.el.li(anchor(title, f"#{name}", class_name="toc-link")) for name, title, _ in chapters]
    contents = rx.el.nav(
        rx.el.p(t("guide.contents"), class_name="eyebrow m-0 mb-2", custom_attrs={"id": "isi-halaman"}),
        rx.el.ul(*rows, class_name="list-none p-0 m-0"),
        custom_attrs={"aria-labelledby": "isi-halaman"},
        class_name="toc no-print",
    )
    body = rx.el.div(*[titled(*chapter) for chapter in chapters], class_name="min-w-0 max-w-[44rem]")
    return rx.el.div(contents, body, class_name="wrap pt-10 grid lg:grid-cols-[16rem_1fr] gap-x-14 gap-y-10")


def road(steps: Iterable[tuple[Any, Any]]) -> rx.Component:
    """Numbered steps along a line, downwards. `steps`: (title, content)."""
    rows = [
        rx.el.li(
            rx.el.span(str(at), class_name="dot", aria_hidden="true"),
            rx.el.div(rx.el.h3(title, class_name="m-0"), content, class_name="min-w-0 pt-1.5"),
            class_name="how",
        )
        for at, (title, content) in enumerate(steps, start=1)
    ]
    return rx.el.ol(*rows, class_name="howto downwards")


def report_button(**props: Any) -> rx.Component:
    look = f"btn btn-primary {props.pop('class_name', '')}".strip()
    return link(t("nav.report_now"), "/lapor", icon("arrow-right"), class_name=look, **props)


def caution(*words: Any, sign: str = "triangle-alert") -> rx.Component:
    """A sentence that must not be missed."""
    tone = {"data-tone": "wait"}
    return rx.el.p(icon(sign), rx.el.span(*words), class_name="note m-0", custom_attrs=tone)


def emergency_line() -> rx.Component:
    """Whom to call at once. Belongs on every page a person in danger may open first."""

    def call(number: str) -> rx.Component:
        return anchor(number, f"tel:{number}", class_name="font-bold text-inherit")

    words = said("landing.emergency_note", emergency=call(EMERGENCY), police=call(POLICE))
    return caution(*words, sign="phone")


def agency_switch(*then: Any, class_name: str = "") -> rx.Component:
    """Which agency the page speaks for; nothing where there is only one. `then`: events after a choice."""
    codes = settings().agencies
    if len(codes) == 1:
        return rx.fragment()

    def choice(code: str) -> rx.Component:
        return rx.el.button(
            PortalState.agencies[code][own("short")],
            type="button",
            on_click=[PortalState.choose(code), *then],
            aria_pressed=rx.cond(PortalState.agency == code, "true", "false"),
            class_name="pick",
        )

    return rx.el.div(
        *[choice(code) for code in codes],
        role="group",
        aria_label=t("landing.agency_label"),
        class_name=f"picks {class_name}".strip(),
    )


def outside_channels(direct: bool = False) -> rx.Component:
    """The agency's channels on other bodies' sites, by way of the page before leaving or `direct`ly."""
    leaving = here("/keluar") + "?ke="

    def channel(card: Any) -> rx.Component:
        row = anchor(
            rx.el.span(card[own("title")], class_name="link-words"),
            card["url"] if direct else leaving + card["code"],
            rx.el.span(icon("external-link"), t("a11y.external"), class_name="tag"),
            rx.el.span(card[own("text")], class_name="muted small basis-full"),
            rel="noreferrer",
            class_name="channel",
        )
        return rx.fragment(rx.cond(card["kind"] == "external", rx.el.li(row)), key=card["code"])

    return rx.el.ul(rx.foreach(OfferState.cards, channel), class_name="list-none p-0 m-0 ruled")
