"""The follow-up lists at the desk: numbers beside the day, a page for each, attempts in one click."""

from datetime import timedelta
from html import unescape

import pytest

from clinic.reception import falls
from clinic.scheduling.models import AppointmentRequest
from clinic.scheduling.models.appointments import Status
from patients.models import CallLog
from tests import make
from tests.make import MONDAY

DAY = timedelta(days=1)
MISSED = "/desk/follow-up/missed/"


@pytest.fixture
def missed(carlos):
    """A missed visit of yesterday; another one for each call."""
    made = []

    def miss(of):
        made.append(of)
        at = MONDAY - DAY + timedelta(minutes=30 * len(made))
        return make.appointment(of, carlos.practitioner, at, status=Status.NO_SHOW)

    return miss


@pytest.fixture
def asked(clinic):
    return AppointmentRequest.objects.create(name="Cora Vale", phone="(503) 555-0177", created_at=MONDAY - DAY)


def page(response):
    return unescape(response.content.decode())


def names(response):
    return [row.name for row in response.context["rows"]]


def call(desk, which, number, **sent):
    return desk.post(f"/desk/follow-up/{which}/{number}/", {"outcome": "message", **sent})


# --- beside the day


def test_the_panel_counts_each_list_and_leads_to_it(desk, missed, ana, ben, asked):
    missed(ana)
    missed(ben)
    response = desk.get("/desk/")
    counted = {one.name: count for one, count in response.context["falls"]}
    assert counted == {"missed": 2, "no_next": 0, "behind": 0, "re_exam": 0, "unsigned": 0, "request": 1}
    assert response.context["falls_count"] == 3
    shown = page(response)
    assert [shown.count(f'href="/desk/follow-up/{name}/"') for name in counted] == [1] * 6


def test_the_panel_takes_six_queries_for_one_row_and_for_three(rita, missed, asked, django_assert_num_queries):
    falls.panel(rita, MONDAY)  # her roles are read once a request
    for number in range(3):
        missed(make.patient(f"P{number}"))
        if number != 1:
            with django_assert_num_queries(6):
                assert falls.panel(rita, MONDAY)["falls_count"] == number + 2


# --- the page of a list


def test_a_row_says_who_why_and_that_nobody_tried(desk, missed, ana, carlos):
    ana.phone = "(503) 555-0119"
    ana.save()
    missed(ana)
    shown = page(desk.get(MISSED))
    assert 'href="tel:(503) 555-0119"' in shown
    assert "Missed Sun, Feb 28" in shown
    assert "Not tried yet" in shown
    assert f'href="/desk/book/?patient={ana.pk}&practitioner={carlos.practitioner.pk}"' in shown


def test_an_empty_list_says_so(desk):
    assert "Nobody on this list" in page(desk.get(MISSED))


@pytest.mark.parametrize("which", ["missed", "no_next", "behind", "re_exam", "unsigned", "request"])
def test_every_list_has_its_page(desk, which):
    assert desk.get(f"/desk/follow-up/{which}/").context["list"].name == which


@pytest.mark.parametrize("which", ["uncharged", "other", "x"])
def test_an_unknown_list_is_not_found(desk, which, ana):
    assert desk.get(f"/desk/follow-up/{which}/").status_code == 404
    assert call(desk, which, ana.pk).status_code == 404


def test_a_long_list_has_pages(desk, missed, monkeypatch):
    monkeypatch.setattr(falls, "PAGE", 2)
    for number in range(3):
        missed(make.patient(f"P{number}", family=""))
    assert names(desk.get(MISSED)) == ["P2", "P1"]
    second = desk.get(f"{MISSED}?page=2")
    assert (names(second), "Page 2 of 2" in page(second)) == (["P0"], True)
    assert names(desk.get(f"{MISSED}?page=x")) == ["P2", "P1"]


def test_the_page_takes_the_same_queries_for_one_row_and_for_three(desk, rita, missed, django_assert_num_queries):
    """Clinic, place, session, account, roles; six counts; the page and its last attempts."""
    for number in range(3):
        of = make.patient(f"P{number}")
        missed(of)
        make.call(of, rita, at=MONDAY - 5 * DAY)
        if number != 1:
            with django_assert_num_queries(13):
                assert len(desk.get(MISSED).context["rows"]) == number + 1


# --- attempts


