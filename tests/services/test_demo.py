"""Invented cases are as real as any other: sealed, readable by whom they should be, tracked by their PIN."""

import asyncio
import gc
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, func, select

from wbs_app.model.access import Role
from wbs_app.model.dossier import Dossier
from wbs_app.model.filters import CaseFilter
from wbs_app.model.handling_tables import Assignment, Message
from wbs_app.model.tables import Evidence, Report, ReportEvent, ReportKey
from wbs_app.model.workflow import CLOSED, MOVES, Status
from wbs_app.services import conversation, demo, evidence, history, keys, reports, tracking
from wbs_app.services.cases import listing
from wbs_app.services.custody import opened
from wbs_app.services.database import reading
from wbs_app.services.refusal import Refused
from wbs_app.vault.sealing import Place, unseal_json

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive


@pytest.fixture(autouse=True)
def own_store(database: str) -> None:
    evidence.store.cache_clear()


async def test_cases_that_officers_and_reporters_can_work_with(hire: "Hire", database: str) -> None:
    chief = await hire("pengawas", Role.SUPERVISOR, agencies="bali ntt")
    custodian = await hire("kustodian", Role.IDENTITY, agencies="bali ntt")
    investigator = await hire("pemeriksa", Role.INVESTIGATOR, agencies="bali ntt", unit="biro-hukum")
    stored: list[int] = []
    pins = await demo.fill(30, ("bali", "ntt"), stored.append)
    assert len(pins) == 30 == stored[-1]
    steps = {(move.origin, move.target) for move in MOVES} | {(Status.RECEIVED, Status.WITHDRAWN)}
    async with reading() as db:
        found = list(await db.exec(select(Report)))
        assert {report.agency for report in found} == {"bali", "ntt"}
        assert len({report.received_on.replace(day=1) for report in found}) > 20
        for report in found:
            assert report.id is not None
            key = await keys.key_of(db, chief, report.id, "account")
            assert key is not None and await keys.key_of(db, chief, report.id, "identity") is None
            assert await keys.key_of(db, custodian, report.id, "identity") is not None
            assert unseal_json(key, report.account, Place("report", report.ticket, "account"))["received_at"]
            past = await history.steps(db, report, key)
            assert (past[0].status, past[-1].status) == ("received", report.status)
            moved = [one.status for one in past if one.kind in ("status", "withdraw")]
            assert all((Status(a), Status(b)) in steps for a, b in pairwise(moved))
            assert (report.closed_on is not None) == (Status(report.status) in CLOSED)
            if report.status in ("closed_proven", "closed_unproven"):
                dossier = unseal_json(key, report.dossier or b"", Place("report", report.ticket, "dossier"))
                assert Dossier.model_validate(dossier).finding is not None
            given = (await db.exec(select(Assignment.staff_id).where(Assignment.report_id == report.id))).all()
            held = await db.get(ReportKey, (report.id, "account", str(investigator.staff_id)))
            assert (held is not None) == (investigator.staff_id in given)
            assert not (held and report.unit == "biro-hukum")
            rows = list(await db.exec(select(Evidence).where(Evidence.report_id == report.id)))
            assert len(rows) == report.evidence_count
            for row in rows:
                whole = b"".join([part async for part in evidence.stored_bytes(opened(row, key))])
                assert whole.startswith(b"\xff\xd8")
            assert all(one.text for one in await conversation.thread_for_staff(db, chief, report.ticket))
            unread = select(func.count()).where(Message.report_id == report.id, ~col(Message.seen))
            assert (await db.exec(unread)).one() == report.unread
        assert (await listing(db, chief, CaseFilter())).total == 30
        assert (
            len(set(await db.exec(select(ReportKey.sealed_key))))
            == (await db.exec(select(func.count()).select_from(ReportKey))).one()
        )
        assert (await db.exec(select(ReportEvent.id))).first()
    for ticket, pin in pins[:5]:
        held = await reports.unlock(ticket, pin)
        assert held is not None and held.ticket == ticket
        async with reading() as db:
            assert await tracking.track(db, held) is not None
    assert await reports.unlock(ticket, pins[1][1]) is None


async def test_beside_real_reports_only_when_forced(hire: "Hire", receive: "Receive", database: str) -> None:
    await receive()
    with pytest.raises(Refused, match="demo_refused"):
        await demo.fill(2, ("bali",), lambda _done: None)
    await demo.fill(2, ("bali",), lambda _done: None, force=True)
    with pytest.raises(Refused, match="agency_unknown"):
        await demo.fill(2, ("papua",), lambda _done: None, force=True)
    async with reading() as db:
        assert (await db.exec(select(func.count()).select_from(Report))).one() == 3


def test_only_the_first_hundred_have_a_pin() -> None:
    orders = list(demo._orders([_Today()], 1250, demo.WITH_PIN))  # type: ignore[list-item]
    assert sum(len(days) for _, days, _, _ in orders) == 1250
    assert sum(min(pins, len(days)) for _, days, pins, _ in orders) == demo.WITH_PIN
    assert len({seed for *_, seed in orders}) == len(orders)


class _Today:
    """As much of a Ground as is asked for."""

    def __init__(self) -> None:
        from datetime import date

        self.offer = self
        self.today = date(2026, 11, 21)


async def test_a_store_that_is_away_is_said_once(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases are made some batches ahead, and what became of those would be told by the event loop, at length."""

    def broken(*_order: object) -> None:
        raise ConnectionRefusedError

    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, about: told.append(about))
    monkeypatch.setattr(demo, "make", broken)
    with pytest.raises(ConnectionRefusedError):
        await demo.fill(150, ("bali", "ntt"), told.append)
    await asyncio.sleep(0.05)
    gc.collect()
    assert told == []
