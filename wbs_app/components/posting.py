"""The frame of every form that an event answers."""

from typing import Any

import reflex as rx

from wbs_app.components.browser import alive
from wbs_app.components.elements import anchor
from wbs_app.components.words import here, t


def posting_form(*children: Any, on_submit: Any, **props: Any) -> rx.Component:
    """Disabled until the page is alive: a press before would put the answers into the address. Without JavaScript it
    stays so, and its `action` would only say that JavaScript is needed.
    """
    return rx.el.form(
        rx.cond(alive(), "", _not_ready()),
        rx.el.fieldset(*children, disabled=~alive(), class_name="border-0 p-0 m-0 min-w-0"),
        method="post",
        action=here("/tanpa-javascript"),
        no_validate=True,
        reset_on_submit=False,
        on_submit=on_submit,
        **props,
    )


def _not_ready() -> rx.Component:
    """Seen only after a while (assets/tokens.css): what to do when the page's scripts never come, or are too new."""
    return rx.el.div(
        rx.el.p(t("net.not_ready"), class_name="m-0"),
        anchor(t("noscript.how_title"), here("/tanpa-javascript")),
        class_name="note late",
        custom_attrs={"data-tone": "wait"},
    )
