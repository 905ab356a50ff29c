"""What officers saw is in no state that a page gets when it loads anew."""

from reflex.state import BaseState, State

from wbs_app import wbs_app
from wbs_app.state.door import PUBLIC, _forget_staff
from wbs_app.state.portal import PortalState

assert wbs_app.app  # brings in every state


def ours(root: BaseState) -> list[BaseState]:
    return [substate for substate in root.substates.values() if hasattr(substate, "requires")]


def test_staff_states_are_empty_after_a_load() -> None:
    root = State(_reflex_internal_init=True)  # type: ignore[call-arg]
    fresh = State(_reflex_internal_init=True)  # type: ignore[call-arg]
    staff = [state for state in ours(root) if state.requires is not PUBLIC]  # type: ignore[attr-defined]
    assert len(staff) > 5
    for state in staff:
        for name, var in type(state).__fields__.items():
            if var._owner is type(state) and isinstance(getattr(state, name), dict):
                setattr(state, name, {"secret": "laporan"})
            elif var._owner is type(state) and isinstance(getattr(state, name), list):
                setattr(state, name, ["laporan"])
    public = root.substates[PortalState.get_name()]
    public.agency = "ntt"  # type: ignore[attr-defined]
    assert "laporan" in str(root.dict())
    _forget_staff(root)
    assert "laporan" not in str(root.dict())
    assert {state.get_full_name(): state.dict() for state in staff} == {
        state.get_full_name(): state.dict()
        for state in ours(fresh)
        if state.requires is not PUBLIC  # type: ignore[attr-defined]
    }
    assert public.agency == "ntt"  # type: ignore[attr-defined]


def test_staff_states_start_without_data() -> None:
    for state in ours(State(_reflex_internal_init=True)):  # type: ignore[call-arg]
        if state.requires is not PUBLIC:  # type: ignore[attr-defined]
            values = next(iter(state.dict(initial=True).values()))
            assert not any(values.values()), state.get_full_name()


def test_a_load_makes_no_state_that_would_have_to_be_kept() -> None:
    root = State(_reflex_internal_init=True)  # type: ignore[call-arg]
    _forget_staff(root)
    assert not any(state._was_touched or state.dirty_vars for state in ours(root))
