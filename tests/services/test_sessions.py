"""Staff sign-in: what lets in, what does not, and what a stolen database gives away."""

import asyncio
import re
import time
from datetime import timedelta

import pytest
from pyotp.totp import TOTP
from sqlmodel import col, select, update

from wbs_app.model.access import Actor, Permission, Role
from wbs_app.model.columns import now
from wbs_app.model.tables import AuditEvent, RecoveryCode, Staff, StaffSession
from wbs_app.services import audit, boxes, recovery_codes, sessions, staff
from wbs_app.services.database import reading, snapshot, writing
from wbs_app.services.refusal import Refused
from wbs_app.vault.codes import new_recovery_codes
from wbs_app.vault.keypairs import open_sealed, seal_to

PASSWORD = "kuda besi melompat tinggi"


@pytest.fixture
async def person(database: str) -> Staff:
    async with writing() as db:
        added = await staff.add(db, "budi", "Budi Santoso", Role.INTAKE, ("bali", "ntt"), "biro-hukum")
        assert added.id is not None
        await staff.set_password(db, added.id, PASSWORD)
    return added


@pytest.fixture
def few_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two recovery codes instead of ten, each of which takes its time."""
    monkeypatch.setattr(recovery_codes, "new_recovery_codes", lambda: new_recovery_codes(2))


async def _sign_in() -> str:
    signed_in = await sessions.sign_in("budi", PASSWORD)
    assert signed_in is not None
    return signed_in.cookie


def _code(secret: str, steps: int = 0) -> str:
    return TOTP(secret).generate_otp(int(time.time()) // 30 + steps)


async def _enrol(cookie: str) -> tuple[str, str, list[str]]:
    """The secret, the full session's cookie, the recovery codes."""
    begun = await sessions.begin_enrolment(cookie)
    assert begun is not None
    secret = begun.secret.replace(" ", "")
    done = None
    while done is None:
        step = int(time.time()) // 30
        done = await sessions.finish_enrolment(cookie, TOTP(secret).generate_otp(step - 1))
        assert done is not None or int(time.time()) // 30 > step  # else its time ended on the way
    return secret, *done


async def _actions() -> list[tuple[str, str, str]]:
    async with snapshot() as db:
        assert await audit.verify(db) is None
        events = (await db.exec(select(AuditEvent).order_by(col(AuditEvent.id)))).all()
    return [(event.actor, event.action, event.subject) for event in events][3:]  # after add, set_password and vouch


async def test_the_whole_way_in(person: Staff) -> None:
    signed_in = await sessions.sign_in(" BUDI ", PASSWORD)
    assert signed_in is not None
    assert (signed_in.half, signed_in.enrolled) == (True, False)
    half = await sessions.resolve(signed_in.cookie)
    assert half is not None
    assert (half.half, half.private_key) == (True, b"")
    assert [permission for permission in Permission if half.can(permission)] == [Permission.ENROL]
    assert await sessions.second_factor(signed_in.cookie, "123456") is None
    secret, full, codes = await _enrol(signed_in.cookie)
    assert await sessions.resolve(signed_in.cookie) is None
    actor = await sessions.resolve(full)
    assert actor is not None and person.id is not None and person.public_key is not None
    who = Actor(person.id, "budi", "Budi Santoso", Role.INTAKE, ("bali", "ntt"), "biro-hukum", actor.private_key)
    assert actor == who
    assert open_sealed(actor.private_key, seal_to(person.public_key, b"key")) == b"key"
    assert len(set(codes)) == 10
    again = await sessions.sign_in("budi", PASSWORD)
    assert again is not None
    assert (again.half, again.enrolled) == (True, True)
    assert await sessions.begin_enrolment(again.cookie) is None
    code = _code(secret)
    entered = await sessions.second_factor(again.cookie, f" {code[:3]} {code[3:]} ")
    assert entered is not None
    assert await sessions.resolve(entered) == actor
    await sessions.sign_out(entered)
    await sessions.sign_out(entered)
    assert await sessions.resolve(entered) is None
    assert await sessions.resolve(full) == actor
    me = "budi"
    assert await _actions() == [
        (me, "give_password", me),
        (me, "sign_in", me),
        (me, "enrol", me),
        (me, "give_password", me),
        (me, "sign_in", me),
        (me, "sign_out", me),
    ]


