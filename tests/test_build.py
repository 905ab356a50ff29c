"""When the pages count as built."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from wbs_app import serve
from wbs_app.config import Unusable, settings


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


def test_who_waited_for_a_build_does_not_build_again(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would pull the pages from under the server that they were built for."""
    pages = tree / ".web" / "build"
    places = {"WEB": ".web", "PAGES": ".web/build", "STAMP": ".web/stamp", "BUILD_LOG": ".web/log"}
    for name, place in places.items():
        monkeypatch.setattr(serve, name, tree / place)
    looked, built = Event(), serve._built
    monkeypatch.setattr(serve, "_built", lambda now: (built(now), looked.set())[0])
    passing = tree / "assets" / "passing.css"
    with ThreadPoolExecutor(1) as others:
        with serve._alone():
            passing.touch()
            shutil.rmtree(serve.WEB)  # as Reflex does at first, and when it is a newer one
            waiting = others.submit(serve.build)
            assert looked.wait(20)
            passing.unlink()
            pages.mkdir(parents=True)
            (pages / "index.html").touch()
            serve.STAMP.write_text(serve.fingerprint())
        assert waiting.result(20) is False


def test_who_may_not_build_is_told_who_may(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "WEB", tree / "rxconfig.py")  # no folder, and none can be made there
    monkeypatch.setattr(serve, "STAMP", tree / "stamp")
    with pytest.raises(Unusable, match="run `wbs build` as who owns it"):
        serve.build()


@pytest.mark.parametrize("name", ["wbs_app/page.py", "assets/look.css", "rxconfig.py", "requirements.lock"])
def test_every_source_counts(name: str, tree: Path) -> None:
    before = serve.fingerprint()
    (tree / name).write_text("changed")
    assert serve.fingerprint() != before
