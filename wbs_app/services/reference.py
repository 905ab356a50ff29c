"""What the forms offer: agencies, violation types, units and services are seeded from `data/` and then live in the
database; the statutory list of regions is shipped and read as it is."""

import csv
import json
import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import SQLModel, col, select

from wbs_app.config import settings
from wbs_app.model.agency import Card, Catalogue, Option, Profile
from wbs_app.model.answers import Offer
from wbs_app.model.tables import Agency, Channel, ServiceType, Unit, ViolationType
from wbs_app.services.database import Db

_DATA = files("wbs_app") / "data"


def _rows(*path: str) -> Iterator[dict[str, str]]:
    file = _DATA.joinpath(*path)
    if file.is_file():
        yield from csv.DictReader(file.read_text("utf-8").splitlines())


def _table(*path: str) -> dict[str, Any]:
    return tomllib.loads(_DATA.joinpath(*path).read_text("utf-8"))


def _agency_seeds(code: str, position: int) -> Iterator[SQLModel]:
    folder = ("agencies", code)
    profile = Profile.model_validate(_table(*folder, "agency.toml"))
    yield Agency(code=code, position=position, profile=profile.model_dump_json())
    for at, row in enumerate(_rows(*folder, "violation_types.csv")):
        row["other"] = row.get("other", "").lower() in ("1", "true", "yes")  # type: ignore[assignment]
        yield ViolationType(agency=code, position=at, **_known(ViolationType, row))
    for at, row in enumerate(_rows(*folder, "units.csv")):
        yield Unit(agency=code, position=at, **_known(Unit, row))
    for at, row in enumerate(_rows(*folder, "services.csv")):
        yield ServiceType(agency=code, position=at, **_known(ServiceType, row))
    for at, card in enumerate(_table(*folder, "channels.toml")["channel"]):
        yield Channel(agency=code, position=at, **_known(Channel, card))


def _known(table: type[SQLModel], row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in table.model_fields}


async def seed(db: Db) -> None:
    """Brings the shipped data of each agency in once; what is there may have been edited and is left alone."""
    for position, code in enumerate(settings().agencies):
        if await db.get(Agency, code) is None:
            agency, *rest = _agency_seeds(code, position)
            db.add(agency)
            await db.flush()
            db.add_all(rest)
            await db.flush()


async def profile(db: Db, agency: str) -> Profile:
    """An agency's rules and words, whether or not it takes reports today.

    Raises:
        KeyError: for an agency that this database does not know.
    """
    found = await db.get(Agency, agency)
    if found is None:
        raise KeyError(agency)
    return Profile.model_validate_json(found.profile)


async def catalogue(db: Db, agency: str) -> Catalogue:
    """All that this agency's forms offer.

    Raises:
        KeyError: for an agency that this installation does not serve.
    """
    found = await db.get(Agency, agency) if agency in settings().agencies else None
    if found is None:
        raise KeyError(agency)

    async def options(table: Any) -> tuple[Option, ...]:
        chosen = select(table).where(table.agency == agency, col(table.active)).order_by(table.position)
        return tuple(_option(row) for row in await db.exec(chosen))

    cards = select(Channel).where(Channel.agency == agency).order_by(col(Channel.position))
    return Catalogue(
        profile=Profile.model_validate(json.loads(found.profile)),
        violations=await options(ViolationType),
        units=await options(Unit),
        services=await options(ServiceType),
        cards=tuple(Card.model_validate(row, from_attributes=True) for row in await db.exec(cards)),
    )


def _option(row: Any) -> Option:
    """Units and services have one name; violation types have one in each language."""
    values = row.model_dump()
    values.setdefault("name_id", values.get("name"))
    values.setdefault("name_en", values.get("name"))
    return Option(**{name: values[name] for name in Option.model_fields if name in values})


def shipped_catalogue(agency: str) -> Catalogue:
    """The catalogue as shipped, without a database: what pages show before the live one arrives."""
    by_type: dict[type, list[Any]] = {}
    for row in _agency_seeds(agency, 0):
        by_type.setdefault(type(row), []).append(row)
    return Catalogue(
        profile=Profile.model_validate(json.loads(by_type[Agency][0].profile)),
        violations=tuple(_option(row) for row in by_type.get(ViolationType, [])),
        units=tuple(_option(row) for row in by_type.get(Unit, [])),
        services=tuple(_option(row) for row in by_type.get(ServiceType, [])),
        cards=tuple(Card.model_validate(row, from_attributes=True) for row in by_type.get(Channel, [])),
    )


@cache
def provinces() -> dict[str, str]:
    """Code -> name of the 38 provinces (Kepmendagri 300.2.2-2430/2025)."""
    return {row["code"]: row["name"] for row in _rows("regions", "provinces.csv")}


@cache
def regencies() -> dict[str, tuple[str, str]]:
    """Code -> (province code, name) of the 514 regencies and cities."""
    return {row["code"]: (row["province_code"], row["name"]) for row in _rows("regions", "regencies.csv")}


async def offer(db: Db, agency: str) -> Offer:
    """What a form of this agency may choose from, today."""
    return offered(await catalogue(db, agency))


def offered(known: Catalogue) -> Offer:
    """The same from a catalogue that was read before. Nothing is checked again: regencies are many, and ours."""
    here = datetime.now(ZoneInfo(known.profile.timezone)).replace(tzinfo=None)
    return Offer.model_construct(
        catalogue=known, provinces=provinces(), regencies=regencies(), today=here.date(), now=here
    )
