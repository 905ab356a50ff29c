"""The `wbs` command, run as an operator runs it."""

import asyncio
import io
import os
import re
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import col, select, update

from wbs_app import cli, serve
from wbs_app.config import Settings, Unusable, settings
from wbs_app.model.tables import Agency, AuditEvent, Report, Staff
from wbs_app.services import credentials, health, reference, staff, vouching
from wbs_app.services.database import close, reading, writing
from wbs_app.vault.keypairs import KeyPair
from wbs_app.vault.recovery import new_recovery

SettingsFor = Callable[..., Settings]
Capture = pytest.CaptureFixture[str]

PASSWORD = "kuda besi melompat tinggi"


class Wbs:
    """Runs a command: exit status, lines on standard output, lines on standard error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, line: str, typed: str = "") -> tuple[int, list[str], list[str]]:
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        status = cli.main(line.split())
        said = self._capsys.readouterr()
        return status, said.out.splitlines(), said.err.splitlines()


@pytest.fixture
def wbs(_made: None, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Wbs:
    """Each command opens and closes the database itself, as in a process of its own."""
    return Wbs(monkeypatch, capsys)


async def _staff(username: str) -> Staff | None:
    async with reading() as db:
        found = await staff.by_username(db, username)
    await close()
    return found


def test_adding_with_an_invitation(wbs: Wbs) -> None:
    status, said, problems = wbs("staff add Budi --role intake --agency bali,ntt --unit biro-hukum")
    assert (status, problems) == (0, [])
    (link,) = said
    token = re.fullmatch(r"http://127\.0\.0\.1:3000/petugas/undangan\?kode=([\w-]{43})", link)
    assert token is not None

    async def accept() -> Staff:
        async with writing() as db:
            accepted = await staff.accept(db, token[1], PASSWORD)
        await close()
        return accepted

    accepted = asyncio.run(accept())
    assert (accepted.username, accepted.name, accepted.agencies, accepted.unit) == (
        "budi",
        "Budi",
        "bali ntt",
        "biro-hukum",
    )


def test_adding_with_a_password(wbs: Wbs) -> None:
    line = "staff add sari --role supervisor --agency bali --agency ntt --display Sari --password-stdin"
    assert wbs(line, f"{PASSWORD}\n") == (0, ["sari can sign in"], [])
    found = asyncio.run(_staff("sari"))
    assert found is not None
    assert asyncio.run(credentials.unlock(found, PASSWORD)) is not None


def test_what_cannot_be_added_leaves_nothing(wbs: Wbs) -> None:
    wbs("staff add budi --role intake --agency bali")
    for line, typed in (
        ("staff add BUDI --role intake --agency bali", ""),
        ("staff add adi --role intake --agency papua", ""),
        ("staff add adi --role intake --agency ,", ""),
        ("staff add adi --role intake --agency bali --unit tidak-ada", ""),
        ("staff add adi --role intake --agency bali --password-stdin", "short\n"),
        ("staff add adi --role intake --agency bali --password-stdin", ""),
    ):
        status, said, problems = wbs(line, typed)
        assert (status, said, len(problems)) == (1, [], 1), line
        assert problems[0].startswith("wbs: ") and "Traceback" not in problems[0]
    assert asyncio.run(_staff("adi")) is None
    with pytest.raises(SystemExit) as usage:
        wbs("staff add adi --role king --agency bali")
    assert usage.value.code == 2


@pytest.mark.parametrize(
    "line", ["", "nonsense", "staff", "staff add", "audit", "demo --reports 0", "serve --workers x"]
)
def test_a_wrong_use_is_one_line(line: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as usage:
        cli.main(line.split())
    assert usage.value.code == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("wbs") and said.endswith("--help)") and "_positive" not in said


def test_the_list_and_the_end(wbs: Wbs) -> None:
    wbs("staff add sari --role intake --agency bali --password-stdin", PASSWORD)
    wbs("staff add budi --role identity --agency ntt,bali --unit biro-hukum")
    assert wbs("staff list") == (
        0,
        ["budi\tidentity\tbali ntt\tbiro-hukum\tinvited", "sari\tintake\tbali\t-\tactive"],
        [],
    )
    assert wbs("staff deactivate SARI") == (0, ["sari can no longer sign in"], [])
    assert wbs("staff list")[1][1].endswith("inactive")
    status, _, problems = wbs("staff deactivate nobody")
    assert (status, len(problems)) == (1, 1)


def test_the_audit_trail(wbs: Wbs) -> None:
    wbs("staff add budi --role intake --agency bali")
    intact = "what decides who is given keys is intact in all cases"
    assert wbs("audit verify") == (0, ["the audit trail is intact: 2 events", intact], [])

    async def tamper() -> None:
        async with writing() as db:
            await db.exec(update(AuditEvent).where(col(AuditEvent.id) == 2).values(subject="sari"))
        await close()

    asyncio.run(tamper())
    assert wbs("audit verify") == (1, [], ["wbs: the audit trail is broken at event 2"])


def test_a_case_changed_outside(wbs: Wbs) -> None:
    wbs("demo --reports 2 --agency bali")

    async def tamper() -> str:
        async with writing() as db:
            report = (await db.exec(select(Report).order_by(col(Report.id)))).first()
            assert report is not None
            await db.exec(update(Report).where(col(Report.id) == report.id).values(agency="ntt"))
        await close()
        return report.ticket

    ticket = asyncio.run(tamper())
    status, said, problems = wbs("audit verify")
    assert (status, said, len(problems)) == (1, [], 1)
    assert f"1 case was changed outside this program ({ticket})" in problems[0]
    status, said, problems = wbs(f"audit accept {ticket.lower()}")
    assert (status, problems) == (0, [])
    assert said[0].startswith(f"{ticket}: agency ntt, kind ")
    assert wbs("audit verify")[0] == 0
    assert wbs("audit accept BALI-0000-0000")[0] == 1


def test_the_oversight_is_the_operators_to_set(wbs: Wbs) -> None:
    async def kept() -> tuple[str, list[str]]:
        async with reading() as db:
            found = (await reference.profile(db, "bali")).oversight
            told = select(AuditEvent.subject).where(AuditEvent.action == "set_oversight")
            trail = list(await db.exec(told.order_by(col(AuditEvent.id))))
        await close()
        return found, trail

    assert wbs("oversight bali --by ntt") == (0, ["bali: overseen by ntt"], [])
    assert asyncio.run(kept()) == ("ntt", ["bali/ntt"])
    for line in ("oversight bali --by bali", "oversight bali --by papua", "oversight papua --by none"):
        status, said, problems = wbs(line)
        assert (status, said, len(problems)) == (1, [], 1), line
    assert wbs("oversight bali --by none") == (0, ["bali: overseen by none"], [])
    assert asyncio.run(kept()) == ("", ["bali/ntt", "bali/-"])


def test_recovering(wbs: Wbs) -> None:
    public, shares = new_recovery()

    async def keep() -> None:
        async with writing() as db:
            vouching.keep_recovery(await db.get_one(Agency, "bali"), public)
        await close()

    asyncio.run(keep())
    assert wbs("recover --agency bali", f"{shares[2]}\n\n{shares[0]}\n") == (0, ["0 keys given"], [])
    for agency, typed in (
        ("bali", shares[0]),
        ("bali", "bukan kata kunci\nsama sekali"),
        ("bali", "\n".join(new_recovery()[1])),
        ("ntt", "\n".join(shares)),
    ):
        status, said, problems = wbs(f"recover --agency {agency}", typed)
        assert (status, said, len(problems)) == (1, [], 1)
        words = shares[0].split()  # ordinary English ones, such as "that": two in a row are what must not be said
        assert not any(f"{one} {two}" in problems[0] for one, two in pairwise(words))


def test_doctor(wbs: Wbs) -> None:
    settings().data_dir.mkdir(exist_ok=True)
    status, said, problems = wbs("doctor")
    assert (status, problems) == (
        1,
        [f"wbs: {sum(line.startswith('FAIL') for line in said)} of the checks failed"],
    )
    assert "ok    database" in said and "ok    libmagic" in said
    assert "FAIL  secret: not made yet: run `wbs init`" in said
    assert "FAIL  bali: officer for wbs reports: nobody can read them" in said
    assert not any("bali: officer for service" in line for line in said)
    assert "FAIL  ntt: officer for service reports: nobody can read them" in said
    settings().secret_key()

    async def provide() -> None:
        async with writing() as db:
            for agency in await db.exec(select(Agency)):
                vouching.keep_recovery(agency, KeyPair.new().public)
                db.add(agency)
            for role in ("supervisor", "identity"):
                pair = KeyPair.new()
                person = Staff(username=role, name=role, role=role, agencies="bali ntt", public_key=pair.public)
                db.add(person)
                await db.flush()
                person.vouch = vouching.mark(person)
        await close()

    asyncio.run(provide())
    status, said, problems = wbs("doctor")
    assert (status, problems) == (0, [])
    assert all(line.startswith(("ok    ", "note  large pages")) for line in said) and len(said) > 10


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("[always] madvise never", "ok    large pages"),
        ("always [madvise] never", "note  large pages: "),
        (None, "ok  "),
    ],
    ids=["on", "off", "another system"],
)
def test_doctor_advises_large_pages(
    wbs: Wbs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str | None, said: str
) -> None:
    if setting:
        (tmp_path / "enabled").write_text(f"{setting}\n")
    monkeypatch.setattr(health, "LARGE_PAGES", tmp_path / "enabled")
    _, lines, problems = wbs("doctor")
    assert next(line for line in lines if "large pages" in line).startswith(said)
    assert problems == [f"wbs: {sum(line.startswith('FAIL') for line in lines)} of the checks failed"]


def test_doctor_changes_nothing(settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    folder = settings_for().data_dir
    status, said, _ = Wbs(monkeypatch, capsys)("doctor")
    assert status == 1
    assert {line.partition(":")[0] for line in said if line.startswith("FAIL")} == {
        "FAIL  data folder",
        "FAIL  secret",
        "FAIL  database",
    }
    assert not folder.exists()


def test_a_wrong_setting_is_one_line(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    settings_for()
    monkeypatch.setenv("WBS_PORT", "many")
    settings.cache_clear()
    wbs = Wbs(monkeypatch, capsys)
    for line in ("staff list", "audit verify", "doctor"):
        status, _, problems = wbs(line)
        assert (status, len(problems)) == (1, 1)
    assert "many" not in problems[0]


def test_a_database_that_is_not_there_is_one_line(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    settings_for(database_url="postgresql://nobody@127.0.0.1:1/none")
    wbs = Wbs(monkeypatch, capsys)
    for line in ("staff list", "doctor"):
        status, _, problems = wbs(line)
        assert (status, len(problems)) == (1, 1)


@pytest.mark.parametrize(
    ("workers", "shared"),
    [
        ("2", {}),
        ("2", {"redis_url": "redis://127.0.0.1:1"}),
        ("2", {"database_url": "postgresql://127.0.0.1:1/wbs"}),
        ("0", {}),
    ],
)
def test_several_workers_need_what_they_can_share(
    workers: str, shared: dict[str, str], settings_for: SettingsFor, capsys: Capture
) -> None:
    settings_for(**shared)
    assert cli.main(["serve", "--workers", workers]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert ("WBS_DATABASE_URL" in line and "WBS_REDIS_URL" in line) or "at least 1" in line


def test_redis_needs_an_address_of_redis(settings_for: SettingsFor) -> None:
    with pytest.raises(Unusable, match="WBS_REDIS_URL"):
        settings_for(redis_url="http://127.0.0.1")


def test_the_first_link_outlives_the_start_of_the_service(wbs: Wbs, capsys: Capture) -> None:
    """It is shown in a terminal, before the service is started; whose log is no place for it."""

    def tokens(lines: list[str]) -> list[str]:
        return re.findall(r"kode=([\w-]{43})", "\n".join(lines))

    (shown,) = tokens(wbs("init")[1])
    serve.initialise(link_again=False)
    said = capsys.readouterr().out
    assert tokens([said]) == [] and "`wbs init`" in said

    async def invited(token: str) -> Staff | None:
        async with reading() as db:
            found = await staff.peek(db, token)
        await close()
        return found

    assert asyncio.run(invited(shown)) is not None
    (anew,) = tokens(wbs("init")[1])
    assert asyncio.run(invited(shown)) is None and asyncio.run(invited(anew)) is not None


def test_a_lost_secret_is_no_end_and_is_in_the_trail(wbs: Wbs, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wbs("init")[0] == 0
    assert wbs("staff add Budi --role auditor --agency bali")[0] == 0
    monkeypatch.setenv("WBS_SECRET", "66" * 32)
    settings.cache_clear()
    status, _, problems = wbs("init")
    assert status == 1
    assert "--new-secret" in problems[0]
    assert wbs("audit verify")[0] == 1
    assert wbs("init --new-secret")[0] == 0
    status, said, _ = wbs("audit verify")
    assert status == 0
    assert said[0].startswith("the audit trail is intact")
    assert wbs("init")[0] == 0


@pytest.mark.parametrize(
    "line", ["staff add Adi --role auditor --agency bali", "staff deactivate budi", "audit verify", "purge", "backup -"]
)
def test_no_command_works_on_under_another_secret(
    wbs: Wbs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    """As where WBS_SECRET stands in the service's settings, and the operator's shell has not read them."""
    assert wbs("init")[0] == 0
    assert wbs("staff add Budi --role auditor --agency bali")[0] == 0
    secret = settings().secret_key().hex()
    monkeypatch.setenv("WBS_SECRET", "66" * 32)
    settings.cache_clear()
    status, said, problems = wbs(line.replace(" -", f" {tmp_path / 'keep.tar'}") if line.endswith(" -") else line)
    assert (status, said, len(problems)) == (1, [], 1)
    assert "the secret is not the one" in problems[0]
    assert not (tmp_path / "keep.tar").exists()
    assert any(line.startswith("FAIL  secret of this database: the secret is not") for line in wbs("doctor")[1])
    monkeypatch.setenv("WBS_SECRET", secret)
    settings.cache_clear()
    assert wbs("audit verify")[0] == 0, "the trail is still whole"
    assert "ok    secret of this database" in wbs("doctor")[1]


@pytest.mark.parametrize(
    "line", ["audit verify", "backup keep.tar", "purge", "staff list", "recover --agency bali", "audit accept BALI-1"]
)
def test_where_nothing_is_nothing_is_made(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch, capsys: Capture, tmp_path: Path, line: str
) -> None:
    """A nightly backup with a misspelt folder would else keep an empty system and call it well."""
    monkeypatch.chdir(tmp_path)
    folder = settings_for().data_dir
    status, said, problems = Wbs(monkeypatch, capsys)(line)
    assert (status, said, len(problems)) == (1, [], 1)
    assert "there is no system yet" in problems[0]
    assert not folder.exists() and not (tmp_path / "keep.tar").exists()


@pytest.mark.parametrize("line", ["init", "serve", "restore keep.tar", "demo --reports 1"])
def test_root_makes_nothing_in_the_folder_of_the_service(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch, capsys: Capture, line: str
) -> None:
    folder = settings_for().data_dir
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, 10001, -1)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    status, said, problems = Wbs(monkeypatch, capsys)(line)
    assert (status, said, len(problems)) == (1, [], 1)
    assert "belongs to another user" in problems[0]
    assert list(folder.iterdir()) == []
