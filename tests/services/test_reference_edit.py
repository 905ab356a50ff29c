"""An agency's lists and profile, as its administrators change them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from sqlmodel import col, select

from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.agency import Profile
from wbs_app.model.reference import ENTRIES, SECTIONS, Part, Section, code_of
from wbs_app.model.steps import Incident, problems
from wbs_app.model.tables import AuditEvent
from wbs_app.services import reference
from wbs_app.services import reference_edit as edit
from wbs_app.services.database import reading, writing
from wbs_app.services.labels import labels
from wbs_app.services.reference_edit import Troubled
from wbs_app.services.refusal import Refused

if TYPE_CHECKING:
    from tests.services.conftest import Hire

HEALTH = "dinas-kesehatan"
TOLD = {"violation": "korupsi", "reported_unknown": "on", "description": "Obat puskesmas dijual kembali di luar."}
LISTS = (Part.UNIT, Part.VIOLATION, Part.SERVICE)


@pytest.fixture
async def admin(hire: Hire) -> Actor:
    return await hire("admin", Role.ADMIN, agencies="bali ntt")


def named(name: str, after: str = "", part: Part = Part.UNIT) -> Any:
    posted = {"name": name, "name_id": name, "name_en": f"{name} (en)", "after": after}
    return ENTRIES[part].check(posted)


async def add(actor: Actor, name: str, after: str = "", part: Part = Part.UNIT, agency: str = "bali") -> str:
    async with writing() as db:
        return await edit.add(db, actor, agency, part, named(name, after, part))


async def change(actor: Actor, code: str, shown: Mapping[str, str], name: str, after: str = "", **at: Any) -> None:
    part = at.get("part", Part.UNIT)
    async with writing() as db:
        await edit.change(db, actor, at.get("agency", "bali"), part, code, named(name, after, part), shown)


async def use(actor: Actor, code: str, active: bool, part: Part = Part.UNIT, agency: str = "bali") -> None:
    async with writing() as db:
        await edit.use(db, actor, agency, part, code, active)


async def set_profile(actor: Actor, slug: str, agency: str = "bali", shown: Any = None, **typed: str) -> None:
    """`shown`: what the form began with; what stands there now, unless it is given."""
    began = await now(slug, agency) if shown is None else shown
    form = SECTIONS[slug].check(began | typed)
    async with writing() as db:
        await edit.set_profile(db, actor, agency, slug, form, began)


async def profile(agency: str = "bali") -> Profile:
    async with reading() as db:
        return (await reference.catalogue(db, agency)).profile


async def now(slug: str, agency: str = "bali") -> dict[str, str]:
    return SECTIONS[slug].now(await profile(agency))


async def codes(part: Part = Part.UNIT, agency: str = "bali") -> list[str]:
    """What the form offers, in its order."""
    async with reading() as db:
        known = await reference.catalogue(db, agency)
    offered = {Part.UNIT: known.units, Part.VIOLATION: known.violations, Part.SERVICE: known.services}[part]
    return [option.code for option in offered]


async def trail() -> list[tuple[str, str, str]]:
    async with reading() as db:
        events = await db.exec(select(AuditEvent).order_by(col(AuditEvent.id)))
        return [(event.actor, event.action, event.subject) for event in events]


# --- lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", LISTS)
async def test_an_entry_comes_changes_goes_and_comes_back(admin: Actor, part: Part) -> None:
    before = await codes(part, "ntt")
    code = await add(admin, "  Balai   Pelatihan Baru ", before[0], part, "ntt")
    assert code == "balai-pelatihan-baru"
    assert await codes(part, "ntt") == [before[0], code, *before[1:]]
    field = "name_id" if part is Part.VIOLATION else "name"
    shown = {field: "Balai Pelatihan Baru", "name_en": "Balai Pelatihan Baru (en)", "after": before[0]}
    await change(admin, code, shown, "Balai Diklat", before[-1], part=part, agency="ntt")
    assert await codes(part, "ntt") == [*before, code], "its code stays, and it moved"
    async with reading() as db:
        rows = {row.code: row for row in await edit.entries(db, admin, "ntt", part)}
    assert getattr(rows[code], field) == "Balai Diklat"
    await use(admin, code, False, part, "ntt")
    await use(admin, code, False, part, "ntt")
    assert await codes(part, "ntt") == before
    async with reading() as db:
        known = await labels(db, ("ntt",), "id")
    assert "Balai Diklat" in {*known.units.values(), *known.violations.values(), *known.services.values()}
    await use(admin, code, True, part, "ntt")
    assert await codes(part, "ntt") == [*before, code]
    done = ("add_reference", "change_reference", "retire_reference", "restore_reference")
    assert await trail() == [("admin", action, f"ntt/{part}/{code}") for action in done], "nothing twice"


async def test_codes_are_made_of_names_and_are_unique(admin: Actor) -> None:
    assert code_of("Dinas P & K: “Éléphant”", ()) == "dinas-p-k-elephant"
    assert code_of("教育局", ()) == "entri" and code_of("教育局", {"entri", "entri-2"}) == "entri-3"
    assert len(code_of("Badan " * 40, ())) <= 60
    assert await add(admin, "Balai Uji") == "balai-uji"
    assert await add(admin, "Balai. Uji") == "balai-uji-2"
    long = await add(admin, "Unit Pelaksana Teknis Daerah " * 6)
    assert (await trail())[-1][2] == f"bali/unit/{long}"[:64]


async def test_a_name_leads_to_one_entry(admin: Actor) -> None:
    await use(admin, HEALTH, False)
    for name in ("dinas KESEHATAN", HEALTH):
        with pytest.raises(Troubled) as refused:
            await add(admin, name)
        assert refused.value.fields == {"name": ("reference.taken", {})}, "even of one that is out of use"
    with pytest.raises(Troubled):
        await change(admin, "biro-hukum", {"name": "Biro Hukum"}, "Dinas Kesehatan")
    await change(admin, HEALTH, {"name": "Dinas Kesehatan"}, "DINAS KESEHATAN")  # of its own it may
    assert await add(admin, "Dinas Kesehatan", agency="ntt", part=Part.SERVICE) == HEALTH, "lists do not meddle"


@pytest.mark.parametrize(
    "name", ["", "   ", "...", "\u200b", "x" * 201, "a\u202eb", "a\x00b", "a\ud800", "e" + "\u0301" * 40]
)
async def test_names_are_names(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        named(name)
    assert list(problems(refused.value)) == ["name"]


async def test_markup_is_a_name_like_any_other(admin: Actor) -> None:
    code = await add(admin, "<script>alert(1)</script> {name} %s")
    async with reading() as db:
        names = {unit.code: unit.name_id for unit in (await reference.catalogue(db, "bali")).units}
    assert names[code] == "<script>alert(1)</script> {name} %s" and code == "script-alert-1-script-name-s"


async def test_places_and_codes_that_are_not_there_are_refused(admin: Actor) -> None:
    before = await codes()
    for hostile in ("tidak-ada", "\x7f", "1 OR 1=1", "x" * 5000, "ntt/biro-hukum"):
        for act in (use(admin, hostile, False), change(admin, hostile, {}, "X1")):
            with pytest.raises(Refused, match="gone"):
                await act
        if hostile.isprintable():
            with pytest.raises(Refused, match="unknown_choice"):
                await add(admin, "Balai Uji", hostile)
    with pytest.raises(Refused, match="gone"):
        await use(admin, "a\x00\ud800", False)
    with pytest.raises(Refused, match="unknown_choice"):
        await change(admin, HEALTH, {"name": "Dinas Kesehatan", "after": ""}, "Dinas Kesehatan", HEALTH)
    assert await codes() == before and await trail() == []


async def test_a_form_that_could_not_be_sent_is_not_made(admin: Actor) -> None:
    for code in (await codes(Part.VIOLATION, "ntt"))[1:]:
        await use(admin, code, False, Part.VIOLATION, "ntt")
    with pytest.raises(Refused, match="last_violation"):
        await use(admin, (await codes(Part.VIOLATION, "ntt"))[0], False, Part.VIOLATION, "ntt")
    *others, last = await codes(Part.SERVICE, "ntt")
    for code in others:
        await use(admin, code, False, Part.SERVICE, "ntt")
    with pytest.raises(Refused, match="last_service"):
        await use(admin, last, False, Part.SERVICE, "ntt")
    assert await codes(Part.SERVICE, "ntt") == [last] and len(await codes(Part.VIOLATION, "ntt")) == 1
    alone = await add(admin, "Layanan Uji", part=Part.SERVICE)
    await use(admin, alone, False, Part.SERVICE)  # nobody can come to that form of Bali's
    assert await codes(Part.SERVICE) == []


async def test_the_service_complaint_alone_is_no_violation_to_report(admin: Actor) -> None:
    """NTT's list leads to the service form by one of its entries."""
    async with reading() as db:
        offered = (await reference.catalogue(db, "ntt")).violations
    acts = [option.code for option in offered if option.form == "wbs"]
    assert 0 < len(acts) < len(offered)
    for code in acts[1:]:
        await use(admin, code, False, Part.VIOLATION, "ntt")
    with pytest.raises(Refused, match="last_violation"):
        await use(admin, acts[0], False, Part.VIOLATION, "ntt")


