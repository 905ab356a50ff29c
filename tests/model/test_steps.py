"""The rules of the questions, one by one and under a storm of odd text."""

import time
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from wbs_app.model.answers import Offer
from wbs_app.model.steps import (
    FORMS,
    MAX_PEOPLE,
    Answers,
    Biodata,
    Declaration,
    Incident,
    PlaceTime,
    ServiceComplaint,
    Step,
    problems,
)
from wbs_app.services import reference
from wbs_app.text import LANGUAGES, fill, has, placeholders, text

STEPS = (Biodata, Incident, PlaceTime, Declaration, ServiceComplaint)
STORY = "korupsi pengadaan server senilai 1M"
KOMINFO = "Dinas Komunikasi, Informatika, dan Statistik"
JEMBRANA = "51.01"


@cache
def offer(agency: str = "bali", time_of_day: str = "09:30") -> Offer:
    now = datetime.fromisoformat(f"2024-11-20T{time_of_day}")
    return Offer(
        catalogue=reference.shipped_catalogue(agency),
        provinces=reference.provinces(),
        regencies=reference.regencies(),
        today=now.date(),
        now=now,
    )


GOOD: dict[type[Step], Answers] = {
    Biodata: {"name": "Robert", "include_email": "on", "email": "robert@gmail.com"},
    Incident: {
        "violation": "korupsi",
        "reported_0_name": "Tensu",
        "reported_0_position": "Diskominfos",
        "unit": KOMINFO,
        "description": STORY,
    },
    PlaceTime: {"province": "51", "regency": JEMBRANA, "date": "2024-11-11", "clock": "12:00"}
    | {"address": "Kantor", "precision": "exact"},
    Declaration: {"truth": "on"},
    ServiceComplaint: {"kind": "simpeg", "complaint": "Data pangkat saya keliru."},
}


def checked(step: type[Step], changes: Answers | None = None, at: Offer | None = None) -> Any:
    """The step made of good answers with `changes`."""
    return step.check({**GOOD[step], **(changes or {})}, at or offer("ntt" if step is ServiceComplaint else "bali"))


def refused(step: type[Step], changes: Answers, at: Offer | None = None) -> dict[str, tuple[str, dict[str, Any]]]:
    with pytest.raises(ValidationError) as caught:
        checked(step, changes, at)
    return problems(caught.value)


def key_of(step: type[Step], name: str, value: Any, at: Offer | None = None, **others: Any) -> str:
    """The error key that `name` gets for `value`, which is the only problem."""
    found = refused(step, {name: value, **others}, at)
    assert list(found) == [name]
    return found[name][0].removeprefix("error.")


# --- each step as it should be ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_good_answers_are_taken(step: type[Step]) -> None:
    checked(step)


def test_the_first_example_comes_out_as_told() -> None:
    incident = checked(Incident, {"amount": "Rp 1.000.000.000"})
    assert (incident.violation, incident.unit, incident.amount) == (
        "korupsi", "dinas-komunikasi-informatika-dan-statistik", 1_000_000_000,
    )  # fmt: skip
    assert [(person.name, person.position) for person in incident.reported.values()] == [("Tensu", "Diskominfos")]
    place = checked(PlaceTime)
    assert (place.date, place.clock, place.incident_month) == (date(2024, 11, 11), "12:00", "2024-11")


def test_nothing_at_all_is_an_anonymous_reporter() -> None:
    anonymous = Biodata.check({}, offer())
    assert anonymous.model_dump() == {
        "name": None, "include_email": False, "email": None, "phone": None, "contact_consent": False
    }  # fmt: skip


def test_text_is_trimmed_normalised_and_put_on_one_line() -> None:
    assert checked(Biodata, {"name": "  Ni  Made\r\nAyu\t"}).name == "Ni Made Ayu"
    assert checked(Biodata, {"name": "Jose\u0301"}).name == "José"
    told = checked(Incident, {"description": " satu\r\n\r\ndua tiga\rempat \n"}).description
    assert told == "satu\n\ndua tiga\nempat"


@pytest.mark.parametrize("name", ["🕵️‍♀️", "🩷 baru", "王小明", "Ḩàǹs̆", "\U0001fae9", "O'Brien <b>&amp;"])
def test_any_script_and_any_emoji_is_a_name(name: str) -> None:
    assert checked(Biodata, {"name": name}).name


