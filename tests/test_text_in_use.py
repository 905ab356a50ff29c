"""Every text of the deck is used: its key stands in the code to the letter, or belongs to a family of keys that the
code makes, whose members come from the enum, the table or the calls that the code makes them from."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import fields
from enum import Enum
from functools import cache
from pathlib import Path

from wbs_app import wbs_app
from wbs_app.model import steps
from wbs_app.model.access import KINDS, Role
from wbs_app.model.dossier import Relation, Verdict
from wbs_app.model.filters import SORTS, Column, Mark
from wbs_app.model.reference import ENTRIES, SECTIONS, Part
from wbs_app.model.workflow import Priority, Status
from wbs_app.pages import PAGES, faq, guide, home, privacy, report_place
from wbs_app.services import identity
from wbs_app.services.case_words import ICONS
from wbs_app.services.counters import Counters
from wbs_app.services.health import NAMES, Room
from wbs_app.services.history import PUBLIC
from wbs_app.state.case_list import VIEWS
from wbs_app.text import keys

ROOT = Path(wbs_app.__file__).parents[1]
DECK = keys("id")


# --- what stands in the code -----------------------------------------------------------------------------------------


@cache
def nodes(pattern: str = "wbs_app/**/*.py") -> tuple[ast.AST, ...]:
    """All of the syntax of these files, and of rxconfig.py, which writes words into the pages."""
    files = [file for file in ROOT.glob(pattern) if "migrations" not in file.parts]
    trees = [ast.parse(file.read_text("utf-8")) for file in (*files, ROOT / "rxconfig.py")]
    return tuple(node for tree in trees for node in ast.walk(tree))


def literals(pattern: str = "wbs_app/**/*.py") -> set[str]:
    """Texts that stand in these files to the letter."""
    return {node.value for node in nodes(pattern) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def made() -> set[str]:
    """The shapes of the texts that are put together: "status.{}"."""
    return {
        "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        for node in nodes()
        if isinstance(node, ast.JoinedStr)
    }


def constants(told: ast.AST) -> Iterator[str]:
    """Texts an expression may be: of both arms of a condition."""
    if isinstance(told, ast.Constant) and isinstance(told.value, str):
        yield told.value
    elif isinstance(told, ast.IfExp):
        yield from (*constants(told.body), *constants(told.orelse))


@cache
def calls() -> tuple[tuple[str, list[ast.expr]], ...]:
    """Every call inside a function: what is called, without its module, and the arguments; for a variable what it
    was given."""

    def inside(scope: ast.AST) -> Iterator[tuple[str, list[ast.expr]]]:
        known = [node for node in ast.walk(scope) if isinstance(node, ast.Assign | ast.Call)]
        variables = {getattr(node.targets[0], "id", ""): node.value for node in known if isinstance(node, ast.Assign)}
        for node in known:
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
                yield name, [variables.get(getattr(argument, "id", None), argument) for argument in node.args]

    scopes = (node for node in nodes() if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return tuple(call for scope in scopes for call in inside(scope))


def given(function: str, at: int) -> set[str]:
    """Texts that are given to a function as its argument number `at`."""
    told = (arguments[at] for name, arguments in calls() if name == function and len(arguments) > at)
    return {word for argument in told for word in constants(argument)}


def standing(*words: str) -> set[str]:
    """These words, which only the code that makes the key knows: each must still stand somewhere."""
    assert set(words) <= literals(), set(words) - literals()
    return set(words)


# --- the families ----------------------------------------------------------------------------------------------------


def lower(kind: type[Enum]) -> set[str]:
    return {one.name.lower() for one in kind}


def counted(*prefixes: str) -> set[str]:
    """Keys prefix_1, prefix_2 ... without a gap, as `components.content.numbered` finds them."""
    found: set[str] = set()
    for prefix in prefixes:
        at = 1
        while (key := f"{prefix}_{at}") in DECK:
            found.add(key)
            at += 1
    return found


MONTHS = range(1, 13)
TEMPLATES = given("tell_staff", 2)
TO_REPORTERS = standing("update", "confirm")
FORMS = (*ENTRIES.values(), *SECTIONS.values())
FIELDS = {name for form in FORMS for name in form.model_fields}
STEPS = {step for asked in steps.FORMS.values() for step in asked}
FIXED = standing("ticket_prefix", "province", "timezone", "files", "link_hosts", "oversight")
ASKED = {f"landing.protect_{number}" for number, _ in enumerate(home.SHIELDS, start=1)} | given("_asked", 2)
CHAPTERS = privacy.CHAPTERS.values()
QUESTIONS = {question for group in faq.GROUPS.values() for question in group}
LISTS = (*given("numbered", 0), *given("pairs", 0), *(f"privacy.{name}" for name in CHAPTERS))
ERRORS = given("wrong", 0) | given("required", 1) | standing("required", "refused", "date_to", "ticket", "pin")

FAMILIES: dict[str, Iterable[object]] = {
    "admin.role_{}": Role,
    "admin.role_{}_text": Role,
    "admin.user_only_{}": {*KINDS, "identity"},
    "audit.{}": given("record", 2) | given("done", 3) | given("_tell", 2),
    "board.{}": {field.name for field in fields(Counters)} - {"all"},
    "board.{}_text": {field.name for field in fields(Counters)} - {"all"},
    "calendar.{}": standing("national", "own", "working"),
    "case.priority_{}": lower(Priority),
    "cases.col_{}": lower(Column),
    "cases.filter_{}": lower(Mark) | set(VIEWS),
    "cases.sort_{}": SORTS,
    "error.{}": ERRORS,
    "event.{}": {*ICONS, *PUBLIC} - {"status"},
    "faq.a_{}": QUESTIONS,
    "faq.group_{}": faq.GROUPS,
    "faq.q_{}": QUESTIONS,
    "finding.{}": Verdict,
    "guide.step{}_text": guide.STEP_FIELDS,
    "identity.now_{}": {getattr(identity, name) for name in ("WAITING", "APPROVED", "DECLINED", "ENDED", "RECALLED")},
    "identity.{}": standing("approve", "decline"),
    "identity.{}d": standing("approve", "decline"),
    "kind.{}": KINDS,
    "landing.protect_{}": range(1, len(home.SHIELDS) + 1),
    "mail.body_{}": TO_REPORTERS,
    "mail.subject_{}": TO_REPORTERS,
    "mail.{}": TEMPLATES,
    "month.{}": MONTHS,
    "month_short.{}": MONTHS,
    "notify.problem_{}": given("Undelivered", 0),
    "notify.what_{}": TEMPLATES | TO_REPORTERS,
    "privacy.{}": CHAPTERS,
    "privacy.{}_text": [name for name in CHAPTERS if not counted(f"privacy.{name}")],
    "rating.{}": range(1, 6),
    "reference.add_title_{}": ENTRIES,
    "reference.edit_title_{}": ENTRIES,
    "reference.in_{}": {form.kind for form in FORMS} - {"text"},
    "reference.n_{}": {form.kind for form in FORMS} - {"text"},
    "reference.note_{}": SECTIONS,
    "reference.part_{}": Part,
    "reference.section_{}": SECTIONS,
    "relation.{}": Relation,
    "status.{}": Status,
    "status_text.{}": Status,
    "step2.reported_{}": standing("name", "position"),
    "step2.reported_{}_n": standing("name", "position"),
    "step2.reported_{}_ph": standing("name", "position"),
    "step3.precision_{}": report_place.PRECISIONS,
    "trouble.disk_{}": lower(Room),
    "trouble.{}": NAMES - {"disk"},
    "weekday.{}": range(1, 8),
    "wizard.step{}": guide.STEP_FIELDS,
    "{}_title": ASKED,
}
"""Shape -> members. All of them have words."""

LABELS = {step.label(name) for step in STEPS for name in step.names()}
"""Of every answer: an error names it."""

WHERE_THERE_ARE: dict[str, Iterable[object]] = {
    "cleaned.{}": literals("wbs_app/services/cleaning_*.py"),
    "reference.hint_{}": FIELDS,
    "reference.{}": FIELDS | FIXED,
    "{}_text": {page.title for page in PAGES} | given("_asked", 2),
}
"""Likewise; but the code asks for those that have words, or its words stand among others."""


def members(families: dict[str, Iterable[object]]) -> set[str]:
    return {shape.replace("{}", str(member)) for shape, known in families.items() for member in known}


# --- the tests -------------------------------------------------------------------------------------------------------


def test_every_family_is_made_somewhere() -> None:
    shapes = {shape for shape in (*FAMILIES, *WHERE_THERE_ARE) if "_title_" not in shape}  # made of two parts
    assert shapes - made() == set()


def test_every_member_of_a_family_has_words() -> None:
    assert (members(FAMILIES) | LABELS) - DECK == set()


def test_every_text_is_used() -> None:
    used = literals() | members(FAMILIES) | members(WHERE_THERE_ARE) | LABELS | counted(*LISTS)
    assert sorted(DECK - used) == []
