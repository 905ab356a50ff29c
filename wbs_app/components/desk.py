"""The frame of the staff pages: a side bar from 1280 px on, a top bar with a menu below; and its empty faces."""

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

from wbs_app.components.elements import anchor, icon, link, stylesheet
from wbs_app.components.frame import (
    connection_banner,
    languages,
    menu_closer,
    menu_opener,
    no_script,
    phone_menu,
    strip,
    theme_switch,
    wordmark,
)
from wbs_app.components.words import here, lang, t
from wbs_app.model import desk as places
from wbs_app.model.access import Permission
from wbs_app.state.portal import PortalState
from wbs_app.state.staff_desk import DeskState


def desk(path: str, permission: Permission, *content: Any) -> rx.Component:
    """A staff page. `path`: the entry of the menu it belongs to. Who lacks `permission` is told so instead."""
    denied = (DeskState.may.length() > 0) & ~DeskState.may.contains(permission.value)
    inner = rx.el.div(
        _top_bar(path),
        connection_banner(),
        no_script(),
        rx.el.main(
            _troubled(),
            _not_vouched(),
            rx.cond(denied, forbidden(), rx.fragment(*content)),
            custom_attrs={"id": "isi"},
            class_name="px-4 sm:px-6 py-5 max-w-[90rem]",
        ),
        class_name="min-w-0",
    )
    return rx.el.div(
        desk_style(),
        anchor(t("common.skip_to_content"), "#isi", class_name="skip"),
        rx.el.div(_side_bar(path), inner, class_name="xl:grid xl:grid-cols-[220px_minmax(0,1fr)] min-h-dvh"),
        custom_attrs={"data-agency": PortalState.agency, "lang": lang()},
        class_name="page desk",
    )


def goto(label: Any, href: Any, *more: Any, **props: Any) -> rx.Component:
    """A link inside the site to an address that a state names, language and all."""
    return ReactRouterLink.create(label, *more, to=href, **props)


def neighbour(href: Any, sign: str, key: str) -> rx.Component:
    """A link to what is beside this; where there is nothing, it cannot be pressed."""
    gone = rx.el.span(icon(sign), role="link", aria_disabled="true", aria_label=t(key), class_name="icon-btn gone")
    return rx.cond(href != "", goto(icon(sign), href, aria_label=t(key), class_name="icon-btn"), gone)


def pager(previous: Any, following: Any, said: Any) -> rx.Component:
    """The foot of a list: what it shows, and its neighbours."""
    return rx.el.nav(
        rx.el.span(said, class_name="num"),
        rx.el.span(
            neighbour(previous, "chevron-left", "cases.page_prev"),
            neighbour(following, "chevron-right", "cases.page_next"),
            class_name="flex items-center gap-1",
        ),
        aria_label=t("a11y.pages"),
        class_name="flex items-center justify-between gap-4 px-4 py-2.5 small muted",
    )


def desk_style() -> rx.Component:
    """What staff pages look like beside what all pages do."""
    return rx.fragment(stylesheet("more"), stylesheet("desk"))


# --- the bars --------------------------------------------------------------------------------------------------------


def _entries(path: str, row: str = "") -> list[rx.Component]:
    """The menu's entries that this person may open."""

    def entry(at: places.Entry) -> rx.Component:
        current = {"aria_current": "page"} if at.path == path else {}
        waiting = [_destructions()] if at.path == places.RETENTION else []
        to = link(icon(at.icon), at.path, t(at.text), *waiting, class_name=row, **current)
        return rx.cond(DeskState.may.contains(at.permission.value), rx.el.li(to))

    return [entry(at) for at in places.MENU]


def _destructions() -> rx.Component:
    """How many cases on the destruction list wait for this person."""
    count = DeskState.destructions
    return rx.cond(count != "", rx.el.span(count, class_name="count", custom_attrs={"data-tone": "accent"}))


def sign_out_button(class_name: str, words: str = "staff.logout", place: str = places.SIGN_OUT) -> rx.Component:
    """An ordinary form: it works whatever became of the connection."""
    button = rx.el.button(icon("log-out"), t(words), type="submit", class_name=class_name)
    return rx.el.form(button, method="post", action=here(place), on_submit=None)


def language_links() -> rx.Component:
    """The same address, filter and all, in the other language."""
    url = rx.State.router.url
    plain = url.path[len("/en") :] if lang() == "en" else url.path
    query = rx.cond(url.query != "", "?" + url.query, "")
    return rx.el.span(languages(plain + query, "/en" + plain + query), class_name="flex items-center")


def _me() -> rx.Component:
    return rx.el.div(
        rx.el.b(DeskState.me["name"], class_name="block break-words"),
        rx.el.span(DeskState.me["role"], class_name="faint"),
        class_name="min-h-[2.6rem]",
    )


def _side_bar(path: str) -> rx.Component:
    menu = rx.el.nav(
        rx.el.ul(*_entries(path), class_name="list-none m-0 p-0 grid gap-0.5"),
        aria_label=t("a11y.nav_staff"),
        class_name="p-2.5 flex-1",
    )
    foot = rx.el.div(
        rx.el.div(language_links(), theme_switch(), class_name="flex items-center justify-between -ml-2 mb-2"),
        _me(),
        sign_out_button("btn btn-quiet -ml-3 mt-1"),
        class_name="p-4 small hairline-top",
    )
    return rx.el.aside(
        rx.el.div(wordmark(places.HOME, 36, wider=""), class_name="px-4 py-3.5 flex items-center"),
        strip(),
        menu,
        foot,
        aria_label=t("a11y.staff_bar"),
        class_name="side hidden xl:flex flex-col sticky top-0 h-dvh overflow-y-auto no-print",
    )


