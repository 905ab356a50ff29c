"""The case list as the screen shows it."""

from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from wbs_app.model.filters import CaseFilter, Column, Mark
from wbs_app.services import cases
from wbs_app.services.cases import Page, Row
from wbs_app.services.counters import Counters
from wbs_app.services.labels import Labels
from wbs_app.services.tally import AtLeast
from wbs_app.state import case_list
from wbs_app.state.numbers import number
from wbs_app.text import text

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
REGENCIES = {"51.04": "Kabupaten Gianyar", "51.71": "Kota Denpasar"}
OFFICERS = {"7": "Ayu Contoh", "12": "Putu Contoh"}


@pytest.fixture
def words() -> case_list.Words:
    return case_list.Words("id", LABELS, {"bali": "Pemprov Bali", "ntt": "BKD NTT"}, REGENCIES, OFFICERS, 2026)


def case(**values: Any) -> Row:
    plain: dict[str, Any] = {
        "ticket": "BALI-7K3M-9QXT",
        "agency": "bali",
        "kind": "wbs",
        "violation_type": "korupsi",
        "unit": "biro-umum",
        "service": None,
        "regency": "51.71",
        "incident_month": "2026-07",
        "status": "assessing",
        "priority": 0,
        "received_on": date(2026, 8, 28),
        "evidence_count": 2,
        "unread": 0,
        "officer": "Ayu Contoh",
        "waiting": False,
        "left": 6,
        "readable": True,
    }
    return Row(**plain | values)


def test_a_row(words: case_list.Words) -> None:
    assert case_list.row(case(), words) == {
        "ticket": "BALI-7K3M-9QXT",
        "href": "/petugas/laporan/BALI-7K3M-9QXT",
        "received": "Diterima 28 Agu",
        "priority": "medium",
        "priority_name": "Prioritas Sedang",
        "unread": "",
        "what": "Korupsi",
        "where": "Biro Umum",
        "status": "Ditelaah",
        "tone": "info",
        "icon": "file-search",
        "due_kind": "set",
        "due": "Sisa 6 hari",
        "officer": "Ayu Contoh",
        "evidence": "2",
        "regency": "Kota Denpasar",
        "month": "Jul 2026",
        "agency": "Pemprov Bali",
        "locked": "",
    }


def test_a_row_that_needs_somebody(words: case_list.Words) -> None:
    shown = case_list.row(case(priority=2, unread=3, officer=None, received_on=date(2025, 12, 31)), words)
    assert (shown["priority"], shown["priority_name"], shown["unread"]) == ("urgent", "Prioritas Mendesak", "3")
    assert (shown["officer"], shown["received"]) == ("", "Diterima 31 Des 2025")
    bare = case_list.row(case(regency=None, incident_month=None), words)
    assert (bare["regency"], bare["month"]) == ("", "")


@pytest.mark.parametrize(
    ("left", "waiting", "kind", "said"),
    [
        (None, False, "", ""),
        (None, True, "waiting", "Menunggu pelapor"),
        (0, True, "waiting", "Menunggu pelapor"),
        (-1, True, "silent", "Tidak dijawab"),
        (-1200, False, "late", "Terlambat 1.200 hari"),
        (-1, False, "late", "Terlambat 1 hari"),
        (0, False, "soon", "Hari ini"),
        (2, False, "soon", "Sisa 2 hari"),
        (3, False, "set", "Sisa 3 hari"),
    ],
)
def test_the_deadline_in_words(left: int | None, waiting: bool, kind: str, said: str) -> None:
    assert case_list.due(case(left=left, waiting=waiting), "id") == {"due_kind": kind, "due": said}


