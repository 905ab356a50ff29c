"""Words on the screen: each page is built once in each language, and says `t("key")`."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import reflex as rx

from wbs_app.config import settings
from wbs_app.state.portal import PortalState
from wbs_app.text import overrides, path_in, text

_language: ContextVar[str] = ContextVar("language", default="id")


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Builds what is inside in this language."""
    token = _language.set(lang)
    try:
        yield
    finally:
        _language.reset(token)


def lang() -> str:
    """The language being built: "id" or "en"."""
    return _language.get()


def here(path: str) -> str:
    """The address of a page in the language being built."""
    return path_in(lang(), path)


def t(key: str, **values: Any) -> Any:
    """The text of a key: a plain str, or a Var where the chosen agency says it differently or a value is a Var."""
    base = _filled(text(key, lang()), values)
    special = {code: words for code, words in overrides(key, lang()).items() if code in settings().agencies}
    if not special:
        return base
    cases = [(code, _filled(words, values)) for code, words in special.items()]
    return rx.match(PortalState.agency, *cases, base).to(str)


def _filled(template: str, values: dict[str, Any]) -> Any:
    """`{name}` replaced; the result is a Var as soon as one value is."""
    if not values:
        return template
    parts = re.split(r"\{(\w+)\}", template)
    pieces: list[Any] = [values[part] if at % 2 else part for at, part in enumerate(parts)]
    if not any(isinstance(piece, rx.Var) for piece in pieces):
        return "".join(str(piece) for piece in pieces)
    joined: Any = rx.Var.create("")
    for piece in pieces:
        if isinstance(piece, rx.Var):
            joined = joined + piece.to_string(use_json=False)
        elif piece != "":
            joined = joined + str(piece)
    return joined


def agency(field: str) -> Any:
    """A field of the chosen agency's profile; those with words (name, short, official ...) follow the language."""
    both = field in ("name", "short", "official", "address", "hours", "announcement")
    return PortalState.agencies[PortalState.agency][f"{field}_{lang()}" if both else field]
