"""The officers' daily list in a real browser: live, by keyboard, searched, kept in its address, and read aloud."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.acting import file
from tests.e2e.conftest import Visit
from tests.e2e.filing import Filed, send, to_step
from tests.e2e.officers import sign_in
from tests.e2e.serving import Server
from tests.e2e.test_accessibility import equipped, examine, lies_right
from tests.e2e.visiting import Visitor

LIST = "/petugas/laporan"


def file_report(reporter: Visitor) -> Filed:
    """By its browser, so that the server hears of it."""
    to_step(reporter, 4)
    reporter.tick(reporter.say("summary.truth"))
    return send(reporter)


@pytest.fixture(scope="module")
def two(site: Server) -> list[str]:
    """Tickets of two reports that are there before anybody looks."""
    return [file(site).ticket for _ in range(2)]


def rows(officer: Visitor) -> Locator:
    return officer.page.get_by_role("table", name="Daftar Laporan").get_by_role("row").filter(has=links(officer))


def links(officer: Visitor) -> Locator:
    """Tickets; another test may have filed one of NTT's."""
    return officer.page.get_by_role("link", name=re.compile(r"^(BALI|NTT)-\w{4}-\w{4}$"))


def opened(officer: Visitor, path: str = LIST) -> None:
    """The list, once it shows something."""
    officer.go(path)
    expect(links(officer).first).to_be_visible()


def tab(officer: Visitor, name: str) -> Locator:
    return officer.page.get_by_role("navigation", name="Tampilan").get_by_role("link", name=name)


def test_what_arrives_is_offered_and_moves_nothing(site: Server, two: list[str], visit: Visit) -> None:
    officer = visit(site, width=1280)
    sign_in(officer, "penerima")
    expect(links(officer).first).to_be_visible()
    before = links(officer).all_inner_texts()
    counted = int(tab(officer, "Baru").inner_text().split()[-1])
    ticket = file_report(visit(site)).ticket
    officer.see("Ada laporan baru.")
    assert links(officer).all_inner_texts() == before
    expect(tab(officer, "Baru")).to_have_text(f"Baru{counted + 1}")
    officer.press("Tampilkan")
    expect(links(officer).first).to_have_text(ticket)
    expect(officer.page.get_by_text("Ada laporan baru.")).to_have_count(0)
    expect(officer.page.get_by_role("status").filter(has_text="Menampilkan")).to_be_focused()


def test_by_keyboard(site: Server, two: list[str], visit: Visit) -> None:
    officer = visit(site, width=1280)
    sign_in(officer, "penerima")
    expect(links(officer).first).to_be_visible()
    keyboard = officer.page.keyboard
    keyboard.press("j")
    keyboard.press("j")
    expect(links(officer).nth(1)).to_be_focused()
    keyboard.press("k")
    expect(links(officer).nth(0)).to_be_focused()
    keyboard.press("x")
    expect(officer.page.get_by_role("checkbox", name=links(officer).nth(0).inner_text())).to_be_checked()
    keyboard.press("/")
    search = officer.page.get_by_role("searchbox", name="Cari nomor tiket")
    expect(search).to_be_focused()
    keyboard.type("j?")  # in a field, letters are letters
    expect(search).to_have_value("j?")
    search.fill("")
    search.blur()
    keyboard.press("?")
    sheet = officer.page.get_by_role("dialog", name="Pintasan papan ketik")
    expect(sheet).to_be_visible()
    sheet.get_by_role("switch", name="Pintasan satu huruf").uncheck()
    officer.press("Tutup")
    expect(sheet).not_to_be_visible()
    keyboard.press("?")
    keyboard.press("j")
    expect(sheet).not_to_be_visible()
    expect(links(officer).first).not_to_be_focused()
    officer.press("Pintasan papan ketik")
    switch = sheet.get_by_role("switch", name="Pintasan satu huruf")
    expect(switch).not_to_be_checked()
    switch.check()
    officer.press("Tutup")
    keyboard.press("j")
    expect(links(officer).first).to_be_focused()
    ticket = links(officer).first.inner_text()
    keyboard.press("Enter")
    officer.arrive(f"{LIST}/{ticket}")


