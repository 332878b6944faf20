"""A letter in a real browser: worded from the chart, printed, sent, asked for, answered."""

import os
import re

import pytest

from clinic.accounts.roles import Role
from clinic.audit.models import AuditEvent
from clinic.charting.models import Referral, SegmentFinding
from patients.models import Medication, Task
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 375, "height": 812}


@pytest.fixture
def ana(site):
    """Ana with a complaint, a finding and a medicine."""
    made = make.patient("Ana")
    carlos = make.user("carlos@example.org", Role.CHIROPRACTOR, display_name="Dr Carlos Vega")
    visit = make.visit(made, make.practitioner(carlos, name="Dr Carlos Vega"))
    SegmentFinding.objects.create(visit=visit, segment="L4", side="R", pain=3)
    Medication.objects.create(patient=made, label="Thinnerol", dose="5 mg")
    made.doctor = carlos
    return made


def picture(tab, name):
    if shots := os.environ.get("SHOTS"):
        tab.screenshot(path=f"{shots}/{name}.png", full_page=True)


def test_a_referral_is_written_printed_sent_and_answered(tab, site, sign_in, axe, ana):
    sign_in(tab, ana.doctor)
    tab.goto(f"{site}{ana.get_absolute_url()}")
    tab.get_by_role("link", name="Letters", exact=True).click()
    assert axe(tab) == []
    tab.get_by_role("link", name="Write a referral").click()
    body = tab.get_by_label("Letter", exact=True).input_value()
    assert ("L4 R: pain 3/4" in body, "Medicines: Thinnerol 5 mg" in body) == (True, True)
    tab.get_by_label("To", exact=False).first.fill("Dr Pia Moss")
    tab.get_by_label(re.compile("What is asked")).fill("Is the reflex a worry?")
    assert axe(tab) == []
    picture(tab, "letter-new")
    tab.get_by_role("button", name="Keep and print").click()
    tab.get_by_role("button", name="Print").wait_for()
    assert tab.get_by_text("Is the reflex a worry?").is_visible()
    assert axe(tab) == []
    picture(tab, "letter-print")
    tab.get_by_label("Breadcrumbs").get_by_role("link", name="Referral letter").click()
    tab.get_by_label("Went out by").select_option("Post")
    tab.get_by_role("button", name="Mark as sent").click()
    tab.get_by_text("Its text stands now").wait_for()
    assert tab.get_by_label("Letter", exact=True).count() == 0
    assert Task.objects.get().title == "Ask for the answer: Dr Pia Moss"
    assert axe(tab) == []
    tab.get_by_label(re.compile("What came back")).fill("No sign of a lesion.")
    tab.get_by_role("button", name="Keep the answer").click()
    tab.get_by_text("nothing is waited for any more").wait_for()
    row = Referral.objects.get()
    assert (row.answer, Task.objects.get().outcome) == ("No sign of a lesion.", "No sign of a lesion.")
    assert AuditEvent.objects.filter(action="document.printed", patient_id=ana.pk).count() == 1


def test_a_letter_fits_on_a_phone(tab, site, sign_in, ana):
    letter = make.letter(ana, ana.doctor, body="Dear colleague,\n\n" + "a long line of the letter " * 12)
    sign_in(tab, ana.doctor)
    tab.set_viewport_size(PHONE)
    for path in (
        f"/admin/charting/referral/for/{ana.pk}/",
        f"/admin/charting/referral/{letter.pk}/change/",
        f"/admin/charting/referral/paper/letter/{letter.pk}/",
        f"{ana.get_absolute_url()}?tab=letters",
    ):
        tab.goto(site + path)
        assert (path, tab.evaluate("document.documentElement.scrollWidth")) == (path, 375)


@pytest.fixture
def browser_context_args(request, browser_context_args):
    scripts = "without_script" not in request.node.name
    return {**browser_context_args, "java_script_enabled": scripts}


def test_a_letter_is_written_without_script(tab, site, sign_in, ana):
    sign_in(tab, ana.doctor)
    tab.goto(f"{site}/admin/charting/referral/for/{ana.pk}/?kind=imaging")
    tab.get_by_label("To", exact=False).first.fill("Harbor Imaging")
    tab.get_by_label(re.compile("What is asked")).fill("A fracture?")
    tab.get_by_role("button", name="Keep the letter").click()
    tab.get_by_text("The letter is kept. It is not sent yet.").wait_for()
    assert Referral.objects.get().kind == "imaging"
