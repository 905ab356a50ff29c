"""Native dialogs that ask before something is done, and what opens them."""

from typing import Any

import reflex as rx

from wbs_app.components.browser import do
from wbs_app.components.words import t


def opener(key: str, name: Any, dialog: Any, *sign: Any, look: str = "btn btn-quiet") -> rx.Component:
    """A row's button that opens a dialog. `name`: of the row, for those who only hear the button; `sign`: an icon."""
    return rx.el.button(
        *sign,
        t(key),
        rx.el.span(" ", name, class_name="sr"),
        type="button",
        on_click=do("openDialog", dialog),
        class_name=look,
    )


def question(dialog: Any, title: Any, *words: Any, key: str, sign: Any, handler: Any, look: str) -> rx.Component:
    """Batal first. `key`: text of the button that does it, `handler`: its event, `look`: its class."""
    shut = do("closeDialog", dialog)
    cancel = rx.el.button(t("common.cancel"), type="button", on_click=shut, class_name="btn btn-secondary")
    go = rx.el.button(sign, t(key), type="button", on_click=[shut, handler], class_name=look)
    return rx.el.dialog(
        rx.el.h2(title, class_name="m-0"),
        *words,
        rx.el.div(cancel, go, class_name="flex flex-wrap gap-3 mt-6"),
        custom_attrs={"id": dialog},
        aria_label=title,
        class_name="dialog text-left",
    )
