"""A real clamd with a signature database of its own: it knows the EICAR test file and nothing else."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PATIENCE = 30


class Clamd:
    """Its socket, and the process while it runs."""

    def __init__(self, folder: Path) -> None:
        self.url = f"unix://{folder}/socket"
        self._socket, self._config, self._log = folder / "socket", folder / "clamd.conf", folder / "log"
        database = folder / "database"
        database.mkdir()
        (database / "own.ndb").write_text(f"Wbs.Test.Eicar:0:*:{EICAR.hex()}\n")
        self._config.write_text(f"LocalSocket {self._socket}\nDatabaseDirectory {database}\nForeground yes\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it answers; at once when it runs already."""
        if self._process is not None:
            return
        found = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")
        assert found, "the tests need clamd: install clamav-daemon (`make setup-dev` does it on Debian, as root)"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([found, "-c", self._config], stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < deadline, self._log.read_text("utf-8", "replace")

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(str(self._socket))
                line.sendall(b"zPING\0")
                return line.recv(16) == b"PONG\0"
            except OSError:
                time.sleep(0.02)
                return False

    def stop(self) -> None:
        """Nobody answers at its socket any more."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None
