"""What a tab keeps: worth nothing on another device, for another purpose, or too late."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbs_app.vault.sealing import new_key
from wbs_app.vault.tabs import open_from_tab, seal_for_tab

SECRET = new_key()
NOW = 1_700_000_000.0
DRAFT = {"name": "Pelapor \ud800\0\U0001f600", "steps": [1, 2.5, None, True]}
any_text = st.text(st.characters(exclude_categories=()), max_size=400)


def kept(value: object = DRAFT, ttl: int = 60) -> str:
    return seal_for_tab(SECRET, "device-1", "draft", value, ttl, NOW)


def test_the_same_device_and_purpose_get_it_back() -> None:
    assert open_from_tab(SECRET, "device-1", "draft", kept(), NOW + 59.9) == DRAFT


@given(any_text, st.one_of(any_text, st.lists(any_text, max_size=4), st.integers(), st.booleans()))
@settings(max_examples=40, deadline=None)
def test_any_value_and_any_cookie_come_back(device: str, value: object) -> None:
    text = seal_for_tab(SECRET, device + "x", "draft", value, 60, NOW)
    assert open_from_tab(SECRET, device + "x", "draft", text, NOW) == value


@pytest.mark.parametrize(
    ("secret", "device", "purpose", "now"),
    [
        (bytes(32), "device-1", "draft", NOW),
        (SECRET, "device-2", "draft", NOW),
        (SECRET, "device-1\0", "draft", NOW),
        (SECRET, "", "draft", NOW),
        (SECRET, "\ud800", "draft", NOW),
        (SECRET, "device-1", "receipt", NOW),
        (SECRET, "device-1", "draft\0", NOW),
        (SECRET, "device-1", "draft", NOW + 60),
        (SECRET, "device-1", "draft", NOW + 1e9),
    ],
    ids=["secret", "device", "longer-device", "no-device", "odd-device", "purpose", "nul", "late", "years"],
)
def test_anything_else_gets_nothing(secret: bytes, device: str, purpose: str, now: float) -> None:
    assert open_from_tab(secret, device, purpose, kept(), now) is None


@given(any_text)
@settings(max_examples=40, deadline=None)
def test_garbage_gets_nothing(text: str) -> None:
    assert open_from_tab(SECRET, "device-1", "draft", text, NOW) is None


def test_every_changed_character_is_noticed() -> None:
    text = kept("x")
    for at, char in enumerate(text):
        other = "A" if char != "A" else "B"
        for wrong in (text[:at] + other + text[at + 1 :], text[:at], text[:at] + "!" + text[at:]):
            assert open_from_tab(SECRET, "device-1", "draft", wrong, NOW) is None


def test_the_tab_cannot_read_it_nor_guess_its_length() -> None:
    text = kept("short")
    assert text == base64.urlsafe_b64encode(base64.urlsafe_b64decode(text)).decode()
    assert len(text) == len(kept("a somewhat longer text"))
    assert b"short" not in base64.urlsafe_b64decode(text)
    assert text != kept("short")


def test_nothing_is_bound_to_no_device() -> None:
    with pytest.raises(ValueError, match="device"):
        seal_for_tab(SECRET, "", "draft", DRAFT, 60, NOW)


CARELESS = {"no secret": (b"", "draft"), "no purpose": (SECRET, ""), "a long purpose": (SECRET, "x" * 17)}


@pytest.mark.parametrize(("secret", "purpose"), list(CARELESS.values()), ids=list(CARELESS))
def test_a_careless_caller_is_told(secret: bytes, purpose: str) -> None:
    with pytest.raises(ValueError, match=r"purpose|person"):
        seal_for_tab(secret, "device-1", purpose, DRAFT, 60, NOW)
    with pytest.raises(ValueError, match=r"purpose|person"):
        open_from_tab(secret, "device-1", purpose, kept(), NOW)
