"""The other end of workshop.py: `python -m wbs_app.services.workbench SECONDS`, a process that knows no secret of ours.

It has everything loaded and does nothing but fork: each file is read by a process of its own, which can no longer
write files, look at ours or at other processes, start programs or take much, and which ends with its file. What breaks
there breaks nothing else.
"""

import json
import os
import resource
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from PIL import Image

from wbs_app.services.cleaning import clean
from wbs_app.services.drawing import draw
from wbs_app.services.inspection import inspect
from wbs_app.services.refusal import Refused
from wbs_app.services.seclusion import shut_in

CPU_SECONDS = 10
MEMORY = 2**30
"""Of addresses, loaded libraries included: about 300 MB of them."""
READABLE = ("/usr", "/lib", "/lib64", "/dev/urandom", sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]))
"""Fonts, and what is loaded when a file asks for it; not what we keep, wherever that is."""
LIMITS = {
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_AS: MEMORY,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_NPROC: 0,
    resource.RLIMIT_NOFILE: 16,
}


def main(seconds: int) -> None:
    """Takes sockets from its standard input, each a file's with so much time, until the server is gone."""
    control = socket.socket(fileno=0)
    os.nice(10)  # people who click come first
    signal.signal(signal.SIGCHLD, _reap)
    inspect("warm.pdf", b"%PDF-1.7\n")
    Image.preinit()
    while True:
        _, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not sockets:
            return
        child = os.fork()
        if child == 0:
            control.close()
            _one(socket.socket(fileno=sockets[0]), seconds)
        os.close(sockets[0])  # the child has its own


def _reap(*_: object) -> None:
    """Nothing is left of those that are done but what they cost, which their parent has then had too."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _one(job: socket.socket, seconds: int) -> None:
    """The life of a process: one file in, one answer out."""
    signal.alarm(seconds)
    shut_in(READABLE)
    for kind, most in LIMITS.items():
        resource.setrlimit(kind, (most, most))
    try:
        job.sendall(os.getpid().to_bytes(8))
        with job.makefile("rb") as coming:
            asked = coming.readline()
            answer, data = _answer(json.loads(asked), coming.read())
        job.sendall(json.dumps(answer).encode() + b"\n" + data)
    finally:
        os._exit(0)  # nothing of the parent's is ours to tidy


def _answer(asked: str | dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """`asked`: the name of a file that has come, to be checked and cleaned; or the arguments of `drawing.draw`."""
    try:
        if isinstance(asked, dict):
            return draw(asked["mime"], data, asked["number"], asked["width"])
        file = inspect(asked, data)
        cleaned = clean(file.mime, data)
    except Refused as refusal:
        return {"refused": refusal.key, "values": refusal.values}, b""
    except Exception as problem:  # noqa: BLE001  told to the server, which says where it happened
        return {"broke": _place_of(problem)}, b""
    return {"extension": file.extension, "mime": file.mime, "removed": cleaned.removed}, cleaned.data


def _place_of(problem: BaseException) -> str:
    """Type and place of an error, without what it says."""
    frames = traceback.extract_tb(problem.__traceback__)
    return f"{type(problem).__name__} in {frames[-1].name}:{frames[-1].lineno}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
