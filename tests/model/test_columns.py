"""The column inventory: what a stolen database would show. A new column must be put into one of the lists."""

from sqlalchemy import Column, LargeBinary
from sqlmodel import SQLModel

from wbs_app.model import handling_tables, tables

PLAIN = {
    "assignment": {
        "report_id",
        "staff_id",
        "given_on",
        "agency",
        "oversight",
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
    },
    "audit_event": {"id", "at", "actor", "action", "subject"},
    "case_count": {"id", "agency", "oversight", "kind", "violation_type", "unit", "status", "priority", "n"},
    "case_total": {"id", "agency", "oversight", "kind", "status", "lead", "unread", "n"},
    "contact": {"report_id", "confirmed"},
    "destruction": {"report_id", "proposed_on", "first_by", "second_by"},
    "evidence": {"id", "report_id", "position"},
    "exclusion": {"report_id", "staff_id", "reason"},
    "identity_request": {
        "id",
        "report_id",
        "asked_by",
        "asked_at",
        "state",
        "decided_by",
        "decided_at",
        "expires_at",
    },
    "invitation": {"staff_id", "expires_at"},
    "legal_hold": {"report_id", "placed_by", "placed_on"},
    "message": {"id", "report_id", "position", "from_reporter", "seen"},
    "note": {"id", "report_id", "author", "private"},
    "notice": {"id", "staff_id", "report_id", "template", "send_after", "tries", "sent", "problem"},
    "recovery_code": {"staff_id"},
    "report": {
        "id",
        "ticket",
        "agency",
        "kind",
        "violation_type",
        "unit",
        "service",
        "regency",
        "incident_month",
        "status",
        "priority",
        "received_on",
        "evidence_count",
        "version",
        "acknowledge_by",
        "acknowledged_on",
        "feedback_by",
        "stage_on",
        "stage_by",
        "paused_on",
        "due_on",
        "alerted",
        "closed_on",
        "reopened",
        "lead",
        "oversight",
        "unread",
        "rating",
    },
    "report_event": {"id", "report_id", "position", "status"},
    "report_key": {"report_id", "document", "holder"},
    "saved_view": {"id", "staff_id", "name", "query"},
    "staff": {
        "id",
        "email",
        "vouched_by",
        "username",
        "name",
        "role",
        "agencies",
        "unit",
        "active",
        "totp_step",
        "tries",
        "tries_since",
    },
    "staff_session": {"staff_id", "half", "began_at", "expires_at"},
}
"""The columns that stand in the open, as named in docs/threat-model.md."""

PUBLISHED = {"agency", "channel", "holiday", "service_type", "unit", "violation_type"}
"""The only tables with columns of the site's public reference data."""


def _columns() -> list[Column]:
    assert tables.Report.metadata is handling_tables.Message.metadata is SQLModel.metadata
    return [column for table in SQLModel.metadata.sorted_tables for column in table.columns]


def test_every_column_says_who_could_read_it() -> None:
    for column in _columns():
        assert column.info.get("privacy") in ("plain", "sealed", "check", "reference"), column


def test_the_plain_columns_are_these() -> None:
    found: dict[str, set[str]] = {}
    for column in _columns():
        if column.info["privacy"] == "plain":
            found.setdefault(column.table.name, set()).add(column.name)
    assert found == PLAIN


def test_bytes_are_ciphertext_or_hashes() -> None:
    for column in _columns():
        if isinstance(column.type, LargeBinary):
            assert column.info["privacy"] in ("sealed", "check"), column
        else:
            assert column.info["privacy"] != "sealed", column


def test_only_published_tables_have_reference_columns() -> None:
    assert {column.table.name for column in _columns() if column.info["privacy"] == "reference"} == PUBLISHED
