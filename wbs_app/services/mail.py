"""The way out for mails: the agency's own SMTP server, named by WBS_SMTP_URL.

`smtp://host` takes what encryption the server offers, `smtp+starttls://host` insists on it, `smtps://host` begins with
it. A name and password may stand before the host, and are never sent unencrypted except on this machine;
`?from=wbs@agency.go.id` names the sender. A mail carries nothing of this machine: neither its name nor its time zone.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from wbs_app.config import LOOPBACK, settings

TIMEOUT_SECONDS = 20.0

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class Server:
    """Where mails go out, and whom they are from. `starttls`: True insists, None takes what there is."""

    host: str
    port: int
    tls: bool
    starttls: bool | None
    username: str | None
    password: str | None
    sender: str


class Undelivered(Exception):
    """A mail did not go out. `kind`: one word for the administrator. `outage`: no mail would have."""

    def __init__(self, kind: str, *, outage: bool = False) -> None:
        super().__init__(kind)
        self.kind = kind
        self.outage = outage


def server() -> Server | None:
    """The server of WBS_SMTP_URL; None when it is not set, and mails wait."""
    if not settings().smtp_url:
        return None
    url = urlsplit(settings().smtp_url)
    host = url.hostname or ""
    username = unquote(url.username) if url.username else None
    named = parse_qs(url.query).get("from")
    guarded = url.scheme == "smtp+starttls" or (username is not None and host not in LOOPBACK)
    return Server(
        host=host,
        port=url.port or _PORTS[url.scheme],
        tls=url.scheme == "smtps",
        starttls=False if url.scheme == "smtps" else guarded or None,
        username=username,
        password=unquote(url.password) if url.password else None,
        sender=named[0] if named else username if username and "@" in username else f"wbs@{_domain()}",
    )


def _domain() -> str:
    return settings().public_host or "localhost"


class Line:
    """A connection for some mails, made when the first is sent. `async with Line(server()) as line: ...`"""

    def __init__(self, to: Server) -> None:
        self._to = to
        self._smtp: SMTP | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._smtp is not None:
            self._smtp.close()

    async def send(self, address: str, subject: str, body: str) -> None:
        """Sends one mail of plain text.

        Raises:
            Undelivered: when the server does not take it.
        """
        smtp = self._smtp or await self._connected()
        try:
            await smtp.send_message(_composed(self._to.sender, address, subject, body))
        except SMTPSenderRefused:
            raise Undelivered("sender", outage=True) from None
        except SMTPRecipientsRefused:
            raise Undelivered("recipient") from None
        except SMTPResponseException:
            raise Undelivered("refused") from None
        except (SMTPException, OSError, ValueError) as problem:
            outage = isinstance(problem, (SMTPException, OSError)) and not smtp.is_connected
            raise Undelivered("connection" if outage else "address", outage=outage) from None

    async def _connected(self) -> SMTP:
        to = self._to
        smtp = SMTP(
            hostname=to.host,
            port=to.port,
            use_tls=to.tls,
            start_tls=to.starttls,
            username=to.username,
            password=to.password,
            local_hostname=_domain(),
            timeout=TIMEOUT_SECONDS,
        )
        try:
            await smtp.connect()
        except SMTPAuthenticationError:
            raise Undelivered("login", outage=True) from None
        except (SMTPException, OSError):
            raise Undelivered("connection", outage=True) from None
        self._smtp = smtp
        return smtp


def _composed(sender: str, address: str, subject: str, body: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = address
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{_domain()}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message
