"""What officers found out about a case, beside its history. Sealed whole under the account key."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wbs_app.model.answers import Amount

MOST_TAGS, LONGEST_TAG = 10, 40
LONGEST_TEXT = 10_000

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TAG)]


class Verdict(StrEnum):
    """Words under `finding.<value>`."""

    PROVEN = "proven"
    PARTLY = "partly"
    UNPROVEN = "unproven"


class Relation(StrEnum):
    """Why two cases are linked; words under `relation.<value>`."""

    DUPLICATE = "duplicate"
    SAME_PERSON = "same_person"
    RELATED = "related"


class Finding(BaseModel):
    """The outcome of an investigation. `loss`: estimated, in whole rupiah."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    summary: Words = ""
    recommendation: Words = ""
    loss: Amount = None


class Link(BaseModel):
    """Another case that belongs to this one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ticket: str
    relation: Relation


class Dossier(BaseModel):
    """Empty until an officer writes something."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tags: tuple[Tag, ...] = Field(default=(), max_length=MOST_TAGS)
    links: tuple[Link, ...] = Field(default=(), max_length=50)
    finding: Finding | None = None
    referred_to: str = Field(default="", max_length=200)
