"""Every handler of every state, fired over a real socket by those who may not."""

import inspect
import typing
from collections.abc import Iterator
from typing import Any

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY, FormData

from tests.attack.conftest import MARK, STATE, Open, Server, Signed, Tab, deltas, events, orders, state
from wbs_app import wbs_app
from wbs_app.model import desk
from wbs_app.model.access import POLICY, Permission, Role
from wbs_app.state.door import REFLEX_OWN

assert wbs_app.app  # all handlers are registered
HANDLERS = {name: known.handler.fn for name, known in RegistrationContext.get().event_handlers.items()}
OWNERS = {name: known.states[0] for name, known in RegistrationContext.get().event_handlers.items()}


def needed(name: str) -> Permission | None:
    """What the state of a handler asks for."""
    return getattr(OWNERS[name], "requires", None)


def own(name: str) -> bool:
    return getattr(getattr(HANDLERS[name], "func", HANDLERS[name]), "__module__", "").startswith("wbs_app.")


OURS = [name for name in HANDLERS if own(name)]
STAFF = [name for name in OURS if needed(name) is not None]
PUBLIC = [name for name in OURS if needed(name) is None]
SHUT = [name for name in HANDLERS if not own(name) and name.rpartition(".")[2] not in REFLEX_OWN]
SHUT += [f"{owner}.{setter}" for owner in {name.rpartition(".")[0] for name in HANDLERS} for setter in ("setvar",)]

SAMPLES: dict[Any, Any] = {
    str: MARK,
    int: 1,
    bool: True,
    list[str]: [f"{MARK}|1|file-too-large"],
    FormData: {
        FORM_DATA_ENTRIES_KEY: [["name", MARK], ["ticket", MARK], ["pin", MARK], ["go", "next"], ["card", MARK]]
    },
    rx.UploadChunkIterator: None,
}


def arguments(name: str) -> dict[str, Any]:
    """Arguments such as the handler takes."""
    fn = getattr(HANDLERS[name], "func", HANDLERS[name])
    hints = typing.get_type_hints(fn)
    return {given: SAMPLES[hints[given]] for given in list(inspect.signature(fn).parameters)[1:] if given in hints}


def shown(frames: list[str], owner: str) -> Any:
    """What was sent of a state."""
    return deltas(frames).get(owner)


def test_all_handlers_are_known() -> None:
    assert len(PUBLIC) > 15 and len(STAFF) > 10
    assert {name.rpartition(".")[2] for name in SHUT} == {"setvar", "handle_frontend_exception"}


# --- strangers -------------------------------------------------------------------------------------------------------


async def test_a_stranger_gets_nothing_from_staff_handlers(tab: Open, quiet: None) -> None:
    stranger = await tab(path=desk.CASES)
    await stranger.settled()
    for name in STAFF:
        await stranger.fire(name, arguments(name))
        frames = await stranger.settled()
        assert set(deltas(frames)) <= {STATE, state("draft", "draft_state")}, name
        assert [(order, told["path"]) for order, told in orders(frames)] == [("_redirect", desk.SIGN_IN)], name


async def test_a_strangers_first_page_knows_nothing_of_staff(tab: Open, staff: dict[Role, Signed]) -> None:
    for path in ("/", desk.CASES, f"{desk.CASES}/BALI-0000-0000", desk.PEOPLE, desk.TRAIL):
        stranger = await tab(path=path)
        found = deltas(await stranger.settled())
        owners = {owner.get_full_name() for name, owner in OWNERS.items() if needed(name) is not None}
        assert owners <= found.keys(), "hydration sends every state"
        for owner in owners:
            assert not any(found[owner].values()), owner
        assert "one-" not in "".join(stranger.frames), "a username"


async def test_public_handlers_take_any_text(tab: Open, quiet: None) -> None:
    stranger = await tab()
    for name in PUBLIC:
        await stranger.fire(name, arguments(name))
        await stranger.settled()


async def test_reflexs_own_setters_and_reports_are_shut(tab: Open, quiet: None) -> None:
    values = {"var_name": "is_hydrated", "value": MARK, "info": MARK, "component_stack": MARK}
    for number, name in enumerate(SHUT):
        if number % 20 == 0:  # one tab that fires them all would be shed as a flood
            stranger = await tab()
            await stranger.settled()
        await stranger.fire(name, values)
        await stranger.fire(name, {"var_name": "may", "value": ["manage_staff"]})
        frames = await stranger.settled()
        assert set(deltas(frames)) <= {state("draft", "draft_state")}, name
        assert not orders(frames) and MARK not in "".join(frames)


async def test_what_a_tab_claims_to_have_kept_is_taken_as_text_of_kept_vars_alone(tab: Open, quiet: None) -> None:
    """Two ways in: at hydration, and by Reflex's own event for it."""
    drafts, cases = state("draft", "draft_state"), state("staff_cases", "cases_state")
    claims = {
        f"{drafts}.draft_rx_state_": {"a": [MARK]},
        f"{drafts}.rows_rx_state_": "9" * 5000 + ",1,x,",
        f"{drafts}.given_rx_state_": MARK,
        f"{cases}.rows_rx_state_": [MARK],
        f"{state('staff_desk', 'desk_state')}.may_rx_state_": "manage_staff",
        f"{state('portal', 'portal_state')}.agency_rx_state_": ["bali"],
        f"{state('track', 'track_state')}.held_rx_state_": 5,
        f"{state('receipt', 'receipt_state')}.receipt_rx_state_": "x" * 1000,
        f"{STATE}.no_such_state.x_rx_state_": MARK,
        f"{STATE}.is_hydrated": MARK,
        MARK: MARK,
    }
    stranger = await tab(stored=claims, path="/lapor/biodata")
    await stranger.fire(f"{STATE}.reflex___state____update_vars_internal_state.update_vars_internal", {"vars": claims})
    await stranger.fire(f"{drafts}.add_person")
    frames = await stranger.settled()
    assert shown(stranger.frames, cases)["rows_rx_state_"] == []
    assert shown(stranger.frames, state("receipt", "receipt_state"))["received_rx_state_"] == {}
    assert shown(frames, drafts)["rows_rx_state_"].split(",")[0] in ("1", "0")
    assert MARK not in "".join(stranger.frames)


