"""The waiting list at the desk: the section beside the day, put on and off, offered, taken and let go."""

from datetime import date, time, timedelta

import pytest

from clinic.reception.waiting import panel
from clinic.reception.wish_words import wish_words
from clinic.scheduling import waitlist
from clinic.scheduling.models import Appointment, WaitlistEntry, WaitlistOffer
from clinic.scheduling.waitlist_forms import value_of
from tests import make
from tests.clinic.scheduling import waiting
from tests.clinic.scheduling.waiting import entry, stands
from tests.make import MONDAY

HOUR = timedelta(hours=1)
AT = MONDAY + 2 * HOUR  # noon


@pytest.fixture
def doctor(carlos):
    return carlos.practitioner


@pytest.fixture
def zoe(clinic):
    return make.patient("Zoe", email="zoe@example.org")


@pytest.fixture
def held(zoe, doctor, ten_o_clock):
    return waiting.offered(entry(zoe), doctor, AT, now=MONDAY)


def section(browser):
    """The waiting list as the day's page draws it."""
    return browser.get("/desk/").context["waiting"]


def offer_address(row):
    return f"/desk/waiting/{row.pk}/offer/"


# --- the section


def test_the_section_shows_who_waits_in_order_with_their_wishes(desk, doctor):
    entry(make.patient("Abel"), earliest=time(15), created_at=MONDAY - HOUR)
    entry(make.patient("Zoe"), practitioner=doctor, weekdays=[0, 2], latest=time(12), created_at=MONDAY - 2 * HOUR)
    shown = section(desk)
    assert [(row.order, row.entry.patient.given_name, row.words) for row in shown.rows] == [
        (1, "Zoe", "Mon, Wed, before 12:00 PM, Dr Carlos Vega"),
        (2, "Abel", "Any day, after 3:00 PM, anyone"),
    ]
    assert (shown.count, shown.openings, shown.held) == (2, [], [])


def test_a_held_time_shows_how_long_still_and_the_phone_of_who_must_be_called(desk, doctor):
    harold = make.patient("Harold", phone="(503) 555-0142")
    waiting.offered(entry(harold), doctor, AT, now=MONDAY)
    page = desk.get("/desk/").content.decode()
    assert page.count('<time data-until datetime="2027-03-01T11:00:00-05:00">60:00</time>') == 2  # on the grid too
    assert 'href="tel:(503) 555-0142"' in page


def test_a_freed_time_is_shown_with_those_who_would_like_it(desk, doctor):
    for n, name in enumerate(("Abel", "Zoe", "Mia", "Noah")):
        entry(make.patient(name), created_at=MONDAY - (9 - n) * HOUR)
    waiting.freed(doctor, AT)
    (one,) = section(desk).openings
    assert (one["count"], [asked.entry.patient.given_name for asked, _value in one["first"]]) == (
        4,
        ["Abel", "Zoe", "Mia"],
    )
    assert "4 people would like it:" in desk.get("/desk/").content.decode()


def test_cancelling_says_at_once_how_many_would_like_the_time(desk, doctor):
    visit = make.appointment(make.patient("Gone"), doctor, AT)
    entry(make.patient("Zoe"))
    answer = desk.post(f"/desk/appointments/{visit.pk}/cancel/", {"because": "child ill"}, follow=True)
    assert "1 person on the waiting list would like 12:00 PM." in answer.content.decode()
    other = make.appointment(make.patient("Gone too"), doctor, AT + timedelta(days=5))  # a Saturday: nobody works
    answer = desk.post(f"/desk/appointments/{other.pk}/cancel/", {"because": "child ill"}, follow=True)
    assert "on the waiting list would like" not in answer.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_section_asks_a_fixed_number_of_questions(rita, ten_o_clock, doctor, number, django_assert_num_queries):
    for n in range(number):
        entry(make.patient(f"Waits {n}"))
        waiting.offered(entry(make.patient(f"Held {n}")), make.practitioner(), AT, now=MONDAY)
        waiting.freed(make.practitioner(), AT + (n + 1) * HOUR)
    assert rita.roles  # read once per request
    with django_assert_num_queries(12):
        shown = panel(rita, MONDAY)["waiting"]
        [card.appointment.practitioner for _offer, card in shown.held]
    assert (len(shown.rows), len(shown.held), len(shown.openings)) == (number, number, min(number, 2))


