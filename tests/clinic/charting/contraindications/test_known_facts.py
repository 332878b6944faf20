"""What counts as known of a patient: not only conditions, and never more than the chart says."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.charting import safety
from patients.models import Alert, Allergy, Condition, Consent, ConsentText, Intake, Medication, Procedure
from tests import make


def today():
    return timezone.localdate()


def known(patient):
    """{code: (current, answered)} of everything counted."""
    return {fact.code: (fact.current, fact.answered) for fact in safety.known_of(patient).facts}


def medicine(of, label, **fields):
    return Medication.objects.create(patient=of, label=label, **fields)


# --- medicines ---


def test_a_medicine_counts_as_the_term_its_ingredient_names(ana):
    medicine(ana, "Warfarin 5 mg")
    medicine(ana, "Vitamin D")
    assert known(ana) == {"anticoagulant": (True, True)}


def test_a_medicine_that_only_suggests_asks_a_question(ana):
    medicine(ana, "Methotrexate 10 mg weekly")
    assert known(ana) == {"immune_suppression": (True, False)}


def test_the_dose_may_name_the_form(ana):
    medicine(ana, "Hydrocortisone", dose="1% cream")
    medicine(ana, "Fentanyl", dose="patch, every three days")
    assert known(ana) == {"opioid_use": (True, True), "transdermal_patch": (True, True)}


@pytest.mark.parametrize("fields", [{"stopped_on": "yesterday"}, {"entered_in_error_at": timezone.now()}])
def test_a_medicine_no_longer_taken_or_entered_in_error_does_not_count(ana, fields):
    if "stopped_on" in fields:
        fields = {"stopped_on": today() - timedelta(days=1)}
    medicine(ana, "Warfarin", **fields)
    assert known(ana) == {}


def test_a_medicine_that_stops_next_week_still_counts(ana):
    medicine(ana, "Warfarin", stopped_on=today() + timedelta(days=7))
    assert known(ana) == {"anticoagulant": (True, True)}


def test_what_the_chart_says_of_the_term_goes_before_the_list(ana):
    medicine(ana, "Warfarin")
    make.condition(ana, "anticoagulant", state={"control": "unstable"})
    thrust = safety.check(ana, make.treatment_kind("adjustment"), {"technique": "drop"}, regions=["lumbar"])
    assert [(c.level, c.rule) for c in thrust.warnings] == [("A", "smt_hvla.anticoagulant")]
    assert len(safety.known_of(ana).facts) == 1


def test_a_resolved_or_open_condition_does_not_hide_the_medicine(ana):
    medicine(ana, "Warfarin")
    make.condition(ana, "anticoagulant", resolved_on=today())
    assert (True, True) in [(f.current, f.answered) for f in safety.known_of(ana).facts]
    Condition.objects.update(resolved_on=None, certainty="open")
    assert sorted(f.answered for f in safety.known_of(ana).facts) == [False, True]


def test_a_clinician_who_ruled_the_term_out_is_believed_until_a_newer_medicine(ana, carlos):
    older = medicine(ana, "Warfarin", recorded_at=timezone.now() - timedelta(days=3))
    make.condition(ana, "anticoagulant", certainty="ruled_out", judged_at=timezone.now(), judged_by=carlos)
    assert known(ana) == {}
    Medication.objects.filter(pk=older.pk).update(recorded_at=timezone.now() + timedelta(minutes=1))
    assert known(ana) == {"anticoagulant": (True, True)}


def test_a_warning_from_the_medicine_list_says_so(ana):
    medicine(ana, "Warfarin 5 mg")
    [found] = safety.check(ana, make.treatment_kind("needling"), {}, regions=["lumbar"]).warnings
    assert found.message.endswith(
        "because blood thinners make bleeding more likely. From the medicine list: Warfarin 5 mg."
    )


def test_the_medicines_of_a_merged_record_count(ana):
    other = make.patient("Anna")
    medicine(other, "Warfarin")
    assert known(ana) == {}
    type(other).objects.filter(pk=other.pk).update(merged_into=ana)
    assert known(ana) == {"anticoagulant": (True, True)}


# --- conditions ---


def test_a_condition_ruled_out_or_entered_in_error_does_not_count(ana, carlos):
    make.condition(ana, "osteoporosis", certainty="ruled_out", judged_at=timezone.now(), judged_by=carlos)
    make.condition(ana, "pacemaker", entered_in_error_at=timezone.now())
    assert known(ana) == {}


def test_an_active_cancer_that_is_over_is_one_in_the_history(ana):
    make.condition(ana, "malignancy_active", resolved_on=today())
    assert known(ana) == {"malignancy_history": (False, True)}


def thrust(patient, region="lumbar"):
    kind = make.treatment_kind("adjustment")
    found = safety.check(patient, kind, {"technique": "drop"}, regions=[region])
    return [(caution.level, caution.rule) for caution in found.warnings]


def test_a_fracture_that_has_healed_is_an_old_one_which_wants_a_reason_at_its_place(ana):
    broken = make.condition(ana, "fracture_recent", site="low_back")
    assert (thrust(ana), thrust(ana, "cervical")) == ([("A", "smt_hvla.fracture_recent")], [])
    Condition.objects.filter(pk=broken.pk).update(resolved_on=today())
    assert known(ana) == {"fracture_old": (False, True)}
    assert (thrust(ana), thrust(ana, "cervical")) == ([("R", "smt_hvla.fracture_old")], [])


@pytest.mark.parametrize(("state", "told"), [("stable", []), ("unstable", [("A", "smt_hvla.fracture_old")])])
def test_how_a_fracture_has_healed_goes_before_that_it_has(ana, state, told):
    make.condition(ana, "fracture_recent", site="low_back", resolved_on=today())
    make.condition(ana, "fracture_old", site="low_back", state={"stability": state})
    assert thrust(ana) == told


def test_an_old_fracture_says_nothing_of_another_bone_and_nothing_while_it_is_not_looked_at(ana):
    make.condition(ana, "fracture_recent", site="low_back", resolved_on=today())
    older = make.condition(ana, "fracture_old", site="neck", state={"stability": "stable"})
    assert thrust(ana) == [("R", "smt_hvla.fracture_old")]
    Condition.objects.filter(pk=older.pk).update(site="low_back", state={})
    assert thrust(ana) == [("R", "smt_hvla.fracture_old")]


def test_a_fracture_ruled_out_or_entered_in_error_is_no_old_one(ana, carlos):
    over = make.condition(ana, "fracture_recent", resolved_on=today(), entered_in_error_at=timezone.now())
    assert known(ana) == {}
    judged = {"certainty": "ruled_out", "judged_at": timezone.now(), "judged_by": carlos}
    Condition.objects.filter(pk=over.pk).update(entered_in_error_at=None, **judged)
    assert known(ana) == {}


@pytest.mark.parametrize(("days", "level"), [(0, "A"), (3, "A"), (4, "P")])
def test_an_injury_is_fresh_until_72_hours_have_surely_passed(ana, days, level):
    make.condition(ana, "acute_injury", site="knee", onset_on=today() - timedelta(days=days))
    warm = safety.check(ana, make.treatment_kind("heat"), {"site": "knee"})
    assert {(c.level, c.rule) for c in warm.warnings} == {(level, "heat.acute_injury")}


def test_a_recorded_state_goes_before_the_time_that_has_passed(ana):
    make.condition(ana, "acute_injury", site="knee", onset_on=today() - timedelta(days=30), state={"hours": 10})
    assert safety.check(ana, make.treatment_kind("heat"), {"site": "knee"}).strictest == "A"


@pytest.mark.parametrize(("days", "level"), [(150, "A"), (215, "P")])
def test_cold_over_irradiated_skin_waits_six_months(ana, days, level):
    make.condition(ana, "radiotherapy_site", site="chest", onset_on=today() - timedelta(days=days))
    assert safety.check(ana, make.treatment_kind("ice"), {"site": "chest"}).strictest == level


@pytest.mark.parametrize(
    ("week", "ago", "level"),
    [(8, 0, "R"), (13, 0, "R"), (13, 6, "R"), (13, 7, "P"), (14, 0, "P"), (8, 70, "P"), ("8", 0, "P"), (None, 0, "P")],
)
def test_current_on_an_arm_wants_a_reason_in_the_first_weeks_of_a_pregnancy(ana, week, ago, level):
    """The week told at the intake, and the weeks since."""
    intake = Intake.objects.create(patient=ana, version=1, questionnaire_version="1", answers={"pregnancy_week": week})
    Intake.objects.filter(pk=intake.pk).update(submitted_at=timezone.now() - timedelta(days=ago))
    make.condition(ana, "pregnancy", state={"status": "yes"})
    current = make.treatment_kind("estim")
    assert safety.check(ana, current, {"site": "elbow"}).strictest == level
    Condition.objects.update(state={"trimester": "2"})
    assert safety.check(ana, current, {"site": "elbow"}).strictest == "P"


def test_an_allergy_with_a_word_of_the_vocabulary_counts(ana):
    Allergy.objects.create(patient=ana, label="Plasters", code="adhesive_allergy")
    Allergy.objects.create(patient=ana, label="Penicillin")
    assert known(ana) == {"adhesive_allergy": (True, True)}


# --- operations ---


def operation(of, label="Knee arthroscopy", days=30, **fields):
    return Procedure.objects.create(patient=of, label=label, performed_on=today() - timedelta(days=days), **fields)


def test_a_recent_operation_asks_whether_it_has_healed(ana):
    operation(ana)
    rubbed = safety.check(ana, make.treatment_kind("massage"), {}, regions=["limb"])
    assert [(c.level, c.rule) for c in rubbed.warnings] == [("R", "massage.recent_surgery")]
    assert "From the list of operations: Knee arthroscopy" in rubbed.warnings[0].message
    assert rubbed.warnings[0].message.endswith("Still an open question.")


@pytest.mark.parametrize("days", [93, -1])
def test_an_old_or_planned_operation_asks_nothing(ana, days):
    operation(ana, days=days)
    assert known(ana) == {}


def test_an_operation_the_chart_already_speaks_of_is_not_asked_about_again(ana):
    operation(ana)
    make.condition(ana, "recent_surgery", state={"cleared": "yes"})
    assert safety.check(ana, make.treatment_kind("massage"), {}, regions=["limb"]).strictest == "P"


def test_an_operation_after_that_answer_asks_anew(ana):
    operation(ana, days=1)
    make.condition(ana, "recent_surgery", state={"cleared": "yes"}, recorded_at=timezone.now() - timedelta(days=20))
    assert safety.check(ana, make.treatment_kind("massage"), {}, regions=["limb"]).strictest == "R"


@pytest.mark.parametrize(
    ("label", "counts"),
    [("Total knee replacement", True), ("Appendectomy", True), ("Depression screening", False), ("Measurement", False)],
)
def test_only_operations_among_imported_procedures_count(ana, label, counts):
    operation(ana, label, source="import")
    assert ("recent_surgery" in known(ana)) is counts


# --- red flags and consents ---


def alert(of, level, **fields):
    return Alert.objects.create(patient=of, flag=f"RF-{level}", level=level, points_to="infection",
                                staff_action="Refer.", blocks_treatments=["heat"], **fields)  # fmt: skip


@pytest.mark.parametrize(("level", "strictest"), [("E", "A"), ("U", "A"), ("R", ""), ("C", "")])
def test_an_open_emergency_or_urgent_flag_stops_exercise_too(ana, carlos, level, strictest):
    raised = alert(ana, level)
    assert safety.check(ana, make.treatment_kind("exercise")).strictest == strictest
    raised.ended_at, raised.ended_by, raised.ended_because = timezone.now(), carlos, "Seen by a physician"
    raised.save()
    assert safety.check(ana, make.treatment_kind("exercise")).strictest == ""


def answer(of, kind, given, **fields):
    text = ConsentText.objects.filter(kind=kind).first() or ConsentText.objects.create(
        kind=kind, version=1, title=kind, body="Text", source="own"
    )
    return Consent.objects.create(patient=of, text=text, is_given=given, signed_name="Ana", **fields)


HVLA, GENTLE = {"technique": "diversified_hvla"}, {"technique": "low_force"}


def test_a_no_to_manipulation_stops_the_thrust_and_leaves_low_force_open(ana):
    answer(ana, "manipulation", False)
    adjustment = make.treatment_kind("adjustment")
    thrust = safety.check(ana, adjustment, HVLA, regions=["lumbar"])
    assert [(c.level, c.rule) for c in thrust.warnings] == [("A", "smt_hvla.consent_refused")]
    assert safety.check(ana, adjustment, GENTLE, regions=["lumbar"]).warnings == ()


def test_a_no_to_treatment_stops_adjustments_and_needles(ana):
    answer(ana, "treatment", False)
    adjustment = make.treatment_kind("adjustment")
    for values in (HVLA, GENTLE):
        assert safety.check(ana, adjustment, values, regions=["lumbar"]).strictest == "A"
    needled = safety.check(ana, make.treatment_kind("needling"), {}, regions=["lumbar"])
    assert [(c.level, c.rule) for c in needled.warnings] == [("A", "needling.consent_refused")]


def test_the_newest_answer_counts_and_a_no_to_mail_says_nothing_of_treatment(ana):
    answer(ana, "manipulation", False, signed_at=timezone.now() - timedelta(days=2))
    answer(ana, "manipulation", True)
    answer(ana, "email", False)
    assert safety.check(ana, make.treatment_kind("adjustment"), HVLA, regions=["lumbar"]).warnings == ()
    answer(ana, "manipulation", False, signed_at=timezone.now() + timedelta(minutes=1))
    assert safety.check(ana, make.treatment_kind("adjustment"), HVLA, regions=["lumbar"]).strictest == "A"


# --- how many queries ---


@pytest.mark.parametrize("facts", [0, 3])
def test_a_check_costs_the_same_few_queries_however_much_is_known(ana, django_assert_num_queries, facts):
    for code in ("osteoporosis", "epilepsy", "pacemaker")[:facts]:
        make.condition(ana, code)
        medicine(ana, f"Warfarin {code}")
    adjustment = make.treatment_kind("adjustment")
    with django_assert_num_queries(QUERIES[bool(facts)]):
        safety.check(ana, adjustment, HVLA, regions=["lumbar"])
    known_once = safety.known_of(ana)
    with django_assert_num_queries(2):
        safety.check(ana, adjustment, HVLA, regions=["lumbar"], known=known_once)


# Conditions, their words in the vocabulary (only if there are any), allergies, medicines, operations, red flags,
# consents; then the table and its version.
QUERIES = {False: 8, True: 9}
