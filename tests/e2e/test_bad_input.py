"""Wrong, missing, too long and odd answers: said beside the field and in a summary, and nothing typed is lost."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.filing import STEPS, choose_kind, fill_incident, next_step, to_step
from tests.e2e.serving import Server
from tests.e2e.visiting import Visit, Visitor

LONG_NAME = "Ni Luh " + "Panjang " * 37  # 303 characters
EMOJI = "Made 🌺 Contoh 👩🏽‍🌾"
HOSTS = "drive.google.com, docs.google.com, dropbox.com, www.dropbox.com"

ODD = {
    "NUL": "Sebelum\0sesudah",
    "bidi override": "Laporan\u202egnay kilabret",
    "lone surrogate": "Separuh \ud83d tanda",
}


def refused(visitor: Visitor, problems: dict[str, str], send: str = "Selanjutnya") -> None:
    """Presses `send` and expects exactly these problems: label -> what is said about it."""
    kept = typed_values(visitor)
    visitor.press(send)
    summary = visitor.page.get_by_role("alert").filter(has=visitor.page.get_by_role("heading"))
    lines = [f"{label.rstrip('.')}: {said}" for label, said in problems.items()]
    summary.get_by_role("link", name=lines[0]).wait_for()
    expect(summary).to_be_focused()
    links = summary.get_by_role("link")
    expect(links).to_have_text(lines)
    expect(summary.get_by_role("heading")).to_have_text(f"Periksa kembali {len(problems)} kolom yang belum benar.")
    for line, (label, said) in zip(lines, problems.items(), strict=True):
        links.filter(has_text=line).click()
        control = visitor.page.locator(":focus")
        named = visitor.page.get_by_label(label).or_(visitor.page.get_by_role("group", name=label))
        expect(named.and_(control)).to_have_count(1)
        assert said in description_of(control)
        if control.evaluate("control => control.matches('input, textarea, select')"):
            expect(control).to_have_attribute("aria-invalid", "true")
    assert typed_values(visitor) == kept


def description_of(control: Locator) -> str:
    """What a screen reader reads after the name."""
    return control.evaluate(
        """control => (control.getAttribute("aria-describedby") ?? `${control.id}-error`).split(" ")
            .map((id) => document.getElementById(id).innerText).join(" ")"""
    )


def typed_values(visitor: Visitor) -> list[tuple[str, str, bool]]:
    """Name, value and tick of every control of the form."""
    return visitor.page.locator("form#form").evaluate(
        """form => [...form.elements].filter((control) => control.name)
            .map((control) => [control.name, control.value, control.checked ?? false])"""
    )


# --- step 1 -----------------------------------------------------------------------------------------------------------


def test_step_1(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.go(STEPS[0])
    reporter.write("Nama", LONG_NAME)
    reporter.tick("Cantumkan Email", "switch")
    reporter.write("Telepon", "delapan satu dua")
    too_long = {"Nama": "Paling banyak 100 karakter."}
    phone = {"Telepon": "Nomor telepon hanya boleh berisi 8 sampai 15 angka, boleh diawali tanda plus."}
    refused(reporter, too_long | {"Email": 'Isi email, atau matikan "Cantumkan Email".'} | phone)
    reporter.write("Email", "robert@di mana")
    refused(reporter, too_long | {"Email": "Format email tidak benar."} | phone)
    reporter.write("Email", "robert@contoh.id")
    reporter.write("Telepon", "0812-345")
    for odd in ODD.values():
        reporter.put("Nama", odd)
        refused(reporter, {"Nama": reporter.say("error.characters")} | phone)
    reporter.write("Nama", EMOJI)
    reporter.write("Telepon", "0812-3456-7890")
    next_step(reporter, 2)
    reporter.press("Kembali")
    reporter.arrive(STEPS[0])
    expect(reporter.field("Nama")).to_have_value(EMOJI)


# --- step 2 -----------------------------------------------------------------------------------------------------------


def test_step_2(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    to_step(reporter, 2)
    violation = {"Jenis Pelanggaran": "Pilih salah satu jenis pelanggaran."}
    nobody = {
        "Terlapor": 'Isi sekurang-kurangnya satu terlapor, atau centang "Saya tidak mengetahui siapa terlapornya".'
    }
    refused(
        reporter,
        violation
        | nobody
        | {"Unit Kejadian": "Kolom ini wajib diisi.", "Deskripsi Pelanggaran": "Kolom ini wajib diisi."},
    )
    reporter.choose("Jenis Pelanggaran", "Jenis Pelanggaran lainnya")
    reporter.write("Nama Terlapor", LONG_NAME)
    reporter.write("Unit Kejadian", "Dinas yang tidak ada")
    reporter.write("Deskripsi Pelanggaran", "x" * 50_000)
    reporter.put("Nominal", "satu miliar")  # letters vanish while typing, unless a script puts them there
    expect(reporter.field("Nominal")).to_have_value("")
    reporter.page.evaluate("document.getElementById('amount').value = 'satu miliar'")
    long_story = {"Deskripsi Pelanggaran": "Paling banyak 20.000 karakter."}
    refused(
        reporter,
        {
            "Sebutkan jenis pelanggaran": "Sebutkan jenis pelanggarannya.",
            "Nama Terlapor": "Paling banyak 100 karakter.",
            "Unit Kejadian": reporter.say("error.unit_unknown"),
        }
        | long_story
        | {"Nominal": "Isi nominal dengan angka bulat dalam rupiah."},
    )
    reporter.write("Sebutkan jenis pelanggaran", "Perusakan lingkungan 🌊")
    reporter.page.get_by_role("checkbox", name="Unit lain yang tidak ada dalam daftar").check()
    reporter.put("Nama Terlapor", ODD["bidi override"])
    reporter.write("Nominal", "9" * 17)
    refused(
        reporter,
        {
            "Nama Terlapor": reporter.say("error.characters"),
            "Nama unit lain": "Sebutkan nama unitnya.",
        }
        | long_story
        | {"Nominal": "Nominal paling besar Rp1.000.000.000.000.000."},
    )
    reporter.write("Nama unit lain", "Perusahaan daerah")
    reporter.write("Nama Terlapor", EMOJI)
    reporter.write("Nominal", "")
    reporter.type("Nominal", "Rp 1.500.000,00")
    expect(reporter.field("Nominal")).to_have_value("1.500.000,00")  # and not a hundred times as much
    reporter.write("Deskripsi Pelanggaran", "Limbah dibuang ke sungai 🌊.\n" * 300)
    next_step(reporter, 3)


def test_forged_choices(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    to_step(reporter, 2)
    fill_incident(reporter)
    forge(reporter.field("Jenis Pelanggaran"), "pembunuhan")
    refused(reporter, {"Jenis Pelanggaran": "Pilih salah satu jenis pelanggaran."})
    reporter.choose("Jenis Pelanggaran", "Korupsi")
    next_step(reporter, 3)
    reporter.page.get_by_text("Bulan dan tahun", exact=True).click()
    forge(reporter.field("Kabupaten/Kota"), "53.71")  # Kota Kupang is not in Bali
    forge(reporter.field("Bulan"), "13")
    reporter.write("Tahun", "2024")
    elsewhere = {"Kabupaten/Kota": "Kabupaten/Kota ini tidak berada di provinsi yang dipilih."}
    refused(reporter, elsewhere | {"Bulan": "Pilih bulan dan tahun."})
    forge(reporter.field("Provinsi"), "99")
    refused(reporter, {"Provinsi": "Pilih provinsi."} | elsewhere | {"Bulan": "Pilih bulan dan tahun."})


def forge(select: Locator, value: str) -> None:
    """Chooses what the list does not offer."""
    select.evaluate("(list, value) => { list.add(new Option('?', value)); list.value = value; }", value)


# --- step 3 -----------------------------------------------------------------------------------------------------------


def test_step_3(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    to_step(reporter, 3)
    ahead_of_us = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()  # in every time zone
    reporter.choose("Provinsi", "- Pilih Provinsi -")
    reporter.write("Alamat", "Jalan " + "panjang " * 70)
    reporter.write("Link Bukti", "ftp://drive.google.com/x")
    address = {"Alamat": "Paling banyak 500 karakter."}
    missing = {"Tanggal": "Isi tanggal yang benar.", "Jam (WITA)": 'Isi jam, atau pilih "Tanggal saja".'}
    not_https = {"Link Bukti": "Tautan harus diawali https://."}
    refused(reporter, address | {"Provinsi": "Pilih provinsi."} | missing | not_https)
    reporter.choose("Provinsi", "Bali")
    reporter.write("Alamat", "Kantor")
    reporter.write("Tanggal", ahead_of_us)
    reporter.write("Jam (WITA)", "12:00")
    reporter.write("Link Bukti", "https://berkas.contoh.id/bukti")
    ahead = {"Tanggal": "Waktu kejadian tidak boleh melewati hari ini."}
    elsewhere = {"Link Bukti": f"Tautan hanya diterima dari {HOSTS}."}
    refused(reporter, ahead | elsewhere)
    reporter.page.get_by_text("Rentang waktu", exact=True).click()
    reporter.write("Tanggal mulai", "2025-06-02")
    reporter.write("Tanggal akhir", "2025-06-01")
    reporter.write("Link Bukti", "https://drive.google.com@contoh.id/x")
    order = {"Tanggal akhir": "Tanggal akhir harus sama dengan atau setelah tanggal mulai."}
    refused(reporter, order | not_https)
    reporter.write("Tanggal akhir", "")
    reporter.write("Link Bukti", "http://drive.google.com/x")
    refused(reporter, {"Tanggal akhir": 'Isi tanggal akhir, atau centang "Masih berlangsung".'} | not_https)
    reporter.tick("Masih berlangsung")
    reporter.write("Link Bukti", "https://drive.google.com/x")
    next_step(reporter, 4)
    expect(reporter.said("Waktu")).to_have_text("2 Jun 2025 – masih berlangsung")


# --- step 4, the service complaint, the chooser -----------------------------------------------------------------------


@pytest.mark.parametrize("story", ["Hubungi saya di 0812 3456 7890.", "Uang perjalanan dinas hilang sejak Maret."])
def test_a_story_that_tells_who_wrote_it_is_named_before_it_is_sent(site: Server, visit: Visit, story: str) -> None:
    reporter = visit(site)
    to_step(reporter, 4)
    warning = reporter.page.get_by_text("tampak memuat nomor telepon")
    expect(warning).to_have_count(0)
    reporter.go(STEPS[1])
    reporter.write("Deskripsi Pelanggaran", story)
    next_step(reporter, 3)
    next_step(reporter, 4)
    expect(reporter.page.get_by_text(story)).to_be_visible()
    expect(warning).to_have_count(1 if "0812" in story else 0)
    reporter.tick("Saya menyatakan laporan ini dibuat dengan iktikad baik")


def test_declaration_is_asked_for(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    to_step(reporter, 4)
    truth = "Saya menyatakan laporan ini dibuat dengan iktikad baik dan sesuai dengan yang saya ketahui."
    refused(reporter, {truth: "Centang pernyataan iktikad baik sebelum mengirim."}, "Kirim Laporan")


def test_service_complaint(site: Server, visit: Visit) -> None:
    reporter = visit(site, agency="ntt")
    choose_kind(reporter, "BKD Provinsi NTT", "Pengaduan Layanan")
    reporter.arrive("/lapor/layanan")
    reporter.write("Keluhan", "pendek")
    reporter.write("Link Bukti/Screenshot", "bukan tautan")
    reporter.tick("Cantumkan Email", "switch")
    refused(
        reporter,
        {
            "Jenis Layanan": "Pilih jenis layanan.",
            "Keluhan": "Sekurang-kurangnya 10 karakter.",
            "Link Bukti/Screenshot": "Tautan harus diawali https://.",
            "Email Pelapor": 'Isi email, atau matikan "Cantumkan Email".',
        },
        "Kirim Laporan",
    )


def test_nothing_chosen(site: Server, visit: Visit) -> None:
    reporter = visit(site)
    reporter.go("/lapor")
    reporter.press("Lapor Sekarang")
    summary = reporter.page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Pilih salah satu jenis pengaduan terlebih dahulu.").click()
    expect(reporter.page.get_by_role("group", name="Jenis pengaduan")).to_be_focused()


@pytest.mark.parametrize("odd", ODD)
def test_odd_characters_in_a_long_answer(site: Server, visit: Visit, odd: str) -> None:
    reporter = visit(site)
    to_step(reporter, 2)
    fill_incident(reporter)
    reporter.put("Deskripsi Pelanggaran", f"Cerita panjang. {ODD[odd]}")
    refused(reporter, {"Deskripsi Pelanggaran": reporter.say("error.characters")})


def test_an_address_that_does_not_exist_is_a_living_page_of_ones_agency(site: Server, visit: Visit) -> None:
    reader = visit(site)
    reader.allow(re.compile("status of 404"))
    reader.go("/")
    reader.press("BKD Provinsi NTT")
    official = reader.page.get_by_role("region", name=reader.say("a11y.official"))
    expect(official).to_contain_text("BKD")
    reader.page.goto(reader.url("/tidak-ada/di-sini"))
    expect(reader.heading(reader.say("not_found.title"))).to_be_visible()
    expect(official).to_contain_text("BKD")
