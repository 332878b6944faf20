"""Booking at the desk: a patient or a new person, a free time, and what happens when it is taken."""

from datetime import date, timedelta
from unittest import mock

import pytest
import time_machine

from clinic.audit.models import AuditEvent
from clinic.scheduling import booking, new_patients
from clinic.scheduling.models import Appointment, TimeOff
from clinic.scheduling.models.appointments import Status
from patients.models import Patient
from tests import make
from tests.make import MONDAY

BOOK, HTMX = "/desk/book/", {"HX-Request": "true"}
NEW = {
    "given_name": "Kofi",
    "family_name": "Mensah",
    "birth_date": "1980-05-06",
    "phone": "(503) 555-0133",
    "preferred_channel": "sms",
}


@pytest.fixture
def visit(carlos, kind):
    """What is typed for a visit at 11:00."""
    fields = {"kind": kind.pk, "practitioner": carlos.practitioner.pk, "key": "k1"}
    return {**fields, "day": "2027-03-01", "time": "11:00"}


def errors(response):
    return {name: list(words) for name, words in response.context["form"].errors.items()}


def test_a_known_patient_is_booked_and_shown_beside_the_day(desk, rita, ana, carlos, visit):
    answer = desk.post(BOOK, {**visit, "patient": ana.pk})
    made = Appointment.objects.get()
    assert answer.url == f"/desk/?day=2027-03-01&p={ana.pk}"
    assert (made.patient, made.practitioner, made.starts_at) == (ana, carlos.practitioner, MONDAY + timedelta(hours=1))
    assert (made.status, made.source, made.created_by) == (Status.BOOKED, "desk", rita)
    assert "Booked: Ana Sørensen, Mon, Mar 1, 11:00 AM, with Dr Carlos Vega." in desk.get(answer.url).content.decode()


def test_a_new_patient_and_the_visit_are_made_together(desk, visit):
    desk.post(BOOK, visit | NEW)
    made = Appointment.objects.get()
    kofi = made.patient
    assert (kofi.full_name, kofi.birth_date, kofi.phone) == ("Kofi Mensah", date(1980, 5, 6), "(503) 555-0133")
    assert kofi.preferred_channel == "sms"
    assert [p.pk for p in desk.get("/desk/search/", {"q": "mensah"}).context["hits"]] == [kofi.pk]


def test_when_the_time_is_taken_no_new_patient_is_left_behind(desk, carlos, visit):
    make.appointment(by=carlos.practitioner, at=MONDAY + timedelta(hours=1))
    before = Patient.objects.count()
    answer = desk.post(BOOK, visit | NEW)
    assert (answer.status_code, Patient.objects.count(), Appointment.objects.count()) == (409, before, 1)
    assert AuditEvent.objects.filter(action__in=["patient.registered", "appointment.booked"]).count() == 0


def test_a_taken_time_offers_the_nearest_and_keeps_what_was_typed(desk, carlos, visit):
    make.appointment(by=carlos.practitioner, at=MONDAY + timedelta(hours=1))
    answer = desk.post(BOOK, visit | NEW)
    page = answer.content.decode()
    offered = [at.strftime("%H:%M") for at in answer.context["nearest"]]
    assert offered == ["10:15", "10:30", "11:30"]
    assert [n for n, v in NEW.items() if v not in page] == []
    assert page.count('type="submit" name="at" value="2027-03-01T11:30:00-05:00"') == 1
    assert "This time was taken meanwhile." in page
    assert 'value="11:00"' in page


def test_one_click_on_a_nearest_time_books_it(desk, carlos, visit):
    make.appointment(by=carlos.practitioner, at=MONDAY + timedelta(hours=1))
    desk.post(BOOK, visit | NEW | {"at": "2027-03-01T11:30:00-05:00"})
    assert Appointment.objects.get(patient__given_name="Kofi").starts_at == MONDAY + timedelta(minutes=90)


def test_a_chosen_free_time_counts_before_the_typed_one(desk, ana, visit):
    desk.post(BOOK, {**visit, "patient": ana.pk, "at": "2027-03-02T09:00:00-05:00"})
    assert Appointment.objects.get().starts_at == MONDAY + timedelta(hours=23)


