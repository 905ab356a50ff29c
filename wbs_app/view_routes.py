"""Pages of evidence as pictures: for an officer who holds the key, and for the reporter whose file it is.

To all others there is no such page: 404, whatever the reason. No byte of a file goes out here.
"""

import logging
import time
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from wbs_app.config import settings
from wbs_app.model.access import Actor, Forbidden
from wbs_app.model.desk import EVIDENCE
from wbs_app.services import cases, sessions, viewing
from wbs_app.services.evidence import About, Staging
from wbs_app.services.refusal import Refused
from wbs_app.text import text
from wbs_app.vault.sealing import Tampered
from wbs_app.vault.tabs import open_from_tab

log = logging.getLogger("wbs.view")

HEADERS = {"cache-control": "no-store", "content-security-policy": "default-src 'none'; sandbox"}


def _nothing() -> Response:
    return PlainTextResponse("", 404, {"cache-control": "no-store"})


def _held(request: Request, purpose: str) -> Any:
    """What the `kunci` of the address says, on the device it was made for; None for any other."""
    device, sealed = request.scope.get("wbs_device") or "", request.query_params.get("kunci", "")
    return open_from_tab(settings().secret_key(), device, purpose, sealed, time.time()) if device else None


def _width(request: Request) -> int | None:
    """The width that is asked for; None when pages are not made so wide."""
    asked = request.query_params.get("lebar", str(viewing.WIDTHS[0]))
    return next((width for width in viewing.WIDTHS if str(width) == asked), None)


async def staff_page(request: Request) -> Response:
    """A page of a case's evidence. Whoever comes without having opened the file on its page opens it here."""
    actor = await sessions.resolve(request.scope.get("wbs_session"))
    width = _width(request)
    if actor is None or width is None:
        return _nothing()
    try:
        about = await _file_of_case(request, actor)
        return await _answer(request, about, width)
    except (Forbidden, cases.NotFound, viewing.NoPage):
        return _nothing()
    except (Tampered, OSError, Refused) as problem:
        return _unseen(request, problem)


async def _file_of_case(request: Request, actor: Actor) -> About:
    ticket, position = request.path_params["ticket"], request.path_params["position"]
    opened = viewing.opening(actor.staff_id, ticket, position) == _held(request, viewing.DESK_PURPOSE)
    if opened or request.method == "HEAD":
        return await viewing.reopen_as(actor, ticket, position)
    return await viewing.open_as(actor, ticket, position)


async def own_page(request: Request) -> Response:
    """A page of the reporter's own file: one that waits in a form, or one of a report that ticket and PIN opened."""
    width = _width(request)
    try:
        found = await _own_file(_held(request, viewing.PURPOSE), request.path_params["id"])
        return _nothing() if found is None or width is None else await _answer(request, found[0], width, found[1])
    except viewing.NoPage:
        return _nothing()
    except (Tampered, OSError, Refused) as problem:
        return _unseen(request, problem)


async def _own_file(held: Any, id: str) -> tuple[About, AsyncIterator[bytes] | None] | None:
    match held:
        case {"secret": str(secret)}:
            return await Staging(secret).opened(id)
        case {"about": {"id": known} as about} if known == id:
            return About(**about), None
    return None


async def _answer(request: Request, about: About, width: int, plain: AsyncIterator[bytes] | None = None) -> Response:
    if request.method == "HEAD":
        return Response(headers=HEADERS | {"content-type": viewing.MEDIA_TYPE})
    picture = await viewing.page(about, request.path_params["number"], width, plain)
    return Response(picture, media_type=viewing.MEDIA_TYPE, headers=HEADERS)


def _unseen(request: Request, problem: Exception) -> Response:
    """The page that asked says so in its own words and language."""
    log.error("evidence that cannot be shown (%s)", type(problem).__name__)
    key = "case.hash_bad" if isinstance(problem, Tampered) else "viewer.undrawable"
    said = "" if request.method == "HEAD" else text(key)
    return PlainTextResponse(said, 503, {"cache-control": "no-store"})


view_routes = (
    Route(f"{EVIDENCE}/{{ticket}}/{{position:int}}/halaman/{{number:int}}", staff_page, methods=["GET"]),
    Route("/lapor/bukti/{id}/halaman/{number:int}", own_page, methods=["GET"]),
)
"""Every route of this module, for wbs_app/routes.py."""
