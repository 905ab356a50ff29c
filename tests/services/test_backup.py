"""Backup and restore, on and between both databases, with a writer going on."""

import asyncio
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
import pytest
from sqlmodel import col, func, select, update

from tests.databases import new_database
from wbs_app.config import Settings, settings
from wbs_app.model.access import Role
from wbs_app.model.tables import AuditEvent, Evidence, Report, ReportKey
from wbs_app.services import audit, backup, demo, evidence, migrate, tally
from wbs_app.services.archive import Reader, fingerprint, signing_key, writing_to
from wbs_app.services.database import close, reading, snapshot, writing
from wbs_app.services.refusal import Refused

if TYPE_CHECKING:
    from tests.services.conftest import Hire, Receive

CASES = 12


def untold(_what: str, _done: int, _total: int) -> None:
    """Nobody looks at the bars here."""


@pytest.fixture
def elsewhere(
    request: pytest.FixtureRequest, settings_for: Callable[..., Settings], tmp_path: Path
) -> Callable[[str], None]:
    """elsewhere("postgresql"): from now on a fresh machine with an empty database of that kind, and the same secret."""

    def move(kind: str) -> None:
        secret = settings().secret_key().hex()
        values = {"data_dir": str(tmp_path / "elsewhere"), "secret": secret, "database_url": ""}
        if kind == "postgresql":
            values["database_url"] = new_database(request.getfixturevalue("pg_url"))
        settings_for(**values)
        evidence.store.cache_clear()

    return move


@pytest.fixture(autouse=True)
def own_store(database: str) -> None:
    evidence.store.cache_clear()


async def _filled(hire: "Hire") -> None:
    for role in (Role.INTAKE, Role.SUPERVISOR, Role.IDENTITY, Role.INVESTIGATOR):
        await hire(role.value, role, agencies="bali ntt")
    await demo.fill(CASES, ("bali", "ntt"), lambda _done: None)
    async with writing() as db:  # the dice may have given no case a file
        report = (await db.exec(select(func.min(Report.id)))).one()
        assert report is not None
        db.add(Evidence(id="sure", report_id=report, position=99, about=b"sealed"))
    await obstore.put_async(evidence.store(), "files/sure", b"sealed")


async def _tables() -> dict[str, list[bytes]]:
    async with snapshot() as db:
        return {table.name: [data async for _, data, _ in backup._parts(db, table)] for table in backup._tables()}


async def _object(name: str) -> bytes:
    return bytes(await (await obstore.get_async(evidence.store(), f"files/{name}")).bytes_async())


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
async def test_there_and_back(
    target: str, hire: "Hire", elsewhere: Callable[[str], None], tmp_path: Path, database: str
) -> None:
    await _filled(hire)
    file = tmp_path / "keep.tar"
    kept = await backup.backup(file, untold)
    before = await _tables()
    async with reading() as db:
        names = list(await db.exec(select(Evidence.id)))
        counted = (await db.exec(select(func.count()).select_from(Report))).one()
    objects = {
        name: bytes(await (await obstore.get_async(evidence.store(), f"files/{name}")).bytes_async()) for name in names
    }
    assert (kept.reports, kept.files, kept.missing) == (CASES, len(names), []) and names
    await close()
    elsewhere(target)
    await migrate.ready()
    back = await backup.restore(file, untold)
    assert (back.reports, back.rows, back.files) == (kept.reports, kept.rows, kept.files)
    assert await _tables() == before
    for name, data in objects.items():
        assert await _object(name) == data
    async with writing() as db:  # it works on: counts, new ids, the audit trail
        for ledger in tally._LEDGERS:
            assert counted == CASES == (await db.exec(select(func.sum(ledger.c.n)))).one()
        await audit.record(db, "system", "restore", "bali")
    await demo.fill(3, ("bali",), lambda _done: None)
    async with snapshot() as db:
        assert await audit.verify(db) is None
    with pytest.raises(Refused, match="restore_not_empty"):
        await backup.restore(file, untold)


