"""The conservative plan: each treatment held against the rules before it stands there, and kept readable after."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from clinic.audit.models import AuditEvent
from clinic.charting.care import planning
from clinic.charting.kinds import treating
from clinic.charting.models import CarePlan, Episode, PlannedTreatment
from patients.models import Allergy, Task
from tests import make


@pytest.fixture
def episode(ana):
    return Episode.objects.create(patient=ana, complaint="Low back spasm")


def massage(episode, by, **more):
    kind = make.treatment_kind("massage")
    return planning.plan_treatment(episode, kind=kind, by=by, regions=["lumbar"], acknowledged=True, **more)


def estim(episode, by, **more):
    values = {"mode": "ifc", "site": "low_back", "intensity_felt": "sensory"}
    return planning.plan_treatment(episode, kind=make.treatment_kind("estim"), by=by, values=values, **more)


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_the_first_planned_treatment_makes_the_plan_and_the_next_joins_it(episode, carlos):
    first, second = massage(episode, carlos), massage(episode, carlos, side="R")
    assert first.plan == second.plan == planning.current_plan(episode)
    assert (first.regions, second.side, first.plan.made_by) == (["lumbar"], "R", carlos)
    assert actions() == ["plan.made", "plan.treatment_planned", "plan.treatment_planned"]


def test_the_aim_is_kept_and_said_twice_writes_once(episode, carlos):
    for _again in range(2):
        plan = planning.aim_at(episode, aim=" Lift the grandchild without guarding ", by=carlos)
    assert (plan.aim, actions()) == ("Lift the grandchild without guarding", ["plan.made", "plan.aim_set"])


def test_absolute_is_not_planned(episode, carlos, ana):
    make.condition(ana, "pacemaker")
    with pytest.raises(treating.Contraindicated) as caught:
        estim(episode, carlos, reason="All the same")
    assert (caught.value.check.strictest, PlannedTreatment.objects.count(), CarePlan.objects.count()) == ("A", 0, 0)


def test_relative_is_planned_with_a_stored_reason_only(episode, carlos, ana):
    Allergy.objects.create(patient=ana, label="Adhesive pads", code="adhesive_allergy")
    with pytest.raises(treating.ReasonNeeded):
        estim(episode, carlos, reason=" ", acknowledged=True)
    row = estim(episode, carlos, reason="Skin-friendly pads")
    assert (row.strictest, row.override_reason, row.overridden_by) == ("R", "Skin-friendly pads", carlos)
    assert [w["rule"] for w in row.warnings if w["level"] == "R"] != []
    assert row.rules_version != ""


def test_a_precaution_is_planned_once_it_was_seen(episode, carlos, ana):
    make.condition(ana, "antiplatelet")
    rub = {"kind": make.treatment_kind("massage"), "by": carlos, "regions": ["lumbar"]}
    with pytest.raises(treating.AcknowledgementNeeded) as caught:
        planning.plan_treatment(episode, **rub)
    assert caught.value.check.strictest == "P"
    assert planning.plan_treatment(episode, **rub, acknowledged=True).strictest == "P"


def test_values_that_cannot_be_are_refused(episode, carlos):
    kind = make.treatment_kind("estim")
    with pytest.raises(treating.BadParameters):
        planning.plan_treatment(episode, kind=kind, by=carlos, values={"mode": "nonsense"})
    assert CarePlan.objects.count() == 0


def test_a_treatment_is_taken_off_once_and_stays_readable(episode, carlos):
    row = massage(episode, carlos)
    planning.take_off(row, by=carlos)
    with pytest.raises(planning.PlanEnded):
        planning.take_off(row, by=carlos)
    assert (list(PlannedTreatment.objects.current()), PlannedTreatment.objects.get().ended_by) == ([], carlos)


def test_a_plan_ends_for_a_reason_and_the_next_one_is_new(episode, carlos):
    plan = massage(episode, carlos).plan
    with pytest.raises(ValueError, match="nonsense"):
        planning.end(plan, because="nonsense", by=carlos)
    planning.end(plan, because="goals_met", by=carlos)
    with pytest.raises(planning.PlanEnded):
        planning.end(plan, because="goals_met", by=carlos)
    assert planning.current_plan(episode) is None
    assert massage(episode, carlos).plan != plan
    assert list(AuditEvent.objects.filter(action="plan.ended").values_list("patient_id", "details")) == [
        (episode.patient_id, {"because": "goals_met"})
    ]


def test_a_complaint_has_one_current_plan(episode, carlos, ana):
    massage(episode, carlos)
    with pytest.raises(IntegrityError), transaction.atomic():
        CarePlan.objects.create(patient=ana, episode=episode, made_by=carlos)


def test_keeping_asks_the_rules_anew_and_closes_the_task(episode, carlos, ana):
    row = estim(episode, carlos)
    make.task(ana, kind="safety", key=planning.task_key(row))
    Allergy.objects.create(patient=ana, label="Adhesive pads", code="adhesive_allergy")
    with pytest.raises(treating.ReasonNeeded):
        planning.keep(row, by=carlos)
    assert Task.objects.get().done_at is None
    kept = planning.keep(row, by=carlos, reason="Skin-friendly pads")
    assert (kept.strictest, kept.override_reason, kept.since_strictest) == ("R", "Skin-friendly pads", "")
    assert (Task.objects.get().outcome, Task.objects.get().done_by) == ("Skin-friendly pads", carlos)


@pytest.mark.parametrize("who", ["tess", "rita", "olga"])
def test_only_the_chiropractor_plans(request, who, episode, carlos):
    person, row = request.getfixturevalue(who), massage(episode, carlos)
    before = list(PlannedTreatment.objects.values()), list(CarePlan.objects.values())
    for deed in (
        lambda: massage(episode, person),
        lambda: planning.aim_at(episode, aim="x", by=person),
        lambda: planning.keep(row, by=person),
        lambda: planning.take_off(row, by=person),
        lambda: planning.end(row.plan, because="goals_met", by=person),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert (list(PlannedTreatment.objects.values()), list(CarePlan.objects.values())) == before


def test_without_the_log_nothing_is_planned_or_ended(episode, carlos, monkeypatch):
    row = massage(episode, carlos)
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    for deed in (
        lambda: massage(episode, carlos),
        lambda: planning.take_off(row, by=carlos),
        lambda: planning.end(row.plan, because="goals_met", by=carlos),
    ):
        with pytest.raises(ZeroDivisionError):
            deed()
    assert list(PlannedTreatment.objects.current()) == [row]
