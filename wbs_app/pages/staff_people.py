"""Pengguna: the staff of the administrator's agencies, a new one's invitation, the end of somebody's access."""

from typing import Any

import reflex as rx

from wbs_app.components.browser import alive, do
from wbs_app.components.desk import desk, outcome, records, waiting
from wbs_app.components.dialog import opener, question
from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.posting import posting_form
from wbs_app.components.words import t
from wbs_app.model.access import Permission, Role
from wbs_app.model.desk import PEOPLE
from wbs_app.state.staff_desk import DeskState
from wbs_app.state.staff_people import PeopleState

_HEADS = ("admin.user_name", "admin.user_role", "admin.user_state", "admin.user_actions")


def pressed() -> rx.Component:
    """What came of a press; an invitation's link stands here and nowhere else."""
    said = PeopleState.said
    link = rx.el.div(
        rx.el.label(
            rx.el.span(t("admin.user_invite_link"), class_name="block font-semibold small mb-1"),
            rx.el.input(type="text", read_only=True, value=said["link"].to(str), class_name="input"),
            class_name="flex-1 min-w-0",
        ),
        rx.el.button(
            icon("copy"),
            t("common.copy"),
            type="button",
            on_click=rx.set_clipboard(said["link"]),
            class_name="btn btn-secondary self-end",
        ),
        class_name="flex flex-wrap gap-2 mt-3",
    )
    return outcome(said, rx.cond(said["link"], link))


# --- the list --------------------------------------------------------------------------------------------------------


def row(person: Any) -> rx.Component:
    who = (
        rx.el.b(person["name"], class_name="block break-words"),
        rx.el.span(person["username"], class_name="small muted break-words"),
    )
    where = rx.el.span(
        person["agencies"], rx.cond(person["unit"] != "", " · " + person["unit"], ""), class_name="small muted block"
    )
    tone = rx.match(person["state"], ("active", "done"), ("invited", "wait"), ("waiting", "wait"), "closed")
    sign = rx.match(
        person["state"],
        ("active", icon("circle-check")),
        ("invited", icon("clock")),
        ("waiting", icon("hourglass")),
        icon("ban"),
    )
    state = rx.el.span(sign, person["state_text"], class_name="pill", custom_attrs={"data-tone": tone})
    cell = lambda *shown, **props: rx.el.td(*shown, role="cell", **props)  # noqa: E731
    return rx.el.tr(
        cell(*who),
        cell(person["role"], where, class_name="wide"),
        cell(state),
        cell(_actions(person), class_name="wide"),
        key=person["id"],
        role="row",
    )


def _actions(person: Any) -> rx.Component:
    """A person without a password can be invited again; everybody else can be given a new start, or deactivated and
    called back."""
    begin_anew, dismiss = PeopleState.begin_anew, PeopleState.dismiss
    again = rx.el.button(
        t("admin.user_invite_again"),
        rx.el.span(" ", person["name"], class_name="sr"),
        type="button",
        on_click=PeopleState.invite_again(person["id"].to(str)),  # type: ignore[call-arg,arg-type]
        class_name="btn btn-secondary",
    )
    return rx.el.div(
        rx.cond(person["may_end"] == "yes", _email(person)),
        rx.cond(person["may_invite"] == "yes", again),
        rx.cond(person["may_reset"] == "yes", _asked(person, "ulang-", "admin.user_reset", "key-round", begin_anew)),
        rx.cond(person["may_end"] == "yes", _asked(person, "nonaktif-", "admin.user_deactivate", "ban", dismiss)),
        rx.cond(person["may_return"] == "yes", _asked(person, "kembali-", "admin.user_return", "undo-2", begin_anew)),
        class_name="flex flex-wrap gap-1 -ml-3 lg:ml-0 lg:-mr-2 lg:justify-end",
    )


def _email(person: Any) -> rx.Component:
    """Opens a dialog with one field, which stays open until its address is taken."""
    dialog, field = "email-" + person["id"], "alamat-" + person["id"]  # Vars
    press = opener("admin.user_email_edit", person["name"], dialog)
    said = PeopleState.wrong[person["id"]]
    wrong = rx.cond(said, rx.el.p(icon("circle-alert"), said, class_name="q-err"))
    control = rx.el.input(
        type="email",
        name="email",
        default_value=person["email"].to(str),
        aria_describedby=field + "-hint " + field + "-error",
        aria_invalid=rx.cond(said, "true", "false"),
        custom_attrs={"id": field, "autoComplete": "off", "maxLength": 200},
        class_name="input",
    )
    cancel = rx.el.button(
        t("common.cancel"), type="button", on_click=do("closeDialog", dialog), class_name="btn btn-secondary"
    )
    save = rx.el.button(t("common.save"), type="submit", class_name="btn btn-primary")
    form = posting_form(
        rx.el.input(type="hidden", name="person", value=person["id"].to(str), read_only=True),
        rx.el.label(t("admin.user_email_of", name=person["name"]), html_for=field, class_name="block font-semibold"),
        rx.el.p(t("admin.user_email_hint"), class_name="small muted mt-1 mb-2", custom_attrs={"id": field + "-hint"}),
        rx.el.div(wrong, role="alert", custom_attrs={"id": field + "-error"}),
        control,
        rx.el.div(cancel, save, class_name="flex flex-wrap gap-3 mt-6"),
        on_submit=PeopleState.set_email,
    )
    shown = rx.el.dialog(
        form,
        key=dialog + "-" + PeopleState.mailed.to_string(),
        custom_attrs={"id": dialog},
        aria_label=t("admin.user_email_dialog", name=person["name"]),
        class_name="dialog text-left",
    )
    return rx.fragment(press, shown)


