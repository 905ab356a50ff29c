"""A case: what was reported, the evidence, the timeline, and the panel with its state."""

from typing import Any

import reflex as rx

from wbs_app.components.case_identity import identity_entry
from wbs_app.components.case_panel import panel
from wbs_app.components.case_talk import messages, notes
from wbs_app.components.desk import desk, goto, neighbour, nothing, waiting
from wbs_app.components.elements import anchor, icon, link
from wbs_app.components.page import Page
from wbs_app.components.status import due_mark, one_of, status_pill
from wbs_app.components.summary import report_sections
from wbs_app.components.words import here, t
from wbs_app.model.access import Permission
from wbs_app.model.desk import CASES, SAID
from wbs_app.state.staff_case import HISTORY_ICONS, CaseState
from wbs_app.state.staff_case_acts import CaseActsState
from wbs_app.state.staff_desk import DeskState
from wbs_app.state.staff_talk import TalkState

CASE = CaseState.case


def head() -> rx.Component:
    back = rx.el.nav(
        goto(
            icon("chevron-left"),
            CaseState.around["list"],
            t("case.back"),
            class_name="inline-flex items-center gap-1 py-1",
        ),
        aria_label=t("a11y.breadcrumb"),
        class_name="small",
    )
    beside = rx.el.span(
        neighbour(CaseState.around["previous"], "chevron-up", "a11y.prev_case"),
        neighbour(CaseState.around["next"], "chevron-down", "a11y.next_case"),
        class_name="flex gap-2 -my-2 no-print",
    )
    title = rx.el.div(
        rx.el.h1(rx.el.span(t("case.word"), " ", class_name="sr"), CASE["ticket"], class_name="m-0 tracking-[.02em]"),
        status_pill(CASE),
        due_mark(CASE),
        rx.el.span(t("case.received", date=CASE["received"]), class_name="small faint num"),
        class_name="flex flex-wrap items-center gap-x-3 gap-y-2 mt-1",
    )
    above = rx.el.div(back, beside, class_name="flex items-center justify-between gap-4")
    return rx.fragment(above, title, _said(), _parts())


def _said() -> rx.Component:
    """What came of a press, and what somebody else has changed meanwhile."""
    done = rx.cond(CaseActsState.said != "", _note("done", "circle-check", CaseActsState.said))
    news = rx.cond(CaseState.news != "", _note("info", "refresh-cw", CaseState.news))
    wrong = rx.cond(CaseState.problem != "", _note("bad", "circle-alert", CaseState.problem))
    return rx.el.div(wrong, done, news, role="status", tab_index=-1, id=SAID, class_name="outline-none")


def _note(tone: str, sign: str, words: Any) -> rx.Component:
    return rx.el.div(
        icon(sign), rx.el.p(words, class_name="m-0"), class_name="note mt-3", custom_attrs={"data-tone": tone}
    )


def _parts() -> rx.Component:
    """Links to the parts of the page."""

    def part(key: str, place: str, count: Any = None) -> rx.Component:
        number = [] if count is None else [rx.cond(count != "", rx.el.span(count, class_name="count"))]
        return anchor(t(key), f"#{place}", *number, class_name="view")

    files = rx.cond(CaseState.files.length() > 0, CaseState.files.length().to_string(), "")
    notes = rx.cond(TalkState.notes.length() > 0, TalkState.notes.length().to_string(), "")
    talk = [part("case.tab_messages", "percakapan", CASE["unread"]), part("case.tab_notes", "catatan-internal", notes)]
    return rx.el.nav(
        part("case.tab_report", "laporan"),
        part("case.tab_evidence", "bukti", files),
        *[rx.cond(CASE["phase"] == "open", each) for each in talk],
        part("case.tab_timeline", "lini-masa"),
        aria_label=t("a11y.case_sections"),
        class_name="mt-3 flex gap-6 overflow-x-auto hairline-bottom no-print",
    )


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
    return rx.el.div(inner, custom_attrs={"id": "laporan"}, class_name="card p-5")


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
        custom_attrs={"id": "bukti"},
        class_name="card p-5",
    )


def _file(entry: Any) -> rx.Component:
    take = anchor(icon("download"), entry["href"], aria_label=entry["download"], download=True, class_name="icon-btn")
    page = here(CASES) + "/" + CASE["ticket"] + "/bukti/" + entry["position"]
    look = goto(icon("eye"), page, aria_label=t("case.evidence_view", name=entry["name"]), class_name="icon-btn")
    return rx.el.li(
        rx.el.span(rx.cond(entry["image"] == "yes", icon("file-image"), icon("file-text")), class_name="thumb"),
        rx.el.span(
            rx.el.b(entry["name"], class_name="block"),
            rx.el.span(entry["kind"], class_name="small faint"),
            _scan_mark(entry),
            class_name="flex-1 min-w-0",
        ),
        rx.cond(entry["href"] != "", rx.fragment(look, take)),
        key=entry["position"],
        class_name="piece",
    )


