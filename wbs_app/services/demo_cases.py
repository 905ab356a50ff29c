"""Invented cases, sealed as real ones are: each with keys of its own, handed to those who may read it.

Makes rows only; `services/demo.py` stores them. Runs in several processes, so everything here can travel.
"""

import base64
import hashlib
import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

import obstore
from PIL import Image

from wbs_app.model.agency import Option
from wbs_app.model.deadlines import Clock, level
from wbs_app.model.documents import account_document, identity_document, rupiah
from wbs_app.model.dossier import Dossier, Finding, Verdict
from wbs_app.model.handling_tables import Assignment, Exclusion, Message
from wbs_app.model.steps import Biodata, Declaration, Incident, Person, PlaceTime, ServiceComplaint, Step
from wbs_app.model.tables import Evidence, ReportEvent, ReportKey
from wbs_app.model.workflow import CLOSED, Priority, Status
from wbs_app.services.demo_life import Ground, Life, calendar, live, pick
from wbs_app.services.entitlement import Facts
from wbs_app.services.evidence import About, store
from wbs_app.text import text
from wbs_app.vault.codes import new_pin, new_ticket, parse_pin
from wbs_app.vault.keypairs import seal_to
from wbs_app.vault.passwords import derive, new_salt
from wbs_app.vault.sealing import Place, new_key, seal, seal_json
from wbs_app.vault.streams import Sealer

Row = dict[str, Any]

MARK = "demo-"
"""How `Report.once` of an invented case begins; a real one is hexadecimal."""

_EVIDENCE, _MESSAGES, _SERVICE, _NAMED = 0.25, 0.15, 0.1, 0.4
_ELSEWHERE, _KNOWN, _AMOUNT, _BY_MONTH = 0.04, 0.7, 0.4, 0.5
_ANONYMOUS = Biodata()
_CLOCK = tuple(part.name for part in fields(Clock))
_FINDINGS = {Status.CLOSED_PROVEN: Verdict.PROVEN, Status.CLOSED_UNPROVEN: Verdict.UNPROVEN}
_PRIORITIES = {Priority.LOW: 2, Priority.MEDIUM: 6, Priority.HIGH: 3, Priority.URGENT: 1}


@dataclass
class Made:
    """A case as rows. `report` has no id, and the rows of the other tables no `report_id` yet."""

    report: Row
    others: dict[str, list[Row]] = field(default_factory=dict)
    pin: str = ""


def make(ground: Ground, days: Sequence[date], pins: int, seed: int) -> list[Made]:
    """One case for each day of receipt, the first `pins` of them with a PIN."""
    dice = Random(seed)  # noqa: S311  of what is told only; keys come from the system
    return [_case(dice, ground, day, at < pins, f"{MARK}{seed:08x}-{at}") for at, day in enumerate(days)]


def _case(dice: Random, ground: Ground, day: date, with_pin: bool, once: str) -> Made:
    kind = "service" if ground.offer.catalogue.services and dice.random() < _SERVICE else "wbs"
    received = datetime.combine(day, time(dice.randrange(24), dice.randrange(60)))
    steps = _told(dice, ground, kind, day)
    incident = steps.get(Incident.slug)
    unit = incident.unit if isinstance(incident, Incident) else None
    life = live(dice, ground, kind, unit, received)
    return _Writer(dice, ground, kind, unit, life).write(steps, received, with_pin, once)


# --- what the reporter told ------------------------------------------------------------------------------------------


def _told(dice: Random, ground: Ground, kind: str, day: date) -> dict[str, Step]:
    """The steps of a form, as checked ones: to check a million of our own texts would take longer than to seal them."""
    units = ground.offer.catalogue.units
    unit = dice.choices(units, [1 + 30 / (1 + at) for at in range(len(units))])[0] if units else None
    values = {
        "unit": unit.name_id if unit else "instansi ini",
        "month": _month(dice),
        "amount": rupiah(dice.randrange(2, 900) * 1_000_000),
        "count": str(dice.randrange(3, 60)),
        "initials": "".join(dice.choice("ABDEGHIKMNPRSTWY") + "." for _ in range(2)),
    }
    biodata: Step = _ANONYMOUS
    if dice.random() < _NAMED:  # a pseudonym, and an address under the domain reserved for examples
        biodata = Biodata.model_construct(
            name=f"Pelapor {values['initials']}", include_email=True, email="pelapor@example.org", contact_consent=True
        )
    if kind == "service":
        service = dice.choice(ground.offer.catalogue.services).code
        complaint = ServiceComplaint.model_construct(kind=service, complaint=_story(dice, ground, kind, values))
        return {ServiceComplaint.slug: complaint, Biodata.slug: biodata}
    return {
        Biodata.slug: biodata,
        Incident.slug: _incident(dice, ground, unit, values),
        PlaceTime.slug: _place(dice, ground, day, values),
        Declaration.slug: Declaration.model_construct(truth=True),
    }


