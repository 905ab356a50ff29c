"""The `wbs` command. Exit status 0; or a reason of one line on standard error, and another status."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from obstore.exceptions import BaseError as StoreError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from wbs_app import text
from wbs_app.config import Unusable, settings
from wbs_app.model.access import Role
from wbs_app.model.tables import Staff
from wbs_app.services import (
    audit,
    backup,
    catching_up,
    demo,
    entitlement,
    health,
    migrate,
    reference_edit,
    retention,
    staff,
    tally,
    vouching,
)
from wbs_app.services.database import Db, close, reading, snapshot, writing
from wbs_app.services.refusal import Refused
from wbs_app.vault.recovery import BadShares, restore

_NOT_MADE = "there is no system yet where WBS_DATA_DIR and WBS_DATABASE_URL point to: run `wbs init`"

Work = Callable[[argparse.Namespace], Awaitable[None]]


class Failed(Exception):
    """A command could not do what it was asked; the message is one line."""


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, without the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit status; a misspelt command ends the process with status 2."""
    args = _parser().parse_args(argv)
    try:
        args.run(args)
    except (Failed, Unusable, BadShares) as problem:
        return _fail(str(problem))
    except Refused as problem:
        return _fail(_in_words(problem))
    except DBAPIError as problem:
        return _fail(f"the database cannot be used ({type(problem.orig).__name__})")
    except StoreError as problem:  # its words hold addresses, and pages of them
        return _fail(f"the evidence store cannot be used ({type(problem).__name__})")
    except OSError as problem:
        return _fail(f"{problem.filename or 'something that is needed'} cannot be used ({problem.strerror or problem})")
    except KeyboardInterrupt:
        return 130
    return 0


def _fail(line: str) -> int:
    print(f"wbs: {line}", file=sys.stderr)
    return 1


def _in_words(problem: Refused) -> str:
    if text.has(problem.key):
        return text.fill(text.text(problem.key, "en"), **problem.values)
    return problem.key.rpartition(".")[2].replace("_", " ")


# --- what can be asked --------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="wbs", description="Whistleblowing system: serve it and look after it.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the site, building and migrating first")
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default 1)")
    serve.set_defaults(run=_serve)
    commands.add_parser("build", help="build the pages, for who serves them and may not").set_defaults(run=_build)
    init = commands.add_parser("init", help="make the database, the secret and the recovery keys")
    init.add_argument("--new-secret", action="store_true", help="go on with another secret: the old one is lost")
    init.set_defaults(run=_init)
    _add_staff_parser(commands)
    trail = commands.add_parser("audit", help="the audit trail").add_subparsers(required=True, metavar="ACTION")
    verify = trail.add_parser("verify", help="look for what was changed outside this program")
    verify.set_defaults(run=_run(_verify))
    accept = trail.add_parser("accept", help="take a case as it stands, once you have looked at it")
    accept.add_argument("ticket", nargs="+", metavar="TICKET")
    accept.set_defaults(run=_run(_accept))
    recover = commands.add_parser("recover", help="give officers the keys of all reports, from two recovery shares")
    recover.add_argument("--agency", required=True, metavar="A")
    recover.set_defaults(run=_run(_recover))
    watch = commands.add_parser("oversight", help="whose supervisors take over where a conflict leaves nobody")
    watch.add_argument("agency", metavar="A")
    watch.add_argument("--by", required=True, metavar="B", help="the agency that takes over, or none")
    watch.set_defaults(run=_run(_oversight))
    _add_keeping_parsers(commands)
    doctor = commands.add_parser("doctor", help="is everything in place?")
    doctor.set_defaults(run=_run(_doctor, made=False, ready=False))
    return parser


def _add_staff_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    people = commands.add_parser("staff", help="staff members").add_subparsers(required=True, metavar="ACTION")
    add = people.add_parser("add", help="add a staff member and print an invitation")
    add.add_argument("name", metavar="NAME", help="the username")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--agency", required=True, action="append", metavar="A", help="repeat it, or part by commas")
    add.add_argument("--unit", metavar="U", help="a unit's code or exact name")
    add.add_argument("--display", metavar="TEXT", help="the full name; the username when left out")
    add.add_argument("--password-stdin", action="store_true", help="read a password instead of inviting")
    add.set_defaults(run=_run(_staff_add, made=False))
    people.add_parser("list", help="list everybody").set_defaults(run=_run(_staff_list))
    known = people.add_parser("vouch", help="let somebody be given keys, when no supervisor can say so")
    known.add_argument("name", metavar="NAME", nargs="+", help="the username")
    known.set_defaults(run=_run(_staff_vouch))
    end = people.add_parser("deactivate", help="end somebody's access")
    end.add_argument("name", metavar="NAME", help="the username")
    end.set_defaults(run=_run(_staff_deactivate))


