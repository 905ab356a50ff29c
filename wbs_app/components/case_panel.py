"""The panel of a case: all that changes it. Each entry shows the present state, and opens the form that changes it."""

from typing import Any

import reflex as rx

from wbs_app.components.case_forms import CASE, act_form, area, error_of, folded, line, press, select
from wbs_app.components.desk import goto
from wbs_app.components.elements import icon
from wbs_app.components.status import due_mark, one_of, status_pill
from wbs_app.components.words import here, t
from wbs_app.model.desk import CASES, PAPER
from wbs_app.model.dossier import Relation, Verdict
from wbs_app.model.workflow import Priority
from wbs_app.state.staff_case import CaseState
from wbs_app.state.staff_case_acts import CaseActsState


def panel(*more: Any) -> rx.Component:
    """`more`: further entries, after those of the case itself."""
    entries = rx.el.dl(_status(), _target(), _officers(), _priority(), *more, class_name="card m-0 px-5 py-1")
    return rx.el.aside(
        entries,
        rx.cond(CASE["may_work"] == "yes", _others()),
        aria_label=t("a11y.case_panel"),
        class_name="case-panel grid gap-3",
    )


def entry(key: str, *shown: Any) -> rx.Component:
    """A part of the panel under its heading."""
    return rx.el.div(
        rx.el.dt(t(key), class_name="small font-semibold muted"),
        rx.el.dd(*shown, class_name="m-0 mt-1.5"),
        class_name="py-4 panel-entry",
    )


# --- status and target ------------------------------------------------------------------------------------------------


def _status() -> rx.Component:
    receipt = act_form(
        "acknowledge", CaseActsState.acknowledge, press(t("case.acknowledge"), "circle-check"), class_name="mt-3"
    )
    wanted = (CASE["may_work"] == "yes") & (CASE["acknowledged"] == "") & (CASE["closed"] == "")
    change = rx.cond(
        CaseState.moves.length() > 0,
        folded(t("case.change_status"), _move_form(), class_name="fold-primary mt-3"),
        rx.cond(CASE["phase"] == "open", rx.el.p(t("case.no_moves"), class_name="small faint m-0 mt-2")),
    )
    anchored = rx.el.div(change, custom_attrs={"id": "ubah-status"})
    return entry("case.status", status_pill(CASE), rx.cond(wanted, receipt), anchored)


def _move_form() -> rx.Component:
    def choice(move: Any) -> rx.Component:
        return rx.el.label(
            rx.el.input(type="radio", name="target", value=move["value"]),
            rx.el.span(icon(move["icon"]), move["label"], class_name="flex items-center gap-2"),
            key=move["value"],
            class_name="choice !py-1.5",
        )

    chosen = rx.el.fieldset(
        rx.el.legend(t("case.new_status"), class_name="font-semibold small p-0 mb-1"),
        error_of("move", "target"),
        rx.el.div(rx.foreach(CaseState.moves, choice), class_name="grid gap-1.5"),
        custom_attrs={"id": "move-target", "tabIndex": "-1"},
        class_name="border-0 p-0 m-0 min-w-0",
    )
    return act_form(
        "move",
        CaseActsState.move,
        rx.el.input(type="hidden", name="version", value=CASE["version"].to(str), read_only=True),
        chosen,
        line("move", "referred_to", "case.referred_to", "case.referred_hint", class_name="only-referred"),
        area("move", "note", "case.public_note", "case.public_note_hint"),
        area("move", "reason", "case.reason", "case.reason_hint"),
        press(t("case.change_status"), look="btn-primary"),
        class_name="grid gap-3 move-form",
    )


def _target() -> rx.Component:
    return entry("case.target", due_mark(CASE), rx.el.span(CASE["due_text"], class_name="block small faint mt-1"))


# --- officers ---------------------------------------------------------------------------------------------------------


def _officers() -> rx.Component:
    none = rx.el.p(t("case.unassigned"), class_name="m-0 muted")
    people = rx.el.ul(rx.foreach(CaseState.officers, _officer), class_name="list-none m-0 p-0 grid gap-2")
    give = rx.cond(CASE["may_assign"] == "yes", folded(t("case.assign"), _assign_form(), class_name="mt-3"))
    return entry("case.officers", rx.cond(CaseState.officers.length() > 0, people, none), give)


def _officer(person: Any) -> rx.Component:
    badge = rx.el.span(person["initials"], class_name="initials", aria_hidden="true")
    lead = rx.cond(person["lead"] == "yes", rx.el.span(t("case.lead"), class_name="tag ml-1.5"))
    name = rx.el.span(
        person["name"], lead, rx.el.span(person["role"], class_name="small faint block"), class_name="flex-1 min-w-0"
    )
    words = t("case.unassign", name=person["name"])
    release = _taking_away("release", CaseActsState.release, "officer", person["id"], words)
    return rx.el.li(
        badge,
        name,
        rx.cond(CASE["may_assign"] == "yes", release),
        key=person["id"],
        class_name="flex items-center gap-2.5",
    )


def _assign_form() -> rx.Component:
    option = lambda person: rx.el.option(  # noqa: E731
        person["name"] + " · " + person["role"], value=person["id"].to(str), key=person["id"]
    )
    return act_form(
        "assign",
        CaseActsState.assign,
        select(
            "assign",
            "officer",
            "case.assign_to",
            rx.el.option(t("case.choose_officer"), value=""),
            rx.foreach(CaseState.choices, option),
        ),
        rx.el.label(rx.el.input(type="checkbox", name="lead"), rx.el.span(t("case.make_lead")), class_name="check"),
        press(t("case.assign")),
    )


