"""How staff come in. Run as a module beside a server, it hires those who are named."""

import io
import sys

from playwright.sync_api import expect

from tests.e2e.serving import Server
from tests.e2e.visiting import Visitor
from wbs_app import cli

MODULE = "tests.e2e.officers"
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


def hire(server: Server, *usernames: str) -> None:
    """Some of those above, with a password, by the command line; in one process, because each takes long to start."""
    server.run(MODULE, *usernames)


def _hire(usernames: list[str]) -> int:
    failed = 0
    for username in usernames:
        role, agencies = ROLES[username]
        sys.stdin = io.StringIO(f"{PASSWORDS[username]}\n")
        failed |= cli.main(["staff", "add", username, "--role", role, "--agency", agencies, "--password-stdin"])
    return failed


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


if __name__ == "__main__":
    sys.exit(_hire(sys.argv[1:]))
