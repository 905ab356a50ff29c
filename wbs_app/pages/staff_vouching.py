"""Pengesahan Petugas: who waits for a supervisor's word, and who receives the keys of new reports."""

from typing import Any

import reflex as rx

from wbs_app.components.desk import desk, nothing, outcome, records, waiting
from wbs_app.components.dialog import opener, question
from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.words import t
from wbs_app.model.access import Permission
from wbs_app.model.desk import COLLEAGUES
from wbs_app.state.staff_desk import DeskState
from wbs_app.state.staff_vouching import VouchingState

_WAITING = ("admin.user_name", "admin.user_role", "vouching.code", "admin.user_actions")
_KNOWN = ("admin.user_name", "admin.user_role", "vouching.code", "vouching.by")


def _label(key: str) -> rx.Component:
    """On a phone, where rows are cards and their heads are not seen."""
    return rx.el.span(t(key), ": ", aria_hidden="true", class_name="lg:hidden small muted")


def _row(person: Any, last: rx.Component) -> rx.Component:
    cell = lambda *shown, **props: rx.el.td(*shown, role="cell", **props)  # noqa: E731
    small = lambda shown: rx.el.span(shown, class_name="small muted block break-words")  # noqa: E731
    return rx.el.tr(
        cell(rx.el.b(person["name"], class_name="block break-words"), small(person["username"])),
        cell(person["role"], small(person["place"]), class_name="wide"),
        cell(_label("vouching.code"), rx.el.span(person["code"], class_name="num font-semibold tracking-[.04em]")),
        cell(last, class_name="wide"),
        key=person["id"],
        role="row",
    )


def unknown(person: Any) -> rx.Component:
    """The code is heard from the person, not read from the invitation."""
    dialog, sign = "sahkan-" + person["id"], icon("shield-check")  # a Var
    words = (
        rx.el.p(t("vouching.ask"), class_name="muted mt-2 mb-0"),
        rx.el.p(person["code"], class_name="num text-[1.5rem] font-semibold tracking-[.06em] my-4"),
        rx.el.p(t("vouching.ask_else"), class_name="small muted m-0"),
    )
    title, look = t("vouching.title", name=person["name"]), "btn btn-primary"
    act = VouchingState.vouch(person["id"].to(str))  # type: ignore[call-arg,arg-type]
    asked = question(dialog, title, *words, key="vouching.do", sign=sign, handler=act, look=look)
    return _row(person, rx.fragment(opener("vouching.do", person["name"], dialog, sign, look=look), asked))


def content() -> rx.Component:
    known = lambda person: _row(person, rx.el.span(_label("vouching.by"), person["by"], class_name="small"))  # noqa: E731
    asked = rx.cond(
        VouchingState.waiting.length() > 0,
        records(t("vouching.waiting"), _WAITING, VouchingState.waiting, unknown, gap="mt-3"),
        nothing("shield-check", t("vouching.none")),
    )
    shown = rx.fragment(
        rx.el.h2(t("vouching.waiting"), class_name="m-0 mt-6"),
        asked,
        rx.el.h2(t("vouching.known"), class_name="m-0 mt-8"),
        rx.el.p(t("vouching.known_text"), class_name="m-0 mt-1 small muted"),
        records(t("vouching.known"), _KNOWN, VouchingState.known, known, gap="mt-3"),
    )
    return desk(
        COLLEAGUES,
        Permission.VOUCH,
        rx.el.h1(t("title.staff_colleagues"), class_name="m-0"),
        rx.el.p(t("vouching.intro"), class_name="m-0 mt-1 muted max-w-[70ch]"),
        outcome(VouchingState.said),
        rx.cond(VouchingState.ready, shown, waiting()),
    )


PAGE = Page(COLLEAGUES, "title.staff_colleagues", content, (DeskState.enter, VouchingState.load), staff=True)
