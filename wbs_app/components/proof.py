"""The proof of work of a form: a hidden field, and a word when it takes more than a moment."""

import reflex as rx
from reflex.utils.imports import ImportVar
from reflex.vars import VarData

from wbs_app.components.words import t

_MODULE = "$/public/proof.js"


def proof_of_work(working: str) -> rx.Component:
    """Belongs inside the form. `working`: text key of what is said meanwhile. Nobody has to do or tick anything."""
    data = VarData(imports={_MODULE: [ImportVar(tag="proving")]}, hooks={"proving();": None})
    return rx.fragment(
        rx.Var("null", _var_data=data),
        rx.el.input(type="hidden", name="altcha"),
        rx.el.p(
            rx.el.span(t(working), hidden=True, custom_attrs={"data-proving": ""}),
            role="status",
            class_name="m-0 mt-3 small muted",
        ),
    )
