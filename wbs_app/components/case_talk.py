"""The conversation of a case, and the officers' notes beside it. Each composer says who will read what it sends."""

from typing import Any

import reflex as rx

from wbs_app.components.browser import alive
from wbs_app.components.case_forms import CASE
from wbs_app.components.elements import icon
from wbs_app.components.evidence import evidence_upload
from wbs_app.components.posting import posting_form
from wbs_app.components.thread import thread
from wbs_app.components.words import t
from wbs_app.state.staff_talk import TalkState

LONGEST = 10_000


def messages() -> rx.Component:
    none = rx.el.p(t("chat.empty"), class_name="m-0 muted")
    shown = rx.cond(TalkState.thread.length() > 0, thread(TalkState.thread, "user-round-x"), none)
    composer = _composer(
        "pesan",
        TalkState.send,
        TalkState.once,
        t("chat.placeholder"),
        TalkState.wrong,
        above=rx.el.p(
            icon("eye"), t("case.visible_to_reporter"), class_name="small muted m-0 mb-2 flex items-center gap-1.5"
        ),
    )
    send = rx.el.button(
        icon("send"),
        t("chat.send"),
        type="submit",
        disabled=~alive(),
        custom_attrs={"form": _form_of("pesan")},
        class_name="btn btn-primary",
    )
    foot = rx.el.div(_attachments(), send, class_name="composer-foot mt-2")
    closed = rx.el.p(t("chat.closed"), class_name="small muted mt-4 mb-0")
    return rx.el.section(
        rx.el.h2(t("case.tab_messages"), class_name="m-0 mb-4"),
        shown,
        rx.cond(CASE["may_write"] == "yes", rx.fragment(composer, foot), closed),
        custom_attrs={"id": "percakapan"},
        class_name="card p-5",
    )


def _attachments() -> rx.Component:
    """Outside the form: inside, the files would be sent along with it."""
    return rx.el.details(
        rx.el.summary(icon("paperclip"), t("chat.attach"), class_name="btn btn-quiet -ml-3"),
        rx.el.div(evidence_upload(officers=True), class_name="mt-3"),
        key="lampiran-" + TalkState.once,
    )


def notes() -> rx.Component:
    none = rx.el.p(t("case.notes_empty"), class_name="m-0 muted")
    composer = _composer(
        "catatan",
        TalkState.write,
        TalkState.note_once,
        t("case.note_text"),
        TalkState.note_wrong,
        below=rx.el.div(
            rx.el.label(
                rx.el.input(type="checkbox", name="private"),
                rx.el.span(t("case.note_private")),
                class_name="check small",
            ),
            rx.el.button(icon("eye-off"), t("case.note_save"), type="submit", class_name="btn btn-secondary"),
            class_name="flex flex-wrap justify-between gap-2 mt-2 items-center",
        ),
    )
    return rx.el.section(
        rx.el.h2(t("case.tab_notes"), class_name="m-0 mb-1"),
        rx.el.p(t("case.internal_note_hint"), class_name="small faint m-0 mb-4"),
        rx.cond(TalkState.notes.length() > 0, thread(TalkState.notes), none),
        rx.cond(CASE["may_work"] == "yes", composer),
        custom_attrs={"id": "catatan-internal"},
        class_name="card p-5",
    )


def _form_of(name: str) -> str:
    return f"{name}-formulir"


def _composer(
    name: str, on_submit: Any, once: Any, label: Any, wrong: Any, *, above: Any = None, below: Any = None
) -> rx.Component:
    """Keyed by its secret: only a message that was sent empties it. `above`, `below`: beside the place to write."""
    field = rx.el.textarea(
        name="text",
        rows="3",
        max_length=LONGEST,
        placeholder=label,
        aria_describedby=f"{name}-error",
        aria_invalid=rx.cond(wrong != "", "true", "false"),
        custom_attrs={"id": name, "autoComplete": "off"},
        class_name="input",
    )
    return posting_form(
        rx.el.input(type="hidden", name="ticket", value=CASE["ticket"].to(str), read_only=True),
        rx.el.input(type="hidden", name="once", value=once, read_only=True),
        rx.el.label(label, html_for=name, class_name="sr"),
        above,
        rx.el.div(
            rx.cond(wrong != "", rx.el.p(icon("circle-alert"), wrong, class_name="q-err")),
            id=f"{name}-error",
            tab_index=-1,
            class_name="outline-none",
        ),
        field,
        below,
        on_submit=on_submit,
        key=f"{name}-" + once,
        custom_attrs={"id": _form_of(name)},
        class_name="mt-5 pt-4 hairline-top",
    )
