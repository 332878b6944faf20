"""The check-in in a real browser: digits by finger, clearing by itself, and nothing behind the Back button."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.accounts import devices
from clinic.outcomes.models import CheckIn
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visit(site):
    """Ana's visit in ten minutes."""
    ana = make.patient("Ana", phone="(503) 555-0119")
    return make.appointment(ana, make.practitioner(name="Dr Carlos Vega"), timezone.now() + timedelta(minutes=10))


@pytest.fixture
def tablet(tab, site):
    """A tab on a tablet that was just paired by its one button; its clock can be wound on."""
    rita = make.user("rita@example.org", "receptionist")
    _device, code = devices.add(name="Tablet by the door", location=make.location(), by=rita)
    tab.clock.install()
    tab.set_viewport_size({"width": 820, "height": 1180})
    tab.goto(f"{site}/checkin/pair/{code}/")
    tab.get_by_role("button", name="Pair this device").click()
    tab.wait_for_url(f"{site}/checkin/")
    return tab


def find_ana(tablet):
    for digit in "03141965":  # the fields follow each other
        tablet.get_by_role("button", name=digit, exact=True).click()
    tablet.get_by_label("Your last name starts with").fill("sor")
    tablet.get_by_role("button", name="Find my visit").click()
    tablet.get_by_role("heading", name="How do you feel today?").wait_for()


def test_a_patient_checks_in_with_a_finger(tablet, site, visit, axe):
    assert axe(tablet) == []
    find_ana(tablet)
    assert axe(tablet) == []
    tablet.get_by_label("6", exact=True).check(force=True)
    tablet.get_by_role("radio", name="Worse").check(force=True)
    tablet.get_by_label("Has anything changed?").fill("worse after shovelling")
    tablet.get_by_label("Do you have a fever").check()
    tablet.get_by_label("None of these").check()
    assert tablet.get_by_label("Do you have a fever").is_checked() is False
    tablet.get_by_role("button", name="Done").click()
    tablet.get_by_role("heading", name="Please take a seat").wait_for()
    made = CheckIn.objects.get()
    assert (made.appointment, made.pain, made.change, made.urgency) == (visit, 6, "worse", "")
    tablet.clock.run_for(31_000)
    tablet.wait_for_url(f"{site}/checkin/")
    tablet.go_back()
    tablet.wait_for_url(f"{site}/checkin/")
    assert tablet.get_by_text("How do you feel today?").count() == 0


def test_a_screen_left_alone_asks_and_then_clears_itself(tablet, site, visit):
    find_ana(tablet)
    tablet.clock.run_for(31_000)
    tablet.get_by_role("heading", name="Still there?").wait_for()
    tablet.get_by_role("button", name="Yes, go on").click()
    assert tablet.get_by_role("heading", name="How do you feel today?").is_visible()
    tablet.clock.run_for(31_000)
    tablet.get_by_role("heading", name="Still there?").wait_for()
    tablet.clock.run_for(21_000)
    tablet.wait_for_url(f"{site}/checkin/")
    tablet.goto(f"{site}/checkin/feel/")
    tablet.wait_for_url(f"{site}/checkin/")  # nothing is left of it


def test_the_first_screen_stays_while_nobody_is_there_and_loses_what_was_left_typed(tablet, site):
    tablet.clock.run_for(120_000)
    assert tablet.get_by_role("heading", name="Still there?").is_visible() is False
    tablet.get_by_label("Your last name starts with").fill("sor")
    tablet.clock.run_for(31_000)
    tablet.get_by_role("heading", name="Still there?").wait_for()
    tablet.clock.run_for(21_000)
    tablet.wait_for_function("document.querySelector('[name=letters]').value === ''")
