"""Keeping a score."""

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
    scores = {}
    rows = Response.objects.filter(patient__in=patients, measure_id=PAIN).order_by("-taken_at", "-pk")
    for patient_id, score in rows.values_list("patient_id", "score"):
        series = scores.setdefault(patient_id, [])
        if len(series) < last:
            series.append(int(score))
    return {patient_id: series[::-1] for patient_id, series in scores.items()}
