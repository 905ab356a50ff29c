"""Changes of what an agency's forms offer and of its profile, by its administrators.

Entries are never deleted: reports name them. Of two administrators at the same form, each writes only what he or she
changed; who would undo the other's change is told so, and nothing is written.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select

from wbs_app.config import settings
from wbs_app.model.access import Actor, Permission
from wbs_app.model.agency import Profile
from wbs_app.model.reference import Entry, Part, Section, code_of
from wbs_app.model.tables import Agency, Channel, ServiceType, Unit, ViolationType
from wbs_app.services import vouching
from wbs_app.services.audit import record
from wbs_app.services.database import Db
from wbs_app.services.refusal import Refused

Row = Unit | ViolationType | ServiceType

_TABLES: dict[Part, type[Any]] = {Part.UNIT: Unit, Part.VIOLATION: ViolationType, Part.SERVICE: ServiceType}
_LONGEST_SUBJECT = 64


class Troubled(Refused):
    """Some fields of a form cannot be taken: by field, the key of the message and its values."""

    def __init__(self, fields: dict[str, tuple[str, dict[str, Any]]]) -> None:
        super().__init__("reference.troubled")
        self.fields = fields


async def entries(db: Db, actor: Actor, agency: str, part: Part) -> list[Row]:
    """All entries of a list in their order, those out of use included.

    Raises:
        Forbidden: unless the actor may manage settings.
        Refused: when the agency is not the actor's.
    """
    _may(actor, agency)
    return await _rows(db, agency, part)


async def profile(db: Db, actor: Actor, agency: str) -> Profile:
    """The agency's profile. Raises as `entries` does."""
    _may(actor, agency)
    return Profile.model_validate_json((await _agency(db, agency)).profile)


async def takes_services(db: Db, agency: str) -> bool:
    """Whether somebody can come to the form for service complaints."""
    cards = select(Channel).where(Channel.agency == agency, Channel.kind == "service")
    types = select(ViolationType).where(
        ViolationType.agency == agency, ViolationType.form == "service", col(ViolationType.active)
    )
    return (await db.exec(cards)).first() is not None or (await db.exec(types)).first() is not None


async def add(db: Db, actor: Actor, agency: str, part: Part, form: Entry) -> str:
    """A new entry, in use at once; its code.

    Raises:
        Forbidden, Refused: as `entries` does.
        Troubled: when another entry has that name.
    """
    rows = await _held(db, actor, agency, part)
    words = _own(form.words)
    _refuse_taken(rows, words)
    code = code_of(next(iter(words.values())), {row.code for row in rows})
    row: Row = _TABLES[part](agency=agency, code=code, position=len(rows), **words)
    _place([*rows, row], row, form.after)
    db.add(row)
    await db.flush()
    await _tell(db, actor, "add_reference", agency, part, code)
    return code


async def change(
    db: Db, actor: Actor, agency: str, part: Part, code: str, form: Entry, shown: Mapping[str, str]
) -> None:
    """Other names, or another place. `shown`: the texts that the form began with.

    Raises:
        Forbidden, Refused: as `entries` does, and for an entry that is not there.
        Troubled: when another entry has that name, or somebody has changed the same field meanwhile.
    """
    rows = await _held(db, actor, agency, part)
    row = _found(rows, code)
    words = _own(form.words)
    changed = _changed(words, shown, {name: getattr(row, name) for name in words})
    _refuse_taken([other for other in rows if other is not row], changed)
    for name, word in changed.items():
        setattr(row, name, word)
    moved = (form.after or "") != shown.get("after", "") and _place(rows, row, form.after)
    if changed or moved:
        await _tell(db, actor, "change_reference", agency, part, code)


async def use(db: Db, actor: Actor, agency: str, part: Part, code: str, active: bool) -> None:
    """Takes an entry out of use, or into use again.

    Raises:
        Forbidden, Refused: as `change` does, and when the form could not be sent without this entry.
    """
    rows = await _held(db, actor, agency, part)
    row = _found(rows, code)
    if row.active == active:
        return
    row.active = active
    if part is Part.VIOLATION and not any(one.active and one.form == "wbs" for one in rows):  # type: ignore[union-attr]
        raise Refused("reference.last_violation")
    if part is Part.SERVICE and not any(one.active for one in rows) and await takes_services(db, agency):
        raise Refused("reference.last_service")
    await _tell(db, actor, "restore_reference" if active else "retire_reference", agency, part, code)


