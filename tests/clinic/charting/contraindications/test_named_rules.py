"""The safety rules of the clinical facts, section 11, each by its number, from the answer to the treatment."""

import json

import pytest
from django.utils import timezone

from clinic.charting import notes, safety
from clinic.charting.kinds import treating
from clinic.charting.models import TreatmentApplied
from patients import intake
from patients.answer_meaning import safety_facts
from patients.models import Alert, Condition
from patients.red_flags import evaluate
from tests import make

THRUST = {"technique": "diversified_hvla", "listing": "PR", "position": "prone"}


def handed_in(patient, answers):
    """An intake with these answers, handed in; returns what the red flags said."""
    opened = intake.open_intake(patient)
    type(opened).objects.filter(pk=opened.pk).update(answers=answers)
    opened.refresh_from_db()
    return intake.submit(opened)


def cleared(clinician):
    """Every open red flag has been looked into: what is left is the table's own word."""
    Alert.objects.update(ended_at=timezone.now(), ended_by=clinician, ended_because="Seen by a physician")


def strictest(patient, slug, values=None, **where):
    return safety.check(patient, make.treatment_kind(slug), values, **where).strictest


@pytest.mark.parametrize("flag", ["RF01", "RF02", "RF03", "RF04", "RF05"])
def test_r6_a_yes_to_rf01_to_rf05_is_an_emergency_and_booking_stops(ana, flag):
    found = handed_in(ana, {flag: "yes"})
    fired = {item.flag.id: item for item in found.fired}[flag]
    assert (fired.level, fired.soft, found.level, found.blocks_booking) == ("E", False, "E", "stop")
    raised = Alert.objects.get(patient=ana, flag=flag)
    assert (raised.level, raised.blocks_treatments, raised.acknowledged_at) == ("E", ["all"], None)
    for slug in ("adjustment", "massage", "heat", "exercise"):
        assert strictest(ana, slug, regions=["lumbar"]) == "A"


@pytest.mark.parametrize("flag", ["RF01", "RF02", "RF03", "RF04", "RF05"])
def test_r6_a_no_is_no_emergency_and_not_sure_is_urgent(flag):
    levels = dict.fromkeys(("no", "unsure", None))
    for answer in levels:
        fired = {item.flag.id: item.level for item in evaluate(safety_facts({flag: answer}, age=40, sex="F")).fired}
        levels[answer] = fired.get(flag)
    assert levels == {"no": None, "unsure": "U", None: "U"}


@pytest.mark.parametrize("code", ["osteoporosis", "anticoagulant"])
def test_r8_weak_bone_or_a_blood_thinner_asks_for_a_reason_before_a_thrust(ana, carlos, code):
    make.condition(ana, code)
    note, adjustment = make.visit(of=ana, by=carlos.practitioner), make.treatment_kind("adjustment")
    with pytest.raises(treating.ReasonNeeded) as asked:
        treating.apply(note, kind=adjustment, by=carlos, segments=["L4 R"], values=THRUST)
    [warning] = asked.value.check.warnings
    assert (warning.level, warning.rule, bool(warning.alternative)) == ("R", f"smt_hvla.{code}", True)
    given = treating.apply(note, kind=adjustment, by=carlos, segments=["L4 R"], values=THRUST, reason="Scan is good")
    assert (given.override_reason, given.overridden_by) == ("Scan is good", carlos)
    gentle = treating.apply(note, kind=adjustment, by=carlos, segments=["L4 R"], values={**THRUST, "technique": "drop"},
                            reason="Scan is good")  # fmt: skip
    assert (TreatmentApplied.objects.count(), gentle.strictest) == (2, "R")


def test_r9_a_pacemaker_blocks_current_anywhere_and_ultrasound_on_the_chest(ana):
    make.condition(ana, "pacemaker")
    places = ("head", "cervical", "thoracic", "lumbar", "pelvic", "abdomen", "thorax", "upper_limb", "lower_limb")
    assert {strictest(ana, "estim", regions=[place]) for place in places} == {"A"}
    assert {place: strictest(ana, "ultrasound", regions=[place]) for place in places} == {
        place: "A" if place in ("thoracic", "thorax") else "P" for place in places
    }


