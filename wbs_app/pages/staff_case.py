"""A case: what was reported, the evidence, the timeline, and the panel with its state."""

from typing import Any

import reflex as rx

from wbs_app.components.desk import desk, nothing, waiting
from wbs_app.components.page import Page
from wbs_app.components.shell import anchor, icon, link
from wbs_app.components.status import status_pill
from wbs_app.components.summary import report_sections
from wbs_app.components.words import t
from wbs_app.model.access import Permission
from wbs_app.model.desk import CASES
from wbs_app.state.staff_case import CaseState
from wbs_app.state.staff_desk import DeskState

CASE = CaseState.case


def head() -> rx.Component:
    back = rx.el.nav(
        link(icon("chevron-left"), CASES, t("case.back"), class_name="inline-flex items-center gap-1 py-1"),
        aria_label=t("a11y.breadcrumb"),
        class_name="small",
    )
    title = rx.el.div(
        rx.el.h1(rx.el.span(t("case.word"), " ", class_name="sr"), CASE["ticket"], class_name="m-0 tracking-[.02em]"),
        status_pill(CASE),
        rx.el.span(t("case.received", date=CASE["received"]), class_name="small faint num"),
        class_name="flex flex-wrap items-center gap-x-3 gap-y-2 mt-1",
    )
    return rx.fragment(back, title)


def no_key() -> rx.Component:
    return rx.el.section(
        icon("lock-keyhole"),
        rx.el.div(
            rx.el.h2(t("case.no_key_title"), class_name="m-0"),
            rx.el.p(t("case.no_key_text"), class_name="m-0 mt-1 max-w-[70ch]"),
        ),
        class_name="note",
        custom_attrs={"data-tone": "wait"},
    )


def report() -> rx.Component:
    inner = rx.el.div(report_sections(CaseState.sections), class_name="-mt-8")  # sections keep a distance above them
    return rx.el.div(inner, class_name="card p-5")


def evidence() -> rx.Component:
    """Files and links. Both come from a stranger, and say so."""
    files = rx.fragment(
        rx.el.ul(rx.foreach(CaseState.files, _file), aria_label=t("a11y.files"), class_name="pieces"),
        rx.cond(CASE["phase"] == "open", _warning("case.evidence_warning")),
    )
    links = rx.fragment(
        rx.el.h3(t("summary.link"), class_name="m-0 mt-4"),
        rx.el.ul(rx.foreach(CaseState.links, _external), class_name="list-none m-0 p-0"),
        _warning("case.link_warning"),
    )
    none = (CaseState.files.length() == 0) & (CaseState.links.length() == 0)
    return rx.el.section(
        rx.el.h2(t("summary.evidence"), class_name="m-0 mb-3"),
        rx.cond(CaseState.files.length() > 0, files),
        rx.cond(CaseState.links.length() > 0, links),
        rx.cond(none, rx.el.p(t("case.evidence_none"), class_name="m-0 muted")),
        class_name="card p-5",
    )


def _file(entry: Any) -> rx.Component:
    take = anchor(icon("download"), entry["href"], aria_label=entry["download"], download=True, class_name="icon-btn")
    return rx.el.li(
        rx.el.span(rx.cond(entry["image"] == "yes", icon("file-image"), icon("file-text")), class_name="thumb"),
        rx.el.span(
            rx.el.b(entry["name"], class_name="block"),
            rx.el.span(entry["kind"], class_name="small faint"),
            class_name="flex-1 min-w-0",
        ),
        rx.cond(entry["href"] != "", take),
        key=entry["position"],
        class_name="piece",
    )


def _external(url: Any) -> rx.Component:
    """The other site learns neither where its visitor comes from nor gets hold of our page."""
    words = rx.el.span(url, class_name="link-words break-all")
    tag = rx.el.span(icon("external-link"), t("a11y.external"), class_name="tag")
    return rx.el.li(
        anchor(
            words,
            url,
            tag,
            rel="noreferrer noopener",
            target="_blank",
            class_name="inline-flex flex-wrap items-center gap-2 py-1",
        ),
        key=url,
    )


def _warning(key: str) -> rx.Component:
    return rx.el.p(
        icon("triangle-alert", class_name="tone-wait"), rx.el.span(t(key)), class_name="small flex gap-2 mt-3 mb-0"
    )


def timeline() -> rx.Component:
    """Newest first; without the key only the stages are known."""

    def step(entry: Any, at: Any) -> rx.Component:
        said = rx.cond(entry["state"] == "now", t("a11y.now"), t("a11y.reached"))
        return rx.el.li(
            rx.el.span(rx.cond(entry["state"] == "now", icon(entry["icon"]), icon("check")), class_name="mark"),
            rx.el.span(said, ": ", class_name="sr"),
            rx.el.b(entry["label"], class_name="!pt-0"),
            rx.cond(entry["note"] != "", rx.el.span(entry["note"], " ", class_name="muted whitespace-pre-wrap")),
            rx.cond(entry["who"] != "", rx.el.span(entry["who"], " ", class_name="muted")),
            rx.cond(entry["time"] != "", rx.el.time(entry["time"], class_name="num")),
            key=at.to_string(),
            custom_attrs={"data-state": entry["state"]},
        )

    return rx.el.section(
        rx.el.h2(t("case.tab_timeline"), class_name="m-0 mb-4"),
        rx.el.ol(rx.foreach(CaseState.steps, step), class_name="timeline"),
        class_name="card p-5",
    )


def panel() -> rx.Component:
    def entry(key: str, *shown: Any) -> rx.Component:
        return rx.el.div(
            rx.el.dt(t(key), class_name="small font-semibold muted"),
            rx.el.dd(*shown, class_name="m-0 mt-1.5"),
            class_name="py-4 panel-entry",
        )

    hidden = rx.el.span(icon("lock-keyhole"), t("case.identity_locked"), class_name="flex items-center gap-2")
    logged = rx.el.span(t("case.identity_logged"), class_name="block small faint mt-2")
    return rx.el.aside(
        rx.el.dl(
            entry("case.status", status_pill(CASE)),
            entry("case.identity", hidden, logged),
            class_name="card m-0 px-5 py-1",
        ),
        aria_label=t("a11y.case_panel"),
        class_name="xl:sticky xl:top-5",
    )


def content() -> rx.Component:
    left = rx.el.div(
        rx.cond(CASE["phase"] == "locked", no_key()), report(), evidence(), timeline(), class_name="grid gap-5 min-w-0"
    )
    whole = rx.fragment(
        head(),
        rx.el.div(
            left,
            panel(),
            class_name="grid grid-cols-[minmax(0,1fr)] xl:grid-cols-[minmax(0,1fr)_310px] gap-5 mt-5 items-start",
        ),
    )
    shown = rx.match(
        CASE["phase"],
        ("open", whole),
        ("locked", whole),
        ("missing", _nothing("search-x", t("case.not_found"))),
        ("broken", _nothing("circle-alert", t("case.unreadable", ref=CASE["reference"]))),
        rx.fragment(rx.el.h1(t("case.word"), class_name="m-0"), waiting(8)),
    )
    return desk(CASES, Permission.READ_CASE, shown)


def _nothing(sign: str, words: Any) -> rx.Component:
    back = link(t("forbidden.back"), CASES, class_name="btn btn-secondary mt-1")
    return rx.fragment(rx.el.h1(t("case.word"), class_name="m-0"), nothing(sign, words, back))


# "nomor", not "ticket": Reflex makes a var of this name, which no state may have a second time.
PAGE = Page(f"{CASES}/[nomor]", "title.staff_case", content, (DeskState.enter, CaseState.load), staff=True)
