"""The case list and the case page: filters, pages, reach, and what a key opens."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select, update

from tests.services.conftest import ACCOUNT
from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.filters import SORTS, CaseFilter, Mark, Sort
from wbs_app.model.handling_tables import Assignment
from wbs_app.model.tables import AuditEvent, Evidence, Holiday, Report, Staff
from wbs_app.services import casefile, cases, history, rules
from wbs_app.services.calendar import forget_day, set_day, work_days
from wbs_app.services.casefile import Case
from wbs_app.services.cases import NotFound, Page
from wbs_app.services.database import reading, writing
from wbs_app.services.history import now_in
from wbs_app.vault.codes import new_ticket, parse_ticket
from wbs_app.vault.sealing import Tampered

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive

SUPERVISOR = Actor(999_999, "sari", "Sari", Role.SUPERVISOR, ("bali", "ntt"))
OTHER_ID = 999_998


async def _page(wanted: CaseFilter, actor: Actor = SUPERVISOR, size: int = 25) -> Page:
    async with reading() as db:
        return await cases.listing(db, actor, wanted, size)


async def _open(actor: Actor, ticket: str) -> Case:
    async with writing() as db:
        return await casefile.open_case(db, actor, ticket)


@pytest.fixture
async def tickets(database: str) -> list[str]:
    """23 reports of all sorts, oldest first; several on one day, and nobody holds a key."""
    reports, today = [], now_in("Asia/Makassar").date()
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
            regency=("51.71", "51.04", None)[number % 7 % 3],
            priority=(0, 2, -1, 1)[number % 5 % 4],
            unread=number % 5 // 4,
            evidence_count=number % 2,
            lead=None if number % 4 else SUPERVISOR.staff_id,
            due_on=None if number % 3 == 2 else today + timedelta(days=number % 5 - 2),
            once=str(number),
            pin_salt=b"salt",
            pin_keys=b"sealed",
            account=b"sealed",
            identity=b"sealed",
        )
        reports.append(report)
    async with writing() as db:
        for staff_id in (SUPERVISOR.staff_id, OTHER_ID):
            db.add(
                Staff(id=staff_id, username=f"petugas{staff_id}", name="Sari", role=Role.SUPERVISOR, agencies="bali")
            )
        await db.flush()
        db.add_all(reports)
        await db.flush()
        for at, report in enumerate(reports):
            for staff_id in (SUPERVISOR.staff_id,) * (at % 4 == 0) + (OTHER_ID,) * (at % 6 == 0):
                db.add(Assignment(report_id=report.id or 0, staff_id=staff_id, given_on=today))
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
    report = await receive(
        violation_type="korupsi", unit="biro-hukum", priority=2, unread=3, lead=officer.staff_id, regency="51.71",
        incident_month="2024-10",
    )  # fmt: skip
    (row,) = (await _page(CaseFilter(), officer)).rows
    assert row == cases.Row(
        report.ticket, "bali", "wbs", "korupsi", "biro-hukum", None, "51.71", "2024-10", "received", 2,
        date(2024, 11, 11), 1, 3, "Budi", False, None, True,
    )  # fmt: skip
    assessor = await hire("adi", Role.ASSESSOR)
    (row,) = (await _page(CaseFilter(), assessor)).rows
    assert not row.readable
    async with reading() as db:
        assert await cases.again(db, officer, [report.ticket, "BALI-0000-0000"]) == {
            report.ticket: row._replace(readable=True)
        }
        stranger = Actor(1, "x", "X", Role.INTAKE, ("ntt",))
        assert await cases.again(db, stranger, [report.ticket]) == {}


async def test_working_days_that_are_left(database: str, receive: Receive) -> None:
    today = now_in("Asia/Makassar").date()
    async with reading() as db:
        days = await work_days(db, "bali")
    due = {days.after(today, 2): 2, today: 0, today - timedelta(days=1): -1, None: None}
    for day in due:
        await receive(due_on=day, paused_on=None if day else today)
    rows = (await _page(CaseFilter(sort="deadline"))).rows
    assert [(row.left, row.waiting) for row in rows] == [(-1, False), (0, False), (2, False), (None, True)]


async def test_days_that_are_left_follow_the_calendar(
    receive: Receive, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once when an administrator changes it; and soon when it was changed behind the server's back."""
    admin, today = await hire("admin", Role.ADMIN), now_in("Asia/Makassar").date()
    async with reading() as db:
        days = await work_days(db, "bali")
    await receive(due_on=days.after(today, 2))
    between = days.after(today, 1)

    async def left() -> int | None:
        return (await _page(CaseFilter())).rows[0].left

    assert await left() == 2
    async with writing() as db:
        await set_day(db, admin, "bali", between, "Odalan", working=False)
    assert await left() == 1
    async with writing() as db:
        await forget_day(db, admin, "bali", between)
    assert await left() == 2
    async with writing() as db:
        db.add(Holiday(agency="bali", day=between, name="Odalan", working=False))
    later = time.monotonic() + rules.KEPT_SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert await left() == 1


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
    CaseFilter(priorities=("high", "urgent"), regencies=("51.71",)),
    CaseFilter(officers=("999999",), statuses=("received",)),
    CaseFilter(officers=("999998", "999999")),
    *(CaseFilter(marks=(mark,)) for mark in Mark),
    CaseFilter(marks=(Mark.OVERDUE, Mark.UNASSIGNED), priorities=("medium",)),
    CaseFilter(marks=(Mark.MINE, Mark.UNREAD)),
]

