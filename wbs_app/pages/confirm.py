"""Where a mail's link leads: may notices go to this address? A press decides, never the opening of the page."""

import reflex as rx

from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.shell import shell
from wbs_app.components.words import t
from wbs_app.model.desk import CONFIRM
from wbs_app.state.confirm import ConfirmState
from wbs_app.state.portal import PortalState


def _button(key: str, kind: str, on_click: rx.event.EventType) -> rx.Component:
    return rx.el.button(
        t(key), type="button", on_click=on_click, disabled=~rx.State.is_hydrated, class_name=f"btn btn-{kind}"
    )


def asked() -> rx.Component:
    return rx.fragment(
        rx.el.p(t("notify.ask"), class_name="m-0"),
        rx.el.p(t("notify.ask_hours"), class_name="m-0 muted"),
        rx.el.div(
            _button("notify.allow", "primary", ConfirmState.allow),
            _button("notify.stop", "secondary", ConfirmState.stop),
            class_name="flex flex-col sm:flex-row gap-3",
        ),
        rx.el.p(t("notify.ask_other"), class_name="m-0 small muted"),
    )


def confirmed() -> rx.Component:
    return rx.fragment(
        rx.el.p(t("notify.ask_hours"), class_name="m-0 muted"),
        rx.el.div(_button("notify.stop", "secondary", ConfirmState.stop)),
    )


def said() -> rx.Component:
    """Always there, so that a reader hears what appears in it."""

    def note(key: str, sign: str, tone: str) -> rx.Component:
        words = rx.el.span(t(key), class_name="font-semibold")
        return rx.el.p(icon(sign), words, class_name="note m-0", custom_attrs={"data-tone": tone})

    shown = rx.match(
        ConfirmState.phase,
        ("confirmed", note("notify.allowed", "check", "done")),
        ("stopped", note("notify.stopped", "check", "done")),
        ("unknown", note("notify.unknown", "circle-alert", "bad")),
        rx.fragment(),
    )
    return rx.el.div(shown, id="kabar", role="status", tab_index=-1, class_name="outline-none")


def content() -> rx.Component:
    waiting = rx.el.div(rx.el.span(class_name="skel"), role="status", aria_label=t("common.loading"))
    choices = rx.match(
        ConfirmState.phase,
        ("asked", asked()),
        ("confirmed", confirmed()),
        ("stopped", rx.fragment()),
        ("unknown", rx.fragment()),
        waiting,
    )
    return shell(
        CONFIRM,
        rx.el.div(
            rx.el.h1(t("notify.page_title"), class_name="m-0"),
            rx.el.div(said(), choices, class_name="card mt-6 p-6 sm:p-8 grid gap-5"),
            class_name="wrap-form pt-10 lg:pt-16",
        ),
    )


PAGE = Page(CONFIRM, "title.confirm", content, (PortalState.enter, ConfirmState.load))
