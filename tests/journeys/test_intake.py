"""A new patient fills in the health history on a phone, with a bad line; the clinician reviews it; the note warns."""

import re
from datetime import date, time

import pytest

from clinic.accounts.roles import Role
from clinic.charting.models import TreatmentApplied
from clinic.scheduling.models import WorkingHours
from patients import invitations
from patients.models import Intake, IntakeReview
from tests import make
from tests.journeys.hearing import forgive
from tests.journeys.on_the_phone import answer_this_page, save

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 375, "height": 812}


@pytest.fixture
def carlos(site):
    """Carlos, who treats all day long."""
    user = make.user("carlos@example.org", Role.CHIROPRACTOR, display_name="Dr Carlos Vega")
    practitioner = make.practitioner(user, hours=False, name="Dr Carlos Vega")
    WorkingHours.objects.bulk_create(
        WorkingHours(practitioner=practitioner, weekday=day, opens=time(0), closes=time(23, 59)) for day in range(7)
    )
    make.kind(slug="adjustment", name="Adjustment", minutes=15).practitioners.add(practitioner)
    return user


@pytest.fixture
def nora(site):
    return make.patient("Nora", birth_date=date(1994, 3, 2), sex="F", email="nora@example.org")


@pytest.fixture
def link(nora, site):
    rita = make.user("rita@example.org", Role.RECEPTIONIST, display_name="Rita Moreno")
    return invitations.send_intake(nora, by=rita)


def kept():
    return Intake.objects.get()


def test_a_new_patient_s_history_survives_a_bad_line_and_warns_the_note(tab, site, sign_in, axe, carlos, nora, link):
    tab.set_viewport_size(PHONE)
    tab.goto(link)
    assert axe(tab) == []
    tab.get_by_role("link", name="Start").click()
    answer_this_page(tab)
    she_closes_the_page_and_comes_back(tab, link)
    answer_this_page(tab, chief_complaint="Low back spasm")
    she_marks_where_it_hurts_while_the_line_is_lost(tab, axe)
    the_answer_of_the_server_is_lost_and_sent_again(tab)
    a_page_is_refused_and_keeps_what_was_typed(tab, axe)
    she_answers_the_rest_and_hands_in(tab, axe, link)
    the_clinician_reviews(tab, site, sign_in, carlos, nora)
    the_note_warns(tab, site, nora)


def she_closes_the_page_and_comes_back(tab, link):
    tab.goto("about:blank")
    tab.goto(link)
    tab.get_by_role("link", name=re.compile("^Go on with:")).click()
    assert tab.url.endswith("/complaint/")


def she_marks_where_it_hurts_while_the_line_is_lost(tab, axe):
    """What she typed stays, the page says so, and it is sent by itself when the line is back."""
    place = tab.locator('.place:has(input[value="low_back.right"])')
    place.locator("input[type=checkbox]").check(force=True)
    place.get_by_role("combobox", name="Low back, right: how bad, 0 to 10").select_option("6")
    place.get_by_role("combobox", name="Low back, right: where it spreads to").select_option("calf.right")
    drawn = tab.locator("[data-arrows] path").get_attribute("d")
    assert axe(tab) == []
    chosen = {"pain_now": "6", "quality": "spasm", "worse_with": "Bending", "better_with": "Walking"}
    tab.context.set_offline(True)
    tab.locator('input[name="q-pain_now"][value="6"]').check(force=True)
    tab.get_by_label("What makes it worse?").fill("Bending")
    tab.get_by_role("button", name="Save and go on").click()
    lost = tab.locator("#lost")
    lost.wait_for()
    assert "Not sent yet" in lost.inner_text()
    assert tab.evaluate("document.activeElement.id") == "lost"
    assert (tab.get_by_label("What makes it worse?").input_value(), kept().answers.get("worse_with")) == (
        "Bending",
        None,
    )
    assert tab.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    lost.get_by_role("button", name="Try again").click()
    tab.wait_for_function("() => !document.querySelector('form[aria-busy]')")
    assert lost.is_visible()
    with tab.expect_response(lambda response: response.request.method == "POST"):
        tab.context.set_offline(False)
    tab.locator("#errors").wait_for()  # it came through, and other questions of the page were still open
    assert kept().answers["worse_with"] == "Bending"
    forgive(
        tab, "status of 422", "ERR_INTERNET_DISCONNECTED"
    )  # the browser itself reports the lost line and the refused page
    answer_this_page(tab, **chosen)
    tab.go_back()
    tab.locator("[data-arrows] path").wait_for()
    assert numbers(tab.locator("[data-arrows] path").get_attribute("d")) == pytest.approx(numbers(drawn), abs=0.11)
    save(tab)
    assert tab.url.endswith("/provoking/")
    spot = kept().answers["pain_sites"][0]
    assert (spot["site"], spot["side"], spot["score_0_10"]) == ("low_back", "right", 6)
    assert (spot["spreads_to"], spot["spreads_side"]) == ("calf", "right")


