"""What the case list needs to know of agencies: which day it is there, and which days are worked.

Each page of each list asks for it, and it changes a few times a year. So it is kept until it is told that a list has
moved (live.py), and not for long: what a command changes beside the server is told to nobody.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Boolean, Date, Dialect, String, cast, null, select, union_all
from sqlmodel import col

from wbs_app.model.agency import Profile
from wbs_app.model.tables import Agency, Holiday
from wbs_app.services import live
from wbs_app.services.asking import ask
from wbs_app.services.calendar import working
from wbs_app.services.database import Db
from wbs_app.services.history import now_in

KEPT_SECONDS = 10.0

_Known = tuple[tuple[str, str, frozenset[tuple[date, bool]]], ...]
"""Of each agency: its code, its profile, and the days that it works or not, other than all do."""


@dataclass(frozen=True)
class Rules:
    """`today`: the date where the agency works. `left`: how many working days there are until a day, at least 1 in
    either direction unless it is today."""

    today: date
    left: Callable[[date], int]


class _Kept:
    """What is known of agencies, by whose database it is in."""

    def __init__(self) -> None:
        self._known: dict[tuple[Dialect, tuple[str, ...]], tuple[float, _Known]] = {}
        live.always_heard_by(self.forget)

    async def known(self, db: Db, agencies: tuple[str, ...]) -> _Known:
        place, now = (db.get_bind().dialect, agencies), time.monotonic()
        into = self._known  # what is read before a change is not kept after it
        until, known = into.get(place, (now, ()))
        if until <= now:
            known = await _read(db, agencies)
            into[place] = now + KEPT_SECONDS, known
        return known

    def forget(self, _: object) -> None:
        self._known = {}


_kept = _Kept()


async def rules_of(db: Db, agencies: Collection[str]) -> dict[str, Rules]:
    """By agency; what it knows of them is at most KEPT_SECONDS old."""
    known = await _kept.known(db, tuple(agencies))
    return {code: _rules(profile, special) for code, profile, special in known}


async def _read(db: Db, agencies: tuple[str, ...]) -> _Known:
    """One statement for all of them."""
    profiles: dict[str, str] = {}
    special: dict[str, set[tuple[date, bool]]] = {agency: set() for agency in agencies}
    for code, profile, day, worked in await ask(db, _agencies_and_days, {}, agencies, brief=True):
        if day is None:
            profiles[code] = profile
        else:
            special[code].add((day, worked))
    return tuple((code, profile, frozenset(special[code])) for code, profile in profiles.items())


def _agencies_and_days(agencies: tuple[str, ...]) -> Any:
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
