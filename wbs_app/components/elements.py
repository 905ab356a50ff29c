"""The smallest parts of every page: icons, links, style sheets."""

from functools import cache
from pathlib import Path
from typing import Any

import reflex as rx
from reflex_components_core.el.elements.inline import A
from reflex_components_core.react_router.dom import ReactRouterLink

from wbs_app.components.words import here

ASSETS = Path(__file__).resolve().parents[2] / "assets"


@cache
def _sprite_of(name: str) -> str:
    """The file that holds this icon: a first visit pays for the icons it shows, and for no others."""
    for file in ("icons.svg", "icons-form.svg", "icons-status.svg", "icons-desk.svg"):
        if f'id="{name}"' in (ASSETS / file).read_text("utf-8"):
            return file
    raise KeyError(name)


def icon(name: Any, **props: Any) -> rx.Component:
    """A lucide icon; never alone in saying something. A Var names a status's icon (or `check`).

    Raises:
        KeyError: when no sprite has it.
    """
    extra = props.pop("class_name", "")
    file = "icons-status.svg" if isinstance(name, rx.Var) else _sprite_of(name)
    use = rx.el.svg.use(custom_attrs={"href": f"/{file}#" + name})
    return rx.el.svg(use, class_name=f"i {extra}".strip(), aria_hidden="true", **props)


def stylesheet(name: str) -> rx.Component:
    """Looks that only some pages need; React moves the link to the head."""
    return rx.el.link(rel="stylesheet", href=f"/{name}.css", custom_attrs={"precedence": "default"})


def link(label: Any, path: str, *more: Any, **props: Any) -> rx.Component:
    """A link inside the site, in the page's language, without a full reload."""
    return ReactRouterLink.create(label, *more, to=here(path), **props)


def anchor(label: Any, href: Any, *more: Any, **props: Any) -> rx.Component:
    """A plain link that the browser follows itself: other languages, other sites, downloads, places on the page."""
    return A.create(label, *more, href=href, **props)
