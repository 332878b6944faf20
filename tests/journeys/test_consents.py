"""Signing on a phone: read, agree, type the name, draw with a finger; and without script, where the name is enough."""

import os
import re

import pytest

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from patients import intake as intakes
from patients.models import Consent
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 375, "height": 812}


@pytest.fixture
def address(site):
    intake = intakes.open_intake(make.patient("Ana"))
    return f"{site}/intake/{links.make(SignedLink.Scope.INTAKE, intake.pk)}/consents/"


def card(tab, title):
    return tab.get_by_role("region", name=title)


def draw(tab, box):
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    tab.mouse.move(place["x"] + 20, place["y"] + 30)
    tab.mouse.down()
    for step in range(1, 12):
        tab.mouse.move(place["x"] + 20 + 15 * step, place["y"] + 30 + (step % 3) * 12)
    tab.mouse.up()


def answer_the_rest(tab):
    for name in ("recall", "voicemail", "true_and_complete"):
        tab.locator(f"#q-{name} input").first.check()


def test_a_patient_signs_by_name_and_finger_and_refuses_calmly(tab, axe, address):
    tab.set_viewport_size(PHONE)
    tab.goto(address)
    assert axe(tab) == []
    treatment, thrust = card(tab, "Examination and treatment"), card(tab, re.compile("Adjustment"))
    assert not treatment.get_by_label("Type your full name").is_visible()
    treatment.get_by_role("radio", name="I agree", exact=True).check()
    treatment.get_by_label("Type your full name").fill("Ana Sørensen")
    draw(tab, treatment.locator("svg.pad"))
    thrust.get_by_role("radio", name="I do not agree").check()
    assert thrust.get_by_role("status").is_visible()
    if shots := os.environ.get("SHOTS"):
        tab.screenshot(path=f"{shots}/signing.png", full_page=True)
    assert tab.evaluate("document.documentElement.scrollWidth") == 375
    answer_the_rest(tab)
    assert axe(tab) == []
    tab.get_by_role("button", name="Save and go on").click()
    tab.wait_for_url("**/read-through/")
    given = {row.text.kind: row for row in Consent.objects.select_related("text")}
    assert {kind: row.is_given for kind, row in given.items()} == {"treatment": True, "manipulation": False}
    [stroke] = given["treatment"].drawing
    assert (len(stroke), min(map(min, stroke)) >= 0, max(map(max, stroke)) <= 1000) == (12, True, True)
    tab.goto(address)
    assert card(tab, "Examination and treatment").get_by_role("img", name="Drawn signature").is_visible()
    assert axe(tab) == []


def test_a_refused_signature_keeps_the_drawing_which_can_be_cleared(tab, address):
    tab.set_viewport_size(PHONE)
    tab.goto(address)
    treatment = card(tab, "Examination and treatment")
    treatment.get_by_role("radio", name="I agree", exact=True).check()
    draw(tab, treatment.locator("svg.pad"))
    tab.get_by_role("button", name="Save and go on").click()
    tab.get_by_text("Type your full name to sign.").first.wait_for()
    assert treatment.locator("svg.pad .ink").get_attribute("d").startswith("M")
    treatment.get_by_role("button", name=re.compile("Clear")).click()
    assert treatment.locator("svg.pad .ink").get_attribute("d") == ""
    assert treatment.locator("input[type=hidden][name$=drawing]").input_value() == ""
    tab.heard[:] = [words for words in tab.heard if "422" not in words]  # the browser's own note of the refusal
    assert Consent.objects.count() == 0


@pytest.fixture
def browser_context_args(request, browser_context_args):
    scripts = "without_script" not in request.node.name
    return {**browser_context_args, "java_script_enabled": scripts}


def test_without_script_the_typed_name_is_the_signature(tab, address):
    tab.goto(address)
    thrust = card(tab, re.compile("Adjustment"))
    assert thrust.locator("svg.pad").is_visible() is False
    thrust.get_by_role("radio", name="I agree", exact=True).check()
    thrust.get_by_label("Type your full name").fill("Ana Sørensen")
    answer_the_rest(tab)
    tab.get_by_role("button", name="Save and go on").click()
    tab.wait_for_url("**/read-through/")
    assert Consent.objects.values_list("text__kind", "signed_name", "drawing").get() == (
        "manipulation",
        "Ana Sørensen",
        [],
    )
