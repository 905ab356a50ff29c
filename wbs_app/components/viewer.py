"""Evidence looked at page by page: the bar above a page, the page as a picture, and what is said of the file.

`look` is that of state/viewer.py. An officer's page turns pages by links, a reporter's dialog by buttons.
"""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex_base.components.component import field
from reflex_base.event import EventHandler, no_args_event_spec
from reflex_components_core.el.elements.media import Img
from reflex_components_core.el.elements.other import Dialog

from wbs_app.components.browser import do
from wbs_app.components.elements import icon, stylesheet
from wbs_app.components.frame import quick_exit
from wbs_app.components.words import t
from wbs_app.state.viewer import WIDTHS, LookState

DIALOG = "lihat"

Turn = Callable[..., rx.Component]
"""turn(label, number, width, **props) -> the control that shows this page in this width; number "": there is none."""


class _Picture(Img):
    """An image that says when it is there, and when it cannot be."""

    on_load: EventHandler[no_args_event_spec] = field(doc="It is there.")
    on_error: EventHandler[no_args_event_spec] = field(doc="It does not come.")


class _Dialog(Dialog):
    """A dialog that says when it is closed: by Escape, too."""

    on_close: EventHandler[no_args_event_spec] = field(doc="It was closed, in whatever way.")


def _arrows(step: Any) -> rx.Component:
    """The arrow keys left and right turn pages, alone and not with other keys, which browsers use."""

    def pressed(key: Any, held: Any) -> Any:
        alone = ~(held.alt_key | held.ctrl_key | held.meta_key | held.shift_key)
        back = rx.cond(alone & (key == "ArrowLeft"), step(-1), rx.noop())
        return rx.cond(alone & (key == "ArrowRight"), step(1), back)

    return rx.window_event_listener(on_key_down=pressed)


def pages_of(state: Any, turn: Turn) -> rx.Component:
    """The bar and the page. `state`: one of state/viewer.py."""
    look = state.look
    shown = _Picture.create(
        src=look["src"],
        alt=look["alt"],
        on_load=state.arrived,
        on_error=state.failed,
        key=look["src"],
        class_name="look-page",
        custom_attrs={"data-width": look["width"], "draggable": "false"},
    )
    lines = [rx.el.span(class_name="skel mb-5") for _ in range(6)]
    wait = rx.el.div(*lines, rx.el.span(t("common.loading"), class_name="sr"), role="status", class_name="look-wait")
    broken = _note("circle-alert", "bad", t("viewer.page_failed"))
    frame = rx.el.div(
        rx.cond(look["failed"] == "yes", broken, rx.fragment(rx.cond(look["arrived"] == "", wait), shown)),
        tab_index=0,
        role="group",
        aria_label=t("viewer.frame"),
        class_name="look-frame",
    )
    return rx.fragment(stylesheet("viewer"), _arrows(state.step), _bar(look, turn), frame)


def _bar(look: Any, turn: Turn) -> rx.Component:
    def neighbour(which: str, sign: str, key: str) -> rx.Component:
        gone = rx.cond(look[which] == "", "true", "false")
        said = {"aria_label": t(key), "aria_disabled": gone, "class_name": "look-step"}
        return turn(icon(sign), look[which], look["width"], **said)

    def zoom(width: int) -> rx.Component:
        percent = width * 100 // WIDTHS[0]
        now = rx.cond(look["width"] == str(width), "true", "false")
        said = {"aria_label": t("viewer.zoom_to", percent=percent), "aria_current": now, "class_name": "look-step"}
        return turn(f"{percent}%", look["number"], str(width), **said)

    return rx.el.nav(
        rx.el.span(
            neighbour("previous", "chevron-left", "viewer.previous"),
            rx.el.span(look["said"], role="status", class_name="num"),
            neighbour("next", "chevron-right", "viewer.next"),
            class_name="look-turn",
        ),
        rx.el.span(
            *[zoom(width) for width in WIDTHS], role="group", aria_label=t("viewer.zoom"), class_name="look-zoom"
        ),
        aria_label=t("a11y.pages"),
        class_name="look-bar",
    )


def integrity(look: Any) -> rx.Component:
    """That the file is the one that was received, and by which number anybody can tell."""
    whole = rx.el.span(
        icon("shield-check", class_name="tone-done"), t("case.hash_ok"), class_name="inline-flex items-center gap-1.5"
    )
    ok = rx.el.details(
        rx.el.summary(whole, class_name="cursor-pointer"),
        rx.el.p("SHA-256: ", rx.el.span(look["sha"], class_name="look-sha"), class_name="m-0 mt-1"),
        class_name="small muted",
    )
    return rx.cond(look["sha"] != "", ok)


def trouble(look: Any) -> rx.Component:
    """Why there is nothing to see. Changed evidence is said as loudly as can be."""
    changed = _note("circle-alert", "bad", rx.el.b(look["said"], class_name="block"), t("viewer.hash_bad_text"))
    undrawable = _note("triangle-alert", "wait", look["said"])
    other = _note("circle-alert", "bad", look["said"])
    return rx.fragment(rx.match(look["phase"], ("bad", changed), ("undrawable", undrawable), other))


def _note(sign: str, tone: str, *said: Any) -> rx.Component:
    return rx.el.div(
        icon(sign),
        rx.el.div(*said),
        role="alert",
        class_name="note self-start",
        custom_attrs={"data-tone": tone},
    )


# --- the reporter's ---------------------------------------------------------------------------------------------------


def look_button(id: Any, number: Any) -> rx.Component:
    """ "lihat bukti" of one of the reporter's files. The page has a `look_dialog()`."""
    return rx.el.button(
        t("summary.view_evidence"),
        type="button",
        aria_label=t("summary.view_evidence_n", n=number),
        aria_haspopup="dialog",
        on_click=[do("openDialog", DIALOG), LookState.show(id, "1", "")],
        class_name="look-link",
    )


def look_dialog() -> rx.Component:
    """Once on a page: where the reporter's own files are looked at. What was typed below it stays."""
    look = LookState.look

    def turn(label: Any, number: Any, width: Any, **props: Any) -> rx.Component:
        return rx.el.button(label, type="button", on_click=LookState.show(look["id"], number, width), **props)

    close = rx.el.button(
        icon("x"),
        type="button",
        aria_label=t("viewer.close"),
        on_click=do("closeDialog", DIALOG),
        class_name="icon-btn",
    )
    head = rx.el.div(
        rx.el.div(
            rx.el.h2(t("viewer.title"), class_name="m-0", custom_attrs={"id": f"{DIALOG}-title"}),
            rx.el.p(look["name"], " · ", look["kind"], class_name="m-0 small muted", hidden=look["name"] == ""),
            class_name="min-w-0 mr-auto",
        ),
        quick_exit(),
        close,
        class_name="flex items-start gap-2 mb-3",
    )
    waiting = rx.el.p(t("common.loading"), role="status", class_name="muted look-frame m-0")
    body = rx.match(
        look["phase"],
        ("", waiting),
        ("open", rx.fragment(pages_of(LookState, turn), rx.el.div(integrity(look), class_name="mt-3"))),
        rx.fragment(trouble(look), rx.el.div(integrity(look), class_name="mt-3")),
    )
    return rx.fragment(
        stylesheet("viewer"),
        _Dialog.create(
            head,
            body,
            on_close=LookState.close,
            custom_attrs={"id": DIALOG, "aria-labelledby": f"{DIALOG}-title"},
            class_name="dialog look-dialog",
        ),
    )
