"""An agency's recovery key, kept on paper only: three SLIP-39 word shares, any two restore it."""

from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from wbs_app.vault.keypairs import KeyPair

SHARE_WORDS = 33  # what SLIP-39 needs for 32 bytes

_NEEDED, _MADE = 2, 3
# The cost of SLIP-39's passphrase, which stays empty here. A share asking for more is not ours, and
# could ask for hours.
_ITERATION_EXPONENT = 1


class BadShares(ValueError):
    """Shares that restore nothing. The message says why in one line and repeats no word of a share."""


def new_recovery() -> tuple[bytes, tuple[str, str, str]]:
    """A new recovery public key (32 bytes) and its three shares of 33 English words.

    The private key is in no other place than in any two of the shares.
    """
    pair = KeyPair.new()
    groups = generate_mnemonics(1, [(_NEEDED, _MADE)], pair.private, iteration_exponent=_ITERATION_EXPONENT)
    first, second, third = groups[0]
    return pair.public, (first, second, third)


def restore(shares: Sequence[str]) -> bytes:
    """The private key (32 bytes) from two or three shares, in any order, case and spacing.

    Raises BadShares. Shares of another set restore another key, so compare its public half with the
    agency's.
    """
    read = {share.index: share for share in map(_read, range(1, len(shares) + 1), shares)}
    if len(read) < _NEEDED:
        raise BadShares("two different shares are needed")
    if len({share.group_parameters() for share in read.values()}) > 1:
        raise BadShares("the shares do not belong to the same set")
    try:
        return combine_mnemonics([share.mnemonic() for share in list(read.values())[:_NEEDED]])
    except MnemonicError:
        raise BadShares("the shares do not belong together") from None


def _read(number: int, text: str) -> Share:
    """Share `number` (counted from 1, for the message), its words checked by its own checksum."""
    words = text.split()
    if len(words) != SHARE_WORDS:
        raise BadShares(f"share {number} has {len(words)} words instead of {SHARE_WORDS}")
    try:
        share = Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise BadShares(f"share {number} has a wrong word or words in the wrong order") from None
    kind = (share.iteration_exponent, share.group_count, share.member_threshold)
    if kind != (_ITERATION_EXPONENT, 1, _NEEDED):
        raise BadShares(f"share {number} is not a recovery share of this system")
    return share
