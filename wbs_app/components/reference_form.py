"""The form of one entry of a list, or of one section of the profile: whatever fields its state names."""

from typing import Any

import reflex as rx

from wbs_app.components.browser import do
from wbs_app.components.desk import goto
from wbs_app.components.elements import anchor, icon
from wbs_app.components.posting import posting_form
from wbs_app.components.words import t
from wbs_app.state.staff_reference import HEAD, NEW, WRONG, ReferenceState

VIEW = ReferenceState.view
_ERRORS = ReferenceState.errors


def editor() -> rx.Component:
    """Built anew for each thing that is changed, and for nothing else: what was typed stays."""
    kept = rx.el.input(type="text", name="shown", default_value=VIEW["shown"], hidden=True, aria_hidden="true")
    save = rx.cond(VIEW["edit"] == NEW, t("common.add"), t("common.save_changes"))
    form = posting_form(
        _trouble(),
        kept,
        rx.foreach(ReferenceState.fields, _question),
        rx.el.div(
            rx.el.button(save, type="submit", class_name="btn btn-primary"),
            goto(t("common.cancel"), VIEW["back"], class_name="btn btn-quiet"),
            class_name="flex flex-wrap gap-3 mt-2",
        ),
        on_submit=ReferenceState.save,
        key="rujukan-" + VIEW["key"],
        aria_label=VIEW["title"],
        custom_attrs={"autoComplete": "off"},
    )
    return rx.el.section(
        goto(icon("chevron-left"), VIEW["back"], t("reference.back"), class_name="btn btn-quiet -ml-3"),
        rx.el.h2(VIEW["title"], id=HEAD, tab_index=-1, class_name="m-0 mt-2 break-words outline-none"),
        rx.cond(VIEW["note"], rx.el.p(VIEW["note"], class_name="m-0 mt-1 muted max-w-[70ch]")),
        rx.el.div(form, class_name="card p-5 mt-3 max-w-[44rem]"),
        class_name="mt-4",
    )


def _trouble() -> rx.Component:
    """First in the form, and leads to each control. Always in the page, or nothing could focus it."""

    def row(entry: Any) -> rx.Component:
        there = rx.el.a(entry[1], to="#" + entry[0], on_click=do("focusOn", entry[0]).prevent_default)
        return rx.el.li(rx.cond(entry[0] == "isi-", entry[1], there), key=entry[0])

    count = t("reference.wrong", count=ReferenceState.labelled.length())
    said = rx.el.div(
        rx.el.h2(icon("circle-alert"), count, class_name="m-0"),
        rx.el.ul(rx.foreach(ReferenceState.labelled, row)),
        rx.el.p(anchor(t("reference.again"), VIEW["again"]), class_name="m-0 mt-2"),
        class_name="error-summary",
    )
    return rx.el.div(rx.cond(_ERRORS, said), id=WRONG, role="alert", tab_index=-1, class_name="outline-none")


def _question(field: Any) -> rx.Component:
    """Label, hint, error, control."""
    name, place = field["name"], "isi-" + field["name"]  # Vars
    wrong = _ERRORS.contains(name)
    hint = rx.cond(field["hint"], rx.el.p(field["hint"], class_name="q-hint"))
    error = rx.cond(wrong, rx.el.p(icon("circle-alert"), _ERRORS[name], class_name="q-err"))
    return rx.el.div(
        rx.el.label(field["label"], _mark(field["required"]), html_for=place, class_name="q-label"),
        rx.el.div(hint, custom_attrs={"id": place + "-hint"}),
        rx.el.div(error, custom_attrs={"id": place + "-error"}),
        _control(field, place, wrong),
        custom_attrs={"data-error": rx.cond(wrong, "true", None)},
        key=name,
        class_name="q",
    )


def _mark(required: Any) -> Any:
    """For the eye alone; `aria-required` says it to the ear. A place always is one, and has no mark."""
    mark = lambda words, look: rx.el.span(  # noqa: E731
        class_name=look, aria_hidden="true", custom_attrs={"data-mark": words}
    )
    optional = mark(t("common.optional_mark"), "opt")
    return rx.match(required, ("yes", mark("*", "req")), ("no", optional), rx.fragment())


def _control(field: Any, place: Any, wrong: Any) -> Any:
    shared = {
        "name": field["name"],
        "default_value": field["value"],
        "class_name": "input",
        "aria_invalid": rx.cond(wrong, "true", "false"),
        "aria_required": rx.cond(field["required"] == "yes", "true", "false"),
        "aria_describedby": place + "-hint " + place + "-error",
        "custom_attrs": {"id": place, "autoComplete": "off"},
    }
    figures = shared | {"class_name": "input max-w-32"}
    return rx.match(
        field["kind"],
        ("area", rx.el.textarea(rows="4", **shared)),
        ("place", _place(shared)),
        ("number", rx.el.input(type="text", input_mode="numeric", **figures)),
        rx.el.input(type=field["kind"], **shared),
    )


def _place(shared: dict[str, Any]) -> rx.Component:
    """After which entry this one stands."""
    option = lambda entry: rx.el.option(entry["name"], value=entry["code"], key=entry["code"])  # noqa: E731
    first = rx.el.option(t("reference.first_place"), value="")
    return rx.el.select(first, rx.foreach(ReferenceState.places, option), **shared)
