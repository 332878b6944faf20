"""The check-in on a paired tablet: who is found, what is asked, when it stops, and what stays on the screen."""

from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from clinic.accounts import device_cookie, devices, links
from clinic.accounts.models import SignedLink
from clinic.audit.models import AuditEvent
from clinic.outcomes.models import CheckIn
from clinic.reception import arrivals, kiosk_state, tries
from clinic.scheduling.models.appointments import Status
from patients.models import Alert, ProxyGrant
from tests import make
from tests.make import MONDAY

BORN = {"month": "03", "day": "14", "year": "1965"}
ANA = {**BORN, "letters": "sor"}
CALM = {"pain": "6", "change": "worse", "words": "worse after shovelling", "flags": "none"}
NAMES = ("Ana", "Sørensen", "Ben", "Whitcombe", "Mia")


@pytest.fixture
def device(clinic):
    return make.device()


def tablet_of(device):
    """A browser with the cookie of this device and nothing else."""
    client = Client()
    paper = make_response()
    device_cookie.give(paper, device.token)
    client.cookies[device_cookie.NAME] = paper.cookies[device_cookie.NAME].value
    return client


def make_response():
    from django.http import HttpResponse

    return HttpResponse()


@pytest.fixture
def tablet(device):
    with time_machine.travel(MONDAY, tick=False):
        yield tablet_of(device)


@pytest.fixture
def visit(ana, carlos):
    """Ana's visit in ten minutes."""
    return make.appointment(ana, carlos.practitioner, MONDAY + timedelta(minutes=10))


def text(response):
    return unescape(response.content.decode())


def named(response):
    """Which of the planted names the page holds (the practitioner's is no secret)."""
    page = text(response)
    return [name for name in NAMES if name in page]


def feel(tablet, visit, **typed):
    return tablet.post("/checkin/feel/", {"visit": visit.pk, **CALM, **typed})


# --- only a paired device


