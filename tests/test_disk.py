"""Files that a power cut must not take: whole or not at all, and asked of the disk before somebody builds on them."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from wbs_app import disk


def test_the_first_of_several_has_written_it(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    with ThreadPoolExecutor(8) as others:
        list(others.map(lambda number: disk.keep_first(file, str(number) * 9), range(8)))
    first = file.read_text()
    disk.keep_first(file, "later")
    assert file.read_text() == first and len(set(first)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    disk.keep(file, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="space"):
            disk.keep(file, "new")
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    disk.keep(file, "new")
    assert file.read_text() == "new"
