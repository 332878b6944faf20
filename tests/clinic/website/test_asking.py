"""Asking for a time and asking for a call, from outside."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.messaging.models import Message
from clinic.scheduling import booking, steps
from clinic.scheduling.limits import Limits
from clinic.scheduling.models import Appointment, AppointmentRequest
from clinic.website import times
from patients.models import Patient
from tests import make

DETAILS = "/request/details/"
ANA = {"name": "Ana Sørensen", "phone": "(802) 555-0199", "email": "ana@example.org", "question": "Shovelling?"}
CALL = {"name": "Ana", "phone": "802 555 0199", "best_time": "morning", "question": "Is it for me?"}


LIMITS = Limits(timedelta(hours=2), 60)


@pytest.fixture(autouse=True)
def _empty_cache(db):
    cache.clear()


@pytest.fixture
def slot(carlos):
    """A free time of Carlos's, as the page offers it."""
    kind = make.kind(is_public=True, minutes=20)
    now = timezone.now()
    start = times.first_free(kind, [carlos.practitioner], now=now, limits=LIMITS)[carlos.practitioner.pk]
    return times.Offer(kind, carlos.practitioner, start + timedelta(hours=1)).value


def test_choosing_shows_times_as_buttons_and_holds_nothing(client, slot):
    response = client.get("/request/")

    body = response.content.decode()
    assert f'name="slot" value="{slot}"' in body
    assert "Don’t book, call" in body
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_choosing_costs_the_same_whoever_works(client, slot, number, django_assert_num_queries):
    for _n in range(number):
        make.appointment(at=timezone.now() + timedelta(days=2), by=make.practitioner())

    with django_assert_num_queries(9):
        assert client.get("/request/").status_code == 200


@pytest.mark.parametrize("query", ["kind=x&with=y&from=z", "from=0001-01-01", "from=9999-12-31", "with=-1"])
def test_odd_choices_are_answered_with_a_page(client, slot, query):
    assert client.get(f"/request/?{query}").status_code == 200


def test_a_clinic_that_offers_no_kind_says_how_else(client, carlos):
    assert "We arrange visits by phone." in client.get("/request/").content.decode()


def test_a_request_holds_the_time_links_nobody_and_thanks(client, slot, ana):
    response = client.post(DETAILS, {"slot": slot, **ANA}, follow=True)

    made = AppointmentRequest.objects.get()
    assert (made.name, made.phone, made.email, made.question) == tuple(ANA.values())
    assert (made.appointment.status, made.appointment.patient, made.appointment.source) == ("held", None, "site")
    assert "Your time is held" in response.content.decode()
    assert "Sørensen" not in response.content.decode()


def asked_as(client, slot, email, phone):
    """Ask and let the time go again: (statuses, headers but the ticket, bytes of both pages, number of queries).

    The page says its own address and the form's token in the choice of language: both are new with every answer.
    """
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(DETAILS, {"slot": slot, **ANA, "email": email, "phone": phone})
        queries = len(asked)
    page = client.get(answer["Location"])
    Appointment.objects.update(status="expired", expired_at=timezone.now())
    AppointmentRequest.objects.update(answered_at=timezone.now(), outcome="expired")
    own = {"Location", "X-Request-ID"}
    headers = [{n: v for n, v in a.headers.items() if n not in own} for a in (answer, page)]
    said = re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page.content).replace(
        answer["Location"].encode(), b""
    )
    return answer.status_code, page.status_code, headers, answer.content, said, queries


@pytest.mark.parametrize("at_once", [False, True])
def test_a_known_address_is_answered_as_an_unknown_one(client, slot, ana, clinic, at_once):
    """T005: the same bytes, headers and number of queries; nothing is linked and nobody is written to."""
    clinic.requests_are_booked, ana.phone, ana.email = at_once, "(802) 555-0142", "ana@example.org"
    clinic.save()
    ana.save()
    with time_machine.travel(timezone.now(), tick=False):
        known = asked_as(client, slot, ana.email, ana.phone)
        unknown = asked_as(client, slot, "no1@example.org", "(802) 555-0143")

    assert known == unknown
    assert (known[:2], known[-1] > 10) == ((302, 200), True)
    assert Appointment.objects.filter(patient__isnull=False).count() == 0
    assert Patient.objects.count() == 1
    assert (Message.objects.count(), len(mail.outbox)) == (0, 0)


