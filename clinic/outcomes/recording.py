"""Keeping a score."""

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.outcomes import scoring
from clinic.outcomes.models import PAIN, Measure, Response

STRUCK = "entered_in_error"  # a key among the answers
PAIN_KEYS = ("pain_now", "pain_best", "pain_worst", "pain_average")
FUNCTION, SPASMS = "psfs", "spasms"


class OutsideScale(Exception):
    """The score lies below the lowest or above the highest value of its measure."""


class NotYet(Exception):
    """The score would be of a time that has not come."""


@transaction.atomic
def enter_score(patient, measure, score, *, answers, by, mode, form_version="1", language="en", at=None):
    """Keep a score that somebody of the clinic types in, with the single answers, and return it.

    `measure` is the slug of a `Measure`. A score is never changed: a later one of the same day takes its place
    wherever scores are shown. Raises `OutsideScale` and `NotYet`.
    """
    require(by, "outcome.add")
    kept, now = Measure.objects.get(pk=measure), timezone.now()
    if not kept.lowest <= score <= kept.highest:
        raise OutsideScale
    if at and at > now:
        raise NotYet
    made = Response.objects.create(
        patient=patient,
        measure=kept,
        score=score,
        answers=answers,
        form_version=form_version,
        language=language,
        mode=mode,
        taken_at=at or now,
    )
    record("outcome.entered", made, by=by, patient=patient, measure=measure, mode=mode)
    return made


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


def scores_from_intake(intake):
    """Keep every score that a handed-in intake holds and return them: pain, spasms a week, own activities."""
    found = (pain_from_intake(intake), spasms_from_intake(intake), function_from_intake(intake))
    return [response for response in found if response]


def spasms_from_intake(intake):
    """Keep how many spasms there are in a week; None when it was left open."""
    count = intake.answers.get("spasm_per_week")
    if count is None:
        return None
    answers = {"count": count, "strength": intake.answers.get("spasm_strength")}
    return _from_intake(intake, SPASMS, count, {key: value for key, value in answers.items() if value is not None})


def function_from_intake(intake):
    """Keep the mean of the patient's own activities; None when there are none to score."""
    rows = [row for row in intake.answers.get("goal_activities") or [] if row.get("activity")]
    activities = [{"what": row["activity"], "score": row.get("score_0_10")} for row in rows]
    try:
        score = scoring.score_psfs([one["score"] for one in activities])
    except scoring.ScoreRefused:
        return None  # too few, or one without a number: asked again at the visit
    return _from_intake(intake, FUNCTION, score.value, {"activities": activities})


def _from_intake(intake, measure, score, answers):
    return Response.objects.create(
        patient=intake.patient,
        measure_id=measure,
        score=score,
        answers=answers,
        mode=Response.Mode.INTAKE,
        taken_at=intake.submitted_at,
    )


def strike_pain_of_visit(patient_id, at):
    """Let the pain score of the visit at this time stand and no longer count: its note was entered in error."""
    for row in Response.objects.filter(patient=patient_id, measure=PAIN, mode=Response.Mode.VISIT, taken_at=at):
        row.answers = {**row.answers, STRUCK: True}
        row.save(update_fields=["answers"])


def counted(rows):
    """The scores of these that count: without those of visits entered in error."""
    return rows.exclude(answers__has_key=STRUCK)


def pain_scores(patients, last=10):
    """Return {person: [scores, oldest first]} of at most the `last` pain scores each, in one query.

    The person is the number of the record that is kept (`Patient.person_id`).
    """
    nth = Window(RowNumber(), partition_by="person", order_by=(F("taken_at").desc(), F("pk").desc()))
    rows = counted(Response.objects.of_all(patients).filter(measure_id=PAIN)).with_person().annotate(nth=nth)
    scores: dict[int, list[int]] = {}
    for person, score in rows.filter(nth__lte=last).order_by("person", "-nth").values_list("person", "score"):
        scores.setdefault(person, []).append(int(score))
    return scores


def recent(patient, measures, last=10):
    """Return {measure: [(day, whole score), oldest first]} of at most the `last` scores of each, in one query."""
    nth = Window(RowNumber(), partition_by="measure", order_by=(F("taken_at").desc(), F("pk").desc()))
    rows = counted(Response.objects.of(patient).filter(measure_id__in=measures)).annotate(nth=nth)
    told = {measure: [] for measure in measures}
    newest = rows.filter(nth__lte=last).order_by("measure", "-nth").values_list("measure_id", "taken_at", "score")
    for measure, at, score in newest:
        told[measure].append((timezone.localdate(at), int(score)))
    return told
