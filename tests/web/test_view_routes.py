"""Pages of evidence over HTTP: pixels for who may look, recorded once a look; to all others there is no such page."""

import io
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from urllib.parse import urlencode

import obstore
import pytest
from httpx import AsyncClient, Response
from PIL import Image
from sqlmodel import select

from tests.services.samples import jpeg, pixels, plain_pdf, saved
from tests.web.conftest import UNIT, Browser, Employ, File, sign_in
from wbs_app.config import settings
from wbs_app.edge import DEVICE_COOKIE
from wbs_app.model.access import Role
from wbs_app.model.tables import AuditEvent, Evidence, Staff
from wbs_app.services import evidence, viewing
from wbs_app.services.database import reading
from wbs_app.services.evidence import About, Staging
from wbs_app.vault.tabs import seal_for_tab

DEVICE = "ab" * 18
PICTURE = jpeg(picture=pixels(1200, 900))
ODD_VERBS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND")

Officer = Callable[..., Awaitable[AsyncClient]]


@pytest.fixture(autouse=True)
def fresh_store() -> Iterator[None]:
    evidence.store.cache_clear()
    yield
    evidence.store.cache_clear()


@pytest.fixture
def officer(relaxed: None, browser: Browser, employ: Employ) -> Officer:
    """officer("budi", Role.INTAKE, ...) -> the browser in which a new staff member has signed in, on DEVICE."""

    async def one(*person: object) -> AsyncClient:
        signed = browser()
        signed.cookies.set(DEVICE_COOKIE, DEVICE)
        await employ(*person)
        await sign_in(signed, str(person[0]))
        return signed

    return one


@pytest.fixture
def reporter(browser: Browser) -> AsyncClient:
    """A browser with DEVICE."""
    new = browser()
    new.cookies.set(DEVICE_COOKIE, DEVICE)
    return new


async def looks() -> list[tuple[str, str]]:
    chosen = select(AuditEvent).where(AuditEvent.action == "view_evidence")
    async with reading() as db:
        return [(event.actor, event.subject) for event in await db.exec(chosen)]


async def id_of(username: str) -> int:
    async with reading() as db:
        return int((await db.exec(select(Staff.id).where(Staff.username == username))).one() or 0)


async def place_of_file() -> str:
    async with reading() as db:
        return f"files/{(await db.exec(select(Evidence.id))).one()}"


def sealed(purpose: str, value: object, device: str = DEVICE, seconds: int = 60) -> str:
    return seal_for_tab(settings().secret_key(), device, purpose, value, seconds, time.time())


def at(path: str, **query: object) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def is_page(answer: Response, width: int = 1000) -> bool:
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    shown = Image.open(io.BytesIO(answer.content))
    return (answer.status_code, shown.format, shown.width) == (200, "WEBP", width)


def same(answer: Response) -> tuple[int, bytes, str]:
    return answer.status_code, answer.content, str(sorted(answer.headers.items()))


# --- officers ---------------------------------------------------------------------------------------------------------


async def test_an_officer_with_the_key_sees_the_page(officer: Officer, filed: File) -> None:
    budi = await officer("budi", Role.INTAKE)
    ticket = await filed(PICTURE, PICTURE)
    assert is_page(await budi.get(f"/petugas/bukti/{ticket}/2/halaman/1"))
    assert is_page(await budi.get(f"/petugas/bukti/{ticket}/1/halaman/1?lebar=1500"), 1200)
    assert await looks() == [("budi", ticket)] * 2, "who comes without having opened the file opens it"