def _add_keeping_parsers(commands: "argparse._SubParsersAction[_Parser]") -> None:
    shown = commands.add_parser("demo", help="fill an empty system with invented, sealed cases")
    shown.add_argument("--reports", type=_positive, required=True, metavar="N", help="how many")
    shown.add_argument("--agency", action="append", metavar="A", help="default: all")
    shown.add_argument("--pins", type=Path, metavar="FILE", help="where tickets and PINs go; the terminal if left out")
    shown.add_argument("--force", action="store_true", help="even beside real reports")
    shown.set_defaults(run=_run(_demo, made=False, fills=True))
    keep = commands.add_parser("backup", help="write everything, still sealed, into one signed file")
    keep.add_argument("file", type=Path, metavar="FILE")
    keep.add_argument("--with-secret", action="store_true", help="the server's secret too: guard the file as you do it")
    keep.set_defaults(run=_run(_backup))
    back = commands.add_parser("restore", help="bring a backup back into an empty system, and verify all of it")
    back.add_argument("file", type=Path, metavar="FILE")
    back.add_argument("--key", default="", metavar="F", help="fingerprint of the signing key, as the backup printed it")
    back.set_defaults(run=_run(_restore, made=False, same_secret=False, fills=True))
    end = commands.add_parser("purge", help="destroy the cases that two people have approved")
    end.add_argument("--list", action="store_true", help="only bring the list of what may be destroyed up to date")
    end.set_defaults(run=_run(_purge))


def _positive(typed: str) -> int:
    if not typed.isdecimal() or int(typed) < 1:
        raise argparse.ArgumentTypeError("must be a whole number, at least 1")
    return int(typed)


def _agencies(typed: Sequence[str]) -> tuple[str, ...]:
    """Codes of ours, repeated or parted by commas."""
    known = settings().agencies
    codes = tuple(code for part in typed for code in part.split(",") if code)
    if not codes or not set(codes) <= set(known):
        raise Failed(f"--agency: choose from {', '.join(known)}")
    return codes


def _run(
    work: Work, *, made: bool = True, ready: bool = True, same_secret: bool = True, fills: bool = False
) -> Callable[[argparse.Namespace], None]:
    """A command that uses the database: brought up to date first, given back at the end.

    `made`: there must be one. With a misspelt setting, an empty one would be kept, and praised as whole. `fills`: it
    puts files into the data folder.
    """

    async def whole(args: argparse.Namespace) -> None:
        try:
            if made and not await migrate.is_made():
                raise Failed(_NOT_MADE)
            if ready:
                await migrate.ready(same_secret=same_secret)
            await work(args)
        finally:
            await close()

    def started(args: argparse.Namespace) -> None:
        if fills:
            _as_who_owns_it()
        os.umask(0o077)  # what is kept is for nobody else on this machine
        asyncio.run(whole(args))

    return started


# --- the commands -------------------------------------------------------------------------------------------


def _as_who_owns_it() -> None:
    """What root makes in the folder of the service's own user, the service cannot open afterwards.

    Raises:
        Failed: when it would.
    """
    folder = settings().data_dir
    if os.geteuid() == 0 and folder.is_dir() and (owner := folder.stat().st_uid) != 0:
        raise Failed(f"{folder} belongs to another user (id {owner}): run this as that user, as with runuser -u")


def _serve(args: argparse.Namespace) -> None:
    from wbs_app import serve  # brings Reflex, which no other command needs

    _as_who_owns_it()
    serve.main(args.workers)


def _build(_args: argparse.Namespace) -> None:
    from wbs_app import serve

    if not serve.build():
        print("WBS: the pages are built already")


def _init(args: argparse.Namespace) -> None:
    from wbs_app import serve

    _as_who_owns_it()
    serve.initialise(args.new_secret)


async def _staff_add(args: argparse.Namespace) -> None:
    agencies = _agencies(args.agency)
    password = sys.stdin.readline().rstrip("\r\n") if args.password_stdin else None
    async with writing() as db:
        added = await staff.add(db, args.name, args.display or args.name, Role(args.role), agencies, args.unit)
        assert added.id is not None
        if password is not None:
            await staff.set_password(db, added.id, password)
            said = f"{added.username} can sign in"
        else:
            said = f"{settings().origin}/petugas/undangan?kode={await staff.invite(db, added.id)}"
    print(said)


async def _staff_list(_args: argparse.Namespace) -> None:
    async with reading() as db:
        for one in await db.exec(select(Staff).order_by(col(Staff.username))):
            ready = "waiting" if vouching.is_waiting(one) else "active"
            state = "inactive" if not one.active else ready if one.salt else "invited"
            print("\t".join((one.username, one.role, one.agencies, one.unit or "-", state)))


async def _staff_vouch(args: argparse.Namespace) -> None:
    async with writing() as db:
        for name in args.name:
            found = await _somebody(db, name)
            await vouching.trust(db, found)
            print(f"{found.username}\t{vouching.code_of(found.public_key)}")


