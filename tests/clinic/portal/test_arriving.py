"""The check-in code on the phone: made by a button, for one visit, and read by a paired tablet only."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import SignedLink
from clinic.portal.views import arriving
from tests import make
from tests.clinic.reception.test_kiosk import tablet_of

SOON = timedelta(hours=1)


@pytest.fixture
def visit(ana, carlos):
    return make.appointment(ana, carlos.practitioner, timezone.now() + SOON)


def ask(client, who, visit):
    client.force_login(who.user)
    return client.post(reverse("portal:check_in_code", args=[visit.pk]))


def test_the_code_of_ones_own_visit_checks_in_at_the_tablet_and_nowhere_else(client, ana, visit, monkeypatch, rita):
    told = []
    monkeypatch.setattr(arriving, "picture_of", lambda url: told.append(url) or "data:,")
    assert ask(client, ana, visit).status_code == 200
    address = urlsplit(told[0]).path
    assert client.post(address).status_code == 403  # her own phone is not the clinic's tablet
    tablet = tablet_of(make.device(rita, location=visit.location))
    assert tablet.post(address).status_code == 302
    visit.refresh_from_db()
    assert visit.status == "arrived"


def test_asking_again_ends_the_code_before(client, ana, visit):
    for _ in range(2):
        ask(client, ana, visit)
    living = SignedLink.objects.filter(scope="checkin", subject_id=visit.pk, revoked_at=None)
    assert living.count() == 1
    assert living.get().expires_at == visit.starts_at + SOON


def test_nobody_gets_the_code_of_somebody_else(client, ben, visit):
    assert ask(client, ben, visit).status_code == 404
    assert not SignedLink.objects.filter(scope="checkin").exists()


@pytest.mark.parametrize(
    ("status", "ahead"),
    [("booked", timedelta(hours=25)), ("booked", -timedelta(minutes=61)), ("arrived", SOON), ("cancelled", SOON)],
)
def test_there_is_no_code_too_early_too_late_or_for_a_visit_that_is_not_to_come(client, ana, carlos, status, ahead):
    row = make.appointment(ana, carlos.practitioner, timezone.now() + ahead, status=status)
    assert ask(client, ana, row).status_code == 404


def test_the_first_page_offers_the_code_on_the_day(client, ana, visit):
    client.force_login(ana.user)
    assert "Show my check-in code" in client.get("/portal/").content.decode()
    visit.starts_at, visit.ends_at = visit.starts_at + timedelta(days=3), visit.ends_at + timedelta(days=3)
    visit.busy_from, visit.busy_until = visit.starts_at, visit.ends_at
    visit.save()
    assert "Show my check-in code" not in client.get("/portal/").content.decode()
