"""One patient goes all the way: from the phone at the desk to an article read at home."""

import re
from datetime import time

import pytest
from django.core.management import call_command

from clinic.accounts.roles import Role
from clinic.charting.models import TreatmentApplied, Visit
from clinic.messaging.models import Message
from clinic.scheduling.models import Appointment, WorkingHours
from content.models import Assignment
from patients.models import Condition, Intake, Patient
from tests import make
from tests.clinic.fhir import records
from tests.journeys.hearing import forgive
from tests.journeys.on_the_phone import answer_this_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ARTICLE = "Osteoporosis and your back"


@pytest.fixture
def staff(site):
    """Rita at the desk, Carlos who treats all day long, and an article to give."""
    rita = make.user("rita@example.org", Role.RECEPTIONIST, display_name="Rita Moreno")
    carlos = make.user("carlos@example.org", Role.CHIROPRACTOR, display_name="Dr Carlos Vega")
    practitioner = make.practitioner(carlos, hours=False, name="Dr Carlos Vega")
    WorkingHours.objects.bulk_create(
        WorkingHours(practitioner=practitioner, weekday=day, opens=time(0), closes=time(23, 59)) for day in range(7)
    )
    make.kind(slug="adjustment", name="Adjustment", minutes=15).practitioners.add(practitioner)
    make.article("osteoporosis", title=ARTICLE, conditions=["osteoporosis"], regions=["lumbar"],
                 body="## Thin bones\n\nGentle care may help [1].")  # fmt: skip
    return {"rita": rita, "carlos": carlos}


@pytest.fixture
def greta(site, tmp_path):
    """A patient who comes from another system, with osteoporosis and a phone but no e-mail address."""
    phone = [{"system": "phone", "value": "503-555-0123", "use": "home"}]
    records.write(tmp_path / "records.ndjson", records.patient(telecom=phone), records.condition())
    call_command("import_fhir", str(tmp_path))
    return Patient.objects.get()


def link_in(event):
    """The signed link that the newest mail of this event carries (read before the worker wipes it)."""
    return re.search(r"https?://\S+", Message.objects.filter(event=event).latest("pk").text)[0]


def test_a_patient_goes_all_the_way(tab, site, sign_in, staff, greta):
    the_desk_books_and_receives(tab, site, sign_in, staff["rita"], greta)
    the_patient_fills_in_the_history_on_a_phone(tab)
    the_practitioner_notes_and_signs_the_visit(tab, site, sign_in, staff["carlos"], greta)
    the_desk_invites(tab, site, sign_in, staff["rita"], greta)
    the_patient_reads_at_home(tab, greta)


def the_desk_books_and_receives(tab, site, sign_in, rita, greta):
    """Find in another spelling, add the address, book at once, mark arrived, send the history."""
    sign_in(tab, rita)
    tab.goto(f"{site}/desk/search/?q=lindqv greta")
    tab.get_by_role("link", name=re.compile("Greta")).first.click()
    assert "Clinical alert" in tab.content()
    assert "steoporosis" not in tab.content()
    tab.get_by_role("link", name="Edit contact details").click()
    tab.get_by_label("E-mail", exact=False).first.fill("greta@example.org")
    tab.get_by_role("button", name=re.compile("Save|Keep")).click()
    tab.goto(f"{site}/desk/book/?patient={greta.pk}&walk_in=1")
    tab.get_by_role("button", name=re.compile(r"^Book")).last.click()
    tab.wait_for_url(re.compile(r"/desk/\?|/desk/patients/"))
    appointment = Appointment.objects.get()
    assert (appointment.patient, appointment.status) == (greta, "booked")
    tab.goto(f"{site}/desk/patients/{greta.pk}/")
    tab.get_by_role("button", name=re.compile("Arrived")).click()
    appointment.refresh_from_db()
    assert appointment.status == "arrived"
    tab.goto(f"{site}/desk/patients/{greta.pk}/")
    tab.get_by_role("button", name="Send intake link").click()
    tab.get_by_text("The intake link is ready").wait_for()


def the_patient_fills_in_the_history_on_a_phone(tab):
    """Every page of the history, from the mail's link, without an account."""
    link = link_in("patients/intake")
    tab.context.clear_cookies()
    tab.set_viewport_size({"width": 375, "height": 812})
    tab.goto(link)
    tab.get_by_role("link", name="Start").click()
    for _ in range(40):
        if "read-through" in tab.url:
            break
        answer_this_page(tab, pain_now="6")
    tab.get_by_role("button", name="Hand it in").click()
    tab.get_by_role("heading", name="Thank you, we have your answers").wait_for()
    intake = Intake.objects.get()
    assert intake.submitted_at is not None
    assert intake.answers["pain_now"] == 6
    tab.goto(link)
    assert "Hand it in" not in tab.content()
    forgive(tab, "status of 404")  # the browser itself reports the 404 of the closed link
    tab.set_viewport_size({"width": 1440, "height": 900})


