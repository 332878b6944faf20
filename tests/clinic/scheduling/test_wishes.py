"""Does a freed time fit a wish: day, clock, length, and the visit held already."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.scheduling import slots, wishes
from clinic.scheduling.wishes import Gap, Wishes
from tests.make import MONDAY

NEW_YORK = ZoneInfo("America/New_York")
TWENTY = slots.Need(20)
MINUTE = timedelta(minutes=1)


def at(clock, day=date(2027, 3, 1)):
    return slots.on_clock(day, time.fromisoformat(clock), NEW_YORK)


def gap(start="10:00", end="10:20", day=date(2027, 3, 1)):
    return Gap(at(start, day), at(end, day), NEW_YORK)


def first(wish, free=None, need=TWENTY):
    """The start, on the clock, that fits when the whole gap was freed just now."""
    free = free or gap()
    found = wishes.first_start(wish, free, need, since=free.start, until=free.end)
    return found and f"{found:%H:%M}"


@pytest.mark.parametrize(
    ("wish", "start"),
    [
        (Wishes(), "10:00"),
        (Wishes(weekdays=frozenset({0})), "10:00"),
        (Wishes(weekdays=frozenset({1, 2})), None),
        (Wishes(earliest=time(10)), "10:00"),
        (Wishes(earliest=time(10, 5)), None),
        (Wishes(latest=time(10, 20)), "10:00"),
        (Wishes(latest=time(10, 19)), None),
        (Wishes(from_on=date(2027, 3, 1)), "10:00"),
        (Wishes(from_on=date(2027, 3, 2)), None),
        (Wishes(until_on=date(2027, 3, 1)), "10:00"),
        (Wishes(until_on=date(2027, 2, 28)), None),
        (Wishes(before=at("10:20")), "10:00"),
        (Wishes(before=at("10:19")), None),
    ],
)
def test_a_freed_time_is_offered_only_inside_every_wish(wish, start):
    assert first(wish) == start


def test_a_longer_gap_is_used_where_the_wish_begins():
    assert first(Wishes(earliest=time(10, 32)), gap("10:00", "11:00")) == "10:35"


@pytest.mark.parametrize(
    ("before", "after", "start"), [(0, 0, "10:00"), (5, 0, "10:05"), (5, 5, "10:05"), (10, 5, None)]
)
def test_the_time_kept_free_around_the_visit_has_to_fit_too(before, after, start):
    assert first(Wishes(), gap("10:00", "10:30"), slots.Need(20, before, after)) == start


def test_a_time_that_was_free_all_along_is_no_news():
    found = wishes.first_start(Wishes(), gap("09:00", "12:00"), TWENTY, since=at("10:00"), until=at("10:20"))
    assert found == at("10:00")
    late = Wishes(earliest=time(11))
    assert wishes.first_start(late, gap("09:00", "12:00"), TWENTY, since=at("10:00"), until=at("10:20")) is None


def test_the_clock_is_the_clinics_on_both_sides_of_the_change():
    """15 March 2027 is after the change: ten o'clock is 14:00 UTC, in the week before it was 15:00."""
    wish = Wishes(earliest=time(10), latest=time(10, 20))
    for day, utc in ((date(2027, 3, 8), 15), (date(2027, 3, 15), 14)):
        free = gap("08:00", "12:00", day)
        found = wishes.first_start(wish, free, TWENTY, since=free.start, until=free.end)
        assert found.astimezone(UTC) == datetime(2027, 3, day.day, utc, tzinfo=UTC)


def test_a_gap_reaches_to_the_neighbours_and_no_further_than_the_hours():
    blocks = [slots.Block(0, time(8), time(18), place=1)]
    busy = [slots.Busy(at("09:00"), at("09:40"), 0), slots.Busy(at("11:00"), at("11:20"), 0)]
    arguments = {"blocks": blocks, "busy": busy, "zone": NEW_YORK}
    middle = wishes.gap_around(at("10:00"), at("10:20"), **arguments)
    last = wishes.gap_around(at("17:00"), at("17:20"), **arguments)
    assert (middle.start, middle.end, middle.place) == (at("09:40"), at("11:00"), 1)
    assert (last.start, last.end) == (at("11:20"), at("18:00"))