# --- rules that hold everywhere --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "odd", ["a\0b", "\ud800x", "x\u202etxt.exe", "a\ufffdb", "a\x1bb", "\uffff", "\ufdd0", "\U0010fffe"]
)
@pytest.mark.parametrize(
    ("step", "name"),
    [
        *((Biodata, name) for name in ("name", "phone")),
        *((Incident, name) for name in ("reported_0_name", "description", "amount", "exclude")),
        *((PlaceTime, name) for name in ("address", "date", "clock", "link")),
    ],
)
def test_what_cannot_be_kept_is_said_so(step: type[Step], name: str, odd: str) -> None:
    assert key_of(step, name, odd) == "characters"


def test_unseen_marks_that_come_along_with_copied_words_are_taken_away() -> None:
    """A messenger puts them around each telephone number: nobody could find them to retype that part."""
    copied = "[10.32] \u202a+62\xa0812\u20113456\u20117890\u202c: \ufeffpesan \u2068dari\u2069 Tensu\x0bbaris dua"
    kept = checked(Incident, {"description": copied}).description
    assert kept == "[10.32] +62\xa0812\u20113456\u20117890: pesan dari Tensu\nbaris dua"
    assert checked(Biodata, {"phone": "\u202d+62 812–3456‑7890\u202c\u200b"}).phone == "+6281234567890"


def test_endless_accents_cost_no_time() -> None:
    towers = "a" + "\u0315\u0300" * 100_000
    start = time.perf_counter()
    assert key_of(Incident, "description", towers) == "characters"
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("step", "name", "most"),
    [
        (Biodata, "name", 100),
        (Incident, "reported_0_name", 100),
        (Incident, "reported_9_position", 100),
        (Incident, "description", 20_000),
        (Incident, "exclude", 500),
        (PlaceTime, "address", 500),
        (ServiceComplaint, "complaint", 20_000),
    ],
)
def test_texts_end_where_they_say(step: type[Step], name: str, most: int) -> None:
    checked(step, {name: "x" * most})
    found = refused(step, {name: "x" * (most + 1)})
    assert found == {name: ("error.max_length", {"max": most})}


@pytest.mark.parametrize("name", ["violation_other", "unit", "unit_other"])
def test_texts_that_only_count_when_asked_for_end_too(name: str) -> None:
    others = {"violation": "lainnya", "violation_other": "Pungli", "unit_other": "SD 1"}
    if name == "unit_other":
        others["unit_elsewhere"] = "on"
    assert refused(Incident, {**others, name: "x" * 201})[name] == ("error.max_length", {"max": 200})


@pytest.mark.parametrize("value", [5, ["a"], {"a": 1}, 1.5, True])
@pytest.mark.parametrize(("step", "name"), [(Biodata, "name"), (Incident, "description"), (PlaceTime, "address")])
def test_what_is_no_text_is_refused(step: type[Step], name: str, value: object) -> None:
    assert key_of(step, name, value) == "refused"


def test_whom_not_to_involve_is_optional_and_may_take_lines() -> None:
    assert checked(Incident).exclude is None
    assert checked(Incident, {"exclude": "  \n "}).exclude is None
    assert checked(Incident, {"exclude": " I Made Contoh\r\nInspektorat Daerah "}).exclude == (
        "I Made Contoh\nInspektorat Daerah"
    )


# --- biodata ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["robert@gmail.com", "a.b+c@dinas.baliprov.go.id", "x@münchen.de"])
def test_emails(email: str) -> None:
    assert checked(Biodata, {"email": f" {email} "}).email == email


@pytest.mark.parametrize(
    "email",
    [
        "robert",
        "a@b",
        "a b@c.id",
        "a@b..id",
        "@b.id",
        "a@b.id,c@d.id",
        "<a@b.id>",
        "a@b.id,",
        "mailto:a@b.id",
        "a@[127.0.0.1]",
        "a@b.id?subject=x",
    ],
)
def test_no_emails(email: str) -> None:
    assert key_of(Biodata, "email", email) == "email"


def test_the_switch_decides_whether_an_email_counts() -> None:
    assert key_of(Biodata, "email", " ") == "email_required"
    assert checked(Biodata, {"include_email": "", "email": "no address"}).email is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("081234567890", "081234567890"),
        ("+62 812-3456-789", "+628123456789"),
        ("(0361) 225.859", "0361225859"),
        ("", None),
    ],
)
def test_phones(typed: str, kept: str | None) -> None:
    assert checked(Biodata, {"phone": typed}).phone == kept


@pytest.mark.parametrize("typed", ["1234567", "1" * 16, "0812+345678", "nol delapan", "+", "٠٨١٢٣٤٥٦٧٨"])
def test_no_phones(typed: str) -> None:
    assert key_of(Biodata, "phone", typed) == "phone"


