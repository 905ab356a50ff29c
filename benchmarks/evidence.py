"""Evidence on its way in: how much is checked, cleaned and sealed a second, and what others feel of it.

`mb_per_s`: files of about 2 MB of one kind, two at a time as the server does, through the whole of `Staging.add` into a
local folder. `others_p95_ms`: ten tabs upload 2 MB each at once, again and again, while fifty other tabs click about
once a second; `alone_p95_ms` is the same clicks without uploads. `rss_growth_mb`: of the server process, at its most;
`tree_growth_mb`: with the processes that open files, what they share counted once. The client runs on the same
machine, the uploads in a process of their own.
"""

import asyncio
import io
import json
import multiprocessing
import os
import random
import secrets
import tempfile
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from typing import Any

import aiohttp
import psutil
from serving import EVIDENCE, Server, Tab, browser, served, to_evidence, upload_headers
from table import Row, arguments, percentile, show

UPLOADERS, CLICKERS, SIZE = 10, 50, 2 * 2**20

Upload = tuple[str, dict[str, str], str, str, bytes]
"""Address, headers, pass, file name, content."""


# --- files ------------------------------------------------------------------------------------------------------------


def _picture(kind: str, side: int, **options: Any) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    noise = Image.effect_noise((side, side), 60).convert("RGB")
    noise.save(out, kind, **options)
    return out.getvalue()


def _grown(make: Any, start: int, step: int) -> bytes:
    """The largest file that `make` makes of at most SIZE."""
    best, at = make(start), start
    while len(more := make(at := at + step)) <= SIZE:
        best = more
    return best


def files() -> dict[str, bytes]:
    """File name -> a file of nearly 2 MB of each kind: photographs, a scan of several pages, a letter with pictures."""
    jpeg = _grown(lambda side: _picture("JPEG", side, quality=90), 1100, 100)
    png = _grown(lambda side: _picture("PNG", side), 700, 50)
    return {"a.jpg": jpeg, "a.png": png, "a.pdf": _scan(), "a.docx": _letter()}


def _scan() -> bytes:
    import pikepdf
    from pikepdf import Dictionary, Name, Stream

    pdf, page = pikepdf.new(), _picture("JPEG", 620, quality=85)
    while (len(pdf.pages) + 1) * (len(page) + 500) < SIZE:
        image = Stream(pdf, page, Type=Name.XObject, Subtype=Name.Image, Width=620, Height=620, BitsPerComponent=8)
        image.ColorSpace, image.Filter = Name.DeviceRGB, Name.DCTDecode
        sheet = pdf.add_blank_page(page_size=(600, 600)).obj
        sheet.Resources = Dictionary(XObject=Dictionary(Im0=pdf.make_indirect(image)))
        sheet.Contents = pdf.make_stream(b"q 600 0 0 600 0 0 cm /Im0 Do Q")
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def _letter() -> bytes:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/'
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    picture = _picture("JPEG", 900, quality=85)
    count = (SIZE - 200_000) // len(picture)
    body = "".join(f"<w:p><w:r><w:t>Paragraf {secrets.token_hex(40)}</w:t></w:r></w:p>" for _ in range(2000))
    body += "".join(f'<w:p><w:r><w:pict r:id="rId{at}"/></w:r></w:p>' for at in range(count))
    line = f'<Relationship Id="rId{{0}}" Type="{office}/{{1}}" Target="{{2}}"/>'
    root = line.format(1, "officeDocument", "word/document.xml")
    lines = "".join(line.format(at, "image", f"media/{at}.jpg") for at in range(count))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types {package}content-types"/>',
        "_rels/.rels": f'<Relationships {package}relationships">{root}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{word}" xmlns:r="{office}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": f'<Relationships {package}relationships">{lines}</Relationships>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in (parts | {f"word/media/{at}.jpg": picture for at in range(count)}).items():
            made.writestr(name, data)
    return out.getvalue()


# --- by itself --------------------------------------------------------------------------------------------------------


async def throughput(name: str, data: bytes, count: int) -> Row:
    """The whole way of `count` files of one kind, two at a time."""
    from wbs_app.services.evidence import Staging

    took: list[float] = []
    gate = asyncio.Semaphore(2)

    async def one() -> None:
        async with gate:
            started = time.perf_counter()
            await Staging(secrets.token_hex(16)).add(name, data, 5)
            took.append((time.perf_counter() - started) * 1000)

    await one()
    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    wall = time.perf_counter() - started
    return {
        "case": name.rpartition(".")[2],
        "files": count,
        "mb_per_s": count * len(data) / 2**20 / wall,
        "p50_ms": percentile(took, 0.5),
        "p95_ms": percentile(took, 0.95),
    }


# --- beside others ----------------------------------------------------------------------------------------------------


async def admitted(server: Server, http: aiohttp.ClientSession) -> Tab:
    """A tab on the page where evidence is added."""
    tab = await Tab(server, http).open()
    await to_evidence(tab)
    return tab


