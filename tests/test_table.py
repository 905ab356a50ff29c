"""How benchmarks compare themselves with an earlier run."""

import json
from pathlib import Path

import pytest

from benchmarks.table import Row, arguments, show

BEFORE: dict[str, list[Row]] = {
    "start": [{"case": "cold", "seconds": 8.0}],
    "pages": [{"page": "/", "kb": 100.0, "files": 10}, {"page": "/lacak", "kb": 50.0, "files": 0}],
}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """What `make bench ARGS=--json` prints: tables, and a line of each benchmark."""
    file = tmp_path / "before"
    lines = [f"\n{name}\n  page  kb\n{json.dumps({'bench': name, 'rows': rows})}" for name, rows in BEFORE.items()]
    file.write_text("\n".join([*lines, "9 benchmarks in 20 minutes"]))
    return file


def shown(name: str, rows: list[Row], capsys: pytest.CaptureFixture[str], *told: str) -> str:
    show(name, rows, arguments("").parse_args(told))
    return capsys.readouterr().out


def test_each_finds_its_own(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = [{"page": "/", "kb": 110.0, "files": 9}, {"page": "/lacak", "kb": 50.0, "files": 1}]
    said = shown("pages", now, capsys, "--compare", str(saved))
    assert "110.0 (+10%)  9 (-10%)" in said and "50.0 (+0%)" in said


def test_what_is_new_or_about_something_else_is_not_compared(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "%" not in shown("events", [{"tabs": 50}], capsys, "--compare", str(saved))
    assert "%" not in shown("pages", [{"page": "/faq", "kb": 50.0}], capsys, "--compare", str(saved))


def test_json_is_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    last = shown("start", BEFORE["start"], capsys, "--json").splitlines()[-1]
    assert json.loads(last) == {"bench": "start", "rows": BEFORE["start"]}