SINGLE = {
    "agencies": lambda report: report.agency,
    "kinds": lambda report: report.kind,
    "violations": lambda report: report.violation_type,
    "units": lambda report: report.unit,
    "statuses": lambda report: report.status,
    "regencies": lambda report: report.regency,
    "priorities": lambda report: {-1: "low", 0: "medium", 1: "high", 2: "urgent"}[report.priority],
}
"""Filter -> the one code a report has there."""


class Fitting:
    """The filter's meaning, in plain Python."""

    def __init__(self, assigned: dict[int, set[str]], today: date) -> None:
        self.assigned = assigned  # report id -> staff ids
        self.today = today

    def codes(self, report: Report, facet: str) -> set[str]:
        if facet == "officers":
            return self.assigned.get(report.id or 0, set())
        if facet == "marks":
            return self.marks(report)
        code = SINGLE[facet](report)
        return set() if code is None else {code}

    def marks(self, report: Report) -> set[str]:
        is_open = report.status in ("received", "verifying")
        mine = str(SUPERVISOR.staff_id) in self.assigned.get(report.id or 0, set())
        found = {
            Mark.OPEN: is_open,
            Mark.MINE: is_open and mine,
            Mark.UNASSIGNED: is_open and report.lead is None,
            Mark.OVERDUE: report.due_on is not None and report.due_on < self.today,
            Mark.UNREAD: report.unread > 0,
            Mark.EVIDENCE: report.evidence_count > 0,
        }
        return {mark.value for mark, holds in found.items() if holds}

    def fits(self, report: Report, wanted: CaseFilter, but: str = "") -> bool:
        chosen = [facet for facet in (*SINGLE, "officers") if facet != but and getattr(wanted, facet)]
        return (
            all(self.codes(report, facet) & set(getattr(wanted, facet)) for facet in chosen)
            and set(wanted.marks) <= self.marks(report)
            and (wanted.date_from is None or report.received_on >= wanted.date_from)
            and (wanted.date_to is None or report.received_on <= wanted.date_to)
        )


