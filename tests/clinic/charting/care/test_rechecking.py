"""A plan is held against the rules again when something new is known; what became stricter asks a clinician once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts import links
from clinic.audit.models import AuditEvent
from clinic.charting.care import planning, rechecking
from clinic.charting.contraindications import rule_changes
from clinic.charting.kinds import treating
from clinic.charting.models import CarePlan, Contraindication, Episode, PlannedTreatment
from clinic.charting.safety import Caution, SafetyCheck
from clinic.portal.handing_in import hand_in
from clinic.worker.duties import round_of_work
from patients import intake, tasks
from patients.models import Condition, Merge, Task
from tests import make

NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def episode(ana):
    return Episode.objects.create(patient=ana, complaint="Low back spasm")


@pytest.fixture
def planned(episode, carlos):
    """Ultrasound to the low back, planned while nothing spoke against it."""
    row = planning.plan_treatment(
        episode, kind=make.treatment_kind("ultrasound"), by=carlos, values={"site": "low_back"}, acknowledged=True
    )
    assert row.strictest == ""
    return row


def stored():
    return list(PlannedTreatment.objects.values_list("strictest", "since_strictest"))


def safety_tasks():
    return list(Task.objects.filter(kind="safety").values_list("title", "done_at"))


def caution(level, rule):
    return Caution(level, rule, "message")


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([], [], []),
        ([], ["R1"], ["R1"]),
        (["R1"], ["R1"], []),
        (["P1"], ["R1"], ["R1"]),
        (["R1"], ["P1"], []),
        (["R1"], ["A2", "R1", "P3"], ["A2", "P3"]),
        (["P1", "R1"], ["R1"], []),
    ],
)
def test_news_is_what_was_not_stored_or_was_milder(before, now, expected):
    rows = [{"level": text[0], "rule": text[1]} for text in before]
    found = SafetyCheck(tuple(caution(*text) for text in now), "v")
    assert [w.level + w.rule for w in rechecking.news(rows, found)] == expected


def test_ultrasound_to_the_low_back_is_held_back_once_pregnancy_is_answered_yes(ana, carlos, planned):
    opened = intake.open_intake(ana)
    intake.save_page(opened, page="pregnancy", answers={"pregnancy_status": "yes"})
    intake.submit(opened)
    assert Condition.objects.of(ana).active().filter(code="pregnancy").exists()
    assert [row.pk for row in rechecking.recheck(ana)] == [planned.pk]
    assert stored() == [("", "A")]
    assert safety_tasks() == [("Planned therapeutic ultrasound: look at it again", None)]
    with pytest.raises(treating.Contraindicated):
        treating.apply(
            make.visit(ana, carlos.practitioner, episode=planned.plan.episode),
            kind=planned.kind, by=carlos, values=planned.parameters,
        )  # fmt: skip


def test_the_same_news_ask_once_and_are_not_asked_again_when_the_task_is_done(ana, carlos, planned):
    make.condition(ana, "pregnancy")
    for _round in range(2):
        rechecking.recheck(ana)
    task = Task.objects.get(kind="safety")
    assert task.detail == PlannedTreatment.objects.get().since_warnings[0]["message"]
    tasks.done(task, outcome="Talked about it", by=carlos)
    rechecking.recheck(ana)
    assert [(title, at is None) for title, at in safety_tasks()] == [(task.title, False)]
    assert AuditEvent.objects.filter(action="plan.rechecked").count() == 1


def test_what_no_longer_speaks_against_it_is_taken_back_from_the_row(ana, planned):
    condition = make.condition(ana, "pregnancy")
    rechecking.recheck(ana)
    Condition.objects.filter(pk=condition.pk).update(entered_in_error_at=NOW)
    assert rechecking.recheck(ana) == []
    assert stored() == [("", "")]
    assert PlannedTreatment.objects.get().since_warnings == []


def test_a_treatment_elsewhere_stays_as_planned(ana, episode, carlos, planned):
    knee = planning.plan_treatment(
        episode, kind=planned.kind, by=carlos, values={"site": "knee"}, side="R", acknowledged=True
    )
    make.condition(ana, "pregnancy")
    held = {row.pk for row in rechecking.recheck(ana) if row.since_strictest == "A"}
    assert held == {planned.pk}
    assert PlannedTreatment.objects.get(pk=knee.pk).since_strictest != "A"


def test_what_is_off_the_plan_or_ended_is_left_alone(ana, carlos, planned):
    planning.end(planned.plan, because="goals_met", by=carlos)
    make.condition(ana, "pregnancy")
    assert rechecking.recheck(ana) == []
    assert (stored(), safety_tasks()) == ([("", "")], [])


def test_a_fact_of_a_merged_record_counts(ana, planned):
    old = make.patient("Anna", merged_into=ana)
    make.condition(old, "pregnancy")
    assert [row.pk for row in rechecking.recheck(ana)] == [planned.pk]


# --- the worker's round


def checked(planned, at):
    CarePlan.objects.filter(pk=planned.plan_id).update(checked_at=at)


def test_a_new_plan_is_checked_once_and_then_rests(ana, planned):
    assert rechecking.due(NOW) == [ana.pk]
    assert rechecking.recheck_due(NOW + HOUR) == 1
    assert rechecking.due(NOW + HOUR) == []
    assert CarePlan.objects.get().checked_at == NOW + HOUR


def test_a_day_later_it_is_checked_again(ana, planned):
    checked(planned, NOW)
    assert rechecking.due(NOW + 23 * HOUR) == []
    assert rechecking.due(NOW + 24 * HOUR) == [ana.pk]


def test_something_new_of_this_person_makes_it_due_and_of_another_does_not(ana, ben, planned):
    checked(planned, NOW - HOUR)
    make.condition(ben, "pregnancy")
    assert rechecking.due(NOW) == []
    condition = make.condition(ana, "pregnancy", recorded_at=NOW - 5 * HOUR)
    assert rechecking.due(NOW) == [ana.pk]  # its history is new, whatever day it was noted for
    condition.history.all().delete()
    assert rechecking.due(NOW) == []


def test_a_fact_of_a_merged_record_makes_it_due(ana, planned):
    checked(planned, NOW - HOUR)
    make.condition(make.patient("Anna", merged_into=ana), "pregnancy")
    assert rechecking.due(NOW) == [ana.pk]


def test_records_that_were_joined_or_taken_apart_are_due(ana, ben, carlos, planned):
    checked(planned, NOW - HOUR)
    row = Merge.objects.create(kept=ana, absorbed=ben, because="One person", proposed_by=carlos)
    assert rechecking.due(NOW) == []
    Merge.objects.filter(pk=row.pk).update(is_merged=True, decided_at=NOW, decided_by=carlos)
    assert rechecking.due(NOW) == [ana.pk]
    checked(planned, NOW + HOUR)
    Merge.objects.filter(pk=row.pk).update(undone_at=NOW + 2 * HOUR, undone_by=carlos, undone_because="Two people")
    assert rechecking.due(NOW + 2 * HOUR) == [ana.pk]


def test_a_changed_rule_makes_every_plan_due(ana, carlos, planned):
    checked(planned, NOW - HOUR)
    rule = Contraindication.objects.filter(treatment="ultrasound").first()
    rule_changes.change(rule, because="Read anew", by=carlos, message="Other words")
    assert rechecking.due(NOW) == [ana.pk]


def test_a_round_is_bounded(ana, carlos, monkeypatch):
    monkeypatch.setattr(rechecking, "MOST", 2)
    for number in range(3):
        patient = make.patient(f"P{number}")
        episode = Episode.objects.create(patient=patient, complaint="x")
        planning.aim_at(episode, aim="x", by=carlos)
    assert rechecking.recheck_due(NOW + HOUR) == 2
    assert rechecking.recheck_due(NOW + HOUR) == 1


def test_the_deceased_are_left_alone(ana, planned):
    type(ana).objects.filter(pk=ana.pk).update(deceased_on=timezone.localdate())
    assert rechecking.due(NOW) == []


# --- where it is asked for


def test_handing_in_rechecks_once_it_is_written(ana, planned, django_capture_on_commit_callbacks):
    opened = intake.open_intake(ana)
    link = links.find("intake", links.make("intake", opened.pk))
    opened = intake.save_page(opened, page="pregnancy", answers={"pregnancy_status": "yes"})
    with django_capture_on_commit_callbacks(execute=True):
        hand_in(opened, link)
        assert stored() == [("", "")]
    assert stored() == [("", "A")]


def test_the_worker_finds_what_a_clinician_confirmed(ana, planned):
    make.condition(ana, "pregnancy")
    assert round_of_work(NOW + HOUR)["recheck_plans"] == 1
    assert stored() == [("", "A")]
