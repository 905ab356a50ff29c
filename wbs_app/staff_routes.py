"""What staff send and fetch by plain HTTP: signing in and out, the second factor, passwords, and files of evidence.

Passwords and codes come by ordinary forms, so that they work before a page is alive and pass through no state; every
answer is a redirect to a page, which says what came of it by a fixed code in its address. `Edge` has already refused
a foreign Origin and a body that is too large. The cookie is SameSite=Strict.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from wbs_app.edge import CODES_COOKIE, SESSION_COOKIE, cookie
from wbs_app.model import desk
from wbs_app.model.access import Actor, Forbidden
from wbs_app.services import cases, catching_up, evidence_access, limits, once, security, sessions, staff
from wbs_app.services.boxes import id_of
from wbs_app.services.database import reading, writing
from wbs_app.services.evidence import UNREADABLE, About, stored_bytes
from wbs_app.services.refusal import Refused
from wbs_app.text import language_at, path_in, text
from wbs_app.vault.sealing import Tampered

log = logging.getLogger("wbs.staff")

_MOST_FIELDS = 20
_SHOWN_AS_THEMSELVES = frozenset({"image/jpeg", "image/png", "application/pdf"})


async def _form(request: Request) -> dict[str, str]:
    """The fields of an ordinary form; none when it is not one."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


def _session(request: Request) -> str:
    return request.scope.get("wbs_session") or ""


def _go(request: Request, page: str, **query: str) -> Response:
    """To a page in the language of the form, by GET."""
    path = path_in(language_at(request.url.path), page)
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)


