"""What a reporter is shown of a case, and what not."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from sqlmodel import select, update

from tests.services.samples import jpeg
from tests.services.test_reports import _own_store, submit, unlocked  # noqa: F401  a fixture
from wbs_app.model.access import Actor, Role
from wbs_app.model.tables import Report, ReportEvent
from wbs_app.model.workflow import Status
from wbs_app.services import assignment, conversation, custody, evidence_access, followup, handling
from wbs_app.services.database import reading, writing
from wbs_app.services.evidence import Staging
from wbs_app.services.refusal import Refused
from wbs_app.services.tracking import Tracked, misspelt, track
from wbs_app.vault.codes import new_pin
from wbs_app.vault.sealing import Tampered

if TYPE_CHECKING:
    from tests.services.conftest import Hire
    from wbs_app.services.reports import Pass


def test_what_is_misspelt_is_told_without_looking() -> None:
    ticket, pin = "BALI-7K3M-9QXK", new_pin()  # of one in 32 the beginning is a ticket too, of an agency "BAL"
    for wrong in ("", "BALI", "BALI-7K3M-9QX", "BALI-7K3M-9QX0", "\0" * 200):
        assert misspelt(wrong, pin) == "ticket"
    for wrong in ("", pin[:-1], pin + "0", ticket):
        assert misspelt(ticket, wrong) == "pin"
    assert misspelt(ticket.lower().replace("-", " "), pin.replace(" ", "")) == ""


async def tracked(held: Pass) -> Tracked:
    async with reading() as db:
        found = await track(db, held)
    assert found is not None
    return found


async def move(actor: Actor, held: Pass, to: Status, note: str = "") -> None:
    async with writing() as db:
        await handling.change_status(
            db, actor, held.ticket, to, version=None, note=note, reason="Catatan berkas", once=to
        )


async def test_only_public_steps_without_names(database: str, hire: Hire) -> None:
    sari = await hire("sari", Role.SUPERVISOR)
    budi = await hire("budi", Role.INTAKE)
    held = await unlocked(await submit())
    async with writing() as db:
        await handling.acknowledge(db, sari, held.ticket)
        await handling.set_priority(db, sari, held.ticket, handling.Priority.HIGH)
        await handling.set_tags(db, sari, held.ticket, "rahasia dapur")
        await assignment.assign(db, sari, held.ticket, budi.staff_id)
    await move(sari, held, Status.VERIFYING)
    await move(sari, held, Status.CLARIFICATION, "Kapan?")
    found = await tracked(held)
    assert [step.kind for step in found.steps] == ["status", "acknowledge", "status", "status"]
    assert [said.who for said in found.messages] == ["staff"]
    told = repr((found.steps, found.messages))
    assert "rahasia dapur" not in told


async def test_the_clocks_are_told(database: str, hire: Hire) -> None:
    sari = await hire("sari", Role.SUPERVISOR)
    held = await unlocked(await submit())
    new = await tracked(held)
    assert new.target == new.clock.acknowledge_by
    assert new.answer_by is None
    await move(sari, held, Status.VERIFYING)
    verifying = await tracked(held)
    assert verifying.target == verifying.clock.stage_by is not None
    await move(sari, held, Status.CLARIFICATION, "Kapan?")
    asked = await tracked(held)
    assert asked.answer_by is not None
    assert asked.clock.paused_on == asked.today < asked.answer_by


async def test_what_may_be_done_follows_the_status(database: str, hire: Hire) -> None:
    sari = await hire("sari", Role.SUPERVISOR)
    held = await unlocked(await submit())
    assert (await tracked(held)).acts == {"message", "withdraw"}
    await move(sari, held, Status.VERIFYING)
    assert (await tracked(held)).acts == {"message"}


async def test_a_withdrawal_is_shown_with_its_reason(database: str) -> None:
    held = await unlocked(await submit())
    async with writing() as db:
        await followup.withdraw(db, held, "Sudah selesai.", "once")
    found = await tracked(held)
    assert (found.status, found.acts) == ("withdrawn", frozenset())
    assert (found.steps[-1].kind, found.steps[-1].note) == ("withdraw", "Sudah selesai.")


async def test_officers_own_files_are_not_the_reporters(database: str, hire: Hire) -> None:
    """But those that come with a message are."""
    budi = await hire("budi", Role.INTAKE)
    held = await unlocked(await submit())
    secret = evidence_access.secret_of_staff(budi, held.ticket)
    await Staging(secret).add("catatan.jpg", jpeg(), 5)
    async with writing() as db:
        report = (await db.exec(select(Report).where(Report.ticket == held.ticket))).one()
        files = await Staging(secret).ready()
        await custody.insert(db, report.id or 0, files, base64.b64decode(held.account_key), None, "budi")
    await Staging(secret).clear()
    assert (await tracked(held)).files == []
    await Staging(secret).add("surat.jpg", jpeg(), 5)
    files = await Staging(secret).ready()
    async with writing() as db:
        await conversation.send_by_staff(db, budi, held.ticket, "Mohon dibaca.", "once", files)
    await Staging(secret).clear()
    own = evidence_access.secret_of_reporter(held)
    await Staging(own).add("foto.jpg", jpeg(), 5)
    files = await Staging(own).ready()
    async with writing() as db:
        await conversation.send_by_reporter(db, held, "", "once", files)
    assert [(piece.position, piece.about.by) for piece in (await tracked(held)).files] == [(2, "budi"), (3, "reporter")]


@pytest.mark.parametrize("odd", ["a\ud800b", "x\u202etxt.exe", "nul\0"])
async def test_what_no_page_could_show_is_refused(database: str, odd: str) -> None:
    """A case with half a character in it could not be sent to any browser, an officer's included."""
    held = await unlocked(await submit())
    for act in (conversation.send_by_reporter, followup.withdraw):
        with pytest.raises(Refused, match=r"error\.characters"):
            async with writing() as db:
                await act(db, held, odd, "once")
    assert (await tracked(held)).messages == []


async def test_a_changed_step_is_noticed(database: str) -> None:
    held = await unlocked(await submit())
    async with writing() as db:
        body = (await db.exec(select(ReportEvent.body))).one()
        await db.exec(update(ReportEvent).values(body=body[:-1] + bytes([body[-1] ^ 1])))
    with pytest.raises(Tampered):
        await tracked(held)


async def test_a_report_that_is_gone(database: str) -> None:
    held = await unlocked(await submit())
    async with writing() as db:
        await db.exec(update(Report).values(ticket="BALI-GONE"))
    async with reading() as db:
        assert await track(db, held) is None
