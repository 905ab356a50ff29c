"""Who reported: hidden until an officer's written reason is approved by a custodian, and then for a limited time.

A custodian holds the identity key of a case and is never the officer who asks. Approval seals that key to the officer;
when the time is over the sealed key is deleted. Reason and answer have a key of their own, sealed to the officer and to
the custodians: these hold no key to the account, and need none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlmodel import col, select

from wbs_app.model.access import IDENTITY_READERS, Actor, Permission, Role
from wbs_app.model.columns import now
from wbs_app.model.documents import Document
from wbs_app.model.handling_tables import IdentityRequest
from wbs_app.model.tables import Report, ReportKey, Staff
from wbs_app.services import casework, conflicts, entitlement, history, keys, live, notices, reference, vouching
from wbs_app.services.audit import record
from wbs_app.services.casework import Held, NotFound, hold
from wbs_app.services.database import Db
from wbs_app.services.history import Step
from wbs_app.services.refusal import Refused
from wbs_app.vault.sealing import Place, new_key, seal, unseal, unseal_json

SHORTEST_REASON, LONGEST_REASON = 20, 2000
HOURS = range(1, 24 * 7 + 1)
"""For how long a custodian may open an identity."""

WAITING, APPROVED, DECLINED, ENDED, RECALLED = "waiting", "approved", "declined", "ended", "recalled"
_RECENT = 100


@dataclass(frozen=True)
class Request:
    """A request as it is shown. Moments are aware; `reason` and `answer` are None to who holds no key to them."""

    id: int
    ticket: str
    agency: str
    state: str  # waiting, approved, declined, ended, or recalled: ended by a custodian before its time
    asker: Staff
    asked_at: datetime
    reason: str | None
    decider: Staff | None = None
    decided_at: datetime | None = None
    expires_at: datetime | None = None
    answer: str | None = None

    @property
    def open(self) -> bool:
        """Whether the identity may be read now."""
        return self.state == APPROVED and self.expires_at is not None and self.expires_at > now()


# --- asking -----------------------------------------------------------------------------------------------------------


async def ask(db: Db, actor: Actor, ticket: str, reason: str) -> None:
    """Asks to see who reported. The same request again, while it waits, changes nothing.

    Raises:
        Forbidden, NotFound: see `casework.hold`.
        Refused: for too short a reason, while another request waits or is open, and when there is no custodian.
    """
    case = await hold(db, actor, ticket, Permission.ASK_IDENTITY)
    reason = _checked(reason, SHORTEST_REASON)
    before = await latest(db, actor, ticket)
    if before is not None and before.state == WAITING:
        if before.reason == reason:
            return
        raise Refused("identity.already_asked")
    if before is not None and before.open:
        raise Refused("identity.already_open")
    custodians = await _custodians(db, case, actor.staff_id)
    if not custodians:
        raise Refused("identity.nobody")
    asker = await db.get(Staff, actor.staff_id)
    assert case.report.id is not None and asker is not None
    request = IdentityRequest(report_id=case.report.id, asked_by=actor.staff_id, state=WAITING, reason=b"")
    db.add(request)
    await db.flush()
    key = new_key()
    request.reason = seal(key, reason.encode("utf-8", "surrogatepass"), _place(request, "reason"))
    await keys.seal_key(db, case.report.id, _document(request), key, [asker, *custodians], None)
    await notices.tell_staff(db, [one.id for one in custodians if one.id], "identity_asked")
    _touch(db, case.report)
    await record(db, actor.username, "ask_identity", case.report.ticket)


async def _custodians(db: Db, case: Held, asker: int) -> list[Staff]:
    """Who may decide: holders of this identity's key by their role, none of them shut out, named or the asker."""
    report = case.report
    assert report.id is not None
    account = keys.document_of(report.ticket, "account", case.key, report.account)
    sealed = select(ReportKey.holder).where(ReportKey.report_id == report.id, ReportKey.document == "identity")
    holders = {int(holder) for holder in await db.exec(sealed) if holder.isdigit()}
    holders -= {asker, *await conflicts.excluded(db, report.id)}
    called = await conflicts.units(db)
    return [
        staff
        for staff in await vouching.able(db, col(Staff.id).in_(holders))
        if staff.role in IDENTITY_READERS
        and report.agency in staff.agencies.split()
        and not conflicts.is_named_in(account, report.agency, staff, called)
    ]


