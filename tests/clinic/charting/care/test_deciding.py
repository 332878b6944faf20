"""How a plan goes on: with improvement or with a reason, and what each decision does to its clocks and tasks."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting.care import deciding, goals, measuring, plan_clock, plan_making, planning
from clinic.charting.models import CarePlan, Episode, PlanDecision
from clinic.outcomes.models import Response
from clinic.outcomes.recording import strike_pain_of_visit
from patients.models import Task
from tests import make

TODAY = timezone.localdate()
WEEK = timedelta(weeks=1)
START = TODAY - 6 * WEEK  # today is day 43


@pytest.fixture
def episode(ana):
    return Episode.objects.create(patient=ana, complaint="Low back spasm")


@pytest.fixture
def plan(episode, carlos):
    return plan_making.write(episode, by=carlos, started_on=START, planned_visits=12)


def pain(patient, *scores):
    """One score a week from the start of the plan."""
    for n, score in enumerate(scores):
        at = timezone.now() - 6 * WEEK + n * WEEK
        Response.objects.create(patient=patient, measure_id="nrs_pain", score=score, mode="visit", taken_at=at)


def goal(plan, by, start, now=None):
    made = goals.add(plan, what="Lift the grandchild", start=start, target=9, by=by)
    return made if now is None else goals.score(made, now=now, by=by)


def improve(plan, by):
    pain(plan.patient, 8, 6, 4)
    goal(plan, by, 2, 7)


def decide(plan, by, decision, **more):
    return deciding.decide(plan, decision=decision, by=by, **more)


def waiting(plan):
    rows = plan.events.filter(done_at=None).order_by("due_on")
    return [(row.kind, (row.due_on - START).days + 1) for row in rows]


def test_improvement_goes_on_without_a_reason_and_is_kept_with_its_numbers(plan, carlos):
    improve(plan, carlos)
    made = decide(plan, carlos, "continue")
    assert (made.progress, made.because, made.day, made.decided_by) == ("improved", "", 43, carlos)
    assert [(row["measure"], row["start"], row["now"], row["counts"]) for row in made.measured] == [
        ("nrs_pain", 8.0, 4.0, True),
        ("psfs", 2.0, 7.0, True),
    ]
    assert AuditEvent.objects.latest("pk").action == "plan.decided"


@pytest.mark.parametrize("because", ["", "   "])
def test_without_improvement_it_goes_on_only_with_a_reason(plan, carlos, because):
    """R12."""
    pain(plan.patient, 8, 7)
    with pytest.raises(deciding.ReasonNeeded):
        decide(plan, carlos, "continue", because=because)
    assert (PlanDecision.objects.count(), waiting(plan)[-1]) == (0, ("decision", 42))
    assert decide(plan, carlos, "continue", because="Moved house, lifted a lot").progress == "unclear"


@pytest.mark.parametrize("decision", ["modify", "refer", "image", "hold", "discharge", "maintenance"])
def test_every_other_decision_needs_a_reason_even_with_improvement(plan, carlos, decision):
    improve(plan, carlos)
    with pytest.raises(deciding.ReasonNeeded):
        decide(plan, carlos, decision, end_because="goals_met")
    assert PlanDecision.objects.count() == 0


def test_the_database_refuses_to_go_on_without_improvement_or_reason(plan, carlos):
    for wrong in ({"decision": "continue", "progress": "plateau"}, {"decision": "refer", "progress": "improved"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanDecision.objects.create(plan=plan, day=43, decided_by=carlos, **wrong)


@pytest.mark.parametrize("decision", ["continue", "modify", "refer", "image", "maintenance"])
def test_what_goes_on_is_reviewed_and_decided_anew(plan, carlos, decision):
    decide(plan, carlos, decision, because="Slow, but going")
    assert waiting(plan) == [("check", 15), ("re_exam", 30), ("review", 70), ("decision", 84)]
    plan.refresh_from_db()
    assert (plan.is_maintenance, plan.is_held, plan.ended_at) == (decision == "maintenance", False, None)


def test_hold_stops_the_clocks_and_going_on_lets_them_run(plan, carlos):
    decide(plan, carlos, "hold", because="Away for three weeks")
    plan.refresh_from_db()
    assert (plan.is_held, plan_clock.waiting(TODAY)) == (True, [])
    decide(plan, carlos, "continue", because="Back again")
    plan.refresh_from_db()
    assert (plan.is_held, plan_clock.waiting(TODAY)) == (False, [plan])


def test_discharge_ends_the_plan_and_closes_its_tasks(plan, carlos, ana):
    plan_clock.ring_due(timezone.now())
    with pytest.raises(deciding.EndNeeded):
        decide(plan, carlos, "discharge", because="Lifts again")
    decide(plan, carlos, "discharge", because="Lifts again", end_because="goals_met")
    plan.refresh_from_db()
    assert (plan.ended_because, plan.ended_note, plan.ended_by) == ("goals_met", "Lifts again", carlos)
    assert (Task.objects.of(ana).count(), Task.objects.of(ana).open().count()) == (4, 0)
    with pytest.raises(planning.PlanEnded):
        decide(plan, carlos, "continue", because="After all")


def test_a_decision_answers_the_review_and_the_decision_only(plan, carlos, ana):
    plan_clock.ring_due(timezone.now())
    decide(plan, carlos, "modify", because="Change technique")
    still = Task.objects.of(ana).open().values_list("title", flat=True)
    assert sorted(still) == ["First check of the plan: score the goals", "Re-examination"]
    assert set(Task.objects.of(ana).exclude(done_at=None).values_list("outcome", flat=True)) == {"Modify"}


def test_the_next_decision_is_measured_from_the_last_one(plan, carlos):
    improve(plan, carlos)
    decide(plan, carlos, "continue")
    found = measuring.of_plan(CarePlan.objects.get(pk=plan.pk), today=TODAY)
    assert (found.flag, found.missing, found.readings[0].start) == ("unclear", ("pain", "function"), 4)
    with pytest.raises(deciding.ReasonNeeded):
        decide(plan, carlos, "continue")
    goals.score(plan.goals.get(), now=8, by=carlos)
    (_pain, function) = measuring.of_plan(CarePlan.objects.get(pk=plan.pk), today=TODAY).readings
    assert (function.start, function.now, function.verdict) == (7, 8, "no_change")


def test_a_score_of_a_joined_record_counts(plan, carlos, ana):
    goal(plan, carlos, 2, 7)
    pain(make.patient("Anna", merged_into=ana), 8, 4)
    assert decide(plan, carlos, "continue").progress == "improved"


def test_flat_pain_twice_is_no_further_gain(plan, carlos):
    pain(plan.patient, 7, 7, 6)
    goal(plan, carlos, 4, 5)
    assert measuring.of_plan(plan, today=TODAY).flag == "plateau"


def test_who_may_not_plan_decides_nothing(plan, tess, rita, olga):
    for who in (tess, rita, olga):
        with pytest.raises(PermissionDenied):
            decide(plan, who, "continue", because="All the same")
    assert PlanDecision.objects.count() == 0


def test_what_goes_wrong_on_the_way_takes_everything_back(plan, carlos, monkeypatch):
    monkeypatch.setattr(planning, "set_clocks", lambda *_rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        decide(plan, carlos, "maintenance", because="Stable")
    plan.refresh_from_db()
    assert (PlanDecision.objects.count(), plan.is_maintenance, waiting(plan)[-1]) == (0, False, ("decision", 42))


def test_a_score_of_a_visit_entered_in_error_improves_nothing(plan, carlos):
    improve(plan, carlos)
    assert measuring.of_plan(plan, today=TODAY).flag == "improved"
    for row in Response.objects.order_by("pk")[1:]:
        strike_pain_of_visit(plan.patient_id, row.taken_at)
    found = measuring.of_plan(plan, today=TODAY)
    assert (found.flag, found.missing) == ("unclear", ("pain",))
    with pytest.raises(deciding.ReasonNeeded):
        decide(plan, carlos, "continue")
