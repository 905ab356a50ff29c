"""The download of evidence: for an officer who holds the key; to all others there is no such file."""

from collections.abc import Awaitable, Callable

import obstore
import pytest
from httpx import AsyncClient, Response
from sqlmodel import select, update

from tests.clamd import Clamd
from tests.services.samples import jpeg
from tests.services.test_scanning import HARMFUL
from tests.web.conftest import UNIT, Browser, Employ, File, sign_in
from wbs_app.config import settings
from wbs_app.edge import SESSION_COOKIE
from wbs_app.model.access import Role
from wbs_app.model.tables import AuditEvent, Evidence
from wbs_app.services import evidence, identity, sessions
from wbs_app.services.cleaning import clean
from wbs_app.services.database import reading, writing
from wbs_app.services.evidence import store
from wbs_app.services.workshop import Prepared
from wbs_app.text import text

JPEG = jpeg("Penanda")
CLEANED = clean("image/jpeg", JPEG).data

Officer = Callable[..., Awaitable[AsyncClient]]


@pytest.fixture
def officer(relaxed: None, browser: Browser, employ: Employ) -> Officer:
    """officer("budi", Role.INTAKE, ...) -> the browser in which a new staff member has signed in."""

    async def one(*person: object) -> AsyncClient:
        signed = browser()
        await employ(*person)
        await sign_in(signed, str(person[0]))
        return signed

    return one


async def recorded(action: str) -> list[tuple[str, str]]:
    async with reading() as db:
        found = await db.exec(select(AuditEvent).where(AuditEvent.action == action))
        return [(event.actor, event.subject) for event in found]


async def downloads() -> list[tuple[str, str]]:
    return await recorded("download_evidence")


async def stored() -> str:
    """The place in the store of the only file."""
    async with reading() as db:
        return f"files/{(await db.exec(select(Evidence.id))).one()}"


async def test_an_officer_with_the_key_gets_the_file(officer: Officer, filed: File) -> None:
    budi = await officer("budi", Role.INTAKE)
    ticket = await filed(JPEG, JPEG)
    for prefix in ("", "/en"):
        answer = await budi.get(f"{prefix}/petugas/bukti/{ticket}/2")
        assert (answer.status_code, answer.content) == (200, CLEANED)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["content-length"] == str(len(CLEANED))
        assert answer.headers["content-disposition"] == 'attachment; filename="Berkas-laporan-2.jpg"'
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert await downloads() == [("budi", ticket)] * 2


async def test_a_look_at_the_headers_is_no_download(officer: Officer, filed: File) -> None:
    budi = await officer("budi", Role.INTAKE)
    ticket = await filed(JPEG)
    answer = await budi.head(f"/petugas/bukti/{ticket}/1")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CLEANED))
    assert answer.headers["content-type"] == "image/jpeg"
    assert await downloads() == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_it_is_only_fetched(officer: Officer, filed: File, method: str) -> None:
    budi = await officer("budi", Role.INTAKE)
    ticket = await filed(JPEG)
    assert (await budi.request(method, f"/petugas/bukti/{ticket}/1", content=b"x")).status_code == 405


async def test_the_original_is_given_while_the_identity_is_open(officer: Officer, filed: File) -> None:
    chief, custodian = await officer("sari", Role.SUPERVISOR), await officer("dewi", Role.IDENTITY)
    ticket = await filed(JPEG)
    address = f"/petugas/bukti/{ticket}/1?asli"
    refused = await chief.get(address)
    assert (refused.status_code, refused.text) == (403, text("identity.closed", "id"))
    asker, keeper = [await sessions.resolve(who.cookies[SESSION_COOKIE]) for who in (chief, custodian)]
    assert asker is not None and keeper is not None
    async with writing() as db:
        await identity.ask(db, asker, ticket, "Perlu memeriksa keaslian foto.")
    async with reading() as db:
        (request,) = await identity.waiting(db, keeper)
    assert (await chief.get(address)).status_code == 403
    async with writing() as db:
        await identity.decide(db, keeper, request.id, True, "Disetujui untuk pemeriksaan.")
    given = await chief.get(address)
    assert (given.status_code, given.content) == (200, JPEG)
    assert given.headers["content-disposition"] == 'attachment; filename="Berkas-asli-1.jpg"'
    assert (await custodian.get(address)).status_code == (await chief.head(address)).status_code == 404
    assert (await chief.get(f"/petugas/bukti/{ticket}/1")).content == CLEANED
    assert await recorded("download_original") == [("sari", ticket)]
    async with writing() as db:
        await db.exec(update(Evidence).values(original=None))
    assert (await chief.get(address)).status_code == 404, "the reporter did not want it kept"


