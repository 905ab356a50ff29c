"""What leaves the desk on paper or as a file: a case's PDF, the audit trail. Each time is recorded."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from wbs_app.model.access import Actor, Forbidden, Permission
from wbs_app.model.desk import CASES, PAPER, TRAIL_EXPORT
from wbs_app.services import audit, sessions
from wbs_app.services.casework import NotFound
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused

_MOST_FIELDS = 10
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula when a cell begins with it."""


async def _actor(request: Request) -> Actor | None:
    return await sessions.resolve(request.scope.get("wbs_session") or "")


async def case_file(request: Request) -> Response:
    """The case as a PDF under the password given."""
    from wbs_app.services import case_print  # its tools take 3 MB, and few ever print

    actor, ticket = await _actor(request), request.path_params["ticket"]
    english = request.url.path.startswith("/en/")
    form = await request.form(max_fields=_MOST_FIELDS, max_files=0)
    try:
        if actor is None:
            raise Forbidden("signed_in")
        async with writing() as db:
            made = await case_print.case_pdf(
                db, actor, ticket, "en" if english else "id", str(form.get("password", ""))
            )
    except (Forbidden, NotFound):
        return PlainTextResponse("", 404)
    except Refused:
        return RedirectResponse(f"{'/en' if english else ''}{CASES}/{ticket}?galat=sandi-berkas#cetak", 303)
    name = f"Berkas-{ticket.upper()}.pdf"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(made, media_type="application/pdf", headers=headers)


async def trail(request: Request) -> Response:
    """The whole audit trail as CSV: who did what to which ticket, and the digests that chain it."""
    actor = await _actor(request)
    if actor is None or not actor.can(Permission.READ_AUDIT):
        return PlainTextResponse("", 404)
    async with writing() as db:
        await audit.record(db, actor.username, "export_audit", actor.agencies[0])
    headers = {"content-disposition": 'attachment; filename="Jejak-audit.csv"', "cache-control": "no-store"}
    return StreamingResponse(_csv(actor), media_type="text/csv; charset=utf-8", headers=headers)


async def _csv(actor: Actor) -> AsyncIterator[str]:
    yield _line("id", "at", "actor", "action", "subject", "digest")
    async with reading() as db:
        async for event in audit.export(db, actor):
            at = event.at.astimezone(UTC).isoformat(timespec="seconds")
            yield _line(str(event.id), at, event.actor, event.action, event.subject, event.digest)


def _line(*cells: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerow("'" + cell if cell.startswith(_FORMULA) else cell for cell in cells)
    return out.getvalue()


paper_routes = tuple(
    route
    for prefix in ("", "/en")
    for route in (
        Route(f"{prefix}{PAPER}/{{ticket}}", case_file, methods=["POST"]),
        Route(f"{prefix}{TRAIL_EXPORT}", trail, methods=["POST"]),
    )
)
"""Every route of this module, for wbs_app/routes.py."""
