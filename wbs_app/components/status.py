"""A status as a pill: icon and word in the tone of its phase."""

from typing import Any

import reflex as rx


def sign(name: Any, class_name: str = "") -> rx.Component:
    """An icon whose name is known only in the browser."""
    use = rx.el.svg.use(custom_attrs={"href": "/icons.svg#" + name})
    return rx.el.svg(use, class_name=f"i {class_name}".strip(), aria_hidden="true")


def status_pill(entry: Any) -> rx.Component:
    """`entry`: a row with `status`, `tone` and `icon`."""
    return rx.el.span(
        sign(entry["icon"]), entry["status"], class_name="pill", custom_attrs={"data-tone": entry["tone"]}
    )