def same(answer: Response) -> tuple[int, bytes, str]:
    return answer.status_code, answer.content, str(sorted(answer.headers.items()))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_to_all_others_there_is_no_such_file(
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
    ticket = await filed(JPEG)
    nothing = same(await budi.request(method, "/petugas/bukti/BALI-0000-0000/1"))
    assert nothing[:2] == (404, b"")
    for path in (f"{ticket}/0", f"{ticket}/2", f"{ticket}/1001", f"{ticket}/{'9' * 30}", "x/1", "%00/1"):
        assert same(await budi.request(method, f"/petugas/bukti/{path}")) == nothing, path
    found = {name: same(await other.request(method, f"/petugas/bukti/{ticket}/1")) for name, other in others.items()}
    assert found == dict.fromkeys(others, nothing)
    assert await downloads() == []


async def test_half_a_session_is_none(browser: Browser, employ: Employ, filed: File) -> None:
    await employ("budi", Role.INTAKE)
    ticket = await filed(JPEG)
    budi = browser()
    await sign_in(budi, "budi")
    assert (await budi.get(f"/petugas/bukti/{ticket}/1")).status_code == 404


async def test_a_file_that_cannot_be_read_says_so(officer: Officer, filed: File) -> None:
    """Before its first byte, and in the trail."""
    budi = await officer("budi", Role.INTAKE)
    ticket = await filed(JPEG)
    place = await stored()
    whole = bytes(await (await obstore.get_async(store(), place)).bytes_async())
    await obstore.put_async(store(), place, whole[:-1] + bytes([whole[-1] ^ 1]))
    changed = await budi.get(f"/petugas/bukti/{ticket}/1")
    await obstore.delete_async(store(), place)
    missing = await budi.get(f"/en/petugas/bukti/{ticket}/1")
    assert (changed.status_code, missing.status_code) == (503, 503)
    assert changed.text == "Keutuhan bukti tidak sesuai"
    assert missing.text == "This file cannot be read from storage."
    assert await recorded("evidence_broken") == [("budi", ticket)] * 2
    assert await downloads() == []


# --- the virus scanner ------------------------------------------------------------------------------------------------


@pytest.fixture
def scanned(clamd: Clamd, database: str, monkeypatch: pytest.MonkeyPatch) -> Clamd:
    monkeypatch.setenv("WBS_CLAMD_URL", clamd.url)
    settings.cache_clear()
    return clamd


async def test_an_unscanned_file_is_sent_once_the_scanner_is_back(
    officer: Officer, filed: File, scanned: Clamd
) -> None:
    budi = await officer("budi", Role.INTAKE)
    scanned.stop()
    ticket = await filed(JPEG)
    waits = await budi.get(f"/petugas/bukti/{ticket}/1")
    assert (waits.status_code, waits.text) == (503, text("case.evidence_waits"))
    scanned.start()
    assert (await budi.get(f"/petugas/bukti/{ticket}/1")).content == CLEANED


async def test_an_infected_file_is_not_sent(
    officer: Officer, filed: File, scanned: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def prepared(_: str, data: bytes) -> Prepared:
        return Prepared("jpg", "image/jpeg", data, data, ())

    monkeypatch.setattr(evidence, "prepare", prepared)
    budi = await officer("budi", Role.INTAKE)
    scanned.stop()
    ticket = await filed(HARMFUL)
    scanned.start()
    answer = await budi.get(f"/petugas/bukti/{ticket}/1")
    assert (answer.status_code, answer.text) == (403, text("case.evidence_infected"))
    assert await recorded("evidence_infected") == [("budi", ticket)]
    assert await downloads() == []
