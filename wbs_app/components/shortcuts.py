"""The case list by keyboard: assets/desk.js listens, a sheet tells which keys there are."""

import reflex as rx
from reflex.utils.imports import ImportVar
from reflex.vars import VarData

from wbs_app.components.browser import do
from wbs_app.components.elements import icon
from wbs_app.components.words import t

SHEET = "pintasan"

_KEYS = (
    (("j",), "cases.key_next"),
    (("k",), "cases.key_previous"),
    (("Enter",), "cases.key_open"),
    (("x",), "cases.key_pick"),
    (("/",), "cases.key_search"),
    (("?",), "cases.key_help"),
)


def shortcuts() -> rx.Component:
    """Mounted once on the page: the listener, the button that shows the sheet, and the sheet.

    Letters alone can be switched off there, for those who dictate or press keys by accident (WCAG 2.1.4).
    """
    rows = [
        rx.el.div(rx.el.dt(*[rx.el.kbd(key) for key in keys]), rx.el.dd(t(text), class_name="m-0"))
        for keys, text in _KEYS
    ]
    switch = rx.el.label(
        t("cases.keys_on"),
        rx.el.input(type="checkbox", role="switch", default_checked=True, custom_attrs={"id": "keys-on"}),
        class_name="switch mt-3",
    )
    close = rx.el.button(
        t("common.close"), type="button", on_click=do("closeDialog", SHEET), class_name="btn btn-secondary w-full mt-3"
    )
    sheet = rx.el.dialog(
        rx.el.h2(t("cases.keys"), class_name="m-0 mb-3", custom_attrs={"id": "keys-title"}),
        rx.el.dl(*rows, class_name="keys m-0"),
        switch,
        close,
        aria_labelledby="keys-title",
        class_name="dialog",
        custom_attrs={"id": SHEET},
    )
    imports = {"$/public/desk.js": [ImportVar(tag="deskKeys")]}
    listener = rx.fragment(rx.Var("null", _var_data=VarData(imports=imports, hooks={"deskKeys();": None})))
    opener = rx.el.button(
        icon("keyboard"),
        type="button",
        aria_label=t("cases.keys"),
        title=t("cases.keys"),
        on_click=do("openDialog", SHEET),
        class_name="icon-btn fine-only",
    )
    return rx.fragment(listener, opener, sheet)