def test_a_visitor_may_ask_for_as_many_times_a_day_as_the_clinic_says(client, slot, clinic, ana):
    """And a patient's phone is no other than a stranger's: only what was asked on the site counts."""
    clinic.requests_a_day, ana.phone = 1, ANA["phone"]
    clinic.save()
    ana.save()
    assert client.post(DETAILS, {"slot": slot, **ANA}).status_code == 302

    response = client.post(DETAILS, {"slot": slot, **ANA, "question": "Neck?"}, REMOTE_ADDR="192.0.2.7")

    assert (response.status_code, int(response.headers["Retry-After"]) > 86_000) == (429, True)
    assert "You have asked for several times today." in response.content.decode()
    assert "Neck?" in response.content.decode()
    assert AppointmentRequest.objects.count() == 1


def test_a_refused_request_does_not_count_for_the_day(client, slot, clinic):
    clinic.requests_a_day = 1
    clinic.save()
    for typed in ({"name": ""}, {"phone": "555"}):
        assert client.post(DETAILS, {"slot": slot, **ANA, **typed}).status_code == 422

    assert client.post(DETAILS, {"slot": slot, **ANA}).status_code == 302


@pytest.mark.parametrize(("notice", "status"), [(119, 302), (120, 302), (121, 409)])
def test_a_visitor_gives_the_clinic_its_notice(client, carlos, clinic, notice, status):
    """T007: however the time was typed into the address."""
    make.kind(is_public=True)
    clinic.minimum_notice_minutes = notice
    clinic.save()
    slot = f"adjustment.{carlos.practitioner.pk}.20270301T1700Z"
    with time_machine.travel(make.MONDAY, tick=False):
        response = client.post(DETAILS, {"slot": slot, **ANA})

    assert (response.status_code, Appointment.objects.count()) == (status, int(status == 302))
    if status == 409:
        assert response.content.decode().count('class="time" type="submit" name="slot"') == 3
        assert f'value="{slot}"' not in response.content.decode()


def test_the_clinic_opens_as_many_days_as_it_says(client, carlos, clinic):
    """T007: today and three days more."""
    make.kind(is_public=True)
    clinic.booking_horizon_days = 3
    clinic.save()
    with time_machine.travel(make.MONDAY, tick=False):
        page = client.get("/request/", {"from": "2027-06-01"})
        last = client.post(DETAILS, {"slot": f"adjustment.{carlos.practitioner.pk}.20270304T1500Z", **ANA})
        next_day = client.post(DETAILS, {"slot": f"adjustment.{carlos.practitioner.pk}.20270305T1500Z", **ANA})

    assert [day.on.isoformat() for day in page.context["days"]] == ["2027-03-04"]
    assert "later" not in page.context
    assert (last.status_code, next_day["Location"]) == (302, "/request/")
    assert Appointment.objects.count() == 1


def test_a_taken_last_day_offers_nothing_behind_it(client, carlos, clinic):
    make.kind(is_public=True)
    clinic.booking_horizon_days = 0
    clinic.save()
    make.appointment(by=carlos.practitioner, at=make.MONDAY, minutes=8 * 60)
    with time_machine.travel(make.MONDAY, tick=False):
        response = client.post(DETAILS, {"slot": f"adjustment.{carlos.practitioner.pk}.20270301T1800Z", **ANA})

    assert (response.status_code, response.context["nearest"]) == (409, [])


# --- a clinic that books at once


@pytest.fixture
def sure(client, slot, clinic):
    """A time asked for where the clinic books at once."""
    clinic.requests_are_booked = True
    clinic.save()
    return client.post(DETAILS, {"slot": slot, **ANA})["Location"]


def test_a_clinic_that_books_at_once_keeps_the_time_until_the_visit_is_over(client, sure, rita):
    visit = Appointment.objects.get()
    assert (visit.status, visit.patient, visit.hold_until) == ("held", None, visit.ends_at)
    assert booking.end_stale_holds(visit.ends_at - timedelta(seconds=1)) == 0
    body = client.get(sure).content.decode()
    assert ("Your visit is booked" in body, "We hold the time until" in body) == (True, False)

    booked = booking.accept(AppointmentRequest.objects.get(), patient=make.patient(), by=rita, now=visit.starts_at)
    assert (booked.status, booked.pk) == ("booked", visit.pk)


@pytest.mark.parametrize("hours", [-1, 30])
def test_a_visit_booked_at_once_and_moved_by_the_desk_stays_the_visitors(sure, rita, carlos, hours):
    make.practitioner()
    visit = Appointment.objects.get()
    far = (visit.starts_at + timedelta(days=7)).replace(hour=16, minute=0)
    moved = booking.move(visit, starts_at=far + timedelta(days=1, hours=hours % 4), by=rita)
    assert (moved.is_promised, moved.hold_until) == (True, moved.ends_at)


