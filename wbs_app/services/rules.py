"""What the case list needs to know of agencies: which day it is there, and which days are worked."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Boolean, Date, String, cast, null, select, union_all
from sqlmodel import col

from wbs_app.model.agency import Profile
from wbs_app.model.tables import Agency, Holiday
from wbs_app.services.asking import ask
from wbs_app.services.calendar import working
from wbs_app.services.database import Db
from wbs_app.services.history import now_in


@dataclass(frozen=True)
class Rules:
    """`today`: the date where the agency works. `left`: how many working days there are until a day, at least 1 in
    either direction unless it is today."""

    today: date
    left: Callable[[date], int]


async def rules_of(db: Db, agencies: Collection[str]) -> dict[str, Rules]:
    """By agency, as they are now: one statement for all of them."""
    profiles: dict[str, str] = {}
    special: dict[str, set[tuple[date, bool]]] = {agency: set() for agency in agencies}
    for code, profile, day, worked in await ask(db, _known, {}, tuple(agencies), brief=True):
        if day is None:
            profiles[code] = profile
        else:
            special[code].add((day, worked))
    return {code: _rules(profile, frozenset(special[code])) for code, profile in profiles.items()}


def _known(agencies: tuple[str, ...]) -> Any:
    """An agency's profile in one row, each of its own days in another."""
    no_day, no_work = cast(null(), Date).label("day"), cast(null(), Boolean).label("working")
    profile = select(col(Agency.code), col(Agency.profile), no_day, no_work).where(col(Agency.code).in_(agencies))
    days = select(col(Holiday.agency), cast(null(), String), col(Holiday.day), col(Holiday.working))
    return union_all(profile, days.where(col(Holiday.agency).in_(agencies)))


def _rules(profile: str, special: frozenset[tuple[date, bool]]) -> Rules:
    today = now_in(_zone(profile)).date()
    return Rules(today, _left(special, today))


@lru_cache(maxsize=200)
def _zone(profile: str) -> str:
    return Profile.model_validate_json(profile).timezone


@lru_cache(maxsize=100)
def _left(special: frozenset[tuple[date, bool]], today: date) -> Callable[[date], int]:
    """Counted once for each day: pages show the same few."""
    days = working(special)
    return cache(lambda day: days.between(today, day) or (day > today) - (day < today))
