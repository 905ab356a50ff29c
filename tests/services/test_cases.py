"""The case list and the case page: filters, pages, reach, and what a key opens."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, select, update

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.filters import CaseFilter
from wbs_app.model.tables import AuditEvent, Evidence, Report
from wbs_app.services import cases
from wbs_app.services.cases import Case, NotFound, Page
from wbs_app.services.database import reading, writing
from wbs_app.vault.codes import new_ticket
from wbs_app.vault.sealing import Tampered

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive

SUPERVISOR = Actor(999_999, "sari", "Sari", Role.SUPERVISOR, ("bali", "ntt"))


async def _page(wanted: CaseFilter, actor: Actor = SUPERVISOR, size: int = 25) -> Page:
    async with reading() as db:
        return await cases.listing(db, actor, wanted, size)


async def _open(actor: Actor, ticket: str) -> Case:
    async with writing() as db:
        return await cases.open_case(db, actor, ticket)


@pytest.fixture
async def tickets(database: str) -> list[str]:
    """23 reports of all sorts, oldest first; several on one day, and nobody holds a key."""
    reports = []
    for number in range(23):
        service = number % 5 == 4
        agency = "ntt" if service or number % 2 else "bali"
        report = Report(
            ticket=new_ticket(agency),
            received_on=date(2024, 11, 1) + timedelta(days=number // 3),
            agency=agency,
            kind="service" if service else "wbs",
            violation_type=None if service else ("korupsi", "kode-etik", "penipuan")[number % 3],
            unit=None if service else ("biro-hukum", "biro-organisasi")[number // 2 % 2],
            service="simpeg" if service else None,
            status=("received", "verifying", "closed_proven")[number % 3],
            once=str(number),
            pin_salt=b"salt",
            pin_keys=b"sealed",
            account=b"sealed",
            identity=b"sealed",
        )
        reports.append(report)
    async with writing() as db:
        db.add_all(reports)
    return [report.ticket for report in reports]


async def test_pages_forwards_and_back(tickets: list[str]) -> None:
    for sort, expected in (("newest", tickets[::-1]), ("oldest", tickets)):
        wanted = CaseFilter(sort=sort)  # type: ignore[arg-type]
        pages = [await _page(wanted, size=5)]
        while pages[-1].next:
            pages.append(await _page(wanted.changed(after=pages[-1].next), size=5))
        assert [row.ticket for page in pages for row in page.rows] == expected
        assert [(page.first, page.last, page.total) for page in pages] == [
            (1, 5, 23), (6, 10, 23), (11, 15, 23), (16, 20, 23), (21, 23, 23)
        ]  # fmt: skip
        assert [bool(page.previous) for page in pages] == [False, True, True, True, True]
        back = [pages[-1]]
        while back[-1].previous:
            back.append(await _page(wanted.changed(after=back[-1].previous), size=5))
        assert back[::-1] == pages


async def test_a_page_of_exactly_all(tickets: list[str]) -> None:
    page = await _page(CaseFilter(), size=23)
    assert (len(page.rows), page.previous, page.next) == (23, "", "")


async def test_a_page_that_is_no_longer_there(tickets: list[str]) -> None:
    first = await _page(CaseFilter(), size=5)
    beyond = CaseFilter(after="n19990101-1")
    assert await _page(beyond, size=5) == first
    assert await _page(CaseFilter(after="p99991231-1"), size=5) == first
    second = await _page(CaseFilter(after=first.next), size=5)
    cursor = CaseFilter(after=second.previous)
    async with writing() as db:  # fewer than a page stand before the cursor now
        moved = col(Report.ticket).in_([first.rows[0].ticket, first.rows[1].ticket])
        await db.exec(update(Report).where(moved).values(received_on=date(2020, 1, 1)))
    page = await _page(cursor, size=5)
    assert (page.first, len(page.rows), page.previous) == (1, 5, "")


async def test_an_empty_list(database: str) -> None:
    assert await _page(CaseFilter()) == Page([], 0, 0, 0, "", "")
    assert await _page(CaseFilter(after="n20241111-1")) == Page([], 0, 0, 0, "", "")


async def test_a_row(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    report = await receive(violation_type="korupsi", unit="biro-hukum", priority=2)
    (row,) = (await _page(CaseFilter(), officer)).rows
    assert row == cases.Row(
        report.ticket,
        "bali",
        "wbs",
        "korupsi",
        "biro-hukum",
        None,
        "received",
        2,
        date(2024, 11, 11),
        1,
        True,
    )
    assessor = await hire("adi", Role.ASSESSOR)
    (row,) = (await _page(CaseFilter(), assessor)).rows
    assert not row.readable


FILTERS = [
    CaseFilter(agencies=("bali",)),
    CaseFilter(kinds=("service",)),
    CaseFilter(violations=("korupsi", "penipuan")),
    CaseFilter(units=("biro-hukum",), statuses=("received",)),
    CaseFilter(statuses=("closed_proven", "verifying"), agencies=("ntt",), violations=("kode-etik",)),
    CaseFilter(date_from=date(2024, 11, 3)),
    CaseFilter(date_to=date(2024, 11, 3)),
    CaseFilter(date_from=date(2024, 11, 3), date_to=date(2024, 11, 4)),
    CaseFilter(date_from=date(2024, 11, 4), date_to=date(2024, 11, 3)),
    CaseFilter(violations=("tidak-ada",)),
    CaseFilter(agencies=("papua",)),
]


def _fits(report: Report, wanted: CaseFilter, but: str = "") -> bool:
    """The filter's meaning, in plain Python."""
    chosen = {
        "agencies": report.agency,
        "kinds": report.kind,
        "violations": report.violation_type,
        "units": report.unit,
        "statuses": report.status,
    }
    return (
        all(name == but or not getattr(wanted, name) or code in getattr(wanted, name) for name, code in chosen.items())
        and (wanted.date_from is None or report.received_on >= wanted.date_from)
        and (wanted.date_to is None or report.received_on <= wanted.date_to)
    )


