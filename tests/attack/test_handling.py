"""What is sent to the screens of custodians and administrators, and to the page of a mail's link, by hand."""

from typing import Any
from urllib.parse import quote

import pytest
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY

from tests.attack.conftest import MARK, Open, Server, Signed, deltas, state
from wbs_app.model import desk
from wbs_app.model.access import Role

HOSTILE = ("", "0", "-1", "1e3", "٣", "9" * 400, "1 OR 1=1", "\x00", "../1", MARK)
CUSTODIAN, CALENDAR = state("staff_identity", "custodian_state"), state("staff_calendar", "calendar_state")
NOTICES, PEOPLE = state("staff_notices", "notices_state"), state("staff_people", "people_state")
REFERENCE = state("staff_reference", "reference_state")
ACCOUNT, CONFIRM = state("staff_account", "account_state"), state("confirm", "confirm_state")


def form(**fields: str) -> dict[str, Any]:
    return {"form": {FORM_DATA_ENTRIES_KEY: [[name, value] for name, value in fields.items()]}}


async def test_a_custodian_decides_nothing_that_is_not_there(staff: dict[Role, Signed], tab: Open, quiet: None) -> None:
    person = staff[Role.IDENTITY]
    custodian = await tab(device=person.device, session=person.full, path=desk.IDENTITY)
    await custodian.fire(f"{CUSTODIAN}.load")
    for request in HOSTILE:
        for decision in ("approve", "decline", MARK):
            await custodian.fire(
                f"{CUSTODIAN}.decide", form(request=request, decision=decision, hours="24", answer=MARK)
            )
            shown = deltas(await custodian.settled())[CUSTODIAN]
            assert shown.get("said_rx_state_", {}).get("tone") != "done", request
    await custodian.fire(f"{CUSTODIAN}.decide", form(request="1", decision="approve", hours="9999", answer=""))
    assert deltas(await custodian.settled())[CUSTODIAN].get("said_rx_state_", {}).get("tone") != "done"


async def test_an_administrators_pages_take_any_text(staff: dict[Role, Signed], tab: Open, quiet: None) -> None:
    person = staff[Role.ADMIN]
    admin = await tab(device=person.device, session=person.full, path=desk.CALENDAR)
    await admin.fire(f"{CALENDAR}.load")
    await admin.settled()
    for day in (*HOSTILE, "0001-01-01", "9999-12-31", "2026-13-45", "20260715x"):
        for fire, payload in (
            (f"{CALENDAR}.set_day", form(day=day, name="x", kind="own")),
            (f"{CALENDAR}.forget", {"chosen": day}),
        ):
            await admin.fire(fire, payload)
            assert deltas(await admin.settled())[CALENDAR].get("said_rx_state_", {}).get("tone") != "done", day
    for notice in HOSTILE:
        await admin.fire(f"{NOTICES}.retry", {"notice": notice})
        assert deltas(await admin.settled())[NOTICES]["said_rx_state_"]["tone"] == "bad", notice
    for typed in ("x", "a@b.c\r\nBcc: d@e.f", MARK * 50 + "@contoh.go.id", "\x00@contoh.go.id"):
        await admin.fire(f"{ACCOUNT}.save", form(email=typed))
        assert deltas(await admin.settled())[ACCOUNT]["wrong_rx_state_"], typed
    for chosen in HOSTILE:
        await admin.fire(f"{PEOPLE}.set_email", form(person=chosen, email="x@contoh.go.id"))
        assert deltas(await admin.settled())[PEOPLE]["said_rx_state_"]["tone"] == "bad", chosen


async def test_an_agencys_lists_take_nothing_that_does_not_fit(
    staff: dict[Role, Signed], tab: Open, quiet: None
) -> None:
    person = staff[Role.ADMIN]
    admin = await tab(device=person.device, session=person.full, path=f"{desk.REFERENCE}?bagian=unit&ubah=*")
    await admin.fire(f"{REFERENCE}.load")
    shown = deltas(await admin.settled())[REFERENCE]["view_rx_state_"]["shown"]
    fits = {"shown": shown, "name": f"Balai {MARK}"}
    endless = "[" * 100_000
    for posted in (
        *({"name": f"Balai {MARK}", "shown": hostile} for hostile in (*HOSTILE, "{}", "[]", "null", '{"":1}', endless)),
        *(fits | {"after": hostile} for hostile in HOSTILE if hostile),
        *(fits | {"name": hostile} for hostile in ("", " ", "\x00", "\ud800", MARK * 50, "Biro Hukum")),
    ):
        await admin.fire(f"{REFERENCE}.save", form(**posted))
        assert deltas(await admin.settled())[REFERENCE]["errors_rx_state_"], posted["name"]
    for hostile in HOSTILE:
        for active in (True, False):
            await admin.fire(f"{REFERENCE}.use", {"code": hostile, "active": active})
            assert deltas(await admin.settled())[REFERENCE]["said_rx_state_"]["tone"] == "bad", hostile
        await admin.fire(f"{REFERENCE}.seek", form(cari=hostile))
        await admin.settled()


@pytest.mark.parametrize(
    "where", ["instansi=x&bagian=y&ubah=z", "bagian=profil&ubah=*", "bagian=unit&ubah=%00", "cari=%ED%A0%80"]
)
async def test_any_address_of_an_agencys_lists_shows_something(
    staff: dict[Role, Signed], tab: Open, quiet: None, where: str
) -> None:
    person = staff[Role.ADMIN]
    admin = await tab(device=person.device, session=person.full, path=f"{desk.REFERENCE}?{where}")
    await admin.fire(f"{REFERENCE}.load")
    told = deltas(await admin.settled())[REFERENCE]
    assert told["view_rx_state_"]["agency"] and told["view_rx_state_"]["edit"] == ""


@pytest.mark.parametrize("token", HOSTILE)
async def test_a_made_up_link_allows_and_stops_nothing(server: Server, tab: Open, quiet: None, token: str) -> None:
    stranger = await tab(path=f"{desk.CONFIRM}?kode={quote(token)}")
    for act, phase in (("load", "unknown"), ("allow", "unknown"), ("stop", "stopped")):
        await stranger.fire(f"{CONFIRM}.{act}")
        found = deltas(await stranger.settled()).get(CONFIRM, {})
        assert found.get("phase_rx_state_", phase) == phase
