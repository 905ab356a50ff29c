"""The plain HTTP routes beside the pages."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from wbs_app.paper_routes import paper_routes
from wbs_app.services import health, metrics, proof
from wbs_app.staff_routes import staff_routes
from wbs_app.view_routes import view_routes


async def healthz(request: Request) -> Response:
    """Whether this process serves (`?live`), and whether all it works with does: "ok", "degraded" when something
    waits or is refused in plain words or soon will be, or 503 and "down"."""
    if "live" in request.query_params:
        return JSONResponse({"status": "ok"})
    found = await health.condition()
    broken = health.wrong(found)
    down = bool(broken.keys() & health.NEEDED)
    status = "down" if down else "degraded" if broken else "ok"
    return JSONResponse({"status": status, "components": found}, 503 if down else 200)


async def figures(request: Request) -> Response:
    """For Prometheus on this machine; to all others there is no such address."""
    if not request.scope.get("wbs_local"):
        return PlainTextResponse("", 404)
    return PlainTextResponse(await metrics.rendered())


async def altcha(_request: Request) -> Response:
    """A challenge for whoever is about to send a form."""
    return JSONResponse(await proof.challenge(), headers={"cache-control": "no-store"})


async def without_script(request: Request) -> Response:
    """A form posted without JavaScript: nothing of it is read, and a page says how else to report."""
    return RedirectResponse(request.url.path, 303)


UNSCRIPTED = [Route(path, without_script, methods=["POST"]) for path in ("/tanpa-javascript", "/en/tanpa-javascript")]

OWN = [Route("/healthz", healthz), Route("/metrics", figures), Route("/altcha", altcha)]

routes = Starlette(routes=[*OWN, *UNSCRIPTED, *staff_routes, *paper_routes, *view_routes])
