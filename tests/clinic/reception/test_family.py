"""A family books together at the desk: who comes, proposals as buttons, one button books all."""

import re

import pytest

from clinic.scheduling.models import Appointment
from tests import make
from tests.clinic.scheduling.test_absence import at

FAMILY = "/desk/family/"


@pytest.fixture
def mia(clinic):
    return make.patient("Mia", "Vale", phone="(503) 555-0144")


@pytest.fixture
def tom(clinic):
    return make.patient("Tom", "Vale", phone="(503) 555-0144")


@pytest.fixture
def asked(mia, tom, carlos, kind):
    who = {"p": [mia.pk, tom.pk], f"kind-{mia.pk}": kind.pk}
    return who | {"practitioner": carlos.practitioner.pk, "beside": "", "day": "2027-03-02", "near": "10:00"}


def offers(page):
    return re.findall(r'name="together" value="([^"]*)"', page.content.decode())


def test_the_page_begins_with_the_patient_and_names_who_shares_their_phone(desk, mia, tom, kind):
    page = desk.get(FAMILY, {"p": mia.pk})
    assert [m.patient for m in page.context["party"].members] == [mia]
    assert f'name="add" value="{tom.pk}"' in page.content.decode()
    assert offers(page) == []


def test_people_are_found_added_and_left_out(desk, mia, tom, asked, ben):
    page = desk.get(FAMILY, asked | {"q": "Whitcombe"})
    assert f'name="add" value="{ben.pk}"' in page.content.decode()
    page = desk.get(FAMILY, asked | {"add": ben.pk, "drop": tom.pk})
    assert [m.patient for m in page.context["party"].members] == [mia, ben]


def test_one_button_books_all_of_them(desk, asked, mia, tom):
    page = desk.get(FAMILY, asked)
    assert len(offers(page)) == 4
    code = next(code for code in offers(page) if "10:00:00" in code.split(",")[0] or "15:00:00" in code.split(",")[0])
    answer = desk.post(FAMILY, asked | {"together": code, "key": "k"})
    assert answer["Location"] == f"/desk/?day=2027-03-02&p={mia.pk}"
    rows = Appointment.objects.order_by("starts_at")
    assert [(row.patient, row.starts_at) for row in rows] == [(mia, at("10:00", 2)), (tom, at("10:20", 2))]


def test_a_proposal_that_is_taken_books_nobody_and_offers_others(desk, asked, carlos):
    code = offers(desk.get(FAMILY, asked))[0]
    make.appointment(make.patient("Cleo"), carlos.practitioner, at("09:30", 2))
    page = desk.post(FAMILY, asked | {"together": code})
    assert (page.status_code, Appointment.objects.count()) == (409, 1)
    assert "Nobody was booked" in page.content.decode()
    assert code not in offers(page)


@pytest.mark.parametrize("code", ["", "x", "2027-03-02T15:00:00+00:00|1", "2027-03-02T15:00:00+00:00|999,|"])
def test_a_button_that_names_no_times_books_nobody(desk, asked, code):
    assert desk.post(FAMILY, asked | {"together": code}).status_code == 422
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("day", ["", "x", "2027-02-01", "2099-01-01", "9999-12-31"])
def test_a_wrong_day_is_said_at_its_field(desk, asked, day):
    for answer in (desk.get(FAMILY, asked | {"day": day}), desk.post(FAMILY, asked | {"day": day, "together": "x"})):
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["day"])


def test_seven_are_too_many_and_one_is_too_few(desk, asked):
    many = [make.patient(f"P{n}").pk for n in range(7)]
    assert len(desk.get(FAMILY, asked | {"p": many}).context["party"].members) == 6
    assert offers(desk.get(FAMILY, asked | {"p": many[:1]})) == []


def test_who_may_not_book_does_not_book_a_family(client, tess, asked, ten_o_clock):
    client.force_login(tess)
    assert client.get(FAMILY, asked).status_code == 403


@pytest.mark.parametrize("number", [2, 4])
def test_the_page_takes_the_same_queries_for_any_number(desk, asked, number, django_assert_num_queries):
    who = {"p": [make.patient(f"P{n}").pk for n in range(number)]}
    desk.get(FAMILY, asked | who)
    with django_assert_num_queries(19):
        assert len(desk.get(FAMILY, asked | who).context["party"].proposals) == 4
