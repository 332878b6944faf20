"""The last step of an intake."""

from django.db import transaction

from clinic.accounts import links
from clinic.outcomes import recording
from patients import intake as intakes
from patients.models import Intake

ADULT_AGE = 18


@transaction.atomic
def hand_in(intake, link):
    """Hand the intake in, keep the pain scores it holds, use the link up; return the assessment.

    Raises `patients.intake.AlreadyHandedIn` and `links.LinkNotValid`; then nothing was kept.
    """
    links.use_up(link)  # first: what writes the log comes last
    child = intake.patient.age < ADULT_AGE
    assessment = intakes.submit(intake, filled_by=Intake.FilledBy.GUARDIAN if child else Intake.FilledBy.PATIENT)
    recording.pain_from_intake(Intake.objects.select_related("patient").get(pk=intake.pk))
    return assessment
