"""A process shuts itself in: it reads some folders, and reaches no other file, no network and no other process.

By Linux's Landlock, which asks no rights. What has been opened before stays usable; there is no way back.
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from contextlib import suppress

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""Numbers of system calls, the same on every machine."""
_ASK_VERSION, _PATH_BENEATH = 1, 1
_NO_NEW_PRIVILEGES = 38
_KINDS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Version -> how many kinds of access to files it can deny."""
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_TCP, _SIGNALS_AND_SOCKETS = 0b11, 0b11

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
    parts = [(1 << _KINDS[min(known, max(_KINDS))]) - 1]
    parts += [_TCP] * (known >= 4) + [_SIGNALS_AND_SOCKETS] * (known >= 6)
    denied = struct.pack(f"{len(parts)}Q", *parts)
    rules = _done(_libc.syscall(_CREATE_RULESET, denied, ctypes.c_size_t(len(denied)), 0))
    for path in readable:
        with suppress(FileNotFoundError):
            _let_read(rules, path)
    _done(_libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _done(_libc.syscall(_RESTRICT_SELF, rules, 0))
    os.close(rules)


def _let_read(rules: int, path: str) -> None:
    place = os.open(path, os.O_PATH)
    folder = stat.S_ISDIR(os.fstat(place).st_mode)
    allowed = struct.pack("=Qi", _READ_FILE | (_READ_FOLDER if folder else 0), place)
    _done(_libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, allowed, 0))
    os.close(place)


def _done(answer: int) -> int:
    if answer < 0:
        raise OSError(ctypes.get_errno(), "this process could not be shut in")
    return answer