async def test_a_report_under_way_gets_the_message_of_a_wrong_choice(admin: Actor) -> None:
    answers = TOLD | {"unit": "Dinas Kesehatan"}

    async def wrong() -> list[str]:
        async with reading() as db:
            offer = await reference.offer(db, "bali")
        try:
            Incident.check(answers, offer)
        except ValidationError as error:
            return [key for key, _ in problems(error).values()]
        return []

    assert await wrong() == []
    await use(admin, HEALTH, False)
    assert await wrong() == ["error.unit_unknown"]
    await use(admin, "korupsi", False, Part.VIOLATION)
    assert await wrong() == ["error.violation", "error.unit_unknown"]
    await use(admin, HEALTH, True)
    await use(admin, "korupsi", True, Part.VIOLATION)
    assert await wrong() == []


# --- who -------------------------------------------------------------------------------------------------------------


async def test_only_administrators_of_the_agency_see_or_change_it(admin: Actor, hire: Hire) -> None:
    other = await hire("lain", Role.ADMIN, agencies="ntt")
    half = Actor(1, "x", "x", Role.ADMIN, ("bali",), half=True)
    strangers = [(await hire(role.value, role), Forbidden) for role in set(Role) - {Role.ADMIN}]
    async with reading() as db:
        section = SECTIONS["nama"].check(await now("nama"))
        for who, why in [*strangers, (half, Forbidden), (other, Refused)]:
            for act in (
                edit.entries(db, who, "bali", Part.UNIT),
                edit.profile(db, who, "bali"),
                edit.add(db, who, "bali", Part.UNIT, named("Balai Uji")),
                edit.change(db, who, "bali", Part.UNIT, HEALTH, named("Balai Uji"), {}),
                edit.use(db, who, "bali", Part.UNIT, HEALTH, False),
                edit.set_profile(db, who, "bali", "nama", section, {}),
            ):
                with pytest.raises(why, match="not_yours" if why is Refused else "manage_settings"):
                    await act
        for agency in ("", "zzz", "bali'; --"):
            with pytest.raises(Refused, match="not_yours"):
                await edit.entries(db, admin, agency, Part.UNIT)
    assert await trail() == []


