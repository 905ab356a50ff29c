"""Guesses at PINs and passwords: slowed by ticket and account, and the same whether there is such a one or not."""

import time

import pytest
from sqlmodel import select

from tests.services.conftest import Receive
from wbs_app.model.access import Role
from wbs_app.model.tables import Report
from wbs_app.services import counting, reports, sessions, slow, staff
from wbs_app.services.database import writing
from wbs_app.services.limits import FIRST_DELAY, FREE_TRIES
from wbs_app.services.refusal import Refused
from wbs_app.services.slow import Queue
from wbs_app.vault.codes import new_ticket, parse_pin, pin_from
from wbs_app.vault.passwords import derive, new_salt
from wbs_app.vault.sealing import Place, new_key, seal

PASSWORD = "kuda besi melompat tinggi sekali"
PIN, WRONG = pin_from(bytes(64)), pin_from(bytes([7]) * 64)


@pytest.fixture(autouse=True)
def _fresh(database: str) -> None:
    counting.forget()


async def outcome(ticket: str, pin: str, device: str = "device") -> str:
    """What a reporter is told."""
    try:
        return "in" if await reports.unlock(ticket, pin, device) else "wrong"
    except Refused as refused:
        return refused.key


@pytest.fixture
async def ticket(receive: Receive) -> str:
    """Of a report that PIN opens."""
    received = await receive()
    salt = new_salt()
    wrap = derive(parse_pin(PIN) or "", salt)
    async with writing() as db:
        report = (await db.exec(select(Report).where(Report.ticket == received.ticket))).one()
        report.pin_salt = salt
        report.pin_keys = seal(wrap, new_key() + new_key(), Place("report", received.ticket, "pin_keys"))
        db.add(report)
    return received.ticket


async def test_an_unknown_ticket_is_slowed_like_a_known_one(ticket: str) -> None:
    tried = FREE_TRIES + 3
    known = [await outcome(ticket, WRONG) for _ in range(tried)]
    unknown = [await outcome(new_ticket("BALI"), WRONG) for _ in range(2)]
    assert unknown == ["wrong"] * 2, "each ticket for itself"
    other = new_ticket("BALI")
    assert [await outcome(other, WRONG) for _ in range(tried)] == known
    assert known == ["wrong"] * (FREE_TRIES + 1) + ["track.locked"] * 2


async def test_the_right_pin_opens_again_after_the_pause(ticket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(FREE_TRIES + 2):
        await outcome(ticket, WRONG, "stranger")
    assert await outcome(ticket, PIN, "owner") == "track.locked"
    now = time.monotonic()
    with monkeypatch.context() as later:
        later.setattr(counting.time, "monotonic", lambda: now + FIRST_DELAY + 1)
        assert await outcome(ticket, PIN, "owner") == "in"
        assert [await outcome(ticket, WRONG) for _ in range(FREE_TRIES)] == ["wrong"] * FREE_TRIES, "all forgotten"


async def test_mistyped_tickets_lock_nobody(ticket: str) -> None:
    for _ in range(2 * FREE_TRIES):
        assert await outcome("BALI-0000-0001", WRONG) == "wrong"
    assert await outcome(ticket, PIN) == "in"


async def test_an_unknown_account_is_slowed_like_a_known_one(database: str) -> None:
    async with writing() as db:
        one = await staff.add(db, "budi", "Budi", Role.INTAKE, ("bali",), None)
        assert one.id is not None
        await staff.set_password(db, one.id, PASSWORD)

    async def told(username: str, password: str) -> str:
        try:
            return "in" if await sessions.sign_in(username, password, "device") else "wrong"
        except Refused as refused:
            return refused.key

    tried = FREE_TRIES + 2
    known = [await told(" Budi ", "wrong password") for _ in range(tried)]
    assert [await told("nobody", "wrong password") for _ in range(tried)] == known
    assert known == ["wrong"] * (FREE_TRIES + 1) + ["auth.wait"]
    assert await told("budi", PASSWORD) == "auth.wait"
    counting.forget()
    assert await told("budi", PASSWORD) == "in"


async def test_a_queue_that_is_full_turns_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, "opening", Queue("test", most=0))
    monkeypatch.setattr(reports, "opening", slow.opening)
    assert await outcome(new_ticket("BALI"), PIN) == "error.rate_limit"
