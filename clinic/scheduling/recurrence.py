"""The rhythm of a series: which days and clock times are wished, and what comes next best. Knows no table.

Days and times are those of the clinic's wall clock: a series at 9:00 stays at 9:00 when the clock is changed.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations, count, islice

MOST_A_WEEK, MOST_WEEKS = 5, 12
A_DAY_AWAY = 120  # minutes: another day at the wished time is as good as the same day two hours off
WEEK = 7


@dataclass(frozen=True)
class Rule:
    """On these weekdays (Monday is 0) for so many weeks about this time; `ends_with_last` adds one more visit."""

    starts_on: date
    clock: time
    weekdays: tuple[int, ...]
    weeks: int
    ends_with_last: bool = False

    @property
    def visits(self):
        """How many visits the series has; none without a weekday."""
        return len(self.weekdays) * self.weeks + self.ends_with_last if self.weekdays else 0


@dataclass(frozen=True)
class Wished:
    """One visit of a series as it is wished: the 4th on this day at this time."""

    number: int
    day: date
    clock: time
    is_last: bool = False


def spread(times, first, open_days=range(WEEK)):
    """Return `times` weekdays with the widest gaps between them: the weekday `first` and others of `open_days`.

    There are fewer when the week has fewer open days.
    """
    others = sorted({*open_days} - {first}, key=lambda day: (day - first) % WEEK)
    ways = combinations(others, min(times - 1, len(others)))
    return tuple(sorted((first, *max(ways, key=lambda way: _least_gap((first, *way))))))


def _least_gap(days):
    ordered = sorted(days)
    following = [*ordered[1:], ordered[0] + WEEK]
    return min(later - day for day, later in zip(ordered, following, strict=True))


def wished(rule):
    """Return the `Wished` visits of a rule in order; the last one keeps the rhythm and may be of another kind."""
    days = (day for n in count() if (day := rule.starts_on + timedelta(days=n)).weekday() in rule.weekdays)
    return [
        Wished(number, day, rule.clock, rule.ends_with_last and number == rule.visits)
        for number, day in enumerate(islice(days, rule.visits), start=1)
    ]


def shifted(number, starts_at, *, days, clock=None):
    """Return the visit as it is wished so many days later (or sooner), at its own time of day or at `clock`.

    `starts_at` is on the clock of the clinic.
    """
    return Wished(number, starts_at.date() + timedelta(days=days), clock or starts_at.time())


def week_of(day):
    """Return the seven days of the calendar week, Monday first."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(WEEK)]


def distance(wish, start):
    """How far a start on the clinic's clock is from the wish: minutes off the time of day, and 120 for each day."""
    off = abs(_minute(start.time()) - _minute(wish.clock))
    return off + A_DAY_AWAY * abs((start.date() - wish.day).days)


def _minute(clock):
    return clock.hour * 60 + clock.minute


def next_best(wish, starts: list[datetime], kept_free=()):
    """Return the starts in the order in which they suit the wish: same day first, then the days beside it.

    `kept_free` are days on which the series has another visit: nobody comes twice a day, unless it is the wished one.
    """
    suited = [start for start in starts if start.date() == wish.day or start.date() not in kept_free]
    return sorted(suited, key=lambda start: (distance(wish, start), start.date() != wish.day, start))
