"""Staff sign-in: password, then second factor, then a session that only the browser's cookie opens.

These functions take no `db`: Argon2 runs between short transactions of their own.
"""

import hmac
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import segno
import sqlalchemy
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import bindparam, case, delete, update
from sqlmodel import col, or_, select

from wbs_app.config import settings
from wbs_app.model.access import Actor, Role
from wbs_app.model.columns import now
from wbs_app.model.tables import Invitation, RecoveryCode, Staff, StaffSession
from wbs_app.services import credentials, recovery_codes
from wbs_app.services.audit import record
from wbs_app.services.boxes import IDLE_LASTS, Half, begin, half_of, id_of, open_box, plausible, seal_box
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.limits import Guessing
from wbs_app.services.refusal import Refused
from wbs_app.services.slow import slowly
from wbs_app.services.staff import by_either_name
from wbs_app.vault.codes import hash_recovery_code
from wbs_app.vault.sealing import seal, unseal

FULL_LASTS = timedelta(hours=8)
TRIES = 10
TRIES_WINDOW = timedelta(minutes=15)

_EXTEND_AT_MOST_EVERY = timedelta(minutes=1)
_LONGEST_CODE = 100
_STEP_SECONDS = 30


@dataclass(frozen=True)
class SignedIn:
    """A right password. `half`: the second factor is still to come, or to be set up when not `enrolled`."""

    cookie: str = field(repr=False)
    half: bool
    enrolled: bool


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app needs: a QR code as SVG (black on white), or the secret in groups of four."""

    uri: str = field(repr=False)
    secret: str = field(repr=False)
    qr: str = field(repr=False)


# --- password -----------------------------------------------------------------------------------------------


async def sign_in(username: str, password: str, device: str = "") -> SignedIn | None:
    """None for an unknown username, a wrong password and an inactive person alike, after the same work.

    Raises:
        Refused: `auth.wait` after many wrong passwords, for unknown usernames too; `error.rate_limit` in a rush.
    """
    async with reading() as db:
        staff = await by_either_name(db, username)
    account = staff.username if staff else username.strip().casefold()[:_LONGEST_CODE]
    guessing = Guessing("password", account, device, "auth.wait")
    await guessing.begin()
    unlocked = await credentials.unlock(staff, password)
    async with writing() as db:
        if staff is None or staff.id is None or unlocked is None:
            await record(db, "system", "refuse_password", staff.username if staff else "")
            return None
        enrolled = staff.totp is not None
        half = enrolled or not settings().relaxed_2fa
        box = {"private_key": unlocked.private_key.hex()} | ({"key": unlocked.key.hex()} if half else {})
        cookie = await begin(db, staff.id, box, half)
        await record(db, staff.username, "give_password" if half else "sign_in", staff.username)
    await guessing.succeeded()
    return SignedIn(cookie, half, enrolled)


# --- second factor ------------------------------------------------------------------------------------------


async def second_factor(cookie: str, code: str) -> str | None:
    """The full session's cookie, for a code of the authenticator app or a recovery code; each works once.

    Raises:
        Refused: `auth.locked`, after too many wrong codes.
    """
    async with writing() as db:
        held = await half_of(db, cookie)
        if held is None or held.staff.totp is None:
            return None
        await _charge(db, held.staff_id)
    secret = unseal(held.key, held.staff.totp, credentials.place(held.staff_id, "totp")).decode()
    step = _step_of(secret, code)
    digest = None if _looks_like_totp(code) else await slowly(hash_recovery_code, code)
    async with writing() as db:
        if await _spend(db, held, step, digest):
            return await _full(db, held)
        await record(db, "system", "refuse_second_factor", held.staff.username)
    return None


async def _charge(db: Db, staff_id: int) -> None:
    """Counts a try before it is made, so that tries side by side are counted too."""
    fresh = or_(col(Staff.tries_since).is_(None), col(Staff.tries_since) < now() - TRIES_WINDOW)
    tried = await db.exec(
        update(Staff)
        .where(col(Staff.id) == staff_id, or_(fresh, col(Staff.tries) < TRIES))
        .values(
            tries=case((fresh, 1), else_=col(Staff.tries) + 1),
            tries_since=case((fresh, now()), else_=col(Staff.tries_since)),
        )
        .execution_options(synchronize_session=False)
    )
    if tried.rowcount != 1:
        raise Refused("auth.locked", minutes=TRIES_WINDOW // timedelta(minutes=1))


def _typed(code: str) -> str:
    return "".join(code.split()) if len(code) <= _LONGEST_CODE else ""


def _looks_like_totp(code: str) -> bool:
    typed = _typed(code)
    return len(typed) == 6 and typed.isascii() and typed.isdigit()


def _step_of(secret: str, code: str) -> int | None:
    """The time step whose code this is: now, or the one before or after."""
    if not _looks_like_totp(code):
        return None
    totp, step = TOTP(secret, interval=_STEP_SECONDS), int(time.time()) // _STEP_SECONDS
    right = (at for at in (step, step - 1, step + 1) if hmac.compare_digest(totp.generate_otp(at), _typed(code)))
    return next(right, None)


async def _spend(db: Db, held: Half, step: int | None, digest: bytes | None) -> bool:
    """Uses up a time step or a recovery code; False when there is none, or somebody was quicker."""
    if step is not None:
        unused = (col(Staff.id) == held.staff_id, col(Staff.totp_step) < step)
        return (await db.exec(update(Staff).where(*unused).values(totp_step=step))).rowcount == 1
    if digest is not None:
        mine = (col(RecoveryCode.staff_id) == held.staff_id, col(RecoveryCode.digest) == digest)
        return (await db.exec(delete(RecoveryCode).where(*mine))).rowcount == 1
    return False


async def _full(db: Db, held: Half) -> str | None:
    """Rotates the half session into a full one: its cookie, or None when the half one has ended meanwhile."""
    await db.exec(update(Staff).where(col(Staff.id) == held.staff_id).values(tries=0))
    ended = await db.exec(delete(StaffSession).where(col(StaffSession.id) == held.id))
    if ended.rowcount != 1:
        return None
    cookie = await begin(db, held.staff_id, {"private_key": held.box["private_key"]}, half=False)
    await record(db, held.staff.username, "sign_in", held.staff.username)
    return cookie


# --- enrolment ----------------------------------------------------------------------------------------------


async def begin_enrolment(cookie: str) -> Enrolment | None:
    """The same secret each time until it is confirmed; None unless half signed in and not yet enrolled."""
    async with writing() as db:
        held = await half_of(db, cookie)
        if held is None or held.staff.totp is not None:
            return None
        if "totp" not in held.box:
            held.box["totp"] = random_base32()
            box = seal_box(cookie, held.box, held.staff_id, half=True)
            await db.exec(update(StaffSession).where(col(StaffSession.id) == held.id).values(box=box))
    secret = held.box["totp"]
    uri = TOTP(secret, interval=_STEP_SECONDS).provisioning_uri(name=held.staff.username, issuer_name="WBS")
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    qr = segno.make(uri, error="m", micro=False).svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    return Enrolment(uri, groups, qr)


async def finish_enrolment(cookie: str, code: str) -> tuple[str, list[str]] | None:
    """The full session's cookie and ten recovery codes, shown once; None for a wrong code, or too late.

    Raises:
        Refused: `auth.session_ended`, when it ended just now.
    """
    async with reading() as db:
        held = await half_of(db, cookie)
    if held is None or held.staff.totp is not None or (secret := held.box.get("totp")) is None:
        return None
    if (step := _step_of(secret, code)) is None:
        return None
    codes, digests = await recovery_codes.made()
    sealed = seal(held.key, secret.encode(), credentials.place(held.staff_id, "totp"))
    async with writing() as db:
        unset = (col(Staff.id) == held.staff_id, col(Staff.totp).is_(None))
        enrolled = await db.exec(update(Staff).where(*unset).values(totp=sealed, totp_step=step))
        if enrolled.rowcount != 1:
            return None
        await recovery_codes.replace(db, held.staff_id, digests)
        full = await _full(db, held)
        if full is None:
            raise Refused("auth.session_ended")
        await record(db, held.staff.username, "enrol", held.staff.username)
    return full, codes


# --- the session --------------------------------------------------------------------------------------------


_WHO: Any = (  # asked at every event, hence built once and without the columns nobody needs
    sqlalchemy.select(
        *(getattr(StaffSession, name) for name in ("box", "half", "began_at", "expires_at")),
        *(getattr(Staff, name) for name in ("id", "username", "name", "role", "agencies", "unit")),
    )
    .join(Staff, col(Staff.id) == StaffSession.staff_id)
    .where(col(StaffSession.id) == bindparam("session"), col(StaffSession.expires_at) > bindparam("now"))
    .where(col(Staff.active))
)


async def resolve(cookie: str | None, by_hand: bool = True) -> Actor | None:
    """Who is signed in with this cookie. A half session's actor may only enrol and holds no key.

    `by_hand`: a person did something, so the session lives on.
    """
    if cookie is None or not plausible(cookie):
        return None
    async with reading() as db:
        found = (await db.exec(_WHO, params={"session": id_of(cookie), "now": now()})).first()
    if found is None:
        return None
    if by_hand and not found.half:
        await _extend(id_of(cookie), found.began_at, found.expires_at)
    box = open_box(cookie, found.box, found.id, found.half)
    return Actor(
        staff_id=found.id,
        username=found.username,
        name=found.name,
        role=Role(found.role),
        agencies=tuple(found.agencies.split()),
        unit=found.unit,
        private_key=b"" if found.half else bytes.fromhex(box["private_key"]),
        half=found.half,
    )


async def _extend(session: str, began_at: datetime, expires_at: datetime) -> None:
    """Puts the end off while the session is used, never beyond its eight hours."""
    end = min(now() + IDLE_LASTS, began_at + FULL_LASTS)
    if end - expires_at >= _EXTEND_AT_MOST_EVERY:
        async with writing() as db:
            await db.exec(update(StaffSession).where(col(StaffSession.id) == session).values(expires_at=end))


async def sign_out(cookie: str) -> None:
    """Ends the session; nothing happens when there is none."""
    async with writing() as db:
        whose = select(Staff.username).join(StaffSession, col(StaffSession.staff_id) == Staff.id)
        username = (await db.exec(whose.where(StaffSession.id == id_of(cookie)))).first()
        if username is not None:
            await db.exec(delete(StaffSession).where(col(StaffSession.id) == id_of(cookie)))
            await record(db, username, "sign_out", username)


async def sweep(db: Db) -> None:
    """Removes sessions and invitations that have ended."""
    await db.exec(delete(StaffSession).where(col(StaffSession.expires_at) <= now()))
    await db.exec(delete(Invitation).where(col(Invitation.expires_at) <= now()))