def upload_of(server: Server, tab: Tab, name: str, data: bytes) -> Upload:
    headers = upload_headers(server, tab)
    return f"{server.origin}/_upload", headers, headers["X-Upload-Pass"], name, data


def send(uploads: list[Upload]) -> list[int]:
    """Sends all at once, from another process: their statuses."""
    import httpx

    async def one(http: httpx.AsyncClient, upload: Upload) -> int:
        address, headers, passed, name, data = upload
        parts: Any = [("__reflex_event_args", (None, json.dumps({"passed": passed}))), ("files", (name, data))]
        return (await http.post(address, headers=headers, files=parts)).status_code

    async def everyone() -> list[int]:
        async with httpx.AsyncClient(timeout=120) as http:
            return await asyncio.gather(*(one(http, upload) for upload in uploads))

    return asyncio.run(everyone())


async def clicks(tabs: list[Tab], until: asyncio.Event) -> list[float]:
    """What each click took, in milliseconds, of all tabs."""
    took: list[float] = []

    async def one(tab: Tab) -> None:
        await asyncio.sleep(random.random())
        while not until.is_set():
            took.append(await tab.settle())
            with suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), random.uniform(0.5, 1.5))

    await asyncio.gather(*(one(tab) for tab in tabs))
    return took


async def during(work: Any, tabs: list[Tab], server: Server) -> tuple[list[float], float, float]:
    """(the clicks while `work` goes on; the most MB of the server process, and of all its processes)"""
    done, own, tree = asyncio.Event(), 0.0, 0.0
    process = psutil.Process(server.process.pid)
    workers = [process, *process.children(recursive=True)]
    clicking = asyncio.create_task(clicks(tabs, done))
    working = asyncio.ensure_future(work)
    while not working.done():
        own = max(own, sum(each.memory_info().rss for each in workers) / 2**20)
        with suppress(psutil.NoSuchProcess):  # a process that opened a file has ended
            tree = max(tree, server.memory())
        await asyncio.sleep(0.1)
    await working
    done.set()
    return await clicking, own, tree


async def contention(rounds: int, made: dict[str, bytes]) -> Row:
    """Uploads beside clicks, on the real server."""
    loop = asyncio.get_running_loop()
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    with served() as server, pool:
        async with browser() as http:
            tabs = [await Tab(server, http).open() for _ in range(CLICKERS)]
            forms = [await admitted(server, http) for _ in range(UPLOADERS)]
            kinds = [*made.items()]
            uploads = [upload_of(server, form, *kinds[at % len(kinds)]) for at, form in enumerate(forms)]
            warm = [await admitted(server, http)]
            await loop.run_in_executor(pool, send, [upload_of(server, warm[0], *kinds[0])])
            alone, own, tree = await during(asyncio.sleep(8), tabs, server)

            async def uploading() -> float:
                started = time.perf_counter()
                for _ in range(rounds):
                    statuses = await loop.run_in_executor(pool, send, uploads)
                    assert set(statuses) == {202}, statuses
                for form in forms:  # the handlers work on after their answer
                    while len(form.var(EVIDENCE, "files")) < rounds:
                        await form.settle()
                        await asyncio.sleep(0.2)
                return time.perf_counter() - started

            job = asyncio.ensure_future(uploading())
            beside, own_after, tree_after = await during(job, tabs, server)
            for tab in (*tabs, *forms, *warm):
                await tab.close()
    return {
        "case": f"{UPLOADERS} uploads, {CLICKERS} tabs click",
        "files": UPLOADERS * rounds,
        "mb_per_s": sum(len(upload[4]) for upload in uploads) * rounds / 2**20 / job.result(),
        "clicks": len(beside),
        "alone_p95_ms": percentile(alone, 0.95),
        "others_p95_ms": percentile(beside, 0.95),
        "rss_growth_mb": own_after - own,
        "tree_growth_mb": tree_after - tree,
    }


async def alone(count: int, made: dict[str, bytes]) -> list[Row]:
    rows = [await throughput(name, data, count) for name, data in made.items()]
    from wbs_app.services import workshop

    workshop._bench.stop()
    return rows


if __name__ == "__main__":
    parser = arguments(str(__doc__).splitlines()[0])
    parser.add_argument("--files", type=int, default=20, help="of each kind, for the throughput")
    parser.add_argument("--rounds", type=int, default=3, help="of ten uploads beside the clicks, at most 5")
    asked = parser.parse_args()
    made = files()
    with tempfile.TemporaryDirectory(prefix="wbs-bench-") as folder:
        os.environ |= {"WBS_DATA_DIR": folder, "WBS_EVIDENCE_URL": "", "WBS_CLAMD_URL": ""}
        kinds = asyncio.run(alone(asked.files, made))
    beside = asyncio.run(contention(asked.rounds, made))
    blank = dict.fromkeys(("clicks", "alone_p95_ms", "others_p95_ms", "rss_growth_mb", "tree_growth_mb"), "")
    show("evidence", [*(row | blank for row in kinds), {"p50_ms": "", "p95_ms": ""} | beside], asked)
