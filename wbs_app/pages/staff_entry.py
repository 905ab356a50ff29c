"""The way in: sign-in, second factor and its setting up, recovery codes, invitation."""

from typing import Any

import reflex as rx

from wbs_app.components.elements import icon, link
from wbs_app.components.entrance import code_field, entrance, entry_field, outcome, password_field, post_form
from wbs_app.components.page import Page
from wbs_app.components.words import here, t
from wbs_app.model import desk
from wbs_app.state.portal import PortalState
from wbs_app.state.staff_entry import FIGURES, CodesState, EnrolState, InvitedState


def sign_in() -> rx.Component:
    form = post_form(
        entry_field("username", t("auth.username"), autoComplete="username", maxLength=200),
        password_field("password", t("auth.password"), "current-password"),
        action=here(desk.SIGN_IN),
        button=t("auth.submit"),
    )
    rule = rx.el.p(
        icon("shield-check"), rx.el.span(t("twofa.mandatory")), class_name="small muted mt-5 mb-0 flex gap-2"
    )
    said = outcome("1", "sesi", "tunggu", "ramai", news=("keluar", "semua", "undangan"))
    return entrance(t("auth.title"), said, form, rule)


def verify() -> rx.Component:
    """The app's code; or, opened by a summary, one of the recovery codes."""
    app = post_form(code_field(t("twofa.code")), action=here(desk.VERIFY), button=t("twofa.submit"))
    paper = post_form(
        rx.el.label(t("twofa.recovery_code"), html_for="recovery", class_name="q-label"),
        rx.el.input(
            name="code",
            required=True,
            class_name="input mb-5",
            custom_attrs={"id": "recovery", "autoComplete": "off", "spellCheck": "false", "maxLength": 100},
        ),
        action=here(desk.VERIFY),
        button=t("twofa.recovery_submit"),
    )
    other = rx.el.details(
        rx.el.summary(t("twofa.use_recovery"), class_name="accent font-semibold cursor-pointer py-2"),
        paper,
        class_name="mt-4",
    )
    back = link(t("auth.somebody_else"), desk.SIGN_IN, class_name="inline-block py-2 mt-3 small")
    said = outcome("kode", "terkunci", "ramai")
    return entrance(t("twofa.title"), rx.el.p(t("twofa.prompt"), class_name="muted mt-2 mb-0"), said, app, other, back)


def enrol() -> rx.Component:
    """QR code, the same as text, then the first code."""
    picture = rx.el.div(
        rx.cond(EnrolState.qr != "", rx.html(EnrolState.qr, class_name="qr"), rx.el.span(class_name="skel qr-wait")),
        role="img",
        aria_label=t("twofa.qr_alt"),
        class_name="qr-frame",
    )
    by_hand = rx.el.dl(
        rx.el.dt(t("twofa.setup_manual"), class_name="small muted"),
        rx.el.dd(
            rx.el.span(t("twofa.setup_key"), ": ", class_name="sr"),
            EnrolState.secret,
            class_name="m-0 mt-1 font-semibold code-text break-words min-h-[1.6em]",
        ),
        class_name="m-0 mt-4",
    )
    form = post_form(code_field(t("twofa.setup_confirm")), action=here(desk.ENROL), button=t("twofa.setup_submit"))
    steps = rx.el.ol(
        rx.el.li(t("twofa.setup_intro")),
        rx.el.li(t("twofa.setup_scan"), picture, by_hand),
        rx.el.li(form, class_name="bare-form"),
        class_name="numbered mt-6",
    )
    lead = rx.el.p(t("twofa.mandatory"), class_name="muted mt-2 mb-0")
    return entrance(t("twofa.setup_title"), lead, outcome("kode"), steps, wide=True)


