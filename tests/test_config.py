"""What the environment may say: wrong values are refused in one line that names the variable and not its value."""

from collections.abc import Callable

import pytest

from wbs_app.config import Settings, Unusable

SettingsFor = Callable[..., Settings]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("agencies", "papua"),
        ("agencies", "BALI"),
        ("agencies", "../../etc"),
        ("agencies", ","),
        ("database_url", "mysql://rahasia"),
        ("database_url", "postgresql://h:rahasia/wbs"),
        ("database_url", "postgresql+psycopg://:"),
        ("redis_url", "rahasia"),
        ("redis_url", "redis://h:rahasia"),
        ("redis_url", "redis://h?db=rahasia"),
        ("evidence_url", "rahasia"),
        ("evidence_url", "ftp://rahasia"),
        ("evidence_url", "s3://"),
        ("evidence_url", "file://rahasia"),
        ("clamd_url", "tcp://[rahasia"),
        ("clamd_url", "tcp://h:99999"),
        ("public_url", "rahasia.go.id"),
        ("public_url", "https://"),
        ("public_url", "https://["),
        ("public_url", "https://wbs.go.id/rahasia"),
        ("public_url", "https://ida:rahasia@wbs.go.id"),
        ("public_url", "https://wbs.go.id:rahasia"),
        ("secret", "rahasia"),
        ("secret", "zz" * 32),
        ("port", "rahasia"),
        ("relaxed_2fa", "rahasia"),
    ],
)
def test_what_cannot_be_is_refused_by_name(settings_for: SettingsFor, name: str, value: str) -> None:
    with pytest.raises(Unusable) as refused:
        settings_for(**{name: value})
    said = str(refused.value)
    assert said.startswith(f"WBS_{name.upper()} ")
    assert "rahasia" not in said and "\n" not in said


def test_an_agency_counts_once(settings_for: SettingsFor) -> None:
    assert settings_for(agencies=" ntt, bali,ntt,").agencies == ("ntt", "bali")


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({"public_url": "HTTPS://Wbs.Contoh.go.id/"}, "https://wbs.contoh.go.id"),
        ({"public_url": "https://wbs.contoh.go.id:443"}, "https://wbs.contoh.go.id"),
        ({"public_url": "https://wbs.contoh.go.id:8443"}, "https://wbs.contoh.go.id:8443"),
        ({"host": "::1", "port": "3100"}, "http://[::1]:3100"),
        ({"port": "80"}, "http://127.0.0.1"),
        ({}, "http://127.0.0.1:3000"),
    ],
)
def test_the_address_is_what_a_browser_says_in_origin(
    settings_for: SettingsFor, given: dict[str, str], origin: str
) -> None:
    chosen = settings_for(**given)
    assert chosen.origin == origin
    assert origin in chosen.origins


def test_this_machine_has_several_names_and_a_site_one(settings_for: SettingsFor) -> None:
    assert settings_for(port="3100").origins == {
        "http://127.0.0.1:3100",
        "http://localhost:3100",
        "http://[::1]:3100",
    }
    assert settings_for(public_url="https://wbs.go.id").origins == {"https://wbs.go.id"}
