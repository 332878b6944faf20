"""Reads the tables for `slots`: hours, time off, what is booked. The same few queries for one person or for all."""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from clinic.scheduling import slots
from clinic.scheduling.models import Appointment, TimeOff
from patients.models import Patient

LOOK_AHEAD = timedelta(days=21)
FURTHEST = timedelta(days=5 * 366)  # nobody books further ahead; a later day is a mistyped year


def need_of(kind, minutes=None):
    """Return what a kind of visit asks for; `minutes` is another length than the usual one."""
    return slots.Need(minutes or kind.minutes, kind.buffer_before, kind.buffer_after)


def _zone(row, practitioner):
    """Return the zone of the location, or None for the practitioner's own: nothing to tell apart then."""
    other = row.location_id and row.location_id != practitioner.location_id
    return row.location.zone if other else None


def blocks_of(practitioner):
    """Return the practitioner's hours, weekly and of single dates (`Practitioner.objects.with_hours()` for several)."""
    own = practitioner.location_id
    weekly = [
        slots.Block(
            h.weekday,
            h.opens,
            h.closes,
            h.valid_from,
            h.valid_until,
            None,
            h.location_id or own,
            _zone(h, practitioner),
        )
        for h in practitioner.hours.all()
    ]
    dated = [
        slots.Block(h.on.weekday(), h.opens, h.closes, None, None, h.on, h.location_id or own, _zone(h, practitioner))
        for h in practitioner.special_hours.all()
    ]
    return weekly + dated


def busy_of(practitioners, start, end, *, patient=None, ignoring=(), rooms=()):
    """Return {practitioner id: [Busy]} for [start, end) in two queries, whatever their number.

    `ignoring` are the numbers of visits about to be moved; the taken times of `rooms` stand under `("room", id)`.
    """
    taken = {p.pk: [] for p in practitioners} | {("room", room.pk): [] for room in rooms}
    everyone = []  # what keeps them all: the patient, who can be in one place only, and closures
    for row in _appointments(practitioners, start, end, patient, rooms).exclude(pk__in=ignoring):
        if row.practitioner_id in taken:
            taken[row.practitioner_id].append(slots.Busy(row.busy_from, row.busy_until, row.lane, row=row))
        if ("room", row.room_id) in taken:
            taken["room", row.room_id].append(slots.Busy(row.busy_from, row.busy_until, row=row))
        if patient is not None and row.person == patient.person_id:
            everyone.append(slots.Busy(row.starts_at, row.ends_at, row=row, is_patient=True))
    for off in TimeOff.objects.touching(start, end):
        away = slots.Busy(off.starts_at, off.ends_at, None, off.location_id, off)
        if off.practitioner_id is None:
            everyone.append(away)
        elif off.practitioner_id in taken:
            taken[off.practitioner_id].append(away)
    for p in practitioners:
        taken[p.pk] += everyone
    return taken


def _appointments(practitioners, start, end, patient, rooms):
    """Return the visits that take time of these people, of these rooms or of this patient."""
    whose = Q(practitioner__in=[p.pk for p in practitioners])
    if rooms:
        whose |= Q(room__in=[room.pk for room in rooms])
    if patient is not None:
        own = Patient.objects.records_of([patient]).values("pk")
        whose |= Q(patient__in=own, starts_at__lt=end, starts_at__gt=start - timedelta(days=1))
    rows = Appointment.objects.blocking().touching(start, end).filter(whose).order_by().with_person()
    return rows.values_list(
        "practitioner_id",
        "room_id",
        "person",
        "lane",
        "starts_at",
        "ends_at",
        "busy_from",
        "busy_until",
        named=True,
    )


def rooms_of(kind):
    """Return the rooms and tables of which this kind takes one; empty: it needs none."""
    return [room for room in kind.rooms.all() if room.is_active]


def preferred(rooms, practitioner):
    """Return the rooms in the order in which this practitioner takes them: their usual one first."""
    return sorted(rooms, key=lambda room: (room.pk != practitioner.room_id, room.order, room.pk))


def day_span(day, zone):
    """Return [midnight, midnight) of `day` in UTC."""
    start = datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
    return start, datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)


def free_times(
    practitioners,
    kind,
    days,
    *,
    now=None,
    patient=None,
    step=timedelta(minutes=15),
    minutes=None,
    ignoring=(),
    not_before=None,
):
    """Return {practitioner id: [aware starts]} over consecutive `days` (list of dates), earliest first.

    `minutes` is another length than the kind's, `not_before` a later bound than `now` (a minimum notice), `ignoring`
    the numbers of visits that are about to be moved.
    """
    now = now or timezone.now()
    around = timedelta(hours=14)  # other places of the clinic may lie in other zones
    zone = practitioners[0].location.zone
    start, end = day_span(days[0], zone)[0] - around, day_span(days[-1], zone)[1] + around
    rooms = rooms_of(kind)
    busy = busy_of(practitioners, start, end, patient=patient, ignoring=ignoring, rooms=rooms)
    need = need_of(kind, minutes)
    return {
        p.pk: _free(p, days, busy, need, rooms=preferred(rooms, p), not_before=max(now, not_before or now), step=step)
        for p in practitioners
    }


def _by_day(busy, days, zone):
    """Return {day: [Busy]}: each day looks through its own few stretches, not through the whole month."""
    found = defaultdict(list)
    spans = [(day, *day_span(day, zone)) for day in days]
    around = timedelta(hours=14)
    for taken in busy:
        for day, start, end in spans:
            if taken.touches(start - around, end + around):
                found[day].append(taken)
    return found


def _free(practitioner, days, busy, need, *, rooms, **how):
    zone, blocks = practitioner.location.zone, blocks_of(practitioner)
    own = _by_day(busy[practitioner.pk], days, zone)
    taken = {room: _by_day(busy["room", room.pk], days, zone) for room in rooms}
    return [
        found
        for day in days
        for found in slots.free_times(
            day,
            blocks=blocks,
            busy=own[day],
            need=need,
            zone=zone,
            capacity=practitioner.capacity,
            rooms=_at_places(taken, day) if rooms else None,
            **how,
        )
    ]


def _at_places(taken, day):
    """Return {place: {room id: [Busy]}} of one day; a visit takes a room where the practitioner is."""
    found = defaultdict(dict)
    for room, by_day in taken.items():
        found[room.location_id][room.pk] = by_day[day]
    return found


def nearest_free(practitioner, kind, wished, *, patient=None, now=None, count=3, minutes=None, ignoring=()):
    """Return the free times nearest to `wished`: the same day first, else the next days up to three weeks.

    A mistyped year has no times near it.
    """
    if wished - (now or timezone.now()) > FURTHEST:
        return []
    day = wished.astimezone(practitioner.location.zone).date()
    days = [day + timedelta(days=n) for n in range(LOOK_AHEAD.days)]
    times = free_times([practitioner], kind, days, now=now, patient=patient, minutes=minutes, ignoring=ignoring)
    return slots.nearest(times[practitioner.pk], wished, count)