def numbers(path):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", path)]


def the_answer_of_the_server_is_lost_and_sent_again(tab):
    """The page was kept but she never heard of it: sending it again is harmless."""
    tab.locator('input[name="q-movement_grid-low_back-flexion"][value="worse"]').check(force=True)

    def lose(route):
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            return route.abort("connectionreset")
        return route.continue_()

    tab.route("**/provoking/", lose)
    tab.get_by_role("button", name="Save and go on").click()
    tab.locator("#lost").wait_for()
    first = kept().answers
    assert first["movement_grid"]["low_back"]["flexion"] == "worse"
    tab.unroute("**/provoking/")
    tab.get_by_role("button", name="Try again").click()
    tab.wait_for_url("**/onset/")
    assert kept().answers == first
    forgive(tab, "status of 422", "ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_RESET")


def a_page_is_refused_and_keeps_what_was_typed(tab, axe):
    tab.get_by_label("Tell us what happened.").fill("I lifted a box")
    save(tab)
    assert tab.evaluate("document.activeElement.id") == "errors"
    assert tab.get_by_label("Tell us what happened.").input_value() == "I lifted a box"
    assert tab.title().startswith("Please check: ")
    assert axe(tab) == []
    forgive(tab, "status of 422")
    answer_this_page(tab)


def she_answers_the_rest_and_hands_in(tab, axe, link):
    told = {"pregnancy_status": "yes", "RF22": "1", "RF28": "no"}
    for _page in range(30):
        if "read-through" in tab.url:
            break
        assert axe(tab) == [], tab.url
        answer_this_page(tab, **told)
    assert axe(tab) == []
    assert "Low back, right: 6 of 10, spreads to calf, right" in tab.content()
    tab.get_by_role("button", name="Hand it in").click()
    tab.get_by_role("heading", name="Thank you, we have your answers").wait_for()
    assert axe(tab) == []
    assert kept().submitted_at
    assert kept().answers["pregnancy_status"] == "yes"
    tab.goto(link)
    assert "Hand it in" not in tab.content()
    forgive(tab, "status of 404")  # the browser itself reports the 404 of the closed link


def the_clinician_reviews(tab, site, sign_in, carlos, nora):
    tab.set_viewport_size({"width": 1440, "height": 900})
    sign_in(tab, carlos)
    tab.goto(f"{site}{nora.get_absolute_url()}?tab=intake")
    assert "Low back spasm" in tab.content()
    tab.get_by_role("button", name=re.compile("review", re.IGNORECASE)).first.click()
    tab.wait_for_load_state()
    assert [review.by for review in IntakeReview.objects.all()] == [carlos]


def the_note_warns(tab, site, nora):
    """Ultrasound over the low back of somebody who is pregnant is not simply written down."""
    visit = make.visit(nora)
    tab.goto(f"{site}{visit.get_absolute_url()}")
    tab.get_by_role("button", name="Ultrasound", exact=False).first.click()
    row = tab.locator("#adding")
    settings = {"site": "low_back", "side": "right", "intensity": "0.5", "duty_percent": "20", "minutes": "8"}
    for setting, value in {**settings, "frequency_mhz": "1"}.items():
        field = row.locator(f'[name="t-{setting}"]')
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    row.get_by_role("button", name="Add to the note").click()
    refused = tab.locator("#refused")
    refused.wait_for()
    assert re.search("pregnan", refused.inner_text(), re.IGNORECASE)
    assert TreatmentApplied.objects.count() == 0
    forgive(tab, "status of 422")  # the browser itself reports the refused form's status 422