def the_practitioner_notes_and_signs_the_visit(tab, site, sign_in, carlos, greta):
    """Open from today's list, see the alert, examine first, be refused without a reason, give one, assign, sign."""
    sign_in(tab, carlos)
    tab.goto(f"{site}/admin/")
    assert "Osteoporosis" in tab.locator("main, #content").first.inner_text()
    tab.get_by_role("button", name="Greta").first.click()
    tab.wait_for_url(re.compile(r"/admin/charting/visit/\d+/"))
    visit = Visit.objects.get()
    assert "Osteoporosis" in tab.content()
    tab.locator("textarea[name$=subjective]").fill("Sore since Monday, worse after shovelling.")
    tab.get_by_role("button", name="Adjustment", exact=False).first.click()
    row = tab.locator("#adding")
    row.locator('[name$="where"]').fill("L4 R")
    row.locator('[name$="technique"]').select_option("diversified_hvla")
    row.locator('[name$="listing"]').fill("PR")
    row.locator('[name$="position"]').select_option("prone")
    row.get_by_role("button", name="Add to the note").click()
    tab.get_by_text("No thrust yet. Missing: Muscles and joints.").wait_for()
    forgive(tab, "status of 422")  # the browser itself reports the refused form's status 422
    tab.locator("#exam-muscular input[value=normal]").check()
    row.get_by_role("button", name="Check again").click()
    refused = tab.locator("#refused")
    refused.wait_for()
    assert "Relative" in refused.inner_text()
    assert TreatmentApplied.objects.count() == 0
    assert tab.locator("textarea[name$=subjective]").input_value() == "Sore since Monday, worse after shovelling."
    forgive(tab, "status of 422")  # the browser itself reports the refused form's status 422
    tab.get_by_label("Reason to go on").fill("Light drop piece, bone density stable, patient agrees")
    tab.get_by_role("button", name="Add with this reason").click()
    tab.locator(".row.warned").wait_for()
    given = TreatmentApplied.objects.get()
    assert (given.strictest, given.overridden_by) == ("R", carlos)
    assert given.override_reason == "Light drop piece, bone density stable, patient agrees"
    article = tab.locator(".give", has_text="Assign").first
    article.locator("input").fill("Because of your bones")
    article.get_by_role("button", name="Assign").click()
    tab.locator("#sign").wait_for()
    assert Assignment.objects.get().because == "Because of your bones"
    tab.get_by_role("button", name="Sign", exact=True).click()
    tab.get_by_role("heading", name=re.compile("Signed .*Dr Carlos Vega, DC")).wait_for()
    visit.refresh_from_db()
    assert visit.signed_by == carlos
    assert Condition.objects.filter(patient=greta, code="osteoporosis").count() == 1
    tab.get_by_role("button", name="Release a summary to the patient").click()
    tab.get_by_text(re.compile("released")).first.wait_for()


def the_desk_invites(tab, site, sign_in, rita, greta):
    sign_in(tab, rita)
    tab.goto(f"{site}/desk/patients/{greta.pk}/")
    tab.get_by_role("button", name="Invite to portal").click()
    tab.wait_for_load_state()
    assert Message.objects.filter(event="patients/invitation").count() == 1


def the_patient_reads_at_home(tab, greta):
    """The invitation's page has one button; then the visit and the article, and the reading is recorded."""
    tab.context.clear_cookies()
    tab.set_viewport_size({"width": 375, "height": 812})
    tab.goto(link_in("patients/invitation"))
    for field in tab.locator("input[type=password]").all():
        field.fill("stacked stones by the lake")
    tab.get_by_role("button", name="Open my portal").click()
    tab.get_by_role("heading", name=re.compile("Greta")).wait_for()
    tab.get_by_role("link", name=re.compile(ARTICLE)).first.click()
    tab.get_by_role("heading", name=ARTICLE).wait_for()
    assert "Because of your bones" in tab.content()
    assignment = Assignment.objects.get()
    assert assignment.first_read_at is not None
    greta.refresh_from_db()
    assert greta.user.email == "greta@example.org"
    visit = Visit.objects.get()
    tab.goto(tab.url.split("/portal/")[0] + f"/portal/visits/{visit.pk}/")
    assert tab.get_by_role("heading").first.inner_text()
