"""Complete reports with one 20 KiB file: how many a second, what one costs, and that none is lost or stored twice.

`service`: the file is checked, cleaned and sealed, the PIN derived, the report sealed to its officers and the recovery
key, and committed to an SQLite database that syncs every commit. `socket`: a visitor's whole way on a real server:
the tab opens, every page is opened and answered, the file goes over the upload route, the report is sent; clients and
server share the machine. `cpu_ms_per_report`: of all processes of the system, those that read the files included, and
not of the clients. `bytes_stored`: what the database and the evidence store grew by, per report.
"""

import asyncio
import io
import os
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
from serving import PUBLIC, Server, Tab, answer, browser, send, served, spent, to_evidence, upload
from table import Row, arguments, percentile, show

STEPS = {
    "name": "Robert",
    "include_email": "on",
    "email": "robert@contoh.id",
    "violation": "korupsi",
    "reported_0_name": "Tensu",
    "reported_0_position": "Diskominfos",
    "unit": "Dinas Komunikasi, Informatika, dan Statistik",
    "description": "korupsi pengadaan server senilai 1M",
    "address": "Kantor",
    "province": "51",
    "regency": "51.01",
    "precision": "exact",
    "date": "2024-11-11",
    "clock": "12:00",
    "truth": "on",
}
LEVELS, CONCURRENCY = ("service", "socket"), (1, 8, 64)
WARM = 8
"""Reports before those that count: what is made once is not a report's."""

File = Callable[[], Awaitable[str]]
"""Files one report: its ticket, "" when told to try again later."""


def picture(size: int = 20 * 1024) -> bytes:
    """A JPEG of about `size` bytes."""
    from PIL import Image

    side = 8
    while True:
        out = io.BytesIO()
        Image.effect_noise((side, side), 90).convert("RGB").save(out, "JPEG", quality=80)
        if out.tell() >= size:
            return out.getvalue()
        side += 8


# --- what is stored ---------------------------------------------------------------------------------------------------


def stored(data: Path) -> dict[str, int]:
    """Ticket -> number of files, of all reports of the system with this data folder."""
    with closing(sqlite3.connect(data / "wbs.db")) as db:
        counted = "SELECT ticket, (SELECT count(*) FROM evidence WHERE report_id = report.id) FROM report"
        return dict(db.execute(counted).fetchall())


def size(data: Path) -> int:
    """Bytes of the database, with nothing left in its log, and of the evidence store."""
    with closing(sqlite3.connect(data / "wbs.db", timeout=30)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    files = [data / "wbs.db", *(data / "evidence").rglob("*")]
    return sum(file.stat().st_size for file in files if file.is_file())


# --- filing -----------------------------------------------------------------------------------------------------------


async def measure(level: str, concurrency: int, count: int, file: File, pid: int, data: Path) -> Row:
    """Files `count` reports with `concurrency` at once. `pid`: of the system's first process."""
    for _ in range(WARM):
        await file()
    took: list[float] = []
    told: list[str] = []
    gate = asyncio.Semaphore(concurrency)

    async def one() -> None:
        async with gate:
            started = time.perf_counter()
            told.append(await file())
            took.append((time.perf_counter() - started) * 1000)

    before, room = stored(data), size(data)
    cpu, wall = spent(pid), time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    wall, cpu = time.perf_counter() - wall, spent(pid) - cpu
    new = {ticket: files for ticket, files in stored(data).items() if ticket not in before}
    received = {ticket for ticket in told if ticket}
    return {
        "level": level,
        "concurrency": concurrency,
        "reports": count,
        "reports_per_s": len(received) / wall,
        "p50_ms": percentile(took, 0.5),
        "p95_ms": percentile(took, 0.95),
        "cpu_ms_per_report": cpu * 1000 / count,
        "bytes_stored": round((size(data) - room) / max(len(new), 1)),
        "refused": told.count(""),
        "lost": sum(new.get(ticket) != 1 for ticket in received),
        "duplicated": len(new.keys() - received) + count - told.count("") - len(received),
    }


async def in_service(levels: list[int], count: int, data: Path) -> list[Row]:
    from wbs_app import collector
    from wbs_app.model.steps import FORMS
    from wbs_app.services import database, reference, reports
    from wbs_app.services.database import reading
    from wbs_app.services.evidence import Staging

    await prepare()
    collector.spare()  # as a server does
    content = picture()
    async with reading() as db:
        offer = await reference.offer(db, "bali")
    steps = {step.slug: step.check(STEPS, offer) for step in FORMS["wbs"]}

    async def file() -> str:
        secret = secrets.token_hex(16)
        about = await Staging(secret).add("bukti.jpg", content, 5)
        return (await reports.submit("bali", "wbs", steps, offer, secret, [about.id])).ticket

    rows = [await measure("service", level, count, file, os.getpid(), data) for level in levels]
    await database.close()
    return rows


async def prepare() -> None:
    """A fresh system with the officers a report is sealed to, and a recovery key."""
    from sqlmodel import select

    from wbs_app.model.access import Role
    from wbs_app.model.tables import Agency
    from wbs_app.services import migrate, staff, vouching
    from wbs_app.services.database import writing
    from wbs_app.vault.recovery import new_recovery

    await migrate.ready()
    for name, role in (("petugas", Role.INTAKE), ("pengawas", Role.SUPERVISOR), ("kustodian", Role.IDENTITY)):
        async with writing() as db:
            hired = await staff.add(db, name, name, role, ("bali",), None)
        assert hired.id is not None
        async with writing() as db:
            await staff.set_password(db, hired.id, secrets.token_urlsafe(16))
    async with writing() as db:
        for agency in await db.exec(select(Agency)):
            vouching.keep_recovery(agency, new_recovery()[0])
            db.add(agency)


async def by_socket(server: Server, levels: list[int], count: int) -> list[Row]:
    content = picture()

    async def file(http: aiohttp.ClientSession) -> str:
        tab = await Tab(server, http).open()
        await to_evidence(tab)
        await upload(server, http, tab, "bukti.jpg", content)
        await answer(tab, "lokasi-waktu")
        ticket = await send(tab)
        await tab.close()
        return ticket

    async with browser() as http:
        return [
            await measure("socket", level, count, lambda: file(http), server.process.pid, server.data)
            for level in levels
        ]


def main(chosen: Any) -> Iterator[Row]:
    concurrency = [chosen.concurrency] if chosen.concurrency else [*CONCURRENCY]
    if chosen.level in (None, "service"):
        with tempfile.TemporaryDirectory(prefix="wbs-bench-") as folder:
            os.environ |= {"WBS_DATA_DIR": folder, "WBS_DATABASE_URL": "", "WBS_EVIDENCE_URL": ""}
            yield from asyncio.run(in_service(concurrency, chosen.reports, Path(folder)))
    if chosen.level in (None, "socket"):
        with served(WBS_PUBLIC_URL=PUBLIC) as server:
            yield from asyncio.run(by_socket(server, concurrency, chosen.reports))


if __name__ == "__main__":
    parser = arguments(str(__doc__).splitlines()[0])
    parser.add_argument("--level", choices=LEVELS, help="one of them (default: both)")
    parser.add_argument("--concurrency", type=int, help="reports under way at once (default: 1, 8 and 64)")
    parser.add_argument("--reports", type=int, default=200, help="of each row (default 200)")
    asked = parser.parse_args()
    show("intake", list(main(asked)), asked)
