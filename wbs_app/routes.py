"""The plain HTTP routes beside the pages."""

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from wbs_app.report_routes import report_routes
from wbs_app.services.database import reading
from wbs_app.staff_routes import staff_routes


async def healthz(_request: Request) -> Response:
    """Whether this process serves and reaches its database."""
    async with reading() as db:
        await db.execute(text("SELECT 1"))
    return JSONResponse({"status": "ok"})


async def without_script(request: Request) -> Response:
    """A form posted without JavaScript: nothing of it is read, and a page says how else to report."""
    return RedirectResponse(request.url.path, 303)


UNSCRIPTED = [Route(path, without_script, methods=["POST"]) for path in ("/tanpa-javascript", "/en/tanpa-javascript")]

routes = Starlette(routes=[Route("/healthz", healthz), *UNSCRIPTED, *report_routes, *staff_routes])
