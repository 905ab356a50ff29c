"""The proof of work as a person meets it: not at all, or as a word or two on a bad day."""

import time

from altcha import create_challenge
from playwright.sync_api import Route, expect

from tests.e2e.filing import Filed, receipt, send, to_step, track
from tests.e2e.serving import Server
from tests.e2e.visiting import CONNECTION_LOST, Visit, Visitor
from wbs_app.services import proof

TRUTH = "Saya menyatakan laporan ini dibuat dengan iktikad baik"
SENDING = "Mengirim laporan…"


def _ready(reporter: Visitor) -> None:
    to_step(reporter, 4)
    reporter.tick(TRUTH)


def _file(reporter: Visitor) -> Filed:
    _ready(reporter)
    return send(reporter)


def test_nobody_has_to_prove_anything_by_hand(site: Server, visit: Visit) -> None:
    """Asked for when the report is sent and not before; done once; and again for the way back."""
    reporter = visit(site)
    asked: list[str] = []
    reporter.context.on("request", lambda request: asked.append(request.url.removeprefix(site.origin)))
    _ready(reporter)
    assert "/altcha" not in asked
    assert reporter.page.get_by_role("checkbox").count() == 1, "the declaration alone"
    filed = send(reporter)
    assert asked.count("/altcha") == 1
    track(reporter, filed.ticket, filed.pin)
    reporter.arrive("/lacak/riwayat")
    assert asked.count("/altcha") == 2


def test_a_connection_that_is_away_is_waited_for(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.allow(CONNECTION_LOST)
    fails = iter([True, True])

    def at_times(route: Route) -> None:
        if next(fails, False):
            route.abort("internetdisconnected")
        else:
            route.continue_()

    reporter.page.route("**/altcha", at_times)
    _ready(reporter)
    reporter.press("Kirim Laporan")
    expect(reporter.page.get_by_role("status").filter(has_text=SENDING)).to_be_visible()
    assert receipt(reporter).ticket.startswith("BALI-")


def test_on_the_worst_day_it_takes_a_moment_and_the_page_stays_alive(site: Server, visit: Visit) -> None:
    """The hardest there is, and half as hard again."""
    reporter = visit(site)
    secret = b"proof of work " + bytes.fromhex((site.data / "secret").read_text().strip())
    hard = create_challenge(
        proof.ALGORITHM,
        proof.COST,
        counter=proof.HARDEST * 3 // 2,
        expires_at=int(time.time()) + 600,
        hmac_secret=secret,
    )
    reporter.page.route("**/altcha", lambda route: route.fulfill(json=hard.to_dict()))
    _ready(reporter)
    reporter.page.evaluate(
        "() => { window.frames_ = 0; const tick = () => { window.frames_++; requestAnimationFrame(tick); }; tick(); }"
    )
    reporter.button("Kirim Laporan").dblclick()  # two presses of somebody impatient
    assert receipt(reporter).ticket.startswith("BALI-")
    assert reporter.page.evaluate("window.frames_") > 5


def test_what_is_refused_says_so_and_keeps_everything(site: Server, visit: Visit) -> None:
    """A proof of another server, say of before a new set-up."""
    reporter = visit(site)
    strange = create_challenge(proof.ALGORITHM, 1, counter=1, hmac_secret=b"another")
    reporter.page.route("**/altcha", lambda route: route.fulfill(json=strange.to_dict()))
    _ready(reporter)
    reporter.press("Kirim Laporan")
    expect(reporter.page.get_by_role("alert").filter(has_text="kirim sekali lagi")).to_be_visible()
    reporter.page.unroute("**/altcha")
    expect(reporter.page.get_by_role("checkbox", name=TRUTH)).to_be_checked()
    assert send(reporter).ticket.startswith("BALI-")