# --- priority and the rest --------------------------------------------------------------------------------------------


def _priority() -> rx.Component:
    shown = rx.el.span(
        one_of(CASE["priority_icon"], "chevron-up", "chevrons-up"),
        CASE["priority"],
        class_name="due",
        custom_attrs={"data-tone": CASE["priority_tone"]},
    )
    options = [
        rx.el.option(t(f"case.priority_{priority.name.lower()}"), value=str(priority.value))
        for priority in reversed(Priority)
    ]
    form = act_form(
        "priority",
        CaseActsState.prioritise,
        select("priority", "priority", "case.priority", *options, value=CASE["priority_code"].to(str)),
        press(t("case.priority_save")),
    )
    change = rx.cond(CASE["may_work"] == "yes", folded(t("common.edit"), form, class_name="mt-2"))
    return entry("case.priority", shown, change)


def _others() -> rx.Component:
    """What is done more rarely."""
    return rx.el.div(
        folded(t("case.finding"), _finding_form()),
        folded(t("case.tags"), _tags_form()),
        folded(t("case.links"), _links()),
        folded(t("case.print_file"), _print_form()),
        rx.cond(CASE["may_hold"] == "yes", folded(t("admin.legal_hold"), _hold_form())),
        folded(t("case.conflict"), _recuse_form(), class_name="fold-danger"),
        class_name="card px-5 py-2 grid",
    )


def _finding_form() -> rx.Component:
    found = CaseState.found
    options = [rx.el.option(t(f"finding.{verdict}"), value=verdict.value) for verdict in Verdict]
    form = act_form(
        "finding",
        CaseActsState.find,
        rx.el.p(t("case.finding_hint"), class_name="small muted m-0"),
        select(
            "finding",
            "verdict",
            "case.verdict",
            rx.el.option(t("common.select_placeholder"), value=""),
            *options,
            value=found["verdict"].to(str),
        ),
        area("finding", "summary", "case.finding_text", value=found["summary"].to(str), rows="5"),
        area("finding", "recommendation", "case.recommendation", value=found["recommendation"].to(str)),
        line("finding", "loss", "case.amount_loss", value=found["loss_typed"].to(str)),
        press(t("case.finding_save")),
    )
    return rx.cond(CASE["may_find"] == "yes", form, rx.el.p(t("case.finding_none"), class_name="small muted m-0"))


def _tags_form() -> rx.Component:
    return act_form(
        "tags",
        CaseActsState.tag,
        line("tags", "tags", "case.tags", "case.tags_hint", value=CaseState.found["tags"].to(str)),
        press(t("case.tags_save")),
    )


def _links() -> rx.Component:
    options = [rx.el.option(t(f"relation.{relation}"), value=relation.value) for relation in Relation]
    form = act_form(
        "link",
        CaseActsState.link,
        line("link", "other", "case.link_ticket"),
        select("link", "relation", "case.link_relation", *options),
        press(t("case.link_add"), "link"),
    )
    return rx.fragment(
        rx.el.ul(rx.foreach(CaseState.linked, _linked), class_name="list-none m-0 p-0 mb-3 grid gap-1"), form
    )


def _taking_away(name: str, handler: Any, field: str, value: Any, words: Any) -> rx.Component:
    """A row's cross. The value travels in a hidden field: what a press in a list knows is only its form."""
    hidden = rx.el.input(type="hidden", name=field, value=value.to(str), read_only=True)
    press = rx.el.button(icon("x"), type="submit", aria_label=words, class_name="icon-btn")
    return act_form(name, handler, hidden, press, class_name="", bare=True)


def _linked(other: Any) -> rx.Component:
    said = t("case.unlink", ticket=other["ticket"])
    loose = _taking_away("unlink", CaseActsState.unlink, "other", other["ticket"], said)
    words = rx.el.span(
        goto(other["ticket"], here(CASES) + "/" + other["ticket"]),
        rx.el.span(other["relation"], class_name="small faint block"),
    )
    return rx.el.li(words, loose, key=other["ticket"], class_name="flex items-center justify-between gap-2")


def _recuse_form() -> rx.Component:
    return act_form(
        "recuse",
        CaseActsState.recuse,
        rx.el.p(t("case.recuse_text"), class_name="small muted m-0"),
        area("recuse", "reason", "case.recuse_reason"),
        press(t("case.recuse_do"), "ban", "btn-danger"),
    )


def _hold_form() -> rx.Component:
    return act_form(
        "hold",
        CaseActsState.keep,
        rx.el.input(type="hidden", name="kept", value=CASE["kept"].to(str), read_only=True),
        rx.el.p(rx.cond(CASE["kept"] == "yes", t("case.hold_on"), t("case.hold_text")), class_name="small muted m-0"),
        press(rx.cond(CASE["kept"] == "yes", t("case.hold_lift"), t("admin.legal_hold"))),
    )


def _print_form() -> rx.Component:
    """An ordinary form: what comes back is a file, not a page."""
    field = rx.el.input(
        type="password",
        name="password",
        required=True,
        min_length=8,
        max_length=100,
        aria_describedby="print-hint",
        class_name="input",
        custom_attrs={"id": "print-password", "autoComplete": "new-password"},
    )
    return rx.el.form(
        rx.el.p(t("case.print_text"), class_name="small muted m-0", custom_attrs={"id": "print-hint"}),
        rx.el.label(t("case.print_pass"), html_for="print-password", class_name="block font-semibold small"),
        field,
        press(t("case.print_do"), "download"),
        method="post",
        action=here(PAPER) + "/" + CASE["ticket"],
        on_submit=None,
        class_name="grid gap-2",
        custom_attrs={"id": "cetak"},
    )
