"""The tables of what happens to a report after its arrival: messages, notes, people, notices, counts, its end."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from wbs_app.model.columns import blob, column, moment


class Message(SQLModel, table=True):
    """A message between reporter and officers, sealed under the account key."""

    __table_args__ = (UniqueConstraint("report_id", "position"),)

    id: int | None = column("plain", default=None, primary_key=True)
    report_id: int = column("plain", foreign_key="report.id", sa_type=BigInteger)
    position: int = column("plain")  # from 1
    from_reporter: bool = column("plain")
    seen: bool = column("plain", default=False)  # by the other side
    once: str = column("check", unique=True, max_length=64)  # a second press sends no second message
    body: bytes = blob("sealed")


class Note(SQLModel, table=True):
    """An internal note: for the team under the account key, or for its author alone."""

    id: int | None = column("plain", default=None, primary_key=True)
    report_id: int = column("plain", foreign_key="report.id", index=True, sa_type=BigInteger)
    author: int = column("plain", foreign_key="staff.id")
    private: bool = column("plain")
    once: str = column("check", unique=True, max_length=64)
    body: bytes = blob("sealed")


class Assignment(SQLModel, table=True):
    """An officer who works on a case. Who leads stands in `Report.lead`; what was before stands in the history.

    Triggers copy what the case list filters by from the report and keep it so: an officer's list has an index too.
    """

    __table_args__ = (
        Index(
            "ix_assignment_list",
            "staff_id",
            "status",
            "received_on",
            "report_id",
            "agency",
            "oversight",
            "kind",
            "violation_type",
            "unit",
            "priority",
            "regency",
            "lead",
            "evidence_count",
            "unread",
            "due_on",
        ),
    )

    report_id: int = column("plain", primary_key=True, foreign_key="report.id", sa_type=BigInteger)
    staff_id: int = column("plain", primary_key=True, foreign_key="staff.id")
    given_on: date = column("plain")
    agency: str | None = column("plain", default=None, max_length=16)
    oversight: str | None = column("plain", default=None, max_length=16)
    kind: str | None = column("plain", default=None, max_length=16)
    violation_type: str | None = column("plain", default=None, max_length=64)
    unit: str | None = column("plain", default=None, max_length=120)
    status: str | None = column("plain", default=None, max_length=32)
    priority: int | None = column("plain", default=None)
    regency: str | None = column("plain", default=None, max_length=8)
    lead: int | None = column("plain", default=None)
    evidence_count: int | None = column("plain", default=None)
    unread: int | None = column("plain", default=None)
    received_on: date | None = column("plain", default=None)
    due_on: date | None = column("plain", default=None)


class Exclusion(SQLModel, table=True):
    """A staff member who may never hold a key of this case. `reason`: "unit", "named" or "recused"."""

    report_id: int = column("plain", primary_key=True, foreign_key="report.id", sa_type=BigInteger)
    staff_id: int = column("plain", primary_key=True, foreign_key="staff.id", index=True)
    reason: str = column("plain", max_length=16)


class IdentityRequest(SQLModel, table=True):
    """An officer asks to see who reported; a custodian who is not the asker decides."""

    __tablename__ = "identity_request"  # type: ignore[assignment]

    id: int | None = column("plain", default=None, primary_key=True)
    report_id: int = column("plain", foreign_key="report.id", index=True, sa_type=BigInteger)
    asked_by: int = column("plain", foreign_key="staff.id")
    asked_at: datetime = moment("plain")
    state: str = column("plain", max_length=16, index=True)  # waiting, approved, declined, ended, recalled
    decided_by: int | None = column("plain", default=None, foreign_key="staff.id")
    decided_at: datetime | None = moment("plain", nullable=True)
    expires_at: datetime | None = moment("plain", nullable=True)
    reason: bytes = blob("sealed")  # under a key of its own, sealed to asker and custodians as "ask-<id>"
    answer: bytes | None = blob("sealed", nullable=True)  # likewise


class Contact(SQLModel, table=True):
    """Where a reporter who wished it is told that there is something to read; nothing else is ever sent there."""

    report_id: int = column("plain", primary_key=True, foreign_key="report.id", sa_type=BigInteger)
    address: bytes = blob("sealed")  # under the server's secret: it must be readable when nobody is there
    confirmed: bool = column("plain", default=False)
    token: str = column("check", unique=True, max_length=64)  # hash of the confirming link's


class Notice(SQLModel, table=True):
    """A mail that waits to be sent, written in the transaction that caused it."""

    id: int | None = column("plain", default=None, primary_key=True)
    staff_id: int | None = column("plain", default=None, foreign_key="staff.id")  # one of these two
    report_id: int | None = column("plain", default=None, foreign_key="report.id", sa_type=BigInteger)
    template: str = column("plain", max_length=24)
    detail: bytes | None = blob("sealed", nullable=True)  # under the server's secret: a confirming link
    send_after: datetime = moment("plain")
    tries: int = column("plain", default=0)
    sent: bool = column("plain", default=False)
    problem: str = column("plain", default="", max_length=40)  # kind of the last failure, never its words


class SavedView(SQLModel, table=True):
    """A filter of the case list that an officer gave a name."""

    __tablename__ = "saved_view"  # type: ignore[assignment]

    id: int | None = column("plain", default=None, primary_key=True)
    staff_id: int = column("plain", foreign_key="staff.id", index=True)
    name: str = column("plain", max_length=60)
    query: str = column("plain", max_length=2000)


# --- keeping: counts, and the end of a case ----------------------------------------------------------------------


def _ledger_id() -> Any:
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Field(
        default=None, sa_column=Column("id", kind, primary_key=True, autoincrement=True, info={"privacy": "plain"})
    )


class CaseCount(SQLModel, table=True):
    """How many reports there are of each sort: a ledger that triggers write and whose sums are the counts.

    A report that comes adds a row with 1, one that goes a row with -1, one that changes both. Nobody ever updates a
    row, so writers never wait for each other; `services/tally.fold` adds up what has gathered.
    """

    __tablename__ = "case_count"  # type: ignore[assignment]

    id: int | None = _ledger_id()
    agency: str = column("plain", max_length=16, index=True)
    oversight: str | None = column("plain", default=None, max_length=16, index=True)
    kind: str = column("plain", max_length=16)
    violation_type: str | None = column("plain", default=None, max_length=64)
    unit: str | None = column("plain", default=None, max_length=120)
    status: str = column("plain", max_length=32)
    priority: int = column("plain")
    n: int = column("plain")


class CaseTotal(SQLModel, table=True):
    """The same in fewer rows, for the numbers that every page shows. `lead` is 0 for any officer, `unread` 1 for any
    number of messages: this ledger knows whether there are any, not which."""

    __tablename__ = "case_total"  # type: ignore[assignment]

    id: int | None = _ledger_id()
    agency: str = column("plain", max_length=16)
    oversight: str | None = column("plain", default=None, max_length=16)
    kind: str = column("plain", max_length=16)
    status: str = column("plain", max_length=32)
    lead: int | None = column("plain", default=None)
    unread: int = column("plain")
    n: int = column("plain")


class LegalHold(SQLModel, table=True):
    """A case that may not be destroyed until the hold is lifted, whatever its age."""

    __tablename__ = "legal_hold"  # type: ignore[assignment]

    report_id: int = column("plain", primary_key=True, foreign_key="report.id", sa_type=BigInteger)
    placed_by: int = column("plain", foreign_key="staff.id")
    placed_on: date = column("plain")


class Destruction(SQLModel, table=True):
    """A case on the list of those to be destroyed, once two different people have approved."""

    report_id: int = column("plain", primary_key=True, foreign_key="report.id", sa_type=BigInteger)
    proposed_on: date = column("plain")
    first_by: int | None = column("plain", default=None, foreign_key="staff.id")
    second_by: int | None = column("plain", default=None, foreign_key="staff.id")
