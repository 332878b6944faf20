"""Details of the person that a health history gives: told apart from the record, then accepted or refused."""

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from clinic.audit.models import AuditEvent
from patients import person_updates, registering
from patients.models import Intake, Patient
from patients.person_updates import accept, refuse, waiting
from tests import make


def given(patient, **answers):
    """A handed-in history with these answers."""
    version = Intake.objects.filter(patient=patient).count() + 1
    return Intake.objects.create(
        patient=patient, version=version, questionnaire_version="1", answers=answers, submitted_at=timezone.now()
    )


def keys(patient):
    return [one.key for one in waiting(Patient.objects.get(pk=patient.pk))]


@pytest.fixture
def ida(clinic):
    return make.patient(
        "Ida",
        phone="(503) 555-0101",
        email="ida@example.org",
        street="12 Elm St",
        city="Ashbrook",
        state="OR",
        postal_code="97201",
        sex="F",
        emergency_name="Per",
        emergency_phone="1",
    )


def test_what_is_the_same_in_other_capitals_and_spaces_is_not_offered(ida):
    told = {"phone": "(503)  555-0101", "email": "IDA@example.org", "address": "12 elm st, Ashbrook, OR 97201"}
    given(ida, **told, sex="F", date_of_birth="1965-03-14", emergency_contact=[{"name": "per", "phone": "1"}])
    assert keys(ida) == []


@pytest.mark.parametrize(
    ("answers", "fields"),
    [
        ({"phone": "2"}, {"phone": "2"}),
        ({"preferred_name": "Mia"}, {"preferred_name": "Mia"}),
        ({"interpreter": "yes"}, {"needs_interpreter": True}),
        ({"interpreter": "unsure"}, {}),
        ({"access_needs": ["wheelchair"]}, {"access_needs": "I use a wheelchair or a walking aid"}),
        ({"access_needs": ["other"], "access_details": "A low couch"}, {"access_needs": "A low couch"}),
        ({"access_needs": ["none"]}, {}),
        ({"preferred_channel": "sms"}, {"preferred_channel": "sms"}),
        ({"address": "3 Oak Ave, Ashbrook"}, {"street": "3 Oak Ave"}),
        ({"address": "3 Oak Ave, Apt 4, Salem, OR 97301"}, {"street": "3 Oak Ave, Apt 4", "city": "Salem"}),
        ({"address": "3 Oak Ave, Salem"}, {"street": "3 Oak Ave", "city": "Salem", "state": "", "postal_code": ""}),
        ({"address": " , "}, {}),
        ({"emergency_contact": [{"name": "Eva", "relation": "sister", "phone": "9"}]}, {"emergency_name": "Eva"}),
        ({"emergency_contact": [{"relation": "sister"}]}, {}),
        ({"date_of_birth": "1966-03-14"}, {"birth_date": date(1966, 3, 14)}),
        ({"date_of_birth": "not a day"}, {}),
        ({"phone": None, "email": "", "occupation": []}, {}),
    ],
)
def test_what_is_offered_is_what_would_change(ida, answers, fields):
    given(ida, **answers)
    offered = {name: value for one in waiting(ida) for name, value in one.fields.items()}
    assert fields.items() <= offered.items()
    assert bool(offered) == bool(fields)


def test_only_the_newest_history_is_read(ida):
    given(ida, phone="2")
    given(ida, phone="3")
    assert [one.given for one in waiting(ida)] == ["3"]


def test_what_is_still_being_filled_in_offers_nothing(ida):
    Intake.objects.create(patient=ida, version=1, questionnaire_version="1", answers={"phone": "2"})
    assert waiting(ida) == []


def test_a_history_of_a_merged_record_counts_for_the_person(ida, ben):
    given(ben, phone="7")
    Patient.objects.filter(pk=ben.pk).update(merged_into=ida)
    assert keys(ida) == ["phone"]


def test_what_the_desk_changed_after_the_history_came_in_is_not_undone_by_it(ida, rita):
    Intake.objects.bulk_create(
        [
            Intake(
                patient=ida,
                version=1,
                questionnaire_version="1",
                answers={"phone": "2", "email": "new@example.org"},
                submitted_at=timezone.now() + timedelta(seconds=1),
            )
        ]
    )
    Patient.history.filter(id=ida.pk).update(history_date=timezone.now() - timedelta(days=1))
    registering.change(ida, phone="5", by=rita)
    Patient.history.filter(id=ida.pk, phone="5").update(history_date=timezone.now() + timedelta(minutes=1))
    assert keys(ida) == ["email"]


