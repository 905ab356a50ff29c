"""Kinds of answer: what the steps are made of. Each takes what a browser posted and gives a clean value or an error.

A blank answer is None; whether one is required is for the step to say. Errors are text keys under `error`.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from wbs_app.model.agency import Catalogue

MAX_AMOUNT = 10**15


class Offer(BaseModel):
    """What a step may choose from, given to validation as its context."""

    model_config = ConfigDict(frozen=True)

    catalogue: Catalogue
    provinces: Mapping[str, str]  # code -> name
    regencies: Mapping[str, tuple[str, str]]  # code -> (province code, name)
    today: date  # in the agency's time zone
    now: datetime  # likewise, without a zone


def wrong(key: str, **values: Any) -> PydanticCustomError:
    """An error whose text stands under `error.<key>`."""
    return PydanticCustomError(key, "{key}", {"key": key, **values})  # type: ignore[arg-type]


_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # all but tabs and ends of lines
_HALVES = "\ud800-\udfff"
_NEVER = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_MARKS = "\u202e\ufffd"  # what turns writing around, and what a browser sends for half a character
_UNFIT = re.compile(f"[{_CONTROL}{_HALVES}{_NEVER}{_MARKS}]")
"""Emoji newer than this Python are fit to be kept; what can never be a character is not."""
_PASTED = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069\ufeff")) | {0x0B: "\n", 0x0C: "\n"}
"""What comes along, unseen, with numbers and names copied from a messenger or a list of contacts, and the ends of lines
and pages of other programs. Nobody could find and retype it."""
_MOST_ACCENTS = 30  # on one letter; endless ones are no writing, and to sort them takes quadratic time


def clean(raw: object) -> object:
    """Trimmed NFC text; None when blank. Control, bidi-override and unpaired characters cannot be kept."""
    if raw is None or not isinstance(raw, str):
        return raw
    raw = raw.translate(_PASTED)
    if _UNFIT.search(raw) or _heaped(raw):
        raise wrong("characters")
    return unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip() or None


def _heaped(text: str) -> bool:
    """Whether a letter has more accents than any writing."""
    if text.isascii():
        return False
    marks = groupby(text, lambda char: unicodedata.combining(char) > 0)
    runs = (sum(1 for _ in run) for accent, run in marks if accent)
    return any(run > _MOST_ACCENTS for run in runs)


def one_line(text: str | None) -> str | None:
    return re.sub(r"\s+", " ", text) if text else text


def at_most(most: int) -> AfterValidator:
    def check(text: str | None) -> str | None:
        if text is not None and len(text) > most:
            raise wrong("max_length", max=most)
        return text

    return AfterValidator(check)


def at_least(least: int) -> AfterValidator:
    def check(text: str | None) -> str | None:
        if text is not None and len(text) < least:
            raise wrong("min_length", min=least)
        return text

    return AfterValidator(check)


def required(text: str | None, key: str = "required") -> str:
    if text is None:
        raise wrong(key)
    return text


def _email(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"[^@\s,:;<>()\[\]\"]{1,64}@[\w-]+(\.[\w-]+)+", text):
        raise wrong("email")
    return text


def _phone(text: str | None) -> str | None:
    if text is None:
        return None
    number = re.sub(r"[\s().\u200b-\u200f\u2010-\u2015\u2060-]", "", text)  # as copied, with dashes of all lengths
    if not re.fullmatch(r"\+?[0-9]{8,15}", number):
        raise wrong("phone")
    return number


def _amount(raw: object) -> object:
    """Whole rupiah from "1.000.000", "Rp 5.000" or "Rp5.000,00"; None when blank."""
    text = clean(raw)
    if not isinstance(text, str):
        return text
    figures = re.sub(r"(?i)^rp\.?\s*|,0{0,2}$", "", text)
    if not re.fullmatch(r"[0-9]+|[0-9]{1,3}([.\s][0-9]{3})+", figures):
        raise wrong("amount")
    digits = re.sub(r"[.\s]", "", figures)
    if len(digits) > 16 or int(digits) > MAX_AMOUNT:
        raise wrong("amount_max", max=f"{MAX_AMOUNT:,}".replace(",", "."))
    return int(digits)


def ticked(raw: object) -> object:
    return raw in (True, "on", "true", "ya", "1")


def _day(raw: object) -> object:
    text = clean(raw)
    if not isinstance(text, str):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong("date") from None


def _clock(raw: object) -> object:
    text = clean(raw)
    if isinstance(text, str) and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", text):
        raise wrong("clock")
    return text[:5] if isinstance(text, str) else text


def _whole(raw: object) -> object:
    text = clean(raw)
    if isinstance(text, str) and not re.fullmatch(r"[0-9]{1,4}", text):
        raise wrong("number")
    return int(text) if isinstance(text, str) else text


Text = Annotated[str | None, BeforeValidator(clean)]
Line = Annotated[str | None, BeforeValidator(clean), AfterValidator(one_line)]
Name = Annotated[Line, at_most(100)]
Short = Annotated[Line, at_most(200)]
Email = Annotated[Line, at_most(200), AfterValidator(_email)]
Phone = Annotated[Line, at_most(40), AfterValidator(_phone)]
Amount = Annotated[Annotated[int, Field(ge=0, le=MAX_AMOUNT)] | None, BeforeValidator(_amount)]
Tick = Annotated[bool, BeforeValidator(ticked)]
Day = Annotated[date | None, BeforeValidator(_day)]
Clock = Annotated[str | None, BeforeValidator(_clock)]
Whole = Annotated[int | None, BeforeValidator(_whole)]
Story = Annotated[Text, AfterValidator(required), at_least(10), at_most(20_000)]


def _link(text: str | None, info: ValidationInfo) -> str | None:
    """An https link to a host the agency lists; never fetched by the server."""
    if text is None:
        return None
    hosts = offer_of(info).catalogue.profile.link_hosts
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong("url") from None
    if parts.scheme != "https" or not host or parts.username is not None or port not in (None, 443):
        raise wrong("url")
    if host not in hosts:
        raise wrong("url_hosts", hosts=", ".join(hosts))
    return text


Link = Annotated[Line, at_most(2000), AfterValidator(_link)]


def offer_of(info: ValidationInfo) -> Offer:
    offer = info.context
    if not isinstance(offer, Offer):
        raise TypeError("validation needs an Offer as its context")
    return offer
