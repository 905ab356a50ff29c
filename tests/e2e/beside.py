"""What is done beside a server, by the services: staff are hired, reports are filed, an officer handles a case.

Run as a module with the server's WBS_* settings, it takes wishes from its input and answers each with a line, both
JSON: {"hire": [username, ...]}; {"file": [[name, base64], ...]}, which is answered with ticket and PIN;
{"act": [ticket, [act, ...]]}.
"""

import asyncio
import base64
import io
import json
import secrets
import sys
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from typing import Any

from wbs_app import cli
from wbs_app.model.access import Actor
from wbs_app.model.dossier import Finding, Verdict
from wbs_app.model.steps import FORMS
from wbs_app.model.workflow import Status
from wbs_app.services import conversation, database, handling, reference, reports, sessions
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.evidence import Staging

PASSWORDS = {
    "penerima": "gerimis di pasar badung",
    "penelaah": "jukung menepi sebelum fajar",
    "pengawas": "payung agung di atas bale",
    "pemegang": "gembok tua di peti cendana",
    "layanan": "lontar tua di tepi sabana",
    "pengelola": "kunci besi di laci kayu",
    "auditor": "lembar arsip tanpa coretan",
}
ROLES = {
    "penerima": ("intake", "bali,ntt"),
    "penelaah": ("assessor", "bali"),
    "pengawas": ("supervisor", "bali"),
    "pemegang": ("identity", "bali"),
    "layanan": ("service", "ntt"),
    "pengelola": ("admin", "bali,ntt"),
    "auditor": ("auditor", "bali"),
}
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
MOST_FILES = 5


def hire(*usernames: str) -> None:
    """By the command line, as an operator does."""
    typing = sys.stdin
    try:
        for username in usernames:
            role, agencies = ROLES[username]
            sys.stdin = io.StringIO(f"{PASSWORDS[username]}\n")
            added = cli.main(["staff", "add", username, "--role", role, "--agency", agencies, "--password-stdin"])
            assert added == 0, username
    finally:
        sys.stdin = typing


async def _file(*files: tuple[str, str]) -> tuple[str, str]:
    async with reading() as db:
        offer = await reference.offer(db, "bali")
    steps = {step.slug: step.check(TOLD, offer) for step in FORMS["wbs"]}
    secret = secrets.token_hex(16)
    for name, content in files:
        await Staging(secret).add(name, base64.b64decode(content), MOST_FILES)
    receipt = await reports.submit("bali", "wbs", steps, offer, secret)
    await database.close()
    return receipt.ticket, receipt.pin


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
    await database.close()


WISHES: dict[str, Callable[..., Any]] = {
    "hire": hire,
    "file": lambda *files: asyncio.run(_file(*files)),
    "act": lambda ticket, acts: asyncio.run(_act(ticket, acts)),
}


def main() -> None:
    answers = sys.stdout
    with redirect_stdout(sys.stderr):  # what the command line says is no answer
        for line in sys.stdin:
            ((wish, words),) = json.loads(line).items()
            answers.write(json.dumps(WISHES[wish](*words)) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
