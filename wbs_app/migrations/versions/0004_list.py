"""The case list at scale: beside each assignment what is filtered by, and a short ledger of counts."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COPIED = {
    "agency": sa.String(length=16),
    "oversight": sa.String(length=16),
    "kind": sa.String(length=16),
    "violation_type": sa.String(length=64),
    "unit": sa.String(length=120),
    "status": sa.String(length=32),
    "priority": sa.Integer(),
    "regency": sa.String(length=8),
    "lead": sa.Integer(),
    "evidence_count": sa.Integer(),
    "unread": sa.Integer(),
    "received_on": sa.Date(),
    "due_on": sa.Date(),
}
_NAMES = ", ".join(_COPIED)
_LISTED = ("staff_id", "status", "received_on", "report_id")

_KEYS = ("agency", "oversight", "kind", "status", "lead", "unread")
_ROUGH = {
    "lead": "CASE WHEN {row}lead IS NOT NULL THEN 0 END",
    "unread": "CASE WHEN {row}unread > 0 THEN 1 ELSE 0 END",
}
"""Of these the ledger only knows whether there are any."""


def _keys(row: str = "") -> str:
    return ", ".join(_ROUGH.get(name, "{row}" + name).format(row=row) for name in _KEYS)


def _counted(row: str, n: int) -> str:
    return f"INSERT INTO case_total ({', '.join(_KEYS)}, n) VALUES ({_keys(row)}, {n});"  # noqa: S608  our own names


_FILL = f"SELECT {_NAMES} FROM report WHERE id = NEW.report_id"  # noqa: S608
_FOLLOW = (
    f"UPDATE assignment SET ({_NAMES}) = ({', '.join(f'NEW.{name}' for name in _COPIED)}) "  # noqa: S608
    "WHERE report_id = NEW.id;"
)
_AFTERWARDS: dict[str, tuple[str, Iterable[str], str]] = {
    "assignment_follows": ("UPDATE", _COPIED, _FOLLOW),
    "case_total_arrives": ("INSERT", (), _counted("NEW.", 1)),
    "case_total_goes": ("DELETE", (), _counted("OLD.", -1)),
    "case_total_changes": ("UPDATE", _KEYS, f"{_counted('OLD.', -1)} {_counted('NEW.', 1)}"),
}
"""Trigger on reports -> its event, the columns whose change it is about, and what it does."""


def upgrade() -> None:
    for name, kind in _COPIED.items():
        op.add_column("assignment", sa.Column(name, kind, nullable=True))
    op.execute(f"UPDATE assignment SET ({_NAMES}) = ({_FILL.replace('NEW.', 'assignment.')})")  # noqa: S608
    op.drop_index("ix_assignment_staff_id", table_name="assignment")
    op.create_index("ix_assignment_list", "assignment", [*_LISTED, *(name for name in _COPIED if name not in _LISTED)])
    op.create_table(
        "case_total",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("agency", sa.String(length=16), nullable=False),
        sa.Column("oversight", sa.String(length=16), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("lead", sa.Integer(), nullable=True),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        f"INSERT INTO case_total ({', '.join(_KEYS)}, n) "  # noqa: S608
        f"SELECT {_keys()}, count(*) FROM report GROUP BY {_keys()}"
    )
    (_on_postgresql if op.get_bind().dialect.name == "postgresql" else _on_sqlite)()


def _on_postgresql() -> None:
    into = ", ".join(f"NEW.{name}" for name in _COPIED)
    filled = _FILL.replace(" FROM ", f" INTO {into} FROM ", 1)
    op.execute(
        f"CREATE FUNCTION assignment_filled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {filled}; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER assignment_filled BEFORE INSERT ON assignment FOR EACH ROW EXECUTE FUNCTION assignment_filled()"
    )
    for name, (event, columns, steps) in _AFTERWARDS.items():
        changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        when = f"WHEN ({changed}) " if changed else ""
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {steps} RETURN NULL; END $$")
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON report FOR EACH ROW {when}EXECUTE FUNCTION {name}()")


def _on_sqlite() -> None:
    here = "report_id = NEW.report_id AND staff_id = NEW.staff_id"
    op.execute(
        "CREATE TRIGGER assignment_filled AFTER INSERT ON assignment BEGIN "  # noqa: S608
        f"UPDATE assignment SET ({_NAMES}) = ({_FILL}) WHERE {here}; END"
    )
    for name, (event, columns, steps) in _AFTERWARDS.items():
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
        when = f"WHEN {changed} " if changed else ""
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON report {when}BEGIN {steps} END")


def downgrade() -> None:
    for name, table in {"assignment_filled": "assignment", **dict.fromkeys(_AFTERWARDS, "report")}.items():
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")
        else:
            op.execute(f"DROP TRIGGER {name}")
    op.drop_table("case_total")
    op.drop_index("ix_assignment_list", table_name="assignment")
    op.create_index("ix_assignment_staff_id", "assignment", ["staff_id"])
    for name in _COPIED:
        op.drop_column("assignment", name)
