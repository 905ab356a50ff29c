"""Settings, read once from the `WBS_*` environment and frozen; unsafe values are refused at start."""

from __future__ import annotations

import re
import secrets
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from redis.connection import parse_url
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from wbs_app.disk import keep_first

AGENCIES = Path(__file__).parent / "data" / "agencies"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SECRET_BYTES = 32
MAIL_SCHEMES = ("smtp", "smtp+starttls", "smtps")
USUAL_PORTS = {"http": 80, "https": 443}


class Unusable(Exception):
    """A setting or the place we run in does not allow a start; the message is one line for a person."""


class Settings(BaseSettings):
    """Everything that differs between installations. Empty variables count as not set."""

    model_config = SettingsConfigDict(env_prefix="WBS_", frozen=True, extra="ignore", env_ignore_empty=True)

    data_dir: Path = Path("data")
    database_url: str = ""
    redis_url: str = ""
    evidence_url: str = ""
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)
    smtp_url: str = Field(default="", repr=False)  # may hold a password
    clamd_url: str = ""
    agencies: Annotated[tuple[str, ...], NoDecode] = ("bali", "ntt")
    relaxed_2fa: bool = False
    secret: str = Field(default="", repr=False)

    @field_validator("agencies", mode="before")
    @classmethod
    def _split(cls, raw: object) -> object:
        return tuple(part.strip() for part in raw.split(",") if part.strip()) if isinstance(raw, str) else raw

    @field_validator("agencies")
    @classmethod
    def _shipped(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        known = sorted(folder.name for folder in AGENCIES.iterdir() if folder.is_dir())
        if not codes or not set(codes) <= set(known):
            raise ValueError(f"must name some of {', '.join(known)}, parted by commas")
        return tuple(dict.fromkeys(codes))

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _driver(cls, url: str) -> str:
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                url = "postgresql+psycopg://" + url.removeprefix(plain)
        try:
            usable = not url or make_url(url).drivername in ("sqlite+aiosqlite", "postgresql+psycopg")
        except (ArgumentError, ValueError):
            usable = False
        if not usable:
            raise ValueError("must be a postgresql:// address (or be left out for SQLite)")
        return url

    @field_validator("redis_url")
    @classmethod
    def _shared(cls, url: str) -> str:
        try:
            if url:
                parse_url(url)
        except ValueError:
            said = "must be a redis:// address (rediss:// with TLS, unix:// for a socket)"
            raise ValueError(said) from None
        return url

    @field_validator("evidence_url")
    @classmethod
    def _store(cls, url: str) -> str:
        parts = urlsplit(url)
        place = parts.netloc if parts.scheme == "s3" else parts.scheme == "file" and not parts.netloc and parts.path
        if url and not place:
            raise ValueError("must be s3://bucket/folder or file:///folder")
        return url

    @field_validator("clamd_url")
    @classmethod
    def _scanner(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            reached = parts.path if parts.scheme == "unix" else parts.scheme == "tcp" and parts.hostname and parts.port
        except ValueError:
            reached = False
        if url and not reached:
            raise ValueError("must be unix:///path/of/the/socket or tcp://host:port")
        return url

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in MAIL_SCHEMES and parts.hostname and parts.port != 0
        except ValueError:
            usable = False
        if url and not usable:
            raise ValueError(f"must start with {', '.join(f'{scheme}://' for scheme in MAIL_SCHEMES)} and name a host")
        return url

    @field_validator("public_url")
    @classmethod
    def _as_browsers_write_it(cls, url: str) -> str:
        """Without a path, in small letters: it is compared with what they say in `Origin`."""
        try:
            parts = urlsplit(url)
            named = parts.scheme in USUAL_PORTS and parts.hostname and parts.username is None
            alone = not (parts.path.strip("/") or parts.query or parts.fragment)
            origin = _origin(parts.scheme, parts.hostname or "", parts.port)
        except ValueError:
            named = alone = origin = ""
        if url and not named:
            raise ValueError("must start with https:// (or http:// on this machine) and name a host")
        if url and not alone:
            raise ValueError("must end after the host and its port: the site has no other place than the root")
        return url and str(origin)

    @field_validator("secret")
    @classmethod
    def _hex(cls, text: str) -> str:
        if text and not re.fullmatch(rf"[0-9a-fA-F]{{{SECRET_BYTES * 2}}}", text):
            raise ValueError(f"must be {SECRET_BYTES * 2} hexadecimal digits")
        return text

    @model_validator(mode="after")
    def _safe(self) -> Settings:
        if self.relaxed_2fa and (self.host not in LOOPBACK or self.public_host not in LOOPBACK):
            raise ValueError("WBS_RELAXED_2FA is for development on this machine only (loopback)")
        return self

    @property
    def database(self) -> str:
        """SQLAlchemy address; an embedded SQLite file in the data folder by default."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'wbs.db'}"

    @property
    def evidence(self) -> str:
        """Address of the evidence store; a local folder by default."""
        return self.evidence_url or (self.data_dir / "evidence").as_uri()

    @cached_property
    def evidence_dir(self) -> Path | None:
        """The folder of the evidence store; None when it is not on this machine."""
        parts = urlsplit(self.evidence)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    @property
    def origin(self) -> str:
        """Scheme, host and port under which people reach us, without a final slash."""
        return self.public_url or _origin("http", self.host, self.port)

    @property
    def origins(self) -> frozenset[str]:
        """What browsers may say our pages are from: on this machine any of its names."""
        parts = urlsplit(self.origin)
        hosts = LOOPBACK if self.public_host in LOOPBACK else {self.public_host}
        return frozenset(_origin(parts.scheme, host, parts.port) for host in hosts)

    @property
    def public_host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def secure_cookies(self) -> bool:
        """Cookies carry `Secure` wherever the public address is https."""
        return self.origin.startswith("https://")

    def secret_key(self) -> bytes:
        """The server's own secret (32 bytes), made at the first start: seals what tabs keep, opens no report.

        Raises:
            Unusable: when its file cannot be read or written.
        """
        return self._secret_key

    @cached_property
    def _secret_key(self) -> bytes:
        """Read once: an event asks for it several times."""
        if self.secret:
            return bytes.fromhex(self.secret)
        file = self.data_dir / "secret"
        try:
            if not file.exists():
                self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
                keep_first(file, secrets.token_hex(SECRET_BYTES))
            key = bytes.fromhex(file.read_text().strip())
        except OSError as problem:
            raise Unusable(f"the secret file {file} cannot be read: {problem.strerror}") from problem
        except ValueError as problem:
            raise Unusable(f"the secret file {file} is damaged: restore it from your backup") from problem
        if len(key) != SECRET_BYTES:
            raise Unusable(f"the secret file {file} is damaged: restore it from your backup")
        return key


def _origin(scheme: str, host: str, port: int | None) -> str:
    """As browsers write it."""
    named = f"[{host}]" if ":" in host else host
    return f"{scheme}://{named}" + ("" if port in (None, USUAL_PORTS.get(scheme)) else f":{port}")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process.

    Raises:
        Unusable: naming the variable that is wrong, never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "WBS_" + str(first["loc"][0]).upper() if first["loc"] else ""
        raise Unusable(f"{name} {first['msg'].removeprefix('Value error, ')}".strip()) from None
