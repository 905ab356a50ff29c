"""Which passwords may be chosen, and what a password opens."""

import pytest

from wbs_app.model.tables import Staff
from wbs_app.services import credentials
from wbs_app.services.credentials import password_problem


@pytest.mark.parametrize(
    "password",
    [
        "kuda besi melompat tinggi",
        "xK9#mP2$vL5qr",
        "tujuh belas kelinci",
        "ayam-goreng-lalapan",
        "ß" * 3 + "pohon mangga",
    ],
)
def test_a_good_password(password: str) -> None:
    assert password_problem(password, "budi") is None


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", "auth.password_short"),
        ("elevenchars", "auth.password_short"),
        ("ab cd ef" * 126, "auth.password_long"),
        ("aaaaaaaaaaaa", "auth.password_obvious"),
        ("123456789012", "auth.password_obvious"),
        ("987654321098", "auth.password_obvious"),
        ("qwertyuiop123", "auth.password_obvious"),
        ("QwertyuiopASDF", "auth.password_obvious"),
        ("abcdefghijklm", "auth.password_obvious"),
        ("aaaabbbbcccc", "auth.password_obvious"),
        ("x7Kqx7Kqx7Kqx7", "auth.password_obvious"),
        ("password2024", "auth.password_obvious"),
        ("passwordpassword", "auth.password_obvious"),
        ("KataSandi!2024", "auth.password_obvious"),
        ("budi.santoso", "auth.password_obvious"),
        ("Budi.Santoso1965", "auth.password_obvious"),
        (" " * 12, "auth.password_obvious"),
    ],
)
def test_a_password_that_may_not_be_chosen(password: str, problem: str) -> None:
    assert password_problem(password, "budi.santoso") == problem


async def test_what_a_password_opens() -> None:
    values = await credentials.first(7, "kuda besi melompat tinggi")
    staff = Staff(id=7, username="budi", name="Budi", role="intake", agencies="bali")
    staff.sqlmodel_update(values)
    unlocked = await credentials.unlock(staff, "kuda besi melompat tinggi")
    assert unlocked is not None
    assert len(unlocked.private_key) == 32
    assert unlocked.private_key.hex() not in repr(unlocked)
    assert await credentials.unlock(staff, "kuda besi melompat rendah") is None
    assert await credentials.unlock(None, "kuda besi melompat tinggi") is None
    staff.active = False
    assert await credentials.unlock(staff, "kuda besi melompat tinggi") is None
    staff.active, staff.id = True, 8
    assert await credentials.unlock(staff, "kuda besi melompat tinggi") is None
