"""A phone of 360 by 640, as many an officer carries: everything is within reach and can be read."""

from playwright.sync_api import Locator, expect

from tests.e2e.filing import to_step
from tests.e2e.serving import Server
from tests.e2e.visiting import CONNECTION_LOST, Visit, Visitor

WIDTH, HEIGHT = 360, 640
READABLE = 160  # px: a date with its picker


def _phone(visit: Visit, site: Server, **options: str) -> Visitor:
    return visit(site, width=WIDTH, height=HEIGHT, **options)


def _box(control: Locator) -> tuple[float, float]:
    """Left and right end."""
    found = control.bounding_box()
    assert found is not None
    return found["x"], found["x"] + found["width"]


def test_quick_exit_is_at_hand_while_the_menu_is_open(site: Server, visit: Visit) -> None:
    reader = _phone(visit, site)
    reader.go("/")
    reader.press(reader.say("a11y.open_menu"))
    menu = reader.page.get_by_role("navigation", name=reader.say("nav.menu"))
    leave = menu.get_by_role("button", name=reader.say("common.quick_exit"))
    expect(leave).to_be_in_viewport(ratio=1)
    reader.page.keyboard.press("Escape")
    expect(leave).to_be_hidden()


def test_dates_with_errors_can_be_read(site: Server, visit: Visit) -> None:
    reporter = _phone(visit, site)
    to_step(reporter, 3)
    reporter.press("Selanjutnya")
    expect(reporter.page.get_by_role("alert").filter(has_text="Periksa kembali")).to_be_focused()
    for name in ("Tanggal", "Jam (WITA)"):
        left, right = _box(reporter.page.get_by_label(name, exact=True))
        assert right - left >= READABLE, name


def test_every_agency_is_in_view(site: Server, visit: Visit) -> None:
    reader = _phone(visit, site, lang="en")
    for path in ("/", "/kontak"):
        reader.go(path)
        for name in ("Bali Provincial Government", "NTT Civil Service Agency"):
            left, right = _box(reader.button(name))
            assert 0 <= left < right <= WIDTH, (path, name)


def test_the_banner_of_a_lost_connection_has_its_icon(site: Server, visit: Visit) -> None:
    """It could not be fetched any more once the connection is lost."""
    reader = _phone(visit, site)
    reader.allow(CONNECTION_LOST)
    reader.go("/lapor/biodata")
    reader.page.wait_for_load_state("networkidle")
    said = reader.page.get_by_role("banner").get_by_text(reader.say("net.offline"))
    expect(said).to_be_hidden()
    reader.context.set_offline(True)
    expect(said).to_be_visible()
    assert said.locator("use").evaluate("icon => icon.getBBox().width") > 0
    back = reader.page.get_by_text(reader.say("net.back"))
    expect(back).to_have_count(0)
    reader.context.set_offline(False)
    expect(back).to_be_visible(timeout=30_000)
    expect(said).to_be_hidden()
    expect(back).to_be_hidden(timeout=10_000)  # and takes no room any more
