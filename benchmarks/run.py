"""`make bench`: every benchmark in turn, each in a process of its own. Arguments are passed on."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BENCHMARKS = ("intake", "evidence", "events", "start", "list", "tracking")


def main() -> int:
    """0 when every benchmark ran."""
    failed = [
        name for name in BENCHMARKS if subprocess.run([sys.executable, HERE / f"{name}.py", *sys.argv[1:]]).returncode
    ]
    for name in failed:
        print(f"benchmark {name} failed", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