def _story(dice: Random, ground: Ground, code: str, values: Mapping[str, str]) -> str:
    stories, more = ground.texts["stories"], ground.texts["parts"]["more"]
    told = pick(dice, stories.get(code, stories["lainnya"]), **values)
    return " ".join([told, *dice.sample(more, dice.randrange(4))])


def _incident(dice: Random, ground: Ground, unit: Option | None, values: Mapping[str, str]) -> Step:
    parts, elsewhere = ground.texts["parts"], unit is None or dice.random() < _ELSEWHERE
    violation = dice.choice([one for one in ground.offer.catalogue.violations if one.form == "wbs"])
    accused = Person(name=values["initials"], position=dice.choice(parts["positions"]))
    return Incident.model_construct(
        violation=violation.code,
        violation_other=dice.choice(parts["other"]) if violation.other else None,
        reported={0: accused} if dice.random() < _KNOWN else {},
        unit_elsewhere=elsewhere,
        unit=None if elsewhere or unit is None else unit.code,
        unit_other="Unit di luar daftar" if elsewhere else None,
        description=_story(dice, ground, violation.code, values),
        amount=dice.randrange(2, 900) * 1_000_000 if dice.random() < _AMOUNT else None,
    )


def _place(dice: Random, ground: Ground, day: date, values: Mapping[str, str]) -> Step:
    happened = day - timedelta(days=dice.randrange(1, 200))
    by_month = dice.random() < _BY_MONTH
    return PlaceTime.model_construct(
        address=pick(dice, ground.texts["parts"]["places"], **values),
        province=ground.offer.catalogue.profile.province_code,
        regency=dice.choice(ground.regencies),
        precision="month" if by_month else "date",
        date=None if by_month else happened,
        month=happened.month if by_month else None,
        year=happened.year if by_month else None,
    )


def _month(dice: Random) -> str:
    return text(f"month.{dice.randrange(1, 13)}", "id")


# --- what is stored --------------------------------------------------------------------------------------------------


