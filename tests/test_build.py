"""When the pages count as built."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from wbs_app import serve
from wbs_app.config import settings


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small source of pages."""
    for name in ("wbs_app/page.py", "assets/look.css", "rxconfig.py", "requirements.lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(serve, "ROOT", tmp_path)
    monkeypatch.setenv("WBS_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_what_a_build_leaves_in_passing_does_not_start_another(tree: Path) -> None:
    before = serve.fingerprint()
    for passing in ("assets/external/wbs_app/given.js", "wbs_app/__pycache__/page.pyc"):
        (tree / passing).parent.mkdir(parents=True)
        (tree / passing).write_text("x")
    assert serve.fingerprint() == before


@pytest.mark.parametrize("name", ["wbs_app/page.py", "assets/look.css", "rxconfig.py", "requirements.lock"])
def test_every_source_counts(name: str, tree: Path) -> None:
    before = serve.fingerprint()
    (tree / name).write_text("changed")
    assert serve.fingerprint() != before
