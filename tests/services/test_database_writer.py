"""What somebody gets who may write to the database, knows this program, and does not hold the server's secret."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import col, delete, select, update

from wbs_app import cli
from wbs_app.config import settings
from wbs_app.model.access import Actor, Role
from wbs_app.model.handling_tables import Assignment, Exclusion, IdentityRequest, Message
from wbs_app.model.tables import AuditEvent, Report, ReportEvent, ReportKey, Setting, Staff, StaffSession
from wbs_app.model.workflow import Priority
from wbs_app.services import (
    assignment,
    audit,
    boxes,
    casefile,
    conversation,
    credentials,
    entitlement,
    handling,
    identity,
    people,
    sessions,
    staff,
    vouching,
)
from wbs_app.services.catching_up import catch_up
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.entitlement import Facts
from wbs_app.services.refusal import Refused
from wbs_app.vault.keypairs import KeyPair
from wbs_app.vault.sealing import Tampered

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive, Received

PASSWORD = "kuda besi melompat tinggi"
ANOTHER = "rusa emas menyeberang pelan"


@contextmanager
def elsewhere() -> Iterator[None]:
    """The same program on the intruder's own machine: with another secret."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WBS_SECRET", "66" * 32)
        settings.cache_clear()
        yield
    settings.cache_clear()


async def _readers(report_id: int) -> set[str]:
    async with reading() as db:
        chosen = select(ReportKey.holder).where(ReportKey.report_id == report_id, ReportKey.document == "account")
        return set(await db.exec(chosen))


async def _signed_in(username: str, password: str = PASSWORD) -> str:
    signed = await sessions.sign_in(username, password)
    assert signed is not None
    return signed.cookie


async def _own_person(username: str, role: Role, by: Actor) -> int:
    """Somebody whom the administrator invited and who has set a password, as an officer."""
    async with writing() as db:
        _, token = await people.hire(db, by, username, username.title(), role, ("bali",), None)
    async with writing() as db:
        return (await staff.accept(db, token, PASSWORD)).id or 0


async def _is_vouched(staff_id: int) -> bool:
    async with reading() as db:
        return vouching.is_vouched(await db.get_one(Staff, staff_id))


async def test_no_session_is_made_outside(hire: "Hire") -> None:
    chief = await hire("sari", Role.SUPERVISOR)
    with elsewhere():
        async with writing() as db:
            cookie = await boxes.begin(db, chief.staff_id, {"private_key": KeyPair.new().private.hex()}, half=False)
    assert await sessions.resolve(cookie) is None


async def test_no_session_becomes_another_persons(hire: "Hire", relaxed: None) -> None:
    chief, admin = await hire("sari", Role.SUPERVISOR), await hire("rai", Role.ADMIN)
    mine = await _own_person("budi", Role.AUDITOR, admin)
    cookie = await _signed_in("budi")
    async with writing() as db:
        chosen = update(StaffSession).where(col(StaffSession.staff_id) == mine)
        await db.exec(chosen.values(staff_id=chief.staff_id))
    with pytest.raises(Tampered):
        await sessions.resolve(cookie)


async def test_a_half_session_does_not_become_whole(hire: "Hire") -> None:
    admin = await hire("rai", Role.ADMIN)
    await hire("sari", Role.SUPERVISOR)
    await _own_person("budi", Role.AUDITOR, admin)
    cookie = await _signed_in("budi")
    async with writing() as db:
        await db.exec(update(StaffSession).values(half=False))
    with pytest.raises(Tampered):
        await sessions.resolve(cookie)


async def test_nobody_signs_in_with_a_password_put_in_anothers_row(hire: "Hire", relaxed: None) -> None:
    """The public key stays, and the vouch with it; what the password opens is the intruder's own."""
    chief = await hire("sari", Role.SUPERVISOR)
    _, values = await credentials.wrapped(chief.staff_id, ANOTHER, KeyPair.new().private)
    async with writing() as db:
        await db.exec(update(Staff).where(col(Staff.id) == chief.staff_id).values(values))
    assert await sessions.sign_in("sari", ANOTHER) is None


async def test_an_agency_is_not_open_again_once_nobody_is_said_to_have_vouched(
    hire: "Hire", receive: "Receive"
) -> None:
    chief, admin = await hire("sari", Role.SUPERVISOR), await hire("rai", Role.ADMIN)
    report = await receive()
    async with writing() as db:
        await db.exec(update(Staff).values(vouched_by=""))
    mine = await _own_person("palsu", Role.SUPERVISOR, admin)
    async with writing() as db:
        await db.exec(update(Staff).where(col(Staff.id) == chief.staff_id).values(vouched_by="system"))
    await catch_up(chief)
    assert await _readers(report.id) == {str(chief.staff_id)} != {str(mine)}