async def set_profile(db: Db, actor: Actor, agency: str, section: str, form: Section, shown: Mapping[str, str]) -> None:
    """A section of the profile. `shown`: the texts that the form began with. Raises as `change` does."""
    _may(actor, agency)
    row = await _agency(db, agency, hold=True)
    now = Profile.model_validate_json(row.profile)
    if changed := _changed(form.words, shown, form.now(now)):
        row.profile = form.put(now, changed).model_dump_json()
        await _tell(db, actor, "set_profile", agency, Part.PROFILE, section)


async def set_oversight(db: Db, agency: str, by: str) -> None:
    """Whose supervisors take over where a conflict of interest leaves nobody, "" for nobody's; of cases that come to
    it from now on. The operator's to say: an administrator could name an agency where a friend supervises.

    Raises:
        Refused: for agencies that are not served here, and for the agency itself.
    """
    if agency not in settings().agencies or by not in {"", *settings().agencies} - {agency}:
        raise Refused("admin.agency_unknown")
    row = await _agency(db, agency, hold=True)
    if not by == vouching.oversight_of(row) == Profile.model_validate_json(row.profile).oversight:
        vouching.keep_oversight(row, by)
        await record(db, "system", "set_oversight", f"{agency}/{by or '-'}")


# --- what they share -------------------------------------------------------------------------------------------------


def _may(actor: Actor, agency: str) -> None:
    actor.require(Permission.MANAGE_SETTINGS)
    if agency not in actor.agencies:
        raise Refused("admin.not_yours")


async def _agency(db: Db, agency: str, hold: bool = False) -> Agency:
    """`hold`: until the transaction ends, nobody else changes this agency's lists; who reports goes on."""
    wanted = select(Agency).where(Agency.code == agency).execution_options(populate_existing=True)
    row = (await db.exec(wanted.with_for_update(key_share=True) if hold else wanted)).first()
    if row is None:
        raise Refused("admin.not_yours")
    return row


async def _rows(db: Db, agency: str, part: Part) -> list[Row]:
    table = _TABLES[part]
    wanted = select(table).where(table.agency == agency).order_by(table.position, table.code)
    return list(await db.exec(wanted.execution_options(populate_existing=True)))


async def _held(db: Db, actor: Actor, agency: str, part: Part) -> list[Row]:
    _may(actor, agency)
    await _agency(db, agency, hold=True)
    return await _rows(db, agency, part)


def _found(rows: list[Row], code: str) -> Row:
    row = next((row for row in rows if row.code == code), None)
    if row is None:
        raise Refused("reference.gone")
    return row


def _own(words: dict[str, str]) -> dict[str, str]:
    """What is written into the entry itself; its names come first."""
    return {name: word for name, word in words.items() if name != "after"}


def _changed(words: Mapping[str, str], shown: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """What this form changes.

    Raises:
        Troubled: where somebody else has changed the same meanwhile, and to something else.
    """
    changed = {name: word for name, word in words.items() if word not in (shown.get(name, ""), now[name])}
    lost = {name: now[name] for name in changed if now[name] != shown.get(name, "")}
    if lost:
        raise Troubled(
            {
                name: ("reference.overtaken", {"now": word}) if word else ("reference.emptied", {})
                for name, word in lost.items()
            }
        )
    return changed


def _refuse_taken(others: list[Row], changed: Mapping[str, str]) -> None:
    """Reporters choose by name, so a name leads to one entry; a unit may be written by its code, too."""
    for name, word in changed.items():
        if name.startswith("name"):
            taken = {getattr(row, name).casefold() for row in others} | {row.code for row in others}
            if word.casefold() in taken:
                raise Troubled({name: ("reference.taken", {})})


def _place(rows: list[Row], row: Row, after: str | None) -> bool:
    """Puts a row behind another, and numbers all anew; whether that moved anything."""
    before = [one.code for one in rows]
    rest = [one for one in rows if one is not row]
    at = 0 if after is None else next((at for at, one in enumerate(rest, 1) if one.code == after), -1)
    if at < 0:
        raise Refused("error.unknown_choice")
    rest.insert(at, row)
    for position, one in enumerate(rest):
        if one.position != position:
            one.position = position
    return [one.code for one in rest] != before


async def _tell(db: Db, actor: Actor, action: str, agency: str, part: Part, code: str) -> None:
    await record(db, actor.username, action, f"{agency}/{part}/{code}"[:_LONGEST_SUBJECT])
