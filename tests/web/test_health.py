"""/healthz for whoever watches over the server, /metrics for this machine alone, /altcha for everybody."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from tests.conftest import SettingsFor
from tests.web.conftest import Browser, File
from wbs_app.edge import Edge
from wbs_app.jobs import Job, attempt
from wbs_app.routes import routes
from wbs_app.services import admission, health
from wbs_app.services.refusal import Refused


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_last", (float("-inf"), {}))
    monkeypatch.setattr(health, "_looking", asyncio.Lock())  # each test has an event loop of its own


async def test_ready(browser: Browser) -> None:
    answer = await browser().get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok" and answer.json()["components"]["database"] == "ok"


async def test_degraded_or_down(browser: Browser, monkeypatch: pytest.MonkeyPatch, settings_for: SettingsFor) -> None:
    monkeypatch.setattr(health, "LEAST_FOR_FILES", 2**60)
    answer = await browser().get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    monkeypatch.setattr(health, "_last", (float("-inf"), {}))
    settings_for(redis_url="redis://127.0.0.1:1/0")
    answer = await browser().get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert (await browser().get("/healthz?live")).json() == {"status": "ok"}, "restarting it would not help"


async def test_a_challenge_is_never_kept(browser: Browser) -> None:
    one, two = [await browser().get("/altcha") for _ in range(2)]
    assert one.headers["cache-control"] == "no-store"
    assert one.json()["parameters"]["nonce"] != two.json()["parameters"]["nonce"]


def asking(address: str, **headers: str) -> httpx.AsyncClient:
    app: Starlette = routes
    transport = httpx.ASGITransport(app=Edge(app, pages=_NO_PAGES), client=(address, 1))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:3000", headers=headers)


_NO_PAGES = Path("/nonexistent")


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}),
        ("127.0.0.1", {"x-forwarded-proto": "https"}),
        ("127.0.0.1", {"forwarded": "for=192.0.2.7"}),
        ("127.0.0.1", {"x-real-ip": "192.0.2.7"}),
        ("127.0.0.1", {"via": "1.1 proxy"}),
        ("127.0.0.1", {"host": "wbs.contoh.go.id"}),
        ("127.0.0.1", {"host": "127.0.0.1.contoh.go.id:3000"}),
    ],
)
async def test_figures_are_for_this_machine(database: str, address: str, headers: dict[str, str]) -> None:
    async with asking(address, **headers) as http:
        assert (await http.get("/metrics")).status_code == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_figures(address: str, filed: File) -> None:
    await filed()
    with pytest.raises(Refused):
        await admission.guess("", "a guess")
    async with asking(address) as http:
        answer = await http.get("/metrics")
    said = answer.text.splitlines()
    assert answer.status_code == 200 and "wbs_reports 1.0" in said and "wbs_notices_waiting 0.0" in said
    assert any(line.startswith('wbs_refusals_total{what="guess",why="captcha"}') for line in said)
    assert "korupsi" not in answer.text and "BALI" not in answer.text


async def test_each_job_has_figures_of_its_own(database: str) -> None:
    """What was swept is not what was mailed."""

    async def three() -> int:
        return 3

    async def broken() -> int:
        raise ValueError

    await attempt(Job("swept-here", timedelta(hours=1), three))
    await attempt(Job("mailed-here", timedelta(hours=1), broken))
    async with asking("127.0.0.1") as http:
        said = (await http.get("/metrics")).text.splitlines()
    assert 'wbs_job_done_total{job="swept-here"} 3.0' in said
    assert 'wbs_job_done_total{job="mailed-here"} 0.0' in said
    assert 'wbs_job_rounds_total{ended="badly",job="mailed-here"} 1.0' in said
