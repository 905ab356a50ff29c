"""Nothing given is lost: a restart, a reload, a lost connection, an impatient finger."""

import pytest
from playwright.sync_api import Dialog, expect

from tests.e2e.filing import (
    JPEG_NAME,
    STEPS,
    attach,
    fill_incident,
    fill_place,
    jpeg,
    next_step,
    receipt,
    send,
    to_step,
)
from tests.e2e.serving import Server
from tests.e2e.visiting import CONNECTION_LOST, Visit, Visitor

TRUTH = "Saya menyatakan laporan ini dibuat dengan iktikad baik"
OFFLINE = "Tidak ada koneksi internet. Isian Anda belum terkirim."


def test_server_restarts_in_the_middle_of_step_3(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.allow(CONNECTION_LOST)
    to_step(reporter, 3)
    attach(reporter, ("foto.jpg", jpeg()))
    reporter.see("Berkas berhasil diunggah.")
    reporter.write("Alamat", "Setengah kali")
    reporter.button("Selanjutnya").scroll_into_view_if_needed()
    site.stop()
    reporter.see(OFFLINE)
    expect(reporter.page.get_by_text(OFFLINE)).to_be_in_viewport()
    reporter.type("Alamat", "mat, ditulis saat terputus")
    site.start()
    expect(reporter.page.get_by_text(OFFLINE)).to_have_count(0, timeout=30_000)
    expect(reporter.field("Alamat")).to_be_focused()  # who is typing then loses no letter, and keeps the keyboard
    attach(reporter, ("foto.jpg", jpeg(160)))
    expect(reporter.page.get_by_text("Berkas berhasil diunggah.")).to_have_count(2)
    reporter.press("Hapus berkas laporan 2")
    expect(reporter.page.get_by_text("Berkas berhasil diunggah.")).to_have_count(1)
    expect(reporter.field("Alamat")).to_have_value("Setengah kalimat, ditulis saat terputus")
    reporter.page.get_by_text("Tanggal saja", exact=True).click()
    reporter.write("Tanggal", "2025-03-04")
    next_step(reporter, 4)
    expect(reporter.said("Alamat")).to_have_text("Setengah kalimat, ditulis saat terputus")
    expect(reporter.said("Nama Terlapor").or_(reporter.page.get_by_role("cell", name="Wayan Contoh"))).to_be_visible()
    expect(reporter.page.get_by_role("listitem").filter(has_text="Berkas laporan 1")).to_be_visible()


def test_reload_and_back_keep_what_was_given(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.go(STEPS[0])
    reporter.write("Nama", "Ketut Samaran")
    reporter.tick("Cantumkan Email", "switch")
    reporter.write("Email", "ketut@contoh.id")
    reporter.write("Telepon", "0361 234567")
    next_step(reporter, 2)
    reporter.page.reload()
    reporter.alive()
    reporter.write("Nama Terlapor", "Orang Pertama")
    reporter.press("Tambah terlapor")
    reporter.write("Nama Terlapor 2", "Orang Kedua")
    reporter.press("Tambah terlapor")
    reporter.write("Nama Terlapor 3", "Orang Ketiga")
    reporter.press("Hapus terlapor nomor 2")
    expect(reporter.field("Nama Terlapor 2")).to_have_value("Orang Ketiga")
    reporter.press("Kembali")  # keeps what was typed, though it is not complete
    reporter.arrive(STEPS[0])
    expect(reporter.field("Nama")).to_have_value("Ketut Samaran")
    expect(reporter.field("Email")).to_have_value("ketut@contoh.id")
    expect(reporter.field("Telepon")).to_have_value("0361 234567")
    next_step(reporter, 2)
    expect(reporter.field("Nama Terlapor 2")).to_have_value("Orang Ketiga")
    reporter.page.go_back()
    reporter.arrive(STEPS[0])
    expect(reporter.field("Nama")).to_have_value("Ketut Samaran")


def test_back_and_links_keep_what_was_not_sent(site: Server, visit: Visit) -> None:
    """On a phone Back is a gesture that happens; the story of an hour must not go with it."""
    reporter = visit(site, lang="en")
    say = reporter.say
    reporter.go(STEPS[0])
    next_step(reporter, 2)
    story = "Uang perjalanan dinas hilang. " * 50
    reporter.write(say("step2.description"), story)
    reporter.type(say("step2.amount"), "1500000")
    reporter.press(say("step2.reported_add"))
    reporter.write(say("step2.reported_name_n", n=2), "Orang Kedua")
    reporter.tick(say("step2.unit_other"))
    reporter.write(say("step2.unit_other_name"), "Balai Latihan")
    reporter.page.go_back()
    reporter.arrive(STEPS[0])
    reporter.page.go_forward()
    reporter.arrive(STEPS[1])
    for name, kept in {
        say("step2.description"): story,
        say("step2.amount"): "1.500.000",
        say("step2.reported_name_n", n=2): "Orang Kedua",
        say("step2.unit_other_name"): "Balai Latihan",
    }.items():
        expect(reporter.field(name)).to_have_value(kept)
    reporter.see(f"{len(story):,} of 20,000 characters")
    reporter.page.go_back()
    reporter.arrive(STEPS[0])
    next_step(reporter, 2)  # another page is sent meanwhile
    expect(reporter.field(say("step2.description"))).to_have_value(story)
    expect(reporter.field(say("step2.reported_name_n", n=2))).to_have_value("Orang Kedua")
    reporter.page.get_by_role("banner").get_by_role("link").first.click()
    reporter.arrive("/")
    reporter.page.go_back()
    reporter.arrive(STEPS[1])
    expect(reporter.field(say("step2.description"))).to_have_value(story)
    assert story[:40] not in reporter.page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")


def test_a_new_report_begins_without_typing_of_the_one_before(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.go(STEPS[0])
    next_step(reporter, 2)
    reporter.type("Deskripsi Pelanggaran", "Belum selesai ditulis")
    reporter.page.get_by_role("banner").get_by_role("link").first.click()
    reporter.arrive("/")
    reporter.page.get_by_role("main").get_by_role("link", name="Lapor Sekarang").first.click()
    reporter.arrive("/lapor")
    reporter.tick("Adukan Pelanggaran Pegawai", "radio")
    reporter.press("Lapor Sekarang")
    reporter.arrive(STEPS[0])
    next_step(reporter, 2)
    expect(reporter.field("Deskripsi Pelanggaran")).to_have_value("")


def test_leaving_with_unsent_typing_asks_first(site: Server, visit: Visit) -> None:
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    reporter = visit(site)
    reporter.page.on("dialog", leave)
    reporter.go(STEPS[0])
    reporter.page.reload()
    reporter.alive()
    assert asked == []  # nothing typed, nothing to ask
    reporter.type("Nama", "Belum terkirim")
    reporter.page.reload()
    reporter.alive()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("path", [STEPS[1], "/lapor/layanan"])
def test_the_other_language_has_what_was_half_typed(site: Server, visit: Visit, path: str) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    story = "Keluhan" if path == "/lapor/layanan" else "Kronologi Kejadian"
    reporter = visit(site, agency="ntt")
    reporter.page.on("dialog", stay)
    reporter.go(f"{path}?instansi=ntt")
    reporter.type(story, "Belum")
    reporter.follow("English")
    reporter.lang = "en"
    reporter.arrive(path)
    field = reporter.field(reporter.say("service.complaint" if path == "/lapor/layanan" else "step2.description"))
    expect(field).to_have_value("Belum")
    expect(reporter.page.locator("html")).to_have_attribute("lang", "en")
    expect(reporter.page.locator("#galat")).to_be_empty()
    reporter.follow("Bahasa Indonesia")  # nothing typed since: a plain link
    reporter.lang = "id"
    reporter.arrive(path)
    expect(reporter.field(story)).to_have_value("Belum")
    assert asked == []


def test_who_comes_back_with_pages_kept_and_cookies_gone_can_report(site: Server, visit: Visit) -> None:
    """As after closing the browser: what it keeps on the disk outlives the device cookie."""
    reporter = visit(site)
    reporter.go(STEPS[0])
    reporter.page.goto(f"{site.origin}/healthz")  # a page of the same origin that writes nothing itself
    reporter.page.evaluate("sessionStorage.clear()")
    reporter.context.clear_cookies()
    reporter.go(STEPS[0])
    next_step(reporter, 2)


def test_a_tab_that_outlives_its_cookie_begins_anew_and_says_so(site: Server, visit: Visit) -> None:
    """As a phone does that restores its tabs, with what they kept, and no session cookies."""
    reporter = visit(site)
    to_step(reporter, 3)
    reporter.context.clear_cookies()
    reporter.page.reload()
    reporter.arrive(STEPS[0])
    reporter.see(reporter.say("error.draft_lost"))
    next_step(reporter, 2)
    expect(reporter.page.get_by_text(reporter.say("error.draft_lost"))).to_have_count(0)
    fill_incident(reporter)
    next_step(reporter, 3)
    fill_place(reporter)
    attach(reporter, (JPEG_NAME, jpeg()))
    reporter.see("Berkas berhasil diunggah.")
    next_step(reporter, 4)
    reporter.tick(TRUTH)
    ticket = send(reporter).ticket
    reporter.context.clear_cookies()
    reporter.go(STEPS[0])
    reporter.see(reporter.say("error.draft_lost"))
    expect(reporter.page.get_by_text(ticket)).to_have_count(0)


def test_a_page_without_its_predecessors_leads_to_the_first_open_one(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.page.goto(reporter.url(STEPS[3]))
    reporter.arrive(STEPS[1])  # biodata may be left empty, so the incident is the first that is open


# --- sending once -----------------------------------------------------------------------------------------------------


def _double_click(reporter: Visitor) -> None:
    reporter.button("Kirim Laporan").dblclick()


def _enter_twice(reporter: Visitor) -> None:
    box = reporter.page.get_by_role("checkbox", name=TRUTH)
    box.focus()
    reporter.page.keyboard.press("Enter")
    reporter.page.keyboard.press("Enter")


def _offline(reporter: Visitor) -> None:
    """Pressed again and again while there is no connection."""
    reporter.allow(CONNECTION_LOST)
    reporter.context.set_offline(True)
    reporter.press("Kirim Laporan")
    reporter.see(OFFLINE)
    reporter.press("Kirim Laporan")
    reporter.context.set_offline(False)


def _server_away(reporter: Visitor) -> None:
    """Pressed while the server is down after a power cut."""
    reporter.allow(CONNECTION_LOST)
    reporter.server.kill()
    reporter.see(OFFLINE)
    reporter.press("Kirim Laporan")
    reporter.server.start()


@pytest.mark.parametrize("impatient", [_double_click, _enter_twice, _offline, _server_away])
def test_impatience_files_one_report(site: Server, visit: Visit, impatient) -> None:
    reporter = visit(site)
    to_step(reporter, 4)
    reporter.tick(TRUTH)
    before = site.reports()
    impatient(reporter)
    filed = receipt(reporter)
    assert site.reports() == before + 1
    reporter.page.reload()
    assert receipt(reporter).ticket == filed.ticket


def test_double_click_on_next_goes_one_step(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    to_step(reporter, 2)
    fill_incident(reporter)
    reporter.button("Selanjutnya").dblclick()
    reporter.arrive(STEPS[2])
    fill_place(reporter)
    expect(reporter.field("Alamat")).to_have_value("Gudang farmasi kabupaten")
    next_step(reporter, 4)
