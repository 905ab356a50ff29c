"""Dasbor: what needs action, then how much comes and goes, then what it is about."""

from typing import Any

import reflex as rx

from wbs_app.components.desk import desk, goto, waiting
from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.status import status_pill
from wbs_app.components.words import t
from wbs_app.model.access import Permission
from wbs_app.model.desk import DASHBOARD
from wbs_app.state.staff_dashboard import BASE, HEIGHT, LEFT, WIDTH, BoardState
from wbs_app.state.staff_desk import DeskState

VIEW = BoardState.view

_SIGNS = (
    ("new", "inbox", ""),
    ("open", "flag", ""),
    ("mine", "user-round", ""),
    ("unassigned", "user-round-plus", "wait"),
    ("overdue", "clock-alert", "bad"),
    ("unread", "message-square-text", ""),
)


def _card(title: str, *content: Any, class_name: str = "") -> rx.Component:
    head = rx.el.h2(t(title), class_name="m-0 mb-3")
    return rx.el.section(head, *content, class_name=f"card p-5 {class_name}".strip())


# --- what needs somebody ---------------------------------------------------------------------------------------------


def _counter(entry: Any) -> rx.Component:
    """A number, what it means, and the way to its view."""
    signs = [
        (code, rx.el.span(icon(name), custom_attrs={"data-tone": tone} if tone else {})) for code, name, tone in _SIGNS
    ]
    words = rx.el.span(
        rx.match(entry["code"], *signs, rx.fragment()), entry["name"], class_name="flex items-center gap-2 muted"
    )
    return goto(
        words,
        entry["href"],
        rx.el.b(entry["number"], class_name="head"),
        rx.el.span(entry["line"], class_name="small faint block mt-2"),
        key=entry["code"],
        class_name="card counter",
    )


def _action() -> rx.Component:
    return rx.el.nav(
        rx.foreach(BoardState.counters, _counter),
        aria_label=t("board.action"),
        class_name="grid grid-cols-2 lg:grid-cols-3 2xl:grid-cols-6 gap-3 mt-4",
    )


# --- what comes and goes ---------------------------------------------------------------------------------------------


def _chart() -> rx.Component:
    """Two columns a month, solid and outlined. Read aloud as one sentence; the numbers are one press away."""

    def line(entry: Any) -> rx.Component:
        place = entry["y"]
        return rx.el.svg.g(
            rx.el.svg.line(x1=str(LEFT), x2=str(WIDTH), y1=place, y2=place, class_name="rule"),
            rx.el.svg.text(entry["said"], x=str(LEFT - 8), y=place, text_anchor="end", custom_attrs={"dy": "4"}),
            key=entry["said"],
        )

    def column(entry: Any, name: str) -> rx.Component:
        place = {"x": entry[f"x_{name}"], "y": entry[f"y_{name}"], "width": entry["w"], "height": entry[f"h_{name}"]}
        return rx.el.svg.rect(class_name=name, custom_attrs={"rx": "2"}, **place)

    def month(entry: Any) -> rx.Component:
        name = rx.el.svg.text(entry["month"], x=entry["x"], y=str(BASE + 20), text_anchor="middle")
        return rx.el.svg.g(column(entry, "in"), column(entry, "out"), name, key=entry["long"])

    drawn = rx.el.svg(
        rx.foreach(BoardState.grid, line),
        rx.foreach(BoardState.months, month),
        view_box=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=VIEW["flow"],
        class_name="chart",
    )
    return rx.el.div(drawn, role="group", aria_label=t("board.flow"), tab_index=0, class_name="chart-frame")


def _figures(entries: Any, head: tuple[str, str, str], row: Any) -> rx.Component:
    heads = [rx.el.th(t(key), scope="col") for key in head]
    return rx.el.table(
        rx.el.thead(rx.el.tr(*heads)), rx.el.tbody(rx.foreach(entries, row)), class_name="table figures-table"
    )


def _three(key: Any, *values: Any) -> rx.Component:
    cells = [rx.el.td(value, class_name="num") for value in values]
    return rx.el.tr(rx.el.td(key), *cells, key=key)


def _flow() -> rx.Component:
    keys = [
        rx.el.span(rx.el.span(class_name=f"key-{name}"), t(key), class_name="flex items-center gap-2 small muted")
        for name, key in (("in", "board.received"), ("out", "board.closed"))
    ]
    table = _figures(
        BoardState.months,
        ("board.month", "board.received", "board.closed"),
        lambda entry: _three(entry["long"], entry["received"], entry["closed"]),
    )
    return _card(
        "board.flow",
        rx.el.div(*keys, class_name="flex gap-4 mb-3"),
        _chart(),
        rx.el.details(
            rx.el.summary(t("board.numbers"), class_name="small accent cursor-pointer w-max py-2"),
            table,
            class_name="mt-1",
        ),
    )


