"""The pages before the desk: one card in the middle, ordinary forms that work before the page is alive."""

from typing import Any

import reflex as rx
from reflex.experimental.client_state import ClientStateVar

from wbs_app.components.desk import desk_style, language_links
from wbs_app.components.elements import anchor, icon, link
from wbs_app.components.frame import connection_banner, strip, theme_switch, wordmark
from wbs_app.components.words import lang, t
from wbs_app.model.desk import NEWS, PROBLEMS
from wbs_app.state.portal import PortalState
from wbs_app.state.staff_entry import FIGURES


def entrance(title: Any, *content: Any, wide: bool = False) -> rx.Component:
    """A page of one card."""
    card = rx.el.div(
        strip(),
        rx.el.div(rx.el.h1(title, class_name="m-0 text-[1.75rem]"), *content, class_name="p-6 sm:p-8"),
        class_name="card overflow-hidden entrance-card",
    )
    foot = rx.el.div(
        link(icon("chevron-left"), "/", t("nav.home"), class_name="inline-flex items-center gap-1.5 py-2"),
        rx.el.span(language_links(), theme_switch(), class_name="flex items-center gap-1"),
        class_name="flex items-center justify-between mt-4 small",
    )
    return rx.el.div(
        desk_style(),
        anchor(t("common.skip_to_content"), "#isi", class_name="skip"),
        connection_banner(),
        rx.el.main(
            rx.el.div(
                rx.el.div(wordmark(), class_name="mb-6 flex justify-center"),
                card,
                foot,
                class_name=f"w-full {'max-w-[34rem]' if wide else 'max-w-[26rem]'}",
            ),
            custom_attrs={"id": "isi"},
            class_name="grid place-items-center p-4",
        ),
        custom_attrs={"data-agency": PortalState.agency, "lang": lang()},
        class_name="page",
    )


def outcome(*problems: str, news: tuple[str, ...] = ()) -> rx.Component:
    """What came of a form, by the code in the address: fixed words only. The place is always there, so that a reader
    hears what appears in it."""
    query = rx.State.router.url.query_parameters

    def note(key: str, sign: str, tone: str) -> rx.Component:
        words = rx.el.span(t(key, **FIGURES), class_name="font-semibold")
        return rx.el.div(icon(sign), words, class_name="note mt-5", custom_attrs={"data-tone": tone})

    wrong = [(code, note(PROBLEMS[code], "circle-alert", "bad")) for code in problems]
    good = [(code, note(NEWS[code], "circle-check", "done")) for code in news]
    return rx.fragment(
        rx.el.div(rx.match(query["galat"], *wrong, rx.fragment()), role="alert") if wrong else rx.fragment(),
        rx.el.div(rx.match(query["kabar"], *good, rx.fragment()), role="status") if good else rx.fragment(),
    )


def problem(asked: str, *problems: str) -> rx.Component:
    """What was wrong with one field, likewise. `asked`: what the address calls the problems of this form."""
    said = [
        (code, rx.el.p(icon("circle-alert"), t(PROBLEMS[code], **FIGURES), class_name="q-err")) for code in problems
    ]
    query = rx.State.router.url.query_parameters
    return rx.el.div(rx.match(query[asked], *said, rx.fragment()), role="alert")


def post_form(
    *children: Any, action: str | None, button: Any, wide: bool = True, look: str = "btn-primary"
) -> rx.Component:
    """A form that the browser sends itself. Without an `action` it goes to the page's own address, query and all."""
    target = {} if action is None else {"action": action}
    size = " w-full min-h-[52px]" if wide else ""
    press = rx.el.button(button, type="submit", class_name=f"btn {look}{size}")
    return rx.el.form(*children, press, method="post", on_submit=None, class_name="mt-6", **target)


def entry_field(name: str, label: Any, hint: Any = None, wrong: Any = None, **attrs: Any) -> rx.Component:
    """A labelled input of such a form. `wrong`: shows what was wrong with it; `name`-error can take the focus.
    `attrs`: of the element, spelled as React does."""
    said = [f"{name}-{part}" for part, words in (("hint", hint), ("error", wrong)) if words is not None]
    described = {"aria_describedby": " ".join(said)} if said else {}
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name="q-label"),
        *([rx.el.p(hint, class_name="q-hint", custom_attrs={"id": f"{name}-hint"})] if hint is not None else []),
        *([rx.el.div(wrong, id=f"{name}-error", tab_index=-1, class_name="outline-none")] if wrong is not None else []),
        rx.el.input(
            name=name,
            required=True,
            class_name="input",
            type=attrs.pop("type", "text"),
            custom_attrs={"id": name, "autoCapitalize": "none", "spellCheck": "false", **attrs},
            **described,
        ),
        class_name="q entry",
    )


def password_field(name: str, label: Any, complete: str, hint: Any = None, **more: Any) -> rx.Component:
    """`complete`: "current-password" or "new-password", for the browser's own keeper of passwords. `more`: as of
    `entry_field`."""
    shown = ClientStateVar.create(f"{name}_shown", default=False)  # known to this page in the browser alone
    kind = rx.cond(shown.value, "text", "password")
    field = entry_field(name, label, hint, type=kind, autoComplete=complete, maxLength=FIGURES["max"], **more)
    reveal = rx.el.button(
        icon("eye"),
        type="button",
        aria_label=t("auth.show_of", name=label),
        aria_pressed=rx.cond(shown.value, "true", "false"),
        on_click=shown.set_value(~shown.value),
        class_name="icon-btn",
    )
    return rx.el.div(shown, field, reveal, class_name="secret mb-5")


def code_field(label: Any) -> rx.Component:
    """Six figures from the authenticator app."""
    return entry_field(
        "code", label, autoComplete="one-time-code", inputMode="numeric", maxLength=12, pattern="[0-9 ]{6,12}"
    )
