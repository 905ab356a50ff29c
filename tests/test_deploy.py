"""What is shipped to run WBS agrees with the program: names of settings, commands, addresses and users."""

import re
import shlex
from pathlib import Path

import pytest

from wbs_app import cli
from wbs_app.config import Settings
from wbs_app.edge import UPLOAD_OVERHEAD
from wbs_app.model.agency import Profile
from wbs_app.routes import OWN

ROOT = Path(__file__).resolve().parents[1]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
FOR_COMPOSE_ALONE = {"WBS_WORKERS"}


def _text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_setting_is_one_of_ours() -> None:
    known = {f"WBS_{name.upper()}" for name in Settings.model_fields} | FOR_COMPOSE_ALONE
    files = [ROOT / "compose.yaml", ROOT / "README.md", *(ROOT / "deploy").rglob("*"), *(ROOT / "docs").glob("*.md")]
    named = {
        (file.name, name)
        for file in files
        if file.is_file()
        for name in re.findall(r"\bWBS_[A-Z0-9_]+", file.read_text("utf-8"))
    }
    assert len(named) > 20
    assert {name for name in named if name[1] not in known | {"WBS_TEST_WORKERS", "WBS_"}} == set()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_there_is_and_keeps_the_data_to_itself(unit: Path) -> None:
    said = unit.read_text("utf-8")
    (command,) = re.findall(r"bin/wbs (.+?)\'?$", said, re.MULTILINE)
    cli._parser().parse_args(shlex.split(command.replace("${WORKERS}", "1")))
    assert "User=wbs" in said and "UMask=0077" in said
    assert "StateDirectory=wbs\n" in said and "StateDirectoryMode=0700" in said, "systemd sets it at every start"
    assert "WBS_DATA_DIR=/var/lib/wbs" in said


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_what_a_unit_writes_to_is_made_by_the_instructions(unit: Path) -> None:
    for folder in re.findall(r"^ReadWritePaths=(.+)$", unit.read_text("utf-8"), re.MULTILINE):
        assert folder.removeprefix("/opt/wbs/") in _text("docs/operations.md"), "else the unit does not start"


def test_a_proxy_asks_for_an_address_that_answers_while_pages_can_be_read() -> None:
    (asked,) = re.findall(r"health_uri (\S+)", _text("deploy/Caddyfile"))
    path, _, query = asked.partition("?")
    assert path in {route.path for route in OWN} and query == "live"


@pytest.mark.parametrize("proxy", ["nginx.conf", "Caddyfile"])
def test_no_proxy_tells_who_asks(proxy: str) -> None:
    said = _text(f"deploy/{proxy}")
    for header in ("X-Forwarded-For", "X-Real-I[Pp]", "User-Agent"):
        assert re.search(rf'(header_up -{header}\n|proxy_set_header {header} +"";)', said), header


@pytest.mark.parametrize(
    ("proxy", "asked"),
    [("nginx.conf", r"client_max_body_size (\d+)m;"), ("Caddyfile", r"max_size (\d+)MiB\n")],
)
def test_a_proxy_lets_through_what_an_agency_may_allow(proxy: str, asked: str) -> None:
    """All files that are chosen together come in one request."""
    most = {
        name: next(bound.le for bound in Profile.model_fields[name].metadata if hasattr(bound, "le"))
        for name in ("max_file_mb", "max_files")
    }
    (allowed,) = re.findall(asked, _text(f"deploy/{proxy}"))
    assert int(allowed) * 2**20 >= most["max_file_mb"] * most["max_files"] * 2**20 + UPLOAD_OVERHEAD


def test_the_page_of_a_stopped_program_is_whole_in_itself() -> None:
    """What it would fetch is on the server that does not answer."""
    page = _text("deploy/down.html")
    assert set(re.findall(r'(?:src|href)="([^"]*)"', page)) == {""}, "only the page itself again"
    assert "url(" not in page and "@import" not in page and "<script" not in page
    assert 'lang="id"' in page and 'lang="en"' in page


@pytest.mark.parametrize("proxy", ["nginx.conf", "Caddyfile"])
def test_a_proxy_shows_it_and_nobody_keeps_it(proxy: str) -> None:
    said = _text(f"deploy/{proxy}")
    assert "/down.html" in said and re.search(r"Cache-Control no-store", said)
    (shown,) = re.findall(r"default-src[^\"]+", said)
    assert shown == "default-src 'none'; style-src 'unsafe-inline'"
