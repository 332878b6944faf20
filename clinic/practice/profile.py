"""The clinic as every page shows it: read once per request, with its first location."""

from clinic.practice.models import ClinicProfile, Location


class Unnamed:
    """What pages show before the first-run wizard has given the clinic a name."""

    name, tagline, headline, introduction, phone, phone_href, email = "Vertebra", "", "", "", "", "", ""
    location: Location | None = None
    emergency_number, disclaimer, set_up_at, hold_minutes = "911", "", None, 1440
    requests_are_booked, requests_a_day, minimum_notice_minutes, booking_horizon_days = False, 3, 120, 60


def clinic():
    """Return the profile (or `Unnamed`) with `.location`, the clinic's first active place or None."""
    profile = ClinicProfile.objects.first() or Unnamed()
    profile.location = Location.objects.active().first()
    return profile


def is_set_up():
    """Has somebody been through the first-run wizard (or the demo)?"""
    return ClinicProfile.objects.filter(set_up_at__isnull=False).exists()


def name():
    """Return the name of the clinic, in one query: what mails and calendar files say."""
    return ClinicProfile.objects.values_list("name", flat=True).first() or Unnamed.name
