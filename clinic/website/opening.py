"""When the clinic is open, from the hours of those who work there. Pure: no models, no queries."""

from dataclasses import dataclass
from datetime import date, time, timedelta


@dataclass(frozen=True, slots=True)
class Day:
    """A day of this week with its opening times on the wall clock; no times: closed."""

    on: date
    spans: tuple[tuple[time, time], ...]
    is_today: bool = False

    def closes_after(self, clock):
        """Return when the doors close for today, or None if they are closed already or all day."""
        last = self.spans[-1][1] if self.spans else None
        return last if last and clock < last else None


def merge(spans):
    """Return the spans in order, those that touch or overlap as one."""
    merged = []
    for opens, closes in sorted(spans):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
        else:
            merged.append((opens, closes))
    return tuple(merged)


def week(blocks, today):
    """Return the seven days of the week of `today`, Monday first, from `slots.Block`s of everybody."""
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    return [Day(day, merge((b.opens, b.closes) for b in blocks if b.holds_on(day)), day == today) for day in days]
