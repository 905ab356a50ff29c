"""`make bench`: every benchmark in turn, each in a process of its own.

`--json` and `--compare FILE` are passed on: `make bench ARGS=--json > FILE`, later `make bench ARGS="--compare FILE"`.
Each benchmark measures more, or something else, when it is called alone.
"""

import subprocess
import sys
import time
from pathlib import Path

from table import arguments

HERE = Path(__file__).parent
BENCHMARKS: dict[str, tuple[str, ...]] = {
    "start": (),
    "intake": (),
    "evidence": (),
    "events": (),
    "list": (),
    "tracking": (),
    "pages": (),
    "abuse": ("--seconds", "20"),
    "faults": ("--kills", "25"),
}
"""Name -> what it is told, so that all of them together stay short."""


def main(passed_on: list[str]) -> int:
    """How many benchmarks failed."""
    failed: list[str] = []
    began = time.monotonic()
    for name, told in BENCHMARKS.items():
        if subprocess.run([sys.executable, HERE / f"{name}.py", *told, *passed_on]).returncode:
            failed.append(name)
    for name in failed:
        print(f"benchmark {name} failed", file=sys.stderr)
    print(f"\n{len(BENCHMARKS)} benchmarks in {(time.monotonic() - began) / 60:.0f} minutes", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    arguments(str(__doc__).splitlines()[0]).parse_args()  # says what is wrong before minutes have passed
    sys.exit(main(sys.argv[1:]))
