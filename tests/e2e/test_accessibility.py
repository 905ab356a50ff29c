"""axe finds nothing: on every page and in every state of the form, in both languages, light and dark, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.acting import file
from tests.e2e.conftest import Visit
from tests.e2e.examining import equipped, examine
from tests.e2e.filing import STEPS, Filed, attach, fill_incident, fill_place, jpeg, next_step, send, track
from tests.e2e.officers import sign_in
from tests.e2e.serving import Server
from tests.e2e.visiting import Visitor, title_of
from wbs_app.pages import PAGES
from wbs_app.text import text

NOT_READ = ("404", "/lapor/", "/lacak/", "/keluar")  # opened in other ways below
READING = [page.route for page in PAGES if not page.staff and not page.route.startswith(NOT_READ)]
READING += ["/keluar?ke=lapor", "/petugas/masuk", "/petugas/undangan?kode=tidak-ada"]


def lies_right(visitor: Visitor, where: str) -> None:
    """Nothing is wider than the narrowest phone, and the page says its language and its title."""
    for width in (320, 390):
        visitor.page.set_viewport_size({"width": width, "height": 800})
        wide = visitor.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{where} is {wide} px wide on {width} px"
    expect(visitor.page.locator("html")).to_have_attribute("lang", visitor.lang)
    expect(visitor.page).to_have_title(text(title_of(where.partition("?")[0]), visitor.lang))
    assert "{" not in visitor.page.title()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_count(1)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_reading_pages(site: Server, visit: Visit, lang: str) -> None:
    reader = equipped(visit(site, lang=lang))
    for path in READING:
        reader.go(path)
        expect(reader.page.get_by_role("status").filter(has_text=reader.say("common.loading"))).to_have_count(0)
        examine(reader, path)
        lies_right(reader, path)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_states_of_reading_pages(site: Server, visit: Visit, lang: str) -> None:
    reader = equipped(visit(site, lang=lang))
    reader.go("/")
    reader.press(reader.say("a11y.open_menu"))
    expect(reader.button(reader.say("a11y.close_menu"))).to_be_visible()
    examine(reader, "the open menu")
    track(reader, "BALI-0000-0000", "0000 0000 0000 0000")
    expect(reader.page.get_by_role("alert")).to_be_focused()
    examine(reader, "/lacak with a wrong PIN")
    reader.allow(re.compile("status of 404"))
    reader.page.goto(reader.url("/tidak/ada"))
    expect(reader.heading(reader.say("not_found.title"))).to_be_visible()
    examine(reader, "404")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_form_in_all_its_states(site: Server, visit: Visit, lang: str) -> None:
    reporter = equipped(visit(site, lang=lang))
    reporter.go(STEPS[0])
    reporter.tick(reporter.say("step1.include_email"), "switch")
    _with_errors(reporter, STEPS[0])
    reporter.write(reporter.say("step1.email"), "robert@contoh.id")
    next_step(reporter, 2)
    for _ in range(2):
        reporter.press(reporter.say("step2.reported_add"))
    expect(reporter.field(reporter.say("step2.reported_name_n", n=3))).to_be_visible()
    reporter.page.get_by_role("checkbox", name=reporter.say("step2.unit_other")).check()
    _with_errors(reporter, STEPS[1])
    reporter.page.get_by_role("checkbox", name=reporter.say("step2.unit_other")).uncheck()
    fill_incident(reporter)
    next_step(reporter, 3)
    attach(reporter, ("foto.jpg", jpeg()), ("salah.exe", b"MZ"))
    reporter.see(reporter.say("step3.evidence_ok"))
    _with_errors(reporter, STEPS[2])
    fill_place(reporter)
    next_step(reporter, 4)
    reporter.press(reporter.say("summary.submit"))
    expect(reporter.page.get_by_role("alert").filter(has=reporter.page.get_by_role("link"))).to_be_focused()
    examine(reporter, STEPS[3])
    lies_right(reporter, STEPS[3])
    reporter.press(reporter.say("common.reset"))
    expect(reporter.page.get_by_role("dialog", name=reporter.say("wizard.reset_confirm"))).to_be_visible()
    examine(reporter, "the dialog of Reset")
    reporter.press(reporter.say("common.cancel"))
    reporter.tick(reporter.say("summary.truth"))
    send(reporter)
    examine(reporter, "the receipt")
    reporter.tick(reporter.say("success.saved_check"))
    reporter.press(reporter.say("success.view_history"))
    reporter.arrive("/lacak/riwayat")
    expect(reporter.heading(reporter.say("track.status_now"))).to_be_visible()
    examine(reporter, "/lacak/riwayat")
    lies_right(reporter, "/lacak/riwayat")


def _with_errors(reporter: Visitor, path: str) -> None:
    reporter.press(reporter.say("common.next"))
    expect(reporter.page.get_by_role("alert").filter(has=reporter.page.get_by_role("link"))).to_be_focused()
    examine(reporter, path)
    lies_right(reporter, path)


def test_service_complaint_and_ntt_looks(site: Server, visit: Visit) -> None:
    reporter = equipped(visit(site, agency="ntt"))
    for path in ("/", STEPS[1], "/lapor/layanan"):
        reporter.go(f"{path}?instansi=ntt")
        expect(reporter.page.get_by_role("banner").get_by_text("BKD Provinsi NTT")).to_be_visible()
        examine(reporter, f"{path} of NTT")
        lies_right(reporter, path)
    reporter.press("Kirim Laporan")
    expect(reporter.page.get_by_role("alert").filter(has=reporter.page.get_by_role("link"))).to_be_focused()
    examine(reporter, "/lapor/layanan with errors")


@pytest.fixture(scope="module")
def filed(site: Server) -> Filed:
    """A report with evidence."""
    return file(site, files=(("foto.jpg", jpeg()),))


def test_staff_pages(site: Server, filed: Filed, visit: Visit) -> None:
    case = f"/petugas/laporan/{filed.ticket}"
    places = {
        "penerima": [
            ("/petugas/laporan", "cases.title"),
            (case, "summary.detail"),
            ("/petugas/laporan/BALI-0000-0000", "case.word"),
            ("/petugas/akun", "account.title"),
            ("/petugas/audit", "forbidden.title"),
        ],
        "penelaah": [(case, "case.no_key_title")],
        "pengelola": [("/petugas/kelola/pengguna", "admin.users")],
        "auditor": [("/petugas/audit", "admin.audit")],
    }
    for username, pages in places.items():
        visitor = equipped(visit(site, width=1280))
        sign_in(visitor, username, pages[0][0] if username != "penelaah" else "/petugas/laporan")
        for visitor.lang in ("id", "en"):
            for path, heading in pages:
                _desk_page(visitor, path, visitor.say(heading))


def test_other_staff_pages(site: Server, filed: Filed, visit: Visit) -> None:
    """In one language: what differs between the two has been seen above."""
    first = {"pengawas": "/petugas/laporan", "pemegang": "/petugas/identitas", "pengelola": "/petugas/kelola/pengguna"}
    places = {
        "pengawas": [
            ("/petugas/pengesahan", "title.staff_colleagues"),
            ("/petugas/kelola/retensi", "admin.retention"),
        ],
        "pemegang": [("/petugas/identitas", "staff.identity")],
        "pengelola": [
            ("/petugas/kelola/kalender", "admin.calendar"),
            ("/petugas/kelola/rujukan", "admin.reference"),
            ("/petugas/kelola/rujukan?bagian=pelanggaran", "admin.reference"),
            ("/petugas/kelola/rujukan?bagian=profil", "admin.reference"),
            ("/petugas/kelola/rujukan?bagian=profil&ubah=target", "admin.reference"),
            ("/petugas/kelola/pemberitahuan", "admin.notices"),
        ],
    }
    for username, pages in places.items():
        visitor = equipped(visit(site, width=1280))
        sign_in(visitor, username, first[username])
        for path, heading in pages:
            _desk_page(visitor, path, visitor.say(heading))


def test_a_reference_form_with_errors(site: Server, visit: Visit) -> None:
    visitor = equipped(visit(site))
    sign_in(visitor, "pengelola", "/petugas/kelola/pengguna")
    path = "/petugas/kelola/rujukan?bagian=pelanggaran&ubah=*"
    visitor.go(path)
    visitor.press(visitor.say("common.add"))
    expect(visitor.page.get_by_role("alert").filter(has=visitor.page.get_by_role("link"))).to_be_focused()
    examine(visitor, path)
    lies_right(visitor, path)


def _desk_page(visitor: Visitor, path: str, heading: str) -> None:
    visitor.page.set_viewport_size({"width": 1280, "height": 900})
    visitor.go(path)
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    expect(visitor.page.get_by_role("status").filter(has_text=visitor.say("common.loading"))).to_have_count(0)
    expect(visitor.heading(heading)).to_be_visible()
    if path == "/petugas/laporan":
        filters = visitor.page.get_by_role("region", name=visitor.say("cases.filters"))
        filters.get_by_text(visitor.say("cases.filter_unit"), exact=True).click()
    examine(visitor, path)
    lies_right(visitor, path)
