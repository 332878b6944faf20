"""A series at the desk, in a browser: seven visits proposed, one clash swapped, all booked in a few clicks."""

import re
from datetime import date, datetime, time, timedelta

import pytest

from clinic.accounts.roles import Role
from clinic.scheduling import slots
from clinic.scheduling.models import Appointment, Series, TimeOff, WorkingHours
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_CLICKS = 10


class Hand:
    """Clicks, and counts them."""

    def __init__(self, tab):
        self.tab, self.clicks = tab, 0

    def click(self, place):
        place.click()
        self.clicks += 1


@pytest.fixture
def desk(site):
    """Rita, Carlos who treats all week, a re-exam, and Ana; her 4th visit falls into a course."""
    rita = make.user("rita@example.org", Role.RECEPTIONIST, display_name="Rita Moreno")
    carlos = make.practitioner(name="Dr Carlos Vega", hours=False)
    WorkingHours.objects.bulk_create(
        WorkingHours(practitioner=carlos, weekday=day, opens=time(8), closes=time(18)) for day in range(7)
    )
    make.kind(slug="adjustment", name="Adjustment", minutes=15)
    make.kind(slug="re-exam", name="Re-exam", minutes=30, purpose="re_exam", order=200)
    today = datetime.now(carlos.location.zone).date()
    first = today + timedelta(days=8 - today.weekday())  # the Tuesday of next week
    course = first + timedelta(days=10)  # the second Friday
    hours = [slots.on_clock(course, time(hour), carlos.location.zone) for hour in (8, 13)]
    TimeOff.objects.create(practitioner=carlos, starts_at=hours[0], ends_at=hours[1], reason="Course")
    return {"rita": rita, "ana": make.patient("Ana"), "first": first, "carlos": carlos}


def days_of(series, zone):
    rows = series.appointments.order_by("series_place").values_list("starts_at", flat=True)
    return [start.astimezone(zone) for start in rows]


def test_a_series_of_seven_is_booked_in_ten_clicks_with_one_clash_swapped(tab, site, sign_in, axe, desk):
    sign_in(tab, desk["rita"])
    hand, first = Hand(tab), desk["first"]
    tab.goto(f"{site}/desk/book/?patient={desk['ana'].pk}&at={first}T10:15")
    hand.click(tab.get_by_role("checkbox", name="Make it a series"))
    tab.get_by_role("button", name="Book 7 visits").wait_for()
    assert tab.get_by_text("Clash: course until 1:00 PM").count() == 1
    friday = first + timedelta(days=10)
    hand.click(tab.get_by_text(f"Fri, {friday:%b} {friday.day}, 1:00 PM", exact=True))
    tab.locator("#book-foot", has_text="1 swapped").wait_for()
    assert axe(tab) == []
    hand.click(tab.get_by_role("button", name="Book 7 visits"))
    tab.wait_for_url(re.compile(r"/desk/\?day="))
    assert hand.clicks <= MOST_CLICKS
    booked = days_of(Series.objects.get(), desk["carlos"].location.zone)
    assert [(start.date() - first).days for start in booked] == [0, 3, 7, 10, 14, 17, 21]
    assert [start.time() for start in booked] == [time(10, 15)] * 3 + [time(13)] + [time(10, 15)] * 3
    assert Appointment.objects.get(series_place=7).kind.slug == "re-exam"


def test_a_series_is_booked_in_the_dialog_over_the_sheet(tab, site, sign_in, axe, desk):
    sign_in(tab, desk["rita"])
    hand, first = Hand(tab), desk["first"]
    tab.goto(f"{site}/desk/?day={first}")
    tab.keyboard.press("n")
    tab.wait_for_selector("#book-dialog[open] #who:focus")
    tab.keyboard.type("Ana")
    tab.wait_for_selector("#pick-hits .hit")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#book-dialog input[name=at]:checked:focus")
    tab.locator("#book-dialog #id_time").fill("10:15")
    hand.click(tab.get_by_role("checkbox", name="Make it a series"))
    hand.click(tab.get_by_role("button", name="Book 7 visits"))
    tab.wait_for_selector("#book-dialog:not([open])", state="attached")
    assert hand.clicks <= MOST_CLICKS
    booked = days_of(Series.objects.get(), desk["carlos"].location.zone)
    assert [(start.date() - first).days for start in booked] == [0, 3, 7, 9, 14, 17, 21]
    tab.locator(".badge-series", has_text="1/7").wait_for()


