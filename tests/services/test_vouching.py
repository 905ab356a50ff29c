"""An administrator alone makes nobody a reader, and neither does a row in the database."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, select, update

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.handling_tables import Assignment, Notice
from wbs_app.model.tables import Agency, AuditEvent, ReportKey, Staff
from wbs_app.services import assignment, credentials, identity, keys, people, sessions, staff, vouching
from wbs_app.services.catching_up import catch_up
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.vault.keypairs import KeyPair

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive

PASSWORD = "kuda besi melompat tinggi"
ANOTHER = "rusa emas menyeberang pelan"


async def _holders(report_id: int, document: str = "account") -> set[str]:
    async with reading() as db:
        chosen = select(ReportKey.holder).where(ReportKey.report_id == report_id, ReportKey.document == document)
        return set(await db.exec(chosen))


async def _person(staff_id: int) -> Staff:
    async with reading() as db:
        found = await db.get(Staff, staff_id)
    assert found is not None
    return found


async def _code(staff_id: int | None) -> str:
    """What the supervisor hears from the person."""
    return vouching.code_of((await _person(staff_id or 0)).public_key)


async def _accepted(
    admin: Actor, username: str, role: str = "supervisor", agencies: tuple[str, ...] = ("bali",)
) -> Staff:
    """Somebody whom the administrator invited, and who has used the invitation."""
    async with writing() as db:
        _, token = await people.hire(db, admin, username, username.title(), role, agencies, None)
    async with writing() as db:
        return await staff.accept(db, token, PASSWORD)


async def test_an_administrator_makes_nobody_a_reader(hire: "Hire", receive: "Receive") -> None:
    admin = await hire("rai", Role.ADMIN)
    chief = await hire("sari", Role.SUPERVISOR, email="sari@contoh.id")
    earlier = await receive()
    invited = await _accepted(admin, "palsu")
    await catch_up(chief)
    later = await receive()
    for report in (earlier, later):
        assert await _holders(report.id) == {str(chief.staff_id)}
    async with reading() as db:
        told = (await db.exec(select(Notice.template).where(Notice.staff_id == chief.staff_id))).all()
        assert list(told) == ["vouch"]
    stranger = Actor(invited.id or 0, "palsu", "Palsu", Role.SUPERVISOR, ("bali",))
    for actor, refused in ((admin, Forbidden), (stranger, Refused)):
        with pytest.raises(refused):
            async with writing() as db:
                await vouching.vouch(db, actor, invited.id or 0, await _code(invited.id))


async def test_who_is_vouched_for_gets_the_keys(hire: "Hire", receive: "Receive") -> None:
    admin, chief = await hire("rai", Role.ADMIN), await hire("sari", Role.SUPERVISOR)
    earlier = await receive()
    invited = await _accepted(admin, "budi", "intake")
    async with reading() as db:
        assert [one.username for one in await vouching.waiting(db, chief)] == ["budi"]
        assert [one.username for one in await vouching.known(db, chief)] == ["sari"]
    async with writing() as db:
        await vouching.vouch(db, chief, invited.id or 0, await _code(invited.id))
    await catch_up(chief)
    later = await receive()
    both = {str(chief.staff_id), str(invited.id)}
    assert await _holders(earlier.id) == await _holders(later.id) == both
    async with reading() as db:
        assert await vouching.waiting(db, chief) == []
        trail = (await db.exec(select(AuditEvent).where(AuditEvent.action == "vouch"))).one()
        assert (trail.actor, trail.subject) == ("sari", "budi")
    with pytest.raises(Refused, match=r"vouching\.gone"):
        async with writing() as db:
            await vouching.vouch(db, chief, invited.id or 0, await _code(invited.id))


async def test_the_first_of_an_agency_need_nobody(hire: "Hire") -> None:
    admin = await hire("rai", Role.ADMIN, "bali ntt")
    async with writing() as db:
        for agency in ("bali", "ntt"):
            await vouching.open_agency(db, agency)
    first = await _accepted(admin, "adi", "intake")
    chief = await _accepted(admin, "sari")
    assert vouching.is_vouched(first)
    assert vouching.is_vouched(chief)
    assert not vouching.is_vouched(await _accepted(admin, "budi", "intake"))
    assert not vouching.is_vouched(await _accepted(admin, "dewi", "intake", ("bali", "ntt")))
    assert vouching.is_vouched(await _accepted(admin, "eka", "intake", ("ntt",)))
    async with writing() as db:
        await staff.deactivate(db, chief.id or 0)
    assert not vouching.is_vouched(await _accepted(admin, "fajar")), "an administrator could end them all first"


async def test_only_within_all_agencies(hire: "Hire") -> None:
    admin, chief = await hire("rai", Role.ADMIN, "bali ntt"), await hire("sari", Role.SUPERVISOR)
    wider = await _accepted(admin, "budi", "intake", ("bali", "ntt"))
    with pytest.raises(Refused, match=r"vouching\.gone"):
        async with writing() as db:
            await vouching.vouch(db, chief, wider.id or 0, await _code(wider.id))


async def test_who_needs_nobody(hire: "Hire") -> None:
    admin, chief = await hire("rai", Role.ADMIN), await hire("sari", Role.SUPERVISOR)
    for role in ("auditor", "admin"):
        await _accepted(admin, f"ida-{role}", role)
    async with reading() as db:
        assert await vouching.waiting(db, chief) == []


Change = Callable[[Staff], dict[str, object]]


@pytest.mark.parametrize(
    "change",
    [
        lambda _: {"public_key": KeyPair.new().public},
        lambda _: {"agencies": "bali ntt"},
        lambda _: {"role": "supervisor"},
        lambda _: {"unit": "biro-hukum"},
        lambda _: {"username": "lain"},
        lambda _: {"vouch": b"x" * 64},
    ],
    ids=["key", "agencies", "role", "unit", "username", "vouch"],
)
async def test_a_changed_row_gets_no_key(change: Change, hire: "Hire", receive: "Receive") -> None:
    """Whoever may write to the database, but does not hold the server's secret."""
    await hire("sari", Role.SUPERVISOR)
    officer = await hire("budi", Role.INTAKE)
    assert str(officer.staff_id) in await _holders((await receive()).id)
    async with writing() as db:
        values = change(await _person(officer.staff_id))
        await db.exec(update(Staff).where(col(Staff.id) == officer.staff_id).values(values))
    assert str(officer.staff_id) not in await _holders((await receive()).id)


