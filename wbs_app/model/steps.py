"""The questions we ask: one pydantic model per step, the only place with rules.

The form renders from these models, the state validates with them, the sealed document stores them. To add a
question: a field here, its words in `text/*.toml` under the step's `words` table, a test. Errors are text keys.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from wbs_app.model.answers import (
    Amount,
    Clock,
    Day,
    Email,
    Line,
    Link,
    Name,
    Offer,
    Phone,
    Short,
    Story,
    Text,
    Tick,
    Whole,
    at_most,
    offer_of,
    required,
    wrong,
)

MAX_PEOPLE = 10
FIRST_YEAR = 1945

Answers = Mapping[str, Any]
"""Posted answers of one step: field name -> text, or True/"on" for a ticked box."""


class Step(BaseModel):
    """The answers given on one page. `slug` is its address, `words` its table of texts."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, validate_default=True)

    slug: ClassVar[str]
    words: ClassVar[str]

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the posted answers that belong to this step."""
        return tuple(cls.model_fields)

    @classmethod
    def label(cls, name: str) -> str:
        """Text key of the label of a posted name."""
        return f"{cls.words}.{name}"

    @classmethod
    def nested(cls, answers: Answers) -> dict[str, Any]:
        """The posted answers in the shape of the model."""
        return {name: answers.get(name) for name in cls.names()}

    @classmethod
    def check(cls, answers: Answers, offer: Offer) -> Self:
        """The step these posted answers make.

        Raises:
            ValidationError: see `problems`.
        """
        return cls.model_validate(cls.nested(answers), context=offer)


class Biodata(Step):
    """Who reports. All empty means anonymous; a pseudonym is welcome."""

    slug: ClassVar[str] = "biodata"
    words: ClassVar[str] = "step1"

    name: Name = None
    include_email: Tick = False
    email: Email = None
    phone: Phone = None
    contact_consent: Tick = False

    @field_validator("email", mode="wrap")
    @classmethod
    def _only_if_included(cls, raw: object, check: Any, info: ValidationInfo) -> str | None:
        return required(check(raw), "email_required") if info.data.get("include_email") else None


class Person(BaseModel):
    """One reported person; the position may be all that is known."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: Name = None
    position: Name = None

    @property
    def given(self) -> bool:
        return bool(self.name or self.position)


class Incident(Step):
    """What happened, who did it, in which unit, for how much."""

    slug: ClassVar[str] = "kejadian"
    words: ClassVar[str] = "step2"

    violation: Line = None
    violation_other: Short = None
    reported_unknown: Tick = False
    reported: dict[int, Person] = {}  # by row of the form
    unit_elsewhere: Tick = False
    unit: Short = None
    unit_other: Short = None
    description: Story
    amount: Amount = None
    exclude: Annotated[Text, at_most(500)] = None  # officers or units that must get no access

    @classmethod
    def names(cls) -> tuple[str, ...]:
        rows = (f"reported_{row}_{part}" for row in range(MAX_PEOPLE) for part in Person.model_fields)
        return (*(name for name in cls.model_fields if name != "reported"), *rows)

    @classmethod
    def label(cls, name: str) -> str:
        special = {"unit_elsewhere": "unit_other", "unit_other": "unit_other_name"}
        row = re.fullmatch(r"reported_\d+_(name|position)", name)
        return super().label(f"reported_{row[1]}" if row else special.get(name, name))

    @classmethod
    def nested(cls, answers: Answers) -> dict[str, Any]:
        people = {
            row: {part: answers.get(f"reported_{row}_{part}") for part in Person.model_fields}
            for row in range(MAX_PEOPLE)
        }
        return super().nested(answers) | {"reported": people}

    @field_validator("violation")
    @classmethod
    def _known_violation(cls, code: str | None, info: ValidationInfo) -> str:
        if code is None or code not in {option.code for option in offer_of(info).catalogue.violations}:
            raise wrong("violation")
        return code

    @field_validator("violation_other")
    @classmethod
    def _which_other(cls, text: str | None, info: ValidationInfo) -> str | None:
        code = info.data.get("violation")
        asks = any(option.other for option in offer_of(info).catalogue.violations if option.code == code)
        return required(text, "violation_other") if asks else None

    @field_validator("reported")
    @classmethod
    def _someone_or_unknown(cls, people: dict[int, Person], info: ValidationInfo) -> dict[int, Person]:
        if info.data.get("reported_unknown"):
            return {}
        named = {row: person for row, person in people.items() if person.given}
        if not named:
            raise wrong("persons_required")
        return named

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, text: str | None, info: ValidationInfo) -> str | None:
        """The unit's code, from its name as typed or chosen."""
        if info.data.get("unit_elsewhere"):
            return None
        typed = required(text).casefold()
        for option in offer_of(info).catalogue.units:
            if typed in (option.name_id.casefold(), option.code):
                return option.code
        raise wrong("unit_unknown")

    @field_validator("unit_other")
    @classmethod
    def _which_unit(cls, text: str | None, info: ValidationInfo) -> str | None:
        return required(text, "unit_other") if info.data.get("unit_elsewhere") else None