def test_rows_of_other_kinds(words: case_list.Words) -> None:
    service = case_list.row(case(agency="ntt", kind="service", service="simpeg", violation_type=None, unit=None), words)
    assert (service["what"], service["where"]) == ("SIMPEG", "Pengaduan Layanan")
    elsewhere = case_list.row(case(unit=None, evidence_count=0, readable=False), words)
    assert (elsewhere["where"], elsewhere["evidence"], elsewhere["locked"]) == ("Unit tidak disebutkan", "", "yes")
    gone = case_list.row(case(violation_type="dihapus", unit="dihapus-juga"), words)
    assert (gone["what"], gone["where"]) == ("dihapus", "dihapus-juga")
    english = case_list.Words("en", LABELS, {})
    assert case_list.row(case(), english)["href"] == "/en/petugas/laporan/BALI-7K3M-9QXT"


def _options(facet: str, counts: dict[str, int], words: case_list.Words, **wanted: Any) -> list[case_list.Entry]:
    return case_list.options(facet, counts, CaseFilter(**wanted), words, BOTH)


def test_options_name_count_and_tick(words: case_list.Words) -> None:
    shown = _options("violations", {"korupsi": 1200, "lama": 3}, words, violations=("korupsi",))
    told = [(option["name"], option["count"], option["on"]) for option in shown]
    assert told == [("Kode Etik ASN / Pelanggaran Kode Etik", "0", ""), ("Korupsi", "1.200", "yes"), ("lama", "3", "")]
    names = {
        "units": ["Inspektorat", "Biro Umum"],  # those with cases first
        "priorities": ["Mendesak", "Tinggi", "Sedang", "Rendah"],
        "officers": ["Ayu Contoh", "Putu Contoh"],
        "kinds": ["Pelanggaran pegawai (WBS)", "Pengaduan Layanan"],
        "agencies": ["Pemprov Bali", "BKD NTT"],
        "marks": ["Terbuka", "Tugas saya", "Belum ditugaskan", "Melewati target", "Pesan belum dibaca", "Dengan bukti"],
    }
    for facet, expected in names.items():
        assert [
            option["name"] for option in _options(facet, {"inspektorat": 2} if facet == "units" else {}, words)
        ] == (expected), facet
    assert len(_options("statuses", {}, words)) == 13


def test_of_the_many_regencies_those_with_cases(words: case_list.Words) -> None:
    shown = _options("regencies", {"51.71": 4}, words)
    assert [(option["name"], option["count"]) for option in shown] == [("Kota Denpasar", "4")]
    assert len(_options("regencies", {"51.71": 4}, words, regencies=("51.04",))) == 2


def test_what_is_chosen_can_always_be_seen(words: case_list.Words) -> None:
    shown = _options("units", {}, words, units=("hilang",))
    assert shown[0] == {"code": "hilang", "name": "hilang", "find": "hilang", "count": "0", "on": "yes"}


def test_every_filter_has_words_and_options(words: case_list.Words) -> None:
    assert set(case_list.FACETS) == set(cases.FACETS)
    for facet, key in case_list.FACETS.items():
        assert text(key) and _options(facet, {"51.71": 1} if facet == "regencies" else {}, words), facet


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
    shown = {chip["name"] for chip in case_list.chips(CaseFilter(officers=("7",), priorities=("high",)), words, BOTH)}
    assert shown == {"Petugas: Ayu Contoh", "Prioritas: Tinggi"}
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


def test_what_was_counted_no_further() -> None:
    assert number(AtLeast(10_000), "id") == "10.000+"
    far = case_list.summary(Page([case()], AtLeast(10_000), 0, 0, "", ""), CaseFilter(), "id")
    assert (far["phase"], far["said"]) == ("rows", "10.000+ laporan")
    near = case_list.summary(Page([case()], AtLeast(10_000), 26, 50, "", ""), CaseFilter(), "en")
    assert near["said"] == "Showing 26–50 of 10,000+ reports"


