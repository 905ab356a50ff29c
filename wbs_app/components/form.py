"""The frame of a step of the report form: stepper, card, error summary, buttons."""

from typing import Any

import reflex as rx

from wbs_app.components.browser import do, listening
from wbs_app.components.elements import icon
from wbs_app.components.fields import error_summary
from wbs_app.components.posting import posting_form
from wbs_app.components.shell import shell
from wbs_app.components.words import t
from wbs_app.model.steps import FORMS, Step
from wbs_app.state.draft import DraftState
from wbs_app.state.report import ReportState

TOTAL = len(FORMS["wbs"])


def stepper(now: int) -> rx.Component:
    """Where one is: an ordered list, not links."""

    def mark(number: int) -> rx.Component:
        state = "done" if number < now else "now" if number == now else "next"
        said = {"done": "a11y.step_done", "now": "a11y.step_current", "next": "a11y.step_next"}[state]
        current = {"aria_current": "step"} if state == "now" else {}
        return rx.el.li(
            rx.el.span(icon("check") if state == "done" else str(number), class_name="dot", aria_hidden="true"),
            rx.el.span(t(said, n=number), ": ", class_name="sr"),
            rx.el.span(t(f"wizard.step{number}"), class_name="lbl"),
            custom_attrs={"data-state": state},
            **current,
        )

    return rx.el.ol(*[mark(number) for number in range(1, TOTAL + 1)], aria_label=t("a11y.steps"), class_name="stepper")


def step_page(
    step: type[Step], title: Any, *questions: Any, intro: Any = None, note: rx.Component | None = None
) -> rx.Component:
    """A step's page. `note`: what is said of its questions instead of what the red star means."""
    number = FORMS["wbs"].index(step) + 1
    path = f"/lapor/{step.slug}"
    head = rx.el.div(
        rx.el.p(t("wizard.title"), class_name="head m-0 text-[1.125rem]"),
        rx.el.p(t("wizard.step_of", n=number, total=TOTAL), class_name="m-0 small muted"),
        class_name="flex items-baseline justify-between gap-4 mb-5",
    )
    form = sealed_form(
        *questions,
        buttons(back=number > 1),
        on_submit=ReportState.answer(step.slug),
    )
    card = rx.el.div(
        error_summary(),
        trouble(),
        rx.el.h1(title, class_name="m-0"),
        *([rx.el.p(intro, class_name="muted mt-3 mb-0")] if intro is not None else []),
        note or required_note(),
        form,
        class_name="card mt-7 p-5 sm:p-9",
    )
    kept = rx.el.p(
        icon("lock-keyhole"),
        rx.el.span(t("wizard.not_saved_note")),
        class_name="mt-5 mb-0 small muted flex gap-2",
    )
    return shell(
        path,
        rx.el.div(listening("uploading"), head, stepper(number), card, kept, class_name="wrap-form pt-8 lg:pt-10"),
        task=True,
        first=number == 1,
    )


def trouble() -> rx.Component:
    """Why a report cannot be taken now. The place is always there, so that a reader hears what appears in it."""
    said = rx.el.div(
        icon("circle-alert"),
        ReportState.trouble,
        class_name="note mb-6",
        custom_attrs={"data-tone": "bad"},
    )
    return rx.el.div(rx.cond(ReportState.trouble != "", said), role="alert")


def required_note() -> rx.Component:
    before, after = t("common.required_note").split("(*)")
    star = rx.el.span("*", class_name="req-star")
    return rx.el.p(before, "(", star, ")", after, class_name="q-hint m-0 mt-2")


def sealed_form(*children: Any, on_submit: Any) -> rx.Component:
    """A form keyed by the sealed draft: it is built anew only when the draft changes, so typing survives a restart."""
    return posting_form(
        rx.el.input(type="hidden", name="go", default_value="next"),
        *children,
        on_submit=on_submit,
        on_mount=do("showTyped"),
        custom_attrs={"id": "form", "autoComplete": "off"},
        key=DraftState.draft,
        class_name="mt-7",
    )


def buttons(*, back: bool) -> rx.Component:
    """Kembali keeps what was typed, unchecked; Selanjutnya is the one that Enter presses."""
    backwards = rx.el.button(
        t("common.back"), type="button", on_click=do("submitAs", "back"), class_name="btn btn-secondary"
    )
    onwards = rx.el.button(
        t("common.next"),
        icon("arrow-right"),
        type="submit",
        class_name="btn btn-primary min-h-[52px] px-8 sm:ml-auto",
    )
    return rx.el.div(
        *([backwards] if back else []),
        onwards,
        class_name="flex flex-col-reverse sm:flex-row sm:justify-between gap-3 pt-2",
    )


def confirm_dialog(id: str, title: Any, text: Any, action: Any, *on_confirm: Any) -> rx.Component:
    """A native dialog for what cannot be undone: Batal first, the danger outlined."""
    return rx.el.dialog(
        rx.el.h2(title, class_name="m-0", custom_attrs={"id": f"{id}-title"}),
        rx.el.p(text, class_name="muted mt-2"),
        rx.el.div(
            rx.el.button(
                t("common.cancel"),
                type="button",
                on_click=do("closeDialog", id),
                class_name="btn btn-secondary",
            ),
            rx.el.button(
                icon("trash-2"),
                action,
                type="button",
                on_click=[do("closeDialog", id), *on_confirm],
                class_name="btn btn-danger",
            ),
            class_name="flex flex-wrap gap-3 mt-6",
        ),
        custom_attrs={"id": id, "aria-labelledby": f"{id}-title"},
        class_name="dialog",
    )
