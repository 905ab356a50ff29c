"""Files on their way in: looked at, sealed, waiting, taken along or swept; and what cannot be done to them."""

import asyncio
import base64
import hashlib
import io
import os
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from tests.services.samples import jpeg
from wbs_app.config import Settings
from wbs_app.model.files import DOCX, TYPES
from wbs_app.services import evidence
from wbs_app.services.arriving import files_in
from wbs_app.services.cleaning import clean
from wbs_app.services.evidence import About, Staging, stored_bytes
from wbs_app.services.inspection import inspect
from wbs_app.services.refusal import Refused
from wbs_app.services.sweeping import sweep_staged
from wbs_app.vault.sealing import Tampered
from wbs_app.vault.streams import seal_chunks

SettingsFor = Callable[..., Settings]

SECRET = "a1" * 16


def picture(kind: str, size: int = 8) -> bytes:
    held = io.BytesIO()
    Image.effect_noise((size, size), 90).convert("RGB").save(held, kind)
    return held.getvalue()


def archive(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        for name in names:
            package.writestr(zipfile.ZipInfo(name), "<xml/>")  # not of today, so that tests keep their names
    return held.getvalue()


JPEG, PNG, PDF = picture("JPEG"), picture("PNG"), picture("PDF")
WORD = archive("[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/styles.xml")
EXE = b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0" + bytes(200)


@pytest.fixture(autouse=True)
def folder(settings_for: SettingsFor) -> Iterator[Path]:
    """Where this test's store keeps its files."""
    evidence.store.cache_clear()
    yield settings_for().data_dir / "evidence"
    evidence.store.cache_clear()


def kept(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


async def plain(about: About) -> bytes:
    return b"".join([piece async for piece in stored_bytes(about)])


# --- what a file is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "mime"),
    [
        ("foto.jpg", JPEG, "image/jpeg"),
        ("FOTO KANTOR.JPEG", JPEG, "image/jpeg"),
        ("a.b.png", PNG, "image/png"),
        ("surat.pdf", PDF, "application/pdf"),
        ("surat.docx", WORD, DOCX),
        ("surat.docx ", WORD, DOCX),
    ],
)
def test_files_that_are_taken(name: str, data: bytes, mime: str) -> None:
    file = inspect(name, data)
    assert (file.mime, file.data) == (mime, data)
    assert TYPES[file.extension] == mime


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("lari.exe", EXE, "file_type"),
        ("surat.pdf.exe", PDF, "file_type"),
        ("makro.docm", WORD, "file_type"),
        ("halaman.svg", b"<svg onload='x'/>", "file_type"),
        ("tanpa akhiran", JPEG, "file_type"),
        (".png", PNG, "file_type"),
        ("foto.jpg\0.exe", JPEG, "file_type"),
        ("", JPEG, "file_type"),
        ("foto.jpg", b"", "file_empty"),
        ("foto.jpg", PNG, "file_mismatch"),
        ("foto.png", JPEG, "file_mismatch"),
        ("foto.jpg", EXE, "file_mismatch"),
        ("surat.pdf", b"<html><script>alert(1)</script>", "file_mismatch"),
        ("surat.pdf", WORD, "file_mismatch"),
        ("surat.docx", archive("a.txt"), "file_mismatch"),
        ("surat.docx", archive("xl/workbook.xml", "[Content_Types].xml"), "file_mismatch"),
        ("surat.docx", WORD[:40], "file_mismatch"),
        ("surat.docx", PDF, "file_mismatch"),
        ("catatan.pdf", b"hanya teks", "file_mismatch"),
        ("acak.png", bytes(range(256)) * 8, "file_mismatch"),
    ],
)
def test_files_that_are_refused(name: str, data: bytes, key: str) -> None:
    with pytest.raises(Refused) as refusal:
        inspect(name, data)
    assert refusal.value.key == f"error.{key}"


# --- waiting ---------------------------------------------------------------------------------------------------------