def test_outside_working_hours_the_next_free_times_are_offered(desk, ana, visit):
    answer = desk.post(BOOK, {**visit, "patient": ana.pk, "day": "2027-03-06"})
    assert (answer.status_code, "does not work at that time" in answer.content.decode()) == (409, True)
    assert answer.context["nearest"][0].isoformat() == "2027-03-08T08:00:00-05:00"


def test_a_patient_cannot_be_in_two_places(desk, ana, visit):
    make.appointment(ana, make.practitioner(), MONDAY + timedelta(hours=1))
    answer = desk.post(BOOK, {**visit, "patient": ana.pk})
    assert (answer.status_code, "another visit at that time" in answer.content.decode()) == (409, True)


def test_time_off_is_not_offered(desk, carlos, visit, ana):
    TimeOff.objects.create(starts_at=MONDAY - timedelta(hours=5), ends_at=MONDAY + timedelta(hours=10))
    page = desk.get(BOOK, {"day": "2027-03-01", "practitioner": carlos.practitioner.pk})
    assert (page.context["times_day"], page.context["times"][0].isoformat()) == (None, "2027-03-02T08:00:00-05:00")


def test_the_same_form_sent_twice_books_once(desk, visit):
    for _ in range(2):
        assert desk.post(BOOK, visit | NEW).status_code == 302
    assert (Appointment.objects.count(), Patient.objects.filter(given_name="Kofi").count()) == (1, 1)


def test_a_form_that_loses_the_race_with_itself_leaves_no_second_patient(rita, carlos, kind, ten_o_clock):
    """The first sending commits between the look at the key and the booking of the second one."""
    first = make.appointment(by=carlos.practitioner, idempotency_key="k1")
    fields = {"practitioner": carlos.practitioner, "kind": kind, "starts_at": MONDAY + timedelta(hours=2)}
    before = Patient.objects.count()
    with mock.patch.object(booking, "book", return_value=first):
        person = {**NEW, "birth_date": date(1980, 5, 6)}
        assert new_patients.book(person=person, by=rita, key=None, **fields) == first
    assert Patient.objects.count() == before


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"given_name": ""}, "given_name"),
        ({"birth_date": ""}, "birth_date"),
        ({"birth_date": "2099-01-01"}, "birth_date"),
        ({"birth_date": "1850-01-01"}, "birth_date"),
        ({"phone": ""}, "phone"),
        ({"phone": "123"}, "phone"),
        ({"day": ""}, "day"),
        ({"day": "soon"}, "day"),
        ({"time": ""}, "time"),
        ({"time": "25:00"}, "time"),
        ({"time": "09:00"}, "time"),
        ({"kind": "999"}, "kind"),
        ({"practitioner": "x"}, "practitioner"),
        ({"patient": "999999"}, "patient"),
    ],
)
def test_a_refused_form_names_the_field_and_keeps_what_was_typed(desk, visit, typed, field):
    answer = desk.post(BOOK, visit | NEW | typed)
    assert (answer.status_code, list(errors(answer))) == (422, [field])
    assert 'value="Mensah"' in answer.content.decode()
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize(("day", "time"), [("2027-03-14", "02:30"), ("2027-11-07", "01:30")])
def test_a_time_the_clock_skips_or_shows_twice_is_refused(desk, ana, visit, day, time):
    answer = desk.post(BOOK, {**visit, "patient": ana.pk, "day": day, "time": time})
    assert (answer.status_code, list(errors(answer))) == (422, ["time"])


def test_somebody_known_is_offered_before_a_second_record_is_made(desk, visit):
    known = make.patient("Annelies", "Janssen", birth_date=date(1979, 3, 12))
    typed = {**visit, **NEW, "given_name": "Annelise", "family_name": "Jansen", "birth_date": "1979-03-12"}
    answer = desk.post(BOOK, typed)
    assert (answer.status_code, answer.context["same"], Appointment.objects.count()) == (422, [known], 0)
    taken = desk.post(BOOK, {**typed, "take": known.pk})
    assert (taken.context["patient"], taken.status_code) == (known, 200)
    desk.post(BOOK, {**typed, "another": "1"})
    assert Appointment.objects.get().patient.given_name == "Annelise"


