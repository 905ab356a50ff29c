"""The reporter's side of a case: followed, talked about, taken back, rated, objected to; nothing typed is ever lost."""

import re
import time

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.acting import act, file
from tests.e2e.filing import attach, jpeg, track
from tests.e2e.serving import Server
from tests.e2e.test_accessibility import equipped, examine, lies_right
from tests.e2e.visiting import CONNECTION_LOST, Visit, Visitor

PAGE = "/lacak/riwayat"
QUESTION = "Kapan kira-kira kontrak itu ditandatangani?"


def opened(visitor: Visitor, ticket: str, pin: str) -> Visitor:
    """At the report."""
    track(visitor, ticket, pin)
    visitor.arrive(PAGE)
    there(visitor)
    return visitor


def there(visitor: Visitor) -> None:
    """The report is on the page."""
    expect(visitor.heading(visitor.say("track.sent_title"))).to_be_visible()


def again(visitor: Visitor) -> None:
    visitor.page.reload()
    visitor.alive()
    there(visitor)


def stage(visitor: Visitor, status: str) -> Locator:
    """A stage of the timeline."""
    listed = visitor.page.get_by_role("list", name=visitor.say("track.timeline"))
    return listed.get_by_role("listitem").filter(has_text=visitor.say(f"status.{status}")).first


def message(visitor: Visitor, words: str) -> Locator:
    box = visitor.page.get_by_role("region", name=visitor.say("chat.title"))
    return box.get_by_role("listitem").filter(has_text=words)


def composer(visitor: Visitor) -> Locator:
    return visitor.field(visitor.say("chat.placeholder"))


def send(visitor: Visitor, words: str) -> None:
    visitor.write(visitor.say("chat.placeholder"), words)
    visitor.press(visitor.say("chat.send"))


def test_a_question_is_said_first_and_answered(site: Server, visit: Visit) -> None:
    filed = file(site)
    reporter = opened(equipped(visit(site)), filed.ticket, filed.pin)
    expect(stage(reporter, "received")).to_contain_text("Penerimaan dikonfirmasi paling lambat")
    reporter.see("Kabar berikutnya paling lambat")
    reporter.go("/faq")  # where nothing is read while it is asked
    act(site, filed.ticket, ("acknowledge",), ("verify",), ("ask", QUESTION))
    reporter.go(PAGE)
    expect(stage(reporter, "received")).to_contain_text("Petugas mengonfirmasi penerimaan")
    expect(stage(reporter, "clarification")).to_contain_text("Waktu penanganan berhenti sampai Anda menjawab")
    first = reporter.page.get_by_role("status").filter(has_text="Petugas menunggu jawaban Anda")
    expect(first).to_contain_text(re.compile(r"Jawab paling lambat \d+ \w+ 20\d\d"))
    asked = message(reporter, QUESTION)
    expect(asked).to_contain_text("Petugas")
    expect(asked).to_contain_text("Pertanyaan")
    expect(asked).to_contain_text("Baru")
    assert "pengawas" not in reporter.page.get_by_role("main").inner_text().lower()  # who asked
    examine(reporter, "an asked reporter")
    lies_right(reporter, PAGE)
    reporter.follow("Tulis pesan")
    expect(composer(reporter)).to_be_focused()
    send(reporter, "Minggu kedua bulan Oktober.")
    reporter.see("Pesan terkirim.")
    expect(composer(reporter)).to_have_value("")
    expect(message(reporter, "Minggu kedua")).to_contain_text("Terkirim")
    expect(first).to_have_count(0)
    expect(stage(reporter, "clarification").locator("[data-tone=paused]")).to_have_count(0)
    act(site, filed.ticket, ("read",))
    again(reporter)
    expect(message(reporter, "Minggu kedua")).to_contain_text("Dibaca")
    expect(asked).not_to_contain_text("Baru")


def test_what_happens_is_there_without_a_reload(site: Server, visit: Visit) -> None:
    filed = file(site)
    here, elsewhere = (opened(visit(site), filed.ticket, filed.pin) for _ in range(2))
    composer(elsewhere).fill("Setengah kalimat")
    waits = []
    for number in range(3):
        words = f"Catatan nomor {number}."
        here.write("Tulis pesan", words)
        began = time.monotonic()
        here.press("Kirim Pesan")
        expect(message(elsewhere, words)).to_be_visible()
        waits.append(time.monotonic() - began)
        expect(composer(here)).to_have_value("")
    assert min(waits) < 1, waits
    expect(composer(elsewhere)).to_have_value("Setengah kalimat")
    expect(message(elsewhere, "Catatan nomor")).to_have_count(3)