async def _fitting() -> tuple[list[Report], Fitting]:
    async with reading() as db:
        reports = list(await db.exec(select(Report).order_by(col(Report.id))))
        assigned: dict[int, set[str]] = {}
        for row in await db.exec(select(Assignment)):
            assigned.setdefault(row.report_id, set()).add(str(row.staff_id))
    return reports, Fitting(assigned, now_in("Asia/Makassar").date())


async def test_filters_and_facets_mean_what_they_say(tickets: list[str]) -> None:
    reports, fitting = await _fitting()
    for wanted in FILTERS:
        page = await _page(wanted)
        expected = {report.ticket for report in reports if fitting.fits(report, wanted)}
        assert ({row.ticket for row in page.rows}, page.total) == (expected, len(expected)), wanted
        async with reading() as db:
            counted = await cases.facets(db, SUPERVISOR, wanted)
        assert set(counted) == {*SINGLE, "officers", "marks"}
        for facet in counted:
            but = "" if facet == "marks" else facet
            among = [report for report in reports if fitting.fits(report, wanted, but)]
            counts = Counter(code for report in among for code in fitting.codes(report, facet))
            assert {code: n for code, n in counted[facet].items() if n} == counts, (wanted, facet)
        async with reading() as db:
            assert await cases.facets(db, SUPERVISOR, wanted, ["units"]) == {"units": counted["units"]}


async def test_no_filter_is_ever_empty_of_meaning(tickets: list[str]) -> None:
    """Each mark and each choice above finds some of the reports and not all of them."""
    reports, fitting = await _fitting()
    for wanted in FILTERS[11:]:
        assert 0 < sum(fitting.fits(report, wanted) for report in reports) < len(reports), wanted


async def test_pages_in_every_order(tickets: list[str]) -> None:
    reports, _ = await _fitting()
    late = date.max
    orders: dict[Sort, list[Report]] = {
        "newest": sorted(reports, key=lambda one: (one.received_on, one.id), reverse=True),
        "oldest": sorted(reports, key=lambda one: (one.received_on, one.id)),
        "deadline": sorted(reports, key=lambda one: (one.due_on or late, one.id)),
        "priority": sorted(reports, key=lambda one: (one.priority, one.id), reverse=True),
    }
    for sort, expected in orders.items():
        for size in (4, 5, 23):
            pages = [await _page(CaseFilter(sort=sort), size=size)]
            while pages[-1].next:
                pages.append(await _page(CaseFilter(sort=sort, after=pages[-1].next), size=size))
            found = [row.ticket for page in pages for row in page.rows]
            assert found == [report.ticket for report in expected], (sort, size)
            back = [pages[-1]]
            while back[-1].previous:
                back.append(await _page(CaseFilter(sort=sort, after=back[-1].previous), size=size))
            assert back[::-1] == pages, (sort, size)


@pytest.mark.parametrize("sort", SORTS)
async def test_beside_a_case_stand_those_of_its_list(tickets: list[str], sort: Any) -> None:
    for wanted in (CaseFilter(sort=sort), CaseFilter(sort=sort, statuses=("received",), violations=("korupsi",))):
        listed = [row.ticket for row in (await _page(wanted)).rows]
        around = ["", *listed, ""]
        async with reading() as db:
            for before, ticket, after in zip(around, listed, around[2:], strict=False):
                assert await cases.neighbours(db, SUPERVISOR, wanted, ticket) == (before, after)


async def test_beside_a_case_that_has_left_its_list_or_is_out_of_reach(tickets: list[str]) -> None:
    wanted, narrow = CaseFilter(statuses=("received",)), replace(SUPERVISOR, agencies=("bali",))
    listed = [row.ticket for row in (await _page(wanted)).rows]
    elsewhere = next(ticket for ticket in tickets if ticket.startswith("NTT"))
    async with reading() as db:
        before, after = await cases.neighbours(db, SUPERVISOR, wanted, tickets[4])
        assert (tickets.index(before), tickets.index(after)) == (6, 3)
        assert {before, after} <= set(listed)
        assert await cases.neighbours(db, narrow, CaseFilter(), elsewhere) == ("", "")
        assert "NTT" not in "".join(await cases.neighbours(db, narrow, CaseFilter(), tickets[0]))
        with pytest.raises(Forbidden):
            await cases.neighbours(db, replace(SUPERVISOR, role=Role.ADMIN), CaseFilter(), tickets[0])