async def test_pages_of_one_look_are_recorded_once(officer: Officer, filed: File) -> None:
    budi = await officer("budi", Role.INTAKE)
    ticket = await filed(PICTURE, PICTURE)
    mark = viewing.opening(await id_of("budi"), ticket, 1)
    key = sealed(viewing.DESK_PURPOSE, mark)
    for width in viewing.WIDTHS:
        assert is_page(
            await budi.get(at(f"/petugas/bukti/{ticket}/1/halaman/1", lebar=width, kunci=key)), min(width, 1200)
        )
    assert await looks() == []
    others = {
        "another file": (2, key),
        "another officer": (1, sealed(viewing.DESK_PURPOSE, mark | {"staff": 0})),
        "another device": (1, sealed(viewing.DESK_PURPOSE, mark, "cd" * 18)),
        "another purpose": (1, sealed(viewing.PURPOSE, mark)),
        "too old": (1, sealed(viewing.DESK_PURPOSE, mark, seconds=0)),
        "changed": (1, key[:-5] + "AAAA="),
        "nothing": (1, ""),
    }
    for number, (position, kunci) in enumerate(others.values(), start=1):
        assert is_page(await budi.get(at(f"/petugas/bukti/{ticket}/{position}/halaman/1", kunci=kunci)))
        assert len(await looks()) == number


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_to_all_others_there_is_no_such_page(
    officer: Officer, browser: Browser, employ: Employ, filed: File, method: str
) -> None:
    budi = await officer("budi", Role.INTAKE)
    others = {
        "a stranger": browser(),
        "an administrator": await officer("rai", Role.ADMIN, ("bali", "ntt")),
        "an auditor": await officer("komang", Role.AUDITOR),
        "a keeper of identities": await officer("dewi", Role.IDENTITY),
        "another agency": await officer("maria", Role.INTAKE, ("ntt",)),
        "another kind of report": await officer("wayan", Role.SERVICE),
        "an officer without the key": await officer("putu", Role.INVESTIGATOR),
        "an officer of the reported unit": await officer("made", Role.SUPERVISOR, ("bali",), UNIT),
    }
    ticket = await filed(PICTURE)
    nothing = same(await budi.request(method, "/petugas/bukti/BALI-0000-0000/1/halaman/1"))
    assert nothing[:2] == (404, b"")
    for path in (f"{ticket}/0/halaman/1", f"{ticket}/2/halaman/1", f"{ticket}/{'9' * 30}/halaman/1", "x/1/halaman/1"):
        assert same(await budi.request(method, f"/petugas/bukti/{path}")) == nothing, path
    path = f"/petugas/bukti/{ticket}/1/halaman/1"
    for width in ("999", "1e3", "-1", "", "1000,1000"):
        assert same(await budi.request(method, f"{path}?lebar={width}")) == nothing, width
    found = {name: same(await other.request(method, path)) for name, other in others.items()}
    assert found == dict.fromkeys(others, nothing)
    stolen = sealed(viewing.DESK_PURPOSE, viewing.opening(await id_of("putu"), ticket, 1))
    assert same(await others["an officer without the key"].request(method, at(path, kunci=stolen))) == nothing
    assert await looks() == []


@pytest.mark.parametrize("number", ["0", "2", "9" * 30])
async def test_pages_that_there_are_not(officer: Officer, filed: File, number: str) -> None:
    budi = await officer("budi", Role.INTAKE)
    ticket = await filed(PICTURE)
    assert (await budi.get(f"/petugas/bukti/{ticket}/1/halaman/{number}")).status_code == 404


async def test_half_a_session_is_none(browser: Browser, employ: Employ, filed: File) -> None:
    await employ("budi", Role.INTAKE)
    ticket = await filed(PICTURE)
    budi = browser()
    await sign_in(budi, "budi")
    assert (await budi.get(f"/petugas/bukti/{ticket}/1/halaman/1")).status_code == 404


async def test_a_look_at_the_headers_is_none_at_the_page(officer: Officer, filed: File) -> None:
    budi = await officer("budi", Role.INTAKE)
    ticket = await filed(PICTURE)
    answer = await budi.head(f"/petugas/bukti/{ticket}/1/halaman/1")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"", "image/webp")
    assert await looks() == []


@pytest.mark.parametrize("method", ODD_VERBS)
@pytest.mark.parametrize("page", ["/halaman/1", ""])
async def test_evidence_is_only_fetched(officer: Officer, filed: File, method: str, page: str) -> None:
    budi = await officer("budi", Role.INTAKE)
    ticket = await filed(PICTURE)
    answer = await budi.request(method, f"/petugas/bukti/{ticket}/1{page}", content=b"x")
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
    assert await looks() == []


@pytest.mark.parametrize("page", ["/halaman/1", ""])
@pytest.mark.parametrize("asked", ["bytes=0-9", "bytes=-5", "bytes=5-1", "bytes=0-1,4-5", "x"])
async def test_parts_are_not_given(officer: Officer, filed: File, page: str, asked: str) -> None:
    """A part asked for is answered by the whole, as HTTP allows: nobody has to believe a part without its end."""
    budi = await officer("budi", Role.INTAKE)
    ticket = await filed(PICTURE)
    whole = await budi.get(f"/petugas/bukti/{ticket}/1{page}")
    part = await budi.get(f"/petugas/bukti/{ticket}/1{page}", headers={"range": asked, "if-range": '"x"'})
    assert (part.status_code, part.content) == (200, whole.content)
    assert "content-range" not in part.headers and part.headers.get("accept-ranges", "none") == "none"


