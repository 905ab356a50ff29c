"""axe looks at a page, in light and in dark."""

from typing import Any, Literal

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.visiting import Visitor

SETTLE = """async () => {
    const passing = (one) => one.playState === "running" && one.effect.getTiming().iterations !== Infinity;
    for (let tries = 0; tries < 100; tries++) {  // five seconds at the most
        if (!document.getAnimations().some(passing)) return;
        await new Promise((go) => setTimeout(go, 50));
    }
}"""
"""Colours fade from one scheme to the other; axe must see the end of it. What has ended and stays in effect is listed
among the animations too; what moves for ever is no reason to wait."""


def equipped(visitor: Visitor) -> Visitor:
    """With axe in every page that is opened; the page's own policy lets no script in afterwards."""
    visitor.context.add_init_script(Axe().axe_script)
    return visitor


def examine(visitor: Visitor, where: str) -> None:
    """All rules; those about colour once in light and once in dark, since colours do not depend on the language."""
    if visitor.lang == "id":
        violations(visitor, where, "dark", runOnly=["color-contrast"])
        violations(visitor, where, "light")
    else:
        violations(visitor, where, "light", rules={"color-contrast": {"enabled": False}})


def violations(visitor: Visitor, where: str, scheme: Literal["light", "dark"], **options: Any) -> None:
    page = visitor.page
    page.emulate_media(color_scheme=scheme)
    expect(page.locator("html")).to_have_class(scheme)
    page.evaluate(SETTLE)
    quick = {"resultTypes": ["violations"], "preload": False, "iframes": False}
    found = AxeResults(page.evaluate("options => axe.run(document, options)", quick | options))
    assert found.violations_count == 0, f"{where}, {visitor.lang}, {scheme}:\n{found.generate_report()}"
