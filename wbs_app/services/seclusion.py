"""A process shuts itself in: it uses some folders, and reaches no other file, no network and no other process.

By Linux's Landlock, which asks no rights. What has been opened before stays usable; there is no way back, also not for
programs that it starts. `python -m wbs_app.services.seclusion FOLDER PROGRAM ...` becomes a program that may run what
is installed and write into FOLDER.
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""Numbers of system calls, the same on every machine."""
_ASK_VERSION, _PATH_BENEATH = 1, 1
_NO_NEW_PRIVILEGES = 38
_KINDS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Version -> how many kinds of access to files it can deny."""
_RUN, _WRITE, _READ_FILE, _READ_FOLDER, _REMOVE, _MAKE_SOCKET = (1 << bit for bit in (0, 1, 2, 3, 5, 9))
_READ = _READ_FILE | _READ_FOLDER
_OF_FOLDERS = sum(1 << bit for bit in range(3, 14))
"""Kinds of access that a single file has not."""
_TCP, _SIGNALS_AND_SOCKETS = 0b11, 0b11

_SETTINGS = (
    *(f"/etc/{name}" for name in ("alternatives", "fonts", "ld.so.cache", "libreoffice", "nsswitch.conf", "passwd")),
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
    "/dev/urandom",
)
"""What LibreOffice reads beside what is installed. Not the whole of /etc, where a server's secrets may be."""

_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """What this machine knows of Landlock: 0 for nothing, as outside Linux, before 5.13, or where it is off."""
    try:
        return max(0, _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION))
    except AttributeError:  # another system
        return 0


def shut_in(readable: Iterable[str]) -> None:
    """From now on this process reads what lies under these paths, those of them that exist, and reaches nothing else,
    as far as the machine can see to it.

    Raises:
        OSError: when it should, and did not.
    """
    known = version()
    if known == 0:
        return
    _shut_in(known, dict.fromkeys(readable, _READ))


def _shut_in(known: int, allowed: Mapping[str, int]) -> None:
    """`allowed`: path -> what may be done with all that lies under it."""
    all_kinds = (1 << _KINDS[min(known, max(_KINDS))]) - 1
    parts = [all_kinds]
    parts += [_TCP] * (known >= 4) + [_SIGNALS_AND_SOCKETS] * (known >= 6)
    denied = struct.pack(f"{len(parts)}Q", *parts)
    rules = _done(_libc.syscall(_CREATE_RULESET, denied, ctypes.c_size_t(len(denied)), 0))
    for path, kinds in allowed.items():
        with suppress(FileNotFoundError):
            _allow(rules, path, kinds & all_kinds)
    _done(_libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _done(_libc.syscall(_RESTRICT_SELF, rules, 0))
    os.close(rules)


def _allow(rules: int, path: str, kinds: int) -> None:
    place = os.open(path, os.O_PATH)
    if not stat.S_ISDIR(os.fstat(place).st_mode):
        kinds &= ~_OF_FOLDERS
    _done(_libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", kinds, place), 0))
    os.close(place)


def _done(answer: int) -> int:
    if answer < 0:
        raise OSError(ctypes.get_errno(), "this process could not be shut in")
    return answer


# --- a program --------------------------------------------------------------------------------------------------------


def become(folder: str, program: Sequence[str]) -> None:
    """This process becomes the program, which may run and read what is installed, and write into one folder."""
    known = version()
    if known:
        installed = dict.fromkeys(("/usr", "/lib", "/lib64", "/bin", _installation_of(program[0])), _RUN | _READ)
        sockets = {"/tmp": _MAKE_SOCKET | _REMOVE}  # noqa: S108  LibreOffice starts only with one of its own there
        written = {folder: -1, "/dev/null": _READ_FILE | _WRITE}
        _shut_in(known, installed | dict.fromkeys(_SETTINGS, _READ) | sockets | written)
    os.execv(program[0], list(program))  # noqa: S606  our own command


def _installation_of(program: str) -> str:
    """Such as /usr/lib/libreoffice of its program/soffice."""
    return str(Path(program).resolve().parents[1])


if __name__ == "__main__":
    become(sys.argv[1], sys.argv[2:])
