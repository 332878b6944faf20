"""Settings that would leave people with nobody there ask first: time off, other hours of a date, who leaves."""

from datetime import date, time
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from clinic.scheduling.models import SpecialHours, TimeOff
from tests import make
from tests.clinic.scheduling.test_absence import at
from tests.make import MONDAY

ADD = reverse("admin:scheduling_timeoff_add")


@pytest.fixture
def doctor(carlos):
    return carlos.practitioner


@pytest.fixture
def settings_page(client, olga):
    """Olga's browser at ten o'clock on Monday."""
    with time_machine.travel(MONDAY, tick=False):
        client.force_login(olga)
        yield client


@pytest.fixture
def visit(ana, doctor):
    return make.appointment(ana, doctor, at(day=2))


def typed(practitioner="", day="2027-03-02", until="2027-03-02", clock=("00:00", "23:59"), location=""):
    return {"practitioner": practitioner, "location": location, "reason": "Course in Boston", "starts_at_0": day,
            "starts_at_1": clock[0], "ends_at_0": until, "ends_at_1": clock[1]}  # fmt: skip


def asked(answer):
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def test_time_off_over_visits_is_not_saved_before_it_is_said_what_becomes_of_them(settings_page, doctor, visit):
    answer = settings_page.post(ADD, typed(doctor.pk, until="2027-03-03", clock=("00:00", "00:00")))
    assert answer["Location"].startswith("/desk/away/?")
    assert asked(answer) == {
        "practitioner": str(doctor.pk), "from_day": "2027-03-02", "from_time": "00:00", "to_day": "2027-03-02",
        "reason": "Course in Boston",
    }  # fmt: skip
    assert (TimeOff.objects.count(), LogEntry.objects.count()) == (0, 0)
    page = settings_page.get(answer["Location"])
    assert [each.row for each in page.context["plan"].handed] == [visit]
    assert "Not saved yet" in page.content.decode()


def test_time_off_without_visits_is_just_saved(settings_page, doctor, visit):
    answer = settings_page.post(ADD, typed(doctor.pk, clock=("12:00", "14:00")))
    assert answer["Location"] == reverse("admin:scheduling_timeoff_changelist")
    assert TimeOff.objects.get().reason == "Course in Boston"


def test_closing_a_place_or_the_clinic_asks_too(settings_page, visit):
    for location in ("", visit.location_id):
        answer = settings_page.post(ADD, typed(location=location))
        page = settings_page.get(answer["Location"])
        assert [each.row for each in page.context["plan"].handed] == [visit]
    assert TimeOff.objects.count() == 0


def test_time_off_that_is_made_longer_asks_and_is_changed_by_the_answer(settings_page, doctor, visit):
    off = TimeOff.objects.create(practitioner=doctor, starts_at=at("12:00", 2), ends_at=at("14:00", 2), reason="Course")
    page = reverse("admin:scheduling_timeoff_change", args=[off.pk])
    answer = settings_page.post(page, typed(doctor.pk, clock=("09:00", "14:00")))
    off.refresh_from_db()
    assert off.starts_at == at("12:00", 2)
    settings_page.post("/desk/away/", asked(answer) | {f"choice-{visit.pk}": "stay"})
    off = TimeOff.objects.get()
    assert (off.starts_at, off.ends_at, off.reason) == (at("09:00", 2), at("14:00", 2), "Course in Boston")
    settings_page.post(page, typed(doctor.pk, clock=("09:00", "14:00")) | {"reason": "Another word"})
    off.refresh_from_db()
    assert off.reason == "Another word"


def hours(doctor, day, opens, closes, *, active=True):
    """What the page of a practitioner sends with one new row of special hours."""
    weekly = list(doctor.hours.all())
    sent = {"name": doctor.name, "location": doctor.location_id, "capacity": "1", "order": "100"}
    sent |= {"is_active": "on"} if active else {}
    sent |= {"hours-TOTAL_FORMS": len(weekly), "hours-INITIAL_FORMS": len(weekly)}
    for n, row in enumerate(weekly):
        sent |= {f"hours-{n}-id": row.pk, f"hours-{n}-practitioner": doctor.pk, f"hours-{n}-weekday": row.weekday,
                 f"hours-{n}-opens": "08:00", f"hours-{n}-closes": "18:00"}  # fmt: skip
    sent |= {"special_hours-TOTAL_FORMS": 1 if day else 0, "special_hours-INITIAL_FORMS": 0}
    if day:
        sent |= {"special_hours-0-practitioner": doctor.pk, "special_hours-0-on": day,
                 "special_hours-0-opens": opens, "special_hours-0-closes": closes}  # fmt: skip
    return sent


def test_other_hours_of_a_date_are_saved_and_ask_about_who_is_booked_outside_them(settings_page, doctor, visit, ben):
    make.appointment(ben, doctor, at("16:00", day=2))
    page = reverse("admin:scheduling_practitioner_change", args=[doctor.pk])
    answer = settings_page.post(page, hours(doctor, "2027-03-02", "11:00", "15:00"))
    assert SpecialHours.objects.get().on == date(2027, 3, 2)
    shown = settings_page.get(answer["Location"])
    assert [each.row for each in shown.context["plan"].handed] == [visit]
    assert (asked(answer)["from_time"], asked(answer)["to_time"]) == ("00:00", "11:00")
    assert "Tue, Mar 2, 3:00 PM</a>" in shown.content.decode()


def test_other_hours_in_which_all_visits_lie_are_just_saved(settings_page, doctor, visit):
    page = reverse("admin:scheduling_practitioner_change", args=[doctor.pk])
    answer = settings_page.post(page, hours(doctor, "2027-03-02", "09:00", "15:00"))
    assert answer["Location"] == reverse("admin:scheduling_practitioner_changelist")
    assert SpecialHours.objects.get().opens == time(9)


def test_who_is_still_expected_is_not_taken_off_the_list(settings_page, doctor, visit):
    page = reverse("admin:scheduling_practitioner_change", args=[doctor.pk])
    answer = settings_page.post(page, hours(doctor, "", "", "", active=False))
    assert answer.status_code == 200
    link = f"/desk/away/?practitioner={doctor.pk}&amp;from_day=2027-03-01&amp;for_good=on"
    assert f'<a href="{link}">Hand them on first.</a>' in answer.content.decode()
    doctor.refresh_from_db()
    assert doctor.is_active is True


def test_whom_nobody_expects_is_taken_off_the_list(settings_page, doctor):
    page = reverse("admin:scheduling_practitioner_change", args=[doctor.pk])
    assert settings_page.post(page, hours(doctor, "", "", "", active=False)).status_code == 302
    doctor.refresh_from_db()
    assert doctor.is_active is False
