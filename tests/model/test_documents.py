"""How a report reads: as the manual's summary lays it out, in both languages and for both agencies."""

from datetime import datetime
from functools import cache
from typing import Any

import pytest

from wbs_app.model.answers import Offer
from wbs_app.model.documents import (
    Document,
    Section,
    account_document,
    day_in_words,
    identity_document,
    moment_in_words,
    rupiah,
    sections,
    time_in_words,
)
from wbs_app.model.steps import FORMS, Step
from wbs_app.services import reference

ROBERT = {
    "name": "Robert",
    "include_email": "on",
    "email": "robert@gmail.com",
    "violation": "korupsi",
    "reported_0_name": "Tensu",
    "reported_0_position": "Diskominfos",
    "unit": "Dinas Komunikasi, Informatika, dan Statistik",
    "description": "korupsi pengadaan server senilai 1M",
    "address": "Kantor",
    "province": "51",
    "regency": "51.01",
    "precision": "exact",
    "date": "2024-11-11",
    "clock": "12:00",
    "truth": "on",
}
"""The example of the Bali manual."""

SIMPEG = {"kind": "simpeg", "complaint": "Data pangkat saya keliru.", "name": "Maria", "phone": "0812 3456 7890"}


@cache
def offer(agency: str) -> Offer:
    now = datetime.fromisoformat("2024-11-20T09:30")
    return Offer(
        catalogue=reference.shipped_catalogue(agency),
        provinces=reference.provinces(),
        regencies=reference.regencies(),
        today=now.date(),
        now=now,
    )


def documents(agency: str, answers: dict[str, str], kind: str = "wbs") -> tuple[Document, Document]:
    """Account and identity."""
    at = offer(agency)
    steps: dict[str, Step] = {step.slug: step.check(answers, at) for step in FORMS[kind]}
    return account_document(steps, at, at.now), identity_document(steps)


def read(agency: str, answers: dict[str, str], lang: str = "id", kind: str = "wbs") -> list[Section]:
    return sections(*documents(agency, answers, kind), lang, agency)


def rows(section: Section, part: str = "rows") -> list[tuple[str, str]]:
    return [(row["label"], row["value"]) for row in section[part]]


def test_the_manuals_summary() -> None:
    reporter, detail, place = read("bali", ROBERT)
    assert reporter["title"] == "Pelapor"
    assert rows(reporter)[:2] == [("Nama", "Robert"), ("Email", "robert@gmail.com")]
    assert detail["title"] == "Detail Laporan"
    assert rows(detail, "lead") == [("Jenis Pelanggaran", "Korupsi")]
    assert detail["people"] == [{"no": "1", "name": "Tensu", "position": "Diskominfos"}]
    assert rows(detail)[:2] == [
        ("Unit Kejadian", "Dinas Komunikasi, Informatika, dan Statistik"),
        ("Deskripsi", "korupsi pengadaan server senilai 1M"),
    ]
    assert place["title"] == "Lokasi & Waktu Kejadian"
    assert dict(rows(place)) == {
        "Alamat": "Kantor",
        "Kabupaten/Kota, Provinsi": "Kabupaten Jembrana, Bali",
        "Waktu": "11 Nov 2024 (12:00)",
        "Link Bukti": "Tidak diisi",
    }
    assert [section["slug"] for section in (reporter, detail, place)] == ["biodata", "kejadian", "lokasi-waktu"]


def test_whom_not_to_involve_is_in_the_account_and_read_where_it_was_said() -> None:
    account, identity = documents("bali", ROBERT | {"exclude": "Inspektorat Daerah"})
    assert account["incident"]["exclude"] == "Inspektorat Daerah"
    detail = next(one for one in sections(account, None, "id", "bali") if one["slug"] == "kejadian")
    assert rows(detail)[-1] == ("Jangan libatkan", "Inspektorat Daerah")
    assert "Inspektorat" not in str(identity)
    assert "Jangan libatkan" not in dict(rows(read("bali", ROBERT)[1]))
    del account["incident"]["exclude"]  # reports from before the question
    assert sections(account, None, "id", "bali")


def test_the_same_in_english() -> None:
    reporter, detail, place = read("bali", ROBERT, "en")
    assert (reporter["title"], rows(reporter)[0]) == ("Reporter", ("Name", "Robert"))
    assert rows(detail, "lead") == [("Type of violation", "Corruption")]
    assert dict(rows(place))["Time"] == "11 Nov 2024 (12:00)"
    assert ("Agrees to be contacted again", "No") in rows(reporter)


