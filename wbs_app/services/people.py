"""What an administrator does to staff, within the administrator's own agencies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from wbs_app.model.access import Actor, Permission, Role
from wbs_app.model.tables import Staff
from wbs_app.services import keys, staff, vouching
from wbs_app.services.database import Db
from wbs_app.services.refusal import Refused


async def hire(
    db: Db, actor: Actor, username: str, name: str, role: str, agencies: tuple[str, ...], unit: str | None
) -> tuple[Staff, str]:
    """A new staff member and the token of an invitation.

    Raises:
        Forbidden: unless the actor manages staff.
        Refused: for an unknown role, an agency that is not the actor's, and as `staff.add` does.
    """
    actor.require(Permission.MANAGE_STAFF)
    if role not in tuple(Role):
        raise Refused("admin.role_unknown")
    if not set(agencies) <= set(actor.agencies):
        raise Refused("admin.agency_unknown")
    added = await staff.add(db, username, name, Role(role), agencies, unit, by=actor.username)
    assert added.id is not None
    return added, await staff.invite(db, added.id, by=actor.username)


async def invite_again(db: Db, actor: Actor, staff_id: int) -> tuple[Staff, str]:
    """Somebody who has not yet set a password, and the token of a new invitation; the earlier one stops working.

    Raises:
        Forbidden, Refused: as `dismiss`, and for a person who has a password or is inactive.
    """
    person = await _in_reach(db, actor, staff_id)
    return person, await staff.invite(db, staff_id, by=actor.username)


async def reset(db: Db, actor: Actor, staff_id: int) -> tuple[Staff, str]:
    """Somebody who has lost the password or the second factor, and the token of a new invitation. All keys go.

    Raises:
        Forbidden, Refused: as `dismiss`, and for a person without a password.
    """
    person = await _other(db, actor, staff_id)
    return person, await staff.reset(db, staff_id, by=actor.username)


async def set_email(db: Db, actor: Actor, staff_id: int, typed: str) -> Staff:
    """Where a person's notices go; "" for nowhere.

    Raises:
        Forbidden, Refused: as `dismiss`, and for something that is no address.
    """
    person = await _in_reach(db, actor, staff_id)
    await staff.set_email(db, staff_id, typed, actor.username)
    return person


async def set_own_email(db: Db, actor: Actor, typed: str) -> str:
    """Where one's own notices go, as it was understood; "" for nowhere.

    Raises:
        Forbidden: unless signed in.
        Refused: for something that is no address.
    """
    actor.require(Permission.SIGNED_IN)
    return await staff.set_email(db, actor.staff_id, typed, actor.username)


async def dismiss(db: Db, actor: Actor, staff_id: int) -> Staff:
    """Deactivates a person at once.

    Raises:
        Forbidden: unless the actor manages staff.
        Refused: for the actor, and for a person who is unknown or serves an agency that is not the actor's.
    """
    person = await _other(db, actor, staff_id)
    await staff.deactivate(db, staff_id, by=actor.username)
    return person


def irreplaceable(everybody: Iterable[Staff], kinds: Mapping[str, Iterable[str]]) -> dict[int, list[tuple[str, str]]]:
    """Staff id -> agency and kind of new reports, or "identity", that nobody could read any more without this person.

    `kinds`: of report that each agency takes.
    """
    able = [one for one in everybody if one.active and vouching.is_vouched(one)]
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for agency, offered in kinds.items():
        there = [one for one in able if agency in one.agencies.split()]
        for what in (*sorted(offered), "identity"):
            readers = [one.id for one in there if what in _read_by(one)]
            if len(readers) == 1 and readers[0] is not None:
                found[readers[0]].append((agency, what))
    return found


def _read_by(person: Staff) -> tuple[str, ...]:
    kinds = keys.kinds_on_arrival(person.role, "account")
    return (*kinds, "identity") if keys.kinds_on_arrival(person.role, "identity") else kinds


async def _other(db: Db, actor: Actor, staff_id: int) -> Staff:
    """Somebody in reach who is not the actor."""
    person = await _in_reach(db, actor, staff_id)
    if staff_id == actor.staff_id:
        raise Refused("admin.not_yourself")
    return person


async def _in_reach(db: Db, actor: Actor, staff_id: int) -> Staff:
    """Someone all of whose agencies are the actor's: nobody else's access is theirs to end."""
    actor.require(Permission.MANAGE_STAFF)
    person = await db.get(Staff, staff_id) if 0 < staff_id < 2**31 else None
    if person is None or not set(person.agencies.split()) <= set(actor.agencies):
        raise Refused("admin.staff_unknown")
    return person
