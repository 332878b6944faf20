"""Staff give a second factor on every staff page when it is required (`REQUIRE_MFA`); patients are asked for none."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import transaction
from django.utils import timezone

from clinic.accounts import second_factor
from tests import make

PASSWORD = "walk the harbour wall"
STAFF_PAGES = [
    "/desk/",
    "/desk/patients/",
    "/desk/book/",
    "/admin/",
    "/admin/charting/visit/",
    "/admin/password_change/",
]


@pytest.fixture(autouse=True)
def required(settings):
    settings.REQUIRE_MFA = True


@pytest.fixture(autouse=True)
def committed(request, monkeypatch):
    """allauth tells of a new factor when it is committed, within the request; a test's transaction never commits."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        monkeypatch.setattr(transaction, "on_commit", lambda tell, **_how: tell())


def code(secret, step=0):
    """What an authenticator app shows now for this secret."""
    counter = int(timezone.now().timestamp()) // 30 + step
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def sign_in(client, user):
    user.set_password(PASSWORD)
    user.save()
    return client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})


def enrol(client):
    """Enrol an authenticator app through the real pages, which ask for the password again; return its secret."""
    page = client.get("/accounts/2fa/totp/activate/")
    assert page["Location"].startswith("/accounts/reauthenticate/?next=")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert answer.status_code == 302, answer.context["form"].errors
    return secret


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_staff_without_a_factor_are_sent_to_enrol(client, carlos, path):
    client.force_login(carlos)
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/2fa/?next={path}")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_is_done_without_a_factor(client, rita, method):
    appointment = make.appointment()
    client.force_login(rita)
    answer = getattr(client, method)(f"/desk/appointments/{appointment.pk}/step/", {"to": "arrived"})
    assert answer["Location"].startswith("/accounts/2fa/?next=")
    appointment.refresh_from_db()
    assert appointment.status == "booked"


@pytest.mark.django_db(transaction=True)
def test_enrolling_through_the_real_pages_lets_staff_in(client, rita):
    assert sign_in(client, rita)["Location"] == "/accounts/arrive/"
    assert client.get("/desk/")["Location"] == "/accounts/2fa/?next=/desk/"
    enrol(client)
    assert client.get("/desk/").status_code == 200


def test_the_page_of_addresses_does_not_close_the_way_to_enrol(client, rita):
    """It writes down an address nobody has verified by mail; staff who must enrol would stand before a closed door."""
    sign_in(client, rita)
    assert client.get("/accounts/email/").status_code == 200
    enrol(client)
    assert client.get("/desk/").status_code == 200


def test_who_signs_in_by_code_only_enrols_without_a_password(client, rita):
    """Accounts that the clinic admin makes have no password at first."""
    client.force_login(rita)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}).status_code == 302
    assert client.get("/desk/").status_code == 200


def test_the_pages_of_the_factor_lead_back_to_what_was_wanted(client, rita):
    """The page of factors names the way to enrol; a wrong code is told and lets nobody in."""
    sign_in(client, rita)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "/accounts/2fa/totp/activate/" in client.get("/accounts/2fa/").content.decode()
    client.get("/accounts/2fa/totp/activate/")
    refused = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (200, ["code"])
    assert client.get("/desk/").status_code == 302


def test_a_factor_that_was_not_given_in_this_session_is_asked_for(client, carlos, django_user_model):
    sign_in(client, carlos)
    secret = enrol(client)
    client.logout()
    client.force_login(carlos)
    for path in STAFF_PAGES:
        assert client.get(path)["Location"] == f"/accounts/2fa/reauthenticate/?next={path}"
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        answer = client.post("/accounts/2fa/reauthenticate/?next=/desk/", {"code": code(secret), "next": "/desk/"})
        assert (answer.status_code, answer["Location"]) == (302, "/desk/")
        assert [client.get(path).status_code for path in STAFF_PAGES] == [200] * len(STAFF_PAGES)


def test_signing_in_again_asks_for_the_code_before_anything_is_open(client, rita):
    """The password alone gives no session at all, and the code counts for the session."""
    sign_in(client, rita)
    secret = enrol(client)
    client.post("/accounts/logout/")
    assert sign_in(client, rita)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/desk/")["Location"] == "/accounts/login/?next=/desk/"
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert client.post("/accounts/2fa/authenticate/", {"code": code(secret)})["Location"] == "/accounts/arrive/"
        assert client.get("/desk/").status_code == 200


def test_a_code_counts_once(client, rita):
    """T078: the code that has just been used opens no second session."""
    sign_in(client, rita)
    secret = enrol(client)
    client.post("/accounts/logout/")
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        used = code(secret)
        sign_in(client, rita)
        assert client.post("/accounts/2fa/authenticate/", {"code": used}).status_code == 302
        client.post("/accounts/logout/")
        sign_in(client, rita)
        assert client.post("/accounts/2fa/authenticate/", {"code": used}).status_code == 200
        assert client.get("/desk/")["Location"] == "/accounts/login/?next=/desk/"


def test_secrets_are_stored_encrypted(client, rita):
    sign_in(client, rita)
    secret = enrol(client)
    stored = Authenticator.objects.get(user=rita, type="totp").data
    assert list(stored) == ["secret"]
    assert secret not in str(stored)
    assert len(secret) >= 16  # positive control: there is something to look for


def test_a_factor_is_for_the_account_that_gave_it(client, rita, carlos):
    """A session that changes hands does not carry the factor along."""
    sign_in(client, rita)
    enrol(client)
    client.force_login(carlos)
    assert client.get("/desk/")["Location"] == "/accounts/2fa/?next=/desk/"


def test_patients_are_asked_for_no_factor(client, ana):
    client.force_login(ana.user)
    assert client.get("/portal/").status_code == 200


def test_without_the_setting_staff_go_on(client, rita, settings):
    settings.REQUIRE_MFA = False
    client.force_login(rita)
    assert client.get("/desk/").status_code == 200


def test_an_anonymous_visitor_has_passed_nothing(rf, clinic, client, rita):
    client.force_login(rita)
    request = rf.get("/desk/")
    request.user, request.session = rita, client.session
    assert second_factor.passed(request) is False
