"""Notices: written with what caused them, mailed by a real SMTP server's leave, never lost, and telling nothing."""

from __future__ import annotations

import asyncio
import math
import os
import re
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from sqlmodel import col, select, update

from wbs_app import jobs
from wbs_app.config import Unusable, settings
from wbs_app.model.access import Actor, Forbidden, Role
from wbs_app.model.columns import now
from wbs_app.model.desk import CONFIRM
from wbs_app.model.filters import CaseFilter, Mark
from wbs_app.model.handling_tables import Assignment, Contact, Notice
from wbs_app.model.steps import Biodata
from wbs_app.model.tables import Report, ReportKey, Staff
from wbs_app.services import alerts, casefile, cases, conversation, counting, delivery, health, mail, notices, staff
from wbs_app.services.calendar import work_days
from wbs_app.services.database import reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.vault.sealing import Tampered

if TYPE_CHECKING:
    from tests.conftest import SettingsFor
    from tests.services.conftest import Hire, Receive, Received

ROOT = Path(__file__).resolve().parents[2]
MAKASSAR = ZoneInfo("Asia/Makassar")
ADDRESS = "saksi.penanda@contoh.com"


# --- a mail server ----------------------------------------------------------------------------------------------------


@dataclass
class Box:
    """What a mail server has taken. `refuse`: recipient -> its answer to it. `hold`: it never says whether it took."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    greetings: set[str] = field(default_factory=set)
    refuse: dict[str, str] = field(default_factory=dict)
    refuse_sender: str = ""
    hold: bool = False
    taken: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_MAIL(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.greetings.add(str(session.host_name))
        envelope.mail_from = address
        return self.refuse_sender or "250 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.to += envelope.rcpt_tos
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.taken.set()
        if self.hold:
            await asyncio.Event().wait()
        return "250 OK"

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]  # type: ignore[misc]


@asynccontextmanager
async def listening(box: Box, **options: Any) -> AsyncIterator[Box]:
    made = lambda: SMTP(box, hostname="mail.test", **options)  # noqa: E731
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", box.port)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()


def use(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WBS_SMTP_URL", url)
    settings.cache_clear()


@pytest.fixture
async def box(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Box]:
    """A real server that takes all mails, and settings that lead to it."""
    async with listening(Box()) as found:
        use(f"smtp://127.0.0.1:{found.port}?from=wbs@contoh.go.id", monkeypatch)
        yield found


# --- helpers ----------------------------------------------------------------------------------------------------------


async def _tell(*templates: str, to: Actor) -> None:
    for template in templates:
        async with writing() as db:
            await notices.tell_staff(db, [to.staff_id], template)


async def _comes_due() -> None:
    """The hour has struck, and every claim has run out."""
    async with writing() as db:
        await db.exec(update(Notice).values(send_after=now() - timedelta(seconds=1)))


async def _rows() -> list[Notice]:
    async with reading() as db:
        return list(await db.exec(select(Notice).order_by(col(Notice.id))))


async def _deliver() -> int:
    await _comes_due()
    return await delivery.deliver()


async def _given(report: Received, confirmed: bool = False) -> str:
    """The reporter gave an address; the token of the link that confirms it."""
    biodata = Biodata.model_validate({"include_email": "on", "email": ADDRESS, "contact_consent": "on"})
    async with writing() as db:
        row = await db.get(Report, report.id)
        assert row is not None
        await notices.register(db, row, biodata)
    token = notices.token_of(report.id)
    if confirmed:
        async with writing() as db:
            await notices.confirm(db, token)
            await db.exec(update(Notice).values(sent=True))
    return token


async def _news(report: Received) -> None:
    async with writing() as db:
        row = await db.get(Report, report.id)
        assert row is not None
        await notices.tell_reporter(db, row)


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("here", "due"),
    [
        ("2026-11-21T06:59", "2026-11-21T07:00"),
        ("2026-11-21T07:00", "2026-11-21T12:00"),
        ("2026-11-21T16:59", "2026-11-21T17:00"),
        ("2026-11-21T17:00", "2026-11-22T07:00"),
        ("2026-12-31T23:59", "2027-01-01T07:00"),
    ],
)
def test_mails_to_reporters_have_fixed_hours(here: str, due: str) -> None:
    moment = datetime.fromisoformat(here).replace(tzinfo=MAKASSAR)
    expected = datetime.fromisoformat(due).replace(tzinfo=MAKASSAR)
    for asked in (moment, moment.astimezone(UTC)):
        found = notices.next_fixed_hour(asked, MAKASSAR)
        assert (found, found.tzinfo) == (expected, UTC)


async def test_mails_to_staff_wait_for_the_full_hour(hire: Hire) -> None:
    officer = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    await _tell("new_report", to=officer)
    (row,) = await _rows()
    assert (row.send_after.minute, row.send_after.second, row.send_after.microsecond) == (0, 0, 0)
    assert timedelta(0) < row.send_after - now() <= timedelta(hours=1)


async def test_nothing_goes_out_before_its_hour(hire: Hire, box: Box) -> None:
    await _tell("new_report", to=await hire("budi", Role.INTAKE, email="budi@contoh.go.id"))
    assert await delivery.deliver() == 0
    assert box.raw == []


# --- what waits -------------------------------------------------------------------------------------------------------


async def test_only_who_has_an_address_and_is_here_is_told(hire: Hire) -> None:
    with_address = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    without = await hire("citra", Role.INTAKE)
    gone = await hire("dewi", Role.INTAKE, email="dewi@contoh.go.id", active=False)
    async with writing() as db:
        everyone = [with_address.staff_id, without.staff_id, gone.staff_id, with_address.staff_id, 999_999]
        await notices.tell_staff(db, everyone, "new_report")
        with pytest.raises(ValueError, match="template"):
            await notices.tell_staff(db, [with_address.staff_id], "no_such")
    assert [row.staff_id for row in await _rows()] == [with_address.staff_id]


async def test_what_is_undone_tells_nobody(hire: Hire) -> None:
    officer = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")

    async def fails() -> None:
        async with writing() as db:
            await notices.tell_staff(db, [officer.staff_id], "new_report")
            raise RuntimeError("what caused it")

    with pytest.raises(RuntimeError):
        await fails()
    assert await _rows() == []


async def test_waiting_twice_says_no_more_than_once(hire: Hire, receive: Receive, box: Box) -> None:
    officer = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    report = await receive()
    await _given(report, confirmed=True)
    for _ in range(3):
        await _tell("new_report", "new_message", to=officer)
        await _news(report)
    assert Counter(row.template for row in await _rows() if not row.sent) == {
        "new_report": 1,
        "new_message": 1,
        "update": 1,
    }
    assert await _deliver() == 2
    await _tell("new_report", to=officer)
    assert len([row for row in await _rows() if not row.sent]) == 1, "what comes later is told anew"


async def test_one_that_is_on_its_way_is_not_counted_on(hire: Hire) -> None:
    officer = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    await _tell("new_report", to=officer)
    async with writing() as db:
        await db.exec(update(Notice).values(tries=1))
    await _tell("new_report", to=officer)
    assert len(await _rows()) == 2


# --- what a mail says -------------------------------------------------------------------------------------------------


async def test_several_notices_become_one_mail(hire: Hire, box: Box) -> None:
    await _tell(
        "deadline", "new_report", "identity_asked", to=await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    )
    assert await _deliver() == 1
    (message,) = box.mails
    said = message.get_content()
    assert said.index("Ada laporan baru.") < said.index("tenggat") < said.index("pembukaan identitas")
    assert said.index("There is a new report.") > said.index("Ada laporan baru.")
    assert "pesan dari pelapor" not in said
    assert (message["To"], message["Subject"]) == ("budi@contoh.go.id", "WBS: ada pemberitahuan")
    assert [(row.sent, row.problem) for row in await _rows()] == [(True, "")] * 3
    assert await _deliver() == 0


async def test_a_mail_gives_nothing_away(hire: Hire, receive: Receive, box: Box) -> None:
    officer = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    report = await receive(violation_type="korupsi", unit="biro-hukum")
    await _given(report, confirmed=True)
    await _tell(*notices.STAFF_TEMPLATES, to=officer)
    await _news(report)
    assert await _deliver() == 2
    for raw, message in zip(box.raw, box.mails, strict=True):
        said = raw.decode() + message.get_content()
        for secret in (
            report.ticket,
            report.ticket[5:],
            "korupsi",
            "biro",
            "Penanda",
            "pengadaan",
            socket.gethostname(),
        ):
            assert secret not in said, secret
        assert re.fullmatch(r"<[0-9a-f]{32}@127\.0\.0\.1>", message["Message-ID"])
        assert message["Date"].endswith("+0000"), "not the zone of this machine"
        assert {name.lower() for name in message} <= {
            *("from", "to", "subject", "date", "message-id", "auto-submitted"),
            *("mime-version", "content-type", "content-transfer-encoding"),
            *("x-peer", "x-mailfrom", "x-rcptto"),  # the test's server adds these
        }
    assert box.greetings == {"127.0.0.1"}, "the public name, not the machine's"


# --- a reporter's address ---------------------------------------------------------------------------------------------


async def test_an_address_is_asked_first_then_told_then_forgotten(receive: Receive, box: Box) -> None:
    report = await receive()
    token = await _given(report)
    await _news(report)
    assert [row.template for row in await _rows()] == ["confirm"], "nothing is told to an address nobody confirmed"
    assert await _deliver() == 1
    link = f"http://127.0.0.1:3000{CONFIRM}?kode={token}"
    assert box.to == [ADDRESS] and box.mails[0].get_content().count(link) == 2
    async with writing() as db:
        assert await notices.confirmed(db, token) is False
        await notices.confirm(db, token)
        assert await notices.confirmed(db, token) is True
    await _news(report)
    assert await _deliver() == 1
    assert box.mails[1]["Subject"] == "Ada pemberitahuan untuk Anda"
    assert link in box.mails[1].get_content(), "it can be stopped from any mail"
    await _news(report)
    for _ in range(2):
        async with writing() as db:
            await notices.stop(db, token)
    async with reading() as db:
        assert (await db.exec(select(Contact))).all() == []
        assert await notices.confirmed(db, token) is None
    await _news(report)
    assert await _rows() == [] and await _deliver() == 0


async def test_an_address_is_kept_only_when_it_was_wished(receive: Receive) -> None:
    report = await receive()
    unwilling = Biodata.model_validate({"include_email": "on", "email": ADDRESS})
    silent = Biodata.model_validate({"contact_consent": "on"})
    for biodata in (unwilling, silent, None):
        async with writing() as db:
            row = await db.get(Report, report.id)
            assert row is not None
            await notices.register(db, row, biodata)
    async with reading() as db:
        assert (await db.exec(select(Contact))).all() == []
    assert await _rows() == []


async def test_an_address_is_sealed_in_its_place(receive: Receive) -> None:
    one, two = await receive(), await receive()
    await _given(one)
    await _given(two)
    async with writing() as db:
        first, second = (await db.exec(select(Contact).order_by(col(Contact.report_id)))).all()
        assert b"penanda" not in first.address and notices.address_of(first) == ADDRESS
        assert notices.token_of(one.id) not in first.token
        second.address = first.address
        with pytest.raises(Tampered):
            notices.address_of(second)


async def test_an_address_that_a_lost_secret_sealed_keeps_nobody_elses_mail_back(
    hire: Hire, receive: Receive, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    sari = await hire("sari", Role.INTAKE, email="sari@contoh.go.id")
    await _given(await receive())
    monkeypatch.setenv("WBS_SECRET", "ab" * 32)  # after `wbs init --new-secret`
    settings.cache_clear()
    await _tell("deadline", to=sari)
    assert await _deliver() == 1
    assert box.to == ["sari@contoh.go.id"]
    assert await _deliver() == 0, "nor is it tried again and again"


@pytest.mark.parametrize("token", ["", "x", "x" * 32, "\ud800", "' OR 1=1"])
async def test_a_made_up_link_confirms_nothing(receive: Receive, token: str) -> None:
    await _given(await receive())
    async with writing() as db:
        assert await notices.confirmed(db, token) is None
        with pytest.raises(Refused, match="unknown"):
            await notices.confirm(db, token)
        await notices.stop(db, token)
        assert len((await db.exec(select(Contact))).all()) == 1


async def test_a_link_that_came_twice_asks_no_second_time(receive: Receive, box: Box) -> None:
    """The server took the mail, we crashed, the reporter confirmed: the repeated question is not sent."""
    report = await receive()
    token = await _given(report)
    async with writing() as db:
        await notices.confirm(db, token)
    assert await _deliver() == 0
    assert [row.sent for row in await _rows()] == [True] and box.raw == []


# --- what goes wrong --------------------------------------------------------------------------------------------------


async def test_without_a_server_everything_waits(hire: Hire) -> None:
    await _tell("new_report", to=await hire("budi", Role.INTAKE, email="budi@contoh.go.id"))
    assert await _deliver() == 0
    assert [(row.sent, row.tries, row.problem) for row in await _rows()] == [(False, 0, "")]


async def test_who_has_left_gets_no_mail(hire: Hire, box: Box) -> None:
    officer = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    await _tell("new_report", to=officer)
    async with writing() as db:
        await db.exec(update(Staff).values(active=False))
    assert await _deliver() == 0
    assert [row.sent for row in await _rows()] == [True] and box.raw == []


async def test_one_refused_mail_keeps_no_other_back(hire: Hire, box: Box) -> None:
    for name in ("budi", "citra", "dewi"):
        await _tell("new_report", to=await hire(name, Role.INTAKE, email=f"{name}@contoh.go.id"))
    box.refuse = {"budi@contoh.go.id": "550 No such user", "citra@contoh.go.id": "451 Try again later"}
    assert await _deliver() == 1
    assert box.to == ["dewi@contoh.go.id"]
    rows = await _rows()
    assert [(row.sent, row.tries, row.problem) for row in rows] == [
        (False, 1, "recipient"),
        (False, 1, "recipient"),
        (True, 1, ""),
    ]
    assert timedelta(minutes=4) < rows[0].send_after - now() <= timedelta(minutes=5)
    box.refuse = {}
    assert await _deliver() == 2
    assert [(row.sent, row.problem) for row in await _rows()] == [(True, "")] * 3


def test_pauses_grow_up_to_a_quarter_of_a_day() -> None:
    pauses = [delivery.pause_after(tries) for tries in range(1, notices.MOST_TRIES + 5)]
    assert pauses[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert pauses[-1] == timedelta(hours=6) and pauses == sorted(pauses)


async def test_after_many_refusals_an_administrator_decides(hire: Hire, receive: Receive, box: Box) -> None:
    admin = await hire("admin", Role.ADMIN, email="admin@contoh.go.id")
    elsewhere = await hire("lain", Role.ADMIN, "ntt")
    report = await receive()
    await _given(report)
    await _tell("deadline", to=admin)
    box.refuse = dict.fromkeys(("admin@contoh.go.id", ADDRESS), "550 No")
    for _ in range(notices.MOST_TRIES + 2):
        await _deliver()
    async with reading() as db:
        stuck = await notices.failed(db, admin)
        assert await notices.queued(db, admin) == 2
        assert await notices.failed(db, elsewhere) == [] and await notices.queued(db, elsewhere) == 0
    assert [(one.to, one.template, one.tries, one.problem, one.next_try) for one in stuck] == [
        ("", "confirm", notices.MOST_TRIES, "recipient", None),
        ("Admin", "deadline", notices.MOST_TRIES, "recipient", None),
    ], "a reporter is not named"
    box.refuse = {}
    async with writing() as db:
        for wrong in (elsewhere, admin):
            with pytest.raises(Refused, match="gone"):
                await notices.try_again(db, wrong, stuck[1].id if wrong is elsewhere else 2**40)
        for one in stuck:
            await notices.try_again(db, admin, one.id)
    assert await delivery.deliver() == 2, "at once: no hour to wait for"
    async with reading() as db:
        assert await notices.failed(db, admin) == []


async def test_only_who_manages_settings_sees_what_failed(hire: Hire) -> None:
    for role in set(Role) - {Role.ADMIN}:
        actor = await hire(role.value, role)
        async with writing() as db:
            for looking in (notices.failed(db, actor), notices.queued(db, actor), notices.try_again(db, actor, 1)):
                with pytest.raises(Forbidden):
                    await looking


async def test_an_outage_costs_no_try(hire: Hire, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("budi", "citra"):
        await _tell("new_report", to=await hire(name, Role.INTAKE, email=f"{name}@contoh.go.id"))
    with socket.socket() as unused:  # bound, but nobody listens
        unused.bind(("127.0.0.1", 0))
        use(f"smtp://127.0.0.1:{unused.getsockname()[1]}", monkeypatch)
        for _ in range(notices.MOST_TRIES + 2):
            assert await _deliver() == 0
    assert [(row.sent, row.tries) for row in await _rows()] == [(False, 0)] * 2
    assert {row.problem for row in await _rows()} == {"connection", ""}, "one knock a round is enough"
    use(f"smtp://127.0.0.1:{box.port}", monkeypatch)
    assert await _deliver() == 2


@pytest.mark.parametrize("url", ["smtp+starttls://127.0.0.1:{port}", "smtps://127.0.0.1:{port}"])
async def test_encryption_that_is_insisted_on_is_not_given_up(
    hire: Hire, box: Box, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    await _tell("new_report", to=await hire("budi", Role.INTAKE, email="budi@contoh.go.id"))
    use(url.format(port=box.port), monkeypatch)
    assert await _deliver() == 0
    assert box.raw == [] and box.greetings == set()
    assert [row.problem for row in await _rows()] == ["connection"]


async def test_a_wrong_password_and_a_refused_sender_are_everybodys_trouble(
    hire: Hire, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _tell("new_report", to=await hire("budi", Role.INTAKE, email="budi@contoh.go.id"))

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, told: Any) -> AuthResult:
        return AuthResult(success=told.password == b"k:ata/sandi", handled=False)

    async with listening(Box(), authenticator=check, auth_require_tls=False) as box:
        address = f"127.0.0.1:{box.port}"
        for password, problem in (("salah", "login"), ("k%3Aata%2Fsandi", "sender")):
            box.refuse_sender = "" if problem == "login" else "553 Not yours"
            use(f"smtp://wbs%40contoh.go.id:{password}@{address}", monkeypatch)
            assert await _deliver() == 0
            assert [(row.problem, row.tries) for row in await _rows()] == [(problem, 0)]
        box.refuse_sender = ""
        assert await _deliver() == 1
        assert box.mails[0]["From"] == "wbs@contoh.go.id"


async def test_many_workers_send_each_mail_once(hire: Hire, box: Box) -> None:
    people = [f"petugas{number}" for number in range(12)]
    for name in people:
        await _tell("new_report", "deadline", to=await hire(name, Role.INTAKE, email=f"{name}@contoh.go.id"))
    await _comes_due()
    assert sum(await asyncio.gather(*(delivery.deliver() for _ in range(4)))) == len(people)
    assert sorted(box.to) == sorted(f"{name}@contoh.go.id" for name in people)


async def test_a_crash_repeats_at_most_one_mail(hire: Hire, box: Box) -> None:
    """A worker process is killed while the server has the mail and has not said so."""
    people = [f"petugas{number}" for number in range(4)]
    for name in people:
        await _tell("new_report", to=await hire(name, Role.INTAKE, email=f"{name}@contoh.go.id"))
    await _comes_due()
    async with writing() as db:  # the first goes through, the second is the one that is cut off
        await db.exec(update(Notice).where(col(Notice.id) > (await _rows())[0].id).values(send_after=now()))
    work = "import asyncio; from wbs_app.services.delivery import deliver; asyncio.run(deliver())"
    box.hold = True
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", work, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    await asyncio.wait_for(box.taken.wait(), 60)
    process.kill()
    await process.wait()
    box.hold = False
    assert box.to == ["petugas0@contoh.go.id"]
    assert await delivery.deliver() == 3, "the others go on; that one is still claimed"
    assert await _deliver() == 1, "until its claim has run out"
    assert Counter(box.to) == {f"{name}@contoh.go.id": 2 if name == "petugas0" else 1 for name in people}
    assert all(row.sent for row in await _rows())


async def test_what_was_sent_is_forgotten_after_a_week(hire: Hire, box: Box) -> None:
    officer = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    await _tell("new_report", to=officer)
    assert await _deliver() == 1
    await _tell("deadline", to=officer)
    async with writing() as db:
        await db.exec(update(Notice).values(send_after=now() - timedelta(days=8), tries=notices.MOST_TRIES))
    await delivery.deliver()
    assert [row.template for row in await _rows()] == ["deadline"], "never one that was not sent"


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://relay.go.id", ("relay.go.id", 25, False, None, None, "wbs@wbs.go.id")),
        ("smtp://u:p@relay.go.id:2525", ("relay.go.id", 2525, False, True, "u", "wbs@wbs.go.id")),
        ("smtp+starttls://relay.go.id", ("relay.go.id", 587, False, True, None, "wbs@wbs.go.id")),
        ("smtps://a%40go.id:p@relay.go.id", ("relay.go.id", 465, True, False, "a@go.id", "a@go.id")),
        ("smtps://relay.go.id?from=x@go.id", ("relay.go.id", 465, True, False, None, "x@go.id")),
    ],
)
def test_a_password_never_travels_in_the_open(settings_for: SettingsFor, url: str, expected: tuple[Any, ...]) -> None:
    settings_for(smtp_url=url, public_url="https://wbs.go.id")
    to = mail.server()
    assert to is not None
    assert (to.host, to.port, to.tls, to.starttls, to.username, to.sender) == expected


@pytest.mark.parametrize("url", ["relay.go.id", "http://relay.go.id", "smtp://", "smtp://relay.go.id:99999", "smtp:x"])
def test_an_address_that_is_none_is_refused_at_start(settings_for: SettingsFor, url: str) -> None:
    with pytest.raises(Unusable, match="WBS_SMTP_URL must start with smtp://"):
        settings_for(smtp_url=url)


def test_the_password_is_not_shown(settings_for: SettingsFor) -> None:
    assert "rahasia" not in repr(settings_for(smtp_url="smtps://u:rahasia@relay.go.id"))


# --- deadlines --------------------------------------------------------------------------------------------------------


MONDAY = date(2026, 3, 2)  # three weeks without a holiday before the target
TARGET: dict[str, Any] = {
    "status": "assessing",
    "day": "2026-03-02",
    "acknowledged_on": MONDAY,
    "stage_on": MONDAY,
    "stage_by": date(2026, 3, 12),
    "due_on": date(2026, 3, 12),
}  # eight working days


async def _alerted() -> list[int]:
    async with reading() as db:
        return list(await db.exec(select(Report.alerted).order_by(col(Report.id))))


async def test_each_level_is_told_once(hire: Hire, receive: Receive) -> None:
    officer = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    await receive(**TARGET)
    await receive(**TARGET)
    seen: list[tuple[int, int]] = []
    for day in range(2, 20):
        for _ in range(2):
            told = await alerts.alert_deadlines(date(2026, 3, day))
            if told:
                seen.append((day, (await _alerted())[0]))
                assert told == 2
    assert [level for _, level in seen] == [50, 75, 90, 100]
    assert [day for day, _ in seen] == sorted(day for day, _ in seen) and seen[-1][0] == 13
    assert [(row.staff_id, row.template) for row in await _rows()] == [(officer.staff_id, "deadline")]


async def test_who_works_on_it_is_told_and_nobody_else(hire: Hire, receive: Receive) -> None:
    await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    mine = await hire("citra", Role.ASSESSOR, email="citra@contoh.go.id")
    report = await receive(**TARGET)
    async with writing() as db:
        db.add(Assignment(report_id=report.id, staff_id=mine.staff_id, given_on=MONDAY))
    await alerts.alert_deadlines(date(2026, 3, 12))
    assert [row.staff_id for row in await _rows()] == [mine.staff_id]


async def test_supervisors_hear_of_a_target_that_was_missed(hire: Hire, receive: Receive) -> None:
    mine = await hire("citra", Role.ASSESSOR, email="citra@contoh.go.id")
    chief = await hire("sari", Role.SUPERVISOR, email="sari@contoh.go.id")
    barred = await hire("dewi", Role.SUPERVISOR, email="dewi@contoh.go.id")
    report = await receive(**TARGET)
    async with writing() as db:
        db.add(Assignment(report_id=report.id, staff_id=mine.staff_id, given_on=MONDAY))
        await db.delete(await db.get_one(ReportKey, (report.id, "account", str(barred.staff_id))))
    await alerts.alert_deadlines(date(2026, 3, 12))
    assert {row.staff_id for row in await _rows()} == {mine.staff_id}
    await alerts.alert_deadlines(date(2026, 3, 13))
    assert {row.staff_id for row in await _rows()} == {mine.staff_id, chief.staff_id}


@pytest.mark.parametrize("end", [staff.deactivate, staff.reset])
async def test_who_has_left_keeps_no_warning_from_the_others(hire: Hire, receive: Receive, end: Any) -> None:
    """Deadlines and messages of a case that was given to one person alone."""
    here = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    gone = await hire("citra", Role.ASSESSOR, email="citra@contoh.go.id")
    report = await receive(**TARGET)
    async with writing() as db:
        db.add(Assignment(report_id=report.id, staff_id=gone.staff_id, given_on=MONDAY))
    async with writing() as db:
        await end(db, gone.staff_id)
    await alerts.alert_deadlines(date(2026, 3, 12))
    async with writing() as db:
        await conversation.send_by_reporter(db, report.held, "Ada kabar?", "once")
    told = {(row.staff_id, row.template) for row in await _rows()}
    assert told == {(here.staff_id, "deadline"), (here.staff_id, "new_message")}


async def test_a_deadline_that_nobody_can_keep_is_told_to_administrators(hire: Hire, receive: Receive) -> None:
    boss = await hire("ani", Role.ADMIN, email="ani@contoh.go.id")
    await hire("adi", Role.ADMIN, agencies="ntt", email="adi@contoh.go.id")
    await receive(**TARGET)
    await alerts.alert_deadlines(date(2026, 3, 12))
    assert [(row.staff_id, row.template) for row in await _rows()] == [(boss.staff_id, "escalated")]


async def test_a_reporter_who_does_not_answer_is_not_waited_for_in_silence(hire: Hire, receive: Receive) -> None:
    """The clocks stand still while the reporter is waited for; when the time to answer is over, somebody decides."""
    officer = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    asked = TARGET | {"status": "clarification", "paused_on": date(2026, 3, 4), "due_on": None, "alerted": 0}
    report = await receive(**asked)
    await receive(**asked | {"status": "closed_no_reply"})
    async with reading() as db:
        last = (await work_days(db, "bali")).after(date(2026, 3, 4), 14)
    assert await alerts.alert_deadlines(last) == 0
    assert await alerts.alert_deadlines(last + timedelta(days=1)) == 1
    assert await alerts.alert_deadlines(last + timedelta(days=9)) == 0
    assert [(row.staff_id, row.template) for row in await _rows()] == [(officer.staff_id, "deadline")]
    async with reading() as db:
        late = await cases.listing(db, officer, CaseFilter(marks=(Mark.OVERDUE,)))
        found = (await casefile.read_again(db, officer, report.ticket)).clock
    assert [(row.ticket, row.waiting) for row in late.rows] == [(report.ticket, True)]
    assert (found.due_on, found.paused_on) == (last, date(2026, 3, 4))
    async with writing() as db:
        await conversation.send_by_reporter(db, report.held, "Maaf, baru sekarang.", "once")
    async with reading() as db:
        back = (await casefile.read_again(db, officer, report.ticket)).clock
    assert back.paused_on is None and back.due_on and back.due_on > last


async def test_a_case_without_a_target_is_left_alone(hire: Hire, receive: Receive) -> None:
    await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    await receive(**TARGET | {"due_on": None})
    await receive(**TARGET | {"alerted": 100})
    assert await alerts.alert_deadlines(date(2026, 12, 1)) == 0
    assert await _rows() == [] and await _alerted() == [0, 100]


async def test_a_new_target_is_warned_of_anew(hire: Hire, receive: Receive) -> None:
    await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    await receive(**TARGET | {"alerted": 50})
    assert await alerts.alert_deadlines(date(2026, 3, 6)) == 0
    async with writing() as db:
        later = {"stage_on": date(2026, 3, 12), "due_on": date(2026, 3, 20), "alerted": 0}
        await db.exec(update(Report).values(**later))
    assert await alerts.alert_deadlines(date(2026, 3, 18)) == 1


# --- alarms -----------------------------------------------------------------------------------------------------------


async def test_administrators_are_told_what_is_broken(
    hire: Hire, box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once when it begins, once when it gets worse, and daily while it lasts."""
    await hire("ani", Role.ADMIN, email="ani@contoh.go.id")
    await hire("budi", Role.SUPERVISOR, email="budi@contoh.go.id")
    round_ = next(job.work for job in jobs.JOBS if job.name == "raise-alarms")
    clock = time.monotonic()
    monkeypatch.setattr(counting, "time", SimpleNamespace(monotonic=lambda: clock))

    async def told(after: timedelta = timedelta(minutes=5), **limits: int) -> list[str]:
        nonlocal clock
        clock += after.total_seconds()
        monkeypatch.setattr(health, "_last", (-math.inf, {}))
        for name, least in limits.items():
            monkeypatch.setattr(health, name, least)
        await round_()
        await delivery.deliver()
        to, box.to = box.to, []
        return to

    huge, none = 2**60, []
    assert await told() == none
    assert await told(LEAST_WITHOUT_ALARM=huge) == ["ani@contoh.go.id"]
    assert "Ada gangguan pada sistem" in box.mails[-1].get_content()
    assert await told() == await told() == none
    assert await told(LEAST_FOR_FILES=huge) == ["ani@contoh.go.id"]
    assert await told() == none
    assert await told(after=timedelta(days=1)) == ["ani@contoh.go.id"]
    assert await told(LEAST_WITHOUT_ALARM=0, LEAST_FOR_FILES=0) == none
    assert await told(LEAST_WITHOUT_ALARM=huge) == ["ani@contoh.go.id"]
    assert "disk: room for reports only" in caplog.messages


