"""Files reports and writes messages, is killed at a random moment, again and again; then looks at what is stored.

`python -m tests.attack.filing KILLS` on the system that WBS_* names. Each of the killed processes says on a pipe what
its clients were told. Prints, as JSON, what was told, and what of it was lost or stored twice: nothing.
"""

import asyncio
import hashlib
import io
import json
import os
import random
import resource
import secrets
import signal
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from PIL import Image
from sqlalchemy.exc import DBAPIError
from sqlmodel import func, select

from wbs_app.model.access import Role
from wbs_app.model.handling_tables import Message
from wbs_app.model.steps import FORMS
from wbs_app.model.tables import Report
from wbs_app.services import conversation, counting, evidence, migrate, reference, reports, staff
from wbs_app.services.database import close, reading, writing
from wbs_app.services.evidence import Staging
from wbs_app.services.tracking import track

STEPS = {
    "violation": "korupsi",
    "reported_0_name": "Tensu",
    "unit": "Dinas Komunikasi, Informatika, dan Statistik",
    "description": "korupsi pengadaan server senilai 1M",
    "province": "51",
    "regency": "51.01",
    "precision": "date",
    "date": "2024-11-11",
    "truth": "on",
}


def picture() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (16, 16), "blue").save(held, "JPEG")
    return held.getvalue()


FILE = picture()
AT_ONCE = 4
MOST_HEARD = 16  # lines that one process says before it is killed
LONGEST_PAUSE = 0.05  # seconds

Tell = Callable[..., None]


@dataclass
class Told:
    """What all clients know."""

    tried: set[str] = field(default_factory=set)  # secrets of forms
    receipts: dict[str, tuple[str, str]] = field(default_factory=dict)  # secret -> ticket and PIN
    written: dict[str, str] = field(default_factory=dict)  # secret of a message -> that of its report
    sent: set[str] = field(default_factory=set)

    def hear(self, line: str) -> None:
        kind, *rest = line.split("|")
        if kind == "try":
            self.tried.add(rest[0])
        elif kind == "receipt":
            self.receipts[rest[0]] = (rest[1], rest[2])
        elif kind == "write":
            self.written[rest[0]] = rest[1]
        else:
            self.sent.add(rest[0])


# --- what is killed --------------------------------------------------------------------------------------------------


async def submit(secret: str) -> tuple[str, str]:
    async with reading() as db:
        offer = await reference.offer(db, "bali")
    steps = {step.slug: step.check(STEPS, offer) for step in FORMS["wbs"]}
    receipt = await reports.submit("bali", "wbs", steps, offer, secret)
    return receipt.ticket, receipt.pin


async def write(ticket: str, pin: str, once: str) -> None:
    held = await reports.unlock(ticket, pin)
    assert held is not None
    async with writing() as db:
        await conversation.send_by_reporter(db, held, f"pesan {once}", once)


async def client(tell: Tell) -> None:
    while True:
        secret, once = secrets.token_hex(16), secrets.token_hex(16)
        await Staging(secret).add("bukti.jpg", FILE, 5)
        tell("try", secret)
        ticket, pin = await submit(secret)
        tell("receipt", secret, ticket, pin)
        tell("write", once, secret)
        await write(ticket, pin, once)
        tell("sent", once)


async def serve(pipe: int) -> None:
    def tell(*words: str) -> None:
        os.write(pipe, ("|".join(words) + "\n").encode())

    await asyncio.gather(*(client(tell) for _ in range(AT_ONCE)))


# --- who kills -------------------------------------------------------------------------------------------------------


def apart(work: Callable[[], Awaitable[None]]) -> int:
    """The id of a new process that does this; forked, because all modules are there already."""
    if pid := os.fork():
        return pid
    failed = 1
    try:
        asyncio.run(work())  # type: ignore[arg-type]
        failed = 0
    except BaseException:  # noqa: BLE001  it is told, and the process ends
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(failed)


def kill_one(told: Told, after: int) -> None:
    """At a random moment after so many lines of its work, however fast that goes on this machine."""
    heard, said = os.pipe()
    pid = apart(lambda: serve(said))
    os.close(said)
    with os.fdopen(heard) as lines:
        for _ in range(after):
            told.hear(lines.readline().strip())
        time.sleep(random.uniform(0, LONGEST_PAUSE))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        assert os.WIFSIGNALED(status), "it ended by itself"
        for line in lines:
            if line.endswith("\n"):
                told.hear(line.strip())


