"""What an officer does with a case, by the services, for tests that look at the reporter's side alone; and reports
that are there before a test begins.

`act(server, ticket, ("verify",))`. Pages hear of it when they load again: without Redis, topics of another process do
not reach them.
"""

import base64

from tests.e2e.filing import Filed
from tests.e2e.serving import Server

Act = tuple[str, ...]
"""One of `beside.ACTS`, and the words it takes."""


def file(server: Server, *acts: Act, files: tuple[tuple[str, bytes], ...] = ()) -> Filed:
    """A report of Bali's with these files, sent without a browser; then the supervisor does these `acts` with it."""
    ticket, pin = server.ask("file", *((name, base64.b64encode(content).decode()) for name, content in files))
    if acts:
        act(server, ticket, *acts)
    return Filed(ticket, pin, frozenset())


def act(server: Server, ticket: str, *acts: Act) -> None:
    """The supervisor of those in `beside` does something with a case."""
    server.ask("act", ticket, acts)
