"""Requests of the site: accepted for a patient, called, or declined."""

from datetime import timedelta

import pytest

from clinic.scheduling import booking
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status
from patients.models import Patient
from tests import make
from tests.make import MONDAY

KOFI = {"name": "Kofi Mensah", "phone": "(503) 555-0133", "email": ""}


@pytest.fixture
def asked(carlos, kind, ten_o_clock):
    at = MONDAY + timedelta(hours=1)
    fields = {"practitioner": carlos.practitioner, "kind": kind, "starts_at": at, "contact": dict(KOFI)}
    return booking.request_time(**fields, hold_for=timedelta(hours=24))


def address(asked, deed):
    return f"/desk/requests/{asked.pk}/{deed}/"


def outcome(asked):
    asked.refresh_from_db()
    held = Appointment.objects.get(pk=asked.appointment_id)
    return asked.outcome, held.status, held.patient


def test_the_queue_shows_name_time_and_phone(desk, asked):
    booking.request_call(contact={"name": "Ada Call", "phone": "555 0199", "question": "can you treat my disc?"})
    response = desk.get("/desk/")
    page = response.content.decode()
    told = ["Kofi Mensah", "Mon, Mar 1, 11:00 AM", "(503) 555-0133", "Ada Call", "Call back"]
    assert [part for part in told if part not in page] == []
    assert (response.context["requests_count"], "my disc" in page) == (2, False)


def test_a_request_is_accepted_for_a_known_patient(desk, asked, ana):
    answer = desk.post(address(asked, "accept"), {"patient": ana.pk})
    assert (answer.url, outcome(asked)) == (f"/desk/?day=2027-03-01&p={ana.pk}", ("booked", "booked", ana))


def test_a_request_is_accepted_for_a_new_patient(desk, asked):
    page = desk.get(address(asked, "accept"))
    form = page.context["form"]
    assert [form[name].value() for name in ("given_name", "family_name", "phone")] == ["Kofi", "Mensah", KOFI["phone"]]
    typed = {"given_name": "Kofi", "family_name": "Mensah", "birth_date": "1980-05-06", "phone": KOFI["phone"]}
    desk.post(address(asked, "accept"), typed)
    kofi = Patient.objects.get(given_name="Kofi")
    assert outcome(asked) == ("booked", "booked", kofi)


def test_without_a_birth_date_the_form_says_so_and_nothing_happens(desk, asked):
    answer = desk.post(address(asked, "accept"), {"given_name": "Kofi", "phone": KOFI["phone"]})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["birth_date"])
    assert outcome(asked) == ("", "held", None)


def test_a_patient_with_another_visit_at_that_time_is_refused_and_rolled_back(desk, asked, ana):
    make.appointment(ana, make.practitioner(), MONDAY + timedelta(hours=1))
    answer = desk.post(address(asked, "accept"), {"patient": ana.pk})
    assert (answer.status_code, outcome(asked)) == (409, ("", "held", None))


def test_a_hold_that_ended_leaves_no_new_patient(desk, asked):
    Appointment.objects.filter(pk=asked.appointment_id).update(hold_until=MONDAY - timedelta(minutes=1))
    typed = {"given_name": "Kofi", "family_name": "Mensah", "birth_date": "1980-05-06", "phone": KOFI["phone"]}
    page = desk.post(address(asked, "accept"), typed, follow=True).content.decode()
    assert ("let go or answered meanwhile" in page, Patient.objects.filter(given_name="Kofi").count()) == (True, 0)


@pytest.mark.parametrize("said", ["called", "declined"])
def test_an_answered_request_leaves_the_queue_and_frees_its_time(desk, rita, asked, said):
    desk.post(address(asked, "answer"), {"outcome": said})
    assert (outcome(asked), asked.answered_by) == ((said, Status.EXPIRED, None), rita)
    assert desk.get("/desk/").context["requests_count"] == 0


def test_a_second_answer_changes_nothing(desk, asked, ana):
    desk.post(address(asked, "accept"), {"patient": ana.pk})
    page = desk.post(address(asked, "answer"), {"outcome": "declined"}, follow=True).content.decode()
    assert (outcome(asked), "has answered this request already" in page) == (("booked", "booked", ana), True)


@pytest.mark.parametrize("said", ["", "booked", "expired"])
def test_an_answer_that_is_none_is_not_found(desk, asked, said):
    assert desk.post(address(asked, "answer"), {"outcome": said}).status_code == 404
    assert outcome(asked) == ("", "held", None)


def test_a_wish_for_a_call_is_not_accepted_as_a_visit(desk, ten_o_clock):
    call = booking.request_call(contact={"name": "Ada", "phone": "555 0199"})
    assert desk.get(address(call, "accept")).url == "/desk/"


@pytest.mark.parametrize("deed", ["accept", "answer"])
def test_a_therapist_does_not_see_requests(client, tess, asked, deed):
    client.force_login(tess)
    assert client.post(address(asked, deed), {"outcome": "called"}).status_code == 403
    assert outcome(asked) == ("", "held", None)
    assert "Kofi Mensah" not in client.get("/desk/").context["requests"]
