"""What the patient wants to be able to do again: proposed from the health history, scored in one tap, reached."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.charting.care import planning
from clinic.charting.models import PlanGoal
from clinic.outcomes import recording, scoring
from clinic.outcomes.models import Response
from patients.models import Intake

Measure = PlanGoal.Measure
HIGHEST = {  # the lowest is 0 everywhere
    Measure.ACTIVITY: 10,
    Measure.PAIN: 10,
    Measure.SPASMS: 99,
    Measure.ROLAND_MORRIS: 24,
    Measure.MINUTES: 600,
    Measure.DEGREES: 180,
}
WHOLE = {Measure.ACTIVITY, Measure.PAIN, Measure.SPASMS, Measure.ROLAND_MORRIS}
ON_THE_CARD = Measure.ACTIVITY  # 0 to 10, one tap each
MOST, MOST_PROPOSED, AIMED_AT = 10, 5, 8


class OutOfRange(Exception):
    """The number cannot be on this measure; `highest` is the most it allows."""

    def __init__(self, highest):
        super().__init__(highest)
        self.highest = highest


class SameAsStart(Exception):
    """A goal differs from where it starts."""


class TooMany(Exception):
    """A plan has ten goals at the most: more are not followed by anybody."""


def proposals(patient):
    """What the newest health history names as activities: [(activity, score 0 to 10)], at most five."""
    answers = Intake.objects.of(patient).submitted().order_by("-submitted_at", "-pk").values_list("answers", flat=True)
    return read_proposals(answers.first() or {})


def read_proposals(answers):
    """The activities of the patient-specific scale in these answers; what has no name or no score is left out. Pure."""
    rows = [(str(row.get("activity") or "").strip(), row.get("score_0_10")) for row in _activities(answers)]
    told = [(what[:120], score) for what, score in rows if what and isinstance(score, int) and 0 <= score <= 10]
    return told[:MOST_PROPOSED]


def _activities(answers):
    rows = answers.get("goal_activities")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def check(measure, number):
    """Refuse a number that this measure does not have. Raises `OutOfRange`."""
    number = Decimal(number)
    highest = HIGHEST[Measure(measure)]
    if not 0 <= number <= highest or (measure in WHOLE and number != int(number)):
        raise OutOfRange(highest)
    return number


def is_reached(goal, number):
    """Is this number at the target or past it?"""
    return number >= goal.target if goal.target > goal.start else number <= goal.target


@transaction.atomic
def add(plan, *, what, start, target, by, measure=Measure.ACTIVITY, target_on=None):
    """Add a goal to a plan and return it. Raises `planning.PlanEnded`, `OutOfRange`, `SameAsStart`, `TooMany`."""
    require(by, "plan.change")
    row = planning.held(plan)
    start, target = check(measure, start), check(measure, target)
    if start == target:
        raise SameAsStart
    if row.goals.count() >= MOST:
        raise TooMany
    goal = PlanGoal.objects.create(
        plan=row, what=what.strip()[:120], measure=measure, start=start, target=target, target_on=target_on
    )
    record("plan.goal_added", goal, by=by, patient=row.patient_id)
    return goal


@transaction.atomic
def score(goal, *, now, by, at=None):
    """Note where a goal stands now and return it; the same number on the same day writes nothing.

    `now` is in the points of its measure. Own activities scored on one day are also kept as their mean.
    Raises `planning.PlanEnded`, `OutOfRange`.
    """
    require(by, "plan.change")
    plan = planning.held(goal.plan)
    row, number, at = PlanGoal.objects.get(pk=goal.pk), check(goal.measure, now), at or timezone.now()
    if row.now == number and row.now_at and timezone.localdate(row.now_at) == timezone.localdate(at):
        return row
    row.now, row.now_at = number, at
    row.reached_at = (row.reached_at or at) if is_reached(row, number) else None
    row.save(update_fields=["now", "now_at", "reached_at"])
    record("plan.goal_scored", row, by=by, patient=plan.patient_id)
    _keep_mean(plan, row, by)
    return row


def _keep_mean(plan, scored, by):
    """Keep the score of the patient-specific scale once the first three to five own activities have one of this day.

    It stands in the plot of function; two activities have no mean (facts 7).
    """
    own = list(PlanGoal.objects.filter(plan=plan, measure=Measure.ACTIVITY).order_by("pk")[: scoring.PSFS_MOST])
    day = timezone.localdate(scored.now_at)
    are_all = all(goal.now_at and timezone.localdate(goal.now_at) == day for goal in own)
    if scored not in own or len(own) < scoring.PSFS_FEWEST or not are_all:
        return
    scores = [int(goal.now) for goal in own if goal.now is not None]
    recording.enter_score(
        plan.patient,
        recording.FUNCTION,
        scoring.score_psfs(scores).value,
        answers={"activities": [{"what": one.what, "score": n} for one, n in zip(own, scores, strict=True)]},
        by=by,
        mode=Response.Mode.VISIT,
        form_version="1995",
        at=scored.now_at,
    )


@transaction.atomic
def miss(goal, *, because, by):
    """Say why a goal was not reached and return it; it stays readable. Raises `planning.PlanEnded`."""
    require(by, "plan.change")
    plan = planning.held(goal.plan)
    row = PlanGoal.objects.get(pk=goal.pk)
    row.missed_because = because.strip()[:300]
    row.save(update_fields=["missed_because"])
    record("plan.goal_missed", row, by=by, patient=plan.patient_id)
    return row