@pytest.mark.parametrize(("start", "end"), [("11:10", "11:30"), ("07:50", "08:10"), ("17:50", "18:10")])
def test_a_time_that_is_taken_again_or_outside_the_hours_is_no_gap(start, end):
    busy = [slots.Busy(at("11:00"), at("11:20"), 0)]
    blocks = [slots.Block(0, time(8), time(18))]
    assert wishes.gap_around(at(start), at(end), blocks=blocks, busy=busy, zone=NEW_YORK) is None


def test_the_second_lane_is_free_while_the_first_is_taken_and_time_off_takes_both():
    blocks, taken = [slots.Block(0, time(8), time(18))], [slots.Busy(at("10:00"), at("10:20"), 0)]
    arguments = {"blocks": blocks, "zone": NEW_YORK, "capacity": 2}
    assert wishes.gap_around(at("10:00"), at("10:20"), busy=taken, **arguments).start == at("08:00")
    away = [*taken, slots.Busy(at("10:10"), at("12:00"))]
    assert wishes.gap_around(at("10:00"), at("10:20"), busy=away, **arguments) is None


CLOCKS = st.none() | st.integers(0, 287).map(lambda n: time(n // 12, n % 12 * 5))
WISHES = st.builds(
    Wishes,
    weekdays=st.frozensets(st.integers(0, 6), max_size=3),
    earliest=CLOCKS,
    latest=CLOCKS,
    from_on=st.none() | st.dates(date(2027, 2, 26), date(2027, 3, 4)),
    until_on=st.none() | st.dates(date(2027, 2, 26), date(2027, 3, 4)),
    before=st.none() | st.integers(-40, 40).map(lambda n: MONDAY + 5 * n * MINUTE),
)
NEEDS = st.builds(
    slots.Need, st.integers(1, 18).map(lambda n: n * 5), st.sampled_from([0, 5, 10]), st.sampled_from([0, 5, 15])
)


def suits(wish, start, need, free):
    """The same rule, said one clause after the other."""
    local, (busy_from, busy_until) = start.astimezone(NEW_YORK), need.busy_span(start)
    end = start + need.minutes * MINUTE
    return (
        free.start <= busy_from and busy_until <= free.end
        and (not wish.weekdays or local.weekday() in wish.weekdays)
        and (wish.earliest is None or local.time() >= wish.earliest)
        and (wish.latest is None or end <= datetime.combine(local.date(), wish.latest, tzinfo=NEW_YORK).astimezone(UTC))
        and (wish.from_on is None or local.date() >= wish.from_on)
        and (wish.until_on is None or local.date() <= wish.until_on)
        and (wish.before is None or end <= wish.before)
    )  # fmt: skip


@given(wish=WISHES, need=NEEDS, begin=st.integers(-200, 200), length=st.integers(1, 60), odd=st.integers(0, 4))
def test_what_is_found_is_the_first_of_all_starts_that_suit(wish, need, begin, length, odd):
    start = MONDAY + (5 * begin + odd) * MINUTE
    free = Gap(start, start + 5 * length * MINUTE, NEW_YORK)
    grid = [MONDAY + 5 * (begin + n) * MINUTE for n in range(length + 2)]
    suiting = [one for one in grid if free.start <= one < free.end and suits(wish, one, need, free)]
    assert wishes.first_start(wish, free, need, since=free.start, until=free.end) == (suiting[0] if suiting else None)


@given(wish=WISHES, need=NEEDS, step=st.integers(-300, 300))
def test_a_single_start_fits_exactly_when_it_suits(wish, need, step):
    start = MONDAY + 5 * step * MINUTE
    assert wishes.fits(wish, start, need, NEW_YORK) == suits(wish, start, need, Gap(*need.busy_span(start), NEW_YORK))


@pytest.mark.parametrize(("clock", "decent"), [("07:59", False), ("08:00", True), ("19:59", True), ("20:00", False)])
def test_nobody_is_written_to_at_night(clock, decent):
    assert wishes.is_decent_hour(at(clock).astimezone(UTC), NEW_YORK) is decent