async def test_an_unknown_username(person: Staff) -> None:
    typed = ("sari", "", "budi\0", "\ud800", "x" * 10_000, "budi' OR 1=1")
    for username in typed:
        assert await sessions.sign_in(username, PASSWORD) is None
    assert await _actions() == [("system", "refuse_password", "")] * len(typed)


async def test_a_wrong_password(person: Staff) -> None:
    typed = ("", "kuda besi melompat rendah", "\0", "\ud800", "x" * 100_000)
    for password in typed:
        assert await sessions.sign_in("budi", password) is None
    assert await _actions() == [("system", "refuse_password", "budi")] * len(typed)


async def test_somebody_without_a_password(database: str) -> None:
    async with writing() as db:
        await staff.add(db, "budi", "Budi", Role.INTAKE, ("bali",), None)
    assert await sessions.sign_in("budi", "") is None


async def test_unknown_and_wrong_take_the_same_time(person: Staff) -> None:
    async def took(username: str) -> float:
        start = time.process_time()  # of all threads; a busy machine does not count
        assert await sessions.sign_in(username, "kuda besi melompat rendah") is None
        return time.process_time() - start

    known, unknown = [], []
    for _ in range(5):
        known.append(await took("budi"))
        unknown.append(await took("sari"))
    assert min(known) < 2 * min(unknown) < 4 * min(known)


async def test_development_without_second_factor(person: Staff, relaxed: None) -> None:
    signed_in = await sessions.sign_in("budi", PASSWORD)
    assert signed_in is not None
    assert (signed_in.half, signed_in.enrolled) == (False, False)
    actor = await sessions.resolve(signed_in.cookie)
    assert actor is not None
    assert actor.can(Permission.READ_CASE)
    assert await sessions.begin_enrolment(signed_in.cookie) is None
    assert await sessions.second_factor(signed_in.cookie, "123456") is None


async def test_whoever_is_enrolled_is_asked_even_in_development(
    person: Staff, few_codes: None, request: pytest.FixtureRequest
) -> None:
    await _enrol(await _sign_in())
    request.getfixturevalue("relaxed")
    signed_in = await sessions.sign_in("budi", PASSWORD)
    assert signed_in is not None
    assert (signed_in.half, signed_in.enrolled) == (True, True)


# --- the second factor --------------------------------------------------------------------------------------


async def test_a_code_works_once(person: Staff, few_codes: None) -> None:
    secret, _, _ = await _enrol(await _sign_in())
    first, second = await _sign_in(), await _sign_in()
    code = _code(secret)
    entered = await asyncio.gather(sessions.second_factor(first, code), sessions.second_factor(second, code))
    assert [cookie is None for cookie in entered].count(True) == 1
    assert await sessions.second_factor(await _sign_in(), code) is None
    assert await sessions.second_factor(await _sign_in(), _code(secret, -1)) is None
    assert await sessions.second_factor(await _sign_in(), _code(secret, 1)) is not None


async def test_a_recovery_code_works_once(person: Staff, few_codes: None) -> None:
    _, _, codes = await _enrol(await _sign_in())
    assert await sessions.second_factor(await _sign_in(), codes[0].lower().replace("-", " ")) is not None
    assert await sessions.second_factor(await _sign_in(), codes[0]) is None
    assert await sessions.second_factor(await _sign_in(), codes[1]) is not None
    async with reading() as db:
        assert len((await db.exec(select(RecoveryCode))).all()) == 0


