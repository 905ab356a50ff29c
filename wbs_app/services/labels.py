"""Names of what stands in a report's plain columns, entries no longer offered included."""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

from wbs_app.model.tables import ServiceType, Unit, ViolationType
from wbs_app.services.database import Db

Names = dict[tuple[str, str], str]
"""(agency, code) -> name, in the order of the agency's own list."""


@dataclass(frozen=True)
class Labels:
    """The names of some agencies' violation types, units and services."""

    violations: Names = field(default_factory=dict)
    units: Names = field(default_factory=dict)
    services: Names = field(default_factory=dict)


async def labels(db: Db, agencies: tuple[str, ...], lang: str) -> Labels:
    """The names in `lang`; units and services have one name in all languages."""

    async def named(table: Any, name: Any) -> Names:
        chosen = select(table.agency, table.code, name).where(table.agency.in_(agencies))
        rows = await db.exec(chosen.order_by(table.agency, table.position))
        return {(agency, code): words for agency, code, words in rows}

    return Labels(
        violations=await named(ViolationType, col(getattr(ViolationType, f"name_{lang}"))),
        units=await named(Unit, col(Unit.name)),
        services=await named(ServiceType, col(ServiceType.name)),
    )
