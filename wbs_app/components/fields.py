"""Questions of the report form: label, hint, error, control, in this order and wired for screen readers.

Controls are uncontrolled: what was typed lives in the page until it is sent. Ids go by `custom_attrs`, because an `id`
prop changes what Reflex posts.
"""

from typing import Any

import reflex as rx

from wbs_app.components.browser import do
from wbs_app.components.elements import icon
from wbs_app.components.words import t
from wbs_app.state.draft import DraftState
from wbs_app.state.report import ReportState


def wrong(name: Any) -> rx.Var:
    """Whether a question has an error."""
    return ReportState.errors.contains(name)


def given(name: Any) -> rx.Var:
    """What was answered before, as text."""
    return DraftState.given[name]


def attributes(name: Any, required: bool, hint: bool, **more: Any) -> dict[str, Any]:
    """What every control carries."""
    described = f"{name}-hint {name}-error" if hint else f"{name}-error"
    return {
        "name": name,
        "aria_invalid": rx.cond(wrong(name), "true", "false"),
        "aria_describedby": described,
        "aria_required": "true" if required else "false",
        "custom_attrs": {"id": name, "autoComplete": "off", **more},
    }


def mark(required: bool) -> rx.Component:
    """The mark beside a label is for the eye alone (CSS writes it), so that the label's text stays the control's name;
    `aria-required` says it to the ear."""
    words = "*" if required else t("common.optional_mark")
    return rx.el.span(class_name="req" if required else "opt", aria_hidden="true", custom_attrs={"data-mark": words})


def label_text(label: Any, required: bool) -> rx.Component:
    return rx.fragment(label, mark(required))


def error(name: Any) -> rx.Component:
    """The error beside its control; the place is always there, so that describedby always points somewhere."""
    return rx.el.div(
        rx.cond(wrong(name), rx.el.p(icon("circle-alert"), ReportState.errors[name], class_name="q-err")),
        custom_attrs={"id": f"{name}-error"},
    )


def hint_line(name: Any, words: Any) -> rx.Component:
    return rx.el.p(words, class_name="q-hint", custom_attrs={"id": f"{name}-hint"})


def question(
    name: str,
    label: Any,
    control: rx.Component,
    *,
    hint: Any = None,
    required: bool = False,
    more: Any = None,
) -> rx.Component:
    """One question with one control."""
    return rx.el.div(
        rx.el.label(label_text(label, required), html_for=name, class_name="q-label"),
        *([hint_line(name, hint)] if hint is not None else []),
        error(name),
        control,
        *([more] if more is not None else []),
        custom_attrs={"data-error": rx.cond(wrong(name), "true", None)},
        class_name="q",
    )


def group(name: str, label: Any, *controls: Any, hint: Any = None, required: bool = False) -> rx.Component:
    """One question with several controls: a fieldset that the error summary can focus."""
    return rx.el.fieldset(
        rx.el.legend(label_text(label, required), class_name="q-label"),
        *([hint_line(name, hint)] if hint is not None else []),
        error(name),
        *controls,
        custom_attrs={"id": name, "tabIndex": "-1", "data-error": rx.cond(wrong(name), "true", None)},
        class_name="q",
    )


def line(
    name: str,
    label: Any,
    *,
    kind: str = "text",
    hint: Any = None,
    required: bool = False,
    placeholder: Any = "",
    more: Any = None,
    **attrs: Any,
) -> rx.Component:
    """A one-line answer. `kind`: the input's type."""
    control = rx.el.input(
        type=kind,
        default_value=given(name),
        placeholder=placeholder,
        class_name="input",
        **attributes(name, required, hint is not None, **attrs),
    )
    return question(name, label, control, hint=hint, required=required, more=more)


def story(name: str, label: Any, *, hint: Any, placeholder: Any, most: int) -> rx.Component:
    """A long answer: grows, and counts its characters without asking the server."""
    marks = attributes(name, True, True, **{"data-counted": ""})
    control = rx.el.textarea(
        default_value=given(name),
        placeholder=placeholder,
        class_name="input max-h-[32rem]",
        rows="6",
        max_length=200_000,
        **marks,
    )
    number = rx.el.span(given(name).length().to_string(), custom_attrs={"id": f"{name}-count"}, class_name="num")
    limit = f"{most:,}".replace(",", t("format.thousand"))
    before, after = t("step2.char_count", n="\0", max=limit).split("\0")
    counter = rx.el.p(before, number, after, class_name="small faint m-0 mt-1")
    return question(name, label, control, hint=hint, required=True, more=counter)


def choose(
    name: str,
    label: Any,
    placeholder: Any,
    *options: Any,
    hint: Any = None,
    required: bool = False,
    **props: Any,
) -> rx.Component:
    """A native select; nothing is preselected but what was answered."""
    control = rx.el.select(
        rx.el.option(placeholder, value=""),
        *options,
        default_value=given(name),
        class_name="input",
        **attributes(name, required, hint is not None),
        **props,
    )
    return question(name, label, control, hint=hint, required=required)


def tick(
    name: str, label: Any, *, hint: Any = None, required: bool = False, class_name: str = "", **attrs: Any
) -> rx.Component:
    """A checkbox; the whole row is clickable."""
    box = rx.el.input(
        type="checkbox",
        value="on",
        default_checked=given(name) == "on",
        class_name=class_name,
        **attributes(name, required, hint is not None, **attrs),
    )
    words = rx.el.span(label, *([mark(True)] if required else []))
    return rx.el.div(
        error(name),
        rx.el.label(box, words, class_name="check"),
        *(
            [rx.el.p(hint, class_name="q-hint m-0 pl-9", custom_attrs={"id": f"{name}-hint"})]
            if hint is not None
            else []
        ),
        custom_attrs={"data-error": rx.cond(wrong(name), "true", None)},
        class_name="q",
    )


def switch(name: str, label: Any, hint: Any) -> rx.Component:
    """A switch that opens what follows it (CSS `.opens`)."""
    box = rx.el.input(
        type="checkbox",
        role="switch",
        value="on",
        default_checked=given(name) == "on",
        class_name="opener",
        **attributes(name, False, True),
    )
    return rx.el.div(
        rx.el.label(rx.el.span(label, class_name="font-semibold"), box, class_name="switch"),
        hint_line(name, hint),
        class_name="mb-4",
    )


def error_summary() -> rx.Component:
    """First in the card: takes the focus and leads to each control. Always in the page, or nothing could focus it."""
    row = lambda entry: rx.el.li(  # noqa: E731
        rx.el.a(entry[1], to=f"#{entry[0]}", on_click=do("focusOn", entry[0]).prevent_default), key=entry[0]
    )
    return rx.el.section(
        rx.cond(
            ReportState.errors,
            rx.el.div(
                rx.el.h2(
                    icon("circle-alert"),
                    t("wizard.error_summary", count=ReportState.errors.length()),
                    class_name="m-0",
                ),
                rx.el.ul(rx.foreach(ReportState.labelled, row)),
                class_name="error-summary",
            ),
        ),
        id="galat",
        role="alert",
        tab_index=-1,
        class_name="outline-none",
    )
