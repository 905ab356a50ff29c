"""A report is filed, sealed, found again; who gets its keys, and what is left of it in a stolen database: nothing."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import SQLModel, col, func, select, update

from wbs_app.config import settings
from wbs_app.model.access import Actor, Role
from wbs_app.model.answers import Offer
from wbs_app.model.handling_tables import Notice
from wbs_app.model.steps import FORMS, Step
from wbs_app.model.tables import Agency, Evidence, Report, ReportEvent, ReportKey
from wbs_app.services import evidence, keys, reference, reports, vouching
from wbs_app.services.cleaning import clean
from wbs_app.services.database import reading, writing
from wbs_app.services.evidence import Staging
from wbs_app.services.reports import Pass, Receipt
from wbs_app.services.tracking import Tracked, track
from wbs_app.vault.codes import new_ticket
from wbs_app.vault.keypairs import open_sealed
from wbs_app.vault.passwords import derive
from wbs_app.vault.recovery import new_recovery, restore
from wbs_app.vault.sealing import Place, Tampered, unseal_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.services.conftest import Hire

SECRET = "5ec2e7" * 5 + "00"
KOMINFO = "dinas-komunikasi-informatika-dan-statistik"
_SENT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PNG = clean("image/png", base64.b64decode(_SENT)).data
"""Nothing is left to remove from it: it comes out as it came in."""

TOLD = {
    "name": "Robert Penanda",
    "include_email": "on",
    "email": "robert.penanda@gmail.com",
    "phone": "+62 812-3456-7890",
    "contact_consent": "on",
    "violation": "lainnya",
    "violation_other": "Jual beli bangku sekolah",
    "reported_0_name": "Tensu Terlapor",
    "reported_0_position": "Kepala Diskominfos",
    "reported_1_position": "Bendahara Pembantu",
    "unit_elsewhere": "",
    "unit": KOMINFO,
    "description": "korupsi pengadaan server senilai 1M",
    "amount": "Rp 1.234.567.890",
    "address": "Kantor lantai tiga",
    "province": "51",
    "regency": "51.01",
    "precision": "exact",
    "date": "2024-11-11",
    "clock": "12:34",
    "link": "https://drive.google.com/rahasia",
    "truth": "on",
}
SAID = {value for name, value in TOLD.items() if name not in ("unit", "violation", "province", "regency", "precision")}
TYPED = {value for value in SAID if len(value) > 4} | {"081234567890", "+6281234567890", "1234567890", "penanda"}
SERVICE = {"kind": "simpeg", "complaint": "Data pangkat saya keliru sejak Mei.", "name": "Maria"}


@pytest.fixture(autouse=True)
def _own_store() -> AsyncIterator[None] | Any:
    """The evidence store of this test's settings."""
    evidence.store.cache_clear()
    yield
    evidence.store.cache_clear()


async def offer_of(agency: str = "bali") -> Offer:
    async with reading() as db:
        return await reference.offer(db, agency)


async def submit(
    secret: str = SECRET, told: Mapping[str, str] = TOLD, agency: str = "bali", kind: str = "wbs"
) -> Receipt:
    offer = await offer_of(agency)
    steps: dict[str, Step] = {step.slug: step.check(told, offer) for step in FORMS[kind]}
    return await reports.submit(agency, kind, steps, offer, secret)


async def the_report(ticket: str) -> Report:
    async with reading() as db:
        return (await db.exec(select(Report).where(Report.ticket == ticket))).one()


async def count(table: type[SQLModel]) -> int:
    async with reading() as db:
        return (await db.exec(select(func.count()).select_from(table))).one()


async def holders(ticket: str) -> dict[str, set[str]]:
    """Document -> who holds its key."""
    report = await the_report(ticket)
    async with reading() as db:
        rows = (await db.exec(select(ReportKey).where(ReportKey.report_id == report.id))).all()
    return {document: {row.holder for row in rows if row.document == document} for document in ("account", "identity")}


def ids(*actors: Actor) -> set[str]:
    return {str(actor.staff_id) for actor in actors}


# --- what a thief finds ----------------------------------------------------------------------------------------------


async def everything_stored() -> bytes:
    """Every value of every column of every table, and every byte of every file."""
    found: list[bytes] = []
    async with reading() as db:
        for table in SQLModel.metadata.sorted_tables:
            for row in await db.exec(select(*table.columns)):
                found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    found += [file.read_bytes() for file in settings().data_dir.rglob("*") if file.is_file()]
    return b"\n".join(found)


def forms_of(text: str) -> set[bytes]:
    """The ways in which a text might lie about."""
    plain = text.encode()
    return {
        plain,
        plain.lower(),
        plain.hex().encode(),
        base64.b64encode(plain).rstrip(b"=")[:-1],
        text.encode("utf-16-le"),
    }


