"""What a browser without JavaScript sees after posting a form: nothing was sent, and how else to report."""

import reflex as rx

from wbs_app.components.content import caution, emergency_line, numbered, outside_channels, ticks
from wbs_app.components.page import Page
from wbs_app.components.shell import shell
from wbs_app.components.words import t
from wbs_app.state.portal import PortalState


def content() -> rx.Component:
    return shell(
        "/tanpa-javascript",
        rx.el.div(
            rx.el.h1(t("noscript.title"), class_name="m-0"),
            rx.el.p(t("noscript.text"), class_name="lead mt-3 mb-0"),
            rx.el.h2(t("noscript.how_title"), class_name="mt-10 mb-4"),
            ticks(numbered("noscript.how")),
            rx.el.div(caution(t("noscript.warning")), class_name="mt-6"),
            rx.el.h2(t("contact.channels"), class_name="mt-10 mb-2"),
            rx.el.p(t("contact.channels_text"), class_name="m-0 mb-4 muted"),
            outside_channels(direct=True),
            rx.el.div(emergency_line(), class_name="mt-8"),
            class_name="wrap-form pt-10 lg:pt-16",
            custom_attrs={"id": "tanpa-javascript"},
        ),
    )


PAGE = Page("/tanpa-javascript", "title.no_script", content, (PortalState.enter,))
