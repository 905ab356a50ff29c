"""What officers do with a case: move it on, set its priority, write down what they found.

Every act needs the case's key, leaves a step in the history and an event in the trail, and counts the version on.
"""

from typing import Any

from pydantic import ValidationError

from wbs_app.model.access import Actor, Permission
from wbs_app.model.deadlines import acknowledged, answer_by, heard, moved
from wbs_app.model.dossier import Dossier, Finding, Link, Relation
from wbs_app.model.workflow import CLOSED, Move, Priority, Status, move_to
from wbs_app.services import conversation, history, notices
from wbs_app.services.casework import Held, NotFound, done, dossier_of, hold
from wbs_app.services.database import Db
from wbs_app.services.refusal import Refused
from wbs_app.services.wording import fit
from wbs_app.vault.codes import parse_ticket
from wbs_app.vault.sealing import Place, seal_json

LONGEST_NOTE = 5000
LONGEST_BODY = 200


# --- the dossier ------------------------------------------------------------------------------------------------------


def _keep(case: Held, **changes: Any) -> Dossier:
    """Changes parts of the dossier.

    Raises:
        Refused: "error.max_length" or the like, when it would hold more than it may.
    """
    try:
        kept = Dossier.model_validate(dossier_of(case.report, case.key).model_dump() | changes)
    except ValidationError:
        raise Refused("case.dossier_full") from None
    place = Place("report", case.report.ticket, "dossier")
    case.report.dossier = seal_json(case.key, kept.model_dump(mode="json"), place)
    return kept


# --- status -----------------------------------------------------------------------------------------------------------


async def change_status(
    db: Db,
    actor: Actor,
    ticket: str,
    target: Status,
    *,
    version: int | None,
    note: str = "",
    reason: str = "",
    referred_to: str = "",
    once: str = "",
) -> None:
    """Moves a case on. `note` is for the reporter, `reason` for the file. `once`: the form's own secret.

    Raises:
        Forbidden, NotFound: see `casework.hold`.
        Refused: when somebody was quicker, the move is not this officer's, or something it needs is missing.
    """
    case = await hold(db, actor, ticket, version=version)
    move = move_to(Status(case.report.status), target, actor.role)
    if move is None:
        raise Refused("case.move_illegal")
    note, reason, body = (fit(words.strip()) for words in (note, reason, referred_to))
    _check(case, move, note, reason, body)
    past = await history.steps(db, case.report, case.key)
    _move(case, target, history.interrupted(past) if move.origin is Status.CLARIFICATION else None, told=bool(note))
    more: dict[str, Any] = {"reason": reason} if reason else {}
    if body:
        _keep(case, referred_to=body)
        more["to"] = body
    await history.append(db, case.report, case.key, "status", actor.username, case.now, note, **more)
    if target is Status.CLARIFICATION:
        await conversation.add(db, case, actor.username, note, ask=True, once=once)
    await notices.tell_reporter(db, case.report)
    await done(db, case, actor.username, "change_status")


def _check(case: Held, move: Move, note: str, reason: str, body: str) -> None:
    """What a move needs beyond the right to make it."""
    if move.note and not note:
        raise Refused("case.note_required")
    if move.reason and not reason:
        raise Refused("case.reason_required")
    if max(len(note), len(reason)) > LONGEST_NOTE:
        raise Refused("error.max_length", max=LONGEST_NOTE)
    if move.target is Status.REFERRED and not 0 < len(body) <= LONGEST_BODY:
        raise Refused("case.referral_required")
    if move.finding and dossier_of(case.report, case.key).finding is None:
        raise Refused("case.finding_required")
    last = answer_by(case.clock, case.profile.targets, case.days)
    if move.late and (last is None or case.today <= last):
        raise Refused("case.reporter_has_time")


def _move(case: Held, target: Status, interrupted: str | None, *, told: bool) -> None:
    """The new status and its clock."""
    targets, days = case.profile.targets, case.days
    resumed = None if interrupted is None else Status(interrupted)
    clock = moved(case.clock, target, case.today, targets, days, interrupted=resumed)
    case.set_clock(heard(clock, case.today, targets, days) if told and target not in CLOSED else clock)
    case.report.status = target
    if target is Status.REOPENED:
        case.report.reopened = True


