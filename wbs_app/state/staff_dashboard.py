"""The dashboard: what needs somebody, what comes and goes, and what it is about; within the officer's reach."""

from typing import ClassVar

import reflex as rx

from wbs_app.model.access import Permission
from wbs_app.model.filters import CaseFilter
from wbs_app.model.workflow import LOOKS, Status
from wbs_app.services import live
from wbs_app.services.dashboard import Board, Code, Month, Stage, board
from wbs_app.services.database import reading
from wbs_app.services.labels import Names
from wbs_app.services.statistics import SMALLEST, shown
from wbs_app.state.case_list import Words, view_address
from wbs_app.state.door import language_of, staff
from wbs_app.state.live import watch
from wbs_app.state.numbers import number
from wbs_app.state.portal import Entry
from wbs_app.state.staff_cases import words_for
from wbs_app.state.tab import show
from wbs_app.text import fill, text

WIDTH, HEIGHT, LEFT, TOP, BASE = 660, 276, 30, 16, 244
"""Of the chart of months, in its own units: its size, where the columns begin, their highest top and their foot."""

_GRID = 3
_COUNTERS = ("new", "open", "mine", "unassigned", "overdue", "unread")


class BoardState(rx.State):
    """The figures, ready to be shown. `view["phase"]` is "shown" once they are here."""

    requires: ClassVar[Permission | None] = Permission.LIST_CASES

    counters: list[Entry] = []
    months: list[Entry] = []
    grid: list[Entry] = []
    stages: list[Entry] = []
    types: list[Entry] = []
    units: list[Entry] = []
    view: Entry = {}

    @rx.event
    async def load(self):
        """Shows the figures, and watches for what changes them."""
        await self._show()
        await watch(self, [live.list_topic(agency) for agency in staff().agencies], BoardState.refresh)

    @rx.event
    async def refresh(self):
        """Something happened."""
        await self._show()

    async def _show(self) -> None:
        actor, lang = staff(), language_of(self)
        async with reading() as db:
            found = await board(db, actor)
            words = await words_for(db, actor, lang)
        top = _top(found.year.months)
        said = {
            "counters": _counters(found, lang),
            "months": _months(found.year.months, top, lang),
            "grid": [
                {"y": str(_y(top * at // _GRID, top)), "said": number(top * at // _GRID, lang)} for at in range(4)
            ],
            "stages": [_stage(stage, lang) for stage in _in_order(found.stages)],
            "types": _types(found, words),
            "units": _units(found, words),
            "view": {
                "phase": "shown",
                "flow": _flow(found.year.months, lang),
                "small": fill(text("board.small", lang), n=SMALLEST),
            },
        }
        show(self, **said)


# --- what needs somebody ---------------------------------------------------------------------------------------------


def _counters(found: Board, lang: str) -> list[Entry]:
    numbers = {name: getattr(found.counters, name) for name in _COUNTERS}
    lines = {
        "open": fill(text("board.open_text", lang), n=number(found.year.months[-1].received, lang)),
        "unassigned": _days("board.unassigned_text", found.waiting_days, lang),
        "overdue": _days("board.overdue_text", found.late_days, lang),
        "unread": fill(text("board.unread_text", lang), n=number(numbers["unread"], lang)),
    }
    shown_as = numbers | {"unread": found.messages}  # the messages, with the cases in the line below
    none = text("board.none_text", lang)
    return [
        {
            "code": name,
            "name": text(f"board.{name}", lang),
            "number": number(shown_as[name], lang),
            "line": (lines.get(name) or text(f"board.{name}_text", lang)) if numbers[name] else none,
            "href": view_address(name, CaseFilter(), lang),
        }
        for name in _COUNTERS
    ]


def _days(key: str, days: int | None, lang: str) -> str:
    return "" if days is None else fill(text(key, lang), n=number(days, lang))


# --- what comes and goes ---------------------------------------------------------------------------------------------


def _top(months: list[Month]) -> int:
    """The upper end of the scale: a round number, divisible by the lines of the grid, that no column exceeds."""
    most = max(max(month.received, month.closed) for month in months)
    step = 1
    while step * _GRID < most:
        step = step * 2 if str(step)[0] in "15" else step * 5 // 2
    return step * _GRID


def _y(value: int, top: int) -> int:
    return round(BASE - (BASE - TOP) * value / top)


def _month(month: str, lang: str, form: str = "month_short") -> str:
    return text(f"{form}.{int(month[5:])}", lang)


def _months(months: list[Month], top: int, lang: str) -> list[Entry]:
    """Each month's two columns: place and height, and the numbers themselves."""
    wide = (WIDTH - LEFT) / len(months)
    found = []
    for at, month in enumerate(months):
        left = LEFT + wide * at + wide / 5
        entry = {"month": _month(month.month, lang), "long": f"{_month(month.month, lang, 'month')} {month.month[:4]}"}
        for name, value, x in (("in", month.received, left), ("out", month.closed, left + wide * 0.32)):
            y = _y(value, top)
            entry |= {f"x_{name}": f"{x:.0f}", f"y_{name}": str(y), f"h_{name}": str(BASE - y)}
        entry |= {"x": f"{left + wide * 0.3:.0f}", "w": f"{wide * 0.28:.0f}"}
        found.append(entry | {"received": number(month.received, lang), "closed": number(month.closed, lang)})
    return found


def _flow(months: list[Month], lang: str) -> str:
    """The chart in a sentence."""
    first, last = (f"{_month(one.month, lang, 'month')} {one.month[:4]}" for one in (months[0], months[-1]))
    counted = {"received": number(months[-1].received, lang), "closed": number(months[-1].closed, lang)}
    return fill(text("board.flow_text", lang), first=first, last=last, **counted)


# --- what it is about ------------------------------------------------------------------------------------------------


def _in_order(stages: list[Stage]) -> list[Stage]:
    order = list(Status)
    return sorted(stages, key=lambda stage: order.index(Status(stage.status)))


def _stage(stage: Stage, lang: str) -> Entry:
    look = LOOKS[Status(stage.status)]
    percent = round(100 * stage.in_time / stage.due) if stage.due else 0
    said = fill(text("board.on_time_of", lang), n=number(stage.in_time, lang), total=number(stage.due, lang))
    return {
        "code": stage.status,
        "status": text(f"status.{stage.status}", lang),
        "tone": look.tone,
        "icon": look.icon,
        "count": number(stage.count, lang),
        "share": str(stage.count),
        "due": said if stage.due else "",
        "percent": str(percent),
        "fill": "done" if percent >= 80 else "wait",
    }


def _types(found: Board, words: Words) -> list[Entry]:
    names, most = words.labels.violations, max((count for _, count in found.year.types), default=1)
    return [
        {
            "name": _name(code, names, words),
            "count": number(count, words.lang),
            "percent": str(max(round(100 * count / most), 1)),
        }
        for code, count in found.year.types
    ]


def _name(code: Code, names: Names, words: Words) -> str:
    """What it is called; with the sign of its agency, where there are several in reach."""
    name = names.get(code, code[1])
    return f"{name} · {code[0].upper()}" if len(words.agencies) > 1 else name


def _units(found: Board, words: Words) -> list[Entry]:
    """Small figures are withheld: of few reports about a unit somebody could tell who reported."""
    names, lang = words.labels.units, words.lang
    return [
        {"name": _name(code, names, words), "received": shown(received, lang), "closed": shown(closed, lang)}
        for code, received, closed in found.year.units
    ]
