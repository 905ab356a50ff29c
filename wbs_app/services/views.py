"""Filters of the case list that an officer keeps under a name. Nobody else sees them."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from sqlmodel import col, select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.filters import LONGEST_VIEW, CaseFilter
from wbs_app.model.handling_tables import SavedView
from wbs_app.services.database import Db
from wbs_app.services.refusal import Refused

MOST = 20
_LONGEST_QUERY = 2000


def filter_of(view: SavedView) -> CaseFilter:
    """The filter that was kept."""
    return CaseFilter.from_query(dict(parse_qsl(view.query)))


async def views(db: Db, actor: Actor) -> Sequence[SavedView]:
    """The actor's own, by name.

    Raises:
        Forbidden: unless the actor may list cases.
    """
    actor.require(Permission.LIST_CASES)
    chosen = select(SavedView).where(SavedView.staff_id == actor.staff_id).order_by(col(SavedView.name))
    return (await db.exec(chosen)).all()


async def save(db: Db, actor: Actor, name: str, wanted: CaseFilter) -> None:
    """Keeps a filter, from its first page on; a view of the same name is replaced.

    Raises:
        Forbidden: unless the actor may list cases.
        Refused: without a name, for one that is too long, and beyond `MOST` views.
    """
    name, query = " ".join(name.split()), wanted.changed().to_query()
    if not name:
        raise Refused("error.required")
    if len(name) > LONGEST_VIEW or len(query) > _LONGEST_QUERY:
        raise Refused("cases.view_too_long", n=LONGEST_VIEW)
    known = await views(db, actor)
    view = next((view for view in known if view.name.casefold() == name.casefold()), None)
    if view is None and len(known) >= MOST:
        raise Refused("cases.view_too_many", n=MOST)
    view = view or SavedView(staff_id=actor.staff_id, name=name, query=query)
    view.name, view.query = name, query
    db.add(view)
    await db.flush()


async def forget(db: Db, actor: Actor, view_id: int) -> None:
    """Removes a view of the actor's own; nothing happens for any other."""
    view = next((view for view in await views(db, actor) if view.id == view_id), None)
    if view is not None:
        await db.delete(view)
        await db.flush()
