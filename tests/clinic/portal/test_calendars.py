"""The patient's calendar: one visit as a file, all of them under a secret address."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from clinic.scheduling import feeds
from clinic.scheduling.models import CalendarFeed
from tests import make
from tests.make import MONDAY


@pytest.fixture(autouse=True)
def _ten_o_clock():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana.user)
    return client


@pytest.fixture
def visit(ana, carlos):
    return make.appointment(ana, carlos.practitioner, MONDAY + timedelta(days=1))


def subscribe(browser):
    """Make an address in the portal and return its path."""
    page = browser.post("/portal/calendar/").content.decode()
    return re.search(r'value="http://localhost:8000(/calendar/[^"]+\.ics)"', page)[1]


def uids(response):
    return [str(event["uid"]) for event in Calendar.from_ical(response.content).walk("VEVENT")]


# --- one visit


def test_a_visit_is_downloaded_as_a_file_for_the_calendar(as_ana, visit):
    """T064."""
    response = as_ana.get(f"/portal/visits/{visit.pk}/visit.ics")
    assert uids(response) == [f"appointment-{visit.pk}@localhost"]
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="visit.ics"'
    assert response["Cache-Control"] == "no-store, private"


def test_somebody_elses_visit_is_not_found(client, ben, visit):
    """T012."""
    client.force_login(ben.user)
    assert client.get(f"/portal/visits/{visit.pk}/visit.ics").status_code == 404
    own = make.appointment(ben, visit.practitioner, MONDAY + timedelta(days=2))
    assert client.get(f"/portal/visits/{own.pk}/visit.ics").status_code == 200


def test_the_page_of_visits_offers_the_file_and_the_subscription(as_ana, visit):
    page = as_ana.get("/portal/visits/").content.decode()
    assert (f'href="/portal/visits/{visit.pk}/visit.ics"' in page, 'href="/portal/calendar/"' in page) == (True, True)


def test_the_next_visit_on_the_first_page_offers_its_file_unless_it_is_only_held(as_ana, visit):
    link = f'href="/portal/visits/{visit.pk}/visit.ics"'
    assert link in as_ana.get("/portal/").content.decode()
    type(visit).objects.filter(pk=visit.pk).update(status="held", hold_until=visit.starts_at)
    assert link not in as_ana.get("/portal/").content.decode()


# --- all visits


def test_an_address_is_shown_once_and_read_without_signing_in(as_ana, visit):
    path = subscribe(as_ana)
    assert uids(Client().get(path)) == [f"appointment-{visit.pk}@localhost"]
    page = as_ana.get("/portal/calendar/").content.decode()
    assert (path in page, "Last read March 1, 10:00 AM" in page) == (False, True)


def test_an_address_that_is_unknown_or_withdrawn_is_not_found(as_ana, visit):
    path = subscribe(as_ana)
    assert Client().get("/calendar/unknown.ics").status_code == 404
    as_ana.post(f"/portal/calendar/{CalendarFeed.objects.get().pk}/withdraw/")
    assert Client().get(path).status_code == 404
    assert Client().head(path).status_code == 404


def test_a_calendar_that_has_not_changed_is_not_sent_again(as_ana, visit):
    path = subscribe(as_ana)
    first = Client().get(path)
    assert first["Cache-Control"] == "private, no-cache"
    again = Client().get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    type(visit).objects.filter(pk=visit.pk).update(sequence=1, changed_at=MONDAY)
    changed = Client().get(path, headers={"if-none-match": first["ETag"]})
    assert (changed.status_code, changed["ETag"] == first["ETag"]) == (200, False)


def test_an_address_answers_no_form(as_ana, visit):
    assert Client().post(subscribe(as_ana)).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_a_patients_calendar_asks_the_same_whatever_it_holds(as_ana, ana, carlos, django_assert_num_queries, count):
    path = subscribe(as_ana)
    for n in range(count):
        make.appointment(ana, carlos.practitioner, MONDAY + timedelta(days=n))
    reader = Client()
    reader.get(path)  # notes the reading
    with django_assert_num_queries(6):  # clinic and its place, feed, may its maker, visits, name
        assert len(uids(reader.get(path))) == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_practitioners_calendar_asks_the_same_whatever_it_holds(carlos, django_assert_num_queries, count):
    _feed, token = feeds.make(carlos.practitioner, by=carlos, shows_names=True)
    for n in range(count):
        make.appointment(None, carlos.practitioner, MONDAY + timedelta(days=n))
    reader = Client()
    reader.get(f"/calendar/{token}.ics")
    with django_assert_num_queries(7):  # and the roles of its maker
        assert len(uids(reader.get(f"/calendar/{token}.ics"))) == count


def test_an_address_of_somebody_else_is_not_withdrawn(as_ana, client, ben, visit):
    """T011."""
    path, number = subscribe(as_ana), CalendarFeed.objects.get().pk
    client.force_login(ben.user)
    assert client.post(f"/portal/calendar/{number}/withdraw/").status_code == 404
    assert Client().get(path).status_code == 200


def test_more_than_ten_addresses_are_refused_in_words(as_ana, ana):
    for _ in range(feeds.MOST_LIVING):
        feeds.make(ana, by=ana.user)
    refused = as_ana.post("/portal/calendar/")
    assert (refused.status_code, "You have many calendar addresses already." in refused.content.decode()) == (422, True)
    assert CalendarFeed.objects.count() == feeds.MOST_LIVING
