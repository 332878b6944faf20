"""Times that became free, and who of those that wait would like them. Reads only, in a fixed number of queries.

A time is freed by a visit that was cancelled or missed, a hold that ended, or a visit that was moved away.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.scheduling import availability, slots, wishes
from clinic.scheduling.models import Appointment, Practitioner, WaitlistEntry, WaitlistOffer
from clinic.scheduling.models.appointments import FREEING, Status

AHEAD = timedelta(days=14)  # freed times further away find their patient without us
MOVES_SINCE = timedelta(days=2)
MOST_WAITING, MOST_FREED, MOST_TIMES = 200, 100, 24
AT_REST = (Status.BOOKED, Status.CONFIRMED)


@dataclass(frozen=True)
class Freed:
    """A stretch in which a visit was to be, and whose: they are not offered what they have given up."""

    practitioner_id: int
    start: datetime
    end: datetime
    person: int | None = None


@dataclass(frozen=True)
class Candidate:
    """Somebody who would like a freed time, and from when they would take it."""

    entry: WaitlistEntry
    practitioner: Practitioner
    starts_at: datetime


@dataclass
class Opening:
    """A freed time and those who would like it, the longest wait first."""

    practitioner: Practitioner
    start: datetime
    end: datetime
    candidates: list[Candidate] = field(default_factory=list)


def wishes_of(entry):
    """Return the entry's wishes; a visit they still hold must lie after the time they are offered."""
    held = entry.instead_of
    before = held.starts_at if held is not None and held.status in AT_REST else None
    return wishes.Wishes(frozenset(entry.weekdays), entry.earliest, entry.latest, entry.from_on, entry.until_on, before)


def does(entry, practitioner):
    """Would they come to this practitioner for this kind of visit?"""
    if entry.practitioner_id:
        return entry.practitioner_id == practitioner.pk
    return entry.kind.is_done_by(practitioner)


def ready(rows=None):
    """Those (of `rows`) who wait and have no offer before them, the longest wait first."""
    rows = WaitlistEntry.objects.all() if rows is None else rows
    rows = rows.waiting().filter(patient__deceased_on=None).exclude(pk__in=WaitlistOffer.objects.open().values("entry"))
    rows = rows.select_related("patient", "kind", "practitioner", "instead_of__location")
    return list(rows.prefetch_related("kind__practitioners", "kind__rooms")[:MOST_WAITING])


def freed_times(now, *, not_before=None, until=None):
    """Return what was freed and starts in [not_before, until), whether it was taken again or not."""
    first, last = max(now, not_before or now), until or now + AHEAD
    rows = Appointment.objects.filter(status__in=FREEING, starts_at__gte=first, starts_at__lt=last)
    found = rows.order_by("starts_at", "pk").with_person()
    found = found.values_list("practitioner", "starts_at", "ends_at", "person")
    return [*(Freed(*row) for row in found[:MOST_FREED]), *_moved_away(now, first, last)]


def _moved_away(now, first, last):
    """The times from which visits were moved lately; the row shows only where they are now, the log from where."""
    moved = Appointment.objects.filter(sequence__gt=0, starts_at__gte=now, changed_at__gte=now - MOVES_SINCE)
    rows = {str(row.pk): row for row in moved.with_person().order_by("-changed_at")[:MOST_FREED]}
    events = AuditEvent.objects.filter(
        patient_id__in={row.patient_id for row in rows.values() if row.patient_id},
        action="appointment.moved",
        object_type=Appointment._meta.label_lower,
        object_id__in=rows,
        at__gte=now - MOVES_SINCE,
    )
    for event in events[:MOST_FREED] if rows else ():
        row, start = rows[event.object_id], datetime.fromisoformat(event.details["from"])
        if first <= start < last:
            yield Freed(event.details["practitioner"], start, start + (row.ends_at - row.starts_at), row.person)


def openings(now=None, *, not_before=None, until=None, entries=None):
    """Return the freed times that somebody who waits would like, the soonest first (`entries`: those of `ready`)."""
    now = now or timezone.now()
    entries = ready() if entries is None else entries
    return _match(freed_times(now, not_before=not_before, until=until), entries) if entries else []


def candidates(practitioner, start, end, *, now=None):
    """Return who would like this one time, which has just become free, the longest wait first."""
    given_up = freed_times(now or timezone.now(), not_before=start, until=end)
    entries = ready()
    found = _match([Freed(practitioner.pk, start, end), *given_up], entries) if entries else []
    here = [one for one in found if one.practitioner.pk == practitioner.pk and start <= one.start < end]
    return here[0].candidates if here else []


