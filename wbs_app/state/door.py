"""The door before every event: who is asking, and may they?

Every state says in `requires` what its handlers ask for: PUBLIC or a Permission. One that forgot is closed. Arguments
must have exactly the types their handler names; nothing of a refused event is logged but its handler's name.
"""

import inspect
import logging
import typing
from contextvars import ContextVar
from functools import cache
from typing import Annotated, Any

import reflex as rx
from pydantic import AfterValidator, ConfigDict, TypeAdapter, ValidationError, create_model
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex.utils import prerequisites
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.event import EventHandler
from reflex_base.registry import RegistrationContext
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY, FormData

from wbs_app.model.access import Actor, Forbidden, Permission
from wbs_app.model.desk import HOME, SIGN_IN, problem_code
from wbs_app.services import sessions
from wbs_app.state.again import keep_screen
from wbs_app.text import language_at, path_in

log = logging.getLogger("wbs.door")

PUBLIC: None = None

_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


@cache
def running_app() -> rx.App:
    """The app. Reflex looks it up anew each time it is asked, and each time adds an entry to sys.path."""
    return prerequisites.get_and_validate_app().app


def scope_of(state: BaseState) -> dict[str, Any]:
    """The connection's scope, where the outer layer put what must never reach a state: cookies."""
    app = running_app()
    session_id = state.rx_router_session.session_id  # `state.router` puts all of it together each time
    namespace = app.event_namespace
    environ = app.sio.get_environ(session_id, namespace.namespace) if app.sio and namespace else None
    return environ["asgi.scope"] if environ else {}


def device_of(state: BaseState) -> str:
    """The anonymous device cookie's value; "" when the connection is gone."""
    return scope_of(state).get("wbs_device") or ""


def staff() -> Actor:
    """The signed-in staff member of this event; `Gate` has already asked for the state's permission.

    Raises:
        Forbidden: when nobody is signed in.
    """
    actor = _actor.get()
    if actor is None:
        raise Forbidden("signed_in")
    return actor


OURS = "wbs_app."

REFLEX_OWN = frozenset({"hydrate", "hydrate_and_load", "set_is_hydrated", "on_load_internal", "update_vars_internal"})
"""Reflex's own handlers that pages need; all its others, setters and client error logs among them, stay shut."""

REFRESH = "refresh"
"""What live updates call on a page; a page that nobody touches must not keep somebody signed in."""

HYDRATING = frozenset({"hydrate", "hydrate_and_load"})
"""Those of them that send every var of every state."""


class Gate(Middleware):
    """Lets an event through only if its state's `requires` allows the actor and its arguments fit the handler."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        del app
        _actor.set(None)
        registered = RegistrationContext.get().event_handlers[event.name]
        owner = registered.states[0]
        if not _is_ours(registered.handler):
            if owner.__module__.startswith(OURS) or event.name.rpartition(".")[2] not in REFLEX_OWN:
                return _refuse(event.name, "not ours to run")
            if not _fits(registered.handler, event.payload):
                return _refuse(event.name, "arguments do not fit")
            _keep_stored_texts(event.payload)
            if event.name.rpartition(".")[2] in HYDRATING:
                _forget_staff(state)
                await keep_screen(state, scope_of(state), event.payload)
            return None
        if not (scope_of(state) or registered.handler.is_background):
            return StateUpdate()  # who asked is gone, and nobody could be answered; uploads come by other ways
        if "requires" not in vars(owner):
            return _refuse(event.name, "its state does not say who may")
        needed: Permission | None = vars(owner)["requires"]
        if needed is not None:
            by_hand = event.name.rpartition(".")[2] != REFRESH
            actor = await sessions.resolve(scope_of(state).get("wbs_session"), by_hand)
            if actor is None or actor.half != (needed is Permission.ENROL):
                return StateUpdate(events=Event.from_event_type(rx.redirect(_place_of(state, actor), replace=True)))
            if not actor.can(needed):
                return _refuse(event.name, "not allowed")
            _actor.set(actor)
        fits = _fits(registered.handler, event.payload)
        return None if fits else _refuse(event.name, "arguments do not fit")


def _place_of(state: BaseState, actor: Actor | None) -> str:
    """Where somebody goes on who is signed out, or between password and second factor, or past it.

    Whoever brought a session that no longer opens anything is told that it has ended.
    """
    if actor is not None:
        return localised(state, SIGN_IN if actor.half else HOME)
    ended = f"?galat={problem_code('auth.session_ended')}" if scope_of(state).get("wbs_session") else ""
    return localised(state, SIGN_IN) + ended


def _refuse(name: str, why: str) -> StateUpdate:
    log.warning("refused %s: %s", name, why)
    return StateUpdate()


def _forget_staff(state: BaseState) -> None:
    """A page that loads anew gets all vars before anybody asks who loads it: what officers saw is not among them.

    A state that never held a value has nothing to forget; forgetting would make it one that Redis has to keep.
    """
    for substate in state._get_root_state().substates.values():
        if getattr(substate, "requires", PUBLIC) is not PUBLIC and vars(substate):
            substate.reset()


def localised(state: BaseState, path: str) -> str:
    """The address of a page in the language of the visitor's page."""
    return path_in(language_of(state), path)


def language_of(state: BaseState) -> str:
    """ "en" on pages under /en, else "id"."""
    return language_at(state.rx_router_url.path)


def _function(handler: EventHandler) -> Any:
    return getattr(handler.fn, "func", handler.fn)


def _is_ours(handler: EventHandler) -> bool:
    return _function(handler).__module__.startswith(OURS)


def _keep_stored_texts(payload: dict[str, Any]) -> None:
    """Of what a tab says it has kept for us, only texts, and only of vars that are kept in tabs."""
    if found := payload.get("vars"):
        known = _stored_vars()
        payload["vars"] = {
            name: value
            for name, value in found.items()
            if isinstance(value, str) and name.removesuffix(FIELD_MARKER) in known
        }


@cache
def _stored_vars() -> frozenset[str]:
    states = RegistrationContext.get().base_states.values()
    return frozenset(
        f"{state.get_full_name()}.{name}"
        for state in states
        for name in state.base_vars
        if state._is_client_storage(name)
    )


def _whole_form(posted: dict[str, list[list[str | bool]]]) -> dict[str, list[list[str | bool]]]:
    if set(posted) != {FORM_DATA_ENTRIES_KEY} or any(len(entry) != 2 for entry in posted[FORM_DATA_ENTRIES_KEY]):
        raise ValueError("not a form")
    return posted


_Form = Annotated[dict[str, list[list[str | bool]]], AfterValidator(_whole_form)]
"""How a form travels: one list of names and values, in their order."""


@cache
def _arguments(function: Any) -> TypeAdapter[Any]:
    """A strict model of the arguments a handler takes."""
    hints = typing.get_type_hints(function)
    fields: dict[str, Any] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        kind = _Form if hints[parameter.name] is FormData else hints[parameter.name]
        fields[parameter.name] = (kind, ... if parameter.default is parameter.empty else parameter.default)
    config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, arbitrary_types_allowed=True)
    return TypeAdapter(create_model("Arguments", __config__=config, **fields))


def _fits(handler: EventHandler, payload: object) -> bool:
    """Whether the arguments are those of the handler, no more and no fewer, and of exactly its types."""
    try:
        _arguments(_function(handler)).validate_python(payload)
    except ValidationError:
        return False
    return True