async def test_changed_evidence_is_not_shown_but_said(officer: Officer, filed: File) -> None:
    budi = await officer("budi", Role.INTAKE)
    ticket, page = await filed(PICTURE), "halaman/1"
    path, place = f"/petugas/bukti/{ticket}/1/{page}", await place_of_file()
    key = sealed(viewing.DESK_PURPOSE, viewing.opening(await id_of("budi"), ticket, 1))
    whole = bytes(await (await obstore.get_async(evidence.store(), place)).bytes_async())
    await obstore.put_async(evidence.store(), place, whole[:-1] + bytes([whole[-1] ^ 1]))
    for address in (path, at(path, kunci=key)):
        changed = await budi.get(address)
        assert (changed.status_code, changed.text) == (503, "Keutuhan bukti tidak sesuai")
        assert changed.headers["cache-control"] == "no-store"
    await obstore.delete_async(evidence.store(), place)
    assert [(await budi.get(address)).status_code for address in (path, at(path, kunci=key))] == [503, 503]
    assert await looks() == []


# --- reporters --------------------------------------------------------------------------------------------------------


async def waiting(data: bytes = PICTURE, name: str = "a.jpg") -> tuple[str, About]:
    secret = secrets.token_hex(16)
    return secret, await Staging(secret).add(name, data, 5)


async def test_the_reporter_sees_a_file_that_waits(database: str, reporter: AsyncClient) -> None:
    secret, about = await waiting(saved(plain_pdf(pages=3)), "a.pdf")
    key = sealed(viewing.PURPOSE, {"secret": secret})
    path = f"/lapor/bukti/{about.id}/halaman"
    for width in viewing.WIDTHS:
        assert is_page(await reporter.get(at(f"{path}/3", lebar=width, kunci=key)), width)
    assert (await reporter.get(at(f"{path}/4", kunci=key))).status_code == 404
    head = await reporter.head(at(f"{path}/1", kunci=key))
    assert (head.status_code, head.content) == (200, b"")
    await Staging(secret).clear()
    assert (await reporter.get(at(f"{path}/1", kunci=key))).status_code == 404


async def test_the_reporter_sees_a_file_that_was_sent(reporter: AsyncClient, filed: File) -> None:
    secret, about = await waiting()
    await Staging(secret).adopt()
    await Staging(secret).clear()
    key = sealed(viewing.PURPOSE, {"about": asdict(about)})
    assert is_page(await reporter.get(at(f"/lapor/bukti/{about.id}/halaman/1", kunci=key)))
    assert (await reporter.get(at(f"/lapor/bukti/{'0' * 32}/halaman/1", kunci=key))).status_code == 404
    assert await looks() == []


async def test_nobody_else_sees_a_reporters_file(database: str, browser: Browser, reporter: AsyncClient) -> None:
    secret, about = await waiting()
    other, _ = await waiting()
    path, value = f"/lapor/bukti/{about.id}/halaman/1", {"secret": secret}
    key = sealed(viewing.PURPOSE, value)
    nothing = same(await reporter.get(path))
    assert nothing[:2] == (404, b"")
    wrong = {
        "another form": sealed(viewing.PURPOSE, {"secret": other}),
        "another device": sealed(viewing.PURPOSE, value, "cd" * 18),
        "another purpose": sealed("upload", value),
        "too old": sealed(viewing.PURPOSE, value, seconds=0),
        "changed": key[:-5] + "AAAA=",
        "something else": sealed(viewing.PURPOSE, [1]),
        "an officer's": sealed(viewing.DESK_PURPOSE, value),
        "long": "A" * 10_000,
    }
    found = {name: same(await reporter.get(at(path, kunci=kunci))) for name, kunci in wrong.items()}
    assert found == dict.fromkeys(wrong, nothing)
    assert same(await browser().get(at(path, kunci=key))) == nothing, "a browser without a device cookie"
    assert is_page(await reporter.get(at(path, kunci=key)))


async def test_the_file_itself_goes_to_nobody(database: str, reporter: AsyncClient) -> None:
    secret, about = await waiting()
    key = sealed(viewing.PURPOSE, {"secret": secret})
    assert (await reporter.get(at(f"/lapor/bukti/{about.id}", kunci=key))).status_code == 404
    shown = (await reporter.get(at(f"/lapor/bukti/{about.id}/halaman/1", kunci=key))).content
    found = await Staging(secret).opened(about.id)
    assert found is not None
    cleaned = b"".join([piece async for piece in found[1]])
    for kept in (PICTURE, cleaned):
        assert not any(kept[start : start + 32] in shown for start in range(0, len(kept) - 32, 32))


@pytest.mark.parametrize("method", ODD_VERBS)
async def test_a_reporters_file_is_only_fetched(database: str, reporter: AsyncClient, method: str) -> None:
    answer = await reporter.request(method, f"/lapor/bukti/{'0' * 32}/halaman/1", content=b"x")
    assert answer.status_code == 405
