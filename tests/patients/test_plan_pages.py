"""The chart's tab of plans and tasks: closed with an outcome, read with the union, never by the desk."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from clinic.charting.care import planning, rechecking
from clinic.charting.models import Episode
from patients.models import Task
from tests import make


@pytest.fixture
def chart(client, carlos):
    client.force_login(carlos)
    return client


def tab(patient, name="plan"):
    return f"{patient.get_absolute_url()}?tab={name}"


def close(client, task, **fields):
    return client.post(task.patient.get_absolute_url(), {"do": f"task_done:{task.pk}", **fields})


def plan(patient, by, **more):
    episode = Episode.objects.create(patient=patient, complaint="Low back spasm")
    kind = make.treatment_kind("ultrasound")
    return planning.plan_treatment(episode, kind=kind, by=by, values={"site": "low_back"}, **more)


def test_a_task_is_closed_with_its_outcome_and_goes_back_to_where_it_was_pressed(chart, carlos, ana):
    first, second = make.task(ana), make.task(ana)
    assert close(chart, first, outcome="Seen at the surgery").url == tab(ana)
    assert close(chart, second, outcome="Phoned", back="home").url == reverse("admin:index")
    assert list(Task.objects.order_by("pk").values_list("outcome", "done_by")) == [
        ("Seen at the surgery", carlos.pk),
        ("Phoned", carlos.pk),
    ]
    assert chart.get(tab(ana)).content.decode().count("Seen at the surgery") == 1


def test_without_an_outcome_it_stays_open_and_says_so_at_its_field(chart, ana):
    task = make.task(ana)
    answer = close(chart, task, outcome=" ", back="home")
    assert answer.status_code == 422
    assert answer.content.decode().count("Say in a few words what came of it.") == 1
    assert Task.objects.get().done_at is None


def test_a_task_of_another_patient_is_not_found_by_its_number(chart, ana, ben):
    task = make.task(ben)
    answer = chart.post(ana.get_absolute_url(), {"do": f"task_done:{task.pk}", "outcome": "Done"})
    assert (answer.status_code, Task.objects.get().done_at) == (404, None)


@pytest.mark.parametrize("who", ["olga", "rita"])
def test_only_those_who_treat_close_a_task_or_read_the_tab(client, request, who, ana, carlos):
    task = make.task(ana, title="Medical opinion: malignancy")
    plan(ana, carlos)
    client.force_login(request.getfixturevalue(who))
    assert close(client, task, outcome="Done").status_code == 403
    page = client.get(tab(ana)).content.decode()
    assert [word for word in ("malignancy", "Ultrasound", "ultrasound") if word in page] == []
    assert Task.objects.get().done_at is None


def test_the_tab_shows_the_plan_what_is_new_since_and_what_was_taken_off(chart, carlos, ana):
    row = plan(ana, carlos)
    planning.take_off(
        planning.plan_treatment(row.plan.episode, kind=row.kind, by=carlos, regions=["thoracic"]), by=carlos
    )
    planning.aim_at(row.plan.episode, aim="Rake the garden", by=carlos)
    make.condition(ana, "pregnancy")
    rechecking.recheck(ana)
    page = chart.get(tab(ana)).content.decode()
    assert [page.count(word) for word in ("Rake the garden", "Held back", "New since it was planned:", "<del>")] == [
        2,
        1,
        1,
        1,
    ]


def test_tab_and_overview_read_tasks_and_plans_of_a_merged_record(chart, carlos, ana):
    old = make.patient("Anna", merged_into=ana)
    make.task(old, title="Write to the surgery")
    plan(old, carlos)
    assert chart.get(tab(ana)).content.decode().count("<b>Write to the surgery</b>") == 1
    assert len(chart.get(tab(ana)).context["current"]) == 1
    assert chart.get(tab(ana, "overview")).content.decode().count("<b>Write to the surgery</b>") == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tab_asks_the_same_number_of_questions_for_one_row_and_three(
    chart, carlos, ana, rows, django_assert_num_queries
):
    for _row in range(rows):
        make.task(ana)
        make.task(ana, done_at=timezone.now(), done_by=carlos, outcome="Seen")
        plan(ana, carlos)
    chart.get(tab(ana))
    locking = connection.vendor == "postgresql"  # that the chart was read is logged under a lock
    with django_assert_num_queries(QUERIES + locking):
        page = chart.get(tab(ana))
    assert [len(page.context[name]) for name in ("tasks", "done_tasks", "current")] == [rows] * 3


QUERIES = 37