@pytest.mark.parametrize(
    ("outcome", "told"),
    [("reached", "Reached"), ("message", "Left a message"), ("no_answer", "No answer"), ("wrote", "Wrote")],
)
def test_an_attempt_is_one_click(desk, rita, missed, ana, outcome, told):
    visit = missed(ana)
    response = call(desk, "missed", ana.pk, outcome=outcome, appointment=visit.pk, back=f"{MISSED}?page=1")
    row = CallLog.objects.get()
    assert (row.patient, row.about, row.outcome, row.by, row.at) == (ana, "missed", outcome, rita, MONDAY)
    assert (row.appointment_number, response.url) == (visit.pk, f"{MISSED}?page=1")
    shown = page(desk.get(response.url))
    assert f"Noted: Ana Sørensen, {told}." in shown
    assert f"{told} today<span>10:00 AM, Rita" in shown


def test_an_attempt_moves_the_row_down_for_two_days(desk, missed, ana, ben):
    missed(ana)
    missed(ben)
    assert names(desk.get(MISSED)) == ["Ben Whitcombe", "Ana Sørensen"]
    call(desk, "missed", ben.pk, note="call after 5")
    response = desk.get(MISSED)
    assert names(response) == ["Ana Sørensen", "Ben Whitcombe"]
    assert "Rita: call after 5" in page(response)


def test_an_attempt_without_back_returns_to_its_list(desk, missed, ana):
    missed(ana)
    assert call(desk, "missed", ana.pk).url == MISSED


def test_a_note_that_is_too_long_stays_typed_at_its_row(desk, missed, ana, ben):
    missed(ana)
    missed(ben)
    response = call(desk, "missed", ana.pk, note="x" * 201)
    assert (response.status_code, CallLog.objects.count()) == (422, 0)
    shown = page(response)
    assert (shown.count("At most 200 letters."), shown.count(f'value="{"x" * 201}"')) == (1, 1)
    assert f'id="note-{ana.pk}" name="note" maxlength="200"' in shown
    assert 'name="back" value="/desk/follow-up/missed/?page=1"' in shown


@pytest.mark.parametrize("sent", [{"outcome": ""}, {"outcome": "shouted"}, {"appointment": "x"}])
def test_what_no_button_sends_is_not_found(desk, missed, ana, sent):
    missed(ana)
    assert call(desk, "missed", ana.pk, **sent).status_code == 404
    assert CallLog.objects.count() == 0


def test_the_visit_of_somebody_else_is_not_noted(desk, missed, ana, ben):
    missed(ana)
    call(desk, "missed", ana.pk, appointment=missed(ben).pk)
    assert CallLog.objects.get().appointment_number is None


def test_an_attempt_on_a_request_names_the_request(desk, asked):
    call(desk, "request", asked.pk, outcome="no_answer")
    row = CallLog.objects.get()
    assert (row.patient, row.request_number, row.about) == (None, asked.pk, "request")
    assert "Noted: Cora Vale, No answer." in page(desk.get("/desk/follow-up/request/"))


def test_a_note_that_is_unsigned_is_nobodys_call(desk, ana, carlos):
    make.visit(ana, carlos.practitioner, visited_at=MONDAY - DAY, subjective="stabbingly")
    shown = page(desk.get("/desk/follow-up/unsigned/"))
    assert ("Note of Sun, Feb 28" in shown, "Remind the practitioner" in shown) == (True, True)
    assert ("stabbingly" in shown, 'name="outcome"' in shown, "Open note" in shown) == (False, False, False)
    assert call(desk, "unsigned", ana.pk).status_code == 404


def test_a_clinician_opens_the_unsigned_note(chart, ana, carlos):
    note = make.visit(ana, carlos.practitioner, visited_at=MONDAY - DAY)
    assert f'href="{note.get_absolute_url()}"' in page(chart.get("/desk/follow-up/unsigned/"))


def test_a_therapist_reads_the_lists_and_notes_nothing(client, tess, missed, ana, asked, ten_o_clock):
    missed(ana)
    client.force_login(tess)
    shown = page(client.get(MISSED))
    assert ("Ana Sørensen" in shown, 'name="outcome"' in shown) == (True, False)
    assert client.get("/desk/follow-up/request/").status_code == 404
    assert call(client, "missed", ana.pk).status_code == 403
    assert CallLog.objects.count() == 0


def test_looking_notes_nothing_and_an_unknown_row_is_not_found(desk, missed, ana, asked):
    missed(ana)
    assert desk.get(f"/desk/follow-up/missed/{ana.pk}/").status_code == 405
    assert call(desk, "missed", 999999).status_code == 404
    assert call(desk, "request", asked.pk + 1).status_code == 404
    assert CallLog.objects.count() == 0
