"""Codes that people read, write down and type again: tickets, PINs, recovery codes.

All are written in Crockford's base32 (digits and capitals without I, L, O and U). Reading forgives
case, spaces, any kind of dash, and O typed for 0 or I and L typed for 1.
"""

import re
import secrets
import string
import unicodedata

from wbs_app.vault.passwords import derive

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PIN_CHARS = 16
TICKET_CHARS = 8
RECOVERY_CHARS = 10

Span = tuple[str, str]
"""The lowest and the highest of some codes, in any order of digits and capitals."""

_AGENCY = re.compile(r"[A-Z0-9]{1,12}")
_LONGEST_INPUT = 100
_PIN_BYTES = PIN_CHARS * 5 // 8
_UPPER = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_LOOKALIKES = str.maketrans("OIL", "011")
# Hashing must not need a salt beside each code: one typed code is compared with a person's whole list.
_RECOVERY_SALT = b"wbs recovery 001"


def new_ticket(agency: str) -> str:
    """A new ticket such as "BALI-7K3M-9QXT": agency code, seven random characters, a check character.

    `agency`: 1 to 12 ASCII letters or digits, any case; anything else is a ValueError.

    A ticket with one of its eight code characters mistyped, with any two of them exchanged, or with one
    letter of the agency mistyped as another letter is never a valid ticket; any other mistake slips
    through one time in 32. Seven characters are 35 bits, so the caller must expect a ticket to be taken.
    """
    prefix = agency.translate(_UPPER)
    if not _AGENCY.fullmatch(prefix):
        raise ValueError("an agency code is 1 to 12 letters or digits")
    body = _random(TICKET_CHARS - 1)
    return _spell_ticket(prefix, body + ALPHABET[_remainder(prefix, body + "0")])


def parse_ticket(raw: str) -> str | None:
    """The ticket in its one spelling, or None when malformed or when the check character is wrong."""
    squeezed = squeeze(raw)
    prefix, code = squeezed[:-TICKET_CHARS], _code(squeezed[-TICKET_CHARS:], TICKET_CHARS)
    if code is None or not _AGENCY.fullmatch(prefix) or _remainder(prefix, code) != 0:
        return None
    return _spell_ticket(prefix, code)


def ticket_span(raw: str, agency: str = "") -> Span | None:
    """The lowest and the highest of the tickets that begin like `raw`, or None when no ticket does.

    `agency`: whose tickets; `raw` must begin with its letters too. "": of the codes of any agency's tickets, such as
    "7K30-0000" and "7K3Z-ZZZZ" for "7k3".
    """
    squeezed, prefix = squeeze(raw), agency.translate(_UPPER)
    if not squeezed.startswith(prefix) or not (span := _span(squeezed[len(prefix) :], TICKET_CHARS)):
        return None
    lowest, highest = (_spell_ticket(prefix, code).removeprefix("-") for code in span)
    return lowest, highest


def tail_span(raw: str) -> Span | None:
    """The same of the last four characters of tickets."""
    return _span(squeeze(raw), TICKET_CHARS // 2)


def new_pin() -> str:
    """A new PIN of 80 random bits, such as "4TQ8 M2VX 7RHC P9ZD"."""
    return pin_from(secrets.token_bytes(_PIN_BYTES))


def pin_from(seed: bytes) -> str:
    """The PIN that belongs to `seed`: secret, uniformly random, at least 10 bytes (else ValueError).

    Only its first 80 bits count.
    """
    if len(seed) < _PIN_BYTES:
        raise ValueError("a PIN needs a seed of 10 bytes")
    bits = int.from_bytes(seed[:_PIN_BYTES], "big")
    chars = "".join(ALPHABET[bits >> 5 * at & 31] for at in range(PIN_CHARS))
    return " ".join(chars[at : at + 4] for at in range(0, PIN_CHARS, 4))


def parse_pin(raw: str) -> str | None:
    """The PIN's 16 characters without spaces (what keys are derived from), or None when malformed."""
    return _code(squeeze(raw), PIN_CHARS)


def new_recovery_codes(n: int = 10) -> list[str]:
    """`n` different one-time codes of 50 random bits, such as "7K3M9-QXT2B"."""
    codes: set[str] = set()
    while len(codes) < n:
        codes.add(f"{_random(5)}-{_random(5)}")
    return list(codes)


def hash_recovery_code(raw: str) -> bytes:
    """32 bytes to keep, or to compare with those kept, in place of a recovery code.

    50 bits behind a fast hash could be searched, so this is as slow as a password. Malformed input takes
    as long as a code and gives the hash of no code.
    """
    return derive(_code(squeeze(raw), RECOVERY_CHARS) or "", _RECOVERY_SALT)


def _random(count: int) -> str:
    return "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(count))  # 32 characters: each as likely


def _spell_ticket(prefix: str, code: str) -> str:
    return f"{prefix}-{code[:4]}-{code[4:]}"


def squeeze(raw: str) -> str:
    """`raw` without spaces, dashes and invisible characters, ASCII letters in upper case.

    Full-width and other compatibility forms become plain. Text too long to be a code becomes "" at once,
    because normalising takes time quadratic in the length of what a stranger may send.
    """
    raw = raw.strip()
    if len(raw) > _LONGEST_INPUT:
        return ""
    plain = unicodedata.normalize("NFKC", raw).translate(_UPPER)
    return "".join(char for char in plain if not _is_separator(char))


def _is_separator(char: str) -> bool:
    minus_sign = "\u2212"  # a dash to the eye, a mathematical symbol to Unicode
    return char.isspace() or char == minus_sign or unicodedata.category(char) in ("Pd", "Cf")


def _code(squeezed: str, length: int) -> str | None:
    """`squeezed` as exactly `length` characters of ALPHABET, or None."""
    code = squeezed.translate(_LOOKALIKES)
    return code if len(code) == length and all(char in ALPHABET for char in code) else None


def _span(squeezed: str, length: int) -> Span | None:
    """The lowest and the highest code of this length that begin so."""
    begun = _code(squeezed, len(squeezed))
    if not begun or len(begun) > length:
        return None
    return begun.ljust(length, ALPHABET[0]), begun.ljust(length, ALPHABET[-1])


def _remainder(prefix: str, code: str) -> int:
    """0 for a valid ticket; with "0" in the check character's place, the check character's value.

    The symbols are the coefficients of a polynomial over GF(32) = GF(2)[x] / (x^5 + x^2 + 1), evaluated
    at x. The powers of x up to 30 are all different and none is 0, so in up to 31 symbols changing one,
    or exchanging two unequal ones, always changes the sum. In the prefix a letter counts as its place
    in the alphabet and a digit as its code's last five bits: two letters, or two digits, never coincide,
    while a digit and a letter may (0 and P up to 9 and Y).
    """
    total = 0
    for value in [ord(char) & 31 for char in prefix] + [ALPHABET.index(char) for char in code]:
        total <<= 1
        if total & 32:
            total ^= 0b100101
        total ^= value
    return total
