"""The app put together: pages, the door before every event, the outer layer around everything."""

import logging
from pathlib import Path
from typing import Any
from urllib.parse import quote

import reflex as rx
from reflex_base.vars.function import ArgsFunctionOperation
from reflex_components_core.base.error_boundary import ErrorBoundary

from wbs_app import collector
from wbs_app.components.frame import SHIELD
from wbs_app.components.page import add_pages
from wbs_app.edge import Edge
from wbs_app.jobs import do_jobs
from wbs_app.logs import frames_of, start_logging
from wbs_app.pages import PAGES
from wbs_app.routes import routes
from wbs_app.state.door import Gate
from wbs_app.state.evidence import EvidenceState
from wbs_app.state.live import keep_live
from wbs_app.state.socket import Straight, listen
from wbs_app.text import LANGUAGES, text

log = logging.getLogger("wbs")

FAVICON = "data:image/svg+xml," + quote(
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 44 44"><path d="{SHIELD}" fill="#164B94"/></svg>'
)
"""Part of every page: a file of its own would cost a request and its headers."""

BUILT = Path(__file__).resolve().parents[1] / ".web" / "build" / "client"


def trouble(exception: Exception) -> None:
    """An unforeseen error in a handler: logged by its place, never by its words."""
    log.error("error in a handler\n%s", frames_of(exception))


def broken_page() -> rx.Component:
    """In place of a page that failed to draw; nothing of it is sent anywhere."""
    said = [rx.el.p(text("net.page_broken", lang), custom_attrs={"lang": lang}) for lang in LANGUAGES]
    return rx.el.main(
        *said,
        rx.el.a(text("common.reload", "id"), href="", reload_document=True),
        role="alert",
        class_name="wrap py-10",
    )


def error_boundary(_stateful: bool) -> rx.Component:
    shown = ArgsFunctionOperation.create(("_",), rx.Var.create(broken_page()))
    return ErrorBoundary.create(on_error=rx.noop(), fallback_render=shown)


app = rx.App(
    toaster=None,
    reset_style=False,  # Tailwind brings the same
    html_lang="id",
    stylesheets=["/tokens.css", "/wbs.css"],
    head_components=[
        rx.el.link(rel="icon", href=FAVICON, type="image/svg+xml"),
        # The headings' font is asked for at once: found only in the style sheet, it would come late and move the text.
        rx.el.link(
            rel="preload",
            href="/judul-700.woff2",
            type="font/woff2",
            cross_origin="anonymous",
            custom_attrs={"as": "font"},
        ),
    ],
    app_wraps={(55, "ErrorBoundary"): error_boundary},
    backend_exception_handler=trouble,
    api_transformer=routes,
)
listen(app)
app.add_middleware(Gate())
app.register_lifespan_task(do_jobs)
app.register_lifespan_task(keep_live)
add_pages(app, PAGES)


def create() -> Any:
    """The ASGI application that the server runs."""
    start_logging()
    served = Edge(Straight(app(), app), BUILT, uploads=f"{EvidenceState.get_full_name()}.upload")
    collector.spare()
    return served
