"""R12 and R13 by hand, and what holds for every plan: days count from 1, the nearest thing is named."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.charting.care import clocks
from clinic.charting.care.clocks import CHECK, DECISION, RE_EXAM, REVIEW, Clock

START = date(2026, 11, 2)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def on(number, start=START):
    return clocks.on_day(start, number)


@pytest.mark.parametrize(
    ("start", "today", "day"),
    [
        (START, START, 1),
        (START, date(2026, 11, 20), 19),  # the picture of the chart
        (START, date(2026, 11, 29), 28),
        (START, date(2026, 12, 13), 42),
        (START, date(2026, 11, 1), 0),
        (date(2026, 10, 25), date(2026, 11, 21), 28),  # clocks go back in the United States on 1 November
        (date(2026, 3, 1), date(2026, 3, 28), 28),  # and forward on 8 March
        (date(2028, 2, 1), date(2028, 2, 28), 28),
        (date(2028, 2, 2), date(2028, 2, 29), 28),
        (date(2026, 12, 5), date(2027, 1, 1), 28),
    ],
)
def test_the_day_of_a_plan_counts_from_one(start, today, day):
    assert clocks.day_of(start, today) == day


def test_a_new_plan_has_a_check_a_review_a_re_examination_and_a_decision_before_it():
    assert clocks.first_round(START) == [
        Clock(CHECK, date(2026, 11, 16)),
        Clock(REVIEW, date(2026, 11, 29)),
        Clock(RE_EXAM, date(2026, 12, 1), 12),
        Clock(DECISION, date(2026, 12, 13)),
    ]


@pytest.mark.parametrize(
    ("proposed", "expected"),
    [
        (None, date(2026, 11, 16)),
        (date(2026, 11, 3), date(2026, 11, 16)),
        (date(2026, 11, 16), date(2026, 11, 16)),
        (date(2026, 11, 23), date(2026, 11, 23)),
        (date(2026, 11, 30), date(2026, 11, 30)),
        (date(2026, 12, 1), date(2026, 11, 30)),
    ],
)
def test_the_first_check_lies_two_to_four_weeks_after_the_start(proposed, expected):
    assert clocks.first_check(START, proposed) == expected


@pytest.mark.parametrize(
    ("kept", "day", "rings"),
    [(0, 29, False), (0, 30, True), (0, 31, True), (10, 20, False), (11, 20, True), (12, 20, True), (11, 40, True)],
)
def test_the_re_examination_rings_after_30_days_or_at_the_12th_visit_whichever_first(kept, day, rings):
    """R13."""
    assert clocks.rings(Clock(RE_EXAM, on(30), 12), kept=kept, today=on(day)) is rings


@pytest.mark.parametrize(("day", "rings"), [(27, [0, 0]), (28, [1, 0]), (41, [1, 0]), (42, [1, 1]), (90, [1, 1])])
def test_the_review_rings_on_day_28_and_the_decision_on_day_42(day, rings):
    """R12."""
    asked = [Clock(REVIEW, on(28)), Clock(DECISION, on(42))]
    assert [clocks.rings(one, kept=3, today=on(day)) for one in asked] == rings
    assert clocks.decision_is_due(asked, on(day)) is bool(rings[1])


def test_a_visit_that_is_next_makes_the_re_examination_due_today_and_never_later_than_its_day():
    asked = Clock(RE_EXAM, on(30), 12)
    assert clocks.due_on(asked, kept=11, today=on(9)) == on(9)
    assert clocks.due_on(asked, kept=11, today=on(40)) == on(30)
    assert clocks.due_on(asked, kept=2, today=on(9)) == on(30)
    assert clocks.due_on(Clock(RE_EXAM, None, 12), kept=2, today=on(9)) == date.max


def test_a_review_within_a_week_of_a_re_examination_is_named_after_it():
    whole = clocks.first_round(START)
    assert clocks.next_due(whole, kept=4, today=on(19)) == Clock(CHECK, on(15))
    assert clocks.next_due(whole[1:], kept=4, today=on(19)) == Clock(RE_EXAM, on(28))
    assert clocks.next_due([whole[1], whole[3]], kept=4, today=on(19)) == Clock(REVIEW, on(28))
    assert clocks.next_due([], kept=4, today=on(19)) is None


def test_what_goes_on_is_reviewed_and_decided_again_after_the_same_spans():
    assert clocks.next_round(on(43)) == [Clock(REVIEW, on(70)), Clock(DECISION, on(84))]
    assert clocks.next_re_exam(on(30), 9) == Clock(RE_EXAM, on(59), 21)


@pytest.mark.parametrize(
    ("day", "phase"),
    [(0, "relief"), (1, "relief"), (21, "relief"), (22, "restore"), (42, "restore"), (43, "restore"), (200, "restore")],
)
def test_a_phase_lasts_its_weeks_and_the_last_one_stays(day, phase):
    phases = [("relief", 3), ("restore", 3)]
    assert clocks.phase_on(phases, day) == phase
    assert clocks.phase_on([], day) == ""
    assert [clocks.phase_begins(phases, name) for name, _weeks in phases] == [1, 22]


@given(DAYS, st.integers(1, 400))
def test_a_day_and_its_date_are_inverse(start, number):
    assert clocks.day_of(start, clocks.on_day(start, number)) == number


@given(DAYS, st.integers(0, 30), st.integers(-5, 200))
def test_the_next_thing_is_the_earliest_and_only_what_is_due_rings(start, kept, later):
    today, asked = start + timedelta(days=later), clocks.first_round(start)
    first = clocks.next_due(asked, kept=kept, today=today)
    days = [clocks.due_on(one, kept=kept, today=today) for one in asked]
    decided = clocks.decision_is_due(asked, today)
    assert first.due_on == (clocks.on_day(start, 42) if decided else min(days))
    assert (first.kind == DECISION) is decided
    assert [clocks.rings(one, kept=kept, today=today) for one in asked] == [day <= today for day in days]


@given(DAYS, DAYS)
def test_a_proposed_check_is_drawn_into_its_weeks(start, proposed):
    assert timedelta(weeks=2) <= clocks.first_check(start, proposed) - start <= timedelta(weeks=4)
