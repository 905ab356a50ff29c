"""One's own way in: which sessions are open, how many recovery codes are left, and what one may do about it.

A changed password and new recovery codes ask for the password once more, counted and recorded as at sign-in: whoever
sits down at an open session may not guess. Functions that do so take no `db`: Argon2 runs between short transactions.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import col, select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.columns import now
from wbs_app.model.tables import Staff, StaffSession
from wbs_app.services import credentials, recovery_codes
from wbs_app.services.audit import record
from wbs_app.services.credentials import Unlocked
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.limits import Guessing
from wbs_app.services.refusal import Refused
from wbs_app.vault.sealing import seal, unseal

FEW_CODES = 2
"""So many left are a reason to make new ones."""


@dataclass(frozen=True)
class OpenSession:
    """`mine`: the one that asks. Nothing else is known of any."""

    began_at: datetime
    mine: bool


@dataclass(frozen=True)
class Security:
    """`sessions`: newest first. `codes`: recovery codes not used yet; None without a second factor."""

    sessions: list[OpenSession]
    codes: int | None


async def overview(db: Db, actor: Actor, session: str) -> Security:
    """How the actor's own account stands. `session`: id of the one that asks (`boxes.id_of`)."""
    actor.require(Permission.SIGNED_IN)
    going_on = (col(StaffSession.expires_at) > now(), col(StaffSession.half).is_(False))
    chosen = select(StaffSession.id, StaffSession.began_at).where(StaffSession.staff_id == actor.staff_id, *going_on)
    found = await db.exec(chosen.order_by(col(StaffSession.began_at).desc()))
    sessions = [OpenSession(began_at, id_ == session) for id_, began_at in found]
    me = await db.get_one(Staff, actor.staff_id)
    return Security(sessions, None if me.totp is None else await recovery_codes.left(db, actor.staff_id))


async def sign_out_everywhere(actor: Actor) -> None:
    """Ends all sessions of the account, the one that asks and those still at their second factor among them."""
    actor.require(Permission.SIGNED_IN)
    async with writing() as db:
        await _hold(db, actor)
        await db.exec(delete(StaffSession).where(col(StaffSession.staff_id) == actor.staff_id))
        await record(db, actor.username, "sign_out_all", actor.username)


async def new_codes(actor: Actor, password: str, device: str = "") -> list[str]:
    """Ten recovery codes, to be shown once; all earlier ones stop working in the same moment.

    Raises:
        Refused: `auth.current_wrong`; `auth.wait` after many wrong ones; `twofa.relaxed` without a second factor;
            `error.conflict_edit` when the password was changed meanwhile.
    """
    me, _ = await _prove(actor, password, device)
    if me.totp is None:
        raise Refused("twofa.relaxed")
    codes, digests = await recovery_codes.made()
    async with writing() as db:
        held = await _hold(db, actor)
        if held is None or (held.salt, held.totp) != (me.salt, me.totp):
            raise Refused("error.conflict_edit")
        await recovery_codes.replace(db, actor.staff_id, digests)
        await record(db, actor.username, "renew_codes", actor.username)
    return codes


async def change_password(actor: Actor, old: str, new: str, keep: str = "", device: str = "") -> None:
    """Wraps the private key and the second factor under a new password, and ends the person's sessions.

    `keep`: the id of the session that stays (`boxes.id_of`).

    Raises:
        Refused: as above when `old` is wrong; when `new` may not be chosen.
    """
    actor.require(Permission.SIGNED_IN)
    credentials.check(new, actor.username)
    me, unlocked = await _prove(actor, old, device)
    key, values = await credentials.wrapped(actor.staff_id, new, unlocked.private_key)
    if me.totp is not None:
        at = credentials.place(actor.staff_id, "totp")
        values["totp"] = seal(key, unseal(unlocked.key, me.totp, at), at)
    async with writing() as db:
        same = (col(Staff.id) == actor.staff_id, col(Staff.salt) == me.salt)
        if (await db.exec(update(Staff).where(*same).values(**values))).rowcount != 1:
            raise Refused("error.conflict_edit")
        others = (col(StaffSession.staff_id) == actor.staff_id, col(StaffSession.id) != keep)
        await db.exec(delete(StaffSession).where(*others))
        await record(db, actor.username, "change_password", actor.username)


async def _prove(actor: Actor, password: str, device: str) -> tuple[Staff, Unlocked]:
    """The actor's own row, and what the right password opens. Wrong ones count with those at sign-in."""
    actor.require(Permission.SIGNED_IN)
    guessing = Guessing("password", actor.username, device, "auth.wait")
    await guessing.begin()
    async with reading() as db:
        me = await db.get_one(Staff, actor.staff_id)
    unlocked = await credentials.unlock(me, password)
    if unlocked is None:
        async with writing() as db:
            await record(db, "system", "refuse_password", actor.username)
        raise Refused("auth.current_wrong")
    await guessing.succeeded()
    return me, unlocked


async def _hold(db: Db, actor: Actor) -> Staff | None:
    """The actor's row, kept from others until the transaction ends: two who change one's way in take turns, and no
    session begins in between. None when inactive meanwhile."""
    mine = select(Staff).where(Staff.id == actor.staff_id, col(Staff.active)).with_for_update()
    return (await db.exec(mine)).first()
