"""A medicine put on the list is a condition that banner, desk and red flags read, and goes when it goes."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting import safety
from patients import health_records, intake, told_by_medicines
from patients.models import Condition, Intake, Medication
from patients.vocabulary import by_medication
from tests import make


def told(patient, *more):
    """What the record says of the medicines: (code, certainty, active), oldest first."""
    rows = Condition.objects.of(patient).order_by("pk")
    return [(row.code, row.certainty, row.is_active, *(getattr(row, name) for name in more)) for row in rows]


def add(patient, label, by, **fields):
    return health_records.add_medication(patient, label=label, by=by, **fields)


def warned(patient):
    found = safety.check(patient, make.treatment_kind("needling"), {}, regions=["lumbar"])
    return [(caution.level, caution.rule) for caution in found.warnings]


# --- happy


def test_a_blood_thinner_on_the_list_is_on_the_banner_and_at_the_desk_and_warns_once(ana, ben, carlos):
    added = add(ana, "Warfarin 5 mg", carlos, started_on=date(2024, 3, 1))
    row = Condition.objects.get()
    assert (row.patient, row.code, row.certainty, row.source) == (ana, "anticoagulant", "stated", "clinician")
    assert (row.label, row.onset_on) == ("Blood thinner (anticoagulant): Warfarin 5 mg", date(2024, 3, 1))
    assert (row.recorded_by, row.history.get().history_user) == (carlos, carlos)
    assert [(fact.pk, level) for fact, level in safety.banner(ana)] == [(row.pk, "R")]
    assert safety.patients_with_alert([ana, ben]) == {ana.pk}
    assert warned(ana) == [("R", "needling.anticoagulant")]
    assert (added.label, Condition.objects.to_confirm().get()) == ("Warfarin 5 mg", row)


def test_red_flags_read_it(ana, carlos):
    opened = intake.open_intake(ana)
    assert intake.person_facts(opened)["conditions"] == frozenset()
    add(ana, "Prednisolone", carlos, dose="10 mg daily")
    assert intake.person_facts(Intake.objects.get(pk=opened.pk))["conditions"] == {"long_term_steroid"}


@pytest.mark.parametrize(
    ("label", "dose", "expected"),
    [
        ("Vitamin D", "1000 IU", []),
        ("Methotrexate", "10 mg weekly", [("immune_suppression", "open", True)]),
        ("Hydrocortisone", "1% cream", []),
        ("Fentanyl", "patch", [("opioid_use", "stated", True), ("transdermal_patch", "stated", True)]),
    ],
)
def test_it_says_what_the_name_and_the_dose_say_and_no_more(ana, carlos, label, dose, expected):
    add(ana, label, carlos, dose=dose)
    assert told(ana) == expected


def test_one_that_is_no_longer_taken_tells_of_nothing(ana, carlos):
    add(ana, "Warfarin", carlos, stopped_on=timezone.localdate() - timedelta(days=1))
    assert told(ana) == []


def test_what_the_chart_says_already_is_not_written_twice(ana, carlos):
    make.condition(ana, "anticoagulant")
    add(ana, "Warfarin", carlos)
    add(ana, "Apixaban", carlos)
    assert told(ana) == [("anticoagulant", "confirmed", True)]


def test_an_open_question_is_answered_by_a_medicine_that_is_plain_and_not_by_a_hint(ana, carlos):
    make.condition(ana, "anticoagulant", certainty="open")
    make.condition(ana, "immune_suppression", certainty="open")
    add(ana, "Warfarin", carlos)
    add(ana, "Methotrexate", carlos)
    expected = [
        ("anticoagulant", "open", True),
        ("immune_suppression", "open", True),
        ("anticoagulant", "stated", True),
    ]
    assert told(ana) == expected
    assert warned(ana) == [("R", "needling.anticoagulant"), ("R", "needling.immune_suppression")]


def test_a_new_medicine_speaks_again_after_the_earlier_one_was_ruled_out_or_is_over(ana, carlos):
    make.condition(ana, "anticoagulant", resolved_on=date(2020, 1, 1))
    make.condition(ana, "anticoagulant", certainty="ruled_out", judged_at=timezone.now(), judged_by=carlos)
    add(ana, "Warfarin", carlos)
    assert told(ana)[-1] == ("anticoagulant", "stated", True)
    assert len(told(ana)) == 3


def test_records_that_are_joined_read_as_one(ana, carlos):
    other = make.patient("Anna")
    make.condition(other, "anticoagulant")
    type(other).objects.filter(pk=other.pk).update(merged_into=ana)
    add(ana, "Warfarin", carlos)
    assert told(ana) == [("anticoagulant", "confirmed", True)]


# --- stopped


def test_a_stopped_medicine_takes_along_what_only_it_told_of(ana, carlos):
    row = add(ana, "Warfarin", carlos, started_on=date(2024, 3, 1))
    health_records.end(row, by=carlos, on=date(2024, 9, 1))
    assert told(ana, "resolved_on") == [("anticoagulant", "stated", False, date(2024, 9, 1))]
    assert (safety.banner(ana), warned(ana), safety.patients_with_alert([ana])) == ([], [], set())


def test_it_stays_while_another_medicine_names_the_same_and_ends_with_the_last(ana, carlos):
    first = add(ana, "Warfarin", carlos, started_on=date(2024, 3, 1))
    other = add(ana, "Enoxaparin injection", carlos, started_on=date(2023, 1, 1))
    assert len(told(ana)) == 1
    health_records.end(first, by=carlos, on=date(2024, 9, 1))
    assert (told(ana), warned(ana)) == ([("anticoagulant", "stated", True)], [("R", "needling.anticoagulant")])
    health_records.end(other, by=carlos, on=date(2023, 6, 1))
    assert told(ana, "resolved_on") == [("anticoagulant", "stated", False, date(2024, 3, 1))]


def test_what_a_person_noted_or_said_does_not_end_with_a_medicine(ana, carlos):
    make.condition(ana, "anticoagulant", external_id="intake-7-anticoagulant", certainty="stated")
    health_records.end(add(ana, "Warfarin", carlos), by=carlos)
    assert told(ana) == [("anticoagulant", "stated", True)]


def test_what_an_import_read_from_the_medicine_ends_with_it(ana, carlos):
    imported = Medication.objects.create(patient=ana, label="Warfarin", source="import", external_id="drug:warfarin")
    make.condition(ana, "anticoagulant", certainty="stated", source="import", external_id="medicine:anticoagulant")
    health_records.end(imported, by=carlos)
    assert told(ana) == [("anticoagulant", "stated", False)]


def test_what_it_told_of_was_an_error_when_the_medicine_was_one(ana, carlos):
    row = add(ana, "Prednisolone", carlos)
    health_records.end(row, by=carlos)
    assert [fact.code for fact in safety.known_of(ana).facts] == ["long_term_steroid"]
    health_records.enter_in_error(row, by=carlos)
    assert (safety.known_of(ana).facts, Condition.objects.get().entered_in_error_at is None) == ((), False)


def test_another_persons_medicine_changes_nothing(ana, ben, carlos):
    add(ana, "Warfarin", carlos)
    health_records.end(add(ben, "Warfarin", carlos), by=carlos)
    assert (told(ana), told(ben)) == ([("anticoagulant", "stated", True)], [("anticoagulant", "stated", False)])


# --- the log, refused, rolled back


def test_the_log_names_the_medicine_and_what_it_told_of(ana, carlos):
    row = add(ana, "Warfarin", carlos)
    health_records.end(row, by=carlos)
    logged = AuditEvent.objects.filter(action__startswith="health").order_by("pk").values_list("action", flat=True)
    added = ["health.medication_added", "health.condition_added"]
    assert list(logged) == [*added, "health.medication_ended", "health.condition_ended"]


def test_who_may_not_add_adds_neither(ana, tess):
    with pytest.raises(PermissionDenied):
        add(ana, "Warfarin", tess)
    assert (Medication.objects.count(), Condition.objects.count()) == (0, 0)


def test_neither_stays_when_the_second_fails(ana, carlos, monkeypatch):
    monkeypatch.setattr(told_by_medicines, "missing", lambda row: [{"label": row.label, "no_such_field": 1}])
    with pytest.raises(TypeError):
        add(ana, "Warfarin", carlos)
    assert (Medication.objects.count(), Condition.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


def test_a_long_name_is_cut_to_what_the_record_holds():
    [match] = by_medication("Warfarin")
    assert len(told_by_medicines.fields_of(match, "Warfarin " * 60)["label"]) == 250
