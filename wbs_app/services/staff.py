"""Staff members: made by an administrator or on the command line, activated by a one-time link."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from itertools import count

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, update
from sqlmodel import col, func, or_, select

from wbs_app.config import settings
from wbs_app.model.access import Actor, Permission, Role
from wbs_app.model.answers import Email
from wbs_app.model.columns import now
from wbs_app.model.handling_tables import Notice
from wbs_app.model.tables import Invitation, RecoveryCode, Report, ReportKey, Staff, StaffSession, Unit
from wbs_app.services import credentials, live, vouching
from wbs_app.services.audit import record
from wbs_app.services.credentials import password_problem as password_problem
from wbs_app.services.database import Db, reading
from wbs_app.services.refusal import Refused

INVITATION_LASTS = timedelta(hours=48)

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_RESERVED = frozenset({"system", "reporter"})  # the audit trail's names for nobody in particular
_LONGEST_NAME = 100
_LONGEST_EMAIL = 254
_EMAIL: TypeAdapter[str | None] = TypeAdapter(Email)


async def add(
    db: Db,
    username: str,
    name: str,
    role: Role,
    agencies: tuple[str, ...],
    unit: str | None,
    by: str = "system",
) -> Staff:
    """A new staff member, without a password. `unit`: its code or exact name. `by`: who adds, for the trail.

    Raises:
        Refused: for a username that is taken or malformed, an empty name, an unknown agency or unit.
    """
    username, name = username.strip().casefold(), " ".join(name.split())
    if not _USERNAME.fullmatch(username) or username in _RESERVED:
        raise Refused("admin.username_invalid")
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Refused("admin.name_invalid")
    if not agencies or not set(agencies) <= set(settings().agencies):
        raise Refused("admin.agency_unknown")
    if await by_username(db, username):
        raise Refused("admin.username_taken")
    served = " ".join(code for code in settings().agencies if code in agencies)
    code = await _unit_code(db, agencies, unit) if unit else None
    staff = Staff(username=username, name=name, role=role, agencies=served, unit=code)
    db.add(staff)
    await db.flush()
    await record(db, by, "add_staff", username)
    return staff


async def _unit_code(db: Db, agencies: tuple[str, ...], unit: str) -> str:
    named = or_(col(Unit.code) == unit, col(Unit.name) == unit)
    known = select(Unit.code).where(col(Unit.agency).in_(agencies), named)
    code = (await db.exec(known)).first() if unit.isprintable() else None  # PostgreSQL cannot be asked for the rest
    if code is None:
        raise Refused("admin.unit_unknown")
    return code


async def by_username(db: Db, typed: str) -> Staff | None:
    """Whoever has this username, however it was typed."""
    username = typed.strip().casefold()
    if not _USERNAME.fullmatch(username):
        return None
    return (await db.exec(select(Staff).where(Staff.username == username))).first()


async def by_either_name(db: Db, typed: str) -> Staff | None:
    """Whoever has this username, or else the only active person with this address for notices."""
    found = await by_username(db, typed)
    address = typed.strip()
    if found is not None or not 0 < len(address) <= _LONGEST_EMAIL or not address.isprintable():
        return found
    same = select(Staff).where(func.lower(col(Staff.email)) == address.lower(), col(Staff.active)).limit(2)
    people = (await db.exec(same)).all()
    return people[0] if len(people) == 1 else None


async def listed(db: Db, actor: Actor) -> list[Staff]:
    """The staff of the actor's agencies, by name.

    Raises:
        Forbidden: unless the actor manages staff.
    """
    actor.require(Permission.MANAGE_STAFF)
    everyone = await db.exec(select(Staff).order_by(col(Staff.name), col(Staff.id)))
    return [staff for staff in everyone if set(staff.agencies.split()) & set(actor.agencies)]


async def names_of(db: Db, usernames: Iterable[str | None]) -> dict[str, str]:
    """Username -> name, of those that exist."""
    wanted = [name for name in usernames if name]
    rows = await db.exec(select(Staff).where(col(Staff.username).in_(wanted)))
    return {person.username: person.name for person in rows}


async def email_of(db: Db, actor: Actor) -> str:
    """Where the actor's own notices go; "" for nowhere."""
    actor.require(Permission.SIGNED_IN)
    return (await _get(db, actor.staff_id)).email


async def set_email(db: Db, staff_id: int, typed: str, by: str) -> str:
    """The official address that notices go to, "" for none; as it was understood.

    Raises:
        Refused: for an unknown person, or something that is no address.
    """
    staff = await _get(db, staff_id)
    try:
        address = _EMAIL.validate_python(typed) or ""
    except ValidationError:
        raise Refused("error.email") from None
    if address != staff.email:
        staff.email = address
        db.add(staff)
        await db.exec(update(Notice).where(col(Notice.staff_id) == staff_id).values(tries=0))  # a new chance
        await record(db, by, "set_email", staff.username)
    return address


async def deactivate(db: Db, staff_id: int, by: str = "system") -> None:
    """The person can no longer sign in and holds no key: an old password opens nothing of a stolen database. Cases that
    the person led are led by nobody, and so are found by who gives them out.

    Raises:
        Refused: for an unknown person.
    """
    staff = await _get(db, staff_id)
    staff.active = False
    await _end_access(db, staff)
    await db.exec(update(Report).where(col(Report.lead) == staff_id).values(lead=None))
    for agency in staff.agencies.split():
        live.touch(db, live.list_topic(agency))
    await record(db, by, "deactivate_staff", staff.username)


