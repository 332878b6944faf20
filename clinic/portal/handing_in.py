"""The last step of an intake."""

from django.db import transaction

from clinic.accounts import links
from clinic.charting.care import rechecking
from clinic.outcomes import recording
from clinic.portal.filling import Filling
from patients import intake as intakes
from patients import tasks
from patients.models import Intake

ADULT_AGE = 18


class ChangedMeanwhile(Exception):
    """The answers are not those that were read through any more: another window saved a page."""


def seen(intake):
    """Return the mark of the answers that stand on a page: when they were saved last."""
    return intake.saved_at.isoformat() if intake.saved_at else ""


@transaction.atomic
def hand_in(intake, link, *, read=None, by=None):
    """Hand the intake in, keep the scores it holds, use the link up; return the assessment.

    `read` is the mark of what was read through, `by` somebody of the clinic who typed it in. Raises `ChangedMeanwhile`,
    `patients.intake.AlreadyHandedIn` and `links.LinkNotValid`; then nothing was kept.
    """
    tasks.hold(intake.patient_id)  # the person before the link, as whoever sends a new link does
    links.use_up(link)  # before what writes the log
    row = Intake.objects.select_for_update(no_key=True, of=("self",)).get(pk=intake.pk)
    if read not in (None, seen(row)):
        raise ChangedMeanwhile
    Filling(intake).drop_hidden()
    assessment = intakes.submit(intake, filled_by=_filled_by(intake.patient, by))
    recording.scores_from_intake(Intake.objects.select_related("patient").get(pk=intake.pk))
    rechecking.recheck_later(intake.patient)
    return assessment


def _filled_by(patient, by):
    if by:
        return Intake.FilledBy.STAFF
    return Intake.FilledBy.GUARDIAN if patient.age < ADULT_AGE else Intake.FilledBy.PATIENT