# --- what it is about ------------------------------------------------------------------------------------------------


def _stages() -> rx.Component:
    def part(entry: Any) -> rx.Component:
        return rx.el.span(
            key=entry["code"], style={"flexGrow": entry["share"]}, custom_attrs={"data-status": entry["code"]}
        )

    def line(entry: Any) -> rx.Component:
        swatch = rx.el.span(class_name="swatch", custom_attrs={"data-status": entry["code"]})
        return rx.el.li(
            rx.el.span(swatch, status_pill(entry), class_name="flex items-center gap-2 min-w-0"),
            rx.el.b(entry["count"], class_name="num"),
            key=entry["code"],
            class_name="flex items-center justify-between gap-3 min-h-8",
        )

    shown = rx.fragment(
        rx.el.div(rx.foreach(BoardState.stages, part), aria_hidden="true", class_name="mix"),
        rx.el.ul(rx.foreach(BoardState.stages, line), class_name="list-none m-0 mt-3 p-0"),
    )
    return _card("board.stages", rx.cond(BoardState.stages.length() > 0, shown, _none()))


def _none(key: str = "board.none_text") -> rx.Component:
    return rx.el.p(t(key), class_name="m-0 muted")


def _bar(percent: Any, class_name: str, **attrs: Any) -> rx.Component:
    filled = rx.el.i(style={"width": percent + "%"})
    return rx.el.span(filled, aria_hidden="true", class_name=f"bar {class_name}".strip(), custom_attrs=attrs)


def _types() -> rx.Component:
    def line(entry: Any) -> rx.Component:
        figure = rx.el.span(entry["count"], class_name="num text-right font-semibold")
        return rx.el.div(
            rx.el.dt(entry["name"], class_name="muted clip", title=entry["name"]),
            rx.el.dd(_bar(entry["percent"], "clear"), figure, class_name="m-0 contents"),
            key=entry["name"],
            class_name="grid type-row items-center gap-3 min-h-8",
        )

    listed = rx.el.dl(rx.foreach(BoardState.types, line), class_name="m-0")
    return _card("board.types", rx.cond(BoardState.types.length() > 0, listed, _none("board.empty")))


def _on_time() -> rx.Component:
    def line(entry: Any) -> rx.Component:
        said = rx.el.span(
            rx.el.b(entry["percent"], "%"), rx.el.span(" ", entry["due"], class_name="faint small"), class_name="num"
        )
        shown = rx.el.li(
            rx.el.div(rx.el.span(entry["status"]), said, class_name="flex justify-between gap-3 mb-1"),
            _bar(entry["percent"], "block", **{"data-fill": entry["fill"]}),
            class_name="min-h-11",
        )
        return rx.fragment(rx.cond(entry["due"] != "", shown), key=entry["code"])

    note = rx.el.p(t("board.on_time_text"), class_name="m-0 mt-2 small faint")
    listed = rx.el.ul(rx.foreach(BoardState.stages, line), class_name="list-none p-0 m-0 grid gap-2")
    return _card("board.on_time", rx.cond(BoardState.stages.length() > 0, rx.fragment(listed, note), _none()))


def _units() -> rx.Component:
    table = _figures(
        BoardState.units,
        ("board.unit", "board.received", "board.closed"),
        lambda entry: _three(entry["name"], entry["received"], entry["closed"]),
    )
    return rx.el.section(
        rx.el.h2(t("board.units"), class_name="m-0 p-5 pb-2"),
        table,
        rx.el.p(VIEW["small"], class_name="m-0 px-5 py-3 small faint hairline-top"),
        class_name="card mt-3 overflow-hidden board",
    )


def content() -> rx.Component:
    two = "grid grid-cols-[minmax(0,1fr)] xl:grid-cols-[minmax(0,1.55fr)_minmax(0,1fr)] gap-3 mt-3"
    head = rx.el.div(
        rx.el.h1(t("board.title"), class_name="m-0"),
        rx.el.span(t("net.live"), class_name="live"),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-3",
    )
    shown = rx.fragment(
        _action(),
        rx.el.div(_flow(), _stages(), class_name=two),
        rx.el.div(_types(), _on_time(), class_name=two),
        rx.cond(BoardState.units.length() > 0, _units()),
    )
    return desk(DASHBOARD, Permission.LIST_CASES, head, rx.cond(VIEW["phase"] == "shown", shown, waiting()))


PAGE = Page(DASHBOARD, "title.staff_dashboard", content, (DeskState.enter, BoardState.load), staff=True)
