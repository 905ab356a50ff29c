"""The message thread of a case, as its reporter and its officers see it: own messages right, all others left."""

from typing import Any

import reflex as rx

from wbs_app.components.elements import anchor, icon
from wbs_app.components.words import t


def thread(rows: rx.Var[list[dict[str, str]]], others: str = "shield-check") -> rx.Component:
    """Messages, notes and system lines, oldest first. `others`: icon of those on the left, by default officers.

    Each row: `key`, `kind` ("message", "note" or "system"), `mine` ("yes" or ""), `who`, `time`, `text`; `ask` ("yes":
    it asks a clarification), `seen` (words, or ""), `files` (words, or "") with `href` (where they are, or "").
    May be left out: `fresh` ("yes": not read before this visit), `tag` (words on a message, other words on a note).
    """
    return rx.el.ol(rx.foreach(rows, lambda row: _entry(row, others)), class_name="thread")


def _entry(row: Any, others: str) -> rx.Component:
    system = rx.el.li(
        row["time"], " · ", row["text"], key=row["key"], class_name="msg", custom_attrs={"data-system": ""}
    )
    return rx.cond(row["kind"] == "system", system, _said(row, others))


def _said(row: Any, others: str) -> rx.Component:
    mine, note = row["mine"] == "yes", row["kind"] == "note"
    return rx.el.li(
        _head(row, mine, note, others),
        rx.el.div(rx.el.p(row["text"], class_name="m-0 whitespace-pre-wrap"), _files(row), class_name="body"),
        rx.cond(row["seen"] != "", rx.el.p(row["seen"], class_name="small faint m-0 mt-1 text-right")),
        key=row["key"],
        class_name="msg",
        custom_attrs={"data-mine": rx.cond(mine, "", None), "data-internal": rx.cond(note, "", None)},
    )


def _head(row: Any, mine: Any, note: Any, others: str) -> rx.Component:
    internal = rx.el.span(
        icon("eye-off"), rx.cond(row["tag"], row["tag"], t("case.internal_note")), class_name="pill", custom_attrs=_WAIT
    )
    asks = rx.el.span(t("chat.asks"), class_name="pill", custom_attrs=_WAIT)
    new = rx.el.span(t("chat.new"), class_name="count", custom_attrs={"data-tone": "accent"})
    return rx.el.div(
        rx.cond(mine | note, rx.fragment(), icon(others)),
        rx.el.b(row["who"]),
        rx.el.time(row["time"], class_name="num"),
        rx.cond(note, internal),
        rx.cond(row["ask"] == "yes", asks),
        rx.cond(~note & row["tag"], rx.el.span(row["tag"], class_name="pill")),
        rx.cond(row["fresh"] == "yes", new),
        class_name="who",
    )


_WAIT = {"data-tone": "wait"}


def _files(row: Any) -> rx.Component:
    """What came with a message: a line, which leads to the files where there is a place for them."""
    words = row["files"]
    to = rx.cond(row["href"] != "", anchor(words, row["href"]), rx.el.span(words))
    line = rx.el.p(icon("paperclip"), to, class_name="small m-0 mt-2 flex gap-2")
    return rx.cond(words != "", line)