# --- the incident ----------------------------------------------------------------------------------------------------


def test_no_violation_is_chosen_beforehand() -> None:
    for code in (None, "", "KORUPSI", "tidak-ada"):
        assert key_of(Incident, "violation", code) == "violation"


def test_another_violation_asks_which() -> None:
    assert key_of(Incident, "violation_other", "", violation="lainnya") == "violation_other"
    assert checked(Incident, {"violation": "lainnya", "violation_other": "Pungli"}).violation_other == "Pungli"
    assert checked(Incident, {"violation_other": "Pungli"}).violation_other is None


def test_reported_people_keep_their_rows() -> None:
    rows = {
        "reported_0_name": "",
        "reported_0_position": "",
        "reported_4_name": "Wayan",
        "reported_9_position": "Kabid",
    }
    people = checked(Incident, rows).reported
    assert {row: (person.name, person.position) for row, person in people.items()} == {
        4: ("Wayan", None), 9: (None, "Kabid")
    }  # fmt: skip
    assert refused(Incident, {"reported_3_position": "x" * 101}) == {
        "reported_3_position": ("error.max_length", {"max": 100})
    }
    assert f"reported_{MAX_PEOPLE}_name" not in Incident.names()


def test_somebody_or_nobody_is_reported() -> None:
    nobody = {"reported_0_name": " ", "reported_0_position": ""}
    assert refused(Incident, nobody) == {"reported": ("error.persons_required", {})}
    assert checked(Incident, nobody | {"reported_unknown": "on"}).reported == {}
    assert checked(Incident, {"reported_unknown": "on"}).reported == {}, "the tick counts"


@pytest.mark.parametrize(
    "typed", [KOMINFO, KOMINFO.upper(), f" {KOMINFO} ", "dinas-komunikasi-informatika-dan-statistik"]
)
def test_units_are_found_by_name(typed: str) -> None:
    assert checked(Incident, {"unit": typed}).unit == "dinas-komunikasi-informatika-dan-statistik"


def test_no_units() -> None:
    assert key_of(Incident, "unit", "") == "required"
    assert key_of(Incident, "unit", "Dinas Komunikasi") == "unit_unknown"
    assert key_of(Incident, "unit_other", "", unit_elsewhere="on") == "unit_other"
    elsewhere = checked(Incident, {"unit_elsewhere": "on", "unit_other": "UPTD Samsat"})
    assert (elsewhere.unit, elsewhere.unit_other) == (None, "UPTD Samsat")
    assert checked(Incident, {"unit_other": "UPTD Samsat"}).unit_other is None


def test_stories_are_long_enough() -> None:
    assert key_of(Incident, "description", "") == "required"
    assert refused(Incident, {"description": "123456789"}) == {"description": ("error.min_length", {"min": 10})}
    assert key_of(ServiceComplaint, "complaint", None) == "required"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", None),
        ("0", 0),
        ("5000", 5000),
        ("1.000.000.000", 10**9),
        ("Rp 1.000.000.000", 10**9),
        ("rp5.000,00", 5000),
        ("5.000,", 5000),
        ("Rp. 250 000", 250_000),
        ("1.000.000.000.000.000", 10**15),
    ],
)
def test_amounts(typed: str, kept: int | None) -> None:
    assert checked(Incident, {"amount": typed}).amount == kept


@pytest.mark.parametrize(
    "typed", ["satu juta", "1M", "-5000", "1,5", "1,000,000", "1.5", "10.50", "1.0000", "Rp", ".", "１０００", "1e9"]
)
def test_no_amounts(typed: str) -> None:
    assert key_of(Incident, "amount", typed) == "amount"


@pytest.mark.parametrize("typed", ["1.000.000.000.000.001", "9" * 17, "9" * 20_000])
def test_amounts_beyond_reason(typed: str) -> None:
    found = refused(Incident, {"amount": typed})
    assert found == {"amount": ("error.amount_max", {"max": "1.000.000.000.000.000"})}


# --- place and time --------------------------------------------------------------------------------------------------


def test_regions() -> None:
    assert key_of(PlaceTime, "province", "99", regency="") == "province"
    assert key_of(PlaceTime, "regency", "53.01") == "regency", "of another province"
    assert key_of(PlaceTime, "regency", "Jembrana") == "regency"
    assert checked(PlaceTime, {"regency": ""}).regency is None


