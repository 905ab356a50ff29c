"""What an administrator may change of an agency's lists and profile: a form for each, checked as a report's steps are.

Left out on purpose, because secrets, tickets or running cases hang on it: the agency's code and ticket prefix, its time
zone and province, limits of files, hosts of links that officers will follow, the agency that oversees this one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict

from wbs_app.model.agency import Profile
from wbs_app.model.answers import Email, Line, Whole, at_most, required, wrong


class Part(StrEnum):
    """The parts of the page; the values stand in its address and in the audit trail."""

    UNIT = "unit"
    VIOLATION = "pelanggaran"
    SERVICE = "layanan"
    PROFILE = "profil"


def _telling(text: str | None) -> str | None:
    """A name that has a letter or a figure: others cannot be told from an empty one."""
    if text is not None and not any(char.isalnum() for char in text):
        raise wrong("required")
    return text


def _office_phone(text: str | None) -> str | None:
    """Kept as written; what dials it takes the figures."""
    figures = re.sub(r"[ ().-]", "", text or "")
    if text is not None and not re.fullmatch(r"\+?[0-9]{3,15}", figures):
        raise wrong("office_phone")
    return text


def _office_email(text: str | None) -> str | None:
    """It becomes a link, to which the address may add nothing."""
    if text is not None and re.search(r"[?&%#/\\]", text):
        raise wrong("email")
    return text


def _site(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        fits = parts.scheme == "https" and "." in (parts.hostname or "") and parts.username is None
    except ValueError:
        fits = False
    if not fits or re.search(r"[\s\"<>\\]", text):
        raise wrong("url")
    return text


def _between(least: int, most: int) -> AfterValidator:
    def check(number: int | None) -> int | None:
        if number is not None and not least <= number <= most:
            raise wrong("between", min=least, max=most)
        return number

    return AfterValidator(check)


def _given(number: int | None) -> int:
    if number is None:
        raise wrong("required")
    return number


Title = Annotated[Line, AfterValidator(required), AfterValidator(_telling), at_most(200)]
ShortTitle = Annotated[Line, AfterValidator(required), AfterValidator(_telling), at_most(60)]
Words = Annotated[Line, at_most(1000)]
Days = Annotated[Whole, AfterValidator(_given), _between(1, 365)]
Years = Annotated[Whole, _between(1, 100)]


class Form(BaseModel):
    """One form. Its fields are named as what they change; `words` and `of` are the same values as texts."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    kind: ClassVar[str] = "text"  # of its controls: text, days or years

    @classmethod
    def check(cls, posted: Mapping[str, Any]) -> Self:
        """The form that these posted texts make.

        Raises:
            ValidationError: see `model.steps.problems`.
        """
        return cls.model_validate({name: posted.get(name) for name in cls.model_fields})

    @property
    def words(self) -> dict[str, str]:
        """By field, "" for nothing."""
        return {name: _word(value) for name, value in self}

    @classmethod
    def of(cls, thing: object) -> dict[str, str]:
        """What stands in these fields now."""
        return {name: _word(getattr(thing, name, None)) for name in cls.model_fields}


def _word(value: object) -> str:
    return "" if value is None else str(value)


class Entry(Form):
    """An entry of a list. `after`: code of the entry it follows, None for the first place."""

    after: Line = None


class Named(Entry):
    """A unit or a service: one name in all languages."""

    name: Title = None


class Violation(Entry):
    """A violation type."""

    name_id: Title = None
    name_en: Title = None
    description_id: Words = None
    description_en: Words = None


class Section(Form):
    """A part of the profile. `inside`: the field of the profile that holds it, "" for the profile itself."""

    inside: ClassVar[str] = ""

    @classmethod
    def now(cls, profile: Profile) -> dict[str, str]:
        """What stands there now, as texts."""
        return cls.of(getattr(profile, cls.inside) if cls.inside else profile)

    @classmethod
    def put(cls, profile: Profile, words: Mapping[str, str]) -> Profile:
        """The profile with these texts of this section, which have been checked."""
        values: dict[str, Any] = {name: word or None for name, word in words.items()}
        if cls.kind == "text":
            values = dict(words)
        changed = profile.model_dump()
        (changed[cls.inside] if cls.inside else changed).update(values)
        return Profile.model_validate(changed)


class Names(Section):
    """What the agency and its system are called."""

    name_id: Title = None
    name_en: Title = None
    short_id: ShortTitle = None
    short_en: ShortTitle = None
    system_name: Title = None
    official_id: Title = None
    official_en: Title = None


class Announcement(Section):
    """What the public pages say first; empty: nothing."""

    announcement_id: Words = None
    announcement_en: Words = None


class ContactData(Section):
    """The lines of the contact page; empty ones are not shown."""

    inside = "contact"

    address_id: Annotated[Line, at_most(300)] = None
    address_en: Annotated[Line, at_most(300)] = None
    hours_id: Annotated[Line, at_most(200)] = None
    hours_en: Annotated[Line, at_most(200)] = None
    phone: Annotated[Line, at_most(40), AfterValidator(_office_phone)] = None
    email: Annotated[Email, AfterValidator(_office_email)] = None
    website: Annotated[Line, at_most(200), AfterValidator(_site)] = None


class Stages(Section):
    """Targets, in working days."""

    kind = "days"
    inside = "targets"

    acknowledge: Days = None
    feedback: Days = None
    verifying: Days = None
    clarification: Days = None
    assessing: Days = None
    investigating: Days = None
    followup: Days = None
    reopened: Days = None


class Keeping(Section):
    """How many years a closed case is kept, by outcome; empty: for ever."""

    kind = "years"
    inside = "retention"

    closed_proven: Years = None
    closed_unproven: Years = None
    not_actionable: Years = None
    referred: Years = None
    closed_no_reply: Years = None
    withdrawn: Years = None


ENTRIES: dict[Part, type[Entry]] = {Part.UNIT: Named, Part.VIOLATION: Violation, Part.SERVICE: Named}
SECTIONS: dict[str, type[Section]] = {
    "nama": Names,
    "kontak": ContactData,
    "pengumuman": Announcement,
    "target": Stages,
    "simpan": Keeping,
}
"""Slug in the address -> form."""


def code_of(name: str, taken: Collection[str]) -> str:
    """A code made of a name: at most 60 small letters, figures and hyphens, and not one of `taken`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:56].strip("-") or "entri"
    numbered = (f"{made}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (made, *numbered) if code not in taken)
