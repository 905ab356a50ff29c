"""The staff screens: their addresses, whom they open to, and what an address may make them say."""

from dataclasses import dataclass

from wbs_app.model.access import Actor, Permission

SIGN_IN = "/petugas/masuk"
VERIFY = "/petugas/verifikasi"
ENROL = "/petugas/aktivasi"
CODES = "/petugas/aktivasi/kode"
INVITATION = "/petugas/undangan"
SIGN_OUT = "/petugas/keluar"
SIGN_OUT_ALL = "/petugas/keluar/semua"
HOME = "/petugas"
CASES = "/petugas/laporan"
DASHBOARD = "/petugas/dasbor"
PEOPLE = "/petugas/kelola/pengguna"
TRAIL = "/petugas/audit"
ACCOUNT = "/petugas/akun"
NEW_CODES = "/petugas/akun/kode-pemulihan"
EVIDENCE = "/petugas/bukti"
ORIGINAL = "asli"
"""`?asli` behind the address of a piece of evidence: as it was sent."""
PAPER = "/petugas/berkas"
CASES_EXPORT = "/petugas/laporan/ekspor"
TRAIL_EXPORT = "/petugas/audit/ekspor"
IDENTITY = "/petugas/identitas"
CALENDAR = "/petugas/kelola/kalender"
COLLEAGUES = "/petugas/pengesahan"
REFERENCE = "/petugas/kelola/rujukan"
NOTICES = "/petugas/kelola/pemberitahuan"
RETENTION = "/petugas/kelola/retensi"

SAID = "kabar"
"""Id of the place that says what came of a press; it takes the focus."""

CONFIRM = "/notifikasi/konfirmasi"
"""A reporter's page, named here because mails to staff and reporters are written in one place."""


@dataclass(frozen=True)
class Entry:
    """An entry of the menu. `text`: key of its label. `icon`: lucide name."""

    path: str
    permission: Permission
    text: str
    icon: str


MENU = (
    Entry(CASES, Permission.LIST_CASES, "staff.cases", "inbox"),
    Entry(DASHBOARD, Permission.LIST_CASES, "staff.dashboard", "layout-dashboard"),
    Entry(COLLEAGUES, Permission.VOUCH, "staff.colleagues", "user-round-plus"),
    Entry(IDENTITY, Permission.DECIDE_IDENTITY, "staff.identity", "key-round"),
    Entry(PEOPLE, Permission.MANAGE_STAFF, "staff.manage", "settings-2"),
    Entry(CALENDAR, Permission.MANAGE_SETTINGS, "admin.calendar", "calendar-days"),
    Entry(REFERENCE, Permission.MANAGE_SETTINGS, "admin.reference", "building-2"),
    Entry(NOTICES, Permission.MANAGE_SETTINGS, "admin.notices", "mail"),
    Entry(RETENTION, Permission.APPROVE_DESTRUCTION, "admin.retention", "trash-2"),
    Entry(TRAIL, Permission.READ_AUDIT, "staff.audit", "scroll-text"),
    Entry(ACCOUNT, Permission.SIGNED_IN, "staff.account", "user-round"),
)


def first_page(actor: Actor) -> str:
    """The first page of the menu that this person may open."""
    return next((entry.path for entry in MENU if actor.can(entry.permission)), SIGN_IN)


PROBLEMS = {
    "1": "auth.failed",
    "sesi": "auth.session_ended",
    "terkunci": "auth.locked",
    "tunggu": "auth.wait",
    "ramai": "error.rate_limit",
    "kode": "twofa.wrong",
    "undangan": "invite.invalid",
    "lama": "auth.current_wrong",
    "beda": "auth.password_mismatch",
    "pendek": "auth.password_short",
    "panjang": "auth.password_long",
    "mudah": "auth.password_obvious",
    "bentrok": "error.conflict_edit",
    "sandi-berkas": "case.print_rule",
    "tanpa": "twofa.relaxed",
}
"""`?galat=` in an address (of a page's second form: `?galat_kode=`) -> the text it shows. Nobody can make a page say
anything else by a link."""

NEWS = {
    "keluar": "auth.logged_out",
    "undangan": "invite.done",
    "sandi": "auth.password_changed",
    "semua": "account.sign_out_all_done",
    "kode": "account.new_recovery_done",
}
"""`?kabar=` likewise."""


def problem_code(key: str) -> str:
    """The code in the address that shows the text `key`."""
    return next(code for code, text in PROBLEMS.items() if text == key)
