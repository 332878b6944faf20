"""What those who wait wish for, and whether a freed time is it. Pure: knows no table.

Wishes are kept on the clinic's wall clock; "not after 12:00" means that the visit is over by noon.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.scheduling.slots import STEP, Busy, Need, block_around

DAY = timedelta(days=1)
FIRST_HOUR, LAST_HOUR = time(8), time(20)  # when a clinic writes to people


@dataclass(frozen=True)
class Wishes:
    """When somebody would come. Empty means "any"; `before` is the start of the visit they hold already."""

    weekdays: frozenset = frozenset()  # Monday is 0
    earliest: time | None = None
    latest: time | None = None
    from_on: date | None = None
    until_on: date | None = None
    before: datetime | None = None

    def want_day(self, day):
        """Is this a day on which they would come?"""
        begun = self.from_on is None or self.from_on <= day
        return begun and (self.until_on is None or day <= self.until_on) and self.want_weekday(day)

    def want_weekday(self, day):
        return not self.weekdays or day.weekday() in self.weekdays


@dataclass(frozen=True)
class Gap:
    """A stretch [start, end) in which one lane of a practitioner is free, with the clock of its place."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    place: int | None = None


def gap_around(start, end, *, blocks, busy, zone, capacity=1):
    """Return the free `Gap` in which [start, end) lies, as wide as hours and other visits allow, or None."""
    block = block_around(start, end, blocks, zone)
    if block is None:
        return None
    here = [b for b in busy if b.keeps_from(block.place)]
    for lane in range(capacity):
        taken = [b for b in here if b.lane in (None, lane)]
        if not any(b.touches(start, end) for b in taken):
            return _widest(start, end, block, taken, block.zone or zone)
    return None


def _widest(start, end, block, taken: list[Busy], zone):
    day = start.astimezone(zone).date()
    opens, closes = _moment(day, block.opens, zone), _moment(day, block.closes, zone)
    begin = max([opens, *(b.end for b in taken if b.end <= start)])
    stop = min([closes, *(b.start for b in taken if b.start >= end)])
    return Gap(begin, stop, zone, block.place)


def _moment(day, clock, zone):
    """A wall-clock edge in UTC; in the two nights when the clock is changed it counts as its first reading."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def _on_grid(moment):
    """Return `moment` rounded up to the 5-minute grid of the day sheet."""
    over = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment + STEP - over if over else moment


def first_start(wishes, gap, need: Need, *, since, until):
    """Return the first start in [since, until) at which a visit of `need` lies in the gap and in the wishes, or None.

    `since` and `until` bound the start to the time that was freed: what was free all along is not news.
    """
    day = since.astimezone(gap.zone).date()
    while day <= until.astimezone(gap.zone).date():
        begin, stop = _bounds(wishes, gap, need, day)
        start = _on_grid(max(begin, since.astimezone(UTC)))
        if wishes.want_day(day) and start <= stop and start < until:
            return start.astimezone(gap.zone)
        day += DAY
    return None


def _bounds(wishes, gap, need, day):
    """Return the earliest and the latest start on `day` that gap, clock and the visit held already leave."""
    length = timedelta(minutes=need.minutes)
    midnight, next_midnight = _moment(day, time.min, gap.zone), _moment(day + DAY, time.min, gap.zone)
    begins = [gap.start.astimezone(UTC) + timedelta(minutes=need.before), midnight]
    stops = [gap.end.astimezone(UTC) - timedelta(minutes=need.after) - length, next_midnight - STEP]
    if wishes.earliest:
        begins.append(_moment(day, wishes.earliest, gap.zone))
    if wishes.latest:
        stops.append(_moment(day, wishes.latest, gap.zone) - length)
    if wishes.before:
        stops.append(wishes.before.astimezone(UTC) - length)
    return max(begins), min(stops)


def fits(wishes, start, need, zone):
    """Is a visit of `need` that begins at `start` what they wish for, as far as day and clock go?"""
    begin, end = need.busy_span(start)
    return first_start(wishes, Gap(begin, end, zone), need, since=start, until=start + STEP) == start


def is_decent_hour(now, zone):
    """Is it an hour at which nobody is woken by a message?"""
    return FIRST_HOUR <= now.astimezone(zone).time() < LAST_HOUR