def codes() -> rx.Component:
    """Shown once; the button works when the box is ticked. The form goes back to the page's own address, which says
    whether the codes are the first ones."""
    row = lambda code: rx.el.li(code, key=code, class_name="code-text")  # noqa: E731
    listed = rx.el.ol(
        rx.foreach(CodesState.codes, row), aria_label=t("twofa.recovery_title"), class_name="codes mt-5", id="kode"
    )
    copy = rx.el.button(
        icon("copy"),
        t("twofa.recovery_copy"),
        type="button",
        on_click=rx.set_clipboard(CodesState.codes.join("\n")),
        class_name="btn btn-secondary w-full mt-4",
    )
    saved = rx.el.label(
        rx.el.input(type="checkbox", required=True), rx.el.span(t("twofa.recovery_saved")), class_name="check mb-4"
    )
    note = rx.el.div(
        icon("triangle-alert"),
        rx.el.span(t("twofa.recovery_text"), " ", t("twofa.recovery_once")),
        class_name="note mt-5",
        custom_attrs={"data-tone": "wait"},
    )
    # Which of the two it is, the address knows only once the page is alive, as the codes do.
    renewed = rx.State.router.url.query_parameters["kabar"] == "kode"
    words = rx.cond(renewed, t("account.new_recovery_note"), t("twofa.setup_done"))
    done = rx.el.div(
        icon("circle-check"),
        rx.el.span(rx.cond(CodesState.codes.length() > 0, words, ""), class_name="min-h-[1.5em]"),
        class_name="note mt-5",
        custom_attrs={"data-tone": "done"},
    )
    form = post_form(saved, action=None, button=t("common.continue"))
    return entrance(t("twofa.recovery_title"), done, note, listed, copy, form, wide=True)


def invitation() -> rx.Component:
    """Whom the link is for, and the first password. The form goes back to the page's own address, token and all."""
    who = InvitedState.invited
    role = t("invite.role", role=who["role"], agency=who["agency"])
    form = post_form(
        # For the browser's keeper of passwords, which would else not know whose this one is.
        rx.el.input(
            name="username",
            value=who["username"].to(str),
            read_only=True,
            hidden=True,
            custom_attrs={"autoComplete": "username"},
        ),
        password_field("password", t("invite.password"), "new-password", t("auth.password_rule", **FIGURES)),
        password_field("confirm", t("invite.confirm"), "new-password"),
        action=None,
        button=t("invite.submit"),
    )
    opened = rx.fragment(
        rx.el.p(t("invite.text", username=who["username"]), class_name="mt-2 mb-0"),
        rx.el.p(role, class_name="muted mt-2 mb-0"),
        outcome("beda", "pendek", "panjang", "mudah", "ramai"),
        form,
        _advice("key-round", "auth.password_keeps_keys"),
        _advice("shield-check", "invite.next"),
    )
    invalid = rx.el.div(
        icon("circle-alert"),
        rx.el.span(t("invite.invalid"), class_name="font-semibold"),
        class_name="note mt-5",
        custom_attrs={"data-tone": "bad"},
        role="alert",
    )
    pending = rx.el.div(
        rx.el.span(t("common.loading"), class_name="sr"),
        *[rx.el.span(class_name="skel mt-6") for _ in range(4)],
        role="status",
    )
    shown = rx.match(who["phase"], ("open", opened), ("invalid", invalid), pending)
    return entrance(t("invite.title"), shown)


def _advice(sign: str, key: str) -> rx.Component:
    return rx.el.p(icon(sign), rx.el.span(t(key)), class_name="small muted mt-4 mb-0 flex gap-2")


def _page(route: str, title: str, content: Any, *on_load: Any) -> Page:
    return Page(route, title, content, (PortalState.enter, *on_load), staff=True)


PAGES = (
    _page(desk.SIGN_IN, "title.staff_login", sign_in),
    _page(desk.VERIFY, "title.staff_code", verify),
    _page(desk.ENROL, "title.staff_setup", enrol, EnrolState.load),
    _page(desk.CODES, "title.staff_codes", codes, CodesState.load),
    _page(desk.INVITATION, "title.staff_invite", invitation, InvitedState.load),
)
