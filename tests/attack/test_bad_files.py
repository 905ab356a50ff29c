"""The files nobody should send: each gets one answer beside the upload, and the server stays as it was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pikepdf
import psutil
import pytest

from tests.attack.conftest import MARK, Server
from tests.attack.test_uploads import EVIDENCE, Form, form, kept
from tests.services.samples import (
    Parts,
    animated_png,
    jpeg,
    marked_pdf,
    marked_word,
    plain_parts,
    plain_pdf,
    png,
    png_of_size,
    relations,
    saved,
    word,
    zipped,
)
from tests.services.test_inspection import DTD, OUTSIDE, TEMPLATE, changed_directory, locked, with_parts, with_relations
from wbs_app.text import fill, text

__all__ = ["form"]  # the fixture

PDF, JPEG, PNG, WORD = marked_pdf(MARK), jpeg(MARK), png(MARK), marked_word(MARK)
LIMIT = 2 * 2**20


def of_pages(count: int) -> bytes:
    pdf = plain_pdf()
    pdf.Root.Pages.Kids = pikepdf.Array([pdf.pages[0].obj] * count)
    pdf.Root.Pages.Count = count
    return saved(pdf)


def of_entries(count: int) -> bytes:
    """A Word document, as far as its listing is read, with so many parts."""
    empty: Parts = dict.fromkeys(map(str, range(count)), b"")
    return word({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"} | empty)


def of_a_gigabyte() -> bytes:
    return changed_directory(word(plain_parts()), b"word/document.xml", 24, (2**30).to_bytes(4, "little"))


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "wrong extension": ("catatan.exe", b"MZ" + bytes(100), "type"),
    "empty": ("kosong.pdf", b"", "empty"),
    "2 MB and 1 byte": ("besar.jpg", JPEG + bytes(LIMIT + 1 - len(JPEG)), "size"),
    "truncated JPEG": ("a.jpg", JPEG[: len(JPEG) // 2], "unreadable"),
    "truncated PNG": ("a.png", PNG[: len(PNG) // 2], "unreadable"),
    "truncated PDF": ("a.pdf", saved(plain_pdf())[:120], "unreadable"),
    "truncated Word": ("a.docx", WORD[: len(WORD) // 2], "unreadable"),
    "HTML before a PDF": ("a.pdf", b"<html><body>" + PDF, "mismatch"),
    "archive before a PDF": ("a.pdf", zipped(a=b"a") + PDF, "mismatch"),
    "PDF of 10,000 pages": ("a.pdf", of_pages(10_000), "pages"),
    "PDF with a password": ("a.pdf", locked(MARK, owner="x", user="y"), "password"),
    "Word with macros": ("a.docx", word(plain_parts() | {"word/vbaProject.bin": MARK}), "macro"),
    "Word with a template from elsewhere": ("a.docx", word(with_relations(TEMPLATE, part="settings")), "unsafe"),
    "Word with a picture from elsewhere": (
        "a.docx",
        word(plain_parts() | {"word/_rels/document.xml.rels": relations(("image", "http://x"), mode=OUTSIDE)}),
        "unsafe",
    ),
    "Word with an external entity": ("a.docx", word(with_parts(document=DTD)), "unsafe"),
    "Word of a gigabyte": ("a.docx", of_a_gigabyte(), "unsafe"),
    "Word of as many entries as fit": ("a.docx", of_entries(15_000), "unsafe"),
    "Word with a path out of it": ("a.docx", word(plain_parts() | {"../../etc/cron.d/x": MARK}), "unsafe"),
    "PNG of 60,000 x 60,000": ("a.png", png_of_size(60_000, 60_000), "pixels"),
}
"""Name -> (file name, content, what is said, without "error.file_")."""

TAKEN: dict[str, tuple[str, bytes, str]] = {
    "JPEG with GPS": ("a.jpg", JPEG, "lokasi GPS"),
    "JPEG with an archive behind it": ("a.jpg", JPEG + zipped(a=MARK.encode()), "berkas di dalam berkas"),
    "PDF with HTML behind it": ("a.pdf", PDF + b"<html><script>alert(1)</script>", "skrip"),
    "PDF with scripts and attachments": ("a.pdf", PDF, "tindakan otomatis"),
    "Word with names": ("a.docx", WORD, "nama pembuat"),
    "animated PNG": ("a.png", animated_png(MARK), "gambar lain di belakang gambar pertama"),
    "path as a name": ("../../etc/passwd.jpg", JPEG, "nama pembuat"),
    "NUL in the name": ("a\0b.jpg", JPEG, "nama pembuat"),
    "name that reads backwards": ("\u202egpj.exe.jpg", JPEG, "nama pembuat"),
    "name of 300 characters": ("x" * 300 + ".jpg", JPEG, "nama pembuat"),
    "Chinese name": ("照片证据.jpg", JPEG, "nama pembuat"),
}
"""Name -> (file name, content, what the reporter reads was removed)."""


@pytest.mark.parametrize("name", REFUSED)
async def test_files_that_are_refused_say_one_thing(form: Form, name: str, quiet: None) -> None:
    file, data, key = REFUSED[name]
    before = kept(form.server)
    assert (await form.send((file, data))).status_code == 202
    (row,) = await form.shown("refused", 1)
    assert row["said"] == fill(text(f"error.file_{key}"), max={"size": 2, "pages": 500, "pixels": 50}.get(key, 0))
    assert kept(form.server) == before
    await form.holds_nothing()


@pytest.mark.parametrize("name", TAKEN)
async def test_files_that_are_reduced_to_their_honest_part(form: Form, name: str, quiet: None) -> None:
    file, data, removed = TAKEN[name]
    assert (await form.send((file, data))).status_code == 202
    (row,) = await form.shown("files", 1)
    assert removed in row["removed_id"] and row["type"] == file.rpartition(".")[2].upper()
    assert deltas_hold_no_key(form)


def deltas_hold_no_key(form: Form) -> bool:
    """What the page gets of a file is a row of words, never its key or digest."""
    return not any("sha256" in frame or '"key"' in frame for frame in form.tab.frames if EVIDENCE in frame)


async def test_the_whole_list_leaves_the_server_as_it_was(form: Form, server: Server, quiet: None) -> None:
    """Its memory, its temporary folder, its processes."""
    process = psutil.Process(server.process.pid)
    workers = [process, *process.children(recursive=True)]
    await form.send(("a.jpg", JPEG))
    before = sum(each.memory_info().rss for each in workers if each.is_running())
    for file, data, _ in [*REFUSED.values(), *TAKEN.values()]:
        assert (await form.send((file, data))).status_code in (202, 413)
    await form.tab.settled()
    after = sum(each.memory_info().rss for each in workers if each.is_running())
    assert after - before < 150 * 2**20
    assert [file for file in (server.folder / "tmp").rglob("*") if file.is_file()] == []


async def test_an_upload_under_way_is_in_no_file(form: Form, server: Server) -> None:
    """Not even in one without a name: what the server has open while two thirds of a file have come."""
    data = JPEG + bytes(LIMIT - len(JPEG))
    head = b'--x\r\nContent-Disposition: form-data; name="__reflex_event_args"\r\n\r\n'
    head += b'{"passed": "' + form.passed.encode() + b'"}\r\n'
    head += b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
    body = head + data + b"\r\n--x--\r\n"
    seen: set[str] = set()

    async def slowly() -> AsyncIterator[bytes]:
        third = len(body) // 3
        for part in range(3):
            yield body[part * third : (part + 1) * third if part < 2 else len(body)]
            for _ in range(20):
                await asyncio.sleep(0)
            seen.update(opened_files(server.process.pid))

    length = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(len(body))}
    async with server.client(**form.headers(), **length) as http:
        assert (await http.post("/_upload", content=slowly())).status_code == 202
    await form.shown("files", 1)
    assert [path for path in seen if "(deleted)" in path or path.startswith(str(server.folder / "tmp"))] == []
    assert any("wbs.db" in path for path in seen), "it did look"


def opened_files(pid: int) -> set[str]:
    """Where the descriptors of a process and its children lead, files without a name included."""
    found: set[str] = set()
    for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        with suppress(FileNotFoundError):  # a process for one file has ended meanwhile
            for link in Path(f"/proc/{process.pid}/fd").iterdir():
                with suppress(FileNotFoundError):  # closed meanwhile
                    target = str(link.readlink())
                    if target.startswith("/") and not target.startswith("/dev/"):
                        found.add(target)
    return found
