"""Which agency takes over another's cases is marked; what the profiles say now is taken as true."""

import json

import sqlalchemy as sa
from alembic import op

from wbs_app.services.marks import mark

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agency", sa.Column("oversight_mark", sa.LargeBinary(), nullable=True))
    agency = sa.table("agency", sa.column("code"), sa.column("profile"), sa.column("oversight_mark"))
    for code, profile in op.get_bind().execute(sa.select(agency.c.code, agency.c.profile)).all():
        if by := json.loads(profile).get("oversight"):
            op.execute(
                sa.update(agency).where(agency.c.code == code).values(oversight_mark=mark("oversight", code, by))
            )


def downgrade() -> None:
    op.drop_column("agency", "oversight_mark")
