"""A page that comes back after its connection broke, or its worker died: what stood on its screen stays there.

Staff states are empty again whenever a page hydrates. Were the page told so, it would take away its forms, and what an
officer was typing in them; so states that say `stays` are left out of what it is sent. Their load handlers run at once
and set every var, so that nothing old remains. It is for those who are signed in: everybody else gets empty pages.
"""

from typing import Any

import reflex as rx
from reflex import state as reflex_state
from reflex.state import BaseState

from wbs_app.services import sessions

_AGAIN = "wbs_again"


async def keep_screen(state: BaseState, scope: dict[str, Any], payload: dict[str, Any]) -> None:
    """Has the event that hydrates a page, with this payload, pass over the states that stay.

    A page's first one names hashes of all states as they were built, and gets only what is different; later ones name
    none. We name those of the states that stay, which are as they were built because they have just been emptied.
    """
    scope[_AGAIN] = "hashes" not in payload
    actor = await sessions.resolve(scope.get("wbs_session"), by_hand=False) if scope[_AGAIN] else None
    if actor is None or actor.half:
        return
    built = await _as_built(rx.State)
    staying = {each.get_full_name() for each in type(state._get_root_state()).get_substates() if _stays(each)}
    hashes = (built.hashes[name] if name in staying else "" for name in sorted(built.hashes))
    payload["hashes"] = [built.names_digest, *hashes]


def came_back(scope: dict[str, Any]) -> bool:
    """Whether the page on this connection was there before it, so that it still shows what it showed."""
    return scope.get(_AGAIN, False)


def _stays(state: type[BaseState]) -> bool:
    return vars(state).get("stays", False)


async def _as_built(root: type[BaseState]) -> Any:
    await reflex_state._diff_against_initial_state(root, {}, [])
    return reflex_state._initial_snapshot_cache[root]
