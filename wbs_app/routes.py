"""The plain HTTP routes beside the pages."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from sqlalchemy import text

from wbs_app.report_routes import report_routes
from wbs_app.services.database import reading


async def healthz(_request: Request) -> Response:
    """Whether this process serves and reaches its database."""
    async with reading() as db:
        await db.execute(text("SELECT 1"))
    return JSONResponse({"status": "ok"})


routes = Starlette(routes=[Route("/healthz", healthz), *report_routes])
