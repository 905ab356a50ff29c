"""Tickets, PINs and recovery codes: forgiving to people, strict about mistakes, deaf to nonsense."""

import string
import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbs_app.vault import codes

agencies = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)
any_text = st.text(st.characters(exclude_categories=()), max_size=120)
TYPED_AS = {"0": "0oO", "1": "1iIlL"}
GAPS = ["", " ", "-", "  ", "\u2013", "\u2011", "\u2212", "\u00a0", "\u200b", "\t"]


# How one character is typed: which of its variants, and the gap after it.
habits = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(GAPS)), min_size=16, max_size=16)


def as_typed(written: str, habit: list[tuple[int, str]]) -> str:
    """`written` as a hurried person may type it: any case, look-alikes and gaps."""
    variants = (TYPED_AS.get(char, char.lower() + char) for char in written)
    return "".join(among[pick % len(among)] + gap for among, (pick, gap) in zip(variants, habit, strict=False))


def swap(text: str, i: int, j: int) -> str:
    chars = list(text)
    chars[i], chars[j] = chars[j], chars[i]
    return "".join(chars)


def test_a_ticket_shows_its_agency_and_two_groups_of_four() -> None:
    ticket = codes.new_ticket("bali")
    prefix, *groups = ticket.split("-")
    assert prefix == "BALI"
    assert [len(group) for group in groups] == [4, 4]
    assert set("".join(groups)) <= set(codes.ALPHABET)


@pytest.mark.parametrize("agency", ["", "a" * 13, "bali-1", "ba li", "b\u00e4li", "bali\n", "\u0131ll"])
def test_an_agency_that_cannot_be_read_back_gets_no_ticket(agency: str) -> None:
    with pytest.raises(ValueError, match="agency code"):
        codes.new_ticket(agency)


@given(agencies, st.sampled_from(GAPS), habits)
@settings(max_examples=30, deadline=None)
def test_a_ticket_is_understood_however_it_is_typed(agency: str, gap: str, habit: list[tuple[int, str]]) -> None:
    ticket = codes.new_ticket(agency)
    _, first, second = ticket.split("-")
    assert codes.parse_ticket(f" {agency}{gap}{as_typed(first + second, habit)}") == ticket


def test_the_agency_part_keeps_its_own_letters() -> None:
    ticket = codes.new_ticket("oil")
    assert ticket.startswith("OIL-")
    assert codes.parse_ticket(ticket.replace("-", "").lower()) == ticket


@given(agencies, agencies, st.integers(1, 8), habits)
@settings(max_examples=40, deadline=None)
def test_each_beginning_of_a_ticket_spans_it(agency: str, other: str, size: int, habit: list[tuple[int, str]]) -> None:
    """However the beginning is typed, the span has the ticket, and only what begins alike."""
    ticket, another = codes.new_ticket(agency), codes.new_ticket(other)
    typed = as_typed(ticket[-9:].replace("-", "")[:size], habit)
    tail = as_typed(ticket[-4:][:size], habit)
    for one in (ticket, another):
        code = one[-9:]
        begins = code.replace("-", "").startswith(ticket[-9:].replace("-", "")[:size])
        for span, of in ((codes.ticket_span(typed), code), (codes.ticket_span(agency + typed, agency), one)):
            assert span and len(span[0]) == len(span[1])
            alike = of is code or (len(one) == len(span[0]) and one.startswith(agency.upper()))
            assert (span[0] <= of <= span[1]) == (begins and alike)
        low, high = codes.tail_span(tail) or ("", "")
        assert (low <= one[-4:] <= high) == one[-4:].startswith(ticket[-4:][:size])


@pytest.mark.parametrize("typed", ["", " - ", "U", "7U", "7K3M9QXTZ", "%", "7*", "\ufb03" * 40])
def test_what_begins_no_ticket_has_no_span(typed: str) -> None:
    assert codes.ticket_span(typed) is codes.tail_span(typed) is codes.ticket_span("bali" + typed, "bali") is None
    assert codes.ticket_span("ntt7k", "bali") is None


@given(any_text)
def test_any_text_spans_something_or_nothing(typed: str) -> None:
    for span in (codes.ticket_span(typed), codes.ticket_span(typed, "b"), codes.tail_span(typed)):
        assert span is None or span[0] <= span[1]


@given(agencies)
@settings(max_examples=15, deadline=None)
def test_every_single_wrong_character_is_noticed(agency: str) -> None:
    ticket = codes.new_ticket(agency)
    code_from = len(ticket) - len("XXXX-XXXX")
    for at, char in enumerate(ticket):
        if char == "-":
            continue
        alike = string.ascii_uppercase if char.isalpha() else string.digits
        for other in set(codes.ALPHABET if at >= code_from else alike) - {char}:
            assert codes.parse_ticket(ticket[:at] + other + ticket[at + 1 :]) is None


