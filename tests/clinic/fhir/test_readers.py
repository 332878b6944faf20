"""What becomes of one resource: the fields of our rows, or the reason why it is left out."""

from datetime import date

import pytest
import time_machine

from clinic.fhir.elements import Unfit
from clinic.fhir.readers import allergy, condition, medication, patient, procedure
from clinic.fhir.sources import Found
from tests.clinic.fhir import records


def found(resource):
    return Found(resource, "here:1")


def reason(read, *args):
    with pytest.raises(Unfit) as refused:
        read(*args)
    return str(refused.value)


def fields(facts, *names):
    return [tuple(fact.fields[name] for name in names) for fact in facts]


def person(**more):
    return patient.read(found(records.patient(**more)))


def test_a_patient_is_read_with_the_official_name_and_the_best_contacts():
    fact = person(
        name=[
            {"use": "maiden", "family": "Berg", "given": ["Greta"]},
            {"use": "nickname", "given": ["Gretel"]},
            {"use": "official", "family": "Lindqvist7", "given": ["Greta", "Maria3"]},
        ],
        telecom=[
            {"system": "phone", "value": "1", "use": "old"},
            {"system": "phone", "value": "555-0102", "use": "work"},
            {"system": "phone", "value": "555-0103", "use": "home"},
            {"system": "email", "value": "not a mail"},
            {"system": "email", "value": "greta@example.org"},
        ],
        address=[{"line": ["4 Mill Lane", "Flat 2"], "city": "Ashbrook", "state": "VT", "postalCode": "05001"}],
        communication=[{"language": {"text": "Swedish"}}],
    )
    assert fact.fields == {
        "given_name": "Greta Maria3",
        "family_name": "Lindqvist7",
        "preferred_name": "Gretel",
        "birth_date": date(1931, 2, 9),
        "deceased_on": None,
        "sex": "F",
        "gender": "",
        "language": "Swedish",
        "phone": "555-0103",
        "email": "greta@example.org",
        "street": "4 Mill Lane, Flat 2",
        "city": "Ashbrook",
        "state": "VT",
        "postal_code": "05001",
    }


def test_birth_sex_is_the_sex_and_another_gender_is_kept_beside_it():
    birth_sex = [{"url": patient.BIRTHSEX, "valueCode": "M"}]
    fact = person(extension=birth_sex)
    assert (fact.fields["sex"], fact.fields["gender"]) == ("M", "female")


def test_numbers_of_the_state_are_not_kept():
    numbers = [
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-00-1111"},
        {"system": "urn:oid:2.16.840.1.113883.4.3.25", "value": "S999"},
        {"system": "http://papers.example/passportNumber", "value": "X1"},
        {"type": records.concept("DL", system=records.ID_TYPES), "system": "http://papers.example/a", "value": "D1"},
        {"type": records.concept("MR", system=records.ID_TYPES), "system": records.CHART, "value": "77"},
        {"value": "no system"},
    ]
    assert person(identifier=numbers).kept == ((records.CHART, "77"),)


def test_somebody_without_a_number_of_their_own_is_known_by_the_id_at_the_source():
    assert person(identifier=[]).kept == ((patient.SOURCE_ID, "greta"),)


@time_machine.travel("2026-10-05 12:00Z")
def test_a_death_without_a_day_is_put_down_on_the_day_of_the_import_and_noted():
    fact = person(deceasedBoolean=True)
    assert (fact.fields["deceased_on"], fact.notes) == (
        date(2026, 10, 5),
        ("has died, but no day is given: 2026-10-05 was put down",),
    )


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"birthDate": "1931"}, "it has no full birth date"),
        ({"birthDate": None}, "it has no full birth date"),
        ({"name": [{"use": "old", "family": "Berg"}]}, "it has no name"),
        ({"identifier": [], "id": None}, "it has no id, so a second run would not know it again"),
        ({"deceasedDateTime": "1930"}, "it dies before it is born"),
    ],
)
def test_a_patient_who_could_not_be_treated_safely_is_left_out(more, why):
    assert reason(patient.read, found(records.patient(**more))) == why