async def acknowledge(db: Db, actor: Actor, ticket: str) -> None:
    """Confirms to the reporter that the report was read. A second time changes nothing."""
    case = await hold(db, actor, ticket)
    if case.report.acknowledged_on is not None:
        return
    case.set_clock(acknowledged(case.clock, case.today))
    await history.append(db, case.report, case.key, "acknowledge", actor.username, case.now)
    await notices.tell_reporter(db, case.report)
    await done(db, case, actor.username, "acknowledge")


# --- what is known about a case ---------------------------------------------------------------------------------------


async def set_priority(db: Db, actor: Actor, ticket: str, priority: Priority) -> None:
    """How urgent the case is; the same again changes nothing."""
    case = await hold(db, actor, ticket)
    if case.report.priority == priority:
        return
    case.report.priority = priority
    word = priority.name.lower()
    await history.append(db, case.report, case.key, "priority", actor.username, case.now, priority=word)
    await done(db, case, actor.username, "set_priority")


async def set_tags(db: Db, actor: Actor, ticket: str, typed: str) -> None:
    """Words of the officers' own, parted by commas.

    Raises:
        Refused: when they are too many or too long.
    """
    case = await hold(db, actor, ticket)
    tags = list(dict.fromkeys(part.strip() for part in fit(typed).split(",") if part.strip()))
    if tags == list(dossier_of(case.report, case.key).tags):
        return
    _keep(case, tags=tags)
    await history.append(db, case.report, case.key, "tags", actor.username, case.now, tags=tags)
    await done(db, case, actor.username, "set_tags")


async def link_case(db: Db, actor: Actor, ticket: str, other: str, relation: Relation) -> None:
    """Notes in both cases that they belong together; the actor must hold both keys.

    Raises:
        Refused: when the other case is not found, is the same, or is linked already.
    """
    case, partner = await _both(db, actor, ticket, other)
    if any(link.ticket == partner.report.ticket for link in dossier_of(case.report, case.key).links):
        raise Refused("case.link_twice")
    for one, two in ((case, partner), (partner, case)):
        kept = [*dossier_of(one.report, one.key).links, Link(ticket=two.report.ticket, relation=relation)]
        _keep(one, links=[link.model_dump() for link in kept])
        more = {"ticket": two.report.ticket, "relation": relation.value}
        await history.append(db, one.report, one.key, "link", actor.username, one.now, **more)
    await done(db, partner, actor.username, "link_case")
    await done(db, case, actor.username, "link_case")


async def _both(db: Db, actor: Actor, ticket: str, other: str) -> tuple[Held, Held]:
    """Two cases, held in one order whoever asks, so that nobody waits for somebody who waits for them."""
    wanted = parse_ticket(other)
    if wanted is None:
        raise Refused("case.link_unknown")
    if wanted == ticket:
        raise Refused("case.link_itself")
    held: dict[str, Held] = {}
    for each in sorted((ticket, wanted)):
        try:
            held[each] = await hold(db, actor, each)
        except NotFound:
            raise Refused("case.link_unknown") from None
    return held[ticket], held[wanted]


async def unlink_case(db: Db, actor: Actor, ticket: str, other: str) -> None:
    """Takes a link back, here and, where the actor holds the key, there."""
    case = await hold(db, actor, ticket)
    if not any(link.ticket == other for link in dossier_of(case.report, case.key).links):
        return
    await _unlinked(db, actor, case, other)
    try:
        partner = await hold(db, actor, other)
    except NotFound:
        return
    await _unlinked(db, actor, partner, case.report.ticket)


async def _unlinked(db: Db, actor: Actor, case: Held, other: str) -> None:
    _keep(case, links=[link.model_dump() for link in dossier_of(case.report, case.key).links if link.ticket != other])
    await history.append(db, case.report, case.key, "unlink", actor.username, case.now, ticket=other)
    await done(db, case, actor.username, "unlink_case")


async def record_finding(db: Db, actor: Actor, ticket: str, finding: Finding, version: int | None = None) -> None:
    """Writes down what the investigation found; before the case is closed, it may be written anew.

    Raises:
        Refused: when somebody was quicker, or the case is closed.
    """
    case = await hold(db, actor, ticket, Permission.RECORD_FINDING, version)
    if Status(case.report.status) in CLOSED:
        raise Refused("case.closed_already")
    if not finding.summary:
        raise Refused("case.finding_summary")
    words = {name: fit(getattr(finding, name)) for name in ("summary", "recommendation")}
    _keep(case, finding=finding.model_dump() | words)
    await history.append(db, case.report, case.key, "finding", actor.username, case.now, verdict=finding.verdict.value)
    await done(db, case, actor.username, "record_finding")
