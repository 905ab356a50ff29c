"""The reporter's plain HTTP routes: a look at a file that waits in the form."""

import time
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from wbs_app.config import settings
from wbs_app.services.evidence import Staging
from wbs_app.vault.tabs import open_from_tab

VIEW_PURPOSE = "view"


async def waiting_file(request: Request) -> Response:
    """The reporter's own file, for the device and the form that hold it; nothing for anyone else."""
    device = request.scope.get("wbs_device", "")
    sealed = request.query_params.get("kunci", "")
    opened = open_from_tab(settings().secret_key(), device, VIEW_PURPOSE, sealed, time.time()) if device else None
    found = await Staging(opened["secret"]).opened(request.path_params["id"]) if isinstance(opened, dict) else None
    if found is None:
        return PlainTextResponse("", 404)
    about, content = found
    image = about.mime.startswith("image/")
    headers = {
        "content-disposition": f'{"inline" if image else "attachment"}; filename="berkas.{about.extension}"',
        # The style is the browser's own, of the page in which it shows a picture.
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "cache-control": "no-store",
    }
    return StreamingResponse(_content(request, content), media_type=about.mime, headers=headers)


async def _content(request: Request, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if request.method != "HEAD":
        async for piece in content:
            yield piece


report_routes = [Route("/lapor/bukti/{id}", waiting_file, methods=["GET"])]
