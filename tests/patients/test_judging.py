"""A clinician judges what a patient said: accepted, corrected, over, not so, answered, put back; safety follows."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting import safety
from patients import intake, judging, named_in_intake
from patients.models import Allergy, Condition, Intake, Medication, Procedure
from patients.questionnaire import condition_changes
from tests import make

STATED, OPEN = Condition.Certainty.STATED, Condition.Certainty.OPEN
CONFIRMED, RULED_OUT = Condition.Certainty.CONFIRMED, Condition.Certainty.RULED_OUT


def handed_in(patient, **answers):
    """An intake that was handed in with these answers."""
    opened = intake.open_intake(patient)
    intake.save_page(opened, page="all", answers=answers)
    intake.submit(opened)
    return Intake.objects.get(pk=opened.pk)


def stated(patient, code="osteoporosis", certainty=STATED, **fields):
    """A condition as an intake writes it: in bulk, so without a first line of history."""
    label = fields.pop("label", code.replace("_", " ").capitalize())
    row = Condition(patient=patient, code=code, label=label, certainty=certainty, source="intake", **fields)
    return Condition.objects.bulk_create([row])[0]


def actions():
    return list(AuditEvent.objects.filter(action__startswith="health").order_by("pk").values_list("action", flat=True))


def judgement(row):
    row.refresh_from_db()
    return row.certainty, row.judged_by


# --- happy


def test_what_is_confirmed_keeps_who_and_when_and_the_words_said_first(ana, carlos):
    row = judging.confirm(stated(ana), by=carlos)
    told = [(h.certainty, h.judged_by_id) for h in row.history.order_by("history_id")]
    assert (row.certainty, row.judged_by, row.judged_at is not None) == (CONFIRMED, carlos, True)
    assert told == [(STATED, None), (CONFIRMED, carlos.pk)]
    assert actions() == ["health.condition_confirmed"]


def test_what_is_over_is_resolved_today_with_its_states_at_rest(ana, carlos):
    row = judging.over(stated(ana, "epilepsy", state={"activity": "active"}), by=carlos)
    assert (row.certainty, row.resolved_on, row.state) == (
        CONFIRMED,
        timezone.localdate(),
        {"activity": "seizure_free"},
    )


def test_what_is_ruled_out_stays_readable_and_counts_no_more(ana, carlos):
    row = judging.rule_out(stated(ana), by=carlos)
    assert (row.certainty, row.is_active, Condition.objects.of(ana).active().count()) == (RULED_OUT, False, 0)
    assert Condition.objects.of(ana).count() == 1


def test_a_correction_takes_the_label_of_its_term_and_keeps_the_original_in_history(ana, carlos):
    row = stated(ana, "osteoporosis", label="Osteoporosis")
    judging.correct(row, code="osteopenia", site="low_back", side="both", onset_on=date(2024, 5, 2), by=carlos)
    row.refresh_from_db()
    first = row.history.order_by("history_id").first()
    assert (row.code, row.label, row.site, row.onset_on) == (
        "osteopenia",
        "Low bone density",
        "low_back",
        date(2024, 5, 2),
    )
    assert (first.code, first.label, first.certainty) == ("osteoporosis", "Osteoporosis", STATED)


@pytest.mark.parametrize(("yes", "certainty"), [(True, CONFIRMED), (False, RULED_OUT)])
def test_an_open_question_is_answered_yes_or_no(ana, carlos, yes, certainty):
    row = judging.answer_open(stated(ana, "pregnancy", OPEN), yes=yes, by=carlos)
    assert (row.certainty, actions()) == (certainty, ["health.condition_answered"])


@pytest.mark.parametrize("deed", [judging.confirm, judging.over, judging.rule_out])
@pytest.mark.parametrize("certainty", [STATED, OPEN])
def test_every_judgement_can_be_put_back_to_what_was_said(ana, carlos, deed, certainty):
    row = stated(ana, "epilepsy", certainty, state={"activity": "active"})
    back = judging.put_back(deed(row, by=carlos), by=carlos)
    assert (back.certainty, back.state, back.resolved_on, back.judged_by, back.judged_at) == (
        certainty,
        {"activity": "active"},
        None,
        None,
        None,
    )
    assert Condition.objects.of(ana).to_confirm().get() == back


def test_a_correction_is_put_back_too(ana, carlos):
    row = judging.correct(stated(ana, label="Osteoporosis"), code="osteopenia", side="left", by=carlos)
    back = judging.put_back(row, by=carlos)
    assert (back.code, back.label, back.side) == ("osteoporosis", "Osteoporosis", "")


def test_a_condition_of_a_merged_record_is_judged_where_it_stands(ana, ben, carlos):
    type(ben).objects.filter(pk=ben.pk).update(merged_into=ana)
    row = judging.confirm(stated(ben), by=carlos)
    assert (row.patient_id, Condition.objects.of(ana).to_confirm().count()) == (ben.pk, 0)


# --- refused


@pytest.mark.parametrize("deed", [judging.confirm, judging.over, judging.rule_out, judging.correct, judging.put_back])
def test_only_who_may_change_the_health_record_judges(ana, tess, rita, olga, deed):
    row = stated(ana)
    for nobody in (tess, rita, olga):
        with pytest.raises(PermissionDenied):
            deed(row, by=nobody)
    assert (judgement(row), actions()) == ((STATED, None), [])


def test_only_who_may_change_the_health_record_answers_an_open_question(ana, tess):
    row = stated(ana, "pregnancy", OPEN)
    with pytest.raises(PermissionDenied):
        judging.answer_open(row, yes=True, by=tess)
    assert judgement(row) == (OPEN, None)


@pytest.mark.parametrize("deed", [judging.confirm, judging.over, judging.rule_out, judging.correct])
def test_what_was_judged_is_not_judged_again_by_a_second_click(ana, carlos, deed):
    row = judging.rule_out(stated(ana), by=carlos)
    with pytest.raises(judging.AlreadyJudged):
        deed(row, by=carlos)
    assert actions() == ["health.condition_ruled_out"]


def test_what_was_entered_in_error_or_stated_plainly_is_not_an_open_question(ana, carlos):
    wrong = stated(ana, entered_in_error_at=timezone.now())
    with pytest.raises(judging.AlreadyJudged):
        judging.confirm(wrong, by=carlos)
    with pytest.raises(judging.AlreadyJudged):
        judging.answer_open(stated(ana, "epilepsy"), yes=False, by=carlos)


def test_what_nobody_judged_is_not_put_back(ana, carlos):
    with pytest.raises(judging.NotJudged):
        judging.put_back(stated(ana), by=carlos)


def test_a_correction_changes_nothing_but_the_condition_itself(ana, ben, carlos):
    row = stated(ana)
    with pytest.raises(TypeError):
        judging.correct(row, patient=ben, by=carlos)
    assert judgement(row) == (STATED, None)


# --- rolled back


@pytest.mark.parametrize("deed", [judging.confirm, judging.over, judging.rule_out, judging.correct])
def test_a_judgement_that_is_not_in_the_log_did_not_happen(ana, carlos, monkeypatch, deed):
    row = stated(ana)
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        deed(row, by=carlos)
    assert (judgement(row), row.history.count()) == ((STATED, None), 0)


# --- safety follows


def levels(patient, kind="ultrasound", **use):
    return safety.check(patient, make.treatment_kind(kind), **use).strictest


def test_what_is_stated_warns_until_it_is_ruled_out_and_again_once_it_is_put_back(ana, carlos):
    row = stated(ana, "pregnancy", state={"status": "yes"})
    told = [levels(ana, regions=["lumbar"])]
    judging.rule_out(row, by=carlos)
    told.append(levels(ana, regions=["lumbar"]))
    judging.put_back(row, by=carlos)
    told.append(levels(ana, regions=["lumbar"]))
    judging.confirm(row, by=carlos)
    told.append(levels(ana, regions=["lumbar"]))
    assert told == ["A", "", "A", "A"]


def test_an_open_question_warns_as_relative_until_it_is_answered(ana, carlos):
    row = stated(ana, "pregnancy", OPEN)
    told = [levels(ana, regions=["lumbar"])]
    judging.answer_open(row, yes=False, by=carlos)
    assert [*told, levels(ana, regions=["lumbar"])] == ["R", ""]


def test_a_correction_to_another_term_changes_the_warnings_at_once(ana, carlos):
    row = stated(ana, "pacemaker")
    before = {fact.code for fact, _level in safety.banner(ana)}
    judging.correct(row, code="osteoporosis", state={"severity": "severe"}, by=carlos)
    assert (before, {fact.code for fact, _level in safety.banner(ana)}) == ({"pacemaker"}, {"osteoporosis"})


# --- stated again


def test_a_condition_that_was_ruled_out_and_is_stated_again_waits_to_be_judged_again(ana, carlos):
    handed_in(ana, illnesses=["epilepsy"])
    judging.rule_out(Condition.objects.get(code="epilepsy"), by=carlos)
    handed_in(ana, illnesses=["epilepsy"])
    rows = Condition.objects.filter(code="epilepsy").order_by("pk")
    assert [row.certainty for row in rows] == [RULED_OUT, STATED]


def test_a_condition_that_was_confirmed_and_is_stated_again_stands_once(ana, carlos):
    handed_in(ana, illnesses=["epilepsy"])
    judging.confirm(Condition.objects.get(code="epilepsy"), by=carlos)
    handed_in(ana, illnesses=["epilepsy"])
    assert Condition.objects.filter(code="epilepsy").count() == 1


@pytest.mark.parametrize(
    ("answers", "slug"),
    [
        ({"pregnancy_status": "yes"}, "pregnancy"),
        ({"risk_patient": ["pregnancy"]}, "pregnancy"),
        ({"illnesses": ["diabetes"]}, "diabetes"),
        ({"risk_patient": ["diabetes"]}, "diabetes"),
        ({"illnesses": ["thyroid_disorder"]}, "thyroid_disorder"),
        ({"risk_patient": ["thyroid"]}, "thyroid_disorder"),
        ({"illnesses": ["liver_disease"]}, "liver_disease"),
        ({"risk_patient": ["liver"]}, "liver_disease"),
        ({"illnesses": ["neuropathy"]}, "neuropathy"),
        ({"risk_patient": ["nerve"]}, "neuropathy"),
    ],
)
def test_pregnancy_diabetes_thyroid_liver_and_nerve_disorders_reach_the_problem_list(ana, answers, slug):
    assert [change.slug for change in condition_changes(answers)] == [slug]
    handed_in(ana, **answers)
    assert [(row.code, row.certainty) for row in Condition.objects.of(ana).to_confirm()] == [(slug, STATED)]


# --- medicines, allergies and operations by name


def named(intake):
    return [(one.kind, one.which, one.label) for one in named_in_intake.read(intake.answers)]


@pytest.fixture
def told(ana):
    return handed_in(
        ana,
        medicines=[
            {"name": "Apixaban", "dose": "5 mg", "how_often": "twice a day", "since": "2024-02-01", "prescriber": ""},
            {"name": "Vitamin D", "dose": "", "how_often": "", "since": "years", "prescriber": ""},
        ],
        allergies=["latex_allergy"],
        allergy_details="Red, itchy hands",
        surgeries=[{"operation": "Knee replacement", "body_part": "left knee", "date": "2019"}],
    )


def test_what_an_intake_names_is_read_with_what_goes_with_it(told):
    assert [(kind, which, label) for kind, which, label in named(told) if kind != "allergy"] == [
        ("medicine", "0", "Apixaban"),
        ("medicine", "1", "Vitamin D"),
        ("operation", "0", "Knee replacement, left knee, 2019"),
    ]
    assert [one.fields for one in named_in_intake.read(told.answers)][:2] == [
        {"dose": "5 mg, twice a day", "started_on": date(2024, 2, 1)},
        {},
    ]


def test_each_goes_on_its_list_once(told, ana, carlos):
    judging.add_to_list(told, kind="medicine", which="0", by=carlos)
    judging.add_to_list(told, kind="operation", which="0", by=carlos)
    for kind in ("medicine", "operation"):
        with pytest.raises(judging.OnTheList):
            judging.add_to_list(told, kind=kind, which="0", by=carlos)
    assert [(m.label, m.dose, m.started_on) for m in Medication.objects.of(ana)] == [
        ("Apixaban", "5 mg, twice a day", date(2024, 2, 1))
    ]
    assert [p.label for p in Procedure.objects.of(ana)] == ["Knee replacement, left knee, 2019"]


def test_an_allergy_on_its_list_accepts_the_condition_that_says_the_same(told, ana, carlos):
    assert [row.code for row in Condition.objects.of(ana).to_confirm()] == ["latex_allergy"]
    judging.add_to_list(told, kind="allergy", which="latex_allergy", by=carlos)
    assert (Allergy.objects.get().reaction, Condition.objects.get().certainty) == ("Red, itchy hands", CONFIRMED)


@pytest.mark.parametrize(
    ("label", "left"),
    [("apixaban 5 mg", ["Vitamin D"]), ("Vitamin D 1000 IU", ["Apixaban"]), ("Aspirin", ["Apixaban", "Vitamin D"])],
)
def test_what_is_on_the_list_in_other_words_is_not_offered(told, ana, label, left):
    Medication.objects.create(patient=ana, label=label)
    lists = named_in_intake.lists_of(ana)
    found = named_in_intake.missing(named_in_intake.read(told.answers), lists)
    assert [one.label for one in found if one.kind == "medicine"] == left


def test_what_was_stopped_or_an_error_is_offered_again(told, ana):
    Medication.objects.create(patient=ana, label="Apixaban", stopped_on=date(2025, 1, 1))
    Medication.objects.create(patient=ana, label="Vitamin D", entered_in_error_at=timezone.now())
    found = named_in_intake.missing(named_in_intake.read(told.answers), named_in_intake.lists_of(ana))
    assert [one.label for one in found if one.kind == "medicine"] == ["Apixaban", "Vitamin D"]


@pytest.mark.parametrize(("kind", "which"), [("medicine", "7"), ("medicine", "x"), ("allergy", "nuts"), ("x", "0")])
def test_what_the_intake_does_not_name_is_not_added(told, carlos, kind, which):
    with pytest.raises(judging.NotNamed):
        judging.add_to_list(told, kind=kind, which=which, by=carlos)
    assert (Medication.objects.count(), Allergy.objects.count(), Procedure.objects.count()) == (0, 0, 0)


def test_a_therapist_adds_nothing_to_a_list(told, tess):
    with pytest.raises(PermissionDenied):
        judging.add_to_list(told, kind="medicine", which="0", by=tess)
    assert Medication.objects.count() == 0


def test_an_addition_that_is_not_in_the_log_did_not_happen(told, carlos, monkeypatch):
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        judging.add_to_list(told, kind="allergy", which="latex_allergy", by=carlos)
    assert (Allergy.objects.count(), Condition.objects.get().certainty) == (0, STATED)
