"""Search in sealed text: what an officer's keys open is opened, looked through and forgotten again.

Nothing is indexed or kept. The trail remembers that somebody searched, never for what.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Date, tuple_
from sqlmodel import col, func, select

from wbs_app.model.access import Actor, Permission
from wbs_app.model.filters import LONGEST_SEARCH, SHORTEST_SEARCH, CaseFilter
from wbs_app.model.handling_tables import Message
from wbs_app.model.tables import Report, ReportKey
from wbs_app.services.asking import Values, send, slot
from wbs_app.services.audit import record
from wbs_app.services.database import Db, reading, writing
from wbs_app.services.matching import asked, matching, today
from wbs_app.services.refusal import Refused
from wbs_app.vault.keypairs import open_sealed
from wbs_app.vault.sealing import Place, Tampered, unseal_json

MOST_HITS = 100
_AT_ONCE = 50
"""Cases opened in one go, in a thread: some milliseconds."""

_AROUND = 60
_CODES = frozenset({"received_at", "violation", "unit", "province", "regency", "kind", "precision"})
"""Parts of an account that repeat in code what stands there in words."""


@dataclass(frozen=True)
class Hit:
    """A case that has all the words, and where the first stands. `message`: in the conversation."""

    ticket: str
    message: bool
    before: str
    match: str
    after: str


@dataclass(frozen=True)
class Progress:
    """How far the search is. `hits` are the new ones; of `broken` cases the stored bytes were changed."""

    done: int
    total: int
    hits: list[Hit]
    broken: int


def words_of(typed: str) -> list[re.Pattern[str]]:
    """The words to look for, large and small letters alike.

    Raises:
        Refused: when that is too little or too much to look for.
    """
    if not SHORTEST_SEARCH <= len(typed.strip()) <= LONGEST_SEARCH:
        raise Refused("cases.deep_length", least=SHORTEST_SEARCH, most=LONGEST_SEARCH)
    return [re.compile(re.escape(word), re.IGNORECASE) for word in typed.split()]


async def search(actor: Actor, wanted: CaseFilter, words: Sequence[re.Pattern[str]]) -> AsyncGenerator[Progress]:
    """Looks through the cases that match and that the actor can open, newest first; stops after `MOST_HITS`.

    Opens sessions of its own; who no longer iterates ends the search.

    Raises:
        Forbidden: unless the actor may read cases.
    """
    actor.require(Permission.READ_CASE)
    async with writing() as db:
        own = asked(wanted, actor, await today(db, actor))
        conditions = [*matching(own.who, own.shape), *_mine(actor)]
        counted = sqlalchemy.select(func.count().label("n")).select_from(Report).where(*conditions)
        total = (await send(db, counted, own.values)).scalar_one()
        await record(db, actor.username, "search", " ".join(actor.agencies)[:64])
    done = found = broken = 0
    last: tuple[date, int] | None = None
    yield Progress(0, total, [], 0)
    while found < MOST_HITS:
        async with reading() as db:
            sealed = await _batch(db, conditions, own.values, last)
        if not sealed:
            return
        hits, unreadable = await asyncio.to_thread(_look, actor.private_key, sealed, words)
        hits = hits[: MOST_HITS - found]
        last = (sealed[-1].received_on, sealed[-1].id)
        done, found, broken = done + len(sealed), found + len(hits), broken + unreadable
        yield Progress(done, max(total, done), hits, broken)


def _mine(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Cases whose account's key the actor holds; `Report` is joined with that key."""
    return (
        col(ReportKey.report_id) == col(Report.id),
        col(ReportKey.document) == "account",
        col(ReportKey.holder) == str(actor.staff_id),
    )


@dataclass(frozen=True, repr=False)
class _Sealed:
    """A case as it is stored."""

    id: int
    ticket: str
    received_on: date
    account: bytes
    sealed_key: bytes
    messages: list[tuple[int, bytes]]


async def _batch(
    db: Db, conditions: list[ColumnElement[bool]], values: Values, last: tuple[date, int] | None
) -> list[_Sealed]:
    """The cases after `last`."""
    place = (col(Report.received_on), col(Report.id))
    parts: Any = (col(Report.id), Report.ticket, Report.received_on, Report.account, ReportKey.sealed_key)
    chosen: Any = sqlalchemy.select(*parts).where(*conditions).order_by(*(part.desc() for part in place))
    if last is not None:
        chosen = chosen.where(tuple_(*place) < tuple_(slot("key", Date()), slot("id")))
        values = {**values, "key": last[0], "id": last[1]}
    rows = (await send(db, chosen.limit(_AT_ONCE), values)).all()
    said: dict[int, list[tuple[int, bytes]]] = {row.id: [] for row in rows}
    messages = select(Message).where(col(Message.report_id).in_(said)).order_by(col(Message.position))
    for message in await db.exec(messages):
        said[message.report_id].append((message.position, message.body))
    return [_Sealed(*row, messages=said[row.id]) for row in rows]


def _look(private_key: bytes, cases: list[_Sealed], words: Sequence[re.Pattern[str]]) -> tuple[list[Hit], int]:
    """The hits among these cases, and how many of them did not open. Some tenths of a millisecond each."""
    hits: list[Hit] = []
    broken = 0
    for case in cases:
        try:
            texts = list(_texts(private_key, case))
        except Tampered:
            broken += 1
            continue
        if hit := _hit(case.ticket, texts, words):
            hits.append(hit)
    return hits, broken


def _texts(private_key: bytes, case: _Sealed) -> Iterator[tuple[bool, str]]:
    """All that was written, each piece with whether it is a message."""
    key = open_sealed(private_key, case.sealed_key)
    account = unseal_json(key, case.account, Place("report", case.ticket, "account"))
    yield from ((False, piece) for piece in _pieces(account))
    for position, body in case.messages:
        message = unseal_json(key, body, Place("message", f"{case.ticket}:{position}", "body"))
        yield True, " ".join(message["text"].split())


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in _CODES:
                yield from _pieces(part)
    elif isinstance(value, list):
        for part in value:
            yield from _pieces(part)


def _hit(ticket: str, texts: list[tuple[bool, str]], words: Sequence[re.Pattern[str]]) -> Hit | None:
    """A hit when every word stands somewhere; shown is the piece that has most of them."""
    if not all(any(word.search(piece) for _, piece in texts) for word in words):
        return None
    message, piece = max(texts, key=lambda text: sum(bool(word.search(text[1])) for word in words))
    match = next(found for word in words if (found := word.search(piece)))
    before, after = piece[: match.start()], piece[match.end() :]
    return Hit(ticket, message, _shortened(before[::-1])[::-1], match[0], _shortened(after))


def _shortened(text: str) -> str:
    """Its beginning, up to a space where there is one."""
    if len(text) <= _AROUND:
        return text
    cut = text[:_AROUND]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…"