async def test_a_report_that_no_officer_can_read_is_told_to_administrators(hire: Hire) -> None:
    boss = await hire("ani", Role.ADMIN, email="ani@contoh.go.id")
    await hire("budi", Role.ASSESSOR, email="budi@contoh.go.id")
    await hire("sari", Role.SUPERVISOR, email="sari@contoh.go.id", vouched=False)
    await hire("eka", Role.SUPERVISOR, agencies="ntt", email="eka@contoh.go.id")
    await submit()
    async with reading() as db:
        to_staff = await db.exec(select(Notice).where(col(Notice.staff_id).is_not(None)))
        assert [(notice.staff_id, notice.template) for notice in to_staff] == [(boss.staff_id, "escalated")]


async def test_nothing_that_was_typed_can_be_read(database: str, hire: Hire) -> None:
    await hire("budi", Role.INTAKE)
    await Staging(SECRET).add("slip gaji rahasia.png", PNG + b"isi berkas rahasia", 5)
    receipt = await submit()
    stored = (await everything_stored()).lower()
    assert receipt.ticket.lower().encode() in stored
    secrets = TYPED | {SECRET, receipt.pin, receipt.pin.replace(" ", ""), "slip gaji rahasia", "isi berkas rahasia"}
    for secret in secrets:
        for form in forms_of(secret):
            assert form.lower() not in stored, form


async def test_only_the_named_facts_stand_in_the_open(database: str) -> None:
    report = await the_report((await submit()).ticket)
    offer = await offer_of()
    sealed = {"pin_keys", "account", "identity"}
    assert report.model_dump(exclude={"id", "ticket", "once", "pin_salt", "readers_mark", *sealed}) == {
        "agency": "bali",
        "kind": "wbs",
        "violation_type": "lainnya",
        "unit": KOMINFO,
        "service": None,
        "regency": "51.01",
        "incident_month": "2024-11",
        "status": "received",
        "priority": report.priority,
        "received_on": offer.today,
        "evidence_count": 0,
        "dossier": None,
        "version": 0,
        "alerted": 0,
        "unread": 0,
        "reopened": False,
        **dict.fromkeys(("lead", "oversight", "rating", "acknowledged_on", "paused_on", "closed_on", "stage_by")),
        "stage_on": offer.today,
        "due_on": report.acknowledge_by,
        "acknowledge_by": report.acknowledge_by,
        "feedback_by": report.feedback_by,
    }
    complaint = await the_report((await submit("other", SERVICE, "ntt", "service")).ticket)
    assert (complaint.service, complaint.unit, complaint.regency, complaint.incident_month) == (
        "simpeg",
        None,
        None,
        None,
    )


async def test_blobs_of_alike_reports_differ_in_all_but_their_size(database: str) -> None:
    """Size classes: who wrote ten words more cannot be told from who did not."""
    one = await the_report((await submit("a")).ticket)
    two = await the_report((await submit("b", TOLD | {"description": "lebih panjang " * 4, "name": ""})).ticket)
    for name in ("account", "identity", "pin_keys"):
        assert getattr(one, name) != getattr(two, name)
        assert len(getattr(one, name)) == len(getattr(two, name))
    assert one.pin_salt != two.pin_salt


# --- sent once -------------------------------------------------------------------------------------------------------


async def test_the_same_form_is_one_report(database: str) -> None:
    first, second = await submit(), await submit(told=TOLD | {"description": "sesuatu yang lain sama sekali"})
    assert (first.ticket, first.pin) == (second.ticket, second.pin)
    other = await submit("another form")
    assert other.ticket != first.ticket and other.pin != first.pin
    assert await count(Report) == 2


async def test_eight_presses_at_once_are_one_report(database: str) -> None:
    """Files and all: whoever comes late finds them gone from where they waited, and the report sent."""
    await Staging(SECRET).add("a.png", PNG, 5)
    await Staging(SECRET).add("b.png", PNG, 5)
    receipts = await asyncio.gather(*(submit() for _ in range(8)))
    assert len({(receipt.ticket, receipt.pin) for receipt in receipts}) == 1
    assert (await count(Report), await count(ReportEvent), await count(Evidence)) == (1, 1, 2)
    opened = await unlocked(receipts[0])
    assert len(await content_of(opened)) == 2


