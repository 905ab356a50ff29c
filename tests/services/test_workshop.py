"""Processes that open files: what they answer, and that nothing that happens there harms the server."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.services.samples import jpeg, marked_pdf, marked_word, pixels, plain_pdf, png, png_of_size, saved
from wbs_app.model.files import TYPES
from wbs_app.services import workshop
from wbs_app.services.refusal import Refused
from wbs_app.services.seclusion import version
from wbs_app.services.workshop import prepare

UNREADABLE = "error.file_unreadable"


@pytest.fixture
def bench() -> Iterator[psutil.Process]:
    """The process that forks, started."""
    with pytest.raises(Refused):
        workshop._prepare("a.exe", b"x")
    yield psutil.Process(workshop._bench.pid)
    workshop._bench.stop()


def helpers() -> list[psutil.Process]:
    """Processes that work on a file now."""
    return psutil.Process(workshop._bench.pid).children()


async def refusal(name: str, data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        await prepare(name, data)
    return refused.value.key


# --- what it answers --------------------------------------------------------------------------------------------------


FILES = {
    "a.jpg": jpeg("Penanda"),
    "b.PNG": png("Penanda"),
    "c.pdf": marked_pdf("Penanda"),
    "d.docx": marked_word("Penanda"),
}


@pytest.mark.parametrize(("name", "data"), FILES.items())
async def test_files_come_back_cleaned(name: str, data: bytes) -> None:
    file = await prepare("x" * 300 + "\0../\u202e" + name, data)
    assert file.mime == TYPES[file.extension]
    assert file.original == data
    assert b"Penanda" not in file.cleaned and len(file.cleaned) > 100
    assert "cleaned.author" in file.removed


WITHOUT_LIBMAGIC = """
import ctypes
load = ctypes.CDLL.__init__
def find(library, name, *how, **more):
    if name in ("libmagic.so.1", "libmagic.so"):
        raise OSError(name)
    load(library, name, *how, **more)
ctypes.CDLL.__init__ = find
from wbs_app.services import workbench
workbench.main(20)
"""


async def test_a_machine_without_libmagic_reads_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the library that comes with us: a distribution installs its own for few programs."""
    monkeypatch.setattr(workshop, "_PROGRAM", ("-c", WITHOUT_LIBMAGIC))
    monkeypatch.setattr(workshop, "_bench", bench := workshop._Bench())
    try:
        for name, data in FILES.items():
            file = await prepare(name, data)
            assert file.mime == TYPES[file.extension]
        assert await refusal("a.png", jpeg()) == "error.file_mismatch"
    finally:
        bench.stop()


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("a.exe", b"MZ", "error.file_type"),
        ("a.png", b"", "error.file_empty"),
        ("a.png", jpeg(), "error.file_mismatch"),
        ("a.png", png()[:90], UNREADABLE),
        ("a.png", png_of_size(60_000, 60_000), "error.file_pixels"),
    ],
)
async def test_refusals_come_back_as_such(name: str, data: bytes, key: str) -> None:
    assert await refusal(name, data) == key


async def test_many_at_once() -> None:
    files = [(f"{number}.jpg", jpeg(picture=pixels(300, 200, seed=number))) for number in range(12)]
    made = await asyncio.gather(*(prepare(*file) for file in files))
    assert [file.original for file in made] == [data for _, data in files]
    assert len({file.cleaned for file in made}) > 6


# --- what it is -------------------------------------------------------------------------------------------------------