async def test_a_code_of_garbage(person: Staff, few_codes: None) -> None:
    await _enrol(await _sign_in())
    half = await _sign_in()
    for code in (
        "",
        "12345",
        "1234567",
        "\u0661\u0662\u0663\u0664\u0665\u0666",
        "\0",
        "\ud800",
        "1" * 10_000,
    ):
        assert await sessions.second_factor(half, code) is None
        assert (await _actions())[-1] == ("system", "refuse_second_factor", "budi")
    assert await sessions.resolve(half) is not None


async def test_wrong_codes_lock_for_a_while(person: Staff, few_codes: None) -> None:
    secret, _, codes = await _enrol(await _sign_in())
    wrong = f"{(int(_code(secret)) + 1) % 10**6:06}"
    half = await _sign_in()
    wrong = wrong if wrong not in (_code(secret, 1), _code(secret, -1)) else "000000"
    for _ in range(sessions.TRIES - 1):
        assert await sessions.second_factor(half, wrong) is None
    assert await sessions.second_factor(await _sign_in(), wrong) is None
    for right in (_code(secret), codes[0]):
        with pytest.raises(Refused) as refused:
            await sessions.second_factor(half, right)
        assert (refused.value.key, refused.value.values) == ("auth.locked", {"minutes": 15})
    async with writing() as db:
        await db.exec(update(Staff).values(tries_since=now() - sessions.TRIES_WINDOW - timedelta(seconds=1)))
    assert await sessions.second_factor(await _sign_in(), codes[0]) is not None
    async with reading() as db:
        assert (await db.exec(select(Staff.tries))).one() == 0


# --- enrolment ----------------------------------------------------------------------------------------------


async def test_the_secret_stays_until_it_is_confirmed(person: Staff, few_codes: None) -> None:
    cookie = await _sign_in()
    shown = await sessions.begin_enrolment(cookie)
    assert shown is not None
    assert await sessions.begin_enrolment(cookie) == shown
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", shown.secret)
    secret = shown.secret.replace(" ", "")
    assert shown.uri == f"otpauth://totp/WBS:budi?secret={secret}&issuer=WBS"
    assert shown.qr.startswith("<svg") and "#000" in shown.qr and "#fff" in shown.qr
    assert secret not in repr(shown)
    wrong = next(code for code in ("000000", "111111") if code not in {_code(secret, step) for step in (-1, 0, 1, 2)})
    assert await sessions.finish_enrolment(cookie, wrong) is None
    assert await sessions.finish_enrolment(cookie, "") is None
    code = _code(secret)
    done = await sessions.finish_enrolment(cookie, code)
    assert done is not None
    assert await sessions.finish_enrolment(cookie, _code(secret, 1)) is None
    assert await sessions.second_factor(await _sign_in(), code) is None  # used for enrolling


async def test_two_confirm_at_once(person: Staff, few_codes: None) -> None:
    cookies = [await _sign_in(), await _sign_in()]
    begun = [await sessions.begin_enrolment(cookie) for cookie in cookies]
    confirmed = await asyncio.gather(
        *(
            sessions.finish_enrolment(cookie, _code(shown.secret.replace(" ", "")))
            for cookie, shown in zip(cookies, begun, strict=True)
            if shown
        )
    )
    assert [done is None for done in confirmed].count(True) == 1
    async with reading() as db:
        assert len((await db.exec(select(RecoveryCode))).all()) == 2


async def test_nothing_is_confirmed_before_it_began(person: Staff) -> None:
    assert await sessions.finish_enrolment(await _sign_in(), "000000") is None


# --- the session --------------------------------------------------------------------------------------------


async def test_a_cookie_of_garbage(person: Staff) -> None:
    assert await sessions.resolve(None) is None
    for cookie in ("", "x", "\0", "\ud800", "x" * 10_000):
        assert await sessions.resolve(cookie) is None
        assert await sessions.second_factor(cookie, "123456") is None
        assert await sessions.begin_enrolment(cookie) is None
        assert await sessions.finish_enrolment(cookie, "123456") is None
        await sessions.sign_out(cookie)


