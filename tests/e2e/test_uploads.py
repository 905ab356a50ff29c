"""Evidence on its way in: what is refused says so in one sentence, and the rest of the form stays as it was."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.filing import attach, fill_place, jpeg, next_step, to_step
from tests.e2e.serving import Server
from tests.e2e.visiting import Visit
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


def test_reporter_sees_the_picture_on_the_summary(reporter) -> None:
    attach(reporter, ("foto.jpg", jpeg()))
    reporter.see("Berkas berhasil diunggah.")
    next_step(reporter, 4)
    with reporter.context.expect_page() as opened:
        reporter.follow("lihat bukti 1")
    picture = opened.value.get_by_role("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [320, 240]
    shown = reporter.context.request.get(opened.value.url)
    assert shown.body() == jpeg()
