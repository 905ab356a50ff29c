"""Keys sealed to a person: only the private half opens them."""

import pytest

from wbs_app.vault.keypairs import KeyPair, open_sealed, seal_to
from wbs_app.vault.sealing import Tampered, new_key


def test_the_owner_opens_what_is_sealed_to_them() -> None:
    pair, key = KeyPair.new(), new_key()
    sealed = seal_to(pair.public, key)
    assert open_sealed(pair.private, sealed) == key
    assert len(sealed) == len(key) + 48
    assert key not in sealed
    assert seal_to(pair.public, key) != sealed


def test_nobody_else_opens_it() -> None:
    pair = KeyPair.new()
    sealed = seal_to(pair.public, new_key())
    for private in (KeyPair.new().private, pair.public, b"", bytes(31), bytes(32)):
        with pytest.raises(Tampered):
            open_sealed(private, sealed)


def test_every_changed_or_missing_byte_is_noticed() -> None:
    pair = KeyPair.new()
    sealed = seal_to(pair.public, new_key())
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        for wrong in (bytes(changed), sealed[:at]):
            with pytest.raises(Tampered):
                open_sealed(pair.private, wrong)
    with pytest.raises(Tampered):
        open_sealed(pair.private, sealed + b"\0")


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(33)])
def test_a_malformed_public_key_receives_nothing(public: bytes) -> None:
    with pytest.raises(ValueError, match="public key"):
        seal_to(public, new_key())


def test_the_private_half_never_prints() -> None:
    pair = KeyPair.new()
    assert repr(pair.public) in repr(pair)
    assert repr(pair.private) not in repr(pair)
    assert "private" not in repr(pair)
