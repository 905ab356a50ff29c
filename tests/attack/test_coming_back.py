"""A page that connects again: those who are signed in keep what stands on it, and nobody else does."""

import pytest
import reflex as rx
from reflex_base.constants.state import FIELD_MARKER

from tests.attack.conftest import Open, Server, Signed, Tab, deltas, state
from wbs_app.model import desk
from wbs_app.model.access import Role
from wbs_app.state.staff_account import AccountState
from wbs_app.state.staff_calendar import CalendarState
from wbs_app.state.staff_identity import CustodianState
from wbs_app.state.staff_people import PeopleState
from wbs_app.state.staff_reference import ReferenceState
from wbs_app.state.staff_retention import RetentionState
from wbs_app.state.staff_vouching import VouchingState

PAGE = f"{desk.CASES}/BALI-0000-0000"
CASE, TALK, IDENTITY, LIST = (
    state(*names)
    for names in (
        ("staff_case", "case_state"),
        ("staff_talk", "talk_state"),
        ("staff_case_identity", "case_identity_state"),
        ("staff_cases", "cases_state"),
    )
)


def at_first(tab: Tab) -> dict[str, dict[str, object]]:
    """What the page was told before its load handlers ran."""
    return deltas([next(frame for frame in tab.frames if '"delta"' in frame)])


async def test_an_officers_page_is_left_as_it_is_until_it_has_read_again(staff: dict[Role, Signed], tab: Open) -> None:
    person = staff[Role.SUPERVISOR]
    again = await tab(device=person.device, session=person.full, path=PAGE)
    assert not {CASE, TALK, IDENTITY} & at_first(again).keys()
    assert at_first(again)[LIST], "a state that does not say that it stays is emptied"
    told = deltas(again.frames)
    assert told[CASE]["case_rx_state_"] == {"phase": "missing"}
    assert told[CASE]["sections_rx_state_"] == told[TALK]["notes_rx_state_"] == []
    assert told[IDENTITY]["shown_rx_state_"] == [], "what was opened is closed"
    assert "once_rx_state_" not in told[TALK], "the page has one"


@pytest.mark.parametrize("how", ["nobody", "half"])
async def test_who_is_not_signed_in_gets_an_empty_page(server: Server, half: Signed, tab: Open, how: str) -> None:
    stranger = await tab(device=half.device, session=half.half if how == "half" else None, path=PAGE)
    assert at_first(stranger)[CASE]["case_rx_state_"] == {}


@pytest.mark.parametrize(
    ("role", "path", "shown"),
    [
        (Role.ADMIN, desk.PEOPLE, PeopleState),
        (Role.ADMIN, desk.CALENDAR, CalendarState),
        (Role.ADMIN, desk.REFERENCE, ReferenceState),
        (Role.IDENTITY, desk.IDENTITY, CustodianState),
        (Role.SUPERVISOR, desk.COLLEAGUES, VouchingState),
        (Role.SUPERVISOR, desk.RETENTION, RetentionState),
        (Role.INTAKE, desk.ACCOUNT, AccountState),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_other_pages_keep_their_forms_and_read_all_else_again(
    staff: dict[Role, Signed], tab: Open, role: Role, path: str, shown: type[rx.State]
) -> None:
    again = await tab(device=staff[role].device, session=staff[role].full, path=path)
    name = shown.get_full_name()
    assert name not in at_first(again)
    assert deltas(again.frames)[name].keys() == {var + FIELD_MARKER for var in shown.base_vars}


async def test_a_new_page_gets_its_own_secrets(staff: dict[Role, Signed], tab: Open) -> None:
    person = staff[Role.SUPERVISOR]
    new = await tab(device=person.device, session=person.full, path=PAGE, hashes=["of another build"])
    assert at_first(new)[CASE]["case_rx_state_"] == {}
    told = deltas(new.frames)[TALK]
    assert told["once_rx_state_"] and told["note_once_rx_state_"] not in ("", told["once_rx_state_"])
