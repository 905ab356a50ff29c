"""What a tab shows and what it keeps for us, sealed: only this server opens that, for the same device cookie alone."""

import time
from typing import Any

from reflex.state import BaseState

from wbs_app.config import settings
from wbs_app.state.door import device_of
from wbs_app.vault.tabs import open_from_tab, seal_for_tab

Entry = dict[str, str]
"""A small row for the browser."""


def show(state: BaseState, **values: Any) -> None:
    """Sets the vars whose values differ: what is set travels, and travels whole."""
    for name, value in values.items():
        if getattr(state, name) != value:
            setattr(state, name, value)


def seal(state: BaseState, purpose: str, value: object, seconds: int) -> str:
    """`value` as text that opens for `seconds`, in this browser alone."""
    return seal_for_tab(settings().secret_key(), device_of(state), purpose, value, seconds, time.time())


def opened(state: BaseState, purpose: str, sealed: str) -> Any:
    """What was sealed; None for anything that does not open here and now."""
    device = device_of(state) if sealed else ""
    return open_from_tab(settings().secret_key(), device, purpose, sealed, time.time()) if device else None
