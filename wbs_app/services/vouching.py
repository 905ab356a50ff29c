"""Whom others know: only to them is a key ever sealed.

An administrator invites, a colleague who knows the person vouches. So neither an administrator's account nor a row
written into the database makes a reader. A vouch is a mark over who the person is and the public key, made with the
server's secret, which the database does not hold: who changes the role, the agencies or the key breaks it.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from wbs_app.config import settings
from wbs_app.model.access import IDENTITY_READERS, KINDS_IN_REACH, Actor, Permission, Role
from wbs_app.model.agency import Profile
from wbs_app.model.columns import now
from wbs_app.model.tables import Agency, Setting, Staff
from wbs_app.services import marks, notices
from wbs_app.services.audit import record
from wbs_app.services.database import Db
from wbs_app.services.refusal import Refused
from wbs_app.vault.codes import ALPHABET
from wbs_app.vault.keypairs import public_of

READING_ROLES = frozenset({*KINDS_IN_REACH, *IDENTITY_READERS})
"""Roles that a key may be sealed to; nobody needs to vouch for the others."""

OPEN_FOR = timedelta(days=7)
"""So long, from its set-up on, an agency without a supervisor asks nobody to vouch. It ends by itself: who has vouched
for whom stands in the database, where somebody might wipe it."""


def is_vouched(staff: Staff) -> bool:
    """Whether somebody has vouched for just this person, role and key."""
    return marks.fits(staff.vouch, *_facts(staff))


def is_waiting(staff: Staff) -> bool:
    """Whether the person could read, had somebody vouched."""
    return staff.active and staff.public_key is not None and staff.role in READING_ROLES and not is_vouched(staff)


def code_of(public_key: bytes | None) -> str:
    """Eight characters of a public key, such as "7K3M-9QXT": who vouches hears them from the person, so an invitation
    that somebody else has used is noticed. Made with the server's secret: nobody can look for another key of the same
    code. "" without a key."""
    if public_key is None:
        return ""
    key = settings().secret_key()
    digest = hashlib.blake2b(public_key, digest_size=5, key=key, person=b"wbs vouching").digest()
    plain = base64.b32encode(digest).decode()
    spelt = plain.translate(str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET))
    return f"{spelt[:4]}-{spelt[4:]}"


def own_code(actor: Actor) -> str:
    """The code of the actor's own key, told by the half that the password has opened: the one in the database may be
    somebody else's by now."""
    return code_of(public_of(actor.private_key))


async def able(db: Db, *conditions: Any) -> list[Staff]:
    """Active staff to whom a key may be sealed, by name. `conditions`: of a query on Staff."""
    chosen = select(Staff).where(col(Staff.active), col(Staff.public_key).is_not(None), *conditions)
    return [staff for staff in await db.exec(chosen.order_by(col(Staff.name), col(Staff.id))) if is_vouched(staff)]


async def waiting(db: Db, actor: Actor) -> list[Staff]:
    """For whom the actor may vouch, by name.

    Raises:
        Forbidden: unless the actor may vouch for others.
    """
    actor.require(Permission.VOUCH)
    rows = await db.exec(select(Staff).where(col(Staff.active)).order_by(col(Staff.name), col(Staff.id)))
    return [staff for staff in rows if is_waiting(staff) and _within(actor, staff)]


async def known(db: Db, actor: Actor) -> list[Staff]:
    """Who receives keys in the actor's agencies, by name.

    Raises:
        Forbidden: unless the actor may vouch for others.
    """
    actor.require(Permission.VOUCH)
    people = await able(db, col(Staff.role).in_(READING_ROLES))
    return [staff for staff in people if set(staff.agencies.split()) & set(actor.agencies)]


async def vouch(db: Db, actor: Actor, staff_id: int, code: str) -> Staff:
    """The actor knows this person, and has compared this `code`. Existing keys follow by `catching_up`, afterwards.

    Raises:
        Forbidden: unless the actor may vouch for others.
        Refused: "vouching.gone" for somebody who does not wait for this actor, or no longer with this code;
            "vouching.not_yet" while nobody has vouched for the actor.
    """
    me = await db.get(Staff, actor.staff_id)
    if me is None or not is_vouched(me):
        actor.require(Permission.VOUCH)
        raise Refused("vouching.not_yet")
    person = next((staff for staff in await waiting(db, actor) if staff.id == staff_id), None)
    if person is None or code_of(person.public_key) != code:
        raise Refused("vouching.gone")
    await trust(db, person, actor.username)
    return person