@pytest.mark.parametrize("page", ["", "together/", "feel/", "stop/", "seat/", "code/abc/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_browser_that_is_not_paired_sees_a_calm_page_and_is_written_down(client, clinic, page, method):
    response = getattr(client, method)(f"/checkin/{page}")
    assert (response.status_code, "This device is not paired" in text(response)) == (403, True)
    assert list(AuditEvent.objects.filter(action="access.denied").values_list("details__why", flat=True)) == ["device"]


def test_a_revoked_device_shows_nothing_any_more(tablet, device, rita, visit):
    assert tablet.get("/checkin/").status_code == 200
    devices.revoke(device, by=rita)
    assert tablet.get("/checkin/").status_code == 403
    assert tablet.post("/checkin/", ANA).status_code == 403
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_a_device_revoked_in_the_middle_asks_nothing_more(tablet, device, rita, visit):
    tablet.post("/checkin/", ANA)
    devices.revoke(device, by=rita)
    assert feel(tablet, visit).status_code == 403
    assert CheckIn.objects.count() == 0


@pytest.mark.parametrize("value", ["", "x", "a:b:c", "é"])
def test_a_made_up_cookie_is_no_device(client, clinic, value):
    client.cookies[device_cookie.NAME] = value
    assert client.get("/checkin/").status_code == 403


def test_the_token_alone_is_not_enough_without_our_signature(client, device):
    client.cookies[device_cookie.NAME] = device.token
    assert client.get("/checkin/").status_code == 403


def test_somebody_signed_in_is_no_device(client, olga):
    client.force_login(olga)
    assert client.get("/checkin/").status_code == 403


def test_the_devices_use_is_noted_by_posts_and_not_by_looking(tablet, device, visit):
    tablet.get("/checkin/")
    device.refresh_from_db()
    assert device.last_seen_at is None
    tablet.post("/checkin/", ANA)
    device.refresh_from_db()
    assert device.last_seen_at == MONDAY


def test_pages_are_never_kept_by_the_browser(tablet, visit):
    for page in (tablet.get("/checkin/"), tablet.post("/checkin/", ANA), tablet.get("/checkin/feel/")):
        assert "no-store" in page["Cache-Control"]


# --- being found


@pytest.mark.parametrize(
    "typed",
    [
        {"letters": "Sør"},
        {"letters": "sor"},
        {"letters": " SOR "},
        {"letters": "sorensen"},
        {"phone": "(503) 555-0119"},
        {"phone": "5550119"},
        {"phone": "+1 503 555 0119"},
        {"letters": "sor", "phone": "503 555 0119"},
    ],
)
def test_birth_date_with_letters_or_phone_checks_in(tablet, visit, ana, typed):
    ana.phone = "(503) 555-0119"
    ana.save()
    response = tablet.post("/checkin/", {**BORN, **typed})
    visit.refresh_from_db()
    assert (response.status_code, response.url) == (302, "/checkin/feel/")
    assert (visit.status, visit.arrived_at) == ("arrived", MONDAY)


@pytest.mark.parametrize(
    "typed",
    [
        {"letters": "so"},
        {"letters": "ren"},
        {"letters": "sorx"},
        {"letters": "ana"},
        {"phone": "555 0118"},
        {"letters": "sor", "phone": "503 555 0118"},
        {"letters": "sor", "day": "15"},
        {"letters": "...", "phone": ""},
    ],
)
def test_what_does_not_agree_finds_nobody(tablet, visit, ana, typed):
    ana.phone = "(503) 555-0119"
    ana.save()
    assert tablet.post("/checkin/", {**BORN, **typed}).status_code == 422
    visit.refresh_from_db()
    assert visit.status == "booked"


@pytest.mark.parametrize(
    ("family", "letters", "found"),
    [
        ("O'Keefe", "oke", True),
        ("O'Keefe", "O'K", True),
        ("O'Keefe", "'O'", False),
        ("O’Keefe", "O'K", True),
        ("van der Berg", "ber", True),
        ("van der Berg", "vand", True),
        ("Smith-Jones", "jon", True),
        ("Ng", "ng", True),
        ("Ng", "n", False),
        ("Ngata", "ng", False),
        ("Łukasz", "luk", True),
        ("Nguyễn", "NGU", True),
        ("", "mad", True),  # a single name stands as the first name
    ],
)
def test_letters_are_read_as_names_are_searched(clinic, family, letters, found):
    assert arrivals.begins_with(make.patient("Madonna", family=family), letters) is found


def same_answer(tablet, typed=ANA):
    cache.clear()
    response = tablet.post("/checkin/", typed)
    assert response.status_code == 422
    return text(response).replace(csrf_of(response), "")


def csrf_of(response):
    return text(response).partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]


def test_no_match_not_today_not_now_and_not_here_get_the_same_answer(tablet, ana, ben, carlos):
    nobody = same_answer(tablet)
    assert "Please come to the desk" in nobody
    by, other = carlos.practitioner, make.location(name="Hill Road")
    for fields in (
        {"at": MONDAY + timedelta(days=1)},
        {"at": MONDAY + timedelta(minutes=121)},
        {"at": MONDAY - timedelta(minutes=61)},
        {"status": Status.CANCELLED},
        {"status": Status.DONE},
        {"status": Status.NO_SHOW},
        {"location": other},
    ):
        made = make.appointment(ana, by, **fields)
        assert same_answer(tablet) == nobody, fields
        made.delete()
    actions = AuditEvent.objects.filter(action="check_in.not_found")
    assert set(actions.values_list("patient_id", "actor_id")) == {(None, None)}


def test_nobody_who_has_died_is_found(tablet, visit, ana):
    ana.deceased_on = date(2026, 1, 1)
    ana.save()
    assert "Please come to the desk" in same_answer(tablet)


def test_two_people_who_fit_are_not_told_apart_on_the_screen(tablet, visit, carlos):
    twin = make.patient("Bjørn", family="Sørensen")
    make.appointment(twin, carlos.practitioner, MONDAY + timedelta(minutes=40))
    page = same_answer(tablet)
    assert [name for name in ("Ana", "Bjørn", "Sørensen") if name in page] == []


def test_a_patient_with_two_visits_checks_in_for_the_first(tablet, visit, ana, carlos):
    later = make.appointment(ana, carlos.practitioner, MONDAY + timedelta(minutes=40))
    tablet.post("/checkin/", ANA)
    visit.refresh_from_db()
    later.refresh_from_db()
    assert (visit.status, later.status) == ("arrived", "booked")


def test_the_first_page_holds_no_name_of_anybody(tablet, visit, ben, carlos):
    make.appointment(ben, carlos.practitioner, MONDAY + timedelta(hours=1))
    assert named(tablet.get("/checkin/")) == []
    assert named(tablet.post("/checkin/", {**ANA, "letters": "xyz"})) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({**BORN, "day": "31", "month": "02"}, "Enter your birth date"),
        ({**BORN, "year": "65"}, "Enter your birth date"),
        ({**BORN, "year": "2999"}, "Enter your birth date"),
        ({**BORN, "year": "9" * 6000}, "Enter your birth date"),
        ({"letters": "sor"}, "Enter your birth date"),
        ({**BORN, "letters": ""}, "Enter the first three letters"),
        ({**BORN, "phone": "123"}, "Enter the whole number"),
    ],
)
def test_half_an_answer_is_said_at_its_field_and_is_no_wrong_try(tablet, device, typed, said):
    response = tablet.post("/checkin/", {"letters": "sor", **typed})
    assert (response.status_code, said in text(response)) == (422, True)
    assert 'value="sor"' in text(response) or "letters" in typed
    assert cache.get(f"wrong-tries-{device.pk}") is None


