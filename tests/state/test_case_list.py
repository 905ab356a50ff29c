"""The case list as the screen shows it."""

from datetime import date
from typing import Any

import pytest

from wbs_app.model.filters import CaseFilter
from wbs_app.services.cases import Page, Row
from wbs_app.services.labels import Labels
from wbs_app.state import case_list

LABELS = Labels(
    violations={
        ("bali", "kode-etik"): "Kode Etik ASN",
        ("ntt", "kode-etik"): "Pelanggaran Kode Etik",
        ("bali", "korupsi"): "Korupsi",
    },
    units={
        ("bali", "biro-umum"): "Biro Umum",
        ("bali", "inspektorat"): "Inspektorat",
        ("ntt", "inspektorat"): "Inspektorat",
    },
    services={("ntt", "simpeg"): "SIMPEG"},
)
BOTH = ("wbs", "service")
NOTHING: dict[str, dict[str, int]] = {facet: {} for facet in case_list.FACETS}


@pytest.fixture
def words() -> case_list.Words:
    return case_list.Words("id", LABELS, {"bali": "Pemprov Bali", "ntt": "BKD NTT"})


def case(**values: Any) -> Row:
    plain: dict[str, Any] = {
        "ticket": "BALI-7K3M-9QXT",
        "agency": "bali",
        "kind": "wbs",
        "violation_type": "korupsi",
        "unit": "biro-umum",
        "service": None,
        "status": "assessing",
        "priority": 0,
        "received_on": date(2026, 8, 28),
        "evidence_count": 2,
        "readable": True,
    }
    return Row(**plain | values)


def test_a_row(words: case_list.Words) -> None:
    assert case_list.row(case(), words) == {
        "ticket": "BALI-7K3M-9QXT",
        "href": "/petugas/laporan/BALI-7K3M-9QXT",
        "received": "28 Agu 2026",
        "evidence": "2",
        "what": "Korupsi",
        "where": "Biro Umum",
        "status": "Ditelaah",
        "tone": "info",
        "icon": "file-search",
        "locked": "",
    }


def test_rows_of_other_kinds(words: case_list.Words) -> None:
    service = case_list.row(case(agency="ntt", kind="service", service="simpeg", violation_type=None, unit=None), words)
    assert (service["what"], service["where"]) == ("SIMPEG", "Pengaduan Layanan")
    elsewhere = case_list.row(case(unit=None, evidence_count=0, readable=False), words)
    assert (elsewhere["where"], elsewhere["evidence"], elsewhere["locked"]) == ("Unit tidak disebutkan", "", "yes")
    gone = case_list.row(case(violation_type="dihapus", unit="dihapus-juga"), words)
    assert (gone["what"], gone["where"]) == ("dihapus", "dihapus-juga")
    english = case_list.Words("en", LABELS, {})
    assert case_list.row(case(), english)["href"] == "/en/petugas/laporan/BALI-7K3M-9QXT"


def test_options_name_count_and_tick(words: case_list.Words) -> None:
    counts = NOTHING | {"violations": {"korupsi": 1200, "lama": 3}, "units": {"inspektorat": 2}}
    shown = case_list.options(counts, CaseFilter(violations=("korupsi",)), words, BOTH)
    told = [(option["name"], option["count"], option["on"]) for option in shown["violations"]]
    assert told == [("Kode Etik ASN / Pelanggaran Kode Etik", "0", ""), ("Korupsi", "1.200", "yes"), ("lama", "3", "")]
    assert [option["name"] for option in shown["units"]] == ["Inspektorat", "Biro Umum"]  # those with cases first
    assert len(shown["statuses"]) == 13
    assert [option["code"] for option in shown["kinds"]] == list(BOTH)
    assert [option["name"] for option in shown["agencies"]] == ["Pemprov Bali", "BKD NTT"]


def test_what_is_chosen_can_always_be_seen(words: case_list.Words) -> None:
    shown = case_list.options(NOTHING, CaseFilter(units=("hilang",)), words, BOTH)
    assert shown["units"][0] == {"code": "hilang", "name": "hilang", "find": "hilang", "count": "0", "on": "yes"}


def test_chips_lead_to_the_address_without_them(words: case_list.Words) -> None:
    wanted = CaseFilter(
        violations=("korupsi", "kode-etik"),
        date_from=date(2026, 1, 2),
        ticket="7k3m",
        sort="oldest",
        after="n20260101-7",
    )
    shown = {chip["name"]: chip["href"] for chip in case_list.chips(wanted, words, BOTH)}
    assert shown == {
        "Jenis Pelanggaran: Kode Etik ASN / Pelanggaran Kode Etik": (
            "/petugas/laporan?jenis=korupsi&dari=2026-01-02&tiket=7k3m&urut=terlama"
        ),
        "Jenis Pelanggaran: Korupsi": "/petugas/laporan?jenis=kode-etik&dari=2026-01-02&tiket=7k3m&urut=terlama",
        "Diterima mulai: 2 Jan 2026": "/petugas/laporan?jenis=kode-etik,korupsi&tiket=7k3m&urut=terlama",
        "Nomor Tiket: 7k3m": "/petugas/laporan?jenis=kode-etik,korupsi&dari=2026-01-02&urut=terlama",
    }
    assert case_list.chips(CaseFilter(), words, BOTH) == []
    (chip,) = case_list.chips(CaseFilter(kinds=("wbs",)), words, BOTH)
    assert chip["remove"] == "Hapus saringan Jenis pengaduan: Pelanggaran pegawai (WBS)"
    assert chip["href"] == "/petugas/laporan"


@pytest.mark.parametrize(
    ("rows", "wanted", "phase"),
    [
        ([case()], CaseFilter(violations=("korupsi",)), "rows"),
        ([], CaseFilter(violations=("korupsi",)), "none"),
        ([], CaseFilter(), "empty"),
        ([], CaseFilter(sort="oldest", after="n20260101-7"), "empty"),
    ],
)
def test_the_faces_of_the_list(rows: list[Row], wanted: CaseFilter, phase: str) -> None:
    shown = case_list.summary(Page(rows, 1200 if rows else 0, 1, 1, "", ""), wanted, "id")
    assert shown["phase"] == phase
    assert shown["said"] == ("Menampilkan 1–1 dari 1.200 laporan" if rows else "0 laporan")


def test_neighbours_keep_the_filter() -> None:
    wanted = CaseFilter(violations=("korupsi",), after="n20260101-7")
    shown = case_list.summary(Page([case()], 60, 26, 50, "p20260201-9", "n20251201-3"), wanted, "en")
    assert shown["previous"] == "/en/petugas/laporan?jenis=korupsi&hal=p20260201-9"
    assert shown["next"] == "/en/petugas/laporan?jenis=korupsi&hal=n20251201-3"
    assert shown["all"] == "/en/petugas/laporan"
    assert shown["oldest"] == "/en/petugas/laporan?jenis=korupsi&urut=terlama"  # from its first page
    assert (shown["on_violations"], shown["on_units"]) == ("1", "")