# --- two at once -----------------------------------------------------------------------------------------------------


async def test_of_two_at_once_neither_undoes_the_other(admin: Actor, hire: Hire) -> None:
    second = await hire("kedua", Role.ADMIN)
    shown = {"name": "Dinas Kesehatan", "after": "inspektorat"}
    await change(admin, HEALTH, shown, "Dinas Kesehatan Provinsi", "inspektorat")
    with pytest.raises(Troubled) as refused:
        await change(second, HEALTH, shown, "Dinas Kesehatan Bali", "inspektorat")
    assert refused.value.fields == {"name": ("reference.overtaken", {"now": "Dinas Kesehatan Provinsi"})}
    await change(second, HEALTH, shown, "Dinas Kesehatan Provinsi", "inspektorat")  # the same is no conflict
    await change(second, HEALTH, shown, "Dinas Kesehatan", "")  # what was not touched stays; it only moves
    async with reading() as db:
        first = (await reference.catalogue(db, "bali")).units[0]
    assert (first.code, first.name_id) == (HEALTH, "Dinas Kesehatan Provinsi")


async def test_two_add_the_same_name_in_the_same_moment(admin: Actor) -> None:
    made = await asyncio.gather(*(add(admin, "Balai Uji") for _ in range(4)), return_exceptions=True)
    assert sorted(map(str, made)) == ["balai-uji", *["reference.troubled"] * 3]
    many = await asyncio.gather(*(add(admin, f"Balai {n}") for n in range(6)))
    assert len(set(many)) == 6 and (await codes())[0] in many
    async with reading() as db:
        rows = await edit.entries(db, admin, "bali", Part.UNIT)
    assert [row.position for row in rows] == list(range(len(rows))), "no two in one place"


async def test_two_change_the_profile(admin: Actor) -> None:
    began = await now("kontak")
    await set_profile(admin, "kontak", phone="(0361) 224671", email="wbs@contoh.go.id")
    await set_profile(admin, "kontak", shown=began, hours_id="Senin sampai Jumat")
    contact = (await profile()).contact
    assert (contact.phone, contact.email, contact.hours_id) == (
        "(0361) 224671",
        "wbs@contoh.go.id",
        "Senin sampai Jumat",
    )
    with pytest.raises(Troubled) as refused:
        await set_profile(admin, "kontak", shown=began, phone="110", hours_en="Monday to Friday")
    assert refused.value.fields == {"phone": ("reference.overtaken", {"now": "(0361) 224671"})}
    assert (await profile()).contact == contact, "then nothing is written"
    shown = await now("kontak")
    await set_profile(admin, "kontak", phone="")
    with pytest.raises(Troubled) as refused:
        await set_profile(admin, "kontak", shown=shown, phone="110")
    assert refused.value.fields == {"phone": ("reference.emptied", {})}