def test_a_visit_nobody_came_to_say_who_it_was_ends_with_its_time(sure):
    assert booking.end_stale_holds(Appointment.objects.get().ends_at) == 1
    assert (Appointment.objects.get().status, AppointmentRequest.objects.get().outcome) == ("expired", "expired")


def test_the_thanks_page_tells_how_the_time_stands_now(client, slot, rita):
    where = client.post(DETAILS, {"slot": slot, **ANA})["Location"]
    asked = AppointmentRequest.objects.get()
    assert "Your time is held" in client.get(where).content.decode()

    booking.accept(asked, patient=make.patient(), by=rita)
    assert "Your visit is booked" in client.get(where).content.decode()

    steps.cancel(Appointment.objects.get(), because="closed", by=rita)
    body = client.get(where).content.decode()
    assert ("This time is not held any more" in body, "Your visit is booked" in body) == (True, False)


def test_a_taken_time_offers_the_nearest_and_keeps_what_was_typed(client, slot):
    client.post(DETAILS, {"slot": slot, **ANA})

    response = client.post(DETAILS, {"slot": slot, **ANA, "name": "Ben <Whitcombe>", "question": "Neck?"})

    body = response.content.decode()
    assert response.status_code == 409
    assert body.count('class="time" type="submit" name="slot"') == 3
    assert f'value="{slot}"' not in body
    assert 'value="Ben &lt;Whitcombe&gt;"' in body
    assert "Neck?" in body
    assert AppointmentRequest.objects.count() == 1


def test_closed_and_past_times_offer_others_too(client, slot, carlos):
    """T007"""
    kind, pk = "adjustment", carlos.practitioner.pk
    yesterday = timezone.now() - timedelta(days=1)
    sunday = timezone.now() + timedelta(days=7 + 6 - timezone.now().weekday())
    for moment in (f"{yesterday:%Y%m%dT%H%MZ}", f"{sunday:%Y%m%d}T1500Z"):
        response = client.post(DETAILS, {"slot": f"{kind}.{pk}.{moment}", **ANA})
        assert response.status_code == 409
        assert response.content.decode().count('class="time" type="submit" name="slot"') == 3
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("value", ["", "x", "adjustment.1.20990101T1500Z", "a.b.c.d"])
def test_a_time_that_is_not_offered_leads_back_to_the_times(client, slot, value):
    for response in (client.get(DETAILS, {"slot": value}), client.post(DETAILS, {"slot": value, **ANA})):
        assert (response.status_code, response["Location"]) == (302, "/request/")
    assert Appointment.objects.count() == 0


BAD = [
    ("name", "", "Enter your name"),
    ("name", "Ana\r\nBcc: all@example.org", "Write this on one line"),
    ("name", "Ana\u2028x", "Write this on one line"),
    ("name", "x" * 121, "at most 120 characters"),
    ("phone", "", "Enter a phone number"),
    ("phone", "555", "Enter a number we can dial"),
    ("phone", "8025550199\nBcc:x", "Write this on one line"),
    ("phone", "call me maybe 12345678", "Enter a number we can dial"),
    ("question", "x" * 501, "Keep it to 500 characters"),
]
BAD_REQUEST = [
    ("email", "ana@example.org\nBcc: all@example.org", "Enter a valid email address."),
    ("email", "not an address", "Enter a valid email address."),
    ("birth_date", "tomorrow", "Enter a valid date."),
    ("birth_date", "1899-12-31", "between 1900 and today"),
    ("birth_date", "2999-01-01", "between 1900 and today"),
]


@pytest.mark.parametrize(("field", "value", "said"), BAD + BAD_REQUEST)
def test_a_request_says_at_the_field_what_is_wrong_and_keeps_the_rest(client, slot, field, value, said):
    """T004, T006"""
    response = client.post(DETAILS, {"slot": slot, **ANA, field: value})

    form = response.context["form"]
    assert response.status_code == 422
    assert list(form.errors) == [field]
    assert said in str(form.errors[field])
    assert f'id="id_{field}_error"' in response.content.decode() or said in response.content.decode()
    assert f'value="{slot}"' in response.content.decode()
    assert Appointment.objects.count() == AppointmentRequest.objects.count() == 0


