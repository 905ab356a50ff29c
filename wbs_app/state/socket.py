"""Where a socket's messages arrive: what is no event of ours goes no further, and leaves nothing behind.

Reflex would put the whole of a malformed event into an exception, remember every unknown one for good, and keep
whatever else a message claims to know about its page for as long as the tab lives.
"""

import asyncio
import logging
import uuid
from typing import Annotated, Any

import reflex as rx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from reflex.app import EventNamespace
from reflex_base.constants import RouteVar
from reflex_base.registry import RegistrationContext
from socketio import ASGIApp as SocketsApp
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wbs_app.services import metrics
from wbs_app.services.tabs import tabs
from wbs_app.state.live import watchers
from wbs_app.state.store import keep, left

log = logging.getLogger("wbs.socket")

_Address = Annotated[str, Field(max_length=8_000)]
_Parts = Annotated[list[_Address], Field(max_length=100)]
"""Of an address that no page has."""
_Query = Annotated[dict[_Address, _Address | _Parts], Field(max_length=100)]
_Where = Annotated[dict[_Address, _Address | _Query], Field(max_length=10)]


class _Said(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    name: str
    payload: dict[str, Any] = {}
    router_data: _Where = {}


class Messages(EventNamespace):
    """Reflex's own, less trusting."""

    async def on_event(self, sid: str, data: Any) -> None:
        """An event of a page, or anything else that somebody sends."""
        if _is_event(data):
            metrics.event()
            watchers.moved(self.sid_to_token.get(sid, ""), data.get("router_data", {}).get(RouteVar.ORIGIN, ""))
            await super().on_event(sid, data)
        else:
            log.warning("refused what is no event")

    async def link_token_to_sid(self, sid: str, token: str, *, update_state: bool = True) -> None:
        """A tab whose token another tab has, or a worker that was killed, or another device, gets a new one: its device
        has that too."""
        environ = self.app.sio.get_environ(sid, self.namespace) if self.app.sio else None
        scope = environ["asgi.scope"] if environ else {}
        asked = token
        if scope.get("wbs_anew"):
            token = str(uuid.uuid4())
            await self.emit("new_token", token, to=sid)
        await super().link_token_to_sid(sid, token, update_state=update_state)
        given = self.sid_to_token.get(sid, token)
        if given != asked and scope:
            await tabs.owns(given, scope["wbs_device"])

    def on_disconnect(self, sid: str) -> asyncio.Task[None] | None:
        """A tab that is gone watches nothing; one that comes back says anew what it watches."""
        token = self.sid_to_token.get(sid, "")
        watchers.forget(token)
        left(self.app, token)
        return super().on_disconnect(sid)

    async def on_client_error(self, sid: str, data: Any = None) -> None:
        """Pages would tell of their errors, in words that may be a visitor's own: they are not kept."""
        del sid, data


def _is_event(data: Any) -> bool:
    try:
        return _Said.model_validate(data).name in RegistrationContext.get().event_handlers
    except ValidationError:
        return False


class Straight:
    """ASGI middleware that brings a page's socket straight to where its messages are heard. The layers in between are
    for requests: two dozen frames that each open tab would keep, and that each message would pass."""

    def __init__(self, requests: ASGIApp, app: rx.App) -> None:
        """`requests`: answers everything that is no socket."""
        assert app.sio is not None
        self._requests, self._app = requests, app
        self._sockets: ASGIApp = SocketsApp(app.sio, socketio_path="")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._requests(scope, receive, send)
            return

        async def say(message: Message) -> None:
            if message["type"] == "websocket.accept" and scope.get("subprotocols"):
                message = {**message, "subprotocol": scope["subprotocols"][0]}  # as Reflex does: its version
            await send(message)

        self._app._set_contexts_internal()
        await self._sockets(scope, receive, say)


def listen(app: rx.App) -> None:
    """Puts `Messages` in the place of Reflex's own namespace, before anybody connects."""
    assert app.sio is not None and app.event_namespace is not None
    app._event_namespace = Messages(app.event_namespace.namespace, app)
    app.sio.register_namespace(app._event_namespace)
    keep(app)
