"""Messages on the tracking page: the thread, and where the reporter writes."""

import reflex as rx

from wbs_app.components.browser import do
from wbs_app.components.elements import icon
from wbs_app.components.evidence import evidence_upload
from wbs_app.components.posting import posting_form
from wbs_app.components.summary import skeleton
from wbs_app.components.thread import thread
from wbs_app.components.tracking import ATTACHMENTS, FACTS, MESSAGE_TEXT, MESSAGES, may, problem, told
from wbs_app.components.words import t
from wbs_app.state.track import PASS_SECONDS, TrackState
from wbs_app.state.track_talk import MESSAGE, TalkState

FORM = "form"
"""The id that wbs.js knows: it asks before typing is lost, and says when nobody is there any more."""


def messages_card() -> rx.Component:
    closed = (TrackState.ticket != "") & ~may("message")
    head = rx.el.div(
        rx.el.h2(t("chat.title"), class_name="m-0 text-[1.1875rem]"),
        rx.el.p(t("chat.intro"), class_name="m-0 mt-1 muted small"),
        class_name="p-5 sm:p-6 hairline-bottom",
    )
    ended = rx.el.p(icon("info"), rx.el.span(t("chat.closed")), class_name="note m-0 rounded-none")
    return rx.el.section(
        head,
        rx.el.div(rx.cond(TrackState.ticket != "", thread(TrackState.messages), skeleton()), class_name="p-5 sm:p-6"),
        rx.el.div(TrackState.news, role="status", class_name="sr"),
        rx.cond(closed, ended),
        rx.el.div(composer(), hidden=closed, class_name="p-5 sm:p-6 sunken hairline-top"),
        custom_attrs={"id": MESSAGES},
        aria_label=t("chat.title"),
        class_name="card overflow-hidden",
    )


def composer() -> rx.Component:
    """The files stand outside the form: inside, they would be sent along with it."""
    return rx.fragment(
        posting_form(
            rx.el.input(type="hidden", name="go", default_value="next"),
            rx.el.input(type="hidden", name="once", default_value=TalkState.given["once"]),
            _kind(),
            _text(),
            on_submit=TalkState.send,
            on_mount=do("staying", PASS_SECONDS),
            key=TalkState.turn,
            custom_attrs={"id": FORM, "autoComplete": "off", "data-staying": ""},
        ),
        rx.el.div(_attachments(), _send(), class_name="composer-foot mt-3"),
        told(MESSAGE),
    )


def _kind() -> rx.Component:
    """Whether it belongs to the account."""

    def choice(value: str, words: str, id: str, chosen: bool) -> rx.Component:
        control = rx.el.input(
            type="radio", name="kind", value=value, default_checked=chosen, custom_attrs={"id": id}, class_name="sr"
        )
        return rx.el.label(control, t(words))

    return rx.el.fieldset(
        rx.el.legend(t("chat.kind"), class_name="sr"),
        choice("message", "chat.kind_message", "pesan-biasa", True),
        choice("facts", "chat.facts", FACTS, False),
        class_name="seg border-0 p-0 m-0 mb-4",
    )


def _text() -> rx.Component:
    return rx.fragment(
        rx.el.label(t("chat.placeholder"), html_for=MESSAGE_TEXT, class_name="q-label"),
        rx.el.p(t("chat.seen_by"), " ", t("chat.no_identity"), class_name="q-hint", custom_attrs={"id": "pesan-hint"}),
        problem(MESSAGE),
        rx.el.textarea(
            name="text",
            default_value=TalkState.given["text"],
            rows="3",
            max_length=200_000,
            aria_describedby=f"pesan-hint galat-{MESSAGE}",
            aria_invalid=rx.cond(TalkState.problems.contains(MESSAGE), "true", "false"),
            custom_attrs={"id": MESSAGE_TEXT, "autoComplete": "off"},
            class_name="input min-h-[6.5rem] max-h-[32rem]",
        ),
    )


def _attachments() -> rx.Component:
    return rx.el.details(
        rx.el.summary(icon("paperclip"), t("chat.attach"), class_name="btn btn-quiet -ml-3"),
        rx.el.p(t("track.evidence_alone"), class_name="small muted mt-3 mb-2"),
        evidence_upload(),
        custom_attrs={"id": ATTACHMENTS},
    )


def _send() -> rx.Component:
    return rx.el.button(
        t("chat.send"),
        icon("send"),
        type="submit",
        custom_attrs={"form": FORM},
        class_name="btn btn-primary",
    )
