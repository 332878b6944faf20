"""The first page."""

from datetime import date

import pytest
from django.urls import NoReverseMatch, reverse

from clinic.website import views
from tests import make


def page(client):
    response = client.get(reverse("website:home"))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_home_page_costs_the_same_whatever_it_shows(client, clinic, number, django_assert_num_queries):
    make.kind(is_public=True)
    for n in range(number):
        make.practitioner()
        make.article(f"page-{n}")

    with django_assert_num_queries(12):
        body = page(client)
    assert body.count('<li class="person">') == body.count('<article class="post">') == number


def test_who_treats_stands_with_credentials_and_a_licence_to_look_up(client, carlos):
    person = carlos.practitioner
    person.title, person.licence_number, person.languages = "Chiropractor", "006.0000412", "English"
    person.save()
    make.practitioner(name="Dr Lapsed", licence_expires_on=date(2020, 1, 1))
    make.practitioner(name="Dr Gone", is_active=False)

    body = page(client)
    assert '<h3>Dr Carlos Vega</h3><p class="role">Chiropractor, DC</p>' in body
    assert "<dd>VT 006.0000412<br>valid to Jan. 1, 2099</dd>" in body
    assert (body.count("Dr Lapsed"), body.count("Dr Gone")) == (0, 0)


def test_hours_address_and_the_way_to_a_time_are_there(client, carlos):
    make.kind(is_public=True, purpose="initial", minutes=45, fee=110)

    body = page(client)
    assert '<th scope="row">Sunday' in body
    assert "8 a.m. to 6 p.m." in body
    assert "12 Harbour Street, Ashbrook, VT" in body
    assert "45 minutes. $110 before insurance." in body
    assert "First free time: " in body
    assert f'href="/request/?with={carlos.practitioner.pk}"' in body
    assert 'call <a href="tel:911">911</a>' in body


def test_a_clinic_with_nobody_and_nothing_still_has_a_page(client, clinic):
    body = page(client)

    assert "The names of those who work here will appear on this page." in body
    assert "First free time" not in body


def test_before_the_first_run_the_home_page_leads_to_the_wizard_if_there_is_one(client, db, monkeypatch):
    assert client.get("/").headers["Location"] == "/setup/"

    def nowhere(name):
        raise NoReverseMatch

    monkeypatch.setattr(views, "reverse", nowhere)
    assert client.get("/").status_code == 200
