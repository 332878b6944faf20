"""The poll: it brings what changed, nothing else, and it is no activity."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.template.loader import get_template

from clinic.reception import panels
from clinic.scheduling.models.appointments import Status
from tests import make
from tests.make import MONDAY

NOW, DAY = "/desk/now/", "/desk/"
PART = re.compile(r'data-part="(\w+)" data-version="(\w+)"')


def poll(client, page, **query):
    """Ask as the page does: its own query, and what it shows."""
    shown = " ".join(f"{name}={version}" for name, version in PART.findall(page.content.decode()))
    day = page.context["sheet"].frame.day
    return client.get(NOW, query, headers={"HX-Request": "true", "Desk-Has": f"day={day} {shown}"})


def parts(response):
    """The parts an answer brings, in their order."""
    return [name for name, _version in PART.findall(response.content.decode())]


def test_a_page_has_three_parts_and_asks_for_them(desk, carlos):
    assert sorted(parts(desk.get(DAY))) == ["rail", "sheet", "side"]
    assert sorted(parts(desk.get(DAY, {"p": make.patient().pk}))) == ["rail", "sheet"]


def test_nothing_new_is_answered_without_a_word(desk, carlos, ana):
    make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)
    page = desk.get(DAY)
    answer = poll(desk, page)
    assert (answer.status_code, answer.content) == (204, b"")


def test_minutes_that_only_count_on_are_no_news(desk, carlos, ana, time_machine):
    make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)
    page = desk.get(DAY)
    time_machine.move_to(MONDAY + timedelta(minutes=3))
    assert poll(desk, page).status_code == 204


def test_a_visit_of_another_desk_appears_in_sheet_and_side(desk, carlos, ana):
    page = desk.get(DAY)
    make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)
    answer = poll(desk, page)
    assert parts(answer) == ["sheet", "side", "rail"]
    assert [id_ for id_ in ("grid", "phone-list", "strip") if f'id="{id_}"' not in answer.content.decode()] == []
    assert answer.content.decode().count("Ana Sørensen") > 3
    assert poll(desk, answer).status_code == 204


def test_a_visit_of_another_day_changes_nothing_on_this_one(desk, carlos, ana):
    page = desk.get(DAY, {"day": "2027-03-02"})
    make.appointment(ana, carlos.practitioner, MONDAY + timedelta(days=2))
    assert poll(desk, page, day="2027-03-02").status_code == 204
    make.appointment(ana, carlos.practitioner, MONDAY + timedelta(days=1))
    assert parts(poll(desk, page, day="2027-03-02")) == ["sheet"]


def test_over_midnight_the_page_keeps_the_day_it_shows(desk, rita, carlos, ana, time_machine):
    time_machine.move_to(MONDAY + timedelta(hours=13))
    desk.force_login(rita)
    page = desk.get(DAY)
    make.appointment(ana, carlos.practitioner, MONDAY + timedelta(hours=1))
    time_machine.move_to(MONDAY + timedelta(hours=15))
    answer = poll(desk, page)
    assert (answer.context["sheet"].is_today, answer.context["sheet"].cards[0].name) == (False, "Ana Sørensen")


def test_a_request_of_the_site_changes_the_side_alone(desk, carlos):
    from clinic.scheduling.models import AppointmentRequest

    page = desk.get(DAY)
    AppointmentRequest.objects.create(name="Cora Vale", phone="(503) 555-0177")
    assert parts(poll(desk, page)) == ["side", "rail"]


def test_buttons_in_the_answer_lead_back_to_the_page(desk, carlos, ana):
    page = desk.get(DAY, {"who": carlos.practitioner.pk})
    make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)
    answer = poll(desk, page, who=carlos.practitioner.pk).content.decode()
    assert set(re.findall(r'name="back" value="([^"]*)"', answer)) == {f"/desk/?who={carlos.practitioner.pk}"}


def test_without_script_the_address_leads_to_the_day(desk):
    assert desk.get(NOW, {"day": "2027-03-02"}).url == "/desk/?day=2027-03-02"


def test_polling_neither_extends_nor_touches_the_session(desk, carlos, ana, time_machine):
    """T072: who only leaves the page open has done nothing."""
    page, kept = desk.get(DAY), Session.objects.values_list("session_data", "expire_date").get()
    for minutes in range(10, 60, 10):
        time_machine.move_to(MONDAY + timedelta(minutes=minutes))
        make.appointment(make.patient(f"P{minutes}"), carlos.practitioner, MONDAY + timedelta(minutes=minutes * 2))
        assert poll(desk, page).status_code == 200
    assert Session.objects.values_list("session_data", "expire_date").get() == kept
    assert poll(desk, page).cookies.get("sessionid") is None


def test_polling_ends_with_the_session(desk, carlos, time_machine):
    page = desk.get(DAY)
    time_machine.move_to(MONDAY + timedelta(hours=12, minutes=1))
    assert poll(desk, page).url.startswith("/accounts/login/")


def test_polling_writes_nothing_in_the_log(desk, carlos, ana):
    from clinic.audit.models import AuditEvent

    page = desk.get(DAY, {"p": ana.pk})
    before = AuditEvent.objects.count()
    assert poll(desk, page, p=ana.pk).status_code == 204
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("visits", [1, 3])
def test_the_poll_takes_the_same_queries_for_any_number_of_visits(
    desk, carlos, monkeypatch, django_assert_num_queries, visits
):
    monkeypatch.setattr(panels, "PANELS", ())
    page = desk.get(DAY)
    for n in range(visits):
        at = MONDAY + timedelta(hours=n)
        make.appointment(make.patient(f"P{n}"), carlos.practitioner, at, status=Status.ARRIVED)
    with django_assert_num_queries(13):
        poll(desk, page)


def test_every_section_of_the_side_is_drawn():
    """A section that is forgotten in `_panels.html` would be read for nothing."""
    drawn = get_template("reception/_panels.html").template.source
    names = [panel.__module__.rpartition(".")[2] for panel in panels.PANELS]
    assert [name for name in names if f'"reception/_{name}.html"' not in drawn] == []
