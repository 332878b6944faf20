"""Which day an address of the desk speaks of."""

from datetime import date

from django.utils import timezone

FIRST_YEAR, LAST_YEAR = 1990, 2199


def asked_day(text):
    """Return the day of the address, or today when it is missing or no day of a clinic's calendar."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return timezone.localdate()
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else timezone.localdate()
