"""The first-run wizard: there once, for whoever started the server."""

from datetime import date, time

import pytest

from clinic.accounts.models import User
from clinic.accounts.roles import Role
from clinic.practice.models import ClinicProfile, Location
from clinic.scheduling.models import Practitioner, VisitKind, WorkingHours
from clinic.website import setup
from tests import make

GIVEN = {
    "clinic_name": "Lakeside Spine", "phone": "(802) 555-0117", "street": "1 Quay", "city": "Ashbrook", "state": "VT",
    "postal_code": "05001", "time_zone": "America/New_York", "admin_name": "Dr Ines Calloway",
    "admin_email": "Ines@Example.org", "password": "stacked stones by the lake",
    "practitioner_name": "Dr Ines Calloway", "credentials": "DC", "licence_number": "006.1", "licence_state": "VT",
    "licence_expires_on": "2099-01-01", "days": ["0", "2"], "opens": "08:00", "closes": "18:00",
    "break_from": "12:00", "break_to": "13:00",
}  # fmt: skip


@pytest.fixture
def given(db, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return {**GIVEN, "code": setup.code()}


def test_the_wizard_opens_the_clinic(client, given):
    assert client.get("/setup/").status_code == 200
    assert client.post("/setup/", given)["Location"] == "/accounts/login/"
    assert ClinicProfile.objects.get().set_up_at is not None
    assert Location.objects.get().time_zone == "America/New_York"
    owner = User.objects.get(email="ines@example.org")
    assert owner.roles == {Role.CLINIC_ADMIN, Role.CHIROPRACTOR}
    assert owner.check_password(given["password"])
    assert Practitioner.objects.get().user == owner
    assert Practitioner.objects.get().licence_expires_on == date(2099, 1, 1)
    assert list(WorkingHours.objects.values_list("weekday", "opens", "closes")) == [
        (0, time(8), time(12)), (0, time(13), time(18)), (2, time(8), time(12)), (2, time(13), time(18))]  # fmt: skip
    assert VisitKind.objects.filter(practitioners=Practitioner.objects.get()).count() == 3


def test_an_administrator_who_does_not_treat_is_no_practitioner(client, given):
    client.post("/setup/", {**given, "practitioner_name": "Dr Samuel Adeyemi"})
    assert User.objects.get().roles == {Role.CLINIC_ADMIN}
    assert Practitioner.objects.get().user is None


def test_once_founded_the_wizard_is_gone(client, given):
    client.post("/setup/", given)
    assert client.get("/setup/").status_code == 404
    assert client.post("/setup/", {**given, "admin_email": "evil@example.org"}).status_code == 404
    assert User.objects.count() == 1


def test_somebody_without_the_code_cannot_found_the_clinic(client, given):
    response = client.post("/setup/", {**given, "code": "guessed"})
    assert response.status_code == 422
    assert User.objects.count() == 0
    assert "This is not the set-up code" in response.content.decode()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"closes": "07:00"}, "The clinic closes before it opens"),
        ({"break_to": ""}, "Give both times of the break"),
        ({"password": "short"}, "at least 12 characters"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"days": []}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, given, wrong, told):
    response = client.post("/setup/", {**given, **wrong})
    page = response.content.decode()
    assert response.status_code == 422
    assert told in page
    assert "Lakeside Spine" in page
    assert given["password"] not in page
    assert ClinicProfile.objects.count() == 0


def test_a_founded_clinic_has_no_wizard(client, clinic):
    make.user("olga@example.org", Role.CLINIC_ADMIN)
    assert client.get("/setup/").status_code == 404
