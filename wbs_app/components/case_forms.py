"""Small forms of the case page: each names its case, says what is wrong beside its control; success empties it."""

from typing import Any

import reflex as rx

from wbs_app.components.elements import icon
from wbs_app.components.posting import posting_form
from wbs_app.components.words import t
from wbs_app.state.staff_case import CaseState
from wbs_app.state.staff_case_acts import CaseActsState

CASE = CaseState.case
LONGEST = 5000


def act_form(
    name: str, on_submit: Any, *children: Any, class_name: str = "grid gap-3", bare: bool = False
) -> rx.Component:
    """A form of the panel; `name` starts the ids of its controls. `bare`: one button of several in a list."""
    return posting_form(
        rx.el.input(type="hidden", name="ticket", value=CASE["ticket"].to(str), read_only=True),
        rx.el.div(*([] if bare else [error_of(name, "form")]), *children, class_name=class_name),
        on_submit=on_submit,
        key=f"{name}-" + CaseActsState.done[name].to(str),
        custom_attrs={"autoComplete": "off"},
    )


def error_of(name: str, control: str) -> rx.Component:
    """What is wrong with a control; its place is always there, for `aria-describedby` and to take the focus."""
    said = CaseActsState.wrong[f"{name}.{control}"]
    return rx.el.div(
        rx.cond(said, rx.el.p(icon("circle-alert"), said, class_name="q-err !mb-0")),
        id=f"{name}-{control}-error",
        tab_index=-1,
        class_name="outline-none",
    )


def _attributes(name: str, control: str, hint: bool) -> dict[str, Any]:
    described = f"{name}-{control}-hint {name}-{control}-error" if hint else f"{name}-{control}-error"
    return {
        "name": control,
        "aria_describedby": described,
        "aria_invalid": rx.cond(CaseActsState.wrong[f"{name}.{control}"], "true", "false"),
        "custom_attrs": {"id": f"{name}-{control}", "autoComplete": "off"},
    }


def labelled(name: str, control: str, label: str, made: rx.Component, hint: str = "", **props: Any) -> rx.Component:
    """Label, hint, error, control."""
    said = (
        [rx.el.p(t(hint), class_name="small muted m-0", custom_attrs={"id": f"{name}-{control}-hint"})] if hint else []
    )
    return rx.el.div(
        rx.el.label(t(label), html_for=f"{name}-{control}", class_name="block font-semibold small mb-1"),
        *said,
        error_of(name, control),
        made,
        **props,
    )


def area(name: str, control: str, label: str, hint: str = "", value: Any = "", rows: str = "3") -> rx.Component:
    """Several lines."""
    made = rx.el.textarea(
        default_value=value, rows=rows, max_length=LONGEST, class_name="input", **_attributes(name, control, bool(hint))
    )
    return labelled(name, control, label, made, hint)


def line(name: str, control: str, label: str, hint: str = "", value: Any = "", **props: Any) -> rx.Component:
    """One line."""
    made = rx.el.input(
        type="text", default_value=value, max_length=400, class_name="input", **_attributes(name, control, bool(hint))
    )
    return labelled(name, control, label, made, hint, **props)


def select(name: str, control: str, label: str, *options: Any, value: Any = "") -> rx.Component:
    """One of a few."""
    made = rx.el.select(*options, default_value=value, class_name="input", **_attributes(name, control, hint=False))
    return labelled(name, control, label, made)


def press(words: Any, sign: str = "", look: str = "btn-secondary") -> rx.Component:
    """The button that sends a form."""
    shown = [icon(sign)] if sign else []
    return rx.el.button(*shown, words, type="submit", class_name=f"btn {look} w-full")


def folded(words: Any, *inside: Any, class_name: str = "") -> rx.Component:
    """What opens with a press, and stays open while it is filled in."""
    head = rx.el.summary(words, icon("chevron-down"), class_name="fold-head")
    return rx.el.details(head, rx.el.div(*inside, class_name="pt-3 pb-2"), class_name=f"fold {class_name}")