async def _times(cookie: str, **values: object) -> StaffSession:
    """The session's row, after setting some of its columns."""
    async with writing() as db:
        if values:
            await db.exec(update(StaffSession).where(col(StaffSession.id) == boxes.id_of(cookie)).values(**values))
        held = await db.get(StaffSession, boxes.id_of(cookie))
    assert held is not None
    return held


async def test_how_long_a_half_session_lasts(person: Staff) -> None:
    cookie = await _sign_in()
    held = await _times(cookie)
    assert held.expires_at - held.began_at == timedelta(minutes=15)
    begun = await sessions.begin_enrolment(cookie)
    assert begun is not None
    await _times(cookie, expires_at=now() + timedelta(minutes=5))
    assert await sessions.resolve(cookie) is not None
    assert (await _times(cookie)).expires_at < now() + timedelta(minutes=6)
    await _times(cookie, expires_at=now())
    assert await sessions.resolve(cookie) is None
    assert await sessions.begin_enrolment(cookie) is None
    assert await sessions.finish_enrolment(cookie, _code(begun.secret.replace(" ", ""))) is None


async def test_how_long_a_full_session_lasts(person: Staff, relaxed: None) -> None:
    cookie = await _sign_in()
    fresh = await _times(cookie)
    assert fresh.expires_at - fresh.began_at == timedelta(minutes=60)
    await sessions.resolve(cookie)
    assert (await _times(cookie)).expires_at == fresh.expires_at  # not written at every event
    await _times(cookie, expires_at=now() + timedelta(minutes=30))
    assert await sessions.resolve(cookie) is not None
    assert (await _times(cookie)).expires_at > now() + timedelta(minutes=59)
    began = now() - timedelta(hours=7, minutes=30)
    await _times(cookie, began_at=began, expires_at=now() + timedelta(minutes=10))
    assert await sessions.resolve(cookie) is not None
    assert (await _times(cookie)).expires_at == began + timedelta(hours=8)
    await _times(cookie, expires_at=now())
    assert await sessions.resolve(cookie) is None


async def test_a_page_that_refreshes_by_itself_keeps_nobody_signed_in(person: Staff, relaxed: None) -> None:
    cookie = await _sign_in()
    soon = now() + timedelta(minutes=30)
    await _times(cookie, expires_at=soon)
    assert await sessions.resolve(cookie, by_hand=False) is not None
    assert (await _times(cookie)).expires_at == soon
    assert await sessions.resolve(cookie) is not None
    assert (await _times(cookie)).expires_at > soon


async def test_an_inactive_person_is_out_at_once(person: Staff, relaxed: None) -> None:
    cookie = await _sign_in()
    async with writing() as db:
        await db.exec(update(Staff).values(active=False))
    assert await sessions.resolve(cookie) is None


async def test_ended_sessions_are_swept(person: Staff) -> None:
    ended, going_on = await _sign_in(), await _sign_in()
    await _times(ended, expires_at=now())
    async with writing() as db:
        await sessions.sweep(db)
    async with reading() as db:
        assert (await db.exec(select(StaffSession.id))).all() == [boxes.id_of(going_on)]


async def test_the_database_alone_opens_nothing(person: Staff, few_codes: None) -> None:
    secret, cookie, codes = await _enrol(await _sign_in())
    actor = await sessions.resolve(cookie)
    assert actor is not None
    async with reading() as db:
        rows: list[object] = [*(await db.exec(select(Staff))), *(await db.exec(select(StaffSession)))]
        rows += [*(await db.exec(select(RecoveryCode)))]
    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for row in rows
        for value in row.model_dump().values()  # type: ignore[attr-defined]
    )
    for secret_thing in (PASSWORD, secret, cookie, actor.private_key.hex(), *codes):
        assert secret_thing.encode() not in kept
    assert actor.private_key not in kept
