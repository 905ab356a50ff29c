"""Evidence on its way in: what is refused says so in one sentence, and the rest of the form stays as it was."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.filing import attach, fill_place, jpeg, next_step, receipt, to_step
from tests.e2e.serving import Server
from tests.e2e.visiting import Visit
from tests.services.samples import jpeg as marked_jpeg
from wbs_app.text import fill, text

LIMIT = 2 * 2**20


def _png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(buffer, "PNG")
    return buffer.getvalue()


REFUSED = {
    "wrong extension": (("catatan.exe", b"MZ" + bytes(100)), "error.file_type"),
    "no extension": (("catatan", b"polos"), "error.file_type"),
    "empty": (("kosong.pdf", b""), "error.file_empty"),
    "one byte too many": (("besar.jpg", jpeg() + bytes(LIMIT + 1 - len(jpeg()))), "error.file_size"),
    "content of another type": (("gambar.jpg", _png()), "error.file_mismatch"),
    "a script that says it is a document": (("surat.pdf", b"<script>alert(1)</script>"), "error.file_mismatch"),
}


@pytest.fixture
def reporter(site: Server, visit: Visit):
    """At step 3, with the rest of it typed."""
    visitor = visit(site)
    to_step(visitor, 3)
    fill_place(visitor)
    return visitor


def test_each_refusal_says_one_thing_and_can_be_dismissed(reporter) -> None:
    rows = reporter.page.get_by_role("list", name="Daftar berkas").get_by_role("listitem")
    for file, key in REFUSED.values():
        attach(reporter, file)
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(fill(text(key), max=2))
        expect(rows).not_to_contain_text(file[0])  # a file's name is nobody's business, not even on the screen
        reporter.press("Hapus dari daftar")
        expect(rows).to_have_count(0)
    expect(reporter.field("Alamat")).to_have_value("Gudang farmasi kabupaten")
    expect(reporter.field("Tanggal")).to_have_value("2025-03-04")


def test_exactly_the_limit_is_taken_and_can_be_removed(reporter) -> None:
    attach(reporter, ("pas.jpg", jpeg() + bytes(LIMIT - len(jpeg()))))
    reporter.see("Berkas berhasil diunggah.")
    reporter.press("Hapus berkas laporan 1")
    expect(reporter.page.get_by_text("Berkas berhasil diunggah.")).to_have_count(0)
    next_step(reporter, 4)
    reporter.see("Anda belum melampirkan bukti.")


def test_six_files_five_are_kept(reporter) -> None:
    attach(reporter, *((f"foto-{number}.jpg", jpeg()) for number in range(6)))
    expect(reporter.page.get_by_text("Berkas berhasil diunggah.")).to_have_count(5)
    expect(reporter.page.get_by_text("Paling banyak 5 berkas.", exact=True)).to_have_count(1)


def test_a_file_that_does_not_get_through_is_told_in_every_browser(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.allow(re.compile("net::ERR_FAILED"))
    reporter.context.add_init_script("delete PerformanceResourceTiming.prototype.responseStatus")  # as in Safari
    to_step(reporter, 3)
    reporter.context.route("**/_upload", lambda route: route.abort())
    attach(reporter, ("foto.jpg", jpeg()))
    broken = reporter.page.get_by_text(text("error.file_interrupted"))
    expect(broken).to_be_visible()
    expect(reporter.page.get_by_role("progressbar")).to_be_hidden()
    reporter.context.unroute("**/_upload")
    attach(reporter, ("foto.jpg", jpeg()))
    reporter.see("Berkas berhasil diunggah.")
    expect(broken).to_be_hidden()


def test_reporter_sees_the_picture_on_the_summary(reporter) -> None:
    attach(reporter, ("foto.jpg", jpeg()))
    reporter.see("Berkas berhasil diunggah.")
    next_step(reporter, 4)
    reporter.press("lihat bukti 1")
    picture = reporter.page.get_by_role("img", name="Halaman 1 dari 1")
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [320, 240]


def test_reporter_reads_what_was_removed_and_may_keep_the_original_at_home(reporter) -> None:
    attach(reporter, ("foto.jpg", marked_jpeg("Penanda")), ("bersih.jpg", jpeg()))
    reporter.see("Dihapus dari salinan: lokasi GPS, nama pembuat")
    reporter.see("Tidak ada jejak tersembunyi yang ditemukan.")
    first, second = (
        reporter.page.get_by_role("checkbox", name=fill(text("step3.evidence_keep_n"), n=number)) for number in (1, 2)
    )
    expect(first).to_be_checked()
    first.uncheck()
    reporter.page.on("dialog", lambda dialog: dialog.accept())  # typed and not sent: it asks
    reporter.page.reload()
    reporter.alive()
    expect(first).not_to_be_checked()
    expect(second).to_be_checked()


def test_a_file_that_waited_too_long_is_told_before_the_report_goes(reporter) -> None:
    attach(reporter, ("foto.jpg", jpeg()))
    reporter.see("Berkas berhasil diunggah.")
    next_step(reporter, 4)
    for file in (reporter.server.data / "evidence" / "staged").rglob("*.file"):
        file.unlink()
    before = reporter.server.reports()
    reporter.tick("Saya menyatakan laporan ini dibuat dengan iktikad baik")
    reporter.press("Kirim Laporan")
    expect(reporter.page.get_by_role("alert").get_by_text(text("error.file_expired"))).to_be_visible()
    assert reporter.server.reports() == before
    reporter.page.go_back()
    reporter.arrive("/lapor/lokasi-waktu")
    attach(reporter, ("foto.jpg", jpeg()))
    reporter.see("Berkas berhasil diunggah.")
    next_step(reporter, 4)
    reporter.tick("Saya menyatakan laporan ini dibuat dengan iktikad baik")
    reporter.press("Kirim Laporan")
    receipt(reporter)
    assert reporter.server.reports() == before + 1
