"""The panel's entry about the reporter's identity: hidden, asked for, open for a while."""

from typing import Any

import reflex as rx

from wbs_app.components.case_forms import CASE, folded
from wbs_app.components.case_panel import entry
from wbs_app.components.elements import anchor, icon
from wbs_app.components.posting import posting_form
from wbs_app.components.summary import report_sections
from wbs_app.components.words import t
from wbs_app.state.staff_case import CaseState
from wbs_app.state.staff_case_identity import CaseIdentityState

REQUEST = CaseIdentityState.request
LONGEST = 2000


def identity_entry() -> rx.Component:
    hidden = rx.el.span(icon("lock-keyhole"), t("case.identity_locked"), class_name="flex items-center gap-2")
    ask = folded(t("case.identity_request"), _ask_form(), class_name="mt-3")
    said = lambda key: rx.el.p(t(key), class_name="small m-0 mt-2")  # noqa: E731
    answer = rx.cond(REQUEST["answer"] != "", rx.el.p(REQUEST["answer"], class_name="small muted m-0 mt-1"))
    face = rx.match(
        REQUEST["state"],
        ("waiting", rx.fragment(hidden, said("identity.state_waiting"))),
        ("open", _open()),
        ("declined", rx.fragment(hidden, said("identity.state_declined"), answer, ask)),
        ("ended", rx.fragment(hidden, said("identity.state_ended"), ask)),
        rx.fragment(hidden, rx.cond(CASE["may_ask"] == "yes", ask)),
    )
    logged = rx.el.span(t("case.identity_logged"), class_name="block small faint mt-2")
    return entry("case.identity", face, logged)


def _ticket() -> rx.Component:
    return rx.el.input(type="hidden", name="ticket", value=CASE["ticket"].to(str), read_only=True)


def _wrong(place: str) -> rx.Component:
    said = rx.cond(
        CaseIdentityState.wrong != "", rx.el.p(icon("circle-alert"), CaseIdentityState.wrong, class_name="q-err")
    )
    return rx.el.div(said, id=place, tab_index=-1, class_name="outline-none")


def _ask_form() -> rx.Component:
    field = rx.el.textarea(
        name="reason",
        rows="4",
        max_length=LONGEST,
        aria_describedby="identity-hint identity-error",
        aria_invalid=rx.cond(CaseIdentityState.wrong != "", "true", "false"),
        custom_attrs={"id": "identity-reason", "autoComplete": "off"},
        class_name="input",
    )
    return posting_form(
        _ticket(),
        rx.el.label(t("case.identity_reason"), html_for="identity-reason", class_name="block font-semibold small mb-1"),
        rx.el.p(t("identity.ask_hint"), class_name="small muted m-0 mb-1", custom_attrs={"id": "identity-hint"}),
        _wrong("identity-error"),
        field,
        rx.el.button(t("case.identity_request"), type="submit", class_name="btn btn-secondary w-full mt-3"),
        on_submit=CaseIdentityState.ask,
    )


def _originals() -> rx.Component:
    """Files as they were sent: what was cleaned away of the copies may tell who sent them."""

    def one(entry: Any) -> rx.Component:
        to = anchor(icon("download"), entry["href"], entry["text"], download=True, class_name="inline-flex gap-2 py-1")
        return rx.el.li(to, key=entry["position"])

    return rx.fragment(
        rx.el.h3(t("case.originals"), class_name="m-0 mt-4 small"),
        rx.el.p(t("case.originals_text"), class_name="small muted m-0 mt-1"),
        rx.el.ul(rx.foreach(CaseState.originals, one), class_name="list-none m-0 mt-1 p-0 grid gap-1"),
    )


def _open() -> rx.Component:
    look = posting_form(
        _ticket(),
        _wrong("identity-open-error"),
        rx.el.button(icon("eye"), t("identity.open_now"), type="submit", class_name="btn btn-secondary w-full mt-2"),
        on_submit=CaseIdentityState.open,
    )
    shown = rx.fragment(
        rx.el.div(report_sections(CaseIdentityState.shown), class_name="-mt-6 panel-identity"),
        rx.cond(CaseState.originals.length() > 0, _originals()),
        rx.el.button(
            icon("eye-off"),
            t("identity.hide_now"),
            type="button",
            on_click=CaseIdentityState.hide,
            class_name="btn btn-secondary w-full mt-3",
        ),
    )
    return rx.fragment(
        rx.el.p(icon("lock-keyhole"), " ", REQUEST["until"], class_name="m-0 small"),
        rx.cond(CaseIdentityState.shown.length() > 0, shown, look),
    )
