"""The import as a whole: who is recognised, what is written, what a second run does, what a broken line costs."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting import safety
from clinic.fhir import checking, importing
from clinic.fhir.sources import Sources
from patients.models import Alert, Allergy, Condition, ExternalId, Medication, Patient, Procedure
from tests import make
from tests.clinic.fhir import records

pytestmark = pytest.mark.django_db
ROWS = (Patient, ExternalId, Condition, Medication, Allergy, Procedure, Alert)


def bring(tmp_path, *resources, **options):
    path = records.write(tmp_path / "export.ndjson", *resources)
    return importing.run(Sources([path]), **options)


def everything():
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in ROWS}


def figures(report, kind):
    return {name: n for name, n in report.counts[kind].items() if n}


def one_of_each():
    return [
        records.condition(),
        records.condition("c2", "72892002", "Normal pregnancy", status="resolved", abatementDateTime="2004-12-01"),
        records.allergy(),
        records.request(),
        records.request("m2", on="2020-06-01"),
        records.procedure(),
        records.patient(telecom=[{"system": "phone", "value": "555-0199"}]),
    ]


def test_facts_find_their_patient_in_whatever_order_they_come(tmp_path):
    report = bring(tmp_path, *one_of_each())
    greta = Patient.objects.get()
    assert (greta.full_name, list(Patient.objects.search("lindq 0199"))) == ("Greta Maria Lindqvist", [greta])
    rows = greta.conditions.order_by("code").values_list("code", "source", "certainty", "resolved_on")
    assert list(rows) == [
        ("anticoagulant", "import", "stated", None),
        ("osteoporosis", "import", "stated", None),
        ("pregnancy", "import", "open", date(2004, 12, 1)),
    ]
    assert list(greta.allergies.values_list("code", "source")) == [("latex_allergy", "import")]
    assert list(greta.medications.values_list("label", "started_on")) == [
        ("warfarin 5 MG Oral Tablet", date(2019, 6, 1))
    ]
    assert list(greta.procedures.values_list("label", flat=True)) == ["Removal of wisdom tooth"]
    assert figures(report, "MedicationRequest") == {"read": 2, "created": 1, "repeated": 1}


def test_running_twice_changes_nothing(tmp_path):
    bring(tmp_path, *one_of_each())
    before = everything()
    history = Condition.history.count()
    report = bring(tmp_path, *one_of_each())
    assert (report.total("created"), report.total("changed"), everything()) == (0, 0, before)
    assert (report.total("matched"), Condition.history.count()) == (7, history)


def test_a_dry_run_reports_the_same_and_keeps_nothing(tmp_path):
    dry = bring(tmp_path, *one_of_each(), dry_run=True)
    assert (sum(map(len, everything().values())), AuditEvent.objects.count()) == (0, 0)
    assert dry.as_counts() == bring(tmp_path, *one_of_each()).as_counts()


def test_an_import_leaves_one_audit_row_with_its_counts_and_no_health_data(tmp_path):
    bring(tmp_path, *one_of_each())
    row = AuditEvent.objects.get()
    assert (row.action, row.actor_id, row.details["files"], row.details["broken"]) == ("import.run", None, 1, 0)
    assert row.details["counts"]["Patient"] == {"created": 1, "read": 1}


def test_osteoporosis_of_a_living_patient_is_an_alert_and_a_resolved_one_or_a_dead_patient_has_none(tmp_path):
    bring(
        tmp_path,
        records.patient(),
        records.patient("nils"),
        records.patient("vera", deceasedDateTime="2010-01-01"),
        records.condition(),
        records.condition("c2", "72892002", "Normal pregnancy", of="nils", status="resolved"),
        records.condition("c3", of="vera"),
    )
    everybody = {p.given_name.split()[0]: p for p in Patient.objects.all()}
    assert safety.patients_with_alert(everybody.values()) == {everybody["Greta"].pk}
    assert Alert.objects.count() == 0


def test_every_other_line_survives_broken_ones(tmp_path):
    report = bring(
        tmp_path,
        '{"resourceType": "Patient", "id": "half',
        records.patient(),
        records.patient("nils", birthDate="1931-02-30"),
        '{"resourceType": "Patient", "id": "x", "id": "y"}',
        records.condition(subject=5),
        records.condition("c2"),
        {"id": "nothing"},
    )
    path = tmp_path / "export.ndjson"
    assert [line.split(": ")[0] for line in report.broken] == [f"{path}:{n}" for n in (1, 3, 4, 5, 7)]
    assert report.broken[2] == f"{path}:4: 'id' is given twice"
    assert (Patient.objects.count(), Condition.objects.count()) == (1, 1)


@pytest.mark.parametrize("broken", [{"code": '{"text": "Gout"}'}, {"subject": '{"reference": "Patient/greta"}'}])
def test_json_inside_a_text_is_not_taken_for_an_element(tmp_path, broken):
    report = bring(tmp_path, records.patient(), records.condition() | broken, records.condition("c2"))
    assert (len(report.broken), Condition.objects.count()) == (1, 1)


def test_null_is_the_same_as_not_given(tmp_path):
    report = bring(tmp_path, records.patient(telecom=None, address=None), records.condition(onsetDateTime=None))
    assert (report.broken, Condition.objects.get().onset_on) == ([], None)


@pytest.mark.parametrize("word", ["yes", 0, "false"])
def test_a_yes_or_no_in_other_words_is_refused(tmp_path, word):
    report = bring(tmp_path, records.patient(deceasedBoolean=word))
    assert [line.split(": ", 1)[1] for line in report.broken] == ["deceasedBoolean: not true or false"]


def test_the_same_person_in_two_bundles_is_one_patient_with_the_facts_of_both(tmp_path):
    first = records.bundle(("urn:uuid:1", records.patient()), ("", records.condition()), kind="searchset")
    second = records.bundle(("urn:uuid:1", records.patient()), ("", records.allergy()), kind="searchset")
    report = bring(tmp_path, first, second, records.procedure())
    greta = Patient.objects.get()
    assert figures(report, "Patient") == {"read": 2, "created": 1, "repeated": 1}
    assert (greta.conditions.count(), greta.allergies.count(), greta.procedures.count()) == (1, 1, 1)


def test_a_fault_is_told_without_what_stood_there(tmp_path):
    report = bring(tmp_path, records.patient(gender=["secretly ill"]))
    assert (len(report.broken), "secretly" in report.broken[0]) == (1, False)


def test_nothing_is_kept_when_writing_fails(tmp_path, monkeypatch):
    def fail(*args, **details):
        raise RuntimeError("no log, no deed")

    monkeypatch.setattr(importing, "record", fail)
    with pytest.raises(RuntimeError):
        bring(tmp_path, *one_of_each())
    assert sum(map(len, everything().values())) == 0


def test_nobody_is_recognised_by_name_and_birth_date_alone(tmp_path):
    make.patient("Greta Maria", "Lindqvist", birth_date=date(1931, 2, 9))
    report = bring(tmp_path, records.patient())
    assert (Patient.objects.count(), figures(report, "Patient")) == (2, {"read": 1, "created": 1})


def test_a_number_brings_a_patient_back_and_only_gaps_are_filled(tmp_path):
    greta = make.patient("Greta", "Lindqvist", birth_date=date(1931, 2, 9), phone="555-7777")
    ExternalId.objects.create(patient=greta, system=records.CHART, value="chart-greta")
    contacts = [{"system": "phone", "value": "555-0199"}, {"system": "email", "value": "greta@example.org"}]
    report = bring(tmp_path, records.patient(telecom=contacts))
    greta.refresh_from_db()
    assert (greta.given_name, greta.phone, greta.email) == ("Greta", "555-7777", "greta@example.org")
    assert figures(report, "Patient") == {"read": 1, "changed": 1}


def test_a_number_that_is_another_persons_is_refused(tmp_path):
    other = make.patient("Ben", "Whitcombe")
    ExternalId.objects.create(patient=other, system=records.CHART, value="chart-greta")
    report = bring(tmp_path, records.patient(), records.condition())
    assert report.reasons == {
        ("Patient", "another of our patients has its number: neither name nor birth date agree"): 1,
        ("Condition", "its patient was skipped"): 1,
    }
    assert (Patient.objects.count(), Condition.objects.count()) == (1, 0)


def test_a_record_of_a_merged_double_goes_to_the_row_that_was_kept(tmp_path):
    kept, double = make.patient("Greta", "Lindqvist"), make.patient("Gretha", "Lindqvist")
    double.merged_into = kept
    double.save(update_fields=["merged_into"])
    ExternalId.objects.create(patient=double, system=records.CHART, value="chart-greta")
    bring(tmp_path, records.patient(), records.condition())
    assert Condition.objects.get().patient == kept


def test_a_later_import_ends_what_has_ended(tmp_path):
    bring(tmp_path, records.patient(), records.condition(), records.request())
    over = records.condition(status="resolved", abatementDateTime="2021-05-05")
    report = bring(tmp_path, records.patient(), over, records.request(status="stopped"))
    ends = dict(Condition.objects.values_list("code", "resolved_on"))
    assert ends == {"osteoporosis": date(2021, 5, 5), "anticoagulant": date(2019, 6, 1)}
    assert (Medication.objects.get().stopped_on, report.total("changed")) == (date(2019, 6, 1), 3)


def test_what_the_clinic_has_ended_is_not_reopened_but_told(tmp_path):
    bring(tmp_path, records.patient(), records.condition())
    Condition.objects.update(resolved_on=date(2022, 1, 1))
    report = bring(tmp_path, records.patient(), records.condition())
    assert Condition.objects.get().resolved_on == date(2022, 1, 1)
    assert [note.split(": ")[1] for note in report.notes] == ["has ended here but not at the source"]


def test_what_the_clinic_has_marked_as_an_error_stays_one(tmp_path):
    bring(tmp_path, records.patient(), records.condition())
    Condition.objects.update(entered_in_error_at=timezone.now())
    report = bring(tmp_path, records.patient(), records.condition(status="resolved"))
    assert (figures(report, "Condition"), Condition.objects.get().resolved_on) == ({"read": 1, "matched": 1}, None)


@pytest.mark.parametrize(
    "reference",
    ["urn:uuid:6e0f", "Patient/greta", "Patient?identifier=https://hill-practice.example/charts|chart-greta"],
)
def test_a_bundle_speaks_of_its_patients_in_three_ways(tmp_path, reference):
    bundle = records.bundle(
        ("urn:uuid:1", records.condition(subject={"reference": reference})), ("urn:uuid:6e0f", records.patient())
    )
    bring(tmp_path, bundle)
    assert Condition.objects.get().patient == Patient.objects.get()


def test_a_bundle_never_writes_over_a_row_by_its_id(tmp_path):
    ana = make.patient("Ana")
    before = Patient.objects.filter(pk=ana.pk).values().get()
    taken = records.bundle((f"Patient/{ana.pk}", records.patient(str(ana.pk), identifier=[])))
    taken["entry"][0]["request"] = {"method": "PUT", "url": f"Patient/{ana.pk}"}
    bring(tmp_path, taken)
    assert (Patient.objects.filter(pk=ana.pk).values().get(), Patient.objects.count()) == (before, 2)


def test_a_record_of_somebody_who_is_not_in_the_import_is_left_out(tmp_path):
    ana = make.patient("Ana")
    report = bring(tmp_path, records.condition(of=str(ana.pk)))
    assert (Condition.objects.count(), report.reasons) == (0, {("Condition", "its patient is not in this import"): 1})


def test_two_people_under_one_id_are_not_mixed_up(tmp_path):
    numbered = [{"system": records.CHART, "value": "another"}]
    report = bring(tmp_path, records.patient(), records.patient(identifier=numbered), records.condition())
    assert (Patient.objects.count(), Condition.objects.count(), report.total("skipped")) == (2, 0, 1)


def test_a_medicine_of_its_own_is_found_by_its_reference(tmp_path):
    pill = {"resourceType": "Medication", "id": "w", "code": {"text": "Warfarin"}}
    points = records.request(text="", medicationReference={"reference": "Medication/w"})
    del points["medicationCodeableConcept"]
    bring(tmp_path, points, records.patient(), pill)
    assert Medication.objects.get().label == "Warfarin"


def test_the_query_count_does_not_grow_with_the_records(tmp_path, django_assert_num_queries):
    few = [records.patient(), records.condition(), records.condition("c2"), records.procedure()]
    many = [records.patient(), *(records.condition(f"c{n}") for n in range(60)), records.procedure()]
    bring(tmp_path, *many)
    expected = 10 if connection.vendor == "postgresql" else 9  # there the log is locked with a query of its own
    for resources in (few, many):
        with django_assert_num_queries(expected):
            bring(tmp_path, *resources)


def test_the_command_prints_the_table_and_no_bar_into_a_pipe(tmp_path, capsys):
    path = records.write(tmp_path / "export.ndjson", records.patient(), {"resourceType": "Encounter", "id": "e"})
    call_command("import_fhir", str(path))
    told = capsys.readouterr()
    assert told.out.splitlines()[:6] == [
        "               read   created   changed   matched  repeated   skipped",
        "Encounter         1         0         0         0         0         1",
        "Patient           1         1         0         0         0         0",
        "",
        "Skipped, and why:",
        "  Encounter, 1x: this resource is not taken over",
    ]
    assert told.err == ""


def test_the_command_says_what_to_install_without_the_package(tmp_path, monkeypatch):
    checking._model.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "fhir.resources.R4B", None)
    path = records.write(tmp_path / "export.ndjson", records.patient())
    with pytest.raises(CommandError) as refused:
        call_command("import_fhir", str(path))
    assert str(refused.value) == (
        "Reading FHIR needs one more package. Install it with: pip install 'fhir.resources>=8,<9'"
    )


def test_the_command_refuses_a_path_that_is_not_there(tmp_path):
    with pytest.raises(CommandError) as refused:
        call_command("import_fhir", str(tmp_path / "gone"))
    assert str(refused.value) == f"{tmp_path / 'gone'} does not exist."
