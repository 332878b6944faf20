"""What speaks against a treatment for this patient: the rows joined with the pure rules."""

import pytest

from clinic.charting import safety
from clinic.charting.kinds import treating
from clinic.charting.models import Contraindication, TreatmentApplied
from patients.models import Alert, Condition
from tests import make

HVLA = {"technique": "diversified_hvla"}


@pytest.fixture
def adjustment(clinic):
    return make.treatment_kind("adjustment")


def rules_of(check):
    return {(c.level, c.rule) for c in check.warnings}


def test_osteoporosis_makes_a_thrust_relative(ana, adjustment):
    make.condition(ana)
    found = safety.check(ana, adjustment, HVLA, regions=["lumbar"])
    assert found.strictest == "R"
    assert ("R", "smt_hvla.osteoporosis") in rules_of(found)
    assert found.rules_version == "2026.11c.0"


def test_a_healthy_patient_has_no_caution(ana, adjustment):
    assert safety.check(ana, adjustment, HVLA, regions=["lumbar"]).warnings == ()


def test_a_condition_entered_in_error_or_of_a_deceased_raises_none(ana, adjustment):
    condition = make.condition(ana)
    ana.deceased_on = ana.birth_date.replace(year=2020)
    ana.save()
    assert safety.check(ana, adjustment, HVLA, regions=["lumbar"]).warnings == ()
    assert safety.banner(ana) == []
    type(ana).objects.update(deceased_on=None)
    ana.refresh_from_db()
    Condition.objects.filter(pk=condition.pk).update(entered_in_error_at=ana.created_at)
    assert safety.banner(ana) == []


def test_a_resolved_fracture_through_weak_bone_no_longer_blocks_everything(ana, adjustment):
    make.condition(ana, "pathological_fracture")
    assert safety.check(ana, adjustment, HVLA, regions=["lumbar"]).strictest == "A"
    Condition.objects.update(resolved_on=ana.created_at.date())
    assert safety.check(ana, adjustment, HVLA, regions=["lumbar"]).strictest == "R"
    assert safety.banner(ana) == []


def test_a_rule_switched_off_by_the_clinic_is_silent(ana, adjustment):
    make.condition(ana)
    Contraindication.objects.filter(rule_id="smt_hvla.osteoporosis").update(is_enabled=False)
    assert ("R", "smt_hvla.osteoporosis") not in rules_of(safety.check(ana, adjustment, HVLA, regions=["lumbar"]))


def alert(patient, level, *blocks):
    return Alert.objects.create(patient=patient, flag=f"RF-{level}", level=level, points_to="fracture",
                                staff_action="Refer.", blocks_treatments=list(blocks))  # fmt: skip


@pytest.mark.parametrize(("level", "strictest"), [("E", "A"), ("U", "A"), ("R", "R"), ("C", "R")])
def test_an_open_red_flag_holds_its_treatments_back(ana, adjustment, level, strictest):
    alert(ana, level, "adjustment")
    assert safety.check(ana, adjustment, HVLA, regions=["lumbar"]).strictest == strictest


def test_a_block_on_adjustment_means_the_thrust_only(ana, adjustment):
    alert(ana, "U", "adjustment")
    assert safety.check(ana, adjustment, {"technique": "low_force"}, regions=["lumbar"]).strictest == ""
    assert safety.check(ana, adjustment, {}, regions=["lumbar"]).strictest == "A"


def test_an_emergency_stops_every_treatment(ana):
    alert(ana, "E", "all")
    for slug in ("adjustment", "massage", "heat", "exercise"):
        assert safety.check(ana, make.treatment_kind(slug), regions=["lumbar"]).strictest == "A"


def test_the_eye_is_not_the_head_but_the_knee_is_of_the_leg(ana):
    """A rule against a part fires at the part; a condition of a part concerns the whole."""
    ultrasound = make.treatment_kind("ultrasound")
    on_eye = safety.check(ana, ultrasound, {"site": "eye"})
    on_calf = safety.check(ana, ultrasound, {"site": "calf"})
    assert [c.rule for c in on_eye.warnings if "eye" in c.rule] != []
    assert [c.rule for c in on_calf.warnings if "eye" in c.rule] == []


def test_the_other_leg_may_be_treated(ana):
    massage = make.treatment_kind("massage")
    clot = next(r for r in Contraindication.objects.filter(treatment="massage", scope="treated_site", level="A",
                                                           trigger="condition", regions=""))  # fmt: skip
    make.condition(ana, clot.subject, site="calf", side="L")
    left = safety.check(ana, massage, {"site": "calf"}, regions=["limb"], side="L")
    right = safety.check(ana, massage, {"site": "calf"}, regions=["limb"], side="R")
    assert clot.rule_id in {c.rule for c in left.warnings}
    assert clot.rule_id not in {c.rule for c in right.warnings}


# --- the deed ---


@pytest.fixture
def note(ana, carlos):
    return make.visit(of=ana, by=carlos.practitioner)


GIVEN = {**HVLA, "listing": "PR", "position": "prone"}


def test_a_relative_contraindication_wants_a_reason_and_keeps_it(note, carlos, adjustment):
    make.condition(note.patient)
    with pytest.raises(treating.ReasonNeeded):
        treating.apply(note, kind=adjustment, by=carlos, segments=["L4 R"], values=GIVEN)
    assert TreatmentApplied.objects.count() == 0
    row = treating.apply(note, kind=adjustment, by=carlos, segments=["L4 R"], values=GIVEN, reason="bone scan stable")
    assert (row.strictest, row.override_reason, row.overridden_by) == ("R", "bone scan stable", carlos)
    assert row.warnings[0]["rule"] == "smt_hvla.osteoporosis"


def test_an_absolute_contraindication_is_refused_whatever_the_reason(note, carlos):
    make.condition(note.patient, "pacemaker")
    with pytest.raises(treating.Contraindicated):
        treating.apply(note, kind=make.treatment_kind("estim"), by=carlos, regions=["lumbar"], reason="please")
    assert TreatmentApplied.objects.count() == 0


def test_parameters_outside_the_hard_range_are_refused(note, carlos):
    with pytest.raises(treating.BadParameters) as refused:
        treating.apply(note, kind=make.treatment_kind("ultrasound"), by=carlos, regions=["lumbar"],
                       values={"frequency_mhz": 7})  # fmt: skip
    assert list(refused.value.errors) == ["frequency_mhz"]


@pytest.mark.parametrize("rows", [1, 3])
def test_banners_and_alerts_count_what_stands_at_a_joined_record_in_the_same_queries(
    clinic, rows, django_assert_num_queries
):
    """Asked for the kept record or for the one that was joined to it: the person is warned of either way."""
    people = [make.patient(f"Ana {n}") for n in range(rows)]
    joined = [make.patient("Anna", merged_into=one) for one in people]
    for one in joined:
        make.condition(one, "osteoporosis")
    everybody = [*people, *joined]
    with django_assert_num_queries(2):
        found = safety.banners(everybody)
    with django_assert_num_queries(1):
        alert = safety.patients_with_alert(everybody)
    assert {pk: [fact.code for fact, _level in facts] for pk, facts in found.items()} == {
        one.pk: ["osteoporosis"] for one in everybody
    }
    assert alert == {one.pk for one in everybody}
