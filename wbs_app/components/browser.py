"""The few things only the browser can do; their code stands in assets/wbs.js (docs/decisions.md says why)."""

from typing import Any

import reflex as rx
from reflex.utils.imports import ImportVar
from reflex.vars import VarData
from reflex_components_core.core.banner import has_connection_errors

_MODULE = "$/public/wbs.js"


def do(function: str, *arguments: Any) -> Any:
    """An event that calls a function of wbs.js in the browser, compiled into the page. Arguments may be Vars."""
    given = [rx.Var.create(argument) for argument in arguments]
    data = VarData.merge(
        VarData(imports={_MODULE: [ImportVar(tag=function)]}),
        *[argument._get_all_var_data() for argument in given],
    )
    call = f"{function}({', '.join(str(argument) for argument in given)})"
    return rx.call_function(rx.Var(f"(() => {{ {call}; }})", _var_data=data))


def listening(*functions: str) -> rx.Component:
    """Mounted once on a page whose inputs wbs.js listens to. `functions`: others that the page calls by name."""
    tags = [ImportVar(tag=name) for name in ("listening", *functions)]
    return rx.fragment(rx.Var("null", _var_data=VarData(imports={_MODULE: tags}, hooks={"listening();": None})))


def alive() -> rx.Var[bool]:
    """Whether this page has ever been alive since it opened. `State.is_hydrated` is false once more while a lost
    connection comes back; what is disabled by this takes letters all the time."""
    return _ever("alive", rx.State.is_hydrated)


def came_back() -> rx.Var[bool]:
    """Whether the connection is there, and was lost since this page was opened."""
    return _ever("lost", has_connection_errors) & ~has_connection_errors


def _ever(name: str, condition: Any) -> Any:
    """Whether this was true at any time since the page was opened. `name`: what the browser remembers it by."""
    hooks = {f"const {name} = useRef(false);": None, f"{name}.current ||= {condition!s};": None}
    imports = {"react": [ImportVar(tag="useRef")]}
    data = VarData.merge(condition._get_all_var_data(), VarData(imports=imports, hooks=hooks))
    return rx.Var(f"{name}.current", _var_type=bool, _var_data=data)


def own_language() -> rx.Component:
    """For pages made for any address: one built file serves both languages, so the browser says which it became."""
    lang = 'location.pathname.split("/")[1] === "en" ? "en" : "id"'
    effect = f"useEffect(() => {{ document.documentElement.lang = {lang}; }}, []);"
    return rx.fragment(
        rx.Var("null", _var_data=VarData(imports={"react": [ImportVar(tag="useEffect")]}, hooks={effect: None}))
    )