# --- guessing


def test_after_ten_wrong_tries_the_screen_asks_for_the_desk_even_with_the_right_answer(tablet, visit):
    for n in range(10):
        assert tablet.post("/checkin/", {**ANA, "letters": f"xy{n}"}).status_code == 422
    response = tablet.post("/checkin/", ANA)
    visit.refresh_from_db()
    assert (response.status_code, response["Retry-After"], visit.status) == (429, "600", "booked")
    assert "Please come to the desk" in text(response)


def test_tries_are_forgotten_after_ten_minutes_and_counted_per_device(device, rita):
    other = make.device(rita, name="Back tablet")
    for second in range(10):
        tries.count(device, now=1000 + second)
    waits = [tries.seconds_to_wait(device, now=now) for now in (1010, 1599, 1600)]
    assert (waits, tries.seconds_to_wait(other, now=1010)) == ([590, 1, 0], 0)


def test_nine_wrong_tries_are_not_yet_too_many(device):
    for second in range(9):
        tries.count(device, now=1000 + second)
    assert tries.seconds_to_wait(device, now=1010) == 0


# --- how it is today


def test_the_whole_way_keeps_the_answers_and_leaves_nothing_behind(tablet, visit, ana):
    assert tablet.post("/checkin/", ANA).url == "/checkin/feel/"
    assert tablet.get("/checkin/feel/").status_code == 200
    assert feel(tablet, visit).url == "/checkin/feel/"
    assert tablet.get("/checkin/feel/").url == "/checkin/seat/"
    seat = tablet.get("/checkin/seat/")
    assert "The wait is about 10 minutes." in text(seat)
    made = CheckIn.objects.get()
    assert (made.appointment, made.pain, made.change, made.words) == (visit, 6, "worse", "worse after shovelling")
    assert tablet.cookies[kiosk_state.NAME].value == ""
    for page in ("feel/", "together/", "stop/", "seat/"):
        assert tablet.get(f"/checkin/{page}").url == "/checkin/"


def test_no_page_on_the_way_names_anybody_else(tablet, visit, ben, carlos):
    make.appointment(ben, carlos.practitioner, MONDAY - timedelta(minutes=20), status=Status.ARRIVED)
    tablet.post("/checkin/", ANA)
    pages = [tablet.get("/checkin/feel/"), feel(tablet, visit, pain=""), feel(tablet, visit)]
    seat = tablet.get("/checkin/seat/")
    assert "The wait is about 20 minutes." in text(seat)  # positive control: Ben's visit is counted
    assert [named(page) for page in [*pages, seat]] == [[], [], [], []]