def _top_bar(path: str) -> rx.Component:
    mark = wordmark(places.HOME, 40, wider="")
    return rx.el.header(
        rx.el.div(mark, menu_opener(), class_name="flex items-center justify-between px-4 h-16"),
        _menu(path),
        class_name="xl:hidden bar-head no-print",
    )


def _menu(path: str) -> rx.Component:
    return phone_menu(
        t("a11y.nav_staff"),
        rx.el.div(_me(), menu_closer(), class_name="flex items-center justify-between gap-4 mb-2"),
        rx.el.ul(*_entries(path, "menu-row"), class_name="list-none m-0 p-0"),
        rx.el.div(language_links(), theme_switch(), class_name="flex items-center gap-2 mt-4"),
        sign_out_button("btn btn-secondary w-full mt-4"),
        class_name="desk-menu p-4",
    )


# --- what a page shows instead of its content ------------------------------------------------------------------------


def nothing(sign: str, title: Any, *more: Any) -> rx.Component:
    """An empty face: icon, a sentence, what happens next or one button."""
    return rx.el.div(
        icon(sign),
        rx.el.p(title, class_name="m-0 text-[1rem] font-semibold ink"),
        *more,
        class_name="card mt-4 empty",
    )


def _not_vouched() -> rx.Component:
    """Somebody new, who cannot read anything yet: why, and what to do."""
    me = DeskState.me
    code = rx.el.b(me["code"], class_name="num tracking-[.04em] whitespace-nowrap")
    note = rx.el.section(
        icon("hourglass"),
        rx.el.div(
            rx.el.h2(t("vouching.mine_title"), class_name="m-0"),
            rx.el.p(t("vouching.mine_text"), " ", code, class_name="m-0 mt-1 max-w-[70ch]"),
        ),
        class_name="note mb-5",
        custom_attrs={"data-tone": "wait"},
    )
    return rx.fragment(rx.cond(me["waits"] == "yes", note))


def _troubled() -> rx.Component:
    """What is wrong with the installation, to who can do something about it."""

    def one(said: Any) -> rx.Component:
        return rx.el.li(said, key=said)

    note = rx.el.section(
        icon("triangle-alert"),
        rx.el.div(
            rx.el.h2(t("trouble.title"), class_name="m-0"),
            rx.el.ul(rx.foreach(DeskState.troubles, one), class_name="list-none m-0 mt-1 p-0 grid gap-1"),
            rx.el.p(t("trouble.help"), class_name="m-0 mt-1"),
            class_name="max-w-[70ch]",
        ),
        class_name="note mb-5",
        custom_attrs={"data-tone": "bad"},
    )
    return rx.fragment(rx.cond(DeskState.troubles.length() > 0, note))


def forbidden() -> rx.Component:
    """Why a role sees nothing here."""
    return rx.fragment(
        rx.el.h1(t("forbidden.title"), class_name="m-0"),
        nothing(
            "ban",
            t("forbidden.text", role=DeskState.me["role"]),
            rx.el.p(DeskState.me["role_text"], class_name="m-0"),
            rx.el.p(t("forbidden.help"), class_name="m-0"),
            link(t("forbidden.home"), places.HOME, class_name="btn btn-secondary mt-1"),
        ),
    )


def waiting(rows: int = 5) -> rx.Component:
    """Lines of about the final height until the data is here."""
    lines = [rx.el.span(class_name="skel my-[1.2rem]") for _ in range(rows)]
    return rx.el.div(
        rx.el.span(t("common.loading"), class_name="sr"), *lines, role="status", class_name="card p-5 mt-4 waiting"
    )


def agency_links(agencies: Any, current: Any) -> rx.Component:
    """Which agency the page shows, for who works for several. `agencies`: rows of `code`, `name`, `href`."""

    def one(entry: Any) -> rx.Component:
        chosen = rx.el.span(entry["name"], aria_current="true", key=entry["code"])
        return rx.cond(entry["code"] == current, chosen, goto(entry["name"], entry["href"], key=entry["code"]))

    return rx.cond(agencies.length() > 1, rx.el.div(rx.foreach(agencies, one), class_name="switcher"))


# --- what came of a press; lists -------------------------------------------------------------------------------------


def outcome(said: Any, *more: Any) -> rx.Component:
    """What came of a press: `text` and `tone` ("done" or "bad") of an entry; `places.SAID` takes the focus.

    `more`: what belongs to it, below the words.
    """
    words = rx.el.p(said["text"], class_name="m-0 font-semibold")
    note = rx.el.div(
        rx.cond(said["tone"] == "done", icon("circle-check"), icon("circle-alert")),
        rx.el.div(words, *more, class_name="flex-1 min-w-0") if more else words,
        class_name="note mt-4",
        custom_attrs={"data-tone": said["tone"]},
    )
    return rx.el.div(
        rx.cond(said["text"], note), id=places.SAID, role="status", tab_index=-1, class_name="outline-none"
    )


def records(
    label: Any,
    heads: Sequence[str],
    rows: Any,
    row: Callable[[Any], rx.Component],
    *foot: Any,
    look: str = "",
    gap: str = "mt-4",
) -> rx.Component:
    """A list of records, which is cards on a phone. `heads`: text keys; `row`: makes a row with roles of its own."""
    cells = [rx.el.th(t(key), role="columnheader", scope="col") for key in heads]
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*cells, role="row"), role="rowgroup"),
        rx.el.tbody(rx.foreach(rows, row), role="rowgroup"),
        role="table",
        aria_label=label,
        class_name=f"table table-cards cols {look}".strip(),
    )
    return rx.el.div(table, *foot, class_name=f"card {gap} overflow-x-auto relative")
