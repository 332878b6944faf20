"""About how long somebody who has arrived will wait: a rule without queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ROUND_TO = 5  # minutes


@dataclass(frozen=True)
class Ahead:
    """A visit with the same practitioner that comes first: its length in minutes, and when it began (None: not yet)."""

    minutes: int
    started_at: datetime | None = None

    def left(self, now):
        """Minutes of it that are still to come."""
        begun = (now - self.started_at) / timedelta(minutes=1) if self.started_at else 0
        return max(0, self.minutes - begun)


def about(starts_at, ahead, *, now, at_a_time=1):
    """Return the minutes until a visit begins, in steps of five: never before its time, nor before those ahead of it.

    `at_a_time` is how many patients the practitioner treats side by side.
    """
    until_start = (starts_at - now) / timedelta(minutes=1)
    busy = sum(one.left(now) for one in ahead) / max(1, at_a_time)
    return -int(-max(0, until_start, busy) // ROUND_TO) * ROUND_TO
