"""Adverse events: what went wrong after a treatment, what was done about it, asked after again, and how it ended.

An event after a thrust that was more than mild also opens the question of consent again: what was explained before is
not what has happened (facts 9.6: asked again after an adverse event).
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting.contraindications import before_thrust
from clinic.charting.models import AdverseEvent, Visit
from patients import tasks
from patients.models import Task

Severity, Outcome = AdverseEvent.Severity, AdverseEvent.Outcome
CONSENT = "consent:manipulation"


class NotOfThisPatient(Exception):
    """The visit belongs to somebody else."""


class BadDay(Exception):
    """It begins in the future, or is followed up before it began."""


class NothingSaid(Exception):
    """What happened is said in words; a severe event also says what was done."""


class AlreadyClosed(Exception):
    """The event was closed before; its outcome stands."""


class OutcomeNeeded(Exception):
    """An event is closed with how it ended."""


def follow_up_key(event):
    """What the task to ask again is about."""
    return f"event:{event.pk}"


def today_key(event):
    """What the task of the same day is about, after a severe event."""
    return f"event:{event.pk}:today"


def _check(patient, said, visit, today):
    if visit is not None and not Visit.objects.of(patient).filter(pk=visit.pk).exists():
        raise NotOfThisPatient
    if not said["what"] or (said["severity"] == Severity.SEVERE and not said["action"]):
        raise NothingSaid
    again = said["follow_up_on"]
    if said["began_on"] > today or (again and again < said["began_on"]):
        raise BadDay


@transaction.atomic
def report(patient, *, what, severity, began_on, by, visit=None, kind=None, action="", follow_up_on=None, today=None):
    """Write an event down, open the tasks it asks for, and return it.

    `kind` is the treatment it followed, `follow_up_on` the day to ask again. A severe one is a task of today.
    Raises `NotOfThisPatient`, `NothingSaid`, `BadDay`.
    """
    require(by, "adverse_event.add")
    tasks.hold(patient.pk)
    today = today or timezone.localdate()
    said = {"what": what.strip()[:400], "severity": severity, "began_on": began_on, "action": action.strip()[:400]}
    said["follow_up_on"] = follow_up_on
    _check(patient, said, visit, today)
    event = AdverseEvent.objects.create(patient=patient, visit=visit, kind=kind, reported_by=by, **said)
    record("adverse_event.reported", event, by=by, patient=patient, severity=str(severity))
    _open_tasks(event, by, today)
    return event


def _open_tasks(event, by, today):
    if event.severity == Severity.SEVERE:
        title = _("Severe event: reach the patient today")
        _task(event, Task.Kind.SAFETY, title, today_key(event), today, by)
    if event.follow_up_on:
        _ask_again(event, by)
    if event.severity != Severity.MILD and _may_be_of_a_thrust(event.kind):
        _task(event, Task.Kind.SAFETY, _("Ask again for consent to adjustment"), CONSENT, today, by)


def _may_be_of_a_thrust(kind):
    return kind is None or bool(before_thrust.gentler(kind))


def _ask_again(event, by):
    title = _("Ask how it is after the adverse event")
    _task(event, Task.Kind.CONTACT, title, follow_up_key(event), event.follow_up_on, by)


def _task(event, kind, title, key, due_on, by):
    tasks.open_task(event.patient, kind=kind, title=title, key=key, due_on=due_on, detail=event.what, by=by)


def _locked(event):
    tasks.hold(event.patient_id)
    row = AdverseEvent.objects.select_for_update(no_key=True, of=("self",)).select_related("patient").get(pk=event.pk)
    if row.closed_at:
        raise AlreadyClosed
    return row


@transaction.atomic
def follow_up(event, *, on, by):
    """Set another day to ask again and return the event. Raises `AlreadyClosed`, `BadDay`."""
    require(by, "adverse_event.change")
    row = _locked(event)
    if on < row.began_on:
        raise BadDay
    row.follow_up_on = on
    row.save(update_fields=["follow_up_on"])
    tasks.close_about(row.patient, key=follow_up_key(row), outcome=_("Another day was set."), by=by)
    _ask_again(row, by)
    record("adverse_event.follow_up_set", row, by=by, patient=row.patient_id)
    return row


@transaction.atomic
def close(event, *, outcome, by, note=""):
    """Close an event with how it ended, and the tasks about it, and return it.

    Raises `OutcomeNeeded`, `AlreadyClosed`.
    """
    require(by, "adverse_event.change")
    if outcome not in Outcome.values:
        raise OutcomeNeeded
    row = _locked(event)
    row.outcome, row.outcome_note = outcome, note.strip()[:400]
    row.closed_at, row.closed_by = timezone.now(), by
    row.save(update_fields=["outcome", "outcome_note", "closed_at", "closed_by"])
    for key in (follow_up_key(row), today_key(row)):
        tasks.close_about(row.patient, key=key, outcome=str(row.get_outcome_display()), by=by)
    record("adverse_event.closed", row, by=by, patient=row.patient_id, outcome=str(outcome))
    return row


def cautions(rows):
    """Return (css, word, text) of open events, the worst first: what the header of the chart shows."""
    css = {Severity.SEVERE: "urgent", Severity.MODERATE: "refer", Severity.MILD: "caution"}
    found = [(css[Severity(row.severity)], _("Adverse event"), row.what) for row in rows]
    return sorted(found, key=lambda one: list(css.values()).index(one[0]))