async def test_a_key_exchanged_before_the_vouch_is_noticed(hire: "Hire") -> None:
    """The person tells the code of the key that the password opens; the supervisor has compared that and no other."""
    chief, admin = await hire("sari", Role.SUPERVISOR), await hire("rai", Role.ADMIN)
    newcomer = await _own_person("budi", Role.INTAKE, admin)
    async with reading() as db:
        person = await db.get_one(Staff, newcomer)
        unlocked = await credentials.unlock(person, PASSWORD)
    assert unlocked is not None
    budi = Actor(newcomer, "budi", "Budi", Role.INTAKE, ("bali",), private_key=unlocked.private_key)
    compared = vouching.own_code(budi)
    assert compared == vouching.code_of(person.public_key)
    async with writing() as db:
        chosen = update(Staff).where(col(Staff.id) == newcomer)
        await db.exec(chosen.values(public_key=KeyPair.new().public))
    assert vouching.own_code(budi) == compared
    with pytest.raises(Refused, match=r"vouching\.gone"):
        async with writing() as db:
            await vouching.vouch(db, chief, newcomer, compared)


async def test_who_was_dismissed_is_not_made_a_reader_again(hire: "Hire", receive: "Receive") -> None:
    chief, former = await hire("sari", Role.SUPERVISOR), await hire("budi", Role.INTAKE)
    async with writing() as db:
        await staff.deactivate(db, former.staff_id)
        await db.exec(update(Staff).where(col(Staff.id) == former.staff_id).values(active=True))
    assert await _readers((await receive()).id) == {str(chief.staff_id)}


async def test_nobody_outside_can_look_for_a_key_of_the_same_code(database: str) -> None:
    public = KeyPair.new().public
    code = vouching.code_of(public)
    with elsewhere():
        assert vouching.code_of(public) != code