def _set(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    response.headers.append("set-cookie", cookie(name, value, seconds))


# --- in and out ------------------------------------------------------------------------------------------------------


async def sign_in(request: Request) -> Response:
    """Username and password; the typed name stands in no address."""
    form = await _form(request)
    try:
        device = await _admitted(request)
        signed = await sessions.sign_in(form.get("username", ""), form.get("password", ""), device)
    except Refused as problem:
        return _go(request, desk.SIGN_IN, galat=desk.problem_code(problem.key))
    if signed is None:
        return _go(request, desk.SIGN_IN, galat=desk.problem_code("auth.failed"))
    if not signed.half:
        return await _welcome(request, signed.cookie)
    response = _go(request, desk.VERIFY if signed.enrolled else desk.ENROL)
    _set(response, SESSION_COOKIE, signed.cookie)
    return response


async def _admitted(request: Request) -> str:
    """The device that gives a password, which is counted.

    Raises:
        Refused: `error.rate_limit`.
    """
    device = request.scope.get("wbs_device", "")
    if not await limits.admits(limits.SIGN_INS, device):
        raise Refused("error.rate_limit")
    return device


async def _welcome(request: Request, session: str, page: str | None = None) -> Response:
    """A full session begins: its cookie, and the page to go to. Colleagues get the keys they lack meanwhile."""
    actor = await sessions.resolve(session)
    if actor is None:
        return _ended(request)
    response = _go(request, page or desk.first_page(actor))
    _set(response, SESSION_COOKIE, session)
    response.background = BackgroundTask(catching_up.catch_up, actor)
    return response


async def verify(request: Request) -> Response:
    """A code of the authenticator app, or a recovery code."""
    code = (await _form(request)).get("code", "")
    try:
        full = await sessions.second_factor(_session(request), code)
    except Refused as problem:
        return _go(request, desk.VERIFY, galat=desk.problem_code(problem.key))
    return await (_welcome(request, full) if full else _once_more(request, desk.VERIFY))


async def _once_more(request: Request, page: str) -> Response:
    """A code was wrong; or there was no half session to give one for."""
    actor = await sessions.resolve(_session(request))
    if actor is None or not actor.half:
        return _ended(request)
    return _go(request, page, galat=desk.problem_code("twofa.wrong"))


async def enrol(request: Request) -> Response:
    """The first code of a newly set up app; then the recovery codes are shown."""
    code = (await _form(request)).get("code", "")
    try:
        done = await sessions.finish_enrolment(_session(request), code)
    except Refused as problem:
        return _go(request, desk.SIGN_IN, galat=desk.problem_code(problem.key))
    if done is None:
        return await _once_more(request, desk.ENROL)
    full, codes = done
    response = await _welcome(request, full, desk.CODES)
    _set(response, CODES_COOKIE, once.wrap(full, codes), once.LASTS_SECONDS)
    return response


async def codes_saved(request: Request) -> Response:
    """The recovery codes are on paper: forget them. New ones lead back to the account, where they were asked for."""
    renewed = request.query_params.get("kabar") == "kode"
    response = _go(request, desk.ACCOUNT, kabar="kode") if renewed else _go(request, desk.HOME)
    _set(response, CODES_COOKIE, "", 0)
    return response


async def sign_out(request: Request) -> Response:
    """Ends the session, if there is one."""
    await sessions.sign_out(_session(request))
    return _farewell(request, "keluar")


async def sign_out_everywhere(request: Request) -> Response:
    """Ends every session of the person, this one too."""
    actor = await _signed_in(request)
    if actor is None:
        return _ended(request)
    await security.sign_out_everywhere(actor)
    return _farewell(request, "semua")


async def _signed_in(request: Request) -> Actor | None:
    """Who asks, past the second factor."""
    actor = await sessions.resolve(_session(request))
    return None if actor is None or actor.half else actor


def _ended(request: Request) -> Response:
    """There is no such session any more."""
    return _go(request, desk.SIGN_IN, galat=desk.problem_code("auth.session_ended"))


def _farewell(request: Request, news: str) -> Response:
    response = _go(request, desk.SIGN_IN, kabar=news)
    for name in (SESSION_COOKIE, CODES_COOKIE):
        _set(response, name, "", 0)
    return response


# --- passwords, recovery codes ---------------------------------------------------------------------------------------


async def accept_invitation(request: Request) -> Response:
    """The first password. The token stands in the address that the form was opened at."""
    token, form = request.query_params.get("kode", ""), await _form(request)
    try:
        if form.get("password") != form.get("confirm"):
            raise Refused("auth.password_mismatch")
        async with writing() as db:
            await staff.accept(db, token, form.get("password", ""))
    except Refused as problem:
        code = desk.problem_code("invite.invalid" if problem.key == "admin.not_invitable" else problem.key)
        return _go(request, desk.INVITATION, kode=token, galat=code)
    return _go(request, desk.SIGN_IN, kabar="undangan")


async def change_password(request: Request) -> Response:
    """One's own password; other sessions of the same person end."""
    actor = await _signed_in(request)
    if actor is None:
        return _ended(request)
    form = await _form(request)
    try:
        if form.get("password") != form.get("confirm"):
            raise Refused("auth.password_mismatch")
        device, session = await _admitted(request), id_of(_session(request))
        await security.change_password(actor, form.get("current", ""), form.get("password", ""), session, device)
    except Refused as problem:
        return _go(request, desk.ACCOUNT, galat=desk.problem_code(problem.key))
    return _go(request, desk.ACCOUNT, kabar="sandi")


async def new_codes(request: Request) -> Response:
    """New recovery codes in place of the old ones; then they are shown, as after setting up the app."""
    actor = await _signed_in(request)
    if actor is None:
        return _ended(request)
    password = (await _form(request)).get("reauth", "")
    try:
        codes = await security.new_codes(actor, password, await _admitted(request))
    except Refused as problem:
        return _go(request, desk.ACCOUNT, galat_kode=desk.problem_code(problem.key))
    response = _go(request, desk.CODES, kabar="kode")
    _set(response, CODES_COOKIE, once.wrap(_session(request), codes), once.LASTS_SECONDS)
    return response


# --- evidence --------------------------------------------------------------------------------------------------------


async def evidence(request: Request) -> Response:
    """A file of a report, for an officer who holds its key. To all others there is no such file."""
    actor = await sessions.resolve(_session(request))
    ticket, position = request.path_params["ticket"], request.path_params["position"]
    original = desk.ORIGINAL in request.query_params
    try:
        if actor is None:
            raise Forbidden("signed_in")
        about = await _about(actor, ticket, position, request.method, original)
    except (Forbidden, cases.NotFound):
        return PlainTextResponse("", 404)
    except (Refused, *UNREADABLE) as problem:
        return _not_given(request, problem)
    headers = _headers(about, position, "asli" if original else "laporan")
    if request.method == "HEAD":
        return Response(headers=headers, media_type=None)
    return StreamingResponse(stored_bytes(about), headers=headers)


_NOT_FOR_YOU = ("case.evidence_infected", "identity.closed")
"""Other reasons may pass: trying again is worth it."""


def _not_given(request: Request, problem: Exception) -> Response:
    """Says what is wrong with a file instead of sending it."""
    if isinstance(problem, Refused):
        key = "case.evidence_infected" if problem.key == "error.file_infected" else problem.key
    else:
        log.error("evidence that cannot be read: %s", type(problem).__name__)
        key = "case.hash_bad" if isinstance(problem, Tampered) else "case.evidence_missing"
    said = "" if request.method == "HEAD" else text(key, language_at(request.url.path))
    return PlainTextResponse(said, 403 if key in _NOT_FOR_YOU else 503)


async def _about(actor: Actor, ticket: str, position: int, method: str, original: bool) -> About:
    """What is asked for: the cleaned copy, or the original. Only a download is one for the trail."""
    if method == "HEAD":
        if original:
            raise cases.NotFound
        async with reading() as db:
            return await cases.find_evidence(db, actor, ticket, position)
    if original:
        return await evidence_access.take_original(actor, ticket, position)
    return await evidence_access.take(actor, ticket, position)


def _headers(about: About, position: int, kind: str) -> dict[str, str]:
    """A neutral name, never the reporter's; always saved, never opened in the browser."""
    return {
        "content-type": about.mime if about.mime in _SHOWN_AS_THEMSELVES else "application/octet-stream",
        "content-length": str(about.size),
        "content-disposition": f'attachment; filename="Berkas-{kind}-{position}.{about.extension}"',
        "cache-control": "no-store",
    }


# --- the list --------------------------------------------------------------------------------------------------------

Handler = Callable[[Request], Awaitable[Response]]

_POSTS: dict[str, Handler] = {
    desk.SIGN_IN: sign_in,
    desk.VERIFY: verify,
    desk.ENROL: enrol,
    desk.CODES: codes_saved,
    desk.SIGN_OUT: sign_out,
    desk.SIGN_OUT_ALL: sign_out_everywhere,
    desk.INVITATION: accept_invitation,
    desk.ACCOUNT: change_password,
    desk.NEW_CODES: new_codes,
}


def _both(path: str, handler: Any, method: str) -> list[Route]:
    """The same under both languages."""
    return [Route(f"{prefix}{path}", handler, methods=[method]) for prefix in ("", "/en")]


staff_routes: tuple[Route, ...] = (
    *(route for path, handler in _POSTS.items() for route in _both(path, handler, "POST")),
    *_both(f"{desk.EVIDENCE}/{{ticket}}/{{position:int}}", evidence, "GET"),
)
"""Every route of this module, for wbs_app/routes.py."""