def test_views_columns_and_order_stand_in_the_address(site: Server, two: list[str], visit: Visit) -> None:
    officer = visit(site, width=1280)
    sign_in(officer, "penerima")
    expect(links(officer).first).to_be_visible()
    heads = officer.page.get_by_role("columnheader")
    expect(heads).to_have_text(["Nomor Tiket", "Jenis dan Unit", "Status", "Target", "Petugas"])
    tab(officer, "Belum ditugaskan").click()
    expect(tab(officer, "Belum ditugaskan")).to_have_attribute("aria-current", "page")
    officer.page.get_by_text("Kolom", exact=True).click()
    officer.tick("Bukti")
    officer.page.get_by_role("checkbox", name="Status", exact=True).uncheck()
    officer.press("Tampilkan Kolom")
    expect(heads).to_have_text(["Nomor Tiket", "Jenis dan Unit", "Target", "Petugas", "Bukti"])
    officer.page.get_by_label("Urutkan: Terbaru").click()
    officer.follow("Target terdekat")
    expect(heads.nth(2)).to_have_attribute("aria-sort", "ascending")
    address = officer.page.url
    assert address.endswith("?hanya=belum-ditugaskan&urut=target&kolom=jenis,target,petugas,bukti")
    officer.page.get_by_text("Tampilan saya", exact=True).click()
    officer.write("Nama tampilan", "Antrean pagi")
    officer.press("Simpan Tampilan")
    officer.see("Tampilan Antrean pagi disimpan.")
    expect(tab(officer, "Antrean pagi")).to_have_attribute("aria-current", "page")
    opened(officer)
    expect(heads).to_have_count(5)
    tab(officer, "Antrean pagi").click()
    expect(heads.nth(4)).to_have_text("Bukti")
    assert officer.page.url == address
    officer.page.get_by_text("Tampilan saya", exact=True).click()
    officer.press("Hapus tampilan Antrean pagi")
    expect(tab(officer, "Antrean pagi")).to_have_count(0)
    officer.page.go_back()
    expect(heads.nth(2)).to_have_text("Status")


def test_from_case_to_case_as_they_are_listed(site: Server, two: list[str], visit: Visit) -> None:
    officer = visit(site, width=1280)
    sign_in(officer, "pengawas")
    opened(officer, f"{LIST}?instansi=bali&urut=terlama")
    listed = links(officer).all_inner_texts()
    links(officer).first.click()
    heading = officer.page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(listed[0])
    expect(officer.page.get_by_role("link", name="Laporan sebelumnya")).to_be_disabled()
    officer.write("Tulis pesan", "Hanya untuk pelapor pertama.")
    officer.follow("Laporan berikutnya")
    expect(heading).to_contain_text(listed[1])
    expect(officer.field("Tulis pesan")).to_have_value("")
    officer.follow("Laporan sebelumnya")
    expect(heading).to_contain_text(listed[0])
    officer.page.get_by_role("navigation", name="Remah").get_by_role("link").click()
    expect(links(officer).first).to_have_text(listed[0])
    assert "urut=terlama" in officer.page.url


def test_several_are_given_to_one_officer(site: Server, two: list[str], visit: Visit) -> None:
    officer = visit(site, width=1280)
    sign_in(officer, "penerima")
    expect(links(officer).first).to_be_visible()
    expect(officer.button("Tugaskan")).not_to_be_visible()
    for ticket in two:
        officer.tick(f"Pilih {ticket}")
    officer.press("Tugaskan")
    officer.see("Pilih petugas dan paling sedikit satu laporan.")
    officer.choose("Tugaskan kepada", "penelaah")
    officer.press("Tugaskan")
    officer.see("2 laporan ditugaskan kepada penelaah.")
    for ticket in two:
        expect(rows(officer).filter(has_text=ticket)).to_contain_text("penelaah")
    assessor = visit(site, width=1280)
    sign_in(assessor, "penelaah")
    tab(assessor, "Tugas saya").click()
    expect(links(assessor)).to_have_count(2)
    expect(assessor.page.get_by_role("checkbox", name=two[0])).to_have_count(0)  # an assessor gives no cases


def test_search_in_sealed_text(site: Server, two: list[str], visit: Visit) -> None:
    officer = visit(site, width=1280)
    sign_in(officer, "penerima")
    opened(officer, f"{LIST}?tiket={two[0]}")
    officer.page.get_by_text("Cari dalam isi laporan").first.click()
    panel = officer.page.get_by_role("region", name="Cari dalam isi laporan")
    panel.get_by_role("button", name="Mulai Mencari").click()
    expect(panel.get_by_text("Ketik 3 sampai 100 karakter.")).to_be_visible()
    officer.write("Kata yang dicari", "PUSKESMAS dijual")
    officer.press("Mulai Mencari")
    expect(panel.get_by_text("Selesai. 1 laporan diperiksa, 1 ditemukan.")).to_be_visible()
    found = panel.get_by_role("list", name="Temuan").get_by_role("listitem")
    expect(found).to_have_text([re.compile(f"{two[0]}.*Obat puskesmas dijual kembali di luar.")])
    expect(found.locator("mark")).to_have_text("puskesmas")
    officer.follow("Hapus Saringan")  # another list: what was found in the last one goes
    expect(found).to_have_count(0)