def test_a_condition_speaks_the_word_of_the_vocabulary():
    facts = condition.read(found(records.condition()))
    assert fields(facts, "code", "certainty", "coded_value", "label", "onset_on", "resolved_on") == [
        ("osteoporosis", "stated", "64859006", "Osteoporosis", date(2004, 3, 8), None)
    ]


@pytest.mark.parametrize(
    ("code", "doubt", "expected"),
    [
        ("72892002", "confirmed", [("pregnancy", "open")]),
        ("64859006", "provisional", [("osteoporosis", "open")]),
        ("224299000", "confirmed", [("", "stated")]),
        ("127013003", "confirmed", [("diabetes", "stated"), ("kidney_disease", "stated")]),
    ],
    ids=["a state only prompts", "a doubted diagnosis", "no rule knows it", "two words, two rows"],
)
def test_the_certainty_of_a_condition(code, doubt, expected):
    doubted = records.concept(doubt, system=records.VERIFIED)
    facts = condition.read(found(records.condition(code=code, verificationStatus=doubted)))
    assert (fields(facts, "code", "certainty"), len({fact.external_id for fact in facts})) == (expected, len(expected))


def test_icd_10_cm_codes_are_read_and_two_systems_make_one_row():
    both = {
        "coding": [
            {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M81.0"},
            {"system": records.SNOMED, "code": "64859006"},
        ],
        "text": "Thin bones",
    }
    facts = condition.read(found(records.condition() | {"code": both}))
    assert fields(facts, "code", "coded_system", "label") == [("osteoporosis", records.SNOMED, "Thin bones")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Osteoporosis (disorder)", "Osteoporosis"),
        ("Pain (left side)", "Pain (left side)"),
        ("  Thin\nbones ", "Thin bones"),
    ],
)
def test_a_label_is_what_people_say(text, shown):
    assert fields(condition.read(found(records.condition(text=text))), "label") == [(shown,)]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "2016-12-31T23:59:60Z"])
def test_an_impossible_time_is_refused(moment):
    assert reason(condition.read, found(records.condition(recordedDate=moment))) == "a time is impossible"


@time_machine.travel("2026-10-05 12:00Z")
@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        ("resolved", {"abatementDateTime": "2005-01-31"}, (date(2004, 3, 8), date(2005, 1, 31))),
        ("resolved", {}, (date(2004, 3, 8), date(2004, 3, 9))),
        ("inactive", {"abatementDateTime": "2005"}, (date(2004, 3, 8), date(2005, 12, 31))),
        ("remission", {"onsetDateTime": "2004", "recordedDate": None}, (date(2004, 1, 1), date(2004, 1, 1))),
        ("resolved", {"onsetDateTime": None, "recordedDate": None}, (None, date(2026, 10, 5))),
        ("resolved", {"abatementDateTime": "2003-01-01"}, (None, date(2003, 1, 1))),
        ("resolved", {"onsetDateTime": "2030-01-01", "recordedDate": None}, (None, date(2026, 10, 5))),
        ("active", {"onsetDateTime": "2004-03"}, (date(2004, 3, 1), None)),
        ("recurrence", {"abatementDateTime": "2005-01-31"}, (date(2004, 3, 8), None)),
    ],
)
def test_a_condition_that_is_over_has_a_day_of_its_end(status, more, expected):
    facts = condition.read(found(records.condition(status=status, **more)))
    assert fields(facts, "onset_on", "resolved_on") == [expected]


