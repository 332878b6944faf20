"""From the invitation to an account: a password of one's own, once."""

import pytest
from django.urls import reverse

from clinic.accounts import links
from clinic.accounts.models import SignedLink, User
from clinic.accounts.roles import Role
from patients.models import Patient
from tests import make

GOOD = "river-stone-lamp-42"
BOTH = {"password1": GOOD, "password2": GOOD}


@pytest.fixture
def dora(clinic):
    return make.patient("Dora", family="Nilsson", email="dora@example.org", preferred_name="Dorrit")


@pytest.fixture
def url(dora):
    return reverse("invitation", args=[links.make(SignedLink.Scope.INVITATION, dora.pk)])


def test_looking_at_the_invitation_does_nothing_and_names_the_first_name_only(client, dora, url):
    text = client.get(url).content.decode()
    assert [word in text for word in ("Dorrit", "Nilsson", "dora@example.org", "1965")] == [True, False, False, False]
    assert User.objects.filter(email="dora@example.org").count() == 0
    assert client.get(url).status_code == 200


def test_the_password_opens_the_account_signs_in_and_uses_the_link_up(client, dora, url):
    assert client.post(url, BOTH).url == reverse("portal:home")
    dora.refresh_from_db()
    assert (dora.user.email, dora.user.roles) == ("dora@example.org", {Role.PATIENT})
    assert dora.user.check_password(GOOD)
    assert client.get(reverse("portal:home")).status_code == 200
    assert client.get(url).status_code == 404


def test_the_new_account_signs_in_again_with_its_password(client, dora, url):
    client.post(url, BOTH)
    client.logout()
    client.post(reverse("account_login"), {"login": "dora@example.org", "password": GOOD})
    assert client.get(reverse("portal:home")).status_code == 200


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ("short", "short", "password1"),
        ("123456789012345", "123456789012345", "password1"),
        ("dora@example.org", "dora@example.org", "password1"),
        (GOOD, GOOD + "x", "password2"),
        ("", "", "password1"),
    ],
)
def test_a_password_that_will_not_do_is_refused_at_its_field(client, dora, url, first, second, field):
    answer = client.post(url, {"password1": first, "password2": second})
    assert answer.status_code == 422
    assert next(iter(answer.context["form"].errors)) == field
    assert User.objects.filter(email="dora@example.org").count() == 0


def test_an_address_that_belongs_to_another_is_told_kindly_and_the_link_lives(client, dora, url):
    make.user("dora@example.org", Role.PATIENT)
    answer = client.post(url, BOTH)
    assert answer.status_code == 422
    assert "There is already an account with this e-mail address." in answer.content.decode()
    dora.refresh_from_db()
    assert dora.user is None
    assert client.get(url).status_code == 200


def test_ids_in_the_body_open_no_other_account(client, dora, url, ben):
    client.post(url, {**BOTH, "patient": ben.pk, "id": ben.pk, "email": "evil@example.org", "is_superuser": "1"})
    assert User.objects.filter(email="evil@example.org").count() == 0
    assert Patient.objects.get(user__email="dora@example.org") == dora
    assert User.objects.get(email="dora@example.org").is_superuser is False


def test_a_patient_who_has_died_has_no_invitation(client, dora, url):
    Patient.objects.filter(pk=dora.pk).update(deceased_on="2026-01-01")
    assert client.get(url).status_code == 404


def test_another_person_s_link_opens_only_that_person(client, dora, url, ana):
    """T022: signed in as somebody else, the link still is what it says."""
    client.force_login(ana.user)
    assert "Dorrit" in client.get(url).content.decode()
    client.post(url, BOTH)
    dora.refresh_from_db()
    assert client.get(reverse("portal:home")).context["request"].portal.person == dora


def test_an_intake_link_is_no_invitation(client, dora):
    token = links.make(SignedLink.Scope.INTAKE, dora.pk)
    assert client.get(reverse("invitation", args=[token])).status_code == 404
