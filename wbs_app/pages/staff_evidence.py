"""A file of a case, looked at page by page. Opening it is recorded; turning its pages is not."""

from typing import Any

import reflex as rx

from wbs_app.components.desk import desk, goto, nothing, waiting
from wbs_app.components.elements import anchor, icon, link, stylesheet
from wbs_app.components.page import Page
from wbs_app.components.viewer import integrity, pages_of, trouble
from wbs_app.components.words import here, t
from wbs_app.model.access import Permission
from wbs_app.model.desk import CASES, EVIDENCE
from wbs_app.state.staff_desk import DeskState
from wbs_app.state.viewer import DeskLookState

LOOK = DeskLookState.look


def head() -> rx.Component:
    case = here(CASES) + "/" + LOOK["ticket"]
    back = rx.el.nav(
        goto(icon("chevron-left"), case, LOOK["ticket"], class_name="inline-flex items-center gap-1 py-1"),
        aria_label=t("a11y.breadcrumb"),
        class_name="small",
    )
    title = rx.el.div(
        rx.el.h1(LOOK["name"], class_name="m-0"),
        rx.el.span(LOOK["kind"], class_name="small faint num"),
        class_name="flex flex-wrap items-baseline gap-x-3 gap-y-1 mt-1",
    )
    return rx.fragment(back, title)


def below() -> rx.Component:
    """What is seen, and the other choice: the file itself."""
    url = here(EVIDENCE) + "/" + LOOK["id"]
    take = anchor(icon("download"), url, t("viewer.download"), download=True, class_name="btn btn-secondary")
    said = [rx.el.p(t(key), class_name="m-0 small muted") for key in ("viewer.pixels", "viewer.logged", "viewer.keys")]
    return rx.el.div(
        integrity(LOOK),
        rx.el.div(take, rx.el.p(t("viewer.download_text"), class_name="m-0 mt-1 small faint")),
        rx.el.div(*said, class_name="grid gap-1"),
        class_name="grid gap-4 mt-4",
    )


def turn(label: Any, number: Any, width: Any, **props: Any) -> rx.Component:
    page = here(CASES) + "/" + LOOK["ticket"] + "/bukti/" + LOOK["position"]
    to = goto(label, page + "?halaman=" + number + "&lebar=" + width, prevent_scroll_reset=True, **props)
    return rx.fragment(rx.cond(number != "", to, rx.el.span(label, role="link", **props)))


def content() -> rx.Component:
    opened = rx.el.div(
        head(),
        rx.el.div(rx.cond(LOOK["phase"] == "open", pages_of(DeskLookState, turn), trouble(LOOK)), class_name="mt-4"),
        below(),
        class_name="max-w-[62rem]",
    )
    back = link(t("forbidden.back"), CASES, class_name="btn btn-secondary mt-1")
    missing = rx.fragment(rx.el.h1(t("viewer.title"), class_name="m-0"), nothing("search-x", LOOK["said"], back))
    shown = rx.match(
        LOOK["phase"],
        ("open", opened),
        ("undrawable", opened),
        ("bad", rx.fragment(rx.el.h1(t("viewer.title"), class_name="m-0 mb-4"), trouble(LOOK))),
        ("missing", missing),
        rx.fragment(rx.el.h1(t("viewer.title"), class_name="m-0"), waiting(10)),
    )
    return desk(CASES, Permission.READ_CASE, stylesheet("viewer"), shown)


PAGE = Page(
    f"{CASES}/[nomor]/bukti/[posisi]",
    "title.staff_evidence",
    content,
    (DeskState.enter, DeskLookState.load),
    staff=True,
)
