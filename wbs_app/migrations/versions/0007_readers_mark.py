"""Each case is marked with what decides who may be given its keys; what stands there now is taken as true."""

import sqlalchemy as sa
from alembic import op

from wbs_app.services.entitlement import mark_all

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("readers_mark", sa.LargeBinary(), nullable=True))
    mark_all(op.get_bind())


def downgrade() -> None:
    op.drop_column("report", "readers_mark")
