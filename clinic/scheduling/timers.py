"""Minutes of heat, ice or current on a table: started, lengthened and stopped, and seen by everybody.

A timer that has rung stays on the board until somebody stops it, and gives way to the next one on its table.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.scheduling.models import Appointment, TherapyTimer
from clinic.scheduling.models.appointments import HERE
from clinic.scheduling.therapies import therapy

LONGEST = 120  # minutes; also a rule of the table


class NotInTheClinic(Exception):
    """The patient of this visit has not arrived, or has left."""


class TableIsTaken(Exception):
    """Another timer runs on this table; `timer` is that one, None when it began in the same moment."""

    def __init__(self, timer=None):
        super().__init__(timer)
        self.timer = timer


class AlreadyRunning(Exception):
    """This therapy of this visit is being timed already."""


class AlreadyStopped(Exception):
    """Somebody has stopped this timer."""


class TooLong(Exception):
    """A timer runs two hours at most."""


def start(appointment, *, name, by, minutes=None, room=None, now=None):
    """Start counting down and return the timer. `minutes`: the usual ones of the therapy unless given.

    Raises `NotInTheClinic`, `TableIsTaken` or `AlreadyRunning`.
    """
    require(by, "timer.change")
    try:
        return _start(appointment, name, by, minutes or therapy(name).minutes, room, now or timezone.now())
    except IntegrityError as error:
        if "one_running_timer" not in str(error) and "UNIQUE" not in str(error):
            raise
        raise TableIsTaken from error  # somebody began in the same moment; the table had the last word


@transaction.atomic
def _start(appointment, name, by, minutes, room, now):
    visit = Appointment.objects.select_for_update(no_key=True, of=("self",)).get(pk=appointment.pk)
    if visit.status not in HERE:
        raise NotInTheClinic
    rung = _make_room(visit, name, room, now)
    for timer in rung:
        _end(timer, by, now)
    made = TherapyTimer.objects.create(
        appointment=visit,
        room=room,
        name=name,
        minutes=minutes,
        started_at=now,
        started_by=by,
        ends_at=now + timedelta(minutes=minutes),
    )
    for timer in rung:
        _record_stop(timer, by)
    record("timer.started", made, by=by, patient=visit.patient_id, minutes=minutes)
    return made


def _make_room(visit, name, room, now):
    """Return the timers that have rung and give way to the new one; raise for one that still runs."""
    running = TherapyTimer.objects.running().select_related("appointment__patient")
    same = running.filter(appointment=visit, name=name).first()
    other = running.filter(room=room).first() if room else None
    if same and same.ends_at > now:
        raise AlreadyRunning
    if other and other.ends_at > now:
        raise TableIsTaken(other)
    return list({timer.pk: timer for timer in (same, other) if timer}.values())


def _end(timer, by, now):
    timer.ended_at, timer.ended_by = max(now, timer.started_at), by
    timer.save(update_fields=["ended_at", "ended_by"])


def _record_stop(timer, by):
    record("timer.stopped", timer, by=by, patient=timer.appointment.patient_id)


def _lock(timer):
    return TherapyTimer.objects.select_for_update(no_key=True, of=("self",)).get(pk=timer.pk)


@transaction.atomic
def add_minutes(timer, *, by, minutes=5, now=None):
    """Let it run longer and return it; one that has rung runs on from now. Raises `AlreadyStopped` or `TooLong`."""
    require(by, "timer.change")
    row = _lock(timer)
    if row.ended_at:
        raise AlreadyStopped
    if row.minutes + minutes > LONGEST:
        raise TooLong
    row.ends_at = max(row.ends_at, now or timezone.now()) + timedelta(minutes=minutes)
    row.minutes += minutes
    row.save(update_fields=["ends_at", "minutes"])
    record("timer.lengthened", row, by=by, patient=row.appointment.patient_id, minutes=minutes)
    return row


@transaction.atomic
def stop(timer, *, by, now=None):
    """Take it off the board and return it; a second click changes nothing."""
    require(by, "timer.change")
    row = _lock(timer)
    if not row.ended_at:
        _end(row, by, now or timezone.now())
        _record_stop(row, by)
    return row
