"""The tables of reports, staff and reference data. Each column says who could read it; a test asks every one.

What happens to a report after its arrival has its tables in model/handling_tables.py.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from wbs_app.model.columns import blob, column, moment

# --- reference data: seeded from data/, then edited by an administrator --------------------------------------


class Agency(SQLModel, table=True):
    """An agency that takes reports; names, addresses and limits are data, not code."""

    code: str = column("reference", primary_key=True, max_length=16)
    position: int = column("reference")
    profile: str = column("reference")  # JSON of model/agency.py's Profile
    recovery_key: bytes | None = blob("check", nullable=True)  # X25519 public key; the private half is on paper
    recovery_mark: bytes | None = blob("check", nullable=True)  # see services/vouching.py
    oversight_mark: bytes | None = blob("check", nullable=True)  # the same of the profile's oversight


class Channel(SQLModel, table=True):
    """A card of the chooser: a form of ours, or a way out to another body's site."""

    agency: str = column("reference", primary_key=True, foreign_key="agency.code")
    code: str = column("reference", primary_key=True, max_length=64)
    position: int = column("reference")
    kind: str = column("reference", max_length=16)
    title_id: str = column("reference")
    title_en: str = column("reference")
    text_id: str = column("reference")
    text_en: str = column("reference")
    url: str = column("reference", default="")


class ViolationType(SQLModel, table=True):
    __tablename__ = "violation_type"  # type: ignore[assignment]

    agency: str = column("reference", primary_key=True, foreign_key="agency.code")
    code: str = column("reference", primary_key=True, max_length=64)
    position: int = column("reference")
    name_id: str = column("reference")
    name_en: str = column("reference")
    description_id: str = column("reference", default="")
    description_en: str = column("reference", default="")
    other: bool = column("reference", default=False)  # asks which
    form: str = column("reference", default="wbs", max_length=16)  # "service": leads to the service form
    active: bool = column("reference", default=True)


class Unit(SQLModel, table=True):
    agency: str = column("reference", primary_key=True, foreign_key="agency.code")
    code: str = column("reference", primary_key=True, max_length=120)
    position: int = column("reference")
    name: str = column("reference")
    kind: str = column("reference", default="")
    active: bool = column("reference", default=True)


class ServiceType(SQLModel, table=True):
    __tablename__ = "service_type"  # type: ignore[assignment]

    agency: str = column("reference", primary_key=True, foreign_key="agency.code")
    code: str = column("reference", primary_key=True, max_length=64)
    position: int = column("reference")
    name: str = column("reference")
    active: bool = column("reference", default=True)


class Holiday(SQLModel, table=True):
    """A day that differs from the national calendar: free, or worked."""

    agency: str = column("reference", primary_key=True, foreign_key="agency.code")
    day: date = column("reference", primary_key=True)
    name: str = column("reference", default="", max_length=120)
    working: bool = column("reference", default=False)


# --- reports ---------------------------------------------------------------------------------------------------


_FILTERED = (
    "kind",
    "violation_type",
    "unit",
    "status",
    "priority",
    "regency",
    "lead",
    "evidence_count",
    "unread",
    "received_on",
    "due_on",
)


def _list_index(name: str, *columns: str, where: str | None = None) -> Index:
    """An order of the case list, with all that it filters by: no sealed row is read only to be passed over."""
    return Index(name, *columns, *(other for other in _FILTERED if other not in columns), **_where(where))


def _where(condition: str | None) -> dict[str, Any]:
    """Options of an index of the few rows for which this holds."""
    return {} if condition is None else dict.fromkeys(("sqlite_where", "postgresql_where"), text(condition))


