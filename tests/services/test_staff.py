"""Staff members: made, invited, activated, changed, ended."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.columns import now
from wbs_app.model.tables import AuditEvent, Invitation, Staff, StaffSession
from wbs_app.services import credentials, sessions, staff
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.vault.keypairs import open_sealed, seal_to

GOOD = "kuda besi melompat tinggi"
BETTER = "tujuh belas kelinci putih"


async def _add(username: str = "budi", role: Role = Role.INTAKE, agencies: tuple[str, ...] = ("bali",)) -> int:
    async with writing() as db:
        added = await staff.add(db, username, "Budi Santoso", role, agencies, None)
    assert added.id is not None
    return added.id


async def _invite(staff_id: int) -> str:
    async with writing() as db:
        return await staff.invite(db, staff_id)


async def _accept(token: str, password: str = GOOD) -> Staff:
    async with writing() as db:
        return await staff.accept(db, token, password)


async def _get(staff_id: int) -> Staff:
    async with reading() as db:
        found = await db.get(Staff, staff_id)
    assert found is not None
    return found


async def test_a_new_staff_member(db: Db) -> None:
    added = await staff.add(db, "  Budi.S ", " Budi  Santoso ", Role.SUPERVISOR, ("ntt", "bali"), "Biro Hukum")
    assert (added.username, added.name, added.role, added.agencies) == (
        "budi.s",
        "Budi Santoso",
        "supervisor",
        "bali ntt",
    )
    assert (added.unit, added.active, added.salt, added.public_key) == ("biro-hukum", True, None, None)
    assert await staff.by_username(db, " BUDI.s") is added
    event = (await db.exec(select(AuditEvent))).one()
    assert (event.actor, event.action, event.subject) == ("system", "add_staff", "budi.s")


CANNOT_BE_ADDED = [
    ({"username": "BUDI"}, "admin.username_taken"),
    ({"username": "b"}, "admin.username_invalid"),
    ({"username": "budi santoso"}, "admin.username_invalid"),
    ({"username": "sari\0"}, "admin.username_invalid"),
    ({"username": "x" * 65}, "admin.username_invalid"),
    ({"username": "System"}, "admin.username_invalid"),
    ({"username": "reporter"}, "admin.username_invalid"),
    ({"name": "  "}, "admin.name_invalid"),
    ({"name": "x" * 101}, "admin.name_invalid"),
    ({"name": "Sari\ud800"}, "admin.name_invalid"),
    ({"agencies": ()}, "admin.agency_unknown"),
    ({"agencies": ("bali", "papua")}, "admin.agency_unknown"),
    ({"unit": "tidak-ada"}, "admin.unit_unknown"),
    ({"unit": "Biro\0"}, "admin.unit_unknown"),
]


async def test_who_cannot_be_added(db: Db) -> None:
    await staff.add(db, "budi", "Budi", Role.INTAKE, ("bali",), None)
    for changed, key in CANNOT_BE_ADDED:
        plain: dict[str, Any] = {"username": "sari", "name": "Sari", "agencies": ("bali",), "unit": None}
        with pytest.raises(Refused) as refused:
            await staff.add(db, role=Role.INTAKE, **(plain | changed))
        assert refused.value.key == key, changed


async def test_an_invitation_works_once(database: str) -> None:
    staff_id = await _add()
    token = await _invite(staff_id)
    async with reading() as db:
        shown = await staff.peek(db, token)
        assert shown is not None
        assert shown.id == staff_id
        kept = (await db.exec(select(Invitation))).one()
        assert token not in kept.digest
        assert timedelta(hours=47) < kept.expires_at - now() <= timedelta(hours=48)
    accepted = await _accept(token)
    assert accepted.public_key is not None
    unlocked = await credentials.unlock(await _get(staff_id), GOOD)
    assert unlocked is not None
    assert open_sealed(unlocked.private_key, seal_to(accepted.public_key, b"key")) == b"key"
    async with reading() as db:
        assert await staff.peek(db, token) is None
    with pytest.raises(Refused, match=r"invite\.invalid"):
        await _accept(token, BETTER)
    with pytest.raises(Refused, match="not_invitable"):
        await _invite(staff_id)


async def test_two_accept_at_once_and_one_password_counts(database: str) -> None:
    staff_id = await _add()
    token = await _invite(staff_id)
    results = await asyncio.gather(_accept(token, GOOD), _accept(token, BETTER), return_exceptions=True)
    assert sorted(isinstance(result, Refused) for result in results) == [False, True]
    assert [isinstance(result, Staff) for result in results].count(True) == 1
    kept = await _get(staff_id)
    assert [await credentials.unlock(kept, password) is not None for password in (GOOD, BETTER)].count(True) == 1


async def test_a_newer_invitation_replaces_the_earlier(database: str) -> None:
    staff_id = await _add()
    earlier, later = await _invite(staff_id), await _invite(staff_id)
    with pytest.raises(Refused, match=r"invite\.invalid"):
        await _accept(earlier)
    assert (await _accept(later)).id == staff_id


async def test_an_old_invitation_is_invalid(database: str) -> None:
    token = await _invite(await _add())
    async with writing() as db:
        kept = (await db.exec(select(Invitation))).one()
        kept.expires_at = now() - timedelta(seconds=1)
        db.add(kept)
    async with reading() as db:
        assert await staff.peek(db, token) is None
    with pytest.raises(Refused, match=r"invite\.invalid"):
        await _accept(token)


async def test_a_token_of_garbage(database: str) -> None:
    for token in ("", "x", "\0", "\ud800", "x" * 5000):
        with pytest.raises(Refused, match=r"invite\.invalid"):
            await _accept(token)


async def test_a_refused_password_leaves_the_invitation(database: str) -> None:
    staff_id = await _add()
    token = await _invite(staff_id)
    with pytest.raises(Refused) as refused:
        await _accept(token, "short")
    assert (refused.value.key, refused.value.values["min"]) == ("auth.password_short", 12)
    assert (await _accept(token)).id == staff_id


async def test_a_password_is_set_for_the_first_time_only(db: Db) -> None:
    added = await staff.add(db, "budi", "Budi", Role.INTAKE, ("bali",), None)
    assert added.id is not None
    await staff.set_password(db, added.id, GOOD)
    assert added.salt is not None
    with pytest.raises(Refused, match="not_invitable"):
        await staff.set_password(db, added.id, BETTER)
    with pytest.raises(Refused, match="staff_unknown"):
        await staff.set_password(db, 999_999, GOOD)


async def test_the_end_of_a_staff_member(database: str) -> None:
    staff_id = await _add()
    await _accept(await _invite(staff_id))
    assert await sessions.sign_in("budi", GOOD) is not None
    async with writing() as db:
        await staff.deactivate(db, staff_id, by="admin")
    assert await sessions.sign_in("budi", GOOD) is None
    async with reading() as db:
        assert (await db.exec(select(StaffSession))).first() is None
    with pytest.raises(Refused, match="not_invitable"):
        await _invite(staff_id)
    with pytest.raises(Refused, match="staff_unknown"):
        async with writing() as db:
            await staff.deactivate(db, 999_999)


async def test_who_may_list_staff(database: str) -> None:
    for username, agencies in (("sari", ("ntt",)), ("budi", ("bali", "ntt")), ("adi", ("bali",))):
        await _add(username, Role.INTAKE, agencies)
    admin = Actor(99, "admin", "Admin", Role.ADMIN, ("bali",))
    async with reading() as db:
        assert [one.username for one in await staff.listed(db, admin)] == ["budi", "adi"]
        for role in set(Role) - {Role.ADMIN}:
            with pytest.raises(Forbidden):
                await staff.listed(db, Actor(99, "x", "X", role, ("bali",)))
        with pytest.raises(Forbidden):
            await staff.listed(db, Actor(99, "x", "X", Role.ADMIN, ("bali",), half=True))


async def _first_invitation(*, again: bool = True) -> str | None:
    async with writing() as db:
        return await staff.first_invitation(db, again=again)


async def test_the_first_administrator(database: str) -> None:
    earlier, later = await _first_invitation(), await _first_invitation()
    assert earlier is not None and later is not None
    with pytest.raises(Refused, match=r"invite\.invalid"):
        await _accept(earlier)
    admin = await _accept(later)
    assert (admin.username, admin.role, admin.agencies) == ("admin", Role.ADMIN, "bali ntt")
    assert await _first_invitation() is None


async def test_a_link_that_holds_may_be_left_alone(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = await _first_invitation(again=False)
    assert shown
    assert await _first_invitation(again=False) == ""
    later = staff.now() + staff.INVITATION_LASTS
    with monkeypatch.context() as two_days_on:
        two_days_on.setattr(staff, "now", lambda: later)
        another = await _first_invitation(again=False)
    assert another and another != shown
    await _accept(another)
    assert await _first_invitation(again=False) is None


async def test_the_first_administrator_when_the_name_is_taken(database: str) -> None:
    await _add("admin", Role.AUDITOR)
    token = await _first_invitation()
    assert token is not None
    assert (await _accept(token)).username == "admin2"


async def test_an_administrator_who_was_added_is_the_first(database: str) -> None:
    staff_id = await _add("sari", Role.ADMIN)
    token = await _first_invitation()
    assert token is not None
    assert (await _accept(token)).id == staff_id
