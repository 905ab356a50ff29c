"""What the staff screens read besides the cases: pages of the trail, names of codes, a piece of evidence."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from sqlmodel import col, select, update

from wbs_app.model.access import Forbidden, Role
from wbs_app.model.tables import AuditEvent, Evidence, Unit
from wbs_app.services import audit, cases
from wbs_app.services.database import reading, writing
from wbs_app.services.evidence import About
from wbs_app.services.labels import labels
from wbs_app.vault.sealing import Place, seal_json

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive


async def test_pages_of_the_trail(hire: "Hire") -> None:
    komang = await hire("komang", Role.AUDITOR)
    async with writing() as db:
        for number in range(12):
            await audit.record(db, "budi", "open_account", f"BALI-{number}")
    async with reading() as db:
        newest = await audit.page(db, komang, size=5)
        assert [event.id for event in newest.events] == [12, 11, 10, 9, 8]
        assert (newest.older, newest.newer, newest.total) == (8, 0, 12)
        middle = await audit.page(db, komang, newest.older, size=5)
        assert ([event.id for event in middle.events], middle.older) == ([7, 6, 5, 4, 3], 3)
        oldest = await audit.page(db, komang, middle.older, size=5)
        assert ([event.id for event in oldest.events], oldest.older) == ([2, 1], 0)
        assert await audit.page(db, komang, oldest.newer, size=5) == middle
        assert await audit.page(db, komang, middle.newer, size=5) == newest
        for odd in (-1, 10**17):
            assert await audit.page(db, komang, odd, size=5) == newest


async def test_an_empty_trail(hire: "Hire") -> None:
    komang = await hire("komang", Role.AUDITOR)
    async with reading() as db:
        assert await audit.page(db, komang) == audit.Page([], 0, 0, 0)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
async def test_the_trail_is_for_auditors(hire: "Hire", role: Role) -> None:
    actor = await hire("ani", role)
    async with reading() as db:
        with pytest.raises(Forbidden):
            await audit.page(db, actor)


async def test_names_in_their_order_and_language(database: str) -> None:
    async with writing() as db:
        await db.exec(update(Unit).where(col(Unit.code) == "biro-hukum").values(active=False))
        indonesian = await labels(db, ("bali",), "id")
        english = await labels(db, ("bali", "ntt"), "en")
    assert indonesian.violations["bali", "kode-etik"] == "Kode Etik ASN"
    assert english.violations["bali", "kode-etik"] != "Kode Etik ASN"
    assert indonesian.units["bali", "biro-hukum"] == "Biro Hukum"  # no longer offered, still named
    assert {agency for agency, _ in indonesian.units} == {"bali"}
    assert not indonesian.services
    assert english.services["ntt", "simpeg"] == "SIMPEG"


async def test_evidence_opens_with_the_key_and_leaves_a_mark(hire: "Hire", receive: "Receive") -> None:
    budi, putu = await hire("budi", Role.INTAKE), await hire("putu", Role.INVESTIGATOR)
    received = await receive()
    ticket = received.ticket
    known = About(ticket, 0.0, "jpg", "image/jpeg", 12, "0" * 64, "")
    about = seal_json(received.keys["account"], asdict(known), Place("evidence", ticket, "about"))
    async with writing() as db:
        await db.exec(update(Evidence).values(about=about))
        assert (await cases.find_evidence(db, budi, ticket, 1)) == known
        assert (await db.exec(select(AuditEvent))).all() == []
        assert (await cases.take_evidence(db, budi, ticket.lower(), 1)) == known
        event = (await db.exec(select(AuditEvent))).one()
        assert (event.actor, event.action, event.subject) == ("budi", "download_evidence", ticket)
        for actor, position in ((putu, 1), (budi, 0), (budi, 2), (budi, 10**12)):
            with pytest.raises(cases.NotFound):
                await cases.take_evidence(db, actor, ticket, position)
        with pytest.raises(cases.NotFound):
            await cases.find_evidence(db, budi, "BALI-0000-0000", 1)
