"""What is one patient's stays closed to another, whatever is typed into an address, a form or a link."""

from html import unescape

import pytest
from django.utils import timezone

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.charting.models import SegmentFinding, TreatmentApplied, Visit
from clinic.scheduling.models import Appointment, AppointmentRequest
from content.models import Assignment
from patients.models import Condition, Intake, Patient
from tests.access import oracle, places, typed
from tests.access.test_matrix import seen, text_of
from tests.access.world import CLINICAL, ROLES, browser, own_link

pytestmark = pytest.mark.django_db
ROUTES = oracle.by_name()
ANAS = ["Sørensen", "ana@example.org", *CLINICAL.values()]


def said_of_ana(response, without=()):
    """Words of Ana's record in a response. Ben's words are the same with "of Ben" behind them."""
    text = unescape(response.content.decode())
    return [word for word in ANAS if word in text.replace(f"{word} of Ben", "") and word not in without]


# --- T010: addresses

OWN_PAGES = ["portal:visit", "portal:article"]
LISTS = ["portal:home", "portal:visits", "portal:reading", "portal:record"]
SAYING = [name for name in LISTS if name != "portal:visits"]


@pytest.mark.parametrize("name", OWN_PAGES)
def test_another_patients_page_is_404_like_one_that_is_not_there(world, name):
    """T010."""
    path = places.address(world, ROUTES[name], "other_patient")
    answer = browser(world, "other_patient").get(path)
    nothing = browser(world, "other_patient").get(ROUTES[name].address(pk=99999999))
    assert (answer.status_code, nothing.status_code) == (404, 404)
    assert answer.content == nothing.content
    assert said_of_ana(answer) == []


@pytest.mark.parametrize("name", SAYING)
def test_a_patients_lists_hold_nothing_of_another(world, name):
    """T010. Positive control: Ana's own list says it."""
    path = ROUTES[name].address()
    assert said_of_ana(browser(world, "other_patient").get(path)) == []
    assert said_of_ana(browser(world, "patient").get(path)) != []


def test_the_list_of_visits_links_to_ones_own_only(world):
    """T010."""
    mine, theirs = (f'href="/portal/visits/{rows.visit.pk}/' for rows in (world.ben_rows, world.ana_rows))
    page = browser(world, "other_patient").get("/portal/visits/").content.decode()
    assert (mine in page, theirs in page) == (True, False)


@pytest.mark.parametrize("name", LISTS)
def test_the_switch_of_persons_opens_only_what_was_granted(world, name):
    """`?for=` names a patient: another's is 404, a granted one opens."""
    path = ROUTES[name].address()
    refused = browser(world, "other_patient").get(path, {"for": world.ana.pk})
    assert refused.status_code == 404
    assert said_of_ana(refused) == []
    assert browser(world, "proxy").get(path, {"for": world.ana.pk}).status_code == 200
    assert browser(world, "proxy").get(path, {"for": world.ben.pk}).status_code == 404


def test_an_older_version_is_looked_for_among_ones_own(world):
    assert said_of_ana(browser(world, "other_patient").get("/portal/record/", {"version": "1"})) == []
    assert browser(world, "other_patient").get("/portal/record/", {"version": "2"}).status_code == 404


def test_a_grant_ends_at_once_when_it_is_withdrawn(world):
    """T027: in the middle of a session."""
    proxy = browser(world, "proxy")
    path = places.address(world, ROUTES["portal:visit"], "proxy")
    assert proxy.get(path).status_code == 200
    world.paul.proxy_grants.update(revoked_at=timezone.now())
    closed = proxy.get(path)
    assert "unlockedly" not in closed.content.decode()


def test_a_grant_without_the_record_opens_none_of_it(world):
    """T026."""
    world.paul.proxy_grants.update(may_record=False)
    assert [said_of_ana(browser(world, "proxy").get(ROUTES[name].address())) for name in LISTS] == [[]] * len(LISTS)


# --- T015: the body names somebody else