async def test_a_writer_going_on(
    hire: "Hire", receive: "Receive", elsewhere: Callable[[str], None], tmp_path: Path, database: str
) -> None:
    """Each report of the backup is whole: all of its rows, or none."""
    await _filled(hire)
    stop = asyncio.Event()

    async def write() -> int:
        written = 0
        while not stop.is_set():
            await receive()
            async with writing() as db:
                await audit.record(db, "system", "test", str(written))
            written += 1
            await asyncio.sleep(0)
        return written

    writer = asyncio.create_task(write())
    began = asyncio.Event()

    def told(_what: str, _done: int, _total: int) -> None:
        began.set()

    file = tmp_path / "keep.tar"
    backup_rows, backup._ROWS = backup._ROWS, 3  # many parts, so that much is written between them
    try:
        kept = await backup.backup(file, told)
    finally:
        backup._ROWS = backup_rows
        stop.set()
        written = await writer
    assert began.is_set() and written > 0
    with tarfile.open(file) as tar:
        assert sum(name.startswith("tables/report/") for name in tar.getnames()) == -(-kept.reports // 3)
    objects = dict.fromkeys(kept.missing, b"")
    assert set(objects) == {path for path in kept.missing if "BALI" in path}  # the fixture's evidence has no files
    await close()
    elsewhere(database)
    await migrate.ready()
    backup._ROWS = 3
    try:
        await backup.restore(file, untold)
    finally:
        backup._ROWS = backup_rows
    async with snapshot() as db:
        assert await audit.verify(db) is None
        ids = set(await db.exec(select(Report.id)))
        with_keys = set(await db.exec(select(ReportKey.report_id).distinct()))
        events = (await db.exec(select(func.count()).select_from(AuditEvent))).one()
    assert len(ids) == kept.reports and with_keys == ids
    assert kept.reports - CASES - events in (0, 1)  # each report of the writer is followed by one event


async def test_what_is_not_believed(
    hire: "Hire", elsewhere: Callable[[str], None], tmp_path: Path, database: str
) -> None:
    await _filled(hire)
    file = tmp_path / "keep.tar"
    kept = await backup.backup(file, untold)
    assert kept.key == fingerprint(bytes(signing_key().verify_key))
    with pytest.raises(Refused, match="backup_exists"):
        await backup.backup(file, untold)
    with pytest.raises(Refused, match="backup_unwritable"):
        await backup.backup(tmp_path / "no" / "such" / "folder.tar", untold)
    assert [one.name for one in tmp_path.iterdir() if "tar" in one.name] == ["keep.tar"]
    whole = file.read_bytes()
    await close()
    elsewhere(database)
    await migrate.ready()
    with Reader(file) as reader:
        report = reader._entries["tables/report/0000000"].offset_data + 600
        trail = reader._entries["manifest.json"].offset_data + 200
    for at in (report, trail):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(Refused, match="backup_broken"):
            await backup.restore(file, untold)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused, match="backup_broken"):
        await backup.restore(file, untold)
    file.write_bytes(whole)
    async with reading() as db:
        assert (await db.exec(select(Report.id))).first() is None
    found = [batch async for batch in obstore.list(evidence.store(), "files")]
    assert not any(found), "a failed restore leaves no file behind"


def _write_on_a_full_disk(file: Path, data: bytes) -> None:
    with writing_to(file) as writer:
        with Path("/dev/full").open("wb") as full:
            os.dup2(full.fileno(), writer._file.fileno())
        writer.add("part", data)
        writer.finish({})


@pytest.mark.parametrize("size", [0, 100, 100_000])
def test_a_full_disk_is_named_and_nothing_is_left_on_it(size: int, tmp_path: Path) -> None:
    """Also when what the writer still holds cannot be written while it gives up."""
    file = tmp_path / "keep.tar"
    with pytest.raises(OSError, match="No space left") as told:
        _write_on_a_full_disk(file, bytes(size))
    assert told.value.filename == str(file)
    assert [one.name for one in tmp_path.iterdir() if "tar" in one.name] == []