def test_what_is_typed_outlives_errors_and_outages(site: Server, visit: Visit) -> None:
    filed = file(site)
    reporter = opened(visit(site), filed.ticket, filed.pin)
    reporter.allow(CONNECTION_LOST)
    reporter.press("Kirim Pesan")
    reporter.see("Kolom ini wajib diisi.")
    reporter.write("Tulis pesan", "x" * 10_001)
    reporter.press("Kirim Pesan")
    reporter.see("Paling banyak 10000 karakter.")
    expect(composer(reporter)).to_have_value("x" * 10_001)
    reporter.write("Tulis pesan", "Setengah kali")
    site.stop()
    reporter.see(reporter.say("net.offline"))
    reporter.type("Tulis pesan", "mat, ditulis saat terputus")
    site.start()
    expect(reporter.page.get_by_text(reporter.say("net.offline"))).to_have_count(0, timeout=30_000)
    there(reporter)
    expect(composer(reporter)).to_have_value("Setengah kalimat, ditulis saat terputus")
    reporter.context.set_offline(True)
    for _ in range(2):  # is sent when the connection is back, and once
        reporter.press("Kirim Pesan")
    reporter.context.set_offline(False)
    expect(message(reporter, "Setengah kalimat, ditulis saat terputus")).to_be_visible()
    expect(composer(reporter)).to_have_value("")
    again(reporter)
    expect(message(reporter, "Setengah kalimat")).to_have_count(1)


def test_a_message_that_tells_who_writes_is_held_once(site: Server, visit: Visit) -> None:
    filed = file(site)
    reporter = opened(visit(site), filed.ticket, filed.pin)
    for words in ("Hubungi 0812 3456 7890.", "Atau budi@contoh.id."):
        send(reporter, words)
        reporter.see("Pesan ini tampak memuat nomor telepon, NIP, NIK, atau email")
        expect(composer(reporter)).to_have_value(words)
        expect(message(reporter, words)).to_have_count(0)
        reporter.press("Kirim Pesan")
        expect(message(reporter, words)).to_be_visible()
        reporter.see("Pesan terkirim.")


def test_a_report_that_nobody_looks_at_closes_and_keeps_what_was_typed(site: Server, visit: Visit) -> None:
    filed = file(site)
    reporter = visit(site)
    reporter.page.clock.install()
    opened(reporter, filed.ticket, filed.pin)
    reporter.type("Tulis pesan", "Belum selesai")
    for _ in range(4):  # whoever writes for an hour is not thrown out
        reporter.page.clock.fast_forward("15:00")
        reporter.type("Tulis pesan", ".")
    expect(composer(reporter)).to_have_value("Belum selesai....")
    reporter.page.clock.fast_forward("31:00")
    reporter.arrive("/lacak")
    reporter.see("Tulisan Anda yang belum terkirim masih tersimpan terkunci di tab ini")
    assert "Belum selesai" not in str(reporter.page.evaluate("JSON.stringify(sessionStorage)"))
    reporter.write("Nomor Tiket", filed.ticket)
    reporter.write("PIN", filed.pin)
    reporter.press("Lihat Laporan")
    reporter.arrive(PAGE)
    there(reporter)
    expect(composer(reporter)).to_have_value("Belum selesai....")
    reporter.press("Kirim Pesan")
    expect(message(reporter, "Belum selesai....")).to_be_visible()


def test_how_one_left_is_said_at_the_door(site: Server, visit: Visit) -> None:
    filed = file(site)
    reporter = visit(site)
    reporter.page.goto(reporter.url(PAGE))
    reporter.arrive("/lacak")
    reporter.see("Masukkan nomor tiket dan PIN untuk melihat riwayat laporan.")
    opened(reporter, filed.ticket, filed.pin)
    reporter.press("Keluar dari Laporan")
    reporter.arrive("/lacak")
    reporter.see("Anda telah keluar dari laporan.")
    assert (
        reporter.page.evaluate(
            "Object.entries(sessionStorage).filter(([name, kept]) => /pass|turn|once/.test(name) && kept)"
        )
        == []
    )
    assert filed.ticket not in reporter.page.content()


def test_a_report_is_taken_back_before_its_verification(site: Server, visit: Visit) -> None:
    filed = file(site)
    reporter = opened(equipped(visit(site)), filed.ticket, filed.pin)
    reporter.press("Tarik Laporan")
    dialog = reporter.page.get_by_role("dialog", name="Tarik Laporan")
    expect(dialog).to_be_visible()
    examine(reporter, "the dialog of Tarik Laporan")
    reporter.press("Batal")
    expect(dialog).to_be_hidden()
    reporter.press("Tarik Laporan")
    reporter.write("Alasan penarikan", "Sudah selesai di tempat.")
    reporter.press("Tarik laporan ini")
    reporter.see("Laporan telah ditarik.")
    expect(stage(reporter, "withdrawn")).to_be_visible()
    end = reporter.page.get_by_role("region", name="Hasil penanganan")
    expect(end).to_contain_text("Alasan Anda: Sudah selesai di tempat.")
    expect(reporter.button("Tarik Laporan")).to_have_count(0)
    expect(composer(reporter)).to_be_hidden()
    expect(end.get_by_role("button")).to_have_count(0)


