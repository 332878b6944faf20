"""Who waits for a time in the demo: one is held a time that was cancelled, others wait with their wishes."""

from datetime import time, timedelta

from clinic.scheduling.models import Appointment, WaitlistEntry, WaitlistOffer
from clinic.scheduling.models.appointments import Status

MINUTE = timedelta(minutes=1)
HELD_FOR, SINCE = 55 * MINUTE, 5 * MINUTE
SOON = 30 * MINUTE  # an offered time lies at least so far ahead


def write(patients, rows, *, house, now, desk):
    """Save three who wait and, when a coming visit was cancelled, one who is held its time; return the entries."""
    free, waits = _freed(rows, now), _at_home(patients, rows, now)
    entries = [
        _entry(patient, house, now, desk, **wish) for patient, wish in zip(waits, _wishes(house, now), strict=False)
    ]
    if free:
        entries[0].kind, entries[0].practitioner = free.kind, None
    WaitlistEntry.objects.bulk_create(entries)
    if free and entries:
        _offer(entries[0], free, now, desk)
    return entries


def _freed(rows, now):
    """The soonest visit ahead that was cancelled: the demo books no other into its time."""
    cancelled = [row for row in rows if row.status == Status.CANCELLED and row.starts_at > now + SOON]
    return min(cancelled, key=lambda row: row.starts_at, default=None)


def _at_home(patients, rows, now):
    """Grown-ups with an e-mail address who have nothing booked, so that they are free whenever they are asked."""
    booked = {row.patient_id for row in rows if row.patient_id and row.ends_at > now - timedelta(days=1)}
    seen = {row.patient_id for row in rows if row.patient_id}
    return [p for p in patients if p.pk in seen and p.pk not in booked and p.email and not p.user_id]


def _wishes(house, now):
    """The wishes of the demo, the one who is asked first."""
    today = now.astimezone(house.location.zone).date()
    return (
        {"since": 9},
        {"since": 6, "latest": time(12), "practitioner": house.chiropractors[0]},
        {"since": 3, "earliest": time(15), "until_on": today + timedelta(days=6)},
        {"since": 1, "weekdays": [0, 2, 4], "note": "Calls back after four."},
    )


def _entry(patient, house, now, desk, *, since, **wish):
    return WaitlistEntry(
        patient=patient,
        kind=house.kinds["adjustment"],
        created_at=now - timedelta(days=since, minutes=17),
        created_by=desk,
        **wish,
    )


def _offer(entry, free, now, desk):
    at = now - SINCE
    until = min(at + HELD_FOR, free.starts_at)
    same = ("practitioner", "kind", "location", "room", "lane", "starts_at", "ends_at", "busy_from", "busy_until")
    held = Appointment.objects.create(
        **{name: getattr(free, name) for name in same},
        patient=entry.patient,
        status=Status.HELD,
        hold_until=until,
        source="waitlist",
        created_at=at,
        created_by=desk,
    )
    WaitlistOffer.objects.create(entry=entry, appointment=held, offered_at=at, offered_by=desk, expires_at=until)