def test_starting_again_forgets_who_was_there(tablet, visit):
    tablet.post("/checkin/", ANA)
    tablet.get("/checkin/")
    assert tablet.get("/checkin/feel/").url == "/checkin/"


def test_a_check_in_ends_by_itself_after_five_minutes(device, visit):
    with time_machine.travel(MONDAY, tick=False) as clock:
        tablet = tablet_of(device)
        tablet.post("/checkin/", ANA)
        kept = tablet.cookies[kiosk_state.NAME].value
        clock.shift(timedelta(seconds=301))
        tablet.cookies[kiosk_state.NAME] = kept  # the browser would have thrown it away
        assert feel(tablet, visit).url == "/checkin/"
    assert CheckIn.objects.count() == 0


def test_a_standing_of_another_device_counts_for_nothing(tablet, visit, rita):
    tablet.post("/checkin/", ANA)
    other = tablet_of(make.device(rita, name="Back tablet"))
    other.cookies[kiosk_state.NAME] = tablet.cookies[kiosk_state.NAME].value
    assert other.get("/checkin/feel/").url == "/checkin/"


@pytest.mark.parametrize("value", ["", "x", "é", "eyJhIjoxfQ:1:x"])
def test_a_made_up_standing_counts_for_nothing(tablet, value):
    tablet.cookies[kiosk_state.NAME] = value
    assert tablet.get("/checkin/feel/").url == "/checkin/"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"pain": ""}, "Choose a number"),
        ({"pain": "11"}, "Select a valid choice"),
        ({"change": ""}, "Choose better"),
        ({"words": "x" * 201}, "Keep it to 200 characters"),
        ({"flags": []}, "Tick what is true"),
        ({"flags": ["none", "RF01"]}, "something else"),
        ({"flags": ["RF99"]}, "Select a valid choice"),
    ],
)
def test_an_open_answer_is_said_at_its_field_and_the_rest_stays(tablet, visit, typed, said):
    tablet.post("/checkin/", ANA)
    response = feel(tablet, visit, **typed)
    assert (response.status_code, said in text(response)) == (422, True)
    assert "words" in typed or 'value="worse after shovelling"' in text(response)
    assert CheckIn.objects.count() == 0


def test_answers_sent_twice_are_kept_once(tablet, visit):
    tablet.post("/checkin/", ANA)
    feel(tablet, visit)
    assert feel(tablet, visit, pain="1").url == "/checkin/seat/"
    assert CheckIn.objects.get().pain == 6


def test_a_first_visit_is_not_compared_with_a_last_one(tablet, visit):
    visit.kind.purpose = "initial"
    visit.kind.save()
    tablet.post("/checkin/", ANA)
    assert "Since your last visit" not in text(tablet.get("/checkin/feel/"))
    assert feel(tablet, visit, change="").url == "/checkin/feel/"
    assert CheckIn.objects.get().change == ""


def test_who_was_noted_by_the_desk_may_still_answer(tablet, ana, carlos):
    here = make.appointment(ana, carlos.practitioner, status=Status.ARRIVED)
    assert tablet.post("/checkin/", ANA).url == "/checkin/feel/"
    feel(tablet, here)
    assert CheckIn.objects.get().appointment == here


def test_who_has_checked_in_already_is_only_told_to_sit_down(tablet, visit):
    tablet.post("/checkin/", ANA)
    feel(tablet, visit)
    tablet.get("/checkin/")
    assert tablet.post("/checkin/", ANA).url == "/checkin/feel/"
    assert tablet.get("/checkin/feel/").url == "/checkin/seat/"
    assert "Take a seat" in text(tablet.get("/checkin/seat/"))


def test_a_visit_the_desk_has_moved_on_meanwhile_sends_to_the_desk(tablet, visit):
    tablet.post("/checkin/", ANA)
    visit.refresh_from_db()
    visit.status, visit.cancelled_at, visit.cancelled_because = Status.CANCELLED, MONDAY, "no ride"
    visit.save()
    response = feel(tablet, visit)
    assert (response.status_code, "Please come to the desk" in text(response)) == (422, True)


# --- red flags


