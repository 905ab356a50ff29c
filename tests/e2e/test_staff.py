"""Staff come in by invitation, password and a real second factor; each sees what the role allows."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from pyotp.totp import TOTP

from tests.e2e.beside import PASSWORDS
from tests.e2e.conftest import Install
from tests.e2e.examining import equipped, examine
from tests.e2e.officers import give_password, hire, sign_in
from tests.e2e.serving import Server
from tests.e2e.visiting import Visit, Visitor
from tests.ports import free_port

PASSWORD = "perahu kertas di selokan"


@pytest.fixture
def strict_site(install: Install) -> Iterator[Server]:
    """A server as for the public: the second factor is mandatory."""
    server = install("strict", relaxed_2fa=False)
    server.start()
    yield server
    server.stop()


def test_first_administrator_comes_in(strict_site: Server, visit: Visit) -> None:
    link = re.search(r"http\S+/petugas/undangan\?kode=\S+", strict_site.said())
    assert link, "the first start prints a link for the first administrator"
    admin = visit(strict_site, width=1280)
    admin.page.goto(link[0])
    admin.write("Kata sandi baru", PASSWORD)
    admin.write("Ulangi kata sandi baru", PASSWORD)
    admin.press("Simpan dan Masuk")
    admin.see("Akun siap dipakai. Silakan masuk.")
    give_password(admin, "admin", "bukan kata sandi ini")
    admin.see("Nama pengguna atau kata sandi tidak sesuai.")
    give_password(admin, "admin", PASSWORD)
    admin.arrive("/petugas/aktivasi")
    expect(admin.page.get_by_role("img", name="Kode QR untuk aplikasi autentikator").locator("svg")).to_be_visible()
    shown = admin.page.get_by_role("definition").filter(has_text=re.compile("[A-Z2-7]{4}")).inner_text()
    app, now = TOTP("".join(shown.removeprefix("Kunci manual:").split())), int(time.time())
    admin.write("Masukkan kode yang tampil di aplikasi.", "000000")
    admin.press("Aktifkan")
    admin.see("Kode tidak sesuai atau sudah kedaluwarsa.")
    admin.write("Masukkan kode yang tampil di aplikasi.", app.at(now))
    admin.press("Aktifkan")
    admin.arrive("/petugas/aktivasi/kode")
    codes = admin.page.get_by_role("list", name="Kode Pemulihan").get_by_role("listitem")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    admin.tick("Saya sudah menyimpan kode pemulihan")
    admin.press("Lanjutkan")
    admin.arrive("/petugas/kelola/pengguna")
    admin.press("Keluar")
    admin.see("Anda telah keluar.")
    # The same code a second time, then the next one; then a recovery code in its place.
    give_password(admin, "admin", PASSWORD)
    admin.arrive("/petugas/verifikasi")
    admin.write("Kode verifikasi", app.at(now))
    admin.press("Verifikasi")
    admin.see("Kode tidak sesuai atau sudah kedaluwarsa.")
    admin.write("Kode verifikasi", app.at(now, counter_offset=1))
    admin.press("Verifikasi")
    admin.arrive("/petugas/kelola/pengguna")
    other = visit(strict_site, width=390)
    give_password(other, "admin", PASSWORD)
    other.arrive("/petugas/verifikasi")
    other.page.get_by_text("Gunakan kode pemulihan").click()
    other.write("Kode pemulihan", recovery.lower())
    other.press("Verifikasi dengan Kode Pemulihan")
    other.arrive("/petugas/kelola/pengguna")


def _set_up(visitor: Visitor, username: str) -> list[str]:
    """The first sign-in, authenticator app and all: the recovery codes."""
    give_password(visitor, username, PASSWORDS[username])
    visitor.arrive("/petugas/aktivasi")
    shown = visitor.page.get_by_role("definition").filter(has_text=re.compile("[A-Z2-7]{4}")).inner_text()
    visitor.write("Masukkan kode yang tampil di aplikasi.", TOTP("".join(shown.rpartition(":")[2].split())).now())
    visitor.press("Aktifkan")
    return _keep_codes(visitor)


def _keep_codes(visitor: Visitor) -> list[str]:
    visitor.arrive("/petugas/aktivasi/kode")
    codes = visitor.page.get_by_role("list", name="Kode Pemulihan").get_by_role("listitem")
    expect(codes).to_have_count(10)
    visitor.tick("Saya sudah menyimpan kode pemulihan")
    kept = codes.all_inner_texts()
    visitor.press("Lanjutkan")
    return kept


def _enter_with(visitor: Visitor, username: str, code: str) -> None:
    give_password(visitor, username, PASSWORDS[username])
    visitor.arrive("/petugas/verifikasi")
    visitor.page.get_by_text("Gunakan kode pemulihan").click()
    visitor.write("Kode pemulihan", code)
    visitor.press("Verifikasi dengan Kode Pemulihan")


def test_one_looks_after_ones_own_account(strict_site: Server, visit: Visit) -> None:
    hire(strict_site, "penerima")
    officer, elsewhere = equipped(visit(strict_site, width=1280)), visit(strict_site, width=390)
    old = _set_up(officer, "penerima")
    officer.arrive("/petugas/laporan")
    _enter_with(elsewhere, "penerima", old[0])
    elsewhere.arrive("/petugas/laporan")
    elsewhere.go("/petugas/akun")
    elsewhere.see("Sisa 9 kode pemulihan.")
    officer.go("/petugas/akun")
    officer.see("2 sesi sedang terbuka.")
    expect(officer.page.get_by_role("listitem").filter(has_text="Sesi ini")).to_have_count(1)
    # A wrong password is said at its field, and changes nothing.
    officer.write("Kata Sandi", "bukan kata sandi ini")
    officer.press("Buat Kode Pemulihan Baru")
    expect(officer.field("Kata Sandi")).to_have_accessible_description(re.compile("Kata sandi saat ini tidak sesuai"))
    officer.see("Sisa 9 kode pemulihan.")
    examine(officer, "/petugas/akun with a wrong password")
    officer.write("Kata Sandi", PASSWORDS["penerima"])
    officer.press("Buat Kode Pemulihan Baru")
    new = _keep_codes(officer)
    officer.arrive("/petugas/akun")
    officer.see("Kode pemulihan baru sudah berlaku.")
    officer.see("Sisa 10 kode pemulihan.")
    examine(officer, "/petugas/akun with new codes")
    officer.press("Keluar dari Semua Perangkat")
    officer.arrive("/petugas/masuk")
    officer.see("Semua sesi telah diakhiri.")
    elsewhere.press("Simpan Email")
    elsewhere.arrive("/petugas/masuk")
    elsewhere.see("Sesi Anda telah berakhir. Silakan masuk kembali.")
    _enter_with(elsewhere, "penerima", old[1])
    elsewhere.see("Kode tidak sesuai atau sudah kedaluwarsa.")
    _enter_with(elsewhere, "penerima", new[0])
    elsewhere.arrive("/petugas/laporan")


def test_administrator_invites_and_reads_no_report(site: Server, visit: Visit) -> None:
    admin = visit(site, width=1280)
    sign_in(admin, "pengelola", "/petugas/kelola/pengguna")
    admin.write("Nama pengguna", "pengawas.baru")
    admin.write("Nama lengkap", "Pengawas Baru")
    admin.tick("Pengawas", "radio")
    admin.tick("Pemerintah Provinsi Bali")
    admin.press("Buat Undangan")
    link = admin.field("Tautan undangan").input_value()
    admin.go("/petugas/laporan")
    expect(admin.heading("Anda tidak berwenang")).to_be_visible()
    newcomer = visit(site, width=390)
    newcomer.page.goto(link)
    newcomer.see("pengawas.baru")
    newcomer.write("Kata sandi baru", "singkat")
    newcomer.write("Ulangi kata sandi baru", "singkat")
    newcomer.press("Simpan dan Masuk")
    newcomer.see("Kata sandi terlalu pendek")
    newcomer.write("Kata sandi baru", PASSWORD)
    newcomer.write("Ulangi kata sandi baru", PASSWORD)
    newcomer.press("Simpan dan Masuk")
    give_password(newcomer, "pengawas.baru", PASSWORD)
    newcomer.arrive("/petugas/laporan")
    note = newcomer.page.locator("section").filter(has=newcomer.heading("Akun Anda menunggu pengesahan pengawas"))
    code = note.locator("b").inner_text()
    chief = visit(site, width=1280)
    sign_in(chief, "pengawas")
    chief.follow("Pengesahan")
    row = chief.page.get_by_role("table", name="Menunggu Pengesahan").get_by_role("row")
    row = row.filter(has_text="pengawas.baru")
    expect(row).to_contain_text(code)
    row.get_by_role("button", name="Sahkan").click()
    chief.page.get_by_role("dialog", name="Sahkan Pengawas Baru?").get_by_role("button", name="Sahkan").click()
    chief.see("Pengawas Baru disahkan")
    newcomer.page.reload()
    expect(newcomer.heading("Daftar Laporan")).to_be_visible()
    expect(newcomer.heading("Akun Anda menunggu pengesahan pengawas")).to_have_count(0)


def test_who_has_lost_the_password_begins_anew(site: Server, visit: Visit) -> None:
    site.cli(
        "staff", "add", "pelupa", "--role", "intake", "--agency", "bali", "--password-stdin", typed=f"{PASSWORD}\n"
    )
    admin = visit(site, width=1280)
    sign_in(admin, "pengelola", "/petugas/kelola/pengguna")
    row = admin.page.get_by_role("row").filter(has_text="pelupa")
    row.get_by_role("button", name="Atur Ulang Akses").click()
    dialog = admin.page.get_by_role("dialog", name="Atur ulang akses pelupa?")
    dialog.get_by_role("button", name="Atur Ulang Akses").click()
    admin.see("Akses pelupa diatur ulang.")
    expect(row).to_contain_text("Menunggu aktivasi")
    newcomer = visit(site, width=390)
    give_password(newcomer, "pelupa", PASSWORD)
    newcomer.arrive("/petugas/masuk")
    newcomer.page.goto(admin.field("Tautan undangan").input_value())
    newcomer.write("Kata sandi baru", PASSWORD[::-1])
    newcomer.write("Ulangi kata sandi baru", PASSWORD[::-1])
    newcomer.press("Simpan dan Masuk")
    give_password(newcomer, "pelupa", PASSWORD[::-1])
    newcomer.arrive("/petugas/laporan")
    expect(newcomer.heading("Akun Anda menunggu pengesahan pengawas")).to_be_visible()


def test_a_stranger_is_led_to_the_door(site: Server, visit: Visit) -> None:
    stranger = visit(site)
    for path in ("/petugas/laporan", "/petugas/kelola/pengguna", "/petugas/audit", "/petugas/akun"):
        stranger.page.goto(stranger.url(path))
        stranger.arrive("/petugas/masuk")


@pytest.fixture
def mailless(install: Install) -> Iterator[Server]:
    """A server whose mail server is away."""
    server = install("mailless", smtp_url=f"smtp://127.0.0.1:{free_port()}")
    server.start()
    hire(server, "pengelola", "pengawas")
    yield server
    server.stop()


def test_who_looks_after_the_system_is_told_what_is_broken(mailless: Server, visit: Visit) -> None:
    for username, page, times in (("pengelola", "/petugas/kelola/pengguna", 1), ("pengawas", "/petugas/laporan", 0)):
        officer = visit(mailless, width=390)
        sign_in(officer, username, page)
        told = officer.page.get_by_role("heading", name=officer.say("trouble.title"))
        expect(told).to_have_count(times)
        expect(officer.page.get_by_text(officer.say("trouble.smtp"), exact=True)).to_have_count(times)