@pytest.mark.parametrize(
    ("status", "why"),
    [("entered-in-error", "entered in error at the source"), ("refuted", "refuted at the source")],
)
def test_a_condition_that_never_was_is_left_out(status, why):
    resource = records.condition(verificationStatus=records.concept(status, system=records.VERIFIED))
    assert reason(condition.read, found(resource)) == why


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        ("Latex (substance)", {}, "latex_allergy"),
        ("Tree nut (substance)", {}, "nut_allergy"),
        ("Peanut", {}, "nut_allergy"),
        ("Nutmeg", {}, ""),
        ("Adhesive tape", {}, "adhesive_allergy"),
        ("Nickel", {}, "metal_allergy"),
        ("Penicillin V", {"category": ["medication"]}, "drug_allergy"),
        ("House dust mite", {"category": ["environment"]}, ""),
    ],
)
def test_an_allergy_is_known_by_its_substance(text, more, code):
    assert fields(allergy.read(found(records.allergy(text=text, **more))), "code") == [(code,)]


def test_an_allergy_keeps_its_risk_and_reactions():
    reactions = [{"manifestation": [{"text": "Hives"}, {"text": "Wheezing"}]}, {"manifestation": [{"text": "Hives"}]}]
    facts = allergy.read(found(records.allergy(criticality="high", reaction=reactions)))
    assert fields(facts, "criticality", "reaction", "ended_on") == [("high", "Hives; Wheezing", None)]


def test_no_known_allergy_is_not_an_allergy():
    resource = records.allergy(text="No known food allergy")
    assert reason(allergy.read, found(resource)) == "it says that no allergy is known"


def requests(*resources):
    return [medication.read(found(resource), None) for resource in resources]


def test_renewals_of_one_medicine_become_one_row_from_the_first_day():
    taken = requests(
        records.request("m1", on="2019-06-01", status="stopped"),
        records.request("m2", on="2020-06-01"),
        records.request("m3", on="2018-06-01", status="completed"),
    )
    assert fields(medication.collapse(taken), "started_on", "stopped_on") == [(date(2018, 6, 1), None)]


def test_a_medicine_that_ended_stops_on_the_last_day_that_is_known():
    until = {"dispenseRequest": {"validityPeriod": {"end": "2020-07"}}}
    taken = requests(records.request(status="stopped", on="2019-06-01", **until), records.request(status="completed"))
    assert fields(medication.collapse(taken), "started_on", "stopped_on") == [(date(2019, 6, 1), date(2020, 7, 31))]


def test_only_a_medicine_that_is_taken_now_makes_a_condition():
    thinner = requests(records.request(), records.request("m0", on="2011-01-01", status="stopped"))
    sleepy = requests(records.request("m2", "Diazepam 5 MG Oral Tablet"))
    ended = requests(records.request("m3", status="stopped"))
    told = [medication.conditions(taken) for taken in (thinner, sleepy, ended)]
    assert [(fact.fields["code"], fact.fields["certainty"], fact.only_ends) for (fact,) in told] == [
        ("anticoagulant", "stated", False),
        ("drowsy_sedated", "open", False),
        ("anticoagulant", "stated", True),
    ]
    assert told[0][0].fields["onset_on"] == date(2011, 1, 1)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"status": "cancelled"}, "cancelled before it was taken"),
        ({"status": "draft"}, "a draft"),
        ({"intent": "proposal"}, "a proposal, or an order not to give it"),
        ({"doNotPerform": True}, "a proposal, or an order not to give it"),
    ],
)
def test_what_was_never_taken_is_left_out(more, why):
    assert reason(medication.read, found(records.request() | more), None) == why


def test_a_contained_medicine_is_read():
    inside = {"resourceType": "Medication", "id": "w", "code": {"text": "Warfarin"}}
    resource = records.request(text="", contained=[inside], medicationReference={"reference": "#w"})
    assert [r.label for r in requests(resource)] == ["Warfarin"]


def test_a_procedure_is_known_by_its_code_and_day():
    first, same = procedure.read(found(records.procedure())), procedure.read(found(records.procedure("p2")))
    later = procedure.read(found(records.procedure(on="1962-07-07")))
    assert fields(first, "label", "performed_on") == [("Removal of wisdom tooth", date(1961, 7, 7))]
    assert (first[0].external_id == same[0].external_id, first[0].external_id == later[0].external_id) == (True, False)


def test_a_procedure_that_was_not_done_is_left_out():
    assert reason(procedure.read, found(records.procedure(status="not-done"))) == "not done"