def test_an_answer_that_cannot_wait_stops_and_calls_the_clinic(tablet, visit, ana, clinic):
    clinic.emergency_number = "112"
    clinic.save()
    tablet.post("/checkin/", ANA)
    assert feel(tablet, visit, flags=["RF01"]).url == "/checkin/stop/"
    page = text(tablet.get("/checkin/stop/"))
    assert "Call 112" in page
    assert "Call your local emergency number or go to the nearest emergency department now." in page
    assert [word for word in (*NAMES, "private parts", "cauda") if word in page] == []
    visit.refresh_from_db()
    alert = Alert.objects.get()
    assert (visit.status, alert.patient, alert.flag, alert.level) == ("arrived", ana, "RF01", "E")


def test_the_desk_sees_a_clinical_alert_and_not_what_it_says(tablet, client, rita, visit):
    tablet.post("/checkin/", ANA)
    feel(tablet, visit, flags=["RF01"])
    client.force_login(rita)
    page = text(client.get("/desk/"))
    assert "Clinical alert" in page
    assert [word for word in ("cauda", "private parts", "shovelling") if word in page] == []


def test_a_milder_flag_goes_on_and_says_that_somebody_will_talk_about_it(tablet, visit):
    tablet.post("/checkin/", ANA)
    feel(tablet, visit, flags=["RF16"])
    assert Alert.objects.get().level == "U"
    assert tablet.get("/checkin/stop/").url == "/checkin/feel/"
    assert "You told us about something new" in text(tablet.get("/checkin/seat/"))


def test_who_is_not_sure_is_asked_one_by_one(tablet, visit):
    tablet.post("/checkin/", ANA)
    page = feel(tablet, visit, flags=["unsure", "RF16"])
    assert (page.status_code, CheckIn.objects.count()) == (200, 0)
    assert text(page).count('value="unsure"') == 8
    assert 'name="RF16" value="yes" checked' in text(page)
    each = {"RF01": "unsure", "RF16": "yes", **dict.fromkeys(("RF02", "RF03", "RF05", "RF06", "RF19", "RF26"), "no")}
    assert feel(tablet, visit, each="1", **{**each, "RF02": ""}).status_code == 422
    assert feel(tablet, visit, each="1", **each).url == "/checkin/feel/"
    assert set(Alert.objects.values_list("flag", "level")) == {("RF01", "U"), ("RF16", "U")}


# --- families


@pytest.fixture
def family(ana, carlos, rita):
    """Mia, whom Ana may book for, has a visit twenty minutes after hers."""
    mia = make.patient("Mia", birth_date=date(2015, 6, 1))
    ProxyGrant.objects.create(
        patient=mia, user=ana.user, relation="mother", starts_on=date(2020, 1, 1), granted_by=rita, may_booking=True
    )
    return make.appointment(mia, carlos.practitioner, MONDAY + timedelta(minutes=30))


def test_who_may_book_for_a_child_checks_both_in_and_answers_for_each(tablet, visit, family):
    assert tablet.post("/checkin/", ANA).url == "/checkin/together/"
    assert named(tablet.get("/checkin/together/")) == ["Mia"]
    tablet.post("/checkin/together/", {"with": [family.pk]})
    feel(tablet, visit, pain="6")
    assert "How does Mia feel today?" in text(tablet.get("/checkin/feel/"))
    feel(tablet, family, pain="2")
    assert dict(CheckIn.objects.values_list("patient__given_name", "pain")) == {"Ana": 6, "Mia": 2}
    family.refresh_from_db()
    assert family.status == "arrived"
    assert named(tablet.get("/checkin/seat/")) == ["Mia"]


def test_answers_of_one_sent_twice_are_not_those_of_the_next(tablet, visit, family):
    tablet.post("/checkin/", ANA)
    tablet.post("/checkin/together/", {"with": [family.pk]})
    feel(tablet, visit, pain="6")
    assert feel(tablet, visit, pain="6").status_code == 200  # Mia is asked
    assert CheckIn.objects.count() == 1