@pytest.mark.parametrize("slug", ["ultrasound", "estim", "needling"])
@pytest.mark.parametrize("answer", ["possible", "unsure", "yes"])
def test_r10_a_pregnancy_that_may_be_blocks_or_wants_a_reason_on_the_trunk(ana, carlos, slug, answer):
    handed_in(ana, {"pregnancy_status": answer, "sex": "F"})
    cleared(carlos)
    for region in ("lumbar", "sacral", "pelvic", "abdomen"):
        assert strictest(ana, slug, regions=[region]) in ("A", "R")
    assert strictest(ana, "ultrasound", regions=["lower_limb"]) == ""


@pytest.mark.parametrize("answer", ["no", "not_applicable"])
def test_r10_a_no_leaves_the_trunk_free(ana, carlos, answer):
    handed_in(ana, {"pregnancy_status": answer, "sex": "F"})
    cleared(carlos)
    assert [strictest(ana, slug, regions=["lumbar"]) for slug in ("ultrasound", "estim", "needling")] == ["", "", ""]


SPONDYLITIS = ("RF22a", "RF22b", "RF22c", "RF22d", "RF22e")


@pytest.mark.parametrize(("met", "months", "level"), [(4, 4, "R"), (5, 12, "R"), (3, 4, None), (5, 3, None)])
def test_r11_four_of_five_signs_after_three_months_ask_for_a_rheumatologist(met, months, level):
    answers = {key: "yes" if number < met else "no" for number, key in enumerate(SPONDYLITIS)} | {"RF22": months}
    fired = {item.flag.id: item for item in evaluate(safety_facts(answers, age=40, sex="F")).fired if not item.soft}
    assert (fired["RF22"].level if "RF22" in fired else None) == level
    if level:
        assert (
            fired["RF22"].flag.staff_action == "Create a rheumatology referral task and show the items that were met."
        )


@pytest.mark.parametrize("answer", ["unsure", None, ""])
def test_r27_a_safety_question_without_an_answer_counts_as_relative(ana, carlos, answer):
    handed_in(ana, {"pregnancy_status": answer, "sex": "F"})
    cleared(carlos)
    assert Condition.objects.get(patient=ana, code="pregnancy").certainty == "open"
    found = safety.check(ana, make.treatment_kind("ultrasound"), regions=["lumbar"])
    assert [(c.level, c.rule) for c in found.warnings] == [("R", "ultrasound.pregnancy")]
    assert found.warnings[0].message.endswith("Still an open question.")


def test_r27_neither_a_yes_nor_a_no_is_made_of_it(ana, carlos):
    make.condition(ana, "pregnancy", certainty="open")
    note, ultrasound = make.visit(of=ana, by=carlos.practitioner), make.treatment_kind("ultrasound")
    with pytest.raises(treating.ReasonNeeded):
        treating.apply(note, kind=ultrasound, by=carlos, regions=["lumbar"])
    given = treating.apply(note, kind=ultrasound, by=carlos, regions=["lumbar"], reason="Asked: not pregnant")
    assert (given.strictest, given.rules_version) == ("R", safety.rules_version())


def test_r30_the_edition_of_the_rules_stands_on_the_note_and_on_each_warned_treatment(ana, carlos):
    make.condition(ana, "osteoporosis")
    note = make.visit(of=ana, by=carlos.practitioner)
    adjustment = make.treatment_kind("adjustment")
    given = treating.apply(note, kind=adjustment, by=carlos, segments=["L4 R"], values=THRUST, reason="Scan is good")
    edition = safety.rules_version()
    note.refresh_from_db()
    saved = notes.save(note, version=note.version, by=carlos, subjective="Stiff since Sunday")
    signed = notes.sign(saved, version=saved.version, by=carlos)
    assert edition != ""
    assert (given.rules_version, signed.rules_version) == (edition, edition)
    assert json.loads(signed.document)["rules_version"] == edition