async def latest(db: Db, actor: Actor, ticket: str) -> Request | None:
    """The actor's own newest request for this case.

    Raises:
        Forbidden: unless the actor may ask.
        NotFound: when the case is out of reach.
    """
    actor.require(Permission.ASK_IDENTITY)
    report = await casework.in_reach(db, actor, ticket)
    chosen = select(IdentityRequest).where(
        IdentityRequest.report_id == report.id, IdentityRequest.asked_by == actor.staff_id
    )
    found = (await db.exec(chosen.order_by(col(IdentityRequest.id).desc()).limit(1))).first()
    return None if found is None else await _shown(db, actor, found, report)


# --- deciding ---------------------------------------------------------------------------------------------------------


async def waiting(db: Db, actor: Actor) -> list[Request]:
    """The requests that the actor may decide, oldest first.

    Raises:
        Forbidden: unless the actor decides about identities.
    """
    actor.require(Permission.DECIDE_IDENTITY)
    order = (col(IdentityRequest.state) == WAITING, col(IdentityRequest.asked_by) != actor.staff_id)
    chosen = select(IdentityRequest).where(*order).order_by(col(IdentityRequest.id))
    found = [await _for_custodian(db, actor, request) for request in await db.exec(chosen)]
    return [request for request in found if request is not None and request.reason is not None]


async def decided(db: Db, actor: Actor) -> list[Request]:
    """Earlier requests of the actor's agencies, the last hundred, newest first.

    Raises:
        Forbidden: unless the actor decides about identities.
    """
    actor.require(Permission.DECIDE_IDENTITY)
    chosen = (
        select(IdentityRequest)
        .join(Report, col(Report.id) == IdentityRequest.report_id)
        .where(col(IdentityRequest.state) != WAITING, col(Report.agency).in_(actor.agencies))
        .order_by(col(IdentityRequest.decided_at).desc(), col(IdentityRequest.id).desc())
        .limit(_RECENT)
    )
    found = [await _for_custodian(db, actor, request) for request in await db.exec(chosen)]
    return [request for request in found if request is not None]


async def _for_custodian(db: Db, actor: Actor, request: IdentityRequest) -> Request | None:
    """As this custodian sees it; None where another agency's custodians decide, or the actor holds no identity key."""
    report = await db.get(Report, request.report_id)
    held = await db.get(ReportKey, (request.report_id, "identity", str(actor.staff_id)))
    if report is None or held is None or report.agency not in actor.agencies:
        return None
    return await _shown(db, actor, request, report)


async def decide(db: Db, actor: Actor, request_id: int, approve: bool, answer: str, hours: int = 24) -> None:
    """Approves, which lets the asker read the identity for so many hours, or declines, which needs an answer.

    Raises:
        Forbidden: unless the actor decides about identities.
        NotFound: when there is no such request, or it is not this custodian's to decide.
        Refused: when it was decided before, the asker no longer works on the case, or answer or hours do not do.
    """
    actor.require(Permission.DECIDE_IDENTITY)
    request, report = await _held(db, actor, request_id)
    if request.state != WAITING:
        raise Refused("identity.decided")
    said = _checked(answer, 0 if approve else 1)
    key = await keys.key_of(db, actor, request.report_id, "identity")
    words = await keys.key_of(db, actor, request.report_id, _document(request))
    if key is None or words is None:
        raise NotFound
    request.state, request.decided_by, request.decided_at = DECLINED, actor.staff_id, now()
    request.answer = seal(words, said.encode("utf-8", "surrogatepass"), _place(request, "answer"))
    if approve:
        if hours not in HOURS:
            raise Refused("error.unknown_choice")
        await _give(db, request, report, key)
        request.state, request.expires_at = APPROVED, now() + timedelta(hours=hours)
    db.add(request)
    await notices.tell_staff(db, [request.asked_by], "identity_decided")
    _touch(db, report)
    await record(db, actor.username, "approve_identity" if approve else "decline_identity", report.ticket)