def test_a_child_who_is_not_ticked_is_not_checked_in(tablet, visit, family):
    tablet.post("/checkin/", ANA)
    assert tablet.post("/checkin/together/", {}).url == "/checkin/feel/"
    family.refresh_from_db()
    assert family.status == "booked"


def test_nobody_beyond_the_grant_is_checked_in_by_number(tablet, visit, family, ben, carlos):
    others = make.appointment(ben, carlos.practitioner, MONDAY + timedelta(minutes=60))
    tablet.post("/checkin/", ANA)
    tablet.post("/checkin/together/", {"with": [others.pk, "x", "-1", str(2**70)]})
    others.refresh_from_db()
    assert others.status == "booked"
    feel(tablet, others)
    assert CheckIn.objects.count() == 0


def test_the_child_does_not_learn_of_the_parents_visit(tablet, visit, family):
    assert (
        tablet.post("/checkin/", {"month": "6", "day": "1", "year": "2015", "letters": "sor"}).url == "/checkin/feel/"
    )
    assert named(tablet.get("/checkin/together/")) == []


@pytest.mark.parametrize("spoilt", ["revoked", "ended", "other scope", "later", "same phone only"])
def test_without_a_current_grant_nobody_else_is_named(tablet, visit, family, ana, spoilt):
    grant = ProxyGrant.objects.get()
    changes = {
        "revoked": {"revoked_at": MONDAY},
        "ended": {"ends_on": date(2027, 2, 28)},
        "other scope": {"may_booking": False, "may_record": True},
        "later": {},
        "same phone only": {"revoked_at": MONDAY},
    }
    ProxyGrant.objects.filter(pk=grant.pk).update(**changes[spoilt])
    if spoilt == "later":
        hours = timedelta(hours=3)
        for name in ("starts_at", "ends_at", "busy_from", "busy_until"):
            setattr(family, name, getattr(family, name) + hours)
        family.save()
    type(ana).objects.update(phone="(503) 555-0119")
    assert tablet.post("/checkin/", ANA).url == "/checkin/feel/"
    assert named(tablet.get("/checkin/together/")) == []


# --- the code


def code_for(visit):
    return links.make(SignedLink.Scope.CHECKIN, visit.pk, expires_at=visit.starts_at + timedelta(hours=1))


def test_the_code_of_a_visit_checks_in_by_its_one_button(tablet, visit):
    path = f"/checkin/code/{code_for(visit)}/"
    page = tablet.get(path)
    visit.refresh_from_db()
    assert (page.status_code, named(page), visit.status) == (200, [], "booked")
    assert tablet.post(path).url == "/checkin/feel/"
    visit.refresh_from_db()
    assert visit.status == "arrived"


def test_a_code_opens_nothing_on_a_device_that_is_not_paired(client, visit):
    assert client.post(f"/checkin/code/{code_for(visit)}/").status_code == 403
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_a_wrong_or_early_code_sends_to_the_desk(tablet, visit, carlos, ben):
    assert tablet.get("/checkin/code/abc/").status_code == 404
    assert tablet.post("/checkin/code/abc/").status_code == 404
    early = make.appointment(ben, carlos.practitioner, MONDAY + timedelta(hours=5))
    response = tablet.post(f"/checkin/code/{code_for(early)}/")
    early.refresh_from_db()
    assert (response.status_code, early.status, named(response)) == (422, "booked", [])


# --- figures


@pytest.mark.parametrize("others", [1, 3])
def test_the_way_takes_as_many_queries_however_full_the_day(
    tablet, device, visit, carlos, others, django_assert_num_queries
):
    for n in range(others):
        another = make.patient(f"Ida{n}", family="Other")
        status = Status.ARRIVED if n % 2 else Status.BOOKED
        make.appointment(another, carlos.practitioner, MONDAY - timedelta(minutes=30 + 20 * n), status=status)
    with django_assert_num_queries(1):
        arrivals.find(device, birth_date=date(1965, 3, 14), letters="sor", now=MONDAY)
    tablet.post("/checkin/", ANA)
    with django_assert_num_queries(4):
        tablet.get("/checkin/feel/")
    with django_assert_num_queries(5):
        tablet.get("/checkin/seat/")
