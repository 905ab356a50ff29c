"""How staff come in."""

from playwright.sync_api import expect

from tests.e2e.beside import PASSWORDS
from tests.e2e.beside import ROLES as ROLES
from tests.e2e.serving import Server
from tests.e2e.visiting import Visitor


def hire(server: Server, *usernames: str) -> None:
    """Some of those in `beside`, with a password."""
    server.ask("hire", *usernames)


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