async def end(db: Db, actor: Actor, request_id: int) -> None:
    """Ends an access before its time.

    Raises:
        Forbidden: unless the actor decides about identities.
        NotFound: when there is no such request, or it is not this custodian's to decide.
        Refused: when it is not open any more.
    """
    actor.require(Permission.DECIDE_IDENTITY)
    request, report = await _held(db, actor, request_id)
    if await keys.key_of(db, actor, request.report_id, "identity") is None:
        raise NotFound
    if request.state != APPROVED:
        raise Refused("identity.over")
    await _take(db, request)
    request.expires_at = now()
    await notices.tell_staff(db, [request.asked_by], "identity_decided")
    await _ended(db, request, report, RECALLED, actor.username)


async def _held(db: Db, actor: Actor, request_id: int) -> tuple[IdentityRequest, Report]:
    """Request and report, both locked: the report first, as everywhere."""
    found = await db.get(IdentityRequest, request_id) if 0 < request_id < 2**31 else None
    if found is None or found.asked_by == actor.staff_id:
        raise NotFound
    fresh = {"populate_existing": True}
    wanted = select(Report).where(Report.id == found.report_id, col(Report.agency).in_(actor.agencies))
    report = (await db.exec(wanted.with_for_update().execution_options(**fresh))).first()
    if report is None:
        raise NotFound
    again = select(IdentityRequest).where(IdentityRequest.id == request_id).with_for_update()
    return (await db.exec(again.execution_options(**fresh))).one(), report


async def _give(db: Db, request: IdentityRequest, report: Report, key: bytes) -> None:
    """Seals the identity's key to the asker, while that officer is still on the case."""
    asker = await db.get(Staff, request.asked_by)
    account = await db.get(ReportKey, (request.report_id, "account", str(request.asked_by)))
    facts = await entitlement.true_facts(db, report)
    if asker is None or not asker.active or not keys.may_hold(asker, "account", facts) or account is None:
        raise Refused("identity.asker_gone")
    await _take(db, request)
    await keys.hand_on(db, report, "identity", key, [asker])


async def _take(db: Db, request: IdentityRequest) -> None:
    """Deletes the asker's identity key of this report; a role that holds such keys anyway keeps its own."""
    asker = await db.get(Staff, request.asked_by)
    if asker is not None and Role(asker.role) in IDENTITY_READERS:
        return
    its = (
        col(ReportKey.report_id) == request.report_id,
        col(ReportKey.document) == "identity",
        col(ReportKey.holder) == str(request.asked_by),
    )
    await db.exec(delete(ReportKey).where(*its))


# --- reading ----------------------------------------------------------------------------------------------------------


async def open_identity(db: Db, actor: Actor, ticket: str) -> Document:
    """Who reported, for an officer with an approved request. Each time is recorded, and a step of the history.

    Raises:
        Forbidden, NotFound: see `casework.hold`.
        Refused: "identity.closed", without an approved request or when its time is over.
        Tampered: when stored bytes were changed.
    """
    case, key = await opened(db, actor, ticket)
    report = case.report
    document: Document = unseal_json(key, report.identity, Place("report", report.ticket, "identity"))
    await history.append(db, report, case.key, "identity_open", actor.username, case.now)
    live.touch(db, live.case_topic(report.ticket))
    await record(db, actor.username, "open_identity", report.ticket)
    return document


async def opened(db: Db, actor: Actor, ticket: str) -> tuple[Held, bytes]:
    """The case and its identity key, for an officer with an approved request. `db` must write.

    Raises:
        Forbidden, NotFound: see `casework.hold`.
        Refused: "identity.closed", without an approved request or when its time is over.
    """
    case = await hold(db, actor, ticket, Permission.ASK_IDENTITY)
    request = await latest(db, actor, ticket)
    assert case.report.id is not None
    key = await keys.key_of(db, actor, case.report.id, "identity")
    if request is None or not request.open or key is None:
        raise Refused("identity.closed")
    return case, key


async def end_expired(db: Db) -> int:
    """Ends every access whose time is over, and every request that nobody is left to decide; how many there were."""
    over = select(IdentityRequest).where(
        col(IdentityRequest.state) == APPROVED, col(IdentityRequest.expires_at) <= now()
    )
    ended = list(await db.exec(over.with_for_update()))
    for request in ended:
        await _take(db, request)
    for request in await _undecidable(db):
        request.decided_at = now()
        ended.append(request)
        await notices.tell_staff(db, [request.asked_by], "identity_decided")
    for request in ended:
        await _ended(db, request, await db.get_one(Report, request.report_id), ENDED, "system")
    return len(ended)