def _asked(person: Any, place: str, key: str, sign: str, handler: Any) -> rx.Component:
    """A button and its question. `key`: of the button; `_title` and `_text` of it say the rest."""
    dialog = place + person["id"]  # a Var
    title, words = t(f"{key}_title", name=person["name"]), rx.el.p(t(f"{key}_text"), class_name="muted mt-2")
    alone = rx.el.p(
        icon("triangle-alert"),
        rx.el.span(person["alone"]),
        class_name="note mt-4 mb-0",
        custom_attrs={"data-tone": "bad"},
    )
    act = handler(person["id"].to(str))
    return rx.fragment(
        opener(key, person["name"], dialog),
        question(
            dialog,
            title,
            words,
            rx.cond(person["alone"] != "", alone),
            key=key,
            sign=icon(sign),
            handler=act,
            look="btn btn-danger",
        ),
    )


def people() -> rx.Component:
    listed = records(t("admin.users"), _HEADS, PeopleState.people, row, look="people-list")
    return rx.cond(PeopleState.people.length() > 0, listed, waiting())


# --- somebody new ----------------------------------------------------------------------------------------------------


def newcomer() -> rx.Component:
    """Built anew, and thereby empty, when an invitation was made."""
    fields = rx.el.fieldset(
        _line("username", "admin.user_username", "admin.user_username_hint"),
        _line("name", "admin.user_full_name"),
        _line("email", "admin.user_email", "admin.user_email_hint", required=False),
        _role(),
        _agencies(),
        _unit(),
        rx.el.button(
            icon("user-round-plus"),
            t("admin.user_invite"),
            type="submit",
            class_name="btn btn-primary mt-1 sm:justify-self-start",
        ),
        disabled=~alive(),
        class_name="border-0 p-0 m-0 min-w-0 grid gap-4",
    )
    form = rx.el.form(
        fields,
        key=PeopleState.said["link"].to(str),
        method="post",
        action="/tanpa-javascript",
        reset_on_submit=False,
        on_submit=PeopleState.hire.throttle(500),  # type: ignore[attr-defined]
        custom_attrs={"autoComplete": "off"},
    )
    return rx.el.section(
        rx.el.h2(t("admin.user_add"), class_name="m-0"),
        rx.el.p(t("admin.user_add_text"), class_name="small muted mt-1 mb-4"),
        form,
        class_name="card p-5 mt-5 max-w-[44rem]",
    )


def _labelled(name: str, label: str, control: rx.Component, hint: str = "") -> rx.Component:
    said = [rx.el.p(t(hint), class_name="small muted m-0 mb-1", custom_attrs={"id": f"{name}-hint"})] if hint else []
    return rx.el.div(rx.el.label(t(label), html_for=name, class_name="block font-semibold mb-1"), *said, control)


def _line(name: str, label: str, hint: str = "", required: bool = True) -> rx.Component:
    described = {"aria_describedby": f"{name}-hint"} if hint else {}
    control = rx.el.input(
        type="text",
        name=name,
        required=required,
        class_name="input",
        custom_attrs={"id": name, "autoComplete": "off", "spellCheck": "false", "maxLength": 100},
        **described,
    )
    return _labelled(name, label, control, hint)


def _role() -> rx.Component:
    """Each role with what it may do, as one group: a select would hide that."""
    choices = [
        rx.el.label(
            rx.el.input(type="radio", name="role", value=role.value, required=True, aria_label=t(f"admin.role_{role}")),
            rx.el.span(
                rx.el.span(t(f"admin.role_{role}"), class_name="block font-semibold"),
                rx.el.span(t(f"admin.role_{role}_text"), class_name="block small muted"),
            ),
            class_name="choice !py-2",
        )
        for role in Role
    ]
    return rx.el.fieldset(
        rx.el.legend(t("admin.user_role"), class_name="font-semibold mb-1 p-0"),
        rx.el.div(*choices, class_name="grid sm:grid-cols-2 gap-2"),
        class_name="border-0 p-0 m-0 min-w-0",
    )


def _agencies() -> rx.Component:
    """Nothing to choose for an administrator of one agency."""

    def box(entry: Any) -> rx.Component:
        control = rx.el.input(type="checkbox", name="agency", value=entry["code"])
        return rx.el.label(control, rx.el.span(entry["name"]), key=entry["code"], class_name="check")

    only = lambda entry: rx.el.input(  # noqa: E731
        type="hidden", name="agency", default_value=entry["code"], key=entry["code"]
    )
    several = rx.el.fieldset(
        rx.el.legend(t("admin.user_agency"), class_name="font-semibold p-0"),
        rx.foreach(PeopleState.agencies, box),
        class_name="border-0 p-0 m-0 min-w-0",
    )
    return rx.cond(PeopleState.agencies.length() > 1, several, rx.fragment(rx.foreach(PeopleState.agencies, only)))


def _unit() -> rx.Component:
    option = lambda entry: rx.el.option(  # noqa: E731
        entry["name"], value=entry["code"], key=entry["code"] + entry["name"]
    )
    control = rx.el.select(
        rx.el.option(t("admin.user_no_unit"), value=""),
        rx.foreach(PeopleState.units, option),
        name="unit",
        class_name="input",
        custom_attrs={"id": "unit"},
        aria_describedby="unit-hint",
    )
    return _labelled("unit", "admin.user_unit", control, "admin.user_unit_hint")


def content() -> rx.Component:
    return desk(
        PEOPLE,
        Permission.MANAGE_STAFF,
        rx.el.h1(t("admin.users"), class_name="m-0"),
        rx.el.p(t("cases.intro_admin"), class_name="m-0 mt-1 muted"),
        pressed(),
        people(),
        newcomer(),
    )


PAGE = Page(PEOPLE, "title.staff_users", content, (DeskState.enter, PeopleState.load), staff=True)