async def test_a_copied_vouch_is_worth_nothing(hire: "Hire", receive: "Receive") -> None:
    chief, stranger = await hire("sari", Role.SUPERVISOR), await hire("palsu", Role.SUPERVISOR, vouched=False)
    stolen = (await _person(chief.staff_id)).vouch
    async with writing() as db:
        chosen = update(Staff).where(col(Staff.id) == stranger.staff_id)
        await db.exec(chosen.values(vouch=stolen, vouched_by="sari"))
    assert await _holders((await receive()).id) == {str(chief.staff_id)}


async def test_nothing_is_given_by_hand_either(hire: "Hire", receive: "Receive") -> None:
    chief = await hire("sari", Role.SUPERVISOR)
    stranger = await hire("palsu", Role.INVESTIGATOR, vouched=False)
    report = await receive()
    async with writing() as db:
        with pytest.raises(Refused, match=r"case\.not_assignable"):
            await assignment.assign(db, chief, report.ticket, stranger.staff_id)


async def test_an_identity_goes_to_nobody_whose_key_was_exchanged(hire: "Hire", receive: "Receive") -> None:
    asker, keeper = await hire("sari", Role.SUPERVISOR), await hire("kadek", Role.IDENTITY)
    report = await receive()
    async with writing() as db:
        await identity.ask(db, asker, report.ticket, "Perlu memanggil pelapor sebagai saksi.")
    async with reading() as db:
        (request,) = await identity.waiting(db, keeper)
    async with writing() as db:
        swapped = update(Staff).where(col(Staff.id) == asker.staff_id).values(public_key=KeyPair.new().public)
        await db.exec(swapped)
    with pytest.raises(Refused, match=r"identity\.asker_gone"):
        async with writing() as db:
            await identity.decide(db, keeper, request.id, True, "Disetujui untuk pemeriksaan.")
    assert await _holders(report.id, "identity") == {str(keeper.staff_id)}


async def test_whoever_hands_a_key_over(hire: "Hire", receive: "Receive") -> None:
    """The last step looks itself, and does not rely on those who call it."""
    await hire("sari", Role.SUPERVISOR)
    stranger = await hire("palsu", Role.INVESTIGATOR, vouched=False)
    report = await receive()
    async with writing() as db:
        person = await db.get_one(Staff, stranger.staff_id)
        await keys.seal_key(db, report.id, "account", report.keys["account"], [person], None)
    assert str(stranger.staff_id) not in await _holders(report.id)


async def test_an_exchanged_recovery_key_gets_no_key(hire: "Hire") -> None:
    """Whoever may write to the database would otherwise read every report to come."""
    async with writing() as db:
        agency = await db.get_one(Agency, "bali")
        vouching.keep_recovery(agency, KeyPair.new().public)
        assert vouching.recovery_of(agency) == agency.recovery_key
    async with writing() as db:
        await db.exec(update(Agency).where(col(Agency.code) == "bali").values(recovery_key=KeyPair.new().public))
    async with reading() as db:
        assert vouching.recovery_of(await db.get_one(Agency, "bali")) is None


