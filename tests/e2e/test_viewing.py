"""Evidence is looked at as pictures of its pages, by its reporter and by officers; never as the file."""

import re

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import text

from tests.e2e.acting import file
from tests.e2e.filing import attach, fill_place, next_step, send, to_step, track
from tests.e2e.officers import sign_in
from tests.e2e.serving import Server
from tests.e2e.test_accessibility import equipped, examine, lies_right
from tests.e2e.visiting import Visit, Visitor
from tests.services.samples import jpeg, pixels, plain_parts, plain_pdf, saved, word

PDF = ("kuitansi.pdf", saved(plain_pdf("Kuitansi", pages=3)))
WORD = ("catatan.docx", word(plain_parts("Catatan rapat")))
PHOTO = ("foto.jpg", jpeg(picture=pixels(1600, 1200)))


def with_evidence(visitor: Visitor, *files: tuple[str, bytes]) -> None:
    """At the summary, with these files."""
    to_step(visitor, 3)
    fill_place(visitor)
    attach(visitor, *files)
    expect(visitor.page.get_by_text(visitor.say("step3.evidence_ok"))).to_have_count(len(files))
    next_step(visitor, 4)


def page_seen(visitor: Visitor, number: int, total: int, position: int) -> Locator:
    """The picture of a page, drawn."""
    seen = visitor.page.get_by_role("img", name=visitor.say("viewer.alt", n=number, total=total, position=position))
    expect(seen).to_be_visible()
    expect(seen).not_to_have_js_property("naturalWidth", 0)
    expect(visitor.page.get_by_role("status").filter(has_text=visitor.say("common.loading"))).to_have_count(0)
    return seen


def looks(server: Server, ticket: str) -> int:
    """How many times the trail says that evidence of this case was looked at."""
    chosen = text("SELECT count(*) FROM audit_event WHERE action = 'view_evidence' AND subject = :ticket")
    with server.database() as db:
        return db.execute(chosen, {"ticket": ticket}).scalar_one()


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_reporter_looks_before_sending(site: Server, visit: Visit, lang: str) -> None:
    reporter = equipped(visit(site, lang=lang))
    given: list[tuple[str, int]] = []
    reporter.page.on(
        "response",
        lambda got: given.append((got.headers.get("content-type", ""), got.status)) if "/bukti/" in got.url else None,
    )
    with_evidence(reporter, PDF, WORD, PHOTO)
    reporter.tick(reporter.say("summary.truth"))
    for position, total in ((1, 3), (2, 1), (3, 1)):
        reporter.press(reporter.say("summary.view_evidence_n", n=position))
        page_seen(reporter, 1, total, position)
        more = "false" if total > 1 else "true"
        expect(reporter.button(reporter.say("viewer.next"))).to_have_attribute("aria-disabled", more)
        if position == 1:
            examine(reporter, "the reporter's look")
        reporter.page.keyboard.press("Escape")
        expect(reporter.page.get_by_role("dialog")).to_have_count(0)
    assert given and set(given) == {("image/webp", 200)}
    lies_right(reporter, "/lapor/ringkasan")
    expect(reporter.page.get_by_role("checkbox", name=reporter.say("summary.truth"))).to_be_checked()


