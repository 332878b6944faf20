"""Visits as a calendar file (RFC 5545). Pure: rows in, bytes out, the same rows always giving the same bytes."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from clinic.scheduling.models.appointments import Status

STATUS = {Status.HELD: "TENTATIVE", Status.CANCELLED: "CANCELLED"}  # every other visit is confirmed
READ_EVERY = timedelta(hours=1)
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)


def for_patient(rows, clinic):
    """Return the file of a patient's visits: "Visit at Harbour Street Chiropractic", and whom to call."""
    summary = _("Visit at %(clinic)s") % {"clinic": clinic}
    return calendar(rows, title=summary, summary=lambda row: summary, about=_whom_to_call)


def for_practitioner(rows, clinic, *, shows_names):
    """Return the file of a practitioner's visits: "Visit", or the patient's name where the feed shows names."""

    def summary(row):
        return row.patient.full_name if shows_names and row.patient else _("Visit")

    return calendar(rows, title=_("Visits at %(clinic)s") % {"clinic": clinic}, summary=summary)


def calendar(rows, *, title, summary, about=None):
    """Return the bytes of a calendar of these appointments (each with its location)."""
    made = Calendar()
    made.add("prodid", "-//Vertebra//Visits//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", title)
    made.add("refresh-interval", READ_EVERY, parameters={"value": "DURATION"})
    for zone in sorted({row.location.time_zone for row in rows}):
        made.add_component(_zone([row for row in rows if row.location.time_zone == zone]))
    for row in rows:
        made.add_component(_event(row, summary(row), about(row) if about else ""))
    return made.to_ical()


def uid(row):
    """Return the name of this visit in every calendar there is; it never changes."""
    return f"appointment-{row.pk}@{urlsplit(settings.SITE_URL).hostname}"


def changed_at(row):
    """Return when anything of this visit last changed that a calendar shows."""
    return max(filter(None, (row.created_at, row.booked_at, row.changed_at, row.cancelled_at))).astimezone(UTC)


def _event(row, summary, about):
    event, place = Event(), row.location
    is_cancelled = row.status == Status.CANCELLED
    event.add("uid", uid(row))
    event.add("sequence", row.sequence + is_cancelled)
    event.add("dtstamp", changed_at(row))
    event.add("last-modified", changed_at(row))
    event.add("dtstart", _on_clock(row.starts_at, place.zone))
    event.add("dtend", _on_clock(row.ends_at, place.zone))
    event.add("status", STATUS.get(row.status, "CONFIRMED"))
    event.add("transp", "TRANSPARENT" if is_cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    event.add("summary", summary)
    event.add("location", ", ".join([place.name, *place.address_lines]))
    if about:
        event.add("description", about)
    return event


def _whom_to_call(row):
    phone = row.location.phone
    return _("To move or cancel, call %(phone)s.") % {"phone": phone} if phone else ""


# --- time zones ---


def _on_clock(at, zone):
    """Return the time on the clock of `zone`; in UTC in the hour that the clock shows twice."""
    local = at.astimezone(zone)
    twice = local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()
    return at.astimezone(UTC) if twice else local


def _zone(rows):
    zone = rows[0].location.zone
    years = min(row.starts_at for row in rows).year - 1, max(row.ends_at for row in rows).year + 1
    described = Timezone()
    described.add("tzid", zone.key)
    for at, before in changes(zone, *years):
        described.add_component(_observance(at.astimezone(zone), at + before, before))
    return described


def _observance(after, onset, before):
    """Describe what the clock shows `after` a change; the onset is told on the clock as it ran before."""
    part = TimezoneDaylight() if after.dst() else TimezoneStandard()
    part.add("dtstart", onset.replace(tzinfo=None))
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", after.utcoffset())
    part.add("tzname", after.tzname())
    return part


@lru_cache(maxsize=64)
def changes(zone, first_year, last_year):
    """Return [(moment in UTC, offset until then)]: the start of the first year, and each change of the clock since."""
    day, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    found = [(day, _offset(day, zone))]
    while day < end:
        if _offset(day, zone) != _offset(day + A_DAY, zone):
            found.append((_moment_of_change(day, zone), _offset(day, zone)))
        day += A_DAY
    return found


def _offset(at, zone):
    return at.astimezone(zone).utcoffset()


def _moment_of_change(day, zone):
    """Halve the day until the second of the change is left."""
    before, after = day, day + A_DAY
    while after - before > A_SECOND:
        middle = before + (after - before) // 2
        if _offset(middle, zone) == _offset(day, zone):
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
