"""The reporter's tracking page, part by part: what is asked, how far it is, the outcome, what can be done.

The forms stay in the page whatever becomes of the connection: they hang on what the tab itself keeps, and are hidden
where they do not belong, never taken away. So nothing typed is lost.
"""

from typing import Any

import reflex as rx

from wbs_app.components.browser import do
from wbs_app.components.elements import anchor, icon
from wbs_app.components.fields import label_text
from wbs_app.components.posting import posting_form
from wbs_app.components.status import status_pill
from wbs_app.components.summary import skeleton
from wbs_app.components.words import t
from wbs_app.state.track import TrackState
from wbs_app.state.track_talk import OBJECTION, RATING, SHORTEST_OBJECTION, STARS, WITHDRAWAL, TalkState

MESSAGES = "pesan"
MESSAGE_TEXT = "pesan-teks"
FACTS = "keterangan"
ATTACHMENTS = "lampiran"
WITHDRAW_DIALOG = "tarik"


def may(act: str) -> rx.Var:
    return TrackState.acts.contains(act)


def waiting_banner() -> rx.Component:
    """First of all on the page, while officers wait for the reporter."""
    to = anchor(
        t("chat.placeholder"),
        f"#{MESSAGE_TEXT}",
        on_click=do("goTo", MESSAGE_TEXT).prevent_default,
        class_name="ink font-semibold",
    )
    words = rx.el.div(rx.el.strong(t("track.action_needed"), class_name="block"), rx.el.span(TrackState.asked["until"]))
    said = rx.el.div(
        icon("message-circle-question-mark"),
        rx.el.div(words, to, class_name="flex-1 flex flex-wrap justify-between gap-x-6 gap-y-2"),
        class_name="note mt-6",
        custom_attrs={"data-tone": "wait"},
    )
    return rx.el.div(rx.cond(TrackState.asked.contains("until"), said), role="status")


# --- status ----------------------------------------------------------------------------------------------------------


def status_card() -> rx.Component:
    now = TrackState.status
    head = rx.el.div(
        status_pill(now), rx.el.span(t("net.live"), class_name="live"), class_name="flex flex-wrap gap-3 mt-3"
    )
    shown = rx.fragment(
        head,
        rx.el.ol(rx.foreach(TrackState.stages, _stage), class_name="timeline mt-6", aria_label=t("track.timeline")),
        rx.cond(now["news"] != "", rx.el.p(now["news"], class_name="small muted mt-6 mb-0")),
        _acts(),
    )
    return rx.el.section(
        rx.el.h2(t("track.status_now"), class_name="m-0 text-[1.1875rem]"),
        rx.cond(TrackState.ticket != "", shown, skeleton()),
        class_name="card p-5 sm:p-7 self-start",
    )


def _stage(stage: Any) -> rx.Component:
    said = rx.match(stage["state"], ("past", t("a11y.reached")), ("now", t("a11y.now")), t("a11y.ahead"))
    sign = rx.cond(stage["icon"] == "flag", icon("flag"), icon(stage["icon"].to(str)))
    events = stage["events"].to(list[dict[str, str]])
    return rx.el.li(
        rx.el.span(sign, class_name="mark"),
        rx.el.span(said, ": ", class_name="sr"),
        rx.el.b(stage["label"]),
        rx.cond(stage["text"] != "", rx.el.p(stage["text"], class_name="m-0 small muted")),
        rx.cond(stage["note"] != "", rx.el.p(stage["note"], class_name="m-0 mt-1 whitespace-pre-wrap")),
        rx.cond(stage["time"] != "", rx.el.time(stage["time"])),
        rx.cond(events.length() > 0, rx.el.ul(rx.foreach(events, _event), class_name="stage-events")),
        rx.cond(stage["target"] != "", _target(stage)),
        key=stage["label"].to(str) + stage["time"].to(str),
        custom_attrs={"data-state": stage["state"]},
    )


def _event(event: Any) -> rx.Component:
    return rx.el.li(
        event["words"], " ", rx.el.time(event["time"], class_name="inline-block"), key=event["words"] + event["time"]
    )


def _target(stage: Any) -> rx.Component:
    sign = rx.match(stage["tone"], ("bad", icon("clock-alert")), ("paused", icon("circle-pause")), icon("clock"))
    line = rx.el.p(
        sign, stage["target"], class_name="due m-0 mt-2 whitespace-normal", custom_attrs={"data-tone": stage["tone"]}
    )
    late = rx.cond(stage["late"] != "", rx.el.p(stage["late"], class_name="small m-0 mt-2"))
    return rx.fragment(line, late)


def _acts() -> rx.Component:
    def act(words: str, sign: str, to: str) -> rx.Component:
        return rx.el.button(
            icon(sign), t(words), type="button", on_click=do("goTo", to), class_name="btn btn-secondary w-full"
        )

    withdraw = rx.el.button(
        icon("undo-2"),
        t("track.withdraw"),
        type="button",
        on_click=do("openDialog", WITHDRAW_DIALOG),
        class_name="btn btn-quiet bad w-full",
    )
    return rx.cond(
        may("message"),
        rx.el.div(
            act("track.add_evidence", "paperclip", ATTACHMENTS),
            act("track.add_info", "plus", FACTS),
            rx.cond(may("withdraw"), withdraw),
            class_name="mt-7 pt-5 grid gap-2 hairline-top",
        ),
    )


