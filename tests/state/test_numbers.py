"""Numbers that come from outside."""

import pytest

from wbs_app.state.numbers import number_of


@pytest.mark.parametrize("typed", ["", "-1", "+1", "1.0", " 1", "1_0", "²", "١", "１", "satu", "9" * 10, "9" * 5000])
def test_what_is_no_number_of_ours(typed: str) -> None:
    assert number_of(typed) == 0
    assert number_of(typed, otherwise=-1) == -1


def test_numbers_of_ours() -> None:
    assert [number_of(typed) for typed in ("0", "7", "007", "999999999")] == [0, 7, 7, 999_999_999]
