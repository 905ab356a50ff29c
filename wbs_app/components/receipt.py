"""The receipt: ticket and PIN, shown until the reporter has confirmed saving them."""

import reflex as rx

from wbs_app.components.browser import do
from wbs_app.components.content import numbered
from wbs_app.components.elements import anchor, icon
from wbs_app.components.frame import strip
from wbs_app.components.words import agency, t
from wbs_app.state.receipt import ReceiptState


def receipt_or(form: rx.Component) -> rx.Component:
    """The receipt once there is one, else the form that leads to it."""
    return rx.cond(ReceiptState.receipt != "", receipt(), form)


def ticket_card() -> rx.Component:
    got = ReceiptState.received
    return rx.el.div(
        strip(),
        rx.el.div(
            rx.el.p(agency("name"), class_name="print-only head m-0 mb-2 text-[1.125rem]"),
            rx.el.p(t("success.receipt"), class_name="eyebrow m-0"),
            rx.el.p(got["at"], class_name="small faint m-0"),
            rx.el.p(t("success.ticket"), class_name="mt-5 mb-1 small faint"),
            rx.el.p(got["ticket"], class_name="code m-0", custom_attrs={"data-part": "ticket"}),
            class_name="p-6 pb-5",
        ),
        rx.el.div(class_name="perf"),
        rx.el.div(
            rx.el.p(t("success.pin"), class_name="m-0 mb-1 small faint"),
            rx.el.p(got["pin"], class_name="code m-0", custom_attrs={"data-part": "pin"}),
            rx.el.div(
                icon("triangle-alert"),
                rx.el.strong(t("success.once")),
                class_name="note mt-5",
                custom_attrs={"data-tone": "wait"},
            ),
            actions(),
            rx.el.p(t("success.how_to_track"), " ", got["where"], class_name="print-only m-0 mt-4 small"),
            class_name="p-6 pt-5",
        ),
        class_name="ticket mt-7",
    )


def actions() -> rx.Component:
    got = ReceiptState.received
    copy = rx.el.button(
        icon("copy"),
        t("success.copy"),
        type="button",
        on_click=do("copyText", got["clipboard"]),
        class_name="btn btn-primary w-full",
    )
    print_ = rx.el.button(
        icon("printer"),
        t("success.print"),
        type="button",
        on_click=do("printPage"),
        class_name="btn btn-secondary flex-1",
    )
    keep = anchor(
        icon("download"),
        got["file"],
        t("success.download"),
        download=t("success.file_name"),
        class_name="btn btn-secondary flex-1",
    )
    return rx.el.div(
        rx.el.div(copy, _what_became_of_it()),
        rx.el.div(print_, keep, class_name="flex flex-col sm:flex-row gap-3"),
        class_name="grid gap-3 mt-6 no-print",
    )


def _what_became_of_it() -> rx.Component:
    """Of the copy; shown by the browser alone. Who believes the PIN is safe must be right."""

    def said(id: str, sign: str, tone: str, words: str) -> rx.Component:
        return rx.el.p(
            icon(sign),
            rx.el.span(t(words)),
            hidden=True,
            class_name="note mt-3 mb-0",
            custom_attrs={"id": id, "data-tone": tone},
        )

    return rx.el.div(
        said("copied", "circle-check", "done", "success.copied"),
        said("copy-failed", "circle-alert", "bad", "success.copy_failed"),
        role="status",
    )


def head() -> rx.Component:
    return rx.el.div(
        rx.el.span(icon("circle-check-big"), class_name="done-mark"),
        rx.el.div(
            rx.el.h1(t("success.title"), id="berhasil", tab_index=-1, class_name="m-0 outline-none"),
            rx.el.p(t("success.text"), class_name="m-0 mt-1 lead"),
        ),
        class_name="flex items-center gap-4",
        role="status",
    )


def onwards() -> rx.Component:
    """The way on is secondary until the reporter has said that ticket and PIN are saved."""
    saved = rx.el.label(
        rx.el.input(type="checkbox", default_checked=ReceiptState.saved, on_change=ReceiptState.confirm),
        rx.el.span(t("success.saved_check")),
        class_name="check mt-6 font-semibold",
    )
    history = rx.el.button(
        t("success.view_history"),
        icon("arrow-right"),
        type="button",
        on_click=ReceiptState.to_history,
        class_name=rx.cond(
            ReceiptState.saved, "btn btn-primary w-full sm:w-auto", "btn btn-secondary w-full sm:w-auto"
        ),
    )
    leave = rx.cond(
        ReceiptState.saved,
        rx.el.button(t("success.finish"), type="button", on_click=ReceiptState.finish, class_name="btn btn-quiet"),
        rx.el.p(t("success.leave_warning"), class_name="small muted m-0"),
    )
    buttons = rx.el.div(history, leave, class_name="flex flex-wrap items-center gap-4 mt-3")
    return rx.el.div(saved, buttons, class_name="no-print")


def receipt() -> rx.Component:
    steps = [rx.el.li(words) for words in numbered("success.next")]
    return rx.el.div(
        head(),
        ticket_card(),
        rx.el.p(t("success.private_note"), class_name="small muted mt-4 mb-0 no-print"),
        onwards(),
        rx.el.section(
            rx.el.h2(t("success.next_title"), class_name="m-0"),
            rx.el.ol(*steps, class_name="list-decimal mt-4 mb-0 pl-6 grid gap-2"),
            class_name="mt-12",
        ),
        on_mount=do("forgetTyped"),
        custom_attrs={"data-unsaved": rx.cond(ReceiptState.saved, "false", "true")},
    )
