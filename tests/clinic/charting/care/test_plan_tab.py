"""The tab of the plan: written from a starting point, agreed, measured, decided; a refusal keeps what was typed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.charting.care import goals, plan_making, plan_tab, planning, progress
from clinic.charting.models import CarePlan, Episode, PlanDecision, PlanGoal
from patients import intake
from tests import make

TODAY = timezone.localdate()


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


@pytest.fixture
def episode(ana):
    return Episode.objects.create(patient=ana, complaint="Low back spasm")


@pytest.fixture
def plan(episode, carlos):
    return plan_making.write(episode, by=carlos, started_on=TODAY - timedelta(days=42), planned_visits=12)


def tab(patient, more=""):
    return f"{patient.get_absolute_url()}?tab=plan{more}"


def press(client, patient, do, **fields):
    return client.post(patient.get_absolute_url(), {"do": do, **fields})


def test_a_starting_point_fills_the_form_and_names_its_source(chart, episode, ana):
    page = chart.get(tab(ana, "&from=acute_simple")).content.decode()
    assert page.count("VA field advisory 2013: up to 6 visits in 3 weeks, then up to 4 in 3 weeks") == 1
    assert page.count('name="relief_visits" value="6"') == 1
    assert chart.get(tab(ana, "&from=nonsense")).status_code == 200


def test_a_plan_is_written_changed_and_agreed(chart, episode, ana, carlos):
    told = {"started_on": TODAY.isoformat(), "relief_visits": "6", "relief_weeks": "3", "stop_rule": "no change"}
    assert press(chart, ana, f"plan_write:{episode.pk}", **told).url == tab(ana)
    plan = CarePlan.objects.get()
    assert (plan.planned_visits, plan.stop_rule, plan.made_by) == (6, "no change", carlos)
    seen = plan_making.stand_of(plan)
    assert chart.get(tab(ana)).content.decode().count(f'name="seen" value="{seen}"') == 1
    press(chart, ana, f"plan_edit:{plan.pk}", **{**told, "planned_visits": "8", "seen": seen})
    press(chart, ana, f"plan_agree:{plan.pk}", words="The patient, in the room")
    plan.refresh_from_db()
    assert (plan.planned_visits, plan.agreed_words, plan.agreed_by) == (8, "The patient, in the room", carlos)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"started_on": ""}, "Say on which day it starts; its clocks count from there."),
        ({"started_on": "1999-01-01"}, "The start lies within the last year or the next two months."),
        ({"first_check_on": (TODAY + timedelta(days=3)).isoformat()}, "The first check lies 2 to 4 weeks after the"),
        ({"relief_weeks": ""}, "A phase has visits and weeks."),
        ({"planned_visits": "3"}, "The phases have 6 visits together; plan at least as many."),
    ],
)
def test_what_is_refused_keeps_what_was_typed(chart, episode, ana, wrong, told):
    typed = {"started_on": TODAY.isoformat(), "relief_visits": "6", "relief_weeks": "3", "aim": "Rake again", **wrong}
    answer = press(chart, ana, f"plan_write:{episode.pk}", **typed)
    page = answer.content.decode()
    assert (answer.status_code, page.count(told), page.count('value="Rake again"')) == (422, 1, 1)
    assert CarePlan.objects.count() == 0


def test_a_plan_of_years_is_still_edited(chart, plan, ana):
    began = TODAY - timedelta(days=800)
    CarePlan.objects.update(started_on=began)
    plan.refresh_from_db()
    told = {"started_on": began.isoformat(), "home_tasks": "walk", "seen": plan_making.stand_of(plan)}
    assert press(chart, ana, f"plan_edit:{plan.pk}", **told).status_code == 302
    moved = {**told, "started_on": (began + timedelta(days=1)).isoformat()}
    assert press(chart, ana, f"plan_edit:{plan.pk}", **moved).status_code == 422
    plan.refresh_from_db()
    assert (plan.started_on, plan.home_tasks) == (began, "walk")


def test_a_page_that_knows_an_older_plan_changes_nothing_and_keeps_what_was_typed(chart, plan, ana, carlos):
    told = {"started_on": plan.started_on.isoformat(), "aim": "Rake again", "seen": plan_making.stand_of(plan)}
    planning.aim_at(plan.episode, aim="Lift again", by=carlos)
    answer = press(chart, ana, f"plan_edit:{plan.pk}", **told)
    page = answer.content.decode()
    assert (answer.status_code, page.count("This plan was changed meanwhile."), page.count('value="Rake again"')) == (
        422, 1, 1,
    )  # fmt: skip
    plan.refresh_from_db()
    assert (plan.aim, plan.planned_visits) == ("Lift again", 12)
    now = plan_making.stand_of(plan)
    assert page.count(f'name="seen" value="{now}"') == 1
    assert press(chart, ana, f"plan_edit:{plan.pk}", **{**told, "seen": now}).status_code == 302
    plan.refresh_from_db()
    assert (plan.aim, plan.planned_visits) == ("Rake again", None)


def test_a_plan_written_twice_at_once_is_not_replaced_in_silence(chart, plan, ana):
    told = {"started_on": TODAY.isoformat(), "planned_visits": "3"}
    answer = press(chart, ana, f"plan_write:{plan.episode_id}", **told)
    plan.refresh_from_db()
    assert (answer.status_code, plan.planned_visits, answer.context["editing"]) == (422, 12, plan.pk)


def test_why_a_goal_was_not_reached_is_noted_and_stays_readable(chart, plan, ana, carlos):
    goal = goals.add(plan, what="Rake the garden", start=2, target=8, by=carlos)
    met = goals.add(plan, what="Sit through a film", start=2, target=8, by=carlos)
    goals.score(met, now=9, by=carlos)
    told = {"miss-goal": goal.pk, "miss-because": "Winter, no garden work"}
    for wrong in ({"miss-because": " "}, {"miss-goal": met.pk}, {"miss-goal": "x"}):
        answer = press(chart, ana, f"plan_miss:{plan.pk}", **{**told, **wrong})
        assert (answer.status_code, answer.context["missing_of"]) == (422, plan.pk)
    assert press(chart, ana, f"plan_miss:{plan.pk}", **told).url == tab(ana)
    assert chart.get(tab(ana)).content.decode().count("Not reached: Winter, no garden work") == 1
    planning.end(plan, because="plateau", by=carlos)
    assert chart.get(tab(ana)).content.decode().count("not reached, Winter, no garden work") == 1
    assert press(chart, ana, f"plan_miss:{plan.pk}", **{**told, "miss-because": "Late"}).url == tab(ana)
    goal.refresh_from_db()
    assert goal.missed_because == "Winter, no garden work"


@pytest.mark.parametrize(("decision", "kind"), [("refer", "referral"), ("image", "imaging")])
def test_a_decision_that_asks_others_leads_to_its_letter(chart, plan, ana, decision, kind):
    goes_to = press(chart, ana, f"plan_decide:{plan.pk}", decision=decision, because="No gain in six weeks").url
    letter = reverse("admin:charting_referral_add_for", args=[ana.pk])
    assert goes_to == f"{letter}?kind={kind}&episode={plan.episode_id}"
    form = chart.get(goes_to).context["form"]
    assert (form["kind"].value(), form["episode"].value()) == (kind, plan.episode_id)
    assert chart.get(tab(ana)).content.decode().count(f"{letter}?kind={kind}&amp;episode={plan.episode_id}") == 1


def test_a_goal_is_taken_from_the_history_or_typed(chart, plan, ana):
    opened = intake.open_intake(ana)
    rows = [{"activity": "Rake the garden", "score_0_10": 3}]
    intake.save_page(opened, page="goals", answers={"goal_activities": rows})
    intake.submit(opened)
    page = chart.get(tab(ana)).content.decode()
    assert page.count(f'value="plan_propose:{plan.pk}:Rake the garden">+ Rake the garden, 3<') == 1
    press(chart, ana, f"plan_propose:{plan.pk}:Rake the garden")
    press(chart, ana, f"plan_propose:{plan.pk}:Fly")
    typed = {"goal-what": "Walk", "goal-measure": "minutes", "goal-start": "10", "goal-target": "30"}
    press(chart, ana, f"plan_goal:{plan.pk}", **typed)
    found = PlanGoal.objects.values_list("what", "measure", "start", "target")
    assert list(found) == [("Rake the garden", "psfs", 3, 8), ("Walk", "minutes", 10, 30)]


def test_a_goal_that_cannot_be_is_refused_at_its_field(chart, plan, ana):
    typed = {"goal-what": "Walk", "goal-measure": "psfs", "goal-start": "3", "goal-target": "11"}
    answer = press(chart, ana, f"plan_goal:{plan.pk}", **typed)
    assert (answer.status_code, answer.content.decode().count("From 0 to 10 on this measure.")) == (422, 1)
    assert PlanGoal.objects.count() == 0


def test_a_decision_without_improvement_asks_why_and_is_shown_once_kept(chart, plan, ana):
    answer = press(chart, ana, f"plan_decide:{plan.pk}", decision="continue")
    told = "No improvement is recorded: say why it goes on all the same."
    assert (answer.status_code, answer.content.decode().count(told)) == (422, 1)
    assert press(chart, ana, f"plan_decide:{plan.pk}", decision="continue", because="Moved house").status_code == 302
    assert PlanDecision.objects.get().because == "Moved house"
    assert chart.get(tab(ana)).content.decode().count("Moved house") == 1


def test_a_discharge_says_why_and_moves_the_plan_to_the_earlier_ones(chart, plan, ana):
    assert press(chart, ana, f"plan_decide:{plan.pk}", decision="discharge", because="Rakes").status_code == 422
    told = {"decision": "discharge", "because": "Rakes again", "end_because": "goals_met"}
    press(chart, ana, f"plan_decide:{plan.pk}", **told)
    page = chart.get(tab(ana))
    assert (page.context["current"], [one.pk for one in page.context["past"]]) == ([], [plan.pk])
    for do in ("plan_decide", "plan_edit", "plan_agree"):
        answer = press(chart, ana, f"{do}:{plan.pk}", decision="hold", because="x", words="x")
        assert answer.status_code == 302
    assert PlanDecision.objects.count() == 1


BUTTONS = ("plan_edit", "plan_agree", "plan_goal", "plan_propose", "plan_miss", "plan_decide")


@pytest.mark.parametrize("do", BUTTONS)
def test_a_plan_of_another_patient_is_not_found(chart, ben, plan, do):
    typed = {"words": "x", "decision": "hold", "because": "x", "started_on": TODAY.isoformat()}
    assert press(chart, ben, f"{do}:{plan.pk}", **typed).status_code == 404


@pytest.mark.parametrize("do", BUTTONS)
@pytest.mark.parametrize("who", ["tess", "rita", "olga"])
def test_who_may_not_plan_presses_in_vain(client, request, ana, plan, who, do):
    client.force_login(request.getfixturevalue(who))
    typed = {"words": "x", "decision": "hold", "because": "x", "started_on": TODAY.isoformat()}
    goal = {"goal-what": "Walk", "goal-measure": "psfs", "goal-start": "3", "goal-target": "8"}
    before = CarePlan.objects.filter(pk=plan.pk).values().get()
    press(client, ana, f"{do}:{plan.pk}", **typed, **goal)
    counts = (PlanDecision.objects.count(), PlanGoal.objects.count())
    assert (CarePlan.objects.filter(pk=plan.pk).values().get(), counts) == (before, (0, 0))


@pytest.mark.parametrize("who", ["rita", "olga"])
def test_who_reads_no_chart_sees_nothing_of_the_plan(client, request, ana, plan, carlos, who):
    goals.add(plan, what="Rake the garden", start=2, target=8, by=carlos)
    client.force_login(request.getfixturevalue(who))
    page = client.get(tab(ana)).content.decode()
    assert [word for word in ("Rake the garden", "Low back spasm", "of 12", "day 43") if word in page] == []


def test_plans_of_a_joined_record_stand_here(chart, plan, ana, carlos):
    old = make.patient("Anna", merged_into=ana)
    other = Episode.objects.create(patient=old, complaint="Stiff neck")
    planning.aim_at(other, aim="Park the car", by=carlos)
    assert len(chart.get(tab(ana)).context["current"]) == 2


@pytest.mark.parametrize(
    ("flag", "missing", "words"),
    [
        ("unclear", ("pain",), "Not enough measured"),
        ("unclear", (), "Not clear yet"),
        ("improved", (), "Improved"),
    ],
)
def test_the_tab_says_too_little_was_measured_only_where_something_is_missing(flag, missing, words):
    shown = plan_tab.Current(plan=None, standing=None, visits=[], missed=[], scores=[])
    shown.progress = progress.Progress(flag, (), missing)
    assert str(shown.progress_label) == words
