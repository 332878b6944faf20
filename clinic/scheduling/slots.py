"""Free times: one pure function for desk, portal, public request and import. Knows no table.

Hours are kept on the clinic's wall clock; what comes out are aware times in the zone of the location.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=5)


class TimeDoesNotExist(ValueError):
    """The clock jumps over this time that night."""


class TimeIsAmbiguous(ValueError):
    """The clock shows this time twice that night."""


@dataclass(frozen=True)
class Block:
    """One stretch of work on the wall clock: of every such weekday, or of one date (`on`) in the place of its week.

    `place` is the number of the location, `zone` its zone where it differs from the practitioner's own.
    """

    weekday: int  # Monday is 0
    opens: time
    closes: time
    valid_from: date | None = None
    valid_until: date | None = None
    on: date | None = None
    place: int | None = None
    zone: ZoneInfo | None = None

    def holds_on(self, day):
        """Does this block apply on `day`, if no block of that very date stands in its place?"""
        if self.on:
            return self.on == day
        begun = self.valid_from is None or self.valid_from <= day
        return self.weekday == day.weekday() and begun and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class Busy:
    """A taken stretch [start, end) in one lane; lane None takes them all (time off, the patient's other visit).

    `place` narrows it to work at one location: that location is closed. `row` is what it was read from, for the words
    that say why a time is not free.
    """

    start: datetime
    end: datetime
    lane: int | None = None
    place: int | None = None
    row: object = None
    is_patient: bool = False  # the patient's own other visit

    def touches(self, start, end):
        return self.start < end and start < self.end

    def keeps_from(self, place):
        """Does it matter for work at `place`?"""
        return self.place is None or self.place == place


@dataclass(frozen=True)
class Need:
    """What a visit asks for, in minutes: its length and the time kept free before and after."""

    minutes: int
    before: int = 0
    after: int = 0

    def busy_span(self, start) -> tuple[datetime, datetime]:
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


def against(busy, need):
    """Return the taken stretches as they count for a visit of `need`.

    The patient's own other visit is in the way of the visit itself, not of the time kept free around it.
    """
    before, after = timedelta(minutes=need.before), timedelta(minutes=need.after)
    return [replace(b, start=b.start + after, end=b.end - before) if b.is_patient else b for b in busy]


def blocks_on(day, blocks):
    """Return the blocks that apply on `day`: those of that date alone, if there are any."""
    held = [block for block in blocks if block.holds_on(day)]
    return [block for block in held if block.on] or held


def open_blocks(day, blocks, zone):
    """Return (start, end, block) in UTC for each stretch in which a practitioner works on `day`, earliest first."""
    found = [
        (_edge(day, b.opens, b.zone or zone), _edge(day, b.closes, b.zone or zone), b) for b in blocks_on(day, blocks)
    ]
    return sorted(found, key=lambda stretch: stretch[:2])


def open_spans(day, blocks, zone):
    """Return the (start, end) stretches in UTC in which a practitioner works on `day`."""
    return [stretch[:2] for stretch in open_blocks(day, blocks, zone)]


def block_around(start, end, blocks, zone):
    """Return the block of working hours in which [start, end) lies whole, or None."""
    for day in {start.astimezone(z).date() for z in {zone, *(b.zone for b in blocks if b.zone)}}:
        for opens, closes, block in open_blocks(day, blocks, zone):
            if opens <= start and end <= closes:
                return block
    return None


def is_open(start, end, blocks, zone):
    """Does [start, end) lie whole inside the working hours of its day?"""
    return block_around(start, end, blocks, zone) is not None


def free_lane(start, end, busy, capacity, place=None):
    """Return the lowest lane that is free in [start, end) at `place`, or None when all `capacity` lanes are taken."""
    clashes = [b for b in busy if b.touches(start, end) and b.keeps_from(place)]
    if any(b.lane is None for b in clashes):
        return None
    taken = {b.lane for b in clashes}
    return next((lane for lane in range(capacity) if lane not in taken), None)


def free_room(start, end, rooms):
    """Return the first of `rooms` ({key: [Busy]}, the preferred one first) that is free in [start, end), or None."""
    return next((key for key, busy in rooms.items() if not any(b.touches(start, end) for b in busy)), None)


def free_times(day, *, blocks, busy, need, zone, capacity=1, rooms=None, not_before=None, step=timedelta(minutes=15)):
    """Return the starts, on the clock of their place, at which a visit of `need` fits on `day`.

    It fits inside hours, in a free lane and, when `rooms` is given ({place: {key: [Busy]}}), in one of that place.
    Starts lie on the step counted from the opening of each block; none lies before `not_before`.
    """
    found, busy = [], against(busy, need)
    for opens, closes, block in open_blocks(day, blocks, zone):
        start = opens + timedelta(minutes=need.before)
        while start + timedelta(minutes=need.minutes) <= closes:
            span = need.busy_span(start)
            late_enough = not_before is None or start >= not_before
            if late_enough and _has_place(span, busy, capacity, rooms, block.place):
                found.append(start.astimezone(block.zone or zone))
            start += step
    return found


def _has_place(span, busy, capacity, rooms, place):
    start, end = span
    if free_lane(start, end, busy, capacity, place) is None:
        return False
    return rooms is None or free_room(start, end, rooms.get(place, {})) is not None


def nearest(times, wished, count=3):
    """Return the `count` times nearest to the wished one, in order of the clock."""
    real, wished = {t.astimezone(UTC): t for t in times}, wished.astimezone(UTC)  # one hour comes twice a year
    return [real[t] for t in sorted(sorted(real, key=lambda t: abs(t - wished))[:count])]
