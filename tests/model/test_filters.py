"""The case list's filter in the page's address."""

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbs_app.model.access import KINDS
from wbs_app.model.filters import PRIORITIES, SORTS, CaseFilter, Column, Cursor, Mark
from wbs_app.model.workflow import Status

codes = st.lists(st.text("abz019", min_size=1, max_size=60) | st.sampled_from(["biro-hukum", "a.b_c"]), max_size=5)
keys = st.dates() | st.none() | st.integers(-9, 9)
cursors = st.builds(Cursor, st.booleans(), keys, st.integers(0, 10**18 - 1))
filters = st.builds(
    CaseFilter,
    agencies=codes,
    kinds=st.lists(st.sampled_from(KINDS)),
    violations=codes,
    units=codes,
    statuses=st.lists(st.sampled_from(tuple(Status))),
    priorities=st.lists(st.sampled_from(tuple(PRIORITIES))),
    officers=st.lists(st.integers(1, 10**9 - 1).map(str), max_size=5),
    regencies=st.lists(st.from_regex(r"\d\d\.\d\d", fullmatch=True), max_size=5),
    marks=st.lists(st.sampled_from(tuple(Mark))),
    columns=st.lists(st.sampled_from(tuple(Column))),
    date_from=st.none() | st.dates(),
    date_to=st.none() | st.dates(),
    ticket=st.text() | st.sampled_from(["oldest", "BALI-7K3M-9QXT"]),
    sort=st.sampled_from(tuple(SORTS)),
    after=st.just("") | cursors.map(lambda cursor: cursor.text),
)


@given(filters)
def test_there_and_back(wanted: CaseFilter) -> None:
    query = wanted.to_query()
    again = CaseFilter.from_query(dict(parse_qsl(query, strict_parsing=bool(query))))
    assert again == wanted
    assert again.to_query() == query


def test_a_period_is_one_whichever_day_comes_first() -> None:
    turned = CaseFilter.from_query({"dari": "2024-12-01", "sampai": "2024-11-01"})
    assert turned == CaseFilter(date_from=date(2024, 11, 1), date_to=date(2024, 12, 1))
    assert turned.changed(date_to="2024-10-01") == CaseFilter(date_from=date(2024, 10, 1), date_to=date(2024, 11, 1))


@given(cursors)
def test_a_cursor_there_and_back(cursor: Cursor) -> None:
    assert Cursor.read(cursor.text) == cursor


PARAMETERS = (
    "instansi",
    "jenis_laporan",
    "jenis",
    "unit",
    "status",
    "prioritas",
    "petugas",
    "wilayah",
    "hanya",
    "kolom",
    "dari",
    "sampai",
    "tiket",
    "urut",
    "hal",
)


@given(
    st.dictionaries(
        st.sampled_from(PARAMETERS) | st.text(), st.none() | st.text() | st.lists(st.text()) | st.integers()
    )
)
def test_garbage_is_left_out(query: dict[str, object]) -> None:
    wanted = CaseFilter.from_query(query)
    assert CaseFilter.from_query(dict(parse_qsl(wanted.to_query()))) == wanted


def test_in_words() -> None:
    wanted = CaseFilter(
        agencies=("bali",),
        violations=("korupsi", "kode-etik", "korupsi"),
        statuses=("verifying", "received"),
        date_from=date(2024, 11, 1),
        ticket=" BALI 7K3M ",
        priorities=("high", "urgent"),
        officers=("12", "7"),
        regencies=("51.71",),
        marks=("melewati-target", "terbuka"),  # type: ignore[arg-type]
        columns=("bukti", "status"),  # type: ignore[arg-type]
        sort="deadline",
    )
    assert wanted.to_query() == (
        "instansi=bali&jenis=kode-etik,korupsi&status=received,verifying&prioritas=urgent,high&petugas=12,7"
        "&wilayah=51.71&hanya=terbuka,melewati-target&dari=2024-11-01&tiket=BALI+7K3M&urut=target&kolom=status,bukti"
    )
    assert CaseFilter().to_query() == ""


@pytest.mark.parametrize(
    "query",
    [
        {"instansi": "BALI,,%00,../x"},
        {"jenis_laporan": "spam"},
        {"status": "RECEIVED"},
        {"dari": "kemarin", "sampai": "2024-13-01"},
        {"urut": "acak", "hal": "n2024-1"},
        {"hal": "n20241301-1"},
        {"hal": "nxx-1"},
        {"prioritas": "2,tinggi"},
        {"petugas": "budi,-1,0,007,9999999999"},
        {"hanya": "OVERDUE,overdue"},
        {"kolom": "identitas"},
        {"kolom": "jenis,status,target,petugas"},
        {"hal": "n20241111-" + "9" * 40},
        {"lain": "x"},
    ],
)
def test_nonsense_asks_for_nothing(query: dict[str, str]) -> None:
    assert CaseFilter.from_query(query) == CaseFilter()


def test_a_change_starts_from_the_first_page() -> None:
    wanted = CaseFilter(units=("biro-hukum",), after="n20241111-7")
    assert wanted.changed(statuses=("received",)) == CaseFilter(units=("biro-hukum",), statuses=("received",))
    assert wanted.changed(after="p20241111-7").after == "p20241111-7"
    assert wanted.changed(units=()) == CaseFilter()


def test_a_cursor_of_another_order_is_none() -> None:
    day, nothing, urgent = "n20241111-7", "nx-7", "n2-7"
    fitting = {"newest": {day}, "oldest": {day}, "deadline": {day, nothing}, "priority": {urgent}}
    for sort, texts in fitting.items():
        found = {after for after in (day, nothing, urgent) if CaseFilter(sort=sort, after=after).cursor}  # type: ignore[arg-type]
        assert found == texts


def test_bare_keeps_only_how_the_list_is_shown() -> None:
    wanted = CaseFilter(units=("biro-hukum",), sort="deadline", columns=(Column.STATUS,), after="nx-7")
    assert wanted.bare == CaseFilter(sort="deadline", columns=(Column.STATUS,))
