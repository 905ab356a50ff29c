"""Permintaan Identitas: a custodian reads the reasons, decides, and sees what was decided before."""

from typing import Any

import reflex as rx

from wbs_app.components.desk import desk, nothing, outcome, records, waiting
from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.posting import posting_form
from wbs_app.components.words import t
from wbs_app.model.access import Permission
from wbs_app.model.desk import IDENTITY
from wbs_app.state.staff_desk import DeskState
from wbs_app.state.staff_identity import HOURS, LONGEST, CustodianState

USUAL_HOURS = 24

_HEADS = ("identity.asker", "identity.reason", "identity.decision")


# --- what waits -------------------------------------------------------------------------------------------------------


def request(entry: Any) -> rx.Component:
    known = rx.el.dl(
        _line("identity.asker", entry["asker"] + ", " + entry["role"]),
        _line("identity.asked", entry["asked"]),
        _line("identity.reason", entry["reason"], class_name="whitespace-pre-wrap break-words"),
        class_name="answers",
    )
    return rx.el.section(
        rx.el.h3(entry["ticket"], class_name="num m-0"),
        rx.el.p(entry["agency"], class_name="small muted m-0 mb-2"),
        known,
        _decision(entry),
        key=entry["id"],
        aria_label=entry["ticket"],
        class_name="card p-5",
    )


def _line(key: str, shown: Any, **props: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(t(key)), rx.el.dd(shown, **props))


def _decision(entry: Any) -> rx.Component:
    said = CustodianState.wrong[entry["id"]]
    wrong = rx.el.div(
        rx.cond(said, rx.el.p(icon("circle-alert"), said, class_name="q-err !mb-0")),
        role="alert",
        custom_attrs={"id": "galat-" + entry["id"]},
    )
    button = rx.el.button(
        t("identity.save"),
        rx.el.span(" ", t("identity.save_for", ticket=entry["ticket"]), class_name="sr"),
        type="submit",
        class_name="btn btn-primary sm:justify-self-start",
    )
    return posting_form(
        rx.el.input(type="hidden", name="request", value=entry["id"].to(str), read_only=True),
        rx.el.div(wrong, _choice(), _hours(entry), _answer(entry), button, class_name="grid gap-4 mt-4"),
        on_submit=CustodianState.decide,
        custom_attrs={"autoComplete": "off"},
    )


def _choice() -> rx.Component:
    def one(value: str) -> rx.Component:
        control = rx.el.input(type="radio", name="decision", value=value, required=True)
        return rx.el.label(control, rx.el.span(t(f"identity.{value}"), class_name="font-semibold"), class_name="choice")

    return rx.el.fieldset(
        rx.el.legend(t("identity.decision"), class_name="font-semibold mb-1 p-0"),
        rx.el.div(one("approve"), one("decline"), class_name="grid sm:grid-cols-2 gap-2"),
        class_name="border-0 p-0 m-0 min-w-0",
    )


def _labelled(name: str, entry: Any, label: str, hint: str, made: rx.Component) -> rx.Component:
    """Each request has controls of its own: their ids end in its number."""
    return rx.el.div(
        rx.el.label(t(label), html_for=f"{name}-" + entry["id"], class_name="block font-semibold mb-1"),
        rx.el.p(t(hint), class_name="small muted m-0 mb-1", custom_attrs={"id": f"{name}-hint-" + entry["id"]}),
        made,
    )


def _lasting(hours: int) -> str:
    days, rest = divmod(hours, 24)
    return t("identity.hours_n", n=hours) if rest or days == 1 else t("identity.days_n", n=days)


def _hours(entry: Any) -> rx.Component:
    options = [rx.el.option(_lasting(hours), value=str(hours)) for hours in HOURS]
    made = rx.el.select(
        *options,
        name="hours",
        default_value=str(USUAL_HOURS),
        aria_describedby="hours-hint-" + entry["id"],
        custom_attrs={"id": "hours-" + entry["id"]},
        class_name="input sm:max-w-[16rem]",
    )
    return _labelled("hours", entry, "identity.hours", "identity.hours_hint", made)


def _answer(entry: Any) -> rx.Component:
    made = rx.el.textarea(
        name="answer",
        rows="3",
        max_length=LONGEST,
        aria_describedby="answer-hint-" + entry["id"] + " galat-" + entry["id"],
        custom_attrs={"id": "answer-" + entry["id"], "autoComplete": "off"},
        class_name="input",
    )
    return _labelled("answer", entry, "identity.answer", "identity.answer_hint", made)


# --- what was decided -------------------------------------------------------------------------------------------------


def decided(entry: Any) -> rx.Component:
    cell = lambda *shown, **props: rx.el.td(*shown, role="cell", **props)  # noqa: E731
    tone = rx.match(entry["state"], ("approved", "done"), ("declined", "bad"), "closed")
    sign = rx.match(entry["state"], ("approved", icon("circle-check")), ("declined", icon("ban")), icon("clock"))
    state = rx.el.span(sign, entry["state_text"], class_name="pill", custom_attrs={"data-tone": tone})
    small = lambda shown: rx.el.span(shown, class_name="small muted block break-words")  # noqa: E731
    return rx.el.tr(
        cell(rx.el.b(entry["ticket"], class_name="num block"), entry["asker"], small(entry["asked"])),
        cell(rx.el.span(entry["reason"], class_name="whitespace-pre-wrap break-words"), class_name="wide"),
        cell(
            state,
            small(t("identity.by", name=entry["decider"])),
            small(entry["decided"]),
            rx.cond(entry["until"] != "", small(t("identity.until", time=entry["until"]))),
            rx.cond(entry["answer"] != "", rx.el.span(entry["answer"], class_name="block whitespace-pre-wrap mt-1")),
            rx.cond(entry["state"] == "approved", _end(entry)),
            class_name="wide",
        ),
        key=entry["id"],
        role="row",
    )


def _end(entry: Any) -> rx.Component:
    return rx.el.button(
        t("identity.end"),
        rx.el.span(" ", entry["ticket"], ", ", entry["asker"], class_name="sr"),
        type="button",
        on_click=CustodianState.end(entry["id"].to(str)),  # type: ignore[call-arg,arg-type]
        class_name="btn btn-secondary mt-2",
    )


def past() -> rx.Component:
    listed = records(t("identity.past_title"), _HEADS, CustodianState.past, decided, gap="mt-3")
    none = rx.el.p(t("identity.past_none"), class_name="muted m-0 mt-2")
    return rx.cond(CustodianState.past.length() > 0, listed, none)


def content() -> rx.Component:
    none = nothing("inbox", t("identity.waiting_none"), rx.el.p(t("identity.waiting_none_text"), class_name="m-0"))
    listed = rx.el.div(rx.foreach(CustodianState.waiting, request), class_name="grid gap-4 mt-3 max-w-[52rem]")
    shown = rx.fragment(
        rx.el.h2(t("identity.waiting_title"), class_name="m-0 mt-6"),
        rx.cond(CustodianState.waiting.length() > 0, listed, none),
        rx.el.h2(t("identity.past_title"), class_name="m-0 mt-8"),
        past(),
    )
    return desk(
        IDENTITY,
        Permission.DECIDE_IDENTITY,
        rx.el.h1(t("staff.identity"), class_name="m-0"),
        rx.el.p(t("identity.intro"), class_name="m-0 mt-1 muted max-w-[70ch]"),
        outcome(CustodianState.said),
        rx.cond(CustodianState.view["ready"] == "yes", shown, waiting()),
    )


PAGE = Page(IDENTITY, "title.staff_identity", content, (DeskState.enter, CustodianState.load), staff=True)