@pytest.mark.parametrize(
    "known",
    [
        {"given": "Annelies", "family": "Janssen", "birth_date": date(1979, 3, 13)},
        {"given": "Willem", "family": "Bakker", "birth_date": date(1979, 3, 12), "phone": "(503) 555-0133"},
    ],
    ids=["another birth date", "only the phone is shared"],
)
def test_a_shared_phone_or_a_similar_name_alone_is_nobody_known(desk, visit, known):
    make.patient(**known)
    typed = {**visit, **NEW, "given_name": "Annelise", "family_name": "Jansen", "birth_date": "1979-03-12"}
    assert desk.post(BOOK, typed).status_code == 302


def test_while_typing_the_same_people_are_shown(desk):
    known = make.patient("Annelies", "Janssen", birth_date=date(1979, 3, 12))
    typed = {"given_name": "Annelise", "family_name": "Jansen", "birth_date": "1979-03-12"}
    answer = desk.post(f"{BOOK}duplicates/", typed, headers={"HX-Request": "true"})
    assert (answer.context["same"], "<html" in answer.content.decode()) == ([known], False)
    assert desk.post(f"{BOOK}duplicates/", {**typed, "birth_date": ""}).context["same"] == []


def test_find_without_script_draws_the_form_again_with_everything_typed(desk, ana, visit):
    answer = desk.post(BOOK, {**visit, "q": "sorensen", "do": "find", "phone": "555 0101"})
    page = answer.content.decode()
    assert (answer.status_code, answer.context["hits"]) == (200, [ana])
    assert [part for part in ('value="555 0101"', 'value="11:00"', 'value="k1"') if part not in page] == []


def test_taking_a_hit_and_changing_ones_mind(desk, ana, visit):
    taken = desk.post(BOOK, {**visit, "q": "ana", "take": ana.pk})
    assert taken.context["patient"] == ana
    assert desk.post(BOOK, {**visit, "patient": ana.pk, "do": "other"}).context["patient"] is None


def test_the_address_fills_in_patient_practitioner_and_time(desk, ana, carlos):
    other = make.practitioner()
    page = desk.get(BOOK, {"patient": ana.pk, "practitioner": other.pk, "at": "2027-03-02T14:20"})
    form = page.context["form"]
    assert (page.context["patient"], form["practitioner"].value()) == (ana, str(other.pk))
    assert (form["day"].value(), form["time"].value().strftime("%H:%M")) == (date(2027, 3, 2), "14:20")


@pytest.mark.parametrize(
    "asked", [{"patient": "x"}, {"patient": "9" * 30}, {"at": "noon"}, {"kind": "-1"}, {"day": "?"}]
)
def test_an_address_that_makes_no_sense_opens_an_empty_form(desk, kind, carlos, asked):
    page = desk.get(BOOK, asked)
    assert (page.status_code, page.context["patient"]) == (200, None)


def test_a_walk_in_is_booked_at_the_next_five_minutes(client, rita, ana, visit):
    with time_machine.travel(MONDAY + timedelta(minutes=12, seconds=30), tick=False):
        client.force_login(rita)
        assert client.get(BOOK, {"walk_in": "1"}).context["form"]["time"].value().strftime("%H:%M") == "10:15"
        client.post(BOOK, {**visit, "patient": ana.pk, "walk_in": "1", "time": "08:00"})
    assert Appointment.objects.get().starts_at == MONDAY + timedelta(minutes=15)


def test_free_times_answer_another_day(desk, carlos, kind):
    given = {"practitioner": carlos.practitioner.pk, "kind": kind.pk, "day": "2027-03-02"}
    answer = desk.get(f"{BOOK}times/", given)
    assert (len(answer.context["times"]), answer.context["times"][0].isoformat()) == (24, "2027-03-02T08:00:00-05:00")
    assert "<html" not in answer.content.decode()


