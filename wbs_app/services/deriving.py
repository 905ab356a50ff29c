"""The other end of slow.py: `python -m wbs_app.services.deriving NICENESS`, a process that does what it is sent."""

import os
import sys
from contextlib import suppress
from multiprocessing.connection import Connection


def main(niceness: int) -> None:
    """One after the other until the server is gone: pages are answered first, and guessers get what nobody needs."""
    os.nice(niceness)
    with Connection(0) as line, suppress(EOFError):
        while True:
            work, args, kwargs = line.recv()
            try:
                done = work(*args, **kwargs)
            except Exception as problem:  # noqa: BLE001  told to the server
                done = problem
            line.send(done)


if __name__ == "__main__":
    main(int(sys.argv[1]))
