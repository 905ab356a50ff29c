"""An administrator changes what reporters choose from, and they notice."""

import re
import time
from collections.abc import Callable
from functools import partial

from playwright.sync_api import expect

from tests.e2e.filing import STEPS, fill_incident, fill_place, next_step, to_step
from tests.e2e.officers import sign_in
from tests.e2e.serving import Server
from tests.e2e.visiting import Visit, Visitor

PAGE = "/petugas/kelola/rujukan"
NAME = "Balai Pelatihan Aparatur"
NOTICED_SECONDS = 30.0
"""Workers keep their lists for ten seconds."""


def administrator(site: Server, visit: Visit, width: int = 390) -> Visitor:
    admin = visit(site, width=width)
    sign_in(admin, "pengelola", "/petugas/kelola/pengguna")
    return admin


def offered(reporter: Visitor) -> bool:
    """Whether the form that opens now suggests the unit."""
    reporter.go(STEPS[1])
    expect(reporter.page.locator("datalist option[value='Biro Hukum']")).to_have_count(1)
    return reporter.page.locator(f"datalist option[value='{NAME}']").count() == 1


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + NOTICED_SECONDS
    while not holds():
        assert time.monotonic() < deadline


def test_a_unit_comes_and_goes(site: Server, visit: Visit) -> None:
    admin, reporter = administrator(site, visit), visit(site)
    to_step(reporter, 2)
    assert not offered(reporter)
    admin.go(PAGE)
    # A name that is taken, then a good one: nothing typed is lost in between.
    admin.follow("Tambah")
    admin.write("Nama", "dinas kesehatan")
    admin.choose("Letakkan sesudah", "Biro Hukum")
    admin.press("Tambah")
    expect(admin.page.get_by_role("alert").filter(has_text="1 isian perlu diperbaiki")).to_be_focused()
    expect(admin.field("Nama")).to_have_accessible_description(
        "Nama ini sudah dipakai entri lain, mungkin yang sedang nonaktif."
    )
    expect(admin.field("Nama")).to_have_value("dinas kesehatan")
    admin.write("Nama", NAME)
    admin.press("Tambah")
    expect(admin.page.get_by_role("status").filter(has_text=f"{NAME} ditambahkan.")).to_be_focused()
    names = admin.page.get_by_role("row").get_by_role("cell").locator("b")
    expect(names.filter(has_text=NAME)).to_be_visible()
    told = names.all_inner_texts()
    assert told.index(NAME) == told.index("Biro Hukum") + 1
    # A reporter chooses it, and it is taken out of use while the report is under way.
    wait_until(lambda: offered(reporter))
    fill_incident(reporter)
    reporter.write(reporter.say("step2.unit"), NAME)
    next_step(reporter, 3)
    fill_place(reporter)
    next_step(reporter, 4)
    admin.page.get_by_role("searchbox", name="Cari nama").fill("pelatihan aparatur")
    admin.press("Cari")
    expect(admin.page.get_by_role("status").filter(has_text=re.compile("^1 dari "))).to_be_focused()
    admin.press(f"Nonaktifkan {NAME}")
    expect(admin.button(f"Aktifkan {NAME}")).to_be_focused()
    admin.see(f"{NAME} tidak lagi tampil di formulir. Laporan yang menyebutnya tidak berubah.")
    other = visit(site)
    to_step(other, 2)
    wait_until(lambda: not offered(other))
    reporter.tick(reporter.say("summary.truth"))
    reporter.press(reporter.say("summary.submit"))
    reporter.arrive(STEPS[1])
    expect(reporter.field(reporter.say("step2.unit"))).to_have_value(NAME)
    summary = reporter.page.get_by_role("alert").filter(has=reporter.page.get_by_role("link"))
    expect(summary.filter(has_text=reporter.say("error.unit_unknown"))).to_be_focused()
    reporter.write(reporter.say("step2.unit"), "Dinas Kesehatan")
    next_step(reporter, 3)


def test_what_is_typed_outlives_the_connection_and_another_administrator(site: Server, visit: Visit) -> None:
    first, second = administrator(site, visit, 1280), administrator(site, visit, 1280)
    for admin in (first, second):
        admin.go(f"{PAGE}?bagian=profil&ubah=kontak")
        expect(admin.field("Telepon")).to_have_value("")
    second.write("Telepon", "(0361) 224671")
    second.write("Situs", "javascript:alert(1)")
    second.press("Simpan Perubahan")
    expect(second.field("Situs")).to_have_accessible_description("Diawali https:// Tautan harus diawali https://.")
    second.write("Situs", "https://wbs.example.go.id")
    second.press("Simpan Perubahan")
    second.see("Kontak: perubahan disimpan.")
    first.write("Telepon", "110")
    first.write("Jam layanan (Indonesia)", "Senin sampai Jumat")
    first.press("Simpan Perubahan")
    expect(first.page.get_by_role("alert").filter(has_text="orang lain mengubahnya")).to_be_focused()
    expect(first.field("Telepon")).to_have_value("110")
    first.write("Telepon", "(0361) 224671")
    first.press("Simpan Perubahan")
    first.see("Kontak: perubahan disimpan.")
    visitor = visit(site)

    def shown() -> bool:
        visitor.go("/kontak")
        expect(visitor.page.get_by_role("term").filter(has_text="Alamat")).to_be_visible()
        return visitor.said("Telepon").count() == visitor.said("Jam layanan").count() == 1

    wait_until(shown)
    expect(visitor.said("Telepon")).to_have_text("(0361) 224671")
    expect(visitor.said("Jam layanan")).to_have_text("Senin sampai Jumat")


def test_an_announcement_stands_first_until_it_is_taken_back(site: Server, visit: Visit) -> None:
    """The privacy notice promises that a breach is told here to those who left no address."""
    words = "Data yang tersimpan pada 3 Maret mungkin terbuka bagi orang lain."
    admin, visitor = administrator(site, visit), visit(site)

    def announce(said: str) -> None:
        admin.go(f"{PAGE}?bagian=profil&ubah=pengumuman")
        admin.write("Pengumuman (Indonesia)", said)
        admin.press("Simpan Perubahan")
        admin.see("Pengumuman: perubahan disimpan.")

    def told(path: str = "/", name: str = "Pengumuman") -> bool:
        visitor.go(path)
        expect(visitor.page.get_by_role("main")).to_be_visible()
        return visitor.page.get_by_role("region", name=name, exact=True).filter(has_text=words).count() == 1

    announce(words)
    for path, name in (("/", "Pengumuman"), ("/lacak", "Pengumuman"), ("/en/kontak", "Announcement")):
        wait_until(partial(told, path, name))  # each worker looks anew after some seconds
    assert not told(STEPS[0]), "nothing stands in the way of a form"
    announce("")
    wait_until(lambda: not told())
