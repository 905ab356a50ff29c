"""Slow keys from what people remember or write down: Argon2id."""

import unicodedata

from nacl import bindings
from nacl.pwhash import argon2id

SALT_BYTES = argon2id.SALTBYTES

# OWASP Password Storage Cheat Sheet: 19 MiB of memory, two passes, one lane (libsodium's only choice).
# Changing either figure locks every existing secret out.
_MEMORY_BYTES = 19 * 1024 * 1024
_PASSES = 2
# Normalising takes time quadratic in the length of hostile text. Nobody types a secret this long on two
# different keyboards, which is all that normalising is for.
_LONGEST_NORMALISED = 1024


def new_salt() -> bytes:
    """16 random bytes; a fresh salt for each secret."""
    return bindings.randombytes(SALT_BYTES)


def derive(secret: str, salt: bytes) -> bytes:
    """A 32 byte key from `secret` (any text) and `salt` (16 bytes, else ValueError).

    Takes some tens of milliseconds and 19 MiB. The secret is NFKC-normalised, so that it is the same
    secret from every keyboard.
    """
    if len(secret) <= _LONGEST_NORMALISED:
        secret = unicodedata.normalize("NFKC", secret)
    typed = secret.encode("utf-8", "surrogatepass")
    return argon2id.kdf(32, typed, salt, opslimit=_PASSES, memlimit=_MEMORY_BYTES)