def test_answers_about_health_are_not_even_read(ida, django_assert_num_queries):
    given(ida, phone="2", chief_complaint="burning pain", illnesses=["hiv"])
    with django_assert_num_queries(3) as asked:
        waiting(ida)
    sql = " ".join(query["sql"] for query in asked.captured_queries)
    whole = re.findall(r'(?<!\()"patients_intake"\."answers"', sql)  # not inside brackets: the column with all answers
    assert (whole, "illnesses" in sql, "chief_complaint" in sql, "phone" in sql) == ([], False, False, True)


# --- deciding


def test_accepted_details_change_the_record_once_and_are_found_again(ida, rita):
    given(ida, phone="(503) 555-0199", preferred_name="Mia")
    row = accept(ida, ["phone", "preferred_name"], by=rita)
    assert (row.phone, row.preferred_name, keys(ida)) == ("(503) 555-0199", "Mia", [])
    assert Patient.objects.search("5550199").get() == ida
    with pytest.raises(person_updates.NothingToDecide):
        accept(ida, ["phone"], by=rita)
    assert AuditEvent.objects.filter(action="patient.changed").values_list("details", flat=True).get() == {
        "fields": ["phone", "preferred_name"]
    }


def test_one_is_accepted_and_the_others_wait(ida, rita):
    given(ida, phone="2", email="new@example.org")
    accept(ida, ["phone"], by=rita)
    assert keys(ida) == ["email"]


def test_a_refused_detail_is_not_offered_again_until_it_is_given_again(ida, rita):
    given(ida, phone="2", email="new@example.org")
    refuse(ida, ["phone"], by=rita)
    told = [keys(ida)]
    given(ida, phone="2")
    assert [*told, keys(ida)] == [["email"], ["phone"]]
    assert Patient.objects.get(pk=ida.pk).phone == "(503) 555-0101"


@pytest.mark.parametrize(("key", "value"), [("date_of_birth", "1966-03-14"), ("sex", "M")])
def test_birth_date_and_sex_are_taken_only_by_somebody_who_checked_them(ida, rita, key, value):
    given(ida, **{key: value})
    with pytest.raises(person_updates.NotChecked):
        accept(ida, [key], by=rita)
    assert keys(ida) == [key]
    accept(ida, [key], by=rita, is_checked=True)
    assert keys(ida) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("email", "no address"), ("phone", "1" * 41), ("date_of_birth", "1890-01-01"), ("preferred_channel", "pigeon")],
)
def test_what_does_not_fit_the_record_is_refused_whole(ida, rita, key, value):
    given(ida, **{key: value, "occupation": "Baker"})
    with pytest.raises(person_updates.BadDetail):
        accept(ida, [key, "occupation"], by=rita, is_checked=True)
    assert (keys(ida).count(key), Patient.objects.get(pk=ida.pk).occupation) == (1, "")


def test_only_who_keeps_the_persons_record_decides(ida, tess, ben):
    given(ida, phone="2")
    for nobody in (tess, ben.user):
        for deed in (accept, refuse):
            with pytest.raises(PermissionDenied):
                deed(ida, ["phone"], by=nobody)
    assert keys(ida) == ["phone"]


@pytest.mark.parametrize("deed", [accept, refuse])
def test_a_decision_that_is_not_in_the_log_did_not_happen(ida, rita, monkeypatch, deed):
    given(ida, phone="2")
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        deed(ida, ["phone"], by=rita)
    monkeypatch.undo()
    assert keys(ida) == ["phone"]


@pytest.mark.parametrize("deed", [accept, refuse])
@pytest.mark.parametrize("unknown", [[], ["illnesses"], ["phone' --"]])
def test_what_is_not_offered_is_not_decided(ida, rita, deed, unknown):
    given(ida, phone="2", illnesses=["hiv"])
    with pytest.raises(person_updates.NothingToDecide):
        deed(ida, unknown, by=rita)


def test_nothing_is_offered_of_the_deceased(ida):
    given(ida, phone="2")
    ida.deceased_on = timezone.localdate()
    assert waiting(ida) == []