async def trust(db: Db, staff: Staff, by: str = "system") -> None:
    """Vouches for somebody who has a key; on the command line the operator does, who holds the server's secret."""
    if staff.public_key is None:
        raise Refused("vouching.gone")
    staff.vouch, staff.vouched_by = mark(staff), by
    db.add(staff)
    await db.flush()
    await record(db, by, "vouch", staff.username)


async def arrived(db: Db, staff: Staff) -> None:
    """Somebody has set the first password: those who may vouch are told. While an agency is being set up and has not
    had a supervisor yet, there is nobody to ask."""
    if not is_waiting(staff):
        return
    served = staff.agencies.split()
    vouchers = (await db.exec(select(Staff).where(Staff.role == Role.SUPERVISOR, col(Staff.vouched_by) != ""))).all()
    alone = not any(set(one.agencies.split()) & set(served) for one in vouchers)
    if alone and all([await _is_open(db, agency) for agency in served]):
        await trust(db, staff)
    else:
        await notices.tell_staff(db, _ids(one for one in vouchers if _covers(one.agencies.split(), staff)), "vouch")


async def open_agency(db: Db, agency: str) -> None:
    """From now on the agency is being set up: by whoever holds the server's secret and sees the recovery shares."""
    until = (now() + OPEN_FOR).isoformat(timespec="seconds")
    await db.merge(Setting(name=f"open {agency}", value=f"{until} {marks.mark('open', agency, until).hex()}"))


async def _is_open(db: Db, agency: str) -> bool:
    found = await db.get(Setting, f"open {agency}")
    until, _, given = found.value.partition(" ") if found else ("", "", "")
    ours = hmac.compare_digest(given.encode(), marks.mark("open", agency, until).hex().encode())
    return ours and now() < datetime.fromisoformat(until)


def _ids(people: Iterable[Staff]) -> list[int]:
    return [one.id for one in people if one.id is not None]


def _within(actor: Actor, staff: Staff) -> bool:
    return staff.id != actor.staff_id and _covers(actor.agencies, staff)


def _covers(agencies: Iterable[str], staff: Staff) -> bool:
    """Whoever vouches must serve every agency whose reports the person would read."""
    return set(staff.agencies.split()) <= set(agencies)


# --- marks ------------------------------------------------------------------------------------------------------------


def mark(staff: Staff) -> bytes:
    """The vouch for this person."""
    return marks.mark(*_facts(staff))


def _facts(staff: Staff) -> tuple[str, ...]:
    key = (staff.public_key or b"").hex()
    return "staff", str(staff.id), staff.username, staff.role, staff.agencies, staff.unit or "", key


def keep_recovery(agency: Agency, public_key: bytes) -> None:
    """From now on, keys are sealed to this recovery key too."""
    agency.recovery_key = public_key
    agency.recovery_mark = marks.mark("recovery", agency.code, public_key.hex())


def recovery_of(agency: Agency | None) -> bytes | None:
    """The agency's recovery key; None without one, and for one that was not made here."""
    if agency is None or agency.recovery_key is None:
        return None
    ours = marks.fits(agency.recovery_mark, "recovery", agency.code, agency.recovery_key.hex())
    return agency.recovery_key if ours else None


def keep_oversight(agency: Agency, by: str) -> None:
    """From now on this other agency's supervisors take over where nobody is left, "" for nobody's."""
    profile = Profile.model_validate_json(agency.profile)
    agency.profile = profile.model_copy(update={"oversight": by}).model_dump_json()
    agency.oversight_mark = marks.mark("oversight", agency.code, by)


def oversight_of(agency: Agency) -> str:
    """Whose supervisors take over; "" for nobody's, and for those that were not named here."""
    by = Profile.model_validate_json(agency.profile).oversight
    return by if marks.fits(agency.oversight_mark, "oversight", agency.code, by) else ""