async def prepare() -> None:
    """A system with the officers that a report is sealed to."""
    await migrate.ready()
    for role in (Role.INTAKE, Role.IDENTITY):
        async with writing() as db:
            hired = await staff.add(db, f"one-{role}", "One", role, ("bali",), None)
            assert hired.id is not None
            await staff.set_password(db, hired.id, secrets.token_urlsafe(16))
    await close()


# --- what is stored --------------------------------------------------------------------------------------------------


async def count(table: type[Report] | type[Message]) -> int:
    async with reading() as db:
        return (await db.exec(select(func.count()).select_from(table))).one()


async def is_whole(ticket: str, pin: str, files: int = 1) -> bool:
    """Whether the report opens with its PIN, and its files with it."""
    counting.forget()
    held = await reports.unlock(ticket, pin)
    if held is None:
        return False
    async with reading() as db:
        found = await track(db, held)
    if found is None or len(found.files) != files:
        return False
    for piece in found.files:
        size = sum([len(chunk) async for chunk in evidence.stored_bytes(piece.about)])
        if size != piece.about.size:
            return False
    return True


async def compare(told: Told) -> dict[str, int]:
    """Looks; then lets everybody press once more, as people do who were told nothing."""
    stored = await count(Report)
    async with reading() as db:
        tickets = {row.once: row.ticket for row in await db.exec(select(Report))}
    lost, acknowledged = 0, len(told.receipts)
    for secret, (ticket, pin) in told.receipts.items():
        named = tickets.get(hashlib.sha256(secret.encode()).hexdigest()) == ticket
        lost += not (named and await is_whole(ticket, pin))
    for secret in told.tried - told.receipts.keys():
        told.receipts[secret] = await submit(secret)
    for secret in random.sample(sorted(told.tried), min(20, len(told.tried))):
        lost += await submit(secret) != told.receipts[secret]
    missing = await _missing_messages(told)
    for once, secret in told.written.items():
        counting.forget()
        await write(*told.receipts[secret], once)
    return {
        "receipts": acknowledged,
        "messages": len(told.written),
        "stored_untold": stored - acknowledged,
        "lost": lost,
        "twice": abs(await count(Report) - len(told.tried)),
        "messages_lost": missing,
        "messages_twice": abs(await count(Message) - len(told.written)),
    }


async def _missing_messages(told: Told) -> int:
    missing = 0
    for once in told.sent:
        counting.forget()
        held = await reports.unlock(*told.receipts[told.written[once]])
        assert held is not None
        async with reading() as db:
            thread = await conversation.thread_for_reporter(db, held)
        missing += [said.text for said in thread] != [f"pesan {once}"]
    return missing


async def report(told: Told, kills: int) -> None:
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps({"kills": kills, **await compare(told)}) + "\n")
    await close()


def main(kills: int) -> int:
    told = Told()
    assert os.waitpid(apart(prepare), 0)[1] == 0
    for number in range(kills):
        # the first lives long enough to tell of a receipt: then there is something to lose
        kill_one(told, random.randint(1, MOST_HEARD) if number else MOST_HEARD)
    return os.waitstatus_to_exitcode(os.waitpid(apart(lambda: report(told, kills)), 0)[1])


# --- a full disk -----------------------------------------------------------------------------------------------------


async def when_full() -> dict[str, bool | int]:
    """One report before, one when no file can grow, and that one again when there is room."""
    before = await submit("before")
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, most))
    try:
        await submit("too much")
        refused = False
    except (OSError, DBAPIError):
        refused = True
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    kept = await submit("before") == before and await is_whole(*before, files=0)
    again = await submit("too much")
    return {
        "refused": refused,
        "kept": kept,
        "sent_again": await submit("too much") == again and await is_whole(*again, files=0),
        "reports": await count(Report),
    }


async def full() -> None:
    await prepare()
    sys.stdout.write(json.dumps(await when_full()) + "\n")
    await close()


if __name__ == "__main__":
    if sys.argv[1] == "full":
        asyncio.run(full())
    else:
        sys.exit(main(int(sys.argv[1])))
