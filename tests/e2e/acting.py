"""What an officer does with a case, by the services, for tests that look at the reporter's side alone.

`act(server, ticket, ("verify",))` in a test; run as a module it does so beside the server. Pages hear of it when they
load again: without Redis, topics of another process do not reach them.
"""

import asyncio
import json
import secrets
import sys
from collections.abc import Awaitable, Callable

from tests.e2e.filing import Filed
from tests.e2e.officers import PASSWORDS
from tests.e2e.serving import Server
from wbs_app.model.access import Actor
from wbs_app.model.dossier import Finding, Verdict
from wbs_app.model.steps import FORMS
from wbs_app.model.workflow import Status
from wbs_app.services import conversation, database, handling, reference, reports, sessions
from wbs_app.services.database import Db, reading, writing

MODULE = "tests.e2e.acting"
OFFICER = "pengawas"
TOLD = {
    "violation": "korupsi",
    "reported_unknown": "on",
    "unit": "Dinas Kesehatan",
    "description": "Obat puskesmas dijual kembali di luar.",
    "address": "Gudang farmasi kabupaten",
    "province": "51",
    "precision": "date",
    "date": "2025-03-04",
    "truth": "on",
}


Act = tuple[str, ...]
"""One of ACTS, and the words it takes."""


def file(server: Server, *acts: Act) -> Filed:
    """A report of Bali's, sent without a browser; then the supervisor does these `acts` with it."""
    ticket, pin = server.run(MODULE, "", json.dumps(acts)).strip().split("\n")
    return Filed(ticket, pin, frozenset())


def act(server: Server, ticket: str, *acts: Act) -> None:
    """The supervisor of those in `officers` does something with a case."""
    server.run(MODULE, ticket, json.dumps(acts))


async def _file() -> str:
    async with reading() as db:
        offer = await reference.offer(db, "bali")
    steps = {step.slug: step.check(TOLD, offer) for step in FORMS["wbs"]}
    receipt = await reports.submit("bali", "wbs", steps, offer, secrets.token_hex(16))
    sys.stdout.write(f"{receipt.ticket}\n{receipt.pin}")
    return receipt.ticket


async def _move(db: Db, actor: Actor, ticket: str, to: Status, note: str = "", body: str = "") -> None:
    once, reason = secrets.token_hex(16), "Alasan untuk berkas."
    await handling.change_status(
        db, actor, ticket, to, version=None, note=note, reason=reason, referred_to=body, once=once
    )


async def _close(db: Db, actor: Actor, ticket: str, note: str) -> None:
    """From verification to the end, in one go."""
    for status in (Status.ASSESSING, Status.INVESTIGATING, Status.FOLLOWUP):
        await _move(db, actor, ticket, status)
    await handling.record_finding(db, actor, ticket, Finding(verdict=Verdict.PROVEN, summary="Terbukti."))
    await _move(db, actor, ticket, Status.CLOSED_PROVEN, note)


ACTS: dict[str, Callable[..., Awaitable[None]]] = {
    "acknowledge": handling.acknowledge,
    "verify": lambda db, actor, ticket: _move(db, actor, ticket, Status.VERIFYING),
    "ask": lambda db, actor, ticket, note: _move(db, actor, ticket, Status.CLARIFICATION, note),
    "refer": lambda db, actor, ticket, note, body: _move(db, actor, ticket, Status.REFERRED, note, body),
    "close": _close,
    "say": lambda db, actor, ticket, words: conversation.send_by_staff(db, actor, ticket, words, words),
    "read": conversation.seen_by_staff,
}


async def _act(ticket: str, acts: list[list[str]]) -> None:
    signed_in = await sessions.sign_in(OFFICER, PASSWORDS[OFFICER])
    assert signed_in is not None
    actor = await sessions.resolve(signed_in.cookie)
    assert actor is not None
    for what, *words in acts:
        async with writing() as db:
            await ACTS[what](db, actor, ticket, *words)
    await sessions.sign_out(signed_in.cookie)


async def _main(ticket: str, acts: str) -> None:
    if not ticket:
        ticket = await _file()
    if todo := json.loads(acts):
        await _act(ticket, todo)
    await database.close()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
