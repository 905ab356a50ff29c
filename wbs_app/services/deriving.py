"""The other end of slow.py: `python -m wbs_app.services.deriving NICENESS`, a process that does what it is sent.

It loads little, since it stays.
"""

import os
import pickle
import sys


def main(niceness: int) -> None:
    """One after the other until the server is gone: pages are answered first, and guessers get what nobody needs."""
    os.nice(niceness)
    coming, going = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            work, args, kwargs = pickle.load(coming)  # noqa: S301  from the server that has started us
        except EOFError:
            return
        try:
            done = work(*args, **kwargs)
        except Exception as problem:  # noqa: BLE001  told to the server
            done = problem
        pickle.dump(done, going)
        going.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
