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
    """Return {person: [scores, oldest first]} of at most the `last` pain scores each, in one query.

    The person is the number of the record that is kept (`Patient.person_id`).
    """
    nth = Window(RowNumber(), partition_by="person", order_by=(F("taken_at").desc(), F("pk").desc()))
    rows = Response.objects.of_all(patients).filter(measure_id=PAIN).with_person().annotate(nth=nth)
    scores: dict[int, list[int]] = {}
    for person, score in rows.filter(nth__lte=last).order_by("person", "-nth").values_list("person", "score"):
        scores.setdefault(person, []).append(int(score))
    return scores
