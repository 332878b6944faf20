"""What has become of an appointment by now, with the time stamp of each step it went through."""

from datetime import timedelta

from clinic.demo.texts import CANCELLED_BECAUSE, REASONS
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status

NO_SHOW_SHARE, CANCELLED_SHARE = 0.045, 0.07
MINUTE = timedelta(minutes=1)


def appointment(house, *, practitioner, patient, kind, starts_at, desk, room=True):
    """Return an unsaved appointment of this kind, booked, with its busy time; the caller says what became of it."""
    ends_at = starts_at + kind.minutes * MINUTE
    return Appointment(
        practitioner=practitioner,
        patient=patient,
        kind=kind,
        location=house.location,
        room=practitioner.room if room and kind.slug != "phone-advice" else None,
        starts_at=starts_at,
        ends_at=ends_at,
        busy_from=starts_at - kind.buffer_before * MINUTE,
        busy_until=ends_at + kind.buffer_after * MINUTE,
        status=Status.BOOKED,
        source="demo",
        created_by=desk,
    )


def book(row, rng, now):
    """Stamp when it was booked: days ahead, and never in the future."""
    ahead = timedelta(days=rng.randint(2, 9), minutes=rng.randint(0, 480))
    row.created_at = row.booked_at = min(row.starts_at - ahead, now - timedelta(minutes=rng.randint(40, 5000)))
    row.reason = rng.choice(REASONS) if rng.random() < 0.25 else ""


def settle(row, rng, now):
    """Decide how a visit that lies before `now` went, or how far one that lies ahead is agreed; stamp it."""
    book(row, rng, now)
    if row.starts_at > now:
        _look_ahead(row, rng, now)
        return
    chance = rng.random()
    if chance < NO_SHOW_SHARE:
        row.status, row.no_show_at = Status.NO_SHOW, min(row.starts_at + 20 * MINUTE, now)
    elif chance < NO_SHOW_SHARE + CANCELLED_SHARE:
        _cancel(row, rng, row.starts_at - rng.randint(60, 1800) * MINUTE)
    else:
        attend(row, rng, now)


def _look_ahead(row, rng, now):
    soon = row.starts_at - now < timedelta(days=3)
    if rng.random() < 0.03:
        _cancel(row, rng, now - rng.randint(10, 900) * MINUTE)
    elif rng.random() < (0.7 if soon else 0.08):
        row.status, row.confirmed_at = Status.CONFIRMED, now - rng.randint(20, 1500) * MINUTE
        row.confirmed_at = max(row.confirmed_at, row.booked_at)


def _cancel(row, rng, at):
    row.status, row.cancelled_because = Status.CANCELLED, rng.choice(CANCELLED_BECAUSE)
    row.cancelled_at, row.cancelled_by = max(at, row.booked_at), row.created_by


def attend(row, rng, now):
    """Let the patient have come and gone, step by step."""
    row.status = Status.DONE
    if rng.random() < 0.7:
        row.confirmed_at = max(row.booked_at, row.starts_at - rng.randint(600, 2800) * MINUTE)
    began = row.starts_at + rng.randint(0, 7) * MINUTE
    length = row.ends_at - row.starts_at
    row.arrived_at = row.starts_at - rng.randint(3, 12) * MINUTE
    row.in_room_at = began - rng.randint(0, 2) * MINUTE if row.room_id else None
    row.started_at = began
    row.finished_at = min(began + length * rng.uniform(0.75, 1.0), now - 2 * MINUTE).replace(microsecond=0)
    row.done_at = min(row.finished_at + rng.randint(2, 6) * MINUTE, now - MINUTE)


def stand_at(row, status, minutes, rng, now):
    """Put a visit of the present scene at `status` since `minutes` ago, with the steps before it."""
    book(row, rng, now)
    row.confirmed_at = max(row.booked_at, row.starts_at - rng.randint(900, 2400) * MINUTE)
    row.status, since = status, now - minutes * MINUTE
    before = {
        Status.CONFIRMED: (),
        Status.ARRIVED: (("arrived_at", 0),),
        Status.IN_ROOM: (("arrived_at", 5), ("in_room_at", 0)),
        Status.WITH_PRACTITIONER: (("arrived_at", 8), ("in_room_at", 2), ("started_at", 0)),
        Status.CHECKING_OUT: (("arrived_at", 26), ("in_room_at", 19), ("started_at", 16), ("finished_at", 0)),
    }[status]
    for column, earlier in before:
        setattr(row, column, since - earlier * MINUTE)