async def test_a_file_waits_as_ciphertext_of_which_nothing_is_known(folder: Path) -> None:
    sent = jpeg("Penanda")
    about = await Staging(SECRET).add("Slip gaji Robert.jpg", sent, 5)
    assert (about.extension, about.mime) == ("jpg", "image/jpeg")
    assert len(kept(folder)) == 3
    for file in kept(folder):
        stored = file.read_bytes()
        for known in (sent[:64], sent[-64:], b"JFIF", b"jpg", b"jpeg", b"Slip", b"Robert", b"Penanda", SECRET.encode()):
            assert known not in stored
        assert "Robert" not in str(file) and SECRET not in str(file)


async def test_only_the_forms_secret_finds_its_files(folder: Path) -> None:
    one, two = Staging(SECRET), Staging("another form")
    first = await one.add("a.png", PNG, 5)
    second = await one.add("b.pdf", PDF, 5)
    assert await one.files() == [first, second], "in the order they came"
    assert await two.files() == []
    assert await two.opened(first.id) is None
    await two.remove(first.id)
    await two.clear()
    assert await one.files() == [first, second]


async def test_the_reporter_can_look_at_a_waiting_file(folder: Path) -> None:
    staging = Staging(SECRET)
    about = await staging.add("a.png", PNG, 5)
    opened = await staging.opened(about.id)
    assert opened is not None
    assert opened[0] == about and b"".join([piece async for piece in opened[1]]) == clean("image/png", PNG).data
    for unknown in ("", "../x", f"../{about.id}", about.id[:-1], "\0", about.id + ".about"):
        assert await staging.opened(unknown) is None
        await staging.remove(unknown)
    assert await staging.files() == [about]
    await staging.remove(about.id)
    assert kept(folder) == []


async def test_refused_files_leave_nothing(folder: Path) -> None:
    staging = Staging(SECRET)
    with pytest.raises(Refused, match="file_mismatch"):
        await staging.add("a.png", JPEG, 5)
    await staging.add("a.png", PNG, 2)
    await staging.add("b.png", PNG, 2)
    with pytest.raises(Refused) as refusal:
        await staging.add("c.png", PNG, 2)
    assert (refusal.value.key, refusal.value.values) == ("error.file_count", {"max": 2})
    assert len(kept(folder)) == 6
    await staging.clear()
    assert kept(folder) == []


async def test_two_clear_at_once(folder: Path) -> None:
    staging = Staging(SECRET)
    for number in range(4):
        await staging.add(f"{number}.png", PNG, 5)
    await asyncio.gather(*(Staging(SECRET).clear() for _ in range(4)), Staging(SECRET).files())
    assert kept(folder) == []


# --- kept for good, or swept -----------------------------------------------------------------------------------------


async def test_adopted_files_stay_and_forgotten_ones_go(folder: Path) -> None:
    sent, forgotten = Staging(SECRET), Staging("forgotten")
    about = await sent.add("a.jpg", JPEG, 5)
    await forgotten.add("b.jpg", JPEG, 5)
    assert [file.about for file in await sent.adopt()] == [about]
    copy = await plain(about)
    assert await sent.files() == [about], "until the report is committed it waits as well"
    assert await sweep_staged() == 0
    assert await sweep_staged(time.time() + evidence.STAGED_SECONDS - 60) == 0
    assert await sweep_staged(time.time() + evidence.STAGED_SECONDS + 60) == 6
    assert await sent.files() == await forgotten.files() == []
    assert await plain(about) == copy
    assert await sweep_staged(time.time() + 10**9) == 0


