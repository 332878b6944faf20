"""Around a person at the desk: notes, what somebody needs, leave to act, the day they died."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.scheduling.models import Appointment
from patients import dying, granting, sticking
from patients.models import Patient, ProxyGrant, StickyNote
from tests import make
from tests.make import MONDAY


def page_of(patient, what=""):
    return f"/desk/patients/{patient.pk}/{what}"


def text_of(response):
    return response.content.decode()


def note(patient, by, text="Parks behind the house", **fields):
    return sticking.put_up(patient, text=text, by=by, **fields)


# --- notes


@pytest.mark.parametrize("path", ["/desk/patients/{pk}/", "/desk/?p={pk}", "/desk/patients/{pk}/notes/"])
def test_notes_that_are_up_stand_beside_the_patient_with_the_note_of_the_desk(desk, ana, ben, rita, path):
    Patient.objects.filter(pk=ana.pk).update(desk_note="Rings twice")
    note(ana, rita), note(ben, rita, "Bens own"), sticking.take_down(note(ana, rita, "Gone"), by=rita)
    StickyNote.objects.create(patient=ana, text="Over", put_up_by=rita, until=timezone.localdate() - timedelta(days=1))
    page = text_of(desk.get(path.format(pk=ana.pk)))
    shown = [text for text in ("Parks behind the house", "Rings twice", "Bens own", "Gone", "Over<") if text in page]
    assert shown == ["Parks behind the house", "Rings twice"]


def test_a_note_is_put_up_and_taken_down_at_the_desk(desk, ana, rita):
    answer = desk.post(page_of(ana, "notes/"), {"text": "Rings twice", "until": "2027-03-05"})
    made = StickyNote.objects.get()
    assert (answer.url, made.text, made.until, made.put_up_by) == (
        page_of(ana, "notes/"), "Rings twice", date(2027, 3, 5), rita,
    )  # fmt: skip
    assert desk.post(f"/desk/notes/{made.pk}/down/", {"back": page_of(ana, "notes/")}).url == page_of(ana, "notes/")
    assert list(StickyNote.objects.up()) == []
    assert desk.post(f"/desk/notes/{made.pk}/down/").status_code == 302


def test_a_clinical_word_is_asked_about_once_and_kept_with_a_tick(desk, ana):
    answer = desk.post(page_of(ana, "notes/"), {"text": "Her warfarin sister drives her", "until": ""})
    page = text_of(answer)
    assert (answer.status_code, list(answer.context["form"].errors), StickyNote.objects.count()) == (422, ["text"], 0)
    asked = ("“warfarin” looks clinical" in page, 'name="anyway"' in page, "Her warfarin sister" in page)
    assert asked == (True, True, True)
    desk.post(page_of(ana, "notes/"), {"text": "Her warfarin sister drives her", "anyway": "on"})
    assert StickyNote.objects.get().text == "Her warfarin sister drives her"


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"text": ""}, "text"), ({"text": "x" * 241}, "text"), ({"text": "Rings", "until": "2027-02-28"}, "until")],
)
def test_a_refused_note_stays_typed(desk, ana, typed, field):
    answer = desk.post(page_of(ana, "notes/"), typed)
    assert (answer.status_code, list(answer.context["form"].errors), StickyNote.objects.count()) == (422, [field], 0)
    assert f'value="{typed["text"]}"' in text_of(answer) or not typed["text"]


def test_a_sixth_note_is_refused_in_words(desk, ana, rita):
    for n in range(5):
        note(ana, rita, f"Note {n}")
    answer = desk.post(page_of(ana, "notes/"), {"text": "Note 5"})
    assert (answer.status_code, "Five notes are up already" in text_of(answer)) == (422, True)


def test_extra_fields_change_nothing_of_a_note(desk, ana, ben, rita, carlos):
    """T014: who it is about and who wrote it comes from the page, not from the form."""
    sent = {"text": "Rings", "patient": ben.pk, "put_up_by": carlos.pk, "taken_down_at": "2027-01-01", "id": 7}
    desk.post(page_of(ana, "notes/"), sent)
    made = StickyNote.objects.get()
    assert (made.patient, made.put_up_by, made.taken_down_at) == (ana, rita, None)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_notes_asks_the_same_number_of_questions(desk, ana, rita, rows, django_assert_num_queries):
    for n in range(rows):
        note(ana, rita, f"Note {n}")
    desk.get(page_of(ana, "notes/"))
    with django_assert_num_queries(7):
        desk.get(page_of(ana, "notes/"))


# --- what somebody needs


def test_needs_are_noted_with_the_contact_details_and_shown_in_words(desk, ana, carlos):
    typed = {"phone": "555 0101 22", "preferred_channel": "phone", "language": "Spanish", "needs_interpreter": "on"}
    desk.post(page_of(ana, "contact/"), typed | {"access_needs": "Wheelchair, ramp at the back"})
    make.appointment(ana, carlos.practitioner)
    words = ("Needs an interpreter: Spanish", "Wheelchair, ramp at the back")
    pages = [page_of(ana), f"/desk/?p={ana.pk}", "/desk/print/", f"/desk/book/?patient={ana.pk}"]
    found = {path: [word in text_of(desk.get(path)) for word in words] for path in pages}
    assert found == {path: [True, True] for path in pages}
    assert "allow more time" in text_of(desk.get(pages[-1]))


def test_who_needs_nothing_is_shown_without_it(desk, ana, carlos):
    make.appointment(ana, carlos.practitioner)
    for path in (page_of(ana), "/desk/print/", f"/desk/book/?patient={ana.pk}"):
        assert [w for w in ("nterpreter", "allow more time", "al-need") if w in text_of(desk.get(path))] == []


# --- leave to act

FATHER = {
    "email": "paul@example.org", "name": "Paul Moor", "relation": "father", "scopes": ["record", "forms"],
    "identity_seen": "passport", "is_guardian": "on",
}  # fmt: skip


@pytest.fixture
def kim(clinic):
    return make.patient("Kim", birth_date=date(2015, 5, 1))


def test_the_desk_gives_leave_and_takes_it_back(desk, kim, rita):
    assert "leave ends by Apr 30, 2033" in text_of(desk.get(page_of(kim, "grants/")))
    assert desk.post(page_of(kim, "grants/"), FATHER).url == page_of(kim, "grants/")
    made = ProxyGrant.objects.get()
    assert (made.user.email, made.is_guardian, made.ends_on, made.may_booking) == (
        "paul@example.org", True, date(2033, 4, 30), False,
    )  # fmt: skip
    shown = text_of(desk.get(page_of(kim, "grants/"))), text_of(desk.get(page_of(kim)))
    assert ["Paul Moor" in page for page in shown] == [True, True]
    assert desk.post(f"/desk/grants/{made.pk}/revoke/").url == page_of(kim, "grants/")
    made.refresh_from_db()
    assert (made.revoked_by, list(granting.of(kim))) == (rita, [])
    assert desk.post(f"/desk/grants/{made.pk}/revoke/").status_code == 302


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": "paul"}, "email"),
        ({"name": ""}, "name"),
        ({"email": "rita@example.org"}, "email"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"identity_seen": "  "}, "identity_seen"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"relation": ""}, "relation"),
    ],
)
def test_refused_leave_says_why_at_its_field_and_keeps_what_was_typed(desk, kim, typed, field):
    answer = desk.post(page_of(kim, "grants/"), FATHER | typed)
    assert (answer.status_code, list(answer.context["form"].errors), ProxyGrant.objects.count()) == (422, [field], 0)
    assert 'value="father"' in text_of(answer) or field == "relation"


def test_a_guardian_of_an_adult_is_refused_at_the_tick(desk, ana):
    answer = desk.post(page_of(ana, "grants/"), FATHER)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["is_guardian"])


def test_clinicians_see_who_acts_and_change_nothing(chart, kim, rita):
    made = granting.grant(
        kim,
        email="paul@example.org",
        name="Paul Moor",
        relation="father",
        scopes=["record"],
        identity_seen="id",
        by=rita,
    )
    page = chart.get(page_of(kim, "grants/"))
    assert ("Paul Moor" in text_of(page), page.context["form"], "Take back" in text_of(page)) == (True, None, False)
    paths = (page_of(kim, "grants/"), f"/desk/grants/{made.pk}/revoke/")
    assert [chart.post(path, FATHER).status_code for path in paths] == [403, 403]
    assert (ProxyGrant.objects.count(), len(granting.of(kim))) == (1, 1)


def test_therapists_do_not_see_who_acts(client, tess, kim):
    client.force_login(tess)
    assert client.get(page_of(kim, "grants/")).status_code == 403
    assert "Acts for them" not in text_of(client.get(page_of(kim)))


def test_extra_fields_change_nothing_of_leave(desk, kim, ana, rita, carlos):
    """T014, T015: the patient of the page, the one who gives it, no end beyond the birthday."""
    extra = {"patient": ana.pk, "granted_by": carlos.pk, "user": rita.pk, "may_booking": "on", "is_staff": "on"}
    desk.post(page_of(kim, "grants/"), FATHER | extra | {"ends_on": "2050-01-01"})
    made = ProxyGrant.objects.get()
    assert (made.patient, made.granted_by, made.may_booking, made.ends_on) == (kim, rita, False, date(2033, 4, 30))
    assert (made.user.is_staff, made.user.is_superuser) == (False, False)


@pytest.mark.parametrize("rows", [1, 3])
def test_what_ends_soon_is_listed_in_the_same_number_of_questions(desk, rita, rows, django_assert_num_queries):
    for n in range(rows):
        one = make.patient(f"Kim{n}", birth_date=date(2009, 3, 10 + n))
        granting.grant(
            one, email=f"p{n}@example.org", name="P", relation="father", scopes=["record"], identity_seen="id", by=rita
        )
    desk.get("/desk/grants/")
    with django_assert_num_queries(6):
        page = text_of(desk.get("/desk/grants/"))
    assert [f"Kim{n}" in page for n in range(3)] == [n < rows for n in range(3)]


# --- the day they died


def test_the_desk_notes_a_death_and_takes_a_mistake_back(desk, ana, carlos, rita):
    visit = make.appointment(ana, carlos.practitioner, MONDAY + timedelta(days=1))
    assert desk.post(page_of(ana, "died/"), {"on": "2027-02-27", "sure": "on"}).url == page_of(ana)
    visit.refresh_from_db()
    page = text_of(desk.get(page_of(ana)))
    assert (visit.status, "Feb 27, 2027" in page, "1 visit to come is cancelled" in page) == ("cancelled", True, True)
    assert "It was a mistake" in text_of(desk.get(page_of(ana, "died/")))
    assert desk.post(page_of(ana, "died/"), {"on": "2027-02-26", "sure": "on"}).url == page_of(ana)
    assert Patient.objects.get(pk=ana.pk).deceased_on == date(2027, 2, 27)
    desk.post(page_of(ana, "alive/"))
    assert Patient.objects.get(pk=ana.pk).deceased_on is None
    assert desk.post(page_of(ana, "alive/")).status_code == 302
    done = AuditEvent.objects.filter(action__startswith="patient.died").order_by("pk")
    assert list(done.values_list("action", "actor_id")) == [
        ("patient.died", rita.pk),
        ("patient.died_by_mistake", rita.pk),
    ]


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"sure": "on"}, "on"), ({"on": "2027-02-27"}, "sure"), ({"on": "2027-03-02", "sure": "on"}, "on"),
     ({"on": "1964-01-01", "sure": "on"}, "on"), ({"on": "soon", "sure": "on"}, "on")],
)  # fmt: skip
def test_without_a_day_or_the_tick_nothing_ends(desk, ana, carlos, typed, field):
    visit = make.appointment(ana, carlos.practitioner, MONDAY + timedelta(days=1))
    answer = desk.post(page_of(ana, "died/"), typed)
    visit.refresh_from_db()
    assert (answer.status_code, list(answer.context["form"].errors), visit.status) == (422, [field], "booked")
    assert Patient.objects.get(pk=ana.pk).deceased_on is None


def test_nobody_who_has_died_is_offered_for_booking_or_the_list(desk, ana, carlos, rita, kind):
    """Found by the search, marked as dead; the forms do not take them."""
    dying.note(ana, on=date(2027, 2, 27), by=rita)
    assert [p.pk for p in desk.get("/desk/search/", {"q": "Sørensen"}).context["hits"]] == [ana.pk]
    assert "Died" in text_of(desk.get("/desk/search/", {"q": "Sørensen"}))
    assert desk.get("/desk/search/", {"q": "Sørensen", "pick": "1"}).context["hits"] == []
    forms = (f"/desk/book/?patient={ana.pk}", f"/desk/waiting/add/?patient={ana.pk}")
    assert [desk.get(path).context["patient"] for path in forms] == [None, None]
    wish = {"patient": ana.pk, "practitioner": carlos.practitioner.pk, "kind": kind.pk}
    answers = [
        desk.post("/desk/book/", wish | {"day": "2027-03-03", "time": "14:00"}),
        desk.post("/desk/waiting/add/", wish),
    ]
    assert [(a.status_code, list(a.context["form"].errors)) for a in answers] == [(422, ["patient"])] * 2
    assert Appointment.objects.count() == 0
    assert text_of(desk.get(f"/desk/family/?p={ana.pk}")).count(f'name="p" value="{ana.pk}"') == 0


def test_the_snapshot_of_the_dead_offers_no_booking(desk, ana, rita):
    dying.note(ana, on=date(2027, 2, 27), by=rita)
    page = text_of(desk.get(page_of(ana)))
    offered = [
        word for word in ("/desk/book/?patient", "Waiting list", "Send intake link", "Invite to portal") if word in page
    ]
    assert (offered, "By mistake?" in page, "Edit contact details" in page) == ([], True, True)