async def test_the_process_knows_nothing_of_ours(bench: psutil.Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WBS_SECRET_KEY", "never tell")
    workshop._bench.stop()
    await prepare("a.png", png())
    process = psutil.Process(workshop._bench.pid)
    assert process.environ() == {}
    assert process.cwd() == "/"
    assert [file.path for file in process.open_files()] == []


async def test_it_is_used_again_and_started_again_when_it_is_gone(bench: psutil.Process) -> None:
    await prepare("a.png", png())
    assert workshop._bench.pid == bench.pid
    bench.kill()
    bench.wait(10)
    await prepare("a.png", png())
    assert workshop._bench.pid != bench.pid


async def test_the_server_grows_by_little(bench: psutil.Process) -> None:
    own = psutil.Process()
    large = saved(plain_pdf(pages=200))
    await prepare("a.pdf", large)
    before = own.memory_info().rss
    await asyncio.gather(*(prepare("a.pdf", large) for _ in range(6)))
    assert own.memory_info().rss - before < 50 * 2**20


def test_the_server_itself_loads_no_reader_of_files() -> None:
    readers = {"magic", "pikepdf", "pypdfium2", "defusedxml", "wbs_app.services.cleaning"}
    look = f"import sys, wbs_app.wbs_app; print(sorted({readers} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_nothing_is_left_when_the_server_is_gone(bench: psutil.Process) -> None:
    assert workshop._bench._control is not None
    workshop._bench._control.shutdown(socket.SHUT_RDWR)
    assert bench.wait(10) == 0


# --- what happens there -----------------------------------------------------------------------------------------------

HARM: dict[str, str] = {
    "loop": "while True: pass",
    "sleep": "time.sleep(1000)",
    "memory": "bytearray(2**31)",
    "crash": "os.kill(os.getpid(), signal.SIGSEGV)",
    "exit": "os._exit(3)",
    "file": "os.write(os.open('FOLDER/file', os.O_CREAT | os.O_WRONLY), b'x')",
    "error": "raise KeyError('rahasia')",
    "words": "answer(b'rahasia')",
    "endless": "while True: job.sendall(bytes(2**20))",
    "other text": 'answer(b\'{"refused": "nav.home", "values": {}}\\n\')',
    "other figures": 'answer(b\'{"refused": "error.file_type", "values": {"max": "x"}}\\n\')',
    "other kind": 'answer(b\'{"extension": "../x", "removed": []}\\nrahasia\')',
    "other words": 'answer(b\'{"extension": "png", "removed": ["rahasia"]}\\nrahasia\')',
}
"""What a file may do that has taken over its process."""
if version():  # where Linux can shut a process in
    HARM |= {
        "look at a file": "os.open('/etc/passwd', os.O_RDONLY)",
        "look at itself": "os.open('/proc/self/environ', os.O_RDONLY)",
        "make a folder": "os.mkdir('FOLDER/made')",
        "end another": "os.kill(os.getppid(), signal.SIGCONT)",
        "look into another": "look(os.getppid())",
    }

BENCH = """
import ctypes, os, signal, sys, time
from wbs_app.services import workbench

def look(process):
    libc, held = ctypes.CDLL(None, use_errno=True), ctypes.create_string_buffer(8)
    part = (ctypes.c_size_t * 2)(ctypes.addressof(held), 8)
    if libc.process_vm_readv(process, part, 1, part, 1, 0) < 0:
        raise OSError(ctypes.get_errno(), "not there")

def obey(name, data):
    exec(data)
    return {"extension": "png", "mime": "image/png", "removed": []}, data

def answer(data):
    job.sendall(data)
    os._exit(0)

def one(given, seconds):
    global job
    job = given
    kept(given, seconds)

kept, workbench._one, workbench._answer = workbench._one, one, obey
workbench.main(int(sys.argv[1]))
"""
"""The same process, in which a file is what is done."""


@pytest.fixture(scope="module")
def obedient() -> Iterator[None]:
    """The process started, and less patience with it."""
    workshop._bench.stop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workshop, "_PROGRAM", ("-c", BENCH))
        assert workshop._prepare("a.png", b"pass").cleaned == b"pass"  # started first: a busy machine takes its time
        patch.setattr(workshop, "ALL_SECONDS", 1)
        patch.setattr(workshop, "MOST_BACK", 4 * 2**20)
        yield
    workshop._bench.stop()


@pytest.mark.parametrize("harm", HARM)
async def test_a_file_that_takes_over_its_process(
    obedient: None, harm: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = workshop._bench.pid
    assert await refusal("a.png", HARM[harm].replace("FOLDER", str(tmp_path)).encode()) == UNREADABLE
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) == 0
    assert "rahasia" not in caplog.text and caplog.records
    psutil.wait_procs(helpers(), timeout=5)
    assert helpers() == [] and workshop._bench.pid == before


async def test_a_killed_helper_is_a_file_that_cannot_be_read(obedient: None) -> None:
    waiting = asyncio.create_task(refusal("a.png", HARM["sleep"].encode()))
    while not helpers():
        await asyncio.sleep(0.01)
    helpers()[0].kill()
    assert await waiting == UNREADABLE