async def test_the_disk_has_the_files_before_anybody_relies_on_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk: set[int] = set()
    flush = os.fsync

    def fsync(descriptor: int) -> None:
        flush(descriptor)
        on_disk.add(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    staging = Staging(SECRET)
    for name in ("a.jpg", "b.jpg"):
        await staging.add(name, JPEG, 5)
    await staging.adopt()
    files = folder / "files"
    assert len(list(files.iterdir())) == 4
    assert {place.stat().st_ino for place in (files, *files.iterdir())} <= on_disk


async def test_after_an_hour_a_file_is_gone_whether_it_was_swept_or_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging = Staging(SECRET)
    about = await staging.add("a.jpg", JPEG, 5)
    later = time.time() + evidence.STAGED_SECONDS + 1
    monkeypatch.setattr(evidence, "time", SimpleNamespace(time=lambda: later))
    assert await staging.files() == [] and await staging.adopt() == []
    assert await staging.opened(about.id) is None
    assert len(kept(folder)) == 3


async def test_a_part_that_is_lost_makes_a_file_that_is_gone(folder: Path) -> None:
    for part in ("file", "original", "about"):
        staging = Staging(part)
        await staging.add("a.jpg", JPEG, 5)
        (lost,) = folder.rglob(f"*.{part}")
        lost.unlink()
        assert await staging.files() == [] and await staging.adopt() == []
        assert await sweep_staged(time.time() + evidence.STAGED_SECONDS + 60) == 2


async def test_what_a_killed_server_was_writing_is_swept(folder: Path) -> None:
    """Under a name that no listing shows."""
    await Staging(SECRET).add("a.jpg", JPEG, 5)
    (file,) = folder.rglob("*.file")
    half = file.with_name(f"{file.name}#3")
    half.write_bytes(b"half")
    await sweep_staged()
    assert half.exists()
    await sweep_staged(time.time() + evidence.STAGED_SECONDS + 60)
    assert kept(folder) == []


async def test_many_files_at_once_are_no_more_than_so_many(folder: Path) -> None:
    staging = Staging(SECRET)
    answers = await asyncio.gather(*(staging.add(f"{n}.png", PNG, 3) for n in range(8)), return_exceptions=True)
    assert [answer for answer in answers if not isinstance(answer, (About, Refused))] == []
    assert len(await staging.files()) <= 3
    assert len(kept(folder)) == 3 * len(await staging.files())


# --- the original -----------------------------------------------------------------------------------------------------


async def test_the_cleaned_copy_and_the_original_are_kept_apart(folder: Path) -> None:
    sent = jpeg("Penanda")
    staging = Staging(SECRET)
    about = await staging.add("a.jpg", sent, 5)
    (file,) = await staging.adopt()
    assert {"cleaned.gps", "cleaned.author"} <= {*about.removed} and file.about == about
    copy, original = await plain(file.about), await plain(file.original)
    assert copy == clean("image/jpeg", sent).data and b"Penanda" not in copy
    assert original == sent
    assert file.original.key != about.key and file.original.id == f"{about.id}.original"
    for known, content in ((file.about, copy), (file.original, original)):
        assert (known.size, known.sha256) == (len(content), hashlib.sha256(content).hexdigest())


async def test_the_reporter_may_leave_the_original_at_home(folder: Path) -> None:
    staging = Staging(SECRET)
    about = await staging.add("a.jpg", jpeg("Penanda"), 5)
    for unknown in ("", "../x", about.id[:-1]):
        await staging.keep_original(unknown, False)
    assert (await staging.waiting())[0].keep
    await staging.keep_original(about.id, False)
    await staging.keep_original(about.id, True)
    await staging.keep_original(about.id, False)
    (file,) = await staging.adopt()
    assert not file.keep and file.about == about
    assert [path.name for path in (folder / "files").iterdir()] == [about.id]


async def test_a_file_of_many_chunks_comes_back_whole(folder: Path) -> None:
    large = picture("PNG", 900)
    assert len(large) > 512 * 1024
    await Staging(SECRET).add("besar.png", large, 5)
    (file,) = await Staging(SECRET).adopt()
    assert await plain(file.original) == large
    assert await plain(file.about) == clean("image/png", large).data


# --- tampering -------------------------------------------------------------------------------------------------------


async def adopted(*contents: bytes) -> list[About]:
    staging = Staging(SECRET)
    for content in contents:
        await staging.add("a.png", content, 5)
    return [file.about for file in await staging.adopt()]


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: bytes([stored[0] ^ 1]) + stored[1:],
        lambda stored: stored[:-1] + bytes([stored[-1] ^ 1]),
        lambda stored: stored[:-1],
        lambda stored: stored[: 24 + 65536 + 17],
        lambda stored: stored + stored[-100:],
        lambda stored: b"",
    ],
    ids=["first bit", "last bit", "cut", "cut between chunks", "longer", "emptied"],
)
async def test_changed_bytes_do_not_open(folder: Path, change: Callable[[bytes], bytes]) -> None:
    (about,) = await adopted(picture("PNG", 300))
    file = folder / "files" / about.id
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(Tampered):
        await plain(about)