@given(agencies)
@settings(max_examples=15, deadline=None)
def test_every_exchange_of_two_code_characters_is_noticed(agency: str) -> None:
    prefix, first, second = codes.new_ticket(agency).split("-")
    code = first + second
    for i, j in combinations(range(len(code)), 2):
        if code[i] != code[j]:
            assert codes.parse_ticket(prefix + swap(code, i, j)) is None


def test_the_check_character_takes_every_value() -> None:
    assert {codes.new_ticket("ntt")[-1] for _ in range(2000)} == set(codes.ALPHABET)


@given(habits)
@settings(max_examples=30, deadline=None)
def test_a_pin_is_understood_however_it_is_typed(habit: list[tuple[int, str]]) -> None:
    pin = codes.new_pin()
    assert [len(group) for group in pin.split(" ")] == [4, 4, 4, 4]
    canonical = pin.replace(" ", "")
    assert codes.parse_pin(as_typed(canonical, habit)) == canonical


def test_a_pin_in_full_width_letters_is_understood() -> None:
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in "4TQ8m2vx7rhcp9zd")
    assert codes.parse_pin(full_width) == "4TQ8M2VX7RHCP9ZD"


def test_a_seed_has_one_pin_and_each_of_its_first_80_bits_counts() -> None:
    seed = bytes(range(10))
    flipped = [(int.from_bytes(seed, "big") ^ 1 << bit).to_bytes(10, "big") for bit in range(80)]
    pins = {codes.pin_from(other) for other in [seed, *flipped]}
    assert len(pins) == 81
    assert all(codes.parse_pin(pin) == pin.replace(" ", "") for pin in pins)
    assert codes.pin_from(seed + b"more") == codes.pin_from(seed)


def test_a_short_seed_makes_no_weak_pin() -> None:
    with pytest.raises(ValueError, match="10 bytes"):
        codes.pin_from(bytes(9))


@pytest.mark.parametrize("raw", ["", "4TQ8 M2VX 7RHC P9Z", "4TQ8 M2VX 7RHC P9ZDD", "UTQ8 M2VX 7RHC P9ZD"])
def test_a_pin_of_wrong_length_or_letters_is_refused(raw: str) -> None:
    assert codes.parse_pin(raw) is None


@given(any_text)
@settings(deadline=None)
def test_no_text_upsets_the_readers(raw: str) -> None:
    ticket, pin = codes.parse_ticket(raw), codes.parse_pin(raw)
    assert ticket is None or codes.parse_ticket(ticket) == ticket
    assert pin is None or codes.parse_pin(pin) == pin


@pytest.mark.parametrize("raw", ["\0" * 16, "4TQ8M2VX7RHCP9Z\0", "\U0001f600" * 16, "\ud800" * 16, "BALI-"])
def test_odd_characters_are_simply_not_a_code(raw: str) -> None:
    assert codes.parse_ticket(raw) is None
    assert codes.parse_pin(raw) is None


def test_huge_and_hostile_texts_are_refused_at_once() -> None:
    # A run of combining marks is what makes normalising quadratic: minutes, were it tried.
    texts = ["A" * 50_000, " " * 50_000 + "-", "A" + "\u0301\u0316" * 200_000]
    start = time.perf_counter()
    assert [codes.parse_ticket(text) or codes.parse_pin(text) for text in texts] == [None] * 3
    assert time.perf_counter() - start < 1


def test_recovery_codes_are_different_and_readable() -> None:
    made = codes.new_recovery_codes()
    assert len(set(made)) == 10
    assert all([len(half) for half in code.split("-")] == [5, 5] for code in made)
    assert set("".join(made)) <= set(codes.ALPHABET + "-")
    assert len(codes.new_recovery_codes(3)) == 3


def test_a_recovery_code_has_one_hash_however_it_is_typed() -> None:
    kept = codes.hash_recovery_code("0A1B2-C3D4E")
    assert len(kept) == 32
    assert codes.hash_recovery_code(" oaIb2 c3d4e ") == kept
    assert codes.hash_recovery_code("0A1B2-C3D4F") != kept


def test_nonsense_has_the_hash_of_no_recovery_code() -> None:
    hashes = {codes.hash_recovery_code(raw) for raw in ("", "\0", "\ud800", "0A1B2-C3D4", "x" * 50_000)}
    assert len(hashes) == 1
    assert codes.hash_recovery_code("00000-00000") not in hashes
