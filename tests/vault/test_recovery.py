"""The recovery key on paper: any two of the three shares, and nothing less."""

from itertools import permutations

import pytest
from shamir_mnemonic import generate_mnemonics

from wbs_app.vault.keypairs import open_sealed, seal_to
from wbs_app.vault.recovery import SHARE_WORDS, BadShares, new_recovery, restore
from wbs_app.vault.sealing import new_key

PUBLIC, SHARES = new_recovery()


@pytest.mark.parametrize("order", [*permutations(range(3), 2), (0, 1, 2), (2, 0, 1), (1, 1, 2)])
def test_any_two_or_all_three_open_what_was_sealed_to_the_agency(order: tuple[int, ...]) -> None:
    key = new_key()
    private = restore([SHARES[number] for number in order])
    assert open_sealed(private, seal_to(PUBLIC, key)) == key


def test_case_and_spacing_are_forgiven() -> None:
    first = "\n  ".join(SHARES[0].upper().split())
    assert restore([f"\t{first} ", SHARES[1].title()]) == restore(SHARES)


def test_each_set_is_new() -> None:
    other_public, other_shares = new_recovery()
    assert other_public != PUBLIC
    assert not set(other_shares) & set(SHARES)
    assert {len(share.split()) for share in SHARES} == {SHARE_WORDS}


@pytest.mark.parametrize("shares", [[], SHARES[:1], [SHARES[0], SHARES[0]], [SHARES[2], SHARES[2].upper()]])
def test_one_share_is_not_enough(shares: list[str]) -> None:
    with pytest.raises(BadShares, match="two different shares"):
        restore(shares)


def test_a_mistyped_word_is_blamed_on_its_share_and_not_repeated() -> None:
    words = SHARES[1].split()
    swapped = [words[0], *reversed(words[1:])]
    for wrong in ([*words[:-1], "korupsi"], swapped):
        with pytest.raises(BadShares, match=r"^share 2 has a wrong word") as caught:
            restore([SHARES[0], " ".join(wrong)])
        assert not set(wrong) & (set(str(caught.value).split()) - {"wrong", "has", "order"})


@pytest.mark.parametrize("garbage", ["", "\0", "\ud800", "academic", SHARES[0] + " academic", "a " * 50_000])
def test_garbage_is_refused_by_its_length(garbage: str) -> None:
    with pytest.raises(BadShares, match=r"^share 1 has \d+ words instead of 33$"):
        restore([garbage, SHARES[1]])


def test_shares_of_two_sets_do_not_mix() -> None:
    _, others = new_recovery()
    for mixed in ([SHARES[0], others[1]], [SHARES[0], SHARES[1], others[2]]):
        with pytest.raises(BadShares, match="same set"):
            restore(mixed)


def test_shares_made_for_something_else_are_refused() -> None:
    three_of_five = generate_mnemonics(1, [(3, 5)], bytes(32))[0][:3]
    of_two_groups = generate_mnemonics(2, [(2, 2), (2, 2)], bytes(32))[0]
    for shares in (three_of_five, of_two_groups):
        with pytest.raises(BadShares, match="not a recovery share of this system"):
            restore(shares)
