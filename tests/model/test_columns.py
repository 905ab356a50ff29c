"""The column inventory: what a stolen database would show. A new column must be put into one of the lists."""

from sqlalchemy import Column, LargeBinary
from sqlmodel import SQLModel

from wbs_app.model import tables

PLAIN = {
    "audit_event": {"id", "at", "actor", "action", "subject"},
    "evidence": {"id", "report_id", "position"},
    "invitation": {"staff_id", "expires_at"},
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
    },
    "report_event": {"id", "report_id", "position", "status"},
    "report_key": {"report_id", "document", "holder"},
    "staff": {
        "id",
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

PUBLISHED = {"agency", "channel", "service_type", "unit", "violation_type"}
"""The only tables with columns of the site's public reference data."""


def _columns() -> list[Column]:
    assert tables.Report.metadata is SQLModel.metadata
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