@pytest.mark.parametrize("moment", ["waiting", "adopt"])
async def test_a_press_that_is_overtaken_finds_the_others_report(
    database: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Between its looking for the files and its taking them, the other press took them."""
    await Staging(SECRET).add("bukti.png", PNG, 5)
    slow = getattr(Staging, moment)
    overtaken: list[Receipt] = []

    async def overtaking(self: Staging) -> object:
        found = await slow(self) if moment == "waiting" else None
        if not overtaken:
            monkeypatch.setattr(Staging, moment, slow)
            overtaken.append(await submit())
        return found if moment == "waiting" else await slow(self)

    monkeypatch.setattr(Staging, moment, overtaking)
    assert await submit() == overtaken[0]
    assert (await count(Report), await count(Evidence)) == (1, 1)


async def test_the_pin_hangs_on_the_servers_secret(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads a form's secret somewhere cannot make its PIN."""
    pin = (await submit()).pin
    monkeypatch.setattr(type(settings()), "secret_key", lambda self: b"x" * 32)
    assert (await submit()).pin != pin


# --- the way back ----------------------------------------------------------------------------------------------------


async def unlocked(receipt: Receipt) -> Pass:
    held = await reports.unlock(receipt.ticket, receipt.pin)
    assert held is not None
    return held


async def tracked(held: Pass) -> Tracked:
    async with reading() as db:
        found = await track(db, held)
    assert found is not None
    return found


async def content_of(held: Pass) -> list[bytes]:
    return [
        b"".join([part async for part in evidence.stored_bytes(piece.about)]) for piece in (await tracked(held)).files
    ]


async def test_ticket_and_pin_open_everything(database: str) -> None:
    await Staging(SECRET).add("bukti.png", PNG, 5)
    receipt = await submit()
    spelled = reports.unlock(f" {receipt.ticket.lower()} ", receipt.pin.lower().replace(" ", "-"))
    assert await spelled == await unlocked(receipt)
    report = await tracked(await unlocked(receipt))
    assert (report.ticket, report.agency, report.kind, report.status) == (receipt.ticket, "bali", "wbs", "received")
    assert report.identity["name"] == "Robert Penanda"
    assert report.account["incident"]["description"] == TOLD["description"]
    assert report.received_at.isoformat(timespec="minutes") == receipt.received_at
    assert [(step.status, step.at, step.note) for step in report.steps] == [("received", receipt.received_at, None)]
    assert await content_of(await unlocked(receipt)) == [PNG]


@pytest.fixture
def derivations(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How often Argon2 really ran for a PIN, by the length of the salt."""
    counted: Counter[int] = Counter()
    opening = reports.opening

    async def counting(work: Callable[[str, bytes], bytes], pin: str, salt: bytes) -> bytes:
        key = await opening(work, pin, salt)
        assert key == derive(pin, salt)
        counted[len(salt)] += 1
        return key

    monkeypatch.setattr(reports, "opening", counting)
    return counted


async def test_wrong_codes_take_the_same_work_and_say_nothing(database: str, derivations: Counter[int]) -> None:
    receipt, other = await submit(), await submit("another form")
    derivations.clear()
    tries = [
        (receipt.ticket, other.pin),
        (receipt.ticket, "0000 0000 0000 0000"),
        (receipt.ticket, ""),
        (receipt.ticket, "\ud800\0" * 50),
        (new_ticket("bali"), receipt.pin),
        ("BALI-0000-0000", receipt.pin),
        ("", ""),
        ("' OR 1=1 --", receipt.pin),
        ("\0\ud800", receipt.pin),
    ]
    for number, (ticket, pin) in enumerate(tries, start=1):
        assert await reports.unlock(ticket, pin) is None
        assert derivations == {16: number}
    assert await reports.unlock(receipt.ticket, receipt.pin) is not None
    assert derivations == {16: len(tries) + 1}


async def test_a_pass_opens_its_own_report_only(database: str) -> None:
    mine, other = await unlocked(await submit()), await unlocked(await submit("another form"))
    with pytest.raises(Tampered):
        await tracked(Pass(other.ticket, mine.account_key, mine.identity_key))
    async with reading() as db:
        assert await track(db, Pass(new_ticket("bali"), mine.account_key, mine.identity_key)) is None


async def test_documents_cannot_change_places(database: str) -> None:
    """Not even for somebody who may write the database and knows a report of their own."""
    mine, other = await submit(), await submit("another form")
    stolen = await the_report(other.ticket)
    held = await unlocked(other)
    async with writing() as db:
        swapped = update(Report).where(Report.ticket == mine.ticket)  # type: ignore[arg-type]
        await db.exec(swapped.values(account=stolen.account, identity=stolen.identity, pin_keys=stolen.pin_keys))
    assert await reports.unlock(mine.ticket, other.pin) is None
    with pytest.raises(Tampered):
        await tracked(Pass(mine.ticket, held.account_key, held.identity_key))


# --- who gets the keys -----------------------------------------------------------------------------------------------


async def test_officers_of_the_reported_unit_get_no_key(database: str, hire: Hire) -> None:
    intake = await hire("budi", Role.INTAKE)
    elsewhere = await hire("wayan", Role.INTAKE, unit="biro-hukum")
    reported = await hire("tensu", Role.INTAKE, unit=KOMINFO)
    boss = await hire("boss", Role.SUPERVISOR, unit=KOMINFO)
    custodian = await hire("sari", Role.IDENTITY)
    own = await hire("ketut", Role.IDENTITY, unit=KOMINFO)
    receipt = await submit()
    held = await holders(receipt.ticket)
    assert held == {"account": ids(intake, elsewhere), "identity": ids(custodian)}
    report = await the_report(receipt.ticket)
    async with reading() as db:
        for actor in (reported, boss, own):
            for document in keys.DOCUMENTS:
                assert await keys.key_of(db, actor, report.id or 0, document) is None


async def test_keys_go_by_role_and_agency(database: str, hire: Hire) -> None:
    staff = {role: await hire(role.value, role, "bali ntt") for role in Role}
    await hire("away", Role.INTAKE, "ntt")
    await hire("gone", Role.INTAKE, "bali", active=False)
    held = await holders((await submit()).ticket)
    assert held["account"] == ids(staff[Role.INTAKE], staff[Role.SUPERVISOR])
    assert held["identity"] == ids(staff[Role.IDENTITY])
    held = await holders((await submit("service", SERVICE, "ntt", "service")).ticket)
    assert held["account"] == ids(staff[Role.SERVICE], staff[Role.SUPERVISOR])
    assert held["identity"] == ids(staff[Role.IDENTITY])


async def test_an_officers_key_opens_the_account_and_not_the_identity(database: str, hire: Hire) -> None:
    intake, custodian = await hire("budi", Role.INTAKE), await hire("sari", Role.IDENTITY)
    report = await the_report((await submit()).ticket)
    async with reading() as db:
        account = await keys.key_of(db, intake, report.id or 0, "account")
        identity = await keys.key_of(db, custodian, report.id or 0, "identity")
        assert await keys.key_of(db, intake, report.id or 0, "identity") is None
        assert await keys.key_of(db, custodian, report.id or 0, "account") is None
    assert account and identity
    opened = unseal_json(account, report.account, Place("report", report.ticket, "account"))
    assert opened["place"]["address"] == "Kantor lantai tiga"
    assert "Robert" not in repr(opened)
    assert (
        unseal_json(identity, report.identity, Place("report", report.ticket, "identity"))["name"] == "Robert Penanda"
    )
    with pytest.raises(Tampered):
        unseal_json(account, report.identity, Place("report", report.ticket, "identity"))


async def test_the_agencys_recovery_shares_open_both(database: str) -> None:
    public, shares = new_recovery()
    async with writing() as db:
        vouching.keep_recovery(await db.get_one(Agency, "bali"), public)
    receipt = await submit()
    assert await holders(receipt.ticket) == {"account": {keys.RECOVERY}, "identity": {keys.RECOVERY}}
    report, private = await the_report(receipt.ticket), restore(shares[:2])
    async with reading() as db:
        for document, sealed in (("account", report.account), ("identity", report.identity)):
            row = await db.get(ReportKey, (report.id, document, keys.RECOVERY))
            assert row is not None
            key = open_sealed(private, row.sealed_key)
            assert unseal_json(key, sealed, Place("report", report.ticket, document))


# --- when it breaks in the middle ------------------------------------------------------------------------------------


async def test_a_crash_before_the_commit_leaves_no_report_and_loses_nothing(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Staging(SECRET).add("bukti.png", PNG, 5)
    with monkeypatch.context() as broken:

        async def power_cut(*_: object) -> None:
            raise ConnectionError("power cut")

        broken.setattr(keys, "give", power_cut)
        with pytest.raises(ConnectionError):
            await submit()
    assert (await count(Report), await count(ReportEvent), await count(Evidence)) == (0, 0, 0)
    assert len(await Staging(SECRET).files()) == 1
    receipt = await submit()
    assert await content_of(await unlocked(receipt)) == [PNG]
    assert (await count(Report), await count(Evidence)) == (1, 1)
    assert await Staging(SECRET).files() == []


async def test_a_crash_after_the_commit_is_a_report_that_was_sent(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Staging(SECRET).add("bukti.png", PNG, 5)
    with monkeypatch.context() as broken:

        async def power_cut(_: Staging) -> None:
            raise ConnectionError("power cut")

        broken.setattr(Staging, "clear", power_cut)
        with pytest.raises(ConnectionError):
            await submit()
    receipt = await submit()
    assert await count(Report) == 1
    assert await content_of(await unlocked(receipt)) == [PNG]