def withdraw_dialog() -> rx.Component:
    """A native dialog for what cannot be undone: Batal first, the danger outlined."""
    cancel = rx.el.button(
        t("common.cancel"), type="button", on_click=do("closeDialog", WITHDRAW_DIALOG), class_name="btn btn-secondary"
    )
    go = rx.el.button(
        icon("undo-2"),
        t("track.withdraw_do"),
        type="submit",
        on_click=do("closeDialog", WITHDRAW_DIALOG),
        class_name="btn btn-danger",
    )
    form = act_form(
        WITHDRAWAL,
        reason_field("withdraw", t("track.withdraw_reason"), t("track.withdraw_reason_hint"), required=False),
        rx.el.div(cancel, go, class_name="flex flex-wrap gap-3"),
        on_submit=TalkState.withdraw,
    )
    return rx.el.dialog(
        rx.el.h2(t("track.withdraw"), class_name="m-0", custom_attrs={"id": f"{WITHDRAW_DIALOG}-judul"}),
        rx.el.p(t("track.withdraw_confirm"), class_name="muted mt-2 mb-5"),
        form,
        custom_attrs={"id": WITHDRAW_DIALOG, "aria-labelledby": f"{WITHDRAW_DIALOG}-judul"},
        class_name="dialog",
    )


# --- outcome ---------------------------------------------------------------------------------------------------------


def outcome_card() -> rx.Component:
    """How it ended, with what the reporter may say to it."""
    end = TrackState.outcome
    return rx.el.section(
        rx.el.h2(t("track.outcome"), class_name="m-0 text-[1.1875rem]"),
        rx.el.p(TrackState.status["text"], class_name="mt-3 mb-0 font-semibold"),
        rx.cond(end["to"], rx.el.p(end["to"], class_name="mt-2 mb-0")),
        rx.cond(end["note"], rx.el.p(end["note"], class_name="mt-2 mb-0 whitespace-pre-wrap")),
        rx.el.p(end["time"], class_name="mt-2 mb-0 small faint"),
        rx.cond(end["rating"], rx.el.p(icon("circle-check"), end["rating"], class_name="mt-4 mb-0 flex gap-2")),
        told(RATING),
        rx.el.div(_rating(), hidden=~may("rate"), class_name="mt-6 pt-6 hairline-top"),
        rx.el.div(_objection(), hidden=~may("object"), class_name="mt-6 pt-6 hairline-top"),
        hidden=~end.contains("note"),
        class_name="card p-5 sm:p-7",
        aria_label=t("track.outcome"),
    )


def _rating() -> rx.Component:
    def choice(stars: int) -> rx.Component:
        words = rx.el.span(rx.el.b(str(stars), class_name="num"), " – ", t(f"rating.{stars}"))
        return rx.el.label(rx.el.input(type="radio", name="stars", value=str(stars)), words, class_name="choice")

    choices = rx.el.fieldset(
        rx.el.legend(t("track.rate"), class_name="q-label"),
        rx.el.p(t("track.rate_hint"), class_name="q-hint", custom_attrs={"id": "nilai-hint"}),
        problem(RATING),
        rx.el.div(*[choice(stars) for stars in STARS], class_name="rates"),
        aria_describedby=f"nilai-hint galat-{RATING}",
        class_name="q",
    )
    send = rx.el.button(t("track.rate_send"), type="submit", class_name="btn btn-secondary")
    return act_form(RATING, choices, send, on_submit=TalkState.rate)


def _objection() -> rx.Component:
    hint = t("track.object_hint", min=SHORTEST_OBJECTION)
    return rx.fragment(
        rx.el.h3(t("track.object_title"), class_name="m-0"),
        rx.el.p(t("track.object_text"), class_name="mt-1 mb-4 muted"),
        act_form(
            OBJECTION,
            reason_field("object", t("track.object_reason"), hint, required=True),
            rx.el.button(icon("scale"), t("track.object"), type="submit", class_name="btn btn-secondary"),
            on_submit=TalkState.object_to,
        ),
    )


# --- parts of the forms ----------------------------------------------------------------------------------------------


def act_form(name: str, *children: Any, on_submit: Any) -> rx.Component:
    """A form that is built anew, and empty, once something was done."""
    return posting_form(
        rx.el.input(type="hidden", name="once", default_value=TalkState.once),
        *children,
        on_submit=on_submit,
        key=name + TalkState.once,
        custom_attrs={"autoComplete": "off"},
    )


def reason_field(name: str, label: Any, hint: Any, *, required: bool) -> rx.Component:
    id = f"{name}-alasan"
    control = rx.el.textarea(
        name="reason",
        rows="4",
        max_length=20_000,
        aria_describedby=f"{id}-hint galat-{OBJECTION if required else WITHDRAWAL}",
        aria_required="true" if required else "false",
        custom_attrs={"id": id, "autoComplete": "off"},
        class_name="input",
    )
    return rx.el.div(
        rx.el.label(label_text(label, required), html_for=id, class_name="q-label"),
        rx.el.p(hint, class_name="q-hint", custom_attrs={"id": f"{id}-hint"}),
        *([problem(OBJECTION)] if required else []),
        control,
        class_name="q",
    )


def problem(name: str) -> rx.Component:
    """What is wrong with a form; always there, so that it can take the focus."""
    said = rx.el.p(icon("circle-alert"), TalkState.problems[name], class_name="q-err")
    return rx.el.div(
        rx.cond(TalkState.problems.contains(name), said),
        id=f"galat-{name}",
        role="alert",
        tab_index=-1,
        class_name="outline-none",
    )


def told(name: str) -> rx.Component:
    """What was done."""
    said = rx.el.p(
        icon("circle-check"), rx.el.span(TalkState.done[name]), class_name="note mt-4 mb-0", custom_attrs=_DONE
    )
    return rx.el.div(rx.cond(TalkState.done.contains(name), said), role="status")


_DONE = {"data-tone": "done"}
