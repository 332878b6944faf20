"""Keeping a score."""

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from clinic.outcomes.models import PAIN, Response

PAIN_KEYS = ("pain_now", "pain_best", "pain_worst", "pain_average")


def record_pain(patient, score, *, mode, answers=None, at=None):
    """Keep one pain score from 0 (none) to 10 (worst imaginable) and return it."""
    return Response.objects.create(
        patient=patient,
        measure_id=PAIN,
        score=score,
        answers=answers or {"now": score},
        mode=mode,
        taken_at=at or timezone.now(),
    )


def pain_from_intake(intake):
    """Keep the pain now, best, worst and average of a handed-in intake; None when pain now was left open."""
    given = {key: intake.answers[key] for key in PAIN_KEYS if intake.answers.get(key) is not None}
    if "pain_now" not in given:
        return None
    return record_pain(
        intake.patient, given["pain_now"], mode=Response.Mode.INTAKE, answers=given, at=intake.submitted_at
    )


def pain_scores(patients, last=10):
    """Return {patient id: [scores, oldest first]} of at most the `last` pain scores each, in one query."""
    nth = Window(RowNumber(), partition_by="patient_id", order_by=(F("taken_at").desc(), F("pk").desc()))
    rows = Response.objects.filter(patient__in=patients, measure_id=PAIN).annotate(nth=nth).filter(nth__lte=last)
    scores: dict[int, list[int]] = {}
    for patient_id, score in rows.order_by("patient_id", "-nth").values_list("patient_id", "score"):
        scores.setdefault(patient_id, []).append(int(score))
    return scores