# --- the profile -----------------------------------------------------------------------------------------------------


async def test_each_section_changes_its_own_fields_and_no_other(admin: Actor) -> None:
    before = await profile()
    typed = {
        "nama": {"short_id": "Pemprov Bali", "system_name": "WBS Bali"},
        "kontak": {"website": "https://wbs.example.go.id/kontak", "address_id": "Jalan Basuki Rahmat, Denpasar"},
        "pengumuman": {"announcement_id": "Situs ditutup Sabtu malam."},
        "target": {"investigating": "45", "clarification": "10"},
        "simpan": {"closed_proven": "10", "withdrawn": "1"},
    }
    for slug, fields in typed.items():
        await set_profile(admin, slug, **fields)
    after = await profile()
    assert after.short_id == "Pemprov Bali" and after.targets.investigating == 45
    assert after.retention.closed_proven == 10 and after.retention.closed_unproven is None
    assert after.contact.website == "https://wbs.example.go.id/kontak"
    assert (after.announcement_id, after.announcement_en) == ("Situs ditutup Sabtu malam.", "")
    kept = {"code", "ticket_prefix", "province_code", "timezone", "timezone_label", "oversight", "link_hosts"}
    kept |= {name for name in Profile.model_fields if name.startswith("max_")}
    assert after.model_dump(include=kept) == before.model_dump(include=kept)
    await set_profile(admin, "simpan", closed_proven="", withdrawn="")
    assert (await profile()).retention == before.retention
    assert [(action, subject) for _, action, subject in await trail()] == [
        ("set_profile", f"bali/profil/{slug}") for slug in (*typed, "simpan")
    ]


async def test_what_was_not_changed_is_no_event(admin: Actor) -> None:
    for slug in SECTIONS:
        await set_profile(admin, slug)
    await change(admin, HEALTH, {"name": "Dinas Kesehatan", "after": "x"}, "Dinas Kesehatan", "x")
    assert await trail() == []


@pytest.mark.parametrize(
    ("slug", "field", "typed", "key"),
    [
        ("nama", "name_id", "", "required"),
        ("nama", "short_en", "x" * 61, "max_length"),
        ("nama", "official_id", "---", "required"),
        ("kontak", "phone", "hubungi kami", "office_phone"),
        ("kontak", "phone", "1" * 16, "office_phone"),
        ("kontak", "email", "bukan email", "email"),
        ("kontak", "email", "a@contoh.go.id?bcc=b@contoh.go.id", "email"),
        ("kontak", "website", "javascript:alert(1)", "url"),
        ("kontak", "website", "http://contoh.go.id", "url"),
        ("kontak", "website", "https://", "url"),
        ("kontak", "website", "https://[", "url"),
        ("kontak", "website", "https://a:b@contoh.go.id", "url"),
        ("kontak", "address_id", "a\x07b", "characters"),
        ("target", "verifying", "", "required"),
        ("target", "verifying", "0", "between"),
        ("target", "verifying", "366", "between"),
        ("target", "verifying", "tiga", "number"),
        ("target", "verifying", "-3", "number"),
        ("target", "verifying", "٣", "number"),
        ("target", "verifying", "9" * 400, "number"),
        ("simpan", "referred", "0", "between"),
        ("simpan", "referred", "101", "between"),
        ("simpan", "referred", "1.5", "number"),
    ],
)
async def test_bad_values_are_named(database: str, slug: str, field: str, typed: str, key: str) -> None:
    form: type[Section] = SECTIONS[slug]
    with pytest.raises(ValidationError) as refused:
        form.check(await now(slug) | {field: typed})
    assert {name: key for name, (key, _) in problems(refused.value).items()} == {field: f"error.{key}"}


async def test_shipped_profiles_and_lists_pass_their_own_forms(database: str) -> None:
    for agency in ("bali", "ntt"):
        for slug, form in SECTIONS.items():
            assert form.check(await now(slug, agency)).words == await now(slug, agency)
        known = reference.shipped_catalogue(agency)
        for unit in (*known.units, *known.services):
            assert named(unit.name_id).words["name"] == unit.name_id
        for violation in known.violations:
            form = ENTRIES[Part.VIOLATION]
            assert form.check(form.of(violation)).words == form.of(violation)