def test_without_practitioners_or_kinds_the_form_still_stands(desk):
    assert desk.get(BOOK).context["times"] == []


@pytest.mark.parametrize("address", [BOOK, f"{BOOK}times/"])
def test_a_therapist_does_not_book(client, tess, ana, visit, ten_o_clock, address):
    client.force_login(tess)
    assert client.get(address).status_code == 403
    assert client.post(BOOK, {**visit, "patient": ana.pk}).status_code == 403
    assert Appointment.objects.count() == 0


def test_the_form_shows_no_health_of_the_patient_taken(desk, ana, visit):
    make.condition(ana, "osteoporosis")
    page = desk.post(BOOK, {**visit, "take": ana.pk}).content.decode()
    assert (page.count("Clinical alert"), "steoporosis" in page) == (1, False)


# --- over the sheet


def test_the_dialog_is_the_form_alone_with_the_first_choice_pressed(desk, carlos, ana):
    for weeks in (1, 2):
        past = MONDAY - timedelta(days=7 * weeks) + timedelta(hours=2)
        make.appointment(ana, carlos.practitioner, past, status=Status.DONE)
    answer = desk.get(BOOK, {"patient": ana.pk, "day": "2027-03-02"}, headers=HTMX)
    page = answer.content.decode()
    assert ("<html" in page, 'hx-post="/desk/book/"' in page) == (False, True)
    said = [(str(words), f"{start:%a %H:%M}") for words, start in answer.context["choices"]]
    assert said == [
        ("Usual time", "Tue 12:00"),
        ("Later", "Tue 12:30"),
        ("Morning", "Tue 08:00"),
        ("Soonest", "Mon 10:00"),
    ]
    assert page.count(" checked autofocus") == 1
    assert answer.context["pressed"] == "2027-03-02T12:00:00-05:00"


def test_a_page_without_script_presses_nothing(desk, carlos, kind, ana):
    answer = desk.get(BOOK, {"patient": ana.pk})
    assert (answer.context["pressed"], len(answer.context["choices"]) > 1) == ("", True)


def test_a_place_that_was_clicked_counts_before_the_first_choice(desk, carlos, ana):
    answer = desk.get(BOOK, {"patient": ana.pk, "at": "2027-03-01T15:10", "minutes": "40"}, headers=HTMX)
    form = answer.context["form"]
    assert (answer.context["pressed"], form["minutes"].value(), f"{form['time'].value():%H:%M}") == ("", "40", "15:10")


def test_taking_a_patient_moves_what_stood_ready_and_keeps_what_was_chosen(desk, carlos, ana, visit):
    make.appointment(ana, carlos.practitioner, MONDAY - timedelta(days=6, hours=-2), status=Status.DONE)
    sent = visit | {"time": "", "day": "2027-03-02", "take": ana.pk, "at": "2027-03-02T08:00:00-05:00"}
    stood = desk.post(BOOK, sent | {"stood": sent["at"]}, headers=HTMX)
    assert stood.context["pressed"] == "2027-03-02T12:00:00-05:00"
    assert desk.post(BOOK, sent, headers=HTMX).context["pressed"] == sent["at"]


def test_booking_from_the_dialog_goes_back_to_the_sheet(desk, ana, visit):
    answer = desk.post(BOOK, visit | {"patient": ana.pk}, headers=HTMX)
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "desk-booked")
    assert "Booked: Ana Sørensen, Mon, Mar 1, 11:00 AM" in answer.content.decode()


def test_a_visit_may_have_another_length_than_its_kind(desk, ana, visit):
    desk.post(BOOK, visit | {"patient": ana.pk, "minutes": "45"})
    assert Appointment.objects.get().minutes == 45


@pytest.mark.parametrize("minutes", ["3", "481", "-5", "ten", "9" * 30])
def test_a_length_that_is_none_is_said_at_the_field(desk, ana, visit, minutes):
    answer = desk.post(BOOK, visit | {"patient": ana.pk, "minutes": minutes})
    assert (answer.status_code, list(errors(answer)), Appointment.objects.count()) == (422, ["minutes"], 0)


