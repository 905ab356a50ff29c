"""What a first visit costs, and what an unknown address answers."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.serving import Server
from tests.e2e.visiting import Visit

BUDGET = 150 * 1024  # bytes on the wire, headers included, of all files together


@pytest.mark.parametrize("path", ["/", "/lapor/biodata"])
def test_first_visit_stays_within_its_budget(site: Server, visit: Visit, path: str) -> None:
    reader = visit(site)
    session = reader.context.new_cdp_session(reader.page)
    session.send("Network.enable")
    urls: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on("Network.requestWillBeSent", lambda event: urls.update({event["requestId"]: event["request"]["url"]}))
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    reader.go(path)
    reader.page.wait_for_load_state("networkidle")
    by_file = sorted(((size, urls.get(id, "?")) for id, size in sizes.items()), reverse=True)
    total = sum(sizes.values())
    assert len(by_file) > 5
    assert total <= BUDGET, f"{total / 1024:.1f} KB:\n" + "\n".join(f"{size:8.0f} {url}" for size, url in by_file)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_unknown_address(site: Server, visit: Visit, lang: str) -> None:
    reader = visit(site, lang=lang)
    reader.allow(re.compile(r"status of 404"))
    answer = reader.page.goto(reader.url("/tidak/ada"))
    assert answer is not None and answer.status == 404
    expect(reader.heading(reader.say("not_found.title"))).to_be_visible()
    expect(reader.page.locator("html")).to_have_attribute("lang", lang)
    reader.follow(reader.say("not_found.home"))
    reader.arrive("/")
