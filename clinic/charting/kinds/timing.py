"""Starting and stopping a treatment by the clinic's clock, beside the countdown that the desk sees.

The times stay with the treatment whatever minutes are written: what was measured and what is charted are both kept.
"""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting import notes
from clinic.scheduling import timers
from clinic.scheduling.models import TherapyTimer
from clinic.scheduling.therapies import therapy

LONGEST = 180  # minutes of one treatment; also a rule of the table
MINUTE = timedelta(minutes=1)
ON_A_TABLE = {"supervised", "constant"}  # attendance of what runs by itself, so that somebody must be told it is over
# The word under which the desk counts each kind down; a kind of the clinic's own is counted under its label.
THERAPIES = {"heat": "heat", "ice": "ice", "estim": "e-stim", "traction": "traction", "ultrasound": "ultrasound"}
REFUSED = (timers.NotInTheClinic, timers.AlreadyRunning, timers.TableIsTaken)


class NotStarted(Exception):
    """A treatment that was not started cannot be stopped, and has no measured minutes."""


def measured_minutes(treatment):
    """Return the whole minutes between start and stop, 1 to 180; None while it was not stopped."""
    if not (treatment.started_at and treatment.ended_at):
        return None
    return min(max(1, round((treatment.ended_at - treatment.started_at) / MINUTE)), LONGEST)


def _locked(treatment):
    """Lock the note, then read the treatment: (visit, treatment or None when it was withdrawn meanwhile)."""
    visit = notes.locked(treatment.visit)
    return visit, visit.treatments.select_related("kind").filter(pk=treatment.pk).first()


@transaction.atomic
def start(treatment, *, by, now=None):
    """Start a treatment of an open note and return it; one that was started before goes on as it is.

    The desk counts down too where the patient is in the clinic. Raises `notes.AlreadySigned`.
    """
    require(by, "treatment.change")
    visit, row = _locked(treatment)
    if row is None or row.started_at:
        return row or treatment
    row.started_at = now or timezone.now()
    row.save(update_fields=["started_at"])
    _count_down(visit, row, by, row.started_at)
    notes.touched(visit, by)
    record("treatment.started", row, by=by, patient=visit.patient_id)
    return row


@transaction.atomic
def stop(treatment, *, by, now=None):
    """Stop a running treatment and return it; a second click changes nothing.

    The measured minutes are written where none were; minutes that were typed before stand beside what was measured.
    Raises `NotStarted`, `notes.AlreadySigned`.
    """
    require(by, "treatment.change")
    visit, row = _locked(treatment)
    if row is None or row.ended_at:
        return row or treatment
    if row.started_at is None:
        raise NotStarted
    row.ended_at = max(now or timezone.now(), row.started_at)
    row.save(update_fields=["ended_at"])
    if row.minutes is None:
        _write_minutes(row)
    _off_the_board(visit, row, by, row.ended_at)
    notes.touched(visit, by)
    record("treatment.stopped", row, by=by, patient=visit.patient_id, minutes=measured_minutes(row))
    return row


@transaction.atomic
def take_minutes(treatment, *, by):
    """Chart the minutes that were measured instead of those typed and return the row. Raises `NotStarted`."""
    require(by, "treatment.change")
    visit, row = _locked(treatment)
    if row is None:
        return treatment
    if measured_minutes(row) is None:
        raise NotStarted
    if row.minutes != measured_minutes(row):
        _write_minutes(row)
        notes.touched(visit, by)
        record("treatment.minutes_taken", row, by=by, patient=visit.patient_id, minutes=row.minutes)
    return row


def _write_minutes(row):
    row.minutes = measured_minutes(row)
    if any(definition["name"] == "minutes" for definition in row.kind.definition["parameters"]):
        row.parameters = {**row.parameters, "minutes": row.minutes}
    row.save(update_fields=["minutes", "parameters"])


# --- the desk's countdown


def timer_name(kind):
    """Return the word under which the desk counts this kind down, or empty for work that nobody walks away from."""
    if kind.attendance not in ON_A_TABLE:
        return ""
    return THERAPIES.get(kind.slug, kind.label[:40])


def _count_down(visit, row, by, now):
    """Start the desk's timer; without a place or with the table taken the treatment runs all the same."""
    name = timer_name(row.kind)
    minutes = min(row.minutes or therapy(name).minutes, timers.LONGEST)
    if visit.appointment is None or not name or not minutes:
        return
    begun = {"name": name, "by": by, "minutes": minutes, "now": now}
    with suppress(*REFUSED):
        try:
            timers.start(visit.appointment, room=visit.appointment.room, **begun)
        except timers.TableIsTaken:
            timers.start(visit.appointment, **begun)


def _off_the_board(visit, row, by, now):
    """Stop the desk's timer unless another treatment of the same kind is still running."""
    others = visit.treatments.filter(kind=row.kind, started_at__isnull=False, ended_at=None).exclude(pk=row.pk)
    if visit.appointment_id is None or not timer_name(row.kind) or others.exists():
        return
    running = TherapyTimer.objects.running().filter(appointment=visit.appointment_id, name=timer_name(row.kind))
    for timer in running:
        timers.stop(timer, by=by, now=now)


def withdrawn(visit, row, *, by):
    """A running treatment was taken out of the note: the desk need not wait for it. Called by `treating.withdraw`."""
    if row.started_at and not row.ended_at:
        _off_the_board(visit, row, by, timezone.now())
