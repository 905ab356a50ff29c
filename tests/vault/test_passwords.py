"""Slow keys: the same for the same secret and salt for ever, and different otherwise."""

import time

import pytest

from wbs_app.vault.passwords import SALT_BYTES, derive, new_salt

SALT = bytes(range(16))


def test_the_figures_never_change_unnoticed() -> None:
    """Made by another Argon2id implementation with 19456 KiB, two passes, one lane, 32 bytes."""
    assert (
        derive("rahasia \u03a9 2026", SALT).hex() == "b34997d846a5093c3a2c10691e7072934c1e7dc89481cf17c315dc033b28acfd"
    )


def test_one_secret_from_every_keyboard() -> None:
    composed, decomposed, full_width = "caf\u00e91", "cafe\u03011", "\uff43\uff41\uff46\u00e9\uff11"
    assert derive(composed, SALT) == derive(decomposed, SALT) == derive(full_width, SALT)


def test_secret_and_salt_both_matter() -> None:
    keys = [derive("rahasia", SALT), derive("Rahasia", SALT), derive("rahasia", new_salt()), derive("", SALT)]
    assert len(set(keys)) == 4
    assert {len(key) for key in keys} == {32}


def test_odd_text_is_a_secret_like_any_other() -> None:
    keys = {derive(secret, SALT) for secret in ("\ud800", "\udc00", "\0", "\0\0", "\U0001f600")}
    assert len(keys) == 5


def test_hostile_length_costs_no_more() -> None:
    # Normalising this run of combining marks would take minutes.
    marks = "A" + "\u0301\u0316" * 200_000
    start = time.perf_counter()
    assert derive(marks, SALT) != derive(marks + "x", SALT)
    assert time.perf_counter() - start < 2


def test_salts_are_fresh_and_of_one_length() -> None:
    salts = {new_salt() for _ in range(20)}
    assert len(salts) == 20
    assert {len(salt) for salt in salts} == {SALT_BYTES}


@pytest.mark.parametrize("salt", [b"", bytes(15), bytes(17)])
def test_a_salt_of_wrong_length_is_refused(salt: bytes) -> None:
    with pytest.raises(ValueError, match="salt"):
        derive("rahasia", salt)