def test_the_reporter_turns_pages_and_comes_nearer(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    with_evidence(reporter, PDF)
    reporter.press("lihat bukti 1")
    page_seen(reporter, 1, 3, 1)
    reporter.press("Halaman berikutnya")
    page_seen(reporter, 2, 3, 1)
    reporter.page.keyboard.press("ArrowRight")
    page_seen(reporter, 3, 3, 1)
    reporter.page.keyboard.press("ArrowRight")
    reporter.page.keyboard.press("ArrowLeft")
    page = page_seen(reporter, 2, 3, 1)
    narrow = page.evaluate("image => image.width")
    reporter.press("Perbesaran 200%")
    expect(reporter.button("Perbesaran 200%")).to_have_attribute("aria-current", "true")
    expect(page_seen(reporter, 2, 3, 1)).to_have_js_property("naturalWidth", 2000)
    assert page_seen(reporter, 2, 3, 1).evaluate("image => image.width") > narrow * 1.8
    reporter.see("Keutuhan bukti terverifikasi")
    reporter.press("Tutup bukti")
    expect(reporter.page.get_by_role("dialog")).to_have_count(0)


def test_a_look_takes_nothing_that_was_typed(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    to_step(reporter, 3)
    attach(reporter, PHOTO)
    reporter.see(reporter.say("step3.evidence_ok"))
    reporter.write("Alamat", "Gudang farmasi kabupaten")
    reporter.press("lihat bukti 1")
    page_seen(reporter, 1, 1, 1)
    reporter.press("Tutup bukti")
    expect(reporter.field("Alamat")).to_have_value("Gudang farmasi kabupaten")


def test_the_reporter_looks_at_what_was_sent(site: Server, visit: Visit) -> None:
    reporter = equipped(visit(site))
    with_evidence(reporter, PDF, PHOTO)
    reporter.tick(reporter.say("summary.truth"))
    case = send(reporter)
    later = equipped(visit(site))
    track(later, case.ticket, case.pin)
    later.arrive("/lacak/riwayat")
    later.press("lihat bukti 2")
    page_seen(later, 1, 1, 2)
    later.press("Tutup bukti")
    later.press("lihat bukti 1")
    page_seen(later, 1, 3, 1)
    later.press("Halaman berikutnya")
    page_seen(later, 2, 3, 1)
    examine(later, "the reporter's look at what was sent")
    assert looks(site, case.ticket) == 0


def test_leaving_from_a_look_leaves_nothing(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    with_evidence(reporter, PHOTO)
    reporter.press("lihat bukti 1")
    page_seen(reporter, 1, 1, 1)
    leave = reporter.page.get_by_role("dialog").get_by_role("button", name="Keluar Cepat")
    expect(leave).to_be_visible()
    assert "kunci" not in reporter.page.url


def test_an_officer_looks_once_for_the_trail(site: Server, visit: Visit) -> None:
    case = file(site, files=(PDF, WORD))
    officer = equipped(visit(site, width=1280))
    sign_in(officer, "penerima")
    officer.go(f"/petugas/laporan/{case.ticket}")
    officer.follow("Lihat Berkas laporan 1")
    page_seen(officer, 1, 3, 1)
    officer.see("Unduh salinan yang dibersihkan")
    examine(officer, "a page of evidence")
    officer.follow("Halaman berikutnya")
    page_seen(officer, 2, 3, 1)
    officer.page.keyboard.press("ArrowRight")
    page_seen(officer, 3, 3, 1)
    expect(officer.page).to_have_url(re.compile(r"halaman=3"))
    officer.follow("Perbesaran 150%")
    expect(page_seen(officer, 3, 3, 1)).to_have_js_property("naturalWidth", 1500)
    officer.page.go_back()
    officer.page.go_back()
    page_seen(officer, 2, 3, 1)
    assert looks(site, case.ticket) == 1
    officer.page.reload()
    page_seen(officer, 2, 3, 1)
    assert looks(site, case.ticket) == 2
    officer.go(f"/petugas/laporan/{case.ticket}/bukti/2?halaman=99&lebar=7")
    page_seen(officer, 1, 1, 2)
    officer.page.get_by_text("Keutuhan bukti terverifikasi").click()
    expect(officer.page.get_by_text(re.compile("SHA-256: [0-9a-f]{64}"))).to_be_visible()
    lies_right(officer, f"/petugas/laporan/{case.ticket}/bukti/2")


def test_there_is_nothing_to_see_where_nothing_is(site: Server, visit: Visit) -> None:
    case = file(site, files=(PHOTO,))
    officer = visit(site, lang="en", width=1280)
    sign_in(officer, "penerima")
    for place in (f"{case.ticket}/bukti/2", f"{case.ticket}/bukti/x", "BALI-0000-0000/bukti/1"):
        officer.go(f"/petugas/laporan/{place}")
        officer.see("This evidence does not exist or is out of your reach.")
    other = visit(site, width=1280)
    sign_in(other, "penelaah")
    other.go(f"/petugas/laporan/{case.ticket}/bukti/1")
    other.see("Bukti ini tidak ada atau di luar jangkauan Anda.")
    assert looks(site, case.ticket) == 0


def test_changed_evidence_is_said_and_not_shown(site: Server, visit: Visit) -> None:
    before = set((site.data / "evidence" / "files").glob("*"))
    case = file(site, files=(PHOTO,))
    officer = equipped(visit(site, width=1280))
    sign_in(officer, "penerima")
    officer.go(f"/petugas/laporan/{case.ticket}/bukti/1")
    page_seen(officer, 1, 1, 1)
    for kept in set((site.data / "evidence" / "files").glob("*")) - before:
        held = bytearray(kept.read_bytes())
        held[len(held) // 2] ^= 1
        kept.write_bytes(held)
    officer.allow(re.compile("503"))  # the browser itself writes down that a picture did not come
    officer.follow("Perbesaran 150%")
    officer.see("Gambar halaman ini tidak dapat dimuat.")
    officer.page.reload()
    officer.see("Keutuhan bukti tidak sesuai")
    expect(officer.page.get_by_role("img", name="Halaman 1")).to_have_count(0)
    examine(officer, "changed evidence")