class Report(SQLModel, table=True):
    """One report. What was written stands in two sealed documents with a key each."""

    __table_args__ = (
        _list_index("ix_report_list", "agency", "kind", "received_on", "id"),
        _list_index("ix_report_type", "agency", "violation_type", "received_on", "id"),
        _list_index("ix_report_unit", "agency", "unit", "received_on", "id"),
        _list_index("ix_report_status", "agency", "status", "received_on", "id"),
        _list_index("ix_report_regency", "agency", "regency", "received_on", "id"),
        _list_index("ix_report_due", "agency", "due_on", "id"),
        _list_index("ix_report_priority", "agency", "priority", "id"),
        _list_index("ix_report_unread", "agency", "received_on", "id", where="unread > 0"),
        _list_index("ix_report_oversight", "oversight", "received_on", "id", where="oversight IS NOT NULL"),
        Index(
            "ix_report_closed", "agency", "closed_on", "kind", **_where("closed_on IS NOT NULL")
        ),  # for the dashboard
        Index("ix_report_code", text("substr(ticket, length(ticket) - 8)")),  # so are parts of tickets found
        Index("ix_report_tail", text("substr(ticket, length(ticket) - 3)")),
    )

    id: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger().with_variant(Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
            info={"privacy": "plain"},
        ),
    )
    ticket: str = column("plain", unique=True, max_length=32)
    agency: str = column("plain", foreign_key="agency.code")
    kind: str = column("plain", max_length=16)
    violation_type: str | None = column("plain", default=None, max_length=64)
    unit: str | None = column("plain", default=None, max_length=120)
    service: str | None = column("plain", default=None, max_length=64)
    regency: str | None = column("plain", default=None, max_length=8)
    incident_month: str | None = column("plain", default=None, max_length=7)  # "2024-11"
    status: str = column("plain", max_length=32)
    priority: int = column("plain", default=0)  # model/workflow.py's Priority
    received_on: date = column("plain")
    evidence_count: int = column("plain", default=0)
    version: int = column("plain", default=0)  # counts changes: of two who act at once, the second is told
    acknowledge_by: date | None = column("plain", default=None)
    acknowledged_on: date | None = column("plain", default=None)  # set once
    feedback_by: date | None = column("plain", default=None)
    stage_on: date | None = column("plain", default=None)  # since when in this status
    stage_by: date | None = column("plain", default=None)
    paused_on: date | None = column("plain", default=None)  # since when the reporter is waited for
    due_on: date | None = column("plain", default=None)  # the earliest of these targets; None: nothing is due
    alerted: int = column("plain", default=0)  # per cent of the time to `due_on` at which staff were last told
    closed_on: date | None = column("plain", default=None)
    reopened: bool = column("plain", default=False)  # ever: such a case is never destroyed
    lead: int | None = column("plain", default=None, index=True)  # a staff id
    oversight: str | None = column("plain", default=None, max_length=16)  # agency whose supervisors took it over
    unread: int = column("plain", default=0)  # messages of the reporter that no officer has read
    rating: int | None = column("plain", default=None)  # 1 to 5, by the reporter at the end
    readers_mark: bytes | None = blob("check", nullable=True)  # see services/entitlement.py
    once: str = column("check", unique=True, max_length=64)  # hash of the form's secret: a second press is the same
    pin_salt: bytes = blob("check")
    pin_keys: bytes = blob("sealed")  # both document keys, under Argon2id(PIN); empty: a demonstration without a PIN
    account: bytes = blob("sealed")
    identity: bytes = blob("sealed")
    dossier: bytes | None = blob("sealed", nullable=True)  # what officers found: model/dossier.py, account key


class ReportKey(SQLModel, table=True):
    """A document's key, sealed to one holder: a staff id as text, or "recovery".

    `document`: "account", "identity", or "ask-<id>" for the reason of an identity request.
    """

    __tablename__ = "report_key"  # type: ignore[assignment]
    __table_args__ = (Index("ix_report_key_holder", "holder", "document", "report_id"),)

    report_id: int = column("plain", primary_key=True, foreign_key="report.id", sa_type=BigInteger)
    document: str = column("plain", primary_key=True, max_length=16)  # "account" | "identity"
    holder: str = column("plain", primary_key=True, max_length=24)
    sealed_key: bytes = blob("sealed")


