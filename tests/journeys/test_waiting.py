"""A freed time finds its patient: cancelled at the desk, offered in one click, taken behind the link of a mail."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone

from clinic.scheduling.models import Appointment, WaitlistOffer, WorkingHours
from tests import make
from tests.clinic.scheduling.waiting import entry, stands, token_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def doctor(site):
    made = make.practitioner(name="Dr Carlos Vega", hours=False)
    for day in range(7):
        WorkingHours.objects.create(practitioner=made, weekday=day, opens=time(8), closes=time(18))
    return made


@pytest.fixture
def visit(doctor):
    """A visit in about two hours, on the grid."""
    now = timezone.now().replace(second=0, microsecond=0)
    return make.appointment(make.patient("Grace"), doctor, now + timedelta(minutes=120 - now.minute % 5))


def seconds_left(tab):
    minutes, seconds = tab.locator("#waiting-list time[data-until]").inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def test_a_freed_time_is_offered_in_one_click_and_taken_behind_the_link(tab, site, sign_in, visit, axe):
    waits = entry(make.patient("Zoe", email="zoe@example.org"), created_at=timezone.now())
    sign_in(tab, make.user("rita@example.org", "receptionist"))
    tab.goto(f"{site}/desk/appointments/{visit.pk}/cancel/")
    tab.get_by_label("Reason").fill("child ill")
    tab.get_by_role("button", name="Cancel the visit").click()
    tab.get_by_text("1 person on the waiting list would like").wait_for()
    tab.goto(f"{site}/desk/")
    tab.get_by_role("button", name=re.compile("^Offer .* to Zoe")).click()
    tab.get_by_text("hold ends in").wait_for()
    before = seconds_left(tab)
    tab.wait_for_timeout(2100)
    assert 2 <= before - seconds_left(tab) <= 4
    offer = WaitlistOffer.objects.get()
    tab.context.clear_cookies()
    tab.goto(f"{site}/offer/{token_of(offer)}/")
    assert axe(tab) == []
    tab.get_by_role("button", name="Take this time").click()
    tab.get_by_role("heading", name="The time is yours").wait_for()
    assert stands(offer) == ("accepted", "booked", "booked")
    assert Appointment.objects.get(status="booked").patient == waits.patient


def test_a_patient_is_found_by_keys_put_on_the_list_and_held_a_time(tab, site, sign_in, doctor, axe):
    make.kind()
    make.patient("Zoe", family="Whitcombe")
    sign_in(tab, make.user("rita@example.org", "receptionist"))
    tab.goto(f"{site}/desk/waiting/add/")
    assert axe(tab) == []
    tab.keyboard.type("whitc")
    tab.locator("#pick-hits button.hit[data-chosen]").wait_for()
    tab.keyboard.press("Enter")
    tab.get_by_text("There is no e-mail address: when a time is free, you call.").wait_for()
    tab.get_by_label("Monday").check()
    tab.keyboard.press("Control+Enter")
    tab.get_by_text("On the waiting list: Zoe Whitcombe.").wait_for()
    tab.get_by_role("link", name="Offer a time to Zoe Whitcombe").click()
    tab.get_by_role("heading", name="Offer Zoe Whitcombe a time").wait_for()
    assert axe(tab) == []
    tab.locator("ul.times input").first.check()
    tab.get_by_role("button", name="Hold and offer").click()
    tab.get_by_text("Please call").wait_for()
    assert WaitlistOffer.objects.get().appointment.status == "held"