async def test_an_agency_is_open_for_a_week_and_no_longer(hire: "Hire", monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await hire("rai", Role.ADMIN)
    with elsewhere():
        async with writing() as db:
            await vouching.open_agency(db, "bali")
    assert not await _is_vouched(await _own_person("adi", Role.INTAKE, admin)), "opened by somebody else"
    for username, days, vouched in (("budi", 7, True), ("dewi", 0, False)):
        monkeypatch.setattr(vouching, "OPEN_FOR", timedelta(days=days))
        async with writing() as db:
            await vouching.open_agency(db, "bali")
        assert await _is_vouched(await _own_person(username, Role.INTAKE, admin)) is vouched


# --- the trail --------------------------------------------------------------------------------------------------------


async def test_a_trail_worked_out_anew_is_found(db: Db) -> None:
    for number in range(5):
        await audit.record(db, "budi", "open_account", f"BALI-{number}")
    with elsewhere():
        await db.exec(delete(AuditEvent))
        await db.exec(delete(Setting).where(col(Setting.name) == "audit_head"))
        for number in range(5):
            await audit.record(db, "sari", "open_account", f"BALI-{number}")
        assert await audit.verify(db) is None
    assert await audit.verify(db) == 1
    await audit.record(db, "budi", "open_account", "BALI-9")
    assert await audit.verify(db) == 6, "what comes later does not bless it"
    assert await audit.newest(db) == 6


async def test_a_trail_cut_to_an_earlier_event_is_found(db: Db) -> None:
    """The digest of each event stands in its row, but not the mark of the last."""
    for number in range(5):
        await audit.record(db, "budi", "open_account", f"BALI-{number}")
    third = await db.get_one(AuditEvent, 3)
    head = await db.get_one(Setting, "audit_head")
    await db.exec(delete(AuditEvent).where(col(AuditEvent.id) > 3))
    for forged in (f"3 {third.digest}", f"3 {third.digest} {head.value.split()[2]}"):
        head.value = forged
        await db.flush()
        assert await audit.verify(db) is not None


async def test_of_a_reporter_only_the_day_is_known(db: Db) -> None:
    await audit.record(db, "reporter", "send_message", "BALI-1")
    await audit.record(db, "budi", "send_message", "BALI-1")
    reporter, officer = (await db.exec(select(AuditEvent).order_by(col(AuditEvent.id)))).all()
    assert reporter.at.astimezone(ZoneInfo("Asia/Jakarta")).time() == time(0)
    assert timedelta(0) <= officer.at - reporter.at < timedelta(days=1)
    assert await audit.verify(db) is None


# --- a case -----------------------------------------------------------------------------------------------------------


async def _talked(chief: Actor, report: "Received") -> None:
    """Three messages, of the reporter and an officer in turn, and two steps more of the history."""
    for number in range(3):
        async with writing() as db:
            if number % 2:
                await conversation.send_by_staff(db, chief, report.ticket, f"pesan {number}", f"{number}")
            else:
                await conversation.send_by_reporter(db, report.held, f"pesan {number}", f"{number}")
    for priority in (Priority.HIGH, Priority.URGENT):
        async with writing() as db:
            await handling.set_priority(db, chief, report.ticket, priority)


async def test_whose_a_message_is_hangs_on_no_column(hire: "Hire", receive: "Receive") -> None:
    chief, report = await hire("sari", Role.SUPERVISOR), await receive()
    await _talked(chief, report)
    async with reading() as db:
        before = await conversation.thread_for_reporter(db, report.held)
    for said in (True, False):
        async with writing() as db:
            await db.exec(update(Message).values(from_reporter=said))
        async with reading() as db:
            assert await conversation.thread_for_reporter(db, report.held) == before
    assert [(said.who, said.mine) for said in before] == [("reporter", True), ("staff", False), ("reporter", True)]


async def test_what_is_taken_out_of_a_case_is_missed(hire: "Hire", receive: "Receive") -> None:
    chief, report = await hire("sari", Role.SUPERVISOR), await receive()
    await _talked(chief, report)
    async with writing() as db:
        await db.exec(delete(Message).where(col(Message.position) == 2))
        await db.exec(delete(ReportEvent).where(col(ReportEvent.position) == 1))
    async with reading() as db:
        with pytest.raises(Tampered):
            await conversation.thread_for_staff(db, chief, report.ticket)
        with pytest.raises(Tampered):
            await casefile.read_again(db, chief, report.ticket)


# --- who may be given keys --------------------------------------------------------------------------------------------


async def _change(table: Any, report: "Received", **values: Any) -> None:
    """As an intruder would: past the program."""
    column = table.id if table is Report else table.report_id
    async with writing() as db:
        await db.exec(update(table).where(col(column) == report.id).values(values))


async def _add(*rows: Any) -> None:
    async with writing() as db:
        db.add_all(rows)


async def test_a_changed_case_brings_an_accomplice_no_key(hire: "Hire", receive: "Receive") -> None:
    chief = await hire("sari", Role.SUPERVISOR, "bali ntt")
    reports = [await receive(unit="biro-hukum"), await receive(), await receive(), await receive()]
    friend = await hire("budi", Role.INTAKE, unit="biro-hukum")
    other, helper = await hire("adi", Role.INTAKE, "ntt"), await hire("eka", Role.INVESTIGATOR)
    of_unit, of_agency, of_kind, by_hand = reports
    await _change(Report, of_unit, unit=None)
    await _change(Report, of_agency, agency="ntt")
    await _change(Report, of_kind, kind="service")
    service = await hire("gita", Role.SERVICE)
    await _add(Assignment(report_id=by_hand.id, staff_id=helper.staff_id, given_on=date(2024, 11, 11)))
    await catch_up(chief)
    outsiders = {str(one.staff_id) for one in (other, helper, service)}
    for report in reports:
        assert not await _readers(report.id) & outsiders
    assert str(friend.staff_id) not in await _readers(of_unit.id)
    async with reading() as db:
        connection = await db.connection()
        assert await connection.run_sync(entitlement.untrue) == [report.ticket for report in reports]


async def test_who_stepped_back_stays_out(hire: "Hire", receive: "Receive") -> None:
    chief, friend = await hire("sari", Role.SUPERVISOR), await hire("budi", Role.INTAKE)
    report = await receive()
    async with writing() as db:
        await assignment.recuse(db, friend, report.ticket, "kenal dengan terlapor")
    async with writing() as db:
        await db.exec(delete(Exclusion))
    await catch_up(chief)
    assert await _readers(report.id) == {str(chief.staff_id)}
    with pytest.raises(Refused, match=r"case\.facts_changed"):
        async with writing() as db:
            await assignment.assign(db, chief, report.ticket, friend.staff_id)
    assert await _readers(report.id) == {str(chief.staff_id)}


async def test_a_change_does_not_become_true_by_the_next_honest_one(hire: "Hire", receive: "Receive") -> None:
    chief, officer = await hire("sari", Role.SUPERVISOR), await hire("budi", Role.INTAKE)
    report = await receive(unit="biro-hukum")
    await _change(Report, report, unit=None)
    async with writing() as db:
        await assignment.assign(db, chief, report.ticket, officer.staff_id)  # who has the key already
    friend = await hire("adi", Role.INTAKE, unit="biro-hukum")
    await catch_up(chief)
    assert str(friend.staff_id) not in await _readers(report.id)


async def test_another_cases_key_is_not_handed_on(hire: "Hire", receive: "Receive") -> None:
    """The chief's key of a case that the accomplice must not read, put where the accomplice is owed one."""
    chief = await hire("sari", Role.SUPERVISOR)
    secret, owed = await receive(unit="biro-hukum"), await receive()
    friend = await hire("budi", Role.INTAKE, unit="biro-hukum")
    helper = await hire("eka", Role.INVESTIGATOR, unit="biro-hukum")
    async with writing() as db:
        row = await db.get_one(ReportKey, (secret.id, "account", str(chief.staff_id)))
        mine = update(ReportKey).where(col(ReportKey.report_id) == owed.id)
        await db.exec(mine.values(sealed_key=row.sealed_key))
    await catch_up(chief)
    assert str(friend.staff_id) not in await _readers(owed.id)
    with pytest.raises(Tampered):
        async with writing() as db:
            await assignment.assign(db, chief, owed.ticket, helper.staff_id)
    assert str(helper.staff_id) not in await _readers(owed.id)


async def test_nobody_asks_for_an_identity_of_a_case_not_theirs(hire: "Hire", receive: "Receive") -> None:
    custodian, chief = await hire("citra", Role.IDENTITY), await hire("sari", Role.SUPERVISOR)
    report, friend = await receive(), await hire("eka", Role.INVESTIGATOR)
    async with writing() as db:
        await identity.ask(db, chief, report.ticket, "perlu dihubungi untuk keterangan")
    await _change(IdentityRequest, report, asked_by=friend.staff_id)
    await _add(ReportKey(report_id=report.id, document="account", holder=str(friend.staff_id), sealed_key=b"x"))
    async with reading() as db:
        request = (await db.exec(select(IdentityRequest))).one()
    assert request.id is not None
    with pytest.raises(Refused, match=r"identity\.asker_gone"):
        async with writing() as db:
            await identity.decide(db, custodian, request.id, True, "setuju")


async def test_an_operator_takes_a_case_as_it_stands(hire: "Hire", receive: "Receive") -> None:
    chief, report = await hire("sari", Role.SUPERVISOR), await receive(unit="biro-hukum")
    await _change(Report, report, unit="biro-umum")
    officer = await hire("budi", Role.INTAKE)
    await catch_up(chief)
    assert await _readers(report.id) == {str(chief.staff_id)}
    async with writing() as db:
        await entitlement.accept(db, report.ticket)
    await catch_up(chief)
    assert await _readers(report.id) == {str(chief.staff_id), str(officer.staff_id)}


async def test_under_a_new_secret_all_is_taken_as_it_stands(hire: "Hire", receive: "Receive") -> None:
    reports = [await receive() for _ in range(3)]
    with elsewhere():
        async with writing() as db:
            connection = await db.connection()
            assert len(await connection.run_sync(entitlement.untrue)) == len(reports)
            await connection.run_sync(entitlement.mark_all)
            assert await connection.run_sync(entitlement.untrue) == []


async def test_what_officers_do_during_the_check_is_no_change_from_outside(
    hire: "Hire", receive: "Receive", monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    officer, report = await hire("budi", Role.INVESTIGATOR), await receive()
    async with reading() as db:
        mark = Facts.of(await db.get_one(Report, report.id), (), {officer.staff_id}).mark()
    others, of = sa.create_engine(settings().database.replace("+aiosqlite", "")), entitlement._of

    def meanwhile(connection: sa.Connection, rows: Any) -> Any:
        """An officer is given the case, after its row was read and before the assignments are."""
        monkeypatch.setattr(entitlement, "_of", of)
        given = {"report_id": report.id, "staff_id": officer.staff_id, "given_on": date(2024, 11, 11)}
        with others.begin() as other:
            other.execute(sa.insert(Assignment).values(given))
            other.execute(sa.update(Report).where(col(Report.id) == report.id).values(readers_mark=mark))
        return of(connection, rows)

    monkeypatch.setattr(entitlement, "_of", meanwhile)
    await cli._verify(argparse.Namespace())
    assert "intact in all cases" in capsys.readouterr().out
    others.dispose()
