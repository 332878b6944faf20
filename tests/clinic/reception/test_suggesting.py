"""Which free times are said first on the phone."""

from datetime import date, datetime, time

import pytest

from clinic.reception.suggesting import first_choices, usual_clock

FRIDAY, TUESDAY = date(2027, 3, 5), date(2027, 3, 9)


def at(*clocks, day=TUESDAY):
    return [datetime.combine(day, time.fromisoformat(clock)) for clock in clocks]


def said(times, **how):
    return [(str(words), f"{start:%a %H:%M}") for words, start in first_choices(times, TUESDAY, **how)]


FREE = at("09:00", "10:15", "10:30", "10:45", "14:30")


def test_the_usual_time_a_later_one_the_afternoon_and_the_soonest():
    assert said(FREE, usual=time(10, 20), soonest=at("09:30", day=FRIDAY)[0]) == [
        ("Usual time", "Tue 10:15"),
        ("Later", "Tue 10:45"),
        ("Afternoon", "Tue 14:30"),
        ("Soonest", "Fri 09:30"),
    ]


def test_who_comes_in_the_afternoon_is_offered_a_morning():
    assert said(FREE, usual=time(15)) == [("Usual time", "Tue 14:30"), ("Morning", "Tue 09:00")]


def test_the_other_half_of_the_day_is_not_next_door():
    said_first = said(at("11:45", "12:00", "12:15", "13:45"), usual=time(11, 45))
    assert said_first == [("Usual time", "Tue 11:45"), ("Later", "Tue 12:15"), ("Afternoon", "Tue 13:45")]


def test_without_earlier_visits_the_day_begins_the_list():
    assert said(FREE)[0] == ("First that day", "Tue 09:00")


def test_no_time_is_said_twice():
    assert said(at("09:00"), usual=time(9), soonest=at("09:00")[0]) == [("Usual time", "Tue 09:00")]


def test_a_full_day_gives_way_to_the_next_with_free_times():
    later = at("11:00", day=date(2027, 3, 10)) + at("08:00", day=date(2027, 3, 11))
    assert said(later, usual=time(8)) == [("Usual time", "Wed 11:00")]
    assert said(later) == [("First free", "Wed 11:00")]


def test_nothing_free_is_no_choice():
    assert first_choices([], TUESDAY, usual=time(9)) == []


@pytest.mark.parametrize(
    ("clocks", "usual"),
    [([], None), (["09:00"], "09:00"), (["09:00", "10:00", "10:00"], "10:00"), (["11:00", "09:00"], "11:00")],
)
def test_the_usual_time_is_the_most_frequent_of_late(clocks, usual):
    found = usual_clock(at(*clocks))
    assert (found and f"{found:%H:%M}") == usual
