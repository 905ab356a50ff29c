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
    parser.add_argument("--compare", type=Path, metavar="FILE", help="show the change against a saved --json output")
    return parser


def show(name: str, rows: list[Row], chosen: argparse.Namespace) -> None:
    """Prints the rows, beside those of an earlier run when one is named."""
    before = saved(chosen.compare, name) if chosen.compare else []
    heads = list(rows[0])
    lines = [heads]
    for at, row in enumerate(rows):
        earlier = before[at] if at < len(before) and _words(before[at]) == _words(row) else {}
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


def _words(row: Row) -> dict[str, str]:
    """What a row is about, for rows that are to be compared."""
    return {head: value for head, value in row.items() if isinstance(value, str)}


def saved(file: Path, name: str) -> list[Row]:
    """The rows of the benchmark `name` in a saved output, which may be that of many; the last ones count."""
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.startswith('{"bench": ')]
    return next((line["rows"] for line in reversed(lines) if line["bench"] == name), [])


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie; 0.0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
