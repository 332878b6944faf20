"""Reads the tables for `slots`: hours, time off, what is booked."""

from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

from clinic.scheduling import slots
from clinic.scheduling.models import Appointment, TimeOff

LOOK_AHEAD = timedelta(days=21)
FURTHEST = timedelta(days=5 * 366)  # nobody books further ahead; a later day is a mistyped year


def need_of(kind):
    """Return what a kind of visit asks for."""
    return slots.Need(kind.minutes, kind.buffer_before, kind.buffer_after)


def blocks_of(practitioner):
    """Return the practitioner's working hours (prefetch `hours` for several)."""
    return [slots.Block(h.weekday, h.opens, h.closes, h.valid_from, h.valid_until) for h in practitioner.hours.all()]


def busy_of(practitioners, start, end, *, patient=None, ignoring=None):
    """Return {practitioner id: [Busy]} for [start, end) in three queries, whatever their number."""
    taken = {p.pk: [] for p in practitioners}
    booked = Appointment.objects.blocking().touching(start, end).filter(practitioner__in=taken).exclude(pk=ignoring)
    for row in booked.values_list("practitioner_id", "busy_from", "busy_until", "lane"):
        taken[row[0]].append(slots.Busy(*row[1:]))
    for off in TimeOff.objects.touching(start, end):
        for key in [off.practitioner_id] if off.practitioner_id else taken:
            if key in taken:
                taken[key].append(slots.Busy(off.starts_at, off.ends_at))
    for busy in _busy_patient(patient, start, end, ignoring):
        for key in taken:
            taken[key].append(busy)
    return taken


def _busy_patient(patient, start, end, ignoring):
    if patient is None:
        return []
    own = Appointment.objects.blocking().filter(patient=patient, starts_at__lt=end, ends_at__gt=start)
    own = own.exclude(pk=ignoring)
    return [slots.Busy(*span) for span in own.values_list("starts_at", "ends_at")]


def day_span(day, zone):
    """Return [midnight, midnight) of `day` in UTC."""
    start = datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
    return start, datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)


def free_times(practitioners, kind, days, *, now=None, patient=None, step=timedelta(minutes=15)):
    """Return {practitioner id: [aware starts]} over consecutive `days` (list of dates), earliest first."""
    now = now or timezone.now()
    zone = practitioners[0].location.zone
    start, end = day_span(days[0], zone)[0], day_span(days[-1], zone)[1]
    busy = busy_of(practitioners, start, end, patient=patient)
    return {
        p.pk: [
            found
            for day in days
            for found in slots.free_times(
                day,
                blocks=blocks_of(p),
                busy=busy[p.pk],
                need=need_of(kind),
                zone=zone,
                capacity=p.capacity,
                not_before=now,
                step=step,
            )
        ]
        for p in practitioners
    }


def nearest_free(practitioner, kind, wished, *, patient=None, now=None, count=3):
    """Return the free times nearest to `wished`: the same day first, else the next days up to three weeks.

    A mistyped year has no times near it.
    """
    if wished - (now or timezone.now()) > FURTHEST:
        return []
    day = wished.astimezone(practitioner.location.zone).date()
    days = [day + timedelta(days=n) for n in range(LOOK_AHEAD.days)]
    times = free_times([practitioner], kind, days, now=now, patient=patient)[practitioner.pk]
    return slots.nearest(times, wished, count)
