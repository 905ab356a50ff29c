"""Two workers, no sticky sessions: whoever serves a tab may be killed in the middle, and nothing typed is lost."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, expect

from tests.e2e.acting import file
from tests.e2e.filing import Filed, attach, fill_place, jpeg, next_step, send, to_step, track
from tests.e2e.officers import sign_in
from tests.e2e.serving import Server
from tests.e2e.test_life import at_status, unfold
from tests.e2e.visiting import CONNECTION_LOST, PATIENCE, Visit, Visitor

BIG = ("rekaman.jpg", jpeg() + bytes(3 * 2**19))
SLOW = 256 * 1024  # bytes a second


def case_page(officer: Visitor, ticket: str) -> None:
    sign_in(officer, "pengawas")
    officer.go(f"/petugas/laporan/{ticket}")
    expect(officer.page.get_by_role("complementary", name="Keadaan laporan")).to_be_visible()


def tracked(reporter: Visitor, filed: Filed) -> None:
    track(reporter, filed.ticket, filed.pin)
    reporter.arrive("/lacak/riwayat")
    expect(reporter.heading("Status saat ini")).to_be_visible()


def messages(visitor: Visitor, words: str) -> Locator:
    return visitor.page.get_by_role("list").get_by_text(words, exact=True)


def worker_of(visitor: Visitor) -> int:
    """The one that holds the socket of this visitor's tab, which must be the only one that is open."""
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        holding = {pid: visitor.server.open_pages(pid) for pid in visitor.server.workers()}
        if len(holding) == 2 and sorted(holding.values()) == [0, 1]:
            return max(holding, key=lambda pid: holding[pid])
        visitor.page.wait_for_timeout(100)
    raise AssertionError("there are other tabs, or no two workers")


@contextmanager
def losing_its_worker(visitor: Visitor) -> Iterator[None]:
    """Kills it (-9) once the body is done; ends when the tab has found the other one."""
    visitor.allow(CONNECTION_LOST)
    doomed = worker_of(visitor)
    with visitor.page.expect_websocket():
        yield
        os.kill(doomed, signal.SIGKILL)


def test_each_sees_at_once_what_the_other_writes(wide_site: Server, visit: Visit) -> None:
    filed = file(wide_site)
    reporter, officer = visit(wide_site), visit(wide_site, width=1280)
    tracked(reporter, filed)
    case_page(officer, filed.ticket)
    officer.write("Tulis pesan", "Di gudang yang mana?")
    officer.press("Kirim Pesan")
    reporter.see("Di gudang yang mana?")
    reporter.write("Tulis pesan", "Yang di dekat terminal.")
    reporter.press("Kirim Pesan")
    officer.see("Yang di dekat terminal.")


def test_in_the_middle_of_a_form(wide_site: Server, visit: Visit) -> None:
    reporter = visit(wide_site)
    to_step(reporter, 3)
    before = wide_site.reports()
    with losing_its_worker(reporter):
        reporter.write("Alamat", "Setengah kali")
    reporter.type("Alamat", "mat")
    reporter.page.get_by_text("Tanggal saja", exact=True).click()
    reporter.write("Tanggal", "2025-03-04")
    next_step(reporter, 4)
    expect(reporter.said("Alamat")).to_have_text("Setengah kalimat")
    with losing_its_worker(reporter):
        reporter.tick("Saya menyatakan laporan ini dibuat dengan iktikad baik")
    filed = send(reporter)
    assert wide_site.reports() == before + 1
    tracked(visit(wide_site), filed)


def test_in_the_middle_of_an_upload(wide_site: Server, visit: Visit) -> None:
    reporter = visit(wide_site)
    to_step(reporter, 3)
    fill_place(reporter)
    line = reporter.context.new_cdp_session(reporter.page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW}
    line.send("Network.emulateNetworkConditions", slow)
    with losing_its_worker(reporter):
        attach(reporter, BIG)
        expect(reporter.page.get_by_role("progressbar")).to_be_visible()
    line.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    kept, broken = reporter.page.get_by_text("Berkas berhasil diunggah."), reporter.page.locator("#upload-broken")
    expect(kept.or_(broken).filter(visible=True).first).to_be_visible()  # the other worker may have had the file
    if not kept.count():
        attach(reporter, BIG)
    expect(kept).to_have_count(1)
    expect(reporter.field("Alamat")).to_have_value("Gudang farmasi kabupaten")
    next_step(reporter, 4)
    expect(reporter.page.get_by_role("listitem").filter(has_text="Berkas laporan 1")).to_be_visible()


def test_in_the_middle_of_a_case(wide_site: Server, visit: Visit) -> None:
    filed = file(wide_site)
    officer = visit(wide_site)
    case_page(officer, filed.ticket)
    note, message = officer.field("Isi catatan"), officer.field("Tulis pesan")
    with losing_its_worker(officer):
        officer.write("Tulis pesan", "Mohon kirim")
        unfold(officer, "Ubah Status")
        officer.tick("Diverifikasi", "radio")
        officer.write("Catatan untuk pelapor", "Laporan Anda sedang dibaca.")
        officer.write("Isi catatan", "Periksa faktur")
    officer.type("Isi catatan", " bulan Maret.")
    expect(message).to_have_value("Mohon kirim")
    officer.press("Simpan Catatan")
    expect(messages(officer, "Periksa faktur bulan Maret.")).to_have_count(1)
    expect(note).to_have_value("")
    expect(message).to_have_value("Mohon kirim")
    expect(officer.page.get_by_role("radio", name="Diverifikasi")).to_be_checked()
    officer.button("Ubah Status").click()
    at_status(officer, "Diverifikasi")
    officer.page.reload()
    expect(messages(officer, "Periksa faktur bulan Maret.")).to_have_count(1)
    reporter = visit(wide_site)
    tracked(reporter, filed)
    expect(reporter.page.get_by_text("Laporan Anda sedang dibaca.")).to_have_count(1)
