"""How a plan goes, read from what was measured: the scores of the person and the goals of the plan.

It is held against the start of the plan, and once a decision let it go on, against what was measured then: who was
better in the first six weeks and gained nothing since has no further gain.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.charting.care import progress
from clinic.charting.care.plan_standing import began_on
from clinic.charting.models import PlanDecision, PlanGoal
from clinic.outcomes.models import Response
from clinic.outcomes.recording import counted

GOES_ON = (PlanDecision.Decision.CONTINUE, PlanDecision.Decision.MODIFY, PlanDecision.Decision.MAINTENANCE)
BEFORE = timedelta(days=30)  # a score handed in before the first visit is that of the start
LONGEST = timedelta(days=400)  # what lies further back says nothing about a plan of today
SCORES = (progress.PAIN, progress.ROLAND_MORRIS, progress.ACTIVITIES)


def name_of(measure):
    """A measure as the chart calls it."""
    names = {
        progress.PAIN: _("Pain"),
        progress.ACTIVITIES: _("Own activities, mean"),
        progress.ROLAND_MORRIS: _("Roland-Morris"),
        progress.SPASMS: _("Spasms a week"),
    }
    return names.get(measure, measure)


def of_plan(plan, *, today, scores=None):
    """Return the `Progress` of a plan until this day; `scores` are those of `scores_of`, when they are at hand."""
    last = next((one for one in plan.decisions.all() if one.decision in GOES_ON), None)
    since = timezone.localdate(last.decided_at) if last else began_on(plan)
    series = _since(scores_of(plan.patient) if scores is None else scores, since - BEFORE, today)
    readings = [
        progress.pain(*_ends(series[progress.PAIN], since)),
        _activities(plan, last, series, since),
        *_more(plan, series, since),
    ]
    return progress.judge(readings, series[progress.PAIN])


def scores_of(patient):
    """[(measure, day, score)] of the person's last year that count, oldest first, in one query."""
    rows = counted(Response.objects.of(patient))
    rows = rows.filter(measure_id__in=SCORES, taken_at__gte=timezone.now() - LONGEST)
    told = rows.order_by("taken_at", "pk").values_list("measure_id", "taken_at", "score")
    return [(measure, timezone.localdate(at), _tidy(score)) for measure, at, score in told]


def _tidy(score):
    return int(score) if score == int(score) else score


def _since(scores, first, last):
    """{measure: [(day, score)]} between two days."""
    found = {measure: [] for measure in SCORES}
    for measure, day, score in scores:
        if first <= day <= last:
            found[measure].append((day, score))
    return found


def _ends(scores, since):
    """The score that stood at the start, and the newest after it; None for what was not measured."""
    if not scores:
        return None, None
    before = [place for place, (day, _score) in enumerate(scores) if day <= since]
    first = before[-1] if before else 0
    return scores[first][1], scores[-1][1] if len(scores) > first + 1 else None


def _activities(plan, last, series, since):
    """The patient's own activities: the goals of the plan, else the scale as it was filled in."""
    goals = [goal for goal in plan.goals.all() if goal.measure == PlanGoal.Measure.ACTIVITY]
    if not goals:
        return progress.activities_mean(*_ends(series[progress.ACTIVITIES], since))
    then = {row["measure"]: row for row in last.measured} if last else {}
    before = then.get(progress.ACTIVITIES, {}).get("goals", {})
    return progress.activities([(int(before.get(str(one.pk), one.start)), _scored_since(one, last)) for one in goals])


def _scored_since(goal, last):
    """The score of a goal, None where it was not asked since the decision that let the plan go on."""
    is_old = last and (goal.now_at is None or goal.now_at <= last.decided_at)
    return None if is_old else _whole(goal.now)


def _whole(score):
    return None if score is None else int(score)


def _more(plan, series, since):
    """Measures that only some plans have."""
    found = []
    if series[progress.ROLAND_MORRIS]:
        found.append(progress.roland_morris(*_ends(series[progress.ROLAND_MORRIS], since)))
    for goal in plan.goals.all():
        if goal.measure == PlanGoal.Measure.SPASMS:
            found.append(progress.spasms(_whole(goal.start), _whole(goal.now)))
    return found


def rows_to_store(told, goals):
    """What is kept with a decision: each reading, and the score of each own activity to measure the next one from."""
    rows = told.as_rows()
    for row in rows:
        if row["measure"] == progress.ACTIVITIES:
            scored = [goal for goal in goals if goal.now is not None and goal.measure == row["measure"]]
            row["goals"] = {str(goal.pk): float(goal.now) for goal in scored}
    return rows