_MISSING_TIME = {"clock": "clock", "month": "month_year", "year": "month_year", "date_to": "date_to"}


class PlaceTime(Step):
    """Where and when, as exactly as the reporter knows. Evidence is uploaded on the same page, outside the form."""

    slug: ClassVar[str] = "lokasi-waktu"
    words: ClassVar[str] = "step3"

    address: Annotated[Line, at_most(500)] = None
    province: Line = None
    regency: Line = None
    precision: Literal["exact", "date", "month", "range"] = "exact"
    date: Day = None
    clock: Clock = None
    month: Whole = None
    year: Whole = None
    ongoing: Tick = False
    date_from: Day = None
    date_to: Day = None
    link: Link = None

    @field_validator("province")
    @classmethod
    def _known_province(cls, code: str | None, info: ValidationInfo) -> str:
        if code is None or code not in offer_of(info).provinces:
            raise wrong("province")
        return code

    @field_validator("regency")
    @classmethod
    def _in_province(cls, code: str | None, info: ValidationInfo) -> str | None:
        if code is None:
            return None
        known = offer_of(info).regencies.get(code)
        if known is None or known[0] != info.data.get("province"):
            raise wrong("regency")
        return code

    @field_validator("precision", mode="before")
    @classmethod
    def _a_precision(cls, raw: object) -> object:
        if raw not in ("exact", "date", "month", "range"):
            raise wrong("choose_one")
        return raw

    @field_validator("date", "clock", "month", "year", "date_from", "date_to", mode="wrap")
    @classmethod
    def _if_asked(cls, raw: object, check: Any, info: ValidationInfo) -> Any:
        """Only what the chosen precision asks for counts, and then it is required and past."""
        asked = {
            "exact": ("date", "clock"),
            "date": ("date",),
            "month": ("month", "year"),
            "range": ("date_from",) if info.data.get("ongoing") else ("date_from", "date_to"),
        }
        name = info.field_name or ""
        if name not in asked.get(info.data.get("precision", ""), ()):
            return None
        value = check(raw)
        if value is None:
            raise wrong(_MISSING_TIME.get(name, "date"))
        _past(name, value, info.data, offer_of(info))
        return value

    @property
    def incident_month(self) -> str:
        """ "2024-11": when it happened or began."""
        start = self.date or self.date_from
        return f"{start:%Y-%m}" if start else f"{self.year:04d}-{self.month:02d}"


def _past(name: str, value: Any, before: Mapping[str, Any], offer: Offer) -> None:
    """Raises when a part of the incident's time lies ahead, absurdly far back, or in the wrong order."""
    today = offer.today
    if isinstance(value, date):
        if value > today:
            raise wrong("date_future")
        if value.year < FIRST_YEAR:
            raise wrong("date_past", year=FIRST_YEAR)
        if name == "date_to" and before.get("date_from") and value < before["date_from"]:
            raise wrong("date_order")
    elif name == "clock" and _lies_ahead(before.get("date"), value, offer.now):
        raise wrong("date_future")
    elif name == "month" and not 1 <= value <= 12:
        raise wrong("month_year")
    elif name == "year":
        if value < FIRST_YEAR:
            raise wrong("date_past", year=FIRST_YEAR)
        if (value, before.get("month") or 1) > (today.year, today.month):
            raise wrong("date_future")


def _lies_ahead(day: date | None, clock: str, now: datetime) -> bool:
    """A clock may be a minute fast."""
    return day is not None and datetime.combine(day, time.fromisoformat(clock)) > now + timedelta(minutes=1)


class Declaration(Step):
    """The last page: all of it once more, and the good-faith declaration."""

    slug: ClassVar[str] = "ringkasan"
    words: ClassVar[str] = "summary"

    truth: Tick = False

    @field_validator("truth")
    @classmethod
    def _declared(cls, ticked: bool) -> bool:
        if not ticked:
            raise wrong("truth")
        return ticked


class ServiceComplaint(Step):
    """A complaint about one of the agency's services; not about a person."""

    slug: ClassVar[str] = "layanan"
    words: ClassVar[str] = "service"

    kind: Line = None
    complaint: Story
    link: Link = None

    @field_validator("kind")
    @classmethod
    def _known_service(cls, code: str | None, info: ValidationInfo) -> str:
        if code is None or code not in {option.code for option in offer_of(info).catalogue.services}:
            raise wrong("service")
        return code


FORMS: dict[str, tuple[type[Step], ...]] = {
    "wbs": (Biodata, Incident, PlaceTime, Declaration),
    "service": (ServiceComplaint, Biodata),
}
"""The steps of each kind of report. The service complaint asks all on one page."""


def problems(error: ValidationError) -> dict[str, tuple[str, dict[str, Any]]]:
    """Posted name -> (text key, values to fill in) of its first problem, in the order of the questions."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for entry in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in entry["loc"])
        values = dict(entry.get("ctx") or {})
        key = values.pop("key", None) or ("required" if entry["type"] == "missing" else "refused")
        found.setdefault(name, (f"error.{key}", values))
    return found