def test_neighbours_keep_the_filter() -> None:
    wanted = CaseFilter(violations=("korupsi",), after="n20260101-7")
    shown = case_list.summary(Page([case()], 60, 26, 50, "p20260201-9", "n20251201-3"), wanted, "en")
    assert shown["previous"] == "/en/petugas/laporan?jenis=korupsi&hal=p20260201-9"
    assert shown["next"] == "/en/petugas/laporan?jenis=korupsi&hal=n20251201-3"
    assert shown["all"] == "/en/petugas/laporan"
    assert shown["sort_oldest"] == "/en/petugas/laporan?jenis=korupsi&urut=terlama"  # from its first page
    assert shown["sort_newest"] == "/en/petugas/laporan?jenis=korupsi"
    assert (shown["on_violations"], shown["on_units"]) == ("1", "")
    assert (shown["column_due"], shown["column_regency"]) == ("yes", "")


# --- views -----------------------------------------------------------------------------------------------------------

COUNTS = {"all": 1200, "new": 3, "open": 41, "mine": 9, "unassigned": 3, "overdue": 2, "unread": 4}


def test_every_view_has_a_counter() -> None:
    assert set(case_list.VIEWS) == set(COUNTS) == {field.name for field in fields(Counters)}


@pytest.mark.parametrize(
    ("wanted", "view"),
    [
        (CaseFilter(), "all"),
        (CaseFilter(units=("biro-umum",)), "all"),
        (CaseFilter(statuses=("received",)), "new"),
        (CaseFilter(statuses=("received", "verifying")), "all"),
        (CaseFilter(marks=(Mark.OVERDUE,), units=("biro-umum",)), "overdue"),
        (CaseFilter(marks=(Mark.OVERDUE, Mark.UNREAD)), "all"),
        (CaseFilter(marks=(Mark.EVIDENCE,)), "all"),
    ],
)
def test_which_view_a_filter_belongs_to(wanted: CaseFilter, view: str) -> None:
    assert case_list.view_of(wanted) == view


def test_tabs_lead_to_views_in_the_same_order(words: case_list.Words) -> None:
    wanted = CaseFilter(units=("biro-umum",), sort="deadline", marks=(Mark.MINE,), columns=(Column.DUE,))
    shown = case_list.tabs(COUNTS, {"5": ("Milik Biro", CaseFilter(units=("biro-umum",)))}, wanted, "id")
    assert [(tab["name"], tab["count"]) for tab in shown] == [
        ("Semua", "1.200"), ("Baru", "3"), ("Terbuka", "41"), ("Tugas saya", "9"), ("Belum ditugaskan", "3"),
        ("Melewati target", "2"), ("Pesan belum dibaca", "4"), ("Milik Biro", ""),
    ]  # fmt: skip
    assert [tab["name"] for tab in shown if tab["current"]] == ["Tugas saya"]
    assert shown[5]["href"] == "/petugas/laporan?hanya=melewati-target&urut=target&kolom=target"
    assert shown[7]["href"] == "/petugas/laporan?unit=biro-umum"
    assert {tab["name"]: tab["tone"] for tab in shown if tab["tone"]} == {"Melewati target": "bad"}


def test_ones_own_view_is_underlined_alone() -> None:
    kept = CaseFilter(marks=(Mark.MINE,))
    shown = case_list.tabs(COUNTS, {"5": ("Punyaku", kept)}, kept.changed(after="n20260101-7"), "id")
    assert [tab["name"] for tab in shown if tab["current"]] == ["Punyaku"]


def test_the_view_is_said_by_its_tab_not_by_a_chip(words: case_list.Words) -> None:
    for view in (CaseFilter(marks=(Mark.OVERDUE,)), CaseFilter(statuses=("received",))):
        assert case_list.chips(view, words, BOTH) == []
    both = CaseFilter(marks=(Mark.OVERDUE, Mark.UNREAD))
    assert [chip["name"] for chip in case_list.chips(both, words, BOTH)] == [
        "Keadaan: Melewati target",
        "Keadaan: Pesan belum dibaca",
    ]
