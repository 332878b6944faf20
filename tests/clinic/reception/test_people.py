"""The snapshot, contact details and the links the desk sends."""

import re
from datetime import timedelta

import pytest

from clinic.audit.models import AuditEvent
from clinic.messaging.models import Message
from clinic.scheduling.models.appointments import Status
from patients import intake as intakes
from patients.models import Intake, Patient
from tests import make
from tests.make import MONDAY


def page_of(patient):
    return f"/desk/patients/{patient.pk}/"


def test_the_snapshot_shows_today_next_and_last(desk, carlos, ana):
    by = carlos.practitioner
    make.appointment(ana, by, MONDAY - timedelta(days=7), status=Status.DONE)
    today = make.appointment(ana, by, MONDAY, status=Status.CONFIRMED)
    coming = make.appointment(ana, by, MONDAY + timedelta(days=7))
    shown = desk.get(page_of(ana)).context["snapshot"]
    assert (shown.today.appointment, shown.coming, shown.last.status) == (today, [coming], Status.DONE)
    assert str(shown.today.next_word) == "Arrived"


def test_todays_visit_is_the_one_in_progress(desk, carlos, ana):
    by = carlos.practitioner
    make.appointment(ana, by, MONDAY - timedelta(hours=1), status=Status.CANCELLED)
    make.appointment(ana, by, MONDAY + timedelta(hours=3))
    here = make.appointment(ana, by, MONDAY, status=Status.ARRIVED)
    assert desk.get(page_of(ana)).context["snapshot"].today.appointment == here


def test_visits_shown_are_few_however_long_the_history(desk, carlos, ana):
    for n in range(1, 12):
        make.appointment(ana, carlos.practitioner, MONDAY - timedelta(days=n), status=Status.DONE)
        make.appointment(ana, carlos.practitioner, MONDAY + timedelta(days=n))
    shown = desk.get(page_of(ana)).context["snapshot"]
    assert (len(shown.past), len(shown.coming)) == (4, 4)


def test_reading_a_snapshot_is_written_down(desk, rita, ana):
    desk.get(page_of(ana))
    desk.get("/desk/", {"p": ana.pk})
    read = AuditEvent.objects.filter(action="chart.read")
    assert list(read.values_list("actor_id", "patient_id")) == [(rita.pk, ana.pk)] * 2


@pytest.mark.parametrize("pk", ["999999", "abc", "-1", "9223372036854775808"])
def test_an_unknown_patient_beside_the_day_is_not_found(desk, pk):
    assert desk.get("/desk/", {"p": pk}).status_code == 404


def test_an_unknown_patient_is_not_found_and_the_try_is_written_down(desk, rita):
    assert desk.get("/desk/patients/999999/").status_code == 404
    assert AuditEvent.objects.filter(action="access.denied").values_list("actor_id", flat=True).get() == rita.pk


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Sent, not started"),
        ({"saved_at": MONDAY}, "Started, not handed in"),
        ({"submitted_at": MONDAY}, "Handed in"),
    ],
)
def test_the_desk_sees_how_far_the_intake_is_and_nothing_of_it(desk, ana, fields, words):
    answers = {"complaint": "burning pain down the leg", "osteoporosis": "yes"}
    Intake.objects.create(patient=ana, version=1, questionnaire_version="1", answers=answers, **fields)
    page = desk.get(page_of(ana)).content.decode()
    told = [w for w in ("Sent, not started", "Started, not handed in", "Handed in") if w in page]
    assert (told, "burning" in page, "osteoporosis" in page) == ([words], False, False)


def test_the_front_desk_sees_no_condition_and_the_clinician_does(client, desk, rita, carlos, ana):
    make.condition(ana, "osteoporosis")
    assert "steoporosis" not in desk.get(page_of(ana)).content.decode()
    client.force_login(carlos)
    assert "Osteoporosis" in client.get(page_of(ana)).content.decode()


def test_contact_details_are_changed_and_what_was_changed_is_written_down(desk, ana):
    form = desk.get(f"{page_of(ana)}contact/").context["form"]
    typed = {name: form[name].value() for name in form.fields}
    answer = desk.post(f"{page_of(ana)}contact/", typed | {"phone": "(503) 555-0142", "desk_note": "Deaf, left side"})
    ana.refresh_from_db()
    assert (answer.url, ana.phone, ana.desk_note) == (page_of(ana), "(503) 555-0142", "Deaf, left side")
    assert AuditEvent.objects.get(action="patient.changed").details == {"fields": ["desk_note", "phone"]}
    assert [p.pk for p in desk.get("/desk/search/", {"q": "0142"}).context["hits"]] == [ana.pk]


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"email": "ana@"}, "email"), ({"preferred_channel": "email"}, "email"), ({"preferred_channel": "pigeon"}, None)],
)
def test_refused_contact_details_keep_what_was_typed(desk, ana, typed, field):
    answer = desk.post(f"{page_of(ana)}contact/", {"phone": "555 0101", "preferred_channel": "phone", **typed})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field or "preferred_channel"])
    assert 'value="555 0101"' in answer.content.decode()
    ana.refresh_from_db()
    assert ana.phone == ""


def test_every_contact_field_is_drawn(desk, ana):
    page = desk.get(f"{page_of(ana)}contact/")
    drawn = re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', page.content.decode())
    assert sorted(set(drawn) - {"csrfmiddlewaretoken", "q"}) == sorted(page.context["form"].fields)


def test_the_intake_link_is_shown_once_after_sending(desk, ana):
    answer = desk.post(f"{page_of(ana)}intake/")
    link = answer.context["intake_url"]
    assert (answer.status_code, answer.content.decode().count(f'value="{link}"')) == (200, 1)
    assert "/intake/" in link
    start = link[: link.index("/intake/") + len("/intake/")]  # the token is never shown again
    assert (start in answer.content.decode(), start in desk.get(page_of(ana)).content.decode()) == (True, False)
    assert Intake.objects.get().requested_by.email == "rita@example.org"


def test_the_intake_link_is_mailed_when_there_is_an_address(desk, ana):
    Patient.objects.filter(pk=ana.pk).update(email="ana@example.org")
    desk.post(f"{page_of(ana)}intake/")
    assert list(Message.objects.values_list("event", "to")) == [("patients/intake", "ana@example.org")]


def test_an_invitation_needs_an_address_and_leads_to_the_form_for_it(desk):
    kim = make.patient("Kim")
    answer = desk.post(f"{page_of(kim)}invite/", follow=True)
    assert answer.redirect_chain == [(f"{page_of(kim)}contact/", 302)]
    assert "There is no e-mail address yet" in answer.content.decode()
    assert Message.objects.count() == 0


def test_an_invitation_is_mailed_and_shown_as_sent(desk):
    kim = make.patient("Kim", email="kim@example.org")
    answer = desk.post(f"{page_of(kim)}invite/", follow=True)
    assert Message.objects.get().event == "patients/invitation"
    assert answer.context["snapshot"].invited_at == MONDAY


@pytest.mark.parametrize("deed", ["intake", "invite", "contact"])
def test_a_therapist_reads_the_snapshot_and_changes_nothing(client, tess, ana, ten_o_clock, deed):
    client.force_login(tess)
    assert client.get(page_of(ana)).status_code == 200
    assert client.post(f"{page_of(ana)}{deed}/").status_code == 403
    assert (Intake.objects.count(), Message.objects.count()) == (0, 0)


def test_a_get_sends_nothing(desk, ana):
    assert [desk.get(f"{page_of(ana)}{deed}/").status_code for deed in ("intake", "invite")] == [405, 405]
    assert intakes.Intake.objects.count() == 0
