"""Staff and reports, made quickly: staff with key pairs but without the slow passwords."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import pytest

from wbs_app.config import settings
from wbs_app.model.access import Actor, Role
from wbs_app.model.tables import Evidence, Report, ReportEvent, Staff
from wbs_app.services import keys, vouching
from wbs_app.services.database import Db, writing
from wbs_app.services.entitlement import Facts
from wbs_app.services.reports import Pass
from wbs_app.vault.codes import new_ticket
from wbs_app.vault.keypairs import KeyPair
from wbs_app.vault.sealing import Place, new_key, seal_json

Hire = Callable[..., Awaitable[Actor]]
Receive = Callable[..., Awaitable["Received"]]

ACCOUNT = {
    "incident": {
        "description": "pengadaan server",
        "reported": [{"name": "Ketut Rai", "position": "Kepala"}],
        "exclude": "Nyoman Suci",
    }
}
"""What `receive` seals."""


@dataclass
class Received:
    """A report as filed, with what only its reporter keeps."""

    id: int
    ticket: str
    keys: dict[str, bytes] = field(default_factory=dict)

    @property
    def held(self) -> Pass:
        """What its ticket and PIN open."""
        account, identity = (base64.b64encode(self.keys[document]).decode() for document in keys.DOCUMENTS)
        return Pass(self.ticket, account, identity)


@pytest.fixture
def relaxed(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No second factor for those who have none."""
    monkeypatch.setenv("WBS_RELAXED_2FA", "true")
    settings.cache_clear()


@pytest.fixture
def hire(database: str) -> Hire:
    """hire("budi", Role.INTAKE, ...) -> the signed-in actor of a new staff member."""

    async def one(
        username: str,
        role: Role,
        agencies: str = "bali",
        unit: str | None = None,
        active: bool = True,
        email: str = "",
        vouched: bool = True,
    ) -> Actor:
        pair = KeyPair.new()
        staff = Staff(
            username=username,
            name=username.title(),
            role=role,
            agencies=agencies,
            unit=unit,
            active=active,
            email=email,
            salt=bytes(16),
            public_key=pair.public,
            private_key=b"sealed",
        )
        async with writing() as db:
            db.add(staff)
            await db.flush()
            if vouched:
                staff.vouch, staff.vouched_by = vouching.mark(staff), "system"
        assert staff.id is not None
        return Actor(staff.id, username, staff.name, role, tuple(agencies.split()), unit, pair.private)

    return one


@pytest.fixture
def receive(database: str) -> Receive:
    """receive(agency=..., kind=..., unit=..., day=...) -> a report sealed to whoever may read it today."""
    onces = count(1)

    async def one(
        db: Db | None = None, recovery: bytes | None = None, day: str = "2024-11-11", **values: Any
    ) -> Received:
        if db is None:
            async with writing() as db:
                return await one(db, recovery, day, **values)
        columns: dict[str, Any] = {"agency": "bali", "kind": "wbs", "status": "received"} | values
        ticket = new_ticket(columns["agency"])
        held = {document: new_key() for document in keys.DOCUMENTS}
        body = {"at": "2024-11-11T12:00", "note": None, "who": "system"}
        report = Report(
            ticket=ticket,
            received_on=date.fromisoformat(day),
            evidence_count=1,
            once=f"{next(onces):064}",
            pin_salt=bytes(16),
            pin_keys=b"sealed",
            account=seal_json(held["account"], ACCOUNT, Place("report", ticket, "account")),
            identity=seal_json(held["identity"], {"name": None}, Place("report", ticket, "identity")),
            **columns,
        )
        report.readers_mark = Facts.of(report).mark()
        db.add(report)
        await db.flush()
        assert report.id is not None
        event = seal_json(held["account"], body, Place("report_event", f"{ticket}:0", "body"))
        about = seal_json(held["account"], {"size": 12}, Place("evidence", ticket, "about"))
        db.add(ReportEvent(report_id=report.id, position=0, status="received", body=event))
        db.add(Evidence(id=ticket, report_id=report.id, position=1, about=about))
        for document, key in held.items():
            able = await keys.readers(db, document, Facts.of(report))
            await keys.seal_key(db, report.id, document, key, able, recovery)
        return Received(report.id, ticket, held)

    return one
