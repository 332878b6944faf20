"""Opening hours from the hours of those who work here."""

from datetime import date, time

from clinic.scheduling.slots import Block
from clinic.website.opening import Day, merge, week

MONDAY = date(2027, 3, 1)


def test_spans_that_touch_or_overlap_are_told_as_one():
    assert merge([(time(13), time(18)), (time(8), time(12))]) == ((time(8), time(12)), (time(13), time(18)))
    assert merge([(time(8), time(12)), (time(12), time(18))]) == ((time(8), time(18)),)
    assert merge([(time(8), time(18)), (time(9), time(10))]) == ((time(8), time(18)),)
    assert merge([]) == ()


def test_the_week_begins_on_monday_and_knows_today_and_closed_days():
    days = week([Block(0, time(8), time(12)), Block(2, time(9), time(17))], date(2027, 3, 3))

    assert [day.on.day for day in days] == [1, 2, 3, 4, 5, 6, 7]
    assert [bool(day.spans) for day in days] == [True, False, True, False, False, False, False]
    assert [day.is_today for day in days].index(True) == 2


def test_hours_that_are_not_valid_this_week_do_not_count():
    later = Block(0, time(8), time(12), valid_from=date(2027, 3, 8))

    assert week([later], MONDAY)[0].spans == ()
    assert week([later], date(2027, 3, 8))[0].spans == ((time(8), time(12)),)


def test_closing_time_is_told_until_it_is_reached():
    day = Day(MONDAY, ((time(8), time(12)), (time(13), time(18))))

    assert [day.closes_after(time(hour)) for hour in (7, 12, 17, 18)] == [time(18), time(18), time(18), None]
    assert Day(MONDAY, ()).closes_after(time(9)) is None