async def test_officers_to_choose_from(hire: Hire) -> None:
    for username, role, agencies in (
        ("wayan", Role.INTAKE, "bali ntt"), ("budi", Role.ASSESSOR, "bali"), ("lain", Role.ASSESSOR, "ntt"),
        ("auditor", Role.AUDITOR, "bali"),
    ):  # fmt: skip
        await hire(username, role, agencies)
    async with reading() as db:
        known = await cases.officers(db, Actor(1, "x", "X", Role.INTAKE, ("bali",)))
    assert list(known.values()) == ["Budi", "Wayan"]


# --- by ticket ----------------------------------------------------------------------------------------------

NUMBERED = "BALI-10K3-01XT"


async def _numbered(tickets: list[str]) -> None:
    """Gives the first of them a ticket with all that is mistyped."""
    async with writing() as db:
        await db.exec(update(Report).where(col(Report.ticket) == tickets[0]).values(ticket=NUMBERED))


async def _having(typed: str, **others: Any) -> set[str]:
    page = await _page(CaseFilter(ticket=typed, **others), size=50)
    assert page.total == len(page.rows)
    return {row.ticket for row in page.rows}


async def test_finding_by_ticket(tickets: list[str]) -> None:
    """A whole ticket, however it was typed."""
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
        assert await _having(typed) == {ticket}, typed
    for typed in ("BALI-0000-0000", "%", "_", "'", "tidak ada", "BALI-U", "NTT" + code):
        assert await _having(typed) == set(), typed


async def test_finding_by_part_of_a_ticket(tickets: list[str]) -> None:
    """Where the ticket begins, or its code, or its last four characters; typed anyhow, forgiven as codes are."""
    await _numbered(tickets)
    for typed in ("bali10k", "BALI-10K3-", " bali 10 ", "baliIOk3o", "10K3", "1ok", "lO-k3-01", "io k3", "01XT", "oixt",
                  "0lx", "01", "-01x", "１０Ｋ３"):  # fmt: skip
        assert NUMBERED in await _having(typed), typed
    for typed in ("K3", "0K3", "1XT", "XT", "ALI10K", "301XT", "NTT10K3", "8ALI-10K3", "01XT0", "10K301XT0"):
        assert NUMBERED not in await _having(typed), typed


async def test_each_beginning_of_a_tickets_code_finds_it(tickets: list[str]) -> None:
    agencys = ("B", "N")  # letters with which an agency begins mean the agency
    plain = [ticket for ticket in tickets if not any(half.startswith(agencys) for half in ticket.split("-")[1:])]
    for ticket in plain[:4]:
        agency, first, tail = ticket.split("-")
        code = first + tail
        for part in [code[:size] for size in range(1, 9)]:
            assert ticket in await _having(part), part
            assert ticket in await _having(agency + part), part
        for part in [tail[:size] for size in range(1, 5)]:
            assert ticket in await _having(part), part


async def test_a_beginning_that_looks_like_another_agencys_ticket(tickets: list[str]) -> None:
    """One in 32 has the right check character for it."""
    ticket = next(
        ticket for ticket in iter(lambda: new_ticket("ntt"), "") if parse_ticket(ticket.replace("-", "")[:-2])
    )
    async with writing() as db:
        await db.exec(update(Report).where(col(Report.ticket) == tickets[1]).values(ticket=ticket))
    assert await _having(ticket[:-2]) == {ticket}