def test_another_agencys_words() -> None:
    answers = ROBERT | {"violation": "penipuan", "unit": "", "unit_elsewhere": "on", "unit_other": "SMA 1"}
    answers |= {"amount": "1.000.000.000", "contact_consent": "on", "province": "53", "regency": ""}
    reporter, detail, place = read("ntt", answers)
    assert [label for label, _ in rows(reporter)] == [
        "Nama Pelapor", "Email Pelapor", "Telepon Pelapor", "Bersedia dihubungi kembali",
    ]  # fmt: skip
    assert rows(reporter)[3][1] == "Ya"
    assert rows(detail, "lead")[0][1] == "Penipuan"
    assert ("Nominal", "Rp1.000.000.000") in rows(detail)
    assert "SMA 1" in [value for _, value in rows(detail)]
    assert "Nusa Tenggara Timur" in [value for _, value in rows(place)], "a province alone is a region too"


def test_a_service_complaint() -> None:
    reporter, complaint = read("ntt", SIMPEG, kind="service")
    assert complaint["title"] == "Pengaduan Layanan"
    assert rows(complaint)[:2] == [("Jenis Layanan", "SIMPEG"), ("Keluhan", "Data pangkat saya keliru.")]
    assert rows(reporter)[2] == ("Telepon Pelapor", "081234567890")


def test_an_anonymous_report_about_nobody_known() -> None:
    answers = {name: value for name, value in ROBERT.items() if not name.startswith(("reported", "name", "email"))}
    answers |= {"reported_unknown": "on", "violation": "lainnya", "violation_other": "Pungli", "include_email": ""}
    account, identity = documents("bali", answers)
    reporter, detail, _ = sections(account, identity, "id", "bali")
    assert rows(reporter)[:2] == [("Nama", "Anonim"), ("Email", "Tidak diisi")]
    assert detail["people"] == []
    assert rows(detail, "lead") == [
        ("Jenis Pelanggaran", "Jenis Pelanggaran lainnya: Pungli"), ("Nama Terlapor", "Tidak diketahui")
    ]  # fmt: skip


def test_rows_of_people_are_counted_anew() -> None:
    answers = ROBERT | {
        "reported_0_name": "",
        "reported_3_name": "Wayan",
        "reported_0_position": "",
        "reported_7_position": "Kabid",
    }
    assert read("bali", answers)[1]["people"] == [
        {"no": "1", "name": "Wayan", "position": "Tidak diketahui"},
        {"no": "2", "name": "Tidak diketahui", "position": "Kabid"},
    ]


def test_officers_read_no_identity() -> None:
    account, identity = documents("bali", ROBERT)
    assert [section["slug"] for section in sections(account, None, "id", "bali")] == ["kejadian", "lokasi-waktu"]
    assert "Robert" not in repr(account)
    assert "robert@gmail.com" not in repr(account)
    assert "korupsi" not in repr(identity)


def test_names_are_as_on_the_day() -> None:
    account, _ = documents("bali", ROBERT)
    assert account["incident"]["violation_name"] == {"id": "Korupsi", "en": "Corruption"}
    assert account["received_at"] == "2024-11-20T09:30"
    assert (account["place"]["province_name"], account["place"]["regency_name"]) == ("Bali", "Kabupaten Jembrana")


@pytest.mark.parametrize(
    ("place", "indonesian", "english"),
    [
        ({"precision": "exact", "date": "2024-08-01", "clock": "07:05"}, "1 Agu 2024 (07:05)", "1 Aug 2024 (07:05)"),
        ({"precision": "date", "date": "2024-12-31"}, "31 Des 2024", "31 Dec 2024"),
        ({"precision": "month", "month": 5, "year": 2023}, "Mei 2023", "May 2023"),
        (
            {"precision": "range", "date_from": "2024-01-02", "date_to": "2024-03-04", "ongoing": False},
            "2 Jan 2024 – 4 Mar 2024",
            "2 Jan 2024 – 4 Mar 2024",
        ),
        (
            {"precision": "range", "date_from": "2024-01-02", "date_to": None, "ongoing": True},
            "2 Jan 2024 – masih berlangsung",
            "2 Jan 2024 – still ongoing",
        ),
    ],
)
def test_times(place: dict[str, Any], indonesian: str, english: str) -> None:
    assert (time_in_words(place, "id"), time_in_words(place, "en")) == (indonesian, english)


def test_figures_and_moments() -> None:
    assert [rupiah(amount) for amount in (0, 999, 1_000_000_000)] == ["Rp0", "Rp999", "Rp1.000.000.000"]
    assert day_in_words("2024-11-11T12:00", "id") == "11 Nov 2024"
    assert moment_in_words("2024-11-11T12:00", "id") == "11 Nov 2024, 12.00"
    assert moment_in_words("2024-11-11T12:00", "en") == "11 Nov 2024, 12:00"
