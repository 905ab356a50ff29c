"""X25519 key pairs: anyone may seal a key to a person, only that person opens it."""

from dataclasses import dataclass, field

from nacl import bindings
from nacl.exceptions import CryptoError

from wbs_app.vault.sealing import Tampered


@dataclass(frozen=True)
class KeyPair:
    """32 bytes each. The private half stays out of `repr`, hence out of logs and tracebacks."""

    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "KeyPair":
        return cls(*bindings.crypto_box_keypair())


def public_of(private: bytes) -> bytes:
    """The public half (32 bytes) of a private one."""
    return bindings.crypto_scalarmult_base(private)


def seal_to(public: bytes, key: bytes) -> bytes:
    """`key` in a libsodium sealed box for the owner of `public` (32 bytes, else ValueError).

    The box is 48 bytes longer than `key`, and says neither whom it is for nor who made it.
    """
    return bindings.crypto_box_seal(key, public)


def open_sealed(private: bytes, sealed: bytes) -> bytes:
    """What was sealed to the public half of `private`; Tampered when it was not, or is not whole."""
    try:
        return bindings.crypto_box_seal_open(sealed, public_of(private), private)
    except CryptoError:
        raise Tampered from None
