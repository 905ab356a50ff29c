"""Indexes of where a ticket's code and its last four characters begin, and of the days on which cases were closed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PARTS = {"ix_report_code": 8, "ix_report_tail": 3}
"""Index -> how many characters before the ticket's last it begins."""

_CLOSED = sa.text("closed_on IS NOT NULL")


def upgrade() -> None:
    for name, back in _PARTS.items():
        op.create_index(name, "report", [sa.text(f"substr(ticket, length(ticket) - {back})")])
    op.create_index(
        "ix_report_closed",
        "report",
        ["agency", "closed_on", "kind"],
        sqlite_where=_CLOSED,
        postgresql_where=_CLOSED,
    )


def downgrade() -> None:
    for name in (*_PARTS, "ix_report_closed"):
        op.drop_index(name, table_name="report")
