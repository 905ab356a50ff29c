"""Vouching: keys are sealed only to people whom a colleague knows, and to the recovery key that was made here."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody is vouched for yet: `wbs staff vouch NAME ...` does it for those who were there before."""
    op.add_column("staff", sa.Column("vouch", sa.LargeBinary(), nullable=True))
    op.add_column("agency", sa.Column("recovery_mark", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("vouched_by", sa.String(100), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("agency", "recovery_mark")
    op.drop_column("staff", "vouched_by")
    op.drop_column("staff", "vouch")
