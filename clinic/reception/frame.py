"""The grid of a day: steps of five minutes, counted from its first hour.

Places are class names (`sN` start, `dN` length, `lN` lane, `mN` odd minutes): the page needs no style attribute.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.dateformat import time_format

HOUR, LONGEST, MOST_HOURS, MOST_LANES = 12, 48, 20, 8
USUAL_FIRST, USUAL_LAST = 8, 18


@dataclass(frozen=True)
class Frame:
    """Which hours of which day are drawn."""

    day: date
    zone: ZoneInfo
    first: int = USUAL_FIRST
    last: int = USUAL_LAST

    @property
    def steps(self):
        return (self.last - self.first) * HOUR

    def minute_of(self, moment):
        """Minutes on the wall clock from the first hour to `moment`; negative before it."""
        local = moment.astimezone(self.zone)
        return ((local.date() - self.day).days * 24 + local.hour - self.first) * 60 + local.minute

    def span(self, start, end):
        """Return (first step, steps) of [start, end) cut to the frame; a part of a step counts as one."""
        begin = min(max(self.minute_of(start) // 5, 0), self.steps)
        stop = max(min(-(-self.minute_of(end) // 5), self.steps), 0)
        return begin, stop - begin

    def moment(self, step):
        """The time at which a step begins, for comparing with others; odd nights are off by the changed hour."""
        return datetime.combine(self.day, time.min, self.zone) + timedelta(minutes=self.first * 60 + step * 5)

    @property
    def hours(self):
        """The hours of the gutter: (place, hour of the 12-hour clock, am or pm)."""
        return [
            (f"s{n * HOUR} d12", (hour - 1) % 12 + 1, "am" if hour < 12 else "pm")
            for n, hour in enumerate(range(self.first, self.last))
        ]


def place(card, frame, lane, lanes):
    """Give the card its place and its size in a column of so many lanes."""
    begin, length = frame.span(card.appointment.starts_at, card.appointment.ends_at)
    length = min(max(length, 1), LONGEST)
    beside = f" l{min(lane + 1, MOST_LANES)}" if lanes > 1 else ""
    card.place = f"s{begin} d{length}{beside}"
    card.size = "low" if length < 3 else "one" if length == 3 else "mid" if length < 6 else "tall"


def hours_around(day, zone, spans):
    """Return the frame of the whole hours around these stretches, at least the usual ones when there are none."""
    if not spans:
        return Frame(day, zone)
    midnight = Frame(day, zone, 0, 24)
    first = max(min(midnight.minute_of(start) for start, _end in spans) // 60, 0)
    last = min(-(-max(midnight.minute_of(end) for _start, end in spans) // 60), 24, first + MOST_HOURS)
    return Frame(day, zone, first, max(last, first + 1))


def pieces(begin, length, words):
    """Cut a stretch into pieces for which there is a class; the words stand on the first."""
    for at in range(begin, begin + length, LONGEST):
        yield f"s{at} d{min(LONGEST, begin + length - at)}", words if at == begin else ""


def clock_of(frame, step):
    minutes = frame.first * 60 + step * 5
    return time_format((datetime(2000, 1, 1) + timedelta(minutes=minutes)).time(), "g:i")