def _match(spans, entries):
    if not spans:
        return []
    around = _Around(spans, entries)
    longest = sorted(spans, key=lambda freed: (freed.start, freed.practitioner_id, -freed.end.timestamp()))
    distinct: dict = {}
    for freed in longest:  # a time that was cancelled twice is one time
        distinct.setdefault((freed.practitioner_id, freed.start), freed)
    found = [around.opening(freed, entries) for freed in distinct.values()]
    return [opening for opening in found if opening and opening.candidates]


class _Around:
    """What is taken around the freed times: read once for all of them."""

    def __init__(self, spans, entries):
        named = {freed.practitioner_id for freed in spans}
        people = list(Practitioner.objects.active().with_hours().filter(pk__in=named))
        self.people = {person.pk: person for person in people}
        first, last = min(f.start for f in spans) - timedelta(days=1), max(f.end for f in spans) + timedelta(days=1)
        rooms = {room.pk: room for entry in entries for room in entry.kind.rooms.all()}
        self.busy = availability.busy_of(people, first, last, rooms=list(rooms.values()))
        self.elsewhere = _visits_of({entry.patient.person_id for entry in entries}, first, last)
        for freed in spans:
            self.elsewhere[freed.practitioner_id, freed.person].append((freed.start, freed.end))

    def opening(self, freed, entries):
        """Return the `Opening` of one freed time, or None when it was taken again or nobody works then."""
        person = self.people.get(freed.practitioner_id)
        since = self._free_from(person, freed) if person else None
        if person is None or since is None:
            return None
        gap = wishes.gap_around(
            since,
            since + slots.STEP,
            blocks=availability.blocks_of(person),
            busy=self.busy[person.pk],
            zone=person.location.zone,
            capacity=person.capacity,
        )
        if gap is None:
            return None
        found = [self._candidate(entry, person, gap, since, freed.end) for entry in entries]
        return Opening(person, since.astimezone(gap.zone), freed.end, [one for one in found if one])

    def _free_from(self, person, freed):
        """The first five minutes of the freed time that nobody has taken again, or None."""
        near = [busy for busy in self.busy[person.pk] if busy.touches(freed.start, freed.end)]
        start = freed.start
        while start < freed.end:
            if slots.free_lane(start, start + slots.STEP, near, person.capacity) is not None:
                return start
            start += slots.STEP
        return None

    def _candidate(self, entry, person, gap, since, until):
        if not does(entry, person):
            return None
        need = availability.need_of(entry.kind)
        start = wishes.first_start(wishes_of(entry), gap, need, since=since, until=until)
        if start is None or not self._is_free_for(entry, person, start, need, gap.place):
            return None
        return Candidate(entry, person, start)

    def _is_free_for(self, entry, person, start, need, place):
        """Is the patient nowhere else, have they not given up this very time, and is there a table if they need one?"""
        end = start + timedelta(minutes=need.minutes)
        who = entry.patient.person_id
        taken = [*self.elsewhere[None, who], *self.elsewhere[person.pk, who]]
        if any(other_start < end and start < other_end for other_start, other_end in taken):
            return False
        rooms = availability.rooms_of(entry.kind)
        here = {room.pk: self.busy["room", room.pk] for room in rooms if room.location_id == place}
        begin, stop = need.busy_span(start)
        return not rooms or slots.free_room(begin, stop, here) is not None


def _visits_of(patients, start, end):
    """Return {(None, person): [(start, end)]} of what these people have booked in [start, end)."""
    taken = defaultdict(list)
    rows = Appointment.objects.blocking().touching(start, end).of_all(patients).with_person()
    for person, starts_at, ends_at in rows.values_list("person", "starts_at", "ends_at"):
        taken[None, person].append((starts_at, ends_at))
    return taken


def times_for(entry, now=None):
    """Return [(start, practitioner)] of free times that are what this person wishes for, the soonest first."""
    now = now or timezone.now()
    people = [one for one in Practitioner.objects.active().with_hours() if does(entry, one)]
    if not people:
        return []
    wish, need = wishes_of(entry), availability.need_of(entry.kind)
    first = max(timezone.localdate(now), entry.from_on or timezone.localdate(now))
    days = [first + timedelta(days=n) for n in range(AHEAD.days)]
    free = availability.free_times(people, entry.kind, days, now=now, patient=entry.patient)
    fitting = {
        (start, one.pk): one for one in people for start in free[one.pk] if wishes.fits(wish, start, need, start.tzinfo)
    }
    news = [one for opening in openings(now) for one in opening.candidates if one.entry == entry]
    fitting |= {(one.starts_at, one.practitioner.pk): one.practitioner for one in news}
    return [(start, fitting[start, pk]) for start, pk in sorted(fitting)[:MOST_TIMES]]
