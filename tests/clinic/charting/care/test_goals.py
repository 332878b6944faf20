"""Goals: proposed from the history, within their measure, reached in either direction, kept readable."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinic.audit.models import AuditEvent
from clinic.charting.care import goals, plan_making, planning
from clinic.charting.models import Episode, PlanGoal
from clinic.outcomes.models import Response
from patients import intake
from tests import make


@pytest.fixture
def plan(ana, carlos):
    episode = Episode.objects.create(patient=ana, complaint="Low back spasm")
    return plan_making.write(episode, by=carlos, started_on=make.MONDAY.date())


def add(plan, by, **more):
    return goals.add(plan, by=by, **{"what": "Lift the grandchild", "start": 3, "target": 8, **more})


def test_the_history_proposes_its_own_activities(ana):
    rows = [{"activity": " Rake the garden ", "score_0_10": 3}, {"activity": "", "score_0_10": 4}, {"activity": "Sit"}]
    opened = intake.open_intake(ana)
    intake.save_page(opened, page="goals", answers={"goal_activities": rows[:1]})
    intake.submit(opened)
    assert goals.proposals(ana) == [("Rake the garden", 3)]
    assert goals.read_proposals({"goal_activities": rows}) == [("Rake the garden", 3)]


@given(st.dictionaries(st.just("goal_activities"), st.recursive(st.none() | st.integers() | st.text(), st.lists)))
def test_odd_answers_propose_nothing_and_break_nothing(answers):
    assert goals.read_proposals(answers) == []


@pytest.mark.parametrize(
    ("measure", "number", "fits"),
    [
        ("psfs", 0, True), ("psfs", 10, True), ("psfs", 11, False), ("psfs", "4.5", False), ("psfs", -1, False),
        ("rmdq", 24, True), ("rmdq", 25, False), ("minutes", "7.5", True), ("degrees", 181, False),
    ],
)  # fmt: skip
def test_a_number_fits_its_measure(measure, number, fits):
    if fits:
        assert goals.check(measure, number) == goals.Decimal(number)
    else:
        with pytest.raises(goals.OutOfRange):
            goals.check(measure, number)


@pytest.mark.parametrize(("start", "target", "below", "at"), [(3, 8, 7, 8), (8, 3, 4, 3), (3, 8, 7, 9)])
def test_a_goal_is_reached_at_its_target_in_either_direction_and_lost_again(plan, carlos, start, target, below, at):
    goal = add(plan, carlos, start=start, target=target)
    assert goals.score(goal, now=below, by=carlos).reached_at is None
    assert goals.score(goal, now=at, by=carlos).reached_at is not None
    assert goals.score(goal, now=below, by=carlos).reached_at is None


def test_the_same_score_twice_a_day_writes_once(plan, carlos):
    goal = add(plan, carlos)
    for _twice in range(2):
        goals.score(goal, now=5, by=carlos)
    assert list(AuditEvent.objects.values_list("action", flat=True)).count("plan.goal_scored") == 1


def means():
    return list(Response.objects.order_by("pk").values_list("measure", "score", "answers"))


def test_own_activities_scored_on_one_day_are_one_score_of_function(plan, carlos):
    rows = [add(plan, carlos, what=what) for what in ("Sit", "Lift", "Rake")]
    add(plan, carlos, what="Walk", measure="minutes", start=10, target=30)
    yesterday = timezone.now() - timedelta(days=1)
    goals.score(rows[0], now=9, at=yesterday, by=carlos)
    for row, now in zip(rows[1:], (5, 6), strict=True):
        goals.score(row, now=now, by=carlos)
    assert means() == []
    goals.score(rows[0], now=7, by=carlos)
    told = [{"what": "Sit", "score": 7}, {"what": "Lift", "score": 5}, {"what": "Rake", "score": 6}]
    assert means() == [("psfs", 6, {"activities": told})]


def test_two_own_activities_have_no_mean_and_a_sixth_is_not_in_it(plan, carlos):
    rows = [add(plan, carlos, what=f"Activity {n}") for n in range(1, 3)]
    for row in rows:
        goals.score(row, now=5, by=carlos)
    assert means() == []
    for n in range(3, 7):
        goals.score(add(plan, carlos, what=f"Activity {n}"), now=8, by=carlos)
    assert [(score, len(told["activities"])) for _slug, score, told in means()] == [
        (6, 3),
        (Decimal("6.5"), 4),
        (Decimal("6.8"), 5),
    ]


def test_a_goal_differs_from_its_start_and_ten_are_enough(plan, carlos):
    with pytest.raises(goals.SameAsStart):
        add(plan, carlos, start=8)
    for _n in range(goals.MOST):
        add(plan, carlos)
    with pytest.raises(goals.TooMany):
        add(plan, carlos)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanGoal.objects.create(plan=plan, what="Sit", start=3, target=3)


def test_why_a_goal_was_missed_is_kept(plan, carlos):
    goal = goals.miss(add(plan, carlos), because=" Moved away ", by=carlos)
    assert PlanGoal.objects.get(pk=goal.pk).missed_because == "Moved away"


def test_an_ended_plan_takes_no_goal_and_no_score(plan, carlos):
    goal = add(plan, carlos)
    planning.end(plan, because="changed", by=carlos)
    for deed in (
        lambda: add(plan, carlos),
        lambda: goals.score(goal, now=5, by=carlos),
        lambda: goals.miss(goal, because="x", by=carlos),
    ):
        with pytest.raises(planning.PlanEnded):
            deed()
    assert PlanGoal.objects.get().now is None


def test_who_may_not_plan_sets_and_scores_nothing(plan, carlos, tess, rita):
    goal = add(plan, carlos)
    for who in (tess, rita):
        for deed in (lambda who=who: add(plan, who), lambda who=who: goals.score(goal, now=5, by=who)):
            with pytest.raises(PermissionDenied):
                deed()
    assert PlanGoal.objects.get().now is None


def test_what_fails_on_the_way_leaves_the_score_as_it_was(plan, carlos, monkeypatch):
    goal = add(plan, carlos)
    monkeypatch.setattr(goals, "record", lambda *_a, **_k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        goals.score(goal, now=5, by=carlos)
    assert PlanGoal.objects.get().now is None
