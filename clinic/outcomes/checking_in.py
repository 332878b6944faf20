"""A patient checks in: how it is today, and whether one of a few red flags is new and cannot wait."""

from django.db import transaction
from django.utils import timezone

from clinic.audit.recording import record
from clinic.outcomes.models import CheckIn, Response
from clinic.outcomes.recording import record_pain
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import HERE
from clinic.scheduling.models.resources import VisitKind
from patients import red_flags
from patients.answer_meaning import safety_facts
from patients.intake import raise_alerts
from patients.models import Alert, Condition

# Flags that can turn up between two visits, each judged by one answer.
ASKED = ("RF01", "RF02", "RF03", "RF05", "RF06", "RF16", "RF19", "RF26")
EMERGENCY = Alert.Level.EMERGENCY.value


class AlreadyCheckedIn(Exception):
    """This visit has its check-in; the first answers stand."""


class NotHere(Exception):
    """The patient is not noted as arrived, or has left."""


def table():
    """Return the rows of the red-flag table that the check-in asks about, in its order."""
    return tuple(row for row in red_flags.read_table() if row.id in ASKED)


def is_first(appointment):
    """Is this a first visit, so that there is no last one to compare with?"""
    return appointment.kind.purpose == VisitKind.Purpose.INITIAL


def _assess(appointment, answers, day):
    patient = appointment.patient
    facts = safety_facts(
        answers,
        age=patient.age_on(day),
        sex=patient.sex,
        conditions=Condition.objects.of(patient).counted().active().values_list("code", flat=True),
        visit_kind="initial" if is_first(appointment) else "subsequent",
    )
    return red_flags.evaluate(facts, table())


def _locked(appointment):
    rows = Appointment.objects.select_for_update(no_key=True, of=("self",)).select_related("patient", "kind")
    row = rows.get(pk=appointment.pk)
    if CheckIn.objects.filter(appointment=row).exists():
        raise AlreadyCheckedIn
    if row.status not in HERE:
        raise NotHere
    return row


@transaction.atomic
def check_in(appointment, *, device, pain, answers, change="", words="", now=None):
    """Keep what the patient of a visit says at a paired device, raise the red flags, and return the check-in.

    `answers` is yes, no or unsure for each flag of `ASKED`; one left out stays open. Nobody of the staff acts.
    Raises `AlreadyCheckedIn` and `NotHere`.
    """
    row, now = _locked(appointment), now or timezone.now()
    assessment = _assess(row, answers, timezone.localdate(now))
    made = CheckIn.objects.create(
        patient=row.patient,
        appointment=row,
        pain=pain,
        change=change,
        words=words,
        urgency=assessment.level,
        given_at=now,
    )
    record_pain(row.patient, pain, mode=Response.Mode.CHECK_IN, at=now)
    # What stands already was said again today, so somebody must look again.
    raise_alerts(row.patient, assessment, again=True, now=now)
    record("check_in.given", made, patient=row.patient, via="kiosk", device=device.pk, flags=len(assessment.fired))
    return made
