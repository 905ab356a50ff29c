"""Recovery codes on their way from the request that made them to the one page that shows them.

They travel in a cookie that no script can read, sealed with the server's secret and the new session's own cookie: no
worker has to remember them, a reload or a restart of the server loses nothing, another browser or a later session
opens nothing, and ten minutes later nobody does.
"""

import time

from wbs_app.config import settings
from wbs_app.vault.tabs import open_from_tab, seal_for_tab

LASTS_SECONDS = 600

_PURPOSE = "recovery codes"


def wrap(session: str, codes: list[str]) -> str:
    """The cookie's value. `session`: the cookie of the session that was just made."""
    return seal_for_tab(settings().secret_key(), session, _PURPOSE, codes, LASTS_SECONDS, time.time())


def unwrap(session: str, sealed: str) -> list[str]:
    """The codes; empty for another session, too late, or garbage."""
    opened = open_from_tab(settings().secret_key(), session, _PURPOSE, sealed, time.time()) if session else None
    return [str(code) for code in opened] if isinstance(opened, list) else []
