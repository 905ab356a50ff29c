"""The rules of the house, checked."""

import ast
import inspect
import re
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
from reflex.state import BaseState, State
from reflex_base.registry import RegistrationContext
from reflex_base.utils.form import FormData

from wbs_app import wbs_app
from wbs_app.pages import PAGES
from wbs_app.state.door import REFLEX_OWN
from wbs_app.text import LANGUAGES, has, keys

ROOT = Path(wbs_app.__file__).parent
FILES = sorted(file for file in ROOT.rglob("*.py") if file.name != "__init__.py" or file.read_text())

ROUTES = {"services", "vault", "config", "model", "text"}
MAY_IMPORT: dict[str, set[str]] = {
    "text": set(),
    "disk": set(),
    "config": {"disk"},
    "collector": set(),
    "logs": set(),
    "plain_css": set(),
    "vault": set(),
    "model": {"text"},
    "services": {"model", "vault", "config", "disk", "text"},
    "migrations": {"model", "services.database", "services.entitlement", "services.marks"},
    "jobs": {"services", "logs"},
    "state": {"services", "model", "text", "config", "vault.tabs", "vault.sealing.Tampered", "logs"},
    "components": {"state", "model", "text", "config"},
    "pages": {"components", "state", "model", "text", "config", "services.reference"},
    "shedding": {"services"},
    "edge": ROUTES | {"shedding"},
    "view_routes": ROUTES,
    "paper_routes": ROUTES,
    "staff_routes": ROUTES | {"edge"},
    "routes": ROUTES | {"paper_routes", "staff_routes", "view_routes"},
    "serve": {"services", "vault", "config", "model", "logs"},
    "supervisor": {"logs"},
    "cli": {"services", "vault", "config", "model", "text", "serve"},
    "wbs_app": {"pages", "components", "state", "edge", "routes", "jobs", "logs", "collector", "text"},
}
"""Layer -> what it may import of ours beside itself. Every arrow leads down."""

WITH_REFLEX = {"state", "components", "pages", "wbs_app"}

LONGEST_FILE, LONGEST_FUNCTION = 300, 40
LONG_ON_PURPOSE = {"migrations/versions/0001_first.py upgrade"}
"""A migration lists every column of every table, once."""


