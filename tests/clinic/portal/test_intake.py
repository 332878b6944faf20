"""The intake behind its link: every page, saved, resumed, refused, handed in."""

import pytest
from django.urls import reverse

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.outcomes.models import Response
from patients import intake as intakes
from patients.models import Alert, Condition, Intake
from patients.questionnaire import load
from tests.clinic.portal.filled import errors_of, fill_in, page_fields


@pytest.fixture
def intake(ana):
    return intakes.open_intake(ana)


@pytest.fixture
def url(intake):
    return reverse("intake", args=[links.make(SignedLink.Scope.INTAKE, intake.pk)])


def kept(intake):
    return Intake.objects.get(pk=intake.pk)


def test_a_patient_fills_in_every_page_and_hands_in(client, intake, url):
    fill_in(client, url, intake)
    assert client.get(f"{url}read-through/").status_code == 200
    done = client.post(f"{url}read-through/")
    assert (done.status_code, done.templates[0].name) == (200, "intake/done.html")
    row = kept(intake)
    assert row.status == "submitted"
    assert Response.objects.get(patient=row.patient).answers == {
        "pain_now": 6, "pain_best": 2, "pain_worst": 2, "pain_average": 2,
    }  # fmt: skip
    assert client.get(url).status_code == 404