async def test_a_whole_file_that_is_another_does_not_open(folder: Path) -> None:
    """Sealed anew with the right key, as only who holds it could: the digest tells."""
    (about,) = await adopted(PNG)
    await evidence._put(f"files/{about.id}", about, b"another")
    with pytest.raises(Tampered):
        await plain(about)


async def test_files_cannot_take_each_others_place(folder: Path) -> None:
    one, two = await adopted(PNG, picture("PNG", 9))
    (folder / "files" / one.id).write_bytes((folder / "files" / two.id).read_bytes())
    with pytest.raises(Tampered):
        await plain(one)
    with pytest.raises(Tampered):
        await plain(replace(two, key=one.key))


async def test_what_is_known_of_a_file_cannot_be_moved(folder: Path) -> None:
    """Neither to another id nor into another form."""
    staging, other = Staging(SECRET), Staging("another form")
    about = await staging.add("a.png", PNG, 5)
    await other.add("b.png", PNG, 5)
    (note,) = folder.rglob(f"{about.id}.about")
    for part in note.parent.glob(f"{about.id}.*"):
        part.with_name(f"{'0' * 32}{part.suffix}").write_bytes(part.read_bytes())
    with pytest.raises(Tampered):
        await staging.files()
    (others,) = (file for file in folder.rglob("*.about") if file.parent != note.parent)
    others.write_bytes(note.read_bytes())
    with pytest.raises(Tampered):
        await other.files()


# --- in pieces -------------------------------------------------------------------------------------------------------


@dataclass
class Piece:
    filename: str
    offset: int
    data: bytes


async def pieces(*files: tuple[str, bytes], size: int = 4) -> AsyncIterator[Piece]:
    for name, data in files:
        for at in range(0, max(len(data), 1), size):
            yield Piece(name, at, data[at : at + size])


async def test_pieces_become_files() -> None:
    sent = [("a.jpg", b"0123456789"), ("kosong.pdf", b""), ("a.jpg", b"x"), ("pas.png", b"y" * 12)]
    assert [file async for file in files_in(pieces(*sent), 12)] == sent
    assert [file async for file in files_in(pieces(), 12)] == []


async def test_a_file_that_is_too_large_is_not_kept_in_memory() -> None:
    sent = [("besar.jpg", b"z" * 1000), ("kecil.jpg", b"ok"), ("besar.pdf", b"z" * 13)]
    assert [file async for file in files_in(pieces(*sent), 12)] == [
        ("besar.jpg", None), ("kecil.jpg", b"ok"), ("besar.pdf", None)
    ]  # fmt: skip


# --- what is stored tells ---------------------------------------------------------------------------------------------


async def test_a_stored_file_tells_little_of_its_length(folder: Path) -> None:
    """Its exact length could be looked up where it was taken from."""
    await Staging(SECRET).add("a.png", picture("PNG", 8), 5)
    await Staging(SECRET).add("b.png", picture("PNG", 60), 5)
    sizes = {file.stat().st_size for file in kept(folder) if file.suffix != ".about"}
    assert len(sizes) == 1 and sizes.pop() > 2**16
    await Staging(SECRET).add("c.png", picture("PNG", 200), 5)
    await Staging(SECRET).add("d.png", picture("PNG", 180), 5)
    assert len({file.stat().st_size for file in kept(folder) if file.suffix != ".about"}) == 2
    for file in await Staging(SECRET).adopt():
        assert len(await plain(file.about)) == file.about.size < 2**18


async def test_a_file_stored_before_opens_as_well(folder: Path) -> None:
    """Without what makes all of a class equally long."""
    about = await Staging(SECRET).add("a.png", PNG, 5)
    (file,) = await Staging(SECRET).adopt()
    boxes = seal_chunks(base64.b64decode(file.original.key), evidence.once(PNG))
    (folder / "files" / file.original.id).write_bytes(b"".join([box async for box in boxes]))
    assert await plain(file.original) == PNG and about.id == file.about.id
    with pytest.raises(Tampered):
        await plain(replace(file.original, size=len(PNG) - 1))
    with pytest.raises(Tampered):
        await plain(replace(file.about, size=file.about.size + 1))
