"""The clocks ring once each, on their day, for those in care; a signed visit answers what it answers."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from clinic.charting.care import deciding, goals, plan_clock, plan_making, planning
from clinic.charting.models import CarePlan, Episode, PlanEvent
from clinic.worker.duties import ring_clocks
from patients import tasks
from patients.models import Patient, Task
from tests import make

TODAY = timezone.localdate()
DAY = timedelta(days=1)
ALL = ["Day 28: review the plan", "Day 42: decide how the plan goes on", "First check of the plan: score the goals",
       "Re-examination"]  # fmt: skip


@pytest.fixture
def episode(ana):
    return Episode.objects.create(patient=ana, complaint="Low back spasm")


def on_day(episode, number, by, **fields):
    """A plan whose day is this one today."""
    return plan_making.write(episode, by=by, started_on=TODAY - (number - 1) * DAY, **fields)


def ring(day=TODAY):
    return ring_clocks(datetime.combine(day, datetime.min.time().replace(hour=18), UTC))


def titles():
    return sorted(Task.objects.values_list("title", flat=True))


@pytest.mark.parametrize(
    ("number", "rung"), [(14, 0), (15, 1), (27, 1), (28, 2), (29, 2), (30, 3), (41, 3), (42, 4), (100, 4)]
)
def test_each_clock_rings_from_its_day_on_and_once(episode, carlos, number, rung):
    on_day(episode, number, carlos)
    assert [ring(), ring()] == [rung, 0]
    assert Task.objects.count() == rung
    assert rung != 4 or titles() == ALL


def test_a_task_stands_for_its_day_and_says_which_complaint(episode, carlos):
    plan = on_day(episode, 45, carlos)
    ring()
    task = Task.objects.get(title=ALL[1])
    event = plan.events.get(kind="decision")
    assert (task.key, task.due_on, task.detail) == (f"plan-event:{event.pk}", event.due_on, "Low back spasm")


def test_a_later_round_is_called_by_its_own_days(episode, carlos):
    plan = on_day(episode, 69, carlos)
    told = {"decision": "modify", "because": "Other technique", "by": carlos}
    deciding.decide(plan, today=plan.started_on + 41 * DAY, **told)
    ring()
    assert "Day 69: review the plan" in titles()


def test_advice_by_phone_brings_no_plan_nearer_to_its_twelfth_visit(episode, carlos):
    on_day(episode, 2, carlos)
    visits(episode, carlos, 11, purpose="advice")
    assert plan_clock.waiting(TODAY) == []


def test_what_was_closed_by_hand_does_not_ring_again(episode, carlos):
    on_day(episode, 15, carlos)
    ring()
    tasks.done(Task.objects.get(), outcome="Phoned, fine", by=carlos)
    assert (ring(), Task.objects.count()) == (0, 1)


def visits(episode, by, count, **fields):
    for n in range(count):
        at = timezone.now() - (count - n) * timedelta(hours=1)
        make.signed(make.visit(episode.patient, by.practitioner, episode=episode, visited_at=at, **fields))


@pytest.mark.parametrize(("kept", "rung"), [(10, 0), (11, 1), (12, 1)])
def test_the_twelfth_visit_rings_before_its_thirty_days(episode, carlos, kept, rung):
    """R13."""
    on_day(episode, 2, carlos)
    visits(episode, carlos, kept)
    assert (ring(), Task.objects.filter(title="Re-examination").count()) == (rung, rung)


def test_nobody_is_asked_for_the_deceased_for_plans_on_hold_or_ended(episode, carlos, ana):
    plan = on_day(episode, 100, carlos)
    CarePlan.objects.update(is_held=True)
    assert ring() == 0
    CarePlan.objects.update(is_held=False)
    Patient.objects.filter(pk=ana.pk).update(deceased_on=TODAY)
    assert ring() == 0
    Patient.objects.filter(pk=ana.pk).update(deceased_on=None)
    planning.end(plan, because="goals_met", by=carlos)
    assert (ring(), Task.objects.count()) == (0, 0)


def test_one_plan_that_cannot_be_read_keeps_nobody_elses_from_ringing(episode, carlos, ben, monkeypatch):
    broken = on_day(episode, 20, carlos)
    on_day(Episode.objects.create(patient=ben, complaint="Neck"), 20, carlos)
    whole = plan_clock.ring
    monkeypatch.setattr(plan_clock, "ring", lambda plan, **on: 1 / 0 if plan == broken else whole(plan, **on))
    assert (ring(), Task.objects.get().patient) == (1, ben)


def signed(episode, by, **fields):
    visit = make.signed(make.visit(episode.patient, by.practitioner, episode=episode, **fields))
    plan_clock.visit_signed(visit, by=by)
    return visit


def test_a_signed_re_examination_closes_its_task_and_the_review_and_sets_the_next(episode, carlos):
    plan = on_day(episode, 31, carlos)
    ring()
    signed(episode, carlos, purpose="re_exam")
    open_titles = Task.objects.filter(done_at=None).values_list("title", flat=True)
    assert list(open_titles) == ["First check of the plan: score the goals"]
    coming = plan.events.get(kind="re_exam", done_at=None)
    assert (coming.due_on, coming.at_visit) == (TODAY + 29 * DAY, 13)
    assert PlanEvent.objects.filter(kind="review", done_by=carlos).count() == 1


def test_another_visit_closes_nothing(episode, carlos):
    on_day(episode, 31, carlos)
    ring()
    signed(episode, carlos)
    assert Task.objects.filter(done_at=None).count() == 3


@pytest.mark.parametrize(("number", "answered"), [(7, 0), (8, 1), (15, 1), (40, 1)])
def test_scored_goals_are_the_first_check_from_a_week_before_its_day(episode, carlos, number, answered):
    plan = on_day(episode, number, carlos)
    goals.score(goals.add(plan, what="Rake", start=2, target=8, by=carlos), now=4, by=carlos)
    signed(episode, carlos)
    assert plan.events.filter(kind="check").exclude(done_at=None).count() == answered


def test_a_visit_without_a_plan_answers_nothing(episode, carlos):
    signed(episode, carlos, purpose="re_exam")
    assert PlanEvent.objects.count() == 0