def test_who_was_served_or_taken_off_is_not_shown(desk, doctor, zoe):
    for outcome in ("booked", "withdrawn", "lapsed"):
        entry(zoe, closed_at=MONDAY, outcome=outcome)
    assert section(desk).count == 0
    assert "Nobody waits for a time." in desk.get("/desk/").content.decode()


def test_a_therapist_sees_the_list_without_a_button(client, tess, ten_o_clock, held):
    client.force_login(tess)
    page = client.get("/desk/").content.decode()
    assert ["Zoe Sørensen" in page, "Release" in page, "/desk/waiting/" in page] == [True, False, False]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({}, "Any day, anyone"),
        ({"from_on": MONDAY.date(), "until_on": MONDAY.date(), "earliest": time(15)}, "Today, after 3:00 PM, anyone"),
        ({"from_on": date(2027, 3, 5), "until_on": date(2027, 3, 5)}, "Mar 5, anyone"),
        ({"from_on": date(2027, 2, 1), "until_on": date(2027, 3, 9)}, "Any day until Mar 9, anyone"),
        ({"from_on": date(2027, 3, 8), "weekdays": [4, 0]}, "Mon, Fri from Mar 8, anyone"),
        ({"earliest": time(9), "latest": time(12)}, "Any day, 9:00 AM to 12:00 PM, anyone"),
    ],
)  # fmt: skip
def test_wishes_are_said_in_few_words(zoe, wish, words):
    assert wish_words(entry(zoe, **wish), date(2027, 3, 1)) == words


def test_the_visit_they_would_give_up_is_said(zoe, doctor):
    later = make.appointment(zoe, doctor, MONDAY + timedelta(days=3))
    assert wish_words(entry(zoe, instead_of=later), date(2027, 3, 1)) == "Any day, anyone, instead of Mar 4"


# --- on and off the list


def add(browser, of, **typed):
    return browser.post("/desk/waiting/add/", {"patient": of.pk, "kind": make.kind().pk, **typed})


def test_a_patient_is_added_with_their_wishes(desk, rita, zoe, doctor):
    later = make.appointment(zoe, doctor, MONDAY + timedelta(days=3))
    typed = {"practitioner": doctor.pk, "weekdays": ["0", "2"], "earliest": "09:00", "latest": "12:00"}
    typed |= {"from_on": "2027-03-01", "until_on": "2027-03-12", "instead_of": later.pk, "note": "calls back"}
    assert add(desk, zoe, **typed).url == "/desk/"
    row = WaitlistEntry.objects.get()
    assert (row.patient, row.practitioner, row.weekdays, row.instead_of, row.created_by) == (
        zoe, doctor, [0, 2], later, rita)  # fmt: skip
    assert (row.earliest, row.latest, row.until_on, row.note) == (time(9), time(12), date(2027, 3, 12), "calls back")


def test_a_patient_is_found_and_taken_without_losing_what_was_typed(desk, zoe):
    found = desk.post("/desk/waiting/add/", {"q": "zoe", "do": "find", "weekdays": ["1"], "note": "calls back"})
    assert f'name="take" value="{zoe.pk}"' in found.content.decode()
    taken = desk.post("/desk/waiting/add/", {"take": zoe.pk, "weekdays": ["1"], "note": "calls back"})
    form = taken.context["form"]
    assert (taken.context["patient"], form["weekdays"].value(), form["note"].value()) == (zoe, ["1"], "calls back")
    assert WaitlistEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"patient": ""}, "patient"),
        ({"kind": "999"}, "kind"),
        ({"weekdays": ["7"]}, "weekdays"),
        ({"earliest": "12:00", "latest": "12:00"}, "latest"),
        ({"from_on": "2027-03-03", "until_on": "2027-03-02"}, "until_on"),
        ({"until_on": "2027-02-28"}, "until_on"),
        ({"instead_of": "999"}, "instead_of"),
    ],
)
def test_a_wish_that_cannot_be_is_told_at_its_field(desk, zoe, kind, typed, field):
    answer = add(desk, zoe, **{"note": "calls back", **typed})
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form["note"].value()) == (422, [field], "calls back")
    assert WaitlistEntry.objects.count() == 0


def test_the_visit_of_somebody_else_is_no_choice(desk, zoe, ben, doctor):
    others = make.appointment(ben, doctor, MONDAY + timedelta(days=3))
    assert list(add(desk, zoe, instead_of=others.pk).context["form"].errors) == ["instead_of"]