def layer_of(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def imported(file: Path) -> Iterator[str]:
    """Full names of all that a file imports, wherever in it."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(*functions: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of these functions in our code, by the name it is called by."""
    for file in FILES:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
                yield file, node


def strings(node: ast.AST) -> Iterator[str]:
    """Constant texts an expression may be: of both arms of a condition, never of what is called in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from strings(node.body)
        yield from strings(node.orelse)


# --- the source ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_layers_look_down(file: Path) -> None:
    layer = layer_of(file)
    if layer == "__init__":
        return
    allowed = MAY_IMPORT[layer] | {layer}
    for name in imported(file):
        ours = name.removeprefix("wbs_app.")
        if ours != name:
            assert any(ours == known or ours.startswith(f"{known}.") for known in allowed), name
        if name.split(".")[0].startswith("reflex"):
            assert layer in WITH_REFLEX, name


def lines_of_code(file: Path) -> set[int]:
    """Numbers of the lines that are not blank, comment or docstring."""
    described = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    said: set[int] = set()
    for node in ast.walk(tree_of(file)):
        if isinstance(node, described) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            said |= set(range(first.lineno, (first.end_lineno or 0) + 1))
    lines = enumerate(file.read_text("utf-8").splitlines(), start=1)
    return {at for at, line in lines if line.strip() and not line.strip().startswith("#") and at not in said}


def test_files_and_functions_are_short() -> None:
    long: list[str] = []
    for file in FILES:
        name, code = str(file.relative_to(ROOT)), lines_of_code(file)
        if len(code) > LONGEST_FILE:
            long.append(f"{name} has {len(code)} lines")
        for node in ast.walk(tree_of(file)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                size = sum(node.lineno <= at <= (node.end_lineno or 0) for at in code)
                if size > LONGEST_FUNCTION and f"{name} {node.name}" not in LONG_ON_PURPOSE:
                    long.append(f"{name} {node.name}() has {size} lines")
    assert long == []


# --- states and their handlers ---------------------------------------------------------------------------------------


def our_states() -> list[type[BaseState]]:
    found = RegistrationContext.get().base_states.values()
    return sorted({state for state in found if state.__module__.startswith("wbs_app.")}, key=str)


def handlers(state: type[BaseState]) -> dict[str, Any]:
    """Name -> function of the handlers that are our own."""
    found = {name: handler.fn for name, handler in state.event_handlers.items()}
    return {name: fn for name, fn in found.items() if getattr(fn, "__module__", "").startswith("wbs_app.")}


STATES = our_states()
STAFF_STATES = [state for state in STATES if getattr(state, "requires", None) is not None]
HANDLERS = [(state, name, fn) for state in STATES for name, fn in handlers(state).items()]
TAKEN = {str, int, bool, list[str], FormData, rx.UploadChunkIterator}


def test_every_state_says_who_may_use_it() -> None:
    assert len(STATES) > 10
    for state in STATES:
        if handlers(state):
            assert "requires" in vars(state), state


def test_what_reflex_brings_is_known() -> None:
    """A new version of Reflex may bring handlers that nobody has looked at."""
    brought = {name.rpartition(".")[2] for name in RegistrationContext.get().event_handlers}
    brought -= {name for _, name, _ in HANDLERS}
    assert brought == REFLEX_OWN | {"setvar", "handle_frontend_exception"}


@pytest.mark.parametrize(("state", "name", "fn"), HANDLERS, ids=lambda it: getattr(it, "__name__", it))
def test_handlers_are_plain(state: type[BaseState], name: str, fn: Any) -> None:
    """Async, so that none stops all others; of plain annotated arguments, so that Gate can hold them to these."""
    fn = getattr(fn, "func", fn)
    assert inspect.iscoroutinefunction(fn) or inspect.isasyncgenfunction(fn)
    hints = typing.get_type_hints(fn)
    for parameter in list(inspect.signature(fn).parameters.values())[1:]:
        assert hints[parameter.name] in TAKEN, parameter
        assert parameter.kind is parameter.POSITIONAL_OR_KEYWORD, parameter


def test_states_are_children_of_the_root() -> None:
    """Gate forgets what officers saw by going through the root's own children."""
    for state in STATES:
        assert state.get_parent_state() is State, state


@pytest.mark.parametrize("state", STAFF_STATES, ids=lambda state: state.__name__)
def test_staff_states_tell_a_stranger_nothing(state: type[BaseState]) -> None:
    """Every var of every state reaches every visitor: computed ones are computed, the others have their default."""
    assert not {name: var for name, var in state.computed_vars.items() if name not in State.computed_vars}
    for name in state.base_vars:
        assert not state.get_fields()[name].default_value(), name


def test_pages_have_addresses_of_their_own() -> None:
    routes = [page.route for page in PAGES]
    assert len(set(routes)) == len(routes)


# --- texts -----------------------------------------------------------------------------------------------------------


def texts_asked_for() -> Iterator[tuple[Path, ast.expr]]:
    """The key of every `t(key)` and `text(key)`."""
    for file, call in calls("t", "text"):
        if {"wbs_app.text.text", "wbs_app.components.words.t"} & set(imported(file)) and call.args:
            yield file, call.args[0]


def test_texts_that_are_asked_for_exist() -> None:
    asked = [(file.name, key) for file, told in texts_asked_for() for key in strings(told)]
    assert len(asked) > 200
    assert [(file, key) for file, key in asked if not has(key)] == []


def test_texts_with_a_made_up_key_exist_somewhere() -> None:
    anything = "[a-z0-9_.]+"
    for file, told in texts_asked_for():
        if isinstance(told, ast.JoinedStr):
            parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else anything for part in told.values]
            assert any(re.fullmatch("".join(parts), known) for known in keys("id")), f"{file.name}: {ast.unparse(told)}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_error_has_words(lang: str) -> None:
    found = [f"error.{key}" for _, call in calls("wrong") for key in strings(call.args[0])]
    found += [f"error.{key}" for _, call in calls("required") for arg in call.args[1:] for key in strings(arg)]
    found += [key for _, call in calls("Refused") for key in strings(call.args[0])]
    assert len(found) > 40
    assert sorted(set(found) - keys(lang)) == []
