"""What leaves the desk on paper or as a file: a case's PDF, the case list, the audit trail. Each time is recorded."""

from collections.abc import AsyncIterator
from datetime import UTC

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from wbs_app.model.access import Actor, Forbidden, Permission
from wbs_app.model.desk import CASES, CASES_EXPORT, PAPER, TRAIL_EXPORT
from wbs_app.model.filters import CaseFilter
from wbs_app.services import audit, case_export, sessions
from wbs_app.services.casework import NotFound
from wbs_app.services.database import snapshot, writing
from wbs_app.services.refusal import Refused
from wbs_app.services.spreadsheet import lines
from wbs_app.text import language_at, path_in

_MOST_FIELDS = 10
_CSV = "text/csv; charset=utf-8"


async def _actor(request: Request) -> Actor | None:
    return await sessions.resolve(request.scope.get("wbs_session") or "")


def _as_file(name: str) -> dict[str, str]:
    """Headers of what is saved and never shown in the browser, nor kept by it."""
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}


async def case_file(request: Request) -> Response:
    """The case as a PDF under the password given."""
    from wbs_app.services import case_print  # its tools take 3 MB, and few ever print

    actor, ticket = await _actor(request), request.path_params["ticket"]
    lang = language_at(request.url.path)
    form = await request.form(max_fields=_MOST_FIELDS, max_files=0)
    try:
        if actor is None:
            raise Forbidden("signed_in")
        async with writing() as db:
            made = await case_print.case_pdf(db, actor, ticket, lang, str(form.get("password", "")))
    except (Forbidden, NotFound):
        return PlainTextResponse("", 404)
    except Refused:
        return RedirectResponse(f"{path_in(lang, CASES)}/{ticket}?galat=sandi-berkas#cetak", 303)
    return Response(made, media_type="application/pdf", headers=_as_file(f"Berkas-{ticket.upper()}.pdf"))


async def case_list(request: Request) -> Response:
    """The case list as CSV, with the filter and the order that stand in the address as they do on its page."""
    actor = await _actor(request)
    if actor is None or not actor.can(Permission.LIST_CASES):
        return PlainTextResponse("", 404)
    if request.method == "HEAD":  # nothing leaves, so there is nothing to record
        return Response(media_type=_CSV, headers={"cache-control": "no-store"})
    wanted = CaseFilter.from_query(request.query_params)
    made = await case_export.export(actor, wanted, language_at(request.url.path))
    return StreamingResponse(made.parts, media_type=_CSV, headers=_as_file(made.name))


async def trail(request: Request) -> Response:
    """The whole audit trail as CSV: who did what to which ticket, and the digests that chain it."""
    actor = await _actor(request)
    if actor is None or not actor.can(Permission.READ_AUDIT):
        return PlainTextResponse("", 404)
    async with writing() as db:
        await audit.record(db, actor.username, "export_audit", actor.agencies[0])
    return StreamingResponse(_events(actor), media_type=_CSV, headers=_as_file("Jejak-audit.csv"))


async def _events(actor: Actor) -> AsyncIterator[str]:
    yield lines([("id", "at", "actor", "action", "subject", "digest")])
    async with snapshot() as db:
        async for event in audit.export(db, actor):
            at = event.at.astimezone(UTC).isoformat(timespec="seconds")
            yield lines([(str(event.id), at, event.actor, event.action, event.subject, event.digest)])


paper_routes = tuple(
    route
    for prefix in ("", "/en")
    for route in (
        Route(f"{prefix}{PAPER}/{{ticket}}", case_file, methods=["POST"]),
        Route(f"{prefix}{CASES_EXPORT}", case_list, methods=["GET"]),
        Route(f"{prefix}{TRAIL_EXPORT}", trail, methods=["POST"]),
    )
)
"""Every route of this module, for wbs_app/routes.py."""