class ReportEvent(SQLModel, table=True):
    """A step of the history; what it was, its time, notes and author are sealed under the account key.

    `status` is the one after the step, and the same as before when something else happened.
    """

    __tablename__ = "report_event"  # type: ignore[assignment]
    __table_args__ = (UniqueConstraint("report_id", "position"),)

    id: int | None = column("plain", default=None, primary_key=True)
    report_id: int = column("plain", foreign_key="report.id", sa_type=BigInteger)
    position: int = column("plain")
    status: str = column("plain", max_length=32)
    body: bytes = blob("sealed")


class Evidence(SQLModel, table=True):
    """A file of a report; its own key, name, size and digest are sealed under the account key."""

    id: str = column("plain", primary_key=True, max_length=32)  # random; also its place in the store
    report_id: int = column("plain", foreign_key="report.id", index=True, sa_type=BigInteger)
    position: int = column("plain")
    about: bytes = blob("sealed")
    original: bytes | None = blob("sealed", nullable=True)  # of the file as it was sent; under the identity key


# --- staff -----------------------------------------------------------------------------------------------------


class Staff(SQLModel, table=True):
    """A staff member. The private key opens with the password alone; nobody else can open it."""

    id: int | None = column("plain", default=None, primary_key=True)
    username: str = column("plain", unique=True, max_length=100)  # case-folded
    name: str = column("plain", max_length=100)
    role: str = column("plain", max_length=16)
    agencies: str = column("plain", max_length=200)  # codes, parted by a space
    unit: str | None = column("plain", default=None, max_length=120)
    email: str = column("plain", default="", max_length=254)  # official address for notices; "": none
    active: bool = column("plain", default=True)
    salt: bytes | None = blob("check", nullable=True)  # all four: None until a password is set
    public_key: bytes | None = blob("check", nullable=True)
    private_key: bytes | None = blob("sealed", nullable=True)
    vouch: bytes | None = blob("check", nullable=True)  # see services/vouching.py
    vouched_by: str = column("plain", default="", max_length=100)  # username, "system", or "" before the first time
    totp: bytes | None = blob("sealed", nullable=True)  # None until enrolled
    totp_step: int = column("plain", default=0, sa_type=BigInteger)  # the last time step used: a code works once
    tries: int = column("plain", default=0)  # second factors tried since then, see services/sessions.py
    tries_since: datetime | None = moment("plain", nullable=True)


class RecoveryCode(SQLModel, table=True):
    __tablename__ = "recovery_code"  # type: ignore[assignment]

    staff_id: int = column("plain", primary_key=True, foreign_key="staff.id")
    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True, info={"privacy": "check"}))


class StaffSession(SQLModel, table=True):
    """A signed-in browser. `box` holds the private key under a key that only the cookie holds."""

    __tablename__ = "staff_session"  # type: ignore[assignment]

    id: str = column("check", primary_key=True, max_length=64)  # hash of the cookie
    staff_id: int = column("plain", foreign_key="staff.id", index=True)
    half: bool = column("plain")
    box: bytes = blob("sealed")
    began_at: datetime = moment("plain")
    expires_at: datetime = moment("plain")


class Invitation(SQLModel, table=True):
    """A one-time link with which a staff member sets the first password."""

    digest: str = column("check", primary_key=True, max_length=64)
    staff_id: int = column("plain", foreign_key="staff.id", index=True)
    expires_at: datetime = moment("plain")


class AuditEvent(SQLModel, table=True):
    """Append-only, hash-chained. Names who did what to which ticket, never content."""

    __tablename__ = "audit_event"  # type: ignore[assignment]

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False, info={"privacy": "plain"}))
    at: datetime = moment("plain")
    actor: str = column("plain", max_length=120)
    action: str = column("plain", max_length=40)
    subject: str = column("plain", max_length=64)
    digest: str = column("check", max_length=64)  # over this row and the digest before


class Setting(SQLModel, table=True):
    """Small facts about this installation, such as the fingerprint of its secret."""

    name: str = column("check", primary_key=True, max_length=40)
    value: str = column("check", max_length=200)
