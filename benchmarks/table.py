"""How a benchmark speaks: a table for people, and with `--json` one JSON object as the last line."""

import argparse
import json
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def arguments(about: str) -> argparse.ArgumentParser:
    """A parser with what every benchmark understands."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--json", action="store_true", help='end with {"bench": NAME, "rows": [...]}')
    parser.add_argument("--compare", type=Path, metavar="FILE", help="show the change against a saved --json line")
    return parser


def show(name: str, rows: list[Row], chosen: argparse.Namespace) -> None:
    """Prints the rows, beside those of an earlier run when one is named."""
    before = _saved(chosen.compare) if chosen.compare else []
    heads = list(rows[0])
    lines = [heads]
    for at, row in enumerate(rows):
        earlier = before[at] if at < len(before) else {}
        lines.append([_cell(row[head], earlier.get(head)) for head in heads])
    widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
    print(f"\n{name}")
    for line in lines:
        print("  " + "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))
    if chosen.json:
        print(json.dumps({"bench": name, "rows": rows}), flush=True)


def _cell(value: Any, earlier: Any) -> str:
    shown = f"{value:.1f}" if isinstance(value, float) else str(value)
    if isinstance(value, (int, float)) and isinstance(earlier, (int, float)) and earlier:
        return f"{shown} ({100 * (value - earlier) / earlier:+.0f}%)"
    return shown


def _saved(file: Path) -> list[Row]:
    last = file.read_text("utf-8").strip().splitlines()[-1]
    return json.loads(last)["rows"]


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie; 0.0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
