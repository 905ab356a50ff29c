"""Keeping: indexes and a ledger of counts for the case list, legal holds, the destruction list."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

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
_AFTER = {
    "ix_report_list": ("agency", "kind", "received_on", "id"),
    "ix_report_type": ("agency", "violation_type", "received_on", "id"),
    "ix_report_unit": ("agency", "unit", "received_on", "id"),
    "ix_report_status": ("agency", "status", "received_on", "id"),
    "ix_report_regency": ("agency", "regency", "received_on", "id"),
    "ix_report_due": ("agency", "due_on", "id"),
    "ix_report_priority": ("agency", "priority", "id"),
    "ix_report_unread": ("agency", "received_on", "id"),
    "ix_report_oversight": ("oversight", "received_on", "id"),
}
_WHERE = {"ix_report_unread": "unread > 0", "ix_report_oversight": "oversight IS NOT NULL"}
_BEFORE = {
    "ix_report_list": ("agency", "kind", "received_on", "id"),
    "ix_report_type": ("agency", "violation_type", "received_on", "id"),
    "ix_report_unit": ("agency", "unit", "received_on", "id"),
    "ix_report_status": ("agency", "status", "received_on", "id"),
    "ix_report_due": ("agency", "due_on", "id"),
}

_COUNTED = ("agency", "oversight", "kind", "violation_type", "unit", "status", "priority")
_NAMES = ", ".join(_COUNTED)
_OLD = f"INSERT INTO case_count ({_NAMES}, n) VALUES ({', '.join(f'OLD.{name}' for name in _COUNTED)}, -1);"  # noqa: S608  our own names
_NEW = f"INSERT INTO case_count ({_NAMES}, n) VALUES ({', '.join(f'NEW.{name}' for name in _COUNTED)}, 1);"  # noqa: S608
_EVENTS = {
    "arrives": ("INSERT", _NEW),
    "goes": ("DELETE", _OLD),
    "changes": (f"UPDATE OF {_NAMES}", _OLD + " " + _NEW),
}


def upgrade() -> None:
    _make_tables()
    for name in _BEFORE:
        op.drop_index(name, table_name="report")
    for name, columns in _AFTER.items():
        where = sa.text(_WHERE[name]) if name in _WHERE else None
        all_columns = [*columns, *(other for other in _FILTERED if other not in columns)]
        op.create_index(name, "report", all_columns, sqlite_where=where, postgresql_where=where)
    for name, (event, steps) in _EVENTS.items():
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE FUNCTION case_count_{name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {steps} RETURN NULL; END $$"
            )
            op.execute(
                f"CREATE TRIGGER case_count_{name} AFTER {event} ON report "
                f"FOR EACH ROW EXECUTE FUNCTION case_count_{name}()"
            )
        else:
            op.execute(f"CREATE TRIGGER case_count_{name} AFTER {event} ON report BEGIN {steps} END")
    op.execute(f"INSERT INTO case_count ({_NAMES}, n) SELECT {_NAMES}, count(*) FROM report GROUP BY {_NAMES}")  # noqa: S608


def _make_tables() -> None:
    op.create_table(
        "case_count",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("agency", sa.String(length=16), nullable=False),
        sa.Column("oversight", sa.String(length=16), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("violation_type", sa.String(length=64), nullable=True),
        sa.Column("unit", sa.String(length=120), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_case_count_agency", "case_count", ["agency"])
    op.create_index("ix_case_count_oversight", "case_count", ["oversight"])
    op.create_table(
        "legal_hold",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("placed_by", sa.Integer(), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["placed_by"], ["staff.id"]),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.PrimaryKeyConstraint("report_id"),
    )
    op.create_table(
        "destruction",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("first_by", sa.Integer(), nullable=True),
        sa.Column("second_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["first_by"], ["staff.id"]),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.ForeignKeyConstraint(["second_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("report_id"),
    )


def downgrade() -> None:
    for name in _EVENTS:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER case_count_{name} ON report")
            op.execute(f"DROP FUNCTION case_count_{name}()")
        else:
            op.execute(f"DROP TRIGGER case_count_{name}")
    for name in _AFTER:
        op.drop_index(name, table_name="report")
    for name, columns in _BEFORE.items():
        op.create_index(name, "report", columns)
    for table in ("destruction", "legal_hold", "case_count"):
        op.drop_table(table)
