"""The `wbs` command. Exit status 0; or a reason of one line on standard error, and another status."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from wbs_app import text
from wbs_app.config import Unusable, settings
from wbs_app.model.access import Role
from wbs_app.model.tables import Staff
from wbs_app.services import audit, health, keys, migrate, staff
from wbs_app.services.database import close, reading, writing
from wbs_app.services.refusal import Refused
from wbs_app.vault.recovery import BadShares, restore

Work = Callable[[argparse.Namespace], Awaitable[None]]


class Failed(Exception):
    """A command could not do what it was asked; the message is one line."""


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
    parser = argparse.ArgumentParser(prog="wbs", description="Whistleblowing system: serve it and look after it.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the site, building and migrating first")
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default 1)")
    serve.set_defaults(run=_serve)
    commands.add_parser("init", help="make the database, the secret and the recovery keys").set_defaults(run=_init)
    _add_staff_parser(commands)
    trail = commands.add_parser("audit", help="the audit trail").add_subparsers(required=True, metavar="ACTION")
    trail.add_parser("verify", help="look for changed, missing or added events").set_defaults(run=_run(_verify))
    recover = commands.add_parser("recover", help="give officers the keys of all reports, from two recovery shares")
    recover.add_argument("--agency", required=True, metavar="A")
    recover.set_defaults(run=_run(_recover))
    commands.add_parser("doctor", help="is everything in place?").set_defaults(run=_run(_doctor, ready=False))
    return parser


def _add_staff_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    people = commands.add_parser("staff", help="staff members").add_subparsers(required=True, metavar="ACTION")
    add = people.add_parser("add", help="add a staff member and print an invitation")
    add.add_argument("name", metavar="NAME", help="the username")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--agency", required=True, action="append", metavar="A", help="repeat it, or part by commas")
    add.add_argument("--unit", metavar="U", help="a unit's code or exact name")
    add.add_argument("--display", metavar="TEXT", help="the full name; the username when left out")
    add.add_argument("--password-stdin", action="store_true", help="read a password instead of inviting")
    add.set_defaults(run=_run(_staff_add))
    people.add_parser("list", help="list everybody").set_defaults(run=_run(_staff_list))
    end = people.add_parser("deactivate", help="end somebody's access")
    end.add_argument("name", metavar="NAME", help="the username")
    end.set_defaults(run=_run(_staff_deactivate))


def _run(work: Work, ready: bool = True) -> Callable[[argparse.Namespace], None]:
    """A command that uses the database: brought up to date first, given back at the end."""

    async def whole(args: argparse.Namespace) -> None:
        try:
            if ready:
                await migrate.ready()
            await work(args)
        finally:
            await close()

    return lambda args: asyncio.run(whole(args))


# --- the commands -------------------------------------------------------------------------------------------


def _serve(args: argparse.Namespace) -> None:
    from wbs_app import serve  # brings Reflex, which no other command needs

    serve.main(args.workers)


def _init(_args: argparse.Namespace) -> None:
    from wbs_app import serve

    serve.initialise()


async def _staff_add(args: argparse.Namespace) -> None:
    agencies = tuple(code for part in args.agency for code in part.split(",") if code)
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
            state = "inactive" if not one.active else "active" if one.salt else "invited"
            print("\t".join((one.username, one.role, one.agencies, one.unit or "-", state)))


async def _staff_deactivate(args: argparse.Namespace) -> None:
    async with writing() as db:
        found = await staff.by_username(db, args.name)
        if found is None or found.id is None:
            raise Refused("admin.staff_unknown")
        await staff.deactivate(db, found.id)
    print(f"{found.username} can no longer sign in")


async def _verify(_args: argparse.Namespace) -> None:
    async with reading() as db:
        broken = await audit.verify(db)
    if broken is not None:
        raise Failed(f"the audit trail is broken at event {broken}")
    print("the audit trail is intact")


async def _recover(args: argparse.Namespace) -> None:
    private_key = restore([line for line in sys.stdin.read().splitlines() if line.strip()])
    async with writing() as db:
        given = await keys.recover(db, private_key, args.agency)
    print(f"{given} keys given")


async def _doctor(_args: argparse.Namespace) -> None:
    failed = 0
    async for finding in health.examine():
        failed += finding.problem is not None
        print(f"FAIL  {finding.name}: {finding.problem}" if finding.problem else f"ok    {finding.name}")
    if failed:
        raise Failed(f"{failed} of the checks failed")
