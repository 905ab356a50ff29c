"""The whole life of a case in three browsers at once: reporter, officer, identity custodian; nobody reloads.

Afterwards the audit trail is whole; and one changed byte of one row is found and named.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests.e2e.conftest import Install
from tests.e2e.filing import Filed, send, to_step, track
from tests.e2e.officers import hire, sign_in
from tests.e2e.serving import Server
from tests.e2e.visiting import CONNECTION_LOST, Visit, Visitor

QUESTION = "Bulan apa obat itu terakhir dijual?"
ANSWER = "Setahu saya pada bulan Februari, dua kali."
REASON = "Perlu menghubungi pelapor untuk perlindungan saksi."
OBJECTION = "Bukti transaksi bulan Februari belum dilihat oleh pemeriksa."


@pytest.fixture
def own_site(install: Install) -> Iterator[Server]:
    """A server of this test alone: its audit trail is going to be damaged."""
    server = install("life")
    server.start()
    hire(server, "pengawas", "penelaah", "pemegang")
    yield server
    server.stop()


def unfold(visitor: Visitor, name: str) -> None:
    """Opens a folded form of the panel, unless it is open."""
    fold = visitor.page.get_by_role("group").filter(
        has=visitor.page.locator("summary", has_text=re.compile(f"^{name}"))
    )
    if fold.first.get_attribute("open") is None:
        fold.first.locator("summary").first.click()


def move(officer: Visitor, status: str, note: str = "", reason: str = "") -> None:
    """Ubah Status."""
    unfold(officer, "Ubah Status")
    officer.tick(status, "radio")
    if note:
        officer.write("Catatan untuk pelapor", note)
    if reason:
        officer.write("Alasan untuk berkas", reason)
    officer.button("Ubah Status").click()
    at_status(officer, status)


def at_status(officer: Visitor, status: str) -> None:
    """The panel shows this status."""
    panel = officer.page.get_by_role("complementary", name="Keadaan laporan")
    expect(panel.get_by_role("definition").first).to_have_text(re.compile(f"^{status}"))


def ask_identity(officer: Visitor, reason: str) -> None:
    unfold(officer, "Ajukan Pembukaan Identitas")
    officer.write("Alasan pembukaan identitas", reason)
    officer.button("Ajukan Pembukaan Identitas").click()
    officer.see("Menunggu keputusan pemegang kunci identitas.")


def decide(custodian: Visitor, ticket: str, choice: str, answer: str) -> None:
    request = custodian.page.get_by_role("region", name=ticket).first
    request.get_by_role("radio", name=choice).check()
    custodian.typed.add(answer)
    request.get_by_role("textbox", name=re.compile("Jawaban untuk pemohon")).fill(answer)
    request.get_by_role("button", name=re.compile("Simpan Keputusan")).click()


def close(officer: Visitor, note: str) -> None:
    """Simpulan, Tindak Lanjut, Selesai."""
    unfold(officer, "Simpulan")
    officer.choose("Hasil", "Terbukti")
    officer.write("Ringkasan simpulan", "Persediaan obat berkurang tanpa catatan.")
    officer.press("Simpan Simpulan")
    officer.see("Perubahan disimpan.")
    move(officer, "Tindak Lanjut")
    move(officer, "Selesai – Terbukti", note, "Berita acara pemeriksaan.")


def file(visitor: Visitor) -> Filed:
    to_step(visitor, 4)
    visitor.tick(visitor.say("summary.truth"))
    filed = send(visitor)
    track(visitor, filed.ticket, filed.pin)
    visitor.arrive("/lacak/riwayat")
    visitor.see(filed.ticket)
    return filed


def test_from_arrival_to_the_final_closing(own_site: Server, visit: Visit) -> None:
    reporter, officer = visit(own_site), visit(own_site, width=1280)
    custodian = visit(own_site, width=1280)
    sign_in(officer, "pengawas")
    sign_in(custodian, "pemegang", "/petugas/identitas")
    filed = file(reporter)
    ticket = filed.ticket
    # Arrival, verification.
    officer.go(f"/petugas/laporan/{ticket}")
    officer.see("Obat puskesmas dijual kembali di luar.")
    move(officer, "Diverifikasi")
    expect(reporter.page.locator(".timeline").get_by_text("Diverifikasi")).to_be_visible()
    # A question, answered live.
    move(officer, "Menunggu Klarifikasi Pelapor", QUESTION)
    reporter.see("Petugas menunggu jawaban Anda")
    reporter.see(QUESTION)
    reporter.write("Tulis pesan", ANSWER)
    reporter.press("Kirim Pesan")
    expect(officer.page.get_by_text(ANSWER)).to_be_visible()
    at_status(officer, "Diverifikasi")
    # Assignment.
    unfold(officer, "Tugaskan")
    officer.choose("Tugaskan kepada", "penelaah · Penelaah")
    officer.tick("Jadikan Ketua")
    officer.page.get_by_role("button", name="Tugaskan", exact=True).click()
    officer.see("Perubahan disimpan.")
    expect(officer.page.get_by_role("button", name="Lepas Tugas")).to_be_visible()
    # Identity: declined, asked again, approved, opened, ended before its time.
    ask_identity(officer, REASON)
    custodian.see(REASON)
    decide(custodian, ticket, "Tolak", "Jelaskan dahulu perlindungannya.")
    officer.see("Permintaan ditolak.")
    ask_identity(officer, REASON + " Surat tugas sudah terbit.")
    custodian.see("Surat tugas sudah terbit.")
    decide(custodian, ticket, "Setujui", "Silakan, untuk perlindungan.")
    officer.press("Buka Identitas")
    expect(officer.page.get_by_role("complementary").get_by_text("Anonim").first).to_be_visible()
    custodian.page.get_by_role("button", name=f"Akhiri Akses {ticket}").click()
    custodian.see("Akses identitas telah diakhiri.")
    officer.see("Permintaan atau akses identitas telah berakhir.")
    officer.see("Akses identitas diakhiri lebih awal oleh pemegang kunci identitas")
    expect(officer.page.get_by_role("complementary").get_by_text("Anonim")).to_have_count(0)
    # Finding, closing, objection, reopening, final closing.
    move(officer, "Ditelaah")
    move(officer, "Dalam Pemeriksaan")
    close(officer, "Pemeriksaan selesai; pelanggaran terbukti.")
    reporter.see("Pemeriksaan selesai; pelanggaran terbukti.")
    reporter.write("Alasan keberatan", OBJECTION)
    reporter.press("Ajukan Keberatan")
    reporter.see("Keberatan Anda telah diterima.")
    at_status(officer, "Dibuka Kembali")
    officer.see(OBJECTION)
    move(officer, "Dalam Pemeriksaan")
    close(officer, "Keberatan telah diperiksa; hasil tetap.")
    reporter.see("Keberatan telah diperiksa; hasil tetap.")
    for visitor in (reporter, officer, custodian):
        visitor.allow(CONNECTION_LOST)
    _the_trail_tells_of_one_changed_byte(own_site)


def _the_trail_tells_of_one_changed_byte(server: Server) -> None:
    assert server.cli("audit", "verify")
    server.stop()
    with server.database() as db:
        row, action = db.execute(text("SELECT id, action FROM audit_event ORDER BY id LIMIT 1 OFFSET 5")).one()
        changed = {"row": row, "action": chr(ord(action[0]) ^ 1) + action[1:]}
        db.execute(text("UPDATE audit_event SET action = :action WHERE id = :row"), changed)
    with pytest.raises(AssertionError, match=rf"\b{row}\b"):
        server.cli("audit", "verify")