def test_the_precision_decides_what_is_asked() -> None:
    everything = {"date": "2024-11-11", "clock": "12:00", "month": "2", "year": "2023"}
    everything |= {"date_from": "2024-01-01", "date_to": "2024-02-01"}
    kept = {
        "exact": {"date", "clock"},
        "date": {"date"},
        "month": {"month", "year"},
        "range": {"date_from", "date_to"},
    }
    for precision, names in kept.items():
        place = checked(PlaceTime, everything | {"precision": precision})
        assert {name for name in everything if getattr(place, name) is not None} == names
    assert checked(PlaceTime, everything | {"precision": "month"}).incident_month == "2023-02"
    assert checked(PlaceTime, everything | {"precision": "range"}).incident_month == "2024-01"
    ongoing = checked(PlaceTime, everything | {"precision": "range", "ongoing": "on"})
    assert ongoing.date_to is None
    assert key_of(PlaceTime, "precision", "sometime") == "choose_one"


@pytest.mark.parametrize(
    ("precision", "missing"),
    [
        ("exact", {"date": "date", "clock": "clock"}),
        ("date", {"date": "date"}),
        ("month", {"month": "month_year", "year": "month_year"}),
        ("range", {"date_from": "date", "date_to": "date_to"}),
    ],
)
def test_what_is_asked_is_required(precision: str, missing: dict[str, str]) -> None:
    found = refused(PlaceTime, {"precision": precision, "date": "", "clock": ""})
    assert {name: key for name, (key, _) in found.items()} == {name: f"error.{key}" for name, key in missing.items()}


@pytest.mark.parametrize(
    "typed", ["11-11-2024", "2024-13-01", "2024-02-30", "kemarin", "2024", "0000-01-01", "２０２４-11-11"]
)
def test_no_days(typed: str) -> None:
    assert key_of(PlaceTime, "date", typed) == "date"


@pytest.mark.parametrize("typed", ["24:00", "12", "12.00", "1:00", "12:60", "12:0٠", "1٢:00", "12:00:99", "siang"])
def test_no_clocks(typed: str) -> None:
    assert key_of(PlaceTime, "clock", typed) == "clock"


@pytest.mark.parametrize(
    ("month", "key"), [("0", "month_year"), ("13", "month_year"), ("mei", "number"), ("٣", "number")]
)
def test_no_months(month: str, key: str) -> None:
    assert key_of(PlaceTime, "month", month, precision="month", year="2024") == key


def test_nothing_happened_in_the_future() -> None:
    today = "2024-11-20"  # 09:30 in the morning
    assert key_of(PlaceTime, "date", "2024-11-21") == "date_future"
    assert key_of(PlaceTime, "clock", "09:32", date=today) == "date_future"
    assert checked(PlaceTime, {"date": today, "clock": "09:31"}).clock == "09:31"
    assert key_of(PlaceTime, "year", "2025", precision="month", month="1") == "date_future"
    assert key_of(PlaceTime, "year", "2024", precision="month", month="12") == "date_future"
    checked(PlaceTime, {"precision": "month", "month": "11", "year": "2024"})
    assert key_of(PlaceTime, "date_to", "2024-11-21", precision="range", date_from=today) == "date_future"


def test_the_last_minute_of_a_day_is_not_the_future() -> None:
    late = offer("bali", "23:59:30")
    assert checked(PlaceTime, {"date": "2024-11-20", "clock": "23:40"}, late).clock == "23:40"


def test_nothing_happened_long_ago_or_backwards() -> None:
    found = refused(PlaceTime, {"date": "1944-12-31"})
    assert found == {"date": ("error.date_past", {"year": 1945})}
    assert key_of(PlaceTime, "year", "1944", precision="month", month="1") == "date_past"
    assert key_of(PlaceTime, "date_to", "2024-01-31", precision="range", date_from="2024-02-01") == "date_order"
    checked(PlaceTime, {"precision": "range", "date_from": "2024-02-01", "date_to": "2024-02-01"})


@pytest.mark.parametrize(
    "link", ["https://drive.google.com/file/d/1?usp=sharing", "HTTPS://DRIVE.GOOGLE.COM:443/x", "https://dropbox.com"]
)
def test_links(link: str) -> None:
    assert checked(PlaceTime, {"link": link}).link == link


@pytest.mark.parametrize(
    "link",
    [
        "http://drive.google.com/x",
        "drive.google.com/x",
        "javascript:alert(1)",
        "https://",
        "https://a@drive.google.com/",
        "https://drive.google.com:8443/",
        "https://drive.google.com:x/",
        "https://[::1",
        "https://drive.google.com\\@x.id",
    ],
)
def test_no_links(link: str) -> None:
    assert key_of(PlaceTime, "link", link) == "url"


