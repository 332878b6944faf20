"""What is open and what is taken, read once, for plans over many visits of many patients."""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clinic.scheduling import availability, slots
from clinic.scheduling.models import Appointment, Practitioner, VisitKind
from clinic.scheduling.proposing import Choice

AROUND = timedelta(hours=14)  # other places of the clinic may lie in other zones
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Sought:
    """A visit that needs a time: its kind, who comes (None: not known yet), and another length than the usual one."""

    kind: VisitKind
    patient_id: int | None = None
    minutes: int | None = None

    @property
    def need(self):
        return availability.need_of(self.kind, self.minutes)


@dataclass(frozen=True)
class Spot:
    """A free time with somebody: which lane and room it takes, at which location."""

    practitioner: Practitioner
    starts_at: datetime
    lane: int
    room: int | None
    place: int | None

    @property
    def choice(self):
        return Choice(self.starts_at, self.practitioner)


class Board:
    """The time of `people` ({id: practitioner} as of `proposing.people_for`), of rooms and of patients.

    Three queries for each of `spans` ([start, end) in UTC), whatever the number of people and visits; `ignoring` are
    the numbers of visits that make way.
    """

    def __init__(self, people, *, spans, kinds, patients, now, ignoring=()):
        self.people, self.now, self._taken = people, now, defaultdict(list)
        self._added = []  # what was blocked, in its order
        self.rooms = {kind.pk: availability.rooms_of(kind) for kind in kinds}
        self.blocks = {pk: availability.blocks_of(p) for pk, p in people.items()}
        self._first = (min(start for start, _end in spans) - A_DAY).date()
        self._last = (max(end for _start, end in spans) + A_DAY).date()
        every_room = list({room.pk: room for rooms in self.rooms.values() for room in rooms}.values())
        for start, end in spans:
            found = availability.busy_of(list(people.values()), start, end, ignoring=ignoring, rooms=every_room)
            for key, stretches in found.items():
                for busy in stretches:
                    self.block(key, busy)
            self._read_patients(patients, start, end, ignoring)

    def _read_patients(self, patients, start, end, ignoring):
        """`patients` are the numbers of the records that are kept (`Patient.person_id`)."""
        rows = Appointment.objects.blocking().of_all(patients).filter(starts_at__lt=end, starts_at__gt=start - A_DAY)
        rows = rows.exclude(pk__in=ignoring).order_by().with_person()
        for person, starts_at, ends_at in rows.values_list("person", "starts_at", "ends_at"):
            self.block(("patient", person), slots.Busy(starts_at, ends_at, is_patient=True))

    def block(self, key, busy):
        """Take a stretch of the time of a practitioner (their number), `("room", id)` or `("patient", id)`."""
        day, last = busy.start.astimezone(UTC).date(), busy.end.astimezone(UTC).date()
        day, last = max(day, self._first), min(last, self._last)
        while day <= last:
            self._taken[key, day].append(busy)
            self._added.append((key, day))
            day += A_DAY

    @contextmanager
    def trial(self):
        """Take spots for a moment: what is taken inside is free again afterwards."""
        mark = len(self._added)
        try:
            yield
        finally:
            while len(self._added) > mark:
                self._taken[self._added.pop()].pop()

    def taken(self, key, start, end):
        """What is taken of somebody's or a room's time on the days of [start, end)."""
        day, last, found = start.astimezone(UTC).date(), end.astimezone(UTC).date(), []
        while day <= last:
            found += self._taken[key, day]
            day += A_DAY
        return found

    def spot(self, sought, person, start):
        """Return the `Spot` of this visit with this person at this start, or None when it does not fit."""
        start = start.astimezone(UTC)  # one moment has one code, however it was written
        end = start + timedelta(minutes=sought.need.minutes)
        if start < self.now or sought.kind.pk not in person.kinds_done or self._is_elsewhere(sought, start, end):
            return None
        block = slots.block_around(start, end, self.blocks[person.pk], person.location.zone)
        if block is None:
            return None
        opens, closes = sought.need.busy_span(start)
        lane = slots.free_lane(opens, closes, self.taken(person.pk, opens, closes), person.capacity, block.place)
        room = self._free_room(sought, person, block.place, opens, closes)
        if lane is None or (room is None and self.rooms[sought.kind.pk]):
            return None
        return Spot(person, start, lane, room, block.place)

    def _is_elsewhere(self, sought, start, end):
        if sought.patient_id is None:
            return False
        return any(busy.touches(start, end) for busy in self.taken(("patient", sought.patient_id), start, end))

    def _free_room(self, sought, person, place, start, end):
        rooms = availability.preferred(self.rooms[sought.kind.pk], person)
        here = {room.pk: self.taken(("room", room.pk), start, end) for room in rooms if room.location_id == place}
        return slots.free_room(start, end, here)

    def starts(self, sought, person, day):
        """Return the free starts with this person on `day`, every quarter of an hour from the opening on."""
        if sought.kind.pk not in person.kinds_done:
            return []
        zone = person.location.zone
        start, end = availability.day_span(day, zone)
        around = start - AROUND, end + AROUND
        busy = self.taken(person.pk, *around) + self.taken(("patient", sought.patient_id), *around)
        return slots.free_times(
            day,
            blocks=self.blocks[person.pk],
            busy=busy,
            need=sought.need,
            zone=zone,
            capacity=person.capacity,
            rooms=self._rooms_around(sought, around),
            not_before=self.now,
        )

    def _rooms_around(self, sought, around):
        found = defaultdict(dict)
        for room in self.rooms[sought.kind.pk]:
            found[room.location_id][room.pk] = self.taken(("room", room.pk), *around)
        return found or None

    def take(self, sought, spot):
        """Keep the others of the plan away from this spot."""
        busy_from, busy_until = sought.need.busy_span(spot.starts_at)
        self.block(spot.practitioner.pk, slots.Busy(busy_from, busy_until, spot.lane))
        self.block(("room", spot.room), slots.Busy(busy_from, busy_until))
        if sought.patient_id is not None:
            ends_at = spot.starts_at + timedelta(minutes=sought.need.minutes)
            self.block(("patient", sought.patient_id), slots.Busy(spot.starts_at, ends_at, is_patient=True))

    def keep(self, row):
        """Count a visit that does not make way after all."""
        self.block(row.practitioner_id, slots.Busy(row.busy_from, row.busy_until, row.lane))
        self.block(("room", row.room_id), slots.Busy(row.busy_from, row.busy_until))
        if row.patient is not None:
            self.block(("patient", row.patient.person_id), slots.Busy(row.starts_at, row.ends_at, is_patient=True))
