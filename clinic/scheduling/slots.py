"""Free times: one pure function for desk, portal, public request and import. Knows no table.

Hours are kept on the clinic's wall clock; what comes out are aware times in the zone of the location.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=5)


class TimeDoesNotExist(ValueError):
    """The clock jumps over this time that night."""


class TimeIsAmbiguous(ValueError):
    """The clock shows this time twice that night."""


@dataclass(frozen=True)
class Block:
    """One stretch of a practitioner's week, on the wall clock."""

    weekday: int  # Monday is 0
    opens: time
    closes: time
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day):
        """Does this block apply on `day`?"""
        begun = self.valid_from is None or self.valid_from <= day
        return self.weekday == day.weekday() and begun and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class Busy:
    """A taken stretch [start, end) in one lane; lane None takes them all (time off, the patient's other visit)."""

    start: datetime
    end: datetime
    lane: int | None = None

    def touches(self, start, end):
        return self.start < end and start < self.end


@dataclass(frozen=True)
class Need:
    """What a visit asks for, in minutes: its length and the time kept free before and after."""

    minutes: int
    before: int = 0
    after: int = 0

    def busy_span(self, start):
        """Return (busy_from, busy_until) of a visit that begins at `start`."""
        return start - timedelta(minutes=self.before), start + timedelta(minutes=self.minutes + self.after)


def on_clock(day, clock, zone: ZoneInfo):
    """Return the aware time of `clock` on `day` in `zone`.

    Raises `TimeDoesNotExist` or `TimeIsAmbiguous` in the two nights when the clock is changed.
    """
    first = datetime.combine(day, clock, tzinfo=zone)
    again = first.replace(fold=1)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != first.replace(tzinfo=None):
        raise TimeDoesNotExist(first)
    if first.utcoffset() != again.utcoffset():
        raise TimeIsAmbiguous(first)
    return first


def _edge(day, clock, zone):
    """An edge of working hours in a changed night counts as its first reading: nobody works less for it."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def open_spans(day, blocks, zone):
    """Return the (start, end) stretches in UTC in which a practitioner works on `day`."""
    return sorted((_edge(day, b.opens, zone), _edge(day, b.closes, zone)) for b in blocks if b.holds_on(day))


def is_open(start, end, blocks, zone):
    """Does [start, end) lie whole inside the working hours of its day?"""
    day = start.astimezone(zone).date()
    return any(opens <= start and end <= closes for opens, closes in open_spans(day, blocks, zone))


def free_lane(start, end, busy, capacity):
    """Return the lowest lane that is free in [start, end), or None when all `capacity` lanes are taken."""
    clashes = [b for b in busy if b.touches(start, end)]
    if any(b.lane is None for b in clashes):
        return None
    taken = {b.lane for b in clashes}
    return next((lane for lane in range(capacity) if lane not in taken), None)


def free_times(day, *, blocks, busy, need, zone, capacity=1, not_before=None, step=timedelta(minutes=15)):
    """Return the starts, in `zone`, at which a visit of `need` fits on `day`: inside hours, in a free lane.

    Starts lie on the step counted from the opening of each block; none lies before `not_before`.
    """
    found = []
    for opens, closes in open_spans(day, blocks, zone):
        start = opens + timedelta(minutes=need.before)
        while start + timedelta(minutes=need.minutes) <= closes:
            span = need.busy_span(start)
            late_enough = not_before is None or start >= not_before
            if late_enough and free_lane(span[0], span[1], busy, capacity) is not None:
                found.append(start.astimezone(zone))
            start += step
    return found


def nearest(times, wished, count=3):
    """Return the `count` times nearest to the wished one, in order of the clock."""
    return sorted(sorted(times, key=lambda t: abs(t - wished))[:count])
