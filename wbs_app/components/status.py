"""A status as a pill: icon and word in the tone of its phase."""

from typing import Any

import reflex as rx

from wbs_app.components.elements import icon


def status_pill(entry: Any) -> rx.Component:
    """`entry`: a row with `status`, `tone` and `icon`."""
    words = rx.el.span(entry["status"])
    return rx.el.span(icon(entry["icon"]), words, class_name="pill", custom_attrs={"data-tone": entry["tone"]})


def one_of(name: rx.Var, *names: str) -> rx.Component:
    """The icon that a value names, of these; none for any other value."""
    return rx.fragment(rx.match(name, *[(each, icon(each)) for each in names], rx.fragment()))


DUE_ICONS = ("clock", "hourglass", "clock-alert", "circle-pause")


def due_mark(entry: Any) -> rx.Component:
    """A deadline in short, from `due`, `due_icon` and `due_tone` of an entry; nothing when nothing is due."""
    said = rx.el.span(
        one_of(entry["due_icon"], *DUE_ICONS),
        entry["due"],
        class_name="due",
        custom_attrs={"data-tone": entry["due_tone"]},
    )
    return rx.fragment(rx.cond(entry["due"] != "", said))
