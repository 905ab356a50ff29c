"""The conversation of a case, and the officers' notes beside it. Each composer says who will read what it sends."""

from typing import Any

import reflex as rx

from wbs_app.components.case_forms import CASE
from wbs_app.components.evidence import evidence_upload
from wbs_app.components.posting import posting_form
from wbs_app.components.shell import icon
from wbs_app.components.thread import thread
from wbs_app.components.words import t
from wbs_app.state.staff_talk import TalkState

LONGEST = 10_000


def messages() -> rx.Component:
    none = rx.el.p(t("chat.empty"), class_name="m-0 muted")
    shown = rx.cond(TalkState.thread.length() > 0, thread(TalkState.thread), none)
    composer = _composer(
        "pesan",
        TalkState.send,
        TalkState.once,
        t("chat.placeholder"),
        TalkState.wrong,
        rx.el.span(icon("eye"), t("case.visible_to_reporter"), class_name="small faint flex items-center gap-1.5"),
        rx.el.button(icon("send"), t("chat.send"), type="submit", class_name="btn btn-primary"),
    )
    closed = rx.el.p(t("chat.closed"), class_name="small muted mt-4 mb-0")
    return rx.el.section(
        rx.el.h2(t("case.tab_messages"), class_name="m-0 mb-4"),
        shown,
        rx.cond(CASE["may_write"] == "yes", rx.fragment(composer, _attachments()), closed),
        custom_attrs={"id": "percakapan"},
        class_name="card p-5",
    )


def _attachments() -> rx.Component:
    """Outside the form: inside, the files would be sent along with it."""
    return rx.el.details(
        rx.el.summary(icon("paperclip"), t("chat.attach"), class_name="btn btn-quiet -ml-3"),
        rx.el.div(evidence_upload(officers=True), class_name="mt-3"),
        key="lampiran-" + TalkState.once,
        class_name="mt-2",
    )


def notes() -> rx.Component:
    none = rx.el.p(t("case.notes_empty"), class_name="m-0 muted")
    composer = _composer(
        "catatan",
        TalkState.write,
        TalkState.note_once,
        t("case.note_text"),
        TalkState.note_wrong,
        rx.el.label(
            rx.el.input(type="checkbox", name="private"), rx.el.span(t("case.note_private")), class_name="check small"
        ),
        rx.el.button(icon("eye-off"), t("case.note_save"), type="submit", class_name="btn btn-secondary"),
    )
    return rx.el.section(
        rx.el.h2(t("case.tab_notes"), class_name="m-0 mb-1"),
        rx.el.p(t("case.internal_note_hint"), class_name="small faint m-0 mb-4"),
        rx.cond(TalkState.notes.length() > 0, thread(TalkState.notes), none),
        rx.cond(CASE["may_work"] == "yes", composer),
        custom_attrs={"id": "catatan-internal"},
        class_name="card p-5",
    )


def _composer(name: str, on_submit: Any, once: Any, label: Any, wrong: Any, left: Any, button: Any) -> rx.Component:
    """Keyed by its secret: only a message that was sent empties it."""
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
        rx.el.div(
            rx.cond(wrong != "", rx.el.p(icon("circle-alert"), wrong, class_name="q-err")),
            id=f"{name}-error",
            tab_index=-1,
            class_name="outline-none",
        ),
        field,
        rx.el.div(left, button, class_name="flex flex-wrap justify-between gap-2 mt-2 items-center"),
        on_submit=on_submit,
        key=f"{name}-" + once,
        class_name="mt-5 pt-4 hairline-top",
    )
