"""Whether a visit fits, and where: its lane, its room, its location.

`find` is asked under the locks that `lock` takes; the database's no-overlap constraints have the last word.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from clinic.scheduling import availability, slots
from clinic.scheduling.models import Appointment, Practitioner, Room, VisitKind
from clinic.scheduling.refusals import (
    InThePast,
    KindNotDone,
    NotOpen,
    PatientHasDied,
    PatientIsElsewhere,
    RoomTaken,
    SlotTaken,
)
from patients.models import Patient


@dataclass(frozen=True)
class Wish:
    """One visit as it is asked for. `room` may be left to us; `ignoring` are visits that make way for this one."""

    practitioner: Practitioner
    kind: VisitKind
    starts_at: datetime
    patient: Patient | None = None
    room: Room | None = None
    minutes: int | None = None
    overbook: bool = False
    ignoring: tuple = ()

    def __post_init__(self):
        """Minutes are added to real time: on the wall clock a visit across the clock change would be an hour off."""
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))

    @property
    def need(self) -> slots.Need:
        return availability.need_of(self.kind, self.minutes)

    @property
    def ends_at(self):
        return self.starts_at + timedelta(minutes=self.need.minutes)

    @cached_property
    def rooms(self):
        """The rooms it may take, the preferred one first; the room asked for alone; none when it needs none."""
        if self.room:
            return [self.room]
        return availability.preferred(availability.rooms_of(self.kind), self.practitioner)


@dataclass(frozen=True)
class Place:
    """Where a visit goes: the columns of the appointment that say when, with whom and where."""

    wish: Wish
    lane: int
    room: Room | None
    location_id: int

    @property
    def columns(self):
        wish = self.wish
        busy_from, busy_until = wish.need.busy_span(wish.starts_at)
        return {
            "practitioner": wish.practitioner,
            "kind": wish.kind,
            "location_id": self.location_id,
            "room": self.room,
            "lane": self.lane,
            "starts_at": wish.starts_at,
            "ends_at": wish.ends_at,
            "busy_from": busy_from,
            "busy_until": busy_until,
        }


def lock(practitioners, rooms=(), patients=()):
    """Lock parents in one fixed order, so that two deeds that share any of them wait instead of deadlocking.

    The log comes last: whoever writes it keeps all other writers waiting, and must not wait for a row after that.
    Whether a patient has died is read again with the lock.
    """
    for model, rows in ((Practitioner, practitioners), (Room, rooms)):
        _lock_rows(model, rows, "pk")
    died = _lock_rows(Patient, patients, "deceased_on")
    for patient in patients:
        if patient is not None:
            patient.deceased_on = died[patient.pk]


def _lock_rows(model, rows, column):
    """Lock these rows in the order of their keys and return {key: value of the column}."""
    keys = sorted({row.pk for row in rows if row is not None})
    locked = model.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    return dict(locked.values_list("pk", column)) if keys else {}


def is_too_far(starts_at, now):
    """Is this further ahead than anybody books? A mistyped year, most likely."""
    return starts_at - now > availability.FURTHEST


def check_day(wish, now):
    """Refuse what no look at the tables can allow: gone, a mistyped year, a kind this practitioner does not do."""
    if wish.starts_at < now:
        raise InThePast
    if is_too_far(wish.starts_at, now):
        raise NotOpen
    if not wish.kind.is_done_by(wish.practitioner):
        raise KindNotDone


def find(wish):
    """Return the `Place` for a wish; raise the refusal that says why there is none.

    An overbooked visit takes an extra lane, whatever the hours; one person in two places it cannot be.
    """
    start, end = wish.need.busy_span(wish.starts_at)
    taken = availability.busy_of([wish.practitioner], start, end, ignoring=wish.ignoring, rooms=wish.rooms)
    busy = taken[wish.practitioner.pk]
    around = slots.block_around(
        wish.starts_at, wish.ends_at, availability.blocks_of(wish.practitioner), wish.practitioner.location.zone
    )
    lane = _extra_lane(busy) if wish.overbook else _lane(wish, around, busy)
    if wish.patient and wish.patient.deceased_on:
        raise PatientHasDied
    if patient_is_elsewhere(wish):
        raise PatientIsElsewhere
    location_id = around.place if around else wish.practitioner.location_id
    return Place(wish, lane, _room(wish, taken, location_id), location_id)


def _lane(wish, block, busy):
    start, end = wish.need.busy_span(wish.starts_at)
    place = block.place if block else None
    away = any(b.lane is None and b.touches(start, end) and b.keeps_from(place) for b in busy)
    if block is None or away:
        raise NotOpen
    lane = slots.free_lane(start, end, busy, wish.practitioner.capacity, place)
    if lane is None:
        raise SlotTaken
    return lane


def _extra_lane(busy):
    return max((b.lane for b in busy if b.lane is not None), default=-1) + 1


def _room(wish, taken, location_id):
    """Return a free room at this location, or None for a visit that needs none (and for one squeezed in)."""
    if not wish.rooms:
        return None
    here = {room.pk: room for room in wish.rooms if room.location_id == location_id}
    start, end = wish.need.busy_span(wish.starts_at)
    free = slots.free_room(start, end, {key: taken["room", key] for key in here})
    if free is None and not wish.overbook:
        raise RoomTaken
    return here.get(free)


def patient_is_elsewhere(wish):
    """Has the patient another visit that overlaps this one?"""
    if wish.patient is None:
        return False
    others = Appointment.objects.blocking().of_patient_during(wish.patient, wish.starts_at, wish.ends_at)
    return others.exclude(pk__in=wish.ignoring).exists()


def offer(error, wish, now):
    """Return the same refusal with the nearest free times, read outside the transaction that failed."""
    if isinstance(error, (KindNotDone, PatientHasDied)):
        return error
    known = (SlotTaken, RoomTaken, PatientIsElsewhere, NotOpen)
    made = type(error) if type(error) in known else SlotTaken
    nearest = availability.nearest_free(
        wish.practitioner,
        wish.kind,
        wish.starts_at,
        patient=wish.patient,
        now=now,
        minutes=wish.minutes,
        ignoring=wish.ignoring,
    )
    return made(nearest)
