"""The real server for browser tests: started as the README says, on a port and a data folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import psycopg
from prometheus_client.mmap_dict import MmapedDict
from psycopg import sql
from sqlalchemy import Connection, create_engine, text

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
WBS = Path(sys.executable).with_name("wbs")
START_SECONDS = 240  # the first start of a fresh clone builds the pages
STOP_SECONDS = 20
BESIDE = "tests.e2e.beside"


class Server:
    """One installation of WBS. Stopped and started again, it keeps its port and its data."""

    def __init__(
        self,
        folder: Path,
        database_url: str = "",
        redis_url: str = "",
        *,
        workers: int = 1,
        relaxed_2fa: bool = True,
        smtp_url: str = "",
        public_url: str = "",
    ) -> None:
        """`workers`: more than one share what the two addresses name. `public_url`: of a proxy before it."""
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.database_url = database_url
        self._database = database_url.replace("postgresql:", "postgresql+psycopg:") or f"sqlite:///{self.data}/wbs.db"
        self.port = free_port()
        self._address = f"http://127.0.0.1:{self.port}"
        self.origin = public_url or self._address
        own = {
            "PYTHONPATH": str(ROOT),
            "WBS_DATA_DIR": str(self.data),
            "WBS_DATABASE_URL": database_url,
            "WBS_REDIS_URL": redis_url,
            "WBS_PORT": str(self.port),
            "WBS_SMTP_URL": smtp_url,
            "WBS_PUBLIC_URL": public_url,
            "WBS_RELAXED_2FA": "1" if relaxed_2fa else "",
        }
        self._command = [WBS, "serve", "--workers", str(workers)]
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("WBS_")} | own
        self._process: subprocess.Popen[bytes] | None = None
        self._beside: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns once it answers; at once when it runs already."""
        if self._process is not None:
            return
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that kill() reaches its workers, and nobody else
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._ended_within(0.1) or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"the server did not start:\n{self.said()}")

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self._address}/healthz", timeout=5) as answer:  # noqa: S310  our own address
                return answer.status == 200
        except (URLError, OSError):
            return False

    def _ended_within(self, seconds: float) -> bool:
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        """As an operator does: the process is asked to end, and does."""
        self._end_beside()
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if how is signal.SIGKILL:
            os.killpg(self._process.pid, how)
        else:
            self._process.send_signal(how)
        ended = self._ended_within(STOP_SECONDS)
        if not ended:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None
        assert ended, f"the server did not stop in {STOP_SECONDS} s"

    def cli(self, *arguments: str, typed: str = "") -> str:
        """Runs a `wbs` command on this installation; what it printed."""
        done = subprocess.run([WBS, *arguments], cwd=ROOT, env=self._env, input=typed, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, wish: str, *words: Any) -> Any:
        """Has something done beside the server, on the same data (see `beside`); what it answers.

        One process takes all wishes: its start takes longer than most of them.
        """
        if self._beside is None:
            self._beside = subprocess.Popen(
                [sys.executable, "-m", BESIDE], cwd=ROOT, env=self._env, stdin=PIPE, stdout=PIPE, text=True
            )
        asked, answered = self._beside.stdin, self._beside.stdout
        assert asked is not None and answered is not None
        asked.write(json.dumps({wish: words}) + "\n")
        asked.flush()
        answer = answered.readline()
        assert answer, f"{wish} failed, as is said on standard error"
        return json.loads(answer)

    def _end_beside(self) -> None:
        if self._beside is not None:
            self._beside.communicate(timeout=STOP_SECONDS)
            self._beside = None

    def said(self) -> str:
        """The whole log."""
        return self.log.read_text("utf-8", "replace")

    # --- its workers -------------------------------------------------------------------------------------------------

    def workers(self) -> list[int]:
        """The processes that take connections."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children()
        return [child.pid for child in children if child.net_connections("tcp")]

    def open_pages(self, worker: int) -> int:
        """How many sockets it holds, by its own count; for several workers, who count in files."""
        file = self.data / "metrics" / f"gauge_livesum_{worker}.db"
        counts = MmapedDict.read_all_values_from_file(str(file)) if file.exists() else ()
        return sum(int(value) for key, value, _time, _at in counts if '"wbs_sockets"' in key)

    # --- what is kept ------------------------------------------------------------------------------------------------

    @contextmanager
    def database(self) -> Iterator[Connection]:
        """Its database, whichever it is, beside the server; what was changed is kept."""
        made = create_engine(self._database)
        with made.begin() as connection:
            yield connection
        made.dispose()

    def reports(self) -> int:
        """How many reports the database holds."""
        with self.database() as db:
            return db.execute(text("SELECT count(*) FROM report")).scalar_one()

    def everything_kept(self) -> Iterable[tuple[str, bytes]]:
        """Name and bytes of all that stays behind: files, every table of PostgreSQL, the log."""
        yield "server.log", self.log.read_bytes()
        for file in sorted(self.data.rglob("*")):
            if file.is_file():
                yield str(file.relative_to(self.data)), file.read_bytes()
        if self.database_url:
            with psycopg.connect(self.database_url) as db:
                tables = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
                for (table,) in tables:
                    query = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
                    with db.cursor().copy(query) as copied:
                        yield table, b"".join(bytes(piece) for piece in copied)
