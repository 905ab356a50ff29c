"""`wbs serve`: builds the pages once, readies the data, and serves everything on one port."""

import asyncio
import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import select

from wbs_app.config import Settings, Unusable, settings
from wbs_app.model.tables import Agency
from wbs_app.services import database, migrate, own_secret, staff, vouching
from wbs_app.services.locks import Lock, hold
from wbs_app.vault.recovery import new_recovery

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / ".web"
PAGES = WEB / "build" / "client"
STAMP = WEB / "wbs-build"
BUILD_LOG = WEB / "wbs-build.log"
OLD_ASSETS_SECONDS = 7 * 24 * 3600


def main(workers: int = 1) -> None:
    """Gets ready, then becomes the supervisor of the workers.

    Raises:
        Unusable: with one line for a person, before anything is served.
    """
    chosen = settings()
    _workers_fit(workers, chosen)
    os.chdir(ROOT)
    _port_is_free(chosen)
    _data_folder(chosen)
    chosen.secret_key()
    build()
    initialise(link_again=False)
    print(f"WBS: {chosen.origin}", flush=True)
    os.environ |= {
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "yes",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "yes",
    }
    if workers > 1:
        _count_together(chosen.data_dir / "metrics")
    command = [sys.executable, "-m", "wbs_app.supervisor", chosen.host, str(chosen.port), str(workers)]
    os.execv(sys.executable, command)  # noqa: S606  ourselves, smaller


def _count_together(folder: Path) -> None:
    """Workers keep their figures in files, so that each can tell those of all; known before one of them starts."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _workers_fit(workers: int, chosen: Settings) -> None:
    """Several need what they can share: each has a memory of its own, and SQLite is for one."""
    if workers < 1:
        raise Unusable("--workers must be at least 1")
    if workers > 1 and not (chosen.redis_url and chosen.database_url.startswith("postgresql")):
        raise Unusable("several workers need a PostgreSQL in WBS_DATABASE_URL and a Redis or Valkey in WBS_REDIS_URL")


def _port_is_free(chosen: Settings) -> None:
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.host, chosen.port))
        except socket.gaierror as problem:
            raise Unusable(f"WBS_HOST is no address of this machine ({problem.strerror})") from problem
        except OSError as problem:
            raise Unusable(f"port {chosen.port} is not free ({problem.strerror}): set WBS_PORT") from problem


def _data_folder(chosen: Settings) -> None:
    folder = chosen.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as problem:
        raise Unusable(f"the data folder {folder} is not writable ({problem.strerror}): set WBS_DATA_DIR") from problem


# --- the pages --------------------------------------------------------------------------------------------------------


_PASSING = {"__pycache__", "external"}
"""Folders that come and go: Reflex has `assets/external` while it builds, which who waits for it must not count in."""


def _sources() -> Iterator[Path]:
    """What the pages are made of."""
    for folder in ("wbs_app", "assets"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and not _PASSING & set(file.parts) and file.suffix != ".pyc":
                yield file
    yield from (ROOT / "rxconfig.py", ROOT / "requirements.lock")


def fingerprint() -> str:
    """Changes whenever the built pages would."""
    digest = hashlib.blake2b(repr(settings().agencies).encode(), digest_size=16)
    for file in _sources():
        digest.update(f"{file.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.blake2b(file.read_bytes()).digest())
    return digest.hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """One build at a time in this folder. The lock is on the folder itself: Reflex may clear all of `.web`."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        try:
            WEB.mkdir(exist_ok=True)
            BUILD_LOG.touch()
        except OSError as problem:
            cannot = f"the pages are not built, and {WEB} cannot be written ({problem.strerror})"
            raise Unusable(f"{cannot}: run `wbs build` as who owns it") from problem
        yield
    finally:
        os.close(folder)


def _built(now: str) -> bool:
    return STAMP.exists() and STAMP.read_text() == now and (PAGES / "index.html").exists()


def build() -> bool:
    """Builds the pages unless the ones there are of this very source; returns whether it built."""
    if _built(fingerprint()):
        return False
    with _alone():
        now = fingerprint()  # only here: a build that is under way has files among the sources in passing
        if _built(now):  # by another, meanwhile
            return False
        STAMP.unlink(missing_ok=True)
        print("WBS: building the pages (once, up to a minute) ...", flush=True)
        started = time.monotonic()
        shutil.rmtree(
            WEB / "public", ignore_errors=True
        )  # Reflex brings only newer files; those unpacked keep old times
        with _old_assets_kept():
            _export()
        _tidy_lock()
        STAMP.write_text(now)
        print(f"WBS: pages built in {time.monotonic() - started:.0f} s", flush=True)
        return True


