"""The plan on the travel card: goals in one tap, a decision before a note past day 42, clocks answered by signing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.charting.care import goals, plan_clock, plan_making, planning
from clinic.charting.models import Episode, PlanDecision
from clinic.outcomes.models import Response
from patients.models import Task
from tests import make
from tests.clinic.charting.card.test_travel_card import card, typed

TODAY = timezone.localdate()
DAY = timedelta(days=1)
FIRST = "Day 43 of the plan, and no improvement is recorded. Decide first how it goes on."


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


@pytest.fixture
def episode(ana):
    return Episode.objects.create(patient=ana, complaint="Low back spasm")


@pytest.fixture
def visit(carlos, ana, episode):
    return make.visit(ana, carlos.practitioner, episode=episode, objective="Guarding", pain=6)


def plan_on(episode, number, by):
    return plan_making.write(episode, by=by, started_on=TODAY - (number - 1) * DAY, planned_visits=12)


def goal(plan, by, **more):
    return goals.add(plan, by=by, **{"what": "Rake the garden", "start": 2, "target": 8, **more})


def improve(plan, by):
    for weeks, score in ((6, 8), (0, 4)):
        at = timezone.now() - timedelta(weeks=weeks, minutes=5)
        Response.objects.create(patient=plan.patient, measure_id="nrs_pain", score=score, mode="visit", taken_at=at)
    goals.score(goal(plan, by), now=7, by=by)


def sign(chart, visit, do="sign", **more):
    return chart.post(card(visit), typed(visit, do, subjective="Stiff", change="better", **more))


def test_the_header_tells_the_visit_the_phase_the_day_and_what_is_due(chart, visit, episode, carlos):
    plan = plan_making.write(
        episode, by=carlos, started_on=TODAY - 18 * DAY, planned_visits=12, phases=[("relief", 6, 4)]
    )
    make.answered(plan, "check", carlos)
    page = " ".join(chart.get(card(visit)).content.decode().split())
    assert page.count("Visit 1 of 12") == 1
    assert page.count("Relief phase, day 19") == 1
    assert page.count("re-exam due in 9 days") == 1


def test_without_a_plan_the_header_offers_to_write_one(chart, visit):
    assert chart.get(card(visit)).content.decode().count("Write a plan") == 2


@pytest.mark.parametrize(("number", "asked"), [(11, 0), (12, 11), (15, 11), (43, 11)])
def test_goals_are_asked_from_three_days_before_something_is_due(chart, visit, episode, carlos, number, asked):
    row = goal(plan_on(episode, number, carlos), carlos)
    assert chart.get(card(visit)).content.decode().count(f'name="goal-{row.pk}"') == asked


def test_a_re_examination_asks_for_the_goals_on_any_day(chart, visit, episode, carlos):
    row = goal(plan_on(episode, 5, carlos), carlos)
    type(visit).objects.filter(pk=visit.pk).update(purpose="re_exam")
    assert chart.get(card(visit)).content.decode().count(f'name="goal-{row.pk}"') == 11


def test_a_tap_keeps_the_score_and_shows_it(chart, visit, episode, carlos):
    row = goal(plan_on(episode, 15, carlos), carlos)
    assert chart.post(card(visit), typed(visit, "save", **{f"goal-{row.pk}": "5"})).status_code == 302
    row.refresh_from_db()
    assert row.now == 5
    page = chart.get(card(visit)).content.decode()
    assert page.count(f'name="goal-{row.pk}" value="5" checked') == 1


@pytest.mark.parametrize("odd", ["11", "-1", "five", "5.5", "²"])
def test_an_odd_score_is_refused_and_nothing_of_the_rest_is_lost(chart, visit, episode, carlos, odd):
    row = goal(plan_on(episode, 15, carlos), carlos)
    answer = chart.post(card(visit), typed(visit, "save", subjective="Stiff", **{f"goal-{row.pk}": odd}))
    row.refresh_from_db()
    visit.refresh_from_db()
    assert (answer.status_code, row.now, visit.subjective) == (422, None, "Stiff")


def test_a_note_past_day_42_without_improvement_waits_for_a_decision(chart, visit, episode, carlos):
    """R12."""
    plan_on(episode, 43, carlos)
    answer = sign(chart, visit)
    visit.refresh_from_db()
    assert (answer.status_code, visit.signed_at) == (422, None)
    assert answer.content.decode().count(FIRST) == 1


def test_a_decision_typed_beside_it_lets_it_be_signed(chart, visit, episode, carlos):
    plan_on(episode, 43, carlos)
    refused = chart.post(card(visit), typed(visit, "decide_plan", **{"decide-decision": "continue"}))
    assert refused.status_code == 422
    assert refused.content.decode().count("No improvement is recorded: say why it goes on all the same.") == 1
    told = {"decide-decision": "continue", "decide-because": "Moved house"}
    assert chart.post(card(visit), typed(visit, "decide_plan", **told)).status_code == 302
    made = PlanDecision.objects.get()
    assert (made.because, made.visit, made.decided_by) == ("Moved house", visit, carlos)
    assert sign(chart, visit).status_code == 302


def test_recorded_improvement_is_enough_to_sign_and_the_bar_still_asks(chart, visit, episode, carlos):
    improve(plan_on(episode, 43, carlos), carlos)
    assert chart.get(card(visit)).content.decode().count("A decision on the plan is due") == 1
    assert sign(chart, visit).status_code == 302


@pytest.mark.parametrize("number", [28, 41])
def test_day_28_warns_and_does_not_stop(chart, visit, episode, carlos, number):
    plan = plan_on(episode, number, carlos)
    make.answered(plan, "check", carlos)
    shown = "Re-examination is due" if number == 28 else "Re-examination is late"
    assert chart.get(card(visit)).content.decode().count(shown) == 1
    assert sign(chart, visit).status_code == 302


def test_a_note_of_a_day_before_the_decision_is_signed_later(chart, visit, episode, carlos):
    plan_on(episode, 43, carlos)
    type(visit).objects.filter(pk=visit.pk).update(visited_at=timezone.now() - 4 * DAY)
    assert sign(chart, visit).status_code == 302


def test_advice_by_phone_waits_for_nothing(chart, visit, episode, carlos):
    plan_on(episode, 43, carlos)
    type(visit).objects.filter(pk=visit.pk).update(purpose="advice")
    visit.refresh_from_db()
    assert sign(chart, visit, purpose="advice").status_code == 302


def test_a_plan_on_hold_or_ended_waits_for_nothing(chart, visit, episode, carlos):
    plan = plan_on(episode, 43, carlos)
    planning.end(plan, because="changed", by=carlos)
    assert sign(chart, visit).status_code == 302


def test_signing_a_re_examination_closes_its_task(chart, visit, episode, carlos):
    plan_on(episode, 31, carlos)
    plan_clock.ring_due(timezone.now())
    type(visit).objects.filter(pk=visit.pk).update(purpose="re_exam")
    assert sign(chart, visit, purpose="re_exam").status_code == 302
    assert list(Task.objects.filter(title="Re-examination").values_list("done_by", flat=True)) == [carlos.pk]


def test_a_therapist_scores_and_decides_nothing(client, tess, visit, episode, carlos):
    row = goal(plan_on(episode, 43, carlos), carlos)
    client.force_login(tess)
    told = {f"goal-{row.pk}": "9", "decide-decision": "continue", "decide-because": "x"}
    client.post(card(visit), typed(visit, "save", **told))
    assert client.post(card(visit), typed(visit, "decide_plan", **told)).status_code == 403
    row.refresh_from_db()
    assert (row.now, PlanDecision.objects.count()) == (None, 0)


def test_the_link_of_the_bar_leads_to_the_decision(chart, visit, episode, carlos):
    plan_on(episode, 43, carlos)
    page = chart.get(card(visit)).content.decode()
    assert (page.count('href="#plan-decision"'), page.count('id="plan-decision"')) == (1, 1)
    whole = reverse("admin:patients_patient_change", args=[visit.patient_id])
    assert page.count(f'href="{whole}?tab=plan"') == 2
