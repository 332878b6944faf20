"""The front desk sees whether the papers are signed, and nothing of what they say (T030)."""

import pytest
from django.urls import reverse

from clinic.accounts.roles import ALLOWED
from patients import consents
from tests import make

PLANTED = ("Signaturely", "Refusingly", "Sacrally", "M30 20L90 40")


@pytest.fixture
def desk(client, rita):
    client.force_login(rita)
    return client


def pages(desk, patient):
    for address in (reverse("desk:patient", args=[patient.pk]), f"{reverse('desk:day')}?p={patient.pk}"):
        yield desk.get(address).content.decode()


def plant(patient, kind="manipulation", **fields):
    told = {"drawing": [[[10, 20], [30, 40]]], "signed_name": "Ana Signaturely", "because": "Refusingly"}
    return make.consent(patient, kind, **{**told, "relation": "Sacrally", "regions": ["lumbar"], **fields})


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ({}, "3 missing"),
        ({"treatment": True, "manipulation": True}, "1 missing"),
        ({"treatment": True, "manipulation": True, "privacy": True}, "Signed"),
        ({"treatment": True, "manipulation": False, "privacy": True}, "1 not agreed"),
    ],
)
def test_the_desk_sees_a_status_and_nothing_else(desk, ana, kinds, words):
    for kind, is_given in kinds.items():
        plant(ana, kind, is_given=is_given)
    for page in pages(desk, ana):
        assert words in page.split("<dt>Consents</dt>")[1].split("</dd>")[0]
        assert [word for word in PLANTED if word in page] == []


def test_the_desk_reaches_no_page_with_a_consent_on_it(desk, ana, rita):
    row = plant(ana)
    for address in (
        reverse("admin:patients_consent_paper", args=[row.pk]),
        reverse("admin:patients_patient_change", args=[ana.pk]) + "?tab=consents",
        reverse("portal:consents"),
        reverse("admin:patients_consenttext_changelist"),
    ):
        answer = desk.get(address)
        assert (answer.status_code, [word for word in PLANTED if word in answer.content.decode()]) == (403, [])
    assert "receptionist" not in ALLOWED["consent.view"] | ALLOWED["consent.add"]


def test_a_text_the_patient_answered_on_the_phone_is_on_the_desk_at_once(desk, ana):
    for kind in ("treatment", "manipulation", "privacy"):
        consents.sign(ana, text=consents.texts_in_force()[kind], is_given=True, signed_name="Ana S")
    assert all("Signed" in page.split("<dt>Consents</dt>")[1].split("</dd>")[0] for page in pages(desk, ana))
