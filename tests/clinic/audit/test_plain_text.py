"""What no browser sends is refused with 400 before anything reads it, on both engines alike."""

import pytest
from django.urls import reverse

from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, rita):
    client.force_login(rita)
    return client


def typed(client, charset):
    body = b'--b\r\nContent-Disposition: form-data; name="given_name"\r\n\r\n\\ud800\r\n--b--\r\n'
    return client.generic(
        "POST", reverse("desk:book"), body, content_type=f"multipart/form-data; boundary=b; charset={charset}"
    ).status_code


def test_a_nul_in_the_query_or_a_field_or_its_name_is_a_bad_request(desk):
    day, book = reverse("desk:day"), reverse("desk:book")
    asked = [desk.get(day, {"p": "\0"}), desk.get(day, {"p\0": "1"})]
    sent = [desk.post(book, {"given_name": "E\0va"}), desk.post(book, {"given\0": "Eva"})]
    assert [answer.status_code for answer in (*asked, *sent)] == [400] * 4
    assert desk.get(day, {"p": "x"}).status_code == 404


def test_a_nul_in_an_address_is_a_bad_request(client):
    assert client.get("/intake/abc%00def/").status_code == 400


def test_the_same_request_without_the_nul_goes_through(desk, kind):
    make.practitioner()
    assert desk.post(reverse("desk:book"), {"given_name": "Eva"}).status_code == 422


def test_a_session_cookie_with_a_nul_is_nobodys(client, clinic):
    client.cookies["sessionid"] = "\0" * 12
    assert client.get("/").status_code == 200
    assert client.get(reverse("desk:day")).status_code == 302


@pytest.mark.parametrize(
    "charset", ["utf-16", "hex", "rot13", "unicode_escape", "raw_unicode_escape", "utf-7", "latin-1"]
)
def test_a_form_in_other_letters_than_utf_8_is_a_bad_request(desk, charset):
    """Half a character (a lone surrogate) comes in no other way, and no database keeps it."""
    assert typed(desk, charset) == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "nonsense"])
def test_a_form_in_utf_8_is_read(desk, kind, charset):
    make.practitioner()
    assert typed(desk, charset) == 422


def test_ten_thousand_rows_and_a_megabyte_are_refused(desk):
    book = reverse("desk:book")
    assert desk.post(book, {f"form-{n}-x": "1" for n in range(10_000)}).status_code == 400
    sent = desk.post(book, "given_name=" + "x" * 1_100_000, content_type="application/x-www-form-urlencoded")
    assert sent.status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "9999-12-20"])
@pytest.mark.parametrize(
    "at", ["", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-20T10:00:00+00:00"]
)
def test_a_day_at_either_end_of_the_calendar_is_refused_and_breaks_nothing(desk, kind, day, at):
    person = make.practitioner()
    who = {"patient": make.patient().pk, "practitioner": person.pk, "kind": kind.pk, "day": day, "time": "10:00"}
    answers = [desk.get(reverse("desk:book"), {**who, "at": at}), desk.get(reverse("desk:day"), {"day": day})]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert desk.post(reverse("desk:book"), {**who, "at": at}).status_code in (409, 422)


@pytest.mark.parametrize("who", ["9" * 5000, "²", "٣", "-1"])
def test_an_odd_number_of_a_practitioner_shows_everyone(desk, who):
    assert desk.get(reverse("desk:day"), {"who": who}).status_code == 200


@pytest.mark.parametrize("pk", ["²", "9" * 5000, "", "nan"])
def test_an_odd_number_of_an_article_on_the_travel_card_is_refused(client, carlos, pk):
    client.force_login(carlos)
    visit = make.visit(by=carlos.practitioner, subjective="Sore")
    sent = {"version": "1", "subjective": "Sore", "do": f"assign:{pk}"}
    assert client.post(visit.get_absolute_url(), sent).status_code == 422
