"""What is broken is named, in fixed words; a full disk stops uploads first, then intake."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from altcha import Challenge, Payload, solve_challenge

from tests.conftest import SettingsFor
from wbs_app.services import admission, counting, health, mail, proof
from wbs_app.services.health import Room
from wbs_app.services.refusal import Refused

TB = 2**40

Serve = Callable[[bytes], "contextlib.AbstractAsyncContextManager[int]"]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    counting.forget()
    monkeypatch.setattr(health, "_last", (float("-inf"), {}))
    monkeypatch.setattr(health, "_looking", asyncio.Lock())  # each test has an event loop of its own


@pytest_asyncio.fixture
async def embedded(settings_for: SettingsFor, made_sqlite: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_for().data_dir.mkdir()


@contextlib.asynccontextmanager
async def answering(words: bytes) -> AsyncIterator[int]:
    """A server on a free port that says this to everybody."""

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_all_is_well_and_what_is_not_in_use_is_off(database: str) -> None:
    found = await health.components()
    assert found == {
        "database": "ok",
        "evidence": "ok",
        "redis": "off",
        "clamd": "off",
        "smtp": "off",
        "disk": "ok",
    }


async def test_what_is_away_is_named_without_its_address(settings_for: SettingsFor) -> None:
    gone = "127.0.0.1:1"
    settings_for(
        database_url=f"postgresql://wbs:rahasia@{gone}/wbs",
        redis_url=f"redis://:rahasia@{gone}/0",
        clamd_url=f"tcp://{gone}",
        smtp_url=f"smtp://wbs:rahasia@{gone}",
        evidence_url=f"s3://bukti?endpoint=http://{gone}&region=x&access_key_id=a&secret_access_key=rahasia",
    )
    found = await health.components()
    assert {name for name, said in found.items() if said.startswith(("cannot be used (", "does not answer"))} >= {
        "database",
        "redis",
        "clamd",
        "smtp",
    }
    assert "rahasia" not in str(found) and "127.0.0.1" not in str(found)


async def test_somebody_else_on_the_port_is_not_the_scanner(settings_for: SettingsFor, embedded: None) -> None:
    async with answering(b"HTTP/1.1 400 Bad Request\0") as port:
        settings_for(clamd_url=f"tcp://127.0.0.1:{port}", smtp_url=f"smtp://127.0.0.1:{port}")
        found = await health.components()
    assert found["clamd"].startswith("cannot be used") and found["smtp"].startswith("cannot be used")
    async with answering(b"PONG\0") as clamd, answering(b"220 here\r\n") as smtp:
        settings_for(clamd_url=f"tcp://127.0.0.1:{clamd}", smtp_url=f"smtp://127.0.0.1:{smtp}")
        found = await health.components()
    assert (found["clamd"], found["smtp"]) == ("ok", "ok")


@pytest.mark.parametrize("scheme", ["smtp", "smtp+starttls", "smtps"])
async def test_the_mail_server_is_looked_for_where_mails_go(
    scheme: str, settings_for: SettingsFor, embedded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    async def nobody(*where: object) -> None:
        asked.append(where)
        raise ConnectionRefusedError

    settings_for(smtp_url=f"{scheme}://mail.contoh.go.id")
    monkeypatch.setattr(asyncio, "open_connection", nobody)
    assert (await health.components())["smtp"].startswith("cannot be used")
    to = mail.server()
    assert to is not None and asked == [(to.host, to.port)]


async def refusal_of(asked: object) -> str:
    with pytest.raises(Refused) as refused:
        await asked  # type: ignore[misc]
    return refused.value.key


async def solved() -> str:
    challenge = Challenge.from_dict(await proof.challenge())
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


async def test_a_full_disk_stops_uploads_then_intake(embedded: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert health.room() is Room.ENOUGH
    await admission.upload(1000, "device")
    monkeypatch.setattr(health, "LEAST_FOR_FILES", 1024 * TB)
    assert health.room() is Room.REPORTS
    assert await refusal_of(admission.upload(1000, "device")) == "error.storage_full"
    await admission.send(await solved(), "a form", "device")
    monkeypatch.setattr(health, "LEAST_FOR_REPORTS", 1024 * TB)
    assert health.room() is Room.NONE
    assert await refusal_of(admission.send(await solved(), "another form", "device")) == "error.intake_closed"
    assert (await health.components())["disk"] == "room for nothing"


async def test_who_sends_too_much_is_told(embedded: None) -> None:
    assert await refusal_of(admission.send("", "a form", "device")) == "error.captcha"
    assert await refusal_of(admission.guess("", "a guess")) == "error.captcha"
    assert await refusal_of(admission.upload(2**40, "device")) == "error.upload_quota"
    await admission.upload(2**20, "device")


async def test_many_who_ask_wait_for_one_look(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    look = health.components

    async def counted() -> dict[str, str]:
        nonlocal looks
        looks += 1
        return await look()

    monkeypatch.setattr(health, "components", counted)
    assert len({str(found) for found in await asyncio.gather(*(health.condition() for _ in range(50)))}) == 1
    assert looks == 1
