"""Browsers without a screen: our routes behind the edge, on a real database."""

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pyotp.totp import TOTP

from wbs_app.config import settings
from wbs_app.edge import Edge
from wbs_app.model.access import Role
from wbs_app.model.steps import Biodata, Incident, PlaceTime
from wbs_app.model.tables import Staff
from wbs_app.routes import routes
from wbs_app.services import evidence, reference, reports, sessions, staff
from wbs_app.services.database import reading, writing

PASSWORD = "kuda besi melompat tinggi"
UNIT = "Dinas Komunikasi, Informatika, dan Statistik"

Browser = Callable[[], httpx.AsyncClient]
Employ = Callable[..., Awaitable[Staff]]
File = Callable[..., Awaitable[str]]


@pytest.fixture
def any_database() -> str:
    """The routes know no database; the services' own tests run on both."""
    return "sqlite"


@pytest.fixture
def relaxed(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No second factor, where it is not what a test is about."""
    monkeypatch.setenv("WBS_RELAXED_2FA", "true")
    settings.cache_clear()


@pytest_asyncio.fixture
async def browser(database: str, tmp_path: Path) -> AsyncIterator[Browser]:
    """browser() -> a new browser, with cookies of its own, that follows no redirect."""
    opened: list[httpx.AsyncClient] = []
    pages = tmp_path / "pages"
    pages.mkdir()
    transport = httpx.ASGITransport(app=Edge(routes, pages))  # type: ignore[arg-type]

    def new() -> httpx.AsyncClient:
        origin = settings().origin
        opened.append(httpx.AsyncClient(transport=transport, base_url=origin, headers={"origin": origin}))
        return opened[-1]

    yield new
    for client in opened:
        await client.aclose()


@pytest.fixture
def employ(database: str) -> Employ:
    """employ("budi", Role.INTAKE, ...) -> a staff member with the password PASSWORD."""

    async def one(username: str, role: Role, agencies: tuple[str, ...] = ("bali",), unit: str | None = None) -> Staff:
        async with writing() as db:
            added = await staff.add(db, username, username.title(), role, agencies, unit)
            assert added.id is not None
            await staff.set_password(db, added.id, PASSWORD)
        return added

    return one


@pytest.fixture
def filed(database: str) -> File:
    """filed(data, ...) -> the ticket of a Bali report with these files, each a picture."""

    async def one(*files: bytes) -> str:
        async with reading() as db:
            offer = await reference.offer(db, "bali")
        secret = secrets.token_hex(16)
        for data in files:
            await evidence.Staging(secret).add("foto saya.jpg", data, 5)
        steps = {
            Biodata.slug: Biodata.check({}, offer),
            Incident.slug: Incident.check(
                {"violation": "korupsi", "reported_0_name": "Tensu", "unit": UNIT, "description": "pengadaan server"},
                offer,
            ),
            PlaceTime.slug: PlaceTime.check(
                {"province": "51", "regency": "51.01", "precision": "date", "date": "2024-11-11"}, offer
            ),
        }
        return (await reports.submit("bali", "wbs", steps, offer, secret)).ticket

    return one


async def sign_in(browser: httpx.AsyncClient, username: str, password: str = PASSWORD) -> httpx.Response:
    return await browser.post("/petugas/masuk", data={"username": username, "password": password})


async def enrolled(username: str) -> str:
    """The secret of this person's authenticator app, set up just now with the code before this one."""
    signed = await sessions.sign_in(username, PASSWORD)
    assert signed is not None
    begun = await sessions.begin_enrolment(signed.cookie)
    assert begun is not None
    secret = begun.secret.replace(" ", "")
    assert await sessions.finish_enrolment(signed.cookie, code_of(secret, -1)) is not None
    return secret


def code_of(secret: str, steps: int = 0) -> str:
    return TOTP(secret).generate_otp(int(time.time()) // 30 + steps)