async def _somebody(db: Db, name: str) -> Staff:
    found = await staff.by_username(db, name)
    if found is None:
        raise Refused("admin.staff_unknown")
    return found


async def _staff_deactivate(args: argparse.Namespace) -> None:
    async with writing() as db:
        found = await _somebody(db, args.name)
        assert found.id is not None
        await staff.deactivate(db, found.id)
    print(f"{found.username} can no longer sign in")


async def _verify(_args: argparse.Namespace) -> None:
    async with snapshot() as db:  # what officers do meanwhile is no change from outside
        broken, last = await audit.verify(db), await audit.newest(db)
        changed = await (await db.connection()).run_sync(entitlement.untrue)
    if broken is not None:
        raise Failed(f"the audit trail is broken at event {broken}")
    if changed:
        raise Failed(
            f"{len(changed)} {'case was' if len(changed) == 1 else 'cases were'} changed outside this program "
            f"({', '.join(changed[:5])}): nobody is given the keys any more (docs/operations.md, Looking after it)"
        )
    print(f"the audit trail is intact: {last} events")
    print("what decides who is given keys is intact in all cases")


async def _accept(args: argparse.Namespace) -> None:
    async with writing() as db:
        for ticket in args.ticket:
            found = await entitlement.accept(db, ticket)
            print(f"{found.ticket}: agency {found.agency}, kind {found.kind}, unit {found.unit or '-'}")


async def _recover(args: argparse.Namespace) -> None:
    private_key = restore([line for line in sys.stdin.read().splitlines() if line.strip()])
    given = await catching_up.recover(private_key, args.agency)
    print(f"{given} keys given")


async def _oversight(args: argparse.Namespace) -> None:
    async with writing() as db:
        await reference_edit.set_oversight(db, args.agency, "" if args.by == "none" else args.by)
    print(f"{args.agency}: overseen by {args.by}")


async def _doctor(_args: argparse.Namespace) -> None:
    failed = 0
    async for finding in health.examine():
        failed += finding.problem is not None and not finding.advice
        state = "ok  " if finding.problem is None else "note" if finding.advice else "FAIL"
        print(f"{state}  {finding.name}" + (f": {finding.problem}" if finding.problem else ""))
    if failed:
        raise Failed(f"{failed} of the checks failed")


# --- keeping, and letting go ----------------------------------------------------------------------------------


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    """Progress bars on standard error, one for each thing that is counted: call it with name, done and total."""
    bars = Progress(
        TextColumn("{task.description:>6}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True),
    )  # fmt: skip
    known: dict[str, TaskID] = {}

    def told(what: str, done: int, total: int) -> None:
        bars.start()  # not before: what is refused at once is said in one line
        if what not in known:
            known[what] = bars.add_task(what, total=total)
        bars.update(known[what], completed=done)

    try:
        yield told
    finally:
        if known:
            bars.stop()


async def _demo(args: argparse.Namespace) -> None:
    if args.pins:
        args.pins.open("a").close()  # before the work: what cannot be kept is lost
    with _bars() as told:
        agencies = _agencies(args.agency or settings().agencies)
        pins = await demo.fill(args.reports, agencies, lambda done: told("cases", done, args.reports), args.force)
    lines = "".join(f"{ticket}\t{pin}\n" for ticket, pin in pins)
    if args.pins:
        args.pins.write_text(lines)
    else:
        print(lines, end="")
    async with writing() as db:
        await tally.fold(db)


async def _backup(args: argparse.Namespace) -> None:
    with _bars() as told:
        done = await backup.backup(args.file, told, args.with_secret)
    _say_kept("kept", done)
    print(f"signed with the key {done.key}: note it down, a restore without the server's secret asks for it")
    if done.missing:  # a store that is not mounted, or another's: whoever watches the nightly backup must hear of it
        raise Failed(f"the backup is kept, but without {len(done.missing)} files that the evidence store has not")


async def _restore(args: argparse.Namespace) -> None:
    with _bars() as told:
        done = await backup.restore(args.file, told, args.key)
    _say_kept("restored and verified", done)


def _say_kept(what: str, done: backup.Done) -> None:
    print(f"{what}: {done.reports} reports, {done.rows} rows, {done.files} files")
    for path in done.missing:
        print(f"the evidence store had already lost {path}")


async def _purge(args: argparse.Namespace) -> None:
    async with writing() as db:
        new = await retention.propose(db)
    async with reading() as db:
        approved = await retention.approved(db)
    print(f"{new} cases are new on the list, {await retention.waiting()} wait for approval")
    if args.list:
        return
    destroyed = [ticket for ticket in approved if await retention.purge(ticket)]
    if destroyed:
        await retention.wipe()
    for ticket in destroyed:
        print(f"destroyed {ticket}")
    print(f"{len(destroyed)} cases destroyed")
