"""One's own way in: sessions that are open, recovery codes made anew, a changed password."""

import asyncio
import time
from datetime import timedelta

import pytest
from pyotp.totp import TOTP
from sqlmodel import col, select, update

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.columns import now
from wbs_app.model.tables import AuditEvent, RecoveryCode, Staff, StaffSession
from wbs_app.services import audit, boxes, counting, recovery_codes, security, sessions, staff
from wbs_app.services.database import reading, snapshot, writing
from wbs_app.services.limits import FREE_TRIES
from wbs_app.services.refusal import Refused
from wbs_app.vault.codes import new_recovery_codes

PASSWORD = "kuda besi melompat tinggi"
BETTER = "tujuh belas kelinci putih"
WRONG = "kuda besi melompat rendah"


@pytest.fixture(autouse=True)
def _fresh(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing counted yet; two recovery codes instead of ten, each of which takes its time."""
    counting.forget()
    monkeypatch.setattr(recovery_codes, "new_recovery_codes", lambda: new_recovery_codes(2))


async def _add(username: str = "budi") -> None:
    async with writing() as db:
        added = await staff.add(db, username, username.title(), Role.INTAKE, ("bali",), None)
        assert added.id is not None
        await staff.set_password(db, added.id, PASSWORD)


async def _half(username: str = "budi") -> str:
    signed_in = await sessions.sign_in(username, PASSWORD)
    assert signed_in is not None
    return signed_in.cookie


async def _enrolled(username: str = "budi") -> tuple[str, list[str]]:
    """Somebody new, signed in: the session's cookie, and the first recovery codes."""
    await _add(username)
    half = await _half(username)
    begun = await sessions.begin_enrolment(half)
    assert begun is not None
    secret = begun.secret.replace(" ", "")
    done = await sessions.finish_enrolment(half, TOTP(secret).generate_otp(int(time.time()) // 30))
    assert done is not None
    return done


async def _actor(cookie: str) -> Actor:
    actor = await sessions.resolve(cookie)
    assert actor is not None
    return actor


async def _new_codes(actor: Actor, password: str = PASSWORD) -> str:
    """What the person is told, in a word."""
    try:
        await security.new_codes(actor, password, "device")
    except Refused as refused:
        return refused.key
    return "new"


async def _trail() -> list[tuple[str, str, str]]:
    async with snapshot() as db:
        assert await audit.verify(db) is None
        events = (await db.exec(select(AuditEvent).order_by(col(AuditEvent.id)))).all()
    return [(event.actor, event.action, event.subject) for event in events]


async def _digests() -> set[bytes]:
    async with reading() as db:
        return set((await db.exec(select(RecoveryCode.digest))).all())


# --- recovery codes --------------------------------------------------------------------------------------------------


async def test_new_codes_work_once_each_and_old_ones_no_more() -> None:
    cookie, old = await _enrolled()
    new = await security.new_codes(await _actor(cookie), PASSWORD)
    assert len(set(old) | set(new)) == 4
    assert (await _trail())[-1] == ("budi", "renew_codes", "budi")
    assert await sessions.resolve(cookie) is not None, "the session goes on"
    half = await _half()
    assert [await sessions.second_factor(half, code) for code in old] == [None, None]
    assert await sessions.second_factor(half, new[0]) is not None
    assert await sessions.second_factor(await _half(), new[0]) is None
    async with reading() as db:
        left = await security.overview(db, await _actor(cookie), boxes.id_of(cookie))
    assert left.codes == 1
    assert await sessions.second_factor(await _half(), new[1]) is not None
    assert await _digests() == set()


async def test_only_hashes_are_kept_of_new_codes() -> None:
    cookie, _ = await _enrolled()
    codes = await security.new_codes(await _actor(cookie), PASSWORD)
    kept = await _digests()
    assert len(kept) == 2
    assert not any(code.encode() in digest for code in codes for digest in kept)


async def test_somebody_elses_codes_stay() -> None:
    cookie, _ = await _enrolled()
    await _enrolled("sari")
    before = await _digests()
    await security.new_codes(await _actor(cookie), PASSWORD)
    assert len(before & await _digests()) == 2


async def test_a_wrong_password_changes_no_code() -> None:
    cookie, old = await _enrolled()
    actor, before = await _actor(cookie), await _digests()
    for typed in (WRONG, "", "\0", "\ud800", "x" * 100_000):
        assert await _new_codes(actor, typed) == "auth.current_wrong"
        assert (await _trail())[-1] == ("system", "refuse_password", "budi")
    assert await _digests() == before
    assert await sessions.second_factor(await _half_after_pause(), old[0]) is not None


async def _half_after_pause() -> str:
    counting.forget()
    return await _half()


async def test_guesses_at_the_password_are_slowed_with_those_at_sign_in() -> None:
    cookie, _ = await _enrolled()
    actor, before = await _actor(cookie), await _digests()
    said = [await _new_codes(actor, WRONG) for _ in range(FREE_TRIES + 2)]
    assert said == ["auth.current_wrong"] * (FREE_TRIES + 1) + ["auth.wait"]
    assert await _new_codes(actor) == "auth.wait"
    with pytest.raises(Refused, match=r"auth\.wait"):
        await security.change_password(actor, PASSWORD, BETTER, device="device")
    with pytest.raises(Refused, match=r"auth\.wait"):
        await sessions.sign_in("budi", PASSWORD, "device")
    assert await _digests() == before
    counting.forget()
    assert await _new_codes(actor) == "new"
    assert [await _new_codes(actor, WRONG) for _ in range(FREE_TRIES)] == ["auth.current_wrong"] * FREE_TRIES


async def test_two_who_make_new_codes_at_once_leave_those_of_one() -> None:
    cookie, _ = await _enrolled()
    actor = await _actor(cookie)
    made = await asyncio.gather(*(security.new_codes(actor, PASSWORD) for _ in range(2)))
    assert len({code for codes in made for code in codes}) == 4
    assert len(await _digests()) == 2


async def test_a_password_changed_meanwhile_lets_no_new_codes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie, _ = await _enrolled()
    actor, before, made = await _actor(cookie), await _digests(), recovery_codes.made

    async def slow() -> tuple[list[str], list[bytes]]:
        await security.change_password(actor, PASSWORD, BETTER)
        return await made()

    monkeypatch.setattr(recovery_codes, "made", slow)
    assert await _new_codes(actor) == "error.conflict_edit"
    assert await _digests() == before


async def test_without_a_second_factor_there_are_no_codes(relaxed: None) -> None:
    await _add()
    cookie = await _half()
    actor = await _actor(cookie)
    async with reading() as db:
        assert (await security.overview(db, actor, boxes.id_of(cookie))).codes is None
    assert await _new_codes(actor) == "twofa.relaxed"
    assert await _digests() == set()


async def test_a_half_session_may_do_nothing() -> None:
    await _add()
    cookie = await _half()
    actor = await _actor(cookie)
    with pytest.raises(Forbidden):
        await security.new_codes(actor, PASSWORD)
    with pytest.raises(Forbidden):
        await security.change_password(actor, PASSWORD, BETTER)
    with pytest.raises(Forbidden):
        await security.sign_out_everywhere(actor)
    async with reading() as db:
        with pytest.raises(Forbidden):
            await security.overview(db, actor, boxes.id_of(cookie))
    assert await sessions.resolve(cookie) is not None


# --- sessions --------------------------------------------------------------------------------------------------------


async def test_which_sessions_are_open(relaxed: None) -> None:
    await _add()
    await _add("sari")
    cookies = [await _half() for _ in range(4)]
    await _half("sari")
    began = [now() - timedelta(minutes=minutes) for minutes in (40, 30, 20, 10)]
    async with writing() as db:
        for cookie, at in zip(cookies, began, strict=True):
            await db.exec(update(StaffSession).where(col(StaffSession.id) == boxes.id_of(cookie)).values(began_at=at))
        ended = update(StaffSession).where(col(StaffSession.id) == boxes.id_of(cookies[0]))
        await db.exec(ended.values(expires_at=now()))
        waiting = update(StaffSession).where(col(StaffSession.id) == boxes.id_of(cookies[1]))
        await db.exec(waiting.values(half=True))
    async with reading() as db:
        found = (await security.overview(db, await _actor(cookies[2]), boxes.id_of(cookies[2]))).sessions
    assert found == [security.OpenSession(began[3], False), security.OpenSession(began[2], True)]


async def test_all_sessions_end_at_once() -> None:
    cookie, codes = await _enrolled()
    other = await sessions.second_factor(await _half(), codes[0])
    half = await _half()
    stranger, _ = await _enrolled("sari")
    await security.sign_out_everywhere(await _actor(cookie))
    assert [await sessions.resolve(each) for each in (cookie, other, half)] == [None] * 3
    assert await sessions.second_factor(half, codes[1]) is None, "who gave the password alone is out too"
    assert await sessions.resolve(stranger) is not None
    assert (await _trail())[-1] == ("budi", "sign_out_all", "budi")
    assert await sessions.second_factor(await _half(), codes[1]) is not None, "the way in is open"


# --- the password ----------------------------------------------------------------------------------------------------


async def test_a_changed_password(relaxed: None) -> None:
    await _add()
    cookie, other = await _half(), await _half()
    actor = await _actor(cookie)
    with pytest.raises(Refused, match=r"auth\.current_wrong"):
        await security.change_password(actor, BETTER, BETTER)
    assert (await _trail())[-1] == ("system", "refuse_password", "budi")
    with pytest.raises(Refused, match="password_short"):
        await security.change_password(actor, PASSWORD, "short")
    assert await sessions.resolve(other) is not None
    await security.change_password(actor, PASSWORD, BETTER, keep=boxes.id_of(cookie))
    assert (await _trail())[-1] == ("budi", "change_password", "budi")
    assert await sessions.resolve(cookie) == actor
    assert await sessions.resolve(other) is None
    assert await sessions.sign_in("budi", PASSWORD) is None
    again = await sessions.sign_in("budi", BETTER)
    assert again is not None
    assert (await _actor(again.cookie)).private_key == actor.private_key


async def test_a_changed_password_keeps_the_second_factor() -> None:
    cookie, codes = await _enrolled()
    await security.change_password(await _actor(cookie), PASSWORD, BETTER)
    assert await sessions.resolve(cookie) is None
    signed_in = await sessions.sign_in("budi", BETTER)
    assert signed_in is not None
    assert signed_in.enrolled
    assert await sessions.second_factor(signed_in.cookie, codes[0]) is not None


async def test_of_two_changes_at_once_one_counts(relaxed: None) -> None:
    await _add()
    actor = await _actor(await _half())
    tries = (security.change_password(actor, PASSWORD, each) for each in (BETTER, BETTER[::-1]))
    came = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(str(getattr(each, "key", "")) for each in came) in (
        ["", "error.conflict_edit"],
        ["", "auth.current_wrong"],
    )
    async with reading() as db:
        (one,) = (await db.exec(select(Staff))).all()
    assert one.active
