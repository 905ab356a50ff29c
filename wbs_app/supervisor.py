"""What is left of `wbs serve` once all is ready: a small process that starts the workers and replaces one that died.

It is a program of its own, so that it does not keep in memory all that getting ready took: 45 MB.
"""

import resource
import sys

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from wbs_app.logs import start_logging

MOST_CONNECTIONS = 20_000
"""Open ones for each worker; Granian counts sockets among them and would take no more than a thousand."""
STOP_SECONDS = 15
"""For what is under way when the server is to stop; whoever is cut off then is told nothing, and sends again."""


def _many_files() -> None:
    """Every open tab is one; the usual limit of 1024 would be the first thing to break."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _no_dumps() -> None:
    """What is in memory when a worker crashes must not land on a disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(host: str, port: int, workers: int) -> None:
    """Runs until it is stopped."""
    start_logging()
    _many_files()
    _no_dumps()
    Server(
        "wbs_app.wbs_app:create",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        backpressure=MOST_CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