async def _ended(db: Db, request: IdentityRequest, report: Report, state: str, by: str) -> None:
    request.state = state
    db.add(request)
    _touch(db, report)
    await record(db, by, "end_identity", report.ticket)


async def _undecidable(db: Db) -> list[IdentityRequest]:
    """Requests whose custodians have all left, or lost their keys: a later one holds none to the reason, and while a
    request waits nobody may ask anew."""
    found: list[IdentityRequest] = []
    custodians = [str(one.id) for one in await vouching.able(db, col(Staff.role).in_(IDENTITY_READERS))]
    waiting = await db.exec(select(IdentityRequest).where(IdentityRequest.state == WAITING).with_for_update())
    for request in waiting.all():
        its = (col(ReportKey.report_id) == request.report_id, col(ReportKey.document) == _document(request))
        left = select(ReportKey.holder).where(*its, col(ReportKey.holder).in_(custodians))
        if not set(await db.exec(left)) - {str(request.asked_by)}:
            found.append(request)
    return found


async def timeline(db: Db, actor: Actor, report: Report) -> list[Step]:
    """What was asked and decided about this case's identity, oldest first: steps for the case page's history.

    Kinds identity_ask, identity_approve, identity_decline, identity_end, and identity_recall, whose words name the role
    that ended it. `more` may hold reason, answer, until.
    """
    actor.require(Permission.READ_CASE)
    zone = ZoneInfo((await reference.profile(db, report.agency)).timezone)
    chosen = select(IdentityRequest).where(IdentityRequest.report_id == report.id).order_by(col(IdentityRequest.id))
    found = [await _shown(db, actor, request, report) for request in await db.exec(chosen)]
    steps = [step for request in found for step in _steps(request, report.status, zone)]
    return sorted(steps, key=lambda step: step.at or "")


def _steps(request: Request, status: str, zone: ZoneInfo) -> list[Step]:
    def step(kind: str, at: datetime, who: str, **more: str | None) -> Step:
        known = {name: value for name, value in more.items() if value}
        return Step(status, kind, f"{at.astimezone(zone):%Y-%m-%dT%H:%M}", who, None, known)

    made = [step("identity_ask", request.asked_at, request.asker.username, reason=request.reason)]
    if request.decider is None or request.decided_at is None:
        return made
    until = request.expires_at
    kind = "identity_decline" if until is None else "identity_approve"
    limit = None if until is None else f"{until.astimezone(zone):%Y-%m-%dT%H:%M}"
    made.append(step(kind, request.decided_at, request.decider.username, answer=request.answer, until=limit))
    if until is not None and request.state in (ENDED, RECALLED):
        made.append(step("identity_end" if request.state == ENDED else "identity_recall", until, "system"))
    return made


async def _shown(db: Db, actor: Actor, request: IdentityRequest, report: Report) -> Request:
    assert request.id is not None
    key = await keys.key_of(db, actor, request.report_id, _document(request))
    asker = await db.get(Staff, request.asked_by)
    assert asker is not None
    return Request(
        id=request.id,
        ticket=report.ticket,
        agency=report.agency,
        state=request.state,
        asker=asker,
        asked_at=request.asked_at,
        reason=_opened(key, request.reason, _place(request, "reason")),
        decider=await db.get(Staff, request.decided_by) if request.decided_by else None,
        decided_at=request.decided_at,
        expires_at=request.expires_at,
        answer=_opened(key, request.answer, _place(request, "answer")),
    )


def _opened(key: bytes | None, sealed: bytes | None, place: Place) -> str | None:
    if key is None or sealed is None:
        return None
    return unseal(key, sealed, place).decode("utf-8", "surrogatepass")


def _document(request: IdentityRequest) -> str:
    return f"ask-{request.id}"


def _place(request: IdentityRequest, part: str) -> Place:
    return Place("identity_request", str(request.id), part)


def _touch(db: Db, report: Report) -> None:
    live.touch(db, live.case_topic(report.ticket))
    live.touch(db, live.list_topic(report.agency))


def _checked(text: str, least: int) -> str:
    said = text.strip()
    if len(said) < least:
        raise Refused("error.min_length", min=least) if least > 1 else Refused("error.required")
    if len(said) > LONGEST_REASON:
        raise Refused("error.max_length", max=LONGEST_REASON)
    return said