@pytest.mark.parametrize("name", ["patient", "patient_id", "pk", "id", "for", "intake", "person"])
def test_a_patient_in_the_body_changes_nothing_of_theirs(world, name):
    """T015: the deed goes to the row of the address, whoever the body names."""
    path = ROUTES["portal:intake"].address(pk=world.ben_rows.intake.pk)
    assert browser(world, "other_patient").post(path, {name: world.ana.pk}).status_code == 302
    newest = SignedLink.objects.order_by("pk").last()
    assert newest.subject_id == world.ben_rows.intake.pk
    assert links.find("intake", world.tokens["intake"]).subject_id == world.ana_rows.intake.pk


def test_an_intake_link_writes_into_its_own_intake_only(world):
    """T015."""
    token = own_link(world, world.ben_rows, world.ben)
    sent = {**typed.complaint(world), "patient": world.ana.pk, "intake": world.ana_rows.intake.pk, "token": "x"}
    assert browser(world, "link_holder").post(f"/intake/{token}/complaint/", sent).status_code == 302
    hers, his = (Intake.objects.get(pk=rows.intake.pk) for rows in (world.ana_rows, world.ben_rows))
    assert hers.answers == world.ana_rows.intake.answers
    assert his.pages_done == ["complaint"]


def test_an_invitation_opens_the_account_of_the_invited_only(world):
    sent = {
        **typed.password(world),
        "email": "eve@example.org",
        "patient": world.ana.pk,
        "is_staff": "1",
        "roles": "it",
    }
    browser(world, "link_holder").post(f"/invitation/{world.tokens['invitation']}/", sent)
    ida = Patient.objects.select_related("user").get(pk=world.ida.pk)
    assert (ida.user.email, ida.user.is_staff, ida.user.is_superuser) == ("ida@example.org", False, False)
    assert Patient.objects.get(pk=world.ana.pk).user_id == world.ana.user_id


# --- T016: hidden fields and rows of forms


def test_a_booking_for_a_hidden_patient_that_is_none_is_refused(world):
    """T016: unknown, merged and odd numbers in the hidden field."""
    merged = Patient.objects.create(
        chart_number="M-1", given_name="Old", birth_date=world.ana.birth_date, merged_into=world.ana
    )
    for number in (merged.pk, 99999999, -1, 0, 2**63, 2**200, "x", "1 2"):
        sent = {**typed.booking(world), "patient": number}
        answer = browser(world, "receptionist").post("/desk/book/", sent)
        assert answer.status_code == 422, number
    assert browser(world, "receptionist").post("/desk/book/", {**sent, "patient": "\0"}).status_code == 400
    assert Appointment.objects.filter(patient=merged).count() == 0


def test_contact_details_change_only_what_the_form_holds(world):
    """T014, T016: fields beside the form's own are not taken."""
    sent = {
        **typed.contact(world), "id": world.ben.pk, "pk": world.ben.pk, "user": world.ben.user_id, "merged_into":
        world.ben.pk, "deceased_on": "2020-01-01", "chart_number": "X", "family_name": "Eve",
        "birth_date": "2000-01-01",
    }  # fmt: skip
    browser(world, "receptionist").post(ROUTES["desk:contact"].address(pk=world.ana.pk), sent)
    ana, ben = Patient.objects.get(pk=world.ana.pk), Patient.objects.get(pk=world.ben.pk)
    assert ana.phone == "(503) 555-0133"
    kept = ("user_id", "merged_into_id", "deceased_on", "chart_number", "family_name", "birth_date")
    assert [getattr(ana, name) for name in kept] == [getattr(world.ana, name) for name in kept]
    assert (ben.phone, ben.user_id) == (world.ben.phone, world.ben.user_id)


def test_a_step_at_the_desk_moves_the_visit_of_the_address_only(world):
    sent = {"to": "in_room", "pk": world.ben_rows.today.pk, "appointment": world.ben_rows.today.pk}
    browser(world, "receptionist").post(ROUTES["desk:step"].address(pk=world.ana_rows.today.pk), sent)
    rows = [Appointment.objects.get(pk=rows.today.pk) for rows in (world.ana_rows, world.ben_rows)]
    assert [row.status for row in rows] == ["in_room", "arrived"]


