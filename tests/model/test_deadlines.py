"""Working days and clocks: what moves a deadline, and what never does."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from wbs_app.model.agency import Targets
from wbs_app.model.deadlines import LEVELS, Clock, WorkDays, acknowledged, answer_by, heard, level, moved, started
from wbs_app.model.due import due
from wbs_app.model.workflow import CLOSED, Status

HOLIDAY = date(2026, 12, 25)
DAYS = WorkDays(free=lambda day: day == HOLIDAY)
TARGETS = Targets()
MONDAY = date(2026, 11, 23)

some_day = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def test_weekends_and_holidays_do_not_count() -> None:
    friday = date(2026, 11, 20)
    assert DAYS.after(friday, 1) == MONDAY
    assert DAYS.after(date(2026, 12, 24), 1) == date(2026, 12, 28)  # Friday is the holiday
    assert DAYS.between(friday, MONDAY) == 1
    assert DAYS.between(MONDAY, friday) == -1
    assert DAYS.after(MONDAY, 0) == MONDAY


def test_a_free_day_may_be_worked() -> None:
    saturday = date(2026, 11, 21)
    swapped = WorkDays(free=lambda _day: False, worked=lambda day: day == saturday)
    assert swapped.after(date(2026, 11, 20), 1) == saturday


@given(some_day, st.integers(0, 120))
def test_counting_forth_and_back(day: date, count: int) -> None:
    end = DAYS.after(day, count)
    assert DAYS.between(day, end) == count
    assert count == 0 or DAYS.is_work(end)


def test_a_new_report_is_to_be_acknowledged_first() -> None:
    clock = started(MONDAY, TARGETS, DAYS)
    assert clock.due_on == clock.acknowledge_by == date(2026, 11, 26)
    assert clock.feedback_by == DAYS.after(MONDAY, 30)


def test_acknowledging_twice_moves_nothing() -> None:
    once = acknowledged(started(MONDAY, TARGETS, DAYS), MONDAY)
    assert acknowledged(once, MONDAY + timedelta(days=9)) == once
    assert once.acknowledged_on == MONDAY
    assert once.due_on == once.feedback_by


def test_the_first_step_acknowledges() -> None:
    clock = moved(started(MONDAY, TARGETS, DAYS), Status.VERIFYING, MONDAY, TARGETS, DAYS)
    assert clock.acknowledged_on == MONDAY
    assert clock.due_on == clock.stage_by == DAYS.after(MONDAY, 3)


def test_waiting_for_the_reporter_pauses_and_gives_the_days_back() -> None:
    clock = moved(started(MONDAY, TARGETS, DAYS), Status.ASSESSING, MONDAY, TARGETS, DAYS)
    asked = moved(clock, Status.CLARIFICATION, MONDAY + timedelta(days=1), TARGETS, DAYS)
    assert asked.due_on is None
    assert answer_by(asked, TARGETS, DAYS) == DAYS.after(MONDAY + timedelta(days=1), 14)
    back = moved(asked, Status.ASSESSING, MONDAY + timedelta(days=8), TARGETS, DAYS, interrupted=Status.ASSESSING)
    assert back.paused_on is None
    assert clock.stage_by is not None and back.stage_by == DAYS.after(clock.stage_by, 5)
    assert back.due_on == back.stage_by


def test_going_on_elsewhere_after_a_question_begins_a_new_stage() -> None:
    clock = moved(started(MONDAY, TARGETS, DAYS), Status.VERIFYING, MONDAY, TARGETS, DAYS)
    asked = moved(clock, Status.CLARIFICATION, MONDAY, TARGETS, DAYS)
    on = moved(asked, Status.ASSESSING, MONDAY, TARGETS, DAYS, interrupted=Status.VERIFYING)
    assert on.stage_by == DAYS.after(MONDAY, TARGETS.assessing)


def test_news_renew_the_feedback_clock_alone() -> None:
    clock = moved(started(MONDAY, TARGETS, DAYS), Status.INVESTIGATING, MONDAY, TARGETS, DAYS)
    later = MONDAY + timedelta(days=21)
    told = heard(clock, later, TARGETS, DAYS)
    assert told.feedback_by == DAYS.after(later, 30)
    assert told.stage_by == clock.stage_by


def test_a_closed_case_owes_nothing_and_a_reopened_one_does() -> None:
    clock = moved(started(MONDAY, TARGETS, DAYS), Status.VERIFYING, MONDAY, TARGETS, DAYS)
    closed = moved(clock, Status.NOT_ACTIONABLE, MONDAY, TARGETS, DAYS)
    assert (closed.due_on, closed.closed_on) == (None, MONDAY)
    again = moved(closed, Status.REOPENED, MONDAY + timedelta(days=7), TARGETS, DAYS)
    assert again.closed_on is None
    assert again.due_on == DAYS.after(MONDAY + timedelta(days=7), 3)
    assert again.acknowledged_on == MONDAY


def test_levels_rise_with_the_days_and_a_hundred_means_late() -> None:
    clock = Clock(acknowledged_on=MONDAY, stage_on=MONDAY, stage_by=DAYS.after(MONDAY, 10))
    clock = acknowledged(clock, MONDAY)
    reached = [level(clock, MONDAY, DAYS.after(MONDAY, day), DAYS) for day in range(13)]
    assert reached == [0, 0, 0, 0, 0, 50, 50, 50, 75, 90, 90, 100, 100]
    assert set(reached) == {0, *LEVELS}


def test_how_a_deadline_reads() -> None:
    clock = Clock(due_on=DAYS.after(MONDAY, 5))
    said = due(clock, "assessing", MONDAY, DAYS)
    assert (said.tone, said.icon, said.days) == ("", "clock", 5)
    assert due(clock, "assessing", DAYS.after(MONDAY, 3), DAYS).tone == "wait"
    assert due(clock, "assessing", DAYS.after(MONDAY, 5), DAYS).text == "case.sla_today"
    late = due(clock, "assessing", DAYS.after(MONDAY, 7), DAYS)
    assert (late.tone, late.icon, late.days) == ("bad", "clock-alert", 2)
    assert due(Clock(paused_on=MONDAY), "clarification", MONDAY, DAYS).icon == "circle-pause"
    silent = Clock(paused_on=MONDAY, due_on=DAYS.after(MONDAY, 14))
    assert due(silent, "clarification", DAYS.after(MONDAY, 14), DAYS).icon == "circle-pause"
    assert due(silent, "clarification", DAYS.after(MONDAY, 15), DAYS).text == "case.sla_silent"
    assert due(clock, "withdrawn", MONDAY, DAYS).icon == ""


def test_what_is_due_for_silence_stays_until_the_wait_is_over() -> None:
    today = DAYS.after(MONDAY, 20)
    silent = Clock(acknowledged_on=MONDAY, paused_on=MONDAY, due_on=DAYS.after(MONDAY, 14), alerted=100)
    assert heard(silent, today, TARGETS, DAYS).due_on == silent.due_on
    assert heard(silent, today, TARGETS, DAYS).alerted == 100, "a reminder to the reporter warns nobody anew"
    back = moved(silent, Status.ASSESSING, today, TARGETS, DAYS)
    assert back.due_on == back.stage_by and back.alerted == 0
    asked = moved(back, Status.CLARIFICATION, today, TARGETS, DAYS)
    assert (asked.due_on, asked.alerted) == (None, 0)


def test_late_on_a_weekend_is_late_by_a_day_at_least() -> None:
    friday = date(2026, 11, 20)
    assert due(Clock(due_on=friday), "verifying", friday + timedelta(days=1), DAYS).days == 1


moves = st.lists(
    st.tuples(st.sampled_from([status for status in Status if status is not Status.RECEIVED]), st.integers(0, 20)),
    max_size=12,
)


@given(some_day, moves)
def test_an_open_case_always_has_a_target_and_its_acknowledgement_never_moves(
    day: date, taken: list[tuple[Status, int]]
) -> None:
    clock, today, first = started(day, TARGETS, DAYS), day, None
    assert clock.due_on is not None
    for status, passed in taken:
        today += timedelta(days=passed)
        before = clock
        clock = moved(clock, status, today, TARGETS, DAYS)
        first = first or today
        assert clock.acknowledged_on == first
        assert clock.acknowledge_by == before.acknowledge_by
        if status in CLOSED:
            assert clock.due_on is None and clock.closed_on == today
        elif status is Status.CLARIFICATION:
            assert clock.due_on is None and clock.paused_on == today
        else:
            assert clock.due_on is not None and clock.paused_on is None
