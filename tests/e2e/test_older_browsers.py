"""A phone of which the browser has stopped in 2021: what today's browsers have and it lacks is taken away.

No popover and no `:has` cannot be played; what happens then is CSS alone (assets/wbs.css).
"""

import re

from playwright.sync_api import expect

from tests.e2e.filing import JPEG_NAME, attach, fill_place, jpeg, send, to_step
from tests.e2e.serving import Server
from tests.e2e.visiting import Visit, Visitor

LACKING = """
    delete Object.hasOwn;
    delete Array.prototype.findLast;
    delete window.structuredClone;
    delete window.CSSLayerBlockRule;
    delete HTMLFormElement.prototype.requestSubmit;
    delete PerformanceResourceTiming.prototype.responseStatus;
"""
LAYERED = re.compile(r"/(assets/[^/]+|more)\.css$")
ACCENT = "rgb(22, 75, 148)"


def _old_phone(visit: Visit, site: Server) -> Visitor:
    reporter = visit(site)
    reporter.context.add_init_script(LACKING)
    # a browser that knows no layers reads a style sheet of layers as an empty one
    reporter.context.route(LAYERED, lambda route: route.fulfill(body="", content_type="text/css"))
    return reporter


def test_a_report_with_a_file_is_sent_and_looks_as_it_should(site: Server, visit: Visit) -> None:
    reporter = _old_phone(visit, site)
    to_step(reporter, 3)
    onward = reporter.button(reporter.say("common.next"))
    expect(onward).to_have_css("background-color", ACCENT)
    attach(reporter, (JPEG_NAME, jpeg()))
    reporter.see(reporter.say("step3.evidence_ok"))
    expect(reporter.page.get_by_text(reporter.say("error.file_interrupted"))).to_be_hidden()
    fill_place(reporter)
    onward.click()
    reporter.arrive("/lapor/ringkasan")
    reporter.tick(reporter.say("summary.truth"))
    filed = send(reporter)
    assert filed.ticket


def test_back_keeps_what_was_typed(site: Server, visit: Visit) -> None:
    reporter = _old_phone(visit, site)
    to_step(reporter, 2)
    reporter.write(reporter.say("step2.description"), "Obat puskesmas dijual di luar.")
    reporter.press(reporter.say("common.back"))
    reporter.arrive("/lapor/biodata")
    reporter.press(reporter.say("common.next"))
    reporter.arrive("/lapor/kejadian")
    expect(reporter.field(reporter.say("step2.description"))).to_have_value("Obat puskesmas dijual di luar.")


def test_who_never_gets_the_scripts_is_told_what_can_be_done(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.allow(re.compile(r"net::ERR_FAILED"))
    reporter.context.route("**/*.js", lambda route: route.abort())
    reporter.page.goto(reporter.url("/lapor/biodata"))
    told = reporter.page.get_by_text(reporter.say("net.not_ready"))
    expect(told).to_be_hidden()
    reporter.page.evaluate("document.getAnimations().forEach((waited) => waited.finish())")
    expect(told).to_be_visible()
    reporter.follow(reporter.say("noscript.how_title"))
    expect(reporter.page).to_have_url(reporter.url("/tanpa-javascript"))


def test_a_page_all_of_script_says_that_it_is_loading_until_it_is_drawn(site: Server, visit: Visit) -> None:
    officer = visit(site)
    officer.allow(re.compile(r"net::ERR_FAILED"))
    officer.context.route("**/*.js", lambda route: route.abort())
    officer.page.goto(officer.url("/petugas/laporan/BALI-7K3M-9QXT"))
    body = officer.page.locator("body")
    expect(body).to_match_aria_snapshot("- text: Memuat… · Loading…")
    officer.context.unroute("**/*.js")
    officer.page.reload()
    expect(officer.page.get_by_role("heading").first).to_be_visible()
    expect(body).not_to_match_aria_snapshot("- text: /Loading/")
