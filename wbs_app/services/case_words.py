"""How a case reads, on its page and in its file: rows of plain texts, in the officer's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from wbs_app.model.access import Actor, Permission
from wbs_app.model.deadlines import answer_by
from wbs_app.model.documents import day_in_words, moment_in_words, rupiah
from wbs_app.model.dossier import Dossier
from wbs_app.model.due import due
from wbs_app.model.tables import Staff
from wbs_app.model.workflow import CLOSED, LOOKS, Move, Priority, Status, moves_from
from wbs_app.services.casefile import Case
from wbs_app.services.history import Step
from wbs_app.text import fill, text

Entry = dict[str, str]

PRIORITY_LOOKS = {
    Priority.LOW: ("", ""),
    Priority.MEDIUM: ("", ""),
    Priority.HIGH: ("wait", "chevron-up"),
    Priority.URGENT: ("bad", "chevrons-up"),
}
"""Tone and icon."""

ICONS = {
    "assign": "user-round-plus",
    "unassign": "user-round-x",
    "lead": "user-round",
    "recuse": "ban",
    "priority": "chevron-up",
    "tags": "flag",
    "link": "link",
    "unlink": "link",
    "finding": "gavel",
    "identity_ask": "lock-keyhole",
    "identity_approve": "lock-keyhole",
    "identity_decline": "lock-keyhole",
    "identity_open": "lock-keyhole",
    "identity_end": "lock-keyhole",
    "identity_recall": "lock-keyhole",
    "evidence": "paperclip",
    "object": "rotate-ccw",
    "escalate": "forward",
}
"""Of the steps of the history that are no change of status."""

_NOBODY = {"system": "", "reporter": "case.reporter"}


def head(case: Case, lang: str) -> Entry:
    """Status, target and priority: what stands at the top and in the panel."""
    report = case.report
    look = LOOKS[Status(report.status)]
    said = due(case.clock, report.status, case.today, case.days)
    priority = Priority(report.priority)
    tone, sign = PRIORITY_LOOKS[priority]
    return {
        "phase": "open" if case.account else "locked",
        "ticket": report.ticket,
        "version": str(report.version),
        "status": text(f"status.{report.status}", lang),
        "tone": look.tone,
        "icon": look.icon,
        "closed": "yes" if report.status in CLOSED else "",
        "received": day_in_words(report.received_on.isoformat(), lang),
        "due": fill(text(said.text, lang), days=said.days) if said.icon else "",
        "due_tone": said.tone,
        "due_icon": said.icon,
        "due_text": _target(case, lang),
        "acknowledged": "yes" if report.acknowledged_on else "",
        "priority": text(f"case.priority_{priority.name.lower()}", lang),
        "priority_code": str(priority.value),
        "priority_tone": tone,
        "priority_icon": sign,
        "kept": "yes" if case.kept else "",
        "unread": str(report.unread) if report.unread else "",
        "zone": case.profile.timezone_label,
    }


def _target(case: Case, lang: str) -> str:
    """The target in a whole sentence."""
    clock = case.clock
    if (last := answer_by(clock, case.profile.targets, case.days)) is not None:
        return fill(text("case.target_answer", lang), date=day_in_words(last.isoformat(), lang))
    if clock.due_on is None:
        return text("case.target_none", lang)
    stage = text(f"status.{case.report.status}", lang)
    return fill(text("case.target_stage", lang), status=stage, date=day_in_words(clock.due_on.isoformat(), lang))


def abilities(case: Case, actor: Actor) -> Entry:
    """What this officer may do here, "yes" or ""; the services ask again."""
    held = case.account is not None
    may = {
        "work": held and actor.can(Permission.WORK_CASE),
        "assign": held and actor.can(Permission.ASSIGN_CASE),
        "find": held and actor.can(Permission.RECORD_FINDING) and case.report.status not in CLOSED,
        "hold": actor.can(Permission.HOLD_CASE),
        "ask": held and actor.can(Permission.ASK_IDENTITY),
        "write": held and actor.can(Permission.WORK_CASE) and case.report.status not in CLOSED,
    }
    return {f"may_{name}": "yes" if allowed else "" for name, allowed in may.items()}


def moves(case: Case, actor: Actor, lang: str) -> list[Entry]:
    """The next steps this officer may take."""
    if case.account is None:
        return []
    return [_move(move, lang) for move in moves_from(Status(case.report.status), actor.role)]


def _move(move: Move, lang: str) -> Entry:
    look = LOOKS[move.target]
    return {
        "value": move.target.value,
        "label": text(f"status.{move.target}", lang),
        "icon": look.icon,
        "note": "yes" if move.note else "",
        "reason": "yes" if move.reason else "",
        "refer": "yes" if move.target is Status.REFERRED else "",
    }


def officers(case: Case, lang: str) -> list[Entry]:
    """Who works on the case."""
    return [
        _person(staff, lang) | {"lead": "yes" if staff.id == case.report.lead else ""}
        for staff in sorted(case.team, key=lambda staff: (staff.id != case.report.lead, staff.name))
    ]


def choices(people: Iterable[Staff], lang: str) -> list[Entry]:
    """Officers to whom the case may be given."""
    return [_person(staff, lang) for staff in people]


def _person(staff: Staff, lang: str) -> Entry:
    initials = "".join(word[0] for word in staff.name.split()[:2]).upper()
    role = text(f"admin.role_{staff.role}", lang)
    return {"id": str(staff.id), "name": staff.name, "role": role, "initials": initials}


def found(dossier: Dossier, lang: str) -> Entry:
    """The finding, empty when there is none; and the tags."""
    shown: Entry = {"tags": ", ".join(dossier.tags), "referred_to": dossier.referred_to, "verdict": ""}
    if dossier.finding is None:
        return shown | {"summary": "", "recommendation": "", "loss": "", "loss_typed": "", "verdict_text": ""}
    finding = dossier.finding
    return shown | {
        "verdict": finding.verdict.value,
        "verdict_text": text(f"finding.{finding.verdict}", lang),
        "summary": finding.summary,
        "recommendation": finding.recommendation,
        "loss": "" if finding.loss is None else rupiah(finding.loss),
        "loss_typed": "" if finding.loss is None else rupiah(finding.loss).removeprefix("Rp"),
    }


def linked(dossier: Dossier, lang: str) -> list[Entry]:
    """Cases that belong to this one."""
    return [{"ticket": link.ticket, "relation": text(f"relation.{link.relation}", lang)} for link in dossier.links]


def timeline(past: list[Step], names: Mapping[str, str], lang: str, zone: str) -> list[Entry]:
    """The history, newest first. `names`: username -> name. Now is the step that led to the present status.

    Without the key a step is known by its status alone: those that did not change it would only repeat it.
    """
    changed = [not number or step.status != past[number - 1].status for number, step in enumerate(past)]
    now = max((number for number, new in enumerate(changed) if new), default=0)
    return [
        _step(past[number], number == now, names, lang, zone) | {"key": str(number)}
        for number in range(len(past) - 1, -1, -1)
        if past[number].at or changed[number]
    ]


def _step(step: Step, now: bool, names: Mapping[str, str], lang: str, zone: str) -> Entry:
    reason = step.more.get("reason", "")
    if reason and step.kind == "status":  # below what the reporter was told, it must not look as if it were, too
        reason = f"{text('case.reason', lang)}: {reason}"
    said = [step.note or "", reason, step.more.get("answer", "")]
    if step.more.get("to") and step.kind == "status":
        said.append(fill(text("event.referred", lang), to=step.more["to"]))
    return {
        "state": "now" if now else "past",
        "label": what_happened(step, names, lang),
        "icon": LOOKS[Status(step.status)].icon if step.kind == "status" else ICONS.get(step.kind, "check"),
        "plain": "" if step.kind == "status" else "yes",
        "time": f"{moment_in_words(step.at, lang)} {zone}" if step.at else "",
        "note": "\n".join(part for part in said if part),
        "who": who_is(step.who, names, lang),
    }


def what_happened(step: Step, names: Mapping[str, str], lang: str) -> str:
    """A step of the history in words."""
    if step.kind == "status":
        return text(f"status.{step.status}", lang)
    if step.kind == "escalate" and not step.more.get("to"):
        return text("event.escalate_nobody", lang)
    values: dict[str, Any] = dict(step.more)
    if "officer" in values:
        values["officer"] = names.get(values["officer"], values["officer"])
    if "tags" in values:
        values["tags"] = ", ".join(values["tags"]) or "–"
    for name, table in (("priority", "case.priority_"), ("relation", "relation."), ("verdict", "finding.")):
        if name in values:
            values[name] = text(f"{table}{values[name]}", lang)
    return fill(text(f"event.{step.kind}", lang), **values)


def who_is(who: str | None, names: Mapping[str, str], lang: str) -> str:
    """A name for who did something."""
    if not who:
        return ""
    if who in _NOBODY:
        return text(_NOBODY[who], lang) if _NOBODY[who] else ""
    return names.get(who, who)
