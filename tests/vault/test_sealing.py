"""Sealed blobs: what a thief of the database, or someone who may write to it, can and cannot do."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbs_app.vault.sealing import KEY_BYTES, Place, Tampered, new_key, seal, seal_json, unseal, unseal_json

OVERHEAD = 1 + 24 + 16
HERE = Place("reports", "42", "account")
any_text = st.text(st.characters(exclude_categories=()), max_size=20)
places = st.builds(Place, any_text, any_text, any_text, st.integers())


@given(st.binary(max_size=2000), places)
@settings(max_examples=40, deadline=None)
def test_what_is_sealed_comes_back(plain: bytes, place: Place) -> None:
    key = new_key()
    assert unseal(key, seal(key, plain, place), place) == plain


@given(places, places)
@settings(max_examples=40, deadline=None)
def test_a_blob_opens_in_its_own_place_only(mine: Place, other: Place) -> None:
    key = new_key()
    sealed = seal(key, b"secret", mine)
    if mine == other:
        assert unseal(key, sealed, other) == b"secret"
    else:
        with pytest.raises(Tampered):
            unseal(key, sealed, other)


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("messages", "42", "account"),
        Place("reports", "43", "account"),
        Place("reports", "42", "identity"),
        Place("reports", "42", "account", version=2),
        Place("report", "s42", "account"),
        Place("reports", "42account", ""),
    ],
    ids=["table", "row", "column", "version", "shifted", "joined"],
)
def test_a_moved_blob_does_not_open(elsewhere: Place) -> None:
    key = new_key()
    with pytest.raises(Tampered):
        unseal(key, seal(key, b"secret", HERE), elsewhere)


def test_every_changed_bit_is_noticed() -> None:
    key = new_key()
    sealed = seal(key, b"secret", HERE)
    for at in range(len(sealed)):
        for bit in (0, 7):
            changed = bytearray(sealed)
            changed[at] ^= 1 << bit
            with pytest.raises(Tampered):
                unseal(key, bytes(changed), HERE)


def test_every_cut_and_every_addition_is_noticed() -> None:
    key = new_key()
    sealed = seal(key, b"secret", HERE)
    for wrong in [sealed[:end] for end in range(len(sealed))] + [sealed + b"\0", b"\1" + sealed]:
        with pytest.raises(Tampered):
            unseal(key, wrong, HERE)


@given(st.binary(max_size=400))
@settings(max_examples=40, deadline=None)
def test_garbage_is_refused(garbage: bytes) -> None:
    for sealed in (garbage, b"\x01" + garbage):
        with pytest.raises(Tampered):
            unseal(bytes(KEY_BYTES), sealed, HERE)


@pytest.mark.parametrize("key", [bytes(32), b"", bytes(31), bytes(33)])
def test_another_key_does_not_open(key: bytes) -> None:
    with pytest.raises(Tampered):
        unseal(key, seal(new_key(), b"secret", HERE), HERE)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_a_key_of_wrong_length_seals_nothing(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal(key, b"secret", HERE)


@pytest.mark.parametrize(
    ("shortest", "longest", "size"),
    [
        (0, 248, 256),
        (249, 1016, 1024),
        (1017, 4088, 4096),
        (4089, 16376, 16384),
        (16377, 65528, 65536),
        (65529, 131064, 131072),
        (131065, 196600, 196608),
    ],
)
def test_only_the_size_class_shows(shortest: int, longest: int, size: int) -> None:
    key = new_key()
    for length in (shortest, (shortest + longest) // 2, longest):
        sealed = seal(key, b"x" * length, HERE)
        assert len(sealed) == size + OVERHEAD
        assert unseal(key, sealed, HERE) == b"x" * length


def test_the_same_text_never_looks_the_same_and_never_shows() -> None:
    key = new_key()
    plain = b"korupsi pengadaan server"
    blobs = [seal(key, plain, HERE) for _ in range(20)]
    assert len({blob[25:41] for blob in blobs}) == 20
    assert not any(plain in blob or HERE.table.encode() in blob for blob in blobs)


def test_keys_are_32_fresh_bytes() -> None:
    keys = {new_key() for _ in range(20)}
    assert len(keys) == 20
    assert {len(key) for key in keys} == {KEY_BYTES}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
@settings(max_examples=40, deadline=None)
def test_any_json_comes_back_as_it_was(value: object) -> None:
    key = new_key()
    assert unseal_json(key, seal_json(key, value, HERE), HERE) == value


def test_odd_text_survives_as_json() -> None:
    key = new_key()
    odd = {"nul\0": "\ud800 \udc00\ud800 \u202e \U0001f600", "inf": math.inf}
    assert unseal_json(key, seal_json(key, odd, HERE), HERE) == odd


@pytest.mark.parametrize("plain", [b"", b"{", b"\xff\xfe", b"\xef\xbb\xbf1"])
def test_sealed_bytes_that_are_not_json_are_refused(plain: bytes) -> None:
    key = new_key()
    with pytest.raises(Tampered):
        unseal_json(key, seal(key, plain, HERE), HERE)
