"""What a page is: its address, its words, its content and the events it starts with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from wbs_app.components.browser import own_language
from wbs_app.components.words import here, lang, speaking
from wbs_app.text import LANGUAGES, has, text


@dataclass(frozen=True)
class Page:
    """One page, built once in each language. `title`: key of its title; `title` + "_text" describes it."""

    route: str
    title: str
    content: Callable[[], rx.Component]
    on_load: Sequence[Any] = field(default=())
    staff: bool = False


NOWHERE = "404"
"""Reflex's route for every address that is none. There is one for both languages: its page chooses by itself."""


def add_pages(app: rx.App, pages: Sequence[Page]) -> None:
    """Adds every page in every language."""
    for page in pages:
        for language in LANGUAGES[:1] if page.route == NOWHERE else LANGUAGES:
            _add(app, page, language)


def _add(app: rx.App, page: Page, language: str) -> None:
    def render() -> rx.Component:
        with speaking(language):
            any_address = page.route == NOWHERE or "[" in page.route
            return rx.fragment(own_language(), page.content()) if any_address else page.content()

    # Reflex puts what a page shows into a script named by the page's module: one for each page and language, so that
    # nobody loads another's.
    render.__module__ = f"{page.content.__module__}.{language}"

    with speaking(language):
        words = _plain(page.title)
        about = _plain(f"{page.title}_text")
        robots = [{"name": "robots", "content": "noindex"}] if page.staff or page.route.startswith("/lacak/") else []
        app.add_page(
            render,
            route=here(page.route),
            title=words,
            description=about,
            meta=[{"name": "color-scheme", "content": "light dark"}, *robots],
            on_load=list(page.on_load),
        )


def _plain(key: str) -> str:
    """Titles are prerendered, so they cannot depend on the agency: the base text."""
    return text(key, lang()) if has(key) else text("title.home_text", lang())