def test_free_times_know_the_length(desk, carlos, visit):
    make.appointment(by=carlos.practitioner, at=MONDAY + timedelta(minutes=30))
    asked = {"practitioner": visit["practitioner"], "kind": visit["kind"], "day": "2027-03-01"}
    starts = [desk.get(f"{BOOK}times/", asked | {"minutes": m}).context["times"][0] for m in ("", "60")]
    assert [f"{start:%H:%M}" for start in starts] == ["10:00", "11:00"]


def test_the_desk_does_not_squeeze_in_and_a_chiropractor_does_with_a_reason(desk, client, carlos, ana, visit):
    make.appointment(by=carlos.practitioner, at=MONDAY + timedelta(hours=1))
    page = desk.post(BOOK, visit | {"patient": ana.pk, "overbook_because": "in pain"})
    assert (page.status_code, "overbook_because" in page.content.decode()) == (409, False)
    client.force_login(carlos)
    assert "overbook_because" in client.post(BOOK, visit | {"patient": ana.pk}).content.decode()
    asked = client.post(BOOK, visit | {"patient": ana.pk, "do": "anyway"})
    assert (asked.status_code, list(errors(asked))) == (422, ["overbook_because"])
    client.post(BOOK, visit | {"patient": ana.pk, "do": "anyway", "overbook_because": "drove two hours"})
    made = Appointment.objects.get(patient=ana)
    assert (made.lane, made.overbooked_because) == (1, "drove two hours")


def test_the_nearest_times_still_book_where_squeezing_in_is_offered(client, carlos, ana, visit, ten_o_clock):
    make.appointment(by=carlos.practitioner, at=MONDAY + timedelta(hours=1))
    client.force_login(carlos)
    taken = (MONDAY + timedelta(hours=1)).isoformat()
    refused = client.post(BOOK, visit | {"patient": ana.pk, "at": taken}).content.decode()
    hidden, offered = refused.index('type="hidden" name="at"'), refused.index('type="submit" name="at"')
    assert hidden < offered  # of two values the browser sends, the last one counts


def test_who_is_known_comes_as_usual(desk, carlos, ana, kind):
    make.kind(slug="first", purpose="initial", order=1)
    noor = make.practitioner(name="Dr Noor")
    make.appointment(ana, noor, MONDAY - timedelta(days=7), status=Status.DONE)
    make.appointment(ana, carlos.practitioner, MONDAY - timedelta(days=1), status=Status.CANCELLED)
    form = desk.get(BOOK, {"patient": ana.pk}, headers=HTMX).context["form"]
    assert (form["kind"].value(), form["practitioner"].value()) == (kind.pk, noor.pk)
    asked = desk.get(BOOK, {"patient": ana.pk, "practitioner": carlos.practitioner.pk}, headers=HTMX).context["form"]
    assert (asked["kind"].value(), asked["practitioner"].value()) == (kind.pk, str(carlos.practitioner.pk))


def test_after_a_first_visit_comes_a_return_visit(desk, carlos, ana, kind):
    first = make.kind(slug="first", purpose="initial", order=1)
    make.appointment(ana, carlos.practitioner, MONDAY - timedelta(days=7), status=Status.DONE, kind=first)
    assert desk.get(BOOK, {"patient": ana.pk}).context["form"]["kind"].value() == kind.pk


def test_what_was_chosen_by_hand_stays_when_the_patient_is_found(desk, carlos, ana, visit):
    noor = make.practitioner(name="Dr Noor")
    make.appointment(ana, noor, MONDAY - timedelta(days=7), status=Status.DONE)
    for untouched, practitioner in (("kind practitioner", noor.pk), ("kind", str(carlos.practitioner.pk))):
        form = desk.post(BOOK, visit | {"take": ana.pk, "untouched": untouched}, headers=HTMX).context["form"]
        assert str(form["practitioner"].value()) == str(practitioner)
