"""The table of cases: two lines a row, calm and dense; on a phone the same rows as cards."""

from typing import Any

import reflex as rx

from wbs_app.components.case_filters import VIEW
from wbs_app.components.desk import goto, pager
from wbs_app.components.elements import icon
from wbs_app.components.status import status_pill
from wbs_app.components.words import t
from wbs_app.model.filters import Column
from wbs_app.state.staff_cases import BulkState, CasesState

TABLE = "daftar"
"""Id of the table, for the keys of assets/desk.js."""

_PRIORITIES = (("urgent", "bad", "chevrons-up"), ("high", "wait", "chevron-up"))
_DUES = (
    ("late", "bad", "clock-alert"),
    ("soon", "wait", "hourglass"),
    ("set", None, "clock"),
    ("waiting", None, "circle-pause"),
    ("silent", "bad", "clock-alert"),
)
_NO_DAYS = ("waiting", "silent")


def _tone(tone: str | None) -> dict[str, Any]:
    return {"custom_attrs": {"data-tone": tone}} if tone else {}


# --- cells -----------------------------------------------------------------------------------------------------------


def _priority(entry: Any) -> Any:
    """A sign for what is more urgent than usual."""

    def sign(tone: str, name: str) -> rx.Component:
        said = rx.el.span(entry["priority_name"], class_name="sr")
        return rx.el.span(icon(name), said, title=entry["priority_name"], class_name="due bare", **_tone(tone))

    cases = [(code, sign(tone, name)) for code, tone, name in _PRIORITIES]
    return rx.match(entry["priority"], *cases, rx.fragment())


def _ticket(entry: Any) -> rx.Component:
    """Ticket and priority over the day and unread messages; before them the box to tick."""
    unread = rx.el.span(
        icon("message-square-text"),
        entry["unread"],
        rx.el.span(" ", t("cases.unread_of"), class_name="sr"),
        class_name="due accent font-bold",
    )
    box = rx.el.label(
        rx.el.input(
            type="checkbox", name="ticket", value=entry["ticket"], aria_label=t("cases.pick", ticket=entry["ticket"])
        ),
        class_name="check pick",
    )
    words = rx.el.span(
        rx.el.span(
            goto(entry["ticket"], entry["href"], class_name="code t"),
            _priority(entry),
            class_name="flex items-center gap-1.5",
        ),
        rx.el.span(
            rx.el.span(entry["received"], class_name="num"),
            rx.cond(entry["unread"] != "", unread),
            class_name="flex items-center gap-2.5 small muted",
        ),
        class_name="min-w-0",
    )
    both = rx.el.div(rx.cond(CasesState.officers.length() > 0, box), words)
    return rx.el.td(both, role="cell", class_name="ticket-cell")


def _due(entry: Any) -> Any:
    """The target, always with an icon and words, never by colour alone."""

    def said(kind: str, tone: str | None, name: str) -> rx.Component:
        working = rx.el.span(" ", t("cases.due_working"), class_name="sr")
        words = rx.el.span(entry["due"], *([] if kind in _NO_DAYS else [working]))
        return rx.el.span(icon(name), words, class_name="due", **_tone(tone))

    none = rx.el.span(
        rx.el.span("–", aria_hidden="true"), rx.el.span(t("a11y.no_target"), class_name="sr"), class_name="muted"
    )
    return rx.match(entry["due_kind"], *[(kind, said(kind, tone, name)) for kind, tone, name in _DUES], none)


def _cell(column: Column, entry: Any) -> rx.Component:
    match column:
        case Column.TYPE_UNIT:
            what = rx.el.span(entry["what"], class_name="clip font-semibold")
            where = rx.el.span(entry["where"], class_name="clip muted small", title=entry["where"])
            return rx.el.td(what, where, role="cell", class_name="wide")
        case Column.STATUS:
            locked = rx.el.span(icon("lock-keyhole"), t("cases.key_missing"), class_name="tag")
            both = rx.el.span(
                status_pill(entry),
                rx.cond(entry["locked"] == "yes", locked),
                class_name="flex flex-wrap items-center gap-x-2 gap-y-1",
            )
            return rx.el.td(both, role="cell", class_name="wide")
        case Column.DUE:
            return rx.el.td(_due(entry), role="cell", class_name="due-cell")
        case Column.ASSIGNEE:
            nobody = rx.el.span(t("case.unassigned"), class_name="faint")
            name = rx.cond(entry["officer"] != "", entry["officer"], nobody)
            return rx.el.td(rx.el.span(name, class_name="two-lines small"), role="cell", class_name="only-wide")
        case Column.EVIDENCE:
            files = rx.el.span(icon("paperclip"), entry["evidence"], class_name="due")
            return rx.el.td(rx.cond(entry["evidence"] != "", files, "–"), role="cell", class_name="only-wide")
        case _:
            shown = entry[column.name.lower()]
            said = rx.el.span(rx.cond(shown != "", shown, "–"), class_name="clip small")
            return rx.el.td(said, role="cell", class_name="only-wide")