# --- staff of the wrong role -----------------------------------------------------------------------------------------


def wrong_pairs() -> Iterator[tuple[Role, str]]:
    for role in Role:
        for name in STAFF:
            if needed(name) not in POLICY[role]:
                yield role, name


def forbidden(role: Role) -> list[str]:
    return [name for at, name in wrong_pairs() if at is role]


@pytest.mark.parametrize("role", Role)
async def test_each_role_gets_nothing_beyond_its_own(
    role: Role, staff: dict[Role, Signed], tab: Open, quiet: None
) -> None:
    officer = await tab(device=staff[role].device, session=staff[role].full, path=desk.CASES)
    await officer.settled()
    assert forbidden(role), "every role is kept from something"
    for name in forbidden(role):
        await officer.fire(name, arguments(name))
        frames = await officer.settled()
        assert shown(frames, OWNERS[name].get_full_name()) is None, name
        away = [desk.HOME] if needed(name) is Permission.ENROL else []
        assert [told["path"] for _, told in orders(frames)] == away, name


async def test_a_password_alone_opens_nothing(half: Signed, tab: Open, quiet: None) -> None:
    officer = await tab(device=half.device, session=half.half, path=desk.HOME)
    await officer.settled()
    for name in STAFF:
        if needed(name) is not Permission.ENROL:
            await officer.fire(name, arguments(name))
            frames = await officer.settled()
            assert shown(frames, OWNERS[name].get_full_name()) is None, name
            assert [told["path"] for _, told in orders(frames)] == [desk.SIGN_IN]
    enrolling = state("staff_entry", "enrol_state")
    await officer.fire(f"{enrolling}.load")
    assert shown(await officer.settled(), enrolling) is None, "whoever has an app sees no second secret"


@pytest.mark.parametrize("session", ["x", "A" * 43, "\xff", "' OR 1=1", "A" * 3000, "../../x"])
async def test_made_up_sessions_are_nobodys(session: str, tab: Open, quiet: None) -> None:
    stranger = await tab(session=session, path=desk.CASES)
    await stranger.settled()
    for handler in ("staff_desk", "desk_state", "enter"), ("staff_cases", "cases_state", "load"):
        await stranger.fire(f"{state(*handler[:2])}.{handler[2]}")
        assert shown(await stranger.settled(), state(*handler[:2])) is None


async def test_a_session_that_was_ended_ends_at_once(server: Server, half: Signed, tab: Open, quiet: None) -> None:
    """On a socket that stays open too: the cookie is looked up at every event."""
    officer = await tab(device=half.device, session=half.half)
    await officer.settled()
    enrolling = f"{state('staff_entry', 'enrol_state')}.load"
    await officer.fire(enrolling)
    before = orders(await officer.settled())
    async with server.client(origin=server.origin, cookie=f"wbs_sid={half.half}") as http:
        assert (await http.post(desk.SIGN_OUT)).status_code == 303
    await officer.fire(enrolling)
    said = f"?galat={desk.problem_code('auth.session_ended')}"
    assert orders(await officer.settled())[-1][1]["path"] == desk.SIGN_IN + said
    assert before


async def test_what_an_officer_saw_is_gone_when_the_page_loads_anew(
    server: Server, staff: dict[Role, Signed], tab: Open, quiet: None
) -> None:
    """The tab stays, its officer signs out, somebody else sits down: hydration sends all vars before anyone asks."""
    admin = staff[Role.ADMIN]
    first = await tab(device=admin.device, session=admin.full, path=desk.PEOPLE)
    await first.fire(f"{state('staff_people', 'people_state')}.load")
    assert "one-intake" in "".join(await first.settled())
    await first.close()
    second = await tab(device=admin.device, token=first.token, path=desk.PEOPLE)
    await second.settled()
    assert second.token == first.token
    assert not any(name == "new_token" for name, _ in events(second.frames))
    assert "one-" not in "".join(second.frames)


async def test_a_forged_path_opens_no_other_page(tab: Open, staff: dict[Role, Signed], quiet: None) -> None:
    """Where a page says it is decides nothing but its language."""
    stranger: Tab = await tab()
    await stranger.settled()
    forged = {
        "pathname": f"{desk.CASES}/[nomor]",
        "asPath": f"{desk.CASES}/BALI-0000-0000?x={MARK}",
        "query": {"nomor": "BALI-0000-0000", "sebelum": "9" * 400, "instansi": "../x"},
        "sessionid": "someone-elses",
        "token": "someone-elses",
        "ip": "198.51.100.7",
        "headers": {"cookie": "wbs_sid=x"},
    }
    for name in (f"{STATE}.reflex___state____on_load_internal_state.on_load_internal", *STAFF):
        await stranger.fire(name, arguments(name) if name in STAFF else {}, router=forged)
        frames = await stranger.settled()
        assert {owner for owner in deltas(frames) if "staff" in owner} == set(), name
    assert "someone-elses" not in "".join(stranger.frames)
    assert "198.51.100.7" not in "".join(stranger.frames)
