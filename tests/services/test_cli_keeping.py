"""`wbs demo`, `backup`, `restore` and `purge`, run as an operator runs them."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from wbs_app import cli
from wbs_app.config import Settings, settings
from wbs_app.model.tables import Report
from wbs_app.services import evidence
from wbs_app.services.database import close, reading


@pytest.fixture(autouse=True)
def own_store(_made: None) -> None:
    evidence.store.cache_clear()


def test_the_whole_way(
    settings_for: Callable[..., Settings], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pins, file = tmp_path / "pins", tmp_path / "keep.tar"
    assert cli.main(["init"]) == 0
    assert cli.main(["demo", "--reports", "5", "--agency", "bali", "--pins", str(pins)]) == 0
    assert len(re.findall(r"^BALI-\w{4}-\w{4}\t(?:\w{4} ?){4}$", pins.read_text(), re.MULTILINE)) == 5
    assert pins.stat().st_mode & 0o77 == 0
    assert cli.main(["demo", "--reports", "1"]) == 0  # beside invented ones, and with the PIN on the terminal
    capsys.readouterr()
    assert cli.main(["backup", str(file)]) == 0
    said = capsys.readouterr().out
    key = re.search(r"signed with the key ((?:[0-9a-f]{4}-?){8})", said)
    assert "kept: 6 reports" in said and key is not None
    assert cli.main(["backup", str(file)]) == 1
    assert cli.main(["restore", str(file)]) == 1  # not empty
    assert "only into an empty system" in capsys.readouterr().err
    settings_for(data_dir=str(tmp_path / "new"), database_url="")
    evidence.store.cache_clear()
    assert cli.main(["restore", str(file)]) == 1  # another secret
    assert "not signed by this system" in capsys.readouterr().err
    assert cli.main(["restore", str(file), "--key", key[1]]) == 0
    assert "restored and verified: 6 reports" in capsys.readouterr().out
    assert cli.main(["audit", "verify"]) == 1  # nothing is marked with this secret yet
    assert cli.main(["init", "--new-secret"]) == 0
    assert cli.main(["audit", "verify"]) == 0
    assert cli.main(["purge", "--list"]) == 0
    assert cli.main(["purge"]) == 0
    assert "0 cases destroyed" in capsys.readouterr().out
    assert settings().data_dir == tmp_path / "new"


async def _reports() -> int:
    async with reading() as db:
        found = len((await db.exec(select(Report.id))).all())
    await close()
    return found


def test_what_makes_no_sense(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for line in ("demo --reports 0", "demo --reports many", "demo", "backup", "restore"):
        with pytest.raises(SystemExit) as usage:
            cli.main(line.split())
        assert usage.value.code == 2
    assert cli.main(["demo", "--reports", "1", "--agency", "papua"]) == 1
    (tmp_path / "no.tar").write_bytes(b"no backup")
    for name in ("no.tar", "none.tar"):
        assert cli.main(["restore", str(tmp_path / name)]) == 1
    assert cli.main(["backup", str(tmp_path / "none" / "keep.tar")]) == 1
    for pins in (tmp_path, tmp_path / "none" / "pins"):
        assert cli.main(["demo", "--reports", "1", "--pins", str(pins)]) == 1
    said = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("usage")]
    assert all(line.startswith("wbs") for line in said), "a reason is one line"
    assert sum(line.startswith("wbs: ") for line in said) == 6
    assert asyncio.run(_reports()) == 0, "nothing is made whose PINs would be lost"


def test_a_backup_without_its_files_is_no_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """As where the disk of the evidence store was not mounted."""
    assert cli.main(["demo", "--reports", "20", "--agency", "bali"]) == 0
    monkeypatch.setenv("WBS_EVIDENCE_URL", (tmp_path / "not mounted").as_uri())
    settings.cache_clear()
    evidence.store.cache_clear()
    capsys.readouterr()
    assert cli.main(["backup", str(tmp_path / "keep.tar")]) == 1
    said = capsys.readouterr()
    assert "kept: 20 reports" in said.out and "the evidence store had already lost files/" in said.out
    assert said.err.splitlines()[-1].startswith("wbs: the backup is kept, but without ")


def test_a_store_that_is_away_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.main(["demo", "--reports", "20", "--agency", "bali"]) == 0
    own = {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "rahasia", "REGION": "x", "ENDPOINT_URL": "http://127.0.0.1:9"}
    for name, value in (own | {"ALLOW_HTTP": "true"}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("WBS_EVIDENCE_URL", "s3://bukti")
    settings.cache_clear()
    evidence.store.cache_clear()
    capsys.readouterr()
    assert cli.main(["backup", str(tmp_path / "keep.tar")]) == 1
    said = [part for part in capsys.readouterr().err.splitlines() if part.startswith("wbs")]
    assert said == ["wbs: the evidence store cannot be used (GenericError)"]
    assert not list(tmp_path.glob("keep*"))