async def reset(db: Db, staff_id: int, by: str = "system") -> str:
    """The token of a new invitation for somebody who has lost the password or the second factor, or who comes back.

    Somebody has to vouch anew before colleagues hand the keys on again.

    Raises:
        Refused: when the person is unknown, or active and has no password yet.
    """
    staff = await _get(db, staff_id)
    if staff.active and staff.salt is None:
        raise Refused("admin.not_resettable")
    action = "reset_staff" if staff.active else "reactivate_staff"
    staff.active = True
    await _end_access(db, staff)
    await record(db, by, action, staff.username)
    return await invite(db, staff_id, by)


async def _end_access(db: Db, staff: Staff) -> None:
    """The key pair goes, and with it every key that was sealed to it and what only the person could read: nobody can
    open it any more."""
    staff.salt = staff.public_key = staff.private_key = staff.totp = staff.vouch = None
    staff.totp_step = 0
    db.add(staff)
    await db.flush()
    await db.exec(delete(ReportKey).where(col(ReportKey.holder) == str(staff.id)))
    for table in (RecoveryCode, StaffSession, Invitation):
        await db.exec(delete(table).where(col(table.staff_id) == staff.id))


async def _get(db: Db, staff_id: int) -> Staff:
    staff = await db.get(Staff, staff_id)
    if staff is None:
        raise Refused("admin.staff_unknown")
    return staff


# --- invitations --------------------------------------------------------------------------------------------


def _digest(token: str) -> str:
    typed = token.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(typed, digest_size=32, person=b"wbs invitation").hexdigest()


async def invite(db: Db, staff_id: int, by: str = "system") -> str:
    """The token of a one-time link for setting the first password within 48 hours. Earlier ones stop working.

    Raises:
        Refused: when the person is unknown, inactive, or has a password.
    """
    staff = await _get(db, staff_id)
    if not staff.active or staff.salt is not None:
        raise Refused("admin.not_invitable")
    token = secrets.token_urlsafe(32)
    await db.exec(delete(Invitation).where(col(Invitation.staff_id) == staff_id))
    db.add(Invitation(digest=_digest(token), staff_id=staff_id, expires_at=now() + INVITATION_LASTS))
    await db.flush()
    await record(db, by, "invite", staff.username)
    return token


async def peek(db: Db, token: str) -> Staff | None:
    """Whom this invitation is for; None when it was used, replaced or is too old."""
    invited = (
        select(Staff)
        .join(Invitation, col(Invitation.staff_id) == Staff.id)
        .where(Invitation.digest == _digest(token), Invitation.expires_at > now())
        .where(col(Staff.active), col(Staff.salt).is_(None))
    )
    return (await db.exec(invited)).first()


async def accept(db: Db, token: str, password: str) -> Staff:
    """Sets the first password of the person invited and uses the invitation up.

    Argon2 runs before the first statement on `db`, so a write transaction begins only afterwards.

    Raises:
        Refused: for an invalid invitation, or a password that may not be chosen.
    """
    async with reading() as before:
        staff = await peek(before, token)
    if staff is None or staff.id is None:
        raise Refused("invite.invalid")
    credentials.check(password, staff.username)
    values = await credentials.first(staff.id, password)
    used = await db.exec(delete(Invitation).where(col(Invitation.digest) == _digest(token)))
    if used.rowcount != 1:
        raise Refused("invite.invalid")
    given = await _give(db, staff.id, values)
    await vouching.arrived(db, given)
    return given


async def first_invitation(db: Db, *, again: bool) -> str | None:
    """A token for the first administrator, made if need be; None once an administrator has a password.

    It takes the place of an earlier one. Unless `again`, one that still holds is left alone, and "" returned.
    """
    admins = (await db.exec(select(Staff).where(Staff.role == Role.ADMIN).order_by(col(Staff.id)))).all()
    if any(admin.salt for admin in admins):
        return None
    admin = next((admin for admin in admins if admin.active), None) or await _add_admin(db)
    assert admin.id is not None
    holds = select(Invitation.digest).where(Invitation.staff_id == admin.id, Invitation.expires_at > now())
    if not again and (await db.exec(holds)).first():
        return ""
    return await invite(db, admin.id)


async def _add_admin(db: Db) -> Staff:
    names = ("admin" if number == 1 else f"admin{number}" for number in count(1))
    while await by_username(db, username := next(names)):
        pass
    return await add(db, username, "Administrator", Role.ADMIN, settings().agencies, None)


# --- passwords ----------------------------------------------------------------------------------------------


async def set_password(db: Db, staff_id: int, password: str) -> None:
    """The first password of a staff member, and with it the key pair: by the operator, who vouches with it.

    Raises:
        Refused: when there is a password already, or this one may not be chosen.
    """
    staff = await _get(db, staff_id)
    credentials.check(password, staff.username)
    await vouching.trust(db, await _give(db, staff_id, await credentials.first(staff_id, password)))


async def _give(db: Db, staff_id: int, values: dict[str, bytes]) -> Staff:
    """Sets what a first password brings; whoever has one keeps it, since the keys to reports hang on it."""
    unset = (col(Staff.id) == staff_id, col(Staff.active), col(Staff.salt).is_(None))
    given = await db.exec(update(Staff).where(*unset).values(**values))
    if given.rowcount != 1:
        raise Refused("admin.not_invitable")
    staff = await db.get(Staff, staff_id, populate_existing=True)
    assert staff is not None
    await record(db, staff.username, "set_password", staff.username)
    return staff
