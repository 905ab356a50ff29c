"""Handling a case: deadlines, messages, notes, assignment, exclusion, identity requests, notices, originals."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calendar_and_views()
    _mail()
    _people()
    _words()
    _columns()


def _calendar_and_views() -> None:
    op.create_table(
        "holiday",
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"]),
        sa.PrimaryKeyConstraint("agency", "day"),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_saved_view_staff_id", "saved_view", ["staff_id"])


def _mail() -> None:
    op.create_table(
        "contact",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.PrimaryKeyConstraint("report_id"),
        sa.UniqueConstraint("token"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("template", sa.String(length=24), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=True),
        sa.Column("send_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def _people() -> None:
    op.create_table(
        "assignment",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("report_id", "staff_id"),
    )
    op.create_index("ix_assignment_staff_id", "assignment", ["staff_id"])
    op.create_table(
        "exclusion",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("report_id", "staff_id"),
    )
    op.create_index("ix_exclusion_staff_id", "exclusion", ["staff_id"])
    op.create_table(
        "identity_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"]),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_identity_request_report_id", "identity_request", ["report_id"])
    op.create_index("ix_identity_request_state", "identity_request", ["state"])


def _words() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_reporter", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("once"),
        sa.UniqueConstraint("report_id", "position"),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["staff.id"]),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("once"),
    )
    op.create_index("ix_note_report_id", "note", ["report_id"])


def _columns() -> None:
    op.add_column("evidence", sa.Column("original", sa.LargeBinary(), nullable=True))
    op.add_column("report", sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("report", sa.Column("acknowledge_by", sa.Date(), nullable=True))
    op.add_column("report", sa.Column("acknowledged_on", sa.Date(), nullable=True))
    op.add_column("report", sa.Column("feedback_by", sa.Date(), nullable=True))
    op.add_column("report", sa.Column("stage_on", sa.Date(), nullable=True))
    op.add_column("report", sa.Column("stage_by", sa.Date(), nullable=True))
    op.add_column("report", sa.Column("paused_on", sa.Date(), nullable=True))
    op.add_column("report", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("report", sa.Column("alerted", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("report", sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column("report", sa.Column("reopened", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("report", sa.Column("lead", sa.Integer(), nullable=True))
    op.add_column("report", sa.Column("oversight", sa.String(length=16), nullable=True))
    op.add_column("report", sa.Column("unread", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("report", sa.Column("rating", sa.Integer(), nullable=True))
    op.add_column("report", sa.Column("dossier", sa.LargeBinary(), nullable=True))
    op.create_index("ix_report_due", "report", ["agency", "due_on", "id"])
    op.create_index("ix_report_lead", "report", ["lead"])
    op.add_column("staff", sa.Column("email", sa.String(length=254), nullable=False, server_default=""))
    op.execute("UPDATE report SET stage_on = received_on")


def downgrade() -> None:
    op.drop_column("staff", "email")
    op.drop_index("ix_report_lead", table_name="report")
    op.drop_index("ix_report_due", table_name="report")
    op.drop_column("report", "dossier")
    op.drop_column("report", "rating")
    op.drop_column("report", "unread")
    op.drop_column("report", "oversight")
    op.drop_column("report", "lead")
    op.drop_column("report", "reopened")
    op.drop_column("report", "closed_on")
    op.drop_column("report", "alerted")
    op.drop_column("report", "due_on")
    op.drop_column("report", "paused_on")
    op.drop_column("report", "stage_by")
    op.drop_column("report", "stage_on")
    op.drop_column("report", "feedback_by")
    op.drop_column("report", "acknowledged_on")
    op.drop_column("report", "acknowledge_by")
    op.drop_column("report", "version")
    op.drop_column("evidence", "original")
    op.drop_table("notice")
    op.drop_index("ix_note_report_id", table_name="note")
    op.drop_table("note")
    op.drop_table("message")
    op.drop_index("ix_identity_request_state", table_name="identity_request")
    op.drop_index("ix_identity_request_report_id", table_name="identity_request")
    op.drop_table("identity_request")
    op.drop_index("ix_exclusion_staff_id", table_name="exclusion")
    op.drop_table("exclusion")
    op.drop_table("contact")
    op.drop_index("ix_assignment_staff_id", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index("ix_saved_view_staff_id", table_name="saved_view")
    op.drop_table("saved_view")
    op.drop_table("holiday")