async def test_letters_of_an_agency_mean_its_cases(tickets: list[str]) -> None:
    await _numbered(tickets)
    ntt = {ticket for ticket in tickets if ticket.startswith("NTT")}
    for typed in ("n", "NT", "ntt", "NTT-"):
        assert await _having(typed) == ntt, typed
        assert await _having(typed, agencies=("bali",)) == set(), typed
        assert await _having(typed, agencies=("bali", "ntt")) == ntt, typed
    assert await _having("bali-1") == {ticket for ticket in {NUMBERED, *tickets[1:]} if ticket.startswith("BALI-1")}
    assert await _having("bali-1", agencies=("ntt",)) == set()
    async with reading() as db:
        counted = await cases.facets(db, SUPERVISOR, CaseFilter(ticket="ntt"), ["agencies", "kinds"])
    assert counted["agencies"] == {"ntt": len(ntt)} and sum(counted["kinds"].values()) == len(ntt)


async def test_one_agencys_letters_begin_anothers(tickets: list[str]) -> None:
    """Whatever the database's order of letters and dashes: each agency's tickets are its own."""
    await _numbered(tickets)
    other = "BALI1-0K30-1XTZ"
    async with writing() as db:
        await db.exec(update(Report).where(col(Report.ticket) == tickets[2]).values(ticket=other))
    assert await _having("BALI-10K") == {NUMBERED}
    assert await _having("0k30") == {other}


async def test_a_part_of_a_ticket_beside_other_filters(tickets: list[str]) -> None:
    await _numbered(tickets)
    for typed in ("1", "10", "10K3", "bali-1", "bali10"):
        for others in (
            {"statuses": ("received",), "kinds": ("wbs",)},
            {"marks": (Mark.MINE,)},
            {"agencies": ("bali",), "sort": "deadline"},
            {"officers": (str(OTHER_ID),), "sort": "priority"},
        ):
            assert NUMBERED in await _having(typed, **others), (typed, others)
        for others in ({"statuses": ("verifying",)}, {"agencies": ("ntt",)}, {"marks": (Mark.EVIDENCE,)}):
            assert NUMBERED not in await _having(typed, **others), (typed, others)
        async with reading() as db:
            counted = await cases.facets(db, SUPERVISOR, CaseFilter(ticket=typed))
        assert counted["statuses"]["received"] >= 1 and counted["officers"][str(OTHER_ID)] >= 1, typed


@pytest.mark.parametrize("any_database", ["sqlite"])  # PostgreSQL knows that the table of a test is short
async def test_parts_of_tickets_are_found_by_their_indexes(tickets: list[str]) -> None:
    for typed in ("10", "bali10"):
        plan = await _plan(CaseFilter(ticket=typed))
        assert "ix_report_code" in plan and "ix_report_tail" in plan


async def _plan(wanted: CaseFilter) -> str:
    """How SQLite finds a page."""
    async with reading() as db:
        connection = await db.connection()
        heard = []

        def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
            heard.append((statement, values))

        event.listen(connection.sync_connection, "before_cursor_execute", note)
        await cases.listing(db, SUPERVISOR, wanted)
        event.remove(connection.sync_connection, "before_cursor_execute", note)
        statement, values = next(one for one in heard if "report_key" in one[0])
        return str((await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all())


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
    assert case.account == ACCOUNT
    assert case.history == [history.Step("received", "status", "2024-11-11T12:00", "system")]
    assert case.evidence == [casefile.Proof(report.ticket, 1, {"size": 12}, has_original=False)]
    async with reading() as db:
        (event,) = await db.exec(select(AuditEvent))
    assert (event.actor, event.action, event.subject) == ("budi", "open_account", report.ticket)


async def test_a_case_without_its_key(hire: Hire, receive: Receive) -> None:
    report = await receive()
    late = await hire("adi", Role.INTAKE)
    case = await _open(late, report.ticket)
    assert case.account is None
    assert case.history == [history.Step("received")]
    assert case.evidence == [casefile.Proof(report.ticket, 1, None, has_original=False)]
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
