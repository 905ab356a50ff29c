"""What a staff member's password opens: the private key, and the secret of the second factor."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from wbs_app.model.tables import Staff
from wbs_app.services.refusal import Refused
from wbs_app.services.slow import slowly
from wbs_app.vault.keypairs import KeyPair, public_of
from wbs_app.vault.passwords import SALT_BYTES, derive, new_salt
from wbs_app.vault.sealing import Place, Tampered, seal, unseal

MIN_PASSWORD = 12
MAX_PASSWORD = 1000

_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")  # of the keyboard
_LEAST_TURNS = 5
_COMMON = re.compile(
    "(password|(kata)?sandi|rahasia|sayang)(ku)?|admin(istrator)?|inspektorat|(wbs)?(pemprov)?(bali|ntt)(prov)?|"
    "denpasar|kupang|indonesia|merdeka|whistleblowing|pelaporan|petugas|selamatdatang|bismillah|"
    "welcome|letmein|changeme|iloveyou|qwerty|asdfgh"
)


@dataclass(frozen=True)
class Unlocked:
    """What a right password gave. `key` seals the second factor's secret."""

    key: bytes = field(repr=False)
    private_key: bytes = field(repr=False)


def place(staff_id: int, column: str) -> Place:
    return Place("staff", str(staff_id), column)


def check(password: str, username: str) -> None:
    """Raises Refused when the password may not be chosen."""
    if problem := password_problem(password, username):
        raise Refused(problem, min=MIN_PASSWORD, max=MAX_PASSWORD)


def password_problem(password: str, username: str) -> str | None:
    """Text key of what is wrong with a new password; None when it may be chosen."""
    if len(password) < MIN_PASSWORD:
        return "auth.password_short"
    if len(password) > MAX_PASSWORD:
        return "auth.password_long"
    return "auth.password_obvious" if _obvious(password.casefold(), username) else None


def _obvious(password: str, username: str) -> bool:
    """Whether it is a name or common word with figures, something repeated, or a run of keys."""
    part = _repeated(password)
    if part == username or _turns(part) < _LEAST_TURNS:
        return True
    letters = _letters(part)
    return bool(_COMMON.fullmatch(letters)) or letters == _letters(username)


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalpha())


def _repeated(password: str) -> str:
    """The shortest beginning that, repeated and perhaps cut, makes the whole password."""
    lengths = range(1, len(password) // 2 + 1)
    return next((password[:n] for n in lengths if password[n:] == password[:-n]), password)


def _turns(password: str) -> int:
    """How many characters do not just follow the one before, in the alphabet or on the keyboard."""
    return 1 + sum(not _follows(one, two) for one, two in pairwise(password))


def _follows(one: str, two: str) -> bool:
    return abs(ord(one) - ord(two)) <= 1 or any(one + two in row or two + one in row for row in _ROWS)


async def wrapped(staff_id: int, password: str, private_key: bytes) -> tuple[bytes, dict[str, bytes]]:
    """A private key under a password: the password's key, and the values of `salt` and `private_key`."""
    salt = new_salt()
    key = await slowly(derive, password, salt)
    return key, {"salt": salt, "private_key": seal(key, private_key, place(staff_id, "private_key"))}


async def first(staff_id: int, password: str) -> dict[str, bytes]:
    """The columns of a staff member who gets a password, and with it a key pair, for the first time."""
    pair = KeyPair.new()
    _, values = await wrapped(staff_id, password, pair.private)
    return values | {"public_key": pair.public}


async def unlock(staff: Staff | None, password: str) -> Unlocked | None:
    """What the password opens; None when wrong, or the person unknown or inactive, after the same work.

    It must be the private half of the person's public key, for which others vouched: nobody can put a password of
    their own into the row.
    """
    known = staff if staff is not None and staff.active else None
    salt = (known.salt if known else None) or bytes(SALT_BYTES)
    key = await slowly(derive, password, salt)
    if known is None or known.id is None or known.private_key is None:
        return None
    try:
        private_key = unseal(key, known.private_key, place(known.id, "private_key"))
    except Tampered:
        return None
    return Unlocked(key, private_key) if public_of(private_key) == known.public_key else None