@pytest.mark.parametrize(("lang", "width"), [("id", 1280), ("en", 390)])
def test_the_list_as_a_file_has_what_is_filtered(
    site: Server, two: list[str], visit: Visit, lang: str, width: int
) -> None:
    officer = visit(site, lang=lang, width=width, accept_downloads=True)
    sign_in(officer, "penerima")
    opened(officer, f"{LIST}?tiket={two[0]}")
    expect(links(officer)).to_have_text([two[0]])
    assert _saved(officer)[1:] == [two[0]]
    if width > 1000:
        tab(officer, "Semua").click()  # the page lives on
        expect(links(officer).nth(1)).to_be_visible()
        name, *tickets = _saved(officer)
        assert re.fullmatch(r"Daftar-laporan-[\d-]{10}\.csv", name)
        assert set(two) <= set(tickets) and tickets[:25] == links(officer).all_inner_texts()


def _saved(officer: Visitor) -> list[str]:
    """Presses until the list is saved as a file: its name, and the tickets in it."""
    officer.page.locator("summary").get_by_text(officer.say("cases.export"), exact=True).click()
    expect(officer.page.get_by_text(officer.say("cases.export_note"))).to_be_visible()
    with officer.page.expect_download() as coming:
        officer.follow(officer.say("cases.export_do"))
    lines = coming.value.path().read_text("utf-8-sig").splitlines()
    separator = officer.say("format.separator")
    assert lines[0].startswith(officer.say("cases.col_ticket") + separator)
    return [coming.value.suggested_filename, *(line.partition(separator)[0] for line in lines[1:])]


def test_the_dashboard_leads_to_the_views(site: Server, two: list[str], visit: Visit) -> None:
    officer = visit(site, width=1280)
    sign_in(officer, "penerima")
    officer.follow("Dasbor")
    officer.arrive("/petugas/dasbor")
    expect(officer.page.get_by_role("img", name=re.compile("Bulan ini [1-9]"))).to_be_visible()
    counter = officer.page.get_by_role("navigation", name="Perlu tindakan").get_by_role("link", name="Terbuka")
    number = int(counter.inner_text().splitlines()[1])
    counter.click()
    officer.arrive(LIST)
    assert officer.page.url.endswith("?hanya=terbuka")
    expect(tab(officer, "Terbuka")).to_have_text(f"Terbuka{number}")
    expect(links(officer)).to_have_count(min(number, 25))


def test_axe_finds_nothing(site: Server, two: list[str], visit: Visit) -> None:
    """In one language: the list as such is examined in both with the other pages."""
    officer = equipped(visit(site, width=1280))
    sign_in(officer, "penerima")
    opened(officer)
    officer.page.get_by_text(officer.say("cases.deep_title")).first.click()
    officer.tick(officer.say("cases.pick", ticket=two[0]))
    for label in ("cases.filter_marks", "cases.columns", "cases.views_own", "cases.export"):
        officer.page.locator("summary").get_by_text(officer.say(label), exact=True).click()
        examine(officer, f"the list with {label} open")
        officer.page.keyboard.press("Escape")
        expect(officer.page.locator("details[open] > summary", has_text=officer.say(label))).to_have_count(0)
    officer.press(officer.say("cases.keys"))
    examine(officer, "the keyboard sheet")
    officer.press(officer.say("common.close"))
    lies_right(officer, LIST)
    officer.page.set_viewport_size({"width": 1280, "height": 900})
    officer.go("/petugas/dasbor")
    officer.see(officer.say("board.stages"))
    examine(officer, "/petugas/dasbor")
    lies_right(officer, "/petugas/dasbor")


def test_filters_claim_nothing_before_the_page_is_alive(site: Server, visit: Visit) -> None:
    waiting = visit(site, width=1280, java_script_enabled=False)
    waiting.page.goto(waiting.url("/petugas/laporan"))
    expect(waiting.page.get_by_text("Status", exact=True).first).to_be_visible()
    expect(waiting.page.get_by_text("()")).to_have_count(0)
