"""Every text people read, once per language: `text("step1.name")` is "Nama".

`id.toml` and `en.toml` hold `[section] key = "..."`. One level deeper, `[agency.section]` holds what one
agency says instead; the depth alone tells the two apart, so a new agency needs no code. Placeholders look
like {name}.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

LANGUAGES = ("id", "en")

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def language_at(path: str) -> str:
    """The language of the page at this address: "en" under /en, else "id"."""
    return "en" if path == "/en" or path.startswith("/en/") else "id"


def path_in(lang: str, path: str) -> str:
    """The address in this language of a page, named by its Indonesian one."""
    if lang == LANGUAGES[0]:
        return path
    return f"/{lang}" if path == "/" else f"/{lang}{path}"


class _Deck(NamedTuple):
    base: dict[str, str]  # key -> text
    overrides: dict[str, dict[str, str]]  # key -> agency -> text


@lru_cache(maxsize=len(LANGUAGES))
def _deck(lang: str) -> _Deck:
    if lang not in LANGUAGES:
        raise KeyError(lang)
    deck = _Deck({}, {})
    for outer, table in tomllib.loads(files(__name__).joinpath(f"{lang}.toml").read_text("utf-8")).items():
        for inner, entry in table.items():
            if isinstance(entry, str):
                deck.base[f"{outer}.{inner}"] = entry
            else:
                for name, said in entry.items():
                    deck.overrides.setdefault(f"{inner}.{name}", {})[outer] = said
    return deck


def text(key: str, lang: str = "id", agency: str | None = None) -> str:
    """The text of `key`, as `agency` says it where it says it differently.

    Raises:
        KeyError: for an unknown key or language; an unknown agency says the base text.
    """
    return overrides(key, lang).get(agency or "", _deck(lang).base[key])


def has(key: str) -> bool:
    """Whether `key` exists (in every language: a test holds the decks equal)."""
    return key in _deck(LANGUAGES[0]).base


def keys(lang: str) -> frozenset[str]:
    """All keys of a language; an agency's own texts share the key they replace.

    Raises:
        KeyError: for an unknown language.
    """
    return frozenset(_deck(lang).base)


def overrides(key: str, lang: str) -> dict[str, str]:
    """Agency code -> text, for the agencies that say `key` differently; empty when none does.

    Raises:
        KeyError: for an unknown key or language.
    """
    deck = _deck(lang)
    if key not in deck.base:
        raise KeyError(key)
    return dict(deck.overrides.get(key, {}))


def placeholders(template: str) -> frozenset[str]:
    """The names in {braces} that `fill` asks for."""
    return frozenset(_PLACEHOLDER.findall(template))


def fill(template: str, **values: object) -> str:
    """`template` with each {name} replaced by str(values[name]).

    Only plain names: nothing is looked up on a value, and braces inside a value stay as they are, so what a
    user typed is safe here. Values the template does not name are ignored.

    Raises:
        KeyError: when a name has no value.
    """
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), template)
