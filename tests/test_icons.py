"""Icons come from two sprites: public pages load only the small one, and each icon is where it is sought."""

import re
from pathlib import Path

import pytest

from wbs_app.components.elements import icon
from wbs_app.components.page import Page
from wbs_app.components.words import speaking
from wbs_app.model.workflow import LOOKS
from wbs_app.pages import PAGES

ASSETS = Path(__file__).parents[1] / "assets"
SPRITES = ("icons.svg", "icons-form.svg", "icons-status.svg", "icons-desk.svg")
FIRST_PAGES = ("/", "/lapor", "/lapor/biodata")
"""Where people arrive; their weight is a promise (150 KB)."""


def icons_in(sprite: str) -> list[str]:
    return re.findall(r'<symbol id="([^"]+)"', (ASSETS / sprite).read_text("utf-8"))


def icons_used(page: Page) -> dict[str, set[str]]:
    """Sprite -> the icons that a page takes from it. Building a page already refuses unknown ones."""
    with speaking("id"):
        built = str(page.content())
    return {sprite: set(re.findall(rf"/{re.escape(sprite)}#([a-z0-9-]+)", built)) for sprite in SPRITES}


def test_each_icon_stands_once() -> None:
    """Only statuses may share an icon with the rest: theirs is a sprite of its own."""
    both = icons_in("icons.svg") + icons_in("icons-form.svg") + icons_in("icons-desk.svg")
    assert len(both) == len(set(both))


def test_statuses_have_their_sprite() -> None:
    """Their names reach the page as values, which are looked for there."""
    assert {*(look.icon for look in LOOKS.values()), "check"} == set(icons_in("icons-status.svg"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.route)
def test_pages_find_their_icons(page: Page) -> None:
    used = icons_used(page)
    assert page.staff or not used["icons-desk.svg"], "move these symbols to icons.svg"
    for sprite, names in used.items():
        assert names <= set(icons_in(sprite))


def test_public_icons_are_all_used() -> None:
    """What no public page shows belongs to icons-desk.svg, what no first page shows to icons-form.svg."""
    for sprite in ("icons.svg", "icons-form.svg"):
        shown = set().union(*(icons_used(page)[sprite] for page in PAGES if not page.staff))
        assert set(icons_in(sprite)) == shown
    assert not any(icons_used(page)["icons-form.svg"] for page in PAGES if page.route in FIRST_PAGES)


def test_an_unknown_icon_is_refused() -> None:
    with pytest.raises(KeyError):
        icon("no-such-icon")
    assert "/icons-desk.svg#layout-dashboard" in str(icon("layout-dashboard"))
