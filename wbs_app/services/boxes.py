"""A session's row in the database, which only the browser's cookie finds and opens.

It is found by one hash of the cookie, and its box opens with another: a stolen database opens no private key. Both are
made with the server's secret, and the box is bound to its person and to whether the second factor was given: whoever
writes to the database makes no session, and makes none somebody else's.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import col, select

from wbs_app.config import settings
from wbs_app.model.columns import now
from wbs_app.model.tables import Staff, StaffSession
from wbs_app.services.database import Db
from wbs_app.vault.sealing import KEY_BYTES, Place, seal_json, unseal_json

HALF_LASTS = timedelta(minutes=15)
IDLE_LASTS = timedelta(minutes=60)

_COOKIE_BYTES = 32
_LONGEST_COOKIE = 100

Box = dict[str, str]
"""`private_key` (hex); while half, also `key`, given by the password (hex), and `totp`, not yet confirmed."""


@dataclass(frozen=True)
class Half:
    """A half session, opened: the password is given, the second factor is not."""

    id: str
    box: Box = field(repr=False)
    staff: Staff = field(repr=False)
    staff_id: int

    @property
    def key(self) -> bytes:
        """The key that the password gave."""
        return bytes.fromhex(self.box["key"])


def id_of(cookie: str) -> str:
    """The id of the cookie's session; the cookie cannot be told from it."""
    return _hash(cookie, b"wbs session id").hex()


def plausible(cookie: str | None) -> bool:
    """Whether it is worth a look in the database."""
    return bool(cookie) and len(cookie or "") <= _LONGEST_COOKIE


def seal_box(cookie: str, box: Box, staff_id: int, half: bool) -> bytes:
    return seal_json(_hash(cookie, b"wbs session key"), box, _place(cookie, staff_id, half))


def open_box(cookie: str, sealed: bytes, staff_id: int, half: bool) -> Box:
    """Raises Tampered when the row is not this cookie's, or was another person's or half."""
    return unseal_json(_hash(cookie, b"wbs session key"), sealed, _place(cookie, staff_id, half))


def _hash(cookie: str, purpose: bytes) -> bytes:
    typed = cookie.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(typed, digest_size=KEY_BYTES, key=settings().secret_key(), person=purpose).digest()


def _place(cookie: str, staff_id: int, half: bool) -> Place:
    return Place("staff_session", f"{id_of(cookie)}:{staff_id}", "half" if half else "box")


async def begin(db: Db, staff_id: int, box: Box, half: bool) -> str:
    """The cookie of a new session."""
    cookie, start = secrets.token_urlsafe(_COOKIE_BYTES), now()
    db.add(
        StaffSession(
            id=id_of(cookie),
            staff_id=staff_id,
            half=half,
            box=seal_box(cookie, box, staff_id, half),
            began_at=start,
            expires_at=start + (HALF_LASTS if half else IDLE_LASTS),
        )
    )
    await db.flush()
    return cookie


async def half_of(db: Db, cookie: str) -> Half | None:
    """The half session of this cookie, while it lasts."""
    if not plausible(cookie):
        return None
    chosen = (
        select(StaffSession.box, Staff)
        .join(Staff, col(Staff.id) == StaffSession.staff_id)
        .where(StaffSession.id == id_of(cookie), StaffSession.expires_at > now())
        .where(col(StaffSession.half), col(Staff.active))
    )
    found = (await db.exec(chosen)).first()
    if found is None:
        return None
    sealed, staff = found
    assert staff.id is not None
    return Half(id_of(cookie), open_box(cookie, sealed, staff.id, half=True), staff, staff.id)
