"""How staff come in."""

from playwright.sync_api import expect

from tests.e2e.serving import Server
from tests.e2e.visiting import Visitor

PASSWORDS = {
    "penerima": "gerimis di pasar badung",
    "penelaah": "jukung menepi sebelum fajar",
    "pengawas": "payung agung di atas bale",
    "pemegang": "gembok tua di peti cendana",
    "layanan": "lontar tua di tepi sabana",
    "pengelola": "kunci besi di laci kayu",
    "auditor": "lembar arsip tanpa coretan",
}
ROLES = {
    "penerima": ("intake", "bali,ntt"),
    "penelaah": ("assessor", "bali"),
    "pengawas": ("supervisor", "bali"),
    "pemegang": ("identity", "bali"),
    "layanan": ("service", "ntt"),
    "pengelola": ("admin", "bali,ntt"),
    "auditor": ("auditor", "bali"),
}
READERS = ("penerima", "penelaah", "layanan")


def hire(server: Server, *usernames: str) -> None:
    """Some of those above, with a password, by the command line."""
    for username in usernames:
        role, agencies = ROLES[username]
        command = ("staff", "add", username, "--role", role, "--agency", agencies, "--password-stdin")
        server.cli(*command, typed=f"{PASSWORDS[username]}\n")


def give_password(visitor: Visitor, username: str, password: str) -> None:
    visitor.go("/petugas/masuk")
    visitor.field(visitor.say("auth.username")).fill(username)  # no secret: it may stand in a log
    visitor.write(visitor.say("auth.password"), password)
    visitor.press(visitor.say("auth.submit"))


def sign_in(visitor: Visitor, username: str, page: str = "/petugas/laporan") -> None:
    """With the password alone, on a server that allows it; `page`: where this person's role leads."""
    give_password(visitor, username, PASSWORDS[username])
    visitor.arrive(page)
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