def row(entry: Any) -> rx.Component:
    cells = [rx.cond(VIEW[f"column_{column.name.lower()}"] == "yes", _cell(column, entry)) for column in Column]
    unread = rx.cond(entry["unread"] != "", "true", None)
    return rx.el.tr(_ticket(entry), *cells, key=entry["ticket"], role="row", custom_attrs={"data-unread": unread})


# --- the table -------------------------------------------------------------------------------------------------------


def _heads() -> list[rx.Component]:
    """The heads of the columns; those by which the list can be sorted say so."""

    def head(column: Column) -> rx.Component:
        words, attrs = t(f"cases.col_{column.name.lower()}"), {}
        if column is Column.DUE:
            sign = rx.cond(VIEW["sort"] == "deadline", icon("arrow-up", class_name="sort-sign"))
            words = rx.el.span(words, sign, class_name="flex items-center")
            attrs = {"aria-sort": rx.cond(VIEW["sort"] == "deadline", "ascending", None)}
        name = f"col-{column.name.lower().replace('_', '-')}"
        cell = rx.el.th(words, role="columnheader", scope="col", class_name=name, custom_attrs=attrs)
        return rx.cond(VIEW[f"column_{column.name.lower()}"] == "yes", cell)

    everything = rx.el.label(
        rx.el.input(type="checkbox", aria_label=t("cases.pick_all"), custom_attrs={"data-all": "ticket"}),
        class_name="check pick",
    )
    ticket = rx.el.th(
        rx.el.span(
            rx.cond(CasesState.officers.length() > 0, everything),
            t("cases.col_ticket"),
            class_name="flex items-center gap-0.5",
        ),
        role="columnheader",
        scope="col",
        class_name="col-ticket",
    )
    return [ticket, *[head(column) for column in Column]]


def _table(*rows: Any) -> rx.Component:
    """The same table becomes cards on a phone; its roles are written out because CSS takes them away."""
    return rx.el.table(
        rx.el.thead(rx.el.tr(*_heads(), role="row"), role="rowgroup"),
        rx.el.tbody(*rows, role="rowgroup"),
        role="table",
        aria_label=t("cases.title"),
        style={"minWidth": VIEW["wide"]},
        custom_attrs={"id": TABLE},
        class_name="table table-cards cols case-table",
    )


def listed() -> rx.Component:
    """The rows, what can be done with those that are ticked, and the way to the next page."""
    form = rx.el.form(
        _table(rx.foreach(CasesState.rows, row)),
        rx.cond(CasesState.officers.length() > 0, _bulk()),
        method="post",
        reset_on_submit=False,
        on_submit=BulkState.assign,
        key=VIEW["turn"].to(str),
        custom_attrs={"data-wide": rx.cond(VIEW["wide"], "true", None)},
    )
    return rx.el.div(form, pager(VIEW["previous"], VIEW["next"], ""), class_name="card mt-3 list-card")


def _bulk() -> rx.Component:
    """Shown by CSS as soon as a row is ticked: no event for that."""

    def option(entry: Any) -> rx.Component:
        return rx.el.option(entry["name"], value=entry["id"], key=entry["id"])

    chosen = rx.el.label(
        rx.el.span(t("cases.bulk_to"), class_name="small font-semibold whitespace-nowrap"),
        rx.el.select(
            rx.el.option(t("common.select_placeholder"), value=""),
            rx.foreach(CasesState.officers, option),
            name="petugas",
            default_value="",
            class_name="input",
        ),
        class_name="flex flex-wrap items-center gap-2 flex-1",
    )
    return rx.el.div(
        rx.el.span(t("cases.picked"), class_name="muted small"),
        chosen,
        rx.el.button(t("cases.bulk_assign"), type="submit", class_name="btn btn-primary"),
        role="group",
        aria_label=t("cases.picked"),
        class_name="bulk",
    )


def pending() -> rx.Component:
    """Rows of the final height until the data is here."""
    cell = lambda: rx.el.td(  # noqa: E731
        rx.el.span(class_name="skel mb-2 w-2/3"), rx.el.span(class_name="skel w-1/3"), role="cell"
    )
    lines = [rx.el.tr(cell(), cell(), cell(), role="row") for _ in range(8)]
    return rx.el.div(
        rx.el.span(t("common.loading"), class_name="sr", role="status"),
        rx.el.table(rx.el.tbody(*lines), aria_hidden="true", class_name="table cols"),
        class_name="card mt-3 overflow-x-auto relative waiting",
    )
