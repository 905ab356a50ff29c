"""Word documents as PDF, by a LibreOffice without windows where one is installed, with limits of its own.

It works on files, so it gets a folder that lies in memory; where there is none, it is not used. It is shut in: it reads
what is installed, and not what we keep.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

log = logging.getLogger("wbs.office")

SECONDS = 30
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108  nothing plain may touch a disk
_PREFIX = "wbs-office-"
_LEFT_OVER_SECONDS = 10 * SECONDS
_LIMITED = 'ulimit -c 0; ulimit -t 30; ulimit -v 3000000; ulimit -f 200000; ulimit -n 256; exec nice -n 10 "$@"'
_CONVERT = (
    "--headless",
    "--norestore",
    "--nolockcheck",
    "--convert-to",
    "pdf:writer_pdf_Export",
    "--outdir",
    ".",
    "in",
)


def installed() -> str | None:
    """The program, where it can be used."""
    return shutil.which("soffice") if MEMORY_FOLDER.is_dir() else None


def as_pdf(data: bytes) -> bytes | None:
    """A Word document as PDF; None where there is no LibreOffice, or it gave up. Blocks for a second or two."""
    program = installed()
    if program is None:
        return None
    _sweep()
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=MEMORY_FOLDER, ignore_cleanup_errors=True) as place:
        folder = Path(place)
        (folder / "in").write_bytes(data)
        _run(program, folder)
        made = folder / "in.pdf"
        if made.is_file() and not made.is_symlink():
            return made.read_bytes()
    log.warning("LibreOffice made nothing of a document")
    return None


def _run(program: str, folder: Path) -> None:
    """Waits for it, and ends it with all that it started when it takes too long."""
    secluded = (sys.executable, "-m", "wbs_app.services.seclusion", str(folder))
    profile = f"-env:UserInstallation={folder.as_uri()}/profile"
    process = subprocess.Popen(
        ["/bin/sh", "-c", _LIMITED, "sh", *secluded, program, profile, *_CONVERT],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"HOME": str(folder), "TMPDIR": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        start_new_session=True,
    )
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        log.warning("LibreOffice took too long")
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it has ended, and what it started as well
    finally:
        process.wait()


def _sweep() -> None:
    """What a server that was killed has left in memory."""
    for folder in MEMORY_FOLDER.glob(f"{_PREFIX}*"):
        if folder.stat().st_mtime < time.time() - _LEFT_OVER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
