"""The page behind the link of an offer: looking changes nothing, one button takes the time, an ended one is calm."""

from datetime import timedelta

import pytest
import time_machine

from clinic.audit.models import AuditEvent
from clinic.scheduling import steps, waitlist
from clinic.scheduling.models import Appointment
from tests import make
from tests.clinic.scheduling.waiting import entry, offered, stands, token_of
from tests.make import MONDAY

AT = MONDAY + timedelta(hours=3)  # one o'clock


@pytest.fixture
def at_ten():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def zoe(clinic):
    return make.patient("Zoe", family="Whitcombe", email="zoe@example.org", phone="(503) 555-0142")


@pytest.fixture
def offer(zoe, carlos, at_ten):
    return offered(entry(zoe, note="Sciaticum"), carlos.practitioner, AT, now=MONDAY)


@pytest.fixture
def url(offer):
    return f"/offer/{token_of(offer)}/"


def test_looking_at_the_offer_changes_nothing(client, offer, url):
    rows, log = list(Appointment.objects.values()), AuditEvent.objects.count()
    for _scanner in range(3):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code == 200
    assert (list(Appointment.objects.values()), AuditEvent.objects.count(), stands(offer)) == (
        rows,
        log,
        ("", "held", ""),
    )


def test_the_page_says_when_with_whom_and_until_when_and_names_nobody(client, offer, url):
    Appointment.objects.filter(pk=offer.appointment_id).update(reason="Lumbagonia")
    page = client.get(url).content.decode()
    told = ["Monday, March 1, 1:00 PM", "Dr Carlos Vega", "Adjustment", "until 11:00 AM", "Take this time"]
    assert [word for word in told if word not in page] == []
    hidden = ["Zoe", "Whitcombe", "zoe@example.org", "555-0142", "Sciaticum", "Lumbagonia"]
    assert [word for word in hidden if word in page] == []


def test_one_button_takes_the_time_and_a_second_press_changes_nothing(client, offer, url):
    assert client.post(url, {"answer": "yes"}).url == url
    log = AuditEvent.objects.count()
    assert client.post(url, {"answer": "yes"}).url == url
    assert (stands(offer), AuditEvent.objects.count()) == (("accepted", "booked", "booked"), log)
    page = client.get(url).content.decode()
    assert ["The time is yours" in page, "Take this time" in page] == [True, False]


def test_no_thank_you_lets_the_time_go(client, offer, url):
    assert client.post(url, {"answer": "no"}).url == url
    assert stands(offer) == ("declined", "expired", "")
    page = client.get(url).content.decode()
    assert ["You stay on the waiting list." in page, "1:00 PM" in page] == [True, False]
    assert client.post(url, {"answer": "yes"}).status_code == 409


def test_the_visit_that_is_given_up_is_said_before_and_cancelled_after(client, zoe, carlos, at_ten):
    later = make.appointment(zoe, carlos.practitioner, MONDAY + timedelta(days=3))
    made = offered(entry(zoe, instead_of=later), carlos.practitioner, AT, now=MONDAY)
    url = f"/offer/{token_of(made)}/"
    assert "your visit on Thursday, March 4 at 10:00 AM is given up" in client.get(url).content.decode()
    client.post(url)
    later.refresh_from_db()
    assert (later.status, later.cancelled_by) == ("cancelled", None)


def test_an_offer_that_has_ended_is_a_calm_page_with_the_phone(client, offer, url, at_ten):
    at_ten.shift(timedelta(minutes=60))
    page = client.get(url).content.decode()
    told = ["This offer has ended", "(503) 555-0100", "Take this time", "1:00 PM", "Dr Carlos Vega"]
    assert [word in page for word in told] == [True, True, False, False, False]
    answer = client.post(url, {"answer": "yes"})
    assert (answer.status_code, "This offer has ended" in answer.content.decode()) == (409, True)
    assert stands(offer)[2] == ""


def test_a_time_that_the_desk_let_go_or_cancelled_has_ended(client, rita, offer, url):
    waitlist.accept(offer)
    steps.cancel(offer.appointment, because="closed", by=rita)
    assert "This offer has ended" in client.get(url).content.decode()


def test_the_link_dies_with_the_time_it_speaks_of(client, url, at_ten):
    at_ten.move_to(AT)
    assert client.get(url).status_code == 404


def test_a_spoilt_token_opens_nothing(client, offer, url):
    for spoilt in (url[:-2] + "/", url.replace("/offer/", "/offer/x"), f"/offer/{offer.pk}/"):
        assert client.post(spoilt, {"answer": "yes"}).status_code == 404
    assert stands(offer) == ("", "held", "")


def test_the_link_of_one_opens_the_offer_of_nobody_else(client, offer, url, carlos):
    other = offered(entry(make.patient("Ben", email="ben@example.org")), carlos.practitioner, AT + timedelta(hours=1),
                    now=MONDAY)  # fmt: skip
    client.post(url)
    assert (stands(offer)[0], stands(other)[0]) == ("accepted", "")


def test_a_new_offer_has_a_link_of_its_own(client, rita, offer, url):
    waitlist.release(offer, by=rita)
    again = offered(offer.entry, offer.appointment.practitioner, AT, now=MONDAY)
    assert "This offer has ended" in client.get(url).content.decode()
    assert "Take this time" in client.get(f"/offer/{token_of(again)}/").content.decode()


def test_the_portal_says_that_a_time_is_held_and_not_that_it_was_asked_for(client, ana, carlos, at_ten):
    offered(entry(ana), carlos.practitioner, AT, now=MONDAY)
    client.force_login(ana.user)
    for path in ("/portal/", "/portal/visits/"):
        page = client.get(path).content.decode()
        assert ["Held for you: see our e-mail to take it" in page, "Asked for" in page] == [True, False]
