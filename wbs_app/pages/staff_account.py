"""One's own account; and the bare address /petugas, which leads on to the first page of one's role."""

from typing import Any

import reflex as rx

from wbs_app.components.content import caution
from wbs_app.components.desk import desk, sign_out_button, waiting
from wbs_app.components.elements import icon
from wbs_app.components.entrance import outcome, password_field, post_form, problem
from wbs_app.components.page import Page
from wbs_app.components.posting import posting_form
from wbs_app.components.words import here, t
from wbs_app.model.access import Permission
from wbs_app.model.desk import ACCOUNT, HOME, NEW_CODES, SIGN_OUT_ALL
from wbs_app.state.staff_account import CODES_SAID, REAUTH, AccountState
from wbs_app.state.staff_desk import DeskState
from wbs_app.state.staff_entry import FIGURES


def content() -> rx.Component:
    return desk(
        ACCOUNT,
        Permission.SIGNED_IN,
        rx.el.h1(t("account.title"), class_name="m-0"),
        rx.el.div(_about(), _notices(), _password(), _security(), class_name="grid gap-5 mt-5 max-w-[44rem]"),
    )


def _about() -> rx.Component:
    def entry(key: str, *shown: Any) -> rx.Component:
        return rx.el.div(rx.el.dt(t(key)), rx.el.dd(*shown, class_name="min-h-5"))

    role = (DeskState.me["role"], rx.el.span(DeskState.me["role_text"], class_name="block small faint"))
    known = rx.el.dl(
        entry("account.username", DeskState.me["username"]),
        entry("account.name", DeskState.me["name"]),
        entry("account.role", *role),
        entry("account.agencies", DeskState.me["agencies"]),
        rx.cond(DeskState.me["unit"] != "", entry("account.unit", DeskState.me["unit"])),
        rx.cond(DeskState.me["code"] != "", entry("vouching.code", DeskState.me["code"])),
        class_name="answers",
    )
    return rx.el.section(
        rx.el.h2(t("account.who"), class_name="m-0 mb-2"),
        known,
        sign_out_button("btn btn-secondary mt-3", "account.sign_out"),
        class_name="card p-5",
    )


def _notices() -> rx.Component:
    """Where mails go that there is something to read."""
    wrong = rx.cond(AccountState.wrong != "", rx.el.p(icon("circle-alert"), AccountState.wrong, class_name="q-err"))
    field = rx.el.input(
        type="email",
        name="email",
        default_value=AccountState.email,
        key=AccountState.email,
        aria_describedby="email-hint email-error",
        aria_invalid=rx.cond(AccountState.wrong != "", "true", "false"),
        custom_attrs={"id": "email", "autoComplete": "email", "maxLength": 200},
        class_name="input",
    )
    said = rx.cond(AccountState.said != "", rx.el.span(icon("circle-check"), AccountState.said, class_name="small"))
    form = posting_form(
        rx.el.label(t("account.email"), html_for="email", class_name="q-label"),
        rx.el.p(t("account.email_hint"), class_name="q-hint", custom_attrs={"id": "email-hint"}),
        rx.el.div(wrong, id="email-error", tab_index=-1, class_name="outline-none"),
        field,
        rx.el.div(
            rx.el.button(t("account.email_save"), type="submit", class_name="btn btn-primary"),
            rx.el.span(said, role="status"),
            class_name="flex flex-wrap items-center gap-3 mt-4",
        ),
        on_submit=AccountState.save,
    )
    return rx.el.section(
        rx.el.h2(t("account.email_title"), class_name="m-0 mb-4"),
        rx.el.div(form, class_name="max-w-[26rem]"),
        class_name="card p-5",
    )


def _password() -> rx.Component:
    """An ordinary form to wbs_app/staff_routes.py: passwords pass through no state."""
    form = post_form(
        password_field("current", t("auth.password_current"), "current-password"),
        password_field("password", t("auth.password_new"), "new-password", t("auth.password_rule", **FIGURES)),
        password_field("confirm", t("auth.password_confirm"), "new-password"),
        action=here(ACCOUNT),
        button=t("auth.change_password"),
        wide=False,
    )
    return rx.el.section(
        rx.el.h2(t("auth.change_password"), class_name="m-0"),
        outcome("lama", "beda", "pendek", "panjang", "mudah", "bentrok", "tunggu", "ramai", news=("sandi",)),
        rx.el.div(form, class_name="max-w-[26rem]"),
        rx.el.p(t("auth.password_keeps_keys"), class_name="small muted mt-4 mb-0"),
        class_name="card p-5",
    )


def _security() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("account.security"), class_name="m-0"),
        rx.el.h3(t("account.sessions"), class_name="mt-4 mb-1"),
        *_sessions(),
        rx.el.h3(t("twofa.recovery_title"), class_name="mt-6 pt-5 mb-1 hairline-top"),
        rx.match(
            AccountState.standing["codes"],
            ("", rx.el.p(t("twofa.relaxed"), class_name="muted m-0")),
            rx.fragment(*_codes()),
        ),
        class_name="card p-5",
    )


def _sessions() -> tuple[rx.Component, ...]:
    """When each began is all that is kept of them."""

    def row(session: Any) -> rx.Component:
        mine = rx.el.span(t("account.session_mine"), class_name="tag")
        return rx.el.li(session["since"], rx.cond(session["mine"] == "yes", mine), class_name="flex flex-wrap gap-2")

    unknown = rx.el.p(t("account.sessions_unknown"), class_name="mt-2 mb-0")
    return (
        rx.el.p(AccountState.standing["open"], class_name="m-0 min-h-5"),
        rx.el.ul(rx.foreach(AccountState.sessions, row), class_name="list-none p-0 mt-2 mb-0 grid gap-1 num small"),
        rx.cond(AccountState.standing["several"] == "yes", unknown),
        rx.el.p(t("account.sign_out_all_hint"), class_name="small muted mt-3 mb-0"),
        sign_out_button("btn btn-secondary mt-2", "account.sign_out_all", SIGN_OUT_ALL),
    )


def _codes() -> tuple[rx.Component, ...]:
    """How many are left; and the form for new ones, to wbs_app/staff_routes.py like that of the password."""
    few = rx.el.div(caution(t("twofa.recovery_few")), class_name="mt-3")
    query = rx.State.router.url.query_parameters
    form = post_form(
        password_field(
            REAUTH,
            t("auth.password"),
            "current-password",
            t("auth.reauth"),
            wrong=problem("galat_kode", "lama", "tunggu", "ramai", "bentrok", "tanpa"),
            **{"aria-invalid": rx.cond(query["galat_kode"] == "lama", "true", "false")},
        ),
        action=here(NEW_CODES),
        button=t("account.new_recovery"),
        wide=False,
        look="btn-secondary",
    )
    return (
        rx.el.div(outcome(news=("kode",)), id=CODES_SAID, tab_index=-1, class_name="outline-none"),
        rx.el.p(AccountState.standing["codes"], class_name="mt-3 mb-0 min-h-5"),
        rx.cond(AccountState.standing["few"] == "yes", few),
        rx.el.p(t("account.new_recovery_hint"), class_name="mt-3 mb-0"),
        rx.el.div(form, class_name="max-w-[26rem]"),
    )


def leading_on() -> rx.Component:
    return desk(HOME, Permission.SIGNED_IN, rx.el.h1(t("title.staff_home"), class_name="m-0"), waiting())


PAGES = (
    Page(ACCOUNT, "title.staff_account", content, (DeskState.enter, AccountState.load), staff=True),
    Page(HOME, "title.staff_home", leading_on, (DeskState.go_home,), staff=True),
)
