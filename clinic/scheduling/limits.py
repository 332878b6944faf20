"""How soon and how far ahead patients and visitors may book; the desk is bound by neither."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone


@dataclass(frozen=True)
class Limits:
    """The clinic's notice, and the number of days ahead that it opens."""

    notice: timedelta
    days: int

    def earliest(self, now):
        """The first moment that may be booked."""
        return now + self.notice

    def last_day(self, now):
        """The last day that may be booked, on the clock of the current zone."""
        return timezone.localdate(now) + timedelta(days=self.days)

    def is_too_far(self, starts_at, now):
        """Does it start after the last day that is open?"""
        return timezone.localdate(starts_at) > self.last_day(now)


def limits_of(profile):
    """Return the `Limits` that stand in the clinic's profile."""
    return Limits(timedelta(minutes=profile.minimum_notice_minutes), profile.booking_horizon_days)
