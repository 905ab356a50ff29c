"""The other end of slow.py: `python -m wbs_app.services.deriving NICENESS`, a process that does what it is sent.

It loads little, since it stays.
"""

import os
import pickle
import sys
from contextlib import suppress


def main(niceness: int) -> None:
    """One after the other until the server is gone: pages are answered first, and guessers get what nobody needs."""
    os.nice(niceness)
    going = open(sys.stdout.fileno(), "wb", buffering=0, closefd=False)  # noqa: SIM115  nothing to flush at the end
    with suppress(EOFError, BrokenPipeError):
        while True:
            work, args, kwargs = pickle.load(sys.stdin.buffer)  # noqa: S301  from the server that has started us
            try:
                done = work(*args, **kwargs)
            except Exception as problem:  # noqa: BLE001  told to the server
                done = problem
            going.write(pickle.dumps(done))


if __name__ == "__main__":
    main(int(sys.argv[1]))
