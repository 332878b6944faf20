"""The health history without a phone: printed by the desk, typed in by a clinician."""

import pytest
from django.urls import reverse

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.audit.models import AuditEvent
from patients import intake as intakes
from patients.models import Intake
from tests.clinic.portal.filled import fill_in


def paper(patient):
    return f"/desk/patients/{patient.pk}/intake/paper/"


@pytest.fixture
def answered(ana):
    row = intakes.open_intake(ana)
    Intake.objects.filter(pk=row.pk).update(answers={"chief_complaint": "Hopscotching", "RF12": "yes"})
    return row


def test_the_desk_prints_the_empty_questions_and_nothing_that_was_answered(desk, ana, answered):
    answer = desk.get(paper(ana))
    text = answer.content.decode()
    assert (answer.status_code, "Ana Sørensen" in text, "Have you ever had cancer?" in text) == (200, True, True)
    assert ("Hopscotching" in text, "Type the answers in" in text) == (False, False)


def test_the_desk_does_not_type_in(desk, ana, answered):
    assert desk.post(f"/desk/patients/{ana.pk}/intake/type/").status_code == 403
    assert SignedLink.objects.count() == 0


def test_a_clinician_types_in_and_it_is_the_clinic_that_filled_it(client, carlos, ana):
    client.force_login(carlos)
    assert "Type the answers in" in client.get(paper(ana)).content.decode()
    old = links.make(SignedLink.Scope.INTAKE, intakes.open_intake(ana).pk)
    url = client.post(f"/desk/patients/{ana.pk}/intake/type/").url
    assert client.get(reverse("intake", args=[old])).status_code == 404
    row = Intake.objects.get()
    assert AuditEvent.objects.get(action="intake.typed_in").actor_id == carlos.pk
    fill_in(client, url, row)
    client.post(f"{url}read-through/")
    row.refresh_from_db()
    assert (row.status, row.filled_by) == ("submitted", "staff")


def test_a_patient_who_fills_it_in_is_not_the_clinic(client, ana):
    row = intakes.open_intake(ana)
    url = reverse("intake", args=[links.make(SignedLink.Scope.INTAKE, row.pk)])
    client.force_login(ana.user)
    fill_in(client, url, row)
    client.post(f"{url}read-through/")
    row.refresh_from_db()
    assert row.filled_by == "patient"


def test_a_stranger_s_record_is_not_found(desk):
    assert desk.get("/desk/patients/999999/intake/paper/").status_code == 404
