"""How a column of a table is written: with its privacy class, which says who could read it in a stolen database.

`plain` columns are needed for filters and counts and are named in docs/threat-model.md; `sealed` ones hold
ciphertext; `check` ones hold salts, hashes and public keys; `reference` ones are published on the site anyway.
"""

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, UTCDateTime

Privacy = Literal["plain", "sealed", "check", "reference"]


def now() -> datetime:
    return datetime.now(UTC)


def column(privacy: Privacy, **options: Any) -> Any:
    """A field of a table with its privacy class in the column's `info`."""
    return Field(sa_column_kwargs={"info": {"privacy": privacy}}, **options)


def blob(privacy: Privacy, nullable: bool = False) -> Any:
    kept = Column(LargeBinary, nullable=nullable, info={"privacy": privacy})
    return Field(sa_column=kept, default=None) if nullable else Field(sa_column=kept)


def moment(privacy: Privacy, nullable: bool = False) -> Any:
    """A point in time, in UTC and aware of it on every database."""
    kept = Column(UTCDateTime(), nullable=nullable, info={"privacy": privacy})
    return Field(sa_column=kept, default=None) if nullable else Field(sa_column=kept, default_factory=now)