def test_a_series_that_was_taken_meanwhile_stays_in_the_dialog_with_its_swaps(tab, site, sign_in, axe, desk):
    sign_in(tab, desk["rita"])
    first, zone = desk["first"], desk["carlos"].location.zone
    tab.goto(f"{site}/desk/?day={first}&p={desk['ana'].pk}")
    tab.keyboard.press("b")
    tab.wait_for_selector("#book-dialog[open] input[name=at]:checked")
    tab.locator("#book-dialog #id_time").fill("10:15")
    tab.locator("#book-dialog #id_day").fill(f"{first}")
    tab.get_by_role("checkbox", name="Make it a series").click()
    tab.get_by_role("button", name="Book 7 visits").wait_for()
    make.appointment(make.patient("Cleo"), desk["carlos"], slots.on_clock(first, time(10, 15), zone), minutes=15)
    tab.get_by_role("button", name="Book 7 visits").click()
    tab.get_by_text("Visit 1 cannot be had any more. Nothing was booked; what you chose is kept.").wait_for()
    assert (Series.objects.count(), tab.locator("#book-dialog[open]").count()) == (0, 1)
    assert axe(tab) == []
    tab.get_by_role("button", name="Book 7 visits").click()
    tab.wait_for_selector("#book-dialog:not([open])", state="attached")
    assert days_of(Series.objects.get(), zone)[0].time() == time(10)
    tab.heard[:] = [words for words in tab.heard if "409" not in words]  # the refusal itself


def test_the_rest_of_a_series_is_moved_in_a_few_clicks(tab, site, sign_in, axe, desk):
    sign_in(tab, desk["rita"])
    start = slots.on_clock(desk["first"], time(10, 15), desk["carlos"].location.zone)
    made = make.series(
        *[make.appointment(desk["ana"], desk["carlos"], start + timedelta(days=7 * n), minutes=15) for n in range(4)]
    )
    hand = Hand(tab)
    tab.goto(f"{site}/desk/patients/{desk['ana'].pk}/")
    hand.click(tab.get_by_role("link", name="visit 1 of 4"))
    assert axe(tab) == []
    hand.click(tab.get_by_role("link", name="Move the rest from visit 2"))
    tab.locator("#id_time").fill("16:30")
    hand.click(tab.get_by_role("button", name="Show where they go"))
    tab.get_by_role("button", name="Move 3 visits").wait_for()
    assert axe(tab) == []
    hand.click(tab.get_by_role("button", name="Move 3 visits"))
    tab.get_by_text("3 visits moved.").wait_for()
    assert hand.clicks == 4
    assert [s.time() for s in days_of(made, desk["carlos"].location.zone)] == [time(10, 15)] + [time(16, 30)] * 3


def test_everything_works_without_script(browser, site, sign_in, desk):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    sign_in(tab, desk["rita"])
    tab.goto(f"{site}/desk/book/?patient={desk['ana'].pk}&at={desk['first']}T10:15")
    tab.get_by_role("checkbox", name="Make it a series").check()
    tab.get_by_role("button", name="Show the dates").first.click()
    tab.get_by_role("button", name="Book 7 visits").click()
    tab.wait_for_url(re.compile(r"/desk/\?day="))
    assert Series.objects.get().appointments.count() == 7
    context.close()


def test_the_days_of_the_story_are_a_tuesday_and_a_friday(desk):
    assert (desk["first"].weekday(), (desk["first"] + timedelta(days=10)).weekday()) == (1, 4)
    assert desk["first"] > date.today()