def test_verification_comes_before_a_withdrawal(site: Server, visit: Visit) -> None:
    filed = file(site)
    reporter = opened(visit(site), filed.ticket, filed.pin)
    reporter.press("Tarik Laporan")
    reporter.write("Alasan penarikan", "Terlambat.")
    act(site, filed.ticket, ("verify",))
    reporter.press("Tarik laporan ini")
    reporter.see("Laporan tidak dapat ditarik lagi karena sudah mulai diverifikasi.")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_an_outcome_is_read_rated_and_objected_to(site: Server, visit: Visit, lang: str) -> None:
    note = "Pelaku diberhentikan dari jabatannya."
    filed = file(site, ("verify",), ("close", note))
    reporter = opened(equipped(visit(site, lang=lang)), filed.ticket, filed.pin)
    end = reporter.page.get_by_role("region", name=reporter.say("track.outcome"))
    expect(end).to_contain_text(note)
    expect(reporter.page.get_by_text(note)).to_have_count(1)
    expect(composer(reporter)).to_be_hidden()
    reporter.see(reporter.say("chat.closed"))
    reporter.press(reporter.say("track.rate_send"))
    reporter.see(reporter.say("error.choose_one"))
    examine(reporter, "an outcome with an error")
    lies_right(reporter, PAGE)
    reporter.tick(f"4 – {reporter.say('rating.4')}", "radio")
    reporter.press(reporter.say("track.rate_send"))
    reporter.see(reporter.say("track.rating_sent"))
    expect(end).to_contain_text(reporter.say("track.rated", rating=f"4 – {reporter.say('rating.4')}"))
    expect(reporter.button(reporter.say("track.rate_send"))).to_have_count(0)
    reporter.write(reporter.say("track.object_reason"), "Terlalu ringan")
    reporter.press(reporter.say("track.object"))
    expect(end.get_by_role("alert").filter(has_text=reporter.say("error.min_length", min=20))).to_be_focused()
    expect(reporter.field(reporter.say("track.object_reason"))).to_have_value("Terlalu ringan")
    reporter.type(reporter.say("track.object_reason"), ", dan saksi belum ditanya.")
    reporter.press(reporter.say("track.object"))
    reporter.see(reporter.say("track.objected"))
    expect(stage(reporter, "reopened")).to_contain_text("saksi belum ditanya.")
    expect(end).to_be_hidden()
    expect(composer(reporter)).to_be_visible()
    examine(reporter, "a reopened report")


def test_a_referral_names_the_other_body(site: Server, visit: Visit) -> None:
    filed = file(site, ("verify",), ("refer", "Bukan kewenangan kami.", "Komisi Pemberantasan Korupsi"))
    reporter = opened(visit(site), filed.ticket, filed.pin)
    end = reporter.page.get_by_role("region", name="Hasil penanganan")
    expect(end).to_contain_text("Diteruskan kepada Komisi Pemberantasan Korupsi")
    expect(end).to_contain_text("Bukan kewenangan kami.")


def test_files_come_with_a_message_or_alone(site: Server, visit: Visit) -> None:
    filed = file(site)
    reporter = opened(equipped(visit(site)), filed.ticket, filed.pin)
    reporter.see("Tidak ada bukti dilampirkan")
    reporter.press("Tambah Bukti")
    attach(reporter, ("foto.jpg", jpeg(160)))
    reporter.see("Berkas berhasil diunggah.")
    examine(reporter, "an attached file")
    lies_right(reporter, PAGE)
    reporter.press("Kirim Pesan")
    reporter.see("Bukti telah ditambahkan.")
    listed = reporter.page.get_by_role("listitem")
    expect(listed.filter(has_text=re.compile("^Berkas laporan 1"))).to_be_visible()
    expect(reporter.page.get_by_text("Berkas berhasil diunggah.")).to_have_count(0)
    expect(stage(reporter, "received")).to_contain_text("Bukti ditambahkan: 1 berkas")
    attach(reporter, ("foto2.jpg", jpeg(170)))
    reporter.see("Berkas berhasil diunggah.")
    reporter.press("Tambah Keterangan")
    expect(composer(reporter)).to_be_focused()
    send(reporter, "Foto ini diambil kemarin.")
    reporter.see("Keterangan telah ditambahkan.")
    added = message(reporter, "Foto ini diambil kemarin.")
    expect(added).to_contain_text("Keterangan tambahan")
    expect(added.get_by_role("link", name="Berkas laporan 2")).to_have_attribute("href", "#berkas")
    expect(listed.filter(has_text=re.compile("^Berkas laporan 2"))).to_be_visible()


def test_files_alone_answer_a_question(site: Server, visit: Visit) -> None:
    filed = file(site, ("verify",), ("ask", "Ada foto kuitansinya?"))
    reporter = opened(visit(site), filed.ticket, filed.pin)
    first = reporter.page.get_by_role("status").filter(has_text="Petugas menunggu jawaban Anda")
    expect(first).to_be_visible()
    reporter.press("Tambah Bukti")
    attach(reporter, ("kuitansi.jpg", jpeg(150)))
    reporter.see("Berkas berhasil diunggah.")
    reporter.press("Kirim Pesan")
    reporter.see("Bukti telah ditambahkan.")
    expect(first).to_have_count(0)
    expect(stage(reporter, "clarification").locator("[data-tone=paused]")).to_have_count(0)
    link = message(reporter, "Terkirim").get_by_role("link", name="Berkas laporan 1")
    expect(link).to_have_attribute("href", "#berkas")