async def test_filters_and_facets_mean_what_they_say(tickets: list[str]) -> None:
    async with reading() as db:
        reports = (await db.exec(select(Report))).all()
    columns = {
        "agencies": "agency",
        "kinds": "kind",
        "violations": "violation_type",
        "units": "unit",
        "statuses": "status",
    }
    for wanted in FILTERS:
        page = await _page(wanted)
        expected = {report.ticket for report in reports if _fits(report, wanted)}
        assert ({row.ticket for row in page.rows}, page.total) == (expected, len(expected)), wanted
        async with reading() as db:
            counted = await cases.facets(db, SUPERVISOR, wanted)
        for facet, column in columns.items():
            counts = Counter(getattr(report, column) for report in reports if _fits(report, wanted, but=facet))
            counts.pop(None, None)
            assert counted[facet] == counts, (wanted, facet)


async def test_finding_by_ticket(tickets: list[str]) -> None:
    ticket = next(ticket for ticket in tickets if ticket.startswith("BALI"))
    code = ticket.removeprefix("BALI-")
    for typed in (
        ticket,
        ticket.lower(),
        f"  {ticket} ",
        ticket.replace("-", ""),
        ticket.replace("-", " "),
        code,
    ):
        assert [row.ticket for row in (await _page(CaseFilter(ticket=typed))).rows] == [ticket], typed
    assert ticket in {row.ticket for row in (await _page(CaseFilter(ticket=code[:4].lower()))).rows}
    assert (await _page(CaseFilter(ticket="ntt"))).total == sum(one.startswith("NTT") for one in tickets)
    for typed in ("BALI-0000-0000", "%", "_", "'", "tidak ada"):
        assert (await _page(CaseFilter(ticket=typed))).total == 0, typed


async def test_only_what_is_in_reach(tickets: list[str]) -> None:
    async with reading() as db:
        reports = {report.ticket: report for report in await db.exec(select(Report))}
    reach = {
        Role.INTAKE: ("bali", {"wbs"}),
        Role.ASSESSOR: ("ntt", {"wbs"}),
        Role.INVESTIGATOR: ("ntt", {"wbs"}),
        Role.SERVICE: ("ntt", {"service"}),
        Role.SUPERVISOR: ("ntt", {"wbs", "service"}),
    }
    for role, (agency, kinds) in reach.items():
        actor = Actor(999_999, "budi", "Budi", role, (agency,))
        mine = {one.ticket for one in reports.values() if one.agency == agency and one.kind in kinds}
        for wanted in (CaseFilter(), CaseFilter(agencies=("bali", "ntt"), kinds=("wbs", "service"))):
            assert {row.ticket for row in (await _page(wanted, actor)).rows} == mine
        async with reading() as db:
            counted = await cases.facets(db, actor, CaseFilter())
        assert (set(counted["agencies"]), set(counted["kinds"])) == ({agency}, kinds)
        for ticket in reports.keys() - mine:
            with pytest.raises(NotFound):
                await _open(actor, ticket)
        assert (await _open(actor, min(mine))).account is None


async def test_who_has_no_casework(tickets: list[str]) -> None:
    barred = [Actor(1, "x", "X", role, ("bali", "ntt")) for role in (Role.IDENTITY, Role.AUDITOR, Role.ADMIN)]
    barred.append(Actor(1, "x", "X", Role.SUPERVISOR, ("bali", "ntt"), half=True))
    for actor in barred:
        with pytest.raises(Forbidden):
            await _page(CaseFilter(), actor)
        with pytest.raises(Forbidden):
            async with reading() as db:
                await cases.facets(db, actor, CaseFilter())
        with pytest.raises(Forbidden):
            await _open(actor, tickets[0])


# --- one case -----------------------------------------------------------------------------------------------


async def test_a_case_with_its_key(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    report = await receive()
    case = await _open(officer, report.ticket.lower().replace("-", " "))
    assert case.report.ticket == report.ticket
    assert case.account == {"incident": "pengadaan server"}
    assert case.history == [cases.Step("received", "2024-11-11T12:00", None, "system")]
    assert case.evidence == [cases.Proof(report.ticket, 1, {"size": 12})]
    async with reading() as db:
        (event,) = await db.exec(select(AuditEvent))
    assert (event.actor, event.action, event.subject) == ("budi", "open_account", report.ticket)


async def test_a_case_without_its_key(hire: Hire, receive: Receive) -> None:
    report = await receive()
    late = await hire("adi", Role.INTAKE)
    case = await _open(late, report.ticket)
    assert case.account is None
    assert case.history == [cases.Step("received", None, None, None)]
    assert case.evidence == [cases.Proof(report.ticket, 1, None)]
    async with reading() as db:
        assert (await db.exec(select(AuditEvent))).all() == []


async def test_an_unknown_case(database: str) -> None:
    for ticket in ("", "x", "BALI-0000-0000", "BALI-7K3M-9QXT", "\0", "\ud800", "x" * 10_000):
        with pytest.raises(NotFound):
            await _open(SUPERVISOR, ticket)


async def test_what_was_moved_does_not_open(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE)
    first, second = await receive(), await receive()
    async with writing() as db:
        about = (await db.exec(select(Evidence.about).where(Evidence.report_id == first.id))).one()
        await db.exec(update(Evidence).where(col(Evidence.report_id) == second.id).values(about=about))
    with pytest.raises(Tampered):
        await _open(officer, second.ticket)
    async with reading() as db:
        assert (await db.exec(select(AuditEvent))).all() == []