# --- a new start ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def lost(hire: "Hire", receive: "Receive") -> tuple[Actor, Actor, int, int]:
    """An administrator, a supervisor, a vouched investigator who has lost the password, and a case given to them."""
    admin, chief = await hire("rai", Role.ADMIN), await hire("sari", Role.SUPERVISOR)
    person = await _accepted(admin, "budi", "investigator")
    assert person.id is not None
    async with writing() as db:
        await vouching.vouch(db, chief, person.id, await _code(person.id))
    report = await receive()
    async with writing() as db:
        await assignment.assign(db, chief, report.ticket, person.id)
    return admin, chief, person.id, report.id


Lost = tuple[Actor, Actor, int, int]


async def test_a_new_start_begins_without_any_key(lost: Lost, relaxed: None) -> None:
    admin, chief, staff_id, report_id = lost
    assert str(staff_id) in await _holders(report_id)
    signed_in = await sessions.sign_in("budi", PASSWORD)
    assert signed_in is not None
    async with writing() as db:
        person, token = await people.reset(db, admin, staff_id)
    assert person.username == "budi"
    assert await sessions.resolve(signed_in.cookie) is None
    assert await sessions.sign_in("budi", PASSWORD) is None
    assert await _holders(report_id) == {str(chief.staff_id)}
    async with writing() as db:
        await staff.accept(db, token, ANOTHER)
    assert await credentials.unlock(await _person(staff_id), ANOTHER) is not None
    await catch_up(chief)
    assert await _holders(report_id) == {str(chief.staff_id)}, "first somebody has to know whose key this is"
    async with writing() as db:
        await vouching.vouch(db, chief, staff_id, await _code(staff_id))
    await catch_up(chief)
    assert await _holders(report_id) == {str(chief.staff_id), str(staff_id)}
    async with reading() as db:
        assert await db.get(Assignment, (report_id, staff_id)) is not None


async def test_who_may_not_be_given_a_new_start(lost: Lost, hire: "Hire") -> None:
    admin, chief, staff_id, _ = lost
    far = await hire("made", Role.ADMIN, "ntt")
    cases: list[tuple[Actor, int, type[Exception]]] = [
        (admin, admin.staff_id, Refused),
        (far, staff_id, Refused),
        (chief, staff_id, Forbidden),
        (admin, 999, Refused),
    ]
    for actor, target, refused in cases:
        with pytest.raises(refused):
            async with writing() as db:
                await people.reset(db, actor, target)
    async with writing() as db:
        await people.reset(db, admin, staff_id)
    with pytest.raises(Refused, match=r"admin\.not_resettable"):
        async with writing() as db:
            await people.reset(db, admin, staff_id)


async def test_who_is_dismissed_holds_no_key_and_comes_back_like_a_newcomer(hire: "Hire", receive: "Receive") -> None:
    admin, chief = await hire("rai", Role.ADMIN), await hire("sari", Role.SUPERVISOR)
    former, report = await hire("budi", Role.INTAKE), await receive()
    async with writing() as db:
        await people.dismiss(db, admin, former.staff_id)
    async with reading() as db:
        person = await db.get_one(Staff, former.staff_id)
        assert (person.private_key, person.public_key, person.salt) == (None, None, None)
        assert await keys.key_of(db, former, report.id, "account") is None
    async with writing() as db:
        _, token = await people.reset(db, admin, former.staff_id)
    async with writing() as db:
        person = await staff.accept(db, token, PASSWORD)
    await catch_up(chief)
    async with writing() as db:
        assert await db.get(ReportKey, (report.id, "account", str(former.staff_id))) is None
        await vouching.vouch(db, chief, former.staff_id, vouching.code_of(person.public_key))
    await catch_up(chief)
    async with reading() as db:
        assert await db.get(ReportKey, (report.id, "account", str(former.staff_id))) is not None
        told = [event.action for event in await db.exec(select(AuditEvent).order_by(col(AuditEvent.id)))]
    assert {"deactivate_staff", "reactivate_staff"} <= set(told)


# --- signing in by address --------------------------------------------------------------------------------------------


async def test_the_address_for_notices_signs_in_too(hire: "Hire", relaxed: None) -> None:
    admin = await hire("rai", Role.ADMIN)
    person = await _accepted(admin, "budi", "intake")
    async with writing() as db:
        await people.set_email(db, admin, person.id or 0, "Budi@contoh.id")
    for typed in ("budi", "budi@contoh.id", " BUDI@CONTOH.ID "):
        assert await sessions.sign_in(typed, PASSWORD) is not None
    await hire("lain", Role.INTAKE, email="budi@contoh.id")
    assert await sessions.sign_in("budi@contoh.id", PASSWORD) is None, "an address of two is nobody's"
    assert await sessions.sign_in("budi", PASSWORD) is not None
