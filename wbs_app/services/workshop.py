"""Where strangers' files are opened: in processes of their own, without our secrets, with little time and memory.

The server hands a file over by a socket and gets the cleaned copy back, or a reason to refuse it; nothing is written
to a disk. Whatever a file does there - crash, hang, eat memory - it is a file that cannot be read.
"""

import asyncio
import atexit
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from wbs_app.model.files import TYPES
from wbs_app.services.refusal import Refused

log = logging.getLogger("wbs.workshop")

ALL_SECONDS = 20
AT_ONCE = 2
"""Files opened at the same time: more would only share the cores, each with its memory."""
MOST_BACK = 64 * 2**20
_PIECE = 256 * 1024
_PROGRAM = ("-m", "wbs_app.services.workbench")


@dataclass(frozen=True, repr=False)
class Prepared:
    """A file and its cleaned copy. `removed`: text keys under `cleaned.*`."""

    extension: str
    mime: str
    original: bytes
    cleaned: bytes
    removed: tuple[str, ...]


class _Bench:
    """The process that forks one for each file: started when first needed, and again when it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def hand_over(self, job: socket.socket) -> None:
        """Gives the job's socket to a process for it alone."""
        with self._lock:
            try:
                self._give(job)
            except OSError:  # it was killed, by the system short of memory for one
                self._start()
                self._give(job)

    def _give(self, job: socket.socket) -> None:
        if self._control is None:
            raise BrokenPipeError
        socket.send_fds(self._control, [b"f"], [job.fileno()])

    def _start(self) -> None:
        self.stop()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", *_PROGRAM, str(ALL_SECONDS)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={},
                start_new_session=True,
            )
        self._control = ours

    def stop(self) -> None:
        """Ends it; the next file starts another."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None


_bench = _Bench()
atexit.register(_bench.stop)
_hands = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="workshop")


async def prepare(name: str, data: bytes) -> Prepared:
    """The file checked and cleaned, after those that came before. Only the extension is used of `name`.

    Raises:
        Refused: with a text key under `error.file_*`.
    """
    return await asyncio.wrap_future(_hands.submit(_prepare, name, data))


def _prepare(name: str, data: bytes) -> Prepared:
    try:
        back = exchange(json.dumps(name[-20:]).encode() + b"\n" + data)
        answer, cleaned = _read(back)
    except (OSError, ValueError) as problem:  # no answer, or none that makes sense
        log.warning("a file was given up (%s)", type(problem).__name__)
        raise Refused("error.file_unreadable") from None
    if "refused" in answer:
        raise Refused(answer["refused"], **answer["values"])
    return Prepared(answer["extension"], TYPES[answer["extension"]], data, cleaned, tuple(answer["removed"]))


def exchange(sent: bytes) -> bytes:
    """All that a process for one file answers to a line of JSON, which says what to do, and the file.

    Raises:
        OSError: when it does not answer in time, or too much.
    """
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            _bench.hand_over(theirs)
        until = time.monotonic() + ALL_SECONDS
        ours.settimeout(ALL_SECONDS)
        child = int.from_bytes(ours.recv(8, socket.MSG_WAITALL))
        try:
            ours.sendall(sent)
            ours.shutdown(socket.SHUT_WR)
            return _received(ours, until)
        except OSError:
            if child:  # it holds its socket, so the number is still its own
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            raise


def _received(ours: socket.socket, until: float) -> bytes:
    back = bytearray()
    while len(back) <= MOST_BACK:
        ours.settimeout(max(0.001, until - time.monotonic()))
        piece = ours.recv(_PIECE)
        if not piece:
            return bytes(back)
        back += piece
    raise OSError("too long an answer")


def _read(back: bytes) -> tuple[dict[str, Any], bytes]:
    """An answer and what follows it; it comes from a process that a file may have taken over.

    Raises:
        ValueError: for what is none.
    """
    line, _, data = back.partition(b"\n")
    answer = json.loads(line)
    if not isinstance(answer, dict):
        raise ValueError("no answer")
    if "broke" in answer:
        log.error("a file could not be prepared: %s", re.sub(r"[^\w .:]", "", str(answer["broke"]))[:100])
        raise ValueError("broken")
    if "refused" in answer:
        if not re.fullmatch(r"error\.file_[a-z]+", str(answer["refused"])) or not _are_figures(answer.get("values")):
            raise ValueError("no refusal")
    elif answer.get("extension") not in TYPES or not data or not _are_keys(answer.get("removed")):
        raise ValueError("no file")
    return answer, data


def _are_figures(values: Any) -> bool:
    return isinstance(values, dict) and all(key == "max" and isinstance(most, int) for key, most in values.items())


def _are_keys(removed: Any) -> bool:
    return isinstance(removed, list) and all(re.fullmatch(r"cleaned\.[a-z_]+", str(key)) for key in removed)
