"""The rhythm of a series, without tables."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.scheduling import recurrence, slots
from clinic.scheduling.recurrence import Rule, Wished

TUESDAY = date(2026, 5, 19)
WEEKDAYS = range(5)
QUARTER_PAST_TEN = time(10, 15)


def days_of(rule):
    return [f"{wish.day:%a %b %-d}" for wish in recurrence.wished(rule)]


def test_twice_a_week_for_three_weeks_then_one_more_keeps_the_rhythm():
    rule = Rule(TUESDAY, QUARTER_PAST_TEN, (1, 3), 3, ends_with_last=True)
    assert days_of(rule) == [
        "Tue May 19", "Thu May 21", "Tue May 26", "Thu May 28", "Tue Jun 2", "Thu Jun 4", "Tue Jun 9"]  # fmt: skip
    assert [wish.number for wish in recurrence.wished(rule) if wish.is_last] == [7]


def test_a_series_begins_on_the_first_of_its_weekdays():
    assert days_of(Rule(TUESDAY, QUARTER_PAST_TEN, (0, 4), 1)) == ["Fri May 22", "Mon May 25"]


def test_a_rule_without_a_weekday_has_no_visits():
    assert recurrence.wished(Rule(TUESDAY, QUARTER_PAST_TEN, (), 3, ends_with_last=True)) == []


@pytest.mark.parametrize(
    ("times", "first", "days"),
    [(1, 1, (1,)), (2, 1, (1, 4)), (2, 0, (0, 3)), (2, 4, (0, 4)), (3, 0, (0, 2, 4)), (5, 3, (0, 1, 2, 3, 4))],
)
def test_times_a_week_are_spread_as_wide_as_the_open_days_allow(times, first, days):
    assert recurrence.spread(times, first, WEEKDAYS) == days


def test_a_short_week_has_fewer_visits_than_asked_for():
    assert recurrence.spread(4, 1, [1, 3]) == (1, 3)


def at(day, clock):
    return datetime.fromisoformat(f"2026-05-{day} {clock}")


WISH = Wished(4, date(2026, 5, 28), QUARTER_PAST_TEN)  # a Thursday


def test_the_nearest_time_of_the_same_day_comes_first():
    starts = [at(27, "10:15"), at(28, "12:00"), at(28, "09:30"), at(29, "10:15")]
    assert recurrence.next_best(WISH, starts) == [
        at(28, "09:30"), at(28, "12:00"), at(27, "10:15"), at(29, "10:15")]  # fmt: skip


def test_the_wished_time_a_day_later_beats_the_same_day_four_hours_later():
    assert recurrence.next_best(WISH, [at(28, "14:15"), at(29, "10:15")]) == [at(29, "10:15"), at(28, "14:15")]


def test_two_hours_off_on_the_same_day_still_beats_the_day_before():
    assert recurrence.next_best(WISH, [at(27, "10:15"), at(28, "12:15")])[0] == at(28, "12:15")


def test_nobody_is_asked_to_come_twice_on_one_day():
    starts = [at(26, "10:15"), at(28, "16:00"), at(29, "10:15")]
    kept = {date(2026, 5, 26), date(2026, 5, 28), date(2026, 5, 29)}
    assert recurrence.next_best(WISH, starts, kept) == [at(28, "16:00")]


def test_a_visit_that_is_shifted_keeps_its_own_time_of_day_unless_another_is_said():
    start = datetime(2026, 5, 28, 11, 30, tzinfo=ZoneInfo("America/New_York"))
    assert recurrence.shifted(4, start, days=-1) == Wished(4, date(2026, 5, 27), time(11, 30))
    assert recurrence.shifted(4, start, days=7, clock=time(9)) == Wished(4, date(2026, 6, 4), time(9))


# --- whatever is asked for ---

RULES = st.builds(
    Rule,
    starts_on=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    clock=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    weeks=st.integers(1, recurrence.MOST_WEEKS),
    ends_with_last=st.booleans(),
)


@given(rule=RULES)
def test_a_series_has_its_visits_on_its_weekdays_each_day_once(rule):
    wishes = recurrence.wished(rule)
    assert [wish.number for wish in wishes] == list(range(1, rule.visits + 1))
    assert {wish.day.weekday() for wish in wishes} == set(rule.weekdays)
    assert all(later.day > wish.day >= rule.starts_on for wish, later in pairwise(wishes))
    per_week = len(rule.weekdays)
    assert all(wishes[n + per_week].day - wishes[n].day == timedelta(7) for n in range(len(wishes) - per_week))


@given(rule=RULES, zone=st.sampled_from(["Europe/Berlin", "America/New_York"]))
def test_a_series_stays_at_its_time_across_a_clock_change_or_says_why_not(rule, zone):
    """Both clock changes of three years lie among these days; the time in UTC moves, the one on the wall does not."""
    for wish in recurrence.wished(rule):
        try:
            start = slots.on_clock(wish.day, wish.clock, ZoneInfo(zone))
        except (slots.TimeDoesNotExist, slots.TimeIsAmbiguous):
            assert wish.day.weekday() == 6
            assert wish.clock.hour in (1, 2)
        else:
            assert (start.date(), start.time()) == (wish.day, wish.clock)


@pytest.mark.parametrize(
    ("zone", "sunday"), [("Europe/Berlin", date(2027, 3, 28)), ("America/New_York", date(2027, 3, 14))]
)
def test_nine_o_clock_is_an_hour_sooner_in_utc_after_the_clock_change(zone, sunday):
    wishes = recurrence.wished(Rule(sunday - timedelta(3), time(9), (3,), 2))
    before, after = (slots.on_clock(wish.day, wish.clock, ZoneInfo(zone)) for wish in wishes)
    assert before.utcoffset() + timedelta(hours=1) == after.utcoffset()
    assert (before.hour, after.hour) == (9, 9)


@given(times=st.integers(1, 5), first=st.integers(0, 6), open_days=st.sets(st.integers(0, 6), min_size=1))
def test_the_spread_is_made_of_the_first_day_and_open_days(times, first, open_days):
    found = recurrence.spread(times, first, open_days)
    assert first in found
    assert set(found) - {first} <= open_days
    assert len(found) == min(times, len(open_days | {first}))


@given(minutes=st.lists(st.integers(0, 7 * 96 - 1), unique=True), kept=st.sets(st.integers(0, 6)))
def test_what_suits_best_loses_no_time_and_never_puts_a_farther_one_first(minutes, kept):
    monday = datetime(2026, 5, 25)
    starts = [monday + timedelta(minutes=15 * n) for n in minutes]
    kept_free = {(monday + timedelta(days=n)).date() for n in kept}
    found = recurrence.next_best(WISH, starts, kept_free)
    assert sorted(found) == sorted(s for s in starts if s.date() == WISH.day or s.date() not in kept_free)
    far = [recurrence.distance(WISH, start) for start in found]
    assert far == sorted(far)
