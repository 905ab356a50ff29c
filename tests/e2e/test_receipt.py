"""The receipt until it is saved, and the way back with what stands on it."""

import statistics
import time
from pathlib import Path

from playwright.sync_api import Dialog, expect

from tests.e2e.filing import Filed, receipt, send, to_step, track
from tests.e2e.serving import Server
from tests.e2e.visiting import CONNECTION_LOST, Visit, Visitor
from wbs_app.vault.codes import new_pin, new_ticket

WRONG = "Nomor tiket atau PIN tidak sesuai."


def _file(reporter: Visitor) -> Filed:
    to_step(reporter, 4)
    reporter.tick("Saya menyatakan laporan ini dibuat dengan iktikad baik")
    return send(reporter)


def test_receipt_stays_until_it_is_saved(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.allow(CONNECTION_LOST)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    reporter.page.on("dialog", leave)
    filed = _file(reporter)
    asked.clear()
    reporter.page.reload()
    assert receipt(reporter) == filed
    assert asked == ["beforeunload"]  # not ticked yet
    site.stop()
    site.start()
    reporter.page.reload()
    assert receipt(reporter) == filed
    reporter.go("/lapor")  # away and back: it is still offered
    reporter.follow("Buka Tanda Terima")
    assert receipt(reporter) == filed
    reporter.tick("Saya sudah menyimpan nomor tiket dan PIN")
    expect(reporter.button("Selesai dan Tutup Tanda Terima")).to_be_visible()
    asked.clear()
    reporter.press("Selesai dan Tutup Tanda Terima")
    reporter.arrive("/")
    assert asked == []
    stored = reporter.page.evaluate("JSON.stringify(sessionStorage)")
    assert filed.pin not in stored
    reporter.go("/lapor/ringkasan")
    expect(reporter.page.get_by_text(filed.pin)).to_have_count(0)


def test_receipt_is_copied_downloaded_and_printed(site: Server, visit: Visit, tmp_path: Path) -> None:
    reporter = visit(site, permissions=["clipboard-read", "clipboard-write"], accept_downloads=True)
    filed = _file(reporter)
    reporter.press("Salin Nomor Tiket dan PIN")
    copied = reporter.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"Nomor Tiket: {filed.ticket}\nPIN: {filed.pin}"
    with reporter.page.expect_download() as download:
        reporter.follow("Unduh Tanda Terima")
    assert download.value.suggested_filename == "tanda-terima.txt"
    written = download.value.path().read_text("utf-8")
    assert filed.ticket in written and filed.pin in written
    assert f"{site.origin}/lacak" in written
    reporter.page.emulate_media(media="print")
    expect(reporter.page.get_by_text(filed.ticket)).to_be_visible()
    expect(reporter.page.get_by_text(filed.pin)).to_be_visible()
    expect(reporter.page.get_by_text("WBS Pemerintah Provinsi Bali", exact=True)).to_be_visible()
    expect(reporter.page.get_by_text(f"{site.origin}/lacak")).to_be_visible()  # paper has no links
    for button in reporter.page.get_by_role("button").all() + reporter.page.get_by_role("link").all():
        expect(button).to_be_hidden()


def test_copying_says_what_became_of_it(site: Server, visit: Visit) -> None:
    """A reporter who believes that the PIN is safe, and is wrong, loses the report."""
    reporter = visit(site)
    _file(reporter)
    button, said = reporter.button("Salin Nomor Tiket dan PIN"), reporter.page.get_by_role("status")
    copied, failed = (
        said.get_by_text(reporter.say("success.copied")),
        said.get_by_text(reporter.say("success.copy_failed")),
    )
    expect(copied.or_(failed)).to_have_count(2)  # in their places, to be heard when they appear
    expect(copied).to_be_hidden()
    expect(failed).to_be_hidden()
    button.click()  # without the permission
    expect(failed).to_be_visible()
    expect(copied).to_be_hidden()
    reporter.context.grant_permissions(["clipboard-write"])
    button.click()
    expect(copied).to_be_visible()
    expect(failed).to_be_hidden()


def test_what_is_misspelt_is_told_apart(site: Server, visit: Visit) -> None:
    """Whether it is a ticket or a PIN at all says nothing about any report."""
    stranger = visit(site, agency="ntt")
    stranger.page.goto(stranger.url("/lacak") + "?instansi=ntt")
    stranger.alive()
    alert = stranger.page.get_by_role("alert")
    stranger.press("Lihat Laporan")
    expect(alert).to_contain_text("Nomor tiket belum lengkap atau ada yang keliru. Bentuknya seperti NTT")
    expect(alert).to_be_focused()
    stranger.write("Nomor Tiket", new_ticket("NTT"))
    stranger.write("PIN", new_pin()[:-1])
    stranger.press("Lihat Laporan")
    expect(alert).to_have_text("PIN belum lengkap atau ada yang keliru. PIN terdiri atas 16 huruf dan angka.")
    stranger.write("PIN", new_pin())
    stranger.press("Lihat Laporan")
    expect(alert).to_have_text(WRONG)


def test_wrong_pin_and_unknown_ticket_look_and_take_the_same(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    filed = _file(reporter)
    attempts = {"wrong PIN": (filed.ticket, new_pin()), "unknown ticket": (new_ticket("BALI"), filed.pin)}
    stranger = visit(site)
    took: dict[str, list[float]] = {name: [] for name in attempts}
    seen: set[str] = set()
    for _ in range(5):
        for name, (ticket, pin) in attempts.items():
            track(stranger, ticket, pin)
            started = time.perf_counter()
            alert = stranger.page.get_by_role("alert").filter(has_text=WRONG)
            expect(alert).to_be_visible()
            took[name].append(time.perf_counter() - started)
            expect(alert).to_be_focused()
            seen.add(alert.inner_text())
            expect(stranger.field("Nomor Tiket")).to_have_value(ticket)
    assert seen == {WRONG}
    one, other = (statistics.median(times) for times in took.values())
    assert 0.2 < one / other < 5, took
