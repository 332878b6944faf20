"""Consent and the thrust: a no is refused by the table, a gap is asked about, a record without consents is quiet."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.charting import safety
from clinic.charting.care.agreed import Answer, gap, refused
from clinic.charting.kinds import treating
from patients import consents
from patients.models import Consent
from tests import make

TODAY = date(2027, 3, 1)
YES, NO = Answer(True), Answer(False)


@pytest.mark.parametrize(
    ("answers", "regions", "wanted"),
    [
        ({}, ["cervical"], ""),
        ({"privacy": YES}, ["cervical"], "missing"),
        ({"manipulation": YES}, ["cervical"], ""),
        ({"manipulation": NO}, ["cervical"], ""),
        ({"manipulation": Answer(True, TODAY)}, [], ""),
        ({"manipulation": Answer(True, TODAY - timedelta(days=1))}, [], "ended"),
        ({"manipulation": Answer(True, None, frozenset({"lumbar"}))}, ["lumbar"], ""),
        ({"manipulation": Answer(True, None, frozenset({"lumbar"}))}, ["lumbar", "cervical"], "other_region"),
        ({"manipulation": Answer(True, None, frozenset({"lumbar"}))}, [], ""),
        ({"manipulation": Answer(True, None, frozenset({"limb"}))}, ["upper_limb"], ""),
        ({"manipulation": Answer(True, None, frozenset({"upper_limb"}))}, ["lower_limb"], "other_region"),
        ({"manipulation": Answer(True, TODAY - timedelta(days=1), frozenset({"lumbar"}))}, ["cervical"], "ended"),
    ],
)
def test_what_is_missing_for_a_thrust(answers, regions, wanted):
    assert gap(answers, regions, TODAY) == wanted


def test_only_a_no_is_refused():
    assert refused({"manipulation": NO, "treatment": YES, "sms": NO}) == {"manipulation", "sms"}


@pytest.fixture
def adjustment(db):
    return make.treatment_kind("adjustment")


def warned(patient, kind, technique="diversified_hvla", regions=("lumbar",)):
    found = safety.check(patient, kind, {"technique": technique}, regions=regions)
    return [(warning.level, warning.rule) for warning in found.warnings]


def sign(patient, kind="manipulation", is_given=True):
    text = consents.texts_in_force()[kind]
    return consents.sign(patient, text=text, is_given=is_given, signed_name="Ana Sørensen" if is_given else "")


def test_a_record_without_any_consent_says_nothing(ana, adjustment):
    assert warned(ana, adjustment) == []


def test_a_no_to_manipulation_stops_the_thrust_and_leaves_the_rest(ana, adjustment):
    sign(ana, is_given=False)
    assert warned(ana, adjustment) == [("A", "smt_hvla.consent_refused")]
    assert warned(ana, adjustment, "low_force") == []
    massage = make.treatment_kind("massage")
    assert safety.check(ana, massage, {}, regions=["lumbar"]).warnings == ()


def test_a_yes_that_was_taken_back_is_a_no(ana, adjustment):
    row = sign(ana)
    assert warned(ana, adjustment) == []
    consents.withdraw(row, by=ana.user)
    assert warned(ana, adjustment) == [("A", "smt_hvla.consent_refused")]


def test_a_yes_after_a_no_opens_the_thrust_again(ana, adjustment):
    sign(ana, is_given=False)
    sign(ana)
    assert warned(ana, adjustment) == []


def test_other_texts_answered_and_this_one_not_is_asked(ana, adjustment):
    sign(ana, "treatment")
    assert warned(ana, adjustment) == [("P", "consent.missing")]
    assert warned(ana, adjustment, "low_force") == []


def test_a_yes_that_has_run_out_and_another_region_are_asked(ana, adjustment):
    make.consent(ana, valid_until=timezone.localdate() - timedelta(days=1))
    assert warned(ana, adjustment) == [("P", "consent.ended")]
    make.consent(ana, regions=["lumbar"])
    assert warned(ana, adjustment) == []
    assert warned(ana, adjustment, regions=("cervical",)) == [("P", "consent.other_region")]


def test_an_open_question_of_consent_lets_the_treatment_be_stored_with_the_warning(ana, carlos, adjustment):
    sign(ana, "treatment")
    visit = make.visit(ana, carlos.practitioner)
    row = treating.apply(visit, kind=adjustment, by=carlos, segments=["L4 R"], values={"technique": "diversified_hvla"})
    assert (row.strictest, [warning["rule"] for warning in row.warnings]) == ("P", ["consent.missing"])


def test_a_refused_thrust_is_not_stored_with_any_reason(ana, carlos, adjustment):
    sign(ana, is_given=False)
    visit = make.visit(ana, carlos.practitioner)
    with pytest.raises(treating.Contraindicated):
        treating.apply(
            visit,
            kind=adjustment,
            by=carlos,
            segments=["L4 R"],
            values={"technique": "diversified_hvla"},
            reason="Wanted",
        )
    assert visit.treatments.count() == 0


def test_the_consent_of_a_joined_record_counts(ana, adjustment):
    other = make.patient("Anna", merged_into=ana)
    make.consent(other, is_given=False)
    assert warned(ana, adjustment) == [("A", "smt_hvla.consent_refused")]
    assert Consent.objects.get().patient == other
