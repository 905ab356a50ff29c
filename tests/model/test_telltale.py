"""A story that seems to say who tells it, and one that does not."""

import pytest

from wbs_app.model.telltale import tells


@pytest.mark.parametrize(
    "inside",
    [
        "robert@contoh.id",
        "0812 3456 7890",
        "081234567890",
        "0812-3456-789",
        "0812.3456.7890",
        "+62 812 3456 7890",
        "6281234567890",
        "198507122010011003",
        "19850712 201001 1 003",
        "200102032024122001",
        "5171010107850003",
        "5371054107900002",
    ],
)
def test_what_points_to_a_person_is_seen(inside: str) -> None:
    assert tells(f"Hubungi saya di {inside}, sore hari.")
    assert tells(inside)


@pytest.mark.parametrize(
    "story",
    [
        "korupsi pengadaan server senilai 1M",
        "Rp 628.000.000.000 dan Rp62.812.345.678",
        "Nilai 6.281.234.567.890 rupiah",
        "Nomor kontrak 027/1123/DISKOMINFOS/2024 tanggal 11-11-2024",
        "Rekening BNI 0123456789, SP2D 00812/LS/2024",
        "pukul 08.00 sampai 08.12 di ruang 812",
        "@inspektorat",
        "1234567890123456",
        "0" * 20_000,
        "a" * 20_000,
        "12345" * 4_000,
    ],
)
def test_ordinary_words_and_amounts_are_left_alone(story: str) -> None:
    assert not tells(story)
