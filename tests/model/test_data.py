"""The reference data that ships: counts, codes, and that everything pointed at exists."""

import csv
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from wbs_app.model.access import KINDS
from wbs_app.text import LANGUAGES

DATA = files("wbs_app").joinpath("data")
SPRITE = Path(__file__).parents[2] / "assets" / "icons.svg"
AGENCIES = ("bali", "ntt")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def rows(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(DATA.joinpath(path).read_text("utf-8").splitlines(), strict=True))


def toml(path: str) -> dict[str, Any]:
    return tomllib.loads(DATA.joinpath(path).read_text("utf-8"))


def each_agency(name: str) -> Iterator[list[dict[str, str]]]:
    """The rows of this file for every agency that has it."""
    for agency in AGENCIES:
        if DATA.joinpath(f"agencies/{agency}/{name}").is_file():
            yield rows(f"agencies/{agency}/{name}")


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("agencies/bali/units.csv", 46),
        ("agencies/ntt/units.csv", 43),
        ("agencies/ntt/services.csv", 7),
        ("agencies/bali/violation_types.csv", 7),
        ("agencies/ntt/violation_types.csv", 5),
        ("regions/provinces.csv", 38),
        ("regions/regencies.csv", 514),
    ],
)
def test_counts_codes_and_whole_rows(path: str, count: int) -> None:
    found = rows(path)
    assert len(found) == count
    assert len({row["code"] for row in found}) == count, "codes are unique"
    for row in found:
        assert None not in row, f"a cell too many: {row}"
        assert None not in row.values(), f"a cell too few: {row}"
        assert all(cell == cell.strip() for cell in row.values()), row
        assert all(row[column] for column in row if column != "next"), row


def test_regencies_lie_in_provinces() -> None:
    regencies = rows("regions/regencies.csv")
    provinces = {row["code"] for row in rows("regions/provinces.csv")}
    assert {row["province_code"] for row in regencies} == provinces
    assert all(row["code"].startswith(row["province_code"] + ".") for row in regencies)
    kinds = [row["name"].split()[0] for row in regencies]
    assert (kinds.count("Kabupaten"), kinds.count("Kota")) == (416, 98)
    in_bali = {row["name"] for row in regencies if row["province_code"] == "51"}
    assert {"Kabupaten Jembrana", "Kota Denpasar"} <= in_bali


@pytest.mark.parametrize("name", ["units.csv", "services.csv", "violation_types.csv"])
def test_codes_are_slugs_and_names_unique(name: str) -> None:
    for found in each_agency(name):
        assert all(SLUG.fullmatch(row["code"]) for row in found)
        names = [row.get("name") or row["name_id"] for row in found]
        assert len(set(names)) == len(names)


def test_violation_types_as_the_manuals_list_them() -> None:
    bali, ntt = each_agency("violation_types.csv")
    assert [row["name_id"] for row in bali] == [
        "Benturan Kepentingan",
        "Pelecehan Seksual",
        "Korupsi",
        "Kode Etik ASN",
        "Tindak Pidana Umum",
        "Tindakan Disiplin",
        "Jenis Pelanggaran lainnya",
    ]
    assert [row["name_id"] for row in ntt] == [
        "Penipuan",
        "Pelanggaran Kode Etik",
        "Pelanggaran Benturan Kepentingan",
        "Pelanggaran Hukum",
        "Pengaduan Layanan",
    ]
    assert {row["other"] for row in bali + ntt} == {"true", "false"}
    assert [row["code"] for row in bali + ntt if row["other"] == "true"] == ["lainnya"]
    assert {row["form"] for row in bali + ntt} == set(KINDS)
    assert [row["code"] for row in bali + ntt if row["form"] == "service"] == ["pengaduan-layanan"]


def test_services_of_the_manual() -> None:
    named = ["SI IKAN MAS", "SIPORA", "SIMPEG", "SIMAE", "E-FORMASI", "PPK ONLINE", "LAPOR PNS MENINGGAL"]
    assert [row["name"] for row in rows("agencies/ntt/services.csv")] == named


@pytest.mark.parametrize("agency", AGENCIES)
def test_agency_profile(agency: str) -> None:
    profile = toml(f"agencies/{agency}/agency.toml")
    assert profile["code"] == agency
    assert re.fullmatch(r"[A-Z]{2,8}", profile["ticket_prefix"])
    assert profile["province_code"] in {row["code"] for row in rows("regions/provinces.csv")}
    assert ZoneInfo(profile["timezone"]).key == "Asia/Makassar"
    assert profile["timezone_label"] == "WITA"
    assert all(profile[f"{name}_{lang}"] for name in ("name", "short", "official") for lang in LANGUAGES)
    assert (profile["max_file_mb"], profile["max_files"]) == (2, 5)
    assert all(re.fullmatch(r"[a-z]+(\.[a-z]+)+", host) for host in profile["link_hosts"])
    assert urlsplit(profile["contact"]["website"]).scheme == "https"


def test_profiles_have_the_same_fields() -> None:
    bali, ntt = (toml(f"agencies/{agency}/agency.toml") for agency in AGENCIES)
    assert bali.keys() == ntt.keys()
    assert bali["contact"].keys() == ntt["contact"].keys()


@pytest.mark.parametrize("agency", AGENCIES)
def test_channels(agency: str) -> None:
    channels = toml(f"agencies/{agency}/channels.toml")["channel"]
    assert len({channel["code"] for channel in channels}) == len(channels)
    assert (channels[0]["kind"], channels[0]["title_id"]) == ("wbs", "Adukan Pelanggaran Pegawai (WBS)")
    takes_service = any(channel["kind"] == "service" for channel in channels)
    assert takes_service == DATA.joinpath(f"agencies/{agency}/services.csv").is_file()
    for channel in channels:
        assert all(channel[f"{part}_{lang}"] for part in ("title", "text") for lang in LANGUAGES)
        assert channel["kind"] in (*KINDS, "external")
        assert ("url" in channel) == (channel["kind"] == "external")
        assert urlsplit(channel.get("url", "https://")).scheme == "https"
