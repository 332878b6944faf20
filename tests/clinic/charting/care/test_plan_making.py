"""Writing a plan: its clocks follow its days, a changed promise is agreed anew; starting points name their source."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from clinic.charting.care import deciding, plan_making, plan_templates, planning
from clinic.charting.models import CarePlan, Episode, PlanPhase
from tests import make

START, LATER = date(2026, 11, 2), date(2026, 11, 9)
PHASES = [("relief", 6, 3), ("restore", 4, 3)]


@pytest.fixture
def episode(ana):
    return Episode.objects.create(patient=ana, complaint="Low back spasm")


def write(episode, by, **more):
    told = {"started_on": START, "planned_visits": 10, "phases": PHASES, **more}
    return plan_making.write(episode, by=by, **told)


def clocks_of(plan):
    return [(e.kind, e.due_on, e.at_visit) for e in plan.events.order_by("due_on")]


def test_a_plan_is_written_with_its_phases_and_clocks(episode, carlos):
    plan = write(episode, carlos, aim=" Lift again ", stop_rule="no change", home_tasks="walk")
    assert (plan.aim, plan.stop_rule, plan.home_tasks, plan.planned_visits) == ("Lift again", "no change", "walk", 10)
    assert plan.first_check_on == date(2026, 11, 16)
    assert [(p.name, p.visits, p.weeks, p.order) for p in plan.phases.all()] == [
        ("relief", 6, 3, 1),
        ("restore", 4, 3, 2),
    ]
    assert clocks_of(plan) == [
        ("check", date(2026, 11, 16), None),
        ("review", date(2026, 11, 29), None),
        ("re_exam", date(2026, 12, 1), 12),
        ("decision", date(2026, 12, 13), None),
    ]


def test_another_start_moves_the_clocks_and_changes_nothing_twice(episode, carlos):
    write(episode, carlos)
    plan = write(episode, carlos, started_on=LATER, phases=PHASES[:1])
    assert (CarePlan.objects.count(), PlanPhase.objects.count()) == (1, 1)
    assert [due for _kind, due, _visit in clocks_of(plan)] == [
        date(2026, 11, 23),
        date(2026, 12, 6),
        date(2026, 12, 8),
        date(2026, 12, 20),
    ]


def test_after_a_decision_the_clocks_stay(episode, carlos):
    plan = write(episode, carlos)
    deciding.decide(plan, decision="modify", because="Other technique", by=carlos, today=LATER)
    before = clocks_of(plan)
    assert clocks_of(write(episode, carlos, started_on=LATER)) == before


def test_a_planned_treatment_makes_a_plan_whose_clocks_run_from_today(episode, carlos):
    plan = planning.aim_at(episode, aim="Rake", by=carlos)
    assert [kind for kind, _due, _visit in clocks_of(plan)] == ["check", "review", "re_exam", "decision"]
    assert plan.started_on is not None


def test_the_patient_agrees_once_and_a_changed_promise_is_agreed_anew(episode, carlos):
    plan = plan_making.agree(write(episode, carlos), words=" In the room ", by=carlos)
    assert (plan.agreed_words, plan.agreed_by) == ("In the room", carlos)
    with pytest.raises(plan_making.Agreed):
        plan_making.agree(plan, words="Again", by=carlos)
    assert write(episode, carlos, home_tasks="walk").agreed_at is not None
    changed = write(episode, carlos, planned_visits=14)
    assert (changed.agreed_at, changed.agreed_by, changed.agreed_words) == (None, None, "")


def test_an_ended_plan_is_not_followed_by_another_in_silence(episode, carlos):
    plan = write(episode, carlos)
    seen = plan_making.stand_of(plan)
    planning.end(plan, because="changed", by=carlos)
    with pytest.raises(plan_making.ChangedSince):
        write(episode, carlos, seen=seen)
    assert (CarePlan.objects.count(), write(episode, carlos, seen="").pk == plan.pk) == (1, False)


def test_every_part_of_a_plan_that_a_page_shows_is_part_of_its_stand(episode, carlos):
    told = [{}, {"aim": "Lift"}, {"stop_rule": "no change"}, {"home_tasks": "walk"}, {"planned_visits": 14}]
    told += [{"started_on": LATER}, {"phases": PHASES[:1]}, {"first_check_on": date(2026, 11, 20)}]
    texts = {"aim": "", "stop_rule": "", "home_tasks": ""}
    stands = [plan_making.stand_of(write(episode, carlos, **{**texts, **more})) for more in told]
    assert len(set(stands)) == len(told)


def test_an_ended_plan_is_not_agreed_to(episode, carlos):
    plan = write(episode, carlos)
    planning.end(plan, because="changed", by=carlos)
    with pytest.raises(planning.PlanEnded):
        plan_making.agree(plan, words="In the room", by=carlos)


def test_who_may_not_plan_writes_nothing(episode, carlos, tess, rita):
    for who in (tess, rita):
        with pytest.raises(PermissionDenied):
            write(episode, who)
    assert CarePlan.objects.count() == 0


def test_what_fails_on_the_way_leaves_no_plan(episode, carlos, monkeypatch):
    monkeypatch.setattr(plan_making, "_move_clocks", lambda _plan: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(episode, carlos)
    assert CarePlan.objects.count() == 0


def test_the_starting_points_are_those_of_their_sources():
    told = {one.slug: (one.in_short, one.planned_visits) for one in plan_templates.load().values()}
    assert told == {
        "acute_simple": ("6 visits in 3 weeks, then 4 in 3", 10),
        "acute_complicated": ("6 visits in 3 weeks, then 6 in 3", 12),
        "twelve_in_six": ("6 visits in 3 weeks, then 6 in 3", 12),
        "chronic": ("8 visits in 6 weeks, then 4 in 4", 12),
        "flare": ("6 visits in 4 weeks", 6),
    }
    for one in plan_templates.load().values():
        assert one.source and one.stop_rule and str(one.label)
        assert {name for name, _visits, _weeks in one.phases} <= set(PlanPhase.Name.values)
        assert sum(visits for _name, visits, _weeks in one.phases) == one.planned_visits
        assert 14 <= one.first_check_days <= 28


def test_a_plan_of_another_patient_is_not_touched(episode, carlos, ben):
    other = write(Episode.objects.create(patient=ben, complaint="Neck"), carlos)
    write(episode, carlos, started_on=LATER)
    assert (clocks_of(other)[0][1], make.patient().pk != ben.pk) == (date(2026, 11, 16), True)
