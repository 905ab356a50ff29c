"""Complete reports with one 20 KiB file: how many a second, and that none is lost or stored twice.

At service level: the file is checked and sealed, the PIN derived, the report sealed to an officer, a custodian and the
recovery key, and committed to a fresh SQLite database that syncs every commit.
"""

import asyncio
import io
import os
import secrets
import tempfile
import time
from typing import Any

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


async def measure(concurrency: int, count: int) -> Row:
    """Files `count` reports with `concurrency` at once."""
    from sqlmodel import col, func, select

    from wbs_app.model.steps import FORMS
    from wbs_app.model.tables import Report
    from wbs_app.services import reference, reports
    from wbs_app.services.database import reading
    from wbs_app.services.evidence import Staging

    file = picture()
    async with reading() as db:
        offer = await reference.offer(db, "bali")
    steps = {step.slug: step.check(STEPS, offer) for step in FORMS["wbs"]}
    took: list[float] = []
    tickets: list[str] = []
    gate = asyncio.Semaphore(concurrency)

    async def one() -> None:
        async with gate:
            started = time.perf_counter()
            secret = secrets.token_hex(16)
            await Staging(secret).add("bukti.jpg", file, 5)
            receipt = await reports.submit("bali", "wbs", steps, offer, secret)
            took.append((time.perf_counter() - started) * 1000)
            tickets.append(receipt.ticket)

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*[one() for _ in range(count)])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    async with reading() as db:
        stored = (await db.exec(select(func.count()).where(col(Report.ticket).in_(tickets)))).one()
    return {
        "level": "service",
        "concurrency": concurrency,
        "reports": count,
        "reports_per_s": count / wall,
        "p50_ms": percentile(took, 0.5),
        "p95_ms": percentile(took, 0.95),
        "cpu_ms_per_report": cpu * 1000 / count,
        "lost": count - stored,
        "duplicated": count - len(set(tickets)),
    }


async def prepare() -> None:
    """A fresh system with the officers a report is sealed to."""
    from wbs_app.model.access import Role
    from wbs_app.services import migrate, staff
    from wbs_app.services.database import writing

    await migrate.ready()
    for name, role in (("petugas", Role.INTAKE), ("pengawas", Role.SUPERVISOR), ("kustodian", Role.IDENTITY)):
        async with writing() as db:
            hired = await staff.add(db, name, name, role, ("bali",), None)
        assert hired.id is not None
        async with writing() as db:
            await staff.set_password(db, hired.id, secrets.token_urlsafe(16))


async def main(chosen: Any) -> list[Row]:
    from wbs_app.services import database

    await prepare()
    levels = [chosen.concurrency] if chosen.concurrency else [1, 8, 64]
    rows = [await measure(level, chosen.reports) for level in levels]
    await database.close()
    return rows


if __name__ == "__main__":
    parser = arguments(str(__doc__).splitlines()[0])
    parser.add_argument("--concurrency", type=int, help="reports under way at once (default: 1, 8 and 64)")
    parser.add_argument("--reports", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wbs-bench-") as folder:
        os.environ |= {"WBS_DATA_DIR": folder, "WBS_DATABASE_URL": "", "WBS_EVIDENCE_URL": ""}
        show("intake", asyncio.run(main(asked)), asked)