@pytest.mark.parametrize(
    "link",
    ["https://evil.id/", "https://drive.google.com.evil.id/", "https://evil.id\\.drive.google.com/", "https://1.1.1.1"],
)
def test_links_elsewhere(link: str) -> None:
    hosts = "drive.google.com, docs.google.com, dropbox.com, www.dropbox.com"
    assert refused(PlaceTime, {"link": link}) == {"link": ("error.url_hosts", {"hosts": hosts})}


# --- the end ---------------------------------------------------------------------------------------------------------


def test_good_faith_is_declared() -> None:
    for value in (None, "", "off", False, "no", []):
        assert key_of(Declaration, "truth", value) == "truth"
    for value in (True, "on", "1"):
        assert checked(Declaration, {"truth": value}).truth


def test_services() -> None:
    assert key_of(ServiceComplaint, "kind", "") == "service"
    assert key_of(ServiceComplaint, "kind", "simpeg", offer("bali")) == "service", "of another agency"


# --- how problems are told -------------------------------------------------------------------------------------------


def test_problems_come_in_the_order_of_the_questions() -> None:
    for step in STEPS:
        with pytest.raises(ValidationError) as caught:
            step.check(dict.fromkeys(step.names(), "\0") | {"include_email": "on", "precision": "exact"}, offer())
        order = list(step.model_fields)
        told = [name if name in order else "reported" for name in problems(caught.value)]
        assert told == sorted(told, key=order.index)


def test_steps_and_their_words() -> None:
    for step in STEPS:
        for name in step.names():
            assert has(step.label(name)), name
    assert {step for form in FORMS.values() for step in form} == set(STEPS)
    assert len({step.slug for step in STEPS}) == len(STEPS)


def test_an_offer_is_needed() -> None:
    with pytest.raises(TypeError):
        Incident.model_validate({"violation": "korupsi", "description": STORY})


# --- a storm ---------------------------------------------------------------------------------------------------------

NASTY = ["\0", "\ud800", "\udfff", "\u202e", "\ufeff", "\u0301" * 40, "\u200d", "０", "٣", "ß" * 300, "İ", "\x85"]
EDGES = ["on", "0", "-1", "1.", "Rp", "2024-02-29", "23:59", "range", "month", "51", "lainnya", "https://dropbox.com/"]
CHARS = st.characters(codec=None, exclude_categories=())
ODD = st.one_of(
    st.text(CHARS, max_size=60),
    st.sampled_from(NASTY + EDGES),
    st.tuples(st.sampled_from(NASTY + EDGES), st.text(CHARS, max_size=10)).map("".join),
    st.builds(lambda char, times: char * times, CHARS, st.integers(100, 30_000)),
    st.none(),
    st.booleans(),
)
ANY_STEP = st.sampled_from(STEPS)


@settings(max_examples=100, deadline=None)
@given(step=ANY_STEP, agency=st.sampled_from(["bali", "ntt"]), data=st.data())
def test_any_answers_give_a_step_or_problems(step: type[Step], agency: str, data: st.DataObject) -> None:
    answers = data.draw(st.dictionaries(st.sampled_from(step.names()), ODD, max_size=8))
    at = offer(agency)
    try:
        whole = step.check({**GOOD[step], **answers}, at)
    except ValidationError as error:
        for name, (key, values) in problems(error).items():
            assert name in {*step.names(), "reported"}
            for lang in LANGUAGES:
                assert fill(text(key, lang), **values)
                assert placeholders(text(key, lang)) <= values.keys()
    else:
        whole.model_dump_json()  # what is kept can be written down


MARK = "penanda-rahasia-9f3"


@settings(max_examples=50, deadline=None)
@given(step=ANY_STEP, data=st.data())
def test_no_problem_repeats_what_was_typed(step: type[Step], data: st.DataObject) -> None:
    names = data.draw(st.sets(st.sampled_from(step.names()), min_size=1))
    odd = st.sampled_from(["\0", "\ud800", "x" * 20_001, "", "://", "@"])
    answers = {name: data.draw(odd) + MARK for name in names}
    with pytest.raises(ValidationError) as caught:
        step.check({**answers, "include_email": "on", "email": MARK}, offer())
    error = caught.value
    assert MARK not in str(error) + repr(error) + repr(problems(error)) + repr(error.errors(include_input=False))