class _Writer:
    """Seals one case."""

    def __init__(self, dice: Random, ground: Ground, kind: str, unit: str | None, life: Life) -> None:
        self._dice, self._ground, self._kind, self._unit, self._life = dice, ground, kind, unit, life
        self._ticket = new_ticket(ground.offer.catalogue.profile.ticket_prefix)
        self._account, self._identity = new_key(), new_key()

    def write(self, steps: Mapping[str, Step], received: datetime, with_pin: bool, once: str) -> Made:
        pin = new_pin() if with_pin else ""
        messages = self._messages() if self._dice.random() < _MESSAGES else []
        files = self._files()
        open_columns = _open_columns(steps)
        barred = [one.id for one in self._ground.officers if self._unit and one.unit == self._unit]
        facts = Facts(
            ticket=self._ticket,
            agency=self._ground.agency,
            kind=self._kind,
            unit=open_columns["unit"],
            barred=frozenset(barred),
            team=frozenset(one.id for one in self._life.assigned),
        )
        report = {
            "ticket": self._ticket,
            "agency": self._ground.agency,
            "kind": self._kind,
            "status": self._life.status.value,
            "received_on": received.date(),
            "evidence_count": len(files),
            "once": once,
            "account": self._sealed(account_document(steps, self._ground.offer, received), "account"),
            "identity": seal_json(self._identity, identity_document(steps), Place("report", self._ticket, "identity")),
            "readers_mark": facts.mark(),
            **open_columns,
            **self._handling(received.date(), messages),
            **self._pin_columns(pin),
        }
        others = {
            _name(ReportKey): self._keys(),
            _name(ReportEvent): self._events(),
            _name(Evidence): files,
            _name(Message): messages,
            _name(Assignment): [{"staff_id": one.id, "given_on": day} for one, day in self._life.assigned.items()],
            _name(Exclusion): [{"staff_id": id, "reason": "unit"} for id in barred],
        }
        return Made(report, others, pin)

    def _sealed(self, value: Any, column: str) -> bytes:
        return seal_json(self._account, value, Place("report", self._ticket, column))

    def _handling(self, received: date, messages: list[Row]) -> Row:
        clock, dice, ground = self._life.clock, self._dice, self._ground
        clocks = {name: getattr(clock, name) for name in _CLOCK} | {
            "alerted": level(clock, received, ground.offer.today, calendar(ground.free))
        }
        return clocks | {
            "priority": dice.choices(list(_PRIORITIES), list(_PRIORITIES.values()))[0].value,
            "version": len(self._life.steps) - 1,
            "reopened": self._life.reopened,
            "lead": next((one.id for one in self._life.assigned), None),
            "oversight": None,
            "unread": sum(row["from_reporter"] and not row["seen"] for row in messages),
            "rating": None,
            "dossier": self._dossier(),
        }

    def _dossier(self) -> bytes | None:
        verdict = _FINDINGS.get(self._life.status)
        if verdict is None:
            return None
        finding = Finding(verdict=verdict, summary=self._dice.choice(self._ground.texts["notes"]["reasons"]))
        return self._sealed(Dossier(finding=finding).model_dump(mode="json"), "dossier")

    def _pin_columns(self, pin: str) -> Row:
        if not pin:
            return {"pin_salt": new_salt(), "pin_keys": b""}
        salt = new_salt()
        wrap = derive(parse_pin(pin) or "", salt)
        both = seal(wrap, self._account + self._identity, Place("report", self._ticket, "pin_keys"))
        return {"pin_salt": salt, "pin_keys": both}

    def _keys(self) -> list[Row]:
        found: list[Row] = []
        for document, key in (("account", self._account), ("identity", self._identity)):
            holders = {str(one.id): one.public_key for one in self._ground.readers(self._kind, document, self._unit)}
            if document == "account":
                holders |= {str(one.id): one.public_key for one in self._life.assigned}
            if self._ground.recovery:
                holders["recovery"] = self._ground.recovery
            found += [
                {"document": document, "holder": holder, "sealed_key": seal_to(public, key)}
                for holder, public in holders.items()
            ]
        return found

    def _events(self) -> list[Row]:
        return [
            {
                "position": position,
                "status": status.value,
                "body": seal_json(self._account, body, Place("report_event", f"{self._ticket}:{position}", "body")),
            }
            for position, (status, body) in enumerate(self._life.steps)
        ]

    def _messages(self) -> list[Row]:
        """A few messages of the reporter, some answered; the last ones may wait to be read."""
        found: list[Row] = []
        answering = self._ground.readers(self._kind, "account", self._unit)
        at = self._life.steps[-1][1]["at"]
        for position in range(1, 1 + self._dice.randrange(1, 4)):
            ours = bool(answering) and self._dice.random() < 0.4
            words = self._ground.texts["parts"]["answers" if ours else "messages"]
            values = {"month": _month(self._dice), "count": self._dice.randrange(2, 9)}
            body = {
                "at": at,
                "who": self._dice.choice(answering).username if ours else "reporter",
                "text": pick(self._dice, words, **values),
                "files": [],
                "ask": False,
                "facts": False,
            }
            found.append(
                {
                    "position": position,
                    "from_reporter": not ours,
                    "seen": ours or self._life.status in CLOSED or self._dice.random() < 0.5,
                    "once": hashlib.sha256(f"{self._ticket}:{position}".encode()).hexdigest(),
                    "body": seal_json(self._account, body, Place("message", f"{self._ticket}:{position}", "body")),
                }
            )
        return found

    def _files(self) -> list[Row]:
        """Small pictures, put into the evidence store before the rows that name them are committed."""
        count = self._dice.choice((1, 1, 1, 2, 3)) if self._dice.random() < _EVIDENCE else 0
        rows: list[Row] = []
        for position in range(1, count + 1):
            about = _stored(self._dice.choice(_pictures()))
            sealed = seal_json(self._account, asdict(about), Place("evidence", about.id, "about"))
            rows.append({"id": about.id, "position": position, "about": sealed, "original": None})
        return rows


def _open_columns(steps: Mapping[str, Step]) -> Row:
    """As `services/reports.py` opens them, every column named."""
    found: Row = dict.fromkeys(("violation_type", "unit", "service", "regency", "incident_month"))
    for step in steps.values():
        if isinstance(step, Incident):
            found |= {"violation_type": step.violation, "unit": step.unit}
        elif isinstance(step, PlaceTime):
            found |= {"regency": step.regency, "incident_month": step.incident_month}
        elif isinstance(step, ServiceComplaint):
            found["service"] = step.kind
    return found


def _name(table: Any) -> str:
    return str(table.__tablename__)


@cache
def _pictures() -> tuple[bytes, ...]:
    """A few grey pictures without meaning."""
    found: list[bytes] = []
    for number in range(8):
        out = io.BytesIO()
        Image.effect_noise((48 + 8 * number, 48), 40).save(out, "JPEG", quality=60)
        found.append(out.getvalue())
    return tuple(found)


def _stored(data: bytes) -> About:
    key, id = new_key(), secrets.token_hex(16)
    sealer = Sealer(key)
    obstore.put(store(), f"files/{id}", sealer.header + sealer.push(data, last=True))
    return About(
        id=id,
        at=0.0,
        extension="jpg",
        mime="image/jpeg",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        key=base64.b64encode(key).decode(),
    )
