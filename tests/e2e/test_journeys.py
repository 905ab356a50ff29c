"""Both manuals' examples, from the first page to the officer's: on one worker and SQLite, on two and PostgreSQL."""

import base64

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.beside import PASSWORDS
from tests.e2e.filing import JPEG_NAME, Filed, attach, choose_kind, jpeg, next_step, receipt, track
from tests.e2e.officers import sign_in
from tests.e2e.serving import Server
from tests.e2e.visiting import Visit, Visitor, visiting
from wbs_app.services.cleaning import clean

CHRONICLE = "Panitia meminta imbalan agar berkas mutasi diloloskan."
COMPLAINT = "Riwayat pangkat di SIMPEG hilang setelah pembaruan data."


@pytest.fixture(scope="module", params=["site", "wide_site"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each server in turn; its officers were there before the reports."""
    return request.getfixturevalue(request.param)


# --- the reporters ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bali_report(browser: Browser, server: Server) -> Filed:
    """The Bali manual's example, on a phone: filed, its receipt, its history, and out again."""
    with visiting(browser, server) as robert:
        robert.go("/")
        robert.follow("Lapor Sekarang")
        robert.arrive("/lapor")
        robert.tick("Pemerintah Provinsi Bali", "radio")
        robert.tick("Adukan Pelanggaran Pegawai (WBS)", "radio")
        robert.press("Lapor Sekarang")
        robert.arrive("/lapor/biodata")
        robert.write("Nama", "Robert")
        expect(robert.field("Email")).to_be_hidden()
        robert.tick("Cantumkan Email", "switch")
        robert.write("Email", "robert@gmail.com")
        next_step(robert, 2)
        expect(robert.field("Jenis Pelanggaran")).to_have_value("")  # never preselected
        robert.choose("Jenis Pelanggaran", "Korupsi")
        robert.write("Nama Terlapor", "Tensu")
        robert.write("Unit Jabatan", "Diskominfos")
        robert.write("Unit Kejadian", "Dinas Komunikasi, Informatika, dan Statistik")
        robert.write("Deskripsi Pelanggaran", "korupsi pengadaan server senilai 1M")
        next_step(robert, 3)
        robert.write("Alamat", "Kantor")
        expect(robert.field("Provinsi").locator("option:checked")).to_have_text("Bali")
        robert.choose("Kabupaten/Kota", "Kabupaten Jembrana")
        robert.write("Tanggal", "2024-11-11")
        robert.write("Jam (WITA)", "12:00")
        attach(robert, (JPEG_NAME, jpeg()))
        robert.see("Berkas berhasil diunggah.")
        next_step(robert, 4)
        _bali_as_sent(robert)
        expect(robert.said("Nama")).to_have_text("Robert")
        expect(robert.said("Email")).to_have_text("robert@gmail.com")
        robert.tick("Saya menyatakan laporan ini dibuat dengan iktikad baik")
        robert.press("Kirim Laporan")
        filed = receipt(robert)
        robert.tick("Saya sudah menyimpan nomor tiket dan PIN")
        robert.press("Lihat Riwayat Laporan")
        robert.arrive("/lacak/riwayat")
        expect(robert.heading("Status saat ini")).to_be_visible()
        robert.see("Diterima")
        _bali_as_sent(robert)
        robert.press("Keluar dari Laporan")
        robert.arrive("/lacak")
        expect(robert.page.get_by_text("Robert")).to_have_count(0)
        return filed


def _bali_as_sent(reader: Visitor) -> None:
    """What the manual's summary shows, wherever the report is laid out."""
    expect(reader.said("Jenis Pelanggaran")).to_have_text("Korupsi")
    table = reader.page.get_by_role("table", name="Terlapor")
    expect(table.get_by_role("columnheader")).to_have_text(["No", "Nama Terlapor", "Jabatan"])
    expect(table.get_by_role("cell")).to_have_text(["1", "Tensu", "Diskominfos"])
    expect(reader.said("Unit Kejadian")).to_have_text("Dinas Komunikasi, Informatika, dan Statistik")
    expect(reader.said("Deskripsi")).to_have_text("korupsi pengadaan server senilai 1M")
    expect(reader.said("Alamat")).to_have_text("Kantor")
    expect(reader.said("Kabupaten/Kota, Provinsi")).to_have_text("Kabupaten Jembrana, Bali")
    expect(reader.said("Waktu")).to_have_text("11 Nov 2024 (12:00)")
    expect(reader.page.get_by_role("listitem").filter(has_text="Berkas laporan 1")).to_be_visible()


@pytest.fixture(scope="module")
def ntt_violation(browser: Browser, server: Server) -> Filed:
    """The NTT guide's violation: phone, amount, link, consent, and a period of time."""
    with visiting(browser, server, agency="ntt") as reporter:
        reporter.go("/lapor?instansi=ntt")
        expect(reporter.page.get_by_role("radio", name="BKD Provinsi NTT")).to_be_checked()
        reporter.tick("Adukan Pelanggaran Pegawai (WBS)", "radio")
        reporter.press("Lapor Sekarang")
        reporter.arrive("/lapor/biodata")
        expect(reporter.heading("Identitas Pelapor")).to_be_visible()
        reporter.write("Nama Pelapor", "Marselina Contoh")
        reporter.write("Telepon Pelapor", "0812 3456 7890")
        reporter.tick("Cantumkan Email", "switch")
        reporter.write("Email Pelapor", "marselina@contoh.id")
        reporter.tick("Persetujuan Untuk Dihubungi Kembali")
        next_step(reporter, 2)
        acts = reporter.page.get_by_role("group", name="Tindakan/Perbuatan yang dilaporkan").get_by_role("radio")
        expect(acts).to_have_count(5)
        reporter.tick("Penipuan", "radio")
        reporter.write("Nama Terlapor", "Bapak Lado")
        reporter.write("Jabatan Terlapor", "Kepala Sub Bidang Mutasi")
        reporter.write("Unit Kejadian", "Badan Kepegawaian Daerah")
        reporter.write("Kronologi Kejadian", CHRONICLE)
        reporter.type("Nominal", "15000000")
        expect(reporter.field("Nominal")).to_have_value("15.000.000")
        next_step(reporter, 3)
        reporter.write("Lokasi Kejadian", "Ruang Bidang Disiplin dan KORPRI")
        expect(reporter.field("Provinsi").locator("option:checked")).to_have_text("Nusa Tenggara Timur")
        reporter.choose("Kabupaten/Kota", "Kota Kupang")
        reporter.page.get_by_text("Rentang waktu", exact=True).click()
        reporter.write("Tanggal mulai", "2025-02-03")
        reporter.write("Tanggal akhir", "2025-05-28")
        reporter.write("Link Bukti", "https://drive.google.com/file/d/rekaman-suara-loket")
        next_step(reporter, 4)
        _ntt_violation_as_sent(reporter)
        expect(reporter.said("Nama Pelapor")).to_have_text("Marselina Contoh")
        expect(reporter.said("Telepon Pelapor")).to_have_text("081234567890")
        expect(reporter.said("Bersedia dihubungi kembali")).to_have_text("Ya")
        reporter.see("Anda belum melampirkan bukti.")
        reporter.tick("Saya menyatakan laporan ini dibuat dengan iktikad baik")
        reporter.press("Kirim Laporan")
        return receipt(reporter)


def _ntt_violation_as_sent(reader: Visitor) -> None:
    expect(reader.said("Tindakan/Perbuatan yang dilaporkan")).to_have_text("Penipuan")
    table = reader.page.get_by_role("table", name="Terlapor")
    expect(table.get_by_role("cell")).to_have_text(["1", "Bapak Lado", "Kepala Sub Bidang Mutasi"])
    expect(reader.said("Unit Kejadian")).to_have_text("Badan Kepegawaian Daerah")
    expect(reader.said("Kronologi Kejadian")).to_have_text(CHRONICLE)
    expect(reader.said("Nominal")).to_have_text("Rp15.000.000")
    expect(reader.said("Lokasi Kejadian")).to_have_text("Ruang Bidang Disiplin dan KORPRI")
    expect(reader.said("Waktu Kejadian")).to_have_text("3 Feb 2025 – 28 Mei 2025")
    reader.see("https://drive.google.com/file/d/rekaman-suara-loket")


@pytest.fixture(scope="module")
def ntt_service(browser: Browser, server: Server) -> Filed:
    """The NTT guide's service complaint, about SIMPEG."""
    with visiting(browser, server, agency="ntt") as reporter:
        choose_kind(reporter, "BKD Provinsi NTT", "Pengaduan Layanan")
        reporter.arrive("/lapor/layanan")
        reporter.choose("Jenis Layanan", "SIMPEG")
        reporter.write("Keluhan", COMPLAINT)
        reporter.write("Link Bukti/Screenshot", "https://drive.google.com/file/d/layar-pangkat-kosong")
        reporter.write("Nama Pelapor", "Yohana Contoh")
        reporter.write("Telepon Pelapor", "+62 813 9876 5432")
        reporter.tick("Persetujuan Untuk Dihubungi Kembali")
        reporter.press("Kirim Laporan")
        return receipt(reporter)


def _ntt_service_as_sent(reader: Visitor) -> None:
    expect(reader.said("Jenis Layanan")).to_have_text("SIMPEG")
    expect(reader.said("Keluhan")).to_have_text(COMPLAINT)
    reader.see("https://drive.google.com/file/d/layar-pangkat-kosong")


# --- they come back ---------------------------------------------------------------------------------------------------


def _as_one_types(filed: Filed) -> tuple[str, str]:
    return filed.ticket.lower(), filed.pin.replace(" ", "").lower()


def test_bali_example_is_tracked(server: Server, bali_report: Filed, visit: Visit) -> None:
    reporter = visit(server)
    track(reporter, *_as_one_types(bali_report))
    reporter.arrive("/lacak/riwayat")
    reporter.see(bali_report.ticket)
    _bali_as_sent(reporter)
    expect(reporter.said("Nama")).to_have_text("Robert")


def test_ntt_violation_is_tracked(server: Server, ntt_violation: Filed, visit: Visit) -> None:
    reporter = visit(server)  # the site opens with Bali; the ticket tells whose report it is
    track(reporter, *_as_one_types(ntt_violation))
    reporter.arrive("/lacak/riwayat")
    _ntt_violation_as_sent(reporter)


def test_ntt_service_complaint_is_tracked(server: Server, ntt_service: Filed, visit: Visit) -> None:
    reporter = visit(server)
    track(reporter, *_as_one_types(ntt_service))
    reporter.arrive("/lacak/riwayat")
    _ntt_service_as_sent(reporter)
    expect(reporter.said("Nama Pelapor")).to_have_text("Yohana Contoh")
    expect(reporter.said("Telepon Pelapor")).to_have_text("+6281398765432")


# --- the officers -----------------------------------------------------------------------------------------------------


def filter_by(officer: Visitor, facet: str, option: str) -> None:
    """Opens one of the list's filters and asks for one value."""
    filters = officer.page.get_by_role("region", name="Saringan")
    filters.get_by_text(facet, exact=True).click()
    officer.tick(option)
    officer.press(f"Saring {facet}")
    expect(filters.get_by_role("link", name=f"Hapus saringan {facet}: {option}")).to_be_visible()


def test_officer_finds_and_reads_bali_example(server: Server, bali_report: Filed, visit: Visit) -> None:
    officer = visit(server, width=1280)
    sign_in(officer, "penerima")
    expect(officer.page.get_by_role("link", name=bali_report.ticket)).to_be_visible()
    filter_by(officer, "Jenis Pelanggaran", "Kode Etik ASN")
    officer.see("Tidak ada laporan yang sesuai dengan saringan.")
    officer.follow("Hapus Saringan")
    filter_by(officer, "Jenis Pelanggaran", "Korupsi")
    filter_by(officer, "Unit Kejadian", "Dinas Komunikasi, Informatika, dan Statistik")
    officer.page.reload()  # the filters live in the address
    expect(officer.page.get_by_role("link", name="Hapus saringan Jenis Pelanggaran: Korupsi")).to_be_visible()
    officer.follow(bali_report.ticket)
    officer.arrive(f"/petugas/laporan/{bali_report.ticket}")
    _bali_as_sent(officer)
    for secret in ("Robert", "robert@gmail.com", JPEG_NAME):  # the identity is not the officer's to read
        expect(officer.page.get_by_text(secret)).to_have_count(0)
    with officer.page.expect_download() as download:
        officer.follow("Unduh Berkas laporan 1")
    assert download.value.path().read_bytes() == clean("image/jpeg", jpeg()).data
    assert JPEG_NAME.split(".")[0] not in download.value.suggested_filename


def test_officer_without_key_sees_a_plain_sentence(server: Server, bali_report: Filed, visit: Visit) -> None:
    officer = visit(server, width=1280)
    sign_in(officer, "penelaah")
    officer.go(f"/petugas/laporan/{bali_report.ticket}")
    expect(officer.heading("Anda tidak memegang kunci laporan ini")).to_be_visible()
    for secret in ("Tensu", "pengadaan server", "Kantor", "Robert"):
        expect(officer.page.get_by_text(secret)).to_have_count(0)


def test_officers_read_both_ntt_reports(server: Server, ntt_violation: Filed, ntt_service: Filed, visit: Visit) -> None:
    for username, filed, as_sent, reporter in (
        ("penerima", ntt_violation, _ntt_violation_as_sent, "Marselina"),
        ("layanan", ntt_service, _ntt_service_as_sent, "Yohana"),
    ):
        officer = visit(server, width=1280)
        sign_in(officer, username)
        officer.follow(filed.ticket)
        officer.arrive(f"/petugas/laporan/{filed.ticket}")
        as_sent(officer)
        expect(officer.page.get_by_text(reporter)).to_have_count(0)


# --- nothing stays behind ---------------------------------------------------------------------------------------------


PLAIN = {"Dinas Komunikasi, Informatika, dan Statistik", "Badan Kepegawaian Daerah"}
"""Typed, but names of units that the shipped lists hold anyway."""


def _disguises(words: str) -> set[bytes]:
    """The forms in which text may lie in a file."""
    found = {words.encode(), words.encode("utf-16-le"), words.encode("utf-16-be"), words.encode().hex().encode()}
    for before in range(3):  # base64 depends on what stands before, and its ends on what stands around
        encoded = base64.b64encode(bytes(before) + words.encode()).rstrip(b"=")
        found.add(encoded[(0, 2, 3)[before] : len(encoded) - 1])
    return found


def test_nothing_typed_stays_readable(
    server: Server, bali_report: Filed, ntt_violation: Filed, ntt_service: Filed
) -> None:
    typed = {JPEG_NAME, "15.000.000", "15000000", "pengadaan server", "081234567890", "+6281398765432"}
    for filed in (bali_report, ntt_violation, ntt_service):
        typed |= filed.typed - PLAIN
        typed |= {filed.pin, filed.pin.replace(" ", ""), filed.pin.replace(" ", "").lower()}
    typed -= {"12:00"}  # too short to mean anything
    typed |= set(PASSWORDS.values())
    needles = {disguise: words for words in typed for disguise in _disguises(words)}
    needles[jpeg()[5000:5032]] = "the picture"
    kept = list(server.everything_kept())
    assert any(bali_report.ticket.encode() in content for _, content in kept)  # the search reaches the reports
    found = {(name, words) for name, content in kept for needle, words in needles.items() if needle in content}
    assert found == set()
