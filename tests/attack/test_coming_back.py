"""A page that connects again: those who are signed in keep what stands on it, and nobody else does."""

import pytest

from tests.attack.conftest import Open, Server, Signed, Tab, deltas, state
from wbs_app.model import desk
from wbs_app.model.access import Role

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


async def test_a_new_page_gets_its_own_secrets(staff: dict[Role, Signed], tab: Open) -> None:
    person = staff[Role.SUPERVISOR]
    new = await tab(device=person.device, session=person.full, path=PAGE, hashes=["of another build"])
    assert at_first(new)[CASE]["case_rx_state_"] == {}
    told = deltas(new.frames)[TALK]
    assert told["once_rx_state_"] and told["note_once_rx_state_"] not in ("", told["once_rx_state_"])
