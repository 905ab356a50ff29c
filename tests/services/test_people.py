"""What an administrator may do to staff, and to whom."""

from typing import TYPE_CHECKING

import pytest

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.tables import Staff
from wbs_app.services import people, staff
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused

if TYPE_CHECKING:
    from tests.services.conftest import Hire


async def test_a_newcomer_is_invited(hire: "Hire") -> None:
    rai = await hire("rai", Role.ADMIN, "bali ntt")
    async with writing() as db:
        added, token = await people.hire(db, rai, "Sari", "Sari Dewi", "intake", ("bali",), None)
    async with reading() as db:
        invited = await staff.peek(db, token)
    assert invited is not None
    assert (invited.id, invited.username, invited.role, invited.agencies) == (added.id, "sari", "intake", "bali")


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"role": "raja"}, "admin.role_unknown"),
        ({"role": ""}, "admin.role_unknown"),
        ({"agencies": ("ntt",)}, "admin.agency_unknown"),
        ({"agencies": ("bali", "ntt")}, "admin.agency_unknown"),
        ({"agencies": ()}, "admin.agency_unknown"),
        ({"username": "?"}, "admin.username_invalid"),
        ({"unit": "biro-khayal"}, "admin.unit_unknown"),
    ],
)
async def test_who_cannot_be_hired(hire: "Hire", given: dict[str, object], key: str) -> None:
    rai = await hire("rai", Role.ADMIN, "bali")
    wanted = {"username": "sari", "name": "Sari", "role": "intake", "agencies": ("bali",), "unit": None} | given
    with pytest.raises(Refused, match=key):
        async with writing() as db:
            await people.hire(db, rai, **wanted)  # type: ignore[arg-type]
    async with reading() as db:
        assert await staff.by_username(db, "sari") is None


async def test_a_new_link_takes_the_place_of_the_old_one(hire: "Hire") -> None:
    rai = await hire("rai", Role.ADMIN)
    async with writing() as db:
        added, old = await people.hire(db, rai, "sari", "Sari", "intake", ("bali",), None)
        assert added.id is not None
        _, new = await people.invite_again(db, rai, added.id)
    async with reading() as db:
        assert await staff.peek(db, old) is None
        assert await staff.peek(db, new) is not None


async def test_access_ends(hire: "Hire") -> None:
    rai, budi = await hire("rai", Role.ADMIN), await hire("budi", Role.INTAKE)
    async with writing() as db:
        assert (await people.dismiss(db, rai, budi.staff_id)).username == "budi"
    async with reading() as db:
        person = await db.get(Staff, budi.staff_id)
    assert person is not None
    assert not person.active


async def test_whom_nobody_can_stand_in_for(hire: "Hire") -> None:
    """Neither who is not vouched for, nor who is gone, nor who serves another agency stands in for anybody."""
    rai = await hire("rai", Role.ADMIN, "bali ntt")
    budi, dewi = await hire("budi", Role.INTAKE, "bali ntt"), await hire("dewi", Role.IDENTITY, "bali ntt")
    await hire("sari", Role.INTAKE, "bali", vouched=False)
    await hire("adi", Role.IDENTITY, "bali", active=False)
    chief, _ = await hire("umbu", Role.SUPERVISOR, "ntt"), await hire("tari", Role.IDENTITY, "ntt")
    async with reading() as db:
        found = people.irreplaceable(await staff.listed(db, rai), {"bali": {"wbs"}, "ntt": {"wbs", "service"}})
    assert found == {
        budi.staff_id: [("bali", "wbs")],
        dewi.staff_id: [("bali", "identity")],
        chief.staff_id: [("ntt", "service")],
    }


async def refusal(actor: Actor, staff_id: int) -> set[str]:
    """How both changes to a person are refused."""
    found = set()
    for change in (people.dismiss, people.invite_again):
        with pytest.raises(Refused) as refused:
            async with writing() as db:
                await change(db, actor, staff_id)
        found.add(refused.value.key)
    return found


async def test_out_of_reach(hire: "Hire") -> None:
    """Nobody of another agency, not even one who serves the administrator's as well."""
    rai = await hire("rai", Role.ADMIN, "bali")
    maria, ayu = await hire("maria", Role.SERVICE, "ntt"), await hire("ayu", Role.SUPERVISOR, "bali ntt")
    for staff_id in (maria.staff_id, ayu.staff_id, 0, -1, 999_999, 10**30):
        assert await refusal(rai, staff_id) == {"admin.staff_unknown"}


async def test_oneself_and_the_active(hire: "Hire") -> None:
    rai, budi = await hire("rai", Role.ADMIN), await hire("budi", Role.INTAKE)
    assert await refusal(rai, rai.staff_id) == {"admin.not_yourself", "admin.not_invitable"}
    with pytest.raises(Refused, match=r"admin\.not_invitable"):
        async with writing() as db:
            await people.invite_again(db, rai, budi.staff_id)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_other_roles(hire: "Hire", role: Role) -> None:
    actor, budi = await hire("ani", role), await hire("budi", Role.INTAKE)
    async with writing() as db:
        for change in (people.dismiss, people.invite_again):
            with pytest.raises(Forbidden):
                await change(db, actor, budi.staff_id)
        with pytest.raises(Forbidden):
            await people.hire(db, actor, "sari", "Sari", "intake", ("bali",), None)


async def test_where_notices_go(hire: "Hire") -> None:
    admin, officer = await hire("admin", Role.ADMIN), await hire("budi", Role.INTAKE)
    elsewhere = await hire("lain", Role.ADMIN, "ntt")
    async with writing() as db:
        await people.set_email(db, admin, officer.staff_id, " Budi@Contoh.go.id ")
        assert await staff.email_of(db, officer) == "Budi@Contoh.go.id"
        assert await people.set_own_email(db, officer, "budi@lain.go.id") == "budi@lain.go.id"
        for wrong in ("budi", "a@b", "x@y.z\r\nBcc: all@contoh.go.id", "a" * 300 + "@contoh.go.id"):
            with pytest.raises(Refused):
                await people.set_own_email(db, officer, wrong)
        with pytest.raises(Refused):
            await people.set_email(db, elsewhere, officer.staff_id, "x@contoh.go.id")
        with pytest.raises(Forbidden):
            await people.set_email(db, officer, admin.staff_id, "x@contoh.go.id")
        assert await staff.email_of(db, officer) == "budi@lain.go.id"
        assert await people.set_own_email(db, officer, "") == ""
        assert await staff.email_of(db, officer) == ""
