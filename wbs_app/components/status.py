"""A status as a pill: icon and word in the tone of its phase."""

from typing import Any

import reflex as rx

from wbs_app.components.shell import icon


def status_pill(entry: Any) -> rx.Component:
    """`entry`: a row with `status`, `tone` and `icon`."""
    words = rx.el.span(entry["status"])
    return rx.el.span(icon(entry["icon"]), words, class_name="pill", custom_attrs={"data-tone": entry["tone"]})