async def test_administrators_are_told_of_mail_that_was_given_up(
    hire: Hire, receive: Receive, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_looking", asyncio.Lock())  # each test has an event loop of its own
    admin = await hire("ani", Role.ADMIN, email="ani@contoh.go.id")
    elsewhere = await hire("lain", Role.ADMIN, "ntt")
    officer = await hire("budi", Role.INTAKE, email="budi@contoh.go.id")
    box.refuse = dict.fromkeys(("budi@contoh.go.id", "ani@contoh.go.id", ADDRESS), "550 No")

    async def given_up(tries: int = notices.MOST_TRIES) -> tuple[bool, bool, bool]:
        for _ in range(tries):
            await _deliver()
        async with reading() as db:
            seen = [await notices.given_up(db, actor) for actor in (admin, elsewhere)]
        return health.MAIL in await health.troubles(), *seen  # type: ignore[return-value]

    await _given(await receive())
    await _tell("trouble", to=admin)
    assert await given_up() == (False, False, False), "a reporter's slip, and news of a trouble"
    await _tell("deadline", to=officer)
    assert await given_up(notices.MOST_TRIES - 1) == (False, False, False), "it is tried again"
    assert await given_up(1) == (True, True, False)
    async with writing() as db:
        await db.exec(update(Notice).values(send_after=now() - notices.TOLD_FOR))
    assert await given_up(0) == (False, False, False), "not for ever"
    async with writing() as db:
        await db.exec(update(Notice).values(send_after=now()))
    assert await given_up(0) == (True, True, False)
    async with writing() as db:
        await staff.set_email(db, officer.staff_id, "budi.w@contoh.go.id", "ani")
    assert await given_up(0) == (False, False, False), "a new chance"
