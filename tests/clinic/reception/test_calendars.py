"""Calendar addresses of practitioners at the desk."""

import re

import pytest
from django.test import Client

from clinic.scheduling import feeds
from clinic.scheduling.models import CalendarFeed
from tests import make


def subscribe(browser, practitioner, **said):
    """Make an address at the desk and return (page, its path)."""
    page = browser.post("/desk/calendars/", {"practitioner": practitioner.pk, **said}).content.decode()
    return page, re.search(r'value="http://localhost:8000(/calendar/[^"]+\.ics)"', page)[1]


@pytest.fixture
def visit(ana, carlos):
    return make.appointment(ana, carlos.practitioner)


def test_a_practitioner_makes_an_address_that_names_nobody(chart, carlos, visit):
    page, path = subscribe(chart, carlos.practitioner)
    assert "The calendar of Dr Carlos Vega" in page
    read = Client().get(path).content.decode()
    assert (f"appointment-{visit.pk}@" in read, "SUMMARY:Visit\r\n" in read, "Sørensen" in read) == (True, True, False)
    again = chart.get("/desk/calendars/").content.decode()
    assert (path in again, "Not shown" in again) == (False, True)


def test_names_are_shown_only_after_the_warning_and_the_tick(chart, carlos, visit):
    assert "the names leave the clinic" in chart.get("/desk/calendars/").content.decode()
    _page, path = subscribe(chart, carlos.practitioner, shows_names="on")
    assert "SUMMARY:Ana Sørensen" in Client().get(path).content.decode()


def test_a_colleagues_calendar_is_no_choice(chart, carlos):
    other = make.practitioner(name="Dr Mara Quill")
    assert "Quill" not in chart.get("/desk/calendars/").content.decode()
    assert chart.post("/desk/calendars/", {"practitioner": other.pk}).status_code == 422
    assert CalendarFeed.objects.count() == 0


def test_the_clinic_admin_chooses_among_all_and_withdraws(client, olga, carlos, ten_o_clock, visit):
    client.force_login(olga)
    _page, path = subscribe(client, carlos.practitioner)
    feed = CalendarFeed.objects.get()
    done = client.post(f"/desk/calendars/{feed.pk}/withdraw/", follow=True).content.decode()
    assert "The calendar address of Dr Carlos Vega is withdrawn." in done
    assert Client().get(path).status_code == 404


def test_who_treats_nobody_is_told_so(client, tess, ten_o_clock):
    client.force_login(tess)
    page = client.get("/desk/calendars/").content.decode()
    assert ("Only those who treat have a calendar of their own." in page, "<select" in page) == (True, False)


def test_a_patients_address_is_not_the_desks_business(client, olga, ana, ten_o_clock):
    feed, _token = feeds.make(ana, by=ana.user)
    client.force_login(olga)
    assert client.post(f"/desk/calendars/{feed.pk}/withdraw/").status_code == 404


def test_more_than_ten_addresses_are_refused_in_words(chart, carlos):
    for _ in range(feeds.MOST_LIVING):
        feeds.make(carlos.practitioner, by=carlos)
    refused = chart.post("/desk/calendars/", {"practitioner": carlos.practitioner.pk})
    assert (refused.status_code, "There are many addresses already." in refused.content.decode()) == (422, True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_addresses_asks_the_same_however_many_there_are(chart, carlos, django_assert_num_queries, count):
    for _ in range(count):
        feeds.make(carlos.practitioner, by=carlos)
    with django_assert_num_queries(9):
        assert chart.get("/desk/calendars/").content.decode().count("Not shown") == count