@pytest.mark.parametrize(("field", "value", "said"), [*BAD, ("best_time", "never", "Select a valid choice")])
def test_a_call_says_at_the_field_what_is_wrong(client, clinic, field, value, said):
    """T004, T006"""
    response = client.post("/call/", {**CALL, field: value})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert said in str(response.context["form"].errors[field])
    assert AppointmentRequest.objects.count() == 0


def test_birth_dates_that_exist_are_taken(client, slot):
    client.post(DETAILS, {"slot": slot, **ANA, "birth_date": "2000-02-29"})

    assert AppointmentRequest.objects.get().birth_date.isoformat() == "2000-02-29"


def test_a_megabyte_of_text_is_refused_fast(client, slot):
    """T006"""
    for url, data in (("/call/", CALL), (DETAILS, {"slot": slot, **ANA})):
        body = "&".join(f"{name}={value}" for name, value in {**data, "question": "x" * 1_048_576}.items())
        response = client.post(url, body, content_type="application/x-www-form-urlencoded")
        assert response.status_code == 400
    assert AppointmentRequest.objects.count() == 0


@pytest.mark.parametrize("odd", ["%00", "Ana%00", "%ED%A0%80", "Ana%ED%B0%80", "%FF%FE"])
@pytest.mark.parametrize("field", ["name", "question"])
def test_a_nul_is_refused_and_half_a_character_is_kept_as_text(client, slot, field, odd):
    """T006: bytes as no browser sends them; what is kept can be written and read by everything after us."""
    sent = {"slot": slot, "name": "Ana", "phone": "802 555 0199", field: odd}
    body = "&".join(f"{name}={value}" for name, value in sent.items())
    response = client.post(DETAILS, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == (400 if "%00" in odd else 302)
    kept = AppointmentRequest.objects.values_list(field, flat=True)
    assert [text.encode().decode() for text in kept] == ([] if "%00" in odd else list(kept))


def test_asking_for_a_call_is_kept_and_thanked(client, clinic):
    response = client.post("/call/", CALL, follow=True)

    made = AppointmentRequest.objects.get()
    assert (made.name, made.phone, made.best_time, made.question, made.appointment) == (*CALL.values(), None)
    assert response.redirect_chain == [("/call/thanks/", 302)]
    assert "Thank you. We will call you" in response.content.decode()


@pytest.mark.parametrize(("url", "form"), [("/call/", CALL), (DETAILS, ANA)])
def test_the_sixth_message_in_ten_minutes_waits(client, clinic, url, form, carlos):
    """T003"""
    clinic.requests_a_day = 50
    clinic.save()
    kind = make.kind(is_public=True)
    start = times.first_free(kind, [carlos.practitioner], now=timezone.now(), limits=LIMITS)[carlos.practitioner.pk]
    start = (start + timedelta(days=7)).replace(hour=9, minute=0)
    start += timedelta(days=(7 - start.weekday()) % 7)
    for n in range(6):
        at = times.Offer(kind, carlos.practitioner, start + timedelta(minutes=30 * n)).value
        response = client.post(url, {"slot": at, **form}, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}")

    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 600
    assert f'value="{form["phone"]}"' in response.content.decode()
    assert "Many messages came from your address." in response.content.decode()
    assert AppointmentRequest.objects.count() == 5


def test_the_thanks_page_opens_by_its_ticket_only(client, slot):
    where = client.post(DETAILS, {"slot": slot, **ANA})["Location"]

    assert client.get(where).status_code == 200
    assert client.get(where[:-2] + "/").status_code == 404
    assert client.get("/request/thanks/1/").status_code == 404


def test_looking_holds_nothing_and_only_the_forms_take_a_post(client, slot):
    """T089"""
    for url in ("/", "/request/", f"{DETAILS}?slot={slot}", "/call/", "/call/thanks/"):
        assert client.get(url).status_code == 200
    for name in ("home", "request", "called"):
        assert client.post(reverse(f"website:{name}")).status_code == 405
    assert Appointment.objects.count() == AppointmentRequest.objects.count() == 0


def test_every_page_of_the_site_says_when_to_call_for_an_ambulance(client, slot, clinic):
    clinic.emergency_number = "112"
    clinic.save()
    where = client.post(DETAILS, {"slot": slot, **ANA})["Location"]
    make.article("one")

    urls = ("/", "/request/", f"{DETAILS}?slot={slot}", "/call/", "/call/thanks/", where, "/library/", "/library/one/")
    for url in (*urls, "/library/topic/muscle-spasm/"):
        assert '<a href="tel:112">112</a>' in client.get(url).content.decode()
