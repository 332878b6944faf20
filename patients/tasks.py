"""What somebody of the clinic has to do for a patient: opened once, closed with what came of it."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.accounts.roles import require
from clinic.audit.recording import record
from patients.models import Alert, Intake, Patient, Task

# Facts 2.2: an urgent flag wants a medical visit the same or the next day, a referral an opinion within two weeks.
DUE_IN = {Alert.Level.URGENT: timedelta(0), Alert.Level.REFER: timedelta(days=14)}
READING_IN = timedelta(days=1)


class OutcomeNeeded(Exception):
    """A task is closed with what came of it, in words."""


def hold(patient_id):
    """Lock the person's row: whoever writes tasks takes it first, before anything is written to the log."""
    Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient_id)


@transaction.atomic
def open_task(patient, *, kind, title, key, due_on=None, detail="", alert=None, by=None):
    """Return the open task about `key`, or open it; told again with an earlier day, it is brought forward.

    `due_on` is today when left out. Without `by` the clinic's own rules open it.
    """
    if by is not None:
        require(by, "task.change")
    hold(patient.pk)
    due_on = due_on or timezone.localdate()
    standing = Task.objects.of(patient).filter(key=key, done_at=None).first()
    if standing:
        return _brought_forward(standing, by, due_on=due_on, title=title[:200], detail=detail)
    task = Task.objects.create(
        patient=patient,
        kind=kind,
        title=title[:200],
        detail=detail,
        alert=alert,
        key=key,
        due_on=due_on,
        opened_by=by,
    )
    record("task.opened", task, by=by, patient=patient, kind=str(kind))
    return task


def _brought_forward(task, by, *, due_on, **told):
    if due_on >= task.due_on:
        return task
    for name, value in {"due_on": due_on, **told}.items():
        setattr(task, name, value)
    task.save(update_fields=["due_on", *told])
    record("task.brought_forward", task, by=by, patient=task.patient_id)
    return task


@transaction.atomic
def done(task, *, outcome, by):
    """Close a task with what came of it and return it; the first outcome stands. Raises `OutcomeNeeded`."""
    require(by, "task.change")
    if not outcome.strip():
        raise OutcomeNeeded
    hold(task.patient_id)
    row = Task.objects.select_for_update(no_key=True, of=("self",)).get(pk=task.pk)
    return row if row.done_at else _closed(row, outcome, by)


def _closed(task, outcome, by):
    task.done_at, task.done_by, task.outcome = timezone.now(), by, outcome.strip()[:300]
    task.save(update_fields=["done_at", "done_by", "outcome"])
    record("task.done", task, by=by, patient=task.patient_id)
    return task


def close_about(patient, *, key, outcome, by):
    """Close the open task about `key`, if there is one; called by the deed that settles it, which asks the right."""
    hold(patient.pk)
    for task in Task.objects.of(patient).filter(key=key, done_at=None).select_for_update(no_key=True, of=("self",)):
        _closed(task, outcome, by)


def for_alert(alert):
    """Open the task that an urgent or referral flag asks for; an emergency is acknowledged, a caution reasoned."""
    if alert.level not in DUE_IN:
        return None
    told = {
        Alert.Level.URGENT: _("Medical visit today or tomorrow: %(what)s"),
        Alert.Level.REFER: _("Medical opinion within two weeks: %(what)s"),
    }[alert.level]
    return open_task(
        alert.patient,
        kind=Task.Kind.REFER,
        title=told % {"what": alert.points_to},
        detail=alert.staff_action,
        alert=alert,
        key=f"flag:{alert.flag}",
        due_on=timezone.localdate() + DUE_IN[alert.level],
    )


def alert_ended(alert, *, by):
    """Close what the alert asked for, with the reason it was ended for."""
    close_about(alert.patient, key=f"flag:{alert.flag}", outcome=alert.ended_because, by=by)


def for_intake(intake):
    """Ask a clinician to read the history that was handed in."""
    return open_task(
        intake.patient,
        kind=Task.Kind.REVIEW,
        title=_("Read the health history, version %(n)s") % {"n": intake.version},
        key="intake",
        due_on=timezone.localdate() + READING_IN,
    )


def intake_read(intake, *, by, note=""):
    """Close the wish to read the history, unless a later version waits to be read."""
    later = Intake.objects.of(intake.patient).submitted().filter(pk__gt=intake.pk)
    if later.exists():
        return
    close_about(intake.patient, key="intake", outcome=note.strip() or _("Read, nothing to add."), by=by)
