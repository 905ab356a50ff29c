"""From `wbs serve` to the first page: with nothing built, with nothing but the pages, and once more.

`cold`: in a fresh copy of the source, where the pages have to be built. `new`: another installation of that build, its
database and keys still to be made. `warm`: the same once more. Dependencies are installed already.
"""

import shutil
import tempfile
import time
import urllib.request
from pathlib import Path

from serving import ROOT, Server
from table import Row, arguments, show


def _first_page(server: Server) -> tuple[float, float]:
    """Seconds until it listens, and until the first page is there."""
    started = time.perf_counter()
    listening = server.start()
    with urllib.request.urlopen(f"{server.origin}/", timeout=60) as answer:  # noqa: S310  our own address
        answer.read()
    return listening, time.perf_counter() - started


def _row(case: str, server: Server) -> Row:
    listening, page = _first_page(server)
    row = {"case": case, "listening_s": listening, "first_page_s": page, "rss_mb": server.memory()}
    server.stop()
    return row


def main() -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="wbs-bench-") as name:
        folder = Path(name)
        fresh = folder / "clone"
        shutil.copytree(ROOT, fresh, ignore=shutil.ignore_patterns(".*", "data", "__pycache__", "node_modules"))
        shutil.copytree(ROOT / "wbs_app" / "data", fresh / "wbs_app" / "data")
        for case, data in (("cold", "one"), ("new", "two"), ("warm", "two")):
            (folder / data).mkdir(exist_ok=True)
            rows.append(_row(case, Server(folder / data, {}, fresh)))
    return rows


if __name__ == "__main__":
    parser = arguments(str(__doc__).splitlines()[0])
    asked = parser.parse_args()
    show("start", main(), asked)