def _scan_mark(entry: Any) -> rx.Component:
    """What the virus scanner has not said yet, or said; nothing of a clean file."""
    marks = [
        ("waiting", "hourglass", "case.evidence_unscanned", ""),
        ("infected", "ban", "case.evidence_infected", "bad"),
    ]
    said = [
        (mark, rx.el.span(icon(sign), t(key), class_name=f"small font-semibold flex items-center gap-1.5 {tone}"))
        for mark, sign, key, tone in marks
    ]
    return rx.fragment(rx.match(entry["scan"], *said, rx.fragment()))


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


def finding() -> rx.Component:
    """What officers found, once it is written."""
    found = CaseState.found

    def row(key: str, value: Any) -> rx.Component:
        return rx.cond(value != "", rx.el.div(rx.el.dt(t(key)), rx.el.dd(value, class_name="whitespace-pre-wrap")))

    rows = rx.el.dl(
        row("case.verdict", found["verdict_text"]),
        row("case.finding_text", found["summary"]),
        row("case.recommendation", found["recommendation"]),
        row("case.amount_loss", found["loss"]),
        row("case.referred_to", found["referred_to"]),
        class_name="answers",
    )
    written = (found["verdict"] != "") | (found["referred_to"] != "")
    card = rx.el.section(rx.el.h2(t("case.finding"), class_name="m-0 mb-1"), rows, class_name="card p-5")
    return rx.fragment(rx.cond((CASE["phase"] == "open") & written, card))


def timeline() -> rx.Component:
    """Newest first; without the key only the stages are known."""

    def step(entry: Any) -> rx.Component:
        said = rx.cond(entry["state"] == "now", t("a11y.now"), t("a11y.reached"))
        moved = rx.cond(entry["state"] == "now", icon(entry["icon"]), icon("check"))
        sign = rx.cond(entry["plain"] == "yes", one_of(entry["icon"], *HISTORY_ICONS, "check"), moved)
        return rx.el.li(
            rx.el.span(sign, class_name="mark"),
            rx.el.span(said, ": ", class_name="sr"),
            rx.el.b(entry["label"], class_name="!pt-0"),
            rx.cond(entry["note"] != "", rx.el.span(entry["note"], " ", class_name="muted whitespace-pre-wrap block")),
            rx.cond(entry["who"] != "", rx.el.span(entry["who"], " ", class_name="muted")),
            rx.cond(entry["time"] != "", rx.el.time(entry["time"], class_name="num")),
            key=entry["key"],
            custom_attrs={"data-state": entry["state"], "data-plain": rx.cond(entry["plain"] == "yes", "", None)},
        )

    return rx.el.section(
        rx.el.h2(t("case.tab_timeline"), class_name="m-0 mb-4"),
        rx.el.ol(rx.foreach(CaseState.steps, step), class_name="timeline"),
        custom_attrs={"id": "lini-masa"},
        class_name="card p-5",
    )


def phone_bar() -> rx.Component:
    """The two commonest acts, in reach of the thumb."""
    return rx.el.div(
        anchor(icon("message-square-text"), "#percakapan", t("case.jump_write"), class_name="btn btn-secondary flex-1"),
        anchor(t("case.change_status"), "#ubah-status", class_name="btn btn-primary flex-1"),
        class_name="md:hidden sticky bottom-0 -mx-4 mt-5 px-4 py-3 flex gap-3 phone-bar no-print",
    )


def content() -> rx.Component:
    talk = rx.cond(CASE["phase"] == "open", rx.fragment(messages(), notes()))
    left = rx.el.div(
        rx.cond(CASE["phase"] == "locked", no_key()),
        report(),
        evidence(),
        talk,
        finding(),
        timeline(),
        class_name="grid grid-cols-[minmax(0,1fr)] gap-5 min-w-0",
    )
    whole = rx.fragment(
        head(),
        rx.el.div(
            left,
            panel(identity_entry()),
            class_name="grid grid-cols-[minmax(0,1fr)] xl:grid-cols-[minmax(0,1fr)_310px] gap-5 mt-5 items-start",
        ),
        rx.cond(CASE["may_work"] == "yes", phone_bar()),
    )
    shown = rx.match(
        CASE["phase"],
        ("open", whole),
        ("locked", whole),
        ("missing", _nothing("search-x", t("case.not_found"))),
        ("broken", _nothing("circle-alert", t("case.unreadable", ref=CASE["reference"]))),
        rx.fragment(rx.el.h1(t("case.word"), class_name="m-0"), waiting(8)),
    )
    return desk(CASES, Permission.READ_CASE, rx.el.div(shown, key=CASE["ticket"]))  # nothing typed goes to another case


def _nothing(sign: str, words: Any) -> rx.Component:
    back = link(t("forbidden.back"), CASES, class_name="btn btn-secondary mt-1")
    return rx.fragment(rx.el.h1(t("case.word"), class_name="m-0"), nothing(sign, words, back))


# "nomor", not "ticket": Reflex makes a var of this name, which no state may have a second time.
PAGE = Page(
    f"{CASES}/[nomor]",
    "title.staff_case",
    content,
    (DeskState.enter, TalkState.begin, CaseState.load, CaseActsState.arrive, TalkState.load),
    staff=True,
)