async def test_a_backup_that_was_cut_off_is_named(tmp_path: Path, database: str) -> None:
    (tmp_path / "keep.tar.part").write_bytes(b"of a process that was killed")
    with pytest.raises(Refused, match="backup_part") as told:
        await backup.backup(tmp_path / "keep.tar", untold)
    assert told.value.values == {"file": str(tmp_path / "keep.tar.part")}


async def test_a_restore_that_fails_takes_nothing_from_a_store_that_outlived_its_database(
    hire: "Hire", elsewhere: Callable[[str], None], tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _filled(hire)
    file = tmp_path / "keep.tar"
    await backup.backup(file, untold)
    store = settings().evidence
    before = [entry["path"] for entry in await obstore.list(evidence.store(), "files").collect_async()]
    assert before
    await close()
    elsewhere(database)
    monkeypatch.setenv("WBS_EVIDENCE_URL", store)
    settings.cache_clear()
    evidence.store.cache_clear()
    await migrate.ready()

    async def spoiled(*_given: object) -> int:
        raise Refused("admin.backup_broken")

    monkeypatch.setattr(backup, "_fill", spoiled)
    with pytest.raises(Refused, match="backup_broken"):
        await backup.restore(file, untold)
    assert before == [entry["path"] for entry in await obstore.list(evidence.store(), "files").collect_async()]


async def test_another_secret(
    hire: "Hire", settings_for: Callable[..., Settings], tmp_path: Path, database: str
) -> None:
    await _filled(hire)
    with_secret, without = tmp_path / "with.tar", tmp_path / "without.tar"
    key = (await backup.backup(without, untold)).key
    await backup.backup(with_secret, untold, with_secret=True)
    secret = settings().secret_key()
    await close()
    settings_for(data_dir=str(tmp_path / "new"), database_url="")
    evidence.store.cache_clear()
    await migrate.ready()
    with pytest.raises(Refused, match="backup_stranger"):
        await backup.restore(without, untold)
    await backup.restore(with_secret, untold, trusted=key.upper())
    assert settings().secret_key() == secret
    assert secret not in without.read_bytes() and secret.hex().encode() not in without.read_bytes()


async def test_a_row_that_changes_on_its_way_is_noticed(
    hire: "Hire", elsewhere: Callable[[str], None], tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _filled(hire)
    file = tmp_path / "keep.tar"
    await backup.backup(file, untold)
    await close()
    elsewhere(database)
    await migrate.ready()
    fill = backup._fill

    async def spoiled(*given: object) -> int:
        rows = await fill(*given)  # type: ignore[arg-type]
        async_db = given[0]
        await async_db.exec(update(Report).where(col(Report.id) > 0).values(priority=9))  # type: ignore[attr-defined]
        return rows

    monkeypatch.setattr(backup, "_fill", spoiled)
    with pytest.raises(Refused) as told:
        await backup.restore(file, untold)
    assert (told.value.key, told.value.values) == ("admin.restore_differs", {"what": "tables/report/0000000"})
    async with reading() as db:
        assert (await db.exec(select(Report.id))).first() is None


async def test_nothing_readable_is_in_it(hire: "Hire", tmp_path: Path, database: str) -> None:
    await _filled(hire)
    file = tmp_path / "keep.tar"
    await backup.backup(file, untold)
    with Reader(file) as reader:
        assert not {name.split("/")[1] for name in reader.digests if "/" in name} & {"staff_session", "invitation"}
        for name in reader.digests:
            if name.startswith("tables/report/"):
                names, *rows = (json.loads(line) for line in reader.read(name).decode().split("\n"))
                assert len(rows) == CASES and "account" in names
    assert not [told for told in (b"pelapor@example.org", b"bulan ", b"Saya ") if told in file.read_bytes()]
