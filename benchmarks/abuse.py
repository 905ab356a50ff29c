"""One hostile client at full speed, and honest reporters in the meantime: how long each takes for a whole report.

The hostile one (tests/attack/hostile.py) has a process of its own on the same machine, so it takes its share of the
cores too.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from table import Row, arguments, percentile, show

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


async def measure(server: Any, seconds: float) -> Row:
    """Honest reporters, one after the other, for as long as the attack lasts."""
    from tests.attack.test_abuse import files_a_report, under_attack

    took: list[float] = []
    failed = 0
    async with under_attack(server, seconds) as figures:
        end = time.monotonic() + seconds - 1
        while time.monotonic() < end:
            try:
                async with asyncio.timeout(60):
                    took.append((await files_a_report(server))[1])
            except (AssertionError, OSError, KeyError) as problem:
                print(f"an honest reporter failed: {type(problem).__name__} {problem}", file=sys.stderr)
                failed += 1
    return {
        "seconds": seconds,
        "honest": len(took),
        "failed": failed,
        "p50_s": percentile(took, 0.5),
        "max_s": max(took, default=float("inf")),
        "hostile": sum(figures.values()),
        **{name.replace(" ", "_"): number for name, number in sorted(figures.items())},
    }


async def quiet(server: Any) -> float:
    """A whole report while nobody attacks, in seconds."""
    from tests.attack.test_abuse import files_a_report

    return min([(await files_a_report(server))[1] for _ in range(3)])


async def main(server: Any, chosen: Any) -> Row:
    alone = await quiet(server)
    row = await measure(server, chosen.seconds)
    return {**row, "alone_s": alone, "afterwards_s": await quiet(server)}


if __name__ == "__main__":
    parser = arguments(str(__doc__).splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wbs-bench-") as folder:
        os.environ["WBS_DATA_DIR"] = f"{folder}/client"  # of this process; the server has its own
        from tests.attack.conftest import START_PATIENCE, Server, _environment, _listening
        from tests.ports import free_port

        port = free_port()
        command = [sys.executable, "-c", "import sys; from wbs_app.cli import main; sys.exit(main())", "serve"]
        with Path(folder, "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=_environment(Path(folder), port), stdout=log, stderr=subprocess.STDOUT
            )
            try:
                server = Server(port, Path(folder), process)
                _listening(server)
                show("abuse", [asyncio.run(main(server, asked))], asked)
            finally:
                process.terminate()
                process.wait(START_PATIENCE)