def pressed(world, do, role="chiropractor", **more):
    """Press a button of Ana's open travel card."""
    path = f"/admin/charting/visit/{world.ana_rows.draft.pk}/change/"
    draft = Visit.objects.get(pk=world.ana_rows.draft.pk)
    sent = {"do": do, "version": draft.version, "subjective": draft.subjective, **more}
    return browser(world, role).post(path, sent)


def test_the_buttons_of_a_note_reach_no_row_of_another_note(world):
    """T016: finding, muscle and treatment of Ben's note, named on Ana's card."""
    ben = world.ben_rows
    before = Visit.objects.get(pk=ben.draft.pk).version
    pressed(world, f"withdraw:{ben.treatment.pk}")
    pressed(world, f"remove_segment:{ben.segment.pk}")
    pressed(world, f"remove_muscle:{ben.muscle.pk}")
    pressed(world, "save", **{f"response-{ben.treatment.pk}": "worse", f"segment-{ben.segment.pk}-pain": "4"})
    assert TreatmentApplied.objects.get(pk=ben.treatment.pk).response == ""
    assert SegmentFinding.objects.get(pk=ben.segment.pk).pain == 3
    assert Visit.objects.get(pk=ben.draft.pk).version == before


def test_the_same_buttons_do_reach_the_rows_of_the_note(world):
    """Positive control of the test above."""
    pressed(world, f"withdraw:{world.ana_rows.treatment.pk}")
    assert TreatmentApplied.objects.filter(pk=world.ana_rows.treatment.pk).exists() is False


def test_an_article_is_given_to_the_patient_of_the_note(world):
    """T015 in the chart."""
    more = {f"because-{world.article.pk}": "Read this.", "patient": world.ben.pk}
    Assignment.objects.filter(patient=world.ana).delete()
    pressed(world, f"assign:{world.article.pk}", **more)
    assert Assignment.objects.filter(because="Read this.").values_list("patient", flat=True).get() == world.ana.pk


def test_a_fact_of_another_patient_is_not_ended_from_this_ones_page(world):
    """T016 in the chart: ids behind the colon."""
    theirs = world.ben_rows
    path = f"/admin/patients/patient/{world.ana.pk}/change/"
    ask = browser(world, "chiropractor")
    sent = (
        f"end:condition:{theirs.condition.pk}",
        f"error:condition:{theirs.condition.pk}",
        f"review:{theirs.handed_in.pk}",
    )
    answers = [ask.post(path, {"do": do, "because": "no"}).status_code for do in sent]
    answers.append(
        ask.post(path, {"do": f"end_alert:{theirs.alert.pk}", "because": "no", "ended_because": "no"}).status_code
    )
    assert answers == [404] * 4
    kept = Condition.objects.get(pk=theirs.condition.pk)
    assert (kept.resolved_on, kept.entered_in_error_at) == (None, None)


# --- T025: HEAD and OPTIONS


@pytest.mark.parametrize("role", ROLES)
def test_head_is_answered_like_get_and_says_nothing(world, role):
    """T025 (OPTIONS stands in test_matrix)."""
    different = {}
    for row in oracle.rows():
        if row["method"] != "GET" or row[role] == "-":
            continue
        path = places.address(world, ROUTES[row["route"]], role)
        answer = browser(world, role).head(path, getattr(typed, row["data"] or "nothing")(world))
        said = text_of(answer)
        if seen(answer) != row[role] or said:
            different[row["route"]] = (seen(answer), len(said))
    assert different == {}


def test_a_request_of_a_visitor_links_to_no_patient(world):
    """T005: the address and phone of a patient answer the same and link nothing."""
    sent = {**typed.asked_time(world), "email": "ana@example.org", "phone": world.ana.phone, "name": "Ana Sørensen"}
    answer = browser(world, "anonymous").post("/request/details/", {**sent, "birth_date": "1965-03-14"})
    assert answer.status_code == 302
    made = AppointmentRequest.objects.order_by("pk").last()
    assert made.appointment.patient_id is None
    assert said_of_ana(browser(world, "anonymous").get(answer.url)) == []
