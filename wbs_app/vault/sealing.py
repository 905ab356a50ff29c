"""Sealed blobs: secret, unchangeable, bound to one place and telling little of their length.

A blob is: format version (1 byte), nonce (24), XChaCha20-Poly1305 ciphertext and tag (16). Inside stand
the length of the plaintext (8 bytes, big-endian), the plaintext, and zeros up to a size class: 256 B,
1 KiB, 4 KiB, 16 KiB, 64 KiB, then every multiple of 64 KiB. The length field counts towards the class.
"""

import json
from dataclasses import dataclass
from typing import Any

from nacl import bindings
from nacl.exceptions import CryptoError

KEY_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_KEYBYTES

_FORMAT = b"\x01"
_NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_TAG_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES
_LENGTH_BYTES = 8
_SMALL_CLASSES = (256, 1024, 4096, 16384)
_LARGE_STEP = 65536


class Tampered(Exception):
    """Sealed bytes that do not open: changed, cut, moved from their place, or not meant for this key.

    One exception for every reason, so that it tells an attacker nothing.
    """


@dataclass(frozen=True)
class Place:
    """Where a blob belongs; it opens nowhere else. `version` is that of the key it is sealed with."""

    table: str
    row: str
    column: str
    version: int = 1

    def encoded(self) -> bytes:
        """The same bytes for equal places only: each part is preceded by its length (4 bytes)."""
        parts = (self.table, self.row, self.column, str(self.version))
        return b"".join(_with_length(part.encode("utf-8", "surrogatepass")) for part in parts)


def new_key() -> bytes:
    """32 random bytes."""
    return bindings.randombytes(KEY_BYTES)


def seal(key: bytes, plain: bytes, place: Place) -> bytes:
    """`plain` sealed for `place` under `key` (32 bytes, else ValueError)."""
    if len(key) != KEY_BYTES:
        raise ValueError("a key is 32 bytes")
    nonce = bindings.randombytes(_NONCE_BYTES)
    box = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(_pad(plain), _FORMAT + place.encoded(), nonce, key)
    return _FORMAT + nonce + box


def unseal(key: bytes, sealed: bytes, place: Place) -> bytes:
    """What `seal` was given; Tampered unless key, place and every byte are the same."""
    nonce, box = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if sealed[:1] != _FORMAT or len(box) < _TAG_BYTES:
        raise Tampered
    try:
        padded = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(box, _FORMAT + place.encoded(), nonce, key)
    except CryptoError:
        raise Tampered from None
    return _unpad(padded)


def seal_json(key: bytes, value: Any, place: Place) -> bytes:
    """`value`, anything json.dumps takes, sealed. Every text survives, lone surrogates included."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return seal(key, text.encode("utf-8", "surrogatepass"), place)


def unseal_json(key: bytes, sealed: bytes, place: Place) -> Any:
    """What `seal_json` was given; Tampered as `unseal`, or when the bytes are not JSON."""
    plain = unseal(key, sealed, place)
    try:
        return json.loads(plain.decode("utf-8", "surrogatepass"))
    except ValueError:
        raise Tampered from None


def _with_length(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part


def _pad(plain: bytes) -> bytes:
    framed = len(plain).to_bytes(_LENGTH_BYTES, "big") + plain
    fitting = (size for size in _SMALL_CLASSES if len(framed) <= size)
    whole_steps = -(-len(framed) // _LARGE_STEP) * _LARGE_STEP
    return framed.ljust(next(fitting, whole_steps), b"\0")


def _unpad(padded: bytes) -> bytes:
    end = _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES], "big")
    if not _LENGTH_BYTES <= end <= len(padded):
        raise Tampered
    return padded[_LENGTH_BYTES:end]