def _export() -> None:
    """Lets Reflex make the pages.

    Raises:
        Unusable: with the end of what it said, when there are none.
    """
    reflex = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    said = subprocess.PIPE  # kept until the end: Reflex clears the folder of the log
    done = subprocess.run(reflex, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    BUILD_LOG.write_bytes(done.stdout)
    (ROOT / "requirements.txt").unlink(missing_ok=True)  # Reflex's own idea; ours is requirements.lock
    if done.returncode or not (PAGES / "index.html").exists():
        tail = done.stdout.decode("utf-8", "replace")[-3000:]
        raise Unusable(f"the pages could not be built:\n{tail}\n(whole log: {BUILD_LOG})")


def _tidy_lock() -> None:
    """Reflex writes its lock in one line or in many, as it comes; one form keeps the working tree clean."""
    lock = ROOT / "reflex.lock" / "package.json"
    lock.write_text(json.dumps(json.loads(lock.read_text("utf-8")), indent=2) + "\n", "utf-8")


@contextmanager
def _old_assets_kept() -> Iterator[None]:
    """A tab opened before a deploy still asks for the old chunks: they are kept for a week."""
    assets = PAGES / "assets"
    limit = time.time() - OLD_ASSETS_SECONDS
    with tempfile.TemporaryDirectory() as aside:
        old = shutil.copytree(assets, Path(aside) / "assets") if assets.is_dir() else Path(aside)
        try:
            yield
        finally:  # else the next build, after one that failed, has none to keep
            assets.mkdir(parents=True, exist_ok=True)
            for file in old.iterdir():
                if file.stat().st_mtime >= limit and not (assets / file.name).exists():
                    shutil.copy2(file, assets / file.name)


# --- the data ---------------------------------------------------------------------------------------------------------


def initialise(new_secret: bool = False, *, link_again: bool = True) -> None:
    """Schema, shipped data, recovery keys, and a link for the first administrator; safe to repeat.

    `new_secret`: the one this system was started with is lost. `link_again`: a link that holds still gives way to a
    new one.

    Raises:
        Unusable: when the secret is another one without that being said.
    """
    os.umask(0o077)  # what is kept is for nobody else on this machine
    asyncio.run(_initialise(new_secret, link_again))


async def _initialise(new_secret: bool, link_again: bool) -> None:
    try:
        await migrate.ready(same_secret=not new_secret)
        await _same_secret(new_secret)
        await _recovery_keys()
        await _first_administrator(link_again)
    finally:
        await database.close()


async def _same_secret(new_secret: bool) -> None:
    async with database.writing() as db:
        await hold(db, Lock.START)
        await own_secret.begin(db, new_secret)


async def _recovery_keys() -> None:
    """Prints each agency's recovery shares, once. They are kept nowhere."""
    for code in settings().agencies:
        async with database.writing() as db:
            await hold(db, Lock.START)
            agency = (await db.exec(select(Agency).where(Agency.code == code))).one()
            if agency.recovery_key is not None:
                continue
            public_key, shares = new_recovery()
            vouching.keep_recovery(agency, public_key)
            db.add(agency)
            await vouching.open_agency(db, code)
        print(f"\nRecovery key of {code}: any two of these three shares restore it. They are shown only now.")
        print("Write each on paper and give them to three different people.")
        for number, share in enumerate(shares, start=1):
            print(f"  share {number}: {share}")
    sys.stdout.flush()


async def _first_administrator(again: bool) -> None:
    """Prints the link. Each start of a service would make the one dead that was printed before, and put its own into
    the log: so it does only where there is none."""
    async with database.writing() as db:
        await hold(db, Lock.START)
        token = await staff.first_invitation(db, again=again)
    if token:
        print("\nThere is no administrator yet. This link makes the first one; it works once, for 48 hours:")
        print(f"  {settings().origin}/petugas/undangan?kode={token}\n", flush=True)
    elif token is not None:
        print("\nThere is no administrator yet. The link was printed before; `wbs init` makes a new one.\n", flush=True)
