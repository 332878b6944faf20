"""Reading for somebody else: only with a grant, only in its scope, only within its dates."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.roles import Role
from patients import intake as intakes
from patients.models import ProxyGrant
from tests import make

PAGES = ("portal:home", "portal:visits", "portal:reading", "portal:record")


@pytest.fixture
def kim(clinic):
    return make.patient("Kim", birth_date=date(2018, 5, 1), street="7 Kim Lane")


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana.user)
    return client


def grant(to, of, by, **fields):
    today = timezone.localdate()
    return ProxyGrant.objects.create(
        user=to.user,
        patient=of,
        relation="mother",
        granted_by=by,
        **{"may_record": True, "starts_on": today - timedelta(days=10), **fields},
    )


def pages_for(client, person):
    return [client.get(reverse(name), {"for": person.pk}).status_code for name in PAGES]


def test_a_parent_reads_the_child_s_record_and_is_told_whose_it_is(as_ana, ana, kim, olga):
    grant(ana, kim, olga, ends_on=timezone.localdate())
    assert pages_for(as_ana, kim) == [200] * 4
    text = as_ana.get(reverse("portal:record"), {"for": kim.pk}).content.decode()
    assert ("7 Kim Lane" in text, "You are reading the record of <strong>Kim" in text) == (True, True)
    assert "Open the record of Kim" in as_ana.get(reverse("portal:home")).content.decode()


def test_without_a_grant_there_is_no_such_person(as_ana, kim, ben):
    assert pages_for(as_ana, kim) == [404] * 4
    assert pages_for(as_ana, ben) == [404] * 4


@pytest.mark.parametrize(
    "fields",
    [
        {"revoked_at": timezone.now()},
        {"ends_on": timezone.localdate() - timedelta(days=1)},
        {"starts_on": timezone.localdate() + timedelta(days=1)},
        {"may_record": False, "may_booking": True, "may_forms": True, "may_messages": True},
    ],
    ids=["revoked", "ended", "not yet begun", "another scope"],
)
def test_a_grant_that_does_not_cover_it_opens_nothing(as_ana, ana, kim, olga, fields):
    grant(ana, kim, olga, **fields)
    assert pages_for(as_ana, kim) == [404] * 4
    text = as_ana.get(reverse("portal:home")).content.decode()
    assert "Kim" not in text


def test_another_account_s_grant_does_not_count(as_ana, ana, ben, kim, olga):
    grant(ben, kim, olga)
    assert pages_for(as_ana, kim) == [404] * 4


def test_leave_to_read_is_not_leave_to_see_bookings_or_forms(as_ana, ana, kim, carlos, olga):
    grant(ana, kim, olga)
    make.appointment(kim, carlos.practitioner, at=timezone.now() + timedelta(days=2))
    waiting = intakes.open_intake(kim)
    context = as_ana.get(reverse("portal:home"), {"for": kim.pk}).context
    assert (context["next"], context["intake"]) == (None, None)
    assert as_ana.post(reverse("portal:intake", args=[waiting.pk])).status_code == 404


def test_leave_for_forms_opens_the_child_s_intake(as_ana, ana, kim, olga):
    grant(ana, kim, olga, may_forms=True)
    waiting = intakes.open_intake(kim)
    answer = as_ana.post(reverse("portal:intake", args=[waiting.pk]))
    assert as_ana.get(answer.url).context["filling"].intake == waiting


def test_an_account_with_grants_only_opens_the_first_of_them(client, kim, olga, clinic):
    mother = make.user("mother@example.org", Role.PATIENT)
    ProxyGrant.objects.create(
        user=mother, patient=kim, relation="mother", may_record=True, starts_on=date(2020, 1, 1), granted_by=olga
    )
    client.force_login(mother)
    assert client.get(reverse("portal:home")).context["request"].portal.person == kim


def test_an_account_without_any_record_is_told_so(client, clinic):
    client.force_login(make.user("nobody@example.org", Role.PATIENT))
    answer = client.get(reverse("portal:home"))
    assert (answer.status_code, answer.templates[0].name) == (200, "portal/nobody.html")


def test_links_on_the_page_keep_the_same_record_open(as_ana, ana, kim, carlos, olga):
    grant(ana, kim, olga)
    given = make.assignment(kim, None, carlos)
    text = as_ana.get(reverse("portal:reading"), {"for": kim.pk}).content.decode()
    assert f'href="/portal/reading/{given.pk}/?for={kim.pk}"' in text
    assert f'href="/portal/visits/?for={kim.pk}"' in text
