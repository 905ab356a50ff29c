"""Leaving in a hurry, and coming without JavaScript."""

import pytest
from playwright.sync_api import Dialog, expect

from tests.e2e.filing import STEPS, next_step, send, to_step
from tests.e2e.serving import Server
from tests.e2e.visiting import Visit, Visitor
from wbs_app.components.frame import REFUGE


def test_quick_exit_leaves_nothing_in_the_tab(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.context.route(REFUGE, lambda route: route.fulfill(body="<title>Cuaca</title>", content_type="text/html"))
    reporter.hosts.append(REFUGE)  # answered above: no real request leaves this machine
    reporter.go(STEPS[0])
    reporter.write("Nama", "Saksi di Lantai Dua")
    next_step(reporter, 2)
    reporter.type("Deskripsi Pelanggaran", "Seseorang datang")
    reporter.press("Keluar Cepat")
    expect(reporter.page).to_have_url(REFUGE)  # at once: no question is asked about unsent typing
    expect(reporter.page).to_have_title("Cuaca")
    reporter.page.goto(f"{site.origin}/healthz")  # a page of the same origin that writes nothing itself
    assert reporter.page.evaluate("Object.keys(sessionStorage)") == []
    reporter.page.go_back()
    expect(reporter.page).to_have_title("Cuaca")
    reporter.page.go_back()  # past the place of step 2, which is gone
    reporter.arrive(STEPS[0])
    expect(reporter.field("Nama")).to_have_value("")
    next_step(reporter, 2)
    expect(reporter.field("Deskripsi Pelanggaran")).to_have_value("")


def _asked(reporter: Visitor) -> list[str]:
    """The questions that leaving brings up from now on; each is answered by leaving."""
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    reporter.page.on("dialog", leave)
    return asked


def test_quick_exit_asks_nothing_beside_a_receipt_that_is_not_saved(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.context.route(REFUGE, lambda route: route.fulfill(body="<title>Cuaca</title>", content_type="text/html"))
    reporter.hosts.append(REFUGE)
    asked = _asked(reporter)
    to_step(reporter, 4)
    reporter.tick(reporter.say("summary.truth"))
    send(reporter)
    asked.clear()
    reporter.press("Keluar Cepat")
    expect(reporter.page).to_have_title("Cuaca")
    assert asked == []


def test_a_page_that_the_browser_kept_whole_comes_back_empty(site: Server, visit: Visit) -> None:
    """Played, because Playwright's Chromium keeps none: by Back, Safari and Firefox show a page as it was left."""
    reporter = visit(site)
    asked = _asked(reporter)
    reporter.go(STEPS[0])
    reporter.write("Nama", "Saksi di Lantai Dua")
    next_step(reporter, 2)
    reporter.type("Deskripsi Pelanggaran", "Seseorang datang")
    turn = "(sign) => dispatchEvent(new PageTransitionEvent(sign, {persisted: true}))"
    reporter.page.evaluate(turn, "pagehide")
    expect(reporter.page.locator("html")).to_be_hidden()  # not even for a moment
    reporter.page.evaluate("sessionStorage.clear()")  # Keluar Cepat, on another page of the tab
    with reporter.page.expect_event("load"):
        reporter.page.evaluate(turn, "pageshow")
    reporter.arrive(STEPS[1])
    expect(reporter.field("Deskripsi Pelanggaran")).to_have_value("")
    reporter.press("Kembali")
    reporter.arrive(STEPS[0])
    expect(reporter.field("Nama")).to_have_value("")
    assert asked == []


@pytest.mark.parametrize("lang", ["id", "en"])
def test_without_javascript(site: Server, visit: Visit, lang: str) -> None:
    reader = visit(site, lang=lang, java_script_enabled=False)
    for path in ("/", "/lapor", STEPS[0], "/lapor/layanan", "/lacak"):
        reader.page.goto(reader.url(path))
        notice = reader.page.locator("noscript").first  # Playwright finds neither roles nor texts in one
        expect(notice).to_be_visible()
        assert reader.say("noscript.title") in notice.inner_text()
        assert reader.url(notice.locator("a").get_attribute("href") or "").endswith("/tanpa-javascript")
        for form in reader.page.locator("form").all():
            assert form.get_attribute("method") == "post"
            expect(form.locator("input:enabled, textarea:enabled, select:enabled, button:enabled")).to_have_count(0)
    reader.page.goto(reader.url("/tanpa-javascript"))
    expect(reader.heading(reader.say("noscript.title"))).to_be_visible()
    reader.see(reader.say("noscript.how_3"))
    expect(reader.page.get_by_role("link", name="SP4N-LAPOR!").first).to_be_visible()


def test_a_form_posted_without_javascript_tells_nobody_anything(site: Server, visit: Visit) -> None:
    """As a browser would send it that ignores the disabled fieldset: nothing typed comes into an address."""
    reader = visit(site, java_script_enabled=False)
    reader.page.goto(reader.url(STEPS[0]))
    reader.page.evaluate("document.querySelector('fieldset').disabled = false")
    reader.write("Nama", "Pelapor Tanpa Skrip")
    reader.page.evaluate("document.querySelector('form#form').submit()")
    reader.page.wait_for_load_state()
    expect(reader.page).to_have_url(f"{site.origin}/tanpa-javascript")
    expect(reader.heading(reader.say("noscript.title"))).to_be_visible()