def test_who_waits_already_is_not_added_again(desk, zoe):
    add(desk, zoe)
    answer = add(desk, zoe)
    assert (answer.status_code, list(answer.context["form"].errors), WaitlistEntry.objects.count()) == (
        409,
        ["kind"],
        1,
    )


def test_a_patient_is_taken_off_the_list_once(desk, zoe):
    row = entry(zoe)
    for _click in range(2):
        assert desk.post(f"/desk/waiting/{row.pk}/withdraw/").url == "/desk/"
    row.refresh_from_db()
    assert row.outcome == "withdrawn"


# --- offers


def test_the_free_times_that_fit_are_shown_and_one_is_held(desk, rita, zoe, doctor):
    row = entry(zoe, earliest=time(12), latest=time(12, 40))
    page = desk.get(offer_address(row))
    assert [start for _value, start, _who in page.context["times"]][:2] == [AT, AT + timedelta(minutes=15)]
    answer = desk.post(offer_address(row), {"at": value_of(AT, doctor), "back": "/desk/?day=2027-03-01"}, follow=True)
    made = WaitlistOffer.objects.get()
    assert (made.entry, made.offered_by, made.appointment.starts_at) == (row, rita, AT)
    assert "Held for Zoe Sørensen until 11:00 AM, and written to." in answer.content.decode()


def test_who_has_no_address_is_to_be_called(desk, doctor):
    row = entry(make.patient("Harold", phone="(503) 555-0142"))
    answer = desk.post(offer_address(row), {"at": value_of(AT, doctor)}, follow=True)
    assert "Please call: (503) 555-0142" in answer.content.decode()


def test_a_time_that_was_taken_meanwhile_shows_what_is_left(desk, zoe, doctor):
    row = entry(zoe)
    make.appointment(make.patient("Kofi"), doctor, AT)
    answer = desk.post(offer_address(row), {"at": value_of(AT, doctor)})
    assert (answer.status_code, list(answer.context["form"].errors)) == (409, ["at"])
    assert AT not in [start for _value, start, _who in answer.context["times"]]
    assert WaitlistOffer.objects.count() == 0


@pytest.mark.parametrize("at", ["", "x", "1.", ".20270301T170000Z", "1.20270301", "999999.20270301T170000Z", "9" * 40])
def test_a_time_that_is_none_is_refused(desk, zoe, doctor, at):
    answer = desk.post(offer_address(entry(zoe)), {"at": at})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["at"])


def test_who_has_an_offer_is_not_held_a_second_time(desk, held, doctor):
    answer = desk.post(offer_address(held.entry), {"at": value_of(AT + HOUR, doctor)}, follow=True)
    assert "has an offer already, or waits no more" in answer.content.decode()
    assert WaitlistOffer.objects.count() == 1


def test_a_yes_on_the_phone_books_the_time(desk, rita, held):
    answer = desk.post(f"/desk/waiting/offers/{held.pk}/accept/", follow=True)
    assert (stands(held), held.entry.closed_by) == (("accepted", "booked", "booked"), rita)
    assert "Booked: Zoe Sørensen, 12:00 PM." in answer.content.decode()


def test_a_held_time_is_let_go(desk, held):
    answer = desk.post(f"/desk/waiting/offers/{held.pk}/release/", {"back": "/desk/?day=2027-03-01"})
    assert (answer.url, stands(held)) == ("/desk/?day=2027-03-01", ("released", "expired", ""))


@pytest.mark.parametrize("deed", ["accept", "release"])
def test_an_offer_that_has_ended_says_so(desk, held, deed):
    waitlist.decline(held, now=MONDAY)
    answer = desk.post(f"/desk/waiting/offers/{held.pk}/{deed}/", follow=True)
    assert [text in answer.content.decode() for text in ("not held any more", "has ended meanwhile")].count(True) == 1
    assert stands(held) == ("declined", "expired", "")


def test_nothing_of_the_complaint_is_shown_with_the_list(desk, zoe, doctor):
    later = make.appointment(zoe, doctor, MONDAY + timedelta(days=3), reason="Lumbagonia")
    row = entry(zoe, instead_of=later)
    waiting.freed(doctor, AT, reason="Sciaticum")
    pages = [
        desk.get(path).content.decode()
        for path in ("/desk/", offer_address(row), f"/desk/waiting/add/?patient={zoe.pk}")
    ]
    assert [word for word in ("Lumbagonia", "Sciaticum") for page in pages if word in page] == []
    assert Appointment.objects.filter(reason__gt="").count() == 2
